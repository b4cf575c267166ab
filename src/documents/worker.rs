//! The child process that reads one file: `pdf-worker survey INPUT FROM TO`,
//! `pdf-worker read INPUT OUTDIR FROM TO`, or binds the pages of several: `pdf-worker bind FOLDER`; each
//! followed by MEMORY (bytes) and CPU (seconds) or nothing, and a reading by `--ocr TESSERACT` or nothing.
//! Such a reading starts `pdf-worker recognise` (see there) itself.
//! `main` calls `worker_main` before anything else of the server; the sandbox starts it.

use std::ffi::OsString;
use std::io::Write;
use std::ops::RangeInclusive;
use std::process::ExitCode;

use super::binding::bind_folder;
use super::errand::{Errand, Task};
use super::fault::FaultCode;
use super::ocr;
use super::page::{MOST_PAGES, WorkerLine};
use super::reader::{Output, Reader, caught};
use super::source::Source;

/// Deeply nested files need a deep stack; only what is touched costs memory.
const STACK: usize = 64 << 20;
/// The renderer's caches only grow: they are made anew after so many pages.
const PAGES_A_CACHE: usize = 200;

/// Runs the child. `arguments` are those after `pdf-worker`. Prints one JSON line for each thing it
/// has to say; exits with 0 after `done`, 3 after `failed`, 2 when it was called wrongly.
pub fn worker_main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.peekable();
    if arguments.next_if(|task| task == "recognise").is_some() {
        return ocr::become_recogniser(arguments);
    }
    let Some(errand) = Errand::parse(arguments) else {
        return ExitCode::from(2);
    };
    if errand.limit().is_err() {
        return ExitCode::from(2);
    }
    // A panic is caught page by page and told on a line; its text may quote the file.
    std::panic::set_hook(Box::new(|_| {}));
    // Before there is a second thread, which inherits the fence.
    let outcome = errand.shut_in().and_then(|()| run_on_deep_stack(errand));
    match outcome.map_err(failed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ok(())) => ExitCode::from(3),
        Err(Err(_)) => ExitCode::from(4),
    }
}

fn run_on_deep_stack(errand: Errand) -> Result<(), FaultCode> {
    let thread = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || run(&errand));
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) | Err(_) => Err(FaultCode::ReaderCrashed),
    }
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

fn run(errand: &Errand) -> Result<(), FaultCode> {
    // Only now, for this thread itself counted.
    errand
        .forbid_processes()
        .map_err(|_| FaultCode::ReaderCrashed)?;
    if matches!(errand.task, Task::Bind) {
        caught(|| bind_folder(&errand.input))??;
        return say(&WorkerLine::Done {});
    }
    let source = Source::open(&errand.input)?;
    let page_count = source.page_count()?;
    let page_count = u32::try_from(page_count).map_err(|_| FaultCode::TooManyPages)?;
    match page_count {
        0 => return Err(FaultCode::NoPages),
        count if count > MOST_PAGES => return Err(FaultCode::TooManyPages),
        _ => {}
    }
    say(&WorkerLine::Opened { page_count })?;
    let (pages, output) = match &errand.task {
        Task::Read { out, pages, ocr } => {
            let output = Output {
                folder: out,
                names: source.names(),
                ocr: ocr.as_deref(),
            };
            (pages.clone(), Some(output))
        }
        Task::Survey { pages } => (*pages.start()..=page_count.min(*pages.end()), None),
        Task::Bind => return Ok(()),
    };
    if *pages.start() < 1 || pages.is_empty() || *pages.end() > page_count {
        return Err(FaultCode::NoSuchPage);
    }
    read_pages(&source, pages, output.as_ref())?;
    say(&WorkerLine::Done {})
}

fn read_pages(
    source: &Source,
    pages: RangeInclusive<u32>,
    output: Option<&Output<'_>>,
) -> Result<(), FaultCode> {
    let numbers: Vec<u32> = pages.collect();
    for some in numbers.chunks(PAGES_A_CACHE) {
        let mut reader = Reader::new(source, output);
        for &page_number in some {
            say(&WorkerLine::PageStarted { page_number })?;
            match reader.page(page_number) {
                Ok(reading) => say(&WorkerLine::Page(Box::new(reading)))?,
                Err(FaultCode::OutputUnwritable) => return Err(FaultCode::OutputUnwritable),
                Err(code) => {
                    say(&WorkerLine::PageFailed {
                        page_number,
                        code,
                        message: code.sentence().to_owned(),
                    })?;
                    // What a panic left in the caches is not to be trusted.
                    reader = Reader::new(source, output);
                }
            }
        }
    }
    Ok(())
}
