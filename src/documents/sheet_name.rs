//! Finds a sheet's name: what stands under a label such as SHEET TITLE, else the words of the trade
//! (plan, elevation, schedule …) nearest to the sheet number. Asked by the title block.

use super::lines::Line;
use super::scale::drawn_scale;
use super::sheet_number::FoundNumber;
use super::title_block::{Label, Sheet, belongs_to, label};
use super::trade_words::trade_points;

/// The longest name kept, in characters, and the most lines it may have.
const LONGEST_NAME: usize = 160;
const MOST_LINES: usize = 5;
const MOST_LABELS: usize = 50;

/// The sheet's name, or none when nothing near the number reads like one.
pub(super) fn sheet_name(sheet: &Sheet, number: Option<&FoundNumber>) -> Option<String> {
    labelled_name(sheet, number).or_else(|| name_by_words(sheet, number?))
}

fn is_number(line: &Line, number: Option<&FoundNumber>) -> bool {
    number.is_some_and(|found| found.line.text == line.text && found.line.size == line.size)
}

/// The lines under the name's label, or after it.
fn labelled_name(sheet: &Sheet, number: Option<&FoundNumber>) -> Option<String> {
    let mut labels: Vec<(f64, &Line)> = sheet
        .lines
        .iter()
        .filter(|line| sheet.is_in_title_strip(line))
        .filter(|line| matches!(label(&line.text), Some((Label::Name, _))))
        .map(|line| (number.map_or(0.0, |found| line.distance(&found.line)), line))
        .filter(|(distance, _)| *distance < 0.5 * sheet.short_side())
        .take(MOST_LABELS)
        .collect();
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    labels.iter().find_map(|(_, line)| {
        let inline = label(&line.text).map_or("", |(_, rest)| rest);
        if !inline.is_empty() {
            let parts = vec![inline.to_owned()];
            return finished(follow(sheet, line, parts, number, |_| true));
        }
        let first = sheet
            .lines
            .iter()
            .filter(|value| belongs_to(line, value, 5.0) && is_name_text(value, number))
            .min_by(|a, b| gap_from(line, a).total_cmp(&gap_from(line, b)))?;
        let parts = vec![first.text.clone()];
        finished(follow(sheet, first, parts, number, |_| true))
    })
}

/// How far a value stands from its label; what is beside counts as near.
fn gap_from(label: &Line, value: &Line) -> f64 {
    (value.down - label.down).max(0.0) + 0.05 * (value.start - label.start).abs()
}

fn is_name_text(line: &Line, number: Option<&FoundNumber>) -> bool {
    let text = without_date(&line.text);
    !is_number(line, number)
        && label(&line.text).is_none()
        && !is_noise(text)
        && text.chars().filter(|c| c.is_alphabetic()).count() >= 3
}

/// Adds the lines that continue `line` downwards while they are part of a name and `fits`.
fn follow(
    sheet: &Sheet,
    line: &Line,
    mut parts: Vec<String>,
    number: Option<&FoundNumber>,
    fits: impl Fn(&Line) -> bool,
) -> Vec<String> {
    let mut last = line;
    while parts.len() < MOST_LINES {
        let next = sheet
            .lines
            .iter()
            .filter(|below| last.is_continued_by(below, 2.0))
            .min_by(|a, b| a.down.total_cmp(&b.down));
        match next {
            Some(below) if is_name_text(below, number) && fits(below) => {
                parts.push(below.text.clone());
                last = below;
            }
            _ => break,
        }
    }
    parts
}

fn finished(parts: Vec<String>) -> Option<String> {
    let joined = parts
        .iter()
        .map(|part| without_date(part))
        .collect::<Vec<_>>()
        .join(" ");
    let name = without_date(&joined).trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '–' | ':' | ',' | ';' | '|')
    });
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    (letters >= 3 && !name.contains('\u{fffd}') && name.chars().count() <= LONGEST_NAME)
        .then(|| name.to_owned())
}

/// The line near the number that says most like a sheet name, with the lines that belong to it.
fn name_by_words(sheet: &Sheet, number: &FoundNumber) -> Option<String> {
    let reach = 0.35 * sheet.short_side();
    let project_labels: Vec<&Line> = sheet
        .lines
        .iter()
        .filter(|line| matches!(label(&line.text), Some((Label::Project, ""))))
        .take(MOST_LABELS)
        .collect();
    let mut best: Option<(f64, &Line)> = None;
    for line in &sheet.lines {
        let distance = line.distance(&number.line);
        let is_candidate = distance <= reach
            && sheet.is_in_title_strip(line)
            && line.size >= 0.2 * number.line.size
            && is_name_text(line, Some(number))
            && !project_labels
                .iter()
                .any(|label| names_project(label, line));
        let points = trade_points(without_date(&line.text));
        if !is_candidate || points < 2.0 {
            continue;
        }
        let mut score = points.min(5.0) + 2.0 * (line.size / number.line.size).min(1.0)
            - 3.0 * distance / reach.max(1.0);
        if line.size > 1.2 * sheet.usual_size {
            score += 1.0;
        }
        if titles_a_view(sheet, line) {
            score -= 3.0;
        }
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, line));
        }
    }
    let (_, line) = best?;
    // A name may begin on the line above: "PARTIAL FIRST FLOOR" over "DEMOLITION PLAN".
    let fits = |other: &Line| trade_points(&other.text) >= 1.0;
    let mut first = line;
    let mut above = Vec::new();
    while above.len() < 2 {
        let Some(higher) = sheet
            .lines
            .iter()
            .filter(|higher| higher.is_continued_by(first, 1.9) && is_same_size(higher, line))
            .max_by(|a, b| a.down.total_cmp(&b.down))
        else {
            break;
        };
        if !is_name_text(higher, Some(number)) || !fits(higher) {
            break;
        }
        above.push(higher.text.clone());
        first = higher;
    }
    above.reverse();
    above.push(line.text.clone());
    let parts = follow(sheet, line, above, Some(number), |below| {
        is_same_size(below, line) && fits(below)
    });
    finished(parts)
}

fn is_same_size(line: &Line, other: &Line) -> bool {
    (0.87..=1.15).contains(&(line.size / other.size))
}

fn names_project(label: &Line, line: &Line) -> bool {
    belongs_to(label, line, 2.2) && (line.start - label.start).abs() <= 6.0 * line.size
}

/// Whether a scale stands right under the line: then it names a view on the sheet, not the sheet.
fn titles_a_view(sheet: &Sheet, line: &Line) -> bool {
    sheet.lines.iter().any(|below| {
        let step = below.down - line.down;
        below.angle == line.angle
            && step > 0.0
            && step <= 2.2 * line.size
            && below.start < line.end
            && below.end > line.start - 2.0 * line.size
            && drawn_scale(&below.text).is_some()
    })
}

/// Dates, addresses, telephone numbers, scales, web addresses, sentences: never a name.
fn is_noise(text: &str) -> bool {
    let upper = text.to_uppercase();
    let words: Vec<&str> = upper.split(' ').collect();
    let starts_with_figures = words
        .first()
        .is_some_and(|word| word.chars().all(|c| c.is_ascii_digit()) && !word.is_empty());
    let is_address = starts_with_figures
        && words.iter().skip(1).any(|word| {
            matches!(
                word.trim_matches(['.', ',']),
                "STREET"
                    | "ST"
                    | "AVENUE"
                    | "AVE"
                    | "ROAD"
                    | "RD"
                    | "DRIVE"
                    | "DR"
                    | "LANE"
                    | "LN"
                    | "BLVD"
                    | "BOULEVARD"
                    | "HIGHWAY"
                    | "HWY"
                    | "WAY"
                    | "PARKWAY"
                    | "COURT"
            )
        });
    let has_zip = words
        .last()
        .is_some_and(|word| word.len() == 5 && word.chars().all(|c| c.is_ascii_digit()));
    is_address
        || has_zip
        || words.len() > 12
        || words.iter().all(|word| is_date(word) || word.len() < 2)
        || [
            "@",
            "WWW.",
            "HTTP",
            "©",
            "COPYRIGHT",
            "ALL RIGHTS",
            ".COM",
            ".DWG",
            ".RVT",
            "\\",
        ]
        .iter()
        .any(|sign| upper.contains(sign))
        || drawn_scale(text).is_some()
}

/// `07/11/2019`, `7-11-19`, `2019.07.11`, `10:32:44`.
fn is_date(word: &str) -> bool {
    let pieces: Vec<&str> = word.split(['/', '-', '.', ':']).collect();
    pieces.len() == 3
        && pieces.iter().all(|piece| {
            matches!(piece.len(), 1 | 2 | 4) && piece.chars().all(|c| c.is_ascii_digit())
        })
}

/// The text without a date at its end and the dash before it.
fn without_date(text: &str) -> &str {
    let text = text.trim();
    match text.rsplit_once(' ') {
        Some((head, tail)) if is_date(tail) => {
            head.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '|' | ','))
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::title_block::{Sheet, sheet_facts};
    use super::super::words::Word;
    use super::super::words::tests::word;
    use super::*;

    /// The words of one line, drawn from `x` with usual spacing.
    fn line(text: &str, x: f64, y: f64, size: f64) -> Vec<Word> {
        let mut at = x;
        text.split(' ')
            .map(|part| {
                let drawn = word(part, at, y, size);
                at += (part.chars().count() as f64 * 0.6 + 0.35) * size;
                drawn
            })
            .collect()
    }

    fn background() -> Vec<Word> {
        (0..40)
            .map(|row| word("STORAGE", 300.0, 100.0 + 30.0 * f64::from(row), 8.0))
            .collect()
    }

    #[test]
    fn the_lines_under_the_label_are_the_name() {
        let mut words = background();
        words.extend(line("Project Title", 2300.0, 1300.0, 7.0));
        words.extend(line("FIRST FLOOR EAST WING", 2300.0, 1312.0, 10.0));
        words.extend(line("Drawing Title", 2300.0, 1500.0, 7.0));
        words.extend(line("MATERIAL AND ROOM FINISH", 2300.0, 1514.0, 10.0));
        words.extend(line("SCHEDULE", 2300.0, 1527.0, 10.0));
        words.extend(line("Issue Date", 2300.0, 1545.0, 7.0));
        words.extend(line("AF600", 2400.0, 1650.0, 30.0));
        let facts = sheet_facts(&words, 2592.0, 1728.0);
        assert_eq!(facts.number.as_deref(), Some("AF600"));
        assert_eq!(
            facts.name.as_deref(),
            Some("MATERIAL AND ROOM FINISH SCHEDULE")
        );
        assert_eq!(facts.drawing_type, Some("schedule"));
    }

    #[test]
    fn without_a_label_the_words_of_the_trade_decide() {
        let mut words = background();
        words.extend(line(
            "WORKSHOP FOR SOMEBODY - 09/12/2018",
            1500.0,
            1600.0,
            30.0,
        ));
        words.extend(line("1810 SOUTH PARK STREET", 1500.0, 1630.0, 30.0));
        words.extend(line("EXISTING MAIN FLOOR PLAN", 1500.0, 1660.0, 30.0));
        words.extend(line("A101", 2400.0, 1660.0, 60.0));
        let facts = sheet_facts(&words, 2592.0, 1728.0);
        assert_eq!(facts.name.as_deref(), Some("EXISTING MAIN FLOOR PLAN"));
        assert_eq!(facts.discipline, Some("architectural"));
    }

    #[test]
    fn a_sheet_without_a_number_or_a_label_has_no_name() {
        let mut words = background();
        words.extend(line("SITE PLAN", 2300.0, 1500.0, 20.0));
        assert_eq!(sheet_name(&Sheet::new(&words, 2592.0, 1728.0), None), None);
    }

    #[test]
    fn a_trailing_date_is_no_part_of_the_name() {
        assert_eq!(without_date("SITE PLAN - 07/11/2019"), "SITE PLAN");
        assert_eq!(without_date("AREA 1 - 2"), "AREA 1 - 2");
    }
}
