//! `cargo bench --bench reading -- FOLDER`: how well and how fast text and pictures are read,
//! against poppler (Debian: poppler-utils) and PyMuPDF (from PyPI, into an environment under
//! `target/`), on the same files, in the same run, on one core. FOLDER holds `plans/*.pdf` and may
//! hold `specs/*.pdf` and `docs/*.pdf`; for specifications that are not there the books that the
//! accuracy report makes stand in, set in embedded TrueType fonts as word processors do. Prints
//! each figure with its bar; other documents have none for time. Options: `--engine FILE` measures
//! another build, `--rounds COUNT` takes the best of more or fewer rounds (2). Exits with 1 when a
//! bar is missed.

#[path = "../accuracy/making/mod.rs"]
mod making;
mod runners;
#[path = "../accuracy/truth.rs"]
mod truth;
mod words;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use runners::{Runners, field};
use serde_json::Value;
use words::{Agreement, agreement, distances, quantile};

/// A page with nothing on it: what it takes is the start of the process.
const BLANK: &str = "%PDF-1.4\n\
    1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
    2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>endobj\n\
    trailer<</Root 1 0 R>>\n";

fn main() -> anyhow::Result<ExitCode> {
    let mut folder = None;
    let mut engine = PathBuf::from(option_env!("CARGO_BIN_EXE_plangrep").unwrap_or_default());
    let mut rounds = 2;
    let mut arguments = std::env::args().skip(1);
    while let Some(word) = arguments.next() {
        match word.as_str() {
            "--bench" => {}
            "--render" => {
                runners::render_all(&arguments.next().unwrap_or_default())?;
                return Ok(ExitCode::SUCCESS);
            }
            "--engine" => engine = arguments.next().unwrap_or_default().into(),
            "--rounds" => rounds = arguments.next().unwrap_or_default().parse()?,
            _ => folder = Some(PathBuf::from(word)),
        }
    }
    let runners = Runners::new(engine)?;
    let scratch = tempfile::tempdir()?;
    let mut plans = Vec::new();
    let mut specs = Vec::new();
    let mut docs = Vec::new();
    if let Some(folder) = &folder {
        plans = pdf_files(&folder.join("plans"))?;
        specs = pdf_files(&folder.join("specs"))?;
        docs = pdf_files(&folder.join("docs"))?;
    }
    let made = scratch.path().join("made");
    std::fs::create_dir(&made)?;
    for made_file in making::everything() {
        let is_book = made_file.truth.file.starts_with("book-");
        let file = made.join(&made_file.truth.file);
        if is_book && specs.is_empty() {
            let plain = scratch.path().join(&made_file.truth.file);
            std::fs::write(&plain, &made_file.bytes)?;
            runners.script(&["embed", &plain.to_string_lossy(), &file.to_string_lossy()])?;
        } else if !is_book && folder.is_none() {
            std::fs::write(file, &made_file.bytes)?;
        }
    }
    for file in pdf_files(&made)? {
        match file.to_string_lossy().contains("set-") {
            true => plans.push(file),
            false => specs.push(file),
        }
    }
    let plans = measure_group(&runners, "plans", &plans, scratch.path(), rounds)?;
    let specs = measure_group(&runners, "specs", &specs, scratch.path(), rounds)?;
    let docs = measure_group(&runners, "docs", &docs, scratch.path(), rounds)?;
    let letter = first_letter_page(&runners, &specs, scratch.path())?;
    let is_reached = report([&plans, &specs, &docs], letter);
    Ok(ExitCode::from(u8::from(!is_reached)))
}

fn pdf_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "pdf") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The best seconds of each reader for one file or the sum of several, and what they agree on.
#[derive(Default)]
struct Measured {
    name: String,
    pages: usize,
    survey: f64,
    mupdf_words: f64,
    poppler_words: f64,
    render: f64,
    mupdf_pixels: f64,
    poppler_pixels: f64,
    read: f64,
    mupdf_pictures: f64,
    our_bytes: f64,
    mupdf_bytes: f64,
    peak_mebibytes: f64,
    first_page: f64,
    ours: Agreement,
    mupdf: Agreement,
    median: f64,
    late: f64,
}

struct Group {
    files: Vec<Measured>,
    paths: Vec<PathBuf>,
    sum: Measured,
}

fn measure_group(
    runners: &Runners,
    name: &str,
    files: &[PathBuf],
    scratch: &Path,
    rounds: usize,
) -> anyhow::Result<Group> {
    let mut sum = Measured {
        name: name.to_owned(),
        ..Measured::default()
    };
    let mut measured = Vec::new();
    println!("\n{name}: seconds on one core, best of {rounds}");
    println!(
        "{:<28} {:>5} {:>7} {:>8} {:>9} {:>7} {:>7} {:>8} {:>7} {:>9} {:>7} {:>7} {:>6} {:>6}",
        "file",
        "pages",
        "text",
        "PyMuPDF",
        "pdftotext",
        "render",
        "PyMuPDF",
        "pdftoppm",
        "read",
        "pix + PNG",
        "recall",
        "precis.",
        "med pt",
        "p95 pt"
    );
    for path in files {
        let one = measure(runners, path, scratch, rounds)?;
        println!(
            "{:<28} {:>5} {:>7.3} {:>8.3} {:>9.3} {:>7.3} {:>7.3} {:>8.3} {:>7.3} {:>9.3} {:>7.4} {:>7.4} {:>6.2} {:>6.2}",
            one.name,
            one.pages,
            one.survey,
            one.mupdf_words,
            one.poppler_words,
            one.render,
            one.mupdf_pixels,
            one.poppler_pixels,
            one.read,
            one.mupdf_pictures,
            one.ours.recall(),
            one.ours.precision(),
            one.median,
            one.late
        );
        sum.add(&one);
        measured.push(one);
    }
    Ok(Group {
        files: measured,
        paths: files.to_vec(),
        sum,
    })
}

impl Measured {
    fn add(&mut self, one: &Self) {
        self.pages += one.pages;
        for (sum, more) in [
            (&mut self.survey, one.survey),
            (&mut self.mupdf_words, one.mupdf_words),
            (&mut self.poppler_words, one.poppler_words),
            (&mut self.render, one.render),
            (&mut self.mupdf_pixels, one.mupdf_pixels),
            (&mut self.poppler_pixels, one.poppler_pixels),
            (&mut self.read, one.read),
            (&mut self.mupdf_pictures, one.mupdf_pictures),
            (&mut self.our_bytes, one.our_bytes),
            (&mut self.mupdf_bytes, one.mupdf_bytes),
        ] {
            *sum += more;
        }
        self.peak_mebibytes = self.peak_mebibytes.max(one.peak_mebibytes);
        self.first_page = self.first_page.max(one.first_page);
        self.ours.add(one.ours);
        self.mupdf.add(one.mupdf);
        self.median = self.median.max(one.median);
        self.late = self.late.max(one.late);
    }
}

fn measure(
    runners: &Runners,
    path: &Path,
    scratch: &Path,
    rounds: usize,
) -> anyhow::Result<Measured> {
    let file = path.to_string_lossy();
    let out = scratch.join("out");
    let pictures = scratch.join("png");
    let html = scratch.join("words.html");
    let blank = scratch.join("blank.pdf");
    std::fs::write(&blank, BLANK)?;
    let pixels = pictures.join("page").to_string_lossy().into_owned();
    let mut one = Measured {
        name: path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        ..Measured::default()
    };
    let least = |best: f64, seconds: f64| {
        if best == 0.0 {
            seconds
        } else {
            best.min(seconds)
        }
    };
    for _ in 0..rounds.max(1) {
        for folder in [&out, &pictures] {
            if folder.exists() {
                std::fs::remove_dir_all(folder)?;
            }
            std::fs::create_dir(folder)?;
        }
        let said = runners.script(&["words", &file])?;
        let (head, pages) = said.split_once('\n').unwrap_or((&said, ""));
        let mupdf = words::of_mupdf(pages.lines())?;
        one.pages = mupdf.len();
        one.mupdf_words = least(one.mupdf_words, seconds(head)?);
        // The start of PyMuPDF is not counted either.
        let start = runners.survey(&blank.to_string_lossy())?.0;
        one.survey = least(one.survey, runners.survey(&file)?.0 - start);
        let command = [
            "pdftotext",
            "-bbox",
            "-cropbox",
            &file,
            &html.to_string_lossy(),
        ];
        one.poppler_words = least(one.poppler_words, runners.timed(&command)?.0);
        one.mupdf_pixels = least(
            one.mupdf_pixels,
            seconds(&runners.script(&["pixels", &file])?)?,
        );
        one.render = least(one.render, runners.render(&file)?);
        let command = ["pdftoppm", "-r", "150", "-cropbox", &file, &pixels];
        one.poppler_pixels = least(one.poppler_pixels, runners.timed(&command)?.0);
        std::fs::remove_dir_all(&pictures)?;
        std::fs::create_dir(&pictures)?;
        let said: Value = serde_json::from_str(&runners.script(&[
            "pictures",
            &file,
            &pictures.to_string_lossy(),
        ])?)?;
        one.mupdf_pictures = least(one.mupdf_pictures, field(&said, "seconds"));
        one.mupdf_bytes = field(&said, "bytes");
        let (read, peak) = runners.read(&file, &out.to_string_lossy(), one.pages)?;
        one.read = least(one.read, read - start);
        one.peak_mebibytes = one.peak_mebibytes.max(peak / 1024.0);
        let (first, _) = runners.first_page(&file, &out.to_string_lossy(), one.pages)?;
        one.first_page = least(one.first_page, first);
        one.our_bytes = picture_bytes(&out)?;
        let poppler = words::of_poppler(&String::from_utf8_lossy(&std::fs::read(&html)?));
        let ours = words::of_ours(&out, one.pages)?;
        one.ours = agreement(&poppler, &ours);
        one.mupdf = agreement(&poppler, &mupdf);
        let apart = distances(&poppler, &ours);
        (one.median, one.late) = (quantile(&apart, 0.5), quantile(&apart, 0.95));
    }
    Ok(one)
}

fn seconds(line: &str) -> anyhow::Result<f64> {
    let said: Value = serde_json::from_str(line)?;
    Ok(field(&said, "seconds"))
}

/// Of the page images alone, without thumbnails and regions.
fn picture_bytes(folder: &Path) -> anyhow::Result<f64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".webp") && name.matches('.').count() == 1 {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes as f64)
}

/// Spawn, parse and read one Letter page: the middle of twenty tries, in milliseconds.
fn first_letter_page(runners: &Runners, specs: &Group, scratch: &Path) -> anyhow::Result<f64> {
    let Some(path) = specs.paths.last() else {
        return Ok(0.0);
    };
    let out = scratch.join("letter");
    std::fs::create_dir(&out)?;
    let mut tries = Vec::new();
    for _ in 0..20 {
        let (_, whole) = runners.first_page(&path.to_string_lossy(), &out.to_string_lossy(), 1)?;
        tries.push(whole * 1000.0);
    }
    tries.sort_by(f64::total_cmp);
    Ok(quantile(&tries, 0.5))
}

/// Prints every bar; answers whether all are reached.
fn report([plans, specs, docs]: [&Group; 3], letter: f64) -> bool {
    println!("\n{:<66} {:>9} {:>9}", "", "measured", "bar");
    let mut is_reached = true;
    let mut bar = |what: &str, measured: f64, bar: f64, is_least: bool| {
        let passes = if is_least {
            measured >= bar
        } else {
            measured <= bar
        };
        is_reached &= passes;
        let sign = if is_least { ">=" } else { "<=" };
        let verdict = if passes { "" } else { "MISSED" };
        println!("{what:<66} {measured:>9.4} {sign} {bar:<6} {verdict}");
    };
    let (p, s, d) = (&plans.sum, &specs.sum, &docs.sum);
    bar(
        "word recall against pdftotext, specs",
        s.ours.recall(),
        0.995,
        true,
    );
    bar(
        "word precision against pdftotext, specs",
        s.ours.precision(),
        0.995,
        true,
    );
    let lowest = specs
        .files
        .iter()
        .map(|file| file.ours.recall())
        .fold(1.0, f64::min);
    bar("lowest recall of a spec file", lowest, 0.98, true);
    bar(
        "word recall, plans, less PyMuPDF's",
        p.ours.recall() - p.mupdf.recall(),
        -0.005,
        true,
    );
    bar(
        "word precision, plans, less PyMuPDF's",
        p.ours.precision() - p.mupdf.precision(),
        -0.005,
        true,
    );
    bar(
        "word middles, points from pdftotext's: worst median of a file",
        p.median.max(s.median).max(d.median),
        1.5,
        false,
    );
    bar(
        "word middles: worst 95th hundredth of a file",
        p.late.max(s.late).max(d.late),
        2.5,
        false,
    );
    bar(
        "text time / PyMuPDF, plans",
        p.survey / p.mupdf_words,
        0.6,
        false,
    );
    bar(
        "text time / PyMuPDF, specs",
        s.survey / s.mupdf_words,
        0.6,
        false,
    );
    bar(
        "text time / pdftotext, plans",
        p.survey / p.poppler_words,
        0.5,
        false,
    );
    bar(
        "render time / PyMuPDF, plans",
        p.render / p.mupdf_pixels,
        0.8,
        false,
    );
    bar(
        "render time / PyMuPDF, specs",
        s.render / s.mupdf_pixels,
        1.7,
        false,
    );
    bar(
        "render time / pdftoppm, plans",
        p.render / p.poppler_pixels,
        0.35,
        false,
    );
    bar(
        "render time / pdftoppm, specs",
        s.render / s.poppler_pixels,
        0.5,
        false,
    );
    let all: Vec<&Measured> = [p, s, d]
        .into_iter()
        .filter(|group| group.pages > 0)
        .collect();
    let pictures = |groups: &[&Measured]| {
        let sum =
            |seconds: fn(&Measured) -> f64| -> f64 { groups.iter().copied().map(seconds).sum() };
        sum(|group| group.read - group.survey) / sum(|group| group.mupdf_pictures)
    };
    for group in &all {
        let name = &group.name;
        bar(
            &format!("render + WebP + write (read less survey) / pixmap + PNG, {name}"),
            pictures(&[group]),
            if name == "plans" { 0.7 } else { 0.75 },
            false,
        );
    }
    bar("the same, all files", pictures(&all), 0.5, false);
    for group in &all {
        let ratio = group.our_bytes / group.mupdf_bytes;
        bar(
            &format!("bytes of page images / PyMuPDF's PNG, {}", group.name),
            ratio,
            0.8,
            false,
        );
    }
    bar(
        "peak memory of the worker, MiB",
        all.iter()
            .map(|group| group.peak_mebibytes)
            .fold(0.0, f64::max),
        450.0,
        false,
    );
    bar("spawn + parse + first Letter page, ms", letter, 30.0, false);
    bar(
        "slowest first page line of a plan file, s",
        p.first_page,
        2.0,
        false,
    );
    if d.pages > 0 {
        println!(
            "docs, for which there is no bar: text time / PyMuPDF {:.2}, render time / PyMuPDF {:.2}, recall {:.4}, precision {:.4}",
            d.survey / d.mupdf_words,
            d.render / d.mupdf_pixels,
            d.ours.recall(),
            d.ours.precision()
        );
    }
    for group in all {
        let (name, pages) = (&group.name, group.pages as f64);
        println!(
            "everything of a page (text, layout, picture, thumbnail, regions), {name}: {:.0} ms, {:.3} of PyMuPDF's words + pixmap + PNG",
            group.read / pages.max(1.0) * 1000.0,
            group.read / (group.mupdf_words + group.mupdf_pictures)
        );
    }
    is_reached
}
