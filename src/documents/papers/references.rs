//! Names of specification sections and sheets in the text of an addendum.

use super::super::sheets::sheets_between;

/// A section or a sheet that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// MasterFormat's form, `03 30 00`; an older five-figure number as it is.
    Section(String),
    /// In capitals, as printed.
    Sheet(String),
}

/// What a list is about where a line begins with a number alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Sections,
    Sheets,
    Neither,
}

/// References named one after the other (`Sheets and A-201`), and how many words of
/// the text stand before them.
#[derive(Debug, PartialEq)]
pub(super) struct Named {
    pub references: Vec<Reference>,
    pub before: usize,
}

/// Words that are looked at; what an item changes stands at its beginning.
const MOST_WORDS: usize = 60;

/// The first references of a text. A number without `Section` or `Sheet` before it counts only
/// first in the text, when the list is about such numbers.
pub(super) fn first_named(text: &str, subject: Subject) -> Option<Named> {
    let words: Vec<&str> = text.split_whitespace().take(MOST_WORDS).collect();
    for at in 0..words.len() {
        let here = words.get(at..)?;
        let is_first = at == 0;
        let (kind, skipped) = match keyword(here) {
            Some((kind, skipped)) => (kind, skipped),
            None if is_first && subject != Subject::Neither => (subject, 0),
            // "03 30 00 – Cast-in-Place Concrete" is a section wherever a line begins with it.
            None if is_first => (Subject::Sections, 0),
            None => continue,
        };
        let has_keyword = skipped > 0;
        let mut references: Vec<Reference> = Vec::new();
        let mut next = at + skipped;
        let mut is_range = false;
        while references.len() < 40 {
            let Some(rest) = words.get(next..) else { break };
            let found = match kind {
                Subject::Sections => {
                    section_number(rest, has_keyword || subject == Subject::Sections)
                        .map(|(number, taken)| (Reference::Section(number), taken))
                }
                Subject::Sheets => sheet_number(rest).map(|number| (Reference::Sheet(number), 1)),
                Subject::Neither => None,
            };
            let Some((reference, taken)) = found else {
                break;
            };
            if let (true, Some(Reference::Sheet(first)), Reference::Sheet(last)) =
                (is_range, references.last(), &reference)
            {
                let between = sheets_between(first, last);
                references.extend(between.into_iter().map(Reference::Sheet));
            }
            if !references.contains(&reference) {
                references.push(reference);
            }
            next += taken;
            // Whether the list goes on: a comma, "and", "through".
            let ended_with_comma = words
                .get(next - 1)
                .is_some_and(|word| word.ends_with([',', '&', '/']));
            let joint = words.get(next).map(|word| word.to_uppercase());
            let is_joined = joint.as_deref().is_some_and(|word| {
                matches!(word, "AND" | "&" | "THROUGH" | "THRU" | "TO" | "OR" | ",")
            });
            is_range = matches!(joint.as_deref(), Some("THROUGH" | "THRU" | "TO"));
            if is_joined {
                next += 1;
            } else if !ended_with_comma {
                break;
            }
            if let Some((again, skipped)) = words.get(next..).and_then(keyword)
                && again == kind
            {
                next += skipped;
            }
        }
        if !references.is_empty() {
            return Some(Named {
                references,
                before: at,
            });
        }
    }
    None
}

/// `SECTION`, `SPECIFICATION SECTION`, `SHEET NO.`, `DRAWINGS`, `DWG`: what they announce, in how many words.
fn keyword(words: &[&str]) -> Option<(Subject, usize)> {
    let bare = |at: usize| {
        words.get(at).map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_uppercase()
        })
    };
    let first = bare(0)?;
    let kind = match first.as_str() {
        "SECTION" | "SECTIONS" | "SPEC" | "SPECS" | "SPECIFICATION" | "SPECIFICATIONS"
        | "DOCUMENT" => Subject::Sections,
        "SHEET" | "SHEETS" | "DRAWING" | "DRAWINGS" | "DWG" | "DWGS" | "SHT" | "SHTS" | "PLAN"
        | "PLANS" => Subject::Sheets,
        _ => return None,
    };
    let mut taken = 1;
    while let Some(next) = bare(taken) {
        let goes_on = match kind {
            Subject::Sections => matches!(
                next.as_str(),
                "SECTION" | "SECTIONS" | "NO" | "NUMBER" | "NUMBERS" | "NOS" | ""
            ),
            _ => matches!(
                next.as_str(),
                "SHEET"
                    | "SHEETS"
                    | "DRAWING"
                    | "DRAWINGS"
                    | "NO"
                    | "NUMBER"
                    | "NUMBERS"
                    | "NOS"
                    | ""
            ),
        };
        if !goes_on || taken >= 4 {
            break;
        }
        taken += 1;
    }
    Some((kind, taken))
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_ascii_alphanumeric())
}

fn is_figures(word: &str, count: usize) -> bool {
    word.len() == count && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// A section number at the start of the words, in MasterFormat's form, and how many words it takes.
/// The old five figures and figures written together need an announcement.
fn section_number(words: &[&str], is_announced: bool) -> Option<(String, usize)> {
    let word = |at: usize| words.get(at).map(|word| bare(word));
    let first = word(0)?;
    if is_figures(first, 2) {
        // "03 30 00", "03 30 00.13", "03 3000"
        let second = word(1)?;
        if is_figures(second, 4) {
            let (middle, last) = second.split_at_checked(2)?;
            return Some((format!("{first} {middle} {last}"), 2));
        }
        if let Some((four, more)) = second.split_once('.')
            && is_figures(four, 4)
            && is_figures(more, 2)
        {
            let (middle, last) = four.split_at_checked(2)?;
            return Some((format!("{first} {middle} {last}.{more}"), 2));
        }
        if !is_figures(second, 2) {
            return None;
        }
        let third = word(2)?;
        let is_last = is_figures(third, 2)
            || third
                .split_once('.')
                .is_some_and(|(last, more)| is_figures(last, 2) && is_figures(more, 2));
        return is_last.then(|| (format!("{first} {second} {third}"), 3));
    }
    if !is_announced {
        return None;
    }
    // "03-30-00", "03.30.00"
    for mark in ['-', '.'] {
        let pieces: Vec<&str> = first.split(mark).take(4).collect();
        if let [a, b, c] = pieces.as_slice()
            && [a, b, c].iter().all(|piece| is_figures(piece, 2))
        {
            return Some((format!("{a} {b} {c}"), 1));
        }
    }
    let (number, more) = match first.split_once('.') {
        Some((number, more)) if is_figures(more, 2) => (number, format!(".{more}")),
        Some(_) => return None,
        None => (first, String::new()),
    };
    if is_figures(number, 6) {
        let (a, rest) = number.split_at_checked(2)?;
        let (b, c) = rest.split_at_checked(2)?;
        return Some((format!("{a} {b} {c}{more}"), 1));
    }
    is_figures(number, 5).then(|| (format!("{number}{more}"), 1))
}

/// Prefixes of things that are not sheets: standards, dates, parts of addresses.
const NOT_SHEETS: &[&str] = &[
    "NO", "REV", "RFI", "ASTM", "ISO", "ADA", "PAGE", "PG", "ITEM", "AD", "Q", "TYPE", "SK", "ASK",
    "SSK", "DET",
];

/// A sheet's number in the first word: letters, figures, perhaps more of them behind dots and
/// hyphens (US National CAD Standard, and the many ways of offices); or ISO 19650's long form.
fn sheet_number(words: &[&str]) -> Option<String> {
    let first = words.first()?;
    // "3/A-501" is a view on A-501.
    let number = bare(first.rsplit('/').next()?);
    let number = number.to_ascii_uppercase();
    if number.len() > 40 {
        return None;
    }
    let is_long_form = number.split('-').count() >= 5
        && number.split('-').all(|piece| {
            (1..=10).contains(&piece.len())
                && piece.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    if is_long_form {
        return Some(number);
    }
    let letters = number.bytes().take_while(u8::is_ascii_uppercase).count();
    let (prefix, rest) = number.split_at_checked(letters)?;
    if !(1..=3).contains(&letters) || NOT_SHEETS.contains(&prefix) {
        return None;
    }
    let rest = rest.strip_prefix(['-', '.']).unwrap_or(rest);
    let figures = rest.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=4).contains(&figures) {
        return None;
    }
    let tail = rest.get(figures..)?;
    let is_tail = tail.len() <= 7
        && tail.bytes().all(|byte| {
            byte.is_ascii_digit() || byte.is_ascii_uppercase() || matches!(byte, b'.' | b'-')
        });
    let letters_behind = tail.bytes().filter(u8::is_ascii_uppercase).count();
    (is_tail && letters_behind <= 2).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(text: &str) -> Vec<Reference> {
        first_named(text, Subject::Neither).map_or(Vec::new(), |named| named.references)
    }

    fn section(number: &str) -> Vec<Reference> {
        vec![Reference::Section(number.to_owned())]
    }

    fn sheets(numbers: &[&str]) -> Vec<Reference> {
        numbers
            .iter()
            .map(|number| Reference::Sheet((*number).to_owned()))
            .collect()
    }

    #[test]
    fn section_numbers_are_brought_to_one_form() {
        for (text, number) in [
            (
                "Section 03 30 00 – Cast-in-Place Concrete: REVISE",
                "03 30 00",
            ),
            ("Refer to Specification Section 07 54 00", "07 54 00"),
            ("SECTION 033000, paragraph 2.1", "03 30 00"),
            ("Spec Section 03 3000 Concrete", "03 30 00"),
            ("Section 23 82 43.13 - Heaters", "23 82 43.13"),
            ("Section 03300 - Concrete", "03300"),
            ("Document 00-21-13: add", "00 21 13"),
            ("09 91 23 Interior Painting: revise", "09 91 23"),
        ] {
            assert_eq!(sections(text), section(number), "{text}");
        }
        assert_eq!(sections("AUSTIN 78701"), []);
        assert_eq!(sections("Section 4.2 of the report"), []);
    }

    #[test]
    fn sheets_are_read_alone_and_in_lists() {
        for (text, numbers) in [
            ("Drawing A-101: revise door 3", vec!["A-101"]),
            ("Sheet S2.01 – Delete the note", vec!["S2.01"]),
            ("Replace sheet A-501 with the attached", vec!["A-501"]),
            (
                "Sheets A-101, A-102 and A-201 are reissued",
                vec!["A-101", "A-102", "A-201"],
            ),
            (
                "Drawings M1.1 through M1.4",
                vec!["M1.1", "M1.2", "M1.3", "M1.4"],
            ),
            ("Detail 3/A-501 on Drawing No. a-501:", vec!["A-501"]),
            ("Dwg. E-201A", vec!["E-201A"]),
        ] {
            assert_eq!(sections(text), sheets(&numbers), "{text}");
        }
        assert_eq!(
            first_named("C-3 GRADING PLAN", Subject::Sheets).map(|named| named.references),
            Some(sheets(&["C-3"]))
        );
        assert_eq!(sections("C-3 GRADING PLAN"), []);
        assert_eq!(sections("Sheet 5 of 10"), []);
    }
}
