//! Finds the titles of views and details: a line of text with its scale below or beside it, a bubble
//! with a number before it, a long line under it (US National CAD Standard, drawing area titles).

use hayro::kurbo::Rect;

use super::super::lines::Line;
use super::super::sheets::as_sheet_number;
use super::super::strokes::Circle;
use super::blocks::is_block_title;
use super::frame::Frame;
use super::plane::{Plane, area_of, between, middle};
use super::scales::{FoundScale, scale_in};
use super::subjects::{names_view, subject};
use super::tables::usual_size;

/// The title of one drawing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Title {
    pub number: Option<String>,
    pub text: String,
    pub scale: Option<String>,
    /// Bubble, text and scale together.
    pub area: Rect,
    /// How far the line under the title reaches to the right; the text's end where there is none.
    pub reach: f64,
}

const MOST_TITLES: usize = 200;
const MOST_CANDIDATES: usize = 1_000;

/// The titles of a sheet, from the top. What is `taken` belongs to other regions.
pub(super) fn find(plane: &Plane, frame: &Frame, taken: &[Rect]) -> Vec<Title> {
    let lines: Vec<&Line> = plane
        .level_lines()
        .filter(|line| {
            let centre = middle(line);
            frame.is_drawn_on(centre) && !taken.iter().any(|area| area.contains(centre))
        })
        .collect();
    let mut by_height = lines.clone();
    by_height.sort_by(|a, b| a.top.total_cmp(&b.top));
    let usual = usual_size(&lines);
    let mut titles: Vec<Title> = Vec::new();
    let mut add = |title: Option<Title>| {
        let Some(title) = title else {
            return;
        };
        let is_known = titles
            .iter()
            .any(|known: &Title| !known.area.intersect(title.area).is_zero_area());
        if !is_known && titles.len() < MOST_TITLES {
            titles.push(title);
        }
    };
    let scales = lines
        .iter()
        .filter_map(|line| scale_in(&line.text).map(|scale| (*line, scale)))
        .take(MOST_CANDIDATES);
    for (line, scale) in scales {
        add(with_scale(plane, &by_height, line, scale));
    }
    let bare = lines
        .iter()
        .filter(|line| names_view(&line.text) || line.size >= 1.25 * usual)
        .take(MOST_CANDIDATES);
    for line in bare {
        add(without_scale(plane, &by_height, line, usual));
    }
    titles.sort_by(|a, b| {
        (a.area.y0, a.area.x0)
            .partial_cmp(&(b.area.y0, b.area.x0))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    titles
}

/// The title to which a scale belongs.
fn with_scale(plane: &Plane, lines: &[&Line], line: &Line, scale: FoundScale) -> Option<Title> {
    let text: String = line
        .text
        .chars()
        .take(scale.before.chars().count())
        .collect();
    // The lower half of a bubble, close before the scale, says the sheet and is no title.
    let is_sheet = as_sheet_number(&text).is_some();
    if !is_sheet && text.chars().filter(|c| c.is_alphabetic()).count() >= 3 {
        return Some(finished(
            plane,
            lines,
            &[line],
            text,
            Some(scale.scale),
            true,
        ));
    }
    let above = title_above(lines, line);
    let text_line = above.or_else(|| title_beside(plane, lines, line))?;
    let sure = scale.is_sure;
    if subject(&text_line.text).is_some() && !is_block_title(&text_line.text) && !sure {
        return None;
    }
    let mut parts = vec![text_line, line];
    let mut text = text_line.text.clone();
    // A title of two lines of one size.
    if let Some(first) = above.and_then(|second| first_line(lines, second, line)) {
        text = format!("{} {text}", first.text);
        parts.push(first);
    }
    let title = finished(plane, lines, &parts, text, Some(scale.scale), true);
    (sure || title.number.is_some() || names_view(&title.text)).then_some(title)
}

/// Lines of a list sorted by their tops, between two heights.
pub(super) fn at_height<'s, 'l>(lines: &'s [&'l Line], from: f64, to: f64) -> &'s [&'l Line] {
    let start = lines.partition_point(|line| line.top < from);
    let end = lines.partition_point(|line| line.top <= to);
    lines.get(start..end).unwrap_or(&[])
}

fn is_wording(text: &str) -> bool {
    text.len() <= 90 && text.chars().filter(|c| c.is_alphabetic()).count() >= 2
}

fn title_above<'l>(lines: &[&'l Line], scale: &Line) -> Option<&'l Line> {
    at_height(lines, scale.top - 6.0 * scale.size, scale.top)
        .iter()
        .filter(|line| {
            let gap = scale.top - line.bottom;
            let em = line.size.max(scale.size);
            gap > -0.7 * em
                && gap < 2.0 * em
                && line.size >= 0.85 * scale.size
                && line.left < scale.right + scale.size
                && line.right > scale.left - scale.size
                && is_wording(&line.text)
                && scale_in(&line.text).is_none()
        })
        .min_by(|a, b| {
            // The nearest; of equally near ones that which starts where the scale starts.
            let key = |line: &Line| {
                (scale.top - line.bottom).abs() + 0.2 * (line.left - scale.left).abs()
            };
            key(a).total_cmp(&key(b))
        })
        .copied()
}

/// A title at the start of the line at whose end the scale stands.
fn title_beside<'l>(plane: &Plane, lines: &[&'l Line], scale: &Line) -> Option<&'l Line> {
    at_height(lines, scale.top - 4.0 * scale.size, scale.bottom)
        .iter()
        .filter(|line| {
            let em = line.size.max(scale.size);
            line.right < scale.left
                && (line.bottom - scale.bottom).abs() < 2.2 * em
                && line.size >= 0.85 * scale.size
                && is_wording(&line.text)
                && underline(plane, line, scale.bottom + em)
                    .is_some_and(|(from, to)| from < line.left + 2.0 * em && to > scale.left)
        })
        .max_by(|a, b| a.right.total_cmp(&b.right))
        .copied()
}

fn first_line<'l>(lines: &[&'l Line], second: &Line, scale: &Line) -> Option<&'l Line> {
    if second.size < 1.15 * scale.size {
        return None;
    }
    at_height(
        lines,
        second.top - 2.0 * second.size,
        second.top - 0.5 * second.size,
    )
    .iter()
    .find(|line| {
        let gap = second.top - line.bottom;
        let centred = (line.centre().0 - second.centre().0).abs() < second.size;
        let aligned = (line.left - second.left).abs() < 0.5 * second.size;
        is_wording(&line.text)
            && scale_in(&line.text).is_none()
            && gap < 0.6 * second.size
            && (line.size / second.size - 1.0).abs() < 0.05
            && (centred || aligned)
    })
    .copied()
}

/// The longest level line close under a text, down to `lowest`: where it starts and ends.
fn underline(plane: &Plane, line: &Line, lowest: f64) -> Option<(f64, f64)> {
    let width = line.right - line.left;
    between(
        &plane.level,
        line.top + 0.6 * line.size,
        lowest.max(line.bottom + 0.8 * line.size),
    )
    .iter()
    .filter(|rule| {
        rule.overlap(line.left, line.right) > 0.8 * width
            && rule.from < line.left + line.size
            && rule.length() < 0.93 * plane.width
    })
    .map(|rule| (rule.from, rule.to))
    .max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))
}

/// A title that gives no scale: its bubble or its line must show that it is one.
fn without_scale(plane: &Plane, lines: &[&Line], line: &Line, usual: f64) -> Option<Title> {
    if !is_wording(&line.text)
        || line.word_count > 10
        || line.text.ends_with('.')
        || scale_in(&line.text).is_some()
        || subject(&line.text).is_some_and(|_| !names_view(&line.text))
    {
        return None;
    }
    let ruled = underline(plane, line, line.bottom + 0.8 * line.size);
    let ruled = ruled.is_some_and(|(from, _)| from > line.left - 8.0 * line.size);
    let title = finished(plane, lines, &[line], line.text.clone(), None, false);
    let in_bubble = title.number.is_some() && title.area.x0 < line.left - 0.5 * line.size;
    let is_large = line.size >= 1.25 * usual;
    let is_title = match (names_view(&line.text), in_bubble, ruled) {
        (true, true, true) => true,
        (true, true, false) | (false, true, true) | (true, false, true) => is_large,
        _ => false,
    };
    is_title.then_some(title)
}

/// Puts number, text and box together.
fn finished(
    plane: &Plane,
    lines: &[&Line],
    parts: &[&Line],
    text: String,
    scale: Option<String>,
    may_lack_circle: bool,
) -> Title {
    let area = parts
        .iter()
        .map(|line| area_of(line))
        .reduce(|a, b| a.union(b))
        .unwrap_or_default();
    let em = parts.first().map_or(8.0, |line| line.size);
    let mut title = Title {
        number: None,
        text: text.trim_matches([' ', ':', '-']).to_owned(),
        scale,
        area,
        reach: area.x1,
    };
    if let Some((_, to)) = parts
        .first()
        .and_then(|line| underline(plane, line, area.y1 + em))
    {
        title.reach = title.reach.max(to);
    }
    let bubble = bubble_before(plane, area, em);
    if let Some(circle) = bubble {
        let (number, _) = bubble_text(lines, circle);
        let number = number.or_else(|| {
            let (number, place) = first_word(plane, parts.first()?, &title.text)?;
            let is_inside = circle_area(circle).contains(place.center());
            is_inside.then_some(number)
        });
        if let Some(number) = number {
            title.area = title.area.union(circle_area(circle));
            strip_number(&mut title.text, &number);
            title.number = Some(number);
            return title;
        }
    }
    if let Some(line) = parts.first()
        && let Some((number, place)) = first_word(plane, line, &title.text)
        && (stands_in_box(plane, place) || (may_lack_circle && stands_apart(plane, line, place)))
    {
        strip_number(&mut title.text, &number);
        title.number = Some(number);
        return title;
    }
    if may_lack_circle && let Some(line) = number_before(lines, area, em) {
        title.area = title.area.union(area_of(line));
        title.number = Some(line.text.clone());
        return title;
    }
    if let Some((number, rest)) = number_in_front(&title.text) {
        title.number = Some(number);
        title.text = rest;
    }
    title
}

pub(super) fn circle_area(circle: Circle) -> Rect {
    let radius = circle.radius;
    Rect::new(
        circle.x - radius,
        circle.y - radius,
        circle.x + radius,
        circle.y + radius,
    )
}

/// The circle that stands before a title, at its height.
fn bubble_before(plane: &Plane, area: Rect, em: f64) -> Option<Circle> {
    plane
        .circles
        .iter()
        .filter(|circle| {
            let end = circle.x + circle.radius;
            end > area.x0 - 5.0 * em
                && circle.x - circle.radius < area.x0
                && circle.x < area.x0 + 2.0 * em
                && circle.y > area.y0 - circle.radius
                && circle.y < area.y1 + circle.radius
                && circle.radius > 0.5 * em
                && circle.radius < 8.0 * em
        })
        .min_by(|a, b| {
            let key =
                |circle: &Circle| (circle.x - area.x0).abs() + (circle.y - area.center().y).abs();
            key(a).total_cmp(&key(b))
        })
        .copied()
}

/// What stands in a bubble: the number, and the sheet below it.
pub(super) fn bubble_text(lines: &[&Line], circle: Circle) -> (Option<String>, Option<String>) {
    let inside = at_height(
        lines,
        circle.y - circle.radius - 4.0,
        circle.y + circle.radius,
    )
    .iter()
    .filter(|line| {
        let (x, y) = line.centre();
        (x - circle.x).hypot(y - circle.y) < circle.radius
            && line.right - line.left < 2.4 * circle.radius
    });
    let mut number = None;
    let mut sheet = None;
    for line in inside.take(4) {
        let text = line.text.trim();
        if number.is_none() && is_view_number(text) {
            number = Some(text.to_owned());
        } else if let Some((one, other)) = text.split_once('/')
            && number.is_none()
            && is_view_number(one.trim())
        {
            number = Some(one.trim().to_owned());
            sheet = as_sheet_number(other.trim());
        } else if sheet.is_none() {
            sheet = as_sheet_number(text);
        }
    }
    (number, sheet)
}

/// The number or letter of a view: `1`, `12`, `A`, `A1`, `3A`. A letter and three figures are a sheet.
pub(super) fn is_view_number(text: &str) -> bool {
    let letters = text.chars().filter(char::is_ascii_uppercase).count();
    let figures = text.chars().filter(char::is_ascii_digit).count();
    letters + figures == text.chars().count()
        && letters <= 2
        && figures <= if letters > 0 { 2 } else { 3 }
        && (1..=4).contains(&text.len())
}

/// A number before a title whose bubble was not seen.
fn number_before<'l>(lines: &[&'l Line], area: Rect, em: f64) -> Option<&'l Line> {
    at_height(lines, area.y0 - 3.0 * em, area.y1)
        .iter()
        .filter(|line| {
            let (_, y) = line.centre();
            line.right <= area.x0 + 0.2 * em
                && area.x0 - line.right < 4.0 * em
                && y > area.y0 - 0.3 * em
                && y < area.y1 + 0.3 * em
                && line.size >= 0.6 * em
                && is_view_number(&line.text)
        })
        .max_by(|a, b| a.right.total_cmp(&b.right))
        .copied()
}

/// The number with which a title's line begins, and its box: a mark may stand so close to the title
/// that both make one line.
fn first_word(plane: &Plane, line: &Line, text: &str) -> Option<(String, Rect)> {
    let (first, _) = text.split_once(' ')?;
    let has_figure = first.chars().any(|c| c.is_ascii_digit());
    if !is_view_number(first) || !has_figure {
        return None;
    }
    let place = area_of(line);
    let begins = Rect {
        x1: place.x0 + 3.0 * line.size,
        ..place
    };
    plane
        .tokens
        .iter()
        .find(|token| token.text == first && begins.contains(token.area.center()))
        .map(|token| (first.to_owned(), token.area))
}

/// Whether more than a blank parts a number from the next word: then it counts nothing.
fn stands_apart(plane: &Plane, line: &Line, place: Rect) -> bool {
    let inside = area_of(line).inflate(0.5, 0.5);
    plane
        .tokens
        .iter()
        .filter(|token| token.area.x0 > place.x1 && inside.contains(token.area.center()))
        .map(|token| token.area.x0 - place.x1)
        .min_by(f64::total_cmp)
        .is_some_and(|gap| gap > 0.42 * line.size)
}

/// Whether a short upright line stands close on either side of a number: it stands in a square.
fn stands_in_box(plane: &Plane, place: Rect) -> bool {
    let height = place.height();
    let is_side = |from: f64, to: f64| {
        between(&plane.upright, from, to).iter().any(|line| {
            line.from < place.y0 + 0.3 * height
                && line.to > place.y1 - 0.3 * height
                && line.length() < 4.0 * height
        })
    };
    is_side(place.x0 - 1.5 * height, place.x0 + 1.0)
        && is_side(place.x1 - 1.0, place.x1 + 1.5 * height)
}

/// A number that the line's words began with, and that stands in the bubble.
fn strip_number(text: &mut String, number: &str) {
    if let Some(rest) = text.strip_prefix(number)
        && rest.starts_with(' ')
    {
        *text = rest.trim().to_owned();
    }
}

/// `1 FIRST FLOOR PLAN`, `3. WALL SECTION`, `A1 ROOF PLAN`: the number and the rest.
fn number_in_front(text: &str) -> Option<(String, String)> {
    let (first, rest) = text.split_once(' ')?;
    let bare = first.trim_end_matches(['.', ')', ':']);
    let has_figure = bare.chars().any(|c| c.is_ascii_digit());
    let rest = rest.trim_start_matches(['-', '–', ' ', ':']);
    let is_number = is_view_number(bare) && has_figure && bare.len() <= 3;
    (is_number && names_view(rest) && !rest.starts_with(|c: char| c.is_ascii_digit()))
        .then(|| (bare.to_owned(), rest.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{canvas, plane_of};
    use super::*;

    fn find_on(page: &super::super::super::canvas::Canvas) -> Vec<Title> {
        let plane = plane_of(page);
        let frame = Frame::of(&plane);
        find(&plane, &frame, &[])
    }

    #[test]
    fn a_title_has_its_number_from_the_bubble_and_its_scale_from_below() {
        let mut page = canvas(
            2592.0,
            1728.0,
            &[
                ("3", 97.0, 1003.0, 10.0),
                ("WALL SECTION", 125.0, 995.0, 10.0),
                ("SCALE: 3/4\" = 1'-0\"", 125.0, 1010.0, 7.0),
            ],
        );
        page.strokes.circles.push(Circle {
            x: 100.0,
            y: 1000.0,
            radius: 14.0,
        });
        page.strokes
            .add_line((114.0, 1000.0).into(), (600.0, 1000.0).into());
        let found = find_on(&page);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].number.as_deref(), Some("3"));
        assert_eq!(found[0].text, "WALL SECTION");
        assert_eq!(found[0].scale.as_deref(), Some("3/4\" = 1'-0\""));
        assert_eq!(found[0].reach, 600.0);
    }

    #[test]
    fn a_bubble_of_two_parts_gives_its_upper_one() {
        let mut page = canvas(
            2592.0,
            1728.0,
            &[
                ("5", 98.0, 996.0, 8.0),
                ("A-301", 88.0, 1008.0, 8.0),
                ("STAIR DETAIL", 125.0, 995.0, 10.0),
                ("NTS", 125.0, 1010.0, 7.0),
            ],
        );
        page.strokes.circles.push(Circle {
            x: 100.0,
            y: 1000.0,
            radius: 16.0,
        });
        let found = find_on(&page);
        assert_eq!(found[0].number.as_deref(), Some("5"));
        assert_eq!(found[0].text, "STAIR DETAIL");
    }

    #[test]
    fn a_number_in_front_of_the_words_is_the_number() {
        assert_eq!(
            number_in_front("2. ROOF PLAN"),
            Some(("2".to_owned(), "ROOF PLAN".to_owned()))
        );
        assert_eq!(number_in_front("2 HR RATED"), None);
        assert_eq!(number_in_front("ROOF PLAN"), None);
    }

    #[test]
    fn a_room_name_is_no_title() {
        let page = canvas(
            2592.0,
            1728.0,
            &[
                ("ENTRY LEVEL", 500.0, 500.0, 8.0),
                ("101", 500.0, 512.0, 8.0),
                ("OFFICE", 700.0, 500.0, 8.0),
            ],
        );
        assert!(find_on(&page).is_empty());
    }
}
