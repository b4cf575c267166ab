//! What is known of a job's files once their pages are seen together. The binding writes it, the job
//! runner makes the result of it.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::layout::{DisplayBox, Region};
use super::page::{Artifact, ArtifactType, Classification, MOST_REGIONS, PageReading};

/// The outcome of a binding: a file for each file of the order, in its sequence.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bound {
    pub files: Vec<BoundFile>,
    pub warnings: Vec<Warning>,
}

/// One file of the job.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BoundFile {
    pub classification: Classification,
    pub sheets: Vec<Sheet>,
    pub specifications: Vec<Section>,
    pub docs: Vec<Doc>,
}

impl BoundFile {
    /// Whether everything is about pages of the file, and names no file but those that a binding
    /// writes: it comes from a process that has read hostile bytes.
    pub(super) fn is_plausible(&self, pages: &HashSet<u32>) -> bool {
        let is_extract = |extract: &Option<Artifact>, page: u32| {
            extract.as_ref().is_some_and(|file| {
                let kind = ArtifactType::ExtractedJson;
                let names = |part| file.file_name == kind.file_name(page, part);
                file.r#type == kind
                    && file.content_type == kind.content_type()
                    && pages.contains(&page)
                    && (1..=MOST_EXTRACTS).any(names)
            })
        };
        let sheets = self.sheets.iter().all(|sheet| {
            is_extract(&sheet.extract, sheet.page_number) && sheet.regions.len() <= MOST_REGIONS
        });
        let sections = self
            .specifications
            .iter()
            .all(|section| is_extract(&section.extract, section.page_start));
        let docs = self
            .docs
            .iter()
            .all(|doc| is_extract(&doc.extract, doc.page_start));
        sheets && sections && docs
    }
}

/// More extracts than this never begin on one page.
pub(super) const MOST_EXTRACTS: usize = 100;

/// Something that a person should look at. `file` counts from 0 in the order's sequence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    pub code: WarningCode,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_number: Option<u32>,
}

/// The closed set of warnings, of pages and of a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// The client said another kind of file than its pages show.
    ClassificationDoubtful,
    /// The sheet index lists a sheet that the set does not have.
    SheetMissing,
    /// The set has a sheet that its index does not list.
    SheetNotListed,
    /// Two sheets carry one number.
    SheetNumberTwice,
    /// The page's text cannot be read without OCR.
    NeedsOcr,
    /// The page's fonts do not say which letters they show.
    TextUnreliable,
    /// The file ends before the picture that is the page does.
    ImageIncomplete,
}

impl WarningCode {
    /// The code as it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClassificationDoubtful => "classification_doubtful",
            Self::SheetMissing => "sheet_missing",
            Self::SheetNotListed => "sheet_not_listed",
            Self::SheetNumberTwice => "sheet_number_twice",
            Self::NeedsOcr => "needs_ocr",
            Self::TextUnreliable => "text_unreliable",
            Self::ImageIncomplete => "image_incomplete",
        }
    }
}

/// One sheet; everything is none where unsure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sheet {
    pub page_number: u32,
    pub sheet_number: Option<String>,
    pub sheet_name: Option<String>,
    pub sheet_display_name: String,
    pub discipline: Option<String>,
    pub drawing_type: Option<String>,
    pub scale: Option<String>,
    pub revision: Option<String>,
    pub project_name: Option<String>,
    pub project_number: Option<String>,
    /// As it is printed: `03/12/2018`.
    pub issue_date: Option<String>,
    pub regions: Vec<Region>,
    pub references: Vec<Reference>,
    /// The JSON file with regions, tables and references.
    pub extract: Option<Artifact>,
}

impl From<&PageReading> for Sheet {
    /// What the page alone says.
    fn from(page: &PageReading) -> Self {
        Self {
            page_number: page.page_number,
            sheet_number: page.sheet_number.clone(),
            sheet_name: page.sheet_name.clone(),
            sheet_display_name: page.sheet_display_name.clone(),
            discipline: page.discipline.clone(),
            drawing_type: page.drawing_type.clone(),
            scale: page.scale.clone(),
            ..Self::default()
        }
    }
}

impl Sheet {
    /// Puts what the set has told about the sheet into what the page said alone; true when that
    /// changed something.
    pub fn correct(&self, page: &mut PageReading) -> bool {
        let before = page.clone();
        page.sheet_number.clone_from(&self.sheet_number);
        page.sheet_name.clone_from(&self.sheet_name);
        page.sheet_display_name.clone_from(&self.sheet_display_name);
        page.discipline.clone_from(&self.discipline);
        page.drawing_type.clone_from(&self.drawing_type);
        page.scale.clone_from(&self.scale);
        *page != before
    }
}

/// A mention of another sheet, and where that sheet is when the job has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    pub text: String,
    pub sheet_number: String,
    pub view: Option<String>,
    pub display_box: DisplayBox,
    pub target: Option<Target>,
    /// The names that the order has for the target's file and sheet.
    pub document_id: Option<String>,
    pub sheet_id: Option<String>,
}

/// A page of a file of the job; `file` counts from 0 in the order's sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    #[serde(skip)]
    pub file: usize,
    pub page_number: u32,
}

/// One section of a specification (CSI SectionFormat).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Section {
    /// MasterFormat's form: `03 30 00`, `23 82 43.13`; an older five-figure number stays as it is.
    pub section_number: String,
    pub section_title: String,
    pub page_start: u32,
    pub page_end: u32,
    /// By MasterFormat's list of divisions: `03`, `Concrete`.
    pub division_number: Option<String>,
    pub division_title: Option<String>,
    /// Where its heading stands.
    pub heading: Option<Passage>,
    pub parts: Vec<Part>,
    pub submittals: Vec<Passage>,
    pub products: Vec<Product>,
    pub standards: Vec<Standard>,
    pub related_sections: Vec<RelatedSection>,
    pub quality_requirements: Vec<Passage>,
    pub extract: Option<Artifact>,
}

/// A part of a section: `PART 1`, `GENERAL`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    pub label: String,
    pub title: String,
    pub page_start: u32,
    pub display_box: DisplayBox,
    pub articles: Vec<Article>,
}

/// An article: `1.1` or `1.01`, `SUMMARY`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Article {
    pub label: String,
    pub title: String,
    pub page_number: u32,
    pub display_box: DisplayBox,
    pub paragraphs: Vec<Paragraph>,
}

/// A paragraph and those below it: `A.`, `1.`, `a.`, `1)`, `a)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Paragraph {
    /// Empty for text without a label.
    pub label: String,
    pub text: String,
    pub page_number: u32,
    pub display_box: DisplayBox,
    pub paragraphs: Vec<Paragraph>,
}

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Passage {
    pub text: String,
    pub page_number: u32,
    pub display_box: DisplayBox,
}

/// What a section asks for, and who makes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    pub name: String,
    pub manufacturers: Vec<String>,
    pub page_number: u32,
    pub display_box: DisplayBox,
}

/// A published standard that the text names: `ASTM C150`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Standard {
    pub publisher: String,
    pub number: String,
    pub page_number: u32,
    pub display_box: DisplayBox,
}

/// Another section that the text names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RelatedSection {
    pub section_number: String,
    pub title: Option<String>,
    pub page_number: u32,
    pub display_box: DisplayBox,
}

/// A document of another kind in a file: an addendum, a letter, a report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Doc {
    /// `addendum` (amendments of solicitations too), `rfi`, `submittal`, `transmittal`,
    /// `change_order` (directives and supplemental instructions too), `geotechnical`, `report`,
    /// `letter` (memoranda too), `permit`, `contract` (agreements, conditions, bonds), `schedule` (of
    /// activities), `form`, `agenda`, `minutes`, `ordinance` (resolutions and codes too), `bid`
    /// (invitations, instructions and forms), `invoice` (applications for payment too), `other`.
    pub doc_type: String,
    /// As it is printed, over several lines in one; where nothing is, its bookmark, the file's name
    /// without its ending, or `Pages 3–5`.
    pub title: String,
    /// As it is printed.
    pub date: Option<String>,
    pub page_start: u32,
    pub page_end: u32,
    pub headings: Vec<Heading>,
    /// What an addendum or a change order changes.
    pub changes: Vec<Change>,
    pub extract: Option<Artifact>,
}

/// A heading inside a document; `level` counts from 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Heading {
    pub level: u32,
    pub title: String,
    pub page_number: u32,
    pub display_box: DisplayBox,
}

/// A section or a sheet that an addendum changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// `03 30 00`,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section_number: Option<String>,
    /// or `A-101`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet_number: Option<String>,
    pub text: String,
    pub page_number: u32,
    pub display_box: DisplayBox,
}
