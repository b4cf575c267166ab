//! The child process that reads one PDF: `pdf-worker survey INPUT FROM` or
//! `pdf-worker read INPUT OUTDIR FROM TO`, each followed by MEMORY (bytes) and CPU (seconds) or nothing.
//! `main` calls `worker_main` before anything else of the server; the sandbox starts it.

use std::any::Any;
use std::ffi::OsString;
use std::io::Write;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use hayro::RenderCache;
use hayro::hayro_interpret::{InterpreterCache, InterpreterSettings};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::Serialize;

use super::canvas::{Canvas, PageTooComplex, processor_time, take_in, user_unit};
use super::fault::FaultCode;
use super::kind::{page_kind, page_signs};
use super::lines::reading_text;
use super::page::{Artifact, ArtifactType, MOST_PAGES, PageKind, PageReading, WorkerLine};
use super::picture::{Picture, PictureError};
use super::title_block::{SheetFacts, sheet_facts};
use super::words::Word;

const DEFAULT_MEMORY: u64 = 2 << 30;
const DEFAULT_CPU_SECONDS: u64 = 600;
const LARGEST_INPUT: u64 = 1 << 30;
const LARGEST_OUTPUT: u64 = 512 << 20;
const OPEN_FILES: u64 = 16;
/// Deeply nested files need a deep stack; only what is touched costs memory.
const STACK: usize = 64 << 20;
/// The renderer's caches only grow: they are made anew after so many pages.
const PAGES_A_CACHE: usize = 200;
/// How much of a processor the text and strokes of one page may take; real sheets take well under a second.
const PAGE_TIME: Duration = Duration::from_secs(10);

enum Task {
    Survey {
        from: u32,
    },
    Read {
        out: PathBuf,
        pages: RangeInclusive<u32>,
    },
}

struct Order {
    input: PathBuf,
    task: Task,
    memory: u64,
    cpu_seconds: u64,
}

/// Runs the child. `arguments` are those after `pdf-worker`. Prints one JSON line for each thing it
/// has to say; exits with 0 after `done`, 3 after `failed`, 2 when it was called wrongly.
pub fn worker_main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(order) = parse(arguments) else {
        return ExitCode::from(2);
    };
    if limit(&order).is_err() {
        return ExitCode::from(2);
    }
    // A panic is caught page by page and told on a line; its text may quote the file.
    std::panic::set_hook(Box::new(|_| {}));
    let thread = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || run(&order));
    let code = match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => return ExitCode::SUCCESS,
        Ok(Ok(Err(code))) => code,
        Ok(Err(_)) | Err(_) => FaultCode::ReaderCrashed,
    };
    match failed(code) {
        Ok(()) => ExitCode::from(3),
        Err(_) => ExitCode::from(4),
    }
}

fn parse(arguments: impl Iterator<Item = OsString>) -> Option<Order> {
    let words: Vec<OsString> = arguments.collect();
    let words: Vec<&OsString> = words.iter().collect();
    let number = |word: &OsString| word.to_str()?.parse::<u64>().ok();
    let page = |word: &OsString| word.to_str()?.parse::<u32>().ok();
    let (input, task, rest) = match words.as_slice() {
        [task, input, from, rest @ ..] if *task == "survey" => {
            let from = page(from)?;
            (input, Task::Survey { from }, rest)
        }
        [task, input, out, from, to, rest @ ..] if *task == "read" => {
            let pages = page(from)?..=page(to)?;
            let out = PathBuf::from(out);
            (input, Task::Read { out, pages }, rest)
        }
        _ => return None,
    };
    let (memory, cpu_seconds) = match rest {
        [] => (DEFAULT_MEMORY, DEFAULT_CPU_SECONDS),
        [memory, cpu] => (number(memory)?, number(cpu)?),
        _ => return None,
    };
    Some(Order {
        input: PathBuf::from(input),
        task,
        memory,
        cpu_seconds,
    })
}

fn limit(order: &Order) -> rustix::io::Result<()> {
    let set = |resource, most| {
        let most = Some(most);
        setrlimit(
            resource,
            Rlimit {
                current: most,
                maximum: most,
            },
        )
    };
    // A server that is killed takes its readers with it.
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    set(Resource::Core, 0)?;
    set(Resource::As, order.memory)?;
    set(Resource::Cpu, order.cpu_seconds.max(1))?;
    set(Resource::Fsize, LARGEST_OUTPUT)?;
    set(Resource::Nofile, OPEN_FILES)
}

fn say(line: &WorkerLine) -> Result<(), FaultCode> {
    let mut text = serde_json::to_vec(line).map_err(|_| FaultCode::ReaderCrashed)?;
    text.push(b'\n');
    let mut out = std::io::stdout().lock();
    out.write_all(&text)
        .and_then(|()| out.flush())
        .map_err(|_| FaultCode::OutputUnwritable)
}

fn failed(code: FaultCode) -> Result<(), FaultCode> {
    say(&WorkerLine::Failed {
        code,
        message: code.sentence().to_owned(),
    })
}

fn run(order: &Order) -> Result<(), FaultCode> {
    // Only now, for this thread itself counted. It binds where the server is not root.
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Nproc, none).map_err(|_| FaultCode::ReaderCrashed)?;
    let pdf = catch_unwind(|| open(&order.input)).unwrap_or(Err(FaultCode::Damaged))?;
    let page_count =
        catch_unwind(AssertUnwindSafe(|| pdf.pages().len())).map_err(|_| FaultCode::Damaged)?;
    let page_count = u32::try_from(page_count).map_err(|_| FaultCode::TooManyPages)?;
    match page_count {
        0 => return Err(FaultCode::NoPages),
        count if count > MOST_PAGES => return Err(FaultCode::TooManyPages),
        _ => {}
    }
    say(&WorkerLine::Opened { page_count })?;
    let (out, pages) = match &order.task {
        Task::Survey { from } => (None, *from..=page_count),
        Task::Read { out, pages } => (Some(out.as_path()), pages.clone()),
    };
    if *pages.start() < 1 || pages.is_empty() || *pages.end() > page_count {
        return Err(FaultCode::NoSuchPage);
    }
    let numbers: Vec<u32> = pages.collect();
    for some in numbers.chunks(PAGES_A_CACHE) {
        let mut reader = Reader::new(out);
        for &number in some {
            say(&WorkerLine::PageStarted {
                page_number: number,
            })?;
            let index = usize::try_from(number).unwrap_or(usize::MAX) - 1;
            let reading = match pdf.pages().get(index) {
                Some(page) => reader.page(page, number),
                None => Err(FaultCode::PageUnreadable),
            };
            match reading {
                Ok(reading) => say(&WorkerLine::Page(Box::new(reading)))?,
                Err(FaultCode::OutputUnwritable) => return Err(FaultCode::OutputUnwritable),
                Err(code) => {
                    say(&WorkerLine::PageFailed {
                        page_number: number,
                        code,
                        message: code.sentence().to_owned(),
                    })?;
                    // What a panic left in the caches is not to be trusted.
                    reader = Reader::new(out);
                }
            }
        }
    }
    say(&WorkerLine::Done {})
}

fn open(input: &Path) -> Result<Pdf, FaultCode> {
    let size = std::fs::metadata(input)
        .map_err(|_| FaultCode::InputUnreadable)?
        .len();
    if size > LARGEST_INPUT {
        return Err(FaultCode::TooLarge);
    }
    let bytes = std::fs::read(input).map_err(|_| FaultCode::InputUnreadable)?;
    // Readers accept up to 1,024 bytes of other things before the header.
    let is_pdf = bytes
        .get(..bytes.len().min(1_029))
        .is_some_and(|head| head.windows(5).any(|five| five == b"%PDF-"));
    Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            FaultCode::PasswordProtected
        }
        LoadPdfError::Decryption(_) => FaultCode::UnsupportedEncryption,
        LoadPdfError::Invalid if is_pdf => FaultCode::Damaged,
        LoadPdfError::Invalid => FaultCode::UnsupportedFormat,
    })
}

/// Reads pages with caches that they share.
struct Reader<'o, 'a> {
    out: Option<&'o Path>,
    settings: InterpreterSettings,
    text_cache: InterpreterCache<'a>,
    render_cache: RenderCache<'a>,
}

impl<'o, 'a> Reader<'o, 'a> {
    fn new(out: Option<&'o Path>) -> Self {
        Self {
            out,
            settings: InterpreterSettings::default(),
            text_cache: InterpreterCache::new(),
            render_cache: RenderCache::new(),
        }
    }

    fn page(&self, page: &'a Page<'a>, number: u32) -> Result<PageReading, FaultCode> {
        let (canvas, mut reading) = caught(|| {
            let deadline = processor_time() + PAGE_TIME;
            let canvas = take_in(page, &self.text_cache, &self.settings, deadline);
            let reading = describe(&canvas, number);
            (canvas, reading)
        })?;
        let Some(out) = self.out else {
            return Ok(reading);
        };
        let keep = |kind: ArtifactType, bytes: &[u8]| write_whole(out, kind, number, bytes);
        let text = reading_text(&canvas.words, reading.kind);
        let layout = layout_of(&canvas, number)?;
        let (image, thumbnail) = caught(|| {
            let picture =
                Picture::of_page(page, &self.render_cache, &self.settings, user_unit(page));
            let image = picture.to_webp()?;
            let thumbnail = picture.into_thumbnail()?.to_webp()?;
            Ok::<_, PictureError>((image, thumbnail))
        })?
        .map_err(|_| FaultCode::PageUnreadable)?;
        reading.artifacts = vec![
            keep(ArtifactType::PageImage, &image)?,
            keep(ArtifactType::Thumbnail, &thumbnail)?,
            keep(ArtifactType::PageText, text.as_bytes())?,
            keep(ArtifactType::PageLayout, &layout)?,
        ];
        Ok(reading)
    }
}

fn caught<T>(work: impl FnOnce() -> T) -> Result<T, FaultCode> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic: Box<dyn Any + Send>| {
        if panic.is::<PageTooComplex>() {
            FaultCode::PageTooComplex
        } else {
            FaultCode::PageUnreadable
        }
    })
}

/// Everything that is said about a page without rendering it: the same in survey and reading.
fn describe(canvas: &Canvas, number: u32) -> PageReading {
    let kind = page_kind(canvas);
    let facts = match kind {
        PageKind::Drawing => sheet_facts(&canvas.words, canvas.width, canvas.height),
        PageKind::Document => SheetFacts::default(),
    };
    let display_name = match (&facts.number, &facts.name) {
        (Some(number), Some(name)) => format!("{number} {name}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => format!("Page {number}"),
    };
    PageReading {
        page_number: number,
        width_points: rounded(canvas.width, 100.0),
        height_points: rounded(canvas.height, 100.0),
        kind,
        word_count: canvas.words.len() as u64,
        unmapped_share: rounded(
            canvas.unmapped_count as f64 / canvas.glyph_count.max(1) as f64,
            10_000.0,
        ),
        path_count: canvas.path_count,
        image_count: canvas.image_count,
        image_share: rounded(canvas.image_share, 10_000.0),
        sheet_number: facts.number,
        sheet_name: facts.name,
        sheet_display_name: display_name,
        discipline: facts.discipline.map(str::to_owned),
        drawing_type: facts.drawing_type.map(str::to_owned),
        scale: facts.scale,
        signs: page_signs(canvas, kind),
        artifacts: Vec::new(),
    }
}

fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

/// The layout file: words with boxes as shares of the page shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Layout<'w> {
    page_number: u32,
    width_points: f64,
    height_points: f64,
    words: Vec<LayoutWord<'w>>,
}

#[derive(Serialize)]
struct LayoutWord<'w> {
    text: &'w str,
    /// Left, top, right, bottom, each 0 to 1.
    r#box: [f64; 4],
    /// Points.
    size: f64,
    /// Degrees counter-clockwise.
    angle: f64,
}

fn layout_of(canvas: &Canvas, number: u32) -> Result<Vec<u8>, FaultCode> {
    let across = |x: f64| rounded((x / canvas.width.max(1e-9)).clamp(0.0, 1.0), 100_000.0);
    let down = |y: f64| rounded((y / canvas.height.max(1e-9)).clamp(0.0, 1.0), 100_000.0);
    let place = |word: &'_ Word| {
        [
            across(word.left),
            down(word.top),
            across(word.right),
            down(word.bottom),
        ]
    };
    let layout = Layout {
        page_number: number,
        width_points: rounded(canvas.width, 100.0),
        height_points: rounded(canvas.height, 100.0),
        words: canvas
            .words
            .iter()
            .map(|word| LayoutWord {
                text: &word.text,
                r#box: place(word),
                size: rounded(word.size, 100.0),
                // Adding zero turns -0 into 0.
                angle: rounded(word.angle(), 10.0) + 0.0,
            })
            .collect(),
    };
    serde_json::to_vec(&layout).map_err(|_| FaultCode::PageUnreadable)
}

/// Writes under another name first, so that a file of the right name is always whole.
fn write_whole(
    out: &Path,
    kind: ArtifactType,
    number: u32,
    bytes: &[u8],
) -> Result<Artifact, FaultCode> {
    let file_name = kind.file_name(number);
    let part = out.join(format!("{file_name}.part"));
    std::fs::write(&part, bytes)
        .and_then(|()| std::fs::rename(&part, out.join(&file_name)))
        .map_err(|_| FaultCode::OutputUnwritable)?;
    Ok(Artifact {
        r#type: kind,
        content_type: kind.content_type().to_owned(),
        file_name,
        file_size: bytes.len() as u64,
    })
}
