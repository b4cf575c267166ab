//! What is printed and written of a reading: everything as JSON, or a summary.

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::super::bound::{Bound, Doc, Section, Sheet};
use super::super::page::{Artifact, Classification};
use super::volume::{Volume, counted};
use super::wholes::Wholes;

/// The outcome as it is printed and written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report<'a> {
    schema_version: &'static str,
    files: Vec<FileReport<'a>>,
    warnings: Vec<Note<'a>>,
    pub errors: Vec<Note<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileReport<'a> {
    file_name: &'a str,
    /// Where its files lie below the folder of `--out`.
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<&'a str>,
    classification: Classification,
    page_count: u32,
    successful_page_count: usize,
    pages: Vec<PageReport<'a>>,
    sheets: Wholes<'a, Sheet>,
    specifications: Wholes<'a, Section>,
    docs: Wholes<'a, Doc>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageReport<'a> {
    page_number: u32,
    kind: &'a str,
    artifacts: &'a [Artifact],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Note<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_number: Option<u32>,
}

impl<'a> Report<'a> {
    /// `folders` holds what readers left of each file, `kept` names where that is kept.
    pub fn new(
        volumes: &'a [Volume],
        bound: &'a Bound,
        folders: &'a [PathBuf],
        kept: &'a [Option<String>],
    ) -> Self {
        let files = volumes.iter().zip(&bound.files).zip(folders).zip(kept);
        let files = files.map(|(((volume, bound), folder), kept)| FileReport {
            file_name: &volume.file_name,
            folder: kept.as_deref(),
            classification: bound.classification,
            page_count: volume.page_count,
            successful_page_count: volume.pages.len(),
            pages: volume
                .pages
                .iter()
                .map(|page| PageReport {
                    page_number: page.page_number,
                    kind: page.kind.as_str(),
                    artifacts: &page.artifacts,
                })
                .collect(),
            sheets: Wholes {
                parts: &bound.sheets,
                folder,
                extract: |sheet| sheet.extract.as_ref(),
            },
            specifications: Wholes {
                parts: &bound.specifications,
                folder,
                extract: |section| section.extract.as_ref(),
            },
            docs: Wholes {
                parts: &bound.docs,
                folder,
                extract: |doc| doc.extract.as_ref(),
            },
        });
        let of_pages = volumes.iter().flat_map(|volume| {
            let warnings = volume.pages.iter().flat_map(|page| {
                let warnings = page.warnings().into_iter();
                warnings.map(|warning| (page.page_number, warning))
            });
            warnings.map(|(page_number, (code, message))| Note {
                code: code.as_str(),
                message,
                file_name: Some(volume.file_name.as_str()),
                page_number: Some(page_number),
            })
        });
        let of_binding = bound.warnings.iter().map(|warning| Note {
            code: warning.code.as_str(),
            message: &warning.message,
            file_name: warning
                .file
                .and_then(|number| volumes.get(number))
                .map(|volume| volume.file_name.as_str()),
            page_number: warning.page_number,
        });
        let errors = volumes.iter().flat_map(|volume| {
            let whole = volume.fault.iter().map(|fault| (None, fault));
            let pages = volume.failed.iter();
            let pages = pages.map(|(number, fault)| (Some(*number), fault));
            whole.chain(pages).map(|(page_number, fault)| Note {
                code: fault.code.as_str(),
                message: &fault.message,
                file_name: Some(&volume.file_name),
                page_number,
            })
        });
        Self {
            schema_version: "v1",
            files: files.collect(),
            warnings: of_pages.chain(of_binding).collect(),
            errors: errors.collect(),
        }
    }

    /// A line for each sheet, section and document, and for what went wrong.
    pub fn summarise(&self, out: &mut impl Write) -> io::Result<()> {
        for file in &self.files {
            let pages = counted(file.page_count);
            let kind = file.classification.as_str();
            writeln!(out, "{}: {kind}, {pages}", plain(file.file_name))?;
            for sheet in file.sheets.parts {
                let name = plain(&sheet.sheet_display_name);
                writeln!(out, "  p. {:<5}{name}", sheet.page_number)?;
            }
            for section in file.specifications.parts {
                let (number, title) = (&section.section_number, &section.section_title);
                let name = plain(&format!("{number} {title}"));
                let (start, end) = (section.page_start, section.page_end);
                writeln!(out, "  p. {:<11}{name}", format!("{start}-{end}"))?;
            }
            for doc in file.docs.parts {
                let name = plain(&format!("{}: {}", doc.doc_type, doc.title));
                let (start, end) = (doc.page_start, doc.page_end);
                writeln!(out, "  p. {:<11}{name}", format!("{start}-{end}"))?;
            }
        }
        for (word, notes) in [("warning", &self.warnings), ("error", &self.errors)] {
            for note in notes {
                let file = note.file_name.map(|name| format!("{}: ", plain(name)));
                let page = note.page_number.map(|page| format!("page {page}: "));
                writeln!(
                    out,
                    "{word}: {}{}{}",
                    file.unwrap_or_default(),
                    page.unwrap_or_default(),
                    plain(note.message)
                )?;
            }
        }
        Ok(())
    }
}

/// Text of a hostile file as a terminal may see it: it could steer the terminal.
fn plain(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}
