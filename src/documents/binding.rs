//! Binding: the pages of a job seen together. What one page cannot know (which words are furniture,
//! where a section ends, what an index confirms) is settled here, after all pages were read.

use std::collections::{HashMap, HashSet};
use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::bound::{Bound, BoundFile, Warning, WarningCode};
use super::extracts;
use super::fault::FaultCode;
use super::kind::{classify_document, contradicts};
use super::layout::{Layout, LayoutLine, Mention, Region};
use super::lines::Line;
use super::page::{ArtifactType, Classification, PageKind, PageReading};
use super::{papers, sheets, specifications};

/// What is to be bound: `order.json` in the folder. The layout files of the first file's pages lie
/// in the folder `0` beside it, those of the second in `1`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    pub files: Vec<OrderedFile>,
}

/// One file of an order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderedFile {
    /// What extracts call the file.
    pub document_id: String,
    pub file_name: String,
    /// What the client said it is.
    pub hint: Option<Classification>,
    /// In their order, without those that could not be read.
    pub pages: Vec<OrderedPage>,
}

/// One page of an order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderedPage {
    /// What extracts call the page, should it be a sheet.
    pub sheet_id: String,
    pub reading: PageReading,
}

const ORDER: &str = "order.json";
const BOUND: &str = "bound.json";
/// A longer outcome is not believed, in bytes.
const LONGEST_BOUND: u64 = 128 << 20;

impl Order {
    /// Puts the order where the binding looks for it.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::write(folder.join(ORDER), serde_json::to_vec(self)?)
    }

    /// The outcome of a binding of this order; an error when it is none.
    pub fn outcome(&self, folder: &Path) -> io::Result<Bound> {
        let text = read_plain(&folder.join(BOUND), LONGEST_BOUND)?;
        let bound: Bound = serde_json::from_slice(&text)?;
        let is_plausible = bound.files.len() == self.files.len()
            && bound.files.iter().zip(&self.files).all(|(file, order)| {
                let pages: HashSet<u32> = order
                    .pages
                    .iter()
                    .map(|page| page.reading.page_number)
                    .collect();
                file.is_plausible(&pages)
            });
        is_plausible
            .then_some(bound)
            .ok_or_else(|| io::Error::other("the outcome of the binding is not of its order"))
    }
}

/// The first `most` bytes of a file that a reader has written. A link or a pipe in its place would
/// lead astray who reads it.
pub(super) fn read_plain(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)?;
    file.take(most).read_to_end(&mut text)?;
    Ok(text)
}

/// Binds what lies in the folder, and leaves extracts and outcome there.
pub(super) fn bind_folder(folder: &Path) -> Result<(), FaultCode> {
    let order = std::fs::read(folder.join(ORDER)).map_err(|_| FaultCode::InputUnreadable)?;
    let order: Order = serde_json::from_slice(&order).map_err(|_| FaultCode::InputUnreadable)?;
    let mut volumes = Vec::with_capacity(order.files.len());
    for (number, file) in order.files.iter().enumerate() {
        let folder = folder.join(number.to_string());
        let leaves = file.pages.iter().map(|page| Leaf::open(&folder, page));
        volumes.push(Volume {
            file_name: file.file_name.clone(),
            hint: file.hint,
            leaves: leaves.collect::<Result<_, _>>()?,
        });
    }
    let mut bound = bind(&volumes);
    name_targets(&mut bound, &order);
    extracts::part_from(&mut bound, folder)?;
    let bound = serde_json::to_vec(&bound).map_err(|_| FaultCode::ReaderCrashed)?;
    std::fs::write(folder.join(BOUND), bound).map_err(|_| FaultCode::OutputUnwritable)
}

/// Gives the targets of references the names that the order has for them.
fn name_targets(bound: &mut Bound, order: &Order) {
    let names: HashMap<(usize, u32), (&str, &str)> = order
        .files
        .iter()
        .enumerate()
        .flat_map(|(number, file)| {
            file.pages.iter().map(move |page| {
                let place = (number, page.reading.page_number);
                (place, (file.document_id.as_str(), page.sheet_id.as_str()))
            })
        })
        .collect();
    let sheets = bound.files.iter_mut().flat_map(|file| &mut file.sheets);
    for reference in sheets.flat_map(|sheet| &mut sheet.references) {
        let target = reference
            .target
            .map(|target| (target.file, target.page_number));
        if let Some((document_id, sheet_id)) = target.and_then(|target| names.get(&target)) {
            reference.document_id = Some((*document_id).to_owned());
            reference.sheet_id = Some((*sheet_id).to_owned());
        }
    }
}

/// One file as the binding sees it: its pages in order, without those that failed.
#[derive(Debug)]
pub(super) struct Volume {
    pub file_name: String,
    /// What the client said it is.
    pub hint: Option<Classification>,
    pub leaves: Vec<Leaf>,
}

impl Volume {
    /// The client's word; without it, what the pages show.
    pub fn kind(&self) -> Classification {
        let readings = self.leaves.iter().map(|leaf| &leaf.reading);
        self.hint.unwrap_or_else(|| classify_document(readings))
    }
}

/// One page: what was said of it when it was read, and what stands where.
#[derive(Debug)]
pub(super) struct Leaf {
    pub reading: PageReading,
    pub page_label: Option<String>,
    pub bookmarks: Vec<String>,
    /// From margin to margin on a document page, cell by cell on a sheet. Points.
    pub lines: Vec<Line>,
    pub regions: Vec<Region>,
    pub mentions: Vec<Mention>,
}

impl Leaf {
    fn open(folder: &Path, page: &OrderedPage) -> Result<Self, FaultCode> {
        let reading = page.reading.clone();
        let name = ArtifactType::PageLayout.file_name(reading.page_number, 0);
        let layout = std::fs::read(folder.join(name)).map_err(|_| FaultCode::InputUnreadable)?;
        let layout: Layout =
            serde_json::from_slice(&layout).map_err(|_| FaultCode::InputUnreadable)?;
        Ok(Self::new(reading, layout))
    }

    pub fn new(reading: PageReading, layout: Layout) -> Self {
        let size = (layout.width_points, layout.height_points);
        let lines = layout.lines.iter();
        Self {
            lines: lines.map(|line| LayoutLine::to_line(line, size)).collect(),
            reading,
            page_label: layout.page_label,
            bookmarks: layout.bookmarks,
            regions: layout.regions,
            mentions: layout.mentions,
        }
    }

    pub fn number(&self) -> u32 {
        self.reading.page_number
    }

    pub fn is_drawing(&self) -> bool {
        self.reading.kind == PageKind::Drawing
    }

    /// Width and height in points.
    pub fn size(&self) -> (f64, f64) {
        (self.reading.width_points, self.reading.height_points)
    }
}

/// Settles everything that takes more than one page.
pub(super) fn bind(volumes: &[Volume]) -> Bound {
    let mut warnings = Vec::new();
    let sheets = sheets::settle(volumes, &mut warnings);
    let files = volumes
        .iter()
        .zip(sheets)
        .enumerate()
        .map(|(file, (volume, sheets))| {
            let specifications = specifications::find(volume);
            let docs = papers::find(volume, &specifications);
            BoundFile {
                classification: classify(volume, file, &mut warnings),
                sheets,
                specifications,
                docs,
            }
        })
        .collect();
    Bound { files, warnings }
}

/// What the file is; the client's word is doubted aloud when the pages contradict it.
fn classify(volume: &Volume, file: usize, warnings: &mut Vec<Warning>) -> Classification {
    let readings = || volume.leaves.iter().map(|leaf| &leaf.reading);
    if let Some(said) = volume.hint
        && let Some(reason) = contradicts(said, readings())
    {
        warnings.push(Warning {
            code: WarningCode::ClassificationDoubtful,
            message: format!("The file was announced as {}, but {reason}.", said.as_str()),
            file: Some(file),
            page_number: None,
        });
    }
    volume.kind()
}
