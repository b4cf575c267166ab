//! Extracts: what was read from a sheet, a section or a document, whole, in a JSON file of its own
//! beside the layout of the page on which it begins. What stays in the outcome of a binding is small.

use std::collections::HashMap;
use std::path::Path;

use serde::Serialize;

use super::bound::Bound;
use super::fault::FaultCode;
use super::page::{Artifact, ArtifactType};

/// How much of a region's text stays in the outcome, in bytes; all of it is in the extract.
const MOST_TEXT: usize = 1_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extract<'a, T> {
    schema_version: &'static str,
    r#type: &'static str,
    #[serde(flatten)]
    content: &'a T,
}

/// Writes the extracts of all files into their folders, and leaves what they hold out of `bound`.
pub(super) fn part_from(bound: &mut Bound, folder: &Path) -> Result<(), FaultCode> {
    for (number, file) in bound.files.iter_mut().enumerate() {
        let folder = folder.join(number.to_string());
        let mut shelf = Shelf {
            folder: &folder,
            of_page: HashMap::new(),
        };
        for sheet in &mut file.sheets {
            sheet.extract = Some(shelf.put("sheet", sheet.page_number, sheet)?);
            for region in &mut sheet.regions {
                region.table = None;
                shorten(&mut region.text);
            }
            sheet.references.clear();
        }
        for section in &mut file.specifications {
            section.extract = Some(shelf.put("specification", section.page_start, section)?);
            for part in &mut section.parts {
                part.articles.clear();
            }
            section.submittals.clear();
            section.products.clear();
            section.standards.clear();
            section.related_sections.clear();
            section.quality_requirements.clear();
        }
        for doc in &mut file.docs {
            doc.extract = Some(shelf.put("doc", doc.page_start, doc)?);
            doc.headings.clear();
            for change in &mut doc.changes {
                shorten(&mut change.text);
            }
        }
    }
    Ok(())
}

fn shorten(text: &mut String) {
    if text.len() > MOST_TEXT {
        text.truncate(text.floor_char_boundary(MOST_TEXT));
        text.push('…');
    }
}

/// The extracts of one file, counted page by page.
struct Shelf<'f> {
    folder: &'f Path,
    of_page: HashMap<u32, usize>,
}

impl Shelf<'_> {
    fn put(
        &mut self,
        kind: &'static str,
        page: u32,
        content: &impl Serialize,
    ) -> Result<Artifact, FaultCode> {
        let part = self.of_page.entry(page).or_default();
        *part += 1;
        let extract = Extract {
            schema_version: "v1",
            r#type: kind,
            content,
        };
        let bytes = serde_json::to_vec(&extract).map_err(|_| FaultCode::ReaderCrashed)?;
        let file_name = ArtifactType::ExtractedJson.file_name(page, *part);
        Artifact::write(self.folder, ArtifactType::ExtractedJson, file_name, &bytes)
    }
}
