//! A document's title as it is printed, over as many lines as it takes.

use super::date::first_date;
use super::doc_type::{DocType, NamedLine};
use super::letter::LetterSigns;
use super::rows::{PageOfRows, Row, is_capitals};

const LONGEST_TITLE: usize = 240;
/// Lines of one title stand no further apart than this, in em.
const TITLE_LEADING: f64 = 2.1;
/// A title has at most so many lines.
const TITLE_LINES: usize = 6;

/// The title, or none when nothing on the first page is one.
pub(super) fn title(
    pages: &[PageOfRows<'_>],
    doc_type: DocType,
    named: Option<&NamedLine>,
    letter: &LetterSigns,
    body_size: f64,
) -> Option<String> {
    let first = pages.first()?;
    if named.is_none()
        && let Some(subject) = &letter.subject
    {
        return Some(tidy(subject));
    }
    if doc_type == DocType::Letter {
        return letter_heading(first, letter);
    }
    if let Some(line) = named {
        return Some(named_title(first, line, body_size));
    }
    pages
        .iter()
        .take(2)
        .find_map(|page| largest(page, body_size))
}

/// One line of text, no longer than a title.
fn tidy(text: &str) -> String {
    let mut title = String::new();
    for word in text.split_whitespace() {
        if title.len() + word.len() >= LONGEST_TITLE {
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    title
        .trim_end_matches([':', ',', ';', '-', '–', '—', '_', ' '])
        .to_owned()
}

/// `MEMORANDUM` above the heads of a letter, when there is no subject.
fn letter_heading(page: &PageOfRows<'_>, letter: &LetterSigns) -> Option<String> {
    let until = letter.salutation.unwrap_or(8);
    page.rows
        .iter()
        .take(until)
        .find(|row| {
            let word = row.text.trim().to_uppercase();
            matches!(
                word.as_str(),
                "MEMORANDUM" | "MEMO" | "TECHNICAL MEMORANDUM"
            )
        })
        .map(|row| tidy(row.text))
}

/// The line that names the paper, and what belongs to it above and below.
fn named_title(page: &PageOfRows<'_>, named: &NamedLine, body_size: f64) -> String {
    let Some(row) = page.rows.get(named.row) else {
        return String::new();
    };
    let rows = |from: usize, to: usize| page.rows.get(from..to).unwrap_or_default();
    let mut from = named.row;
    let mut to = named.row + 1;
    if named.doc_type.is_named_by_heading() {
        // "ADDENDUM" over "NO. 2", or a line that is not at its end.
        while to - from < TITLE_LINES
            && let (Some(last), Some(next)) = (page.rows.get(to - 1), page.rows.get(to))
            && next.gap <= TITLE_LEADING
            && (ends_open(last.text) || is_number_line(next.text))
            && first_date(next.text).is_none()
        {
            to += 1;
        }
    } else {
        while from > 0
            && to - from < TITLE_LINES
            && let (Some(above), Some(below)) = (page.rows.get(from - 1), page.rows.get(from))
            && below.gap <= TITLE_LEADING
            && goes_with(above, row)
            && (named.doc_type == DocType::Ordinance || !is_issuer(above.text))
        {
            from -= 1;
        }
        while to - from < TITLE_LINES
            && let Some(next) = page.rows.get(to)
            && next.gap <= TITLE_LEADING
            && goes_with(next, row)
        {
            to += 1;
        }
    }
    // Where the heading is plain text in a line with other things, the line is what there is.
    let text: Vec<&str> = rows(from, to).iter().map(|row| row.text).collect();
    let title = tidy(&without_date(&text.join(" ")));
    if title.is_empty() || row.size() < 0.5 * body_size {
        return tidy(row.text);
    }
    title
}

/// A line that waits for the next: `CHANGE ORDER FOR`, `BID FORM –`.
fn ends_open(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or("");
    matches!(last, "-" | "–" | "—" | "&")
        || matches!(
            last.to_uppercase().as_str(),
            "FOR" | "OF" | "TO" | "AND" | "THE" | "BETWEEN"
        )
}

/// `NO. 2`, `#14`.
fn is_number_line(text: &str) -> bool {
    let upper = text.to_uppercase();
    let words: Vec<&str> = upper.split_whitespace().collect();
    words.len() <= 3
        && matches!(words.as_slice(), ["NO." | "NO" | "NUMBER" | "NO.:", ..])
        && upper.chars().any(|c| c.is_ascii_digit())
        || (words.len() == 1 && upper.starts_with('#'))
}

/// Whether two lines are set alike, so that they are one title.
fn goes_with(other: &Row<'_>, row: &Row<'_>) -> bool {
    (other.size() / row.size() - 1.0).abs() <= 0.06
        && other.is_capitals() == row.is_capitals()
        && is_title_line(other)
}

/// A text without the date that ends it.
fn without_date(text: &str) -> String {
    match first_date(text) {
        Some(date) if date.after == 0 && date.before > 0 => text
            .split_whitespace()
            .take(date.before)
            .collect::<Vec<_>>()
            .join(" "),
        _ => text.to_owned(),
    }
}

/// Whether a line could be part of a title: no date, no address, no label, no sentence.
fn is_title_line(row: &Row<'_>) -> bool {
    let text = row.text;
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let words = row.word_count();
    letters >= 3
        && letters * 2 >= text.chars().filter(|c| !c.is_whitespace()).count()
        && words <= 16
        && !row.is_furniture
        && !text.ends_with(':')
        && !(text.ends_with('.') && words > 8)
        && !text.contains("____")
        && !is_label(text)
        && !is_address(text)
        && first_date(text).is_none_or(|date| date.before + date.after > 3)
}

/// `Project: Fire Station`, `TO: …`.
fn is_label(text: &str) -> bool {
    text.split_once(':').is_some_and(|(label, rest)| {
        label.split_whitespace().count() <= 3 && !rest.trim().is_empty()
    }) || {
        let upper = text.to_uppercase();
        [
            "PREPARED FOR",
            "PREPARED BY",
            "SUBMITTED TO",
            "SUBMITTED BY",
            "ISSUED FOR",
            "PROJECT NO",
            "JOB NO",
            "COPYRIGHT",
            "©",
        ]
        .iter()
        .any(|label| upper.starts_with(label))
    }
}

/// An address, a telephone number, a place in the web.
pub(super) fn is_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    if [
        "www.", "http", "@", ".com", "phone", "tel.", "tel:", "fax", "p.o. box", "po box", "suite ",
    ]
    .iter()
    .any(|sign| lower.contains(sign))
    {
        return true;
    }
    let words: Vec<&str> = text.split_whitespace().take(24).collect();
    let has_telephone = words.iter().any(|word| {
        let bare = word.trim_matches(|c: char| !c.is_ascii_digit());
        let figures = bare.chars().filter(char::is_ascii_digit).count();
        let pieces = bare.split(['-', '.']).count();
        (figures == 10 && pieces == 3) || (figures == 7 && pieces == 2 && bare.len() == 8)
    });
    // "AUSTIN, TX 78701": two capitals before five figures.
    let has_zip = words.windows(2).any(|pair| match pair {
        [state, zip] => {
            let state = state.trim_matches([',', '.']);
            let zip = zip.split('-').next().unwrap_or("");
            state.len() == 2
                && state.chars().all(|c| c.is_ascii_uppercase())
                && zip.len() == 5
                && zip.chars().all(|c| c.is_ascii_digit())
        }
        _ => false,
    });
    let starts_with_number = words
        .first()
        .is_some_and(|word| word.chars().all(|c| c.is_ascii_digit()));
    let is_street = starts_with_number
        && words.iter().skip(1).any(|word| {
            let word = word.trim_matches([',', '.']).to_lowercase();
            matches!(
                word.as_str(),
                "street"
                    | "st"
                    | "avenue"
                    | "ave"
                    | "road"
                    | "rd"
                    | "drive"
                    | "dr"
                    | "boulevard"
                    | "blvd"
                    | "lane"
                    | "ln"
                    | "highway"
                    | "hwy"
                    | "parkway"
                    | "pkwy"
                    | "way"
                    | "court"
                    | "plaza"
            )
        });
    has_telephone || has_zip || is_street
}

/// A public body or a firm by itself: it issues a paper, it does not name it.
fn is_issuer(text: &str) -> bool {
    let upper = text.to_uppercase();
    let upper = upper.trim_end_matches(['.', ',']);
    let words: Vec<&str> = upper
        .split_whitespace()
        .map(|word| word.trim_matches([',', '.']))
        .collect();
    if words.len() > 9 {
        return false;
    }
    matches!(
        words.as_slice(),
        [
            "CITY"
                | "TOWN"
                | "VILLAGE"
                | "COUNTY"
                | "STATE"
                | "BOROUGH"
                | "TOWNSHIP"
                | "UNIVERSITY"
                | "DEPARTMENT"
                | "OFFICE",
            "OF",
            ..
        ] | ["THE", "CITY" | "TOWN" | "COUNTY", "OF", ..]
    ) || words.last().is_some_and(|last| {
        matches!(
            *last,
            "INC"
                | "LLC"
                | "PC"
                | "P.C"
                | "LTD"
                | "LLP"
                | "PLLC"
                | "COMPANY"
                | "CORPORATION"
                | "ARCHITECTS"
                | "ENGINEERS"
                | "CONSULTANTS"
                | "ASSOCIATES"
                | "DISTRICT"
                | "UNIVERSITY"
                | "COLLEGE"
                | "DEPARTMENT"
                | "COUNTY"
                | "ARCHITECTURE"
                | "ENGINEERING"
        )
    })
}

/// How many rows at the top are a letterhead: those down to an address in the upper part.
pub(super) fn letterhead(page: &PageOfRows<'_>) -> usize {
    let address = page
        .rows
        .iter()
        .enumerate()
        .take(9)
        .take_while(|(_, row)| page.depth(row) < 0.25)
        .filter(|(_, row)| is_address(row.text))
        .last();
    address.map_or(0, |(place, _)| place + 1)
}

/// The lines set largest, or the first in capitals when all are set alike.
fn largest(page: &PageOfRows<'_>, body_size: f64) -> Option<String> {
    let skipped = letterhead(page);
    let candidates: Vec<(usize, &Row<'_>)> = page
        .rows
        .iter()
        .enumerate()
        .skip(skipped)
        .take(60)
        .filter(|(_, row)| is_title_line(row) && !is_issuer(row.text))
        .collect();
    let score = |place: usize, row: &Row<'_>| {
        let size = row.size() / body_size.max(1.0);
        let capitals = if row.is_capitals() { 0.15 } else { 0.0 };
        size + capitals - 0.01 * place.min(60) as f64
    };
    let (start, lead) = candidates.iter().max_by(|a, b| {
        score(a.0, a.1)
            .total_cmp(&score(b.0, b.1))
            .then(b.0.cmp(&a.0))
    })?;
    let is_set_apart = lead.size() >= 1.12 * body_size
        || lead.is_capitals()
        || (*start == skipped && lead.word_count() <= 8 && page.rows.len() <= 12);
    if !is_set_apart {
        return None;
    }
    let mut from = *start;
    while from > skipped
        && *start - from < TITLE_LINES
        && let (Some(above), Some(below)) = (page.rows.get(from - 1), page.rows.get(from))
        && below.gap <= TITLE_LEADING
        && goes_with(above, lead)
        && !is_issuer(above.text)
    {
        from -= 1;
    }
    let mut to = *start + 1;
    while to - from < TITLE_LINES
        && let Some(next) = page.rows.get(to)
        && next.gap <= TITLE_LEADING
        && goes_with(next, lead)
        // Body text set alike goes on below a heading of its own size.
        && (lead.size() >= 1.12 * body_size || is_capitals(next.text))
    {
        to += 1;
    }
    let text: Vec<&str> = page
        .rows
        .get(from..to)
        .unwrap_or_default()
        .iter()
        .map(|row| row.text)
        .collect();
    Some(tidy(&text.join(" "))).filter(|title| !title.is_empty())
}
