//! Finds schedules by their titles and reads their tables, ruled or merely aligned.

use hayro::kurbo::Rect;

use super::super::layout::RegionType;
use super::super::lines::Line;
use super::super::sheets::as_sheet_number;
use super::columns::{self, Ruling};
use super::frame::Frame;
use super::grid::{self, Budget, Grid, RawTable};
use super::headings::heading_rows;
use super::numbering::is_specific;
use super::plane::{Plane, Token, area_of, between, middle};
use super::subjects::subject;
use super::tables;

/// A schedule or a sheet index, with its table.
#[derive(Debug)]
pub(super) struct Schedule {
    pub kind: RegionType,
    pub title: String,
    pub area: Rect,
    pub table: RawTable,
    pub heading_rows: usize,
}

/// More titles of schedules on one sheet are not read.
const MOST_TITLES: usize = 80;
/// Lines looked at on one page while grids are followed.
const WORK: usize = 4_000_000;

/// The schedules of a sheet. `titles` is empty but for tests of one.
pub(super) fn find(plane: &Plane, frame: &Frame) -> Vec<Schedule> {
    let mut titles: Vec<&Line> = plane
        .level_lines()
        .filter(|line| {
            matches!(
                subject(&line.text),
                Some(RegionType::Schedule | RegionType::SheetIndex)
            ) && frame.is_drawn_on(middle(line))
                && !is_listed(plane, line)
        })
        .take(MOST_TITLES)
        .collect();
    // From the top; a title that turns out to be a word inside another's table is left out.
    titles.sort_by(|a, b| a.top.total_cmp(&b.top));
    let mut by_height: Vec<&Line> = plane
        .level_lines()
        .filter(|line| frame.is_drawn_on(middle(line)))
        .collect();
    by_height.sort_by(|a, b| a.down.total_cmp(&b.down));
    let mut budget = Budget(WORK);
    let mut found: Vec<Schedule> = Vec::new();
    for title in &titles {
        let centre = middle(title);
        if found.iter().any(|schedule| schedule.area.contains(centre)) {
            continue;
        }
        let schedule = ruled(plane, title, &titles, &mut budget)
            .or_else(|| aligned(plane, &by_height, title, &titles));
        found.extend(schedule);
    }
    for legend in ruled_legends(plane, frame, &titles, &mut budget) {
        let overlaps = |other: &Schedule| other.area.contains(legend.area.center());
        if !found.iter().any(overlaps) {
            found.push(legend);
        }
    }
    let rest = tables::under_headings(plane, &by_height, &titles, &found);
    found.extend(rest);
    found
}

/// Legends that are tables: of finishes, fixtures or sprinklers, with a column for each property.
fn ruled_legends(
    plane: &Plane,
    frame: &Frame,
    schedules: &[&Line],
    budget: &mut Budget,
) -> Vec<Schedule> {
    let legends = plane.level_lines().filter(|line| {
        subject(&line.text) == Some(RegionType::Legend)
            && frame.is_drawn_on(middle(line))
            && !is_listed(plane, line)
    });
    let legends: Vec<&Line> = legends.take(MOST_TITLES).collect();
    let titles = [schedules, &legends].concat();
    let tables = legends
        .iter()
        .filter_map(|title| ruled(plane, title, &titles, budget));
    tables
        .filter(|table| table.table.column_count >= 3 && tables::is_full(&table.table))
        .collect()
}

/// The grid in which the title stands, or that begins under it.
pub(super) fn ruled(
    plane: &Plane,
    title: &Line,
    titles: &[&Line],
    budget: &mut Budget,
) -> Option<Schedule> {
    let em = title.size;
    let mut seeds: Vec<_> = between(&plane.level, title.top - 2.0 * em, title.bottom + 4.0 * em)
        .iter()
        .filter(|line| line.overlap(title.left, title.right) > 0.5 * (title.right - title.left))
        .filter(|line| line.length() < 0.85 * plane.width)
        .copied()
        .collect();
    // Those under the title first, the nearest of them before all.
    seeds.sort_by(|a, b| {
        let distance = |at: f64| {
            if at >= title.top {
                at - title.top
            } else {
                1_000.0 + title.top - at
            }
        };
        distance(a.at).total_cmp(&distance(b.at))
    });
    for seed in seeds.into_iter().take(6) {
        let grid = Grid::around(plane, seed, budget);
        let area = grid.area();
        if grid.column_count() < 2 || grid.row_count() < 2 {
            continue;
        }
        // A grid that reaches far above the title is something else, or another table on top of it.
        let top = if area.y0 < title.top - 3.0 * em {
            let inside = area.contains(middle(title));
            if !inside {
                continue;
            }
            between(&plane.level, area.y0, title.top + 0.3 * em)
                .iter()
                .filter(|line| line.overlap(title.left, title.right) > 0.0)
                .map(|line| line.at)
                .fold(area.y0, f64::max)
        } else {
            area.y0
        };
        let bottom = next_title(title, titles, area)
            .map(|next| {
                between(&plane.level, title.bottom, next.top + 0.3 * next.size)
                    .iter()
                    .filter(|line| line.overlap(next.left, next.right) > 0.0)
                    .map(|line| line.at)
                    .fold(title.bottom, f64::max)
            })
            .unwrap_or(area.y1);
        let grid = if top > area.y0 || bottom < area.y1 {
            grid.cut(top, bottom)
        } else {
            grid
        };
        let area = grid.area();
        let tokens: Vec<&Token> = plane
            .tokens
            .iter()
            .filter(|token| area.contains(token.area.center()))
            .collect();
        if tokens.len() < 4 || area.area() > 0.6 * plane.page().area() {
            continue;
        }
        let Some(mut table) = grid::read(&grid, &tokens) else {
            continue;
        };
        drop_title(&mut table, title);
        if table.rows.iter().filter(|row| row.len() >= 2).count() < 2 || is_sparse(&table) {
            continue;
        }
        return Some(schedule(title, area.union(area_of(title)), table));
    }
    None
}

/// Whether the number of a sheet stands before the line: an index lists the sheets that have schedules.
fn is_listed(plane: &Plane, line: &Line) -> bool {
    plane.level_lines().any(|number| {
        number.word_count == 1
            && number.right < line.left
            && line.left - number.right < 30.0 * line.size
            && (number.down - line.down).abs() < 0.5 * line.size
            && number.size > 0.8 * line.size
            && as_sheet_number(&number.text).is_some_and(|sheet| is_specific(&sheet))
    })
}

/// Plans have crossing lines too, but most of what they enclose is empty.
fn is_sparse(table: &RawTable) -> bool {
    let cells: usize = table.rows.iter().map(Vec::len).sum();
    let filled = table
        .rows
        .iter()
        .flatten()
        .filter(|cell| !cell.lines.is_empty())
        .count();
    filled * 7 < cells
}

fn next_title<'l>(title: &Line, titles: &[&'l Line], area: Rect) -> Option<&'l Line> {
    titles
        .iter()
        .filter(|next| {
            next.top > title.bottom + title.size
                && area.contains(middle(next))
                && next.size > 0.8 * title.size
                && (next.left - title.left).abs() < 0.5 * area.width()
        })
        .min_by(|a, b| a.top.total_cmp(&b.top))
        .copied()
}

/// The title's own row is no row of the table.
fn drop_title(table: &mut RawTable, title: &Line) {
    let middle = title.centre().1;
    let is_title = table.rows.first().is_some_and(|row| {
        let filled: Vec<_> = row.iter().filter(|cell| !cell.lines.is_empty()).collect();
        match filled.as_slice() {
            [one] => {
                one.area.y0 <= middle
                    && middle <= one.area.y1
                    && (one.spans * 2 > table.column_count || one.text() == title.text)
            }
            _ => false,
        }
    });
    if is_title {
        table.rows.remove(0);
    }
}

pub(super) fn aligned(
    plane: &Plane,
    by_height: &[&Line],
    title: &Line,
    titles: &[&Line],
) -> Option<Schedule> {
    // A title may stand over the middle of a wide table.
    let from = title.left - (14.0 * title.size).max(0.25 * plane.width);
    let first = by_height.partition_point(|line| line.down <= title.down + 0.5 * title.size);
    let below: Vec<&Line> = by_height
        .get(first..)?
        .iter()
        .copied()
        .filter(|line| line.right > from && line.left < title.right + 0.5 * plane.width)
        .take(3_000)
        .collect();
    let tokens: Vec<&Token> = plane
        .tokens
        .iter()
        .filter(|token| {
            token.area.y0 > title.bottom
                && token.area.x1 > from
                && token.area.x0 < title.right + 0.5 * plane.width
        })
        .take(5_000)
        .collect();
    let (table, area) = columns::read(
        title,
        &below,
        &tokens,
        &ruling_below(plane, title),
        |line| {
            titles
                .iter()
                .any(|title| title.left == line.left && title.top == line.top)
                || subject(&line.text).is_some()
        },
    )?;
    if table.column_count < 3 && subject(&title.text) != Some(RegionType::SheetIndex) {
        return None;
    }
    Some(schedule(title, area, table))
}

/// The longest rule under a title that is no line under its words, and what stands upright along it.
fn ruling_below<'p>(plane: &'p Plane, title: &Line) -> Ruling<'p> {
    let em = title.size;
    let width = title.right - title.left;
    let rule = between(
        &plane.level,
        title.bottom + 0.5 * em,
        title.bottom + 5.0 * em,
    )
    .iter()
    .filter(|line| {
        line.from < title.left + 2.0 * em
            && line.to > title.right
            && line.length() > 1.5 * width
            && line.length() < 0.85 * plane.width
    })
    .max_by(|a, b| a.length().total_cmp(&b.length()));
    rule.map_or_else(Ruling::default, |rule| Ruling {
        reach: Some((rule.from, rule.to)),
        upright: between(&plane.upright, rule.from - 2.0, rule.to + 2.0),
    })
}

fn schedule(title: &Line, area: Rect, table: RawTable) -> Schedule {
    Schedule {
        kind: subject(&title.text).unwrap_or(RegionType::Schedule),
        title: title.text.trim_end_matches(':').trim().to_owned(),
        area,
        heading_rows: heading_rows(&table),
        table,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{canvas, plane_of, rule_grid};
    use super::*;

    fn find_on(page: &super::super::super::canvas::Canvas) -> Vec<Schedule> {
        let plane = plane_of(page);
        let frame = Frame::of(&plane);
        find(&plane, &frame)
    }

    #[test]
    fn a_legend_with_a_column_for_each_property_is_a_table() {
        let legend = |cells: &[[&'static str; 4]]| {
            let mut texts = vec![("FINISH LEGEND", 300.0, 92.0, 11.0)];
            for (row, cells) in cells.iter().enumerate() {
                for (column, text) in cells.iter().enumerate() {
                    let place = (105.0 + 120.0 * column as f64, 114.0 + 20.0 * row as f64);
                    if !text.is_empty() {
                        texts.push((*text, place.0, place.1, 8.0));
                    }
                }
            }
            let mut page = canvas(1000.0, 800.0, &texts);
            rule_grid(
                &mut page,
                &[100.0, 220.0, 340.0, 460.0, 580.0],
                &[100.0, 120.0, 140.0, 160.0],
            );
            find_on(&page)
        };
        let found = legend(&[
            ["CODE", "MATERIAL", "MAKER", "COLOR"],
            ["CPT-1", "CARPET TILE", "ACME", "SLATE"],
            ["PT-1", "PAINT", "BETA", "WHITE"],
        ]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].kind, RegionType::Legend);
        assert_eq!(found[0].title, "FINISH LEGEND");
        assert_eq!(found[0].table.rows.len(), 3);
        assert!(found[0].area.x0 <= 100.0 && found[0].area.x1 >= 580.0);
        // Symbols stand in a grid too, and say nothing.
        let symbols = legend(&[
            ["", "NEW WALL", "", "DOOR"],
            ["", "", "", "WINDOW"],
            ["", "", "", ""],
        ]);
        assert!(symbols.is_empty());
    }

    #[test]
    fn a_ruled_schedule_is_read_without_its_title_row() {
        let mut page = canvas(
            1000.0,
            800.0,
            &[
                ("DOOR SCHEDULE", 150.0, 115.0, 10.0),
                ("MARK", 105.0, 135.0, 8.0),
                ("SIZE", 205.0, 135.0, 8.0),
                ("101", 105.0, 155.0, 8.0),
                ("3'-0\"", 205.0, 155.0, 8.0),
                ("102", 105.0, 175.0, 8.0),
                ("2'-8\"", 205.0, 175.0, 8.0),
            ],
        );
        rule_grid(
            &mut page,
            &[100.0, 200.0, 300.0],
            &[120.0, 140.0, 160.0, 180.0],
        );
        page.strokes.add_box(Rect::new(100.0, 100.0, 300.0, 120.0));
        let found = find_on(&page);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].title, "DOOR SCHEDULE");
        assert_eq!(found[0].heading_rows, 1);
        assert_eq!(found[0].table.rows.len(), 3);
        assert_eq!(found[0].area, Rect::new(100.0, 100.0, 300.0, 180.0));
    }

    #[test]
    fn two_schedules_on_one_grid_are_parted_at_the_second_title() {
        let mut words = Vec::new();
        for (title, y) in [("DOOR SCHEDULE", 115.0), ("WINDOW SCHEDULE", 175.0)] {
            words.push((title, 150.0, y, 10.0));
            for (row, step) in [("MARK", 20.0), ("A1", 40.0)] {
                words.push((row, 105.0, y + step, 8.0));
                words.push((row, 205.0, y + step, 8.0));
            }
        }
        let mut page = canvas(1000.0, 800.0, &words);
        rule_grid(&mut page, &[100.0, 300.0], &[100.0, 120.0, 140.0, 160.0]);
        rule_grid(&mut page, &[100.0, 300.0], &[160.0, 180.0, 200.0, 220.0]);
        for top in [120.0, 180.0] {
            page.strokes
                .add_line((200.0, top).into(), (200.0, top + 40.0).into());
        }
        let found = find_on(&page);
        let titles: Vec<&str> = found.iter().map(|one| one.title.as_str()).collect();
        assert_eq!(titles, ["DOOR SCHEDULE", "WINDOW SCHEDULE"]);
        assert!(found.iter().all(|one| one.table.rows.len() == 2));
    }

    #[test]
    fn a_sheet_called_like_a_schedule_does_not_part_a_ruled_index() {
        let mut page = canvas(
            1000.0,
            800.0,
            &[
                ("SHEET INDEX", 150.0, 115.0, 10.0),
                ("A-101", 105.0, 135.0, 8.0),
                ("FLOOR PLAN", 205.0, 135.0, 8.0),
                ("A-601", 105.0, 155.0, 8.0),
                ("DOOR SCHEDULE", 205.0, 155.0, 8.0),
                ("A-602", 105.0, 175.0, 8.0),
                ("WINDOW TYPES", 205.0, 175.0, 8.0),
            ],
        );
        rule_grid(
            &mut page,
            &[100.0, 200.0, 300.0],
            &[120.0, 140.0, 160.0, 180.0],
        );
        let found = find_on(&page);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].table.rows.len(), 3);
    }

    #[test]
    fn a_mention_of_a_schedule_is_none() {
        let page = canvas(1000.0, 800.0, &[("SEE DOOR SCHEDULE", 150.0, 115.0, 10.0)]);
        assert!(find_on(&page).is_empty());
    }
}
