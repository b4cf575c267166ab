//! What is said about a page, and the lines in which the child process says it.
//! The worker writes these, the sandbox reads them, the job runner keeps them.

use std::path::Path;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fault::FaultCode;

/// How a page is counted: a sheet of drawings, or a page of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageKind {
    Drawing,
    Document,
}

impl PageKind {
    /// The name as it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drawing => "drawing",
            Self::Document => "document",
        }
    }
}

/// What a whole file is, judged from its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FileClassification)]
pub enum Classification {
    Plans,
    Specifications,
    Documents,
    Addenda,
    Mixed,
    Other,
}

impl Classification {
    /// The name as it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plans => "plans",
            Self::Specifications => "specifications",
            Self::Documents => "documents",
            Self::Addenda => "addenda",
            Self::Mixed => "mixed",
            Self::Other => "other",
        }
    }
}

/// Headings that tell what a file is; each is true when the page carries it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageSigns {
    /// `SECTION 03 30 00` or an older five-figure number, or a footer `03 30 00 - 2`.
    pub specification_section: bool,
    /// `PART 1 - GENERAL`, `PART 2 PRODUCTS`, `PART 3 EXECUTION`.
    pub specification_part: bool,
    /// `ADDENDUM NO. 2` as a heading.
    pub addendum: bool,
}

/// The files written for one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactType {
    PageImage,
    Thumbnail,
    PageText,
    PageLayout,
    /// One region of a sheet, cut out of the page image.
    RegionImage,
    /// What was read from a sheet, a section or a document, whole.
    ExtractedJson,
}

impl ArtifactType {
    /// The files that every page has.
    pub const OF_PAGE: [Self; 4] = [
        Self::PageImage,
        Self::Thumbnail,
        Self::PageText,
        Self::PageLayout,
    ];

    /// The name as it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PageImage => "page_image",
            Self::Thumbnail => "thumbnail",
            Self::PageText => "page_text",
            Self::PageLayout => "page_layout",
            Self::RegionImage => "region_image",
            Self::ExtractedJson => "extracted_json",
        }
    }

    /// The media type of the file.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::PageImage | Self::Thumbnail | Self::RegionImage => "image/webp",
            Self::PageText => "text/plain; charset=utf-8",
            Self::PageLayout | Self::ExtractedJson => "application/json",
        }
    }

    /// The file's name in the output folder, for example `p0001.webp` for page 1, `p0001.r02.webp`
    /// for the second region on it. Only regions and extracts have a `part`, counting from 1.
    pub fn file_name(self, page_number: u32, part: usize) -> String {
        let page = format!("p{page_number:04}");
        match self {
            Self::PageImage => format!("{page}.webp"),
            Self::Thumbnail => format!("{page}.thumbnail.webp"),
            Self::PageText => format!("{page}.txt"),
            Self::PageLayout => format!("{page}.json"),
            Self::RegionImage => format!("{page}.r{part:02}.webp"),
            Self::ExtractedJson => format!("{page}.x{part:02}.json"),
        }
    }
}

/// More regions than this on one sheet are noise.
pub(super) const MOST_REGIONS: usize = 200;

/// One file in the output folder; `file_size` in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    pub r#type: ArtifactType,
    pub content_type: String,
    pub file_name: String,
    pub file_size: u64,
}

impl Artifact {
    /// Writes under another name first, so that a file of the right name is always whole.
    pub(super) fn write(
        folder: &Path,
        kind: ArtifactType,
        file_name: String,
        bytes: &[u8],
    ) -> Result<Self, FaultCode> {
        let part = folder.join(format!("{file_name}.part"));
        std::fs::write(&part, bytes)
            .and_then(|()| std::fs::rename(&part, folder.join(&file_name)))
            .map_err(|_| FaultCode::OutputUnwritable)?;
        Ok(Self {
            r#type: kind,
            content_type: kind.content_type().to_owned(),
            file_name,
            file_size: bytes.len() as u64,
        })
    }
}

/// Everything read from one page. Sizes are in points (1/72 inch) of the page as it is shown:
/// after /Rotate, cut to the crop box, multiplied by /UserUnit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageReading {
    /// Counts from 1.
    pub page_number: u32,
    pub width_points: f64,
    pub height_points: f64,
    pub kind: PageKind,
    pub word_count: u64,
    /// 0 to 1: glyphs whose letter is unknown, of all glyphs. Above about 0.2 the text is not to be trusted.
    pub unmapped_share: f64,
    pub path_count: u64,
    pub image_count: u64,
    /// The part of the page that images cover, 0 to 1.
    pub image_share: f64,
    /// Only for drawings, and only when sure: `A-101`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet_number: Option<String>,
    /// Only for drawings, and only when sure: `FIRST FLOOR PLAN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet_name: Option<String>,
    /// Number and name, or `Page 3`.
    pub sheet_display_name: String,
    /// From the number's letters: `architectural`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discipline: Option<String>,
    /// From the name's words: `floor_plan`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawing_type: Option<String>,
    /// The one scale of the sheet as its title block or views give it: `1/4" = 1'-0"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<String>,
    pub signs: PageSigns,
    /// The page shows text that could not be read: it is a picture, or its letters are unknown.
    #[serde(default)]
    pub needs_ocr: bool,
    /// The words were recognised in the picture of the page.
    #[serde(default)]
    pub ocr: bool,
    /// They could not be, though tesseract was there.
    #[serde(default)]
    pub ocr_failed: bool,
    /// The page is a picture whose file ends before it does.
    #[serde(default)]
    pub image_incomplete: bool,
    /// Empty in a survey; in a reading the four files of the page, then the pictures of its regions.
    pub artifacts: Vec<Artifact>,
}

/// One line of the child's output: JSON, externally tagged, `{"opened":{"pageCount":6}}`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum WorkerLine {
    Opened {
        page_count: u32,
    },
    PageStarted {
        page_number: u32,
    },
    Page(Box<PageReading>),
    PageFailed {
        page_number: u32,
        code: FaultCode,
        message: String,
    },
    Failed {
        code: FaultCode,
        message: String,
    },
    Done {},
}

/// A document of more pages is refused.
pub(super) const MOST_PAGES: u32 = 5_000;
