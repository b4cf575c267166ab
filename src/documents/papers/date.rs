//! Dates as they are printed: `March 12, 2018`, `12 March 2018`, `2018-03-12`, `03/12/2018`, `1/2019`.
//! A document's own date is chosen among those near its beginning.

use super::super::months::month;
use super::rows::PageOfRows;

/// The date that stands first in a text: from which word to which, as printed, and how exact it is.
#[derive(Debug, PartialEq)]
pub(super) struct PrintedDate {
    pub text: String,
    /// Words before it.
    pub before: usize,
    /// Words after it.
    pub after: usize,
    pub has_day: bool,
}

/// The first date of a line.
pub(super) fn first_date(text: &str) -> Option<PrintedDate> {
    let words: Vec<&str> = text.split_whitespace().take(80).collect();
    (0..words.len()).find_map(|at| {
        let rest = words.get(at..)?;
        let (count, has_day) = date_at(rest)?;
        let date = rest.get(..count)?.join(" ");
        let text = date
            .trim_matches(|c: char| matches!(c, '.' | ',' | ';' | ':' | '(' | ')' | '[' | ']'))
            .to_owned();
        Some(PrintedDate {
            text,
            before: at,
            after: rest.len() - count,
            has_day,
        })
    })
}

/// How many of the words at the start are a date, and whether it names a day.
fn date_at(words: &[&str]) -> Option<(usize, bool)> {
    let bare = |at: usize| {
        words.get(at).map(|word| {
            word.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | ':' | '(' | ')' | '[' | ']'))
        })
    };
    let first = bare(0)?;
    if let Some(has_day) = is_figured(first) {
        return Some((1, has_day));
    }
    if is_month(first) {
        // March 12, 2018; March 12th 2018; March 2018
        if bare(1).is_some_and(is_day) && bare(2).is_some_and(is_year) {
            return Some((3, true));
        }
        // The comma may stick: "12,2018".
        if let Some((day, year)) = bare(1).and_then(|word| word.split_once(','))
            && is_day(day)
            && is_year(year)
        {
            return Some((2, true));
        }
        if bare(1).is_some_and(is_year) {
            return Some((2, false));
        }
        return None;
    }
    if is_day(first) {
        // 12 March 2018; 12th of March 2018; 12th day of March, 2018
        let month = match (bare(1)?, bare(2)) {
            ("day", Some("of")) => 3,
            ("of", _) => 2,
            _ => 1,
        };
        if !bare(month).is_some_and(is_month) {
            return None;
        }
        // "in the year 2018" of American agreements
        let year = match (bare(month + 1), bare(month + 2), bare(month + 3)) {
            (Some("in"), Some("the"), Some("year")) => month + 4,
            _ => month + 1,
        };
        if bare(year).is_some_and(is_year) {
            return Some((year + 1, true));
        }
    }
    None
}

fn is_month(word: &str) -> bool {
    month(word.trim_end_matches('.')).is_some()
}

fn is_day(word: &str) -> bool {
    let figures = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let ending = word.get(figures.len()..).unwrap_or("");
    matches!(
        ending.to_ascii_lowercase().as_str(),
        "" | "st" | "nd" | "rd" | "th"
    ) && figures.len() <= 2
        && matches!(number(figures), Some(1..=31))
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && matches!(number(word), Some(1900..=2100))
}

fn number(word: &str) -> Option<u32> {
    (!word.is_empty() && word.len() <= 4 && word.chars().all(|c| c.is_ascii_digit()))
        .then(|| word.parse().ok())
        .flatten()
}

/// `03/12/2018`, `3-12-18`, `12.03.2018`, `2018-03-12`, `1/2019`, `12-Mar-18`; whether it names a day.
fn is_figured(word: &str) -> Option<bool> {
    for mark in ['/', '-', '.'] {
        let pieces: Vec<&str> = word.split(mark).take(4).collect();
        match pieces.as_slice() {
            [day, month, year]
                if is_day(day) && is_month(month) && mark == '-' && is_short_year(year) =>
            {
                return Some(true);
            }
            [a, b, c] => {
                let (Some(a), Some(b), Some(year)) = (number(a), number(b), number(c)) else {
                    continue;
                };
                let is_year_first = (1900..=2100).contains(&a) && is_month_and_day(b, year);
                let is_year_last = is_short_year(c)
                    && (is_month_and_day(a, b) || is_month_and_day(b, a))
                    // "1.2.10" is a paragraph's number
                    && (mark != '.' || c.len() == 4);
                if is_year_first || is_year_last {
                    return Some(true);
                }
            }
            [month, year]
                if mark == '/' && matches!(number(month), Some(1..=12)) && is_year(year) =>
            {
                return Some(false);
            }
            _ => {}
        }
    }
    None
}

fn is_month_and_day(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

fn is_short_year(word: &str) -> bool {
    is_year(word) || (word.len() == 2 && number(word).is_some())
}

/// Words before a date that make it the document's own,
const OWN: &[&str] = &[
    "date",
    "dated",
    "issued",
    "issue",
    "issuance",
    "adopted",
    "effective",
    "revised",
    "revision",
    "submitted",
    "prepared",
    "published",
    "sent",
    "meeting",
    "transmitted",
    "as of",
];
/// and those that make it another's.
const OTHERS: &[&str] = &[
    "bid",
    "bids",
    "opening",
    "due",
    "required",
    "receipt",
    "received",
    "expires",
    "expiration",
    "completion",
    "start",
    "finish",
    "printed",
    "copyright",
    "response",
    "needed",
    "deadline",
    "closing",
    "until",
    "proposal",
    "proposals",
    "hearing",
    "contract",
    "review",
    "returned",
    "original",
    "invoiced",
    "next",
    "commencement",
    "birth",
    "period",
    "answered",
    "reply",
];

/// The document's own date: the best of its first page (the first three where the first is a
/// cover), else one that runs along its margins.
pub(super) fn own_date(pages: &[PageOfRows<'_>], body_size: f64) -> Option<String> {
    let mut best: Option<(f64, String)> = None;
    let mut words = 0;
    for (order, page) in pages.iter().take(3).enumerate() {
        if order > 0 && words > 120 {
            break;
        }
        words += page.body_words();
        for (place, row) in page.rows.iter().enumerate() {
            let Some(date) = first_date(row.text) else {
                continue;
            };
            let weight = weight(page, row, &date, body_size) * 0.8_f64.powi(order as i32)
                - place.min(100) as f64 * 0.004;
            if weight > 0.3 && best.as_ref().is_none_or(|(most, _)| weight > *most) {
                best = Some((weight, date.text));
            }
        }
    }
    best.map(|(_, date)| date)
}

fn weight(
    page: &PageOfRows<'_>,
    row: &super::rows::Row<'_>,
    date: &PrintedDate,
    body_size: f64,
) -> f64 {
    let depth = page.depth(row);
    let before: Vec<String> = row
        .words()
        .take(date.before)
        .map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase()
        })
        .collect();
    // What stands right before the date names it; text further left belongs to another column.
    let near = before.get(before.len().saturating_sub(4)..);
    let near = near.unwrap_or_default();
    let (mut own, mut others) = (false, false);
    for word in near {
        own |= OWN.contains(&word.as_str());
        others |= OTHERS.contains(&word.as_str());
    }
    // `Issued for Bid: March 15, 2024` is a book's own.
    others &= !near
        .windows(2)
        .any(|two| matches!(two, [issued, word] if issued.starts_with("issue") && word == "for"));
    let is_alone = date.before + date.after <= 2;
    let has_label = row
        .words()
        .nth(date.before.saturating_sub(1))
        .is_some_and(|word| word.ends_with(':'));
    // "… the documents dated February 12, 2018. Acknowledge receipt …"
    let is_running = !has_label
        && (date.after > 3 || date.before > 4)
        && (date.before + date.after > 6 || row.text.trim_end().ends_with('.'))
        && !row.is_capitals();
    let mut weight: f64 = match (own, others) {
        (_, true) => 0.25,
        (true, false) if is_running => 0.6,
        (true, false) => 3.0,
        (false, false) if is_alone => 2.6,
        // A letterhead's line beside the date, or a title with its date behind it.
        (false, false) if date.after == 0 && date.before <= 8 => 1.6,
        (false, false) if date.before + date.after <= 8 => 1.1,
        (false, false) => 0.5,
    };
    if row.is_furniture {
        weight *= 0.6;
    }
    weight *= match depth {
        depth if depth < 0.4 => 1.0,
        depth if depth < 0.7 => 0.8,
        // Signatures are dated at the end.
        _ if row.is_furniture => 0.8,
        _ => 0.5,
    };
    if row.size() > 1.15 * body_size {
        weight *= 1.15;
    }
    if !date.has_day {
        weight *= 0.8;
    }
    weight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_printed() {
        for (text, date) in [
            ("March 12, 2018", "March 12, 2018"),
            ("Issued: MARCH 12TH, 2018.", "MARCH 12TH, 2018"),
            ("on 12 March 2018 at noon", "12 March 2018"),
            ("Date: 2018-03-12", "2018-03-12"),
            ("03/12/2018", "03/12/2018"),
            ("Dated 3/2/18,", "3/2/18"),
            ("12.03.2018", "12.03.2018"),
            ("12-Mar-18", "12-Mar-18"),
            ("Sept. 4, 2020", "Sept. 4, 2020"),
            ("a 1/2019", "1/2019"),
            ("June 2021", "June 2021"),
            (
                "AGREEMENT made as of the 3rd day of May in the year 2019",
                "3rd day of May in the year 2019",
            ),
        ] {
            assert_eq!(
                first_date(text).map(|date| date.text).as_deref(),
                Some(date),
                "{text}"
            );
        }
        for none in [
            "1.2.10",
            "13/45/2018",
            "March 12",
            "May 2",
            "555-12-1234",
            "1/4",
            "24/7",
            "May be 2018",
        ] {
            assert_eq!(first_date(none), None, "{none}");
        }
    }
}
