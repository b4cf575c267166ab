//! One run of tesseract: a picture in, a table of words out. It inherits the limits and the fence of
//! the process that starts it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::super::picture::Picture;

/// A longer table is not read, in bytes.
const LONGEST_TABLE: u64 = 32 << 20;
/// How often it is looked whether a run has ended.
const STEP: Duration = Duration::from_millis(10);

/// How the text stands, as tesseract's page segmentation modes have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Mode 3: columns and paragraphs.
    Columns,
    /// Mode 11: words here and there.
    Sparse,
}

pub(super) struct Tesseract<'p> {
    /// The program, and the arguments before its own.
    pub command: &'p [OsString],
    /// Where files without a name are kept for the time of a run.
    pub folder: &'p Path,
}

impl Tesseract<'_> {
    /// The table; none when it could not be had in `time` on the wall clock.
    pub fn run(
        &self,
        picture: &Picture,
        dots: f64,
        layout: Layout,
        time: Duration,
    ) -> Option<String> {
        let mut table = tempfile::tempfile_in(self.folder).ok()?;
        let mode = match layout {
            Layout::Columns => "3",
            Layout::Sparse => "11",
        };
        let (program, first) = self.command.split_first()?;
        let mut command = Command::new(program);
        command
            .args(first)
            .args(["stdin", "stdout", "-l", "eng", "--psm", mode, "--dpi"])
            .arg(format!("{:.0}", dots.clamp(70.0, 2_400.0)))
            .args(["-c", "tessedit_create_tsv=1"])
            .env_clear()
            // One thread: the sheets of a job are read side by side.
            .env("OMP_THREAD_LIMIT", "1")
            .current_dir(self.folder)
            .stdin(self.picture_file(picture)?)
            .stdout(table.try_clone().ok()?);
        let child = command.spawn().ok()?;
        let is_done = wait(child, time);
        if !is_done {
            return None;
        }
        table.rewind().ok()?;
        let mut text = Vec::new();
        table.take(LONGEST_TABLE).read_to_end(&mut text).ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    /// A portable grey map, which needs no encoder.
    fn picture_file(&self, picture: &Picture) -> Option<File> {
        let mut file = tempfile::tempfile_in(self.folder).ok()?;
        let head = format!("P5\n{} {}\n255\n", picture.width, picture.height);
        file.write_all(head.as_bytes()).ok()?;
        file.write_all(picture.pixels()).ok()?;
        file.rewind().ok()?;
        Some(file)
    }
}

/// Whether the run ends well in time; it is gone in any case.
fn wait(mut child: Child, time: Duration) -> bool {
    let end = Instant::now() + time;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if Instant::now() < end => std::thread::sleep(STEP),
            Ok(None) | Err(_) => break,
        }
    }
    // Killing one that has just ended does nothing; waiting leaves nothing behind.
    if let Err(error) = child.kill().and_then(|()| child.wait()) {
        // The server logs what a child complains of.
        eprintln!("a recogniser could not be ended: {error}");
    }
    false
}
