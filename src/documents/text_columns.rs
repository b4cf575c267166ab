//! Columns of running text: a page that is set in two columns or more is read column by column.
//! The lines of a page of text ask; tables, forms and lists are not columns.

use super::lines::Placed;
use super::words::Word;

/// Words on one baseline, from the left.
pub(super) type Row<'p, 'w> = &'p [Placed<'w>];

/// A gutter stands in this middle part of the text's width.
const MIDDLE: (f64, f64) = (0.25, 0.75);
/// Gaps are counted in steps of so many points.
const STEP: f64 = 3.0;
/// Narrower pages have no columns (points).
const NARROWEST_TEXT: f64 = 240.0;
const NARROWEST_GUTTER: f64 = 8.0;
/// So many rows must have a gap at one place before a closer look is taken.
const FEWEST_GAPS: usize = 4;
/// A column has at least so many lines; the last may be shorter.
const FEWEST_LINES: usize = 8;
const FEWEST_LAST_LINES: usize = 4;

/// The words of justified text stand no further apart, in em.
const WIDEST_GAP: f64 = 1.6;

/// A part of a page, from the top.
pub(super) enum Band<'p, 'w> {
    /// Rows from margin to margin.
    Whole(Vec<Row<'p, 'w>>),
    /// What stands left and right of a gutter.
    Columns(Vec<&'w Word>, Vec<&'w Word>),
}

/// The page's rows in bands; none when no part of it is set in columns.
pub(super) fn bands<'p, 'w>(rows: &[Row<'p, 'w>]) -> Option<Vec<Band<'p, 'w>>> {
    let middle = gutter(rows)?;
    let mut bands = Vec::new();
    let mut whole: Vec<Row<'p, 'w>> = Vec::new();
    let mut rest = rows;
    let mut has_columns = false;
    while !rest.is_empty() {
        let count = rest.iter().take_while(|row| !crosses(row, middle)).count();
        let (open, after) = rest.split_at(count);
        if are_columns(open, middle) {
            has_columns = true;
            if !whole.is_empty() {
                bands.push(Band::Whole(std::mem::take(&mut whole)));
            }
            let words = open
                .iter()
                .flat_map(|row| row.iter().map(|placed| placed.word));
            let (left, right) = words.partition(|word| is_left(word, middle));
            bands.push(Band::Columns(left, right));
        } else {
            whole.extend_from_slice(open);
        }
        let crossing = after.iter().take_while(|row| crosses(row, middle)).count();
        let (across, after) = after.split_at(crossing);
        whole.extend_from_slice(across);
        rest = after;
    }
    if !whole.is_empty() {
        bands.push(Band::Whole(whole));
    }
    has_columns.then_some(bands)
}

fn is_left(word: &Word, middle: f64) -> bool {
    (word.left + word.right) / 2.0 < middle
}

fn crosses(row: Row<'_, '_>, middle: f64) -> bool {
    row.iter()
        .any(|placed| placed.word.left < middle && placed.word.right > middle)
        || gap_at(row, middle).is_some_and(|gap| gap < NARROWEST_GUTTER)
}

/// The width of the row's gap over this place, where words stand on both sides of it; none of
/// leaders, which lead across.
fn gap_at(row: Row<'_, '_>, middle: f64) -> Option<f64> {
    let after = row
        .iter()
        .position(|placed| !is_left(placed.word, middle))?;
    let before = row.get(after.checked_sub(1)?)?.word;
    let after = row.get(after)?.word;
    if is_leader(before) || is_leader(after) {
        return Some(0.0);
    }
    Some(after.left - before.right)
}

fn is_leader(word: &Word) -> bool {
    word.text
        .chars()
        .all(|letter| matches!(letter, '.' | '·' | '…' | '_' | '-'))
}

/// Where most rows have a gap in the middle of the page, in points from the left.
fn gutter(rows: &[Row<'_, '_>]) -> Option<f64> {
    let starts = rows.iter().filter_map(|row| row.first());
    let ends = rows.iter().filter_map(|row| row.last());
    let left = starts.map(|placed| placed.word.left).reduce(f64::min)?;
    let right = ends.map(|placed| placed.word.right).reduce(f64::max)?;
    let width = right - left;
    if !(NARROWEST_TEXT..=5_000.0).contains(&width) {
        return None;
    }
    let (from, to) = (left + MIDDLE.0 * width, left + MIDDLE.1 * width);
    let mut counts = vec![0_usize; ((to - from) / STEP) as usize + 1];
    for row in rows {
        for pair in row.windows(2) {
            let [before, after] = pair else { continue };
            let (before, after) = (before.word, after.word);
            let (start, end) = (before.right.max(from), after.left.min(to));
            let em = before.size.max(after.size);
            if after.left - before.right < NARROWEST_GUTTER.max(0.9 * em) || end <= start {
                continue;
            }
            let first = ((start - from) / STEP).ceil() as usize;
            let last = ((end - from) / STEP).floor() as usize;
            for count in counts.iter_mut().take(last + 1).skip(first) {
                *count += 1;
            }
        }
    }
    let most = counts.iter().copied().max()?;
    if most < FEWEST_GAPS {
        return None;
    }
    // The middle of the longest run of places at which nearly all of these gaps lie.
    let enough = most - most / 10;
    let mut best = (0_usize, 0_usize);
    let mut run = 0;
    for (place, count) in counts.iter().enumerate() {
        run = if *count >= enough { run + 1 } else { 0 };
        if run > best.1 {
            best = (place, run);
        }
    }
    let middle = best.0 as f64 - (best.1.saturating_sub(1)) as f64 / 2.0;
    Some(from + middle * STEP)
}

/// Whether both sides are running text, and not the cells of a table.
fn are_columns(rows: &[Row<'_, '_>], middle: f64) -> bool {
    if rows.len() < FEWEST_LINES {
        return false;
    }
    let sides = |is_wanted: bool| -> Vec<Side> {
        rows.iter()
            .filter_map(|row| Side::of(row, |word| is_left(word, middle) == is_wanted))
            .collect()
    };
    let (left, right) = (sides(true), sides(false));
    let (Some(left_edges), Some(right_edges)) = (edges(&left), edges(&right)) else {
        return false;
    };
    let width = right_edges.1 - left_edges.0;
    // The lines of two columns seldom stand level, the cells of a table do.
    let level = rows.iter().filter(|row| is_level(row, middle)).count();
    let filled = if 3 * level < 2 * left.len().min(right.len()) {
        0.2
    } else {
        0.33
    };
    left.len() >= FEWEST_LINES
        && right.len() >= FEWEST_LAST_LINES
        && right_edges.0 - left_edges.1 >= NARROWEST_GUTTER
        && is_running_text(&left, left_edges, width, filled)
        && is_running_text(&right, right_edges, width, filled)
        && !has_rows_of_cells(rows)
}

/// The words of a row on one side of a gutter.
struct Side {
    left: f64,
    right: f64,
    words: usize,
    /// A wide gap parts its words.
    has_cells: bool,
}

impl Side {
    fn of(row: Row<'_, '_>, is_own: impl Fn(&Word) -> bool) -> Option<Self> {
        let mut own = row
            .iter()
            .map(|placed| placed.word)
            .filter(|word| is_own(word));
        let first = own.next()?;
        let mut side = Self {
            left: first.left,
            right: first.right,
            words: usize::from(!is_leader(first)),
            has_cells: false,
        };
        for (place, word) in own.enumerate() {
            // The first word may be a label, with its text further in.
            side.has_cells |= place > 0 && word.left - side.right > WIDEST_GAP * word.size;
            side.right = side.right.max(word.right);
            side.words += usize::from(!is_leader(word));
        }
        Some(side)
    }
}

fn edges(lines: &[Side]) -> Option<(f64, f64)> {
    let left = lines.iter().map(|line| line.left).reduce(f64::min)?;
    let right = lines.iter().map(|line| line.right).reduce(f64::max)?;
    Some((left, right))
}

/// Whether words on both sides of the gutter share their baseline.
fn is_level(row: Row<'_, '_>, middle: f64) -> bool {
    let (left, right): (Vec<&Placed<'_>>, Vec<&Placed<'_>>) =
        row.iter().partition(|placed| is_left(placed.word, middle));
    let (Some(left), Some(right)) = (left.last(), right.first()) else {
        return false;
    };
    (left.down - right.down).abs() <= 0.05 * left.word.size.max(right.word.size)
}

/// Wide enough, several words to a line, and this share of the lines filled: cells and lists are not.
fn is_running_text(lines: &[Side], (left, right): (f64, f64), width: f64, share: f64) -> bool {
    let words: usize = lines.iter().map(|line| line.words).sum();
    let filled = lines
        .iter()
        .filter(|line| line.right >= left + 0.78 * (right - left))
        .count();
    let cells = lines.iter().filter(|line| line.has_cells).count();
    right - left >= 0.27 * width
        && 10 * cells <= 3 * lines.len()
        && 2 * words >= 7 * lines.len()
        && filled as f64 >= share * lines.len() as f64
}

/// White rows through both columns again and again part the rows of a table.
fn has_rows_of_cells(rows: &[Row<'_, '_>]) -> bool {
    let mut lowest = f64::NEG_INFINITY;
    let mut gaps = 0;
    for row in rows {
        let words = || row.iter().map(|placed| placed.word);
        let top = words().map(|word| word.top).fold(f64::INFINITY, f64::min);
        let size = words().map(|word| word.size).fold(0.0, f64::max);
        if lowest.is_finite() && top - lowest > 0.6 * size {
            gaps += 1;
        }
        lowest = words().map(|word| word.bottom).fold(lowest, f64::max);
    }
    gaps > 1 && gaps * 8 > rows.len()
}

#[cfg(test)]
mod tests {
    use super::super::lines::{document_text, text_lines};
    use super::super::words::Word;
    use super::super::words::tests::word;

    /// Words of a line from `x`, ten points high.
    fn line(words: &mut Vec<Word>, text: &str, x: f64, y: f64) {
        let mut at = x;
        for part in text.split(' ') {
            words.push(word(part, at, y, 10.0));
            at += (part.len() + 1) as f64 * 6.0;
        }
    }

    fn text(words: &[Word]) -> String {
        document_text(&text_lines(words))
    }

    #[test]
    fn columns_are_read_one_after_the_other_between_lines_that_cross() {
        let mut words = Vec::new();
        line(
            &mut words,
            "AN AGREEMENT ABOUT THE WORK AND ALL THAT BELONGS TO IT ON BOTH SIDES",
            60.0,
            60.0,
        );
        for row in 0..12 {
            let y = 90.0 + 12.0 * f64::from(row);
            line(
                &mut words,
                &format!("L{row} the owner pays what is due"),
                60.0,
                y,
            );
            line(
                &mut words,
                &format!("R{row} the maker does what is asked"),
                310.0,
                y + 3.0,
            );
        }
        line(
            &mut words,
            "SIGNED BY THE OWNER AND BY THE MAKER AT THE PLACE AND ON THE DAY",
            60.0,
            260.0,
        );
        let read = text(&words);
        let first: Vec<&str> = read
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        let mut expected = vec!["AN".to_owned()];
        expected.extend((0..12).map(|row| format!("L{row}")));
        expected.extend((0..12).map(|row| format!("R{row}")));
        expected.push("SIGNED".to_owned());
        assert_eq!(first, expected);
    }

    #[test]
    fn rows_of_a_table_stay_together() {
        let mut words = Vec::new();
        for row in 0..12 {
            let y = 90.0 + 26.0 * f64::from(row);
            line(
                &mut words,
                &format!("L{row} the owner asks why it is"),
                60.0,
                y,
            );
            line(
                &mut words,
                &format!("R{row} the maker says that it was"),
                310.0,
                y,
            );
        }
        assert!(text(&words).starts_with("L0 the owner asks why it is R0 the maker"));
    }

    #[test]
    fn leaders_and_cells_keep_a_row_together() {
        let mut words = Vec::new();
        for row in 0..20 {
            let y = 90.0 + 12.0 * f64::from(row);
            line(
                &mut words,
                &format!("L{row} what is owed for the work ."),
                60.0,
                y,
            );
            line(
                &mut words,
                ". . . . . . . the sum of all that was said",
                310.0,
                y,
            );
        }
        assert!(text(&words).starts_with("L0 what is owed for the work . . . ."));
        let mut words = Vec::new();
        for row in 0..20 {
            let y = 90.0 + 12.0 * f64::from(row);
            line(&mut words, &format!("L{row} a child who lives"), 60.0, y);
            line(&mut words, "with us here", 200.0, y);
            line(&mut words, "a child who lives", 310.0, y + 2.0);
            line(&mut words, "with us there", 450.0, y + 2.0);
        }
        assert!(text(&words).starts_with("L0 a child who lives with us here a child"));
    }

    #[test]
    fn names_with_short_answers_are_no_columns() {
        let mut words = Vec::new();
        for row in 0..20 {
            let y = 90.0 + 12.0 * f64::from(row);
            line(&mut words, &format!("item {row}"), 60.0, y);
            line(&mut words, "what the answer to it is today", 310.0, y);
        }
        assert!(text(&words).starts_with("item 0 what the answer"));
    }
}
