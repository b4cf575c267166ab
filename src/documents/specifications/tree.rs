//! The paragraphs of one article, put below each other by kind of label, by sequence and by indent.

use super::super::bound::Paragraph;
use super::flow::{FlowLine, Vocabulary, union};
use super::marks::{Label, LabelKind};
use super::outline::as_roman;
use super::titles::is_title_case;

/// Deeper levels are kept at this one.
const MOST_LEVELS: usize = 8;
/// Lines stand at one indent when they differ by no more, in points.
const SAME_INDENT: f64 = 4.0;

/// A paragraph that may still grow.
struct Open {
    /// None for text without a label.
    kind: Option<LabelKind>,
    value: u32,
    /// How many figures a decimal label has below its article.
    depth: usize,
    /// Where its label stands, in points.
    left: f64,
    /// Where its last line ends.
    right: f64,
    /// Of its last line.
    size: f64,
    paragraph: Paragraph,
}

/// The tree while it grows: closed paragraphs, and the open ones from the outermost to the innermost.
pub(super) struct Tree<'v> {
    vocabulary: &'v Vocabulary,
    done: Vec<Paragraph>,
    open: Vec<Open>,
    /// Below a heading such as `SD-03 Product Data`.
    is_in_group: bool,
}

/// The head of a group in UFGS' list of submittals: `SD-03 Product Data`.
pub(super) fn is_group(text: &str) -> bool {
    text.strip_prefix("SD-")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        && text.len() < 80
}

/// Whether a line of a group of UFGS' list is an item of its own: such lines have no space between them,
/// and only one that reaches the right margin goes on in the next.
fn starts_item(open: &Open, line: &FlowLine<'_>) -> bool {
    let is_full = open.right > 0.75 * line.page.size.0;
    let is_open = open.paragraph.text.ends_with([',', '-', '/']);
    !is_full && !is_open && line.text().starts_with(|c: char| !c.is_lowercase())
}

/// `Shop Drawings: Plans and elevations`, the heading of a paragraph that has no label.
fn has_run_in_heading(text: &str) -> bool {
    text.split_once(": ").is_some_and(|(heading, rest)| {
        heading.split(' ').count() <= 6
            && !heading.contains([',', '.', ';', '('])
            && heading.chars().filter(|c| c.is_alphabetic()).count() >= 3
            && is_title_case(heading)
            && !rest.is_empty()
    })
}

impl<'v> Tree<'v> {
    pub fn new(vocabulary: &'v Vocabulary) -> Self {
        Self {
            vocabulary,
            done: Vec::new(),
            open: Vec::new(),
            is_in_group: false,
        }
    }

    /// A line that starts with a label; when the label does not fit, the line goes on with the text.
    pub fn add(&mut self, label: Label<'_>, line: &FlowLine<'_>) {
        let roman = as_roman(&label);
        match self.level_of(&label, line) {
            Some(level) => self.start(level, &label, 0, line),
            None => match roman {
                Some(value) => {
                    let roman = Label {
                        kind: LabelKind::Roman,
                        value,
                        ..label
                    };
                    match self.level_of(&roman, line) {
                        Some(level) => self.start(level, &roman, 0, line),
                        None => self.go_on(line),
                    }
                }
                None => self.go_on(line),
            },
        }
    }

    /// `2.1.3`: below the decimal label with fewer figures.
    pub fn add_decimal(&mut self, label: &Label<'_>, depth: usize, line: &FlowLine<'_>) {
        let level = self
            .open
            .iter()
            .position(|open| open.kind != Some(LabelKind::Decimal) || open.depth >= depth)
            .unwrap_or(self.open.len());
        self.start(level, label, depth, line);
    }

    /// At which level a label stands; none when it cannot be one.
    fn level_of(&self, label: &Label<'_>, line: &FlowLine<'_>) -> Option<usize> {
        let left = line.line.left;
        if label.kind == LabelKind::DotFigure {
            return self.level_by_indent(label, left);
        }
        let of_kind = self
            .open
            .iter()
            .rposition(|open| open.kind == Some(label.kind));
        if label.kind == LabelKind::Bullet {
            return Some(match of_kind {
                Some(level) if self.is_at(level, left) => level,
                _ => self.labelled_levels(),
            });
        }
        if let Some(level) = of_kind {
            let before = self.open.get(level)?;
            let is_flush = self.is_at(level, left);
            if label.value == before.value + 1 {
                return Some(level);
            }
            // Labels may have been left out, or pages be missing.
            if label.value > before.value && label.value <= before.value + 10 && is_flush {
                return Some(level);
            }
            // A new row of the same labels: at the same indent below an unlabelled text, or deeper.
            if label.value == 1 {
                return Some(if is_flush {
                    level
                } else {
                    self.labelled_levels()
                });
            }
            return None;
        }
        let is_first = label.value == 1;
        let follows_gap = line.step.is_none() && self.open.is_empty() && self.done.is_empty();
        let is_expected =
            is_first || follows_gap || (label.value == 2 && label.kind != LabelKind::Figure);
        // A text that starts a line with `1.` stands flush with the text before it, not deeper.
        is_expected.then(|| self.labelled_levels())
    }

    /// `.1` means every level: the indent tells which.
    fn level_by_indent(&self, label: &Label<'_>, left: f64) -> Option<usize> {
        let at = self.open.iter().rposition(|open| {
            open.kind == Some(LabelKind::DotFigure) && open.left <= left + SAME_INDENT
        });
        match at.and_then(|level| Some((level, self.open.get(level)?))) {
            Some((level, open)) if left > open.left + SAME_INDENT => {
                // Deeper rows start with the first.
                (label.value == 1).then_some(level + 1)
            }
            Some((level, open)) => (label.value > open.value || label.value == 1).then_some(level),
            None => Some(0),
        }
    }

    fn is_at(&self, level: usize, left: f64) -> bool {
        self.open
            .get(level)
            .is_some_and(|open| (open.left - left).abs() <= SAME_INDENT)
    }

    /// The level below the innermost labelled paragraph: text without a label has nothing below it.
    fn labelled_levels(&self) -> usize {
        self.open
            .iter()
            .rposition(|open| open.kind.is_some())
            .map_or(0, |level| level + 1)
    }

    fn start(&mut self, level: usize, label: &Label<'_>, depth: usize, line: &FlowLine<'_>) {
        self.is_in_group = false;
        self.push(
            level,
            Open {
                kind: Some(label.kind),
                value: label.value,
                depth,
                left: line.line.left,
                right: line.line.right,
                size: line.line.size,
                paragraph: Paragraph {
                    label: label.printed.to_owned(),
                    text: label.rest.to_owned(),
                    page_number: line.page.number,
                    display_box: line.display_box(),
                    paragraphs: Vec::new(),
                },
            },
        );
    }

    fn push(&mut self, level: usize, open: Open) {
        let level = level.min(MOST_LEVELS - 1);
        while self.open.len() > level {
            self.close_innermost();
        }
        self.open.push(open);
    }

    /// A line without a label of its own.
    pub fn go_on(&mut self, line: &FlowLine<'_>) {
        let starts_anew = match self.open.last() {
            None => true,
            Some(open) => {
                let is_far = line
                    .step
                    .is_some_and(|step| step > 1.75 * line.line.size.max(open.size));
                let is_sentence_end = open.paragraph.text.ends_with(['.', ':', ';']);
                match open.kind {
                    Some(LabelKind::Decimal) => is_far || is_sentence_end || line.step.is_none(),
                    Some(_) => is_far && line.line.left < open.left - SAME_INDENT,
                    // `SD-03 Product Data` heads a group of UFGS' list of submittals.
                    None => {
                        is_far
                            || is_group(line.text())
                            || is_group(&open.paragraph.text)
                            || (self.is_in_group && starts_item(open, line))
                            || (is_sentence_end && has_run_in_heading(line.text()))
                    }
                }
            }
        };
        if !starts_anew {
            let Some(open) = self.open.last_mut() else {
                return;
            };
            self.vocabulary.join(&mut open.paragraph.text, line.text());
            open.size = line.line.size;
            open.right = line.line.right;
            if open.paragraph.page_number == line.page.number {
                open.paragraph.display_box = union(open.paragraph.display_box, line.display_box());
            }
            return;
        }
        self.start_text(line.text(), line);
    }

    /// A text without a label, below the innermost label that it is indented from; a decimal heading
    /// owns all that follows.
    pub fn start_text(&mut self, text: &str, line: &FlowLine<'_>) {
        self.is_in_group |= is_group(text);
        let left = line.line.left;
        let level = self
            .open
            .iter()
            .rposition(|open| match open.kind {
                Some(LabelKind::Decimal) => true,
                Some(_) => open.left < left - SAME_INDENT,
                None => false,
            })
            .map_or(0, |level| level + 1);
        self.push(
            level,
            Open {
                kind: None,
                value: 0,
                depth: 0,
                left,
                right: line.line.right,
                size: line.line.size,
                paragraph: Paragraph {
                    label: String::new(),
                    text: text.to_owned(),
                    page_number: line.page.number,
                    display_box: line.display_box(),
                    paragraphs: Vec::new(),
                },
            },
        );
    }

    fn close_innermost(&mut self) {
        let Some(open) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.paragraph.paragraphs.push(open.paragraph),
            None => self.done.push(open.paragraph),
        }
    }

    pub fn finish(mut self) -> Vec<Paragraph> {
        while !self.open.is_empty() {
            self.close_innermost();
        }
        self.done
    }
}
