//! Project name and number as a title block's labels give them.
//! Asked for each sheet once the set is known.

use super::super::lines::Line;
use super::dates::{find_date, without_date};
use super::free_project::is_town;
use super::labels::Label;
use super::number_shape::{Form, as_sheet_number};
use super::sheet_name::{is_address, is_noise};
use super::title_block::Sheet;
use super::trade_words::trade_points;

const MOST_LABELS: usize = 20;
/// Lines that a project's name may have.
pub(super) const MOST_LINES: usize = 3;
const LONGEST_NAME: usize = 160;

/// The project's name under its label, up to the first address.
pub(super) fn project_name(sheet: &Sheet) -> Option<String> {
    let labels = sheet
        .labels()
        .filter(|(line, label, _)| *label == Label::ProjectName && sheet.is_in_title_strip(line));
    labels.take(MOST_LABELS).find_map(|(line, _, rest)| {
        if !rest.is_empty() {
            return as_name(&[rest]);
        }
        let first = sheet
            .values_of(line, 4.0)
            .into_iter()
            .find(|value| is_name(&value.text))?;
        let mut parts = vec![first];
        while let Some(below) = below(sheet, parts.last()?) {
            if parts.len() >= MOST_LINES || !is_name(&below.text) {
                break;
            }
            parts.push(below);
        }
        let parts: Vec<&str> = parts.iter().map(|line| line.text.as_str()).collect();
        as_name(&parts)
    })
}

fn below<'a>(sheet: &'a Sheet, last: &Line) -> Option<&'a Line> {
    sheet
        .lines
        .iter()
        .filter(|below| last.is_continued_by(below, 1.7))
        .min_by(|a, b| a.down.total_cmp(&b.down))
        .filter(|below| super::labels::label(&below.text).is_none())
}

pub(super) fn is_name(text: &str) -> bool {
    let upper = text.to_uppercase();
    let words: Vec<&str> = upper.split(' ').collect();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 4
        && !is_noise(text)
        && !is_address(&words)
        && !is_town(&words)
        && find_date(text).is_none_or(|date| date.before >= 2)
        && as_sheet_number(text).is_none_or(|(_, form)| form == Form::Free)
}

/// The name that these lines make.
pub(super) fn as_name(parts: &[&str]) -> Option<String> {
    let joined = parts
        .iter()
        .map(|part| without_date(part))
        .collect::<Vec<_>>()
        .join(" ");
    let name = joined.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '–' | ':' | ',' | ';' | '|')
    });
    (is_name(name) && name.chars().count() <= LONGEST_NAME && !name.contains('\u{fffd}'))
        .then(|| name.to_owned())
}

/// Whether a text is the name of a project rather than of a sheet: no kind of drawing in it.
pub(super) fn may_be_project(text: &str) -> bool {
    is_name(text) && trade_points(without_date(text)) < 3.0 && text.split(' ').count() >= 2
}

/// The project's number: a word with figures by its label. `PROJECT` and `JOB` may stand over it as well,
/// and where there is none the contract has one.
pub(super) fn project_number(sheet: &Sheet, sheet_number: Option<&Line>) -> Option<String> {
    let number_by = |wanted, most_values| number_by(sheet, sheet_number, wanted, most_values);
    number_by(Label::ProjectNumber, 2)
        .or_else(|| number_by(Label::ProjectName, 1))
        .or_else(|| number_by(Label::ContractNumber, 1))
}

fn number_by(
    sheet: &Sheet,
    sheet_number: Option<&Line>,
    wanted: Label,
    most_values: usize,
) -> Option<String> {
    let mut labels: Vec<(&Line, &str)> = sheet
        .labels()
        .filter(|(line, label, _)| *label == wanted && sheet.is_in_title_strip(line))
        .map(|(line, _, rest)| (line, rest))
        .take(MOST_LABELS)
        .collect();
    // A consultant's JOB is another number than the PROJECT's, and a consultant's PROJECT stands with
    // his address, farther from the sheet's number than the fields of the set.
    let distance = |line: &Line| match sheet_number {
        Some(number) => line.distance(number),
        None => {
            let (x, y) = line.centre();
            (sheet.width - x).hypot(sheet.height - y)
        }
    };
    let is_project = |line: &Line| line.text.to_uppercase().contains("PROJ");
    labels.sort_by(|(a, _), (b, _)| {
        let order = is_project(b).cmp(&is_project(a));
        order.then(distance(a).total_cmp(&distance(b)))
    });
    labels.into_iter().find_map(|(line, rest)| {
        if !rest.is_empty() {
            return as_number(rest);
        }
        let values = sheet.values_of(line, 3.0);
        values
            .into_iter()
            .take(most_values)
            .find_map(|value| as_number(&value.text))
            .or_else(|| as_number(&sheet.value_across(line)?.text))
            .or_else(|| as_number(&sheet.value_over(line)?.text))
    })
}

/// `1801.02`, `NSU-2021-0364`, `FTK 73301`.
fn as_number(text: &str) -> Option<String> {
    let text = text.trim().trim_matches([':', ',', ';', '#']);
    let figures = |word: &str| word.chars().filter(char::is_ascii_digit).count();
    let (letters, word) = text.split_once(' ').unwrap_or(("", text));
    let is_series = letters.len() <= 5 && letters.chars().all(|c| c.is_ascii_uppercase());
    let is_plain = word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/' | '_' | '(' | ')'));
    let is_number = figures(word) >= 2 && is_series && is_plain && text.len() <= 24;
    (is_number && find_date(text).is_none()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::title_block::tests::page;
    use super::*;

    #[test]
    fn name_and_number_stand_by_their_labels() {
        let page = page(2592.0, 1728.0)
            .print("PROJECT", 2300.0, 1200.0, 7.0)
            .print("HARBOUR LIBRARY", 2300.0, 1214.0, 12.0)
            .print("EAST WING", 2300.0, 1230.0, 12.0)
            .print("12 QUAY STREET", 2300.0, 1246.0, 12.0)
            .print("PROJECT NO.", 2300.0, 1400.0, 7.0)
            .print("1801.02", 2300.0, 1412.0, 9.0)
            .print("DATE", 2400.0, 1400.0, 7.0)
            .print("03/12/2018", 2400.0, 1412.0, 9.0);
        let sheet = page.sheet();
        assert_eq!(
            project_name(&sheet).as_deref(),
            Some("HARBOUR LIBRARY EAST WING")
        );
        assert_eq!(project_number(&sheet, None).as_deref(), Some("1801.02"));
    }

    #[test]
    fn the_number_of_the_project_goes_before_those_of_consultants_and_contracts() {
        let numbers = [
            ("Job: S24-210", "S24-210"),
            ("Project No.: JHA-2311", "JHA-2311"),
            ("CONTRACT NO. 18-2207", "18-2207"),
            ("job #1955", "1955"),
            ("PROJECT NUMBER: FTK 73301", "FTK 73301"),
        ];
        let number = |lines: &[(&str, &str)]| {
            let mut page = page(2592.0, 1728.0);
            for (row, (text, _)) in (0..).zip(lines) {
                page = page.print(text, 2300.0, 1200.0 + 14.0 * f64::from(row), 9.0);
            }
            project_number(&page.sheet(), None)
        };
        assert_eq!(number(&numbers[..4]).as_deref(), Some("JHA-2311"));
        for one in numbers {
            assert_eq!(number(&[one]).as_deref(), Some(one.1));
        }
    }

    #[test]
    fn a_label_may_stand_under_its_number() {
        let page = page(2592.0, 1728.0)
            .print("Job No: D-7731", 2300.0, 300.0, 7.0)
            .print("JULY 8, 2022", 2395.0, 1530.0, 9.0)
            .print("ISSUE DATE", 2400.0, 1540.0, 5.0)
            .print("A22031.00", 2400.0, 1560.0, 9.0)
            .print("COMMISSION NO", 2395.0, 1570.0, 5.0)
            .print("FIRST FLOOR PLAN", 2380.0, 1600.0, 13.0);
        let sheet = page.sheet();
        assert_eq!(project_number(&sheet, None).as_deref(), Some("A22031.00"));
    }

    #[test]
    fn a_consultants_project_number_is_not_the_sets() {
        let page = page(2592.0, 1728.0)
            .print("Prairie Consulting Group", 2300.0, 300.0, 6.0)
            .print("Project No. 8834", 2300.0, 308.0, 6.0)
            .print("PROJECT NUMBER", 2300.0, 1400.0, 5.0)
            .print("21-0457", 2302.0, 1411.0, 8.0);
        let sheet = page.sheet();
        assert_eq!(project_number(&sheet, None).as_deref(), Some("21-0457"));
    }

    #[test]
    fn a_label_without_a_value_gives_none() {
        let page = page(2592.0, 1728.0)
            .print("PROJECT NO.", 2300.0, 1400.0, 7.0)
            .print("SCALE", 2300.0, 1414.0, 7.0)
            .print("1801", 2300.0, 1426.0, 7.0);
        assert_eq!(project_number(&page.sheet(), None), None);
        assert_eq!(project_name(&page.sheet()), None);
    }

    #[test]
    fn towns_and_dates_are_no_project() {
        assert!(!is_name("SOMERS, WI"));
        assert!(!is_name("03/12/2018"));
        assert!(may_be_project(
            "FACILITY BUILDING FOR SOMEBODY - 09/12/2018"
        ));
        assert!(!may_be_project("EXISTING MAIN FLOOR PLAN"));
    }
}
