//! Mends the rows of a table that was read from its rules: parts those without rules between them,
//! and leaves out what is empty. Asked by the grid.

use hayro::kurbo::Rect;

use super::grid::{RawCell, RawTable};

/// Parts rows that no rule parts: where the first column with text has several lines, and the other
/// columns have lines beside them. Two lines may be one wrapped entry, unless the row is as high as two.
pub(super) fn split_rows(table: RawTable) -> RawTable {
    let height = |row: &[RawCell]| row.first().map_or(0.0, |cell| cell.area.height());
    let mut heights: Vec<f64> = table.rows.iter().map(|row| height(row)).collect();
    heights.sort_by(f64::total_cmp);
    let usual = heights.get(heights.len() / 2).copied().unwrap_or(0.0);
    let mut rows = Vec::with_capacity(table.rows.len());
    for row in table.rows {
        let least = if height(&row) >= 1.7 * usual { 2 } else { 3 };
        match row_heights(&row, least) {
            Some(heights) => rows.extend(split(&row, &heights)),
            None => rows.push(row),
        }
    }
    RawTable { rows, ..table }
}

fn row_heights(row: &[RawCell], least: usize) -> Option<Vec<f64>> {
    let first = row.iter().find(|cell| !cell.lines.is_empty())?;
    if first.lines.len() < least {
        return None;
    }
    let heights: Vec<f64> = first.lines.iter().map(|(height, _)| *height).collect();
    let beside =
        row.iter()
            .filter(|cell| cell.column != first.column && cell.lines.len() >= 2)
            .filter(|cell| {
                let level = cell.lines.iter().filter(|(height, _)| {
                    heights.iter().any(|other| (height - other).abs() <= 3.0)
                });
                level.count() * 10 >= cell.lines.len() * 7
            })
            .count();
    let others = row
        .iter()
        .filter(|cell| cell.column != first.column && !cell.lines.is_empty())
        .count();
    (beside >= 1 && beside * 2 >= others).then_some(heights)
}

fn split(row: &[RawCell], heights: &[f64]) -> Vec<Vec<RawCell>> {
    let mut rows = Vec::new();
    for (number, height) in heights.iter().enumerate() {
        let above = number
            .checked_sub(1)
            .and_then(|before| heights.get(before))
            .map(|before| (before + height) / 2.0);
        let below = heights.get(number + 1).map(|after| (after + height) / 2.0);
        let cells = row.iter().map(|cell| {
            let (top, bottom) = (above.unwrap_or(cell.area.y0), below.unwrap_or(cell.area.y1));
            RawCell {
                area: Rect::new(cell.area.x0, top, cell.area.x1, bottom),
                lines: cell
                    .lines
                    .iter()
                    .filter(|(at, _)| {
                        above.is_none_or(|above| *at > above)
                            && below.is_none_or(|below| *at <= below)
                    })
                    .cloned()
                    .collect(),
                ..cell.clone()
            }
        });
        rows.push(cells.collect());
    }
    rows
}

/// Leaves out rows and columns in which nothing stands.
pub(super) fn without_gaps(mut table: RawTable) -> RawTable {
    table
        .rows
        .retain(|row| row.iter().any(|cell| !cell.lines.is_empty()));
    let mut starts: Vec<usize> = table
        .rows
        .iter()
        .flatten()
        .filter(|cell| !cell.lines.is_empty())
        .map(|cell| cell.column)
        .collect();
    starts.sort_unstable();
    starts.dedup();
    // A narrow empty column is the gap of a double rule; a wide one waits for entries.
    let mut widths = vec![0.0_f64; table.column_count];
    for cell in table.rows.iter().flatten().filter(|cell| cell.spans == 1) {
        if let Some(width) = widths.get_mut(cell.column) {
            *width = width.max(cell.area.width());
        }
    }
    let kept: Vec<bool> = widths
        .iter()
        .enumerate()
        .map(|(column, width)| *width > 8.0 || starts.binary_search(&column).is_ok())
        .collect();
    if kept.iter().all(|kept| *kept) {
        return table;
    }
    let before = |column: usize| kept.iter().take(column).filter(|kept| **kept).count();
    for row in &mut table.rows {
        for cell in row.iter_mut() {
            let end = before(cell.column + cell.spans);
            cell.column = before(cell.column);
            cell.spans = end.saturating_sub(cell.column);
        }
        row.retain(|cell| cell.spans > 0);
    }
    table.column_count = before(table.column_count);
    table
}
