//! What is true of a file: written by people who looked at its pages (`src/benches/truth/`), or by
//! the generators together with the pages they make.

use serde::{Deserialize, Serialize};

/// Everything known of one PDF. What is absent is not judged.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Truth {
    /// The file's name without any folder.
    pub file: String,
    /// Of the file, in hexadecimal; a file of the same name but other bytes is not judged.
    pub sha256: String,
    /// Who made the file and under which licence.
    pub source: String,
    /// `plans`, `specifications`, `documents`, `addenda` …
    pub classification: Option<OneOf>,
    /// Pages that are pictures only: no words can be had from them without OCR.
    pub pages_without_text: Vec<u32>,
    pub sheets: Option<Vec<SheetTruth>>,
    pub sections: Option<Vec<SectionTruth>>,
    pub docs: Option<Vec<DocTruth>>,
    pub warnings: Option<Vec<WarningTruth>>,
}

/// What may rightly be answered: one value, or any of several; `null` stands for no answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOf {
    One(String),
    Any(Vec<Option<String>>),
    Nothing(()),
}

impl From<&str> for OneOf {
    fn from(value: &str) -> Self {
        Self::One(value.to_owned())
    }
}

impl From<String> for OneOf {
    fn from(value: String) -> Self {
        Self::One(value)
    }
}

/// A field that tells `null` (no answer is right) from absent (not judged).
fn given<'de, D: serde::Deserializer<'de>>(field: D) -> Result<Option<OneOf>, D::Error> {
    Ok(Some(
        Option::<OneOf>::deserialize(field)?.unwrap_or(OneOf::Nothing(())),
    ))
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SheetTruth {
    pub page: u32,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub number: Option<OneOf>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub name: Option<OneOf>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub discipline: Option<OneOf>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub drawing_type: Option<OneOf>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub scale: Option<OneOf>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub revision: Option<OneOf>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub project_name: Option<OneOf>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub project_number: Option<OneOf>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub issue_date: Option<OneOf>,
    pub regions: Vec<RegionTruth>,
    /// False when the sheet may have regions beyond those listed.
    #[serde(skip_serializing_if = "is_absent_or_true")]
    pub regions_complete: Option<bool>,
    pub references: Vec<ReferenceTruth>,
}

fn is_absent_or_true(flag: &Option<bool>) -> bool {
    *flag != Some(false)
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegionTruth {
    /// `view`, `detail`, `notes`, `schedule`, `legend`, `key_plan`, `title_block`.
    pub r#type: OneOf,
    #[serde(default)]
    pub title: Option<OneOf>,
    #[serde(default)]
    pub number: Option<String>,
    #[serde(default)]
    pub scale: Option<String>,
    /// Left, top, right, bottom as shares of the page; any of them is right.
    pub boxes: Vec<[f64; 4]>,
    /// Neither missed nor wrong: people could argue about it.
    #[serde(default)]
    pub optional: bool,
    #[serde(default)]
    pub table: Option<TableTruth>,
}

/// One text for each column of the grid; a cell over several columns stands in its first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TableTruth {
    pub heading_rows: usize,
    pub columns: usize,
    pub rows: Vec<Vec<String>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReferenceTruth {
    pub sheet_number: String,
    #[serde(default)]
    pub view: Option<OneOf>,
    /// Its middle, as shares of the page.
    pub at: [f64; 2],
    #[serde(default)]
    pub optional: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SectionTruth {
    /// As the product writes it: `03 30 00`.
    pub number: String,
    pub title: String,
    pub start: u32,
    /// The last page with a line of it, and the blank page after it where there is one.
    pub ends: Vec<u32>,
    pub parts: Vec<ItemTruth>,
    pub articles: Vec<ItemTruth>,
    pub submittals: Vec<PassageTruth>,
    /// `ASTM C150`.
    pub standards: Vec<String>,
    /// Numbers as the product writes them.
    pub related: Vec<String>,
    /// Named in passing: neither missed nor wrong.
    pub related_optional: Vec<String>,
    pub manufacturers: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ItemTruth {
    pub label: String,
    pub title: String,
    pub page: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PassageTruth {
    pub text: String,
    pub page: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocTruth {
    pub doc_type: OneOf,
    pub title: OneOf,
    #[serde(default, deserialize_with = "given")]
    pub date: Option<OneOf>,
    pub start: u32,
    pub end: u32,
    #[serde(default)]
    pub headings: Vec<HeadingTruth>,
    /// False when the document has headings beyond those listed.
    #[serde(default)]
    pub headings_complete: bool,
    /// Sections and sheets that an addendum changes: `03 30 00`, `A-101`.
    #[serde(default)]
    pub changes: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeadingTruth {
    pub title: OneOf,
    pub page: u32,
}

/// A warning that must be given, and a word that its message must contain.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WarningTruth {
    pub code: String,
    pub names: String,
}
