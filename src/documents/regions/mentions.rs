//! Where a sheet names another one: in its sentences, and in the bubbles of sections and elevations
//! with a number over a sheet's number.

use hayro::kurbo::Rect;

use super::super::layout::Mention;
use super::super::lines::Line;
use super::super::sheets::as_sheet_number;
use super::super::strokes::Circle;
use super::frame::Frame;
use super::numbering::{Numbering, is_specific};
use super::plane::{Plane, area_of, middle};
use super::sentences::{in_text, is_pointing};
use super::titles::{at_height, bubble_text, circle_area, is_view_number};

const MOST_MENTIONS: usize = 2_000;
/// Lines of one height among which the rest of a sentence is looked for.
const MOST_BESIDE: usize = 400;
/// The longest number of a sheet, in bytes: those of ISO 19650 have seven parts and more.
const LONGEST_NUMBER: usize = 40;

/// A place that names a sheet: its box, its text, the sheet and the view.
type Place = (Rect, String, String, Option<String>);

/// All places of the sheet that name other sheets, from the top. `titles` are the boxes of its
/// drawings' titles: their bubbles may say the sheet itself.
pub(super) fn find(plane: &Plane, frame: &Frame, titles: &[Rect]) -> Vec<Mention> {
    let numbering = Numbering::of(plane, frame);
    let mut found: Vec<Place> = Vec::new();
    let drawn: Vec<&Line> = plane
        .lines
        .iter()
        .filter(|line| frame.is_drawn_on(middle(line)))
        .collect();
    for line in &drawn {
        if found.len() >= MOST_MENTIONS {
            break;
        }
        for named in in_text(&line.text, &numbering) {
            let area = area_of(&line.part(named.from, named.to));
            found.push((area, named.text, named.sheet, named.view));
        }
    }
    over_two_lines(&drawn, &numbering, &mut found);
    let parted: Vec<Line> = drawn.iter().flat_map(|line| numbers_of(line)).collect();
    let mut by_height: Vec<&Line> = drawn
        .iter()
        .copied()
        .chain(&parted)
        .filter(|line| line.text.len() <= LONGEST_NUMBER)
        .collect();
    by_height.sort_by(|a, b| a.top.total_cmp(&b.top));
    in_bubbles(plane, &by_height, &numbering, &mut found);
    beside_each_other(&by_height, &mut found);
    let is_title = |place: &Place| titles.iter().any(|title| title.contains(place.0.center()));
    found.retain(|place| !(numbering.is_own(&place.2) && is_title(place)));
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
    (0..words.len()).map(|at| line.part(at, at + 1)).collect()
}

/// A bubble of a section or a detail: the view's number over the sheet's.
fn in_bubbles(plane: &Plane, lines: &[&Line], numbering: &Numbering, found: &mut Vec<Place>) {
    for circle in &plane.circles {
        if found.len() >= MOST_MENTIONS {
            return;
        }
        let (view, sheet) = bubble_text(lines, *circle);
        let sheet = sheet.or_else(|| {
            let lower = lower_text(lines, *circle)?;
            numbering.plain_sheet(lower)
        });
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

/// The lower of two texts in a bubble.
fn lower_text<'l>(lines: &[&'l Line], circle: Circle) -> Option<&'l str> {
    let mut inside = at_height(lines, circle.y - circle.radius, circle.y + circle.radius)
        .iter()
        .filter(|line| circle_area(circle).contains(middle(line)));
    match (inside.next(), inside.next(), inside.next()) {
        (Some(upper), Some(lower), None) if lower.top > upper.top + 0.5 * upper.size => {
            Some(lower.text.as_str())
        }
        _ => None,
    }
}

/// Numbers that stand at the start of a line, where the sentence in the line above points to them.
fn over_two_lines(drawn: &[&Line], numbering: &Numbering, found: &mut Vec<Place>) {
    let mut by_height: Vec<&Line> = drawn
        .iter()
        .copied()
        .filter(|line| line.angle == 0)
        .collect();
    by_height.sort_by(|a, b| a.top.total_cmp(&b.top));
    for line in &by_height {
        if found.len() >= MOST_MENTIONS {
            return;
        }
        if !is_pointing(&line.text) {
            continue;
        }
        let below = at_height(
            &by_height,
            line.top + 0.5 * line.size,
            line.bottom + line.size,
        );
        let next = below.iter().take(MOST_BESIDE).find(|next| {
            (next.left - line.left).abs() < 3.0 * line.size
                && (next.size / line.size - 1.0).abs() < 0.1
        });
        let Some(next) = next else {
            continue;
        };
        let count = line.text.split(' ').count();
        let first = next.text.split(' ').next().unwrap_or("");
        let both = in_text(&format!("{} {first}", line.text), numbering);
        if let Some(named) = both.into_iter().find(|named| named.to > count) {
            let area = area_of(&next.part(0, 1));
            found.push((area, named.text, named.sheet, named.view));
        }
    }
}

/// A mark without a circle, of an elevation for example: the view's number close to the sheet's, in
/// letters of one size.
fn beside_each_other(lines: &[&Line], found: &mut Vec<Place>) {
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
    use super::super::tests::{canvas, plane_of};
    use super::*;

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
        let found = find(&plane, &frame, &[]);
        let texts: Vec<&str> = found.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(texts, ["2/A300", "3/A200"]);
    }

    #[test]
    fn what_cannot_be_shown_on_its_page_is_not_told() {
        let found = |side: f64| {
            let text = [("SEE SHEET A-201", 100.0, 100.0, 8.0)];
            let page = canvas(side, side, &text);
            let plane = plane_of(&page);
            find(&plane, &Frame::of(&plane), &[]).len()
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
        let found = find(&plane, &Frame::of(&plane), &[]);
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
        let found = find(&plane, &Frame::of(&plane), &[]);
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
        let found = find(&plane, &Frame::of(&plane), &[]);
        let sheets: Vec<&str> = found.iter().map(|one| one.sheet_number.as_str()).collect();
        assert_eq!(sheets, ["ABC-XYZ-ZZ-01-DR-A-30100"]);
    }
}
