//! Words to lines, lines to blocks, and the text of a page in reading order.
//! The title block reads the lines of a sheet; the worker writes the text.

use std::collections::HashMap;

use hayro::kurbo::{Point, Rect};

use super::page::PageKind;
use super::text_columns::{Band, Row, bands};
use super::words::Word;

/// Words on one baseline. The frame of the text itself is (`start`..`end` along it, `down` across it,
/// growing from line to line), so that vertical text is handled like any other.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub text: String,
    pub word_count: usize,
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    /// Rounded degrees; only lines of one angle share a frame.
    pub angle: i32,
    pub start: f64,
    pub end: f64,
    pub down: f64,
    /// The em of the largest word, in points.
    pub size: f64,
    /// Every word of it is bold.
    pub is_bold: bool,
}

impl Line {
    fn of(word: &Word, angle: i32, start: f64, down: f64) -> Self {
        Self {
            text: word.text.clone(),
            word_count: 1,
            left: word.left,
            top: word.top,
            right: word.right,
            bottom: word.bottom,
            angle,
            start,
            end: start + word.length,
            down,
            size: word.size,
            is_bold: word.is_bold,
        }
    }

    fn add(&mut self, word: &Word, start: f64) {
        self.text.push(' ');
        self.text.push_str(&word.text);
        self.word_count += 1;
        self.left = self.left.min(word.left);
        self.top = self.top.min(word.top);
        self.right = self.right.max(word.right);
        self.bottom = self.bottom.max(word.bottom);
        self.end = self.end.max(start + word.length);
        self.size = self.size.max(word.size);
        self.is_bold &= word.is_bold;
    }

    pub fn centre(&self) -> (f64, f64) {
        (
            (self.left + self.right) / 2.0,
            (self.top + self.bottom) / 2.0,
        )
    }

    /// The free space between two upright boxes, in points; 0 when they touch.
    pub fn distance(&self, other: &Self) -> f64 {
        let across = (self.left - other.right)
            .max(other.left - self.right)
            .max(0.0);
        let down = (self.top - other.bottom)
            .max(other.top - self.bottom)
            .max(0.0);
        across.hypot(down)
    }

    /// Whether `below` continues this line: same angle and about the same size, at most `leading`
    /// em further down, and beside it along the text.
    pub fn is_continued_by(&self, below: &Self, leading: f64) -> bool {
        let ratio = below.size / self.size;
        let step = below.down - self.down;
        self.angle == below.angle
            && (0.77..=1.3).contains(&ratio)
            && step > 0.2 * self.size
            && step <= leading * self.size.max(below.size)
            && below.start < self.end
            && below.end > self.start
    }

    /// The words from one to another, not counting that one, as a line of their own; all letters are
    /// taken as equally wide. What is turned keeps the box of the whole.
    pub fn part(&self, from: usize, to: usize) -> Self {
        let words: Vec<&str> = self.text.split(' ').collect();
        let own = words.get(from..to.min(words.len())).unwrap_or_default();
        let letters =
            |words: &[&str]| -> usize { words.iter().map(|word| word.chars().count() + 1).sum() };
        let all = self.text.chars().count().max(1) as f64;
        let before = letters(words.get(..from).unwrap_or_default());
        let until = (before + letters(own)).saturating_sub(1);
        let share = |letters: usize| (letters as f64 / all).min(1.0);
        let along = |letters: usize| self.start + share(letters) * (self.end - self.start);
        let mut part = Self {
            text: own.join(" "),
            word_count: own.len(),
            start: along(before),
            end: along(until),
            ..self.clone()
        };
        if self.angle == 0 {
            let across = |letters: usize| self.left + share(letters) * (self.right - self.left);
            (part.left, part.right) = (across(before), across(until));
        }
        part
    }
}

/// The widest gap inside a line of a sheet, in em: cells of a title block and columns stand further apart.
const SHEET_GAP: f64 = 1.2;
/// A page of text has at most four columns: two gutters within the halves of one.
const MOST_GUTTERS: u32 = 2;
/// Larger and smaller words side by side belong to different cells (a name and the sheet's number).
const SHEET_RATIO: f64 = 1.35;

/// A word in the frame of its own text: degrees, down across it, start along it.
pub(super) struct Placed<'w> {
    angle: i32,
    pub down: f64,
    start: f64,
    pub word: &'w Word,
}

impl<'w> Placed<'w> {
    fn of(word: &'w Word) -> Self {
        // Snapped to the degree, so that near-level words share a frame; -180 is 180.
        let angle = match word.angle().round() as i32 {
            -180 => 180,
            angle => angle,
        };
        let turn = f64::from(angle).to_radians();
        let (x, y) = (turn.cos(), -turn.sin());
        Self {
            angle,
            down: word.origin.y * x - word.origin.x * y,
            start: word.origin.x * x + word.origin.y * y,
            word,
        }
    }
}

/// Sorted by angle, then from the first baseline down.
fn placed<'w>(words: impl Iterator<Item = &'w Word>) -> Vec<Placed<'w>> {
    let mut placed: Vec<Placed<'w>> = words.map(Placed::of).collect();
    placed.sort_by(|a, b| {
        (a.angle.rem_euclid(360), a.down, a.start)
            .partial_cmp(&(b.angle.rem_euclid(360), b.down, b.start))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    placed
}

/// The words on each baseline, in the order of their starts.
fn rows<'p, 'w>(placed: &'p mut [Placed<'w>]) -> Vec<Row<'p, 'w>> {
    let mut rows = Vec::new();
    let mut rest = placed;
    while let Some(first) = rest.first() {
        let (angle, down) = (first.angle, first.down);
        let mut smallest = first.word.size;
        let count = rest
            .iter()
            .take_while(|placed| {
                smallest = smallest.min(placed.word.size);
                placed.angle == angle && placed.down - down <= 0.4 * smallest
            })
            .count()
            .max(1);
        let (row, after) = rest.split_at_mut(count);
        row.sort_by(|a, b| a.start.total_cmp(&b.start));
        rows.push(&*row);
        rest = after;
    }
    rows
}

/// Adds the lines of a row. A gap of more than `widest_gap` em, or a jump in size of more than
/// `widest_ratio`, starts another line.
fn add_row(lines: &mut Vec<Line>, row: Row<'_, '_>, widest_gap: f64, widest_ratio: f64) {
    let mut open: Option<Line> = None;
    for placed in row {
        let (word, start) = (placed.word, placed.start);
        if let Some(line) = &mut open {
            let em = line.size.max(word.size);
            let ratio = em / line.size.min(word.size);
            let gap = start - line.end;
            if gap <= widest_gap * em && gap > -em && ratio <= widest_ratio {
                line.add(word, start);
                continue;
            }
        }
        lines.extend(open.replace(Line::of(word, placed.angle, start, placed.down)));
    }
    lines.extend(open);
}

/// The lines of a sheet, parted at the gaps between cells and columns.
pub(super) fn sheet_lines(words: &[Word]) -> Vec<Line> {
    let mut placed = placed(words.iter());
    let mut lines = Vec::new();
    for row in rows(&mut placed) {
        add_row(&mut lines, row, SHEET_GAP, SHEET_RATIO);
    }
    lines
}

/// The lines of a page of running text in the order of reading, each from margin to margin of the
/// page or of its column.
pub(super) fn text_lines(words: &[Word]) -> Vec<Line> {
    let mut lines = Vec::new();
    add_text(&mut lines, words.iter(), MOST_GUTTERS);
    lines
}

fn add_text<'w>(lines: &mut Vec<Line>, words: impl Iterator<Item = &'w Word>, gutters: u32) {
    let mut placed = placed(words);
    let rows = rows(&mut placed);
    let add = |lines: &mut Vec<Line>, some: &[Row<'_, '_>]| {
        for row in some {
            add_row(lines, row, f64::INFINITY, f64::INFINITY);
        }
    };
    let level = rows.partition_point(|row| row.first().is_some_and(|placed| placed.angle == 0));
    let (level, turned) = rows.split_at(level);
    let bands = if gutters > 0 { bands(level) } else { None };
    match bands {
        None => add(lines, level),
        Some(bands) => {
            for band in bands {
                match band {
                    Band::Whole(rows) => add(lines, &rows),
                    Band::Columns(left, right) => {
                        add_text(lines, left.into_iter(), gutters - 1);
                        add_text(lines, right.into_iter(), gutters - 1);
                    }
                }
            }
        }
    }
    add(lines, turned);
}

/// Lines that stand under each other, top block first. Looks back over a bounded number of open
/// blocks, so that a hostile page cannot make it slow.
pub(super) fn blocks(lines: Vec<Line>) -> Vec<Vec<Line>> {
    const OPEN_BLOCKS: usize = 200;
    let mut blocks: Vec<Vec<Line>> = Vec::new();
    for line in lines {
        let oldest = blocks.len().saturating_sub(OPEN_BLOCKS);
        let home = blocks.iter_mut().skip(oldest).rev().find(|block| {
            block
                .last()
                .is_some_and(|last| last.is_continued_by(&line, 1.9))
        });
        match home {
            Some(block) => block.push(line),
            None => blocks.push(vec![line]),
        }
    }
    // Blocks are read from the top; those that start on one height, from the left.
    blocks.sort_by(|a, b| match (a.first(), b.first()) {
        (Some(a), Some(b)) => (a.top, a.left)
            .partial_cmp(&(b.top, b.left))
            .unwrap_or(std::cmp::Ordering::Equal),
        _ => std::cmp::Ordering::Equal,
    });
    blocks
}

/// A table on a sheet: where it stands, in points, and its text row by row.
pub(super) struct TableText<'t> {
    pub area: Rect,
    pub text: &'t str,
}

/// The lines of a page: along columns in running text, by cells on a sheet.
pub(super) fn lines_of(words: &[Word], kind: PageKind) -> Vec<Line> {
    match kind {
        PageKind::Drawing => sheet_lines(words),
        PageKind::Document => text_lines(words),
    }
}

/// The text of a page of running text, UTF-8, one line of the page a line.
pub(super) fn document_text(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(&line.text);
        text.push('\n');
    }
    text
}

/// The text of a sheet, UTF-8, one line of it a line; blocks are parted by an empty line. A table is
/// read row by row, and what its rows lack stays a block of its own.
pub(super) fn sheet_text(lines: Vec<Line>, tables: &[TableText<'_>]) -> String {
    let mut rest = lines;
    let mut parts: Vec<(f64, f64, String)> = Vec::new();
    for table in tables {
        let mut told: HashMap<&str, usize> = HashMap::new();
        for word in table.text.split_whitespace() {
            *told.entry(word).or_default() += 1;
        }
        rest.retain(|line| {
            let is_inside = table.area.contains(Point::from(line.centre()));
            !(is_inside && take_words(&mut told, &line.text))
        });
        parts.push((table.area.y0, table.area.x0, table.text.to_owned()));
    }
    for block in blocks(rest) {
        let place = block
            .first()
            .map_or((0.0, 0.0), |line| (line.top, line.left));
        let mut text = String::new();
        for line in block {
            text.push_str(&line.text);
            text.push('\n');
        }
        parts.push((place.0, place.1, text));
    }
    // Stable: blocks are in their order already.
    parts.sort_by(|a, b| {
        (a.0, a.1)
            .partial_cmp(&(b.0, b.1))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let texts: Vec<String> = parts.into_iter().map(|(.., text)| text).collect();
    texts.join("\n")
}

/// Takes the words of a line out of those that are told; false, and none taken, where one is missing.
fn take_words(told: &mut HashMap<&str, usize>, line: &str) -> bool {
    let mut taken: HashMap<&str, usize> = HashMap::new();
    for word in line.split_whitespace() {
        *taken.entry(word).or_default() += 1;
    }
    let has_all = taken
        .iter()
        .all(|(word, count)| told.get(word).is_some_and(|left| left >= count));
    if has_all {
        for (word, count) in taken {
            if let Some(left) = told.get_mut(word) {
                *left -= count;
            }
        }
    }
    has_all
}

#[cfg(test)]
mod tests {
    use super::super::words::tests::word;
    use super::*;

    #[test]
    fn running_text_is_read_line_by_line_whatever_the_drawing_order() {
        let words = [
            word("second", 10.0, 70.0, 10.0),
            word("line", 60.0, 50.5, 10.0),
            word("first", 10.0, 50.0, 10.0),
        ];
        assert_eq!(document_text(&text_lines(&words)), "first line\nsecond\n");
    }

    #[test]
    fn cells_of_a_sheet_are_kept_apart() {
        let words = [
            word("ROOM", 10.0, 50.0, 10.0),
            word("SCALE", 200.0, 50.0, 10.0),
            word("101", 10.0, 62.0, 10.0),
        ];
        assert_eq!(sheet_text(sheet_lines(&words), &[]), "ROOM\n101\n\nSCALE\n");
    }

    #[test]
    fn a_table_is_read_by_its_rows_and_nothing_is_lost() {
        let words = [
            word("MARK", 10.0, 50.0, 10.0),
            word("SIZE", 80.0, 50.0, 10.0),
            word("101", 10.0, 62.0, 10.0),
            word("3070", 80.0, 62.0, 10.0),
            word("STRAY", 150.0, 62.0, 10.0),
            word("NOTES", 10.0, 200.0, 10.0),
        ];
        let table = TableText {
            area: Rect::new(0.0, 30.0, 200.0, 80.0),
            text: "MARK\tSIZE\n101\t3070\n",
        };
        assert_eq!(
            sheet_text(sheet_lines(&words), &[table]),
            "MARK\tSIZE\n101\t3070\n\nSTRAY\n\nNOTES\n"
        );
    }
}
