//! Words to lines, lines to blocks, and the text of a page in reading order.
//! The title block reads the lines of a sheet; the worker writes the text.

use super::page::PageKind;
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
}

/// The widest gap inside a line of a sheet, in em: cells of a title block and columns stand further apart.
const SHEET_GAP: f64 = 1.2;
/// Larger and smaller words side by side belong to different cells (a name and the sheet's number).
const SHEET_RATIO: f64 = 1.35;

/// All lines of the page, sorted by angle, then from the first line down. A gap of more than
/// `widest_gap` em, or a jump in size of more than `widest_ratio`, starts another line.
fn lines_with(words: &[Word], widest_gap: f64, widest_ratio: f64) -> Vec<Line> {
    let mut placed: Vec<(i32, f64, f64, &Word)> = words
        .iter()
        .map(|word| {
            // Snapped to the degree, so that near-level words share a frame; -180 is 180.
            let angle = match word.angle().round() as i32 {
                -180 => 180,
                angle => angle,
            };
            let turn = f64::from(angle).to_radians();
            let (x, y) = (turn.cos(), -turn.sin());
            let start = word.origin.x * x + word.origin.y * y;
            let down = word.origin.y * x - word.origin.x * y;
            (angle, down, start, word)
        })
        .collect();
    placed.sort_by(|a, b| {
        (a.0.rem_euclid(360), a.1, a.2)
            .partial_cmp(&(b.0.rem_euclid(360), b.1, b.2))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut lines = Vec::new();
    let mut rest = placed.as_mut_slice();
    while let Some(&(angle, down, _, first)) = rest.first() {
        let mut smallest = first.size;
        let count = rest
            .iter()
            .take_while(|(turn, depth, _, word)| {
                smallest = smallest.min(word.size);
                *turn == angle && *depth - down <= 0.4 * smallest
            })
            .count()
            .max(1);
        let (row, after) = rest.split_at_mut(count);
        row.sort_by(|a, b| a.2.total_cmp(&b.2));
        add_row(&mut lines, row, widest_gap, widest_ratio);
        rest = after;
    }
    lines
}

fn add_row(
    lines: &mut Vec<Line>,
    row: &[(i32, f64, f64, &Word)],
    widest_gap: f64,
    widest_ratio: f64,
) {
    let mut open: Option<Line> = None;
    for &(angle, down, start, word) in row {
        if let Some(line) = &mut open {
            let em = line.size.max(word.size);
            let ratio = em / line.size.min(word.size);
            let gap = start - line.end;
            if gap <= widest_gap * em && gap > -em && ratio <= widest_ratio {
                line.add(word, start);
                continue;
            }
        }
        lines.extend(open.replace(Line::of(word, angle, start, down)));
    }
    lines.extend(open);
}

/// The lines of a sheet, parted at the gaps between cells and columns.
pub(super) fn sheet_lines(words: &[Word]) -> Vec<Line> {
    lines_with(words, SHEET_GAP, SHEET_RATIO)
}

/// The lines of a page of running text, each from margin to margin.
pub(super) fn text_lines(words: &[Word]) -> Vec<Line> {
    lines_with(words, f64::INFINITY, f64::INFINITY)
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

/// The page's text, UTF-8, one line of the page a line; blocks of a sheet are parted by an empty line.
pub(super) fn reading_text(words: &[Word], kind: PageKind) -> String {
    let mut text = String::new();
    match kind {
        PageKind::Document => {
            for line in text_lines(words) {
                text.push_str(&line.text);
                text.push('\n');
            }
        }
        PageKind::Drawing => {
            for block in blocks(sheet_lines(words)) {
                if !text.is_empty() {
                    text.push('\n');
                }
                for line in block {
                    text.push_str(&line.text);
                    text.push('\n');
                }
            }
        }
    }
    text
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
        assert_eq!(
            reading_text(&words, PageKind::Document),
            "first line\nsecond\n"
        );
    }

    #[test]
    fn cells_of_a_sheet_are_kept_apart() {
        let words = [
            word("ROOM", 10.0, 50.0, 10.0),
            word("SCALE", 200.0, 50.0, 10.0),
            word("101", 10.0, 62.0, 10.0),
        ];
        assert_eq!(
            reading_text(&words, PageKind::Drawing),
            "ROOM\n101\n\nSCALE\n"
        );
    }
}
