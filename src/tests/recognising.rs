//! Programs that stand in for tesseract, over the real binary: what becomes of them, and what they
//! may not do.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::program;
use crate::pdf_maker;

/// A reader at a page that has to be recognised, with a script for bash in tesseract's place: it may
/// only use what is built into bash, and `exec`.
struct Scene {
    folder: tempfile::TempDir,
    reader: Child,
}

impl Scene {
    fn begin(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (input, out) = (folder.path().join("a.pdf"), folder.path().join("out"));
        std::fs::write(&input, sketch()).unwrap();
        std::fs::create_dir(&out).unwrap();
        let mut limited = Command::new("/bin/bash");
        limited
            .args(["-c", "ulimit -t 50; exec \"$@\"", "limited"])
            .arg(program())
            .args(["pdf-worker", "read"])
            .args([&input, &out])
            .args(["1", "1", "2000000000", "60", "--ocr"])
            .arg(stand_in(folder.path(), script))
            .stdout(Stdio::null());
        Self {
            reader: limited.spawn().unwrap(),
            folder,
        }
    }

    /// What the script writes into a file, once it has written a line.
    fn line_in(&self, name: &str) -> String {
        let path = self.folder.path().join("out").join(name);
        let mut found = String::new();
        until(|| {
            found = std::fs::read_to_string(&path).unwrap_or_default();
            found.ends_with('\n')
        });
        found.trim_end().to_owned()
    }

    fn end(&mut self) -> bool {
        self.reader.wait().unwrap().success()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.reader.kill());
        drop(self.reader.wait());
    }
}

pub fn until(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "it never came to that");
        std::thread::yield_now();
    }
}

/// Strokes without a letter, which may be letters drawn by hand.
pub fn sketch() -> Vec<u8> {
    let strokes = (0..80).map(|row| {
        let y = f64::from(row) * 5.0 + 100.0;
        pdf_maker::line(100.0, y, 300.0, y)
    });
    let page = pdf_maker::PageSource {
        width: 612,
        height: 792,
        content: strokes.collect(),
    };
    pdf_maker::pdf(&[page], &[])
}

pub fn stand_in(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("stand-in");
    std::fs::write(&path, format!("#!/bin/bash\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    path
}

/// Also when nobody has asked how it ended.
pub fn is_gone(process: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"));
    status.map_or(true, |text| text.contains("State:\tZ"))
}

#[test]
fn a_recogniser_that_hangs_dies_with_a_reader_that_is_killed() {
    let mut scene = Scene::begin("echo $$ > process; exec /bin/sleep 7531");
    let process = scene.line_in("process");
    assert!(!is_gone(&process));
    scene.reader.kill().unwrap();
    assert!(!scene.end());
    until(|| is_gone(&process));
}

#[test]
fn a_recogniser_starts_no_process_and_never_gets_more_than_its_reader() {
    let mut scene = Scene::begin(
        "ulimit -t > seconds; ulimit -u > processes\n\
         echo begun > begun\n\
         (echo forked > forked)",
    );
    assert!(scene.end(), "the page is read without");
    assert_eq!(scene.line_in("begun"), "begun");
    assert!(!scene.folder.path().join("out/forked").exists());
    assert_eq!(scene.line_in("processes"), "0");
    assert_eq!(
        scene.line_in("seconds"),
        "50",
        "lower than what it would get"
    );
}
