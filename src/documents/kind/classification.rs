//! What a whole file is by its pages, and whether that contradicts what the client said of it.

use super::super::page::{Classification, PageKind, PageReading};

/// An addendum's heading counts on the first pages of text.
const FIRST_PAGES: usize = 3;

/// How many pages of a file look like what.
#[derive(Debug, Default, PartialEq)]
struct Census {
    pages: usize,
    drawings: usize,
    texts: usize,
    /// Pages of text with enough words to know what they are.
    readable: usize,
    sections: usize,
    parts: usize,
    /// The heading of an addendum on any page,
    addendum: bool,
    /// or on one of the first pages of text,
    begins_as_addendum: bool,
    /// the very first of the file.
    opens_as_addendum: bool,
    is_empty: bool,
}

impl Census {
    fn of<'p>(pages: impl IntoIterator<Item = &'p PageReading>) -> Self {
        let mut census = Self {
            is_empty: true,
            ..Self::default()
        };
        for page in pages {
            census.pages += 1;
            census.is_empty &= page.word_count == 0 && page.image_count == 0;
            if page.kind == PageKind::Drawing {
                census.drawings += 1;
                census.is_empty = false;
                continue;
            }
            census.texts += 1;
            let signs = page.signs;
            census.readable += usize::from(page.word_count >= 25 && page.unmapped_share < 0.2);
            census.sections += usize::from(signs.specification_section);
            census.parts += usize::from(signs.specification_part);
            census.addendum |= signs.addendum;
            census.begins_as_addendum |= signs.addendum && census.texts <= FIRST_PAGES;
            census.opens_as_addendum |= signs.addendum && census.pages <= 2 && census.drawings == 0;
        }
        census
    }

    /// Parts make a specification; section numbers alone only where many pages carry them, for
    /// letters and addenda name sections too.
    fn is_specification(&self) -> bool {
        (self.sections > 0 && self.parts > 0)
            || (self.sections >= 3 && self.sections * 3 > self.texts)
            || (self.parts >= 3 && self.parts * 6 > self.texts)
    }

    /// A book of sections whose bound-in notice of an addendum does not make it one.
    fn is_book(&self) -> bool {
        self.texts >= 150 && self.sections * 2 > self.texts
    }

    fn classification(&self) -> Classification {
        if self.pages == 0 || self.is_empty {
            return Classification::Other;
        }
        // An addendum that encloses its sheets stays one.
        if self.opens_as_addendum && !self.is_book() {
            return Classification::Addenda;
        }
        if self.drawings * 5 > self.pages * 4 {
            return Classification::Plans;
        }
        if self.begins_as_addendum && !self.is_book() {
            return Classification::Addenda;
        }
        if self.drawings * 5 >= self.pages {
            return Classification::Mixed;
        }
        if self.is_specification() {
            return Classification::Specifications;
        }
        Classification::Documents
    }
}

/// What a whole file is, from the readings of its pages (a survey's are enough).
///
/// A fifth of either kind among the other makes a file mixed; an addendum's heading on one of the
/// first pages of text makes it addenda, also when it encloses sheets.
pub fn classify_document<'p>(pages: impl IntoIterator<Item = &'p PageReading>) -> Classification {
    Census::of(pages).classification()
}

/// Why the pages contradict what the client said of the file, in plain English, to stand behind
/// "The file was announced as plans, but"; none when it can be so. `documents` fits all pages of text,
/// `mixed` and `other` fit everything, and addenda may enclose anything.
pub(in super::super) fn contradicts<'p>(
    said: Classification,
    pages: impl IntoIterator<Item = &'p PageReading>,
) -> Option<String> {
    let census = Census::of(pages);
    if census.pages == 0 {
        return None;
    }
    let drawings = || {
        let kinds = ("a drawing", "drawings");
        look_like(census.drawings, census.pages, kinds)
    };
    let texts = || {
        let kinds = ("a page of text", "pages of text");
        let mut reason = look_like(census.texts, census.pages, kinds);
        if census.is_specification() {
            reason.push_str(&format!(
                ", {}with the heading or foot of a specification section",
                match census.pages {
                    1 => String::new(),
                    _ => format!("{} of them ", census.sections),
                }
            ));
        } else if census.addendum {
            reason.push_str(", with the heading of an addendum");
        }
        reason
    };
    match said {
        Classification::Plans => {
            // Scans of small sheets have no words; only pages that can be read count as text.
            let is_text = census.readable * 2 > census.pages && census.drawings * 5 < census.pages;
            is_text.then(texts)
        }
        Classification::Specifications => (census.drawings * 2 > census.pages).then(drawings),
        Classification::Documents => (census.drawings * 5 > census.pages * 4).then(drawings),
        Classification::Addenda => (census.is_book() && !census.addendum).then(texts),
        Classification::Mixed | Classification::Other => None,
    }
}

fn look_like(count: usize, pages: usize, (one, several): (&str, &str)) -> String {
    match (count, pages) {
        (1, 1) => format!("its only page looks like {one}"),
        (1, _) => format!("1 of its {pages} pages looks like {one}"),
        _ => format!("{count} of its {pages} pages look like {several}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::page::PageSigns;
    use super::*;

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
            needs_ocr: false,
            ocr: false,
            ocr_failed: false,
            image_incomplete: false,
            artifacts: Vec::new(),
        }
    }

    fn sheet() -> PageReading {
        page(PageKind::Drawing, PageSigns::default())
    }

    fn text() -> PageReading {
        page(PageKind::Document, PageSigns::default())
    }

    fn section() -> PageReading {
        let signs = PageSigns {
            specification_section: true,
            specification_part: true,
            ..PageSigns::default()
        };
        page(PageKind::Document, signs)
    }

    fn addendum() -> PageReading {
        let signs = PageSigns {
            addendum: true,
            ..PageSigns::default()
        };
        page(PageKind::Document, signs)
    }

    fn many(count: usize, page: impl Fn() -> PageReading) -> Vec<PageReading> {
        (0..count).map(|_| page()).collect()
    }

    #[test]
    fn a_file_is_classified_by_its_pages() {
        use Classification::{Addenda, Documents, Mixed, Other, Plans, Specifications};
        let a_mention = page(
            PageKind::Document,
            PageSigns {
                specification_section: true,
                ..PageSigns::default()
            },
        );
        let mut blank = text();
        blank.word_count = 0;
        for (what, pages, expected) in [
            ("nothing", vec![], Other),
            ("blank pages", vec![blank], Other),
            ("sheets", many(3, sheet), Plans),
            ("text", many(3, text), Documents),
            ("both", vec![sheet(), text()], Mixed),
            ("a section", vec![text(), section()], Specifications),
            ("an RFI that names a section", vec![a_mention], Documents),
            (
                "an addendum and a sheet",
                vec![addendum(), sheet()],
                Addenda,
            ),
            (
                "an addendum with twenty sheets",
                [vec![addendum()], many(20, sheet)].concat(),
                Addenda,
            ),
            (
                "an addendum behind its cover",
                vec![text(), text(), addendum()],
                Addenda,
            ),
            (
                "a book behind a notice",
                [vec![addendum()], many(200, section)].concat(),
                Specifications,
            ),
        ] {
            assert_eq!(classify_document(&pages), expected, "{what}");
        }
    }

    #[test]
    fn only_a_real_contradiction_is_told_with_its_reason() {
        use Classification::{Addenda, Documents, Mixed, Other, Plans, Specifications};
        let book = many(200, section);
        let set = many(30, sheet);
        let reason = contradicts(Plans, &book).unwrap();
        assert_eq!(
            reason,
            "200 of its 200 pages look like pages of text, 200 of them with the heading or foot of a specification section"
        );
        assert_eq!(
            contradicts(Specifications, &set).as_deref(),
            Some("30 of its 30 pages look like drawings")
        );
        assert_eq!(
            contradicts(Specifications, &many(1, sheet)).as_deref(),
            Some("its only page looks like a drawing")
        );
        let kinds = ("a drawing", "drawings");
        assert_eq!(
            look_like(1, 6, kinds),
            "1 of its 6 pages looks like a drawing"
        );
        assert!(contradicts(Documents, &set).is_some());
        assert!(contradicts(Addenda, &book).is_some());
        for (said, pages) in [
            (Documents, vec![addendum()]),
            (Documents, book.clone()),
            (Mixed, set.clone()),
            (Other, set.clone()),
            (Mixed, book.clone()),
            (Addenda, set.clone()),
            (Addenda, many(5, text)),
            (Specifications, many(5, text)),
            (Plans, [many(30, text), many(10, sheet)].concat()),
            (Plans, vec![]),
        ] {
            assert_eq!(contradicts(said, &pages), None, "{said:?}");
        }
        // Small scanned sheets are pages without words.
        let mut scan = text();
        scan.word_count = 0;
        scan.image_count = 1;
        assert_eq!(contradicts(Plans, [&scan, &scan]), None);
    }
}
