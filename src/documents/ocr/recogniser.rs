//! `pdf-worker recognise READER PROGRAM ARGUMENTS…`: the errand that becomes tesseract. Between the
//! reader's fork and the program stands code of ours, for only the process itself can ask to end
//! with the reader that started it.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::{CommandExt, parent_id};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use rustix::process::{Resource, Signal, set_parent_process_death_signal};

use super::super::errand::lower;
use super::super::fence;
use super::RUN_TIME;

/// How the recogniser at `program` is started by a reader; its own arguments follow.
pub(in super::super) fn command_for(program: &Path) -> Vec<OsString> {
    vec![
        // Also after an upgrade has replaced the file: the running program is the one that is meant.
        "/proc/self/exe".into(),
        "pdf-worker".into(),
        "recognise".into(),
        std::process::id().to_string().into(),
        program.into(),
    ]
}

/// Becomes the program; the arguments are those after `recognise`. It comes back only when that
/// failed.
pub(in super::super) fn become_recogniser(
    mut arguments: impl Iterator<Item = OsString>,
) -> ExitCode {
    let reader = arguments
        .next()
        .and_then(|word| word.to_str()?.parse().ok());
    let (Some(reader), Some(program)) = (reader, arguments.next()) else {
        return ExitCode::from(2);
    };
    let error = match confine(reader) {
        Ok(()) => Command::new(program)
            .args(arguments)
            .stderr(Stdio::null())
            .exec(),
        Err(error) => error,
    };
    // The reader's complaints are logged when it ends early.
    eprintln!("the recogniser could not be started: {error}");
    ExitCode::from(4)
}

/// It starts nothing itself, and does not outlive the reader, whatever becomes of that.
fn confine(reader: u32) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // A reader that ended before this was asked for sends no signal any more.
    if parent_id() != reader {
        return Err(io::Error::other("its reader is gone"));
    }
    lower(Resource::Cpu, RUN_TIME.as_secs())?;
    lower(Resource::Nproc, 0)?;
    fence::forbid_processes().map_err(io::Error::other)
}
