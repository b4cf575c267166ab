//! The labels and the outer shape of a title block, and what is read from it as a whole.
//! The worker asks for every drawing page; number, name and scale have files of their own.

use super::discipline::{discipline, drawing_type};
use super::lines::{Line, sheet_lines};
use super::scale::sheet_scale;
use super::sheet_name::sheet_name;
use super::sheet_number::sheet_number;
use super::words::Word;

/// What a sheet says of itself; each part is none where unsure.
#[derive(Debug, Default, PartialEq)]
pub(super) struct SheetFacts {
    pub number: Option<String>,
    pub name: Option<String>,
    pub discipline: Option<&'static str>,
    pub drawing_type: Option<&'static str>,
    pub scale: Option<String>,
}

/// A sheet as the title block rules see it: size in points, lines, and the usual size of its letters.
pub(super) struct Sheet {
    pub width: f64,
    pub height: f64,
    pub lines: Vec<Line>,
    /// The em of ordinary words, in points: a third of all words are smaller.
    pub usual_size: f64,
}

impl Sheet {
    pub fn new(words: &[Word], width: f64, height: f64) -> Self {
        let mut sizes: Vec<f64> = words.iter().map(|word| word.size).collect();
        let third = sizes.len() / 3;
        let usual_size = if sizes.is_empty() {
            1.0
        } else {
            *sizes.select_nth_unstable_by(third, f64::total_cmp).1
        };
        Self {
            width,
            height,
            lines: sheet_lines(words),
            usual_size,
        }
    }

    pub fn short_side(&self) -> f64 {
        self.width.min(self.height)
    }

    /// Where a line's centre stands, as shares of width and height.
    pub fn place(&self, line: &Line) -> (f64, f64) {
        let (x, y) = line.centre();
        (x / self.width.max(1.0), y / self.height.max(1.0))
    }

    /// The strips along the right and the bottom edge in which title blocks stand.
    pub fn is_in_title_strip(&self, line: &Line) -> bool {
        let (x, y) = self.place(line);
        x > 0.75 || y > 0.82
    }
}

/// Reads the title block from the words of a drawing page; width and height in points.
pub(super) fn sheet_facts(words: &[Word], width: f64, height: f64) -> SheetFacts {
    let sheet = Sheet::new(words, width, height);
    let found = sheet_number(&sheet);
    let name = sheet_name(&sheet, found.as_ref());
    let number = found.map(|found| found.number);
    SheetFacts {
        discipline: number
            .as_deref()
            .and_then(|number| discipline(number, name.as_deref())),
        drawing_type: name.as_deref().and_then(drawing_type),
        scale: sheet_scale(&sheet),
        number,
        name,
    }
}

/// What a printed label announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Number,
    Name,
    Scale,
    /// The project and its people: what follows names them, not the sheet.
    Project,
    /// A date, a person's initials and the like.
    Other,
}

const NUMBER_LABELS: &[&str] = &[
    "SHEET NO",
    "SHEET NUMBER",
    "SHEET NUM",
    "SHEET #",
    "SHEET",
    "SHEET ID",
    "SHT NO",
    "DRAWING NO",
    "DRAWING NUMBER",
    "DRAWING #",
    "DRAWING",
    "DWG NO",
    "DWG #",
    "DWG",
    "DRG NO",
];
const NAME_LABELS: &[&str] = &[
    "SHEET TITLE",
    "SHEET NAME",
    "SHEET CONTENTS",
    "SHEET CONTENT",
    "SHEET DESCRIPTION",
    "DRAWING TITLE",
    "DRAWING NAME",
    "DRAWING DESCRIPTION",
    "DWG TITLE",
    "DWG NAME",
    "TITLE",
];
const SCALE_LABELS: &[&str] = &["SCALE", "DRAWING SCALE", "SCALES", "PLOT SCALE"];
const PROJECT_LABELS: &[&str] = &[
    "PROJECT",
    "PROJECT TITLE",
    "PROJECT NAME",
    "PROJECT NO",
    "PROJECT NUMBER",
    "PROJECT #",
    "PROJECT ADDRESS",
    "PROJECT LOCATION",
    "PROJECT STATUS",
    "PROJ NO",
    "JOB",
    "JOB NO",
    "JOB NUMBER",
    "JOB NAME",
    "CLIENT",
    "OWNER",
    "LOCATION",
    "ADDRESS",
    "BUILDING NUMBER",
    "BUILDING NO",
    "CONSULTANT",
    "CONSULTANTS",
    "ARCHITECT",
    "ENGINEER",
    "CONTRACTOR",
];
const OTHER_LABELS: &[&str] = &[
    "PHASE",
    "DATE",
    "ISSUE DATE",
    "ISSUED",
    "ISSUED FOR",
    "ISSUE",
    "PLOT DATE",
    "PRINT DATE",
    "DRAWN",
    "DRAWN BY",
    "DRN",
    "DESIGNED",
    "DESIGNED BY",
    "CHECKED",
    "CHECKED BY",
    "CHK",
    "APPROVED",
    "APPROVED BY",
    "REVIEWED BY",
    "REVISION",
    "REVISIONS",
    "REV",
    "NO",
    "MARK",
    "DESCRIPTION",
    "REMARKS",
    "STAMP",
    "SEAL",
    "SEALS",
    "FILE",
    "FILE NAME",
    "FILE NO",
    "COPYRIGHT",
    "CONTRACT NO",
    "COMMISSION NO",
    "PERMIT NO",
    "KEY PLAN",
];

/// The label that a line is, or starts with before a colon, and the text that follows on the line.
pub(super) fn label(text: &str) -> Option<(Label, &str)> {
    let (head, rest) = match text.split_once(':') {
        Some((head, rest)) => (head, rest.trim()),
        None => (text, ""),
    };
    if let Some(label) = bare_label(head) {
        return Some((label, rest));
    }
    // "SHEET NO. A-101" and "SCALE 1/4"=1'" come without a colon.
    let mut best: Option<(Label, &str)> = None;
    for (at, _) in text.match_indices(' ') {
        let (Some(head), Some(rest)) = (text.get(..at), text.get(at..)) else {
            continue;
        };
        if let Some(label) = bare_label(head)
            && !matches!(label, Label::Other | Label::Project)
            && (!matches!(label, Label::Number | Label::Name) || head.contains(' '))
        {
            best = Some((label, rest.trim()));
        }
    }
    best
}

fn bare_label(head: &str) -> Option<Label> {
    if head.len() > 24 {
        return None;
    }
    let plain: String = head
        .chars()
        .filter(|letter| *letter != '.')
        .collect::<String>()
        .to_uppercase();
    let plain = plain.trim();
    let among = |labels: &[&str]| labels.contains(&plain);
    if among(NUMBER_LABELS) {
        Some(Label::Number)
    } else if among(NAME_LABELS) {
        Some(Label::Name)
    } else if among(SCALE_LABELS) {
        Some(Label::Scale)
    } else if among(PROJECT_LABELS) {
        Some(Label::Project)
    } else if among(OTHER_LABELS) {
        Some(Label::Other)
    } else {
        None
    }
}

/// Whether `value` stands where a label's value is printed: under it within `depth` em of the larger
/// letters, or to its right on the same baseline.
pub(super) fn belongs_to(label: &Line, value: &Line, depth: f64) -> bool {
    if label.angle != value.angle {
        return false;
    }
    let em = label.size.max(value.size);
    let step = value.down - label.down;
    let under = step > 0.3 * label.size
        && step <= depth * em
        && value.end > label.start - 2.0 * label.size
        && value.start < label.end + 12.0 * em;
    let beside =
        step.abs() <= 0.6 * em && value.start >= label.end && value.start - label.end <= 4.0 * em;
    under || beside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_with_and_without_their_value() {
        assert_eq!(label("Drawing Title"), Some((Label::Name, "")));
        assert_eq!(label("SHEET NO."), Some((Label::Number, "")));
        assert_eq!(label("SHEET NO. A-101"), Some((Label::Number, "A-101")));
        assert_eq!(
            label("SHEET TITLE: ROOF PLAN"),
            Some((Label::Name, "ROOF PLAN"))
        );
        assert_eq!(label("Project Title"), Some((Label::Project, "")));
        assert_eq!(label("TITLE SHEET"), None);
        assert_eq!(label("SITE PLAN"), None);
    }
}
