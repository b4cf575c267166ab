//! A document page as the rules for papers see it: its lines from the top, each with the room above
//! it and whether it is furniture. Every other file of this folder works on these.

use super::super::binding::Leaf;
use super::super::layout::DisplayBox;
use super::super::lines::Line;
use super::page_mark::PageMark;

/// More lines than this on a page of text are noise.
const MOST_ROWS: usize = 1_500;
/// Longer lines are cut before anything is asked of them.
const LONGEST_TEXT: usize = 2_000;
/// Covers have few words.
const COVER_WORDS: usize = 70;
/// Skewed scans are read up to so many degrees.
const SKEW: i32 = 2;

/// One line of a page of text.
#[derive(Debug)]
pub(super) struct Row<'v> {
    pub line: &'v Line,
    pub text: &'v str,
    /// From the baseline above to this one, in em of this line; large for the first line.
    pub gap: f64,
    /// A running head, a running foot or a page number.
    pub is_furniture: bool,
}

impl Row<'_> {
    pub fn size(&self) -> f64 {
        self.line.size
    }

    /// Its words, without counting more than matter.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.text.split_whitespace()
    }

    pub fn word_count(&self) -> usize {
        self.words().count()
    }

    /// Whether its letters are all capitals, and there are some.
    pub fn is_capitals(&self) -> bool {
        is_capitals(self.text)
    }
}

/// Whether a text's letters are capitals, two at least; a stray small letter (`McKAY`, `1st`) among many does not count.
pub(super) fn is_capitals(text: &str) -> bool {
    let (mut upper, mut lower) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        if c.is_lowercase() {
            lower += 1;
        } else {
            upper += 1;
        }
    }
    upper >= 2 && lower * 12 <= upper
}

/// Most words of four letters and more begin with a capital.
pub(super) fn is_title_case(text: &str) -> bool {
    let long = || {
        text.split_whitespace()
            .filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= 4)
    };
    let capital = long()
        .filter(|word| {
            word.chars()
                .find(|c| c.is_alphabetic())
                .is_some_and(char::is_uppercase)
        })
        .count();
    capital * 5 >= long().count() * 4
        && text
            .chars()
            .find(|c| c.is_alphabetic())
            .is_some_and(char::is_uppercase)
}

/// One page of a document.
#[derive(Debug)]
pub(super) struct PageOfRows<'v> {
    pub leaf: &'v Leaf,
    pub rows: Vec<Row<'v>>,
    pub mark: Option<PageMark>,
}

impl<'v> PageOfRows<'v> {
    /// The lines in the direction in which most of the page's words run; none for a drawing.
    pub fn of(leaf: &'v Leaf) -> Self {
        let mut page = Self {
            leaf,
            rows: Vec::new(),
            mark: None,
        };
        if leaf.is_drawing() {
            return page;
        }
        let turn = main_turn(leaf);
        let mut lines: Vec<&Line> = leaf
            .lines
            .iter()
            .filter(|line| (line.angle - turn).abs() <= SKEW)
            .take(MOST_ROWS)
            .collect();
        // Those of one angle stand in the order of reading, which goes column by column.
        if lines.iter().any(|line| line.angle != turn) {
            lines.sort_by(|a, b| a.down.total_cmp(&b.down).then(a.start.total_cmp(&b.start)));
        }
        let mut above: Option<f64> = None;
        for line in lines {
            let text = shortened(line.text.trim());
            if text.is_empty() {
                continue;
            }
            let gap = match above {
                // Further up is the head of the next column.
                Some(above) if line.down >= above => (line.down - above) / line.size.max(1.0),
                _ => 99.0,
            };
            above = Some(line.down);
            page.rows.push(Row {
                line,
                text,
                gap,
                is_furniture: false,
            });
        }
        page
    }

    /// What is left without running heads, feet and page numbers.
    pub fn body(&self) -> impl Iterator<Item = &Row<'v>> {
        self.rows.iter().filter(|row| !row.is_furniture)
    }

    pub fn body_words(&self) -> usize {
        self.body().map(|row| row.line.word_count).sum()
    }

    /// A page with little more than a name in large letters: of the paper, the work, who wrote it.
    pub fn is_cover(&self, body_size: f64) -> bool {
        (3..=COVER_WORDS).contains(&self.body_words())
            && self.body().any(|row| row.size() >= 1.5 * body_size)
    }

    /// Nothing to read and nothing to see.
    pub fn is_blank(&self) -> bool {
        self.rows.is_empty() && self.leaf.reading.image_count == 0 && !self.leaf.is_drawing()
    }

    /// How far down the page a row stands, 0 to 1.
    pub fn depth(&self, row: &Row<'_>) -> f64 {
        row.line.centre().1 / self.leaf.size().1.max(1.0)
    }

    /// The upright box around some of its lines.
    pub fn box_around<'a>(&self, lines: impl IntoIterator<Item = &'a Line>) -> DisplayBox {
        let mut edges = [
            f64::INFINITY,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NEG_INFINITY,
        ];
        for line in lines {
            let [left, top, right, bottom] = edges;
            edges = [
                left.min(line.left),
                top.min(line.top),
                right.max(line.right),
                bottom.max(line.bottom),
            ];
        }
        let [left, top, right, bottom] = edges;
        DisplayBox::of_points(left, top, right, bottom, self.leaf.size())
    }
}

/// The first `LONGEST_TEXT` bytes, or a little less, so that no letter is cut.
fn shortened(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

/// 0, 90, 180 or -90 degrees: where most words of the page run.
fn main_turn(leaf: &Leaf) -> i32 {
    let words = |turn: i32| -> usize {
        leaf.lines
            .iter()
            .filter(|line| (line.angle - turn).abs() <= SKEW)
            .map(|line| line.word_count)
            .sum()
    };
    let upright = words(0);
    [90, -90, 180]
        .into_iter()
        .map(|turn| (words(turn), turn))
        .filter(|(count, _)| *count > 2 * upright)
        .max_by_key(|(count, _)| *count)
        .map_or(0, |(_, turn)| turn)
}

/// The size in which most of the text is set, in points: letters counted in steps of half a point.
pub(super) fn body_size<'a, 'v: 'a>(pages: impl IntoIterator<Item = &'a PageOfRows<'v>>) -> f64 {
    let mut letters = std::collections::BTreeMap::new();
    for row in pages.into_iter().flat_map(PageOfRows::body) {
        let step = (row.size().clamp(0.0, 1_000.0) * 2.0).round() as u32;
        *letters.entry(step).or_insert(0_usize) += row.text.len();
    }
    letters
        .into_iter()
        .max_by_key(|(step, count)| (*count, std::cmp::Reverse(*step)))
        .map_or(10.0, |(step, _)| f64::from(step.max(2)) / 2.0)
}
