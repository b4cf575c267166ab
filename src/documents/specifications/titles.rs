//! The title of a section around its number: on the same line, on the lines below, or above.

use super::super::months::month;
use super::marks::{decimal_label, is_capitals, paragraph_label, part_heading, section_end};
use super::numbers::{after_keyword, number_at};
use super::pages::{TextLine, TextPage, is_blank_note};
use super::stamps::is_page_number;

/// Below its number a title has at most so many lines.
const MOST_TITLE_LINES: usize = 4;

const DATE_WORDS: [&str; 10] = [
    "REVISED", "REV", "DATED", "DATE", "CHANGE", "CHG", "ISSUED", "UPDATED", "LAST", "REVISION",
];

/// `05/14`, `May 2014`, `CHG 1: 08/18`, `10-01-21`: what offices print below a title.
pub(super) fn is_date(text: &str) -> bool {
    let mut has_figures = false;
    let all = text.len() < 60
        && text
            .split([' ', ',', '(', ')', ':', '/', '-', '.', '–'])
            .filter(|word| !word.is_empty())
            .all(|word| {
                let upper = word.to_uppercase();
                let is_figure = word.len() <= 4 && word.chars().all(|c| c.is_ascii_digit());
                has_figures |= is_figure;
                is_figure || month(&upper).is_some() || DATE_WORDS.contains(&upper.as_str())
            });
    all && has_figures
}

/// Words at which no title ends.
const LINKS: [&str; 14] = [
    "AND", "FOR", "OF", "WITH", "TO", "IN", "THE", "OR", "&", "ON", "BY", "FROM", "AT", "A",
];

fn ends_open(title: &str) -> bool {
    let last = title.rsplit(' ').next().unwrap_or_default().to_uppercase();
    title.ends_with([',', '-', '–', '/', '(', ':'])
        || LINKS.contains(&last.as_str())
        || title.matches('(').count() > title.matches(')').count()
}

/// Headings that often stand below a title; sections of these titles exist too (`SUMMARY`).
const LONE_HEADINGS: [&str; 7] = [
    "RELATED DOCUMENTS",
    "SUMMARY",
    "SCOPE",
    "DESCRIPTION",
    "REFERENCES",
    "WORK INCLUDED",
    "SECTION INCLUDES",
];
/// And those that are never a title.
const NO_TITLES: [&str; 4] = ["NOTE", "NOTES", "GENERAL", "NOT USED"];

/// Whether a line cannot belong to a title.
pub(super) fn is_no_title(text: &str) -> bool {
    let upper = text.to_uppercase();
    let starts = |word: &str| {
        upper
            .strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
    };
    text.len() > 120
        || text.split(' ').count() > 16
        || !text.contains(char::is_alphabetic)
        || part_heading(text).is_some()
        || section_end(text).is_some()
        || decimal_label(text).is_some()
        || paragraph_label(text).is_some()
        || after_keyword(text).is_some_and(|(_, rest)| rest.is_empty() || number_at(rest).is_some())
        || number_at(text).is_some()
        || is_date(text)
        || is_blank_note(text)
        || is_page_number(text)
        || upper.contains("TABLE OF CONTENTS")
        || ["DIVISION", "ARTICLE", "SPEC WRITER"]
            .iter()
            .any(|word| starts(word))
        || NO_TITLES.contains(&upper.trim_end_matches([':', '.']))
        || (text.ends_with(['.', ';']) && !is_capitals(text))
}

/// The title without the dashes, quotes, page and date that stand around it.
pub(super) fn trimmed_title(text: &str) -> String {
    let mut text = text.trim();
    loop {
        let before = text;
        text = text.trim_matches([' ', '-', '–', '—', ':', '"', '“', '”', '_', '|', '\u{2011}']);
        text = text
            .trim_start_matches(['.', ',', '/', ')'])
            .trim_end_matches(['.', ',', '(']);
        let lower = text.to_lowercase();
        if let Some(at) = lower.rfind(" page ")
            && lower
                .get(at + 6..)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        {
            text = text.get(..at).unwrap_or(text);
        }
        if let Some((rest, last)) = text.rsplit_once(' ')
            && last.contains('/')
            && is_date(last)
        {
            text = rest;
        }
        if text == before {
            return text.to_owned();
        }
    }
}

/// A title and the lines, by their indices on the page, that it stands on.
#[derive(Debug, Default)]
pub(super) struct FoundTitle {
    pub title: String,
    pub lines: Vec<usize>,
}

/// The title of the number on the line at `place` of `lines` (indices of the page's lines in order).
/// `started` is what follows the number on its own line.
pub(super) fn title_around(
    page: &TextPage,
    lines: &[usize],
    place: usize,
    started: &str,
) -> FoundTitle {
    let line_at = |place: usize| {
        let index = *lines.get(place)?;
        Some((index, page.lines.get(index)?))
    };
    let Some((_, heading)) = line_at(place) else {
        return FoundTitle::default();
    };
    let mut found = FoundTitle {
        title: trimmed_title(started),
        lines: Vec::new(),
    };
    let mut raw = started.trim().to_owned();
    let mut above = heading;
    let mut next = place;
    while found.lines.len() < MOST_TITLE_LINES {
        next += 1;
        let Some((index, line)) = line_at(next) else {
            break;
        };
        if is_date(&line.text) && found.title.is_empty() {
            continue;
        }
        let step = line.top - above.top;
        let em = line.size.max(above.size);
        // The head of the next column.
        if step < -em {
            break;
        }
        let belongs = if is_no_title(&line.text) && !(ends_open(&raw) && may_follow(&line.text)) {
            false
        } else if found.title.is_empty() {
            step <= 6.0 * em
        } else if ends_open(&raw) {
            step <= 3.0 * em
        } else {
            let lone = line.text.to_uppercase();
            step <= 1.55 * em
                && !LONE_HEADINGS.contains(&lone.trim_end_matches([':', '.']))
                && is_like(above, line, &found.title)
        };
        if !belongs {
            break;
        }
        raw = line.text.clone();
        if !found.title.is_empty() && !found.title.ends_with(['-', '/']) {
            found.title.push(' ');
        }
        found.title.push_str(&line.text);
        found.lines.push(index);
        above = line;
    }
    found.title = trimmed_title(&found.title);
    if found.title.is_empty() {
        title_above(page, lines, place, heading)
    } else {
        found
    }
}

/// Behind a title that must go on, nothing but a mark of the next part of the section is refused.
fn may_follow(text: &str) -> bool {
    text.split(' ').count() <= 12
        && part_heading(text).is_none()
        && decimal_label(text).is_none()
        && section_end(text).is_none()
        && paragraph_label(text).is_none()
        && number_at(text).is_none()
        && !is_date(text)
        && !text.ends_with('.')
}

/// Whether a line goes on with the title on the line above: same size and letters, and either flush
/// with it or centred below it.
fn is_like(above: &TextLine, line: &TextLine, title: &str) -> bool {
    let ratio = line.size / above.size.max(1e-9);
    let centre = |line: &TextLine| (line.left + line.right) / 2.0;
    (0.9..=1.1).contains(&ratio)
        && is_capitals(title) == is_capitals(&line.text)
        && ((line.left - above.left).abs() < 3.0
            || (centre(line) - centre(above)).abs() < 6.0
            || (line.left > above.left + 20.0 && is_capitals(&line.text)))
}

fn title_above(page: &TextPage, lines: &[usize], place: usize, heading: &TextLine) -> FoundTitle {
    let mut found = FoundTitle::default();
    let mut below = heading;
    for place in (0..place).rev().take(3) {
        let Some((index, line)) = lines
            .get(place)
            .and_then(|index| Some((*index, page.lines.get(*index)?)))
        else {
            break;
        };
        let step = below.top - line.top;
        let near = if found.title.is_empty() { 5.0 } else { 1.55 };
        let is_title = !is_no_title(&line.text)
            && step > -line.size
            && step <= near * line.size.max(below.size)
            && (is_capitals(&line.text) || is_title_case(&line.text));
        if !is_title {
            break;
        }
        found.title = if found.title.is_empty() {
            trimmed_title(&line.text)
        } else {
            format!("{} {}", trimmed_title(&line.text), found.title)
        };
        found.lines.push(index);
        below = line;
    }
    found
}

/// Whether all but the small linking words begin with a capital.
pub(super) fn is_title_case(text: &str) -> bool {
    text.split([' ', '-', '/'])
        .filter(|word| word.starts_with(char::is_alphabetic))
        .all(|word| {
            word.starts_with(char::is_uppercase) || LINKS.contains(&word.to_uppercase().as_str())
        })
}

/// The title with its spaces, when letter-spacing swallowed them and another place prints it whole.
pub(super) fn with_spaces(title: String, elsewhere: &[&str]) -> String {
    let bare = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_uppercase)
            .collect()
    };
    let plain = bare(&title);
    let spaces = title.matches(' ').count();
    elsewhere
        .iter()
        .find(|other| other.matches(' ').count() > spaces && bare(other) == plain)
        .map(|other| (*other).to_owned())
        .unwrap_or(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_below_titles_are_known() {
        for text in [
            "05/14",
            "(05/14)",
            "May 2014",
            "CHG 1: 08/18",
            "10-01-21",
            "Revised May 5, 2014",
        ] {
            assert!(is_date(text), "{text}");
        }
        for text in ["CONCRETE", "MAY", "2 INCH PIPE"] {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn a_title_loses_what_stands_around_it() {
        assert_eq!(
            trimmed_title(" - CAST-IN-PLACE CONCRETE 05/14"),
            "CAST-IN-PLACE CONCRETE"
        );
        assert_eq!(trimmed_title("“Joint Sealants”"), "Joint Sealants");
        assert_eq!(trimmed_title("– CONCRETE  Page 3"), "CONCRETE");
    }

    #[test]
    fn swallowed_spaces_come_back_from_another_place() {
        let title = with_spaces(
            "CAST-IN-PLACECONCRETE".to_owned(),
            &["", "Cast-in-Place Concrete"],
        );
        assert_eq!(title, "Cast-in-Place Concrete");
        assert_eq!(with_spaces("PLASTER".to_owned(), &["PAINT"]), "PLASTER");
    }
}
