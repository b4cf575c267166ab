//! `cargo bench --bench accuracy -- [FOLDER]`: reads files of which the truth is known, compares, and
//! prints precision and recall of everything the product answers, then what was wrong.
//!
//! FOLDER is searched for the PDF files that `src/benches/truth/` describes; the files themselves are not part of
//! the project. Books and drawing sets that this program makes itself are always judged. Options:
//! `--engine FILE` judges another build, `--only TEXT` only files whose name has it, `--keep DIR` leaves the
//! made files and all answers there, `--faults COUNT` prints more or fewer faults of a kind. Exits with 1 when a bar is missed.

mod doc_judge;
mod engine;
mod making;
mod section_judge;
mod sheet_judge;
mod table_judge;
mod tally;
mod truth;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use serde_json::Value;
use sha2::{Digest, Sha256};

use tally::{Figure, Place, Report, same};
use truth::Truth;

struct Options {
    folder: Option<PathBuf>,
    engine: PathBuf,
    only: String,
    keep: Option<PathBuf>,
    faults: usize,
}

fn main() -> anyhow::Result<ExitCode> {
    let options = options()?;
    let scratch = tempfile::tempdir()?;
    let folder = options.keep.as_deref().unwrap_or(scratch.path());
    std::fs::create_dir_all(folder)?;
    let mut groups: Vec<(&str, Report)> = Vec::new();
    let mut real = Report::default();
    if let Some(corpus) = &options.folder {
        for truth in known_files()? {
            if !truth.file.contains(&options.only) {
                continue;
            }
            match find(corpus, &truth.file)? {
                Some(pdf) => judge_file(&mut real, &options, folder, &truth, &pdf)?,
                None => eprintln!("{}: not in the folder, left out", truth.file),
            }
        }
        groups.push(("Files of the folder", real));
    }
    let (mut books, mut sets) = (Report::default(), Report::default());
    for made in making::everything() {
        if !made.truth.file.contains(&options.only) {
            continue;
        }
        let pdf = folder.join(&made.truth.file);
        std::fs::write(&pdf, &made.bytes)?;
        let truth = serde_json::to_string_pretty(&made.truth)?;
        std::fs::write(pdf.with_extension("truth.json"), truth)?;
        let report = match made.truth.file.starts_with("set-") {
            true => &mut sets,
            false => &mut books,
        };
        judge_file(report, &options, folder, &made.truth, &pdf)?;
    }
    groups.push(("Drawing sets made here", sets));
    groups.push(("Books and papers made here", books));
    let mut is_reached = true;
    let mut all = Report::default();
    for (_, report) in &groups {
        all.add(report);
    }
    for (title, report) in &groups {
        is_reached &= report.print(title);
    }
    all.print("All together");
    println!("\nWhat was wrong");
    all.print_faults(options.faults);
    Ok(ExitCode::from(u8::from(!is_reached)))
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options {
        folder: None,
        engine: option_env!("CARGO_BIN_EXE_plangrep")
            .unwrap_or_default()
            .into(),
        only: String::new(),
        keep: None,
        faults: 8,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .with_context(|| format!("{word} takes a value"))
        };
        match word.as_str() {
            // Cargo says so to every bench.
            "--bench" => {}
            "--engine" => options.engine = value()?.into(),
            "--only" => options.only = value()?,
            "--keep" => options.keep = Some(value()?.into()),
            "--faults" => options.faults = value()?.parse()?,
            _ => options.folder = Some(word.into()),
        }
    }
    Ok(options)
}

/// What is known of files that are not part of the project.
fn known_files() -> anyhow::Result<Vec<Truth>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/benches/truth");
    let mut names: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        names.push(entry?.path());
    }
    names.sort();
    let read = |name: &PathBuf| -> anyhow::Result<Truth> {
        let text = std::fs::read(name)?;
        serde_json::from_slice(&text).with_context(|| name.display().to_string())
    };
    names.iter().map(read).collect()
}

fn find(folder: &Path, name: &str) -> anyhow::Result<Option<PathBuf>> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if entry.file_name().to_str() == Some(name) {
                return Ok(Some(entry.path()));
            }
        }
    }
    Ok(None)
}

fn judge_file(
    report: &mut Report,
    options: &Options,
    folder: &Path,
    truth: &Truth,
    pdf: &Path,
) -> anyhow::Result<()> {
    let digest = Sha256::digest(std::fs::read(pdf)?);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    if digest != truth.sha256 {
        eprintln!(
            "{}: other bytes than the truth was written for, left out",
            truth.file
        );
        return Ok(());
    }
    eprintln!("reading {}", truth.file);
    let out = folder.join(truth.file.trim_end_matches(".pdf"));
    if out.exists() {
        std::fs::remove_dir_all(&out)?;
    }
    std::fs::create_dir(&out)?;
    // A file that cannot be read at all counts as one of which nothing was found.
    let answer = engine::read(&options.engine, pdf, &out).unwrap_or_else(|error| {
        eprintln!("{}: {error:#}", truth.file);
        engine::Answer::default()
    });
    judge(report, truth, &answer);
    if options.keep.is_none() {
        std::fs::remove_dir_all(&out)?;
    }
    Ok(())
}

fn judge(report: &mut Report, truth: &Truth, answer: &engine::Answer) {
    let file = truth.file.as_str();
    let list = |field: &str| {
        answer
            .file
            .get(field)
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice)
    };
    if let Some(known) = &truth.classification {
        let found = answer.file.get("classification").and_then(Value::as_str);
        report.answer(
            Figure::Classifications,
            Place { file, page: 1 },
            known,
            found,
        );
    }
    if let Some(sheets) = &truth.sheets {
        sheet_judge::judge(
            report,
            file,
            sheets,
            &truth.pages_without_text,
            list("sheets"),
        );
    }
    if let Some(sections) = &truth.sections {
        section_judge::judge(report, file, sections, list("specifications"));
    }
    if let Some(docs) = &truth.docs {
        doc_judge::judge(report, file, docs, list("docs"));
    }
    judge_warnings(report, truth, &answer.warnings);
}

/// What the sheet index and the set do not agree on.
fn judge_warnings(report: &mut Report, truth: &Truth, found: &[Value]) {
    let Some(known) = &truth.warnings else { return };
    let place = Place {
        file: &truth.file,
        page: 1,
    };
    let field = |warning: &Value, name: &str| {
        warning
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut left: Vec<(String, String)> = found
        .iter()
        .map(|warning| (field(warning, "code"), field(warning, "message")))
        .filter(|(code, _)| {
            matches!(
                code.as_str(),
                "sheet_missing" | "sheet_not_listed" | "sheet_number_twice"
            )
        })
        .collect();
    for warning in known {
        let at = left.iter().position(|(code, message)| {
            same(code, &warning.code) && message.contains(&warning.names)
        });
        match at {
            Some(at) => {
                left.remove(at);
                report.right(Figure::IndexWarnings);
            }
            None => report.missed(
                Figure::IndexWarnings,
                place,
                &format!("{} {}", warning.code, warning.names),
            ),
        }
    }
    for (code, message) in left {
        report.needless(Figure::IndexWarnings, place, &format!("{code}: {message}"));
    }
}
