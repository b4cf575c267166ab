//! What the child process is sent to do: its arguments, and the limits it sets itself.

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::fault::FaultCode;
use super::fence;

const DEFAULT_MEMORY: u64 = 2 << 30;
const DEFAULT_CPU_SECONDS: u64 = 600;
const LARGEST_OUTPUT: u64 = 512 << 20;
const OPEN_FILES: u64 = 16;

pub(super) enum Task {
    /// Those of the file that are among these pages.
    Survey {
        pages: RangeInclusive<u32>,
    },
    Read {
        out: PathBuf,
        pages: RangeInclusive<u32>,
        /// The executable of tesseract, where text may be recognised.
        ocr: Option<PathBuf>,
    },
    Bind,
}

pub(super) struct Errand {
    pub input: PathBuf,
    pub task: Task,
    /// Address space, in bytes.
    memory: u64,
    cpu_seconds: u64,
}

impl Errand {
    /// From the arguments after `pdf-worker`; none when they make no sense.
    pub fn parse(arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let words: Vec<OsString> = arguments.collect();
        let words: Vec<&OsString> = words.iter().collect();
        let number = |word: &OsString| word.to_str()?.parse::<u64>().ok();
        let page = |word: &OsString| word.to_str()?.parse::<u32>().ok();
        let (words, ocr) = match words.as_slice() {
            [words @ .., option, path] if *option == "--ocr" => (words, Some(PathBuf::from(path))),
            words => (words, None),
        };
        let (input, task, rest) = match words {
            [task, input, out, from, to, rest @ ..] if *task == "read" => {
                let pages = page(from)?..=page(to)?;
                let out = PathBuf::from(out);
                (input, Task::Read { out, pages, ocr }, rest)
            }
            _ if ocr.is_some() => return None,
            [task, input, from, to, rest @ ..] if *task == "survey" => {
                let pages = page(from)?..=page(to)?;
                (input, Task::Survey { pages }, rest)
            }
            [task, folder, rest @ ..] if *task == "bind" => (folder, Task::Bind, rest),
            _ => return None,
        };
        let (memory, cpu_seconds) = match rest {
            [] => (DEFAULT_MEMORY, DEFAULT_CPU_SECONDS),
            [memory, cpu] => (number(memory)?, number(cpu)?),
            _ => return None,
        };
        Some(Self {
            input: PathBuf::from(input),
            task,
            memory,
            cpu_seconds,
        })
    }

    /// Limits this process before it looks at anything.
    pub fn limit(&self) -> rustix::io::Result<()> {
        // A server that is killed takes its readers with it.
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
        lower(Resource::Core, 0)?;
        lower(Resource::As, self.memory)?;
        lower(Resource::Cpu, self.cpu_seconds.max(1))?;
        lower(Resource::Fsize, LARGEST_OUTPUT)?;
        lower(Resource::Nofile, OPEN_FILES)
    }

    /// Leaves this process nothing but its own files. For its only thread: those that it starts
    /// afterwards stand behind the same fence.
    pub fn shut_in(&self) -> Result<(), FaultCode> {
        let (out, program) = match &self.task {
            Task::Survey { .. } => (None, None),
            Task::Read { out, ocr, .. } => (Some(out), ocr.as_deref()),
            Task::Bind => (Some(&self.input), None),
        };
        if !self.input.exists() {
            return Err(FaultCode::InputUnreadable);
        }
        if out.is_some_and(|out| !out.is_dir()) {
            return Err(FaultCode::OutputUnwritable);
        }
        fence::shut(&self.input, out.map(PathBuf::as_path), program).map_err(|error| {
            // The server logs what a child complains of.
            eprintln!("{error}");
            FaultCode::ReaderCrashed
        })
    }

    /// Forbids further processes and threads, but to one that has to start tesseract: the recogniser
    /// gets this limit itself. It binds where the server is not root. From the last thread only, for
    /// it counts those that are there.
    pub fn forbid_processes(&self) -> rustix::io::Result<()> {
        match self.task {
            Task::Read { ocr: Some(_), .. } => Ok(()),
            _ => lower(Resource::Nproc, 0),
        }
    }
}

/// Brings a limit down to `most`, for good. One that is lower already stays as it is: only the
/// superuser may raise it.
pub(super) fn lower(resource: Resource, most: u64) -> rustix::io::Result<()> {
    let present = getrlimit(resource).maximum;
    let at_most = |most: u64| Some(present.map_or(most, |present| present.min(most)));
    // Where both are the same the kernel kills at once, and nobody can tell why.
    let grace = u64::from(resource == Resource::Cpu);
    setrlimit(
        resource,
        Rlimit {
            current: at_most(most),
            maximum: at_most(most.saturating_add(grace)),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Option<Errand> {
        Errand::parse(words.split(' ').map(OsString::from))
    }

    #[test]
    fn errands_are_understood_with_and_without_limits() {
        let errand = parse("read in.pdf out 2 5 1000 7").unwrap();
        assert_eq!((errand.memory, errand.cpu_seconds), (1_000, 7));
        let Task::Read { out, pages, ocr } = errand.task else {
            panic!();
        };
        assert_eq!((out, pages, ocr), (PathBuf::from("out"), 2..=5, None));
        let errand = parse("survey in.pdf 3 9").unwrap();
        assert_eq!(errand.memory, DEFAULT_MEMORY);
        let Task::Survey { pages } = errand.task else {
            panic!();
        };
        assert_eq!(pages, 3..=9);
        assert!(matches!(parse("bind folder 1 2").unwrap().task, Task::Bind));
    }

    #[test]
    fn text_is_recognised_only_where_the_executable_is_named() {
        let errand = parse("read in.pdf out 2 5 1000 7 --ocr /usr/bin/tesseract").unwrap();
        let Task::Read { ocr, .. } = errand.task else {
            panic!();
        };
        assert_eq!(ocr, Some(PathBuf::from("/usr/bin/tesseract")));
        assert!(parse("survey in.pdf 3 9 --ocr /usr/bin/tesseract").is_none());
    }

    #[test]
    fn nonsense_is_refused() {
        for words in [
            "",
            "read",
            "read in out 1",
            "read in out x 2",
            "survey in 1",
            "survey in 1 2 3",
            "burn in 1",
        ] {
            assert!(parse(words).is_none(), "{words}");
        }
    }
}
