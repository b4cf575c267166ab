//! Finds blocks of text under a heading: notes, legends, and the key plan. A block ends at the box
//! drawn around it, or where the lines under its heading end.

use hayro::kurbo::Rect;

use super::super::layout::RegionType;
use super::super::lines::Line;
use super::super::specifications::heads_printed_section;
use super::frame::Frame;
use super::plane::{Plane, area_of, between, middle};
use super::subjects::{names_view, subject};
use super::tables::is_heading;

/// A block and its heading.
#[derive(Debug)]
pub(super) struct Block {
    pub kind: RegionType,
    pub title: String,
    pub area: Rect,
}

const MOST_HEADINGS: usize = 100;
/// Headings of more lines than this do not occur.
const MOST_COLUMNS: usize = 5;
/// Columns of text on sheets are hardly ever narrower, in points.
const NARROW_COLUMN: f64 = 300.0;

/// Notes, legends and key plans of the sheet. What is `taken` belongs to other regions.
pub(super) fn find(plane: &Plane, frame: &Frame, taken: &[Rect]) -> Vec<Block> {
    let mut lines: Vec<&Line> = plane.level_lines().collect();
    lines.sort_by(|a, b| {
        (a.top, a.left)
            .partial_cmp(&(b.top, b.left))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut headings = headings(&lines, frame, taken);
    let numbered = over_numbered(&lines, frame, taken);
    let mut stops: Vec<Rect> = taken.to_vec();
    stops.extend(headings.iter().map(|heading| heading.area));
    // Smaller headings part the notes under a larger one, and belong to them.
    let largest = headings
        .iter()
        .map(|heading| heading.size)
        .fold(0.0, f64::max);
    let equal = numbered
        .iter()
        .filter(|heading| heading.size > 0.95 * largest);
    stops.extend(equal.map(|heading| heading.area));
    headings.extend(numbered);
    let mut found: Vec<Block> = Vec::new();
    for heading in &headings {
        if found
            .iter()
            .any(|block| block.area.contains(heading.area.center()) && block.kind == heading.kind)
        {
            continue;
        }
        let area = if heading.kind == RegionType::KeyPlan {
            key_plan(plane, frame, heading)
        } else {
            text_block(plane, frame, heading, &headings, &lines, &stops)
        };
        let Some(area) = area else {
            continue;
        };
        let mut add = |area| {
            found.push(Block {
                kind: heading.kind,
                title: heading.title.clone(),
                area,
            });
        };
        add(area);
        if heads_printed_section(&heading.title) {
            let mut last = area;
            for _ in 1..MOST_COLUMNS {
                let rest = top_of_next_column(last, frame, &headings, &lines)
                    .and_then(|top| column(heading, top, frame.drawing, &lines, &stops));
                let Some(rest) = rest else {
                    break;
                };
                add(rest);
                last = rest;
            }
        }
    }
    found
}

struct Heading {
    kind: RegionType,
    title: String,
    area: Rect,
    size: f64,
}

fn headings(lines: &[&Line], frame: &Frame, taken: &[Rect]) -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    for line in lines {
        if headings.len() >= MOST_HEADINGS {
            break;
        }
        let centre = middle(line);
        let is_free = !taken.iter().any(|area| area.contains(centre));
        let kind = subject(&line.text);
        // A heading in two lines: `ROOM FINISH LEGEND &` / `ABBREVIATIONS`.
        if let Some(above) = headings.last_mut()
            && is_second_line(above, line)
            && (kind == Some(above.kind) || above.title.ends_with(['&', '-', ',']))
        {
            above.title.push(' ');
            above.title.push_str(&line.text);
            above.area = above.area.union(area_of(line));
            continue;
        }
        let kind = match kind {
            Some(kind @ (RegionType::Notes | RegionType::Legend)) => {
                if !is_free || !frame.is_drawn_on(centre) {
                    continue;
                }
                kind
            }
            // The key plan often stands in the title block.
            Some(RegionType::KeyPlan) => RegionType::KeyPlan,
            _ => continue,
        };
        headings.push(Heading {
            kind,
            title: line.text.trim_end_matches(':').trim().to_owned(),
            area: area_of(line),
            size: line.size,
        });
    }
    headings
}

/// Headings that do not say so, but stand over paragraphs numbered from one: `CONCRETE`, `HYDRAULIC DATA`.
fn over_numbered(lines: &[&Line], frame: &Frame, taken: &[Rect]) -> Vec<Heading> {
    let mut found: Vec<Heading> = Vec::new();
    let is_free = |line: &Line| {
        let centre = middle(line);
        frame.is_drawn_on(centre) && !taken.iter().any(|area| area.contains(centre))
    };
    let firsts = lines.iter().enumerate().filter(|(_, line)| {
        let is_one = leading_number(&line.text) == Some(1);
        is_one && is_free(line)
    });
    for (at, first) in firsts.take(MOST_HEADINGS) {
        let em = first.size;
        let above = lines.partition_point(|line| line.top < first.top - 5.0 * em);
        let heading = lines
            .get(above..at)
            .unwrap_or(&[])
            .iter()
            .rev()
            .find(|line| {
                line.bottom < first.top + 0.3 * em
                    && (line.left - first.left).abs() < 2.0 * em
                    && line.right > first.left
            });
        let Some(heading) = heading.filter(|line| line.size >= 1.1 * em && is_free(line)) else {
            continue;
        };
        let below = lines.partition_point(|line| line.top <= first.bottom);
        let goes_on = lines
            .get(below..)
            .unwrap_or(&[])
            .iter()
            .take_while(|line| line.top < first.bottom + 12.0 * em)
            .any(|line| {
                (line.left - first.left).abs() < em && leading_number(&line.text) == Some(2)
            });
        if goes_on && is_heading(heading) {
            found.push(Heading {
                kind: RegionType::Notes,
                title: heading.text.trim_end_matches(':').trim().to_owned(),
                area: area_of(heading),
                size: heading.size,
            });
        }
    }
    found
}

fn is_second_line(above: &Heading, line: &Line) -> bool {
    (line.size / above.size - 1.0).abs() < 0.1
        && line.top - above.area.y1 < 0.8 * line.size
        && line.top > above.area.y0 + 0.5 * line.size
        && line.left < above.area.x1
        && line.right > above.area.x0
        && above.title.len() < 60
}

/// The box drawn around the heading and its lines, or how far the lines under the heading reach.
fn text_block(
    plane: &Plane,
    frame: &Frame,
    heading: &Heading,
    headings: &[Heading],
    lines: &[&Line],
    stops: &[Rect],
) -> Option<Rect> {
    let drawn = box_around(plane, frame, heading);
    if let Some(area) = drawn {
        let alone = !headings
            .iter()
            .any(|other| other.area != heading.area && area.contains(other.area.center()));
        let filled = lines
            .iter()
            .filter(|line| area.contains(middle(line)))
            .take(4)
            .count();
        if alone && filled >= 3 {
            return Some(area);
        }
    }
    let bounds = drawn.unwrap_or(frame.drawing);
    let mut area = column(heading, heading.area, bounds, lines, stops)?;
    // Notes go on in the next column with the next number.
    let mut last = area;
    for _ in 1..MOST_COLUMNS {
        let Some(next) = next_column(heading, headings, last, bounds, lines) else {
            break;
        };
        let Some(more) = column(heading, next, bounds, lines, stops) else {
            break;
        };
        area = area.union(more);
        last = more;
    }
    Some(area)
}

/// Follows the lines below `start` down to the first wide gap or the next region.
fn column(
    heading: &Heading,
    start: Rect,
    bounds: Rect,
    lines: &[&Line],
    stops: &[Rect],
) -> Option<Rect> {
    let is_legend = heading.kind == RegionType::Legend;
    let mut area = start;
    let mut count = usize::from(start != heading.area);
    let mut em = heading.size;
    let first = lines.partition_point(|line| line.top < start.y0);
    for line in lines.get(first..)? {
        let place = area_of(line);
        if place == start || !bounds.contains(place.center()) {
            continue;
        }
        let widest = match (count, is_legend) {
            (0, _) => 4.0 * em.max(line.size),
            (_, true) => 7.0 * em.max(line.size),
            (_, false) => 3.2 * em.max(line.size),
        };
        if line.top - area.y1 > widest {
            break;
        }
        let overlaps = line.left < area.x1 && line.right > area.x0;
        // The number of a paragraph stands before its text, a legend's text beside its symbol.
        let before =
            line.right <= area.x0 && area.x0 - line.right < 4.0 * line.size && line.text.len() <= 5;
        let reach = if is_legend { 12.0 } else { 5.0 };
        let beside = (count > 0 || is_legend)
            && line.left >= area.x1
            && line.left - area.x1 < reach * line.size;
        let level = line.top < area.y1 && line.bottom > area.y0;
        let joins = (before && level) || (beside && (is_legend || (count <= 1 && level)));
        if !overlaps && !joins {
            continue;
        }
        if line.size > 1.3 * heading.size {
            break;
        }
        if stops
            .iter()
            .any(|stop| *stop != heading.area && stop.contains(place.center()))
        {
            break;
        }
        area = area.union(place);
        em = line.size;
        count += 1;
    }
    (count >= 1 && area != heading.area).then_some(area)
}

/// The line with which the paragraphs go on to the right: it has the number after the last one's.
fn next_column(
    heading: &Heading,
    headings: &[Heading],
    area: Rect,
    bounds: Rect,
    lines: &[&Line],
) -> Option<Rect> {
    let inside = lines
        .iter()
        .filter(|line| area.contains(middle(line)))
        .filter_map(|line| leading_number(&line.text));
    let last = inside.max()?;
    lines
        .iter()
        .filter(|line| {
            line.left > area.x1
                && line.left - area.x1 < 1.2 * area.width().max(200.0)
                && line.top > heading.area.y0 - 4.0 * heading.size
                && line.top < area.y0 + 0.5 * area.height() + 4.0 * heading.size
                && bounds.contains(middle(line))
                && leading_number(&line.text) == Some(last + 1)
                && !is_under_another(heading, headings, line)
                && !follows(line, lines)
        })
        .min_by(|a, b| a.left.total_cmp(&b.left))
        .map(|line| area_of(line))
}

/// The line with which a section goes on at the top of the column to the right, where it is the last
/// one of its own: a region has one box, so the rest is a region of its own.
fn top_of_next_column(
    area: Rect,
    frame: &Frame,
    headings: &[Heading],
    lines: &[&Line],
) -> Option<Rect> {
    let goes_on_below = headings.iter().any(|other| {
        other.area.y0 >= area.y1 && other.area.x0 < area.x1 && other.area.x1 > area.x0
    });
    if goes_on_below {
        return None;
    }
    // The last lines of a column may be short.
    let reach = 2.0 * area.width().max(NARROW_COLUMN);
    let tops: Vec<&&Line> = lines
        .iter()
        .filter(|line| {
            line.left > area.x1
                && line.left - area.x0 < reach
                && line.top < area.y1 - 0.5 * area.height()
                && frame.drawing.contains(middle(line))
                && !follows(line, lines)
        })
        .collect();
    let nearest = tops.iter().map(|line| line.left).min_by(f64::total_cmp)?;
    let first = tops
        .into_iter()
        .filter(|line| line.left - nearest < 0.2 * NARROW_COLUMN)
        .min_by(|a, b| a.top.total_cmp(&b.top))?;
    let place = area_of(first);
    let is_heading = headings
        .iter()
        .any(|other| other.area.contains(place.center()));
    (!is_heading).then_some(place)
}

/// Whether the line stands in the column of another heading.
fn is_under_another(heading: &Heading, headings: &[Heading], line: &Line) -> bool {
    headings.iter().any(|other| {
        other.area != heading.area
            && other.area.y0 < line.top
            && line.top - other.area.y0 < 800.0
            && other.area.x0 < line.right + 10.0 * line.size
            && other.area.x1 > line.left
    })
}

/// Whether another line stands close above, so that this one does not begin a column.
fn follows(line: &Line, lines: &[&Line]) -> bool {
    let from = lines.partition_point(|above| above.top < line.top - 3.0 * line.size);
    let to = lines.partition_point(|above| above.top < line.top - 0.5 * line.size);
    lines
        .get(from..to)
        .unwrap_or(&[])
        .iter()
        .any(|above| above.left < line.right && above.right > line.left - 0.5 * line.size)
}

/// `12.`, `12)` or `12` at the start of a paragraph.
fn leading_number(text: &str) -> Option<u32> {
    let first = text.split(' ').next()?;
    let figures = first.trim_end_matches(['.', ')', ':']);
    if figures.is_empty() || figures.len() > 2 || (first == figures && text != first) {
        return None;
    }
    figures.parse().ok()
}

/// The smallest box of lines around the heading, higher than the heading alone needs.
fn box_around(plane: &Plane, frame: &Frame, heading: &Heading) -> Option<Rect> {
    const SIDES: usize = 8;
    let (place, em) = (heading.area, heading.size);
    let spans = |from: f64, to: f64| from <= place.y0 + 2.0 && to >= place.y1 - 2.0;
    let left: Vec<_> = between(&plane.upright, place.x0 - 300.0, place.x0)
        .iter()
        .rev()
        .filter(|line| spans(line.from, line.to) && line.length() > 4.0 * em)
        .take(SIDES)
        .collect();
    let right: Vec<_> = between(&plane.upright, place.x1, place.x1 + 1_000.0)
        .iter()
        .filter(|line| spans(line.from, line.to) && line.length() > 4.0 * em)
        .take(SIDES)
        .collect();
    for left in &left {
        for right in &right {
            let top = left.from.max(right.from);
            let bottom = left.to.min(right.to);
            let area = Rect::new(left.at, top, right.at, bottom);
            let is_box = (left.from - right.from).abs() <= 5.0
                && (left.to - right.to).abs() <= 5.0
                && area.height() > 4.0 * em
                && area.area() < 0.35 * frame.border.area()
                && area.height() < 0.97 * frame.border.height();
            let closed = |at: f64| {
                between(&plane.level, at - 3.0, at + 3.0)
                    .iter()
                    .map(|line| line.overlap(area.x0, area.x1))
                    .sum::<f64>()
                    > 0.8 * area.width()
            };
            if is_box && closed(top) && closed(bottom) {
                return Some(area);
            }
        }
    }
    None
}

/// The box around the words `KEY PLAN`, or the small drawing above or below them.
fn key_plan(plane: &Plane, frame: &Frame, heading: &Heading) -> Option<Rect> {
    /// How far a key plan is looked for from its words: points, or a share of the sheet's width.
    const REACH: (f64, f64) = (230.0, 0.12);
    /// How wide one may be, as a share of the sheet.
    const WIDEST: f64 = 0.16;
    const FEWEST_MARKS: usize = 6;
    if let Some(area) = box_around(plane, frame, heading)
        && area.area() < 0.06 * plane.page().area()
    {
        return Some(area);
    }
    let place = heading.area;
    let reach = REACH.0.max(REACH.1 * plane.width);
    let longest = reach.max(WIDEST * plane.width);
    let across = (
        place.center().x - reach / 2.0,
        place.center().x + reach / 2.0,
    );
    let limits = frame
        .title_block
        .filter(|block| block.contains(place.center()));
    let limits = limits.unwrap_or(frame.border);
    let half = |top: f64, bottom: f64| {
        let window = Rect::new(across.0, top, across.1, bottom).intersect(limits);
        let marks = marks_in(plane, window, longest);
        nearest_part(marks, place, 0.2 * reach).filter(|(_, count)| *count >= FEWEST_MARKS)
    };
    let above = half(place.y0 - reach, place.y0);
    let below = half(place.y1, place.y1 + reach);
    let (area, _) = match (above, below) {
        (Some(above), Some(below)) => {
            // The words stand close to their drawing; of two about as near the fuller one is meant.
            let nearer = (place.y0 - above.0.y1) - (below.0.y0 - place.y1);
            let is_above = match nearer.abs() < 2.0 * heading.size {
                true => above.1 >= below.1,
                false => nearer < 0.0,
            };
            if is_above { above } else { below }
        }
        (above, below) => above.or(below)?,
    };
    Some(whole(plane, area, longest).intersect(limits).union(place))
}

/// A drawing with the lines that touch it and go on beyond it: its words may stand under one end of it.
fn whole(plane: &Plane, mut area: Rect, longest: f64) -> Rect {
    const TOUCH: f64 = 2.0;
    const STEPS: usize = 3;
    for _ in 0..STEPS {
        let near = area.inflate(TOUCH, TOUCH);
        let level = between(&plane.level, near.y0, near.y1)
            .iter()
            .filter(|line| line.length() <= longest && line.overlap(near.x0, near.x1) > 0.0)
            .map(|line| Rect::new(line.from, line.at, line.to, line.at));
        let upright = between(&plane.upright, near.x0, near.x1)
            .iter()
            .filter(|line| line.length() <= longest && line.overlap(near.y0, near.y1) > 0.0)
            .map(|line| Rect::new(line.at, line.from, line.at, line.to));
        let grown = level
            .chain(upright)
            .fold(area, |area, line| area.union(line));
        if grown == area || grown.width() > longest || grown.height() > longest {
            break;
        }
        area = grown;
    }
    area
}

/// What is drawn in a window: ink, and lines no longer than `longest`.
fn marks_in(plane: &Plane, window: Rect, longest: f64) -> Vec<Rect> {
    let mut marks = Vec::new();
    if window.width() <= 0.0 || window.height() <= 0.0 {
        return marks;
    }
    let is_part = |from: f64, to: f64| to - from <= longest;
    for line in between(&plane.level, window.y0, window.y1) {
        if is_part(line.from, line.to) && line.overlap(window.x0, window.x1) > 0.0 {
            let (from, to) = (line.from.max(window.x0), line.to.min(window.x1));
            marks.push(Rect::new(from, line.at, to, line.at));
        }
    }
    for line in between(&plane.upright, window.x0, window.x1) {
        if is_part(line.from, line.to) && line.overlap(window.y0, window.y1) > 0.0 {
            let (from, to) = (line.from.max(window.y0), line.to.min(window.y1));
            marks.push(Rect::new(line.at, from, line.at, to));
        }
    }
    let ink = &plane.ink;
    for row in ink.index(window.y0)..ink.index(window.y1) {
        for column in ink.index(window.x0)..ink.index(window.x1) {
            if ink.get(column, row) {
                let (x, y) = (column as f64 * ink.cell, row as f64 * ink.cell);
                marks.push(Rect::new(x, y, x + ink.cell, y + ink.cell));
            }
        }
    }
    marks
}

/// The marks from the words up or down to the first gap of more than `gap`, and how many they are:
/// beyond it stands another drawing.
fn nearest_part(mut marks: Vec<Rect>, words: Rect, gap: f64) -> Option<(Rect, usize)> {
    let distance = |mark: &Rect| (mark.y0 - words.y1).max(words.y0 - mark.y1).max(0.0);
    marks.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    let mut part: Option<(Rect, usize)> = None;
    for mark in marks {
        match part {
            None => part = Some((mark, 1)),
            Some((area, count)) => {
                let apart = (area.y0 - mark.y1).max(mark.y0 - area.y1);
                if apart > gap {
                    break;
                }
                part = Some((area.union(mark), count + 1));
            }
        }
    }
    part
}

/// Whether a heading is really the title of a drawing: `FLOOR PLAN NOTES` is not, `KEY PLAN` is no view.
pub(super) fn is_block_title(text: &str) -> bool {
    match subject(text) {
        Some(RegionType::Notes | RegionType::Legend | RegionType::KeyPlan) => true,
        Some(_) => !names_view(text),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{canvas, plane_of};
    use super::*;

    fn find_on(page: &super::super::super::canvas::Canvas) -> Vec<Block> {
        let plane = plane_of(page);
        let frame = Frame::of(&plane);
        find(&plane, &frame, &[])
    }

    #[test]
    fn notes_reach_down_to_the_first_wide_gap_and_on_into_the_next_column() {
        let page = canvas(
            2592.0,
            1728.0,
            &[
                ("GENERAL NOTES", 1000.0, 100.0, 12.0),
                ("1.", 1000.0, 120.0, 8.0),
                ("VERIFY ALL DIMENSIONS IN THE FIELD.", 1020.0, 120.0, 8.0),
                ("2.", 1000.0, 135.0, 8.0),
                ("PATCH AND PAINT.", 1020.0, 135.0, 8.0),
                ("3.", 1300.0, 120.0, 8.0),
                ("CLEAN UP DAILY.", 1320.0, 120.0, 8.0),
                ("LOBBY", 1010.0, 400.0, 8.0),
            ],
        );
        let found = find_on(&page);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].kind, RegionType::Notes);
        let area = found[0].area;
        assert!(area.x1 > 1350.0 && area.y1 < 150.0, "{area:?}");
    }

    #[test]
    fn a_heading_over_numbered_paragraphs_announces_notes() {
        let page = canvas(
            2592.0,
            1728.0,
            &[
                ("CONCRETE", 1000.0, 100.0, 12.0),
                ("1.", 1000.0, 120.0, 8.0),
                ("FOOTINGS: 3,500 PSI.", 1020.0, 120.0, 8.0),
                ("2.", 1000.0, 135.0, 8.0),
                ("WALLS: 4,000 PSI.", 1020.0, 135.0, 8.0),
                ("MASONRY", 1000.0, 160.0, 12.0),
                ("1.", 1000.0, 180.0, 8.0),
                ("TYPE S MORTAR.", 1020.0, 180.0, 8.0),
                ("2.", 1000.0, 195.0, 8.0),
                ("FULL JOINTS.", 1020.0, 195.0, 8.0),
            ],
        );
        let found = find_on(&page);
        let titles: Vec<&str> = found.iter().map(|block| block.title.as_str()).collect();
        assert_eq!(titles, ["CONCRETE", "MASONRY"]);
        assert!(found[0].area.y1 < 150.0);
    }

    #[test]
    fn sections_printed_on_a_sheet_are_notes_and_go_on_in_the_next_column() {
        let page = canvas(
            2592.0,
            1728.0,
            &[
                ("SECTION 03 30 00 - CONCRETE", 1000.0, 100.0, 9.0),
                ("PART 1 - GENERAL", 1000.0, 112.0, 9.0),
                ("1.1 Comply with ACI 301.", 1000.0, 124.0, 9.0),
                ("SECTION 04 20 00 - UNIT MASONRY", 1000.0, 150.0, 9.0),
                ("PART 1 - GENERAL", 1000.0, 162.0, 9.0),
                ("1.1 Mortar: ASTM C270, Type S.", 1000.0, 174.0, 9.0),
                ("1.2 Lay units in running bond.", 1200.0, 100.0, 9.0),
                ("Tool the exposed joints.", 1200.0, 112.0, 9.0),
                ("LOBBY", 1210.0, 400.0, 9.0),
            ],
        );
        let found = find_on(&page);
        let read: Vec<(&str, f64, f64)> = found
            .iter()
            .map(|block| (block.title.as_str(), block.area.x0, block.area.y1))
            .collect();
        assert!(found.iter().all(|block| block.kind == RegionType::Notes));
        let [(one, _, end), (two, left, _), (three, right, last)] = read.as_slice() else {
            panic!("{read:?}");
        };
        assert_eq!(*one, "SECTION 03 30 00 - CONCRETE");
        assert_eq!(two, three);
        assert!(*end < 140.0 && *left < 1010.0 && *right > 1190.0 && *last < 130.0);
    }

    #[test]
    fn a_box_around_a_legend_is_its_extent() {
        let mut page = canvas(
            2592.0,
            1728.0,
            &[
                ("LEGEND", 1000.0, 120.0, 12.0),
                ("NEW WALL", 1060.0, 150.0, 8.0),
                ("EXISTING WALL", 1060.0, 190.0, 8.0),
            ],
        );
        page.strokes.add_box(Rect::new(980.0, 100.0, 1200.0, 260.0));
        page.strokes
            .add_line((980.0, 130.0).into(), (1200.0, 130.0).into());
        let found = find_on(&page);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].area, Rect::new(980.0, 100.0, 1200.0, 260.0));
    }

    #[test]
    fn a_key_plan_is_the_small_drawing_at_its_words() {
        let mut page = canvas(2592.0, 1728.0, &[("KEY PLAN", 2000.0, 1500.0, 10.0)]);
        page.strokes
            .add_box(Rect::new(1990.0, 1400.0, 2080.0, 1480.0));
        page.strokes
            .add_box(Rect::new(2010.0, 1420.0, 2040.0, 1450.0));
        let found = find_on(&page);
        assert_eq!(found[0].kind, RegionType::KeyPlan);
        assert!(found[0].area.y0 == 1400.0 && found[0].area.y1 > 1500.0);
    }

    #[test]
    fn a_key_plan_is_whole_though_its_words_stand_under_one_end() {
        let mut page = canvas(2592.0, 1728.0, &[("KEY PLAN", 2000.0, 1500.0, 10.0)]);
        page.strokes
            .add_box(Rect::new(2000.0, 1400.0, 2200.0, 1480.0));
        for x in [2020.0, 2050.0, 2080.0] {
            page.strokes.add_box(Rect::new(x, 1400.0, x + 20.0, 1440.0));
        }
        let found = find_on(&page);
        assert_eq!(found[0].area.x1, 2200.0);
    }
}
