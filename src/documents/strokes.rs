//! What a page draws besides letters, as far as regions need it: lines along the page's edges, circles,
//! pictures, and a coarse map of where there is ink. The canvas collects, the regions read.

use hayro::kurbo::{Affine, BezPath, PathEl, Point, Rect};

/// A line along an edge of the page: `at` across it, `from`..`to` along it, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Segment {
    pub at: f64,
    pub from: f64,
    pub to: f64,
}

impl Segment {
    pub fn length(&self) -> f64 {
        self.to - self.from
    }

    /// How much of `from`..`to` the segment covers, in points.
    pub fn overlap(&self, from: f64, to: f64) -> f64 {
        (self.to.min(to) - self.from.max(from)).max(0.0)
    }
}

/// A circle, or what is nearly one; points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Circle {
    pub x: f64,
    pub y: f64,
    pub radius: f64,
}

/// A map of the page in square cells that says where something is drawn.
#[derive(Clone, Debug)]
pub(super) struct Ink {
    /// Side of a cell in points.
    pub cell: f64,
    pub columns: usize,
    pub rows: usize,
    marks: Vec<bool>,
}

/// Cells along the longer side of the page.
const INK_CELLS: f64 = 320.0;
/// Smallest side of a cell, in points.
const INK_CELL: f64 = 4.0;

impl Ink {
    pub fn new(width: f64, height: f64) -> Self {
        let sane = |side: f64| {
            if side.is_finite() { side.max(1.0) } else { 1.0 }
        };
        let (width, height) = (sane(width), sane(height));
        let cell = (width.max(height) / INK_CELLS).max(INK_CELL);
        let count =
            |side: f64| ((side / cell).ceil().max(1.0) as usize).min(INK_CELLS as usize + 1);
        let (columns, rows) = (count(width), count(height));
        Self {
            cell,
            columns,
            rows,
            marks: vec![false; columns * rows],
        }
    }

    pub fn get(&self, column: usize, row: usize) -> bool {
        column < self.columns
            && self
                .marks
                .get(row * self.columns + column)
                .copied()
                .unwrap_or(false)
    }

    pub fn set(&mut self, column: usize, row: usize, mark: bool) {
        if column < self.columns
            && let Some(cell) = self.marks.get_mut(row * self.columns + column)
        {
            *cell = mark;
        }
    }

    /// The cell in which a length from the page's edge falls; beyond the page the last one.
    pub fn index(&self, at: f64) -> usize {
        // A negative length or NaN becomes 0.
        (at / self.cell).floor() as usize
    }

    pub fn mark_line(&mut self, from: Point, to: Point) {
        let (width, height) = (
            self.columns as f64 * self.cell,
            self.rows as f64 * self.cell,
        );
        let Some((from, to)) = cut_to(from, to, width, height) else {
            return;
        };
        let step = to - from;
        let count = (step.x.abs().max(step.y.abs()) / self.cell).ceil().max(1.0);
        let count = count.min(2.0 * INK_CELLS) as u32;
        for number in 0..=count {
            let point = from + step * (f64::from(number) / f64::from(count));
            let (column, row) = (self.index(point.x), self.index(point.y));
            self.set(column, row, true);
        }
    }

    /// Sets every cell that the box touches.
    pub fn fill(&mut self, area: Rect, mark: bool) {
        if !area.is_finite() || area.x1 < 0.0 || area.y1 < 0.0 {
            return;
        }
        let (left, right) = (self.index(area.x0), self.index(area.x1));
        let (top, bottom) = (self.index(area.y0), self.index(area.y1));
        for row in top..=bottom.min(self.rows - 1) {
            for column in left..=right.min(self.columns - 1) {
                self.set(column, row, mark);
            }
        }
    }
}

/// The part of a line inside the page (Liang and Barsky's clipping).
fn cut_to(from: Point, to: Point, width: f64, height: f64) -> Option<(Point, Point)> {
    if !from.is_finite() || !to.is_finite() {
        return None;
    }
    let step = to - from;
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (direction, room) in [
        (-step.x, from.x),
        (step.x, width - from.x),
        (-step.y, from.y),
        (step.y, height - from.y),
    ] {
        if direction == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if direction < 0.0 {
            enter = enter.max(room / direction);
        } else {
            leave = leave.min(room / direction);
        }
    }
    (enter <= leave).then(|| (from + step * enter, from + step * leave))
}

/// Everything collected from one page.
#[derive(Clone, Debug)]
pub(super) struct Strokes {
    /// Lines from left to right: `at` is y.
    pub level: Vec<Segment>,
    /// Lines from top to bottom: `at` is x.
    pub upright: Vec<Segment>,
    pub circles: Vec<Circle>,
    pub pictures: Vec<Rect>,
    /// All that is neither a level nor an upright line.
    pub ink: Ink,
    clips: Vec<Rect>,
    page: Rect,
}

/// More lines of either direction than this only leave ink.
const MOST_SEGMENTS: usize = 100_000;
const MOST_CIRCLES: usize = 20_000;
const MOST_PICTURES: usize = 2_000;
const MOST_CLIPS: usize = 1_000;
/// Shorter lines (points) only leave ink.
const SHORTEST: f64 = 3.0;
/// Filled shapes thinner than this (points) are lines.
const THIN: f64 = 2.2;
/// Radius of the circles that are kept, in points: bubbles and marks, neither dots nor arcs of a plan.
const RADII: std::ops::RangeInclusive<f64> = 3.0..=60.0;

impl Strokes {
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            level: Vec::new(),
            upright: Vec::new(),
            circles: Vec::new(),
            pictures: Vec::new(),
            ink: Ink::new(width, height),
            clips: Vec::new(),
            page: Rect::new(0.0, 0.0, width, height),
        }
    }

    fn shown(&self) -> Rect {
        self.clips.last().copied().unwrap_or(self.page)
    }

    /// What is drawn until `pop_clip` shows only inside `area`, a box in points.
    pub fn push_clip(&mut self, area: Rect) {
        let shown = self.shown();
        // Deeper nesting keeps the last known box; it only has to be counted.
        let area = if self.clips.len() < MOST_CLIPS && area.is_finite() {
            cut(shown, area)
        } else {
            shown
        };
        self.clips.push(area);
    }

    pub fn pop_clip(&mut self) {
        self.clips.pop();
    }

    /// A straight line of a stroked path.
    pub fn add_line(&mut self, from: Point, to: Point) {
        let (across, down) = ((to.x - from.x).abs(), (to.y - from.y).abs());
        let (long, short) = (across.max(down), across.min(down));
        if !long.is_finite() {
            return;
        }
        let shown = self.shown();
        let outside = from.x.max(to.x) < shown.x0
            || from.x.min(to.x) > shown.x1
            || from.y.max(to.y) < shown.y0
            || from.y.min(to.y) > shown.y1;
        if outside {
            return;
        }
        // As for the counts of the canvas: 2 % off the axis still counts as along it; but a long line
        // may not lean by more than a point or two.
        if long < SHORTEST || short > (0.02 * long).min(1.5) {
            if let Some((from, to)) = cut_to_rect(from, to, shown) {
                self.ink.mark_line(from, to);
            }
            return;
        }
        if across > down {
            self.add_level((from.y + to.y) / 2.0, from.x.min(to.x), from.x.max(to.x));
        } else {
            self.add_upright((from.x + to.x) / 2.0, from.y.min(to.y), from.y.max(to.y));
        }
    }

    /// A curve of a stroked path, by its ends: it only leaves ink.
    pub fn add_curve(&mut self, from: Point, to: Point) {
        if let Some((from, to)) = cut_to_rect(from, to, self.shown()) {
            self.ink.mark_line(from, to);
        }
    }

    fn add_level(&mut self, at: f64, from: f64, to: f64) {
        let shown = self.shown();
        let (from, to) = (from.max(shown.x0), to.min(shown.x1));
        if at < shown.y0 || at > shown.y1 || from >= to {
            return;
        }
        if self.level.len() < MOST_SEGMENTS {
            self.level.push(Segment { at, from, to });
        } else {
            self.ink.mark_line(Point::new(from, at), Point::new(to, at));
        }
    }

    fn add_upright(&mut self, at: f64, from: f64, to: f64) {
        let shown = self.shown();
        let (from, to) = (from.max(shown.y0), to.min(shown.y1));
        if at < shown.x0 || at > shown.x1 || from >= to {
            return;
        }
        if self.upright.len() < MOST_SEGMENTS {
            self.upright.push(Segment { at, from, to });
        } else {
            self.ink.mark_line(Point::new(at, from), Point::new(at, to));
        }
    }

    /// The edges of a stroked box.
    pub fn add_box(&mut self, area: Rect) {
        if !area.is_finite() {
            return;
        }
        let area = area.abs();
        for (from, to) in [
            ((area.x0, area.y0), (area.x1, area.y0)),
            ((area.x0, area.y1), (area.x1, area.y1)),
            ((area.x0, area.y0), (area.x0, area.y1)),
            ((area.x1, area.y0), (area.x1, area.y1)),
        ] {
            self.add_line(from.into(), to.into());
        }
    }

    /// A filled box: a line when it is thin, else ink along its edges. White ones hide, they do not draw.
    pub fn add_filled_box(&mut self, area: Rect, is_white: bool) {
        if !area.is_finite() || is_white {
            return;
        }
        let area = area.abs();
        let middle = area.center();
        if area.height() <= THIN && area.width() > 2.0 * area.height() {
            self.add_line((area.x0, middle.y).into(), (area.x1, middle.y).into());
        } else if area.width() <= THIN && area.height() > 2.0 * area.width() {
            self.add_line((middle.x, area.y0).into(), (middle.x, area.y1).into());
        } else if area.area() < 0.7 * self.page.area() {
            let shown = cut(self.shown(), area);
            let corners = [
                (shown.x0, shown.y0),
                (shown.x1, shown.y0),
                (shown.x1, shown.y1),
                (shown.x0, shown.y1),
                (shown.x0, shown.y0),
            ];
            for pair in corners.windows(2) {
                if let [from, to] = *pair {
                    self.ink.mark_line(from.into(), to.into());
                }
            }
        }
    }

    /// A filled shape: a line when it is thin, else ink along its edges.
    pub fn add_filled_path(&mut self, path: &BezPath, transform: Affine, is_white: bool) {
        if is_white {
            return;
        }
        // Filled letters drawn as outlines have many curves; their ends are enough.
        let mut bounds = Bounds::default();
        for element in path.elements() {
            if let Some(point) = element.end_point() {
                bounds.add(transform * point);
            }
        }
        let Some(area) = bounds.area() else {
            return;
        };
        if area.width().min(area.height()) <= THIN {
            self.add_filled_box(area, false);
            return;
        }
        if area.area() >= 0.7 * self.page.area() {
            return;
        }
        let shown = self.shown();
        let mut last: Option<Point> = None;
        for element in path.elements() {
            let point = element.end_point().map(|point| transform * point);
            if let (Some(from), Some(to)) = (last, point)
                && !matches!(element, PathEl::MoveTo(_))
                && let Some((from, to)) = cut_to_rect(from, to, shown)
            {
                self.ink.mark_line(from, to);
            }
            last = point.or(last);
        }
    }

    /// A picture's box. A picture of most of the page is the page's ground.
    pub fn add_picture(&mut self, area: Rect) {
        let shown = cut(self.shown(), area);
        if !area.is_finite() || shown.area() <= 0.0 || self.pictures.len() >= MOST_PICTURES {
            return;
        }
        self.pictures.push(shown);
    }

    /// Looks whether a whole stroked path is a circle, or half of one: CAD writes either as curves or
    /// as many short lines.
    pub fn add_round(&mut self, path: &BezPath, transform: Affine) {
        let elements = path.elements();
        let curves = elements
            .iter()
            .filter(|element| matches!(element, PathEl::QuadTo(..) | PathEl::CurveTo(..)))
            .count();
        let count = elements.len();
        if self.circles.len() >= MOST_CIRCLES || count > 400 || (curves < 2 && count < 9) {
            return;
        }
        let mut bounds = Bounds::default();
        let mut points: Vec<Point> = Vec::with_capacity(count);
        for element in elements {
            if let Some(point) = element.end_point() {
                let point = transform * point;
                bounds.add(point);
                points.push(point);
            }
        }
        let Some(area) = bounds.area() else {
            return;
        };
        let (width, height) = (area.width(), area.height());
        let middle = area.center();
        // Ends of curves alone lie in the middles of the sides, of a quarter turn at worst.
        for (x, y, radius) in [
            (middle.x, middle.y, width.max(height) / 2.0),
            (area.x0, middle.y, width),
            (area.x1, middle.y, width),
            (middle.x, area.y0, height),
            (middle.x, area.y1, height),
        ] {
            let is_round = points.iter().all(|point| {
                let distance = (*point - Point::new(x, y)).hypot();
                (distance - radius).abs() <= 0.06 * radius
            });
            if !is_round || !RADII.contains(&radius) {
                continue;
            }
            if !self.shown().contains(Point::new(x, y)) {
                return;
            }
            // The other half, or the same circle struck twice, comes soon after.
            let is_known = self.circles.iter().rev().take(4).any(|circle| {
                (circle.x - x).abs() < 1.0
                    && (circle.y - y).abs() < 1.0
                    && (circle.radius - radius).abs() < 1.0
            });
            if !is_known {
                self.circles.push(Circle { x, y, radius });
            }
            return;
        }
    }
}

/// The common part; empty where there is none.
fn cut(one: Rect, other: Rect) -> Rect {
    let both = one.intersect(other.abs());
    Rect::new(both.x0, both.y0, both.x1.max(both.x0), both.y1.max(both.y0))
}

fn cut_to_rect(from: Point, to: Point, area: Rect) -> Option<(Point, Point)> {
    let shift = area.origin().to_vec2();
    let (from, to) = cut_to(from - shift, to - shift, area.width(), area.height())?;
    Some((from + shift, to + shift))
}

/// The smallest upright box around points.
#[derive(Default)]
struct Bounds(Option<Rect>);

impl Bounds {
    fn add(&mut self, point: Point) {
        self.0 = Some(match self.0 {
            Some(area) => area.union_pt(point),
            None => Rect::from_points(point, point),
        });
    }

    fn area(&self) -> Option<Rect> {
        self.0.filter(Rect::is_finite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hayro::kurbo::{Circle as Round, Shape};

    #[test]
    fn a_thin_filled_box_is_a_line_and_a_white_one_nothing() {
        let mut strokes = Strokes::new(1000.0, 800.0);
        strokes.add_filled_box(Rect::new(100.0, 200.0, 400.0, 201.0), false);
        strokes.add_filled_box(Rect::new(100.0, 300.0, 101.0, 500.0), false);
        strokes.add_filled_box(Rect::new(100.0, 600.0, 400.0, 601.0), true);
        assert_eq!(
            strokes.level,
            [Segment {
                at: 200.5,
                from: 100.0,
                to: 400.0
            }]
        );
        assert_eq!(strokes.upright.len(), 1);
    }

    #[test]
    fn a_line_is_cut_to_what_the_clip_shows() {
        let mut strokes = Strokes::new(1000.0, 800.0);
        strokes.push_clip(Rect::new(0.0, 0.0, 300.0, 800.0));
        strokes.add_line((100.0, 50.0).into(), (900.0, 50.0).into());
        strokes.add_line((400.0, 50.0).into(), (900.0, 50.0).into());
        strokes.pop_clip();
        strokes.add_line((400.0, 90.0).into(), (900.0, 90.0).into());
        assert_eq!(strokes.level.len(), 2);
        assert_eq!(strokes.level[0].to, 300.0);
    }

    #[test]
    fn circles_are_known_whole_in_halves_and_as_polygons() {
        let mut strokes = Strokes::new(1000.0, 800.0);
        strokes.add_round(
            &Round::new((100.0, 100.0), 15.0).to_path(0.1),
            Affine::IDENTITY,
        );
        let mut half = BezPath::new();
        half.move_to((185.0, 100.0));
        half.curve_to((185.0, 91.7), (191.7, 85.0), (200.0, 85.0));
        half.curve_to((208.3, 85.0), (215.0, 91.7), (215.0, 100.0));
        strokes.add_round(&half, Affine::IDENTITY);
        let mut polygon = BezPath::new();
        polygon.move_to((315.0, 100.0));
        for step in 1..=24 {
            let turn = f64::from(step) * std::f64::consts::TAU / 24.0;
            polygon.line_to((300.0 + 15.0 * turn.cos(), 100.0 + 15.0 * turn.sin()));
        }
        strokes.add_round(&polygon, Affine::IDENTITY);
        let middles: Vec<f64> = strokes
            .circles
            .iter()
            .map(|circle| circle.x.round())
            .collect();
        assert_eq!(middles, [100.0, 200.0, 300.0]);
    }

    #[test]
    fn odd_numbers_leave_nothing() {
        let mut strokes = Strokes::new(f64::NAN, f64::INFINITY);
        strokes.add_line((f64::NAN, 0.0).into(), (1.0, f64::INFINITY).into());
        strokes.add_box(Rect::new(f64::NAN, 0.0, 1.0, 1.0));
        strokes
            .ink
            .mark_line((-1e300, -1e300).into(), (1e300, 1e300).into());
        assert!(strokes.level.is_empty() && strokes.upright.is_empty());
    }
}
