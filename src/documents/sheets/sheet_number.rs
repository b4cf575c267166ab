//! Finds a sheet's number: the largest word of that shape near the right and bottom edge, and what a
//! label such as SHEET NO announces. Asked by the title block.

use super::super::lines::Line;
use super::labels::Label;
use super::number_shape::{Form, as_free_number, as_sheet_number, letters_before_figures};
use super::title_block::Sheet;

/// A sheet number and the line in which it stands.
#[derive(Clone, Debug)]
pub(super) struct FoundNumber {
    pub number: String,
    pub line: Line,
    pub form: Form,
    /// Whether a label announces it.
    pub labelled: bool,
    /// Whether the page alone is enough to believe it.
    pub sure: bool,
    pub weight: f64,
}

/// More candidates than this on one page are room tags.
const MOST_CANDIDATES: usize = 16;
const MOST_HEADS: usize = 200;

/// Everything on the sheet that may be its number, the most likely first.
pub(super) fn candidates(sheet: &Sheet) -> Vec<FoundNumber> {
    let mut found: Vec<FoundNumber> = Vec::new();
    for (at, line) in sheet.lines.iter().enumerate() {
        found.extend(candidate(sheet, at, line));
    }
    found.extend(pieced_numbers(sheet));
    found.extend(stacked_numbers(sheet));
    found.sort_by(|a, b| {
        (b.sure.cmp(&a.sure))
            .then(
                (b.form == Form::Free)
                    .cmp(&(a.form == Form::Free))
                    .reverse(),
            )
            .then(b.weight.total_cmp(&a.weight))
    });
    found.truncate(MOST_CANDIDATES);
    found
}

/// The sheet's number, or none when nothing is large enough, or near enough to the corner, to be sure.
pub(super) fn sheet_number(candidates: &[FoundNumber]) -> Option<&FoundNumber> {
    candidates.first().filter(|first| first.sure)
}

fn candidate(sheet: &Sheet, at: usize, line: &Line) -> Option<FoundNumber> {
    if line.text.len() > 120 {
        return None;
    }
    let (text, mut labelled) = match sheet.label_of(at) {
        Some((Label::Number | Label::Drawing, rest)) if !rest.is_empty() => (rest, true),
        Some((Label::Number | Label::Drawing | Label::Name, _)) | None => {
            (line.text.as_str(), false)
        }
        Some(_) => return None,
    };
    let is_announced = || announces(sheet, line);
    let (number, form, alone) = match number_in(text) {
        Some((number, form, alone)) => (number, form, alone || labelled),
        None => {
            // "SHEET 3 OF 12" counts sheets, and names one only where nothing else does.
            let announced = labelled || is_announced();
            let number = announced.then(|| as_free_number(text)).flatten()?;
            (number, Form::Free, true)
        }
    };
    labelled = labelled || is_announced();
    weigh(sheet, line, number, form, alone, labelled)
}

fn weigh(
    sheet: &Sheet,
    line: &Line,
    number: String,
    form: Form,
    alone: bool,
    labelled: bool,
) -> Option<FoundNumber> {
    let (middle, y) = sheet.place(line);
    // A row of cells begins far from the corner in which it ends.
    let x = match form {
        Form::Long => middle.max(line.right / sheet.width),
        _ => middle,
    };
    let size = line.size / sheet.usual_size;
    let in_corner = x > 0.75 && y > 0.75;
    let in_strip = x > 0.85 || y > 0.86;
    // Some title blocks stand along the left or the upper edge.
    let at_edge = x < 0.12 || y < 0.12;
    let too_many_letters = form == Form::Designated && letters_before_figures(&number) > 2;
    let sure = match (form, labelled) {
        (Form::Free, _) => labelled && (in_corner || in_strip),
        (Form::Long, true) => in_corner || in_strip || at_edge,
        (Form::Long, false) => (in_corner || in_strip) && alone,
        (Form::Designated, true) if in_corner => true,
        (Form::Designated, true) => (in_strip && size >= 1.2) || (at_edge && size >= 1.5),
        // The discipline designator of the US National CAD Standard has one or two letters.
        (Form::Designated, false) if too_many_letters => false,
        // Where little is written the ordinary words are large too, but the number is the largest.
        (Form::Designated, false) if in_corner && alone => {
            size >= 1.5 || (size >= 1.2 && line.size >= sheet.largest_size)
        }
        (Form::Designated, false) if in_corner => size >= 1.9,
        (Form::Designated, false) => {
            alone && ((in_strip && size >= 2.2) || (at_edge && size >= 3.0))
        }
    };
    let mut weight = line.size;
    if labelled {
        weight *= 1.8;
    }
    if form == Form::Long {
        // Long numbers are set small, and nothing else looks like them; a part of one is not it.
        weight *= 0.5 * number.split('-').count() as f64;
    }
    if !in_corner {
        weight *= 0.5;
    }
    if !in_corner && !in_strip {
        weight *= 0.5;
    }
    if !alone {
        weight *= 0.6;
    }
    // Of two equal ones the nearer to the corner.
    weight *= 1.0 + 0.1 * (x + y);
    Some(FoundNumber {
        number,
        line: line.clone(),
        form,
        labelled,
        sure,
        weight,
    })
}

/// Whether a bare label stands by the line and nothing between them.
fn announces(sheet: &Sheet, line: &Line) -> bool {
    sheet.labels().any(|(label_line, label, rest)| {
        matches!(label, Label::Number | Label::Drawing)
            && rest.is_empty()
            && (sheet.is_value_of(label_line, line, 3.5) || is_over(label_line, line))
    })
}

/// Some offices print the label under the number.
fn is_over(label: &Line, value: &Line) -> bool {
    let step = label.down - value.down;
    label.angle == value.angle
        && value.size >= 1.5 * label.size
        && step > 0.0
        && step <= 1.0 * value.size + 1.2 * label.size
        && value.start < label.end
        && value.end > label.start
}

/// The number in a line, and whether it stands alone.
fn number_in(text: &str) -> Option<(String, Form, bool)> {
    let text = without_revision(text);
    // A number may be drawn in pieces: "A", "-", "101".
    let joined: String = text.split(' ').collect();
    let count = text.split(' ').count();
    let is_joinable = count <= 4 || (count <= 15 && joined.matches('-').count() >= 4);
    // A whole one and a revision in the cell beside it: "E001 0".
    let (before, mark) = text.rsplit_once(' ').unwrap_or((text, ""));
    let ends_in_figures = |text: &str| text.ends_with(|c: char| c.is_ascii_digit());
    let is_marked = mark.len() <= 2
        && mark.starts_with(|c: char| c.is_ascii_digit())
        && (ends_in_figures(before) || before.ends_with(|c: char| c.is_ascii_uppercase()));
    if is_marked && let Some((number, form @ Form::Designated)) = as_sheet_number(before) {
        return Some((number, form, true));
    }
    if is_joinable
        && !is_words_and_figures(text)
        && let Some((number, form)) = as_sheet_number(&joined)
    {
        return Some((number, form, true));
    }
    // Fields of ISO 19650 without the hyphens: "PROJ ORG ZZ 01 DR A 10001".
    if (6..=8).contains(&count)
        && text.split(' ').any(is_type_code)
        && let Some((number, Form::Long)) = as_sheet_number(&text.replace(' ', "-"))
    {
        return Some((number, Form::Long, true));
    }
    let first = text.split(' ').next().and_then(as_sheet_number);
    let last = || text.split(' ').next_back().and_then(as_sheet_number);
    first
        .or_else(last)
        .map(|(number, form)| (number, form, false))
}

/// `AREA 2`, `NO 101`: a word and its figure, not the pieces of a number.
fn is_words_and_figures(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(first, _)| {
        first.len() >= 3 && first.chars().all(|c| c.is_ascii_alphabetic())
    })
}

/// The text before `REV B`, `Rev: P02`.
fn without_revision(text: &str) -> &str {
    let words: Vec<&str> = text.split(' ').collect();
    let Some(at) = words.iter().skip(1).position(|word| {
        matches!(
            word.trim_end_matches(['.', ':'])
                .to_ascii_uppercase()
                .as_str(),
            "REV" | "REVISION" | "OF"
        )
    }) else {
        return text;
    };
    let length: usize = words.iter().take(at + 1).map(|word| word.len() + 1).sum();
    text.get(..length.saturating_sub(1)).unwrap_or(text)
}

/// Numbers whose pieces stand so far apart, or differ so much in size, that they are lines of their
/// own: a huge `A`, then `-101`; or the fields of ISO 19650 in a row of cells.
fn pieced_numbers(sheet: &Sheet) -> Vec<FoundNumber> {
    let has_fields = sheet
        .lines
        .iter()
        .any(|line| line.text.len() <= 12 && line.text.split(['-', ' ']).any(is_type_code));
    let mut found = Vec::new();
    let mut tried = 0;
    for (at, line) in sheet.lines.iter().enumerate() {
        let letters = line.text.trim_end_matches(['-', '–', '.', ' ']);
        let is_head = (1..=8).contains(&letters.len())
            && letters.chars().all(|c| c.is_ascii_alphanumeric())
            && sheet.label_of(at).is_none();
        let is_large = letters.len() <= 2
            && letters.chars().all(|c| c.is_ascii_uppercase())
            && line.size >= 1.8 * sheet.usual_size;
        if !is_head || !(is_large || has_fields) || tried >= MOST_HEADS {
            continue;
        }
        tried += 1;
        let mut row: Vec<&Line> = sheet
            .lines
            .iter()
            .filter(|other| {
                other.angle == line.angle
                    && (other.down - line.down).abs() <= 0.4 * line.size
                    && other.start >= line.end - 0.2 * line.size
                    && other.start <= line.end + 60.0 * line.size
            })
            .take(40)
            .collect();
        row.sort_by(|a, b| a.start.total_cmp(&b.start));
        let mut whole = line.clone();
        let mut count = 1;
        for next in row {
            let reach = if is_large { 2.0 } else { 7.0 };
            if next.start - whole.end > reach * line.size || next.text.len() > 12 || count > 15 {
                break;
            }
            append(&mut whole, next);
            count += 1;
            // Its number is the last field; status and revision follow in the row.
            let is_figures = next.text.chars().all(|c| c.is_ascii_digit());
            if !is_large && count >= 5 && next.text.len() >= 3 && is_figures {
                break;
            }
        }
        if count < 2 {
            continue;
        }
        let Some((number, form, true)) = number_in(&whole.text) else {
            continue;
        };
        if form == Form::Long || (is_large && count <= 3) {
            let labelled = announces(sheet, &whole);
            found.extend(weigh(sheet, &whole, number, form, true, labelled));
        }
    }
    found
}

/// Numbers in two lines of large letters: `A` over `101`.
fn stacked_numbers(sheet: &Sheet) -> Vec<FoundNumber> {
    let is_designator =
        |text: &str| (1..=2).contains(&text.len()) && text.chars().all(|c| c.is_ascii_uppercase());
    let mut found = Vec::new();
    let mut tried = 0;
    for (at, line) in sheet.lines.iter().enumerate() {
        let letters = line.text.trim_end_matches(['-', '–', '.', ' ']);
        let is_large = line.size >= 2.5 * sheet.usual_size;
        if !is_designator(letters) || !is_large || sheet.label_of(at).is_some() {
            continue;
        }
        tried += 1;
        if tried > MOST_HEADS {
            break;
        }
        let below = sheet.lines.iter().find(|below| {
            let middle = |line: &Line| line.start + line.end;
            let is_alike = (0.85..=1.18).contains(&(below.size / line.size));
            is_alike
                && line.is_continued_by(below, 1.5)
                && below
                    .text
                    .starts_with(|c: char| c.is_ascii_digit() || c == '-')
                && below.text.chars().filter(char::is_ascii_digit).count() >= 2
                && ((below.start - line.start).abs() <= 0.4 * line.size
                    || (middle(below) - middle(line)).abs() <= 0.8 * line.size)
        });
        let Some(below) = below else {
            continue;
        };
        let mut whole = below.clone();
        whole.text = format!("{} {}", line.text, below.text);
        whole.left = whole.left.min(line.left);
        whole.right = whole.right.max(line.right);
        whole.top = whole.top.min(line.top);
        whole.bottom = whole.bottom.max(line.bottom);
        whole.start = whole.start.min(line.start);
        whole.end = whole.end.max(line.end);
        if let Some((number, form @ Form::Designated, true)) = number_in(&whole.text) {
            let labelled = announces(sheet, &whole) || announces(sheet, line);
            found.extend(weigh(sheet, &whole, number, form, true, labelled));
        }
    }
    found
}

/// Codes of ISO 19650 for a kind of document that is a drawing or a model.
fn is_type_code(piece: &str) -> bool {
    matches!(piece, "DR" | "M2" | "M3" | "SK" | "SH" | "VS")
}

fn append(line: &mut Line, piece: &Line) {
    line.text.push(' ');
    line.text.push_str(&piece.text);
    line.word_count += piece.word_count;
    line.left = line.left.min(piece.left);
    line.right = line.right.max(piece.right);
    line.top = line.top.min(piece.top);
    line.bottom = line.bottom.max(piece.bottom);
    line.end = line.end.max(piece.end);
}

#[cfg(test)]
mod tests {
    use super::super::super::words::Word;
    use super::super::super::words::tests::word;
    use super::*;

    fn number_of(words: &[Word]) -> Option<String> {
        let found = candidates(&Sheet::new(words, 2592.0, 1728.0));
        sheet_number(&found).map(|found| found.number.clone())
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
        let rooms = [
            word("OFFICE", 300.0, 500.0, 8.0),
            word("HALL", 300.0, 600.0, 8.0),
            word("STAIR", 300.0, 700.0, 8.0),
        ];
        let near = [
            word("A", 2400.0, 1650.0, 40.0),
            word("101", 2435.0, 1650.0, 40.0),
        ];
        let words = [&rooms[..], &near[..]].concat();
        assert_eq!(number_of(&words).as_deref(), Some("A101"));
        let apart = [
            word("A", 2300.0, 1650.0, 60.0),
            word("-101", 2390.0, 1650.0, 40.0),
        ];
        let words = [&rooms[..], &apart[..]].concat();
        assert_eq!(number_of(&words).as_deref(), Some("A-101"));
    }

    #[test]
    fn a_letter_over_its_figures_is_one_number() {
        let words = [
            word("OFFICE", 300.0, 500.0, 8.0),
            word("HALL", 300.0, 600.0, 8.0),
            word("STAIR", 300.0, 700.0, 8.0),
            word("A", 2400.0, 1600.0, 60.0),
            word("101", 2400.0, 1670.0, 60.0),
        ];
        assert_eq!(number_of(&words).as_deref(), Some("A101"));
        let grid = [
            word("OFFICE", 300.0, 500.0, 8.0),
            word("HALL", 300.0, 600.0, 8.0),
            word("STAIR", 300.0, 700.0, 8.0),
            word("A", 2400.0, 1600.0, 9.0),
            word("101", 2400.0, 1611.0, 9.0),
        ];
        assert_eq!(number_of(&grid), None);
    }

    #[test]
    fn where_little_is_written_the_largest_letters_are_enough() {
        let sheet = |tag: f64| {
            [
                word("OFFICE", 300.0, 500.0, 18.0),
                word("BREAK", 300.0, 800.0, 18.0),
                word("CORRIDOR", 900.0, 500.0, tag),
                word("A-101", 2200.0, 1400.0, 25.0),
            ]
        };
        assert_eq!(number_of(&sheet(18.0)).as_deref(), Some("A-101"));
        assert_eq!(number_of(&sheet(30.0)), None);
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
