//! Puts the numbers of notes before their texts where a program printed both apart, numbers in one
//! column and texts in another. Asked for the text of notes and legends.

use std::collections::{HashMap, HashSet};

use super::super::lines::Line;

/// How many lines on about the same level are looked at for the text of a number.
const MOST_NEIGHBOURS: usize = 40;
/// The widest gap between a number and its text, in ems.
const WIDEST: f64 = 6.0;

/// The lines, each number with its text as one.
pub(super) fn with_numbers(lines: Vec<Line>) -> Vec<Line> {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    let down = |at: usize| lines.get(at).map_or(0.0, |line| line.down);
    order.sort_by(|a, b| down(*a).total_cmp(&down(*b)));
    // By the place of the text, that of the number before it.
    let mut numbers: HashMap<usize, usize> = HashMap::new();
    for (place, at) in order.iter().enumerate() {
        let Some(number) = lines.get(*at).filter(|line| is_note_number(&line.text)) else {
            continue;
        };
        let text = order
            .iter()
            .skip(place.saturating_sub(MOST_NEIGHBOURS))
            .take(2 * MOST_NEIGHBOURS + 1)
            .filter_map(|other| Some((*other, lines.get(*other)?)))
            .filter(|(_, text)| is_text_of(number, text))
            .min_by(|(_, a), (_, b)| a.start.total_cmp(&b.start));
        if let Some((text, _)) = text {
            numbers.entry(text).or_insert(*at);
        }
    }
    let used: HashSet<usize> = numbers.values().copied().collect();
    let texts = lines
        .iter()
        .enumerate()
        .filter(|(at, _)| !used.contains(at));
    texts
        .map(|(at, text)| {
            let number = numbers.get(&at).and_then(|number| lines.get(*number));
            number.map_or_else(|| text.clone(), |number| before(number, text))
        })
        .collect()
}

/// `1`, `12.`, `A`, `(3)`.
fn is_note_number(text: &str) -> bool {
    let bare = text.trim_matches(['(', ')', '.']);
    let is_figures = (1..=3).contains(&bare.len()) && bare.chars().all(|c| c.is_ascii_digit());
    let is_letter = bare.len() == 1 && bare.chars().all(|c| c.is_ascii_uppercase());
    text.len() <= 5 && (is_figures || is_letter)
}

fn is_text_of(number: &Line, text: &Line) -> bool {
    let em = number.size.max(text.size);
    number.angle == text.angle
        && (number.down - text.down).abs() <= 0.5 * em
        && text.start >= number.end
        && text.start - number.end <= WIDEST * em
        && !is_note_number(&text.text)
}

fn before(number: &Line, text: &Line) -> Line {
    Line {
        text: format!("{} {}", number.text, text.text),
        word_count: number.word_count + text.word_count,
        left: number.left.min(text.left),
        top: number.top.min(text.top),
        right: number.right.max(text.right),
        bottom: number.bottom.max(text.bottom),
        start: number.start,
        ..text.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{canvas, find_lines};
    use super::*;

    fn texts(parts: &[(&str, f64, f64, f64)]) -> Vec<String> {
        let lines = with_numbers(find_lines(&canvas(1728.0, 1296.0, parts)));
        lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn each_number_stands_before_its_text() {
        let mut found = texts(&[
            ("1", 1400.0, 300.0, 8.0),
            ("2", 1400.0, 320.0, 8.0),
            ("(3)", 1400.0, 340.0, 8.0),
            ("NEW GYPSUM BOARD PARTITION", 1425.0, 300.0, 8.0),
            ("EXISTING COLUMN", 1425.0, 320.0, 8.0),
            ("TO REMAIN", 1425.0, 330.0, 8.0),
            ("FIRE EXTINGUISHER", 1425.0, 340.0, 8.0),
        ]);
        found.sort();
        assert_eq!(
            found,
            [
                "(3) FIRE EXTINGUISHER",
                "1 NEW GYPSUM BOARD PARTITION",
                "2 EXISTING COLUMN",
                "TO REMAIN",
            ]
        );
    }

    #[test]
    fn a_number_far_from_all_text_stays_alone() {
        let mut found = texts(&[("1", 100.0, 300.0, 8.0), ("DOOR", 300.0, 300.0, 8.0)]);
        found.sort();
        assert_eq!(found, ["1", "DOOR"]);
    }
}
