//! The folder of `--out`: whether it can be written to, and what is left there.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::volume::Volume;

/// The report's name in the folder.
pub(super) const REPORT: &str = "result.json";
/// The longest name that Linux's file systems take, in bytes.
const LONGEST_NAME: usize = 255;

/// Makes the folder, and sees that files can be left in it: better now than after an hour of reading.
pub(super) fn prepare(out: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(out)
        .with_context(|| format!("--out: {} cannot be made a folder", out.display()))?;
    tempfile::tempfile_in(out)
        .map(|_| ())
        .with_context(|| format!("--out: {} cannot be written to", out.display()))
}

/// A folder's name for each file of which pages were read.
pub(super) fn names(volumes: &[Volume]) -> Vec<Option<String>> {
    let mut taken = HashSet::from([REPORT.to_owned()]);
    let mut name = |volume: &Volume| {
        let has_files = !volume.pages.is_empty();
        has_files.then(|| free_name(&volume.file_name, &mut taken))
    };
    volumes.iter().map(&mut name).collect()
}

fn free_name(wanted: &str, taken: &mut HashSet<String>) -> String {
    let mut number = 1;
    loop {
        let ending = match number {
            1 => String::new(),
            number => format!(" ({number})"),
        };
        let room = LONGEST_NAME.saturating_sub(ending.len());
        let name = wanted.split_at(wanted.floor_char_boundary(room)).0;
        let name = format!("{name}{ending}");
        if taken.insert(name.clone()) {
            return name;
        }
        number += 1;
    }
}

/// Copies what was written for each file into the folder of its name below `out`.
pub(super) async fn keep(
    folders: &[PathBuf],
    names: &[Option<String>],
    out: &Path,
) -> anyhow::Result<()> {
    for (from, name) in folders.iter().zip(names) {
        let Some(name) = name else {
            continue;
        };
        let to = out.join(name);
        std::fs::create_dir_all(&to).with_context(|| format!("{} cannot be made", to.display()))?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            // Another file system, perhaps: renaming is not enough.
            tokio::fs::copy(entry.path(), to.join(entry.file_name()))
                .await
                .with_context(|| format!("{} cannot be written to", to.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_takes_the_name_of_the_report_or_of_another_however_long() {
        let mut taken = HashSet::from([REPORT.to_owned()]);
        let mut name = |wanted: &str| free_name(wanted, &mut taken);
        assert_eq!(name("a.pdf"), "a.pdf");
        assert_eq!(name("a.pdf"), "a.pdf (2)");
        assert_eq!(name("a.pdf"), "a.pdf (3)");
        assert_eq!(name("result.json"), "result.json (2)");
        let long = "ä".repeat(127);
        assert_eq!(name(&long), long);
        let other = name(&long);
        assert!(
            other.len() <= LONGEST_NAME && other.ends_with("ä (2)"),
            "{other}"
        );
    }
}
