//! Project name and number as a title block's labels give them.
//! Asked for each sheet once the set is known.

use super::super::lines::Line;
use super::dates::{find_date, without_date};
use super::labels::Label;
use super::number_shape::{Form, as_sheet_number};
use super::sheet_name::{FoundName, is_address, is_noise};
use super::title_block::Sheet;
use super::trade_words::trade_points;

const MOST_LABELS: usize = 20;
/// Lines that a project's name may have.
const MOST_LINES: usize = 3;
const LONGEST_NAME: usize = 160;
const MOST_CANDIDATES: usize = 60;

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

/// `SOMERS, WI`: a town and its state.
fn is_town(words: &[&str]) -> bool {
    words.last().is_some_and(|last| last.len() == 2)
        && words
            .iter()
            .rev()
            .nth(1)
            .is_some_and(|town| town.ends_with(','))
}

/// A project without a label: title blocks name it in letters about as large as the sheet's name, over
/// the place where it is built. `is_fixed` tells which lines stand on the other sheets of the set too.
pub(super) fn project_over_its_place(
    sheet: &Sheet,
    name: &FoundName,
    is_fixed: &dyn Fn(&Line) -> bool,
) -> Option<String> {
    let least = 0.6 * name.lines.first()?.size;
    let is_free = |at: usize, line: &Line| {
        sheet.label_of(at).is_none()
            && line.size >= least
            && !line.text.contains(':')
            && is_fixed(line)
            && !name.lines.iter().any(|own| own.text == line.text)
    };
    let lines: Vec<&Line> = sheet
        .lines
        .iter()
        .enumerate()
        .filter(|(at, line)| is_free(*at, line) && sheet.is_in_title_strip(line))
        .map(|(_, line)| line)
        .filter(|line| !is_noise(&line.text) && as_name_part(&line.text))
        .take(MOST_CANDIDATES)
        .filter(|line| !is_of_party(sheet, line))
        .collect();
    lines
        .iter()
        .filter(|line| stands_over_place(sheet, line))
        .filter_map(|line| {
            let mut parts = vec![*line];
            while let Some(above) = lines.iter().find(|above| {
                parts
                    .first()
                    .is_some_and(|first| above.is_continued_by(first, 1.7))
            }) {
                if parts.len() >= MOST_LINES {
                    break;
                }
                parts.insert(0, above);
            }
            let texts: Vec<&str> = parts.iter().map(|line| line.text.as_str()).collect();
            let text = as_name(&texts).filter(|text| may_be_project(text))?;
            Some((line.size, text))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, text)| text)
}

/// Whether a label such as OWNER announces the line.
fn is_of_party(sheet: &Sheet, line: &Line) -> bool {
    sheet.labels().any(|(label, kind, rest)| {
        kind == Label::Party && rest.is_empty() && sheet.is_value_of(label, line, 4.0)
    })
}

fn as_name_part(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() >= 4
        && !is_town(&text.to_uppercase().split(' ').collect::<Vec<_>>())
}

/// Whether the next line below is a street or a town. A telephone number or an address of the net makes
/// it a firm's.
fn stands_over_place(sheet: &Sheet, line: &Line) -> bool {
    let mut below: Vec<&Line> = sheet
        .lines
        .iter()
        .filter(|below| {
            let step = below.down - line.down;
            below.angle == line.angle
                && step > 0.2 * line.size
                && step <= 6.0 * line.size
                && below.start < line.end
                && below.end > line.start
        })
        .collect();
    below.sort_by(|a, b| a.down.total_cmp(&b.down));
    let Some(next) = below.first() else {
        return false;
    };
    let upper = next.text.to_uppercase();
    let words: Vec<&str> = upper.split(' ').collect();
    let is_near = next.down - line.down <= 2.5 * line.size;
    is_near
        && (is_address(&words) || is_town(&words))
        && !below
            .iter()
            .take(3)
            .any(|line| reaches_somebody(&line.text))
}

/// `608.251.8777`, `office@firm.com`: a street and a postal code have fewer figures.
fn reaches_somebody(text: &str) -> bool {
    let figures = text.chars().filter(char::is_ascii_digit).count();
    let is_date = find_date(text).is_some();
    let upper = text.to_uppercase();
    let is_of_the_net = ["@", "WWW.", ".COM", "HTTP"]
        .iter()
        .any(|sign| upper.contains(sign));
    is_of_the_net || (figures >= 10 && !is_date)
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

/// The project's number: one word with figures by its label.
pub(super) fn project_number(sheet: &Sheet) -> Option<String> {
    let labels = sheet
        .labels()
        .filter(|(line, label, _)| *label == Label::ProjectNumber && sheet.is_in_title_strip(line));
    labels.take(MOST_LABELS).find_map(|(line, _, rest)| {
        if !rest.is_empty() {
            return as_number(rest);
        }
        let values = sheet.values_of(line, 3.0);
        values
            .into_iter()
            .take(2)
            .find_map(|value| as_number(&value.text))
    })
}

fn as_number(text: &str) -> Option<String> {
    let word = text.trim().trim_matches([':', ',', ';']);
    let figures = word.chars().filter(char::is_ascii_digit).count();
    let is_plain = word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/' | '_' | '(' | ')'));
    (figures >= 2 && is_plain && word.len() <= 24 && find_date(word).is_none())
        .then(|| word.to_owned())
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
        assert_eq!(project_number(&sheet).as_deref(), Some("1801.02"));
    }

    #[test]
    fn a_label_without_a_value_gives_none() {
        let page = page(2592.0, 1728.0)
            .print("PROJECT NO.", 2300.0, 1400.0, 7.0)
            .print("SCALE", 2300.0, 1414.0, 7.0)
            .print("1801", 2300.0, 1426.0, 7.0);
        assert_eq!(project_number(&page.sheet()), None);
        assert_eq!(project_name(&page.sheet()), None);
    }

    fn over_its_place(lines: &[(&str, f64, f64)]) -> Option<String> {
        let mut page = page(2592.0, 1728.0);
        for (text, down, size) in lines {
            page = page.print(text, 2300.0, *down, *size);
        }
        let sheet = page.sheet();
        let line = sheet.lines.iter().find(|line| line.text == "FLOOR PLAN");
        let name = FoundName {
            text: "FLOOR PLAN".to_owned(),
            lines: line.cloned().into_iter().collect(),
            labelled: false,
        };
        project_over_its_place(&sheet, &name, &|_| true)
    }

    #[test]
    fn a_project_without_a_label_stands_over_its_street_or_town() {
        for place in ["410 MILL STREET", "SOMERS, WI"] {
            let found = over_its_place(&[
                ("HARBOUR LIBRARY", 1200.0, 14.0),
                ("EAST WING", 1216.0, 14.0),
                (place, 1234.0, 12.0),
                ("FLOOR PLAN", 1400.0, 14.0),
            ]);
            assert_eq!(found.as_deref(), Some("HARBOUR LIBRARY EAST WING"));
        }
    }

    #[test]
    fn who_has_a_telephone_or_small_letters_is_no_project() {
        for (size, below) in [(14.0, "608.251.8777"), (6.0, "SOMERS, WI")] {
            let found = over_its_place(&[
                ("NORTH AND MARSH", 1200.0, size),
                ("410 MILL STREET", 1200.0 + 1.3 * size, size),
                (below, 1200.0 + 2.6 * size, size),
                ("FLOOR PLAN", 1400.0, 14.0),
            ]);
            assert_eq!(found, None);
        }
    }

    #[test]
    fn the_owner_is_no_project() {
        let found = over_its_place(&[
            ("OWNER", 1190.0, 7.0),
            ("NORTH AND MARSH", 1204.0, 14.0),
            ("410 MILL STREET", 1220.0, 14.0),
            ("FLOOR PLAN", 1400.0, 14.0),
        ]);
        assert_eq!(found, None);
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
