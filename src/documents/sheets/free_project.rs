//! A project that no label announces: what stands over the place where it is built, or speaks of a
//! building or of work at one. Asked for each sheet once the set is known.

use super::super::lines::Line;
use super::labels::Label;
use super::project::{MOST_LINES, as_name, may_be_project};
use super::sheet_name::{FoundName, is_address, is_noise};
use super::title_block::Sheet;
use super::trade_words::names_kind;

const MOST_CANDIDATES: usize = 60;

/// Work at a building, and what is built.
const SUBJECTS: &[&str] = &[
    "ADDITION",
    "ADDITIONS",
    "RENOVATION",
    "RENOVATIONS",
    "REMODEL",
    "REMODELING",
    "ALTERATION",
    "ALTERATIONS",
    "EXPANSION",
    "IMPROVEMENT",
    "IMPROVEMENTS",
    "RECONSTRUCTION",
    "REPLACEMENT",
    "REHABILITATION",
    "RESTORATION",
    "REDEVELOPMENT",
    "DEVELOPMENT",
    "MODERNIZATION",
    "UPGRADE",
    "UPGRADES",
    "FIT-OUT",
    "FITOUT",
    "RETROFIT",
    "RELOCATION",
    "CONVERSION",
    "RESIDENCE",
    "RESIDENCES",
    "HOUSE",
    "HOME",
    "HOMES",
    "SCHOOL",
    "LIBRARY",
    "CENTER",
    "CENTRE",
    "BUILDING",
    "HALL",
    "CLINIC",
    "HOSPITAL",
    "COURTHOUSE",
    "TOWER",
    "TOWERS",
    "PARK",
    "PLANT",
    "FACILITY",
    "STATION",
    "APARTMENTS",
    "CONDOMINIUMS",
    "CHURCH",
    "CHAPEL",
    "BRIDGE",
    "HANGAR",
    "GARAGE",
    "WAREHOUSE",
    "TERMINAL",
    "MUSEUM",
    "THEATER",
    "THEATRE",
    "ARENA",
    "STADIUM",
    "GYMNASIUM",
    "DORMITORY",
    "BARRACKS",
    "LABORATORY",
    "LABORATORIES",
    "CAMPUS",
    "PLAZA",
    "MALL",
    "STORE",
    "RESTAURANT",
    "HOTEL",
    "ANNEX",
    "COMPLEX",
    "ACADEMY",
    "HEADQUARTERS",
    "SUBDIVISION",
    "DENTISTRY",
    "PAVILION",
    "LODGE",
    "CABIN",
    "VILLAS",
    "LOFTS",
    "COMMONS",
];
/// How the names of owners and authorities begin, and what they end with.
const OWNERS: &[&str] = &[
    "COUNTY OF ",
    "CITY OF ",
    "TOWN OF ",
    "VILLAGE OF ",
    "STATE OF ",
    "DEPARTMENT OF ",
    "DEPT. OF ",
    "OFFICE OF ",
    "BOARD OF ",
    "UNIVERSITY OF ",
    "U.S. ",
    "US ",
    "UNITED STATES ",
    "BOROUGH OF ",
    "TOWNSHIP OF ",
    "DIVISION OF ",
    "BUREAU OF ",
];
const OWNERS_ENDS: &[&str] = &[
    "CORPORATION",
    "UNIVERSITY",
    "COLLEGE",
    "DISTRICT",
    "COMPANY",
    "AUTHORITY",
    "COMMISSION",
    "AGENCY",
    "DEPARTMENT",
    "SCHOOLS",
    "TRUST",
    "MINISTRY",
    "COUNCIL",
];

/// The states as title blocks print them after a town.
const STATES: &[&str] = &[
    "ALABAMA",
    "ALASKA",
    "ARIZONA",
    "ARKANSAS",
    "CALIFORNIA",
    "COLORADO",
    "CONNECTICUT",
    "DELAWARE",
    "FLORIDA",
    "GEORGIA",
    "HAWAII",
    "IDAHO",
    "ILLINOIS",
    "INDIANA",
    "IOWA",
    "KANSAS",
    "KENTUCKY",
    "LOUISIANA",
    "MAINE",
    "MARYLAND",
    "MASSACHUSETTS",
    "MICHIGAN",
    "MINNESOTA",
    "MISSISSIPPI",
    "MISSOURI",
    "MONTANA",
    "NEBRASKA",
    "NEVADA",
    "NEW HAMPSHIRE",
    "NEW JERSEY",
    "NEW MEXICO",
    "NEW YORK",
    "NORTH CAROLINA",
    "NORTH DAKOTA",
    "OHIO",
    "OKLAHOMA",
    "OREGON",
    "PENNSYLVANIA",
    "RHODE ISLAND",
    "SOUTH CAROLINA",
    "SOUTH DAKOTA",
    "TENNESSEE",
    "TEXAS",
    "UTAH",
    "VERMONT",
    "VIRGINIA",
    "WASHINGTON",
    "WEST VIRGINIA",
    "WISCONSIN",
    "WYOMING",
];

/// `SOMERS, WI` and `FORT KNOX, KENTUCKY`: a town and its state.
pub(super) fn is_town(words: &[&str]) -> bool {
    let ends_with = |state: &str| {
        let count = state.split(' ').count();
        let Some(start) = words.len().checked_sub(count) else {
            return false;
        };
        let ends = state.split(' ').eq(words.iter().skip(start).copied());
        let mut before = words.iter().take(start);
        ends && before.next_back().is_some_and(|town| town.ends_with(','))
    };
    let last = words.last().copied().unwrap_or("");
    (last.len() == 2 && ends_with(last)) || STATES.iter().any(|state| ends_with(state))
}

/// A project without a label: title blocks name it in letters about as large as the sheet's name, over
/// the place where it is built. `is_fixed` tells which lines stand on the other sheets of the set too.
pub(super) fn project_over_its_place(
    sheet: &Sheet,
    name: Option<&FoundName>,
    is_fixed: &dyn Fn(&Line) -> bool,
) -> Option<String> {
    let lines = candidates(sheet, name, 0.6, is_fixed);
    let found = lines
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
            let text = name_of(&parts).filter(|text| may_be_project(text))?;
            Some((line.size, text))
        });
    of_largest(found)
}

/// The name that the first of these lines make.
fn name_of(lines: &[&Line]) -> Option<String> {
    let texts = lines.iter().take(MOST_LINES);
    as_name(&texts.map(|line| line.text.as_str()).collect::<Vec<_>>())
}

/// The text in the largest letters.
fn of_largest(found: impl Iterator<Item = (f64, String)>) -> Option<String> {
    let largest = found.max_by(|a, b| a.0.total_cmp(&b.0));
    largest.map(|(_, text)| text)
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

/// Whether the next line below is a street or a town, or the one after a second line of the name. A
/// telephone number or an address of the net makes it a firm's.
fn stands_over_place(sheet: &Sheet, line: &Line) -> bool {
    let below = below(sheet, line);
    let is_place = |place: &&&Line| {
        let upper = place.text.to_uppercase();
        let words: Vec<&str> = upper.split(' ').collect();
        place.down - line.down <= 4.5 * line.size && (is_address(&words) || is_town(&words))
    };
    below.iter().take(2).any(|place| is_place(&place))
        && !below
            .iter()
            .take(4)
            .any(|line| reaches_somebody(&line.text))
}

/// The next lines under one, the nearest first.
fn below<'a>(sheet: &'a Sheet, line: &Line) -> Vec<&'a Line> {
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
    below
}

/// `608.251.8777`, `(812) 555-0136`, `office@firm.com`.
fn reaches_somebody(text: &str) -> bool {
    let groups: Vec<usize> = text
        .split(|c: char| !c.is_ascii_digit())
        .map(str::len)
        .filter(|length| *length > 0)
        .collect();
    let is_telephone = groups.windows(3).any(|three| three == [3, 3, 4])
        || (text.contains('+') && groups.iter().sum::<usize>() >= 9);
    let upper = text.to_uppercase();
    is_telephone
        || ["@", "WWW.", ".COM", "HTTP"]
            .iter()
            .any(|sign| upper.contains(sign))
}

/// A project without a label and far from its place: letters that speak of a building or of work at one,
/// with the lines that go on above and below.
pub(super) fn project_by_subject(
    sheet: &Sheet,
    name: Option<&FoundName>,
    is_fixed: &dyn Fn(&Line) -> bool,
) -> Option<String> {
    let lines = candidates(sheet, name, 0.5, is_fixed);
    let mut runs: Vec<Vec<&Line>> = Vec::new();
    for line in lines {
        let run = runs
            .iter_mut()
            .find(|run| run.last().is_some_and(|last| goes_on(last, line)));
        match run {
            Some(run) => run.push(line),
            None => runs.push(vec![line]),
        }
    }
    let found = runs.iter().filter(|run| {
        run.iter().any(|line| names_subject(&line.text))
            && !run.last().is_some_and(|last| {
                let below = below(sheet, last);
                below
                    .iter()
                    .take(4)
                    .any(|line| reaches_somebody(&line.text))
            })
    });
    of_largest(found.filter_map(|run| {
        let text = name_of(run).filter(|text| !names_kind(text) && text.contains(' '))?;
        let size = run.iter().map(|line| line.size).fold(0.0, f64::max);
        Some((size, text))
    }))
}

fn goes_on(line: &Line, below: &Line) -> bool {
    let step = below.down - line.down;
    let ratio = below.size / line.size;
    // Under a whole name in larger letters stands who owns it.
    let is_same_name = ratio >= 0.77 || !names_subject(&line.text) || names_subject(&below.text);
    line.angle == below.angle
        && step > 0.0
        && step <= 2.2 * line.size.max(below.size)
        && (0.62..=1.6).contains(&ratio)
        && is_same_name
        && below.start < line.end
        && below.end > line.start
}

fn names_subject(text: &str) -> bool {
    let upper = text.to_uppercase();
    let mut words = upper.split(|c: char| !(c.is_alphanumeric() || c == '-'));
    words.any(|word| SUBJECTS.contains(&word))
}

/// `COUNTY OF WALDEN`, `MONROE SCHOOL DISTRICT`: who builds, not what is built.
pub(super) fn is_owner(text: &str) -> bool {
    let upper = text.to_uppercase();
    OWNERS.iter().any(|owner| upper.starts_with(owner))
        || OWNERS_ENDS.iter().any(|end| {
            let head = upper.trim_end_matches(['.', ',']).strip_suffix(end);
            head.is_some_and(|head| head.ends_with(' '))
        })
}

/// Free lines of the title strip that may name a project, from the first down.
fn candidates<'a>(
    sheet: &'a Sheet,
    name: Option<&FoundName>,
    least: f64,
    is_fixed: &dyn Fn(&Line) -> bool,
) -> Vec<&'a Line> {
    let own = name.map_or(&[][..], |name| &name.lines);
    let least = own
        .first()
        .map_or(sheet.usual_size, |line| least * line.size);
    let is_free = |at: usize, line: &Line| {
        sheet.label_of(at).is_none()
            && line.size >= least
            && !line.text.contains(':')
            && is_fixed(line)
            && !own.iter().any(|own| own.text == line.text)
    };
    sheet
        .lines
        .iter()
        .enumerate()
        .filter(|(at, line)| is_free(*at, line) && sheet.is_in_title_strip(line))
        .map(|(_, line)| line)
        .filter(|line| !is_noise(&line.text) && as_name_part(&line.text) && !is_owner(&line.text))
        .take(MOST_CANDIDATES)
        .filter(|line| !is_of_party(sheet, line))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::title_block::tests::page;
    use super::*;

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
        project_over_its_place(&sheet, Some(&name), &|_| true)
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
    fn a_building_or_work_at_one_is_a_project_and_its_owner_is_none() {
        let page = page(2592.0, 1728.0)
            .print("COUNTY OF WALDEN", 2300.0, 1200.0, 15.0)
            .print("COUNTY ANNEX BUILDING", 2300.0, 1222.0, 13.0)
            .print("SECOND WING", 2300.0, 1240.0, 13.0)
            .print("MASON ENGINEERING BUILDING", 2300.0, 1300.0, 16.0)
            .print("(812) 555-0136", 2300.0, 1320.0, 10.0)
            .print("FLOOR PLAN", 2300.0, 1400.0, 14.0);
        let sheet = page.sheet();
        let line = sheet.lines.iter().find(|line| line.text == "FLOOR PLAN");
        let name = FoundName {
            text: "FLOOR PLAN".to_owned(),
            lines: line.cloned().into_iter().collect(),
            labelled: false,
        };
        assert_eq!(
            project_by_subject(&sheet, Some(&name), &|_| true).as_deref(),
            Some("COUNTY ANNEX BUILDING SECOND WING")
        );
        assert_eq!(project_by_subject(&sheet, Some(&name), &|_| false), None);
    }
}
