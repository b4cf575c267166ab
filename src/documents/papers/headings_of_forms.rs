//! Headings that their kind of paper tells: the bars of a form among the labels of its fields, and
//! the set articles of a highway agency's provisions. `headings` asks for lines without numbers.

use super::headings::ROOM_ABOVE;
use super::rows::{PageOfRows, Row};

/// A form's heading has at most so many words.
const MOST_WORDS: usize = 6;
/// Rows above and below that may stand at the same height.
const NEIGHBOURS: usize = 3;

/// Words of labels: what stands behind or below them fills a field and is no text.
const FIELDS: &[&str] = &[
    "NAME",
    "ADDRESS",
    "PHONE",
    "TELEPHONE",
    "FAX",
    "EMAIL",
    "E-MAIL",
    "CITY",
    "STATE",
    "ZIP",
    "DATE",
    "TIME",
    "OWNER",
    "CONTRACTOR",
    "ARCHITECT",
    "ENGINEER",
    "APPLICANT",
    "COMPANY",
    "PROJECT",
    "JOB",
    "LOCATION",
    "PARCEL",
    "LICENSE",
    "SIGNATURE",
    "SIGNED",
    "TITLE",
    "NO",
    "NUMBER",
    "TO",
    "FROM",
    "BY",
    "ATTN",
    "ATTENTION",
    "CC",
    "COPIES",
    "QTY",
    "QUANTITY",
    "UNIT",
    "AMOUNT",
    "TOTAL",
    "VALUATION",
    "YES",
];

/// The articles into which agencies part a provision, after AASHTO's guide specifications.
const PROVISIONS: &[&str] = &[
    "DESCRIPTION",
    "MATERIALS",
    "EQUIPMENT",
    "CONSTRUCTION",
    "CONSTRUCTION REQUIREMENTS",
    "CONSTRUCTION METHODS",
    "CONSTRUCTION DETAILS",
    "MEASUREMENT",
    "METHOD OF MEASUREMENT",
    "PAYMENT",
    "BASIS OF PAYMENT",
    "MEASUREMENT AND PAYMENT",
    "MATERIALS AND CONSTRUCTION",
];

/// A line of a form that heads a part of it: alone at its height at the left edge, in capitals, with
/// room above it and small letters below. Labels of fields are in capitals too, but side by side, or
/// one below the other, or named as fields are.
pub(super) fn is_heading_of_form(
    page: &PageOfRows<'_>,
    row: &Row<'_>,
    next: Option<&Row<'_>>,
) -> bool {
    let is_above_text =
        next.is_some_and(|next| next.gap >= 0.9 && !next.is_capitals() && next.text.len() > 3);
    let is_field = row.words().any(|word| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        FIELDS.contains(&bare)
    });
    row.is_capitals()
        && row.word_count() <= MOST_WORDS
        && row.gap >= ROOM_ABOVE
        && is_above_text
        && !is_field
        && !row.text.ends_with([':', '.', '?', '*'])
        && !row.text.chars().any(|c| c.is_ascii_digit() || c == '$')
        && is_at_left_edge(page, row)
        && !has_neighbour(page, row)
}

fn is_at_left_edge(page: &PageOfRows<'_>, row: &Row<'_>) -> bool {
    let edge = page
        .body()
        .map(|row| row.line.start)
        .fold(f64::INFINITY, f64::min);
    row.line.start <= edge + 2.0 * row.size()
}

/// Another cell of the same row of a grid.
fn has_neighbour(page: &PageOfRows<'_>, row: &Row<'_>) -> bool {
    let at = page
        .rows
        .iter()
        .position(|other| std::ptr::eq(other, row))
        .unwrap_or_default();
    page.rows
        .iter()
        .skip(at.saturating_sub(NEIGHBOURS))
        .take(2 * NEIGHBOURS + 1)
        .any(|other| {
            !std::ptr::eq(other, row) && (other.line.down - row.line.down).abs() < 0.5 * row.size()
        })
}

/// `Method of Measurement` on a line of its own above its text. Agencies set these names in
/// italics or bold at the size of the text, so that only the name tells them.
pub(super) fn is_provision_heading(row: &Row<'_>, next: Option<&Row<'_>>) -> bool {
    let upper = row.text.to_uppercase();
    let is_above_text = next.is_some_and(|next| {
        next.gap >= 0.9
            && next.word_count() >= 5
            && next
                .text
                .starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
    });
    row.gap >= 1.1
        && row.text.starts_with(char::is_uppercase)
        && PROVISIONS.contains(&upper.trim_end_matches([':', '.']))
        && is_above_text
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::super::samples::written;

    fn headings(page: &str) -> Vec<String> {
        let docs = find(&written(&[page]), &[]);
        let headings = docs.into_iter().flat_map(|doc| doc.headings);
        headings.map(|heading| heading.title).collect()
    }

    #[test]
    fn bars_of_a_form_are_headings_and_labels_are_not() {
        let page = "
# REQUEST FOR INFORMATION
RFI No.: 047
Project: Mercer Street Parking Structure

INFORMATION REQUESTED
The plate conflicts with anchors at Level 3. Please advise.

RESPONSE
The proposed solution is acceptable.

NAME OF ENGINEER
P. Nair

APPROVED
REJECTED
Distribution: Owner, Architect, File
";
        assert_eq!(headings(page), ["INFORMATION REQUESTED", "RESPONSE"]);
    }

    #[test]
    fn the_articles_of_a_provision_are_headings() {
        let page = "
# SPECIAL PROVISIONS
The following supplements the Standard Specifications for Road Construction.

BRIDGE DECK OVERLAY

Description
This work consists of removing the existing wearing surface.

Method of Measurement
The overlay will be measured by the square yard, complete in place.
Materials
SY
";
        assert_eq!(
            headings(page),
            [
                "BRIDGE DECK OVERLAY",
                "Description",
                "Method of Measurement"
            ]
        );
    }
}
