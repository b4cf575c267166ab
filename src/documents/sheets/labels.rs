//! The labels of a title block (`SHEET TITLE`, `Drawing No.`, `DATE`), and where their values stand.
//! Asked by everything that reads a title block.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::super::lines::Line;
use super::dates::find_date;
use super::label_texts::{
    CONTRACT_NUMBERS, DATE_LABELS, DESCRIPTION_LABELS, NAME_ENDS, NAME_LABELS, NUMBER_ENDS,
    NUMBER_LABELS, OTHERS, OWNERS, PARTIES, PROJECT_NAMES, PROJECT_NUMBERS, REVISION_LABELS,
    SCALE_LABELS, THINGS,
};

/// What a printed label announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Label {
    Number,
    Name,
    /// `DRAWING` alone announces a number in one office and a name in another.
    Drawing,
    Scale,
    Revision,
    /// The date of issue; dates of plotting are of no interest.
    Date,
    ProjectName,
    ProjectNumber,
    /// The number of a contract is the project's where no other is given.
    ContractNumber,
    /// A column of a revision table that other fields do not have.
    Description,
    /// The project's people and places: what follows names them, not the sheet.
    Party,
    /// A person's initials, a seal and the like.
    Other,
}

impl Label {
    /// Whether a project, its people or its place follows.
    pub fn is_of_project(self) -> bool {
        matches!(self, Self::ProjectName | Self::ProjectNumber | Self::Party)
    }
}

/// The label that a line is, or starts with, and the text that follows on the line.
pub(in super::super) fn label(text: &str) -> Option<(Label, &str)> {
    if text.len() > 200 || !table().starts.contains(&start_of(text)) {
        return None;
    }
    if let Some((head, rest)) = text.split_once(':')
        && let Some(label) = bare_label(head)
    {
        let rest = rest.trim_start_matches([':', ' ']).trim();
        return Some((announced(label, rest), rest));
    }
    if let Some(label) = bare_label(text) {
        return Some((label, ""));
    }
    // "SHEET NO. A-101", "SCALE 1/4"=1'" and "Rev P02" come without a colon.
    let mut best: Option<(Label, &str)> = None;
    for (at, _) in text.match_indices(' ').take(5) {
        let (Some(head), Some(rest)) = (text.get(..at), text.get(at..)) else {
            continue;
        };
        let Some(label) = bare_label(head) else {
            continue;
        };
        let rest = rest.trim();
        let of_two_words = head.contains(' ') || head.ends_with('.');
        let has_figure = rest.contains(|c: char| c.is_ascii_digit());
        let is_taken = match label {
            Label::Scale => true,
            Label::Number => of_two_words || (has_figure && !rest.contains(' ')),
            Label::Name => of_two_words,
            // Not a name that begins so: DRAWING INDEX, SHEET NOTES.
            Label::Drawing => {
                let is_one = !rest.contains(' ') && rest.len() <= 20;
                (is_one && (has_figure || rest.len() <= 3)) || counts_sheets(rest)
            }
            Label::Revision => {
                let is_mark = !rest.contains(' ') && rest.len() <= 20;
                is_mark || dated_mark(rest).is_some()
            }
            Label::Date | Label::ProjectNumber | Label::ContractNumber => has_figure,
            Label::ProjectName => announced(label, rest) == Label::ProjectNumber,
            _ => false,
        };
        if is_taken {
            best = Some((announced(label, rest), rest));
        }
    }
    best
}

/// `3 OF 12` after SHEET.
fn counts_sheets(rest: &str) -> bool {
    let is_count = |text: &str| {
        text.len() <= 3 && !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
    };
    let upper = rest.to_ascii_uppercase();
    upper
        .split_once(" OF ")
        .is_some_and(|(number, all)| is_count(number) && is_count(all))
}

/// What a label announces by what follows it: `JOB` and `PROJECT` stand before a number too.
fn announced(label: Label, rest: &str) -> Label {
    let is_number = !rest.contains(' ') && rest.chars().filter(char::is_ascii_digit).count() >= 2;
    match label {
        Label::ProjectName if is_number && find_date(rest).is_none() => Label::ProjectNumber,
        label => label,
    }
}

/// The mark in `B 6.02.23 PLAN CHECK`: one word before a date.
pub(super) fn dated_mark(text: &str) -> Option<&str> {
    let date = find_date(text)?;
    let first = text.split(' ').next()?;
    (date.before == 1 && first.len() <= 3).then_some(first)
}

/// The label that the text is, whole; two languages beside each other count once.
fn bare_label(head: &str) -> Option<Label> {
    if head.len() > 60 {
        return None;
    }
    let plain = plain(head);
    known(&plain).or_else(|| {
        let mut pieces = plain.split(['/', '|']).map(str::trim);
        let first = known(pieces.next()?)?;
        let mut rest = pieces.map(known).peekable();
        rest.peek()?;
        rest.all(|piece| piece.is_some()).then_some(first)
    })
}

/// Capitals without accents and dots, one spelling of "number", single spaces.
fn plain(head: &str) -> String {
    let folded: String = head
        .to_uppercase()
        .replace("N°", "NO")
        .replace("Nº", "NO")
        .chars()
        .map(|letter| match letter {
            '’' | '‘' => '\'',
            '.' | '_' => ' ',
            other => without_accent(other),
        })
        .collect::<String>()
        .replace('#', " NO");
    let words: Vec<&str> = folded
        .split_whitespace()
        .map(|word| match word {
            "NUMBER" | "NUM" | "NUMERO" | "NUMB" | "NBR" | "NR" => "NO",
            word => word,
        })
        .collect();
    words.join(" ").trim_matches([':', '-', ' ']).to_owned()
}

fn known(plain: &str) -> Option<Label> {
    table().labels.get(plain).copied()
}

/// All labels, and the letters that one of them starts with: most lines of a sheet are none, and that
/// is seen at their first word.
struct Labels {
    labels: HashMap<String, Label>,
    starts: HashSet<String>,
}

fn table() -> &'static Labels {
    static LABELS: OnceLock<Labels> = OnceLock::new();
    LABELS.get_or_init(|| {
        let mut labels = HashMap::new();
        for thing in THINGS {
            for end in NUMBER_ENDS {
                labels.insert(format!("{thing} {end}"), Label::Number);
            }
            for end in NAME_ENDS {
                labels.insert(format!("{thing} {end}"), Label::Name);
            }
        }
        // Of a text in two lists the first list counts.
        for owner in OWNERS {
            for text in PROJECT_NUMBERS {
                labels.insert(format!("{owner} {text}"), Label::ProjectNumber);
            }
        }
        for (texts, label) in [
            (THINGS, Label::Drawing),
            (NUMBER_LABELS, Label::Number),
            (NAME_LABELS, Label::Name),
            (SCALE_LABELS, Label::Scale),
            (REVISION_LABELS, Label::Revision),
            (DATE_LABELS, Label::Date),
            (PROJECT_NAMES, Label::ProjectName),
            (PROJECT_NUMBERS, Label::ProjectNumber),
            (CONTRACT_NUMBERS, Label::ContractNumber),
            (DESCRIPTION_LABELS, Label::Description),
            (PARTIES, Label::Party),
            (OTHERS, Label::Other),
        ] {
            for text in texts {
                labels.entry((*text).to_owned()).or_insert(label);
            }
        }
        let mut starts: HashSet<String> = labels.keys().map(|text| start_of(text)).collect();
        starts.insert(start_of("N° DE DESSIN"));
        Labels { labels, starts }
    })
}

/// The letters before anything else, in capitals without accents.
fn start_of(text: &str) -> String {
    text.trim_start()
        .chars()
        .take_while(|letter| letter.is_alphabetic() && *letter != 'º')
        .take(20)
        .flat_map(char::to_uppercase)
        .map(without_accent)
        .collect()
}

fn without_accent(letter: char) -> char {
    match letter {
        'É' | 'È' | 'Ê' => 'E',
        'À' | 'Â' => 'A',
        'Ç' => 'C',
        other => other,
    }
}

/// Whether `value` stands where a label's value is printed: under it within `depth` em of the larger
/// letters, or to its right on the same baseline.
pub(super) fn belongs_to(label: &Line, value: &Line, depth: f64) -> bool {
    label.angle == value.angle && (is_under(label, value, depth) || is_beside(label, value))
}

pub(super) fn is_under(label: &Line, value: &Line, depth: f64) -> bool {
    let em = label.size.max(value.size);
    let step = value.down - label.down;
    label.angle == value.angle
        && step > 0.3 * label.size
        && step <= depth * em
        && value.end > label.start - 2.0 * label.size
        && value.start > label.start - 12.0 * em
        && value.start < label.end + 12.0 * em
}

pub(super) fn is_beside(label: &Line, value: &Line) -> bool {
    let em = label.size.max(value.size);
    label.angle == value.angle
        && (value.down - label.down).abs() <= 0.6 * em
        && value.start >= label.end - 0.3 * label.size
        && value.start - label.end <= 5.0 * em
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_with_and_without_their_value() {
        for (text, expected) in [
            ("Drawing Title", Some((Label::Name, ""))),
            ("SHEET NO.", Some((Label::Number, ""))),
            ("SHEET NO. A-101", Some((Label::Number, "A-101"))),
            ("SHEET #", Some((Label::Number, ""))),
            ("SHEET ID", Some((Label::Number, ""))),
            ("SHEET REFERENCE NUMBER:", Some((Label::Number, ""))),
            ("SHEET TITLE: ROOF PLAN", Some((Label::Name, "ROOF PLAN"))),
            ("Project Title", Some((Label::ProjectName, ""))),
            ("PROJECT NO. 1801", Some((Label::ProjectNumber, "1801"))),
            ("JOB 23-A104", Some((Label::ProjectNumber, "23-A104"))),
            ("Job: S24-210", Some((Label::ProjectNumber, "S24-210"))),
            (
                "JOB: MILL STREET LIBRARY",
                Some((Label::ProjectName, "MILL STREET LIBRARY")),
            ),
            ("UNIVERSITY PROJECT NO.", Some((Label::ProjectNumber, ""))),
            ("Rev P02", Some((Label::Revision, "P02"))),
            (
                "REV B 6.02.23 PLAN CHECK",
                Some((Label::Revision, "B 6.02.23 PLAN CHECK")),
            ),
            ("Date: 03/12/2018", Some((Label::Date, "03/12/2018"))),
            ("Scale @ A1", Some((Label::Scale, ""))),
            ("Drawing:", Some((Label::Drawing, ""))),
            ("SHEET 3 OF 12", Some((Label::Drawing, "3 OF 12"))),
            ("DRAWING INDEX", None),
            ("SHEET NOTES", None),
            ("TITLE SHEET", None),
            ("SITE PLAN", None),
            ("DRAWING FOR THE KITCHEN", None),
        ] {
            assert_eq!(label(text), expected, "{text}");
        }
    }

    #[test]
    fn two_languages_are_one_label() {
        assert_eq!(
            label("DRAWING TITLE / TITRE DU DESSIN"),
            Some((Label::Name, ""))
        );
        assert_eq!(label("Drawing no./N° de dessin"), Some((Label::Number, "")));
        assert_eq!(label("SCALE/ÉCHELLE"), Some((Label::Scale, "")));
        assert_eq!(label("FLOOR / ROOF"), None);
    }
}
