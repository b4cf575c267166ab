//! Reads one page: says what it is, and writes its files. The worker calls it page by page.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::canvas::{Canvas, PageTooComplex};
use super::fault::FaultCode;
use super::kind::page_signs;
use super::layout::{Layout, rounded};
use super::lines::{Line, TableText, document_text, lines_of, sheet_text};
use super::ocr;
use super::page::{Artifact, ArtifactType, MOST_REGIONS, PageKind, PageReading};
use super::picture::PictureError;
use super::regions;
use super::sheets::{SheetFacts, sheet_facts};
use super::source::{Caches, PageNames, Source, SourcePage};

/// Where the files of pages go, and what helps to write them.
pub(super) struct Output<'o> {
    pub folder: &'o Path,
    pub names: PageNames<'o>,
    /// The executable of tesseract, where text may be recognised.
    pub ocr: Option<&'o Path>,
}

/// Reads pages with caches that they share.
pub(super) struct Reader<'o, 'a> {
    source: &'a Source,
    /// None in a survey.
    output: Option<&'o Output<'o>>,
    caches: Caches<'a>,
}

impl<'o, 'a> Reader<'o, 'a> {
    pub fn new(source: &'a Source, output: Option<&'o Output<'o>>) -> Self {
        Self {
            source,
            output,
            caches: Caches::new(),
        }
    }

    /// A page, counted from 1. After an error the reader is not to be used again.
    pub fn page(&self, number: u32) -> Result<PageReading, FaultCode> {
        let page = self.source.page(number).ok_or(FaultCode::PageUnreadable)?;
        let (mut canvas, kind) = caught(|| page.canvas(&self.caches))??;
        let Some(output) = self.output else {
            return caught(|| describe(&canvas, number, kind));
        };
        let recognised = match output.ocr {
            Some(tesseract) if ocr::needs_ocr(&canvas) => {
                Some(self.recognise(tesseract, output, page, &mut canvas, kind))
            }
            _ => None,
        };
        let mut reading = caught(|| describe(&canvas, number, kind))?;
        match recognised {
            Some(Some(count)) => {
                reading.needs_ocr = false;
                reading.ocr = count > 0;
            }
            Some(None) => reading.ocr_failed = true,
            None => {}
        }
        self.write(page, &canvas, &mut reading, output)?;
        Ok(reading)
    }

    /// Adds the recognised words to the canvas, and tells how many came. None when nothing could be
    /// recognised: the page is then read without.
    fn recognise(
        &self,
        tesseract: &Path,
        output: &Output<'_>,
        page: SourcePage<'a>,
        canvas: &mut Canvas,
        kind: PageKind,
    ) -> Option<usize> {
        let size = (canvas.width, canvas.height);
        let view = |part, detail| caught(|| page.part(&self.caches, part, detail))?;
        let command = ocr::command_for(tesseract);
        let words = ocr::recognise(&command, output.folder, kind, size, &view)?;
        let count = words.len();
        let own = std::mem::take(&mut canvas.words);
        canvas.words = ocr::together(own, words, size);
        Some(count)
    }

    /// Writes the page's files and names them in the reading.
    fn write(
        &self,
        page: SourcePage<'a>,
        canvas: &Canvas,
        reading: &mut PageReading,
        output: &Output<'_>,
    ) -> Result<(), FaultCode> {
        let (number, kind) = (reading.page_number, reading.kind);
        let keep = |kind: ArtifactType, part, bytes: &[u8]| {
            Artifact::write(output.folder, kind, kind.file_name(number, part), bytes)
        };
        let lines = caught(|| lines_of(&canvas.words, kind))?;
        let mut layout = caught(|| lay_out(canvas, &lines, number, kind))?;
        let text = caught(|| reading_text(canvas, lines, &layout))?;
        layout.page_label = output.names.label(number);
        layout.bookmarks = output.names.bookmarks(number);
        let picture = caught(|| page.picture(&self.caches))??;
        reading.image_incomplete = picture.is_incomplete;
        let (image, thumbnail, cuttings) = caught(|| {
            let image = picture.to_webp()?;
            let cuttings = layout
                .regions
                .iter()
                .map(|region| picture.cut(region.display_box).to_webp())
                .collect::<Result<Vec<_>, PictureError>>()?;
            let thumbnail = picture.into_thumbnail()?.to_webp()?;
            Ok::<_, PictureError>((image, thumbnail, cuttings))
        })?
        .map_err(|_| FaultCode::PageUnreadable)?;
        let mut pictures = Vec::with_capacity(cuttings.len());
        for (region, (part, bytes)) in layout.regions.iter_mut().zip((1..).zip(cuttings)) {
            let picture = keep(ArtifactType::RegionImage, part, &bytes)?;
            region.image = Some(picture.clone());
            pictures.push(picture);
        }
        let layout = serde_json::to_vec(&layout).map_err(|_| FaultCode::PageUnreadable)?;
        reading.artifacts = vec![
            keep(ArtifactType::PageImage, 0, &image)?,
            keep(ArtifactType::Thumbnail, 0, &thumbnail)?,
            keep(ArtifactType::PageText, 0, text.as_bytes())?,
            keep(ArtifactType::PageLayout, 0, &layout)?,
        ];
        reading.artifacts.extend(pictures);
        Ok(())
    }
}

/// The page's text in reading order.
fn reading_text(canvas: &Canvas, lines: Vec<Line>, layout: &Layout) -> String {
    if layout.kind == PageKind::Document {
        return document_text(&lines);
    }
    let tables = layout
        .regions
        .iter()
        .filter(|region| region.table.is_some());
    let tables: Vec<TableText<'_>> = tables
        .map(|region| TableText {
            area: region.display_box.in_points((canvas.width, canvas.height)),
            text: &region.text,
        })
        .collect();
    sheet_text(lines, &tables)
}

/// Words and lines, and on a drawing its regions.
pub(super) fn lay_out(canvas: &Canvas, lines: &[Line], number: u32, kind: PageKind) -> Layout {
    let mut layout = Layout::new(canvas, number, kind, lines);
    if kind == PageKind::Drawing {
        (layout.regions, layout.mentions) = regions::find(canvas, lines);
        layout.regions.truncate(MOST_REGIONS);
    }
    layout
}

/// Turns a panic of the renderer, or of our own on odd input, into a fault.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, FaultCode> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic: Box<dyn Any + Send>| {
        if panic.is::<PageTooComplex>() {
            FaultCode::PageTooComplex
        } else {
            FaultCode::PageUnreadable
        }
    })
}

/// Everything that is said about a page without rendering it: the same in survey and reading.
pub(super) fn describe(canvas: &Canvas, number: u32, kind: PageKind) -> PageReading {
    let facts = match kind {
        PageKind::Drawing => sheet_facts(&canvas.words, canvas.width, canvas.height),
        PageKind::Document => SheetFacts::default(),
    };
    let display_name = match (&facts.number, &facts.name) {
        (Some(number), Some(name)) => format!("{number} {name}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => format!("Page {number}"),
    };
    PageReading {
        page_number: number,
        width_points: rounded(canvas.width, 100.0),
        height_points: rounded(canvas.height, 100.0),
        kind,
        word_count: canvas.words.len() as u64,
        unmapped_share: rounded(
            canvas.unmapped_count as f64 / canvas.glyph_count.max(1) as f64,
            10_000.0,
        ),
        path_count: canvas.path_count,
        image_count: canvas.image_count,
        image_share: rounded(canvas.image_share, 10_000.0),
        sheet_number: facts.number,
        sheet_name: facts.name,
        sheet_display_name: display_name,
        discipline: facts.discipline.map(str::to_owned),
        drawing_type: facts.drawing_type.map(str::to_owned),
        scale: facts.scale,
        signs: page_signs(canvas, kind),
        needs_ocr: ocr::needs_ocr(canvas),
        ocr: false,
        ocr_failed: false,
        image_incomplete: false,
        artifacts: Vec::new(),
    }
}
