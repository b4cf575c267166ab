//! Reads a table without rules down: its heading row says where columns start, and the lines below
//! stand under the headings.

use hayro::kurbo::Rect;

use super::super::lines::Line;
use super::super::sheets::as_sheet_number;
use super::super::strokes::Segment;
use super::grid::{RawCell, RawTable};
use super::plane::{Token, area_of};

const MOST_ROWS: usize = 1_000;
/// How far entries of the last column reach beyond its heading, in em.
const WIDEST_REST: f64 = 14.0;

/// Lines sorted by their heights, in rows; each row from the left.
fn rows_of<'l>(lines: &[&'l Line]) -> Vec<Vec<&'l Line>> {
    let mut rows: Vec<Vec<&Line>> = Vec::new();
    for &line in lines {
        match rows.last_mut() {
            Some(row)
                if row.first().is_some_and(|first| {
                    line.down - first.down <= 0.5 * first.size.min(line.size)
                }) =>
            {
                row.push(line);
            }
            _ => rows.push(vec![line]),
        }
    }
    for row in &mut rows {
        row.sort_by(|a, b| a.left.total_cmp(&b.left));
    }
    rows
}

/// What is ruled of a table that has no whole grid.
#[derive(Default)]
pub(super) struct Ruling<'p> {
    /// From where to where a rule runs across below the title.
    pub reach: Option<(f64, f64)>,
    /// The upright lines there.
    pub upright: &'p [Segment],
}

impl Ruling<'_> {
    fn holds(&self, line: &Line) -> bool {
        self.reach.is_none_or(|(from, to)| {
            let middle = (line.left + line.right) / 2.0;
            (from..=to).contains(&middle)
        })
    }

    /// The columns between upright lines, where one heading stands between each two of them.
    fn columns(&self, heading: &[&Line]) -> Option<Vec<(f64, f64)>> {
        let first = heading.first()?;
        let (_, down) = first.centre();
        let mut edges: Vec<f64> = Vec::new();
        for line in self
            .upright
            .iter()
            .filter(|line| line.from < down && down < line.to)
        {
            if edges.last().is_none_or(|last| line.at - last > 3.0) {
                edges.push(line.at);
            }
        }
        let columns: Vec<(f64, f64)> = edges
            .iter()
            .zip(edges.iter().skip(1))
            .map(|(from, to)| (from + 0.5, to - 0.5))
            .collect();
        let stand = columns.iter().zip(heading).all(|((from, to), line)| {
            let middle = (line.left + line.right) / 2.0;
            *from < middle && middle < *to
        });
        (stand && columns.len() == heading.len()).then_some(columns)
    }
}

/// The table under a title, from the level lines below it, sorted by height, and the box it covers. `stop` says which
/// lines cannot belong to it. None unless there are two columns and two rows of entries.
pub(super) fn read(
    title: &Line,
    below: &[&Line],
    tokens: &[&Token],
    ruling: &Ruling,
    stop: impl Fn(&Line) -> bool,
) -> Option<(RawTable, Rect)> {
    let below: Vec<&Line> = below
        .iter()
        .copied()
        .filter(|line| ruling.holds(line))
        .collect();
    let rows = rows_of(&below);
    let mut rows = rows.into_iter();
    // The heading row: the first with two cells or more, close under the title.
    let heading = loop {
        let row = rows.next()?;
        let (near, before): (Vec<&Line>, Vec<&Line>) = row
            .into_iter()
            .filter(|line| line.size <= 1.15 * title.size)
            .partition(|line| line.left >= title.left - 12.0 * title.size);
        let Some(first) = near.first() else {
            // Only what belongs to a neighbour stands on this height.
            let nearest = before.first()?;
            if nearest.down - title.down > 7.0 * title.size.max(nearest.size) {
                return None;
            }
            continue;
        };
        if first.down - title.down > 7.0 * title.size.max(first.size) {
            return None;
        }
        let near = match ruling.reach {
            Some(_) => before.into_iter().chain(near).collect(),
            None => centred(&before, together(&near, title), title),
        };
        if near.len() >= 2 {
            break near;
        }
    };
    let ruled = ruling.columns(&heading);
    let is_ruled = ruled.is_some();
    let starts: Vec<(f64, f64)> =
        ruled.unwrap_or_else(|| heading.iter().map(|line| (line.left, line.right)).collect());
    let first = heading.first()?;
    let last = heading.last()?;
    let left = title.left.min(first.left) - 3.0 * first.size;
    let right = last.right + WIDEST_REST * first.size;
    let mut area = heading
        .iter()
        .fold(area_of(title), |area, line| area.union(area_of(line)));
    let mut table = RawTable {
        column_count: starts.len(),
        rows: vec![cells(&pieces_of(&heading), &starts, 0)],
    };
    let mut down = first.down;
    let mut em = first.size;
    for row in rows {
        let row: Vec<&Line> = row
            .into_iter()
            .filter(|line| line.left >= left && line.left <= right)
            .collect();
        let Some(one) = row.first() else {
            continue;
        };
        let gap = one.down - down;
        if gap > 4.5 * em.max(one.size)
            || row
                .iter()
                .any(|line| stop(line) && !is_entry(line, &row, &starts, gap <= 1.4 * em))
            || one.size > 1.3 * first.size
            || table.rows.len() >= MOST_ROWS
        {
            break;
        }
        for line in &row {
            area = area.union(area_of(line));
        }
        let number = table.rows.len();
        // The name of a group runs over the lines between the columns.
        let pieces = match row.as_slice() {
            [_] if is_ruled => pieces_of(&row),
            _ => parted(&row, &starts, tokens),
        };
        let placed = cells(&pieces, &starts, number);
        let is_rest = gap <= 1.4 * em
            && table.rows.len() > 1
            && placed.first().is_some_and(|cell| cell.column > 0)
            && placed.len() < starts.len();
        match table.rows.last_mut() {
            Some(above) if is_rest => continue_cells(above, placed),
            _ => table.rows.push(placed),
        }
        down = one.down;
        em = one.size;
    }
    if is_ruled {
        join_upper_halves(&mut table);
    }
    let full = table.rows.iter().filter(|row| row.len() >= 2).count();
    (full >= 3).then_some((table, area))
}

/// An entry of two lines in the middle of its row begins above the row's other entries: that half
/// belongs to the row below it.
fn join_upper_halves(table: &mut RawTable) {
    let down = |row: &[RawCell]| row.first().map_or(0.0, |cell| cell.area.center().y);
    let mut rows: Vec<Vec<RawCell>> = Vec::with_capacity(table.rows.len());
    let mut upper: Option<Vec<RawCell>> = None;
    let mut above = 0.0;
    for (number, row) in table.rows.iter().enumerate() {
        let mut row = row.clone();
        if let Some(half) = upper.take() {
            join_half(&mut row, half);
        }
        let below = table
            .rows
            .get(number + 1)
            .map(|next| down(next) - down(&row));
        let height = row.first().map_or(0.0, |cell| cell.area.height());
        let is_half = number > 0
            && row.first().is_some_and(|cell| cell.column > 0)
            && below
                .is_some_and(|below| below < 1.1 * height && below < 0.8 * (down(&row) - above));
        above = down(&row);
        if is_half {
            upper = Some(row);
        } else {
            rows.push(row);
        }
    }
    table.rows = rows;
}

fn join_half(row: &mut Vec<RawCell>, half: Vec<RawCell>) {
    for mut cell in half {
        match row.iter_mut().find(|other| other.column == cell.column) {
            Some(other) => {
                other.area = other.area.union(cell.area);
                cell.lines.append(&mut other.lines);
                other.lines = cell.lines;
            }
            None => row.push(cell),
        }
    }
    row.sort_by_key(|cell| cell.column);
}

/// The cells of one row that stand near each other, beginning near the title.
fn together<'l>(row: &[&'l Line], title: &Line) -> Vec<&'l Line> {
    let mut kept: Vec<&Line> = Vec::new();
    for line in row {
        match kept.last() {
            None if line.left > title.right + 6.0 * title.size => break,
            None => kept.push(line),
            Some(last) if line.left - last.right > 30.0 * line.size => break,
            Some(_) => kept.push(line),
        }
    }
    kept
}

/// With the headings further left, where the title stands over the middle of its table: they reach no
/// further from the middle than the last column, whose entries may be wider than its heading.
fn centred<'l>(before: &[&'l Line], row: Vec<&'l Line>, title: &Line) -> Vec<&'l Line> {
    let (Some(first), Some(last)) = (row.first(), row.last()) else {
        return row;
    };
    let starts_with_title = (first.left - title.left).abs() < 2.0 * title.size;
    let right = last.right;
    let middle = (title.left + title.right) / 2.0;
    let reach = (right - middle).max(0.0) + 1.4 * WIDEST_REST * last.size;
    let mut wider = row.clone();
    for line in before.iter().rev() {
        let is_far = wider
            .first()
            .is_none_or(|first| first.left - line.right > 22.0 * line.size);
        if is_far || middle - line.left > reach {
            break;
        }
        wider.insert(0, line);
    }
    // A heading may begin under a title over the middle by chance; what stands before it is a neighbour
    // unless the title is in the middle of both together.
    let off_middle = |row: &[&Line]| {
        let left = row.first().map_or(right, |first| first.left);
        ((left + right) / 2.0 - middle).abs()
    };
    let width = right - wider.first().map_or(right, |first| first.left);
    let is_in_middle = off_middle(&wider) < 0.1 * width && off_middle(&wider) < off_middle(&row);
    if starts_with_title && !is_in_middle {
        row
    } else {
        wider
    }
}

/// Whether a line that could be another title is an entry: the sheets of an index are called like the
/// tables and legends on them. Entries stand under a heading beside the first column's, in letters of
/// the same size, or begin with the number of a sheet.
fn is_entry(line: &Line, row: &[&Line], starts: &[(f64, f64)], is_close: bool) -> bool {
    let begins = |(from, _): &(f64, f64)| (line.left - from).abs() <= 0.8 * line.size;
    let is_under = starts.iter().skip(1).any(begins);
    let lead = row.first().filter(|lead| lead.left < line.left);
    let is_level = lead.is_some_and(|lead| line.size <= 1.1 * lead.size);
    let is_numbered = line
        .text
        .split_once(' ')
        .is_some_and(|(number, _)| as_sheet_number(number).is_some());
    (is_under && (is_level || (lead.is_none() && is_close)))
        || (is_numbered && starts.first().is_some_and(begins))
}

/// A text that stands in one column, and its box.
struct Piece {
    text: String,
    area: Rect,
    size: f64,
}

fn pieces_of(row: &[&Line]) -> Vec<Piece> {
    row.iter()
        .map(|line| Piece {
            text: line.text.clone(),
            area: area_of(line),
            size: line.size,
        })
        .collect()
}

/// The pieces of a row. Columns may stand so close that two entries make one line: such a line is
/// parted at the word with which the next column starts.
fn parted(row: &[&Line], starts: &[(f64, f64)], tokens: &[&Token]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for line in row {
        let crossed: Vec<f64> = starts
            .iter()
            .map(|(from, _)| *from)
            .filter(|from| line.left + 2.0 * line.size < *from && *from < line.right)
            .collect();
        if crossed.is_empty() {
            pieces.extend(pieces_of(&[line]));
            continue;
        }
        let place = area_of(line).inflate(0.5, 0.5);
        let mut words: Vec<&&Token> = tokens
            .iter()
            .filter(|token| place.contains(token.area.center()))
            .collect();
        words.sort_by(|a, b| a.area.x0.total_cmp(&b.area.x0));
        let mut parts: Vec<Piece> = Vec::new();
        for word in words {
            let starts_column = crossed
                .iter()
                .any(|from| (word.area.x0 - from).abs() < 0.6 * line.size);
            match parts.last_mut() {
                Some(piece) if !starts_column => {
                    piece.text.push(' ');
                    piece.text.push_str(word.text);
                    piece.area = piece.area.union(word.area);
                }
                _ => parts.push(Piece {
                    text: word.text.to_owned(),
                    area: word.area,
                    size: line.size,
                }),
            }
        }
        pieces.append(&mut parts);
    }
    pieces
}

/// Each piece under the heading it stands under, or under the last that starts before it.
fn cells(row: &[Piece], starts: &[(f64, f64)], number: usize) -> Vec<RawCell> {
    let mut cells: Vec<RawCell> = Vec::new();
    for piece in row {
        let (left, right) = (piece.area.x0, piece.area.x1);
        let overlap = |(from, to): (f64, f64)| right.min(to) - left.max(from);
        let under = starts
            .iter()
            .enumerate()
            .filter(|(_, start)| overlap(**start) > 0.0)
            .min_by(|(_, a), (_, b)| (a.0 - left).abs().total_cmp(&(b.0 - left).abs()))
            .map(|(column, _)| column);
        let before = starts
            .partition_point(|(from, _)| *from <= left + piece.size)
            .saturating_sub(1);
        let column = under.unwrap_or(before);
        match cells.last_mut() {
            Some(cell) if cell.column >= column => {
                cell.area = cell.area.union(piece.area);
                if let Some((_, text)) = cell.lines.last_mut() {
                    text.push(' ');
                    text.push_str(&piece.text);
                }
            }
            _ => cells.push(RawCell {
                row: number,
                column,
                spans: 1,
                area: piece.area,
                lines: vec![(piece.area.center().y, piece.text.clone())],
            }),
        }
    }
    cells
}

fn continue_cells(above: &mut Vec<RawCell>, rest: Vec<RawCell>) {
    for cell in rest {
        match above.iter_mut().find(|other| other.column == cell.column) {
            Some(other) => {
                other.area = other.area.union(cell.area);
                other.lines.extend(cell.lines);
            }
            None => above.push(cell),
        }
    }
    above.sort_by_key(|cell| cell.column);
}

#[cfg(test)]
mod tests {
    use super::super::tests::{canvas, find_lines};
    use super::*;

    #[test]
    fn aligned_lines_make_a_table_and_a_wrapped_line_stays_with_its_row() {
        let page = canvas(
            1000.0,
            800.0,
            &[
                ("FIXTURES", 100.0, 90.0, 12.0),
                ("MARK", 100.0, 110.0, 8.0),
                ("MODEL", 180.0, 110.0, 8.0),
                ("REMARKS", 280.0, 110.0, 8.0),
                ("P1", 100.0, 130.0, 8.0),
                ("K-100", 180.0, 130.0, 8.0),
                ("WALL", 280.0, 130.0, 8.0),
                ("HUNG", 280.0, 139.0, 8.0),
                ("P2", 100.0, 160.0, 8.0),
                ("K-200", 180.0, 160.0, 8.0),
                ("FAR", 100.0, 400.0, 8.0),
            ],
        );
        let lines = find_lines(&page);
        let (title, below) = lines.split_first().unwrap();
        let below: Vec<&Line> = below.iter().collect();
        let (table, area) = read(title, &below, &[], &Ruling::default(), |_| false).unwrap();
        let texts: Vec<Vec<String>> = table
            .rows
            .iter()
            .map(|row| row.iter().map(RawCell::text).collect())
            .collect();
        assert_eq!(
            texts,
            [
                vec!["MARK", "MODEL", "REMARKS"],
                vec!["P1", "K-100", "WALL HUNG"],
                vec!["P2", "K-200"]
            ]
        );
        assert!(area.y1 < 200.0);
    }

    fn texts_under(words: &[(&str, f64, f64, f64)], title: &str) -> Vec<Vec<String>> {
        let lines = find_lines(&canvas(1000.0, 800.0, words));
        let title = lines.iter().find(|line| line.text == title).unwrap();
        let below: Vec<&Line> = lines.iter().filter(|line| line.down > title.down).collect();
        let stop = |line: &Line| super::super::subjects::subject(&line.text).is_some();
        let (table, _) = read(title, &below, &[], &Ruling::default(), stop).unwrap();
        let texts = |row: &Vec<RawCell>| row.iter().map(RawCell::text).collect();
        table.rows.iter().map(texts).collect()
    }

    #[test]
    fn a_sheet_called_like_a_legend_does_not_end_the_index() {
        let rows = texts_under(
            &[
                ("SHEET INDEX", 130.0, 90.0, 12.0),
                ("NUMBER", 100.0, 110.0, 8.0),
                ("TITLE", 180.0, 110.0, 8.0),
                ("G-001", 100.0, 125.0, 8.0),
                ("COVER SHEET", 180.0, 125.0, 8.0),
                ("G-002", 100.0, 140.0, 8.0),
                ("GENERAL NOTES AND LEGEND", 180.0, 140.0, 8.0),
                ("A-101", 100.0, 155.0, 8.0),
                ("FLOOR PLAN", 180.0, 155.0, 8.0),
                ("GENERAL NOTES", 100.0, 175.0, 12.0),
            ],
            "SHEET INDEX",
        );
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[2], ["G-002", "GENERAL NOTES AND LEGEND"]);
    }

    #[test]
    fn a_heading_that_begins_under_a_title_over_the_middle_is_not_the_first() {
        let rows = texts_under(
            &[
                ("FINISHES", 240.0, 90.0, 12.0),
                ("NO", 103.0, 110.0, 8.0),
                ("ROOM", 143.0, 110.0, 8.0),
                ("FLOOR", 243.0, 110.0, 8.0),
                ("BASE", 303.0, 110.0, 8.0),
                ("WALL", 363.0, 110.0, 8.0),
                ("101", 103.0, 125.0, 8.0),
                ("LOBBY", 143.0, 125.0, 8.0),
                ("CPT", 243.0, 125.0, 8.0),
                ("RB", 303.0, 125.0, 8.0),
                ("PT", 363.0, 125.0, 8.0),
                ("102", 103.0, 140.0, 8.0),
                ("VAULT", 143.0, 140.0, 8.0),
                ("CPT", 243.0, 140.0, 8.0),
                ("RB", 303.0, 140.0, 8.0),
                ("PT", 363.0, 140.0, 8.0),
            ],
            "FINISHES",
        );
        assert_eq!(rows[0], ["NO", "ROOM", "FLOOR", "BASE", "WALL"]);
        assert_eq!(rows.len(), 3);
    }

    #[test]
    fn a_title_over_the_middle_of_a_wide_table_has_all_its_columns() {
        let rows = texts_under(
            &[
                ("DOOR SCHEDULE", 330.0, 90.0, 12.0),
                ("MARK", 100.0, 110.0, 8.0),
                ("SIZE", 250.0, 110.0, 8.0),
                ("TYPE", 400.0, 110.0, 8.0),
                ("NOTES", 550.0, 110.0, 8.0),
                ("101", 100.0, 125.0, 8.0),
                ("3070", 250.0, 125.0, 8.0),
                ("A", 400.0, 125.0, 8.0),
                ("102", 100.0, 140.0, 8.0),
                ("3068", 250.0, 140.0, 8.0),
            ],
            "DOOR SCHEDULE",
        );
        assert_eq!(rows[0], ["MARK", "SIZE", "TYPE", "NOTES"]);
        assert_eq!(rows[2], ["102", "3068"]);
    }
}
