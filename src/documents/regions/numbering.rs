//! How the sheets of a set are numbered, told from the sheet's own number: what is built like it is
//! the number of another sheet, where the same letters elsewhere are a tag. Asked by the mentions.

use super::super::lines::Line;
use super::super::sheets::as_sheet_number;
use super::frame::Frame;
use super::plane::{Plane, middle};

/// The sheet's own number, where it could be read.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    own: Option<String>,
    /// The sheets are numbered 1, 2, 3.
    is_plain: bool,
}

impl Numbering {
    /// From the largest number in the title block.
    pub fn of(plane: &Plane, frame: &Frame) -> Self {
        let Some(block) = frame.title_block else {
            return Self::default();
        };
        let inside = || {
            plane
                .lines
                .iter()
                .filter(|line| block.contains(middle(line)))
        };
        let largest = |lines: &mut dyn Iterator<Item = &Line>| {
            lines
                .max_by(|a, b| a.size.total_cmp(&b.size))
                .map(|line| line.text.clone())
        };
        let designated = largest(
            &mut inside()
                .filter(|line| line.word_count == 1 && as_sheet_number(&line.text).is_some()),
        );
        if let Some(own) = designated.and_then(|text| as_sheet_number(&text)) {
            return Self {
                own: Some(own),
                is_plain: false,
            };
        }
        let counted = inside().any(|line| counted(&line.text).is_some());
        let own = largest(&mut inside().filter(|line| counted_or_plain(&line.text)));
        Self {
            own: own.map(|text| counted_figures(&text)),
            is_plain: counted,
        }
    }

    /// The text as the number of a sheet of this set.
    pub fn sheet(&self, text: &str) -> Option<String> {
        as_sheet_number(text).or_else(|| self.plain_sheet(text))
    }

    /// Figures alone, where the sheets are numbered so.
    pub fn plain_sheet(&self, text: &str) -> Option<String> {
        (self.is_plain && is_plain(text)).then(|| text.to_owned())
    }

    pub fn is_own(&self, sheet: &str) -> bool {
        self.own.as_deref() == Some(sheet)
    }

    /// Whether a number can hardly be the tag of a door or a pump.
    pub fn is_trusted(&self, sheet: &str) -> bool {
        is_specific(sheet) || self.is_alike(sheet)
    }

    /// Built like the sheet's own number: `FA-3` beside `FP-5`, `A2` beside `A4`.
    fn is_alike(&self, sheet: &str) -> bool {
        self.own
            .as_deref()
            .is_some_and(|own| is_designated(sheet) && shape(own) == shape(sheet))
    }
}

/// `3 OF 9`: the 3.
fn counted(text: &str) -> Option<&str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [number, of, all] if of.eq_ignore_ascii_case("of") => {
            (is_plain(number) && is_plain(all)).then_some(*number)
        }
        _ => None,
    }
}

fn counted_or_plain(text: &str) -> bool {
    counted(text).is_some() || is_plain(text)
}

fn counted_figures(text: &str) -> String {
    counted(text).unwrap_or(text).to_owned()
}

fn is_plain(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit())
}

/// One letter for all letters in a row, one figure for each figure; letters after the figures part a
/// sheet in two and are left out.
fn shape(number: &str) -> String {
    let mut shape = String::new();
    for c in number
        .trim_end_matches(|c: char| c.is_ascii_alphabetic())
        .chars()
    {
        match c {
            c if c.is_ascii_alphabetic() => {
                if !shape.ends_with('A') {
                    shape.push('A');
                }
            }
            c if c.is_ascii_digit() => shape.push('9'),
            c => shape.push(c),
        }
    }
    shape
}

/// Begins with a designator of the US National CAD Standard.
fn is_designated(sheet: &str) -> bool {
    let letters = sheet.chars().take_while(char::is_ascii_alphabetic).count();
    let first = sheet.chars().next();
    letters <= 2 && first.is_some_and(|letter| "GHVBCLSAIQFPDMETRXZ".contains(letter))
}

/// Numbers that tags of doors, finishes and equipment seldom have: three figures or a dot, and a
/// designator of the US National CAD Standard before them; or the many parts of ISO 19650.
pub(super) fn is_specific(sheet: &str) -> bool {
    let figures = sheet.chars().filter(char::is_ascii_digit).count();
    if sheet.matches('-').count() >= 4 {
        return figures >= 3;
    }
    is_designated(sheet) && (figures >= 3 || (figures >= 2 && sheet.contains(['.', '-'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbering(own: &str) -> Numbering {
        Numbering {
            own: Some(own.to_owned()),
            is_plain: false,
        }
    }

    #[test]
    fn a_number_like_the_sheets_own_is_another_sheet() {
        assert!(numbering("FP-5").is_trusted("FA-3"));
        assert!(numbering("A4").is_trusted("A2"));
        assert!(numbering("E201A").is_trusted("E501"));
        assert!(!numbering("A-101").is_trusted("P-1"));
        assert!(!numbering("A-1").is_trusted("W-2"));
    }

    #[test]
    fn the_parts_of_a_long_number_make_it_sure() {
        assert!(is_specific("ABC-XYZ-ZZ-01-DR-A-30100"));
        assert!(!is_specific("CT-1"));
    }
}
