//! The text of a section as it flows over lines and pages.

use std::collections::HashSet;

use super::super::layout::DisplayBox;
use super::marks::{part_heading, section_end};
use super::numbers::{after_keyword, number_at};
use super::pages::{TextLine, TextPage, is_blank_note};
use super::spans::Span;

/// A line of a section's own text.
#[derive(Clone, Copy)]
pub(super) struct FlowLine<'p> {
    pub page: &'p TextPage,
    pub line: &'p TextLine,
    /// Down from the line before, in points; none behind a page break.
    pub step: Option<f64>,
}

impl FlowLine<'_> {
    pub fn text(&self) -> &str {
        &self.line.text
    }

    pub fn display_box(&self) -> DisplayBox {
        self.page.display_box(self.line)
    }
}

/// The lines of a section behind its heading, without furniture and its own table of contents.
pub(super) fn flow<'p>(pages: &'p [TextPage], span: &Span) -> Vec<FlowLine<'p>> {
    let mut lines: Vec<FlowLine<'p>> = Vec::new();
    for at in span.body.0..=span.last_page {
        let Some(page) = pages.get(at) else { break };
        let from = if at == span.body.0 { span.body.1 } else { 0 };
        let mut above: Option<f64> = None;
        for (index, line) in page.body().skip_while(|(index, _)| *index < from) {
            if (at, index) >= span.end && at == span.end.0 {
                break;
            }
            let text = &line.text;
            let is_contents_end =
                text.len() < 100 && text.contains(['C', 'c']) && text.contains(['B', 'b']) && {
                    let upper = text.to_uppercase();
                    upper.contains("END OF SECTION TABLE OF CONTENTS")
                        || upper.contains("END OF TABLE OF CONTENTS")
                };
            if is_contents_end {
                lines.clear();
                continue;
            }
            // The heading again, at the top of a page.
            let is_own_heading = after_keyword(text)
                .and_then(|(_, rest)| number_at(rest))
                .is_some_and(|mention| {
                    mention.number == span.number && index < 3 && text.len() < 80
                });
            if is_blank_note(text) || section_end(text).is_some() || is_own_heading {
                continue;
            }
            lines.push(FlowLine {
                page,
                line,
                // None at the head of a column.
                step: above
                    .map(|above| line.top - above)
                    .filter(|step| *step > -line.size),
            });
            above = Some(line.top);
        }
    }
    behind_own_contents(lines)
}

/// A list of the section's own parts before the first of them is its table of contents: the text
/// begins at the last `PART 1` before which nothing but headings stands.
fn behind_own_contents(lines: Vec<FlowLine<'_>>) -> Vec<FlowLine<'_>> {
    let starts: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| part_heading(line.text()).is_some_and(|part| part.number == 1))
        .map(|(at, _)| at)
        .collect();
    let (Some(first), Some(second)) = (starts.first().copied(), starts.get(1).copied()) else {
        return lines;
    };
    let list = lines.get(first..second).unwrap_or_default();
    let is_list = list
        .iter()
        .any(|line| part_heading(line.text()).is_some_and(|part| part.number > 1))
        && list.iter().all(|line| line.text().len() < 90);
    if is_list {
        lines.get(second..).map(<[_]>::to_vec).unwrap_or_default()
    } else {
        lines
    }
}

/// The words of a volume, for closing hyphens at the ends of lines.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    words: HashSet<String>,
}

/// More different words than this are noise.
const MOST_WORDS: usize = 200_000;

impl Vocabulary {
    pub fn of(pages: &[TextPage]) -> Self {
        let mut words = HashSet::new();
        for line in pages.iter().flat_map(|page| &page.lines) {
            for word in line.text.split(' ') {
                let word = word.trim_matches(|c: char| !c.is_alphabetic() && c != '-');
                let is_plain = word.len() > 3
                    && !word.ends_with('-')
                    && word.chars().all(|c| c.is_alphabetic() || c == '-');
                if is_plain && words.len() < MOST_WORDS && !words.contains(word) {
                    words.insert(word.to_lowercase());
                }
            }
        }
        Self { words }
    }

    /// Puts a line behind a text. A hyphen at the end goes only if both halves make a word that the
    /// volume also prints whole, and never prints with the hyphen.
    pub fn join(&self, text: &mut String, line: &str) {
        if text.is_empty() {
            text.push_str(line);
            return;
        }
        let before = text.rsplit(' ').next().unwrap_or_default();
        let is_broken = before.len() > 1
            && before.ends_with(['-', '\u{2010}'])
            && before
                .chars()
                .rev()
                .nth(1)
                .is_some_and(char::is_alphanumeric)
            && line.starts_with(char::is_alphanumeric);
        if !is_broken {
            if !(before.ends_with('/') && before.len() > 1) {
                text.push(' ');
            }
            text.push_str(line);
            return;
        }
        let strip = |word: &str| -> String {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase()
        };
        let first = strip(before);
        let second = strip(line.split(' ').next().unwrap_or_default());
        let whole = format!("{first}{second}");
        let parted = format!("{first}-{second}");
        if line.starts_with(char::is_lowercase)
            && self.words.contains(&whole)
            && !self.words.contains(&parted)
        {
            text.pop();
        }
        text.push_str(line);
    }
}

/// The smallest box around two.
pub(super) fn union(a: DisplayBox, b: DisplayBox) -> DisplayBox {
    DisplayBox {
        left: a.left.min(b.left),
        top: a.top.min(b.top),
        right: a.right.max(b.right),
        bottom: a.bottom.max(b.bottom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hyphen_is_closed_only_when_the_word_is_known_whole() {
        let vocabulary = Vocabulary {
            words: ["specifications", "reentrant", "re-entrant"]
                .map(str::to_owned)
                .into(),
        };
        let joined = |first: &str, second| {
            let mut text = first.to_owned();
            vocabulary.join(&mut text, second);
            text
        };
        assert_eq!(
            joined("the specifi-", "cations of"),
            "the specifications of"
        );
        assert_eq!(joined("cast-in-", "place"), "cast-in-place");
        assert_eq!(joined("re-", "entrant"), "re-entrant");
        assert_eq!(joined("90.1-", "2019"), "90.1-2019");
        assert_eq!(joined("type -", "and"), "type - and");
        assert_eq!(joined("one", "two"), "one two");
    }
}
