//! Whether a page is a drawing or a document page, and what a whole file is.
//! The worker asks for each page, in the survey and in the reading alike; the job runner for the file.

use super::canvas::Canvas;
use super::lines::text_lines;
use super::page::{Classification, PageKind, PageReading, PageSigns};

/// Pages at least this large (points) are sheets: 11 by 17 inches and A3, with a little to spare.
const SHEET_LONG: f64 = 16.3 * 72.0;
const SHEET_SHORT: f64 = 10.6 * 72.0;
/// Beyond this longer side nobody prints running text.
const LARGE_LONG: f64 = 20.0 * 72.0;

/// Drawing or document, from size, orientation, text and strokes. A page with nothing on it is a
/// document page, the cheaper of the two.
pub(super) fn page_kind(canvas: &Canvas) -> PageKind {
    let (long, short) = (
        canvas.width.max(canvas.height),
        canvas.width.min(canvas.height),
    );
    let words = canvas.words.len() as u64;
    let is_landscape = canvas.width > canvas.height;
    let is_blank = words == 0 && canvas.path_count < 10 && canvas.image_count == 0;
    // Tables have straight strokes only; slanting ones and curves come from drawing.
    let strokes = canvas.straight_strokes + canvas.oblique_strokes;
    let is_drawing = if is_blank {
        false
    } else if long >= LARGE_LONG && short >= SHEET_SHORT {
        true
    } else if long >= SHEET_LONG && short >= SHEET_SHORT {
        let is_picture = canvas.image_share > 0.4 && words < 400;
        let is_drawn = canvas.oblique_strokes >= 60
            || (strokes >= 40 && words < 350)
            || (canvas.path_count >= 400 && canvas.path_count > 2 * words);
        let few_words = if is_landscape { 120 } else { 40 };
        is_picture || is_drawn || (words < few_words && canvas.path_count > 0)
    } else {
        // Letter, A4, Legal: a sketch or a reduced sheet has many slanting strokes for its words.
        let needed = if is_landscape { 150 } else { 250 };
        canvas.oblique_strokes >= needed
            && canvas.oblique_strokes > 2 * words
            && strokes >= 300
            && words < 600
            && canvas.image_share < 0.9
    };
    if is_drawing {
        PageKind::Drawing
    } else {
        PageKind::Document
    }
}

/// The headings of specifications and addenda on a page.
pub(super) fn page_signs(canvas: &Canvas, kind: PageKind) -> PageSigns {
    let mut signs = PageSigns::default();
    if kind == PageKind::Drawing {
        return signs;
    }
    for line in text_lines(&canvas.words) {
        if line.text.len() > 160 {
            continue;
        }
        let upper = line.text.to_uppercase();
        let words: Vec<&str> = upper.split(' ').collect();
        match words.as_slice() {
            ["SECTION", rest @ ..] if is_section_number(rest) => {
                signs.specification_section = true;
            }
            ["PART", number, rest @ ..] if is_part(number, rest) => {
                signs.specification_part = true;
            }
            ["ADDENDUM", rest @ ..] if rest.len() <= 6 => signs.addendum |= is_ordinal(rest),
            _ => {}
        }
        if ends_with_section_page(&words) {
            signs.specification_section = true;
        }
    }
    signs
}

fn is_figures(word: &str, count: usize) -> bool {
    word.len() == count && word.chars().all(|c| c.is_ascii_digit())
}

/// `03 30 00`, `033000`, `03300`, each perhaps with `.13` and a dash after it.
fn is_section_number(words: &[&str]) -> bool {
    let bare = |word: &str| {
        word.trim_end_matches(['-', ':', '–', '.'])
            .split('.')
            .next()
            .unwrap_or("")
            .to_owned()
    };
    match words {
        [a, b, c, ..] if is_figures(a, 2) && is_figures(b, 2) => is_figures(&bare(c), 2),
        [one, ..] => {
            let one = bare(one);
            is_figures(&one, 6) || is_figures(&one, 5)
        }
        [] => false,
    }
}

fn is_part(number: &str, rest: &[&str]) -> bool {
    let number = number.trim_end_matches(['-', ':', '–', '.']);
    let title = rest
        .iter()
        .find(|word| word.chars().any(char::is_alphabetic))
        .map(|word| word.trim_matches(|c: char| !c.is_alphabetic()));
    matches!(
        number,
        "1" | "2" | "3" | "I" | "II" | "III" | "ONE" | "TWO" | "THREE"
    ) && rest.len() <= 4
        && matches!(
            title,
            Some("GENERAL" | "PRODUCTS" | "PRODUCT" | "EXECUTION" | "MATERIALS")
        )
}

/// `NO. 2`, `#2`, `NUMBER TWO`, `2`, or nothing but the heading itself.
fn is_ordinal(rest: &[&str]) -> bool {
    match rest {
        [] => true,
        ["NO" | "NO." | "NUMBER" | "#", ..] => true,
        [word, ..] => {
            let word = word.trim_matches(['#', ':', '.', '-']);
            !word.is_empty()
                && word.len() <= 3
                && (word.chars().all(|c| c.is_ascii_digit()) || word == "ONE" || word == "TWO")
        }
    }
}

/// A footer such as `CAST-IN-PLACE CONCRETE 03 30 00 - 2` or `033000-2`.
fn ends_with_section_page(words: &[&str]) -> bool {
    match words {
        [.., a, b, c, "-" | "–", page] => {
            is_figures(a, 2)
                && is_figures(b, 2)
                && is_figures(c.split('.').next().unwrap_or(""), 2)
                && page.len() <= 3
                && page.chars().all(|c| c.is_ascii_digit())
        }
        [.., number, "-" | "–", page] => {
            is_figures(number, 6) && page.len() <= 3 && page.chars().all(|c| c.is_ascii_digit())
        }
        [.., last] => last.split_once('-').is_some_and(|(number, page)| {
            is_figures(number, 6)
                && (1..=3).contains(&page.len())
                && page.chars().all(|c| c.is_ascii_digit())
        }),
        [] => false,
    }
}

/// What a whole file is, from the readings of its pages (a survey's are enough).
///
/// A fifth of either kind among the other makes a file mixed; an addendum's heading on one of the
/// first two pages of text makes it addenda.
pub fn classify_document<'p>(pages: impl IntoIterator<Item = &'p PageReading>) -> Classification {
    let pages: Vec<&PageReading> = pages.into_iter().collect();
    let texts: Vec<&&PageReading> = pages
        .iter()
        .filter(|page| page.kind == PageKind::Document)
        .collect();
    let drawings = pages.len() - texts.len();
    if pages.is_empty() {
        return Classification::Other;
    }
    if drawings * 5 > pages.len() * 4 {
        return Classification::Plans;
    }
    if texts.iter().take(2).any(|page| page.signs.addendum) {
        return Classification::Addenda;
    }
    if drawings * 5 >= pages.len() {
        return Classification::Mixed;
    }
    let sections = texts
        .iter()
        .filter(|page| page.signs.specification_section)
        .count();
    let has_part = texts.iter().any(|page| page.signs.specification_part);
    if (sections > 0 && has_part) || sections * 3 > texts.len() {
        return Classification::Specifications;
    }
    if pages
        .iter()
        .all(|page| page.word_count == 0 && page.image_count == 0)
    {
        return Classification::Other;
    }
    Classification::Documents
}

#[cfg(test)]
mod tests {
    use super::super::words::tests::word;
    use super::*;

    fn canvas(width: f64, height: f64, words: usize, straight: u64, oblique: u64) -> Canvas {
        Canvas {
            width,
            height,
            words: (0..words)
                .map(|row| word("TEXT", 20.0, 20.0 + row as f64, 8.0))
                .collect(),
            glyph_count: words as u64 * 4,
            unmapped_count: 0,
            path_count: straight + oblique,
            straight_strokes: straight,
            oblique_strokes: oblique,
            image_count: 0,
            image_share: 0.0,
        }
    }

    #[test]
    fn size_strokes_and_text_tell_the_kind() {
        let cases = [
            (
                "a Letter page of text",
                canvas(612.0, 792.0, 400, 20, 0),
                PageKind::Document,
            ),
            (
                "an A4 landscape table",
                canvas(842.0, 595.0, 300, 600, 0),
                PageKind::Document,
            ),
            (
                "a Letter sketch",
                canvas(612.0, 792.0, 5, 400, 500),
                PageKind::Drawing,
            ),
            (
                "a large sheet",
                canvas(2592.0, 1728.0, 500, 900, 900),
                PageKind::Drawing,
            ),
            (
                "a large sheet of notes",
                canvas(2592.0, 1728.0, 3000, 20, 0),
                PageKind::Drawing,
            ),
            (
                "a tabloid sheet",
                canvas(1224.0, 792.0, 100, 300, 100),
                PageKind::Drawing,
            ),
            (
                "a tabloid table",
                canvas(1224.0, 792.0, 1200, 300, 0),
                PageKind::Document,
            ),
            (
                "a blank sheet",
                canvas(2592.0, 1728.0, 0, 0, 0),
                PageKind::Document,
            ),
        ];
        for (what, canvas, expected) in cases {
            assert_eq!(page_kind(&canvas), expected, "{what}");
        }
        let mut scan = canvas(2592.0, 1728.0, 0, 0, 0);
        scan.image_count = 1;
        scan.image_share = 1.0;
        assert_eq!(page_kind(&scan), PageKind::Drawing);
        let mut letter_scan = canvas(612.0, 792.0, 0, 0, 0);
        letter_scan.image_count = 1;
        letter_scan.image_share = 1.0;
        assert_eq!(page_kind(&letter_scan), PageKind::Document);
    }

    #[test]
    fn section_numbers_and_footers_are_known() {
        assert!(is_section_number(&["03", "30", "00"]));
        assert!(is_section_number(&["033000"]));
        assert!(is_section_number(&["03300"]));
        assert!(is_section_number(&["03", "30", "00.13", "-"]));
        assert!(!is_section_number(&["36-1"]));
        assert!(ends_with_section_page(&[
            "CONCRETE", "03", "30", "00", "-", "2"
        ]));
        assert!(ends_with_section_page(&["033000-2"]));
        assert!(!ends_with_section_page(&["555-1234"]));
    }

    fn page(kind: PageKind, signs: PageSigns) -> PageReading {
        PageReading {
            page_number: 1,
            width_points: 612.0,
            height_points: 792.0,
            kind,
            word_count: 100,
            unmapped_share: 0.0,
            path_count: 0,
            image_count: 0,
            image_share: 0.0,
            sheet_number: None,
            sheet_name: None,
            sheet_display_name: String::new(),
            discipline: None,
            drawing_type: None,
            scale: None,
            signs,
            artifacts: Vec::new(),
        }
    }

    #[test]
    fn a_file_is_classified_by_its_pages() {
        let sheet = page(PageKind::Drawing, PageSigns::default());
        let text = page(PageKind::Document, PageSigns::default());
        let section = page(
            PageKind::Document,
            PageSigns {
                specification_section: true,
                specification_part: true,
                addendum: false,
            },
        );
        let addendum = page(
            PageKind::Document,
            PageSigns {
                addendum: true,
                ..PageSigns::default()
            },
        );
        assert_eq!(classify_document([]), Classification::Other);
        assert_eq!(classify_document([&sheet, &sheet]), Classification::Plans);
        assert_eq!(classify_document([&text, &text]), Classification::Documents);
        assert_eq!(classify_document([&sheet, &text]), Classification::Mixed);
        assert_eq!(
            classify_document([&text, &section]),
            Classification::Specifications
        );
        assert_eq!(
            classify_document([&addendum, &sheet]),
            Classification::Addenda
        );
    }
}
