//! Finds tables whose titles do not say that they are schedules, `DESIGN LOADS` or `CONTROL POINTS`, by
//! what is drawn: a heading in larger letters close over ruled rows and columns. Asked by the schedules.

use hayro::kurbo::Rect;

use super::super::lines::Line;
use super::grid::{Budget, RawCell, RawTable};
use super::plane::{Plane, between, middle};
use super::scales::scale_in;
use super::schedules::{Schedule, aligned, ruled};
use super::subjects::subject;

/// More headings of one sheet are not looked at.
const MOST_HEADINGS: usize = 150;
/// Lines looked at on one page while grids are followed.
const WORK: usize = 1_000_000;
/// How much larger than the usual letters of the sheet a heading is.
const LARGER: f64 = 1.15;

/// Tables under headings; those already `found` and the `titles` that were tried are left out.
pub(super) fn under_headings(
    plane: &Plane,
    by_height: &[&Line],
    titles: &[&Line],
    found: &[Schedule],
) -> Vec<Schedule> {
    let usual = usual_size(by_height);
    let is_tried = |line: &Line| titles.iter().any(|title| middle(title) == middle(line));
    let headings: Vec<&Line> = by_height
        .iter()
        .copied()
        .filter(|line| line.size >= LARGER * usual && is_heading(line) && !is_tried(line))
        .take(MOST_HEADINGS)
        .collect();
    let mut budget = Budget(WORK);
    let mut more: Vec<Schedule> = Vec::new();
    for heading in &headings {
        let is_inside = |schedule: &Schedule| schedule.area.contains(middle(heading));
        if found.iter().chain(&more).any(is_inside) || !has_rule_below(plane, heading) {
            continue;
        }
        let table = ruled(plane, heading, &headings, &mut budget)
            .filter(|table| is_under(table.area, heading) && is_full(&table.table))
            .or_else(|| {
                aligned(plane, by_height, heading, &headings)
                    .filter(|table| is_full(&table.table) && is_ruled_across(plane, table))
            });
        let is_free = |table: &Schedule| {
            let overlaps = |other: &Schedule| other.area.contains(table.area.center());
            !found.iter().chain(&more).any(overlaps)
        };
        more.extend(table.filter(is_free));
    }
    more
}

/// The middle of the sizes of the sheet's lines.
pub(super) fn usual_size(lines: &[&Line]) -> f64 {
    let mut sizes: Vec<f64> = lines.iter().map(|line| line.size).collect();
    let middle = sizes.len() / 2;
    if sizes.is_empty() {
        return 1.0;
    }
    *sizes.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// Words over tables that say who changed and signed the sheet.
const NO_HEADINGS: &[&str] = &[
    "REVISION",
    "REVISIONS",
    "ISSUE",
    "ISSUED",
    "ISSUES",
    "APPROVED",
];

/// A few words of letters, no sentence and no scale.
pub(super) fn is_heading(line: &Line) -> bool {
    let letters = line.text.chars().filter(|c| c.is_alphabetic()).count();
    let upper = line.text.to_uppercase();
    letters >= 3
        && letters * 2 > line.text.chars().count()
        && line.word_count <= 8
        && !line.text.ends_with(['.', ',', ';'])
        && !line.text.starts_with(|c: char| c.is_ascii_digit())
        && !upper.split(' ').any(|word| NO_HEADINGS.contains(&word))
        && subject(&line.text).is_none()
        && scale_in(&line.text).is_none()
}

fn has_rule_below(plane: &Plane, heading: &Line) -> bool {
    let em = heading.size;
    between(
        &plane.level,
        heading.top + 0.5 * em,
        heading.bottom + 2.5 * em,
    )
    .iter()
    .any(|line| {
        line.from < heading.left + em && line.to > heading.right && line.length() > 8.0 * em
    })
}

/// Whether the table begins close under the heading, or the heading stands in its first row.
fn is_under(area: Rect, heading: &Line) -> bool {
    let em = heading.size;
    area.y0 <= heading.bottom + 2.5 * em
        && area.y0 > heading.top - 2.0 * em
        && area.x0 <= heading.left + 2.0 * em
        && heading.right <= area.x1 + 2.0 * em
}

/// Headings in words, entries in most cells.
pub(super) fn is_full(table: &RawTable) -> bool {
    if table.column_count < 2 || table.rows.len() < 3 {
        return false;
    }
    let cells: usize = table.rows.iter().map(Vec::len).sum();
    let filled = |row: &Vec<RawCell>| row.iter().filter(|cell| !cell.lines.is_empty()).count();
    let full: usize = table.rows.iter().map(filled).sum();
    let rows = table.rows.iter().filter(|row| filled(row) >= 2).count();
    let is_worded = table.rows.first().is_some_and(|row| {
        let words = row
            .iter()
            .filter(|cell| cell.text().chars().filter(|c| c.is_alphabetic()).count() >= 2);
        words.count() * 2 > filled(row)
    });
    full * 2 > cells && rows >= 3 && rows * 10 >= table.rows.len() * 7 && is_worded
}

/// Whether rules run across the whole table, one of them under its headings.
fn is_ruled_across(plane: &Plane, table: &Schedule) -> bool {
    let area = table.area;
    let middle = |row: Option<&Vec<RawCell>>| {
        row.and_then(|row| row.first())
            .map(|cell| cell.area.center().y)
    };
    let (Some(first), Some(second)) = (
        middle(table.table.rows.first()),
        middle(table.table.rows.get(1)),
    ) else {
        return false;
    };
    let across: Vec<f64> = between(&plane.level, area.y0, area.y1 + 12.0)
        .iter()
        .filter(|line| line.overlap(area.x0, area.x1) > 0.8 * area.width())
        .map(|line| line.at)
        .collect();
    let under_headings = across.iter().any(|at| first < *at && *at < second);
    table.table.column_count >= 3 && under_headings && across.len() >= 2
}

#[cfg(test)]
mod tests {
    use super::super::frame::Frame;
    use super::super::schedules::find;
    use super::super::tests::{canvas, plane_of, rule_grid};

    const LOADS: &[(&str, f64, f64, f64)] = &[
        ("DESIGN LOADS", 105.0, 90.0, 12.0),
        ("LOAD", 105.0, 115.0, 8.0),
        ("VALUE", 205.0, 115.0, 8.0),
        ("UNITS", 305.0, 115.0, 8.0),
        ("ROOF", 105.0, 135.0, 8.0),
        ("20", 205.0, 135.0, 8.0),
        ("PSF", 305.0, 135.0, 8.0),
        ("SNOW", 105.0, 155.0, 8.0),
        ("35", 205.0, 155.0, 8.0),
        ("PSF", 305.0, 155.0, 8.0),
    ];

    #[test]
    fn a_grid_under_a_heading_is_a_table_whatever_it_is_called() {
        let mut page = canvas(1000.0, 800.0, LOADS);
        rule_grid(
            &mut page,
            &[100.0, 200.0, 300.0, 400.0],
            &[100.0, 120.0, 140.0, 160.0],
        );
        let plane = plane_of(&page);
        let found = find(&plane, &Frame::of(&plane));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].title, "DESIGN LOADS");
        assert_eq!(found[0].table.rows.len(), 3);
    }

    #[test]
    fn rules_across_make_a_table_and_words_alone_do_not() {
        let mut page = canvas(1000.0, 800.0, LOADS);
        let plane = plane_of(&page);
        assert!(find(&plane, &Frame::of(&plane)).is_empty());
        for y in [100.0, 120.0, 160.0] {
            page.strokes.add_line((100.0, y).into(), (400.0, y).into());
        }
        let plane = plane_of(&page);
        let found = find(&plane, &Frame::of(&plane));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].table.column_count, 3);
    }
}
