//! The binding of a job: once every page has ended, what takes more than one of them is settled, and
//! its extracts are stored.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::io::AsyncWriteExt;
use tokio::task::spawn_blocking;

use super::claims::Turn;
use super::run::{Halt, Runner, remove_folder};
use super::store::{ArtifactRow, FileRow, PageRow};
use crate::blobs::Blobs;
use crate::documents::{
    Artifact, ArtifactType, Bound, Classification, Event, Order, OrderedFile, OrderedPage,
    PageKind, PageReading, Sheet,
};
use crate::error::{Error, Result};
use crate::id::{self, Kind};

/// Layout files that are brought at once.
const AT_ONCE: usize = 8;
/// How often a binding is tried until the result does without it.
const MOST_TRIES: usize = 2;

/// What a binding found, and the files that it left; none of them has a row yet.
#[derive(Default)]
pub struct Binding {
    /// None when it could not be made.
    pub bound: Option<Bound>,
    pub extracts: Vec<ArtifactRow>,
    /// The sheets of the job with their ids, by page id; what their pages say alone where there is
    /// no binding.
    pub sheets: HashMap<String, (String, Sheet)>,
    /// By page id: what was said of a page before, and is known better now.
    pub corrected: Vec<(String, PageReading)>,
}

impl Binding {
    fn gather_sheets(&mut self, files: &[FileRow], pages: &[PageRow]) -> Result<()> {
        let bound = self.bound.iter().flat_map(|bound| &bound.files);
        let mut found: HashMap<(&str, i64), &Sheet> = HashMap::new();
        for (file, bound) in files.iter().zip(bound) {
            for sheet in &bound.sheets {
                found.insert((file.id.as_str(), i64::from(sheet.page_number)), sheet);
            }
        }
        for page in pages {
            let Some(reading) = &page.reading else {
                continue;
            };
            let mut reading: PageReading = serde_json::from_str(reading)?;
            if reading.kind != PageKind::Drawing {
                continue;
            }
            let sheet = match found.get(&(page.file_id.as_str(), page.page_number)) {
                Some(sheet) => (*sheet).clone(),
                None => Sheet::from(&reading),
            };
            if sheet.correct(&mut reading) {
                self.corrected.push((page.id.clone(), reading));
            }
            self.sheets
                .insert(page.id.clone(), (page.sheet_id(), sheet));
        }
        Ok(())
    }
}

impl Runner {
    pub(super) async fn bind(
        &self,
        turn: &Turn,
        files: &[FileRow],
        pages: &[PageRow],
        artifacts: &[ArtifactRow],
    ) -> Result<Binding, Halt> {
        let folder = self.scratch.folder().join(&turn.owner);
        let outcome = self.bind_in(turn, (files, pages, artifacts), &folder).await;
        if let Err(error) = remove_folder(&folder).await {
            tracing::warn!(job = %turn.job.id, %error, "a scratch folder could not be removed");
        }
        let mut binding = outcome?;
        binding.gather_sheets(files, pages)?;
        Ok(binding)
    }

    async fn bind_in(
        &self,
        turn: &Turn,
        (files, pages, artifacts): (&[FileRow], &[PageRow], &[ArtifactRow]),
        folder: &Path,
    ) -> Result<Binding, Halt> {
        let order = order_of(files, pages)?;
        let numbers: HashMap<&str, usize> = files
            .iter()
            .enumerate()
            .map(|(number, file)| (file.id.as_str(), number))
            .collect();
        for number in numbers.values() {
            tokio::fs::create_dir_all(folder.join(number.to_string())).await?;
        }
        let mut layouts = Vec::new();
        for row in artifacts {
            if row.artifact_type == ArtifactType::PageLayout.as_str()
                && let Some(number) = numbers.get(row.file_id.as_str())
                && let Some(name) = row.path.rsplit('/').next()
            {
                let to = folder.join(number.to_string()).join(name);
                layouts.push(bring(self.blobs.clone(), row.clone(), to));
            }
        }
        let brought = stream::iter(layouts)
            .buffer_unordered(AT_ONCE)
            .try_collect::<Vec<()>>();
        self.beside(turn, brought).await??;
        let (order, place) = (Arc::new(order), folder.to_owned());
        let written = order.clone();
        spawn_blocking(move || written.write(&place)).await??;
        for attempt in 1..=MOST_TRIES {
            let page_count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
            let mut reading = self
                .sandbox
                .bind(folder, page_count)
                .map_err(|error| Error::internal(anyhow::Error::new(error)))?;
            while let Some(event) = self.next_event(turn, &mut reading).await? {
                match event {
                    Event::Failed(fault) => {
                        tracing::warn!(job = %turn.job.id, attempt, code = fault.code.as_str(), "a job could not be bound");
                    }
                    Event::Done => match outcome_of(&order, folder).await? {
                        Ok(bound) => {
                            let extracts = self.store_extracts(turn, files, pages, &bound, folder);
                            let extracts = extracts.await?;
                            return Ok(Binding {
                                bound: Some(bound),
                                extracts,
                                ..Binding::default()
                            });
                        }
                        Err(error) => {
                            tracing::warn!(job = %turn.job.id, attempt, %error, "a job's binding is not believed");
                        }
                    },
                    _ => {}
                }
            }
        }
        Ok(Binding::default())
    }

    async fn store_extracts(
        &self,
        turn: &Turn,
        files: &[FileRow],
        pages: &[PageRow],
        bound: &Bound,
        folder: &Path,
    ) -> Result<Vec<ArtifactRow>, Halt> {
        let sheet_pages: HashMap<(&str, i64), &str> = pages
            .iter()
            .map(|page| {
                let place = (page.file_id.as_str(), page.page_number);
                (place, page.id.as_str())
            })
            .collect();
        let mut rows = Vec::new();
        for (number, (file, bound)) in files.iter().zip(&bound.files).enumerate() {
            let folder = folder.join(number.to_string());
            let sheets = bound.sheets.iter().map(|sheet| {
                let place = (file.id.as_str(), i64::from(sheet.page_number));
                (sheet.extract.as_ref(), sheet_pages.get(&place).copied())
            });
            let sections = bound.specifications.iter();
            let docs = bound.docs.iter();
            let found = sheets
                .chain(sections.map(|section| (section.extract.as_ref(), None)))
                .chain(docs.map(|doc| (doc.extract.as_ref(), None)));
            for (extract, page_id) in found {
                if let Some(extract) = extract {
                    let place = (file.id.as_str(), page_id);
                    let stored = self.store_artifact(turn, place, extract, &folder);
                    rows.push(self.beside(turn, stored).await??);
                }
            }
        }
        Ok(rows)
    }

    /// Moves a file that the engine has left in `folder` to where it is kept. Its row is the
    /// caller's to write.
    pub(super) async fn store_artifact(
        &self,
        turn: &Turn,
        (file_id, page_id): (&str, Option<&str>),
        artifact: &Artifact,
        folder: &Path,
    ) -> Result<ArtifactRow> {
        let path = format!("{file_id}/{}", artifact.file_name);
        let blob = format!("jobs/{}/artifacts/{path}", turn.job.id);
        let written = folder.join(&artifact.file_name);
        let stored = self.blobs.take(&blob, &written).await?;
        Ok(ArtifactRow {
            id: id::new(Kind::Artifact),
            job_id: turn.job.id.clone(),
            file_id: file_id.to_owned(),
            page_id: page_id.map(str::to_owned),
            artifact_type: artifact.r#type.as_str().to_owned(),
            path,
            content_type: artifact.content_type.clone(),
            file_size: stored.size,
            sha256: stored.sha256,
            blob,
            created_at: self.clock.now(),
        })
    }
}

/// The outcome of a binding. It can be large: it is read away from the threads that answer requests.
async fn outcome_of(order: &Arc<Order>, folder: &Path) -> Result<std::io::Result<Bound>> {
    let (order, folder) = (order.clone(), folder.to_owned());
    Ok(spawn_blocking(move || order.outcome(&folder)).await?)
}

/// Brings a stored file here.
async fn bring(blobs: Blobs, row: ArtifactRow, to: PathBuf) -> Result<()> {
    let mut file = tokio::fs::File::create_new(to).await?;
    let end = row.file_size.unsigned_abs();
    let mut bytes = blobs.read(&row.blob, 0, end).await?;
    while let Some(chunk) = bytes.next().await {
        file.write_all(&chunk?).await?;
    }
    file.flush().await?;
    Ok(())
}

/// What the engine is told of the files and the pages that could be read.
fn order_of(files: &[FileRow], pages: &[PageRow]) -> Result<Order> {
    let mut of_file: HashMap<&str, Vec<OrderedPage>> = HashMap::new();
    for page in pages {
        let Some(reading) = &page.reading else {
            continue;
        };
        let reading: PageReading = serde_json::from_str(reading)?;
        of_file.entry(&page.file_id).or_default().push(OrderedPage {
            sheet_id: page.sheet_id(),
            reading,
        });
    }
    let files = files.iter().map(|file| {
        Ok(OrderedFile {
            document_id: file.id.clone(),
            file_name: file.file_name.clone(),
            hint: file
                .classification
                .as_deref()
                .map(|name| serde_json::from_value::<Classification>(serde_json::Value::from(name)))
                .transpose()?,
            pages: of_file.remove(file.id.as_str()).unwrap_or_default(),
        })
    });
    Ok(Order {
        files: files.collect::<Result<_>>()?,
    })
}
