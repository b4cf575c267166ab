//! A drawing page as the title block rules see it, and what is read from its title block as a whole.
//! The worker asks for every drawing page, the binding again for all of them.

use super::super::lines::{Line, sheet_lines};
use super::super::words::Word;
use super::discipline::discipline;
use super::drawing_type::drawing_type;
use super::fields::fields_of;
use super::labels::{Label, is_beside, is_under, label};
use super::scale::{drawn_scale, sheet_scale};
use super::sheet_name::sheet_name;
use super::sheet_number::{candidates, sheet_number};
use super::trade_words::trade_points;

/// What a sheet says of itself; each part is none where unsure.
#[derive(Debug, Default, PartialEq)]
pub(in super::super) struct SheetFacts {
    pub number: Option<String>,
    pub name: Option<String>,
    pub discipline: Option<&'static str>,
    pub drawing_type: Option<&'static str>,
    pub scale: Option<String>,
}

/// A sheet as the title block rules see it: its outer strips only, turned so that most of its text
/// reads to the right.
pub(super) struct Sheet {
    /// In points, as most of the text sees it.
    pub width: f64,
    pub height: f64,
    /// The lines of the strips along the edges. A line's own frame (`start`, `end`, `down`) is the
    /// page's, for only differences within one angle count.
    pub lines: Vec<Line>,
    /// The em of ordinary words, in points: a third of all words are smaller.
    pub usual_size: f64,
    /// The em of the largest line anywhere on the sheet, in points.
    pub largest_size: f64,
    /// Scales under views anywhere on the sheet, each once.
    pub view_scales: Vec<String>,
    /// The places of labels in `lines`, what they announce, and what follows on the line.
    labels: Vec<(usize, Label, String)>,
}

/// More lines than this in the strips, or labels, are noise.
const MOST_LINES: usize = 2_500;
const MOST_LABELS: usize = 150;
const MOST_SCALES: usize = 30;
/// Labels that are words of sheet names as well.
const WORDS_OF_NAMES: &[&str] = &[
    "BUILDING",
    "SITE",
    "FACILITY",
    "LEVEL",
    "LOCATION",
    "NORTH",
    "NOTES",
    "PHASE",
    "DESIGN",
    "TYPE",
    "KEY PLAN",
    "SYMBOL",
    "SEAL",
    "DEVELOPMENT",
];

impl Sheet {
    pub fn new(words: &[Word], width: f64, height: f64) -> Self {
        Self::of_lines(&sheet_lines(words), width, height)
    }

    /// From the lines of a drawing page of this size in points.
    pub fn of_lines(lines: &[Line], width: f64, height: f64) -> Self {
        let turn = reading_turn(lines);
        let (width, height) = (width.max(1.0), height.max(1.0));
        let mut view_scales: Vec<String> = Vec::new();
        for scale in lines.iter().filter_map(|line| drawn_scale(&line.text)) {
            if view_scales.len() < MOST_SCALES && !view_scales.contains(&scale) {
                view_scales.push(scale);
            }
        }
        let mut sheet = Self {
            width: if turn % 180 == 0 { width } else { height },
            height: if turn % 180 == 0 { height } else { width },
            usual_size: usual_size(lines),
            largest_size: lines.iter().map(|line| line.size).fold(0.0, f64::max),
            view_scales,
            lines: Vec::new(),
            labels: Vec::new(),
        };
        for line in lines {
            let line = turned(line, turn, width, height);
            if !sheet.is_in_strip(&line) {
                continue;
            }
            let fields = fields_of(&line);
            match fields.is_empty() {
                true => sheet.lines.push(line),
                false => sheet.lines.extend(fields),
            }
        }
        if sheet.lines.len() > MOST_LINES {
            let size = (sheet.width, sheet.height);
            let far = |line: &Line| {
                let (x, y) = line.centre();
                (size.0 - x).min(size.1 - y)
            };
            sheet.lines.sort_by(|a, b| far(a).total_cmp(&far(b)));
            sheet.lines.truncate(MOST_LINES);
        }
        sheet.labels = sheet
            .lines
            .iter()
            .enumerate()
            .filter_map(|(at, line)| {
                let (label, rest) = label(&line.text)?;
                Some((at, label, rest.to_owned()))
            })
            .take(MOST_LABELS)
            .filter(|(at, ..)| {
                let line = sheet.lines.get(*at);
                line.is_none_or(|line| !sheet.is_part_of_name(line))
            })
            .collect();
        sheet
    }

    pub fn short_side(&self) -> f64 {
        self.width.min(self.height)
    }

    /// Where a line's centre stands, as shares of width and height.
    pub fn place(&self, line: &Line) -> (f64, f64) {
        let (x, y) = line.centre();
        (x / self.width, y / self.height)
    }

    fn is_in_strip(&self, line: &Line) -> bool {
        let (x, y) = self.place(line);
        x > 0.7 || y > 0.75 || x < 0.1 || y < 0.1
    }

    /// The strips along the right and the bottom edge in which title blocks stand.
    pub fn is_in_title_strip(&self, line: &Line) -> bool {
        let (x, y) = self.place(line);
        x > 0.75 || y > 0.82
    }

    /// Whether a text that could be a label is a line of a name instead: `BUILDING` over `SECTIONS`, or
    /// `SHEET 2` under `ELECTRICAL DETAILS`, in the same large letters.
    pub fn is_part_of_name(&self, line: &Line) -> bool {
        let upper = line.text.to_uppercase();
        let counts_sheets = upper
            .strip_prefix("SHEET ")
            .is_some_and(|rest| rest.len() <= 2 && rest.chars().all(|c| c.is_ascii_digit()));
        if line.size < 1.2 * self.usual_size
            || !(counts_sheets || WORDS_OF_NAMES.contains(&upper.as_str()))
        {
            return false;
        }
        self.lines.iter().any(|other| {
            // Where it stands is asked first: many lines may read alike, few are next to it.
            let is_next = other.is_continued_by(line, 1.5)
                || (!counts_sheets && line.is_continued_by(other, 1.5));
            is_next
                && (0.95..=1.05).contains(&(line.size / other.size))
                && trade_points(&other.text) >= 2.0
                && label(&other.text).is_none()
        })
    }

    /// The label that the line at this place of `lines` is or starts with, and what follows on it.
    pub fn label_of(&self, at: usize) -> Option<(Label, &str)> {
        let place = self
            .labels
            .binary_search_by_key(&at, |(place, ..)| *place)
            .ok()?;
        let (_, label, rest) = self.labels.get(place)?;
        Some((*label, rest))
    }

    /// All labels: the line, what it announces, and what follows on the line.
    pub fn labels(&self) -> impl Iterator<Item = (&Line, Label, &str)> + Clone {
        self.labels
            .iter()
            .filter_map(|(at, label, rest)| Some((self.lines.get(*at)?, *label, rest.as_str())))
    }

    /// Whether the value stands in the label's cell: under it or beside it, with no other label nearer.
    pub fn is_value_of(&self, label: &Line, value: &Line, depth: f64) -> bool {
        let under = is_under(label, value, depth);
        if !under && !is_beside(label, value) {
            return false;
        }
        let middle = (value.start + value.end) / 2.0;
        !self.labels.iter().any(|(at, ..)| {
            let Some(other) = self.lines.get(*at) else {
                return false;
            };
            if other.angle != label.angle || other.start == label.start && other.down == label.down
            {
                return false;
            }
            let is_beside_label =
                (other.down - label.down).abs() <= 0.7 * label.size && other.start > label.end;
            if !under {
                // Another label between label and value on the line.
                return is_beside_label && other.start < value.start + 0.1;
            }
            let em = other.size.max(1.0);
            let next_cell = is_beside_label && middle > other.start - 0.5 * em;
            let cell_before = (other.down - label.down).abs() <= 0.7 * label.size
                && other.end < label.start
                && middle < (other.end + label.start) / 2.0;
            let between = other.down > label.down + 0.3 * label.size
                && other.down <= value.down + 0.3 * value.size
                && other.start < value.end
                && other.end > value.start.min(label.start);
            // A label of a lower row that stands right before the value on its line.
            let before = (other.down - value.down).abs() <= 0.5 * em
                && other.down > label.down + 0.3 * label.size
                && other.end <= value.start + 0.2 * em
                && value.start - other.end <= 4.0 * em;
            next_cell || cell_before || between || before
        })
    }

    /// The lines in a label's cell, the nearest first; labels are none of them.
    pub fn values_of(&self, label: &Line, depth: f64) -> Vec<&Line> {
        const MOST_VALUES: usize = 12;
        let mut values: Vec<(f64, &Line)> = self
            .lines
            .iter()
            .enumerate()
            .filter(|(at, value)| {
                (is_under(label, value, depth) || is_beside(label, value))
                    && self.label_of(*at).is_none()
                    && self.is_value_of(label, value, depth)
            })
            .map(|(_, value)| (gap_from(label, value), value))
            .collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        values.truncate(MOST_VALUES);
        values.into_iter().map(|(_, value)| value).collect()
    }
}

impl Sheet {
    /// The line at the far end of a label's cell: on its baseline, with nothing between them.
    pub fn value_across(&self, label: &Line) -> Option<&Line> {
        self.lines
            .iter()
            .filter(|value| {
                value.angle == label.angle
                    && (value.down - label.down).abs() <= 0.6 * label.size.max(value.size)
                    && value.start >= label.end
                    && value.start - label.end <= 30.0 * label.size
            })
            .min_by(|a, b| a.start.total_cmp(&b.start))
    }
}

impl Sheet {
    /// The line right over a label, in larger letters, where an office prints its labels under the
    /// values: no other label announces it.
    pub fn value_over(&self, label: &Line) -> Option<&Line> {
        let value = self.larger_over(label)?;
        let is_of_other = self.labels().any(|(other, _, rest)| {
            rest.is_empty()
                && !(other.start == label.start && other.down == label.down)
                && other.down < label.down
                && self.is_value_of(other, value, 2.5)
                // Unless that one has its own value over it.
                && self
                    .larger_over(other)
                    .is_none_or(|own| other.down - own.down >= value.down - other.down)
        });
        (!is_of_other).then_some(value)
    }

    fn larger_over(&self, label: &Line) -> Option<&Line> {
        self.lines
            .iter()
            .filter(|value| {
                let step = label.down - value.down;
                value.angle == label.angle
                    && value.size >= 1.2 * label.size
                    && step > 0.0
                    && step <= 0.6 * value.size + 1.4 * label.size
                    && value.start < label.end
                    && value.end > label.start
            })
            .max_by(|a, b| a.down.total_cmp(&b.down))
    }
}

/// How far a value stands from its label; what is beside counts as near.
fn gap_from(label: &Line, value: &Line) -> f64 {
    (value.down - label.down).max(0.0) + 0.05 * (value.start - label.start).abs()
}

/// The em of ordinary words: a third of all words are smaller.
fn usual_size(lines: &[Line]) -> f64 {
    let mut sizes: Vec<(f64, usize)> = lines
        .iter()
        .map(|line| (line.size, line.word_count.max(1)))
        .collect();
    sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let all: usize = sizes.iter().map(|(_, count)| count).sum();
    let mut seen = 0;
    for (size, count) in sizes {
        seen += count;
        if seen * 3 > all {
            return size.max(0.1);
        }
    }
    1.0
}

/// By how many degrees (0, 90, 180, 270) most of the text is turned: a sheet that lies on its side.
fn reading_turn(lines: &[Line]) -> i32 {
    let mut counts = [0_usize; 4];
    let mut all = 0;
    for line in lines {
        let letters = line.text.len();
        all += letters;
        let quarter = line.angle.rem_euclid(360);
        if quarter % 90 == 0
            && let Some(count) = usize::try_from(quarter / 90)
                .ok()
                .and_then(|quarter| counts.get_mut(quarter))
        {
            *count += letters;
        }
    }
    // Dimensions and pipes run upwards on many upright sheets; a sheet on its side shows little else.
    (0..4)
        .zip(counts)
        .find(|(quarter, count)| *quarter > 0 && *count * 4 > all * 3)
        .map_or(0, |(quarter, _)| quarter * 90)
}

/// The line as it stands when the page (of `width` and `height`) is turned by `turn` degrees clockwise.
fn turned(line: &Line, turn: i32, width: f64, height: f64) -> Line {
    let mut line = line.clone();
    let (left, top, right, bottom) = (line.left, line.top, line.right, line.bottom);
    (line.left, line.top, line.right, line.bottom) = match turn {
        90 => (height - bottom, left, height - top, right),
        180 => (width - right, height - bottom, width - left, height - top),
        270 => (top, width - right, bottom, width - left),
        _ => return line,
    };
    line.angle = match (line.angle - turn).rem_euclid(360) {
        angle if angle > 180 => angle - 360,
        angle => angle,
    };
    line
}

/// Reads the title block from the words of a drawing page; width and height in points.
pub(in super::super) fn sheet_facts(words: &[Word], width: f64, height: f64) -> SheetFacts {
    let sheet = Sheet::new(words, width, height);
    let candidates = candidates(&sheet);
    let found = sheet_number(&candidates);
    let name = sheet_name(&sheet, found, &|_| false).map(|name| name.text);
    let number = found.map(|found| found.number.clone());
    SheetFacts {
        discipline: number
            .as_deref()
            .and_then(|number| discipline(number, name.as_deref())),
        drawing_type: name.as_deref().and_then(drawing_type),
        scale: sheet_scale(&sheet),
        number,
        name,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use hayro::kurbo::{Point, Vec2};

    use super::super::super::words::PlacedGlyph;
    use super::super::super::words::WordAssembler;
    use super::*;

    /// A sheet for tests, on which texts are printed.
    pub struct Page {
        pub words: Vec<Word>,
        pub width: f64,
        pub height: f64,
    }

    /// A page of this size in points with room names in the middle.
    pub fn page(width: f64, height: f64) -> Page {
        let mut page = Page {
            words: Vec::new(),
            width,
            height,
        };
        for row in 0..40 {
            let down = 0.2 * height + 0.012 * height * f64::from(row);
            page = page.print("STORAGE ROOM", 0.3 * width, down, 8.0);
        }
        page
    }

    impl Page {
        /// Prints a text whose baseline starts here, with letters of this em.
        pub fn print(self, text: &str, x: f64, y: f64, size: f64) -> Self {
            self.print_along(text, Point::new(x, y), Vec2::new(1.0, 0.0), size)
        }

        /// Prints a text that reads upwards.
        pub fn print_up(self, text: &str, x: f64, y: f64, size: f64) -> Self {
            self.print_along(text, Point::new(x, y), Vec2::new(0.0, -1.0), size)
        }

        fn print_along(mut self, text: &str, at: Point, along: Vec2, size: f64) -> Self {
            let mut assembler = WordAssembler::default();
            for (index, letter) in text.chars().enumerate() {
                assembler.push(PlacedGlyph {
                    text: &letter.to_string(),
                    origin: at + along * (index as f64 * 0.6 * size),
                    along,
                    advance: 0.6 * size,
                    size,
                });
            }
            self.words.extend(assembler.finish(1e6, 1e6));
            self
        }

        pub fn sheet(&self) -> Sheet {
            Sheet::new(&self.words, self.width, self.height)
        }

        pub fn facts(&self) -> SheetFacts {
            sheet_facts(&self.words, self.width, self.height)
        }
    }
}
