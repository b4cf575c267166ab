//! Reads a ruled table: lines that touch each other make a grid, the grid makes cells, missing pieces
//! of lines merge them, and the words are laid into them.

use hayro::kurbo::Rect;

use super::super::strokes::Segment;
use super::plane::{Plane, Token, between};
use super::rows::{split_rows, without_gaps};

/// Lines that end this near to each other touch, in points.
const TOUCH: f64 = 2.5;
/// Lines nearer than this are one rule of the table, in points.
const RULE: f64 = 3.0;
const MOST_ROWS: usize = 1_000;
const MOST_COLUMNS: usize = 80;
const MOST_LINES: usize = 20_000;

/// How many lines may still be looked at on this page: a bound on work for hostile pages.
pub(super) struct Budget(pub usize);

impl Budget {
    fn spend(&mut self, count: usize) -> bool {
        self.0 = self.0.saturating_sub(count);
        self.0 > 0
    }
}

/// The lines of one table.
#[derive(Debug, Default)]
pub(super) struct Grid {
    level: Vec<Segment>,
    upright: Vec<Segment>,
}

impl Grid {
    /// All lines that hang together with this level one. Lines as long as the sheet are its border.
    pub fn around(plane: &Plane, seed: Segment, budget: &mut Budget) -> Self {
        let mut grid = Self {
            level: vec![seed],
            upright: Vec::new(),
        };
        let too_wide = 0.85 * plane.width;
        let too_high = 0.8 * plane.height;
        let mut seen = (vec![seed_key(seed)], Vec::new());
        let (mut next_level, mut next_upright) = (0, 0);
        loop {
            if let Some(line) = grid.level.get(next_level).copied() {
                next_level += 1;
                let near = between(&plane.upright, line.from - TOUCH, line.to + TOUCH);
                if !budget.spend(near.len() + 1) {
                    break;
                }
                for other in near {
                    let crosses = other.from - TOUCH <= line.at && line.at <= other.to + TOUCH;
                    if crosses && other.length() < too_high && other.length() > 4.0 {
                        add(&mut grid.upright, &mut seen.1, *other);
                    }
                }
            } else if let Some(line) = grid.upright.get(next_upright).copied() {
                next_upright += 1;
                let near = between(&plane.level, line.from - TOUCH, line.to + TOUCH);
                if !budget.spend(near.len() + 1) {
                    break;
                }
                for other in near {
                    let crosses = other.from - TOUCH <= line.at && line.at <= other.to + TOUCH;
                    if crosses && other.length() < too_wide && other.length() > 4.0 {
                        add(&mut grid.level, &mut seen.0, *other);
                    }
                }
            } else {
                break;
            }
            if grid.level.len() + grid.upright.len() > MOST_LINES {
                break;
            }
        }
        grid
    }

    pub fn area(&self) -> Rect {
        let mut area: Option<Rect> = None;
        let boxes = self
            .level
            .iter()
            .map(|line| Rect::new(line.from, line.at, line.to, line.at))
            .chain(
                self.upright
                    .iter()
                    .map(|line| Rect::new(line.at, line.from, line.at, line.to)),
            );
        for one in boxes {
            area = Some(area.map_or(one, |area| area.union(one)));
        }
        area.unwrap_or_default()
    }

    /// The part of the grid from one height to another.
    pub fn cut(&self, top: f64, bottom: f64) -> Self {
        Self {
            level: self
                .level
                .iter()
                .copied()
                .filter(|line| (top - RULE..=bottom + RULE).contains(&line.at))
                .collect(),
            upright: self
                .upright
                .iter()
                .copied()
                .filter_map(|line| {
                    let (from, to) = (line.from.max(top), line.to.min(bottom));
                    (to - from > RULE).then_some(Segment { from, to, ..line })
                })
                .collect(),
        }
    }

    /// The rules across, from the left, and those down, from the top.
    fn rules(&self) -> (Vec<f64>, Vec<f64>) {
        (places(&self.upright), places(&self.level))
    }

    pub fn column_count(&self) -> usize {
        places(&self.upright).len().saturating_sub(1)
    }

    pub fn row_count(&self) -> usize {
        places(&self.level).len().saturating_sub(1)
    }
}

fn seed_key(line: Segment) -> (i64, i64) {
    ((line.at * 16.0) as i64, (line.from * 16.0) as i64)
}

fn add(lines: &mut Vec<Segment>, seen: &mut Vec<(i64, i64)>, line: Segment) {
    let key = seed_key(line);
    if let Err(at) = seen.binary_search(&key) {
        seen.insert(at, key);
        lines.push(line);
    }
}

/// Where lines lie across, each once; lines close together count as one.
fn places(lines: &[Segment]) -> Vec<f64> {
    let mut at: Vec<f64> = lines.iter().map(|line| line.at).collect();
    at.sort_by(f64::total_cmp);
    let mut places: Vec<f64> = Vec::new();
    for at in at {
        if places.last().is_none_or(|last| at - last > RULE) {
            places.push(at);
        }
    }
    places
}

/// A cell of a table before its boxes are turned to shares of the page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RawCell {
    pub row: usize,
    pub column: usize,
    pub spans: usize,
    pub area: Rect,
    /// Its lines of text, from the top, each with its height on the page.
    pub lines: Vec<(f64, String)>,
}

impl RawCell {
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|(_, text)| text.as_str()).collect();
        lines.join(" ")
    }
}

/// The cells of a table by rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct RawTable {
    pub column_count: usize,
    pub rows: Vec<Vec<RawCell>>,
}

/// Lays the words into the cells of the grid. None when it is no grid of rows and columns.
pub(super) fn read(grid: &Grid, tokens: &[&Token]) -> Option<RawTable> {
    let (across, down) = grid.rules();
    let (columns, rows) = (across.len().checked_sub(1)?, down.len().checked_sub(1)?);
    if !(1..=MOST_COLUMNS).contains(&columns) || !(1..=MOST_ROWS).contains(&rows) {
        return None;
    }
    let upright = by_place(&grid.upright, &across);
    let level = by_place(&grid.level, &down);
    let mut groups = Groups::new(columns * rows);
    for row in 0..rows {
        let (Some(&top), Some(&bottom)) = (down.get(row), down.get(row + 1)) else {
            continue;
        };
        for column in 0..columns {
            let (Some(&left), Some(&right)) = (across.get(column), across.get(column + 1)) else {
                continue;
            };
            let cell = row * columns + column;
            if column + 1 < columns && !is_ruled(upright.get(column + 1), top, bottom) {
                groups.join(cell, cell + 1);
            }
            if row + 1 < rows && !is_ruled(level.get(row + 1), left, right) {
                groups.join(cell, cell + columns);
            }
        }
    }
    let mut cells: Vec<Option<(usize, usize, usize, usize)>> = vec![None; columns * rows];
    for row in 0..rows {
        for column in 0..columns {
            let root = groups.root(row * columns + column);
            if let Some(cell) = cells.get_mut(root) {
                *cell = Some(cell.map_or((row, column, row, column), |(r0, c0, r1, c1)| {
                    (r0.min(row), c0.min(column), r1.max(row), c1.max(column))
                }));
            }
        }
    }
    let mut contents: Vec<Vec<&Token>> = vec![Vec::new(); columns * rows];
    for token in tokens {
        let middle = token.area.center();
        let place =
            |rules: &[f64], at: f64| rules.partition_point(|rule| *rule <= at).checked_sub(1);
        if let (Some(column), Some(row)) = (place(&across, middle.x), place(&down, middle.y))
            && column < columns
            && row < rows
            && let Some(content) = contents.get_mut(groups.root(row * columns + column))
        {
            content.push(token);
        }
    }
    let mut table = RawTable {
        column_count: columns,
        rows: vec![Vec::new(); rows],
    };
    for (cell, content) in cells.iter().zip(&contents) {
        let Some((row, column, last_row, last_column)) = *cell else {
            continue;
        };
        let at = |rules: &[f64], index: usize| rules.get(index).copied().unwrap_or_default();
        let area = Rect::new(
            at(&across, column),
            at(&down, row),
            at(&across, last_column + 1),
            at(&down, last_row + 1),
        );
        if let Some(row_cells) = table.rows.get_mut(row) {
            row_cells.push(RawCell {
                row,
                column,
                spans: last_column + 1 - column,
                area,
                lines: lines_of(content),
            });
        }
    }
    for row in &mut table.rows {
        row.sort_by_key(|cell| cell.column);
    }
    Some(without_gaps(split_rows(table)))
}

/// The lines of each rule, by the rule's number.
fn by_place(lines: &[Segment], places: &[f64]) -> Vec<Vec<Segment>> {
    let mut ruled = vec![Vec::new(); places.len()];
    for line in lines {
        let index = places
            .partition_point(|place| *place <= line.at)
            .saturating_sub(1);
        if let Some(rule) = ruled.get_mut(index) {
            rule.push(*line);
        }
    }
    for rule in &mut ruled {
        rule.sort_by(|a, b| a.from.total_cmp(&b.from));
    }
    ruled
}

/// Whether lines cover most of a cell's side.
fn is_ruled(lines: Option<&Vec<Segment>>, from: f64, to: f64) -> bool {
    let (from, to) = (from + 0.5, to - 0.5);
    let covered: f64 = lines
        .into_iter()
        .flatten()
        .map(|line| line.overlap(from, to))
        .sum();
    covered >= 0.5 * (to - from)
}

/// Which cells are merged (union-find).
struct Groups(Vec<usize>);

impl Groups {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&mut self, mut cell: usize) -> usize {
        while let Some(&parent) = self.0.get(cell)
            && parent != cell
        {
            // Halving the way keeps later look-ups short.
            let above = self.0.get(parent).copied().unwrap_or(parent);
            if let Some(entry) = self.0.get_mut(cell) {
                *entry = above;
            }
            cell = above;
        }
        cell
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if let Some(entry) = self.0.get_mut(one.max(other)) {
            *entry = one.min(other);
        }
    }
}

/// Words to lines in reading order, turned words along their own baseline.
pub(super) fn lines_of(tokens: &[&Token]) -> Vec<(f64, String)> {
    // In the words' own frame: down from line to line, and along the line.
    let mut placed: Vec<(i32, f64, f64, &Token)> = tokens
        .iter()
        .map(|token| {
            let middle = token.area.center();
            match token.angle {
                Some(90) => (90, middle.x, -token.area.y1, *token),
                Some(180) => (180, -middle.y, -token.area.x1, *token),
                Some(270) => (270, -middle.x, token.area.y0, *token),
                _ => (0, middle.y, token.area.x0, *token),
            }
        })
        .collect();
    placed.sort_by(|a, b| {
        (a.0, a.1, a.2)
            .partial_cmp(&(b.0, b.1, b.2))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut rows: Vec<Vec<(i32, f64, f64, &Token)>> = Vec::new();
    for one in placed {
        match rows.last_mut() {
            Some(row)
                if row.first().is_some_and(|first| {
                    first.0 == one.0 && one.1 - first.1 <= 0.45 * first.3.size.min(one.3.size)
                }) =>
            {
                row.push(one);
            }
            _ => rows.push(vec![one]),
        }
    }
    rows.into_iter()
        .map(|mut row| {
            row.sort_by(|a, b| a.2.total_cmp(&b.2));
            let height = row
                .first()
                .map_or(0.0, |(_, _, _, token)| token.area.center().y);
            let words: Vec<&str> = row.iter().map(|(_, _, _, token)| token.text).collect();
            (height, words.join(" "))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{canvas, plane_of, rule_grid};
    use super::*;

    fn texts(table: &RawTable) -> Vec<Vec<String>> {
        table
            .rows
            .iter()
            .map(|row| row.iter().map(RawCell::text).collect())
            .collect()
    }

    fn read_page(page: &super::super::super::canvas::Canvas) -> RawTable {
        let plane = plane_of(page);
        let seed = plane.level[0];
        let grid = Grid::around(&plane, seed, &mut Budget(100_000));
        let tokens: Vec<&Token> = plane.tokens.iter().collect();
        read(&grid, &tokens).unwrap()
    }

    #[test]
    fn a_ruled_grid_gives_its_cells_with_wrapped_lines_joined() {
        let mut page = canvas(
            1000.0,
            800.0,
            &[
                ("MARK", 105.0, 115.0, 8.0),
                ("REMARKS", 205.0, 115.0, 8.0),
                ("101", 105.0, 135.0, 8.0),
                ("SEE", 205.0, 130.0, 8.0),
                ("NOTE", 205.0, 139.0, 8.0),
            ],
        );
        rule_grid(&mut page, &[100.0, 200.0, 300.0], &[100.0, 120.0, 145.0]);
        let table = read_page(&page);
        assert_eq!(texts(&table), [["MARK", "REMARKS"], ["101", "SEE NOTE"]]);
        assert_eq!(table.rows[1][0].area, Rect::new(100.0, 120.0, 200.0, 145.0));
    }

    #[test]
    fn a_missing_rule_merges_cells() {
        let mut page = canvas(
            1000.0,
            800.0,
            &[
                ("WALLS", 180.0, 115.0, 8.0),
                ("N", 105.0, 135.0, 8.0),
                ("S", 205.0, 135.0, 8.0),
            ],
        );
        page.strokes.add_box(Rect::new(100.0, 100.0, 300.0, 140.0));
        page.strokes
            .add_line((100.0, 120.0).into(), (300.0, 120.0).into());
        page.strokes
            .add_line((200.0, 120.0).into(), (200.0, 140.0).into());
        let table = read_page(&page);
        assert_eq!(table.rows[0][0].spans, 2);
        assert_eq!(texts(&table), [vec!["WALLS"], vec!["N", "S"]]);
    }

    #[test]
    fn rows_without_rules_are_parted_by_their_first_column() {
        let mut words = vec![("MARK", 105.0, 115.0, 8.0), ("SIZE", 205.0, 115.0, 8.0)];
        for (text, y) in [("A", 135.0), ("B", 147.0), ("C", 159.0)] {
            words.push((text, 105.0, y, 8.0));
            words.push(("3'-0\"", 205.0, y, 8.0));
        }
        let mut page = canvas(1000.0, 800.0, &words);
        rule_grid(&mut page, &[100.0, 200.0, 300.0], &[100.0, 120.0, 165.0]);
        let table = read_page(&page);
        assert_eq!(table.rows.len(), 4);
        assert_eq!(table.rows[2][0].text(), "B");
    }

    #[test]
    fn a_turned_heading_is_read_along_its_own_line() {
        let mut page = canvas(1000.0, 800.0, &[]);
        for (text, bottom) in [("FIRE", 180.0), ("RATING", 150.0)] {
            let mut word = super::super::super::words::tests::word(text, 150.0, bottom, 8.0);
            word.along = (0.0, -1.0).into();
            (word.left, word.right) = (142.0, 152.0);
            (word.top, word.bottom) = (bottom - 25.0, bottom);
            page.words.push(word);
        }
        rule_grid(&mut page, &[100.0, 200.0], &[100.0, 200.0]);
        let plane = plane_of(&page);
        // One column of turned words alone would turn the sheet.
        let tokens: Vec<Token> = plane
            .tokens
            .iter()
            .map(|token| Token {
                angle: Some(90),
                area: if token.text == "FIRE" {
                    Rect::new(142.0, 155.0, 152.0, 180.0)
                } else {
                    Rect::new(142.0, 125.0, 152.0, 150.0)
                },
                ..token.clone()
            })
            .collect();
        let lines = lines_of(&tokens.iter().collect::<Vec<_>>());
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].1, "FIRE RATING");
    }
}
