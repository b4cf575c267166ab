//! Finds a sheet's number: the largest word of that shape near the right and bottom edge.
//! Asked by the title block.

use super::lines::Line;
use super::title_block::{Label, Sheet, belongs_to, label};

/// A sheet number and the line in which it stands.
#[derive(Debug)]
pub(super) struct FoundNumber {
    pub number: String,
    pub line: Line,
}

/// The sheet's number, or none when nothing is large enough, or near enough to the corner, to be sure.
pub(super) fn sheet_number(sheet: &Sheet) -> Option<FoundNumber> {
    let labels: Vec<&Line> = sheet
        .lines
        .iter()
        .filter(|line| sheet.is_in_title_strip(line))
        .filter(|line| matches!(label(&line.text), Some((Label::Number, ""))))
        .take(MOST_LABELS)
        .collect();
    let mut best: Option<(f64, FoundNumber)> = None;
    for line in &sheet.lines {
        let Some((number, alone, inline_label)) = number_in(&line.text) else {
            continue;
        };
        let labelled = inline_label || labels.iter().any(|label| belongs_to(label, line, 3.5));
        let (x, y) = sheet.place(line);
        let size = line.size / sheet.usual_size;
        let in_corner = x > 0.75 && y > 0.75;
        let in_strip = x > 0.85 || y > 0.88;
        let is_sure = match (labelled, in_corner, in_strip) {
            (true, true, _) => true,
            // The discipline designator of the US National CAD Standard has one or two letters.
            (false, _, _) if letters_before_figures(&number) > 2 => false,
            (true, false, true) => size >= 1.2,
            (false, true, _) => size >= if alone { 1.3 } else { 1.8 },
            (false, false, true) => alone && size >= 2.2,
            _ => false,
        };
        if !is_sure {
            continue;
        }
        let mut weight = line.size;
        if labelled {
            weight *= 1.8;
        }
        if !in_corner {
            weight *= 0.5;
        }
        if !alone {
            weight *= 0.6;
        }
        // Of two equal ones the nearer to the corner.
        weight *= 1.0 + 0.1 * (x + y);
        if best.as_ref().is_none_or(|(most, _)| weight > *most) {
            let found = FoundNumber {
                number,
                line: line.clone(),
            };
            best = Some((weight, found));
        }
    }
    best.map(|(_, found)| found)
}

const MOST_LABELS: usize = 50;

/// The number in a line, whether it stands alone, and whether its label stands before it.
fn number_in(text: &str) -> Option<(String, bool, bool)> {
    if text.len() > 120 {
        return None;
    }
    let (text, labelled) = match label(text) {
        Some((Label::Number, rest)) if !rest.is_empty() => (rest, true),
        _ => (text, false),
    };
    // A number may be drawn in pieces: "A", "-", "101".
    let joined: String = text.split(' ').collect();
    if text.split(' ').count() <= 4
        && let Some(number) = as_sheet_number(&joined)
    {
        return Some((number, true, labelled));
    }
    let first = text.split(' ').next().and_then(as_sheet_number);
    let last = || text.split(' ').next_back().and_then(as_sheet_number);
    first
        .or_else(last)
        .map(|number| (number, labelled, labelled))
}

/// Words of the shape of a number that never are one.
const NOT_PREFIXES: &[&str] = &[
    "NO", "REV", "RM", "FT", "IN", "MM", "CM", "UP", "DN", "OF", "PG", "TYP", "DWG", "SHT", "PH",
    "TEL", "FAX", "USA", "MAY", "JAN", "FEB", "MAR", "APR", "JUN", "JUL", "AUG", "SEP", "OCT",
    "NOV", "DEC", "LOT", "BLK", "STE", "UNIT", "HWY", "RD", "ISO", "PSI", "GA", "OC", "EA",
];

/// The text as a sheet number, in capitals, when it has the shape: one to three letters, perhaps a
/// hyphen or dot, one to four figures, perhaps `.12`, `-2` and a letter (`A-101`, `AF600`, `A1.01`,
/// `E201A`, `A001.01`); perhaps a building's figures before it; or the long form of ISO 19650
/// (`PROJ-ORG-ZZ-01-DR-A-10001`).
fn as_sheet_number(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| matches!(c, ':' | '.' | ',' | '(' | ')' | '#' | '-'));
    if text.is_empty() || text.len() > 40 || !text.is_ascii() {
        return None;
    }
    let plain = text.to_ascii_uppercase();
    if plain != text && text.chars().filter(char::is_ascii_lowercase).count() > 1 {
        return None;
    }
    if is_short_number(&plain) || is_long_number(&plain) {
        return Some(plain);
    }
    // A building before it: "2-A101".
    let (building, rest) = plain.split_once('-')?;
    let is_building =
        (1..=3).contains(&building.len()) && building.chars().all(|c| c.is_ascii_digit());
    (is_building && is_short_number(rest)).then_some(plain)
}

fn is_short_number(text: &str) -> bool {
    let (prefix, rest) = split_run(text, |c| c.is_ascii_uppercase());
    if !(1..=3).contains(&prefix.len()) || NOT_PREFIXES.contains(&prefix) {
        return false;
    }
    let rest = rest.strip_prefix(['-', '.']).unwrap_or(rest);
    let (figures, rest) = split_run(rest, |c| c.is_ascii_digit());
    if !(1..=4).contains(&figures.len()) {
        return false;
    }
    let mut rest = rest;
    for _ in 0..2 {
        let Some(after) = rest.strip_prefix(['.', '-']) else {
            break;
        };
        let (figures, after) = split_run(after, |c| c.is_ascii_digit());
        if !(1..=3).contains(&figures.len()) {
            break;
        }
        rest = after;
    }
    let rest = rest.strip_prefix(['.', '-']).unwrap_or(rest);
    rest.len() <= 2 && rest.chars().all(|c| c.is_ascii_uppercase())
}

fn is_long_number(text: &str) -> bool {
    let pieces: Vec<&str> = text.split('-').collect();
    let is_piece = |piece: &&str| {
        (1..=8).contains(&piece.len()) && piece.chars().all(|c| c.is_ascii_alphanumeric())
    };
    pieces.len() >= 4
        && pieces.iter().all(is_piece)
        && pieces
            .last()
            .is_some_and(|last| last.len() >= 3 && last.chars().all(|c| c.is_ascii_digit()))
        && pieces
            .iter()
            .filter(|piece| piece.chars().all(|c| c.is_ascii_uppercase()))
            .count()
            >= 2
}

/// How many letters the number starts with; a long number counts none.
fn letters_before_figures(number: &str) -> usize {
    if is_long_number(number) {
        return 0;
    }
    split_run(number, |c| c.is_ascii_uppercase()).0.len()
}

fn split_run(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::super::words::tests::word;
    use super::*;

    #[test]
    fn the_usual_shapes_are_numbers() {
        for text in [
            "A101",
            "A-101",
            "AF600",
            "A1.01",
            "E201A",
            "A001.01",
            "C-100",
            "T001",
            "FP-1",
            "M2.1A",
            "S-001.00",
            "2-A101",
            "a101",
            "AB-CDE-ZZ-01-DR-A-10001",
        ] {
            assert!(as_sheet_number(text).is_some(), "{text}");
        }
    }

    #[test]
    fn other_words_are_not() {
        for text in [
            "101",
            "PLAN",
            "REV1",
            "NO.1",
            "WI53703",
            "03/12/2018",
            "1/4\"",
            "A",
            "ABCD101",
            "773-425-6456",
            "12-34-56-7890",
            "A101.1234.5",
        ] {
            assert!(as_sheet_number(text).is_none(), "{text}");
        }
    }

    fn number_of(words: &[super::super::words::Word]) -> Option<String> {
        sheet_number(&Sheet::new(words, 2592.0, 1728.0)).map(|found| found.number)
    }

    #[test]
    fn the_largest_one_in_the_corner_wins() {
        let words = [
            word("A300", 1300.0, 800.0, 30.0),
            word("A201", 2300.0, 1400.0, 7.0),
            word("STORAGE", 300.0, 400.0, 8.0),
            word("OFFICE", 300.0, 500.0, 8.0),
            word("A-101", 2400.0, 1650.0, 40.0),
        ];
        assert_eq!(number_of(&words).as_deref(), Some("A-101"));
    }

    #[test]
    fn a_number_in_pieces_is_joined() {
        let words = [
            word("OFFICE", 300.0, 500.0, 8.0),
            word("HALL", 300.0, 600.0, 8.0),
            word("A", 2400.0, 1650.0, 40.0),
            word("101", 2435.0, 1650.0, 40.0),
        ];
        assert_eq!(number_of(&words).as_deref(), Some("A101"));
    }

    #[test]
    fn tags_of_usual_size_are_not_taken_for_a_number() {
        let words = [
            word("PT-1", 2400.0, 1600.0, 8.0),
            word("PT-2", 2400.0, 1620.0, 8.0),
            word("OFFICE", 300.0, 500.0, 8.0),
        ];
        assert_eq!(number_of(&words), None);
    }
}
