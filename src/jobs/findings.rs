//! What a binding found, in the shapes of the result: specifications, documents, and the evidence for
//! each statement. The result asks for it, file by file.

use serde::Serialize;
use utoipa::ToSchema;

use super::result::Artifact;
use super::store::FileRow;
use crate::documents::{self, Change, DisplayBox, Part, RegionType, Section, Sheet};
use crate::id::{self, Kind};

/// A place in the documents that a statement stands on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Evidence<'a> {
    id: String,
    r#type: EvidenceType,
    #[schema(required)]
    region_type: Option<RegionType>,
    /// `1 WALL SECTION`, `03 30 00 CAST-IN-PLACE CONCRETE`, the title of a document.
    label: String,
    /// What stands there; at most about 1,000 bytes.
    text: &'a str,
    document_id: &'a str,
    #[schema(required)]
    sheet_id: Option<&'a str>,
    #[schema(required)]
    sheet_number: Option<&'a str>,
    page_number: u32,
    #[schema(required)]
    display_box: Option<DisplayBox>,
    source_catalog_uri: String,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum EvidenceType {
    Region,
    Specification,
    Doc,
}

/// A section of a specification. The extract among its artifacts holds its articles and paragraphs,
/// submittals, products, standards, related sections and quality requirements.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Specification<'a> {
    specification_id: String,
    /// Such as `03 30 00`; an older five-figure number as it is printed.
    section_number: &'a str,
    section_title: &'a str,
    /// By MasterFormat's list: `03`,
    #[schema(required)]
    division_number: Option<&'a str>,
    /// `Concrete`.
    #[schema(required)]
    division_title: Option<&'a str>,
    page_start: u32,
    page_end: u32,
    parts: Vec<SpecificationPart<'a>>,
    artifacts: Vec<Artifact<'a>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SpecificationPart<'a> {
    label: &'a str,
    title: &'a str,
    page_start: u32,
}

/// A document inside a file: an addendum, a letter, a report. The extract among its artifacts holds
/// its headings.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Doc<'a> {
    doc_id: String,
    /// `addendum`, `letter`, `report` and the like; `other` when it is none of the known kinds.
    doc_type: &'a str,
    title: &'a str,
    /// As it is printed.
    #[schema(required)]
    date: Option<&'a str>,
    page_start: u32,
    page_end: u32,
    /// The sections and sheets that an addendum changes.
    #[schema(value_type = Vec<DocChange>)]
    changes: &'a [Change],
    artifacts: Vec<Artifact<'a>>,
}

/// A section or a sheet that an addendum changes.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the engine's own shape")]
struct DocChange {
    #[schema(nullable = false)]
    section_number: Option<String>,
    #[schema(nullable = false)]
    sheet_number: Option<String>,
    text: String,
    page_number: u32,
    display_box: DisplayBox,
}

/// What a part of a sheet is called that has no title of its own, in the capitals of the others.
fn untitled(region_type: RegionType) -> &'static str {
    match region_type {
        RegionType::View => "VIEW",
        RegionType::Detail => "DETAIL",
        RegionType::Notes => "NOTES",
        RegionType::Schedule => "SCHEDULE",
        RegionType::Legend => "LEGEND",
        RegionType::KeyPlan => "KEY PLAN",
        RegionType::SheetIndex => "SHEET INDEX",
        RegionType::TitleBlock => "TITLE BLOCK",
    }
}

/// Of one file of a job.
pub(super) struct Findings<'a, 'e> {
    pub file: &'a FileRow,
    pub project_id: &'a str,
    pub evidence: &'e mut Vec<Evidence<'a>>,
}

impl<'a> Findings<'a, '_> {
    /// Notes the regions of a sheet.
    pub fn regions(&mut self, sheet: &'a Sheet, sheet_id: &'a str) {
        for region in &sheet.regions {
            let label = [region.number.as_deref(), region.title.as_deref()];
            let mut label: Vec<&str> = label.into_iter().flatten().collect();
            if label.is_empty() {
                label.push(untitled(region.region_type));
            }
            self.note(
                (EvidenceType::Region, Kind::Region),
                Note {
                    region_type: Some(region.region_type),
                    label: label.join(" "),
                    text: &region.text,
                    sheet: Some((sheet_id, sheet.sheet_number.as_deref())),
                    page_number: sheet.page_number,
                    display_box: Some(region.display_box),
                },
            );
        }
    }

    pub fn specification(
        &mut self,
        section: &'a Section,
        artifacts: Vec<Artifact<'a>>,
    ) -> Specification<'a> {
        let heading = section.heading.as_ref();
        let specification_id = self.note(
            (EvidenceType::Specification, Kind::Specification),
            Note {
                region_type: None,
                label: format!("{} {}", section.section_number, section.section_title),
                text: heading.map_or(&section.section_title, |heading| &heading.text),
                sheet: None,
                page_number: section.page_start,
                display_box: heading.map(|heading| heading.display_box),
            },
        );
        let part = |part: &'a Part| SpecificationPart {
            label: &part.label,
            title: &part.title,
            page_start: part.page_start,
        };
        Specification {
            specification_id,
            section_number: &section.section_number,
            section_title: &section.section_title,
            division_number: section.division_number.as_deref(),
            division_title: section.division_title.as_deref(),
            page_start: section.page_start,
            page_end: section.page_end,
            parts: section.parts.iter().map(part).collect(),
            artifacts,
        }
    }

    pub fn doc(&mut self, doc: &'a documents::Doc, artifacts: Vec<Artifact<'a>>) -> Doc<'a> {
        let doc_id = self.note(
            (EvidenceType::Doc, Kind::Doc),
            Note {
                region_type: None,
                label: doc.title.clone(),
                text: &doc.title,
                sheet: None,
                page_number: doc.page_start,
                display_box: None,
            },
        );
        Doc {
            doc_id,
            doc_type: &doc.doc_type,
            title: &doc.title,
            date: doc.date.as_deref(),
            page_start: doc.page_start,
            page_end: doc.page_end,
            changes: &doc.changes,
            artifacts,
        }
    }

    /// Writes the evidence for an entity; answers the entity's new id.
    fn note(&mut self, (evidence_type, kind): (EvidenceType, Kind), note: Note<'a>) -> String {
        let entity_id = id::new(kind);
        self.evidence.push(Evidence {
            id: id::new(Kind::Evidence),
            r#type: evidence_type,
            region_type: note.region_type,
            label: note.label,
            text: note.text,
            document_id: &self.file.id,
            sheet_id: note.sheet.map(|(id, _)| id),
            sheet_number: note.sheet.and_then(|(_, number)| number),
            page_number: note.page_number,
            display_box: note.display_box,
            source_catalog_uri: format!("plangrep://{}/{entity_id}", self.project_id),
        });
        entity_id
    }
}

struct Note<'a> {
    region_type: Option<RegionType>,
    label: String,
    text: &'a str,
    sheet: Option<(&'a str, Option<&'a str>)>,
    page_number: u32,
    display_box: Option<DisplayBox>,
}
