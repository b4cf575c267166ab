//! The fence around a child that reads hostile bytes: no file but its own, no network, no other
//! program. By Landlock, as far as the kernel has it, and seccomp; the worker puts it up first of all.

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr,
};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

/// The rights that are taken away; an older kernel takes what it knows.
const RIGHTS: ABI = ABI::V5;
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
/// that is in it), only into the folder `out` can be written. With `program`, that can be started,
/// and sees what programs need beside.
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
        .create()?;
    fence = allow(fence, input, read)?;
    if let Some(out) = out {
        fence = allow(fence, out, write)?;
    }
    if let Some(program) = program {
        fence = allow(fence, program, run)?;
        fence = allow(fence, Path::new("/dev/null"), write)?;
        for place in PROGRAMS.map(Path::new) {
            if place.exists() {
                fence = allow(fence, place, run)?;
            }
        }
    }
    fence.restrict_self()?;
    seccompiler::apply_filter(&calls(program.is_some())?)?;
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

/// Landlock knows TCP only, and files that are open already: no sockets at all, and no program with
/// rights of its own.
fn calls(may_start_program: bool) -> Result<BpfProgram, FenceError> {
    let sockets = [libc::SYS_socket, libc::SYS_socketpair, libc::SYS_ptrace];
    let programs = [libc::SYS_execve, libc::SYS_execveat];
    let refused = sockets
        .into_iter()
        .chain(programs.into_iter().filter(|_| !may_start_program));
    let filter = SeccompFilter::new(
        refused.map(|call| (call, Vec::new())).collect(),
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EPERM.unsigned_abs()),
        std::env::consts::ARCH.try_into()?,
    )?;
    Ok(filter.try_into()?)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;
    use std::net::{TcpListener, UdpSocket};
    use std::os::unix::fs::symlink;
    use std::process::Command;
    use std::thread;

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
        })
        .join()
        .unwrap();
    }
}
