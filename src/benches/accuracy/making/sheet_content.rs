//! What is drawn on a sheet inside its border: views, details, notes, legends, schedules, and the
//! marks that lead to other sheets. Everything drawn is noted down as true.

use super::dice::Dice;
use super::letter_widths::Face;
use super::paper::Paper;
use crate::truth::{ReferenceTruth, RegionTruth, SheetTruth, TableTruth};

/// Left, top, right, bottom in points.
pub type Area = [f64; 4];

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    Plan,
    Elevation,
    Section,
    Detail,
}

pub struct SheetMaker {
    pub paper: Paper,
    pub truth: SheetTruth,
    pub dice: Dice,
    /// Of ordinary text; large sheets have larger letters.
    pub size: f64,
}

const ROOMS: &[&str] = &[
    "LOBBY",
    "READING ROOM",
    "OFFICE",
    "CORRIDOR",
    "STACKS",
    "STAIR",
    "MECH.",
    "JANITOR",
    "WOMEN",
    "MEN",
    "MEETING ROOM",
    "WORKROOM",
    "STORAGE",
    "VESTIBULE",
    "KITCHEN",
    "ELEC. ROOM",
];
const LEADERS: &[&str] = &[
    "5/8\" GYP. BD. ON MTL. STUDS",
    "CONT. SEALANT AND BACKER ROD",
    "RIGID INSULATION",
    "PREFIN. METAL COPING",
    "CONC. SLAB ON GRADE",
    "2X6 BLOCKING, TREATED",
    "FLASHING, TURN UP 8\"",
    "STEEL ANGLE, SEE STRUCT.",
    "WEATHER BARRIER",
    "BRICK VENEER",
    "ANCHOR BOLTS AT 32\" O.C.",
    "VAPOR RETARDER",
];

impl SheetMaker {
    pub fn new(paper: Paper, size: f64, seed: u64) -> Self {
        Self {
            paper,
            truth: SheetTruth::default(),
            dice: Dice::new(seed),
            size,
        }
    }

    pub fn share(&self, [left, top, right, bottom]: Area) -> [f64; 4] {
        let (width, height) = (self.paper.width, self.paper.height);
        let rounded = |share: f64| (share * 10_000.0).round() / 10_000.0;
        [left / width, top / height, right / width, bottom / height].map(rounded)
    }

    /// Notes a region down.
    pub fn region(&mut self, kind: &str, title: Option<&str>, area: Area) {
        let boxes = vec![self.share(area)];
        self.truth.regions.push(RegionTruth {
            r#type: kind.into(),
            title: title.map(Into::into),
            number: None,
            scale: None,
            boxes,
            optional: false,
            table: None,
        });
    }

    /// A drawing in its area with its title below: a bubble with the number, a line, the scale.
    pub fn view(&mut self, area: Area, number: &str, title: &str, scale: &str, drawn: Drawn) {
        let [left, top, right, bottom] = area;
        let size = self.size;
        let floor = bottom - 4.5 * size;
        let inside = [left, top, right, floor];
        let mut reach = right;
        match drawn {
            Drawn::Plan => self.plan(inside),
            Drawn::Elevation | Drawn::Section => self.elevation(inside, drawn),
            Drawn::Detail => reach = self.detail(inside),
        }
        let radius = 1.4 * size;
        let (x, y) = (left + radius, bottom - radius);
        self.paper.circle(x, y, radius);
        self.paper
            .text_centred(x, y + 0.4 * size, 1.2 * size, Face::HelveticaBold, number);
        let start = left + 2.0 * radius + 4.0;
        self.paper.text(
            start,
            y - 0.4 * size,
            1.3 * size,
            Face::HelveticaBold,
            title,
        );
        let end = (start + Face::HelveticaBold.width(title, 1.3 * size) + 20.0).min(right);
        self.paper.line(start - 4.0, y, end, y);
        if !scale.is_empty() {
            let line = format!("SCALE: {scale}");
            self.paper
                .text(start, y + 1.2 * size, 0.9 * size, Face::Helvetica, &line);
        }
        let kind = if drawn == Drawn::Detail {
            "detail"
        } else {
            "view"
        };
        self.region(kind, Some(title), [left, top, reach.max(end), bottom]);
        if let Some(region) = self.truth.regions.last_mut() {
            region.number = Some(number.to_owned());
            region.scale = (!scale.is_empty()).then(|| scale.to_owned());
        }
    }

    fn plan(&mut self, [left, top, right, bottom]: Area) {
        let size = self.size;
        let (columns, rows) = (4, 3);
        let (x0, y0) = (left + 5.0 * size, top + 5.0 * size);
        let (width, height) = ((right - x0) / 4.0, (bottom - y0) / 3.0);
        self.paper.pen(2.0);
        self.paper.frame(x0, y0, right, bottom);
        self.paper.pen(0.6);
        for column in 0..=columns {
            let x = x0 + width * column as f64;
            self.paper.line(x, top + 2.6 * size, x, bottom);
            self.paper.circle(x, top + 1.3 * size, 1.3 * size);
            let name = (column + 1).to_string();
            self.paper
                .text_centred(x, top + 1.7 * size, size, Face::Helvetica, &name);
        }
        for row in 0..=rows {
            let y = y0 + height * row as f64;
            self.paper.line(left + 2.6 * size, y, right, y);
            self.paper.circle(left + 1.3 * size, y, 1.3 * size);
            let name = ["A", "B", "C", "D"].get(row).copied().unwrap_or_default();
            self.paper.text_centred(
                left + 1.3 * size,
                y + 0.4 * size,
                size,
                Face::Helvetica,
                name,
            );
        }
        for cell in 0..columns * rows {
            let (x, y) = (
                x0 + width * (cell % columns) as f64,
                y0 + height * (cell / columns) as f64,
            );
            let name = self.dice.pick(ROOMS);
            let middle = x + width * 0.5;
            self.paper
                .text_centred(middle, y + height * 0.5, size, Face::Helvetica, name);
            let number = (101 + cell).to_string();
            self.paper.text_centred(
                middle,
                y + height * 0.5 + 1.4 * size,
                size,
                Face::Helvetica,
                &number,
            );
            for _ in 0..6 {
                // Furniture.
                let (across, down) = (self.dice.between(4, 80), self.dice.between(62, 88));
                let (left, top) = (
                    x + width * across as f64 / 100.0,
                    y + height * down as f64 / 100.0,
                );
                self.paper
                    .frame(left, top, left + width * 0.06, top + height * 0.05);
            }
            let reach = width.min(height) * 0.18;
            self.paper
                .line(x + reach, y + height, x + reach, y + height - reach);
            self.paper
                .circle(x + width * 0.8, y + height * 0.25, 0.9 * size);
            let tag = ["A", "B", "C"].get(cell % 3).copied().unwrap_or_default();
            self.paper.text_centred(
                x + width * 0.8,
                y + height * 0.25 + 0.35 * size,
                0.8 * size,
                Face::Helvetica,
                tag,
            );
            let feet = format!("{}'-{}\"", self.dice.between(8, 24), self.dice.below(12));
            self.paper
                .text_centred(middle, y + 1.2 * size, 0.8 * size, Face::Helvetica, &feet);
        }
    }

    fn elevation(&mut self, [left, top, right, bottom]: Area, drawn: Drawn) {
        let size = self.size;
        let end = right - 14.0 * size;
        self.paper.pen(1.6);
        self.paper.frame(left, top + 2.0 * size, end, bottom);
        self.paper.pen(0.6);
        let storey = (bottom - top - 2.0 * size) / 2.0;
        for (name, level, y) in [
            ("ROOF", "124'-0\"", top + 2.0 * size),
            ("SECOND FLOOR", "112'-0\"", top + 2.0 * size + storey),
            ("FIRST FLOOR", "100'-0\"", bottom),
        ] {
            self.paper.line(left, y, right, y);
            self.paper
                .text_right(right, y - 0.4 * size, 0.9 * size, Face::Helvetica, name);
            self.paper
                .text_right(right, y + 1.0 * size, 0.9 * size, Face::Helvetica, level);
        }
        for bay in 0..6 {
            let x = left + (end - left) * (f64::from(bay) + 0.25) / 6.0;
            let wide = (end - left) / 12.0;
            for floor in [0.0, 1.0] {
                let y = top + 2.0 * size + storey * (floor + 0.3);
                self.paper.frame(x, y, x + wide, y + storey * 0.4);
            }
        }
        if drawn == Drawn::Section {
            self.paper.hatch(left, bottom - size, end, bottom, 5.0);
            self.paper
                .hatch(left, top + size * 2.0, left + 2.0 * size, bottom, 6.0);
        }
    }

    /// Answers how far to the right it reaches.
    fn detail(&mut self, [left, top, right, bottom]: Area) -> f64 {
        let size = self.size;
        let wall = left + (right - left) * 0.4;
        self.paper.pen(1.6);
        self.paper.frame(left, top, wall, bottom);
        self.paper.pen(0.6);
        let middle = (left + wall) / 2.0;
        self.paper.hatch(left, top, middle, bottom, 7.0);
        self.paper
            .frame(middle, top + 3.0 * size, wall, bottom - 5.0 * size);
        self.paper.line(
            left,
            (top + bottom) / 2.0,
            wall + 30.0,
            (top + bottom) / 2.0,
        );
        let notes = self.dice.some(LEADERS, 4);
        let x = wall + 4.0 * size;
        let mut reach = wall;
        for (note, row) in notes.iter().zip(1..) {
            let y = top + (bottom - top) * f64::from(row) / 5.0;
            self.paper
                .line(wall - 8.0, y + 10.0, x - 3.0, y - 0.3 * size);
            self.paper.text(x, y, 0.9 * size, Face::Helvetica, note);
            reach = reach.max(x + Face::Helvetica.width(note, 0.9 * size));
        }
        reach
    }

    /// A heading and numbered sentences over as many lines as they take.
    pub fn notes(&mut self, [left, top, right, _]: Area, title: &str, notes: &[&str]) {
        let size = self.size;
        self.paper.text(
            left,
            top + 1.4 * size,
            1.4 * size,
            Face::HelveticaBold,
            title,
        );
        let mut y = top + 3.4 * size;
        for (note, number) in notes.iter().zip(1..) {
            self.paper
                .text(left, y, size, Face::Helvetica, &format!("{number}."));
            for line in wrapped(note, size, right - left - 2.4 * size) {
                self.paper
                    .text(left + 2.4 * size, y, size, Face::Helvetica, &line);
                y += 1.3 * size;
            }
            y += 0.5 * size;
        }
        self.region("notes", Some(title), [left, top, right, y - size]);
    }

    /// Symbols and what they mean. The region ends where the longest entry does.
    pub fn legend(&mut self, [left, top, ..]: Area, title: &str, entries: &[&str]) {
        let size = self.size;
        let mut right = left + Face::HelveticaBold.width(title, 1.4 * size);
        self.paper.text(
            left,
            top + 1.4 * size,
            1.4 * size,
            Face::HelveticaBold,
            title,
        );
        let mut y = top + 4.0 * size;
        for (entry, row) in entries.iter().zip(0..) {
            match row % 3 {
                0 => self
                    .paper
                    .circle(left + 1.5 * size, y - 0.3 * size, 0.9 * size),
                1 => self
                    .paper
                    .frame(left, y - size, left + 3.0 * size, y + 0.3 * size),
                _ => self
                    .paper
                    .line(left, y - 0.3 * size, left + 3.0 * size, y - 0.3 * size),
            }
            self.paper
                .text(left + 5.0 * size, y, size, Face::Helvetica, entry);
            right = right.max(left + 5.0 * size + Face::Helvetica.width(entry, size));
            y += 2.2 * size;
        }
        self.region("legend", Some(title), [left, top, right, y - size]);
    }

    /// A table with its title above; `has_rules` draws every rule, else only one under the headings.
    pub fn schedule(
        &mut self,
        (left, top): (f64, f64),
        title: &str,
        columns: &[(&str, f64)],
        rows: &[Vec<String>],
        has_rules: bool,
    ) -> f64 {
        let size = self.size;
        let height = 1.9 * size;
        let width: f64 = columns.iter().map(|(_, width)| width * size).sum();
        let (right, first) = (left + width, top + 2.4 * size);
        let middle = (left + right) / 2.0;
        self.paper.text_centred(
            middle,
            top + 1.6 * size,
            1.4 * size,
            Face::HelveticaBold,
            title,
        );
        let headings: Vec<String> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let mut y = first;
        for (row, number) in std::iter::once(&headings).chain(rows).zip(0..) {
            let face = if number == 0 {
                Face::HelveticaBold
            } else {
                Face::Helvetica
            };
            let mut x = left;
            for (text, (_, share)) in row.iter().zip(columns) {
                self.paper
                    .text(x + 0.4 * size, y + 1.35 * size, size, face, text);
                if has_rules {
                    self.paper.frame(x, y, x + share * size, y + height);
                }
                x += share * size;
            }
            y += height;
            if number == 0 && !has_rules {
                self.paper.line(left, y, right, y);
            }
        }
        let table = TableTruth {
            heading_rows: 1,
            columns: columns.len(),
            rows: std::iter::once(headings)
                .chain(rows.iter().cloned())
                .collect(),
        };
        self.region("schedule", Some(title), [left, top, right, y]);
        if let Some(region) = self.truth.regions.last_mut() {
            region.table = Some(table);
        }
        y
    }

    fn refer(&mut self, sheet: &str, view: Option<&str>, (x, y): (f64, f64)) {
        let [x, y, _, _] = self.share([x, y, x, y]);
        self.truth.references.push(ReferenceTruth {
            sheet_number: sheet.to_owned(),
            view: view.map(Into::into),
            at: [x, y],
            optional: false,
        });
    }

    /// A section mark: a circle with the view above and the sheet below.
    pub fn section_mark(&mut self, x: f64, y: f64, view: &str, sheet: &str) {
        let size = self.size;
        let radius = (Face::Helvetica.width(sheet, 0.8 * size) * 0.5 + 4.0).max(1.8 * size);
        self.paper.circle(x, y, radius);
        self.paper.line(x - radius, y, x + radius, y);
        self.paper
            .text_centred(x, y - 0.4 * size, 0.9 * size, Face::Helvetica, view);
        self.paper
            .text_centred(x, y + 1.0 * size, 0.8 * size, Face::Helvetica, sheet);
        self.refer(sheet, Some(view), (x, y + 0.7 * size));
    }

    /// A line of words that names another sheet, `words` with `#` for the sheet's number.
    pub fn pointer(&mut self, x: f64, y: f64, words: &str, view: Option<&str>, sheet: &str) {
        let size = self.size;
        let words = words.replace('#', sheet);
        self.paper.text(x, y, size, Face::Helvetica, &words);
        let half = Face::Helvetica.width(&words, size) / 2.0;
        self.refer(sheet, view, (x + half, y - 0.4 * size));
    }

    /// A small outline of the building.
    pub fn key_plan(&mut self, [left, top, right, bottom]: Area) {
        let size = self.size;
        self.paper.frame(left, top, right, bottom - 2.0 * size);
        let middle = (left + right) / 2.0;
        self.paper.line(middle, top, middle, bottom - 2.0 * size);
        self.paper
            .hatch(left, top, middle, bottom - 2.0 * size, 6.0);
        self.paper.text(
            left,
            bottom - 0.3 * size,
            1.1 * size,
            Face::HelveticaBold,
            "KEY PLAN",
        );
        self.region("key_plan", Some("KEY PLAN"), [left, top, right, bottom]);
    }
}

fn wrapped(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        let space = if line.is_empty() { "" } else { " " };
        let longer = format!("{line}{space}{word}");
        if line.is_empty() || Face::Helvetica.width(&longer, size) <= width {
            *line = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
