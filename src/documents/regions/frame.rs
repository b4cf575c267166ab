//! The border of a sheet and its title block: the strip or corner box in which the sheet says its
//! number, its project and its people. The regions of the drawing lie in what is left.

use hayro::kurbo::{Point, Rect};

use super::super::lines::Line;
use super::super::sheets::{Label, as_sheet_number, label};
use super::super::strokes::Segment;
use super::plane::{Plane, area_of, middle};

/// Where a sheet's border and its title block lie, in points.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Frame {
    pub border: Rect,
    /// As it is ruled: what stands in it is no drawing.
    pub title_block: Option<Rect>,
    /// The title block with its letters and logos that reach beyond its lines.
    pub shown_block: Option<Rect>,
    /// The border without the title block; a title block in a corner is not cut off.
    pub drawing: Rect,
}

impl Frame {
    pub fn of(plane: &Plane) -> Self {
        let border = border(plane);
        let title_block = title_block(plane, border);
        let mut drawing = border;
        if let Some(block) = title_block {
            let is_strip = |part: f64, whole: f64| part > 0.8 * whole;
            if is_strip(block.height(), border.height()) {
                drawing.x1 = block.x0;
            } else if is_strip(block.width(), border.width()) {
                drawing.y1 = block.y0;
            }
        }
        Self {
            border,
            title_block,
            shown_block: title_block.map(|block| with_contents(plane, block)),
            drawing,
        }
    }

    /// Whether a point lies in the drawing and not in the title block.
    pub fn is_drawn_on(&self, point: Point) -> bool {
        self.drawing.contains(point) && !self.title_block.is_some_and(|block| block.contains(point))
    }
}

/// Lines of one direction that lie on one line, added up.
#[derive(Clone, Copy, Debug)]
struct Rule {
    at: f64,
    from: f64,
    to: f64,
    drawn: f64,
}

/// Sums the lines of a sorted list that are at most 1.5 points apart; those drawn over less than
/// `least` points are left out.
fn rules(lines: &[Segment], least: f64) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut group: Vec<Segment> = Vec::new();
    for line in lines.iter().filter(|line| line.length() >= 12.0) {
        if group.first().is_some_and(|first| line.at - first.at > 1.5) {
            rules.extend(sum(&mut group));
        }
        group.push(*line);
    }
    rules.extend(sum(&mut group));
    rules.retain(|rule| rule.drawn >= least);
    rules
}

/// What the lines of a group cover together. Empties the group.
fn sum(group: &mut Vec<Segment>) -> Option<Rule> {
    group.sort_by(|a, b| a.from.total_cmp(&b.from));
    let first = group.first()?;
    let mut rule = Rule {
        at: first.at,
        from: first.from,
        to: first.from,
        drawn: 0.0,
    };
    for line in group.drain(..) {
        rule.drawn += (line.to - line.from.max(rule.to)).max(0.0);
        rule.to = rule.to.max(line.to);
    }
    Some(rule)
}

/// The outermost long lines near the edges; the page's edge where there is none.
fn border(plane: &Plane) -> Rect {
    let (width, height) = (plane.width, plane.height);
    let level = rules(&plane.level, 0.55 * width);
    let upright = rules(&plane.upright, 0.55 * height);
    let near = |rules: Vec<Rule>, side: f64, across: f64| {
        // Tables side by side make long lines too, but not from one edge of the sheet to the other.
        let reach = 0.16 * across;
        let is_near = move |rule: &Rule| {
            let edge = rule.at.min(side - rule.at);
            let is_whole = rule.from < reach && rule.to > across - reach;
            // A line on the very edge is the paper's outline.
            is_whole && (0.004 * side..0.12 * side).contains(&edge)
        };
        let at: Vec<f64> = rules
            .iter()
            .filter(|rule| is_near(rule))
            .map(|rule| rule.at)
            .collect();
        at
    };
    let across = near(upright, width, height);
    let down = near(level, height, width);
    Rect::new(
        first(across.iter().copied(), width).unwrap_or(0.0),
        first(down.iter().copied(), height).unwrap_or(0.0),
        width - first(across.iter().rev().map(|at| width - at), width).unwrap_or(0.0),
        height - first(down.iter().rev().map(|at| height - at), height).unwrap_or(0.0),
    )
}

/// How far in the border lies, from lines that come inwards: borders are often two lines close
/// together, of which the inner one bounds the drawing. A third one is something else.
fn first(lines: impl Iterator<Item = f64>, side: f64) -> Option<f64> {
    let mut lines = lines.filter(|at| *at < 0.12 * side);
    let outer = lines.next()?;
    let inner = lines.take_while(|at| at - outer < 0.02 * side).last();
    Some(inner.unwrap_or(outer))
}

/// What speaks for a title block: its labels, and with more weight what looks like the sheet's number.
struct Evidence {
    at: Point,
    weight: f64,
}

const MOST_EVIDENCE: usize = 300;
/// Candidate edges of either direction.
const MOST_EDGES: usize = 60;

fn evidence(plane: &Plane) -> Vec<Evidence> {
    let (width, height) = (plane.width, plane.height);
    let mut found = Vec::new();
    let mut number: Option<(f64, &Line)> = None;
    for line in &plane.lines {
        let (x, y) = line.centre();
        let (across, down) = (x / width.max(1.0), y / height.max(1.0));
        if across < 0.72 && down < 0.75 {
            continue;
        }
        if label(&line.text).is_some_and(|(label, _)| label != Label::Scale)
            && found.len() < MOST_EVIDENCE
        {
            found.push(Evidence {
                at: middle(line),
                weight: 1.0,
            });
        }
        let is_number = line.word_count == 1 && as_sheet_number(&line.text).is_some();
        let in_corner = across > 0.75 && down > 0.75;
        if is_number && in_corner && number.is_none_or(|(size, _)| line.size > size) {
            number = Some((line.size, line));
        }
    }
    if let Some((_, line)) = number {
        found.push(Evidence {
            at: middle(line),
            weight: 4.0,
        });
    }
    found
}

fn title_block(plane: &Plane, border: Rect) -> Option<Rect> {
    let evidence = evidence(plane);
    let all: f64 = evidence.iter().map(|one| one.weight).sum();
    if all < 2.0 {
        return None;
    }
    let page = plane.page().area().max(1.0);
    let longest = |mut rules: Vec<Rule>| {
        rules.sort_by(|a, b| b.drawn.total_cmp(&a.drawn));
        rules.truncate(MOST_EDGES);
        rules
    };
    let mut upright = rules(&plane.upright, 0.05 * plane.height);
    upright.retain(|rule| rule.at > 0.5 * plane.width && rule.at < border.x1 - 20.0);
    let mut level = rules(&plane.level, 0.08 * plane.width);
    level.retain(|rule| rule.at > 0.55 * plane.height && rule.at < border.y1 - 12.0);
    let (upright, level) = (longest(upright), longest(level));
    let mut best: Option<(f64, Rect)> = None;
    let mut judge = |area: Rect, is_whole: bool, favour: f64| {
        let within = || evidence.iter().filter(|one| area.contains(one.at));
        let inside: f64 = within().map(|one| one.weight).sum();
        let labels = within().filter(|one| one.weight < 2.0).count();
        let share = area.area() / page;
        // Long lines of a drawing can cut off the corner with the number too; a strip from border to
        // border is made for it, others need its labels.
        if inside < 0.7 * all || labels < if is_whole { 0 } else { 2 } {
            return;
        }
        if share > if labels < 2 { 0.2 } else { 0.4 } {
            return;
        }
        let worth = inside / all - 0.8 * share + favour;
        if best.is_none_or(|(most, _)| worth > most) {
            best = Some((worth, area));
        }
    };
    for rule in &upright {
        let is_anchored = rule.to > border.y1 - 0.03 * border.height();
        if rule.drawn >= 0.6 * border.height() && rule.at > 0.62 * plane.width && is_anchored {
            let whole = reaches(rule, border.y0, border.y1);
            judge(
                Rect::new(rule.at, border.y0, border.x1, border.y1),
                whole,
                if whole { 0.3 } else { 0.1 },
            );
        }
    }
    for rule in &level {
        let is_anchored = rule.to > border.x1 - 0.03 * border.width();
        if rule.drawn >= 0.5 * border.width() && is_anchored {
            let whole = reaches(rule, border.x0, border.x1);
            judge(
                Rect::new(border.x0, rule.at, border.x1, border.y1),
                whole,
                if whole { 0.3 } else { 0.1 },
            );
        }
    }
    for side in &upright {
        for top in &level {
            let area = Rect::new(side.at, top.at, border.x1, border.y1);
            let meets = side.from <= top.at + 3.0
                && side.to >= border.y1 - 0.2 * area.height()
                && top.from <= side.at + 3.0
                && top.to >= border.x1 - 0.2 * area.width();
            // Where both lines end is the corner of a box; a line that goes on parts its inside.
            let is_corner = side.from > top.at - 3.0 && top.from > side.at - 3.0;
            let favour = match is_corner {
                true if !goes_on_above(area, &upright, &level) => 0.06,
                _ => 0.0,
            };
            if meets {
                judge(area, false, favour);
            }
        }
    }
    best.map(|(_, area)| area)
        .or_else(|| strip_of_large_letters(plane, border))
}

/// Whether a line inside the box goes on above it, up to where another one closes a higher part: then
/// the box is the lower part of the title block with what stands beside it.
fn goes_on_above(area: Rect, upright: &[Rule], level: &[Rule]) -> bool {
    let through = upright.iter().filter(|side| {
        side.at > area.x0 + 12.0
            && side.at < area.x1 - 12.0
            && side.from < area.y0 - 12.0
            && side.to > area.y1 - 0.2 * area.height()
    });
    through.into_iter().any(|side| {
        level.iter().any(|top| {
            (top.at - side.from).abs() < 3.0
                && top.from < side.at + 3.0
                && top.to > area.x1 - 0.2 * (area.x1 - side.at)
        })
    })
}

/// The block with all of its words and logos: large letters and pictures often stand over its lines.
fn with_contents(plane: &Plane, block: Rect) -> Rect {
    let words = plane.lines.iter().map(area_of);
    let words = words.filter(|area| block.contains(area.center()));
    let small = 0.03 * plane.page().area();
    let logos = plane.pictures.iter().copied().filter(|picture| {
        picture.area() < small && block.intersect(*picture).area() > 0.25 * picture.area()
    });
    // What is much larger than the block stands behind it.
    let margin = 0.03 * plane.height.min(plane.width);
    let most = block.inflate(margin, margin).intersect(plane.page());
    words
        .chain(logos)
        .filter(|area| most.contains_rect(*area))
        .fold(block, |block, area| block.union(area))
}

/// Whether a rule goes from one side of the border to the other.
fn reaches(rule: &Rule, from: f64, to: f64) -> bool {
    let near = 0.02 * (to - from);
    rule.from < from + near && rule.to > to - near && rule.drawn > 0.8 * (to - from)
}

/// A title strip without lines: large letters along the bottom, the sheet's number among them.
fn strip_of_large_letters(plane: &Plane, border: Rect) -> Option<Rect> {
    let number = plane
        .level_lines()
        .filter(|line| {
            line.left > 0.75 * plane.width
                && line.top > 0.8 * plane.height
                && line.word_count == 1
                && as_sheet_number(&line.text).is_some()
        })
        .max_by(|a, b| a.size.total_cmp(&b.size))?;
    let least = 0.4 * number.size;
    let mut area = area_of(number);
    let mut large: Vec<&Line> = plane
        .level_lines()
        .filter(|line| line.size >= least && line.top > 0.75 * plane.height)
        .take(MOST_EVIDENCE)
        .collect();
    large.sort_by(|a, b| b.bottom.total_cmp(&a.bottom));
    for line in large {
        if line.bottom > area.y0 - line.size {
            area = area.union(area_of(line));
        }
    }
    // A border that the letters do not keep to is none of theirs.
    Some(Rect::new(
        border.x0.min(area.x0),
        area.y0,
        border.x1.max(area.x1),
        border.y1.max(area.y1),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{canvas, plane_of};
    use super::*;

    fn sheet() -> super::super::super::canvas::Canvas {
        let mut page = canvas(
            2592.0,
            1728.0,
            &[
                ("PROJECT NO.", 2400.0, 1300.0, 8.0),
                ("DATE", 2400.0, 1400.0, 8.0),
                ("DRAWN BY", 2400.0, 1450.0, 8.0),
                ("SHEET NO.", 2400.0, 1600.0, 8.0),
                ("A-101", 2420.0, 1650.0, 40.0),
            ],
        );
        page.strokes.add_box(Rect::new(36.0, 36.0, 2556.0, 1692.0));
        page
    }

    #[test]
    fn a_strip_along_the_right_edge_is_the_title_block() {
        let mut page = sheet();
        page.strokes
            .add_line((2380.0, 36.0).into(), (2380.0, 1692.0).into());
        page.strokes
            .add_line((2380.0, 1560.0).into(), (2556.0, 1560.0).into());
        let frame = Frame::of(&plane_of(&page));
        assert_eq!(frame.border, Rect::new(36.0, 36.0, 2556.0, 1692.0));
        assert_eq!(
            frame.title_block,
            Some(Rect::new(2380.0, 36.0, 2556.0, 1692.0))
        );
        assert_eq!(frame.drawing.x1, 2380.0);
    }

    #[test]
    fn a_box_in_the_corner_is_the_title_block_where_there_is_no_strip() {
        let mut page = sheet();
        page.strokes
            .add_line((2300.0, 1250.0).into(), (2300.0, 1692.0).into());
        page.strokes
            .add_line((2300.0, 1250.0).into(), (2556.0, 1250.0).into());
        let frame = Frame::of(&plane_of(&page));
        assert_eq!(
            frame.title_block,
            Some(Rect::new(2300.0, 1250.0, 2556.0, 1692.0))
        );
        assert_eq!(frame.drawing, frame.border);
    }

    #[test]
    fn a_box_in_the_corner_is_taken_with_its_upper_rows() {
        let mut page = sheet();
        page.strokes
            .add_box(Rect::new(2300.0, 1150.0, 2556.0, 1692.0));
        page.strokes
            .add_line((2300.0, 1270.0).into(), (2556.0, 1270.0).into());
        let frame = Frame::of(&plane_of(&page));
        assert_eq!(
            frame.title_block,
            Some(Rect::new(2300.0, 1150.0, 2556.0, 1692.0))
        );
    }

    #[test]
    fn large_letters_below_the_lines_of_a_drawing_are_a_whole_title_block() {
        let mut page = canvas(1000.0, 800.0, &[("A-101", 900.0, 780.0, 40.0)]);
        // Long lines of a plan near the lower edge look like a border.
        for y in [710.0, 722.0, 734.0] {
            page.strokes.add_line((20.0, y).into(), (980.0, y).into());
        }
        let block = Frame::of(&plane_of(&page)).shown_block.unwrap();
        assert!(block.x0 < block.x1 && block.y0 < block.y1, "{block:?}");
        assert!(block.y1 >= 780.0, "{block:?}");
    }

    #[test]
    fn tables_side_by_side_are_no_border() {
        let mut page = canvas(1000.0, 800.0, &[]);
        for (from, to) in [(20.0, 320.0), (350.0, 800.0)] {
            page.strokes
                .add_line((from, 30.0).into(), (to, 30.0).into());
        }
        assert_eq!(Frame::of(&plane_of(&page)).border.y0, 0.0);
    }

    #[test]
    fn letters_that_reach_beyond_the_lines_belong_to_the_title_block() {
        let mut page = sheet();
        page.strokes
            .add_line((2380.0, 36.0).into(), (2380.0, 1692.0).into());
        page.words.push(super::super::super::words::tests::word(
            "TOWER", 2370.0, 400.0, 40.0,
        ));
        let frame = Frame::of(&plane_of(&page));
        assert_eq!(frame.title_block.unwrap().x0, 2380.0);
        assert_eq!(frame.shown_block.unwrap().x0, 2370.0);
        assert_eq!(frame.drawing.x1, 2380.0);
    }

    #[test]
    fn without_labels_there_is_no_title_block() {
        let page = canvas(2592.0, 1728.0, &[("OFFICE", 300.0, 500.0, 8.0)]);
        assert_eq!(Frame::of(&plane_of(&page)).title_block, None);
    }
}
