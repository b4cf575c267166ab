//! Tables of contents: pages whose lines lead elsewhere. Headings are not looked for on them.

use super::numbering::label;
use super::rows::PageOfRows;

/// Whether a page is a table of contents: by its heading, or because most of its lines lead to pages.
pub(super) fn is_contents(page: &PageOfRows<'_>) -> bool {
    let mut rows = 0;
    let mut leading = 0;
    let mut has_heading = false;
    for row in page.body() {
        if rows < 10 {
            has_heading |= is_contents_heading(row.text);
        }
        rows += 1;
        if leads_to_page(row.text) {
            leading += 1;
        }
    }
    let has_prose = page.body().filter(|row| row.word_count() >= 14).count();
    (has_heading && has_prose * 3 <= rows) || (leading >= 5 && leading * 5 >= rows * 2)
}

/// Which of the pages are tables of contents, with those on which such a table goes on.
pub(super) fn contents_pages(pages: &[PageOfRows<'_>]) -> Vec<bool> {
    let mut goes_on = false;
    pages
        .iter()
        .map(|page| {
            goes_on = is_contents(page) || (goes_on && is_list_of_headings(page));
            goes_on
        })
        .collect()
}

/// Nothing but numbered headings, line by line.
fn is_list_of_headings(page: &PageOfRows<'_>) -> bool {
    let rows = page.body().count();
    let labelled = page.body().filter(|row| label(row.text).is_some()).count();
    let has_prose = page.body().any(|row| row.word_count() >= 14);
    labelled >= 5 && labelled * 3 >= rows * 2 && !has_prose
}

/// `TABLE OF CONTENTS`, `Contents`, `TABLE OF CONTENTS (continued)`, `INDEX`.
pub(super) fn is_contents_heading(text: &str) -> bool {
    if text.len() > 60 {
        return false;
    }
    let bare: String = text
        .to_uppercase()
        .chars()
        .filter(|c| c.is_alphabetic() || *c == ' ')
        .collect();
    let words: Vec<&str> = bare
        .split_whitespace()
        .filter(|word| !matches!(*word, "CONTINUED" | "CONT" | "CONTD"))
        .collect();
    matches!(
        words.as_slice(),
        ["TABLE", "OF", "CONTENTS"]
            | ["CONTENTS"]
            | ["INDEX"]
            | ["CONTENTS", "PAGE"]
            | [
                "LIST",
                "OF",
                "TABLES" | "FIGURES" | "APPENDICES" | "DRAWINGS"
            ]
    )
}

/// Dots or room, then a page's number: `1.0 INTRODUCTION ........ 3`.
pub(super) fn leads_to_page(text: &str) -> bool {
    let has_leaders = text.contains("....") || text.contains(". . . .") || text.contains('…');
    let last = text.split_whitespace().next_back().unwrap_or("");
    let last = last.trim_start_matches('.');
    let is_page = (1..=6).contains(&last.len())
        && last.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && (last.chars().any(|c| c.is_ascii_digit())
            || last.chars().all(|c| matches!(c, 'i' | 'v' | 'x')));
    let words = text.split_whitespace().count();
    let starts_with_letter = text.chars().next().is_some_and(char::is_alphanumeric);
    (has_leaders && (is_page || last.is_empty()))
        || (is_page
            && starts_with_letter
            && (2..=14).contains(&words)
            && last.chars().all(|c| c.is_ascii_digit())
            && last.len() <= 4
            && !text.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_contents_lead_to_a_page() {
        for leading in [
            "1.0 INTRODUCTION ........ 3",
            "Site description 12",
            "Appendix A……… A-1",
        ] {
            assert!(leads_to_page(leading), "{leading}");
        }
        for other in ["The depth was 12 feet", "3.2 Groundwater", "Date: 2018"] {
            assert!(!leads_to_page(other), "{other}");
        }
        assert!(is_contents_heading("TABLE OF CONTENTS (Cont'd)"));
        assert!(!is_contents_heading("CONTENTS OF THE BID ENVELOPE"));
    }
}
