//! The sheets of all files of a job, by what the whole set tells: the places of its title blocks, its
//! furniture, its index, and the hints of the files. The binding calls `settle`.

use std::collections::{BTreeMap, BTreeSet};

use super::super::binding::{Leaf, Volume};
use super::super::bound::{Sheet, Target, Warning};
use super::super::lines::Line;
use super::super::page::Classification;
use super::discipline::{discipline, discipline_of_name};
use super::drawing_type::{drawing_type, drawing_type_of_regions};
use super::free_project::{is_owner, project_by_subject, project_over_its_place};
use super::furniture::Furniture;
use super::hints::hints;
use super::labels::label;
use super::listing::{Listing, warn_of_twins};
use super::number_shape::{Form, key};
use super::project::{as_name, is_name, may_be_project, project_name, project_number};
use super::references::Places;
use super::revisions::{Issue, issue};
use super::sheet_name::{FoundName, gives_stations, sheet_name};
use super::sheet_number::{FoundNumber, candidates};
use super::slots::{NameSlot, choose_numbers, name_slot};
use super::title_block;
use super::trade_words::trade_points;

/// One drawing page on its way to a sheet.
pub(super) struct Page<'a> {
    pub target: Target,
    pub leaf: &'a Leaf,
    block: title_block::Sheet,
    candidates: Vec<FoundNumber>,
    pub number: Option<String>,
    at: Option<FoundNumber>,
    /// Whether a label or the other sheets vouch for the number,
    pub is_number_sure: bool,
    /// and for the name.
    pub is_name_sure: bool,
    slot: Option<usize>,
    pub name: Option<String>,
    name_at: Option<FoundName>,
    project_name: Option<String>,
    project_number: Option<String>,
    issue: Issue,
}

/// The sheets of each file: one for each drawing page, in order.
pub(in super::super) fn settle(volumes: &[Volume], warnings: &mut Vec<Warning>) -> Vec<Vec<Sheet>> {
    let mut pages = pages(volumes);
    for group in groups(&pages) {
        settle_numbers(&mut pages, &group);
        let furniture = learn_furniture(&pages, &group);
        settle_names(&mut pages, &group, &furniture);
        settle_projects(&mut pages, &group, &furniture);
    }
    take_hints(&mut pages, volumes);
    let listing = Listing::read(volumes);
    listing.correct(&mut pages);
    let mut places = Places::default();
    for page in &pages {
        if let Some(number) = &page.number {
            places.add(number, page.target);
        }
    }
    let kinds: Vec<Classification> = volumes.iter().map(Volume::kind).collect();
    let is_addendum = |file| kinds.get(file) == Some(&Classification::Addenda);
    warn_of_twins(&pages, &is_addendum, warnings);
    listing.warn(&pages, &places, warnings);
    let mut sheets: Vec<Vec<Sheet>> = volumes.iter().map(|_| Vec::new()).collect();
    for page in pages {
        if let Some(sheets) = sheets.get_mut(page.target.file) {
            sheets.push(finish(page, &places, &listing));
        }
    }
    sheets
}

fn pages(volumes: &[Volume]) -> Vec<Page<'_>> {
    let mut pages = Vec::new();
    for (file, volume) in volumes.iter().enumerate() {
        for leaf in volume.leaves.iter().filter(|leaf| leaf.is_drawing()) {
            let (width, height) = leaf.size();
            let block = title_block::Sheet::of_lines(&leaf.lines, width, height);
            pages.push(Page {
                target: Target {
                    file,
                    page_number: leaf.number(),
                },
                candidates: candidates(&block),
                leaf,
                block,
                number: None,
                at: None,
                is_number_sure: false,
                is_name_sure: false,
                slot: None,
                name: None,
                name_at: None,
                project_name: None,
                project_number: None,
                issue: Issue::default(),
            });
        }
    }
    pages
}

/// Pages of about one size, whatever file they are in: the sheets of a set.
fn groups(pages: &[Page<'_>]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
    for (at, page) in pages.iter().enumerate() {
        // An inch and a half: printers cut a little differently.
        let part = |length: f64| (length / 108.0).round() as i64;
        let size = (part(page.block.width), part(page.block.height));
        groups.entry(size).or_default().push(at);
    }
    groups.into_values().collect()
}

fn settle_numbers(pages: &mut [Page<'_>], group: &[usize]) {
    let choices = {
        let found: Vec<&[FoundNumber]> = group
            .iter()
            .filter_map(|at| pages.get(*at))
            .map(|page| page.candidates.as_slice())
            .collect();
        choose_numbers(&found)
    };
    for (at, choice) in group.iter().zip(choices) {
        let Some(page) = pages.get_mut(*at) else {
            continue;
        };
        page.slot = choice.slot;
        page.at = choice
            .candidate
            .and_then(|candidate| page.candidates.get(candidate))
            .cloned();
        page.number = page.at.as_ref().map(|found| found.number.clone());
        page.is_number_sure = choice.agreed || page.at.as_ref().is_some_and(|found| found.labelled);
    }
}

/// From each sheet once: copies and older issues of a sheet repeat what is its own.
fn learn_furniture(pages: &[Page<'_>], group: &[usize]) -> Furniture {
    let mut seen = BTreeSet::new();
    let lines: Vec<&[Line]> = group
        .iter()
        .filter_map(|at| pages.get(*at))
        .filter(|page| match &page.number {
            Some(number) => seen.insert(key(number)),
            None => true,
        })
        .map(|page| page.block.lines.as_slice())
        .collect();
    Furniture::learn(&lines)
}

/// Whether all its words are such that names end with them: `PLAN`, `FLOOR PLANS`. Under different
/// first lines they stand on many sheets in one place, and still are no furniture.
fn ends_names(text: &str) -> bool {
    text.split(' ').count() <= 3
        && trade_points(text) >= 2.0
        && text.split(' ').all(|word| trade_points(word) >= 1.0)
}

/// Which lines of a sheet are furniture and part of no name.
fn furniture_beside_names<'f>(
    furniture: &'f Furniture,
    block: &title_block::Sheet,
) -> impl Fn(&Line) -> bool + use<'f> {
    const MOST_STATIONS: usize = 20;
    // What stands over them is the same on all sheets of a road: `PLAN & PROFILE`, `STA 5+00 TO 10+00`.
    let lines = block.lines.iter();
    let stations: Vec<Line> = lines
        .filter(|line| gives_stations(&line.text))
        .take(MOST_STATIONS)
        .cloned()
        .collect();
    move |line| {
        let is_over_stations = || {
            stations
                .iter()
                .any(|below| line.is_continued_by(below, 1.5))
        };
        furniture.has(line) && !ends_names(&line.text) && !is_over_stations()
    }
}

fn settle_names(pages: &mut [Page<'_>], group: &[usize], furniture: &Furniture) {
    for at in group {
        let Some(page) = pages.get_mut(*at) else {
            continue;
        };
        let is_furniture = furniture_beside_names(furniture, &page.block);
        let alone = sheet_name(&page.block, page.at.as_ref(), &|_| false);
        let within = sheet_name(&page.block, page.at.as_ref(), &is_furniture);
        page.name_at = match (alone, within) {
            (Some(alone), None) => {
                // A name that several sheets share looks like furniture: kept if it reads like a name.
                let is_everywhere = alone.lines.iter().all(|line| furniture.is_everywhere(line));
                (trade_points(&alone.text) >= 2.0 && !is_everywhere).then_some(alone)
            }
            // Better a label than words, and without furniture than with it.
            (Some(alone), Some(within)) if alone.labelled && !within.labelled => {
                let is_furniture = alone.lines.iter().all(|line| furniture.count(line) >= 3);
                Some(if is_furniture { within } else { alone })
            }
            (_, within) => within,
        };
    }
    let mut slots: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in group {
        if let Some(slot) = pages.get(*at).and_then(|page| page.slot) {
            slots.entry(slot).or_default().push(*at);
        }
    }
    let (mut widest, mut most) = (None, 0);
    for members in slots.values() {
        let slot = {
            let names: Vec<&FoundName> = members
                .iter()
                .filter_map(|at| pages.get(*at)?.name_at.as_ref())
                .collect();
            name_slot(&names)
        };
        if let Some(slot) = slot {
            for at in members {
                if let Some(page) = pages.get_mut(*at) {
                    let is_project_known = project_name(&page.block).is_some()
                        || project_by_furniture(page, furniture).is_some();
                    let is_furniture = furniture_beside_names(furniture, &page.block);
                    name_by_slot(page, &slot, &is_furniture, is_project_known);
                }
            }
            if members.len() > most {
                most = members.len();
                widest = Some(slot);
            }
        }
    }
    // A cover called `CS` stands in no slot of numbers, and its name still where the others' names do.
    if let Some(slot) = widest {
        for at in group {
            let Some(page) = pages.get_mut(*at) else {
                continue;
            };
            if page.number.is_some() && page.name_at.is_none() {
                let is_furniture = furniture_beside_names(furniture, &page.block);
                page.name_at = slot
                    .read(&page.block, &is_furniture)
                    .filter(|name| trade_points(&name.text) >= 2.0);
            }
        }
    }
    for at in group {
        if let Some(page) = pages.get_mut(*at) {
            page.is_name_sure |= page.name_at.as_ref().is_some_and(|name| name.labelled);
            page.name = page.name_at.as_ref().map(|name| name.text.clone());
        }
    }
}

/// Fills a name from its slot, and replaces one by words that stands elsewhere or is only a part. Where
/// the project is not known, lines beside a name in the slot may be the project's.
fn name_by_slot(
    page: &mut Page<'_>,
    slot: &NameSlot,
    is_furniture: &dyn Fn(&Line) -> bool,
    is_project_known: bool,
) {
    let own = page.name_at.as_ref();
    let is_in_slot = own.is_some_and(|name| name.lines.iter().any(|line| slot.holds(line)));
    if own.is_some_and(|name| name.labelled) {
        return;
    }
    page.is_name_sure = is_in_slot;
    let Some(read) = slot.read(&page.block, is_furniture) else {
        return;
    };
    let adds_only_words_of_names = own.is_none_or(|own| {
        let is_own = |line: &Line| own.lines.iter().any(|other| other.text == line.text);
        let added = read.lines.iter().filter(|line| !is_own(line));
        let mut added = added.map(|line| trade_points(&line.text));
        added.all(|points| points >= 1.0)
    });
    if own.is_none() || !is_in_slot || is_project_known || adds_only_words_of_names {
        page.name_at = Some(read);
        page.is_name_sure = true;
    }
}

fn settle_projects(pages: &mut [Page<'_>], group: &[usize], furniture: &Furniture) {
    for at in group {
        let Some(page) = pages.get_mut(*at) else {
            continue;
        };
        page.project_name =
            project_name(&page.block).filter(|name| page.name.as_ref() != Some(name));
        page.project_number =
            project_number(&page.block, page.at.as_ref().map(|found| &found.line));
        page.issue = issue(&page.block, page.at.as_ref());
        if page.project_name.is_none() {
            page.project_name = project_by_furniture(page, furniture);
        }
        if page.project_name.is_none() {
            let name = page.name_at.as_ref();
            // Few sheets tell nothing about what repeats.
            let is_fixed = |line: &Line| group.len() < 3 || furniture.has(line);
            page.project_name = project_over_its_place(&page.block, name, &is_fixed)
                .or_else(|| project_by_subject(&page.block, name, &is_fixed));
        }
    }
}

/// Furniture in the same letters right above or below the sheet's name that reads like a project.
fn project_by_furniture(page: &Page<'_>, furniture: &Furniture) -> Option<String> {
    let name = page.name_at.as_ref()?;
    let (first, last) = (name.lines.first()?, name.lines.last()?);
    let mut near: Vec<&Line> = page
        .block
        .lines
        .iter()
        .filter(|line| {
            let step = (first.down - line.down).max(line.down - last.down);
            line.angle == first.angle
                && step > 0.0
                && step <= 5.0 * first.size
                && (0.8..=2.2).contains(&(line.size / first.size))
                && line.start < first.end.max(last.end)
                && line.end > first.start.min(last.start)
                && furniture.has(line)
                && is_name(&line.text)
                && label(&line.text).is_none()
                && !is_owner(&line.text)
        })
        .collect();
    near.sort_by(|a, b| a.down.total_cmp(&b.down));
    // A name of two lines, else the largest line.
    let pair = near
        .iter()
        .zip(near.iter().skip(1))
        .find(|(above, below)| above.is_continued_by(below, 1.4))
        .and_then(|(above, below)| as_name(&[&above.text, &below.text]));
    let largest = || {
        let largest = near
            .iter()
            .filter(|line| may_be_project(&line.text))
            .max_by(|a, b| {
                (a.size, -a.down)
                    .partial_cmp(&(b.size, -b.down))
                    .unwrap_or(std::cmp::Ordering::Equal)
            })?;
        as_name(&[&largest.text])
    };
    pair.filter(|name| may_be_project(name)).or_else(largest)
}

/// Page labels, bookmarks and file names: they choose among what is printed, and fill what is not.
fn take_hints(pages: &mut [Page<'_>], volumes: &[Volume]) {
    for page in pages {
        let Some(volume) = volumes.get(page.target.file) else {
            continue;
        };
        for hint in hints(volume, page.leaf) {
            let is_same = page
                .number
                .as_ref()
                .is_some_and(|number| key(number) == key(&hint.number));
            let printed = page
                .candidates
                .iter()
                .find(|found| key(&found.number) == key(&hint.number));
            if is_same {
                page.is_number_sure = true;
            } else if page.is_number_sure {
                continue;
            } else if let Some(printed) = printed {
                page.number = Some(printed.number.clone());
                page.is_number_sure = true;
            } else if page.number.is_none() {
                page.number = Some(hint.number.clone());
            } else {
                continue;
            }
            if !page.is_name_sure && hint.name.is_some() {
                page.name = hint.name;
            }
            break;
        }
    }
}

fn finish(page: Page<'_>, places: &Places, listing: &Listing) -> Sheet {
    let leaf = page.leaf;
    let is_sheet = page.number.is_some() || page.name.is_some();
    let number = page.number.as_deref();
    let name = page.name.as_deref();
    let of_content = || {
        let is_index = listing.is_on(page.target);
        is_index
            .then_some("cover")
            .or_else(|| drawing_type_of_regions(&leaf.regions))
    };
    let drawing_type = name
        .and_then(drawing_type)
        .or_else(|| is_sheet.then(of_content).flatten());
    let issue = if is_sheet {
        page.issue
    } else {
        Issue::default()
    };
    Sheet {
        page_number: page.target.page_number,
        sheet_display_name: sheet_display_name(number, name, page.target.page_number),
        discipline: number
            .and_then(|number| {
                discipline(number, name).or_else(|| discipline_of_name(number, name?))
            })
            .map(str::to_owned),
        drawing_type: drawing_type.map(str::to_owned),
        scale: leaf.reading.scale.clone().filter(|_| is_sheet),
        revision: issue.revision,
        issue_date: issue.date,
        project_name: page.project_name.filter(|_| is_sheet),
        project_number: page.project_number.filter(|_| is_sheet),
        regions: leaf.regions.clone(),
        references: places.references(&leaf.mentions, page.target),
        extract: None,
        sheet_number: page.number,
        sheet_name: page.name,
    }
}

/// Number and name, or `Page 3`.
fn sheet_display_name(number: Option<&str>, name: Option<&str>, page_number: u32) -> String {
    match (number, name) {
        (Some(number), Some(name)) => format!("{number} {name}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => format!("Page {page_number}"),
    }
}

impl Page<'_> {
    /// Whether the number was made up of figures alone, or in an office's own way.
    pub fn is_free_number(&self) -> bool {
        self.at
            .as_ref()
            .is_some_and(|found| found.form == Form::Free)
    }

    /// The lines of the name, as they are printed.
    pub fn name_lines(&self) -> Vec<&str> {
        let lines = self.name_at.iter().flat_map(|name| &name.lines);
        lines.map(|line| line.text.as_str()).collect()
    }
}
