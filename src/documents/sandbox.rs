//! The parent's side: starts the child process for one file, checks every line it says, and ends it
//! when it is slow, large or dishonest. The job runner calls it.

use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::fault::FaultCode;
use super::ocr;
use super::page::WorkerLine;
use super::script::{Event, Script};

/// What one child may use.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Address space, in bytes.
    pub memory: u64,
    /// Time of a processor for any file,
    pub base_time: Duration,
    /// more for each page,
    pub time_per_page: Duration,
    /// but never more than this.
    pub longest_time: Duration,
    /// The longest silence on the wall clock.
    pub page_time: Duration,
}

/// How much longer than its time of a processor a child may take on the wall clock: a machine that
/// is busy must not make pages fail.
const PATIENCE: u32 = 4;

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 2 << 30,
            base_time: Duration::from_secs(30),
            time_per_page: Duration::from_secs(10),
            longest_time: Duration::from_secs(600),
            page_time: Duration::from_secs(240),
        }
    }
}

impl Limits {
    /// Time of a processor.
    fn time_for(&self, pages: u32) -> Duration {
        let pages = self.time_per_page.saturating_mul(pages);
        self.base_time.saturating_add(pages).min(self.longest_time)
    }
}

/// The child could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("the page range is empty")]
    EmptyRange,
    #[error("the reader process could not be started: {0}")]
    Start(#[from] io::Error),
    #[error("the reader process has no output")]
    NoOutput,
}

/// All that a reader finds in its environment: how glibc is to hold memory (other C libraries take
/// no notice). A page's pixels come and go by the tens of megabytes, and giving them back to the
/// kernel each time costs up to half of the time a page takes: so memory comes in large pages, in
/// one arena (one thread reads), and what is freed is kept for the next page.
pub const READER_ENVIRONMENT: [(&str, &str); 1] = [(
    "GLIBC_TUNABLES",
    concat!(
        "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1:glibc.malloc.top_pad=16777216:",
        "glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=268435456"
    ),
)];

/// Starts readers. Cheap to clone; holds no process itself.
#[derive(Clone, Debug)]
pub struct Sandbox {
    executable: PathBuf,
    limits: Limits,
    ocr: Option<PathBuf>,
}

impl Sandbox {
    /// `executable` is the server's own file: it is started with `pdf-worker` as first argument.
    pub fn new(executable: PathBuf, limits: Limits) -> Self {
        Self {
            executable,
            limits,
            ocr: None,
        }
    }

    /// With the executable of tesseract, readings recognise the text of pages that are pictures.
    pub fn with_ocr(self, tesseract: Option<PathBuf>) -> Self {
        Self {
            ocr: tesseract,
            ..self
        }
    }

    /// Starts a look at pages without rendering: those of the file that are in `pages` (from 1, both
    /// ends included). Must be called inside a tokio runtime.
    pub fn survey(
        &self,
        input: &Path,
        pages: RangeInclusive<u32>,
    ) -> Result<Reading, SandboxError> {
        if pages.is_empty() || *pages.start() == 0 {
            return Err(SandboxError::EmptyRange);
        }
        let mut command = self.command("survey", input);
        command
            .arg(pages.start().to_string())
            .arg(pages.end().to_string());
        self.limit(&mut command, self.limits.longest_time);
        self.start(command, Script::of_survey(pages), 0)
    }

    /// Starts the reading of `pages` (from 1, both ends included) into the existing folder `out`.
    /// Must be called inside a tokio runtime.
    pub fn read(
        &self,
        input: &Path,
        out: &Path,
        pages: RangeInclusive<u32>,
    ) -> Result<Reading, SandboxError> {
        if pages.is_empty() || *pages.start() == 0 {
            return Err(SandboxError::EmptyRange);
        }
        let mut command = self.command("read", input);
        command
            .arg(out)
            .arg(pages.start().to_string())
            .arg(pages.end().to_string());
        let count = u32::try_from(pages.clone().count()).unwrap_or(u32::MAX);
        self.limit(&mut command, self.limits.time_for(count));
        if let Some(tesseract) = &self.ocr {
            command.arg("--ocr").arg(tesseract);
        }
        self.start(command, Script::of_reading(pages), count)
    }

    /// Starts the binding of the order in `folder`, which has `pages` pages. Must be called inside a
    /// tokio runtime.
    pub fn bind(&self, folder: &Path, pages: u32) -> Result<Reading, SandboxError> {
        let mut command = self.command("bind", folder);
        self.limit(&mut command, self.limits.time_for(pages));
        self.start(command, Script::of_binding(), pages)
    }

    fn command(&self, task: &str, input: &Path) -> Command {
        let mut command = Command::new(&self.executable);
        command
            .arg("pdf-worker")
            .arg(task)
            .arg(input)
            .env_clear()
            .envs(READER_ENVIRONMENT)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    fn limit(&self, command: &mut Command, time: Duration) {
        command
            .arg(self.limits.memory.to_string())
            .arg(time.as_secs().max(1).to_string());
    }

    fn start(
        &self,
        mut command: Command,
        script: Script,
        pages: u32,
    ) -> Result<Reading, SandboxError> {
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or(SandboxError::NoOutput)?;
        let stderr = child.stderr.take().ok_or(SandboxError::NoOutput)?;
        let now = Instant::now();
        // Recognising text takes its own time, page by page.
        let mut limits = self.limits.clone();
        let mut deadline = now + limits.time_for(pages) * PATIENCE;
        if self.ocr.is_some() {
            limits.page_time += ocr::PAGE_TIME;
            deadline += ocr::PAGE_TIME.saturating_mul(pages);
        }
        Ok(Reading {
            child,
            stdout,
            complaint: Some(tokio::spawn(first_bytes(stderr))),
            limits,
            started: now,
            deadline,
            last_line: now,
            buffer: Vec::new(),
            searched: 0,
            script,
            ending: None,
            is_over: false,
        })
    }
}

/// The longest line a child may write, in bytes.
const LONGEST_LINE: usize = 1 << 20;
/// How much of the child's error output is kept for the log, in bytes.
const LONGEST_COMPLAINT: usize = 4_096;

/// One child at work. Dropping it ends the child.
#[derive(Debug)]
pub struct Reading {
    child: Child,
    stdout: ChildStdout,
    complaint: Option<JoinHandle<String>>,
    limits: Limits,
    started: Instant,
    deadline: Instant,
    last_line: Instant,
    buffer: Vec<u8>,
    /// How far the buffer has been searched for the end of a line.
    searched: usize,
    script: Script,
    /// Why the child is being ended.
    ending: Option<FaultCode>,
    is_over: bool,
}

impl Reading {
    /// The page that the child is reading, or was reading when it ended. After a failure here the
    /// caller can go on with the page after it.
    pub fn page_under_way(&self) -> Option<u32> {
        self.script.page_under_way()
    }

    /// The next event; none after `Failed` or `Done`. Cancel-safe: nothing is lost when the future
    /// is dropped before it is ready.
    pub async fn next(&mut self) -> Option<Event> {
        if self.is_over {
            return None;
        }
        while self.ending.is_none() {
            match self.line().await {
                Ok(Some(line)) => match self.script.hear(line) {
                    Ok(Some(event)) => {
                        if let Event::Opened { page_count } = event
                            && self.script.is_survey()
                        {
                            self.deadline =
                                self.started + self.limits.time_for(page_count) * PATIENCE;
                        }
                        return Some(event);
                    }
                    Ok(None) => {}
                    Err(code) => self.ending = Some(code),
                },
                Ok(None) => break,
                Err(code) => self.ending = Some(code),
            }
        }
        let event = self.end().await;
        self.is_over = true;
        Some(event)
    }

    /// Ends the child and waits until it is gone.
    pub async fn stop(mut self) -> io::Result<()> {
        self.child.kill().await
    }

    /// The next line, or none at the end of the output.
    async fn line(&mut self) -> Result<Option<WorkerLine>, FaultCode> {
        loop {
            let unseen = self.buffer.get(self.searched..).unwrap_or_default();
            if let Some(at) = unseen.iter().position(|byte| *byte == b'\n') {
                let rest = self.buffer.split_off(self.searched + at + 1);
                let line = std::mem::replace(&mut self.buffer, rest);
                self.searched = 0;
                self.last_line = Instant::now();
                return serde_json::from_slice(&line)
                    .map(Some)
                    .map_err(|_| FaultCode::ReaderCrashed);
            }
            self.searched = self.buffer.len();
            if self.buffer.len() > LONGEST_LINE {
                return Err(FaultCode::ReaderCrashed);
            }
            let until = self.deadline.min(self.last_line + self.limits.page_time);
            match timeout_at(until, self.stdout.read_buf(&mut self.buffer)).await {
                Err(_) => return Err(FaultCode::OutOfTime),
                Ok(Err(_)) => return Err(FaultCode::ReaderCrashed),
                Ok(Ok(0)) if self.buffer.is_empty() => return Ok(None),
                // A line that was cut off: the child died while writing.
                Ok(Ok(0)) => {
                    self.buffer.clear();
                    self.searched = 0;
                    return Ok(None);
                }
                Ok(Ok(_)) => {}
            }
        }
    }

    /// Reaps the child and tells how it ended.
    async fn end(&mut self) -> Event {
        if self.ending.is_none() {
            // It has closed its output; it has to go now too.
            match timeout_at(self.deadline, self.child.wait()).await {
                Ok(Ok(status)) if status.success() && self.script.is_done() => {
                    return Event::Done;
                }
                Ok(Ok(status)) => {
                    let complaint = self.complaint().await;
                    self.ending = Some(cause_of(status, &complaint));
                    tracing::warn!(%status, complaint, "a PDF reader ended early");
                }
                Ok(Err(error)) => {
                    tracing::warn!(%error, "a PDF reader could not be waited for");
                    self.ending = Some(FaultCode::ReaderCrashed);
                }
                Err(_) => self.ending = Some(FaultCode::OutOfTime),
            }
        }
        // Killing one that is already reaped does nothing.
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "a PDF reader could not be ended");
        }
        Event::Failed(self.ending.unwrap_or(FaultCode::ReaderCrashed).into())
    }

    async fn complaint(&mut self) -> String {
        let Some(task) = &mut self.complaint else {
            return String::new();
        };
        let text = task.await.unwrap_or_default();
        self.complaint = None;
        text
    }
}

/// Keeps the first bytes of the error output and reads the rest away, so that the child never waits.
async fn first_bytes(mut stderr: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    let mut piece = [0; 1_024];
    while let Ok(count) = stderr.read(&mut piece).await {
        if count == 0 {
            break;
        }
        let room = LONGEST_COMPLAINT - kept.len();
        kept.extend(piece.iter().take(count.min(room)));
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// What a child died of that did not say so itself.
fn cause_of(status: ExitStatus, complaint: &str) -> FaultCode {
    use rustix::process::Signal;
    use std::os::unix::process::ExitStatusExt;

    let by = |signal: Signal| status.signal() == Some(signal.as_raw());
    if by(Signal::XCPU) {
        FaultCode::OutOfTime
    } else if by(Signal::XFSZ) {
        FaultCode::TooLarge
    } else if by(Signal::ABORT) && complaint.contains("memory allocation") {
        FaultCode::OutOfMemory
    } else {
        FaultCode::ReaderCrashed
    }
}
