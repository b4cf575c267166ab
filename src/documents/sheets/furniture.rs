//! Furniture: what stands at the same place in the title blocks of many sheets of a set (firm, address,
//! labels, the project). Learned from all sheets of one size; the settling asks for single lines.

use std::collections::{BTreeMap, BTreeSet};

use super::super::lines::Line;

/// So many sheets, evenly picked, are enough to learn from.
const MOST_SHEETS: usize = 300;
/// Lines of a sheet that are looked at, and the longest kept, in bytes.
const MOST_LINES: usize = 600;
const LONGEST_TEXT: usize = 120;

/// A text at a place, and on how many sheets it stands there.
struct Spot {
    start: f64,
    down: f64,
    size: f64,
    sheets: BTreeSet<usize>,
    is_furniture: bool,
}

/// A sheet, and where one of its lines starts, ends and how far down it stands.
type Stretch = (usize, f64, f64, f64);

#[derive(Default)]
pub(super) struct Furniture {
    spots: BTreeMap<(String, i32), Vec<Spot>>,
    /// How many sheets it was learned from.
    sheets: usize,
}

impl Furniture {
    /// From the lines of each sheet; copies of one sheet must be given once.
    pub fn learn(sheets: &[&[Line]]) -> Self {
        let step = sheets.len().div_ceil(MOST_SHEETS).max(1);
        let picked: Vec<&[Line]> = sheets.iter().step_by(step).copied().collect();
        let mut furniture = Self {
            sheets: picked.len(),
            ..Self::default()
        };
        if picked.len() < 2 {
            return furniture;
        }
        // What stands on each height, to tell how many sheets have anything at a place.
        let mut heights: BTreeMap<(i32, i64), Vec<Stretch>> = BTreeMap::new();
        for (sheet, lines) in picked.iter().enumerate() {
            for line in lines.iter().take(MOST_LINES) {
                if line.text.len() > LONGEST_TEXT {
                    continue;
                }
                heights
                    .entry((line.angle, height(line.down)))
                    .or_default()
                    .push((sheet, line.start, line.end, line.down));
                let spots = furniture
                    .spots
                    .entry((line.text.clone(), line.angle))
                    .or_default();
                let known = spots.iter().position(|spot| spot.is_at(line));
                if let Some(spot) = known.and_then(|at| spots.get_mut(at)) {
                    spot.sheets.insert(sheet);
                } else if spots.len() < 20 {
                    spots.push(Spot {
                        start: line.start,
                        down: line.down,
                        size: line.size,
                        sheets: BTreeSet::from([sheet]),
                        is_furniture: false,
                    });
                }
            }
        }
        let least = if picked.len() >= 4 { 3 } else { 2 };
        for ((text, angle), spots) in &mut furniture.spots {
            for spot in spots.iter_mut().filter(|spot| spot.sheets.len() >= least) {
                let length = 0.5 * spot.size * text.len() as f64;
                let (start, end) = (spot.start, spot.start + length);
                let mut here = BTreeSet::new();
                for near in [-1, 0, 1] {
                    let lines = heights.get(&(*angle, height(spot.down).saturating_add(near)));
                    here.extend(lines.into_iter().flatten().filter_map(
                        |(sheet, other_start, other_end, down)| {
                            ((down - spot.down).abs() <= 0.6 * spot.size
                                && *other_start < end
                                && *other_end > start)
                                .then_some(*sheet)
                        },
                    ));
                }
                spot.is_furniture = spot.sheets.len() * 10 >= here.len() * 6;
            }
        }
        furniture
            .spots
            .retain(|_, spots| spots.iter().any(|spot| spot.is_furniture));
        furniture
    }

    /// Whether the line stands like this on many sheets.
    pub fn has(&self, line: &Line) -> bool {
        self.count(line) > 0
    }

    /// Whether the line stands like this on all sheets but a few: more than names ever do.
    pub fn is_everywhere(&self, line: &Line) -> bool {
        let count = self.count(line);
        count >= 3 && count * 10 >= self.sheets * 9
    }

    /// On how many of the sheets learned from it stands, when it is furniture; else 0.
    pub fn count(&self, line: &Line) -> usize {
        if line.text.len() > LONGEST_TEXT || self.spots.is_empty() {
            return 0;
        }
        self.spots
            .get(&(line.text.clone(), line.angle))
            .and_then(|spots| {
                spots
                    .iter()
                    .find(|spot| spot.is_furniture && spot.is_at(line))
            })
            .map_or(0, |spot| spot.sheets.len())
    }
}

impl Spot {
    fn is_at(&self, line: &Line) -> bool {
        let reach = self.size.max(3.0);
        (line.start - self.start).abs() <= reach && (line.down - self.down).abs() <= reach
    }
}

/// The page in bands of 12 points.
fn height(down: f64) -> i64 {
    (down / 12.0).floor() as i64
}

#[cfg(test)]
mod tests {
    use super::super::title_block::tests::page;
    use super::*;

    #[test]
    fn what_repeats_is_furniture_and_what_changes_is_not() {
        let sheets: Vec<_> = ["FLOOR PLAN", "ROOF PLAN", "SECTIONS", "FLOOR PLAN"]
            .iter()
            .map(|name| {
                page(2592.0, 1728.0)
                    .print("HARBOUR LIBRARY", 2300.0, 1400.0, 10.0)
                    .print(name, 2300.0, 1500.0, 10.0)
                    .sheet()
            })
            .collect();
        let lines: Vec<&[Line]> = sheets.iter().map(|sheet| sheet.lines.as_slice()).collect();
        let furniture = Furniture::learn(&lines);
        let found = |text: &str| {
            let line = sheets[0].lines.iter().find(|line| line.text == text);
            furniture.has(line.unwrap())
        };
        assert!(found("HARBOUR LIBRARY"));
        assert!(!found("FLOOR PLAN"));
        assert!(!Furniture::learn(&lines[..1]).has(&sheets[0].lines[0]));
    }
}
