//! Reading files from the command line, without a server: `plangrep read`. The same child processes
//! as the server's workers start, and the same files as a job leaves.

mod interruption;
mod keeping;
mod progress;
mod report;
mod volume;
mod wholes;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::binding::{Order, OrderedFile, OrderedPage};
use super::bound::Bound;
use super::fault::{Fault, FaultCode};
use super::sandbox::Sandbox;
use super::script::Event;
use interruption::interruption;
use progress::Progress;
use report::Report;
use volume::{Volume, read_slice};

/// Pages that one child reads.
const SLICE: u32 = 8;
/// How often the scratch folder is tried to be removed, in which ended readers may write a last time,
const MOST_REMOVALS: usize = 50;
/// and what is waited in between.
const REMOVAL_STEP: Duration = Duration::from_millis(20);

/// What is asked for.
pub struct ReadOrder {
    pub files: Vec<PathBuf>,
    /// Of each file; all without it.
    pub pages: Option<RangeInclusive<u32>>,
    /// Where to leave the files of the pages; nowhere without it.
    pub out: Option<PathBuf>,
    /// The whole outcome as JSON instead of a summary.
    pub json: bool,
    /// Children at once.
    pub readers: usize,
}

/// How a reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadEnd {
    Whole,
    /// A file or a page could not be read; the outcome says which.
    WithErrors,
    /// By a signal of this number, before there was an outcome.
    Interrupted(u8),
}

/// Reads the files, and prints what they are on standard output.
pub async fn read_files(order: ReadOrder, sandbox: &Sandbox) -> anyhow::Result<ReadEnd> {
    let interruption = interruption()?;
    if let Some(out) = &order.out {
        keeping::prepare(out)?;
    }
    let scratch = tempfile::tempdir().with_context(|| {
        let place = std::env::temp_dir();
        format!("no temporary folder can be made in {}", place.display())
    })?;
    // Whichever comes second is dropped, and with it the readers.
    let end = tokio::select! {
        number = interruption => Ok(ReadEnd::Interrupted(number)),
        end = read_into(scratch.path(), &order, sandbox) => end,
    };
    remove(scratch).await?;
    end
}

async fn remove(scratch: tempfile::TempDir) -> anyhow::Result<()> {
    for _ in 1..MOST_REMOVALS {
        if std::fs::remove_dir_all(scratch.path()).is_ok() {
            break;
        }
        tokio::time::sleep(REMOVAL_STEP).await;
    }
    let place = scratch.path().to_owned();
    match scratch.close() {
        Err(_) if place.exists() => {
            anyhow::bail!("the temporary folder {} is left", place.display())
        }
        _ => Ok(()),
    }
}

async fn read_into(
    scratch: &Path,
    order: &ReadOrder,
    sandbox: &Sandbox,
) -> anyhow::Result<ReadEnd> {
    let mut volumes = Vec::with_capacity(order.files.len());
    let mut folders = Vec::with_capacity(order.files.len());
    for path in &order.files {
        let folder = scratch.join(folders.len().to_string());
        tokio::fs::create_dir(&folder)
            .await
            .with_context(|| unwritable(scratch))?;
        volumes.push(Volume::open(path, sandbox).await?);
        folders.push(folder);
    }
    read_pages(&mut volumes, &folders, order, sandbox).await?;
    let bound = bind(&volumes, scratch, sandbox).await?;
    let kept = match order.out {
        Some(_) => keeping::names(&volumes),
        None => vec![None; volumes.len()],
    };
    let report = Report::new(&volumes, &bound, &folders, &kept);
    if order.out.is_some() || order.json {
        write_report(&report, &scratch.join(keeping::REPORT))
            .with_context(|| unwritable(scratch))?;
    }
    if let Some(out) = &order.out {
        keeping::keep(&folders, &kept, out).await?;
        tokio::fs::copy(scratch.join(keeping::REPORT), out.join(keeping::REPORT))
            .await
            .with_context(|| format!("{} cannot be written to", out.display()))?;
    }
    let mut stdout = io::stdout().lock();
    match order.json {
        true => {
            io::copy(&mut File::open(scratch.join(keeping::REPORT))?, &mut stdout)?;
        }
        false => report.summarise(&mut stdout)?,
    }
    stdout.flush()?;
    Ok(match report.errors.is_empty() {
        true => ReadEnd::Whole,
        false => ReadEnd::WithErrors,
    })
}

/// Reads the wanted pages of all files, some at a time.
async fn read_pages(
    volumes: &mut [Volume],
    folders: &[PathBuf],
    order: &ReadOrder,
    sandbox: &Sandbox,
) -> anyhow::Result<()> {
    let mut slices = Vec::new();
    for (number, (volume, out)) in volumes.iter_mut().zip(folders).enumerate() {
        let (mut first, last) = volume.choose(order.pages.as_ref()).into_inner();
        while first <= last {
            let end = last.min(first.saturating_add(SLICE - 1));
            slices.push((number, volume.path.clone(), out.clone(), first..=end));
            first = end + 1;
        }
    }
    let total: usize = slices.iter().map(|(.., pages)| pages.clone().count()).sum();
    let mut progress = Progress::new(total);
    let mut done = stream::iter(slices)
        .map(|(number, path, out, pages)| async move {
            let outcome = read_slice(sandbox, &path, &out, pages).await;
            outcome.map(|pages| (number, pages))
        })
        .buffer_unordered(order.readers.max(1));
    while let Some((number, pages)) = done.try_next().await? {
        progress.add(pages.len());
        let Some(volume) = volumes.get_mut(number) else {
            continue;
        };
        for (page_number, outcome) in pages {
            match outcome {
                Ok(page) => volume.pages.push(*page),
                Err(fault) => volume.failed.push((page_number, placed(fault))),
            }
        }
    }
    drop(done);
    progress.end();
    for volume in volumes {
        volume.pages.sort_by_key(|page| page.page_number);
        volume.failed.sort_by_key(|(number, _)| *number);
    }
    Ok(())
}

fn unwritable(scratch: &Path) -> String {
    format!(
        "the temporary folder {} cannot be written to (TMPDIR names another place)",
        scratch.display()
    )
}

/// Here it is known where the result of a page could not be stored, and who can help it.
fn placed(fault: Fault) -> Fault {
    match fault.code {
        FaultCode::OutputUnwritable => Fault {
            message: format!(
                "{}: {}",
                fault.message.trim_end_matches('.'),
                unwritable(&std::env::temp_dir())
            ),
            ..fault
        },
        _ => fault,
    }
}

fn write_report(report: &Report<'_>, path: &Path) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    serde_json::to_writer_pretty(&mut file, report)?;
    file.write_all(b"\n")?;
    Ok(file.flush()?)
}

/// Binds what was read; nothing but the pages themselves when that fails.
async fn bind(volumes: &[Volume], folder: &Path, sandbox: &Sandbox) -> anyhow::Result<Bound> {
    let order = Order {
        files: volumes
            .iter()
            .map(|volume| OrderedFile {
                document_id: volume.file_name.clone(),
                file_name: volume.file_name.clone(),
                hint: None,
                pages: volume
                    .pages
                    .iter()
                    .map(|page| OrderedPage {
                        sheet_id: format!("{}#{}", volume.file_name, page.page_number),
                        reading: page.clone(),
                    })
                    .collect(),
            })
            .collect(),
    };
    order.write(folder).with_context(|| unwritable(folder))?;
    let page_count = volumes
        .iter()
        .map(|volume| volume.pages.len())
        .sum::<usize>();
    let mut reading = sandbox.bind(folder, u32::try_from(page_count).unwrap_or(u32::MAX))?;
    while let Some(event) = reading.next().await {
        if let Event::Failed(fault) = event {
            let message = placed(fault).message;
            anyhow::bail!("the pages could not be read together: {message}");
        }
    }
    order
        .outcome(folder)
        .context("the pages could not be read together")
}
