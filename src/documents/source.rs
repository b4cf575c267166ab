//! The file that is read, whatever its format: its first bytes alone decide which. A page gives what
//! it draws, and pictures of itself. The reader of pages works on it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use hayro::hayro_interpret::{InterpreterCache, InterpreterSettings};
use hayro::hayro_syntax::page::Page as PdfPage;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::canvas::{Canvas, Weights, processor_time, take_in};
use super::fault::FaultCode;
use super::kind::page_kind;
use super::layout::DisplayBox;
use super::outline::Outline;
use super::page::PageKind;
use super::page_labels::PageLabels;
use super::picture::{MOST_PIXELS, Picture, RESOLUTION};
use super::raster::{ImageFile, ImagePage, is_image};
use super::rendering::Easel;

const LARGEST_INPUT: u64 = 1 << 30;
/// How much of a processor the text and strokes of one page may take, or the pixels of an image;
/// real sheets take well under a second.
const PAGE_TIME: Duration = Duration::from_secs(10);

/// An open file.
pub(super) enum Source {
    Pdf(Box<Pdf>),
    Image(ImageFile),
}

impl Source {
    pub fn open(input: &Path) -> Result<Self, FaultCode> {
        let size = std::fs::metadata(input)
            .map_err(|_| FaultCode::InputUnreadable)?
            .len();
        if size > LARGEST_INPUT {
            return Err(FaultCode::TooLarge);
        }
        let bytes = std::fs::read(input).map_err(|_| FaultCode::InputUnreadable)?;
        // A damaged file may make the readers panic.
        catch_unwind(|| Self::of_bytes(bytes)).unwrap_or(Err(FaultCode::Damaged))
    }

    pub fn of_bytes(bytes: Vec<u8>) -> Result<Self, FaultCode> {
        if is_image(&bytes) {
            return ImageFile::open(bytes).map(Self::Image);
        }
        // Readers accept up to 1,024 bytes of other things before the header.
        let head = bytes.get(..bytes.len().min(1_029)).unwrap_or_default();
        if !head.windows(5).any(|five| five == b"%PDF-") {
            return Err(FaultCode::UnsupportedFormat);
        }
        Pdf::new(bytes)
            .map(|pdf| Self::Pdf(Box::new(pdf)))
            .map_err(|error| match error {
                LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
                    FaultCode::PasswordProtected
                }
                LoadPdfError::Decryption(_) => FaultCode::UnsupportedEncryption,
                LoadPdfError::Invalid => FaultCode::Damaged,
            })
    }

    pub fn page_count(&self) -> Result<usize, FaultCode> {
        match self {
            Self::Pdf(pdf) => {
                catch_unwind(AssertUnwindSafe(|| pdf.pages().len())).map_err(|_| FaultCode::Damaged)
            }
            Self::Image(file) => Ok(file.pages().len()),
        }
    }

    /// A page, counted from 1.
    pub fn page(&self, number: u32) -> Option<SourcePage<'_>> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        match self {
            Self::Pdf(pdf) => pdf.pages().get(index).map(SourcePage::Pdf),
            Self::Image(file) => Some(SourcePage::Image(file, file.pages().get(index)?)),
        }
    }

    /// What the file itself says of its pages beside what they show.
    pub fn names(&self) -> PageNames<'_> {
        let read = || match self {
            Self::Pdf(pdf) => PageNames::Pdf(PageLabels::of(pdf), Outline::of(pdf)),
            Self::Image(file) => PageNames::Image(file),
        };
        // A file without names is better than none.
        catch_unwind(AssertUnwindSafe(read))
            .unwrap_or_else(|_| PageNames::Pdf(PageLabels::default(), Outline::default()))
    }
}

/// Labels and bookmarks of pages.
pub(super) enum PageNames<'s> {
    Pdf(PageLabels, Outline),
    Image(&'s ImageFile),
}

impl PageNames<'_> {
    /// What the file calls the page, counted from 1.
    pub fn label(&self, number: u32) -> Option<String> {
        match self {
            Self::Pdf(labels, _) => labels.label(number),
            Self::Image(file) => {
                let index = usize::try_from(number).ok()?.checked_sub(1)?;
                file.pages().get(index)?.label.clone()
            }
        }
    }

    /// The titles of the file's outline that lead to the page.
    pub fn bookmarks(&self, number: u32) -> Vec<String> {
        match self {
            Self::Pdf(_, outline) => outline.titles(number),
            Self::Image(_) => Vec::new(),
        }
    }
}

/// What the renderer remembers from page to page. It only grows: to be made anew now and then.
pub(super) struct Caches<'a> {
    settings: InterpreterSettings,
    text: InterpreterCache<'a>,
    weights: Weights,
    easel: Easel<'a>,
}

impl Caches<'_> {
    pub fn new() -> Self {
        Self {
            settings: InterpreterSettings::default(),
            text: InterpreterCache::new(),
            weights: Weights::default(),
            easel: Easel::new(),
        }
    }
}

/// One page of a file. Its methods may panic on what the renderer cannot stand.
#[derive(Clone, Copy)]
pub(super) enum SourcePage<'a> {
    Pdf(&'a PdfPage<'a>),
    Image(&'a ImageFile, &'a ImagePage),
}

impl<'a> SourcePage<'a> {
    /// What the page draws, and whether it is a drawing: an image file is a plan.
    pub fn canvas(&self, caches: &Caches<'a>) -> Result<(Canvas, PageKind), FaultCode> {
        match self {
            Self::Pdf(page) => {
                let canvas = take_in(
                    page,
                    &caches.text,
                    &caches.weights,
                    &caches.settings,
                    deadline(),
                );
                let kind = page_kind(&canvas);
                Ok((canvas, kind))
            }
            Self::Image(_, page) => {
                page.check()?;
                let (width, height) = page.size();
                let canvas = Canvas {
                    image_count: 1,
                    image_share: 1.0,
                    ..Canvas::empty(width, height)
                };
                Ok((canvas, PageKind::Drawing))
            }
        }
    }

    /// The page at 150 dpi.
    pub fn picture(&self, caches: &Caches<'a>) -> Result<Picture, FaultCode> {
        match self {
            Self::Pdf(page) => Ok(caches.easel.page(page, &caches.settings)),
            Self::Image(file, page) => file.picture(page, RESOLUTION, MOST_PIXELS, deadline()),
        }
    }

    /// A part of the page at so many dots to the inch and of at most so many pixels; fewer where
    /// there are no more.
    pub fn part(
        &self,
        caches: &Caches<'a>,
        part: DisplayBox,
        (dots, most_pixels): (f64, f64),
    ) -> Result<Picture, FaultCode> {
        match self {
            Self::Pdf(page) => {
                let detail = (dots, most_pixels);
                Ok(caches.easel.part(page, &caches.settings, part, detail))
            }
            Self::Image(file, page) => {
                let area = (part.right - part.left) * (part.bottom - part.top);
                let most_pixels = (most_pixels / area.max(1e-3)).min(2.0 * MOST_PIXELS);
                let whole = file.picture(page, dots, most_pixels, deadline())?;
                Ok(whole.into_grey().cut(part))
            }
        }
    }
}

/// The time of a processor that this thread may have used when the page is done.
pub(super) fn deadline() -> Duration {
    processor_time() + PAGE_TIME
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8]) -> Option<FaultCode> {
        Source::of_bytes(bytes.to_vec()).err()
    }

    #[test]
    fn the_first_bytes_decide_what_a_file_is() {
        assert_eq!(fault(b""), Some(FaultCode::UnsupportedFormat));
        assert_eq!(fault(b"PK\x03\x04"), Some(FaultCode::UnsupportedFormat));
        assert_eq!(fault(b"GIF89a"), Some(FaultCode::UnsupportedFormat));
        assert_eq!(fault(b"\x89PNG\r\n\x1a\n"), Some(FaultCode::Damaged));
        assert_eq!(fault(b"\xff\xd8\xff\xe0"), Some(FaultCode::Damaged));
        assert_eq!(fault(b"II*\0\0\0\0\0"), Some(FaultCode::NoPages));
        assert_eq!(fault(b"junk %PDF-1.7"), Some(FaultCode::Damaged));
        let late = [[b' '; 2_000].as_slice(), b"%PDF-1.7"].concat();
        assert_eq!(fault(&late), Some(FaultCode::UnsupportedFormat));
    }

    /// A page of 400 by 300 units: cut to the middle 200 by 200, turned clockwise, two points a unit.
    fn turned_page() -> Source {
        let content = "BT /F 12 Tf 150 100 Td (A-101) Tj ET 200 150 40 40 re f";
        let file = format!(
            "%PDF-1.7
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /CropBox [100 50 300 250] /Rotate 90
  /UserUnit 2 /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >> endobj
4 0 obj << /Length {} >> stream
{content}
endstream endobj
5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> endobj
trailer << /Root 1 0 R >>
%%EOF
",
            content.len()
        );
        Source::of_bytes(file.into_bytes()).unwrap()
    }

    #[test]
    fn words_stand_where_the_page_shows_them_turned_cut_and_in_its_own_unit() {
        let source = turned_page();
        let (canvas, _) = source.page(1).unwrap().canvas(&Caches::new()).unwrap();
        assert_eq!((canvas.width, canvas.height), (400.0, 400.0));
        let [word] = canvas.words.as_slice() else {
            panic!("{:?}", canvas.words);
        };
        assert_eq!(word.text, "A-101");
        // 50 units above the lower edge and 50 from the left: now from the left and from the top.
        assert!((word.origin.x - 100.0).abs() < 0.01 && (word.origin.y - 100.0).abs() < 0.01);
        assert!((word.angle() + 90.0).abs() < 0.01 && (word.size - 24.0).abs() < 0.01);
        assert_eq!((canvas.glyph_count, canvas.unmapped_count), (5, 0));
    }

    #[test]
    fn a_part_shows_what_the_page_shows_there() {
        let source = turned_page();
        let (page, caches) = (source.page(1).unwrap(), Caches::new());
        let part = DisplayBox {
            left: 0.48,
            top: 0.48,
            right: 0.72,
            bottom: 0.72,
        };
        let cut = page.picture(&caches).unwrap().cut(part);
        let own = page.part(&caches, part, (RESOLUTION, MOST_PIXELS)).unwrap();
        assert_eq!((own.width, own.height), (cut.width, cut.height));
        let pairs = own.pixels().iter().zip(cut.pixels());
        let off = pairs.filter(|(one, other)| one.abs_diff(**other) > 64);
        // The black square is 167 pixels wide; its four edges may lie a pixel or two further.
        assert!(off.count() <= 2 * 4 * 167);
        let dark = own.pixels().iter().filter(|pixel| **pixel < 64).count();
        assert!((164 * 164..=168 * 168).contains(&dark), "{dark}");
        let fine = page.part(&caches, part, (300.0, MOST_PIXELS)).unwrap();
        assert!(fine.width.abs_diff(2 * own.width) <= 1);
    }

    #[test]
    fn a_page_shows_nothing_of_the_one_before() {
        let page = |content| {
            format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 90 90] /Contents {content} 0 R >>")
        };
        let file = format!(
            "%PDF-1.7
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >> endobj
3 0 obj {} endobj
4 0 obj {} endobj
5 0 obj << /Length 39 >> stream
10 10 50 50 re W n 0.5 g 0 0 90 90 re f
endstream endobj
6 0 obj << /Length 12 >> stream
0 0 9 9 re f
endstream endobj
trailer << /Root 1 0 R >>
%%EOF
",
            page(5),
            page(6)
        );
        let source = Source::of_bytes(file.into_bytes()).unwrap();
        let picture = |number, caches| source.page(number).unwrap().picture(caches).unwrap();
        let (caches, fresh) = (Caches::new(), Caches::new());
        let (first, second) = (picture(1, &caches), picture(2, &caches));
        assert!(first.pixels() != second.pixels());
        assert!(second.pixels() == picture(2, &fresh).pixels());
        assert!(first.pixels() == picture(1, &caches).pixels());
    }
}
