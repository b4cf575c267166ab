//! One file of the order: whether it can be read, and the readings of its pages.

use std::fs::{File, metadata};
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::super::fault::{Fault, FaultCode};
use super::super::page::PageReading;
use super::super::sandbox::Sandbox;
use super::super::script::Event;

/// Times that a page is tried on which the reader stops.
const MOST_TRIES: usize = 2;

/// One file, and what became of its pages.
pub(super) struct Volume {
    pub path: PathBuf,
    pub file_name: String,
    pub page_count: u32,
    pub pages: Vec<PageReading>,
    pub failed: Vec<(u32, Fault)>,
    /// Why none of it is read.
    pub fault: Option<Fault>,
}

impl Volume {
    /// Opens a file and counts its pages.
    pub async fn open(path: &Path, sandbox: &Sandbox) -> anyhow::Result<Self> {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let mut volume = Self {
            path: path.to_owned(),
            file_name: name.to_string_lossy().into_owned(),
            page_count: 0,
            pages: Vec::new(),
            failed: Vec::new(),
            fault: None,
        };
        if let Err(problem) = openable(path) {
            volume.fault = Some(Fault {
                code: FaultCode::InputUnreadable,
                message: format!("{} {problem}", path.display()),
            });
            return Ok(volume);
        }
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

    /// Those of the wanted pages that the file has; a fault of the file when it has none of them.
    pub fn choose(&mut self, wanted: Option<&RangeInclusive<u32>>) -> RangeInclusive<u32> {
        let (first, last) = wanted.map_or((1, u32::MAX), |pages| (*pages.start(), *pages.end()));
        if self.fault.is_none() && first > self.page_count {
            let pages = counted(self.page_count);
            self.fault = Some(Fault {
                code: FaultCode::NoSuchPage,
                message: format!("The file has {pages}; page {first} was asked for."),
            });
        }
        first..=last.min(self.page_count)
    }
}

/// `1 page`, `2 pages`.
pub(super) fn counted(pages: u32) -> String {
    match pages {
        1 => "1 page".to_owned(),
        count => format!("{count} pages"),
    }
}

/// What is no file is not opened: a pipe would be waited for.
fn openable(path: &Path) -> Result<(), String> {
    let cannot = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "may not be read by this user".to_owned(),
        _ => format!("cannot be opened: {error}"),
    };
    if !metadata(path).map_err(cannot)?.is_file() {
        return Err("is not a file".to_owned());
    }
    File::open(path).map(|_| ()).map_err(cannot)
}

pub(super) type PageOutcome = (u32, Result<Box<PageReading>, Fault>);

/// Reads some pages of one file; each of them has an outcome.
pub(super) async fn read_slice(
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
