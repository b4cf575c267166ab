//! Where one document of a file ends and the next begins. `find` asks for each run of pages that
//! belong to no section of a specification.

use super::contents::is_contents;
use super::doc_type::{DocType, NamedLine, named_lines};
use super::letter::LetterSigns;
use super::rows::PageOfRows;

/// A heading that names its paper stands among so many of the first rows.
const HEADING_ROWS: usize = 9;
/// From this weight on a line is a heading and not a hint.
const SURE: f64 = 6.0;
/// A letter inside of a report's first pages belongs to the report.
const OPENING_PAGES: usize = 3;

/// What a page shows of a document's beginning.
struct Face {
    heading: Option<NamedLine>,
    letter: LetterSigns,
    is_contents: bool,
    is_cover: bool,
}

impl Face {
    fn of(page: &PageOfRows<'_>, body_size: f64) -> Self {
        let heading = named_lines(page, body_size)
            .into_iter()
            .find(|line| line.row < HEADING_ROWS && line.weight >= SURE && line.is_alone);
        Self {
            heading,
            letter: LetterSigns::of(page),
            is_contents: is_contents(page),
            is_cover: page.is_cover(body_size),
        }
    }

    fn starts_letter(&self) -> bool {
        self.letter.salutation.is_some() || self.letter.memo_heads >= 3
    }
}

/// The document that is open while the pages go by.
struct Open {
    first: usize,
    doc_type: DocType,
    heading: Option<NamedLine>,
    /// The last page closed a letter.
    closed: bool,
}

/// Splits pages (in order) into documents: where each begins, as an index into `pages`.
pub(super) fn beginnings(pages: &[PageOfRows<'_>], body_size: f64) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut open: Option<Open> = None;
    for (index, page) in pages.iter().enumerate() {
        if page.rows.is_empty() {
            if open.is_none() && !page.is_blank() {
                starts.push(index);
                open = Some(Open {
                    first: index,
                    doc_type: DocType::Other,
                    heading: None,
                    closed: false,
                });
            }
            continue;
        }
        let face = Face::of(page, body_size);
        let before = index.checked_sub(1).and_then(|before| pages.get(before));
        let begins = open
            .as_ref()
            .is_none_or(|open| begins_anew(open, index, before, page, &face));
        if begins {
            starts.push(index);
            let doc_type = match &face.heading {
                Some(heading) => heading.doc_type,
                None if face.starts_letter() => DocType::Letter,
                None => DocType::Other,
            };
            open = Some(Open {
                first: index,
                doc_type,
                heading: face.heading.clone(),
                closed: false,
            });
        } else if let Some(open) = &mut open
            && open.doc_type == DocType::Other
            && index == open.first + 1
            && let Some(heading) = &face.heading
            && matches!(heading.doc_type, DocType::Report | DocType::Geotechnical)
        {
            // A cover without a name, and the title page behind it.
            open.doc_type = heading.doc_type;
        }
        if let Some(open) = &mut open {
            open.closed = face.letter.close;
        }
    }
    starts
}

fn begins_anew(
    open: &Open,
    index: usize,
    before: Option<&PageOfRows<'_>>,
    page: &PageOfRows<'_>,
    face: &Face,
) -> bool {
    let mark_before = before.and_then(|before| before.mark);
    let counts_on = match (mark_before, page.mark) {
        (Some(last), Some(this)) => this.number == last.number + 1 && this.of == last.of,
        _ => false,
    };
    if counts_on
        || page
            .mark
            .is_some_and(|mark| mark.number > 1 && mark.of.is_some())
    {
        return false;
    }
    let starts_over = page
        .mark
        .is_some_and(|mark| mark.number == 1 && mark.of.is_some());
    let is_report = matches!(open.doc_type, DocType::Report | DocType::Geotechnical);
    if face.starts_letter() && !(is_report && index - open.first < OPENING_PAGES) {
        return true;
    }
    if face.is_contents || open.doc_type == DocType::Ordinance && !starts_over {
        return false;
    }
    let Some(heading) = &face.heading else {
        // Behind a letter's close a cover begins what the letter sends.
        return open.closed && open.doc_type == DocType::Letter && face.is_cover;
    };
    let is_same_kind = heading.doc_type == open.doc_type;
    let same_heading = open.heading.as_ref().is_some_and(|of_open| {
        of_open.phrase == heading.phrase && of_open.number == heading.number
    });
    if starts_over && !(is_report && is_same_kind) {
        return true;
    }
    if open.closed && open.doc_type == DocType::Letter && !is_same_kind {
        return true;
    }
    let has_other_number = is_same_kind
        && !heading.number.is_empty()
        && open
            .heading
            .as_ref()
            .is_some_and(|of_open| of_open.number != heading.number);
    if is_report {
        // Papers of other kinds are appendices of a report, unless it has counted its pages to the
        // last: behind `Page 5 of 5` stands another document.
        let pages = u32::try_from(index - open.first).ok();
        let is_counted_out = mark_before.is_some_and(|mark| {
            mark.of == pages && mark.number > 1 && mark.of == Some(mark.number)
        });
        return heading.doc_type.begins_by_heading()
            && (has_other_number || (is_counted_out && !is_same_kind && heading.row < 5));
    }
    if !heading.doc_type.begins_by_heading() {
        return false;
    }
    if is_same_kind {
        // Front-end documents follow each other: the invitation, the instructions, the form.
        let is_front_end = matches!(heading.doc_type, DocType::Bid | DocType::Contract);
        return has_other_number || (is_front_end && !same_heading && heading.row < 4);
    }
    heading.row < 5
}

#[cfg(test)]
mod tests {
    use super::super::samples::{page_numbers_of, volume};

    #[test]
    fn several_rfis_in_a_file_are_several_documents() {
        let form = |number: &str| {
            vec![
                (14.0, "REQUEST FOR INFORMATION NO. ".to_owned() + number),
                (10.0, "Project: Fire Station No. 5".to_owned()),
                (10.0, "Date: 03/12/2018".to_owned()),
                (
                    10.0,
                    "Question: which anchor bolts are meant at grid line C?".to_owned(),
                ),
            ]
        };
        let volume = volume(&[form("12"), form("13"), form("14")]);
        assert_eq!(page_numbers_of(&volume), [(1, 1), (2, 2), (3, 3)]);
    }

    #[test]
    fn a_running_head_begins_nothing() {
        let page = |number: usize| {
            vec![
                (12.0, "ADDENDUM NO. 1".to_owned()),
                (
                    10.0,
                    format!("Item {number} of the changes to the documents for bidding."),
                ),
                (10.0, "The contractor is to read on.".to_owned()),
            ]
        };
        let volume = volume(&[page(1), page(2), page(3), page(4)]);
        assert_eq!(page_numbers_of(&volume), [(1, 4)]);
    }

    fn page(heading: &str, mark: &str) -> Vec<(f64, String)> {
        let words = "Some words that stand on the page to be read.";
        vec![
            (12.0, heading.to_owned()),
            (10.0, words.to_owned()),
            (10.0, mark.to_owned()),
        ]
    }

    #[test]
    fn what_stands_behind_the_last_counted_page_of_a_report_is_no_part_of_it() {
        let permit = "BUILDING PERMIT";
        let counted = volume(&[
            page("GEOTECHNICAL ENGINEERING REPORT", "Page 1 of 2"),
            page("1.0 INTRODUCTION", "Page 2 of 2"),
            page(permit, ""),
        ]);
        assert_eq!(page_numbers_of(&counted), [(1, 2), (3, 3)]);
        // Without the count a permit may be an appendix.
        let uncounted = volume(&[
            page("GEOTECHNICAL ENGINEERING REPORT", "Page 1"),
            page("1.0 INTRODUCTION", "Page 2"),
            page(permit, ""),
        ]);
        assert_eq!(page_numbers_of(&uncounted), [(1, 3)]);
    }

    #[test]
    fn page_one_of_three_begins_anew_only_under_a_heading() {
        let forms = volume(&[
            page("SUBSTITUTION REQUEST", "Page 1 of 2"),
            page("Second half", "Page 2 of 2"),
            page("SUBSTITUTION REQUEST", "Page 1 of 2"),
            page("Second half", "Page 2 of 2"),
        ]);
        assert_eq!(page_numbers_of(&forms), [(1, 2), (3, 4)]);
        let logs = volume(&[
            page("GEOTECHNICAL ENGINEERING REPORT", ""),
            page("BORING LOG B-1", "Page 1 of 1"),
            page("BORING LOG B-2", "Page 1 of 1"),
        ]);
        assert_eq!(page_numbers_of(&logs), [(1, 3)]);
    }
}
