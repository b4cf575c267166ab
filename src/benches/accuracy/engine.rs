//! The one place that knows how the engine is called.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

/// What the engine makes of one file: a `BoundFile` with its extracts put in again, and the warnings of its binding.
#[derive(Default)]
pub struct Answer {
    pub file: Value,
    pub warnings: Vec<Value>,
}

/// Reads every page of `pdf` and binds them, as a job with this one file would. `folder` is empty.
pub fn read(engine: &Path, pdf: &Path, folder: &Path) -> anyhow::Result<Answer> {
    let pages_folder = folder.join("0");
    std::fs::create_dir(&pages_folder)?;
    let survey = lines(worker(engine, "survey").arg(pdf).args(["1", "1"]))?;
    let opened = survey
        .iter()
        .find_map(|line| line.pointer("/opened/pageCount"));
    let last = opened.context("the file was not opened")?.to_string();
    let said = lines(
        worker(engine, "read")
            .arg(pdf)
            .arg(&pages_folder)
            .args(["1", &last]),
    )?;
    let pages: Vec<Value> = said
        .iter()
        .filter_map(|line| line.get("page"))
        .map(|page| json!({ "sheetId": format!("sheet_{}", page["pageNumber"]), "reading": page }))
        .collect();
    let name = pdf.file_name().unwrap_or_default().to_string_lossy();
    let order = json!({ "files": [{
        "documentId": "file_0", "fileName": name, "hint": null, "pages": pages
    }] });
    std::fs::write(folder.join("order.json"), order.to_string())?;
    let said = lines(worker(engine, "bind").arg(folder))?;
    ensure!(
        said.iter().any(|line| line.get("done").is_some()),
        "the pages could not be bound: {said:?}"
    );
    let bound: Value = serde_json::from_slice(&std::fs::read(folder.join("bound.json"))?)?;
    let mut file = bound
        .pointer("/files/0")
        .context("nothing was bound")?
        .clone();
    for kind in ["sheets", "specifications", "docs"] {
        let entities = file.get_mut(kind).and_then(Value::as_array_mut);
        for one in entities.into_iter().flatten() {
            *one = whole(one, &pages_folder)?;
        }
    }
    let warnings = bound.get("warnings").and_then(Value::as_array);
    Ok(Answer {
        file,
        warnings: warnings.cloned().unwrap_or_default(),
    })
}

/// What the outcome leaves out is in the extract.
fn whole(one: &Value, folder: &Path) -> anyhow::Result<Value> {
    let name = one.pointer("/extract/fileName").and_then(Value::as_str);
    let bytes = std::fs::read(folder.join(name.context("no extract")?))?;
    Ok(serde_json::from_slice(&bytes)?)
}

fn worker(engine: &Path, task: &str) -> Command {
    let mut command = Command::new(engine);
    command.args(["pdf-worker", task]).stdin(Stdio::null());
    command
}

/// The JSON lines that the child says.
fn lines(command: &mut Command) -> anyhow::Result<Vec<Value>> {
    let output = command
        .output()
        .context("the engine could not be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().map(serde_json::from_str);
    Ok(lines.collect::<Result<_, _>>()?)
}
