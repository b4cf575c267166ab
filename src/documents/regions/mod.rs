//! Regions of a sheet: views with their titles, notes, schedules with their cells, legends, the key
//! plan and the title block; and the places that name other sheets. The worker asks for each drawing.

mod blocks;
mod columns;
mod extents;
mod frame;
mod grid;
mod headings;
mod mentions;
mod note_numbers;
mod numbering;
mod plane;
mod rows;
mod scales;
mod schedules;
mod sentences;
mod subjects;
mod tables;
mod titles;

use hayro::kurbo::Rect;

use super::canvas::Canvas;
use super::layout::{Cell, Mention, Region, RegionType, Table};
use super::lines::{Line, blocks as lines_to_blocks};
use super::page::MOST_REGIONS;
use frame::Frame;
use grid::RawTable;
use plane::{Plane, middle};
use schedules::Schedule;
use subjects::{subject, view_type};

/// The regions of a drawing page, from the top, and what it says of other sheets. `lines` are the
/// lines of the sheet.
pub(super) fn find(canvas: &Canvas, lines: &[Line]) -> (Vec<Region>, Vec<Mention>) {
    if !canvas.width.is_finite() || !canvas.height.is_finite() {
        return (Vec::new(), Vec::new());
    }
    let plane = Plane::new(canvas, lines);
    let frame = Frame::of(&plane);
    let mut found: Vec<Found> = Vec::new();
    for schedule in schedules::find(&plane, &frame) {
        found.push(Found::of_schedule(schedule));
    }
    found.extend(turned_schedules(&plane, &frame, canvas, lines));
    let taken: Vec<Rect> = found.iter().map(|one| one.area).collect();
    for block in blocks::find(&plane, &frame, &taken) {
        found.push(Found {
            title: Some(block.title),
            ..Found::new(block.kind, block.area)
        });
    }
    let taken: Vec<Rect> = found.iter().map(|one| one.area).collect();
    let titles = titles::find(&plane, &frame, &taken);
    let marks: Vec<Rect> = titles.iter().map(|title| title.area).collect();
    let mentions = mentions::find(&plane, &frame, &marks);
    let map = extents::Map::new(&plane, &frame, &taken);
    let areas = extents::find(&map, &titles);
    if titles.is_empty()
        && let Some(area) = extents::untitled(&map, &frame, &plane)
    {
        found.push(Found::new(RegionType::View, area));
    }
    for (title, area) in titles.into_iter().zip(areas) {
        let kind = subject(&title.text)
            .filter(|_| !subjects::names_view(&title.text))
            .unwrap_or_else(|| view_type(&title.text, title.scale.as_deref()));
        found.push(Found {
            number: title.number,
            title: Some(title.text),
            scale: title.scale,
            ..Found::new(kind, area)
        });
    }
    if let Some(area) = frame.shown_block {
        found.push(Found::new(RegionType::TitleBlock, area));
    }
    found.retain_mut(|one| one.keep_to(plane.page()));
    order(&mut found, plane.height);
    let mut room = MOST_LINES;
    let regions = found
        .into_iter()
        .map(|one| one.into_region(&plane, &mut room))
        .collect();
    (regions, mentions)
}

/// Schedules that lie on their side, as they do where a wide one has no room.
fn turned_schedules(plane: &Plane, frame: &Frame, canvas: &Canvas, lines: &[Line]) -> Vec<Found> {
    // The name of the sheet in an upright title block may be one too.
    let is_title = |line: &Line| {
        subject(&line.text) == Some(RegionType::Schedule) && frame.is_drawn_on(middle(line))
    };
    let mut found = Vec::new();
    for sideways in plane.sideways(canvas, lines, is_title) {
        let turned_frame = Frame::of(&sideways);
        for mut schedule in schedules::find(&sideways, &turned_frame) {
            schedule.area = plane.area_from(&sideways, schedule.area);
            let is_named = subject(&schedule.title) == Some(RegionType::Schedule);
            if !is_named || !frame.is_drawn_on(schedule.area.center()) {
                continue;
            }
            for cell in schedule.table.rows.iter_mut().flatten() {
                cell.area = plane.area_from(&sideways, cell.area);
            }
            found.push(Found::of_schedule(schedule));
        }
    }
    found
}

/// A region in points of the sheet as it is read.
struct Found {
    kind: RegionType,
    area: Rect,
    number: Option<String>,
    title: Option<String>,
    scale: Option<String>,
    table: Option<(RawTable, usize)>,
    /// Where the row of regions starts in which it is read.
    row: f64,
}

impl Found {
    fn new(kind: RegionType, area: Rect) -> Self {
        Self {
            kind,
            area,
            number: None,
            title: None,
            scale: None,
            table: None,
            row: 0.0,
        }
    }

    fn of_schedule(schedule: Schedule) -> Self {
        Self {
            title: Some(schedule.title),
            table: Some((schedule.table, schedule.heading_rows)),
            ..Self::new(schedule.kind, schedule.area)
        }
    }

    /// Cuts the region to the sheet; false when nothing that can be seen is left of it.
    fn keep_to(&mut self, page: Rect) -> bool {
        /// The smallest side of a region, in points and as a share of the sheet's.
        const LEAST: (f64, f64) = (2.0, 0.0002);
        let least = |side: f64| LEAST.0.max(LEAST.1 * side);
        self.area = self.area.abs().intersect(page);
        self.area.width() >= least(page.width()) && self.area.height() >= least(page.height())
    }

    fn into_region(self, plane: &Plane, room: &mut usize) -> Region {
        let text = match &self.table {
            Some((table, _)) => table_text(self.title.as_deref(), table),
            None => text_in(plane, self.area, self.kind, room),
        };
        Region {
            region_type: self.kind,
            number: self.number,
            title: self.title,
            scale: self.scale,
            display_box: plane.display_box(self.area),
            text,
            table: self
                .table
                .map(|(table, heading_rows)| to_table(plane, table, heading_rows)),
            image: None,
        }
    }
}

/// From the top, then from the left; regions whose tops are about level count as one row. The title
/// block comes last.
fn order(found: &mut Vec<Found>, height: f64) {
    let level = 0.03 * height;
    found.sort_by(|a, b| a.area.y0.total_cmp(&b.area.y0));
    // Which row each belongs to: a row begins where one starts lower than its row's first by more.
    let mut first = f64::NEG_INFINITY;
    for one in found.iter_mut() {
        if one.area.y0 - first > level {
            first = one.area.y0;
        }
        one.row = first;
    }
    found.sort_by(|a, b| {
        let key = |one: &Found| (one.kind == RegionType::TitleBlock, one.row, one.area.x0);
        key(a)
            .partial_cmp(&key(b))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    // The title block stays, however many others there are.
    if found.len() > MOST_REGIONS {
        let last = found
            .pop()
            .filter(|last| last.kind == RegionType::TitleBlock);
        found.truncate(MOST_REGIONS - usize::from(last.is_some()));
        found.extend(last);
    }
}

/// Lines of text that all regions of a sheet have together; regions may overlap.
const MOST_LINES: usize = 60_000;

/// The lines of the sheet inside a box, in reading order; `room` says how many there may be.
fn text_in(plane: &Plane, area: Rect, kind: RegionType, room: &mut usize) -> String {
    let inside: Vec<Line> = plane
        .lines
        .iter()
        .filter(|line| area.contains(middle(line)))
        .take(*room)
        .cloned()
        .collect();
    *room = room.saturating_sub(inside.len());
    let inside = match kind {
        RegionType::Notes | RegionType::Legend => note_numbers::with_numbers(inside),
        _ => inside,
    };
    let mut text = String::new();
    for line in lines_to_blocks(inside).into_iter().flatten() {
        text.push_str(&line.text);
        text.push('\n');
    }
    text
}

/// The title, then a row of the table a line.
fn table_text(title: Option<&str>, table: &RawTable) -> String {
    let mut text = String::new();
    if let Some(title) = title {
        text.push_str(title);
        text.push('\n');
    }
    for row in &table.rows {
        let cells: Vec<String> = row
            .iter()
            .filter(|cell| !cell.lines.is_empty())
            .map(grid::RawCell::text)
            .collect();
        text.push_str(&cells.join("  "));
        text.push('\n');
    }
    text
}

fn to_table(plane: &Plane, table: RawTable, heading_rows: usize) -> Table {
    let rows = table.rows.iter().map(|row| {
        row.iter()
            .map(|cell| Cell {
                column: cell.column,
                spans: cell.spans,
                text: cell.text(),
                display_box: plane.display_box(cell.area),
            })
            .collect()
    });
    Table {
        heading_rows,
        column_count: table.column_count,
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests;
