//! Letters and memoranda: salutation, subject, heads such as `TO:` and `FROM:`, the close.

use super::doc_type::{DocType, named_by};
use super::rows::PageOfRows;

/// What makes a page the first of a letter; rows count among those of the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LetterSigns {
    pub salutation: Option<usize>,
    /// `TO`, `FROM`, `DATE`, `RE`: three of them head a memorandum.
    pub memo_heads: usize,
    /// What stands behind `RE:` or `Subject:`, as printed.
    pub subject: Option<String>,
    pub close: bool,
    /// It speaks to all who bid.
    pub is_to_bidders: bool,
}

const SALUTATIONS: &[&str] = &[
    "dear ",
    "to whom it may concern",
    "ladies and gentlemen",
    "gentlemen:",
    "gentlemen,",
    "sirs:",
    "dear:",
];
const CLOSES: &[&str] = &[
    "sincerely",
    "respectfully",
    "yours truly",
    "very truly yours",
    "yours faithfully",
    "yours sincerely",
    "best regards",
    "kind regards",
    "regards,",
    "respectfully submitted",
    "cordially",
];
const BIDDERS: &[&str] = &[
    "bidders",
    "bidder",
    "planholders",
    "plan holders",
    "plan-holders",
    "proposers",
    "offerors",
    "prospective contractors",
    "holders of bid",
    "holders of contract",
    "tenderers",
    "all contractors",
    "bid holders",
];
/// A subject goes on over so many lines at most.
const SUBJECT_LINES: usize = 4;
const LONGEST_SUBJECT: usize = 240;

impl LetterSigns {
    pub fn of(page: &PageOfRows<'_>) -> Self {
        let mut signs = Self::default();
        let mut heads = [false; 4];
        for (place, row) in page.rows.iter().enumerate().take(120) {
            let text = row.text.to_lowercase();
            let is_upper_part = page.depth(row) < 0.62;
            if signs.salutation.is_none()
                && is_upper_part
                && row.word_count() <= 10
                && SALUTATIONS.iter().any(|opening| text.starts_with(opening))
            {
                signs.salutation = Some(place);
            }
            signs.close |=
                row.word_count() <= 4 && CLOSES.iter().any(|close| text.starts_with(close));
            if is_upper_part && place < 40 {
                let head = text.split(':').next().unwrap_or("").trim();
                if text.contains(':') {
                    let kind = match head {
                        "to" | "memo to" => Some(0),
                        "from" => Some(1),
                        "date" => Some(2),
                        "re" | "subject" | "subj" | "regarding" | "reference" => Some(3),
                        _ => None,
                    };
                    if let Some(seen) = kind.and_then(|kind| heads.get_mut(kind)) {
                        *seen = true;
                    }
                }
                signs.is_to_bidders |=
                    row.word_count() <= 14 && BIDDERS.iter().any(|name| text.contains(name));
                if signs.subject.is_none() {
                    signs.subject = subject_at(page, place);
                }
            }
        }
        signs.memo_heads = heads.iter().filter(|seen| **seen).count();
        signs
    }

    pub fn is_letter(&self) -> bool {
        self.salutation.is_some() || self.memo_heads >= 3 || (self.close && self.subject.is_some())
    }

    /// A letter, unless it is a paper of another kind in the form of one: an addendum to all
    /// bidders, or a report of more than a few pages.
    pub fn about(&self, pages: &[PageOfRows<'_>]) -> DocType {
        let named = self
            .subject
            .as_deref()
            .and_then(named_by)
            .map(|named| named.0);
        match named {
            Some(DocType::Addendum) if self.is_to_bidders => DocType::Addendum,
            Some(DocType::Geotechnical | DocType::Report) if pages.len() > 4 => {
                named.unwrap_or(DocType::Letter)
            }
            _ => DocType::Letter,
        }
    }
}

/// The subject when its label starts this row, with the lines over which it goes on.
fn subject_at(page: &PageOfRows<'_>, place: usize) -> Option<String> {
    let row = page.rows.get(place)?;
    let rest = [
        "re:",
        "subject:",
        "subj:",
        "regarding:",
        "reference:",
        "re.:",
    ]
    .iter()
    .find_map(|label| {
        let head = row.text.get(..label.len())?;
        head.eq_ignore_ascii_case(label)
            .then(|| row.text.get(label.len()..))?
    })?
    .trim();
    let mut subject = rest.to_owned();
    let mut last = row;
    for next in page.rows.iter().skip(place + 1).take(SUBJECT_LINES) {
        let is_indented = next.line.start > row.line.start + 1.5 * row.size();
        let is_next = next.gap <= 1.7 && (next.size() / last.size() - 1.0).abs() < 0.1;
        let is_label = next
            .text
            .split_whitespace()
            .next()
            .is_some_and(|word| word.ends_with(':'));
        if !is_indented || !is_next || is_label || subject.len() > LONGEST_SUBJECT {
            break;
        }
        if !subject.is_empty() {
            subject.push(' ');
        }
        subject.push_str(next.text);
        last = next;
    }
    let letters = subject.chars().filter(|c| c.is_alphabetic()).count();
    (letters >= 3).then_some(subject)
}
