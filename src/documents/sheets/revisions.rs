//! The revision of a sheet and its date of issue: fields of their own, or the last row of a table of
//! revisions. Asked for each sheet once the set is known.

use super::super::lines::Line;
use super::dates::{FoundDate, find_date};
use super::labels::{Label, dated_mark};
use super::sheet_number::FoundNumber;
use super::title_block::Sheet;

const MOST_LABELS: usize = 40;
/// Longer tables of revisions are other tables.
const MOST_ROWS: usize = 120;

/// What the rows of a table of revisions say.
const WORDS_OF_CHANGES: &[&str] = &[
    "REVIS",
    "REVIEW",
    "ADDEND",
    "COMMENT",
    "ISSUE",
    "BULLETIN",
    "CHANGE",
    "RFI",
    "AS-BUILT",
    "AS BUILT",
    "RECORD",
    "CONSTRUCTION",
];

/// What the title block says about its issue.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Issue {
    /// `B`, `P02`, `3`: of the field REV, else of the latest row.
    pub revision: Option<String>,
    /// As it is printed.
    pub date: Option<String>,
}

/// A row of a table of revisions.
struct Row {
    mark: Option<String>,
    date: FoundDate,
    /// Where the row stands: the lower one counts where days are equal.
    down: f64,
    size: f64,
}

pub(super) fn issue(sheet: &Sheet, number: Option<&FoundNumber>) -> Issue {
    let rows = rows(sheet);
    let latest = rows
        .iter()
        .max_by(|a, b| (a.date.order, mark_rank(a)).cmp(&(b.date.order, mark_rank(b))));
    let latest_marked = rows.iter().filter(|row| row.mark.is_some()).max_by(|a, b| {
        let key = |row: &Row| (row.date.order, mark_rank(row));
        key(a).cmp(&key(b)).then(a.down.total_cmp(&b.down))
    });
    Issue {
        revision: field_revision(sheet)
            .or_else(|| mark_beside(sheet, number?))
            .or_else(|| latest_marked.and_then(|row| row.mark.clone()))
            .or_else(|| last_mark_of_column(sheet))
            .or_else(|| last_mark_without_head(sheet)),
        date: field_date(sheet)
            .or_else(|| lone_date(sheet, number, &rows))
            .or_else(|| latest.map(|row| row.date.text.clone()))
            .or_else(|| only_date(sheet)),
    }
}

fn mark_rank(row: &Row) -> (usize, String) {
    let mark = row.mark.clone().unwrap_or_default();
    (mark.len(), mark)
}

/// Whether a label heads a column of a table of revisions: others such as DESCRIPTION or BY stand beside
/// it. ISSUE is such another where DATE stands beside it.
fn heads_a_column(sheet: &Sheet, line: &Line) -> bool {
    let is_issue = is_issue(&line.text);
    sheet.labels().any(|(other, label, rest)| {
        let is_head = match label {
            Label::Description => true,
            Label::Date => is_issue != self::is_issue(&other.text),
            _ => false,
        };
        is_head
            && rest.is_empty()
            && other.angle == line.angle
            && (other.down - line.down).abs() <= 0.7 * line.size
            && (other.start - line.end)
                .abs()
                .min((line.start - other.end).abs())
                <= 60.0 * line.size
    })
}

fn is_issue(text: &str) -> bool {
    let text = text.trim_end_matches([':', ' ']);
    text.eq_ignore_ascii_case("ISSUE") || text.eq_ignore_ascii_case("ISSUED")
}

/// `REV B`, or B under or beside REV.
fn field_revision(sheet: &Sheet) -> Option<String> {
    let labels = sheet
        .labels()
        .filter(|(line, label, _)| *label == Label::Revision && sheet.is_in_title_strip(line));
    let mut latest_row = None;
    for (line, _, rest) in labels.take(MOST_LABELS) {
        if !rest.is_empty() {
            // `REV. A  02/01/2024  PER COUNTY REVIEW` is a row, perhaps of several.
            if let Some(mark) = dated_mark(rest).and_then(as_mark) {
                let row = find_date(rest).map(|date| (date.order, mark.len(), mark));
                latest_row = latest_row.max(row);
            } else if let Some(mark) = as_mark(rest) {
                return Some(mark);
            }
            continue;
        }
        if heads_a_column(sheet, line) {
            continue;
        }
        let value = sheet
            .values_of(line, 3.6)
            .into_iter()
            .take(2)
            .find(|value| !has_date_beside(sheet, value))
            .and_then(|value| as_mark(&value.text));
        if value.is_some() {
            return value;
        }
    }
    latest_row.map(|(.., mark)| mark)
}

/// The mark in a cell REV beside the number's, in letters as large: `E001 0`.
fn mark_beside(sheet: &Sheet, number: &FoundNumber) -> Option<String> {
    let line = &number.line;
    let (before, mark) = line.text.rsplit_once(' ')?;
    let is_number = before.replace(' ', "").eq_ignore_ascii_case(&number.number);
    let mut labels = sheet.labels();
    let has_label = labels.any(|(label, kind, rest)| {
        let step = line.down - label.down;
        kind == Label::Revision
            && rest.is_empty()
            && label.angle == line.angle
            && step > 0.0
            && step <= 3.0 * line.size
            && label.end > line.start
            && label.start < line.end
    });
    (is_number && has_label).then(|| as_mark(mark)).flatten()
}

/// The last mark in a column REV beside a column DESCRIPTION whose rows have no dates.
fn last_mark_of_column(sheet: &Sheet) -> Option<String> {
    let heads = sheet.labels().filter(|(line, label, rest)| {
        *label == Label::Revision && rest.is_empty() && heads_a_column(sheet, line)
    });
    let marks = heads.take(MOST_LABELS).flat_map(|(head, ..)| {
        let mut below: Vec<&Line> = sheet
            .lines
            .iter()
            .filter(|line| {
                line.angle == head.angle
                    && line.down > head.down + 0.3 * line.size
                    && line.start < head.end
                    && line.end > head.start
            })
            .collect();
        below.sort_by(|a, b| a.down.total_cmp(&b.down));
        let mut last = head.down;
        below
            .into_iter()
            .map_while(move |line| {
                let is_next = line.down - last <= 3.0 * line.size;
                last = line.down;
                is_next.then(|| as_mark(&line.text)).flatten()
            })
            .collect::<Vec<String>>()
    });
    marks.max_by(|a, b| (a.len(), a).cmp(&(b.len(), b)))
}

/// The highest mark of rows that no heading announces: `2  7/1/22  ADDENDUM 2` in the title strip.
fn last_mark_without_head(sheet: &Sheet) -> Option<String> {
    let dates = sheet
        .lines
        .iter()
        .filter(|line| sheet.is_in_title_strip(line) && super::labels::label(&line.text).is_none())
        .filter_map(|line| Some((line, find_date(&line.text)?)));
    dates
        .take(MOST_ROWS)
        .filter_map(|(line, date)| {
            // One line as a whole, or a line for each cell.
            let (mark, said) = if date.before == 0 {
                let mark = nearest_on_row(sheet, line, |other| line.start - other.end)?;
                let said = if date.after > 0 {
                    &line.text
                } else {
                    &nearest_on_row(sheet, line, |other| other.start - line.end)?.text
                };
                (mark.text.as_str(), said)
            } else {
                (line.text.split(' ').next()?, &line.text)
            };
            let said = said.to_uppercase();
            let says_change = WORDS_OF_CHANGES.iter().any(|word| said.contains(word));
            as_mark(mark).filter(|mark| says_change && mark.len() <= 2)
        })
        .max_by(|a, b| (a.len(), a).cmp(&(b.len(), b)))
}

/// The line on the same row with the least gap, at most a cell's width away.
fn nearest_on_row<'a>(
    sheet: &'a Sheet,
    line: &Line,
    gap: impl Fn(&Line) -> f64,
) -> Option<&'a Line> {
    sheet
        .lines
        .iter()
        .filter(|other| is_on_row(line, other) && (0.0..=8.0 * line.size).contains(&gap(other)))
        .min_by(|a, b| gap(a).total_cmp(&gap(b)))
}

/// The only day that the title strip shows, printed alone.
fn only_date(sheet: &Sheet) -> Option<String> {
    let mut found: Option<FoundDate> = None;
    for line in sheet
        .lines
        .iter()
        .filter(|line| sheet.is_in_title_strip(line))
    {
        let Some(date) = find_date(&line.text).filter(|date| date.before + date.after == 0) else {
            continue;
        };
        match &found {
            Some(other) if other.order != date.order => return None,
            _ => found = Some(date),
        }
    }
    found.map(|date| date.text)
}

fn has_date_beside(sheet: &Sheet, line: &Line) -> bool {
    sheet.lines.iter().any(|other| {
        is_on_row(line, other)
            && (other.start - line.end).abs() <= 30.0 * line.size
            && find_date(&other.text).is_some()
            && other.size <= 1.3 * line.size
    })
}

fn is_on_row(line: &Line, other: &Line) -> bool {
    line.angle == other.angle && (line.down - other.down).abs() <= 0.5 * line.size.max(other.size)
}

/// The mark of a revision: `1`, `B`, `P02`, `C1`, `T03`.
fn as_mark(text: &str) -> Option<String> {
    let mark = text
        .trim_matches(|c: char| matches!(c, '.' | ':' | '(' | ')' | '#' | '[' | ']'))
        .to_ascii_uppercase();
    let letters = mark.chars().filter(char::is_ascii_uppercase).count();
    let figures = mark.chars().filter(char::is_ascii_digit).count();
    let is_plain = letters + figures == mark.chars().count()
        && (figures == 0 || mark.ends_with(|c: char| c.is_ascii_digit()));
    let is_mark = match (letters, figures) {
        (0, 1 | 2) | (1, 0..=2) => true,
        (2, 1..=2) => mark.starts_with('R') || mark.starts_with('C') || mark.starts_with('P'),
        _ => false,
    };
    (is_plain && is_mark).then_some(mark)
}

/// The rows of the tables of revisions: a date, and perhaps a mark at the left end of its line.
fn rows(sheet: &Sheet) -> Vec<Row> {
    let heads: Vec<&Line> = sheet
        .labels()
        .filter(|(line, label, rest)| {
            let is_head = match label {
                Label::Description | Label::Revision => true,
                Label::Date => is_issue(&line.text) && heads_a_column(sheet, line),
                _ => false,
            };
            is_head && rest.is_empty()
        })
        .map(|(line, ..)| line)
        .take(MOST_LABELS)
        .collect();
    if heads.is_empty() {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for line in &sheet.lines {
        if rows.len() >= MOST_ROWS {
            break;
        }
        let Some(date) = find_date(&line.text) else {
            continue;
        };
        let is_in_table = heads.iter().any(|head| {
            let step = (line.down - head.down).abs();
            head.angle == line.angle
                && step > 0.3 * line.size
                && step <= 45.0 * line.size.max(head.size)
                && line.start < head.end + 40.0 * line.size
                && line.end > head.start - 40.0 * line.size
        });
        // "DATE: 03/12/2018" is a field, and a time comes from plotting.
        let is_plain = super::labels::label(&line.text).is_none() && !line.text.contains(':');
        if !is_in_table || !is_plain {
            continue;
        }
        let mark = match date.before {
            0 => mark_on_row(sheet, line),
            // The words before the date may run into it, with the mark still in a cell of its own.
            _ => {
                let first = line.text.split(' ').next().and_then(as_mark);
                first.or_else(|| mark_on_row(sheet, line))
            }
        };
        rows.push(Row {
            mark: mark.or_else(|| {
                let last = line.text.split(' ').next_back()?;
                (date.before == 0 && date.after > 0)
                    .then(|| as_mark(last))
                    .flatten()
            }),
            down: line.down,
            size: line.size,
            date,
        });
    }
    // A table is a chain of rows from its heading; other dates stand apart.
    let mut reached: Vec<f64> = heads.iter().map(|head| head.down).collect();
    let mut kept = Vec::new();
    let (mut waiting, mut grew) = (rows, true);
    while grew {
        grew = false;
        let (near, far): (Vec<Row>, Vec<Row>) = waiting.into_iter().partition(|row| {
            reached
                .iter()
                .any(|down| (row.down - down).abs() <= 5.0 * row.size)
        });
        for row in near {
            grew = true;
            reached.push(row.down);
            kept.push(row);
        }
        waiting = far;
    }
    kept
}

/// The mark on the row of a date, at most a table's width to its left, or to its right.
fn mark_on_row(sheet: &Sheet, date: &Line) -> Option<String> {
    sheet
        .lines
        .iter()
        .filter(|other| {
            is_on_row(date, other)
                && other.start != date.start
                && (other.end <= date.start + 0.1 || other.start >= date.end - 0.1)
                && (date.start - other.end).max(other.start - date.end) <= 40.0 * date.size
                && (0.5..=1.6).contains(&(other.size / date.size))
        })
        .filter_map(|other| {
            let first = other.text.split(' ').next()?;
            let alone = other.text == first;
            // Initials and names start with letters too: beside other words only figures count.
            as_mark(first)
                .filter(|mark| alone || mark.chars().any(|c| c.is_ascii_digit()))
                .map(|mark| (other.start, mark))
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, mark)| mark)
}

/// The date of a field such as DATE or ISSUE DATE.
fn field_date(sheet: &Sheet) -> Option<String> {
    let mut labels: Vec<(&Line, &str)> = sheet
        .labels()
        .filter(|(line, label, _)| *label == Label::Date && sheet.is_in_title_strip(line))
        .map(|(line, _, rest)| (line, rest))
        .take(MOST_LABELS)
        .collect();
    // Beside REVISION it heads the dates of changes.
    labels.sort_by_key(|(line, _)| is_beside_revision(sheet, line));
    for (line, rest) in labels {
        if let Some(date) = find_date(rest) {
            return Some(date.text);
        }
        if !rest.is_empty() || heads_a_column(sheet, line) {
            continue;
        }
        let values = sheet.values_of(line, 2.5);
        // Under ISSUED may stand a list: what for, and when.
        let first = values.first().and_then(|value| find_date(&value.text));
        if first.is_some_and(|date| date.before > 0)
            && let Some(date) = latest_of_list(sheet, line)
        {
            return Some(date.text);
        }
        let value = values
            .iter()
            .take(2)
            .find_map(|value| find_date(&value.text))
            .or_else(|| find_date(&sheet.value_across(line)?.text))
            .or_else(|| find_date(&sheet.value_over(line)?.text));
        if let Some(date) = value {
            return Some(date.text);
        }
    }
    None
}

fn is_beside_revision(sheet: &Sheet, line: &Line) -> bool {
    sheet.labels().any(|(other, label, rest)| {
        label == Label::Revision
            && rest.is_empty()
            && is_on_row(line, other)
            && (line.start - other.end).max(other.start - line.end) <= 20.0 * line.size
    })
}

/// The latest date in the rows of a list under its heading.
fn latest_of_list(sheet: &Sheet, head: &Line) -> Option<FoundDate> {
    let mut rows = sheet.values_of(head, 30.0);
    rows.sort_by(|a, b| a.down.total_cmp(&b.down));
    let mut last = head.down;
    rows.into_iter()
        .map_while(|row| {
            let is_next = row.down - last <= 3.0 * row.size.max(head.size);
            last = row.down;
            is_next.then(|| find_date(&row.text)).flatten()
        })
        .max_by_key(|date| date.order)
}

/// The one date near the number that stands in no table, is not the time of plotting and has no label.
fn lone_date(sheet: &Sheet, number: Option<&FoundNumber>, rows: &[Row]) -> Option<String> {
    let number = number?;
    let mut found: Option<String> = None;
    for line in &sheet.lines {
        let near = line.angle == number.line.angle
            && line.distance(&number.line) <= 0.15 * sheet.short_side();
        let is_plain =
            near && !line.text.contains(':') && super::labels::label(&line.text).is_none();
        let Some(date) = is_plain.then(|| find_date(&line.text)).flatten() else {
            continue;
        };
        if rows
            .iter()
            .any(|row| row.down == line.down && row.date == date)
        {
            continue;
        }
        match &found {
            Some(other) if *other != date.text => return None,
            _ => found = Some(date.text),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::title_block::tests::{Page, page};
    use super::*;

    fn issue_of(page: &Page) -> Issue {
        issue(&page.sheet(), None)
    }

    #[test]
    fn a_list_of_issues_is_no_field_and_a_label_may_stand_under_its_date() {
        let list = |page: Page| {
            page.print("ISSUE", 2350.0, 900.0, 6.0)
                .print("DATE", 2490.0, 900.0, 6.0)
                .print("50% DESIGN", 2350.0, 912.0, 6.5)
                .print("FEB 11, 2022", 2490.0, 912.0, 6.5)
                .print("PERMIT SET", 2350.0, 923.0, 6.5)
                .print("JULY 8, 2022", 2490.0, 923.0, 6.5)
        };
        let listed = list(page(2592.0, 1728.0));
        assert_eq!(issue_of(&listed).date.as_deref(), Some("JULY 8, 2022"));
        let labelled = list(page(2592.0, 1728.0))
            .print("AUGUST 1, 2022", 2400.0, 1530.0, 9.0)
            .print("ISSUE DATE", 2410.0, 1540.0, 5.0);
        assert_eq!(issue_of(&labelled).date.as_deref(), Some("AUGUST 1, 2022"));
    }

    #[test]
    fn the_field_tells_the_revision() {
        let page = page(2384.0, 1684.0)
            .print("Drawing No.", 2000.0, 1600.0, 7.0)
            .print("1801-A-101", 2000.0, 1620.0, 12.0)
            .print("Rev", 2200.0, 1600.0, 7.0)
            .print("P02", 2200.0, 1620.0, 12.0);
        assert_eq!(issue_of(&page).revision.as_deref(), Some("P02"));
    }

    #[test]
    fn the_latest_row_of_the_table_is_the_revision() {
        let page = page(2592.0, 1728.0)
            .print("NO.", 2300.0, 800.0, 7.0)
            .print("DESCRIPTION", 2330.0, 800.0, 7.0)
            .print("DATE", 2500.0, 800.0, 7.0)
            .print("1", 2300.0, 812.0, 7.0)
            .print("PERMIT SET", 2330.0, 812.0, 7.0)
            .print("03/12/2018", 2500.0, 812.0, 7.0)
            .print("2", 2300.0, 824.0, 7.0)
            .print("ADDENDUM 1", 2330.0, 824.0, 7.0)
            .print("04/20/2018", 2500.0, 824.0, 7.0);
        let issue = issue_of(&page);
        assert_eq!(issue.revision.as_deref(), Some("2"));
        assert_eq!(issue.date.as_deref(), Some("04/20/2018"));
    }

    #[test]
    fn a_table_that_grows_upwards_is_read_by_its_dates() {
        let page = page(2592.0, 1728.0)
            .print("C", 2300.0, 788.0, 7.0)
            .print("RE-ISSUED", 2330.0, 788.0, 7.0)
            .print("22.05.20", 2500.0, 788.0, 7.0)
            .print("B", 2300.0, 800.0, 7.0)
            .print("ISSUED", 2330.0, 800.0, 7.0)
            .print("20.04.20", 2500.0, 800.0, 7.0)
            .print("REV", 2300.0, 812.0, 7.0)
            .print("DESCRIPTION", 2330.0, 812.0, 7.0)
            .print("DATE", 2500.0, 812.0, 7.0);
        assert_eq!(issue_of(&page).revision.as_deref(), Some("C"));
    }

    #[test]
    fn a_column_without_dates_and_a_list_of_issues_end_with_what_holds() {
        let page = page(2592.0, 1728.0)
            .print("REV", 2300.0, 800.0, 7.0)
            .print("DESCRIPTION", 2330.0, 800.0, 7.0)
            .print("1", 2302.0, 814.0, 9.0)
            .print("ADDENDUM 1", 2330.0, 814.0, 9.0)
            .print("2", 2302.0, 828.0, 9.0)
            .print("ADDENDUM 3", 2330.0, 828.0, 9.0)
            .print("ISSUED", 2300.0, 1000.0, 7.0)
            .print("60% Design 2020-02-28", 2300.0, 1014.0, 9.0)
            .print("90% Documents 2020-06-12", 2300.0, 1028.0, 9.0)
            .print("Bid Set 2020-08-03", 2300.0, 1042.0, 9.0);
        let issue = issue_of(&page);
        assert_eq!(issue.revision.as_deref(), Some("2"));
        assert_eq!(issue.date.as_deref(), Some("2020-08-03"));
    }

    #[test]
    fn the_date_of_the_sheet_goes_before_those_of_its_changes() {
        let page = page(2592.0, 1728.0)
            .print("REVISION", 2200.0, 1600.0, 7.0)
            .print("DATE", 2300.0, 1600.0, 7.0)
            .print("5/2/2019", 2300.0, 1612.0, 7.0)
            .print("DATE", 2450.0, 1650.0, 7.0)
            .print("4/11/2019", 2450.0, 1662.0, 9.0);
        assert_eq!(issue_of(&page).date.as_deref(), Some("4/11/2019"));
        let lone = super::super::title_block::tests::page(2592.0, 1728.0)
            .print("Permit Set", 2300.0, 1300.0, 9.0)
            .print("September 9, 2021", 2300.0, 1312.0, 9.0);
        assert_eq!(issue_of(&lone).date.as_deref(), Some("September 9, 2021"));
    }

    #[test]
    fn of_one_day_the_higher_mark_counts_where_words_run_into_their_date() {
        let page = page(2592.0, 1728.0)
            .print("REVISIONS", 2300.0, 800.0, 7.0)
            .print("1", 2300.0, 812.0, 7.0)
            .print("ADDENDUM 1", 2330.0, 812.0, 7.0)
            .print("06/03/2024", 2430.0, 812.0, 7.0)
            .print("2", 2300.0, 824.0, 7.0)
            .print("OWNER CHANGES 06/03/2024", 2330.0, 824.0, 7.0);
        assert_eq!(issue_of(&page).revision.as_deref(), Some("2"));
    }

    #[test]
    fn of_rows_that_each_say_rev_the_latest_counts() {
        let page = page(2448.0, 1584.0)
            .print("REV. A 02/01/2024 PER COUNTY REVIEW", 1700.0, 1524.0, 8.0)
            .print("REV. B 03/15/2024 BID ADDENDUM NO. 1", 1700.0, 1538.0, 8.0);
        assert_eq!(issue_of(&page).revision.as_deref(), Some("B"));
    }

    #[test]
    fn rows_without_a_heading_tell_the_revision_by_what_they_say() {
        let strip = |said: &str| {
            page(2592.0, 1728.0)
                .print("2", 1910.0, 1638.0, 8.0)
                .print("7/1/22", 1930.0, 1638.0, 8.0)
                .print(said, 1970.0, 1638.0, 8.0)
                .print("1", 1910.0, 1650.0, 8.0)
                .print("6/20/22", 1930.0, 1650.0, 8.0)
                .print("REVISED PER CITY COMMENTS", 1970.0, 1650.0, 8.0)
        };
        let read = |said| issue_of(&strip(said)).revision;
        assert_eq!(read("ADDENDUM 2").as_deref(), Some("2"));
        assert_eq!(read("BORING").as_deref(), Some("1"));
    }

    #[test]
    fn the_issue_date_is_the_field_and_not_the_plot_stamp() {
        let page = page(2592.0, 1728.0)
            .print("PLOT DATE: 1/29/2015 8:29:44 PM", 2300.0, 1700.0, 5.0)
            .print("ISSUE DATE", 2300.0, 1500.0, 7.0)
            .print("MAY 22, 2020", 2300.0, 1512.0, 7.0);
        assert_eq!(issue_of(&page).date.as_deref(), Some("MAY 22, 2020"));
        assert_eq!(issue_of(&page).revision, None);
    }
}
