//! Reads drawing scales: `1/4" = 1'-0"`, `1" = 20'`, `1:100` beside a label, NTS, AS NOTED.
//! Asked by the title block.

use super::labels::Label;
use super::title_block::Sheet;

/// Metric scales in use (ISO 5455 and the trade); anything else of that form is a time or a ratio.
pub(in super::super) const RATIOS: &[u32] = &[
    1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 75, 100, 125, 150, 200, 250, 300, 400, 500, 750, 1000,
    1250, 1500, 2000, 2500, 5000, 10000,
];
/// Scales without figures: as they are printed, in capitals and without points, and in one spelling.
pub(in super::super) const SCALES_IN_WORDS: [(&str, &str); 11] = [
    ("NOT TO SCALE", "NTS"),
    ("NO SCALE", "NTS"),
    ("NTS", "NTS"),
    ("NONE", "NTS"),
    ("AS NOTED", "AS NOTED"),
    ("AS SHOWN", "AS SHOWN"),
    ("AS INDICATED", "AS INDICATED"),
    ("VARIES", "VARIES"),
    ("FULL SIZE", "FULL SIZE"),
    ("FULL", "FULL SIZE"),
    ("HALF SIZE", "HALF SIZE"),
];
const MOST_LABELS: usize = 50;

/// The scale in the title block; else the scale of all views when they agree; else none.
pub(super) fn sheet_scale(sheet: &Sheet) -> Option<String> {
    let mut labelled: Vec<String> = Vec::new();
    // Those with a cell of their own; others may be views' in the same strip.
    let mut in_cells: Vec<String> = Vec::new();
    let scale_labels = sheet
        .labels()
        .filter(|(line, label, _)| *label == Label::Scale && sheet.is_in_title_strip(line));
    for (line, _, rest) in scale_labels.take(MOST_LABELS) {
        if !rest.is_empty() {
            labelled.extend(labelled_scale(rest));
            continue;
        }
        let value = sheet
            .values_of(line, 2.5)
            .into_iter()
            .find_map(|value| labelled_scale(&value.text))
            .or_else(|| labelled_scale(&sheet.value_across(line)?.text));
        in_cells.extend(value.clone());
        labelled.extend(value);
    }
    // No view says so of itself.
    let of_all = labelled.iter().find(|scale| scale.starts_with("AS "));
    of_all
        .cloned()
        .or_else(|| only(labelled))
        .or_else(|| only(in_cells))
        .or_else(|| only(sheet.view_scales.clone()))
}

/// The scale, where all are the same: `1" = 30'` and `1" = 30'-0"` are.
fn only(scales: Vec<String>) -> Option<String> {
    let bare = |scale: &str| scale.strip_suffix("-0\"").unwrap_or(scale).to_owned();
    let first = scales.first()?;
    scales
        .iter()
        .all(|scale| bare(scale) == bare(first))
        .then(|| first.clone())
}

/// A scale where a label has promised one.
fn labelled_scale(text: &str) -> Option<String> {
    let upper = text.to_uppercase().replace('.', "");
    let upper = upper.trim();
    for (words, scale) in SCALES_IN_WORDS {
        if upper == words {
            return Some(scale.to_owned());
        }
    }
    drawn_scale(text).or_else(|| ratio(upper))
}

fn ratio(text: &str) -> Option<String> {
    let (one, many) = text.split_once(':')?;
    let one = one.trim();
    let many = many.split_whitespace().next()?;
    let known = many.parse().is_ok_and(|many: u32| RATIOS.contains(&many));
    (one == "1" && known).then(|| format!("1:{many}"))
}

/// A scale in feet and inches anywhere in the text, in one spelling: `1/4" = 1'-0"`.
pub(in super::super) fn drawn_scale(text: &str) -> Option<String> {
    if text.len() > 200 || !text.contains('=') {
        return None;
    }
    let text = &with_signs(text);
    let joined = with_whole_inches(text);
    let is_apart = joined.matches('-').count() > text.matches('-').count();
    let plain: String = closed(&joined)
        .chars()
        .map(|c| match c {
            '’' | '‘' | '′' => '\'',
            '”' | '“' | '″' => '"',
            c => c,
        })
        .collect::<String>()
        .replace("''", "\"");
    let (paper, ground) = plain.split_once('=')?;
    let paper = paper.strip_suffix('"')?;
    let start = paper
        .rfind(|c: char| !(c.is_ascii_digit() || matches!(c, '/' | '-' | '.')))
        .map_or(0, |at| at + 1);
    // A sign of several bytes before the figures makes this none, not a wrong cut.
    let paper = paper.get(start..)?.trim_start_matches(['-', '.']);
    let is_length = paper.chars().any(|c| c.is_ascii_digit()) && paper.len() <= 8;
    let (feet, rest) = ground.split_once('\'')?;
    let is_feet = !feet.is_empty() && feet.len() <= 4 && feet.chars().all(|c| c.is_ascii_digit());
    if !is_length || !is_feet {
        return None;
    }
    // Surveyors and engineers print whole feet alone: `1" = 40'`.
    let inches = rest
        .strip_prefix('-')
        .unwrap_or(rest)
        .split_once('"')
        .map(|(inches, _)| inches)
        .filter(|inches| inches.len() <= 2 && inches.chars().all(|c| c.is_ascii_digit()))
        .filter(|inches| !inches.is_empty());
    // As it is printed: `1 1/2"` or `1-1/2"`.
    let paper = if is_apart {
        paper.replace('-', " ")
    } else {
        paper.to_owned()
    };
    Some(match inches {
        Some(inches) => format!("{paper}\" = {feet}'-{inches}\""),
        None => format!("{paper}\" = {feet}'"),
    })
}

/// `1/4 IN = 1 FT` as `1/4"=1'`, with what follows it; any other text as it is.
pub(in super::super) fn with_signs(text: &str) -> String {
    // The unit is what the letters at the end of the figures spell.
    let sign = |text: &str, units: &[&str], sign: char| {
        let text = text.trim_end().trim_end_matches('.');
        let figures = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = text.get(figures.len()..).unwrap_or_default().to_uppercase();
        let figures = figures.trim_end();
        let is_length = figures.ends_with(|c: char| c.is_ascii_digit());
        (is_length && units.contains(&unit.as_str())).then(|| format!("{figures}{sign}"))
    };
    let in_signs = || {
        let (paper, ground) = text.split_once('=')?;
        let ground = ground.trim_start();
        let unit = ground.find(|c: char| c.is_ascii_alphabetic())?;
        let end = ground
            .get(unit..)?
            .find(|c: char| !c.is_ascii_alphabetic())
            .map_or(ground.len(), |length| unit + length);
        let paper = sign(paper, &["IN", "INCH"], '"')?;
        let feet = sign(ground.get(..end)?, &["FT", "FEET", "FOOT"], '\'')?;
        let rest = ground.get(end..)?.trim_start_matches('.');
        Some(format!("{paper}={feet}{rest}"))
    };
    in_signs().unwrap_or_else(|| text.to_owned())
}

/// Without spaces; but two figures with a space between them are two numbers, not one.
fn closed(text: &str) -> String {
    let mut closed = String::new();
    for word in text.split_whitespace() {
        let is_figure = |c: char| c.is_ascii_digit();
        if closed.ends_with(is_figure) && word.starts_with(is_figure) {
            closed.push('|');
        }
        closed.push_str(word);
    }
    closed
}

/// `1 1/2"` as `1-1/2"`, so that its space is not lost with the others. No other scale of the trade is
/// a whole number with a fraction: `3 1/4"` is a view's number and its scale.
pub(in super::super) fn with_whole_inches(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut joined = String::new();
    for (number, word) in words.iter().enumerate() {
        let half = words.get(number + 1);
        let is_mixed = *word == "1" && half.is_some_and(|next| next.starts_with("1/2"));
        joined.push_str(word);
        joined.push(if is_mixed { '-' } else { ' ' });
    }
    joined.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_read_in_one_spelling() {
        for (text, expected) in [
            ("1/4\" = 1'-0\"", Some("1/4\" = 1'-0\"")),
            ("SCALE: 1/8” = 1’ - 0”", Some("1/8\" = 1'-0\"")),
            ("1\"=20'", Some("1\" = 20'")),
            ("1-1/2\" = 1'-0\"", Some("1-1/2\" = 1'-0\"")),
            ("1 1/2\" = 1'-0\"", Some("1 1/2\" = 1'-0\"")),
            ("SCALE: 1 1/2” = 1’ - 0”", Some("1 1/2\" = 1'-0\"")),
            ("3 1/4\" = 1'-0\"", Some("1/4\" = 1'-0\"")),
            ("SCALE: 1/4 IN = 1 FT", Some("1/4\" = 1'")),
            ("1 in. = 40 feet", Some("1\" = 40'")),
            ("A = B", None),
            ("1 MIN = 4 FT", None),
            ("10:30", None),
            ("12'-4\"", None),
        ] {
            assert_eq!(drawn_scale(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_ratio_needs_its_label() {
        assert_eq!(labelled_scale("1:100").as_deref(), Some("1:100"));
        assert_eq!(labelled_scale("1 : 50 @ A1").as_deref(), Some("1:50"));
        assert_eq!(labelled_scale("10:45").as_deref(), None);
        assert_eq!(labelled_scale("As Noted").as_deref(), Some("AS NOTED"));
        assert_eq!(labelled_scale("Half Size").as_deref(), Some("HALF SIZE"));
        assert_eq!(drawn_scale("1:100"), None);
    }

    #[test]
    fn scales_that_are_the_same_are_one() {
        let only = |scales: &[&str]| only(scales.iter().map(|scale| (*scale).to_owned()).collect());
        assert_eq!(
            only(&["1\" = 30'", "1\" = 30'-0\""]).as_deref(),
            Some("1\" = 30'")
        );
        assert_eq!(only(&["1\" = 30'", "1\" = 3'"]), None);
        assert_eq!(only(&[]), None);
    }
}
