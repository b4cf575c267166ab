//! The index of a whole set against the sheets that are there: it fills and repairs names, and what
//! one has and the other lacks becomes a warning. The settling calls it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::binding::Volume;
use super::super::bound::{Target, Warning, WarningCode};
use super::number_shape::{dotless, key};
use super::references::Places;
use super::settle::Page;
use super::sheet_index::{IndexRow, index_rows};

/// More pages with an index, or warnings, are noise.
const MOST_INDEX_PAGES: usize = 40;
const MOST_WARNINGS: usize = 300;

#[derive(Default)]
pub(super) struct Listing {
    /// By key, in the order of the index.
    rows: Vec<(String, IndexRow, Target)>,
    by_key: BTreeMap<String, usize>,
    pages: Vec<Target>,
}

impl Listing {
    /// All indexes of all files; a number that is listed twice counts once.
    pub fn read(volumes: &[Volume]) -> Self {
        let mut listing = Self::default();
        for (file, volume) in volumes.iter().enumerate() {
            for leaf in &volume.leaves {
                if listing.pages.len() >= MOST_INDEX_PAGES {
                    return listing;
                }
                let rows = index_rows(&leaf.lines);
                if rows.is_empty() {
                    continue;
                }
                let target = Target {
                    file,
                    page_number: leaf.number(),
                };
                listing.pages.push(target);
                for row in rows {
                    let key = key(&row.number);
                    if let Some(at) = listing.by_key.get(&key) {
                        // A later index may name what an earlier one only counts.
                        if let Some((_, known, _)) = listing.rows.get_mut(*at)
                            && known.name.is_none()
                        {
                            known.name = row.name;
                        }
                        continue;
                    }
                    listing.by_key.insert(key.clone(), listing.rows.len());
                    listing.rows.push((key, row, target));
                }
            }
        }
        listing
    }

    /// Whether the page carries an index.
    pub fn is_on(&self, page: Target) -> bool {
        self.pages.contains(&page)
    }

    fn row(&self, number: &str) -> Option<&IndexRow> {
        let key = key(number);
        let at = match self.by_key.get(&key) {
            Some(at) => *at,
            None => {
                let loose = dotless(&key);
                let mut alike = self
                    .by_key
                    .iter()
                    .filter(|(other, _)| other.len() <= key.len() + 2 && dotless(other) == loose);
                let (_, at) = alike.next()?;
                if alike.next().is_some() {
                    return None;
                }
                *at
            }
        };
        self.rows.get(at).map(|(_, row, _)| row)
    }

    /// Whether it was really read: rows enough, and one of them in the set.
    fn is_read(&self, pages: &[Page<'_>]) -> bool {
        self.rows.len() >= 3
            && pages
                .iter()
                .filter_map(|page| page.number.as_deref())
                .any(|number| self.row(number).is_some())
    }

    /// Fills names that are missing, repairs damaged ones, and finds the number of a name.
    pub fn correct(&self, pages: &mut [Page<'_>]) {
        if !self.is_read(pages) {
            return;
        }
        let mut used: BTreeSet<String> = pages
            .iter()
            .filter_map(|page| page.number.as_deref().map(key))
            .collect();
        let mut by_name: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (_, row, _) in &self.rows {
            if let Some(name) = &row.name {
                by_name.entry(folded(name)).or_default().push(&row.number);
            }
        }
        for page in pages.iter_mut() {
            if page.number.is_none()
                && let Some(name) = &page.name
                && let Some([number]) = by_name.get(&folded(name)).map(Vec::as_slice)
                && used.insert(key(number))
            {
                page.number = Some((*number).to_owned());
                continue;
            }
            let Some(listed) = page
                .number
                .as_deref()
                .and_then(|number| self.row(number)?.name.clone())
            else {
                continue;
            };
            let is_replaced = match &page.name {
                None => true,
                Some(name) if folded(name) == folded(&listed) => false,
                Some(name) => {
                    !page.is_name_sure
                        || is_damaged(name)
                        || is_run_of_lines(&page.name_lines(), &listed)
                }
            };
            if is_replaced {
                page.name = Some(listed);
            }
        }
    }

    /// What the index and the set do not have in common.
    pub fn warn(&self, pages: &[Page<'_>], places: &Places, warnings: &mut Vec<Warning>) {
        if !self.is_read(pages) {
            return;
        }
        let mut told: Vec<Warning> = Vec::new();
        {
            for (_, row, target) in &self.rows {
                if places.of(&row.number).is_empty() {
                    let name = row
                        .name
                        .as_deref()
                        .map_or(String::new(), |name| format!(" {name}"));
                    told.push(warning(
                        WarningCode::SheetMissing,
                        *target,
                        format!(
                            "The sheet index on page {} lists {}{name}, but the set has no such sheet.",
                            target.page_number, row.number
                        ),
                    ));
                }
            }
            let numbered = pages.iter().filter(|page| page.number.is_some()).count();
            let unlisted: Vec<&Page<'_>> = pages
                .iter()
                .filter(|page| {
                    let number = page.number.as_deref();
                    number.is_some_and(|number| self.row(number).is_none())
                        && !page.is_free_number()
                })
                .collect();
            // An index that knows less than half of the set was read in part, or is one trade's own.
            if unlisted.len() * 2 <= numbered {
                told.extend(unlisted.into_iter().map(|page| {
                    warning(
                        WarningCode::SheetNotListed,
                        page.target,
                        format!(
                            "Sheet {} on page {} is not in the sheet index.",
                            titled(page),
                            page.target.page_number
                        ),
                    )
                }));
            }
        }
        told.truncate(MOST_WARNINGS);
        warnings.extend(told);
    }
}

/// Numbers that two sheets carry. `is_addendum` tells of a file by its place in the order: sheets are
/// issued again there, under the numbers that they have in other files.
pub(super) fn warn_of_twins(
    pages: &[Page<'_>],
    is_addendum: &dyn Fn(usize) -> bool,
    warnings: &mut Vec<Warning>,
) {
    let mut known: BTreeMap<String, Vec<Target>> = BTreeMap::new();
    let mut told = 0;
    for page in pages {
        let Some(number) = &page.number else {
            continue;
        };
        let known = known.entry(key(number)).or_default();
        let twin = known.iter().find(|other| {
            let is_reissue = is_addendum(other.file) || is_addendum(page.target.file);
            // Figures alone are often counted anew in each file.
            other.file == page.target.file || !(is_reissue || page.is_free_number())
        });
        match twin {
            Some(twin) if told < MOST_WARNINGS => {
                told += 1;
                warnings.push(warning(
                    WarningCode::SheetNumberTwice,
                    page.target,
                    format!(
                        "Sheet {} on page {} has the number of the one on {}.",
                        titled(page),
                        page.target.page_number,
                        place_of(*twin, page.target)
                    ),
                ));
            }
            Some(_) => {}
            None => known.push(page.target),
        }
    }
}

fn warning(code: WarningCode, target: Target, message: String) -> Warning {
    Warning {
        code,
        message,
        file: Some(target.file),
        page_number: Some(target.page_number),
    }
}

fn titled(page: &Page<'_>) -> String {
    let number = page.number.as_deref().unwrap_or("");
    match &page.name {
        Some(name) => format!("{number} {name}"),
        None => number.to_owned(),
    }
}

fn place_of(first: Target, other: Target) -> String {
    if first.file == other.file {
        format!("page {}", first.page_number)
    } else {
        format!("page {} of file {}", first.page_number, first.file + 1)
    }
}

/// Letters and figures in capitals: how names are compared.
fn folded(name: &str) -> String {
    name.to_uppercase()
        .replace('&', "AND")
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// Signs of letters read wrongly: unknown ones, or figures inside a word (`FL00R`).
fn is_damaged(name: &str) -> bool {
    let has_mixed_word = name.split(' ').any(|word| {
        let letters: Vec<char> = word.chars().collect();
        letters.windows(3).any(|three| match three {
            [a, b, c] => {
                a.is_alphabetic() && b.is_ascii_digit() && (c.is_alphabetic() || c.is_ascii_digit())
            }
            _ => false,
        }) && letters.last().is_some_and(|last| last.is_alphabetic())
            && letters.len() >= 4
    });
    has_mixed_word || name.contains(['\u{fffd}', '?', '|', '~', '¢'])
}

/// Whether some of the name's lines, but not all, are what the index lists: the others are furniture.
fn is_run_of_lines(lines: &[&str], listed: &str) -> bool {
    let listed = folded(listed);
    (0..lines.len()).any(|from| {
        (from + 1..=lines.len()).any(|to| {
            to - from < lines.len()
                && lines
                    .get(from..to)
                    .is_some_and(|run| folded(&run.join(" ")) == listed)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_seen() {
        assert!(is_damaged("FIRST FL00R PLAN"));
        assert!(is_damaged("F?RST FLOOR PLAN"));
        assert!(!is_damaged("1ST FLOOR PLAN"));
        assert!(!is_damaged("LEVEL B2 PLAN - A101"));
    }

    #[test]
    fn lines_of_furniture_around_a_listed_name_are_seen() {
        let lines = ["HARBOUR LIBRARY", "ROOF PLAN"];
        assert!(is_run_of_lines(&lines, "Roof Plan"));
        assert!(!is_run_of_lines(&lines, "Floor Plan"));
        assert!(!is_run_of_lines(&["ROOF", "PLAN"], "ROOF PLAN"));
    }
}
