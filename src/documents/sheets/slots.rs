//! Slots: the place where the title blocks of a set carry the sheet's number, and the one of its name.
//! The settling asks with all sheets of one size.

use std::collections::BTreeMap;

use super::super::lines::Line;
use super::number_shape::{Form, key};
use super::sheet_name::{FoundName, finished, is_name_text};
use super::sheet_number::FoundNumber;
use super::title_block::Sheet;

const MOST_SLOTS: usize = 400;

/// A place where several sheets carry something like a number.
struct Slot {
    line: Line,
    form: Form,
    /// Sheet and candidate.
    members: Vec<(usize, usize)>,
    numbers: BTreeMap<String, usize>,
    /// How many of the sheets take it for theirs by themselves, and how many could.
    own: usize,
    sure: usize,
    labelled: usize,
}

impl Slot {
    fn takes(&self, found: &FoundNumber) -> bool {
        let (line, other) = (&self.line, &found.line);
        let em = line.size.max(other.size);
        let is_near = |a: f64, b: f64| (a - b).abs() <= 0.8 * em;
        self.form == found.form
            && line.angle == other.angle
            && (line.down - other.down).abs() <= 0.7 * em
            && (0.75..=1.34).contains(&(line.size / other.size))
            && (is_near(line.start, other.start)
                || is_near(line.end, other.end)
                || is_near(line.start + line.end, other.start + other.end))
    }

    fn most_repeated(&self) -> usize {
        self.numbers.values().copied().max().unwrap_or(0)
    }

    /// Whether numbers change from sheet to sheet here, and enough sheets vouch for the place.
    fn is_good(&self, sheets: usize) -> bool {
        let count = self.members.len();
        // Nothing but numbers of sheets changes at one place from each sheet to the next.
        let is_everywhere = self.form != Form::Free
            && count >= 5
            && count * 10 >= sheets * 7
            && self.numbers.len() == count;
        count >= 2
            && self.numbers.len() * 10 >= count * 4
            && self.most_repeated() <= (count / 4).max(2)
            && (self.sure * 2 >= count || self.labelled * 2 >= count || is_everywhere)
    }

    /// Whether it says the same on most sheets: a project's code, a status, a room.
    fn is_constant(&self) -> bool {
        self.members.len() >= 3 && self.most_repeated() * 2 > self.members.len()
    }

    fn score(&self) -> f64 {
        let doubt = if self.form == Form::Free { 0.3 } else { 1.0 };
        doubt * (self.own as f64 + 0.5 * self.members.len() as f64)
    }
}

/// The number chosen for a sheet, and the slot it stands in: sheets of one slot share a title block.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    pub candidate: Option<usize>,
    pub slot: Option<usize>,
    /// Whether several sheets agree on the place.
    pub agreed: bool,
}

/// Chooses for each sheet of a set among its candidates (the first is the sheet's own answer if it is
/// sure): the slot decides where a sheet is unsure or contradicts it.
pub(super) fn choose_numbers(sheets: &[&[FoundNumber]]) -> Vec<Choice> {
    let mut slots: Vec<Slot> = Vec::new();
    for (sheet, candidates) in sheets.iter().enumerate() {
        for (place, found) in candidates.iter().enumerate() {
            let slot = match slots.iter().position(|slot| slot.takes(found)) {
                Some(slot) => slot,
                None if slots.len() < MOST_SLOTS => {
                    slots.push(Slot {
                        line: found.line.clone(),
                        form: found.form,
                        members: Vec::new(),
                        numbers: BTreeMap::new(),
                        own: 0,
                        sure: 0,
                        labelled: 0,
                    });
                    slots.len() - 1
                }
                None => continue,
            };
            let Some(slot) = slots.get_mut(slot) else {
                continue;
            };
            // One vote for a sheet, its likeliest.
            if slot.members.last().is_some_and(|(last, _)| *last == sheet) {
                continue;
            }
            slot.members.push((sheet, place));
            *slot.numbers.entry(key(&found.number)).or_default() += 1;
            slot.own += usize::from(place == 0 && found.sure);
            slot.sure += usize::from(found.sure);
            slot.labelled += usize::from(found.labelled);
        }
    }
    slots.sort_by(|a, b| {
        (b.is_good(sheets.len()).cmp(&a.is_good(sheets.len())))
            .then(b.score().total_cmp(&a.score()))
    });
    let has_wide_slot = slots
        .iter()
        .any(|slot| slot.is_good(sheets.len()) && slot.members.len() >= 3);
    let mut choices: Vec<Choice> = vec![Choice::default(); sheets.len()];
    for (number, slot) in slots.iter().enumerate() {
        for (sheet, place) in &slot.members {
            let Some(choice) = choices.get_mut(*sheet) else {
                continue;
            };
            let is_own = *place == 0
                && sheets
                    .get(*sheet)
                    .and_then(|candidates| candidates.first())
                    .is_some_and(|found| found.sure);
            let wide = slot.is_good(sheets.len()) && slot.members.len() >= 3;
            let good_pair = slot.is_good(sheets.len()) && is_own;
            if choice.candidate.is_none() && (wide || good_pair) {
                *choice = Choice {
                    candidate: Some(*place),
                    slot: Some(number),
                    agreed: slot.is_good(sheets.len()),
                };
            }
        }
    }
    // Where no slot helps, the sheet's own answer stays, unless all the others print the same there.
    for (number, slot) in slots.iter().enumerate() {
        for (sheet, place) in &slot.members {
            let sure = *place == 0
                && sheets
                    .get(*sheet)
                    .and_then(|candidates| candidates.first())
                    .is_some_and(|found| found.sure);
            let Some(choice) = choices.get_mut(*sheet) else {
                continue;
            };
            if choice.candidate.is_none() && sure && !(has_wide_slot && slot.is_constant()) {
                *choice = Choice {
                    candidate: Some(0),
                    slot: Some(number),
                    agreed: false,
                };
            }
        }
    }
    choices
}

/// Where the names of the sheets of one title block stand, in the frame of their text.
pub(super) struct NameSlot {
    angle: i32,
    top: f64,
    bottom: f64,
    start: f64,
    end: f64,
    size: f64,
}

/// The name's slot, when at least three sheets and most of those that have a name agree on it.
pub(super) fn name_slot(names: &[&FoundName]) -> Option<NameSlot> {
    let mut places: Vec<(&Line, &Line)> = names
        .iter()
        .filter_map(|name| Some((name.lines.first()?, name.lines.last()?)))
        .collect();
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let mut angles: BTreeMap<i32, usize> = BTreeMap::new();
    for (first, _) in &places {
        *angles.entry(first.angle).or_default() += 1;
    }
    let angle = angles.into_iter().max_by_key(|(_, count)| *count)?.0;
    let top = middle(places.iter().map(|(first, _)| first.down).collect())?;
    let size = middle(places.iter().map(|(first, _)| first.size).collect())?;
    let all = places.len();
    places.retain(|(first, _)| {
        first.angle == angle
            && (first.down - top).abs() <= 4.0 * size
            && (0.7..=1.4).contains(&(first.size / size))
    });
    if places.len() < 3 || places.len() * 10 < all * 6 {
        return None;
    }
    let fold = |values: &mut dyn Iterator<Item = f64>, least: bool| {
        values.fold(if least { f64::MAX } else { f64::MIN }, |a, b| {
            if least { a.min(b) } else { a.max(b) }
        })
    };
    Some(NameSlot {
        angle,
        top: fold(&mut places.iter().map(|(first, _)| first.down), true),
        bottom: fold(&mut places.iter().map(|(_, last)| last.down), false),
        start: fold(&mut places.iter().map(|(first, _)| first.start), true),
        end: fold(&mut places.iter().map(|(first, _)| first.end), false),
        size,
    })
}

impl NameSlot {
    pub fn holds(&self, line: &Line) -> bool {
        line.angle == self.angle
            && line.down >= self.top - 0.7 * self.size
            && line.down <= self.bottom + 0.7 * self.size
            && line.start < self.end + self.size
            && line.end > self.start - self.size
            && (0.7..=1.4).contains(&(line.size / self.size))
    }

    /// What a sheet prints in the slot.
    pub fn read(&self, sheet: &Sheet, is_furniture: &dyn Fn(&Line) -> bool) -> Option<FoundName> {
        let mut lines: Vec<Line> = Vec::new();
        for (at, line) in sheet.lines.iter().enumerate() {
            let is_part = self.holds(line)
                && sheet.label_of(at).is_none()
                && !is_furniture(line)
                && (is_name_text(line) || line.text.chars().count() <= 8)
                && super::number_shape::as_sheet_number(&line.text).is_none()
                && super::dates::find_date(&line.text).is_none_or(|date| date.before > 0);
            if is_part && lines.len() < 8 {
                lines.push(line.clone());
            }
        }
        lines.sort_by(|a, b| a.down.total_cmp(&b.down));
        // Too far apart for one name: better none than two cells in one.
        let is_apart = lines.iter().zip(lines.iter().skip(1)).any(|(a, b)| {
            let step = b.down - a.down;
            step > 2.6 * self.size || step < 0.3 * self.size
        });
        let has_text = lines.iter().any(is_name_text);
        (has_text && !is_apart && lines.len() <= 5)
            .then(|| finished(lines, false))
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheet_number::candidates;
    use super::super::title_block::tests::{Page, page};
    use super::*;

    fn numbers(pages: Vec<Page>) -> Vec<Option<String>> {
        let found: Vec<Vec<FoundNumber>> =
            pages.iter().map(|page| candidates(&page.sheet())).collect();
        let sheets: Vec<&[FoundNumber]> = found.iter().map(Vec::as_slice).collect();
        choose_numbers(&sheets)
            .iter()
            .zip(&sheets)
            .map(|(choice, found)| {
                let found = found.get(choice.candidate?)?;
                Some(found.number.clone())
            })
            .collect()
    }

    fn sheet(number: &str) -> Page {
        page(2592.0, 1728.0).print(number, 2400.0, 1650.0, 14.0)
    }

    #[test]
    fn a_large_tag_on_one_sheet_loses_to_the_place_of_the_others() {
        let pages = vec![
            sheet("A101"),
            sheet("A102"),
            sheet("A103"),
            sheet("A104").print("T7", 2000.0, 1500.0, 40.0),
        ];
        let expected = ["A101", "A102", "A103", "A104"].map(|text| Some(text.to_owned()));
        assert_eq!(numbers(pages), expected);
    }

    #[test]
    fn what_is_the_same_on_all_sheets_is_no_number() {
        let coded = |number: &str| sheet(number).print("S2", 2200.0, 1650.0, 30.0);
        let pages = vec![coded("A101"), coded("A102"), coded("A103"), coded("A104")];
        let found = numbers(pages);
        assert!(!found.contains(&Some("S2".to_owned())), "{found:?}");
    }

    #[test]
    fn one_sheet_keeps_its_own_answer() {
        assert_eq!(numbers(vec![sheet("A101")]), [Some("A101".to_owned())]);
    }
}
