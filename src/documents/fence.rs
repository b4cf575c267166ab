//! The fence around a child that reads hostile bytes: no file but its own, no network, no other
//! program, no other process. By Landlock, as far as the kernel has it, and seccomp; the worker puts
//! it up before it starts a thread.

use std::path::Path;

use super::calls;
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, Scope,
};

/// The rights that are taken away; an older kernel takes what it knows.
const RIGHTS: ABI = ABI::V6;
/// This very program, which stands between a reader and the program that it starts.
const SELF: &str = "/proc/self/exe";
/// Where a program that is started finds its libraries and its data.
const PROGRAMS: [&str; 5] = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache"];

#[derive(Debug, thiserror::Error)]
pub(super) enum FenceError {
    #[error("Landlock: {0}")]
    Rules(#[from] landlock::RulesetError),
    #[error("Landlock: {0}")]
    Path(#[from] landlock::PathFdError),
    #[error("seccomp: {0}")]
    Calls(#[from] seccompiler::Error),
    #[error("seccomp: {0}")]
    Filter(#[from] seccompiler::BackendError),
}

/// For this thread and those that it starts: only `input` can be read (a file, or a folder with all
/// that is in it), only into the folder `out` can be written. With `program`, that can be started by
/// way of this one, and sees what programs need beside.
pub(super) fn shut(
    input: &Path,
    out: Option<&Path>,
    program: Option<&Path>,
) -> Result<(), FenceError> {
    let run = AccessFs::from_read(RIGHTS);
    let read = run & !AccessFs::Execute;
    // Files and nothing else: the server would follow a link to what the child cannot read itself,
    // and wait for ever at a pipe.
    let write = AccessFs::ReadFile
        | AccessFs::ReadDir
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::RemoveFile;
    let mut fence = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(RIGHTS))?
        .handle_access(AccessNet::from_all(RIGHTS))?
        // No signals to processes outside, and no sockets without a path.
        .scope(Scope::from_all(RIGHTS))?
        .create()?;
    fence = allow(fence, input, read)?;
    if let Some(out) = out {
        fence = allow(fence, out, write)?;
    }
    if let Some(program) = program {
        fence = allow(fence, program, run)?;
        fence = allow(fence, Path::new(SELF), run)?;
        fence = allow(fence, Path::new("/dev/null"), write)?;
        for place in PROGRAMS.map(Path::new) {
            if place.exists() {
                fence = allow(fence, place, run)?;
            }
        }
    }
    fence.restrict_self()?;
    seccompiler::apply_filter(&calls::of_reader(program.is_some())?)?;
    Ok(())
}

fn allow(
    fence: RulesetCreated,
    path: &Path,
    rights: BitFlags<AccessFs>,
) -> Result<RulesetCreated, FenceError> {
    let rights = match path.is_dir() {
        true => rights,
        false => rights & AccessFs::from_file(RIGHTS),
    };
    Ok(fence.add_rule(PathBeneath::new(PathFd::new(path)?, rights))?)
}

/// For this thread: no further process or thread, and no way to leave its parent. It holds for the
/// superuser too, whom no limit on processes binds.
pub(super) fn forbid_processes() -> Result<(), FenceError> {
    Ok(seccompiler::apply_filter(&calls::of_recogniser()?)?)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;
    use std::net::{TcpListener, UdpSocket};
    use std::os::unix::fs::symlink;
    use std::process::Command;
    use std::thread;

    use rustix::io::Errno;
    use rustix::process::{Resource, getrlimit, prlimit, setrlimit};

    use super::*;

    #[test]
    fn only_its_own_files_are_left_and_no_network_and_no_program() {
        let home = tempfile::tempdir().unwrap();
        let (input, out) = (home.path().join("in.pdf"), home.path().join("out"));
        fs::write(&input, "bytes").unwrap();
        fs::write(home.path().join("secret.key"), "secret").unwrap();
        fs::create_dir(&out).unwrap();
        let place = home.path().to_owned();
        // The fence holds for the thread that puts it up.
        thread::spawn(move || {
            shut(&input, Some(&out), None).unwrap();
            assert_eq!(fs::read(&input).unwrap(), b"bytes");
            fs::write(out.join("a.part"), "a").unwrap();
            fs::rename(out.join("a.part"), out.join("a")).unwrap();
            let denied = |error: std::io::Error| error.kind() == ErrorKind::PermissionDenied;
            assert!(denied(fs::read(place.join("secret.key")).unwrap_err()));
            assert!(denied(fs::write(&input, "other").unwrap_err()));
            assert!(denied(fs::write(place.join("new"), "x").unwrap_err()));
            let link = out.join("link");
            let key = place.join("secret.key");
            assert!(denied(symlink(&key, &link).unwrap_err()));
            assert!(fs::hard_link(&key, &link).is_err());
            assert!(denied(fs::read_dir("/etc").map(|_| ()).unwrap_err()));
            assert!(denied(UdpSocket::bind("127.0.0.1:0").unwrap_err()));
            assert!(denied(TcpListener::bind("127.0.0.1:0").unwrap_err()));
            assert!(denied(Command::new("/bin/true").status().unwrap_err()));
            let parent = rustix::process::getppid();
            let signal = rustix::process::test_kill_process(parent.unwrap());
            assert_eq!(signal, Err(Errno::PERM));
            let limit = getrlimit(Resource::Core);
            assert_eq!(prlimit(parent, Resource::Core, limit), Err(Errno::PERM));
            assert_eq!(setrlimit(Resource::Core, limit), Ok(()), "its own");
            // A thread that it starts stands behind the fence too.
            let inner = thread::spawn(move || denied(fs::read(key).unwrap_err()));
            assert!(inner.join().unwrap());
        })
        .join()
        .unwrap();
    }

    /// Perl can make a system call by its number, with zeroes for arguments.
    const CALLS: &str =
        r#"for (@ARGV) { $! = 0; syscall($_, 0, 0, 0, 0, 0, 0); print "$_ " if $! != 1 }"#;

    #[test]
    #[ignore = "needs perl"]
    fn calls_that_lead_past_the_fence_are_refused_to_the_programs_behind_it() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().to_owned();
        let calls: Vec<i64> = calls::refused_to_all().collect();
        for call in [libc::SYS_io_uring_setup, libc::SYS_bpf, libc::SYS_mount] {
            assert!(calls.contains(&call));
        }
        let perl = Path::new("/usr/bin/perl");
        let run = move |calls: &[i64]| {
            let words = calls.iter().map(i64::to_string);
            let said = Command::new(perl).args(["-e", CALLS]).args(words).output();
            String::from_utf8(said.unwrap().stdout).unwrap()
        };
        thread::spawn(move || {
            shut(&place, None, Some(perl)).unwrap();
            assert_eq!(run(&calls), "");
            assert_eq!(run(&[libc::SYS_getpid]), format!("{} ", libc::SYS_getpid));
        })
        .join()
        .unwrap();
    }

    #[test]
    fn a_recogniser_starts_nothing() {
        thread::spawn(|| {
            forbid_processes().unwrap();
            assert!(Command::new("/bin/true").status().is_err());
            assert!(thread::Builder::new().spawn(|| ()).is_err());
            assert_eq!(rustix::process::setsid(), Err(Errno::PERM));
        })
        .join()
        .unwrap();
    }
}
