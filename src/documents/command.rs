//! Reading files from the command line, without a server: `plangrep read`. The same child processes
//! as the server's workers start, and the same files as a job leaves.

use std::collections::HashSet;
use std::io::{self, IsTerminal, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::binding::{Order, OrderedFile, OrderedPage};
use super::bound::{Bound, Doc, Section, Sheet, Warning};
use super::fault::{Fault, FaultCode};
use super::page::{Artifact, Classification, PageReading};
use super::sandbox::Sandbox;
use super::script::Event;

/// Pages that one child reads.
const SLICE: u32 = 8;
/// Times that a page is tried on which the reader stops.
const MOST_TRIES: usize = 2;

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

/// One file, and what became of its pages.
struct Volume {
    path: PathBuf,
    file_name: String,
    page_count: u32,
    pages: Vec<PageReading>,
    failed: Vec<(u32, Fault)>,
    fault: Option<Fault>,
}

/// Reads the files, and prints what they are on standard output. False when one of them, or a page,
/// could not be read.
pub async fn read_files(order: ReadOrder, sandbox: &Sandbox) -> anyhow::Result<bool> {
    let scratch = tempfile::tempdir().context("no temporary folder can be made")?;
    let folder = scratch.path();
    let mut volumes = Vec::with_capacity(order.files.len());
    for path in &order.files {
        volumes.push(look_at(path, sandbox).await?);
    }
    let mut slices = Vec::new();
    for (number, volume) in volumes.iter().enumerate() {
        let out = folder.join(number.to_string());
        tokio::fs::create_dir(&out).await?;
        let wanted = order.pages.clone().unwrap_or(1..=volume.page_count);
        let last = (*wanted.end()).min(volume.page_count);
        let mut first = *wanted.start();
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
                Err(fault) => volume.failed.push((page_number, fault)),
            }
        }
    }
    drop(done);
    progress.end();
    for volume in &mut volumes {
        volume.pages.sort_by_key(|page| page.page_number);
        volume.failed.sort_by_key(|(number, _)| *number);
    }
    let bound = bind(&volumes, folder, sandbox).await?;
    let folders = match &order.out {
        Some(out) => Some(keep(&volumes, folder, out)?),
        None => None,
    };
    let report = Report::new(&volumes, &bound, folders.as_deref());
    let text = serde_json::to_string_pretty(&report)?;
    if let Some(out) = &order.out {
        std::fs::write(out.join("result.json"), &text)
            .with_context(|| format!("{} cannot be written to", out.display()))?;
    }
    let mut stdout = io::stdout().lock();
    match order.json {
        true => writeln!(stdout, "{text}")?,
        false => report.summarise(&mut stdout)?,
    }
    Ok(report.errors.is_empty())
}

/// Opens a file and counts its pages.
async fn look_at(path: &Path, sandbox: &Sandbox) -> anyhow::Result<Volume> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let mut volume = Volume {
        path: path.to_owned(),
        file_name: name.to_string_lossy().into_owned(),
        page_count: 0,
        pages: Vec::new(),
        failed: Vec::new(),
        fault: None,
    };
    std::fs::File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let mut reading = sandbox.survey(path, 1..=1)?;
    match reading.next().await {
        Some(Event::Opened { page_count }) => volume.page_count = page_count,
        Some(Event::Failed(fault)) => volume.fault = Some(fault),
        _ => volume.fault = Some(FaultCode::ReaderCrashed.into()),
    }
    if volume.fault.is_none() {
        reading.stop().await?;
    }
    Ok(volume)
}

type PageOutcome = (u32, Result<Box<PageReading>, Fault>);

/// Reads some pages of one file; each of them has an outcome.
async fn read_slice(
    sandbox: &Sandbox,
    input: &Path,
    out: &Path,
    pages: RangeInclusive<u32>,
) -> anyhow::Result<Vec<PageOutcome>> {
    let mut outcomes = Vec::new();
    let (mut next, last) = pages.into_inner();
    let mut tries = 0;
    while next <= last {
        let mut reading = sandbox.read(input, out, next..=last)?;
        let mut fault = FaultCode::ReaderCrashed.into();
        while let Some(event) = reading.next().await {
            match event {
                Event::Page(page) => {
                    (next, tries) = (page.page_number + 1, 0);
                    outcomes.push((page.page_number, Ok(page)));
                }
                Event::PageFailed { page_number, fault } => {
                    (next, tries) = (page_number + 1, 0);
                    outcomes.push((page_number, Err(fault)));
                }
                Event::Failed(told) => fault = told,
                Event::Opened { .. } | Event::Done => {}
            }
        }
        if next > last {
            break;
        }
        tries += 1;
        match reading.page_under_way() {
            // The page on which the reader stops is at fault; those after it are not.
            Some(number) if tries >= MOST_TRIES => {
                outcomes.push((number, Err(fault)));
                (next, tries) = (number + 1, 0);
            }
            Some(_) => {}
            // With no page begun, trying again would end the same.
            None => {
                outcomes.extend((next..=last).map(|number| (number, Err(fault.clone()))));
                break;
            }
        }
    }
    Ok(outcomes)
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
    order.write(folder)?;
    let page_count = volumes
        .iter()
        .map(|volume| volume.pages.len())
        .sum::<usize>();
    let mut reading = sandbox.bind(folder, u32::try_from(page_count).unwrap_or(u32::MAX))?;
    while let Some(event) = reading.next().await {
        if let Event::Failed(fault) = event {
            anyhow::bail!("the pages could not be read together: {}", fault.message);
        }
    }
    order
        .outcome(folder)
        .context("the pages could not be read together")
}

/// Moves what was written for each file into a folder of its name below `out`; answers their names.
fn keep(volumes: &[Volume], folder: &Path, out: &Path) -> anyhow::Result<Vec<String>> {
    let mut taken = HashSet::new();
    let mut names = Vec::with_capacity(volumes.len());
    for (number, volume) in volumes.iter().enumerate() {
        let mut name = volume.file_name.clone();
        while !taken.insert(name.clone()) {
            name.push_str(" (again)");
        }
        let to = out.join(&name);
        std::fs::create_dir_all(&to).with_context(|| format!("{} cannot be made", to.display()))?;
        for entry in std::fs::read_dir(folder.join(number.to_string()))? {
            let entry = entry?;
            // Another file system, perhaps: renaming is not enough.
            std::fs::copy(entry.path(), to.join(entry.file_name()))
                .with_context(|| format!("{} cannot be written to", to.display()))?;
        }
        names.push(name);
    }
    Ok(names)
}

/// The outcome as it is printed and written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    schema_version: &'static str,
    files: Vec<FileReport<'a>>,
    warnings: Vec<Note<'a>>,
    errors: Vec<Note<'a>>,
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
    sheets: &'a [Sheet],
    specifications: &'a [Section],
    docs: &'a [Doc],
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
struct Note<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_number: Option<u32>,
}

impl<'a> Report<'a> {
    fn new(volumes: &'a [Volume], bound: &'a Bound, folders: Option<&'a [String]>) -> Self {
        let files = volumes.iter().zip(&bound.files).enumerate();
        let files = files.map(|(number, (volume, bound))| FileReport {
            file_name: &volume.file_name,
            folder: folders
                .and_then(|names| names.get(number))
                .map(String::as_str),
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
            sheets: &bound.sheets,
            specifications: &bound.specifications,
            docs: &bound.docs,
        });
        let warning = |warning: &'a Warning| Note {
            code: warning.code.as_str(),
            message: &warning.message,
            file_name: warning
                .file
                .and_then(|number| volumes.get(number))
                .map(|volume| volume.file_name.as_str()),
            page_number: warning.page_number,
        };
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
            warnings: bound.warnings.iter().map(warning).collect(),
            errors: errors.collect(),
        }
    }

    /// A line for each sheet, section and document, and for what went wrong.
    fn summarise(&self, out: &mut impl Write) -> io::Result<()> {
        for file in &self.files {
            let pages = match file.page_count {
                1 => "1 page".to_owned(),
                count => format!("{count} pages"),
            };
            let kind = file.classification.as_str();
            writeln!(out, "{}: {kind}, {pages}", plain(file.file_name))?;
            for sheet in file.sheets {
                let name = plain(&sheet.sheet_display_name);
                writeln!(out, "  p. {:<5}{name}", sheet.page_number)?;
            }
            for section in file.specifications {
                let (number, title) = (&section.section_number, &section.section_title);
                let name = plain(&format!("{number} {title}"));
                let (start, end) = (section.page_start, section.page_end);
                writeln!(out, "  p. {:<11}{name}", format!("{start}-{end}"))?;
            }
            for doc in file.docs {
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

/// A bar on the terminal; nothing where standard error is none.
struct Progress {
    total: usize,
    done: usize,
    is_shown: bool,
}

impl Progress {
    const WIDTH: usize = 40;

    fn new(total: usize) -> Self {
        let mut progress = Self {
            total,
            done: 0,
            is_shown: total > 0 && io::stderr().is_terminal(),
        };
        progress.add(0);
        progress
    }

    fn add(&mut self, pages: usize) {
        self.done += pages;
        if !self.is_shown {
            return;
        }
        let full = (self.done * Self::WIDTH / self.total.max(1)).min(Self::WIDTH);
        let bar = format!("{}{}", "█".repeat(full), "░".repeat(Self::WIDTH - full));
        self.write(&format!("\r{bar} {}/{} pages", self.done, self.total));
    }

    fn end(&mut self) {
        if self.is_shown {
            self.write("\r\x1b[K");
        }
    }

    /// A terminal that went away is no reason to stop reading.
    fn write(&mut self, text: &str) {
        let mut terminal = io::stderr().lock();
        let written = terminal.write_all(text.as_bytes());
        self.is_shown = written.and_then(|()| terminal.flush()).is_ok();
    }
}
