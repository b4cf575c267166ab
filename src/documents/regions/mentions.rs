//! Where a sheet names another one: `3/A5.01`, `SEE SHEET S-201`, `DETAIL 5 ON SHEET A3.2`, and the
//! bubbles of sections and elevations with a number over a sheet's number.

use hayro::kurbo::Rect;

use super::super::layout::Mention;
use super::super::lines::Line;
use super::super::sheets::as_sheet_number;
use super::frame::Frame;
use super::plane::{Plane, area_of, middle};
use super::titles::{bubble_text, circle_area, is_view_number};

const MOST_MENTIONS: usize = 2_000;
/// The longest number of a sheet, in bytes: those of ISO 19650 have seven parts and more.
const LONGEST_NUMBER: usize = 40;

/// All places of the sheet that name other sheets, from the top.
pub(super) fn find(plane: &Plane, frame: &Frame) -> Vec<Mention> {
    let mut found: Vec<(Rect, String, String, Option<String>)> = Vec::new();
    let drawn: Vec<&Line> = plane
        .lines
        .iter()
        .filter(|line| frame.is_drawn_on(middle(line)))
        .collect();
    for line in &drawn {
        if found.len() >= MOST_MENTIONS {
            break;
        }
        for named in in_text(&line.text) {
            let area = part_of(line, named.from, named.to);
            found.push((area, named.text, named.sheet, named.view));
        }
    }
    let parted: Vec<Line> = drawn.iter().flat_map(|line| numbers_of(line)).collect();
    let mut by_height: Vec<&Line> = drawn
        .iter()
        .copied()
        .chain(&parted)
        .filter(|line| line.text.len() <= LONGEST_NUMBER)
        .collect();
    by_height.sort_by(|a, b| a.top.total_cmp(&b.top));
    in_bubbles(plane, &by_height, &mut found);
    beside_each_other(&by_height, &mut found);
    found.sort_by(|a, b| {
        (a.0.y0, a.0.x0)
            .partial_cmp(&(b.0.y0, b.0.x0))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    found
        .into_iter()
        .map(|(area, text, sheet_number, view)| Mention {
            text,
            sheet_number,
            view,
            display_box: plane.display_box(area),
        })
        // One beside the page cannot be shown, nor one too small for it.
        .filter(|mention| mention.display_box.has_area())
        .take(MOST_MENTIONS)
        .collect()
}

/// The numbers of a line that has nothing else, each as a line of its own: marks may stand so close
/// that their numbers make one line, `2 A200` or `A-302 A-302`.
fn numbers_of(line: &Line) -> Vec<Line> {
    if !(2..=4).contains(&line.word_count) || line.text.len() > 4 * LONGEST_NUMBER {
        return Vec::new();
    }
    let words: Vec<&str> = line.text.split(' ').collect();
    let is_sheet = |word: &str| as_sheet_number(word).is_some_and(|sheet| is_specific(&sheet));
    let all = words
        .iter()
        .all(|word| is_sheet(word) || is_view_number(word));
    if !all || !words.iter().any(|word| is_sheet(word)) {
        return Vec::new();
    }
    let parts = words.iter().enumerate().map(|(at, word)| {
        let area = part_of(line, at, at + 1);
        Line {
            text: (*word).to_owned(),
            word_count: 1,
            left: area.x0,
            top: area.y0,
            right: area.x1,
            bottom: area.y1,
            ..line.clone()
        }
    });
    parts.collect()
}

/// The box of the words from one to another, taking all letters as equally wide.
fn part_of(line: &Line, from: usize, to: usize) -> Rect {
    let area = area_of(line);
    if line.angle != 0 {
        return area;
    }
    let count = line.text.chars().count().max(1) as f64;
    let words: Vec<usize> = line
        .text
        .split(' ')
        .map(|word| word.chars().count())
        .collect();
    let before: usize = words.iter().take(from).map(|length| length + 1).sum();
    let until: usize = words
        .iter()
        .take(to)
        .map(|length| length + 1)
        .sum::<usize>()
        - 1;
    let at = |letters: usize| area.x0 + area.width() * (letters as f64 / count).min(1.0);
    Rect::new(at(before), area.y0, at(until), area.y1)
}

#[derive(Debug, PartialEq)]
struct Named {
    /// Words of the line: the first, and the one after the last.
    from: usize,
    to: usize,
    text: String,
    sheet: String,
    view: Option<String>,
}

/// Words that announce a sheet's number.
const SHEET_WORDS: &[&str] = &[
    "SHEET", "SHEETS", "SHT", "SHTS", "DWG", "DWGS", "DRAWING", "DRAWINGS", "DRG",
];
/// Words that point; a sheet's number may follow at once.
const POINTING_WORDS: &[&str] = &["SEE", "RE", "REF", "REFER", "REFERENCE", "PER"];
/// Words before the number of a view.
const VIEW_WORDS: &[&str] = &[
    "DETAIL",
    "DETAILS",
    "DTL",
    "DET",
    "SECTION",
    "SECTIONS",
    "ELEVATION",
    "ELEV",
    "VIEW",
    "PLAN",
    "SCHEDULE",
];

fn in_text(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    if text.len() > 2_000 || !text.chars().any(|c| c.is_ascii_digit()) {
        return found;
    }
    let upper = text.to_uppercase();
    let words: Vec<&str> = upper.split(' ').collect();
    let bare = |index: usize| {
        words.get(index).map_or("", |word| {
            word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/')
        })
    };
    let cut = |from: usize, to: usize| {
        let words: Vec<&str> = text.split(' ').collect();
        words.get(from..to).unwrap_or(&[]).join(" ")
    };
    let mut next = 0;
    while next < words.len() {
        let here = next;
        next += 1;
        // `3/A5.01` and `3 / A5.01`.
        if let Some((view, sheet)) = bare(here).rsplit_once('/') {
            let pair = if view.is_empty() && here > 0 {
                Some((bare(here - 1), sheet, here - 1, here + 1))
            } else if sheet.is_empty() && !view.is_empty() {
                Some((view, bare(here + 1), here, here + 2))
            } else {
                Some((view, sheet, here, here + 1))
            };
            let pair = match pair {
                Some(("", "", ..)) if here > 0 => {
                    Some((bare(here - 1), bare(here + 1), here - 1, here + 2))
                }
                Some((view, "", from, _)) if here > 0 && view.len() <= 4 => {
                    Some((view, bare(here + 1), from, here + 2))
                }
                other => other,
            };
            if let Some((view, sheet, from, to)) = pair
                && let Some(sheet) = referred(view, sheet)
                && to <= words.len()
            {
                found.push(Named {
                    from,
                    to,
                    text: cut(from, to),
                    sheet,
                    view: Some(view.to_owned()),
                });
                next = to;
            }
            continue;
        }
        let is_sheet_word = SHEET_WORDS.contains(&bare(here));
        if !is_sheet_word && !POINTING_WORDS.contains(&bare(here)) {
            continue;
        }
        let mut at = here + 1;
        while matches!(bare(at), "NO" | "NOS" | "NUMBER" | "TO" | "ALSO") && at < here + 3 {
            at += 1;
        }
        let mut first = true;
        while let Some(sheet) = as_sheet_number(bare(at)) {
            let sure = is_sheet_word || is_specific(&sheet);
            if !sure || bare(at).contains('/') {
                break;
            }
            let (from, view) = if first {
                view_before(&words, here)
            } else {
                (at, None)
            };
            found.push(Named {
                from,
                to: at + 1,
                text: cut(from, at + 1),
                sheet,
                view,
            });
            first = false;
            next = at + 1;
            at += 1;
            if matches!(bare(at), "AND" | "OR" | "THRU" | "&" | "THROUGH" | "") && at < words.len()
            {
                at += 1;
            }
        }
    }
    found
}

/// The number after `DETAIL` when `ON`, `OF` or nothing stands between it and the sheet's word.
fn view_before(words: &[&str], sheet_word: usize) -> (usize, Option<String>) {
    let bare = |index: usize| {
        words
            .get(index)
            .map_or("", |word| word.trim_matches(|c: char| !c.is_alphanumeric()))
    };
    let mut at = sheet_word;
    while at > 0 && matches!(bare(at - 1), "ON" | "OF" | "IN" | "" | "AT" | "/") {
        at -= 1;
    }
    let Some(number) = at.checked_sub(1) else {
        return (sheet_word, None);
    };
    let Some(word) = number.checked_sub(1) else {
        return (sheet_word, None);
    };
    if VIEW_WORDS.contains(&bare(word)) && is_view_number(bare(number)) {
        return (word, Some(bare(number).to_owned()));
    }
    (sheet_word, None)
}

/// The sheet of `view/sheet`, when both have their shape. `N/A`, `W/D2` and fractions have not.
fn referred(view: &str, sheet: &str) -> Option<String> {
    let view_ok = view
        .split([',', '&'])
        .all(|one| !one.is_empty() && is_view_number(one));
    let has_figure = view.chars().any(|c| c.is_ascii_digit());
    let sheet = as_sheet_number(sheet)?;
    let ok = view_ok && (has_figure || (is_specific(&sheet) && view != "W" && view != "N"));
    ok.then_some(sheet)
}

/// Numbers that tags of doors, finishes and equipment seldom have: three figures or a dot, and a
/// designator of the US National CAD Standard before them.
pub(super) fn is_specific(sheet: &str) -> bool {
    let figures = sheet.chars().filter(char::is_ascii_digit).count();
    let designator = sheet
        .chars()
        .next()
        .is_some_and(|letter| "GHVBCLSAIQFPDMETRXZ".contains(letter));
    let letters = sheet.chars().take_while(char::is_ascii_alphabetic).count();
    designator && letters <= 2 && (figures >= 3 || (figures >= 2 && sheet.contains(['.', '-'])))
}

/// A bubble of a section or a detail: the view's number over the sheet's.
fn in_bubbles(
    plane: &Plane,
    lines: &[&Line],
    found: &mut Vec<(Rect, String, String, Option<String>)>,
) {
    for circle in &plane.circles {
        if found.len() >= MOST_MENTIONS {
            return;
        }
        let (view, sheet) = bubble_text(lines, *circle);
        let (Some(view), Some(sheet)) = (view, sheet) else {
            continue;
        };
        let area = circle_area(*circle);
        let is_known = found
            .iter()
            .rev()
            .take(200)
            .any(|one| one.2 == sheet && area.contains(one.0.center()));
        if !is_known {
            found.push((area, format!("{view}/{sheet}"), sheet, Some(view)));
        }
    }
}

/// A mark without a circle, of an elevation for example: the view's number close to the sheet's, in
/// letters of one size.
fn beside_each_other(lines: &[&Line], found: &mut Vec<(Rect, String, String, Option<String>)>) {
    let known = found.len();
    let numbers: Vec<&&Line> = lines
        .iter()
        .filter(|line| is_view_number(&line.text) && line.text.chars().all(|c| c.is_ascii_digit()))
        .collect();
    for line in lines {
        if found.len() >= MOST_MENTIONS {
            return;
        }
        let Some(sheet) = as_sheet_number(&line.text).filter(|sheet| is_specific(sheet)) else {
            continue;
        };
        let area = area_of(line);
        let is_known = found
            .iter()
            .take(known)
            .any(|one| one.2 == sheet && one.0.inflate(2.0, 2.0).contains(area.center()));
        if is_known || line.word_count != 1 {
            continue;
        }
        let start = numbers.partition_point(|number| number.top < area.y0 - 5.0 * line.size);
        let end = numbers.partition_point(|number| number.top <= area.y1 + 5.0 * line.size);
        let near = numbers
            .get(start..end)
            .unwrap_or(&[])
            .iter()
            .filter(|number| {
                let ratio = number.size / line.size;
                // In the mark of an elevation the view stands in the arrow, over or under the sheet.
                let (x, _) = number.centre();
                let is_centred = (x - line.centre().0).abs() < 0.4 * line.size;
                let reach = if is_centred { 2.2 } else { 1.6 };
                number.text.len() <= 2
                    && number.angle == line.angle
                    && (0.8..=1.25).contains(&ratio)
                    && number.distance(line) < reach * line.size
            })
            .min_by(|a, b| a.distance(line).total_cmp(&b.distance(line)));
        if let Some(number) = near {
            found.push((
                area.union(area_of(number)),
                format!("{}/{sheet}", number.text),
                sheet,
                Some(number.text.clone()),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::strokes::Circle;
    use super::super::tests::{canvas, plane_of};
    use super::*;

    fn named(text: &str) -> Vec<(String, Option<String>)> {
        in_text(text)
            .into_iter()
            .map(|named| (named.sheet, named.view))
            .collect()
    }

    #[test]
    fn other_sheets_are_found_in_running_text() {
        for (text, sheet, view) in [
            ("3/A5.01", "A5.01", Some("3")),
            ("SEE 1/A-301 FOR STAIR", "A-301", Some("1")),
            ("RE: 4/S3.1", "S3.1", Some("4")),
            ("3 / A5.01", "A5.01", Some("3")),
            ("SEE SHEET S-201", "S-201", None),
            ("REFER TO A-501", "A-501", None),
            ("SEE DETAIL 5 ON SHEET A3.2.", "A3.2", Some("5")),
            ("DWG. M-101", "M-101", None),
            ("DETAIL B/A601", "A601", Some("B")),
        ] {
            assert_eq!(
                named(text),
                [(sheet.to_owned(), view.map(str::to_owned))],
                "{text}"
            );
        }
        assert_eq!(named("SEE SHEETS A-101, A-102 AND A-103").len(), 3);
    }

    #[test]
    fn scales_dates_fractions_and_tags_are_no_sheets() {
        for text in [
            "1/4\" = 1'-0\"",
            "3/12/2018",
            "5/8 GWB",
            "N/A",
            "W/D2",
            "SEE PLAN",
            "SEE P-1",
            "OFFICE A101",
            "PT-1/PT-2",
            "24/7",
            "CT-1/VCT-1",
        ] {
            assert_eq!(named(text), [], "{text}");
        }
    }

    #[test]
    fn a_bubble_and_a_mark_without_one_name_view_and_sheet() {
        let mut page = canvas(
            2592.0,
            1728.0,
            &[
                ("2", 298.0, 296.0, 6.0),
                ("A300", 292.0, 306.0, 6.0),
                ("A200", 492.0, 306.0, 6.0),
                ("3", 498.0, 316.0, 6.0),
                ("A205", 900.0, 306.0, 6.0),
            ],
        );
        page.strokes.circles.push(Circle {
            x: 300.0,
            y: 299.0,
            radius: 14.0,
        });
        let plane = plane_of(&page);
        let frame = Frame::of(&plane);
        let found = find(&plane, &frame);
        let texts: Vec<&str> = found.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(texts, ["2/A300", "3/A200"]);
    }

    #[test]
    fn what_cannot_be_shown_on_its_page_is_not_told() {
        let found = |side: f64| {
            let text = [("SEE SHEET A-201", 100.0, 100.0, 8.0)];
            let page = canvas(side, side, &text);
            let plane = plane_of(&page);
            find(&plane, &Frame::of(&plane)).len()
        };
        assert_eq!(found(1_000.0), 1);
        assert_eq!(found(1e9), 0, "its box would be empty");
    }

    #[test]
    fn the_mark_of_an_elevation_is_read_beside_and_over_its_sheet() {
        let page = canvas(
            2592.0,
            1728.0,
            &[
                ("2", 480.0, 306.0, 7.0),
                ("A200", 491.0, 306.0, 7.0),
                ("1", 806.0, 300.0, 7.0),
                ("A201", 800.0, 322.0, 7.0),
                ("14", 1200.0, 300.0, 7.0),
                ("A202", 1260.0, 322.0, 7.0),
            ],
        );
        let plane = plane_of(&page);
        let found = find(&plane, &Frame::of(&plane));
        let texts: Vec<&str> = found.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(texts, ["1/A201", "2/A200"]);
    }

    #[test]
    fn bubbles_side_by_side_do_not_lose_their_sheets() {
        let mut page = canvas(
            2592.0,
            1728.0,
            &[
                ("1", 504.0, 594.0, 4.0),
                ("3", 519.0, 594.0, 4.0),
                ("A-302", 500.0, 600.0, 4.0),
                ("A-303", 515.0, 600.0, 4.0),
            ],
        );
        for x in [505.5, 520.5] {
            page.strokes.circles.push(Circle {
                x,
                y: 596.0,
                radius: 7.0,
            });
        }
        let plane = plane_of(&page);
        let found = find(&plane, &Frame::of(&plane));
        let mut texts: Vec<&str> = found.iter().map(|one| one.text.as_str()).collect();
        texts.sort_unstable();
        assert_eq!(texts, ["1/A-302", "3/A-303"]);
    }

    #[test]
    fn a_bubble_may_hold_the_long_number_of_a_sheet() {
        let mut page = canvas(
            2592.0,
            1728.0,
            &[
                ("2", 598.0, 596.0, 6.0),
                ("ABC-XYZ-ZZ-01-DR-A-30100", 562.0, 608.0, 5.0),
            ],
        );
        page.strokes.circles.push(Circle {
            x: 600.0,
            y: 600.0,
            radius: 44.0,
        });
        let plane = plane_of(&page);
        let found = find(&plane, &Frame::of(&plane));
        let sheets: Vec<&str> = found.iter().map(|one| one.sheet_number.as_str()).collect();
        assert_eq!(sheets, ["ABC-XYZ-ZZ-01-DR-A-30100"]);
    }
}
