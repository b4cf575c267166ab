//! Finds a sheet's name: what stands under a label such as SHEET TITLE, else the words of the trade
//! (plan, elevation, schedule …) nearest to the sheet number. Asked by the title block.

use super::super::lines::Line;
use super::dates::{is_date, without_date};
use super::labels::{Label, belongs_to, label};
use super::number_shape::{Form, as_sheet_number};
use super::scale::drawn_scale;
use super::sheet_number::FoundNumber;
use super::title_block::Sheet;
use super::trade_words::{is_firm, names_kind, trade_points};

/// A sheet's name and the lines in which it stands.
#[derive(Clone, Debug)]
pub(super) struct FoundName {
    pub text: String,
    pub lines: Vec<Line>,
    /// Whether a label announces it.
    pub labelled: bool,
}

/// The longest name kept, in characters, and the most lines it may have.
const LONGEST_NAME: usize = 160;
const MOST_LINES: usize = 6;
const MOST_LABELS: usize = 20;
const MOST_CANDIDATES: usize = 60;

/// The sheet's name, or none when nothing near the number reads like one. `is_furniture` tells which
/// lines stand on the other sheets of the set as well.
pub(super) fn sheet_name(
    sheet: &Sheet,
    number: Option<&FoundNumber>,
    is_furniture: &dyn Fn(&Line) -> bool,
) -> Option<FoundName> {
    let search = Search {
        sheet,
        number,
        is_furniture,
    };
    search
        .labelled_name()
        .or_else(|| search.name_by_words(number?))
}

struct Search<'a> {
    sheet: &'a Sheet,
    number: Option<&'a FoundNumber>,
    is_furniture: &'a dyn Fn(&Line) -> bool,
}

impl<'a> Search<'a> {
    fn is_number(&self, line: &Line) -> bool {
        let is_own = self.number.is_some_and(|found| {
            found.line.text == line.text && found.line.size == line.size
                || found.line.angle == line.angle && is_within(line, &found.line)
        });
        is_own || as_sheet_number(&line.text).is_some_and(|(_, form)| form != Form::Free)
    }

    fn is_name_text(&self, line: &Line) -> bool {
        let is_text = is_name_text(line)
            || self.sheet.is_part_of_name(line) && !is_noise(without_date(&line.text));
        is_text && !self.is_number(line)
    }

    /// The lines under the name's label, or after it.
    fn labelled_name(&self) -> Option<FoundName> {
        let mut labels: Vec<(f64, &Line, &str, Label)> = self
            .sheet
            .labels()
            .filter(|(_, label, _)| matches!(label, Label::Name | Label::Drawing))
            .map(|(line, label, rest)| {
                let distance = self.number.map_or(0.0, |found| line.distance(&found.line));
                (distance, line, rest, label)
            })
            .filter(|(distance, line, _, label)| {
                let near = *distance < 0.5 * self.sheet.short_side();
                near && (self.sheet.is_in_title_strip(line)
                    || *distance < 0.15 * self.sheet.short_side())
                    || *label == Label::Name && self.is_in_strip_of_number(line)
            })
            .take(MOST_LABELS)
            .collect();
        // `SHEET TITLE` is a better promise than `DRAWING`.
        labels.sort_by(|a, b| {
            let loose = |label: Label| label == Label::Drawing;
            (loose(a.3), a.0)
                .partial_cmp(&(loose(b.3), b.0))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        labels.iter().find_map(|(_, line, rest, label)| {
            // What `SHEET` and `DRAWING` announce may as well be a number.
            let is_taken =
                |found: &FoundName| *label == Label::Name || trade_points(&found.text) >= 2.0;
            self.name_of_label(line, rest).filter(is_taken)
        })
    }

    /// Whether the line stands with the number in one strip along the bottom or the right edge: such a
    /// strip is as long as the sheet, and its fields may stand far apart.
    fn is_in_strip_of_number(&self, line: &Line) -> bool {
        let Some(number) = self.number else {
            return false;
        };
        let (x, y) = self.sheet.place(line);
        let (number_x, number_y) = self.sheet.place(&number.line);
        (y > 0.88 && number_y > 0.88) || (x > 0.88 && number_x > 0.88)
    }

    fn name_of_label(&self, line: &Line, rest: &str) -> Option<FoundName> {
        if !rest.is_empty() {
            if as_sheet_number(rest).is_some() {
                return None;
            }
            let mut value = line.clone();
            value.text = rest.to_owned();
            return finished(
                self.follow(line, vec![value], |below| !is_far(line, below)),
                true,
            );
        }
        let first = self
            .sheet
            .values_of(line, 5.0)
            .into_iter()
            .find(|value| self.is_name_text(value) && !(self.is_furniture)(value))?;
        finished(self.follow(first, vec![first.clone()], |_| true), true)
    }

    /// Adds the lines that continue `line` downwards while they are part of a name and `fits`.
    fn follow(&self, line: &Line, mut parts: Vec<Line>, fits: impl Fn(&Line) -> bool) -> Vec<Line> {
        let mut last = line;
        while parts.len() < MOST_LINES {
            let next = self
                .sheet
                .lines
                .iter()
                .filter(|below| last.is_continued_by(below, 2.0))
                .min_by(|a, b| a.down.total_cmp(&b.down));
            match next {
                Some(below)
                    if (self.is_name_text(below) || self.is_tail(below, last))
                        && !(self.is_furniture)(below)
                        && fits(below) =>
                {
                    parts.push(below.clone());
                    last = below;
                }
                _ => break,
            }
        }
        parts
    }

    /// `A`, `1 & 2`: too short to be a name, long enough to end one.
    fn is_tail(&self, line: &Line, last: &Line) -> bool {
        line.text.chars().count() <= 8
            && !line.text.contains([':', '.'])
            && (0.95..=1.05).contains(&(line.size / last.size))
            && line.down - last.down <= 1.6 * last.size
            && label(&line.text).is_none()
            && !self.is_number(line)
            && !is_date(&line.text)
            && (last.text.ends_with(['-', '–', '&', ',', '/']) || ends_with_part(&last.text))
    }

    /// The line near the number that says most like a sheet name, with the lines that belong to it.
    fn name_by_words(&self, number: &FoundNumber) -> Option<FoundName> {
        let reach = 0.35 * self.sheet.short_side();
        let project_labels: Vec<&Line> = self
            .sheet
            .labels()
            .filter(|(_, label, rest)| label.is_of_project() && rest.is_empty())
            .map(|(line, ..)| line)
            .take(MOST_LABELS)
            .collect();
        let mut near: Vec<(f64, &Line)> = self
            .sheet
            .lines
            .iter()
            .map(|line| (line.distance(&number.line), line))
            .filter(|(distance, line)| {
                // A name that runs along an edge may stand far from the number in the corner.
                let runs_along_edge = line.angle != number.line.angle
                    && *distance <= 2.0 * reach
                    && line.size >= 1.5 * self.sheet.usual_size
                    && self.is_in_strip_of_number(line);
                (*distance <= reach || runs_along_edge)
                    && (self.sheet.is_in_title_strip(line)
                        || *distance < 0.1 * self.sheet.short_side())
                    && line.size >= 0.12 * number.line.size
                    && trade_points(without_date(&line.text)) >= 2.0
                    && self.is_name_text(line)
                    && !(self.is_furniture)(line)
            })
            .collect();
        if near.is_empty() {
            let large = self.large_in_strip(number);
            near = large.into_iter().map(|line| (reach, line)).collect();
        }
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.truncate(MOST_CANDIDATES);
        let mut best: Option<(f64, &Line)> = None;
        for (distance, line) in near {
            if project_labels
                .iter()
                .any(|label| names_project(label, line))
            {
                continue;
            }
            let points = trade_points(without_date(&line.text));
            let mut score = points.min(5.0) + 2.0 * (line.size / number.line.size).min(1.0)
                - 3.0 * distance / reach.max(1.0);
            if line.size > 1.2 * self.sheet.usual_size {
                score += 1.0;
            }
            if line.angle == number.line.angle {
                score += 0.5;
            }
            if self.titles_a_view(line) {
                score -= 3.0;
            }
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, line));
            }
        }
        let (_, line) = best?;
        // A name may begin on the line above: "PARTIAL FIRST FLOOR" over "DEMOLITION PLAN".
        let fits = |other: &Line| {
            trade_points(without_date(&other.text)) >= 1.0 || gives_stations(&other.text)
        };
        let mut first = line;
        let mut above = Vec::new();
        while above.len() < 3 {
            let Some(higher) = self
                .sheet
                .lines
                .iter()
                .filter(|higher| higher.is_continued_by(first, 1.9) && is_same_size(higher, line))
                .max_by(|a, b| a.down.total_cmp(&b.down))
            else {
                break;
            };
            if !self.is_name_text(higher) || !fits(higher) || (self.is_furniture)(higher) {
                break;
            }
            above.push(higher.clone());
            first = higher;
        }
        above.reverse();
        above.push(line.clone());
        let parts = self.follow(line, above, |below| {
            is_same_size(below, line) && fits(below)
        });
        finished(parts, false)
    }

    /// What reads like a name in large letters in the number's strip along the bottom: engineers give
    /// name and number a cell each, and the strip is as long as the sheet. So is the project's cell in
    /// it, but only a sheet's name says which kind of drawing it is.
    fn large_in_strip(&self, number: &FoundNumber) -> Vec<&'a Line> {
        let is_named = |line: &&Line| {
            line.angle == number.line.angle
                && line.size >= 1.2 * self.sheet.usual_size
                && self.is_in_strip_of_number(line)
                && trade_points(without_date(&line.text)) >= 2.0
                && self.is_name_text(line)
                && !(self.is_furniture)(line)
        };
        let mut found: Vec<&Line> = self.sheet.lines.iter().filter(is_named).collect();
        if found.iter().any(|line| names_kind(&line.text)) {
            found.retain(|line| names_kind(&line.text));
        }
        found
    }

    /// Whether a scale stands right under the line: then it names a view on the sheet, not the sheet.
    fn titles_a_view(&self, line: &Line) -> bool {
        self.sheet.lines.iter().any(|below| {
            let step = below.down - line.down;
            below.angle == line.angle
                && step > 0.0
                && step <= 2.2 * line.size
                && below.start < line.end
                && below.end > line.start - 2.0 * line.size
                && drawn_scale(&below.text).is_some()
        })
    }
}

/// `FIRST FLOOR PLAN AREA`, `BUILDING`: which one stands on the next line.
fn ends_with_part(text: &str) -> bool {
    let last = text.rsplit(' ').next().unwrap_or(text).to_uppercase();
    matches!(
        last.as_str(),
        "AREA"
            | "BUILDING"
            | "BLDG"
            | "BLDG."
            | "LEVEL"
            | "UNIT"
            | "WING"
            | "ZONE"
            | "SECTOR"
            | "PHASE"
            | "PART"
            | "TYPE"
            | "AND"
    )
}

/// `STA 5+00 TO 10+00`: which part of a road or a main the sheet shows.
pub(super) fn gives_stations(text: &str) -> bool {
    let first = text.split([' ', '.']).next().unwrap_or_default();
    let is_station = |word: &str| {
        word.split_once('+').is_some_and(|(hundreds, feet)| {
            let is_figures = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '.');
            !hundreds.is_empty() && is_figures(hundreds) && is_figures(feet)
        })
    };
    ["STA", "STATION"]
        .iter()
        .any(|name| first.eq_ignore_ascii_case(name))
        && text.split(' ').any(is_station)
}

fn is_within(line: &Line, whole: &Line) -> bool {
    (line.down - whole.down).abs() < 0.3 * whole.size
        && line.start >= whole.start - 0.1
        && line.end <= whole.end + 0.1
}

/// Whether a line's text may be part of a name at all.
pub(super) fn is_name_text(line: &Line) -> bool {
    let text = without_date(&line.text);
    label(&line.text).is_none()
        && !is_noise(text)
        && text.chars().filter(|c| c.is_alphabetic()).count() >= 3
}

/// What follows a label on its own line goes on below only in the same letters.
fn is_far(line: &Line, below: &Line) -> bool {
    !is_same_size(line, below) || below.down - line.down > 1.7 * line.size
}

/// The name that these lines make.
pub(super) fn finished(lines: Vec<Line>, labelled: bool) -> Option<FoundName> {
    let joined = lines
        .iter()
        .map(|part| without_date(&part.text))
        .collect::<Vec<_>>()
        .join(" ");
    let name = without_date(&joined).trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '–' | ':' | ',' | ';' | '|')
    });
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    (letters >= 3 && !name.contains('\u{fffd}') && name.chars().count() <= LONGEST_NAME).then(
        || FoundName {
            text: name.to_owned(),
            lines,
            labelled,
        },
    )
}

fn is_same_size(line: &Line, other: &Line) -> bool {
    (0.87..=1.15).contains(&(line.size / other.size))
}

fn names_project(label: &Line, line: &Line) -> bool {
    belongs_to(label, line, 2.2) && (line.start - label.start).abs() <= 6.0 * line.size
}

/// Dates, addresses, telephone numbers, scales, web addresses, firms, sentences: never a name.
pub(super) fn is_noise(text: &str) -> bool {
    let upper = text.to_uppercase();
    let words: Vec<&str> = upper.split(' ').collect();
    words.len() > 12
        || is_address(&words)
        || words.iter().all(|word| is_date(word) || word.len() < 2)
        || is_firm(&upper)
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
            ".PDF",
            "\\",
        ]
        .iter()
        .any(|sign| upper.contains(sign))
        || drawn_scale(text).is_some()
}

/// `1810 SOUTH PARK STREET`, `MADISON, WI 53703`, `608.251.8777`, `SUITE 200`.
pub(super) fn is_address(words: &[&str]) -> bool {
    let is_figures = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    let starts_with_figures = words.first().is_some_and(|word| is_figures(word));
    let has_street = words.iter().skip(1).any(|word| {
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
                | "PKWY"
                | "COURT"
                | "CT"
                | "PLACE"
                | "PL"
                | "TERRACE"
                | "CIRCLE"
                | "SUITE"
                | "STE"
        )
    });
    let has_zip = words.last().is_some_and(|word| {
        let five = word.split('-').next().unwrap_or("");
        words.len() > 1 && five.len() == 5 && is_figures(five)
    });
    let is_telephone = |word: &str| {
        let figures = word.chars().filter(char::is_ascii_digit).count();
        let is_plain = word
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '(' | ')' | '+'));
        is_plain && (7..=14).contains(&figures) && word.contains(['-', '.', '('])
    };
    let is_suite = words
        .first()
        .is_some_and(|word| matches!(*word, "SUITE" | "STE" | "TEL" | "PHONE" | "FAX" | "P.O."));
    (starts_with_figures && has_street)
        || has_zip
        || is_suite
        || words.iter().any(|word| is_telephone(word))
}

#[cfg(test)]
mod tests {
    use super::super::super::words::Word;
    use super::super::super::words::tests::word;
    use super::super::title_block::sheet_facts;
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
    fn a_strip_along_the_bottom_gives_the_name_a_cell_of_its_own() {
        let mut words = background();
        words.extend(line(
            "MAIN STREET WATER AND SEWER UTILITIES",
            60.0,
            1648.0,
            14.0,
        ));
        words.extend(line("WATER MAIN PLAN & PROFILE", 1130.0, 1648.0, 14.0));
        words.extend(line("STA 5+00 TO 10+00", 1180.0, 1666.0, 14.0));
        words.extend(line("SHEET", 2230.0, 1633.0, 8.0));
        words.extend(line("C-4", 2289.0, 1673.0, 26.0));
        let facts = sheet_facts(&words, 2592.0, 1728.0);
        assert_eq!(facts.number.as_deref(), Some("C-4"));
        assert_eq!(
            facts.name.as_deref(),
            Some("WATER MAIN PLAN & PROFILE STA 5+00 TO 10+00")
        );
    }

    #[test]
    fn a_sheet_without_a_number_or_a_label_has_no_name() {
        let mut words = background();
        words.extend(line("SITE PLAN", 2300.0, 1500.0, 20.0));
        let sheet = Sheet::new(&words, 2592.0, 1728.0);
        assert!(sheet_name(&sheet, None, &|_| false).is_none());
    }

    #[test]
    fn addresses_are_no_names() {
        for text in [
            "1810 South Park Street",
            "MADISON, WI 53703",
            "608.251.8777",
            "SUITE 200",
            "(608) 251-8777",
        ] {
            assert!(is_noise(text), "{text}");
        }
        assert!(!is_noise("FIRST FLOOR PLAN"));
        assert!(!is_noise("STREET LIGHTING PLAN"));
    }
}
