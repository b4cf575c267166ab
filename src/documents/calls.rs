//! The system calls that the fence takes away, by seccomp: what a reader of pages never needs, and
//! what Landlock, which knows files and TCP, would let through.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

use super::fence::FenceError;

/// Ways out that no errand needs.
const NEVER: [i64; 45] = [
    // Talking to others, also past these very rules.
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_mq_open,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_shmget,
    libc::SYS_shmat,
    // Reaching into other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_kcmp,
    // Large and often broken doors of the kernel.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    // Another view of the machine's files.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_chroot,
    libc::SYS_pivot_root,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_mount_setattr,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_open_by_handle_at,
];

/// What only a reader that starts a program needs: to start it, and to end it.
const PROGRAMS: [i64; 3] = [libc::SYS_execve, libc::SYS_execveat, libc::SYS_kill];

/// What makes more processes or threads, lets one leave its parent, or ends others.
const PROCESSES: [i64; 5] = [
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_setsid,
    libc::SYS_setpgid,
    libc::SYS_kill,
];

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// For a reader.
pub(super) fn of_reader(may_start_program: bool) -> Result<BpfProgram, FenceError> {
    let programs = PROGRAMS.into_iter().filter(|_| !may_start_program);
    let mut rules: Rules = NEVER.into_iter().chain(programs).map(always).collect();
    // `abort` sends its signal by this call; only to the process itself. (A recogniser, which has the
    // rules of its reader, dies by the trap that follows in `abort`.)
    let own = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, unless(own)?);
    // Its elder, which names threads of anyone; musl's `abort` has no other.
    if cfg!(not(target_env = "musl")) {
        rules.extend([always(libc::SYS_tkill)]);
    }
    // Limits of its own, which are process 0, but of nobody else.
    rules.insert(libc::SYS_prlimit64, unless(0)?);
    refuse(rules)
}

/// For a program that a reader starts; beside the reader's, which it has inherited.
pub(super) fn of_recogniser() -> Result<BpfProgram, FenceError> {
    let mut rules: Rules = PROCESSES.into_iter().map(always).collect();
    // Younger processors have only `clone`.
    #[cfg(target_arch = "x86_64")]
    rules.extend([always(libc::SYS_fork), always(libc::SYS_vfork)]);
    refuse(rules)
}

fn always(call: i64) -> (i64, Vec<SeccompRule>) {
    (call, Vec::new())
}

/// Where the first argument, the number of a process, is another.
fn unless(process: u64) -> Result<Vec<SeccompRule>, FenceError> {
    let (size, is_other) = (SeccompCmpArgLen::Dword, SeccompCmpOp::Ne);
    let other = SeccompCondition::new(0, size, is_other, process)?;
    Ok(vec![SeccompRule::new(vec![other])?])
}

fn refuse(rules: Rules) -> Result<BpfProgram, FenceError> {
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EPERM.unsigned_abs()),
        std::env::consts::ARCH.try_into()?,
    )?;
    Ok(filter.try_into()?)
}

#[cfg(test)]
pub(super) fn refused_to_all() -> impl Iterator<Item = i64> {
    NEVER.into_iter().chain([libc::SYS_tkill])
}
