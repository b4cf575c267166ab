//! The pages of a volume as the search for sections sees them: level lines from the top down, cleaned,
//! with the furniture (running heads and feet) marked.

use super::super::binding::{Leaf, Volume};
use super::super::layout::DisplayBox;
use super::super::lines::Line;
use super::contents;
use super::furniture;
use super::marks::part_heading;
use super::stamps::Stamp;

/// One line of a page, in points.
#[derive(Clone, Debug)]
pub(super) struct TextLine {
    pub text: String,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    /// The em of its largest word.
    pub size: f64,
    /// A running head or foot, or a page number.
    pub is_furniture: bool,
}

/// A page of running text.
#[derive(Clone, Debug)]
pub(super) struct TextPage {
    pub number: u32,
    /// Width and height in points.
    pub size: (f64, f64),
    pub lines: Vec<TextLine>,
    /// The section that its head or foot names.
    pub stamp: Option<Stamp>,
    /// A page of a table of contents.
    pub is_contents: bool,
    pub bookmarks: Vec<String>,
}

/// A line can hardly be longer; what is beyond is noise.
const LONGEST_LINE: usize = 2_000;
/// Nor can a page of running text have more lines.
const MOST_LINES: usize = 600;

impl TextPage {
    /// The page's own lines, without furniture, each with its index among all lines.
    pub fn body(&self) -> impl DoubleEndedIterator<Item = (usize, &TextLine)> {
        self.lines
            .iter()
            .enumerate()
            .filter(|(_, line)| !line.is_furniture)
    }

    /// Without a text of its own, or with no more than the note that it is left blank.
    pub fn is_blank(&self) -> bool {
        self.body().all(|(_, line)| is_blank_note(&line.text))
    }

    pub fn display_box(&self, line: &TextLine) -> DisplayBox {
        DisplayBox::of_points(line.left, line.top, line.right, line.bottom, self.size)
    }

    pub fn has_part_heading(&self) -> bool {
        self.lines
            .iter()
            .any(|line| part_heading(&line.text).is_some())
    }
}

/// `THIS PAGE INTENTIONALLY LEFT BLANK` and its like, or a rule of signs.
pub(super) fn is_blank_note(text: &str) -> bool {
    if text.len() > 80 || (!text.contains(['B', 'b']) && text.contains(char::is_alphanumeric)) {
        return false;
    }
    let upper = text.to_uppercase();
    (upper.contains("BLANK") && (upper.contains("PAGE") || upper.contains("INTENTIONALLY")))
        || !upper.contains(|c: char| c.is_alphanumeric())
}

/// The pages of text of a volume in order, furniture and contents known.
pub(super) fn text_pages(volume: &Volume) -> Vec<TextPage> {
    let mut pages: Vec<TextPage> = volume
        .leaves
        .iter()
        .filter(|leaf| !leaf.is_drawing())
        .map(text_page)
        .collect();
    furniture::mark(&mut pages);
    contents::mark(&mut pages);
    pages
}

fn text_page(leaf: &Leaf) -> TextPage {
    // In the order of reading: column by column where a page has columns.
    let mut lines: Vec<TextLine> = leaf
        .lines
        .iter()
        .filter(|line| line.angle == 0)
        .take(MOST_LINES)
        .filter_map(text_line)
        .collect();
    drop_line_numbers(&mut lines);
    TextPage {
        number: leaf.number(),
        size: leaf.size(),
        lines,
        stamp: None,
        is_contents: false,
        bookmarks: leaf.bookmarks.clone(),
    }
}

/// Some offices number the lines of every page in the margin: 1, 2, 3 … down to the foot.
fn drop_line_numbers(lines: &mut Vec<TextLine>) {
    const FEWEST: usize = 15;
    let numbers: Vec<(usize, u32, f64)> = lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| {
            let number = line.text.split(' ').next()?.parse().ok()?;
            Some((at, number, line.left))
        })
        .collect();
    let Some((_, _, left)) = numbers.first().copied() else {
        return;
    };
    let mut expected = None;
    let margin: Vec<usize> = numbers
        .into_iter()
        .filter(|(_, number, own)| {
            // Figures of one and of two places end at the same edge.
            let fits = expected.is_none_or(|next| next == *number) && (own - left).abs() <= 15.0;
            if fits {
                expected = Some(number + 1);
            }
            fits
        })
        .map(|(at, ..)| at)
        .collect();
    if margin.len() < FEWEST || margin.len() * 5 < lines.len() * 3 {
        return;
    }
    for at in margin {
        if let Some(line) = lines.get_mut(at) {
            line.text = line
                .text
                .split_once(' ')
                .map_or("", |(_, rest)| rest)
                .to_owned();
        }
    }
    lines.retain(|line| !line.text.is_empty());
}

fn text_line(line: &Line) -> Option<TextLine> {
    let text = cleaned(&line.text);
    (!text.is_empty()).then_some(TextLine {
        text,
        left: line.left,
        right: line.right,
        top: line.top,
        bottom: line.bottom,
        size: line.size,
        is_furniture: false,
    })
}

/// Single spaces, letters without gaps, at most `LONGEST_LINE` bytes.
fn cleaned(text: &str) -> String {
    let mut end = text.len().min(LONGEST_LINE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let words: Vec<&str> = text
        .get(..end)
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    without_gaps(&words)
}

/// Puts `S E C T I O N 0 3 3 0 0 0` together again: in a run of at least four single letters the
/// spaces are gaps. Where words end is lost, but for the step from letters to figures.
fn without_gaps(words: &[&str]) -> String {
    let is_single = |word: &str| {
        let mut letters = word.chars();
        letters.next().is_some() && letters.next().is_none()
    };
    let mut text = String::new();
    let mut rest = words;
    while let Some((first, others)) = rest.split_first() {
        let run = rest.iter().take_while(|word| is_single(word)).count();
        let (run, after) = rest.split_at_checked(run).unwrap_or((&[], rest));
        let letters = run
            .iter()
            .filter(|word| word.chars().all(char::is_alphabetic))
            .count();
        if !text.is_empty() {
            text.push(' ');
        }
        if letters >= 4 {
            let mut before = ' ';
            for letter in run.iter().filter_map(|word| word.chars().next()) {
                let is_step = (before.is_alphabetic() && letter.is_ascii_digit())
                    || (before.is_ascii_digit() && letter.is_alphabetic());
                if is_step {
                    text.push(' ');
                }
                text.push(letter);
                before = letter;
            }
            rest = after;
        } else {
            text.push_str(first);
            rest = others;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widely_spaced_letters_become_words_and_other_single_letters_stay() {
        assert_eq!(cleaned("S E C T I O N 0 3 3 0 0 0"), "SECTION 033000");
        assert_eq!(
            cleaned("S E C T I O N 03 30 00 -  CONCRETE"),
            "SECTION 03 30 00 - CONCRETE"
        );
        assert_eq!(cleaned("P A R T 1 - G E N E R A L"), "PART 1-GENERAL");
        assert_eq!(cleaned("1 2 3 4 5 6 7"), "1 2 3 4 5 6 7");
        assert_eq!(cleaned("A. Type A B C"), "A. Type A B C");
    }

    #[test]
    fn a_page_left_blank_says_so_in_many_ways() {
        assert!(is_blank_note("THIS PAGE INTENTIONALLY LEFT BLANK"));
        assert!(is_blank_note("(Page Left Blank)"));
        assert!(is_blank_note("* * *"));
        assert!(!is_blank_note("Fill blank spaces with grout."));
    }
}
