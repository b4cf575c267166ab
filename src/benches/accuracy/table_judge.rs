//! Compares the cells of a schedule with the truth: the same text in the same row and column.

use serde_json::Value;

use crate::tally::{Figure, Place, Report, same};
use crate::truth::TableTruth;

/// A cell that says something: its column and text.
type Row = Vec<(usize, String)>;

pub fn judge(report: &mut Report, place: Place, truth: &TableTruth, found: &Value) {
    let known: Vec<Row> = truth
        .rows
        .iter()
        .map(|row| {
            let cells = row.iter().cloned().enumerate();
            cells.filter(|(_, text)| !text.trim().is_empty()).collect()
        })
        .collect();
    let seen = rows_of(found);
    let heads = found
        .get("headingRows")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    let heads = usize::try_from(heads).unwrap_or_default().min(seen.len());
    let (known_heads, known_body) = known.split_at(truth.heading_rows.min(known.len()));
    let (seen_heads, seen_body) = seen.split_at(heads);
    // A heading over two rows may be said to stand in either: only its column counts.
    compare(report, place, &known_heads.concat(), &seen_heads.concat());
    let full =
        |rows: &[Row]| -> Vec<Row> { rows.iter().filter(|row| !row.is_empty()).cloned().collect() };
    let (known, seen) = (full(known_body), full(seen_body));
    for (known, seen) in aligned(&known, &seen) {
        compare(
            report,
            place,
            known.unwrap_or(&Vec::new()),
            seen.unwrap_or(&Vec::new()),
        );
    }
}

fn rows_of(table: &Value) -> Vec<Row> {
    let rows = table.get("rows").and_then(Value::as_array);
    let row = |row: &Value| -> Row {
        let cells = row.as_array().map_or(&[][..], Vec::as_slice).iter();
        cells
            .filter_map(|cell| {
                let column = usize::try_from(cell.get("column")?.as_u64()?).ok()?;
                let text = cell.get("text")?.as_str()?.trim();
                (!text.is_empty()).then(|| (column, text.to_owned()))
            })
            .collect()
    };
    rows.map_or(&[][..], Vec::as_slice)
        .iter()
        .map(row)
        .collect()
}

/// Counts the cells of one row, or of all headings.
fn compare(report: &mut Report, place: Place, known: &[(usize, String)], seen: &[(usize, String)]) {
    let mut is_taken = vec![false; seen.len()];
    for (column, text) in known {
        let fits = |cell: &(usize, String)| cell.0 == *column && same(&cell.1, text);
        let free = seen.iter().zip(is_taken.iter_mut());
        match free
            .filter(|(cell, taken)| !**taken && fits(cell))
            .map(|(_, taken)| taken)
            .next()
        {
            Some(taken) => {
                *taken = true;
                report.right(Figure::Cells);
            }
            None => report.missed(
                Figure::Cells,
                place,
                &format!("“{text}” in column {}", column + 1),
            ),
        }
    }
    for ((column, text), is_taken) in seen.iter().zip(is_taken) {
        if !is_taken {
            report.needless(
                Figure::Cells,
                place,
                &format!("“{text}” in column {}", column + 1),
            );
        }
    }
}

fn likeness(one: &Row, other: &Row) -> usize {
    let equal = |cell: &&(usize, String)| {
        other
            .iter()
            .any(|it| it.0 == cell.0 && same(&it.1, &cell.1))
    };
    one.iter().filter(equal).count()
}

/// Rows side by side so that as many cells as can be are the same; a row without a partner stands alone.
fn aligned<'a>(known: &'a [Row], seen: &'a [Row]) -> Vec<(Option<&'a Row>, Option<&'a Row>)> {
    let width = seen.len() + 1;
    // The most equal cells of the first rows of each.
    let mut best = vec![0usize; (known.len() + 1) * width];
    let at = |best: &[usize], row: usize, column: usize| {
        best.get(row * width + column).copied().unwrap_or_default()
    };
    for (row, one) in (1..).zip(known) {
        for (column, other) in (1..).zip(seen) {
            let paired = at(&best, row - 1, column - 1) + likeness(one, other);
            let most = paired
                .max(at(&best, row - 1, column))
                .max(at(&best, row, column - 1));
            if let Some(place) = best.get_mut(row * width + column) {
                *place = most;
            }
        }
    }
    let (mut row, mut column) = (known.len(), seen.len());
    let mut pairs = Vec::new();
    while row > 0 || column > 0 {
        let one = row.checked_sub(1).and_then(|row| known.get(row));
        let other = column.checked_sub(1).and_then(|column| seen.get(column));
        let here = at(&best, row, column);
        if let (Some(one), Some(other)) = (one, other)
            && here == at(&best, row - 1, column - 1) + likeness(one, other)
        {
            pairs.push((Some(one), Some(other)));
            (row, column) = (row - 1, column - 1);
        } else if one.is_some() && (other.is_none() || here == at(&best, row - 1, column)) {
            pairs.push((one, None));
            row -= 1;
        } else {
            pairs.push((None, other));
            column -= 1;
        }
    }
    pairs.reverse();
    pairs
}
