//! `plangrep read`: files without a server.

use std::path::Path;
use std::process::Output;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::command_line::{Place, text};
use crate::recognising::{is_gone, sketch, stand_in, until};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/fixtures");

fn fixture(name: &str) -> String {
    format!("{FIXTURES}/{name}")
}

fn json(said: &Output) -> Value {
    serde_json::from_slice(&said.stdout).unwrap()
}

#[test]
fn files_are_read_without_a_server() {
    let place = Place::new();
    let (plans, book) = (fixture("two-sheets.pdf"), fixture("specification.pdf"));
    let out = place.folder.path().join("out");
    let said = place.run(&["read", &plans, &book], "");
    assert!(said.status.success(), "{}", text(&said.stderr));
    let summary = text(&said.stdout);
    for part in [
        "two-sheets.pdf: plans, 2 pages",
        "A101 FIRST FLOOR PLAN",
        "specification.pdf: specifications, 3 pages",
        "03 30 00 CAST-IN-PLACE CONCRETE",
    ] {
        assert!(summary.contains(part), "{part} is missing in {summary}");
    }

    let words = ["read", &plans, "--json", "--pages", "2", "--out"];
    let mut words = words.to_vec();
    words.push(out.to_str().unwrap());
    let said = place.run(&words, "");
    assert!(said.status.success(), "{}", text(&said.stderr));
    let report: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    let sheets = report["files"][0]["sheets"].as_array().unwrap();
    assert_eq!((sheets.len(), &sheets[0]["pageNumber"]), (1, &2.into()));
    assert_eq!(sheets[0]["sheetNumber"], "A102");
    assert_eq!(sheets[0]["extract"]["fileName"], "p0002.x01.json");
    let written = std::fs::read(out.join("result.json")).unwrap();
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&written).unwrap(),
        report
    );
    for name in ["p0002.webp", "p0002.txt", "p0002.json", "p0002.x01.json"] {
        assert!(out.join("two-sheets.pdf").join(name).exists(), "{name}");
    }
}

#[test]
fn everything_that_was_read_stands_in_the_json() {
    let place = Place::new();
    let said = place.run(&["read", &fixture("specification.pdf"), "--json"], "");
    let section = &json(&said)["files"][0]["specifications"][0];
    assert_eq!(section["sectionNumber"], "03 30 00");
    let articles = section["parts"][0]["articles"].as_array().unwrap();
    assert_eq!(articles[0]["title"], "SUMMARY", "{section}");
    assert!(!articles[0]["paragraphs"].as_array().unwrap().is_empty());
    assert!(!section["submittals"].as_array().unwrap().is_empty());
    assert!(!section["standards"].as_array().unwrap().is_empty());
}

#[test]
fn a_file_that_cannot_be_read_is_told_and_the_others_are_read() {
    let place = Place::new();
    let (plans, password) = (fixture("two-sheets.pdf"), fixture("password.pdf"));
    let said = place.run(
        &["read", &password, "/nowhere.pdf", "/dev/null", "/", &plans],
        "",
    );
    assert_eq!(said.status.code(), Some(1));
    let summary = text(&said.stdout);
    for part in [
        "error: password.pdf: The PDF asks for a password.",
        "error: nowhere.pdf: /nowhere.pdf does not exist",
        "error: null: /dev/null is not a file",
        "error: /: / is not a file",
        "A102 SECOND FLOOR PLAN",
    ] {
        assert!(summary.contains(part), "{part} is missing in {summary}");
    }
    let said = place.run(&["read", &plans, "--pages", "3-3"], "");
    assert_eq!(said.status.code(), Some(1));
    let summary = text(&said.stdout);
    assert!(
        summary.contains("error: two-sheets.pdf: The file has 2 pages"),
        "{summary}"
    );
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told_before_anything_is_read() {
    let place = Place::new();
    let file = place.folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let said = place.run(
        &["read", "/nowhere.pdf", "--out", file.to_str().unwrap()],
        "",
    );
    assert_eq!(said.status.code(), Some(1));
    assert!(said.stdout.is_empty(), "nothing was read");
    assert!(
        text(&said.stderr).contains("--out: "),
        "{}",
        text(&said.stderr)
    );
}

#[test]
fn files_of_one_name_and_one_named_as_the_report_lie_apart() {
    let place = Place::new();
    let (one, other) = (
        place.folder.path().join("one"),
        place.folder.path().join("other"),
    );
    let out = place.folder.path().join("out");
    let names = ["result.json".to_owned(), "a".repeat(255)];
    let mut words = vec!["read".to_owned(), "--pages".to_owned(), "1".to_owned()];
    for folder in [&one, &other] {
        std::fs::create_dir(folder).unwrap();
        for name in &names {
            std::fs::copy(fixture("two-sheets.pdf"), folder.join(name)).unwrap();
            words.push(folder.join(name).to_str().unwrap().to_owned());
        }
    }
    words.extend(["--out".to_owned(), out.to_str().unwrap().to_owned()]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let said = place.run(&words, "");
    assert!(said.status.success(), "{}", text(&said.stderr));
    let report: Value =
        serde_json::from_slice(&std::fs::read(out.join("result.json")).unwrap()).unwrap();
    for file in report["files"].as_array().unwrap() {
        let folder = file["folder"].as_str().unwrap();
        assert!(out.join(folder).join("p0001.webp").exists(), "{folder}");
    }
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 5);
}

#[test]
fn a_wrong_recogniser_is_told_as_the_server_tells_it_and_an_empty_one_is_none() {
    let place = Place::new();
    let plans = fixture("two-sheets.pdf");
    let run = |ocr: &str| {
        let mut command = place.command(&["read", &plans]);
        command.env("PLANGREP_OCR", ocr).output().unwrap()
    };
    assert!(run("").status.success());
    let said = run("/nowhere/tesseract");
    assert_eq!(said.status.code(), Some(1));
    let error = text(&said.stderr);
    assert!(
        error.starts_with("plangrep: PLANGREP_OCR: must be the path"),
        "{error}"
    );
    assert!(said.stdout.is_empty());
}

/// A file of one page without text, and a reading of it with `script` as tesseract.
fn read_sketch(place: &Place, script: &str) -> std::process::Command {
    let sketched = place.folder.path().join("sketch.pdf");
    std::fs::write(&sketched, sketch()).unwrap();
    let scratch = place.folder.path().join("scratch");
    std::fs::create_dir_all(&scratch).unwrap();
    let mut command = place.command(&["read", sketched.to_str().unwrap()]);
    command
        .env("PLANGREP_OCR", stand_in(place.folder.path(), script))
        .env("TMPDIR", scratch);
    command
}

#[test]
fn a_page_that_could_not_be_recognised_is_told_with_the_way_out_where_there_is_one() {
    let place = Place::new();
    let said = read_sketch(&place, "exit 1").output().unwrap();
    assert!(said.status.success());
    let summary = text(&said.stdout);
    assert!(
        summary.contains("recognising it failed") && !summary.contains("install"),
        "{summary}"
    );
    let without = read_sketch(&place, "")
        .env_remove("PLANGREP_OCR")
        .output()
        .unwrap();
    assert!(text(&without.stdout).contains("install tesseract"));
}

/// What the one script writes into the scratch folder; empty before.
fn process_in(scratch: &Path) -> String {
    let folders = std::fs::read_dir(scratch).unwrap().flatten();
    let files = folders.map(|folder| folder.path().join("0/process"));
    let texts = files.filter_map(|file| std::fs::read_to_string(file).ok());
    texts.collect::<String>().trim_end().to_owned()
}

/// Whether a program started from here takes no notice of the signal, as behind `nohup`.
fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = u64::from_str_radix(mask.unwrap().trim(), 16).unwrap();
    mask & (1 << (signal.as_raw() - 1)) != 0
}

#[test]
fn a_reading_that_is_ended_by_a_signal_leaves_nothing_behind() {
    let signals = [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)];
    for (signal, code) in signals
        .into_iter()
        .filter(|(signal, _)| !is_ignored(*signal))
    {
        let place = Place::new();
        let scratch = place.folder.path().join("scratch");
        let hang = "echo $$ > process; exec /bin/sleep 7531";
        let mut reading = read_sketch(&place, hang).spawn().unwrap();
        let mut process = String::new();
        until(|| {
            process = process_in(&scratch);
            !process.is_empty()
        });
        let id = i32::try_from(reading.id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
        assert_eq!(reading.wait().unwrap().code(), Some(code));
        assert_eq!(std::fs::read_dir(&scratch).unwrap().count(), 0);
        until(|| is_gone(&process));
    }
}

#[test]
fn the_help_shows_what_matters_without_a_server() {
    let said = Place::new().run(&["read", "--help"], "");
    let help = text(&said.stdout);
    for part in ["PDF, PNG, JPEG or TIFF", "--ocr", "--pages", "--out"] {
        assert!(help.contains(part), "{part} is missing in {help}");
    }
    for part in ["--bind", "--smtp-url", "--secret"] {
        assert!(!help.contains(part), "{part} stands in {help}");
    }
    assert!(text(&Place::new().run(&["serve", "--help"], "").stdout).contains("--bind"));
}
