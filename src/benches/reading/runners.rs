//! Runs the readers, each on the same single core, and takes the time.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use plangrep::documents::READER_ENVIRONMENT;
use serde_json::Value;

/// Where everything is that a run needs.
pub struct Runners {
    pub engine: PathBuf,
    pub python: PathBuf,
    /// The core that all of them run on.
    pub core: String,
}

const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/src/benches/reading/other_readers.py"
);

impl Runners {
    /// Makes the Python environment under `target` when it is not there yet.
    pub fn new(engine: PathBuf) -> anyhow::Result<Self> {
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
        let folder = target.join("reading-venv");
        let python = folder.join("bin/python");
        if !python.exists() {
            eprintln!("making {}", folder.display());
            let venv = Command::new("python3")
                .args(["-m", "venv"])
                .arg(&folder)
                .status()?;
            ensure!(venv.success(), "python3 -m venv failed");
        }
        let pip = Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "pymupdf>=1.28",
                "pymupdf-fonts",
            ])
            .status()?;
        ensure!(pip.success(), "PyMuPDF could not be installed");
        let cores = std::thread::available_parallelism()?.get();
        Ok(Self {
            engine,
            python,
            core: (cores - 1).to_string(),
        })
    }

    fn pinned(&self, program: &Path) -> Command {
        let mut command = Command::new("taskset");
        command
            .args(["-c", &self.core])
            .arg(program)
            .stdin(Stdio::null());
        command
    }

    /// What the script says; its first line has the seconds.
    pub fn script(&self, words: &[&str]) -> anyhow::Result<String> {
        self.script_in(&[], words)
    }

    fn script_in(&self, environment: &[(&str, &str)], words: &[&str]) -> anyhow::Result<String> {
        let output = self
            .pinned(&self.python)
            .envs(environment.iter().copied())
            .arg(SCRIPT)
            .args(words)
            .output()?;
        ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Seconds and peak KiB of a command.
    pub fn timed(&self, command: &[&str]) -> anyhow::Result<(f64, f64)> {
        let mut words = vec!["run"];
        words.extend(command);
        seconds_and_peak(&self.script(&words)?)
    }

    pub fn survey(&self, file: &str) -> anyhow::Result<(f64, f64)> {
        self.engine(&["survey", file, "1", "5000"])
    }

    pub fn read(&self, file: &str, out: &str, pages: usize) -> anyhow::Result<(f64, f64)> {
        self.engine(&["read", file, out, "1", &pages.to_string()])
    }

    fn engine(&self, words: &[&str]) -> anyhow::Result<(f64, f64)> {
        let engine = self.engine.to_string_lossy();
        let mut command = vec!["run", &engine, "pdf-worker"];
        command.extend(words);
        seconds_and_peak(&self.script_in(&READER_ENVIRONMENT, &command)?)
    }

    /// Seconds until the first page's line is there, and until the child has ended.
    pub fn first_page(&self, file: &str, out: &str, pages: usize) -> anyhow::Result<(f64, f64)> {
        let start = Instant::now();
        let mut child = self
            .pinned(&self.engine)
            .envs(READER_ENVIRONMENT)
            .args(["pdf-worker", "read", file, out, "1", &pages.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut first = None;
        for line in BufReader::new(child.stdout.take().context("no output")?).lines() {
            if line?.starts_with("{\"page\":") && first.is_none() {
                first = Some(start.elapsed());
            }
        }
        child.wait()?;
        let first = first.unwrap_or(Duration::MAX).as_secs_f64();
        Ok((first, start.elapsed().as_secs_f64()))
    }

    /// The renderer alone, in a process of its own: this program started again.
    pub fn render(&self, file: &str) -> anyhow::Result<f64> {
        let own = std::env::current_exe()?;
        let output = self
            .pinned(&own)
            .envs(READER_ENVIRONMENT)
            .args(["--render", file])
            .output()?;
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    }
}

fn seconds_and_peak(line: &str) -> anyhow::Result<(f64, f64)> {
    let said: Value = serde_json::from_str(line)?;
    Ok((field(&said, "seconds"), field(&said, "peak")))
}

pub fn field(value: &Value, name: &str) -> f64 {
    value.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN)
}

/// Renders every page at 150 dpi within the engine's limits of size, and prints the seconds.
pub fn render_all(file: &str) -> anyhow::Result<()> {
    let start = Instant::now();
    let pdf = Pdf::new(std::fs::read(file)?).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let (cache, settings) = (hayro::RenderCache::new(), InterpreterSettings::default());
    for page in pdf.pages().iter() {
        let (width, height) = page.render_dimensions();
        let most = (40e6 / (width * height))
            .sqrt()
            .min(16_000.0 / width.max(height));
        let scale = (150.0_f32 / 72.0).min(most);
        let pixels = hayro::PixmapSettings {
            x_scale: scale,
            y_scale: scale,
            bg_color: hayro::vello_cpu::color::palette::css::WHITE,
        };
        let rendered = hayro::render(
            page,
            &cache,
            &settings,
            &hayro::RenderSettings::default(),
            &pixels,
        );
        std::hint::black_box(&rendered);
    }
    println!("{}", start.elapsed().as_secs_f64());
    Ok(())
}
