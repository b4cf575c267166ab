//! How far each drawing of a sheet reaches. Drawings stand apart: the sheet is cut along its emptiest
//! strips until each piece holds one title, and what is drawn in a piece above its title is the view.

use hayro::kurbo::{Point, Rect};

use super::super::strokes::Ink;
use super::frame::Frame;
use super::plane::{Plane, area_of};
use super::titles::Title;

/// Where there is something, with sums over any box at hand.
pub(super) struct Map {
    ink: Ink,
    /// Marked cells above and left of each corner, row by row, one more than cells in each direction.
    sums: Vec<u32>,
}

/// Cells from `left`, `top` up to but without `right`, `bottom`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cells {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Cells {
    fn width(&self) -> usize {
        self.right.saturating_sub(self.left)
    }

    fn height(&self) -> usize {
        self.bottom.saturating_sub(self.top)
    }
}

impl Map {
    /// All that is drawn on the sheet but what is `taken`, the border and what lies outside of it.
    pub fn new(plane: &Plane, frame: &Frame, taken: &[Rect]) -> Self {
        let mut ink = plane.ink.clone();
        let (longest_level, longest_upright) =
            (0.9 * frame.border.width(), 0.9 * frame.border.height());
        for line in plane
            .level
            .iter()
            .filter(|line| line.length() < longest_level)
        {
            ink.mark_line((line.from, line.at).into(), (line.to, line.at).into());
        }
        for line in plane
            .upright
            .iter()
            .filter(|line| line.length() < longest_upright)
        {
            ink.mark_line((line.at, line.from).into(), (line.at, line.to).into());
        }
        for line in &plane.lines {
            ink.fill(area_of(line), true);
        }
        let (width, height) = (plane.width, plane.height);
        let inner = frame.drawing.inset(-1.5 * ink.cell);
        for outside in [
            Rect::new(0.0, 0.0, width, inner.y0),
            Rect::new(0.0, inner.y1, width, height),
            Rect::new(0.0, 0.0, inner.x0, height),
            Rect::new(inner.x1, 0.0, width, height),
        ] {
            if outside.width() > 0.0 && outside.height() > 0.0 {
                ink.fill(outside, false);
            }
        }
        for area in taken.iter().chain(&frame.title_block) {
            ink.fill(area.inset(0.5 * ink.cell), false);
        }
        let stride = ink.columns + 1;
        let mut sums = vec![0_u32; stride * (ink.rows + 1)];
        for row in 0..ink.rows {
            let mut along = 0;
            for column in 0..ink.columns {
                along += u32::from(ink.get(column, row));
                let above = sums
                    .get(row * stride + column + 1)
                    .copied()
                    .unwrap_or_default();
                if let Some(sum) = sums.get_mut((row + 1) * stride + column + 1) {
                    *sum = above + along;
                }
            }
        }
        Self { ink, sums }
    }

    fn whole(&self) -> Cells {
        Cells {
            left: 0,
            top: 0,
            right: self.ink.columns,
            bottom: self.ink.rows,
        }
    }

    fn count(&self, cells: Cells) -> u32 {
        let stride = self.ink.columns + 1;
        let at = |column: usize, row: usize| {
            let (column, row) = (column.min(self.ink.columns), row.min(self.ink.rows));
            self.sums
                .get(row * stride + column)
                .copied()
                .unwrap_or_default()
        };
        if cells.width() == 0 || cells.height() == 0 {
            return 0;
        }
        (at(cells.right, cells.bottom) + at(cells.left, cells.top))
            .saturating_sub(at(cells.left, cells.bottom) + at(cells.right, cells.top))
    }

    /// The smallest box around all marks among these cells.
    fn shrink(&self, mut cells: Cells) -> Option<Cells> {
        if self.count(cells) == 0 {
            return None;
        }
        let row = |cells: Cells, top: usize| Cells {
            top,
            bottom: top + 1,
            ..cells
        };
        let column = |cells: Cells, left: usize| Cells {
            left,
            right: left + 1,
            ..cells
        };
        while cells.height() > 1 && self.count(row(cells, cells.top)) == 0 {
            cells.top += 1;
        }
        while cells.height() > 1 && self.count(row(cells, cells.bottom - 1)) == 0 {
            cells.bottom -= 1;
        }
        while cells.width() > 1 && self.count(column(cells, cells.left)) == 0 {
            cells.left += 1;
        }
        while cells.width() > 1 && self.count(column(cells, cells.right - 1)) == 0 {
            cells.right -= 1;
        }
        Some(cells)
    }

    fn cells_of(&self, area: Rect) -> Cells {
        Cells {
            left: self.ink.index(area.x0),
            top: self.ink.index(area.y0),
            right: (self.ink.index(area.x1) + 1).min(self.ink.columns),
            bottom: (self.ink.index(area.y1) + 1).min(self.ink.rows),
        }
    }

    fn area(&self, cells: Cells) -> Rect {
        let cell = self.ink.cell;
        Rect::new(
            cells.left as f64 * cell,
            cells.top as f64 * cell,
            cells.right as f64 * cell,
            cells.bottom as f64 * cell,
        )
    }
}

/// The box of each title's drawing, the title included, in the order of the titles.
pub(super) fn find(map: &Map, titles: &[Title]) -> Vec<Rect> {
    let mut found: Vec<Rect> = titles.iter().map(|title| title.area).collect();
    let places: Vec<Cells> = titles
        .iter()
        .map(|title| {
            // The line under a title often runs as far as its drawing.
            let reach = title.reach.max(title.area.x1);
            map.cells_of(Rect {
                x1: reach,
                ..title.area
            })
        })
        .collect();
    let mut open: Vec<(Cells, Vec<usize>)> = vec![(map.whole(), (0..titles.len()).collect())];
    // Each cut leaves two smaller pieces, so that this ends.
    while let Some((piece, inside)) = open.pop() {
        if let [one] = *inside.as_slice() {
            if let (Some(place), Some(title), Some(area)) =
                (places.get(one), titles.get(one), found.get_mut(one))
            {
                *area = extent(map, piece, *place)
                    .map_or(title.area, |cells| map.area(cells).union(title.area));
            }
            continue;
        }
        match best_cut(map, piece, &inside, &places) {
            Some((first, second)) => open.extend([first, second]),
            None => {
                // Titles on top of each other: each takes what is above it.
                for one in inside {
                    if let (Some(place), Some(area)) = (places.get(one), found.get_mut(one))
                        && let Some(cells) = extent(map, piece, *place)
                    {
                        *area = map.area(cells).union(*area);
                    }
                }
            }
        }
    }
    found
}

type Piece = (Cells, Vec<usize>);

/// The cut through the fewest marks that leaves titles on both sides and goes through none.
fn best_cut(map: &Map, piece: Cells, inside: &[usize], places: &[Cells]) -> Option<(Piece, Piece)> {
    let mut best: Option<(f64, Piece, Piece)> = None;
    let mut judge = |cost: f64, first: Cells, second: Cells, before: Vec<usize>| {
        if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
            let after = inside
                .iter()
                .copied()
                .filter(|one| !before.contains(one))
                .collect();
            best = Some((cost, (first, before), (second, after)));
        }
    };
    let (width, height) = (piece.width().max(1) as f64, piece.height().max(1) as f64);
    let sorted = |end: fn(&Cells) -> usize| {
        let mut sorted: Vec<usize> = inside.to_vec();
        sorted.sort_by_key(|one| places.get(*one).map_or(0, end));
        sorted
    };
    // Between two neighbours in either direction only a run of cut lines is open.
    let by_column = sorted(|place| place.right);
    for number in 1..by_column.len() {
        let (Some(before), Some(after)) = (by_column.get(..number), by_column.get(number..)) else {
            continue;
        };
        let from = before
            .iter()
            .filter_map(|one| places.get(*one))
            .map(|p| p.right)
            .max();
        let to = after
            .iter()
            .filter_map(|one| places.get(*one))
            .map(|p| p.left)
            .min();
        let (Some(from), Some(to)) = (from, to) else {
            continue;
        };
        let mut run = 0_u32;
        for column in from..=to.min(piece.right.saturating_sub(1)) {
            let marks = map.count(Cells {
                left: column,
                right: column + 1,
                ..piece
            });
            run = if marks == 0 { run + 1 } else { 0 };
            let cost = f64::from(marks) / height - 0.001 * f64::from(run.min(20));
            let (mut left, mut right) = (piece, piece);
            left.right = column;
            right.left = column;
            judge(cost, left, right, before.to_vec());
        }
    }
    let by_row = sorted(|place| place.bottom);
    for number in 1..by_row.len() {
        let (Some(before), Some(after)) = (by_row.get(..number), by_row.get(number..)) else {
            continue;
        };
        let from = before
            .iter()
            .filter_map(|one| places.get(*one))
            .map(|p| p.bottom)
            .max();
        let to = after
            .iter()
            .filter_map(|one| places.get(*one))
            .map(|p| p.top)
            .min();
        let (Some(from), Some(to)) = (from, to) else {
            continue;
        };
        let mut run = 0_u32;
        for row in from..=to.min(piece.bottom.saturating_sub(1)) {
            let marks = map.count(Cells {
                top: row,
                bottom: row + 1,
                ..piece
            });
            // What lies between the upper title and the cut would belong to no view.
            let lost = map.count(Cells {
                top: from,
                bottom: row,
                ..piece
            });
            run = if marks == 0 { run + 1 } else { 0 };
            let cost =
                (f64::from(marks) + f64::from(lost)) / width - 0.001 * f64::from(run.min(20));
            let (mut upper, mut lower) = (piece, piece);
            upper.bottom = row;
            lower.top = row;
            judge(cost, upper, lower, before.to_vec());
        }
    }
    best.map(|(_, first, second)| (first, second))
}

/// What is drawn in the piece above the title, or below it when nothing is above.
fn extent(map: &Map, piece: Cells, title: Cells) -> Option<Cells> {
    let above = Cells {
        bottom: title.bottom.min(piece.bottom),
        ..piece
    };
    let over_title = Cells {
        bottom: title.top.min(piece.bottom),
        ..piece
    };
    let below = Cells {
        top: title.top.max(piece.top),
        ..piece
    };
    let under_title = Cells {
        top: title.bottom.max(piece.top),
        ..piece
    };
    let (over, under) = (map.count(over_title), map.count(under_title));
    if over < 12 && under > 4 * over {
        return map.shrink(below);
    }
    map.shrink(above)
}

/// The one drawing of a sheet that has no title of its own: the box of what is drawn, when that is a
/// good part of the sheet. The words of a cover or of notes are no drawing.
pub(super) fn untitled(map: &Map, frame: &Frame, plane: &Plane) -> Option<Rect> {
    /// Fewer strokes and marks than this are the ornaments of a page of text.
    const FEWEST: usize = 40;
    let cells = map.shrink(map.whole())?;
    let count = f64::from(map.count(cells));
    let area = map.area(cells);
    let all = frame.drawing.area() / (map.ink.cell * map.ink.cell);
    let is_large = count > 0.03 * all && area.area() > 0.15 * frame.drawing.area();
    (is_large && marks(plane, area) >= FEWEST).then_some(area)
}

/// How much is drawn in a box, words aside.
fn marks(plane: &Plane, area: Rect) -> usize {
    let is_inside = |x: f64, y: f64| area.contains(Point::new(x, y));
    let level = plane.level.iter();
    let level = level.filter(|line| is_inside((line.from + line.to) / 2.0, line.at));
    let upright = plane.upright.iter();
    let upright = upright.filter(|line| is_inside(line.at, (line.from + line.to) / 2.0));
    let ink = &plane.ink;
    let slanting = (ink.index(area.y0)..ink.index(area.y1))
        .flat_map(|row| (ink.index(area.x0)..ink.index(area.x1)).map(move |column| (column, row)))
        .filter(|(column, row)| ink.get(*column, *row));
    level.count() + upright.count() + slanting.count()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{canvas, plane_of};
    use super::*;

    fn title(left: f64, top: f64) -> Title {
        Title {
            number: None,
            text: "PLAN".to_owned(),
            scale: None,
            area: Rect::new(left, top, left + 100.0, top + 30.0),
            reach: left + 100.0,
        }
    }

    #[test]
    fn four_drawings_are_parted_at_the_gaps_between_them() {
        let mut page = canvas(2000.0, 1600.0, &[]);
        let mut titles = Vec::new();
        for (left, top) in [
            (200.0, 200.0),
            (1100.0, 200.0),
            (200.0, 900.0),
            (1100.0, 900.0),
        ] {
            page.strokes
                .add_box(Rect::new(left, top, left + 600.0, top + 400.0));
            titles.push(title(left, top + 430.0));
        }
        let plane = plane_of(&page);
        let frame = Frame::of(&plane);
        let map = Map::new(&plane, &frame, &[]);
        for (found, expected) in find(&map, &titles).iter().zip([
            Rect::new(200.0, 200.0, 800.0, 660.0),
            Rect::new(1100.0, 200.0, 1700.0, 660.0),
            Rect::new(200.0, 900.0, 800.0, 1360.0),
            Rect::new(1100.0, 900.0, 1700.0, 1360.0),
        ]) {
            let common = found.intersect(expected).area() / found.union(expected).area();
            assert!(common > 0.9, "{found:?} {expected:?}");
        }
    }

    #[test]
    fn a_title_on_top_takes_what_is_below() {
        let mut page = canvas(2000.0, 1600.0, &[]);
        page.strokes.add_box(Rect::new(200.0, 300.0, 800.0, 700.0));
        let plane = plane_of(&page);
        let frame = Frame::of(&plane);
        let map = Map::new(&plane, &frame, &[]);
        let found = find(&map, &[title(200.0, 240.0)]);
        assert!(found[0].y1 > 690.0);
    }
}
