//! What a document is, by what it calls itself near its top: a vocabulary of the trade.
//! The beginnings ask page by page, the binding of a document once for its first page.

use super::super::kind::is_time_table_head;
use super::letter::LetterSigns;
use super::rows::{PageOfRows, Row, is_capitals, is_title_case};
use super::vocabulary::{ABOUT, BY_FIRST_WORD, GOES_ON};

/// The closed set of kinds; the names on the wire stand with `Doc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DocType {
    Addendum,
    Rfi,
    Submittal,
    Transmittal,
    ChangeOrder,
    Geotechnical,
    Report,
    Letter,
    Permit,
    Contract,
    Schedule,
    Form,
    Agenda,
    Minutes,
    Ordinance,
    Bid,
    Invoice,
    Other,
}

impl DocType {
    /// The name as it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Addendum => "addendum",
            Self::Rfi => "rfi",
            Self::Submittal => "submittal",
            Self::Transmittal => "transmittal",
            Self::ChangeOrder => "change_order",
            Self::Geotechnical => "geotechnical",
            Self::Report => "report",
            Self::Letter => "letter",
            Self::Permit => "permit",
            Self::Contract => "contract",
            Self::Schedule => "schedule",
            Self::Form => "form",
            Self::Agenda => "agenda",
            Self::Minutes => "minutes",
            Self::Ordinance => "ordinance",
            Self::Bid => "bid",
            Self::Invoice => "invoice",
            Self::Other => "other",
        }
    }

    /// Its heading is its whole title: `ADDENDUM NO. 2`, `MEETING MINUTES`. The title of others goes
    /// on over the lines around (`GEOTECHNICAL REPORT` / `FIRE STATION NO. 5`).
    pub fn is_named_by_heading(self) -> bool {
        matches!(
            self,
            Self::Addendum
                | Self::Rfi
                | Self::Submittal
                | Self::Transmittal
                | Self::ChangeOrder
                | Self::Permit
                | Self::Agenda
                | Self::Minutes
                | Self::Bid
                | Self::Invoice
                | Self::Form
                | Self::Schedule
        )
    }

    /// Papers to be filled in: the labels of their fields are in capitals.
    pub fn is_form(self) -> bool {
        matches!(
            self,
            Self::Form
                | Self::Rfi
                | Self::Submittal
                | Self::Transmittal
                | Self::ChangeOrder
                | Self::Invoice
                | Self::Permit
                | Self::Schedule
        )
    }

    /// Papers that come one after the other in one file, each with a heading of its own.
    pub fn begins_by_heading(self) -> bool {
        !matches!(
            self,
            Self::Report
                | Self::Form
                | Self::Schedule
                | Self::Other
                | Self::Letter
                | Self::Geotechnical
        )
    }
}

use DocType::{Form, Other, Report, Schedule};

/// A line in which a page says what it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NamedLine {
    pub doc_type: DocType,
    pub phrase: &'static str,
    /// Above 5 it is a heading; 3 is a hint.
    pub weight: f64,
    /// Among the rows of the page.
    pub row: usize,
    /// `2` of `ADDENDUM NO. 2`, in capitals; empty when it has none.
    pub number: String,
    /// The line holds little else.
    pub is_alone: bool,
}

/// Words of a line in capitals, bare of marks; `/` and `-` part words.
fn bare_words(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '/' | '-' | '–' | '—' | '(' | ')' | '|'))
        .map(|word| {
            word.chars()
                .filter(|c| c.is_alphanumeric() || *c == '#' || *c == '.')
                .collect::<String>()
                .trim_end_matches('.')
                .to_uppercase()
        })
        .filter(|word| !word.is_empty())
        .take(24)
        .collect()
}

/// What one line calls its paper, when it is a heading in form; without the page's other signs.
pub(super) fn named_by(text: &str) -> Option<(DocType, &'static str, f64, String, bool)> {
    if text.len() > 200 {
        return None;
    }
    let words = bare_words(text);
    if words.is_empty() || words.len() > 16 {
        return None;
    }
    let is_about = words
        .first()
        .is_some_and(|word| ABOUT.contains(&word.as_str()))
        && !matches!(
            words.get(1).map(String::as_str),
            Some("MANUAL" | "SCHEDULE")
        );
    let is_sentence = text.ends_with(['.', ';', ',']) && words.len() > 7 && !is_capitals(text);
    let capitals = is_capitals(text);
    // Text that only mentions a paper: "… at the adoption of this Ordinance".
    let is_running = !capitals && words.len() > 3 && !is_title_case(text);
    if is_about || is_sentence || is_running {
        return None;
    }
    let mut best: Option<(DocType, &'static str, f64, String, bool)> = None;
    let begins = words.iter().enumerate().flat_map(|(at, word)| {
        let phrases = BY_FIRST_WORD.get(word.as_str());
        phrases.into_iter().flatten().map(move |entry| (at, entry))
    });
    for (at, &(doc_type, sureness, phrase)) in begins {
        let length = phrase.split(' ').count();
        let stands_here = words.len() >= at + length
            && phrase
                .split(' ')
                .zip(words.iter().skip(at))
                .all(|(wanted, word)| wanted == word);
        if !stands_here {
            continue;
        }
        let after: Vec<&str> = words.iter().skip(at + length).map(String::as_str).collect();
        let goes_on = GOES_ON
            .iter()
            .filter(|(name, _)| *name == phrase)
            .flat_map(|(_, words)| words.iter());
        if after
            .first()
            .is_some_and(|next| goes_on.clone().any(|word| word == next))
        {
            continue;
        }
        let number = if at + length == words.len() {
            String::new()
        } else {
            ordinal(&after).unwrap_or_default()
        };
        let others = words.len() - length - if number.is_empty() { 0 } else { 1 };
        let is_last = at + length == words.len();
        let fit = match (at, others) {
            (0, _) => 1.0,
            // In English the last word says what a thing is: "… ZONING ORDINANCE".
            _ if is_last && capitals => 1.0,
            (_, others) if others <= 4 => 0.85,
            _ => 0.6,
        };
        // A longer name says more than a shorter one inside of it.
        let weight = sureness * fit + 0.3 * length as f64;
        if best
            .as_ref()
            .is_none_or(|(_, _, most, _, _)| weight > *most)
        {
            best = Some((doc_type, phrase, weight, number, others <= 4));
        }
    }
    best
}

const ORDINALS: [&str; 12] = [
    "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN",
    "TWELVE",
];

/// `2` of `NO. 2`, `#02`, `NUMBER TWO`, `No.2`, `2018-14`.
pub(super) fn ordinal(after: &[&str]) -> Option<String> {
    let mut words = after.iter().copied();
    let mut word = words.next()?;
    if matches!(word, "NO" | "NUMBER" | "#" | "NUM" | "RESPONSE" | "LOG") {
        word = words.next()?;
        if matches!(word, "NO" | "NUMBER" | "#") {
            word = words.next()?;
        }
    }
    let word = word
        .trim_start_matches("NO.")
        .trim_start_matches(['#', '.'])
        .trim_end_matches('.');
    if let Some(place) = ORDINALS.iter().position(|name| *name == word) {
        return Some((place + 1).to_string());
    }
    let has_figure = word.chars().any(|c| c.is_ascii_digit());
    (has_figure && word.len() <= 12).then(|| {
        let plain = word.trim_start_matches('0');
        if plain.is_empty() { word } else { plain }.to_owned()
    })
}

/// Rows from the top in which a document says what it is.
const NAMING_ROWS: usize = 26;

/// The lines near the top of a page that name its paper, strongest first.
pub(super) fn named_lines(page: &PageOfRows<'_>, body_size: f64) -> Vec<NamedLine> {
    let mut named: Vec<NamedLine> = page
        .rows
        .iter()
        .enumerate()
        .take(NAMING_ROWS)
        .filter(|(_, row)| page.depth(row) < 0.72)
        .filter_map(|(place, row)| {
            let (doc_type, phrase, weight, number, is_alone) = named_by(row.text)?;
            Some(NamedLine {
                doc_type,
                phrase,
                weight: weight * prominence(row, place, body_size),
                row: place,
                number,
                is_alone,
            })
        })
        .collect();
    named.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.row.cmp(&b.row)));
    named
}

fn prominence(row: &Row<'_>, place: usize, body_size: f64) -> f64 {
    let order = match place {
        0..=6 => 1.0,
        7..=13 => 0.85,
        _ => 0.6,
    };
    let size = row.size() / body_size.max(1.0);
    let size = if size >= 1.4 {
        1.35
    } else if size >= 1.12 {
        1.2
    } else {
        1.0
    };
    let form = if row.is_capitals() {
        1.0
    } else if row.word_count() <= 12 && !row.text.ends_with('.') {
        0.85
    } else {
        0.45
    };
    order * size * form
}

/// What a document is, and the line of its first page that says so.
pub(super) fn doc_type(
    pages: &[PageOfRows<'_>],
    letter: &LetterSigns,
    body_size: f64,
) -> (DocType, Option<NamedLine>) {
    let Some(first) = pages.first() else {
        return (Other, None);
    };
    let mut named = named_lines(first, body_size);
    if let Some(salutation) = letter.salutation {
        // Under the salutation a letter speaks of other papers.
        named.retain(|line| line.row < salutation);
        let strongest = named.first().filter(|line| line.weight > 6.5);
        if strongest.is_none() {
            return (letter.about(pages), None);
        }
    }
    if is_time_table(first) {
        let line = named.into_iter().find(|line| line.doc_type == Schedule);
        return (Schedule, line);
    }
    let strongest = named.into_iter().next();
    match strongest {
        Some(line) if line.weight >= 4.0 => (line.doc_type, Some(line)),
        _ if letter.is_letter() => (letter.about(pages), None),
        Some(line) if line.weight >= 2.5 => (line.doc_type, Some(line)),
        _ if is_written_for_another(pages) => (Report, None),
        _ if is_blanks(first) => (Form, None),
        _ => (Other, None),
    }
}

/// The head of a time table: `Activity ID`, `Duration`, `Start`, `Finish`.
pub(super) fn is_time_table(page: &PageOfRows<'_>) -> bool {
    page.rows
        .iter()
        .take(40)
        .any(|row| is_time_table_head(row.text))
}

/// Covers of reports say for whom and by whom.
fn is_written_for_another(pages: &[PageOfRows<'_>]) -> bool {
    let mut says_for = false;
    let mut says_by = false;
    for row in pages.iter().take(2).flat_map(PageOfRows::body).take(60) {
        let text = row.text.to_uppercase();
        says_for |= text.starts_with("PREPARED FOR") || text.starts_with("SUBMITTED TO");
        says_by |= text.starts_with("PREPARED BY") || text.starts_with("SUBMITTED BY");
    }
    says_for && says_by
}

/// Much of the page is there to be filled in.
fn is_blanks(page: &PageOfRows<'_>) -> bool {
    let rows = page.body().count();
    let blanks = page
        .body()
        .filter(|row| {
            row.text.contains("____") || row.text.ends_with(':') || row.text.contains('☐')
        })
        .count();
    rows >= 5 && blanks * 3 >= rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use DocType::{
        Addendum, Bid, ChangeOrder, Contract, Geotechnical, Invoice, Minutes, Ordinance, Permit,
        Rfi, Submittal, Transmittal,
    };

    #[test]
    fn papers_are_known_by_what_they_call_themselves() {
        for (text, doc_type) in [
            ("ADDENDUM NO. 2", Addendum),
            ("CITY OF ALBANY – ADDENDUM #1", Addendum),
            ("REQUEST FOR INFORMATION (RFI) #014", Rfi),
            ("RFI Response", Rfi),
            ("SUBMITTAL TRANSMITTAL", Submittal),
            ("LETTER OF TRANSMITTAL", Transmittal),
            ("GEOTECHNICAL ENGINEERING REPORT", Geotechnical),
            ("Report of Subsurface Exploration", Geotechnical),
            ("BUILDING PERMIT APPLICATION", Permit),
            ("CONSTRUCTION SCHEDULE", Schedule),
            ("SCHEDULE OF VALUES", Invoice),
            ("BID FORM", Bid),
            ("INVITATION TO BID", Bid),
            ("Change Order No. 3", ChangeOrder),
            (
                "Standard Form of Agreement Between Owner and Contractor",
                Contract,
            ),
            ("PRE-CONSTRUCTION MEETING MINUTES", Minutes),
            (
                "GENERAL ZONING AND SHORELAND/FLOODPLAIN ZONING ORDINANCE",
                Ordinance,
            ),
            ("PROJECT MANUAL", Other),
            ("REQUEST FOR PROPOSALS", Bid),
            ("PROPOSAL REQUEST", ChangeOrder),
        ] {
            assert_eq!(
                named_by(text).map(|named| named.0),
                Some(doc_type),
                "{text}"
            );
        }
        for other in [
            "RE: Addendum No. 2",
            "Contract No. 18-044",
            "The report describes the soil.",
            "FIRE STATION NO. 5",
        ] {
            assert_eq!(named_by(other).map(|named| named.0), None, "{other}");
        }
    }

    #[test]
    fn a_number_is_read_behind_the_name() {
        for (text, number) in [
            ("ADDENDUM NO. 2", "2"),
            ("ADDENDUM #02", "2"),
            ("Addendum Number Three", "3"),
            ("ADDENDUM No.2", "2"),
            ("ADDENDUM NO. 1A", "1A"),
            ("ADDENDUM", ""),
            ("ORDINANCE NO. 2018-14", "2018"),
        ] {
            assert_eq!(
                named_by(text).map(|named| named.3).as_deref(),
                Some(number),
                "{text}"
            );
        }
    }
}
