//! The signals that ask the command to end.

use std::future::Future;
use std::io;
use std::pin::pin;

use futures_util::future::select_all;
use tokio::signal::unix::{SignalKind, signal};

/// The number of the first of SIGINT, SIGTERM and SIGHUP that comes. One that was ignored when the
/// program started, as `nohup` and shells have it, stays ignored.
pub(super) fn interruption() -> io::Result<impl Future<Output = u8>> {
    let ignored = ignored_signals();
    let mut signals = Vec::new();
    for (number, kind) in [
        (2_u8, SignalKind::interrupt()),
        (15, SignalKind::terminate()),
        (1, SignalKind::hangup()),
    ] {
        if ignored >> (number - 1) & 1 == 0 {
            signals.push((number, signal(kind)?));
        }
    }
    Ok(async move {
        let waiting = signals.iter_mut().map(|(number, signal)| {
            Box::pin(async move {
                signal.recv().await;
                *number
            })
        });
        let waiting: Vec<_> = waiting.collect();
        match waiting.is_empty() {
            true => std::future::pending().await,
            false => pin!(select_all(waiting)).await.0,
        }
    })
}

/// A bit for each, the lowest for signal 1 (`proc_pid_status(5)`); none where it cannot be told.
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
