//! The index of sheets on covers: numbers and names in one or several columns under a heading such as
//! SHEET INDEX. The settling reads it from every page that has one.

use super::super::lines::Line;
use super::dates::without_date;
use super::labels::label;
use super::number_shape::{Form, as_sheet_number};

/// A row of the index.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct IndexRow {
    pub number: String,
    /// As it is printed; none when the row has a number only.
    pub name: Option<String>,
}

const MOST_ROWS: usize = 3_000;
/// Lines of a page that are looked at.
const MOST_LINES: usize = 20_000;

/// A number somewhere on the page, and the name on its line.
struct Entry<'a> {
    line: &'a Line,
    number: String,
    /// What follows the number on the same line.
    rest: String,
}

/// The rows of the index on a page, in the order of its columns; empty when it has none.
pub(super) fn index_rows(lines: &[Line]) -> Vec<IndexRow> {
    let lines = lines.get(..MOST_LINES.min(lines.len())).unwrap_or(lines);
    let headings: Vec<&Line> = lines
        .iter()
        .filter(|line| is_heading(&line.text))
        .take(10)
        .collect();
    if headings.is_empty() {
        return Vec::new();
    }
    let mut columns = columns(lines);
    columns.retain(|column| column.len() >= 2);
    let mut taken = vec![false; columns.len()];
    for heading in headings {
        take_under(heading, &columns, &mut taken);
    }
    // Columns beside one that is taken go on with it.
    for _ in 0..2 {
        for at in 0..columns.len() {
            let is_beside = !taken.get(at).copied().unwrap_or(true)
                && columns.iter().zip(&taken).any(|(other, taken)| {
                    *taken
                        && columns
                            .get(at)
                            .is_some_and(|column| go_together(column, other))
                });
            if is_beside && let Some(taken) = taken.get_mut(at) {
                *taken = true;
            }
        }
    }
    let mut rows: Vec<IndexRow> = Vec::new();
    for (column, taken) in columns.iter().zip(taken) {
        if taken {
            rows.extend(rows_of(column, lines));
        }
    }
    rows.truncate(MOST_ROWS);
    if rows.len() >= 3 { rows } else { Vec::new() }
}

fn is_heading(text: &str) -> bool {
    if text.len() > 60 {
        return false;
    }
    let upper = text.to_uppercase();
    let words: Vec<&str> = upper
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let is_thing = |word: &str| {
        matches!(
            word,
            "SHEET" | "SHEETS" | "DRAWING" | "DRAWINGS" | "DWG" | "DWGS"
        )
    };
    let is_list = |word: &str| matches!(word, "INDEX" | "LIST" | "REGISTER" | "SCHEDULE");
    let has = words
        .iter()
        .zip(words.iter().skip(1))
        .any(|(first, second)| is_thing(first) && is_list(second));
    let of = words.windows(3).any(|three| match three {
        [list, of, thing] => is_list(list) && matches!(*of, "OF" | "TO") && is_thing(thing),
        _ => false,
    }) || words.windows(4).any(|four| match four {
        [list, of, _, thing] => is_list(list) && *of == "OF" && is_thing(thing),
        _ => false,
    });
    words.len() <= 6 && (has || of)
}

/// All numbers of the page in columns: aligned at their left end, one under the other.
fn columns(lines: &[Line]) -> Vec<Vec<Entry<'_>>> {
    let mut entries: Vec<Entry<'_>> = lines.iter().filter_map(entry).take(MOST_ROWS).collect();
    entries.sort_by(|a, b| {
        (a.line.angle, a.line.down, a.line.start)
            .partial_cmp(&(b.line.angle, b.line.down, b.line.start))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut columns: Vec<Vec<Entry<'_>>> = Vec::new();
    for entry in entries {
        let home = columns.iter_mut().rev().take(60).find(|column| {
            column.last().is_some_and(|last| {
                let (above, below) = (last.line, entry.line);
                let middle = |line: &Line| (line.start + line.end) / 2.0;
                above.angle == below.angle
                    && (0.8..=1.25).contains(&(below.size / above.size))
                    && below.down - above.down > 0.5 * above.size
                    && below.down - above.down <= 9.0 * above.size
                    && ((above.start - below.start).abs() <= 0.8 * above.size
                        || (last.rest.is_empty()
                            && entry.rest.is_empty()
                            && (middle(above) - middle(below)).abs() <= 0.8 * above.size))
            })
        });
        match home {
            Some(column) => column.push(entry),
            None => columns.push(vec![entry]),
        }
    }
    columns
}

fn entry(line: &Line) -> Option<Entry<'_>> {
    if line.text.len() > 200 {
        return None;
    }
    let number_of = |text: &str| {
        as_sheet_number(text)
            .filter(|(_, form)| *form != Form::Free)
            .map(|(number, _)| number)
    };
    let mut words = line.text.split(' ');
    let first = words.next()?;
    // A running number or a mark may stand before it: "1 A101 FIRST FLOOR PLAN".
    let is_count = first.len() <= 3
        && first
            .trim_end_matches(['.', ')'])
            .chars()
            .all(|c| c.is_ascii_digit() || !c.is_alphanumeric());
    let number = match number_of(first) {
        Some(number) => number,
        None if is_count => number_of(words.next()?)?,
        None => return None,
    };
    let rest: Vec<&str> = words.collect();
    Some(Entry {
        line,
        number,
        rest: plain_name(&rest.join(" ")).unwrap_or_default(),
    })
}

/// A name without the leaders and dashes around it.
fn plain_name(text: &str) -> Option<String> {
    let text = without_date(text);
    let cut = text.find("...").or_else(|| text.find("___"));
    let text = match cut {
        Some(0) => text.trim_start_matches(['.', '_', ' ']),
        Some(at) => text.get(..at).unwrap_or(text),
        None => text,
    };
    let name = text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '–' | '—' | ':' | '.' | '_' | '|' | ',' | '•')
    });
    (name.chars().filter(|c| c.is_alphabetic()).count() >= 3).then(|| name.to_owned())
}

/// Marks the columns that begin under a heading, near enough to be its own.
fn take_under(heading: &Line, columns: &[Vec<Entry<'_>>], taken: &mut [bool]) {
    for (column, taken) in columns.iter().zip(taken.iter_mut()) {
        let Some(first) = column.first().map(|entry| entry.line) else {
            continue;
        };
        let em = heading.size.max(first.size);
        let step = first.down - heading.down;
        *taken |= heading.angle == first.angle
            && step > 0.3 * em
            && step <= 14.0 * em
            && first.start <= heading.end + 30.0 * em
            && first.end >= heading.start - 30.0 * em;
    }
}

/// Whether two columns are parts of one index: the same letters, beside or under each other.
fn go_together(column: &[Entry<'_>], other: &[Entry<'_>]) -> bool {
    let ends = |column: &[Entry<'_>]| {
        let (first, last) = (column.first()?.line, column.last()?.line);
        Some((first.clone(), last.clone()))
    };
    let (Some((first, last)), Some((other_first, other_last))) = (ends(column), ends(other)) else {
        return false;
    };
    let size = first.size;
    if first.angle != other_first.angle || !(0.9..=1.1).contains(&(size / other_first.size)) {
        return false;
    }
    let beside = first.down <= other_last.down
        && last.down >= other_first.down
        && (first.down - other_first.down).abs() <= 12.0 * size
        && (first.start - other_first.start).abs() <= 90.0 * size;
    let under = first.down > other_last.down
        && first.down - other_last.down <= 14.0 * size
        && (first.start - other_first.start).abs() <= 2.0 * size;
    beside || under
}

/// Numbers with the names on their lines: to the right, or to the left where nothing stands right.
fn rows_of(column: &[Entry<'_>], lines: &[Line]) -> Vec<IndexRow> {
    let beside = |number: &Line, to_the_right: bool| {
        let gap = |line: &Line| {
            if to_the_right {
                line.start - number.end
            } else {
                number.start - line.end
            }
        };
        lines
            .iter()
            .filter(|line| {
                line.angle == number.angle
                    && (line.down - number.down).abs() <= 0.5 * number.size
                    && gap(line) > -0.2 * number.size
                    && gap(line) <= 30.0 * number.size
                    && plain_name(&line.text).is_some()
                    && label(&line.text).is_none()
            })
            .min_by(|a, b| gap(a).total_cmp(&gap(b)))
    };
    let right = column
        .iter()
        .filter(|entry| !entry.rest.is_empty() || beside(entry.line, true).is_some())
        .count();
    let to_the_right = right * 2 >= column.len();
    column
        .iter()
        .map(|entry| {
            if !entry.rest.is_empty() {
                let wrapped = wrapped(entry.line, entry.line, lines, true);
                return row(entry, &entry.rest, wrapped);
            }
            match beside(entry.line, to_the_right) {
                Some(name) => {
                    let wrapped = wrapped(name, entry.line, lines, false);
                    row(entry, &name.text, wrapped)
                }
                None => row(entry, "", None),
            }
        })
        .collect()
}

fn row(entry: &Entry<'_>, name: &str, wrapped: Option<String>) -> IndexRow {
    let mut name = plain_name(name);
    if let (Some(name), Some(more)) = (&mut name, wrapped) {
        name.push(' ');
        name.push_str(&more);
    }
    IndexRow {
        number: entry.number.clone(),
        name,
    }
}

/// The second line of a long name: right under it, with no number on its own line.
fn wrapped(name: &Line, number: &Line, lines: &[Line], after_number: bool) -> Option<String> {
    let below = lines
        .iter()
        .filter(|line| {
            let aligned = if after_number {
                line.start > number.start + 2.0 * number.size
            } else {
                (line.start - name.start).abs() <= 0.6 * name.size
            };
            name.is_continued_by(line, 1.3)
                && aligned
                && (0.97..=1.03).contains(&(line.size / name.size))
        })
        .min_by(|a, b| a.down.total_cmp(&b.down))?;
    let has_number = lines.iter().any(|line| {
        line.angle == below.angle
            && (line.down - below.down).abs() <= 0.6 * below.size
            && line.start <= below.start
            && (line.start - number.start).abs() <= 3.0 * number.size
    });
    (!has_number && entry(below).is_none())
        .then(|| plain_name(&below.text))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::super::super::lines::{sheet_lines, text_lines};
    use super::super::title_block::tests::page;
    use super::*;

    fn row(number: &str, name: &str) -> IndexRow {
        IndexRow {
            number: number.to_owned(),
            name: Some(name.to_owned()),
        }
    }

    #[test]
    fn headings_of_an_index_are_known() {
        for text in [
            "SHEET INDEX",
            "Drawing Index",
            "INDEX OF DRAWINGS",
            "LIST OF DRAWINGS:",
            "DRAWING LIST",
            "ARCHITECTURAL SHEET INDEX",
            "LIST OF CONTRACT DRAWINGS",
        ] {
            assert!(is_heading(text), "{text}");
        }
        for text in ["DOOR SCHEDULE", "SHEET TITLE", "SEE DRAWING A101", "INDEX"] {
            assert!(!is_heading(text), "{text}");
        }
    }

    #[test]
    fn columns_with_headings_of_disciplines_are_read() {
        let page = page(2592.0, 1728.0)
            .print("SHEET INDEX", 1500.0, 300.0, 14.0)
            .print("GENERAL", 1500.0, 330.0, 9.0)
            .print("G001", 1500.0, 345.0, 9.0)
            .print("COVER SHEET", 1570.0, 345.0, 9.0)
            .print("ARCHITECTURAL", 1500.0, 375.0, 9.0)
            .print("A101", 1500.0, 390.0, 9.0)
            .print("FIRST FLOOR PLAN AND", 1570.0, 390.0, 9.0)
            .print("FINISH PLAN", 1570.0, 401.0, 9.0)
            .print("A102", 1500.0, 416.0, 9.0)
            .print("ROOF PLAN", 1570.0, 416.0, 9.0)
            .print("S101", 1900.0, 345.0, 9.0)
            .print("FOUNDATION PLAN", 1970.0, 345.0, 9.0)
            .print("S102", 1900.0, 360.0, 9.0)
            .print("FRAMING PLAN", 1970.0, 360.0, 9.0);
        assert_eq!(
            index_rows(&sheet_lines(&page.words)),
            [
                row("G001", "COVER SHEET"),
                row("A101", "FIRST FLOOR PLAN AND FINISH PLAN"),
                row("A102", "ROOF PLAN"),
                row("S101", "FOUNDATION PLAN"),
                row("S102", "FRAMING PLAN"),
            ]
        );
    }

    #[test]
    fn leaders_and_running_numbers_are_left_out() {
        let page = page(612.0, 792.0)
            .print("LIST OF DRAWINGS", 200.0, 60.0, 12.0)
            .print("1 A101 FIRST FLOOR PLAN ........ 3", 72.0, 80.0, 10.0)
            .print("2 A102 - ROOF PLAN", 72.0, 94.0, 10.0)
            .print("3 A201 ELEVATIONS", 72.0, 108.0, 10.0);
        assert_eq!(
            index_rows(&text_lines(&page.words)),
            [
                row("A101", "FIRST FLOOR PLAN"),
                row("A102", "ROOF PLAN"),
                row("A201", "ELEVATIONS"),
            ]
        );
    }

    #[test]
    fn a_page_without_the_heading_has_no_index() {
        let page = page(2592.0, 1728.0)
            .print("D101 WOOD DOOR", 1500.0, 345.0, 9.0)
            .print("D102 STEEL DOOR", 1500.0, 360.0, 9.0)
            .print("D103 GLASS DOOR", 1500.0, 375.0, 9.0);
        assert_eq!(index_rows(&sheet_lines(&page.words)), []);
    }
}
