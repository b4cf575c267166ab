//! A sheet turned so that its text runs level, with its lines merged and sorted for looking up.
//! Everything in this folder works on it; boxes are turned back at the end.

use hayro::kurbo::{Point, Rect};

use super::super::canvas::Canvas;
use super::super::layout::DisplayBox;
use super::super::lines::Line;
use super::super::strokes::{Circle, Ink, Segment};
use super::super::words::Word;

/// Quarter turns between the page as shown and the page with its text level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    None,
    /// Text of the page as shown reads upwards.
    Up,
    /// It stands on its head.
    Over,
    /// It reads downwards.
    Down,
}

/// One word as tables need it.
#[derive(Clone, Debug)]
pub(super) struct Token<'c> {
    pub text: &'c str,
    pub area: Rect,
    /// Degrees against the sheet's text, a multiple of 90, or none when slanting.
    pub angle: Option<i32>,
    pub size: f64,
}

/// The sheet in points with its text level, y down.
pub(super) struct Plane<'c> {
    pub width: f64,
    pub height: f64,
    turn: Turn,
    pub lines: Vec<Line>,
    pub tokens: Vec<Token<'c>>,
    /// Sorted by `at`.
    pub level: Vec<Segment>,
    /// Sorted by `at`.
    pub upright: Vec<Segment>,
    pub circles: Vec<Circle>,
    pub pictures: Vec<Rect>,
    pub ink: Ink,
}

impl<'c> Plane<'c> {
    pub fn new(canvas: &'c Canvas, lines: &[Line]) -> Self {
        Self::turned(canvas, lines, turn_of(lines))
    }

    /// With the text level that reads as `turn` says on the page as it is shown.
    fn turned(canvas: &'c Canvas, lines: &[Line], turn: Turn) -> Self {
        let strokes = &canvas.strokes;
        let (shown_width, shown_height) = (canvas.width, canvas.height);
        let turned = |area: Rect| turn_area(turn, area, shown_width, shown_height);
        let (width, height) = match turn {
            Turn::None | Turn::Over => (shown_width, shown_height),
            Turn::Up | Turn::Down => (shown_height, shown_width),
        };
        let mut level = Vec::with_capacity(strokes.level.len());
        let mut upright = Vec::with_capacity(strokes.upright.len());
        let shown = strokes
            .level
            .iter()
            .map(|line| Rect::new(line.from, line.at, line.to, line.at))
            .chain(
                strokes
                    .upright
                    .iter()
                    .map(|line| Rect::new(line.at, line.from, line.at, line.to)),
            );
        for area in shown.map(turned) {
            if area.width() > area.height() {
                level.push(Segment {
                    at: area.y0,
                    from: area.x0,
                    to: area.x1,
                });
            } else {
                upright.push(Segment {
                    at: area.x0,
                    from: area.y0,
                    to: area.y1,
                });
            }
        }
        let circles = strokes.circles.iter().map(|circle| {
            let at = turned(Rect::new(circle.x, circle.y, circle.x, circle.y));
            Circle {
                x: at.x0,
                y: at.y0,
                radius: circle.radius,
            }
        });
        let degrees = turn.degrees();
        let lines = lines.iter().map(|line| {
            let area = turned(area_of(line));
            Line {
                left: area.x0,
                top: area.y0,
                right: area.x1,
                bottom: area.y1,
                angle: (line.angle - degrees).rem_euclid(360),
                ..line.clone()
            }
        });
        let tokens = canvas.words.iter().map(|word| Token {
            text: &word.text,
            area: turned(Rect::new(word.left, word.top, word.right, word.bottom)),
            angle: quarter(word, degrees),
            size: word.size,
        });
        Self {
            width,
            height,
            turn,
            lines: lines.collect(),
            tokens: tokens.collect(),
            level: merged(level),
            upright: merged(upright),
            circles: circles.collect(),
            pictures: strokes.pictures.iter().copied().map(turned).collect(),
            ink: turn_ink(turn, strokes, shown_width, shown_height),
        }
    }

    /// The page again, with the text level that reads upwards or downwards here, for each of both ways
    /// in which a line is one that `is_wanted`.
    pub fn sideways(
        &self,
        canvas: &'c Canvas,
        lines: &[Line],
        is_wanted: impl Fn(&Line) -> bool,
    ) -> Vec<Self> {
        let turns = [90, 270].into_iter().filter(|angle| {
            let mut turned = self.lines.iter().filter(|line| line.angle == *angle);
            turned.any(&is_wanted)
        });
        turns
            .map(|angle| {
                let turn = Turn::of_degrees(self.turn.degrees() + angle);
                Self::turned(canvas, lines, turn)
            })
            .collect()
    }

    /// A box of the same page turned otherwise, as it lies here.
    pub fn area_from(&self, other: &Self, area: Rect) -> Rect {
        let (width, height) = (other.width, other.height);
        let shown = turn_area(other.turn.back(), area, width, height);
        let (width, height) = match self.turn {
            Turn::None | Turn::Over => (self.width, self.height),
            Turn::Up | Turn::Down => (self.height, self.width),
        };
        turn_area(self.turn, shown, width, height)
    }

    /// The box on the page as it is shown.
    pub fn display_box(&self, area: Rect) -> DisplayBox {
        let (width, height) = match self.turn {
            Turn::None | Turn::Over => (self.width, self.height),
            Turn::Up | Turn::Down => (self.height, self.width),
        };
        let area = turn_area(self.turn.back(), area, self.width, self.height);
        DisplayBox::of_points(area.x0, area.y0, area.x1, area.y1, (width, height))
    }

    pub fn page(&self) -> Rect {
        Rect::new(0.0, 0.0, self.width, self.height)
    }

    /// Lines that run level, in no order.
    pub fn level_lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.angle == 0)
    }
}

impl Turn {
    fn degrees(self) -> i32 {
        match self {
            Self::None => 0,
            Self::Up => 90,
            Self::Over => 180,
            Self::Down => 270,
        }
    }

    fn of_degrees(degrees: i32) -> Self {
        match degrees.rem_euclid(360) {
            90 => Self::Up,
            180 => Self::Over,
            270 => Self::Down,
            _ => Self::None,
        }
    }

    /// The turn that undoes this one.
    fn back(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
            same => same,
        }
    }
}

/// A line's upright box.
pub(super) fn area_of(line: &Line) -> Rect {
    Rect::new(line.left, line.top, line.right, line.bottom)
}

/// The middle of a line's box.
pub(super) fn middle(line: &Line) -> Point {
    area_of(line).center()
}

/// Which way most letters of the sheet run. A few turned dimensions do not turn the sheet.
fn turn_of(lines: &[Line]) -> Turn {
    let mut letters = [0_usize; 4];
    for line in lines {
        let quarter = match line.angle.rem_euclid(360) {
            0 => 0,
            90 => 1,
            180 => 2,
            270 => 3,
            _ => continue,
        };
        if let Some(count) = letters.get_mut(quarter) {
            *count += line.text.len();
        }
    }
    let all: usize = letters.iter().sum();
    let most = |count: usize| count * 10 > all * 7;
    match letters {
        [_, up, _, _] if most(up) => Turn::Up,
        [_, _, over, _] if most(over) => Turn::Over,
        [_, _, _, down] if most(down) => Turn::Down,
        _ => Turn::None,
    }
}

/// A box of a page of this size as it lies once the page's text is level.
fn turn_area(turn: Turn, area: Rect, width: f64, height: f64) -> Rect {
    match turn {
        Turn::None => area,
        Turn::Up => Rect::new(height - area.y1, area.x0, height - area.y0, area.x1),
        Turn::Over => Rect::new(
            width - area.x1,
            height - area.y1,
            width - area.x0,
            height - area.y0,
        ),
        Turn::Down => Rect::new(area.y0, width - area.x1, area.y1, width - area.x0),
    }
}

fn quarter(word: &Word, degrees: i32) -> Option<i32> {
    let angle = (word.angle().round() as i32 - degrees).rem_euclid(360);
    let nearest = (angle + 45) / 90 * 90;
    ((angle - nearest).abs() <= 2).then_some(nearest % 360)
}

fn turn_ink(turn: Turn, strokes: &super::super::strokes::Strokes, width: f64, height: f64) -> Ink {
    let ink = &strokes.ink;
    let mut turned = match turn {
        Turn::None => ink.clone(),
        _ => {
            let (across, down) = match turn {
                Turn::Up | Turn::Down => (height, width),
                Turn::None | Turn::Over => (width, height),
            };
            let mut turned = Ink::new(across, down);
            for row in 0..ink.rows {
                for column in 0..ink.columns {
                    if ink.get(column, row) {
                        let (x, y) = (
                            (column as f64 + 0.5) * ink.cell,
                            (row as f64 + 0.5) * ink.cell,
                        );
                        let at = turn_area(turn, Rect::new(x, y, x, y), width, height);
                        let (column, row) = (turned.index(at.x0), turned.index(at.y0));
                        turned.set(column, row, true);
                    }
                }
            }
            turned
        }
    };
    // Pictures that cover most of the sheet together are its ground; long ones are shades along an edge.
    let all: f64 = strokes.pictures.iter().map(Rect::area).sum();
    let is_ground = all > 0.6 * width * height;
    for picture in &strokes.pictures {
        let (long, short) = (
            picture.width().max(picture.height()),
            picture.width().min(picture.height()),
        );
        if !is_ground && long < 8.0 * short {
            turned.fill(turn_area(turn, *picture, width, height), true);
        }
    }
    turned
}

/// Lines sorted by where they lie; pieces of one line that touch become one.
fn merged(mut lines: Vec<Segment>) -> Vec<Segment> {
    /// Pieces at most this far apart, across and along, are one line; points.
    const ACROSS: f64 = 0.35;
    const ALONG: f64 = 1.6;
    lines.sort_by(|a, b| {
        let key = |line: &Segment| ((line.at / ACROSS).round(), line.from);
        key(a)
            .partial_cmp(&key(b))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut merged: Vec<Segment> = Vec::with_capacity(lines.len());
    for line in lines {
        if let Some(last) = merged.last_mut()
            && (line.at - last.at).abs() <= ACROSS
            && line.from <= last.to + ALONG
            && line.to >= last.from - ALONG
        {
            last.from = last.from.min(line.from);
            last.to = last.to.max(line.to);
            continue;
        }
        merged.push(line);
    }
    merged.sort_by(|a, b| a.at.total_cmp(&b.at));
    merged
}

/// The lines of a sorted list that lie between `from` and `to`, across.
pub(super) fn between(lines: &[Segment], from: f64, to: f64) -> &[Segment] {
    let start = lines.partition_point(|line| line.at < from);
    let end = lines.partition_point(|line| line.at <= to);
    lines.get(start..end).unwrap_or(&[])
}

#[cfg(test)]
mod tests {
    use super::super::tests::{canvas, find_lines};
    use super::*;

    #[test]
    fn a_page_whose_text_reads_upwards_is_turned_and_its_boxes_turned_back() {
        let mut page = canvas(800.0, 600.0, &[]);
        let mut word = super::super::super::words::tests::word("PLAN", 100.0, 500.0, 10.0);
        word.along = (0.0, -1.0).into();
        (word.left, word.top, word.right, word.bottom) = (92.0, 470.0, 102.0, 500.0);
        page.words.push(word);
        page.strokes
            .add_line((50.0, 100.0).into(), (50.0, 500.0).into());
        let plane = Plane::new(&page, &find_lines(&page));
        assert_eq!((plane.width, plane.height), (600.0, 800.0));
        assert_eq!(plane.lines[0].angle, 0);
        assert_eq!(
            area_of(&plane.lines[0]),
            Rect::new(100.0, 92.0, 130.0, 102.0)
        );
        assert_eq!(plane.level.len(), 1);
        let shown = plane.display_box(area_of(&plane.lines[0]));
        assert_eq!((shown.left, shown.bottom), (92.0 / 800.0, 0.83333));
    }

    #[test]
    fn pieces_of_a_line_become_one() {
        let piece = |at, from, to| Segment { at, from, to };
        let lines = merged(vec![
            piece(10.0, 50.0, 90.0),
            piece(10.1, 0.0, 49.5),
            piece(10.0, 120.0, 150.0),
        ]);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().any(|line| (line.from, line.to) == (0.0, 90.0)));
    }
}
