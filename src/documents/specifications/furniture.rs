//! Running heads and feet: learned per volume from where lines stand and which come back on the pages
//! near by.

use std::collections::HashMap;

use super::marks::{LabelKind, decimal_label, paragraph_label, part_heading, section_end};
use super::numbers::numbers_in;
use super::pages::{TextLine, TextPage};
use super::stamps::{is_page_number, read_stamp, stamp_of, strip_shared_words};

/// Heads and feet stand in these parts of the page's height.
const TOP: f64 = 0.16;
const BOTTOM: f64 = 0.84;
/// No head or foot has more lines.
const MOST_EDGE_LINES: usize = 8;
/// Left and right pages may differ, first pages too: look so many pages away.
const NEAR_PAGES: usize = 4;
/// The same line may stand so much higher or lower, in points.
const DRIFT: f64 = 5.0;

/// A line near the upper or lower edge.
struct EdgeLine {
    line: usize,
    is_top: bool,
    /// From its edge, in points.
    depth: f64,
    key: String,
    is_kept: bool,
    is_repeated: bool,
}

/// Marks the furniture of all pages and reads their stamps.
pub(super) fn mark(pages: &mut [TextPage]) {
    let mut edges: Vec<Vec<EdgeLine>> = pages.iter().map(edge_lines).collect();
    mark_repeated(&mut edges);
    let bands = Bands::of(&edges);
    for (page, edges) in pages.iter_mut().zip(&edges) {
        mark_page(page, edges, &bands);
        page.stamp = read_stamp(page);
    }
    strip_shared_words(pages);
}

/// Sections begin with the same sentences, at the same heights of their pages: what goes on with a text
/// above it is no furniture, however often it comes back.
fn mark_page(page: &mut TextPage, edges: &[EdgeLine], bands: &Bands) {
    let last = page.lines.len().saturating_sub(1);
    let reach = reach_of_text(page);
    let by_line: HashMap<usize, &EdgeLine> = edges.iter().map(|edge| (edge.line, edge)).collect();
    // Where the text ends that the next line may go on with.
    let mut text_end: Option<f64> = None;
    for (at, line) in page.lines.iter_mut().enumerate() {
        let Some(edge) = by_line.get(&at).filter(|edge| !edge.is_kept) else {
            text_end = Some(line.bottom);
            continue;
        };
        let is_sure = (at == 0 || at == last) && is_page_number(&line.text)
            || stamp_of(&line.text).is_some_and(|found| {
                found.is_sure || (found.is_sure_at_foot && !edge.is_top && at == last)
            });
        let gap = text_end.map(|end| line.top - end);
        let goes_on = gap.is_some_and(|gap| (-0.6 * line.size..=reach).contains(&gap));
        line.is_furniture = is_sure
            || (edge.is_repeated || bands.have(edge))
                && !goes_on
                && !is_rest_of_sentence(&line.text);
        // A line among heads that does not come back may be one of them still.
        let is_text = goes_on || !edge.is_top;
        text_end = (is_text && !line.is_furniture).then_some(line.bottom);
    }
}

/// The widest gap between lines of one paragraph, in points: a little more than that of most lines.
fn reach_of_text(page: &TextPage) -> f64 {
    let lines = page.lines.iter();
    let mut gaps: Vec<f64> = lines
        .clone()
        .zip(lines.skip(1))
        .map(|(above, below)| below.top - above.bottom)
        .filter(|gap| *gap > 0.0)
        .collect();
    let size = page.lines.iter().map(|line| line.size).fold(0.0, f64::max);
    let half = gaps.len() / 2;
    if half == 0 {
        return 0.4 * size;
    }
    let (_, median, _) = gaps.select_nth_unstable_by(half, f64::total_cmp);
    (1.25 * *median).clamp(0.0, 1.5 * size)
}

/// `requirements for installation tolerances and other conditions.`
fn is_rest_of_sentence(text: &str) -> bool {
    text.starts_with(|c: char| c.is_lowercase())
        && text.split(' ').count() > 3
        && !text.starts_with("page")
}

fn edge_lines(page: &TextPage) -> Vec<EdgeLine> {
    let height = page.size.1;
    let edge = |line: usize, found: &TextLine, is_top: bool| EdgeLine {
        line,
        is_top,
        depth: if is_top {
            found.top
        } else {
            height - found.bottom
        },
        key: key(&found.text),
        is_kept: is_kept(&found.text),
        is_repeated: false,
    };
    let lines = page.lines.iter().enumerate();
    let top = lines
        .clone()
        .take_while(|(_, line)| line.top < TOP * height)
        .take(MOST_EDGE_LINES);
    let bottom = lines
        .rev()
        .take_while(|(_, line)| line.bottom > BOTTOM * height)
        .take(MOST_EDGE_LINES);
    top.map(|(at, line)| edge(at, line, true))
        .chain(bottom.map(|(at, line)| edge(at, line, false)))
        .collect()
}

/// The line with its figures left open, so that page numbers and dates do not part it from its like;
/// but with its section number, which makes a heading differ from the next section's.
fn key(text: &str) -> String {
    let mut key = String::new();
    let mut in_figures = false;
    for letter in text.chars().take(200) {
        if letter.is_ascii_digit() {
            if !in_figures {
                key.push('#');
            }
            in_figures = true;
        } else {
            in_figures = false;
            key.extend(letter.to_lowercase());
        }
    }
    for (_, mention) in numbers_in(text) {
        key.push('\n');
        key.push_str(&mention.number.text);
    }
    key
}

/// What is never furniture, however often it comes back.
fn is_kept(text: &str) -> bool {
    if is_page_number(text) || stamp_of(text).is_some_and(|found| found.is_sure) {
        return false;
    }
    part_heading(text).is_some()
        || section_end(text).is_some()
        || decimal_label(text).is_some()
        || paragraph_label(text).is_some_and(|label| label.kind != LabelKind::Bullet)
}

fn mark_repeated(edges: &mut [Vec<EdgeLine>]) {
    let mut places: HashMap<(String, bool), Vec<(usize, f64)>> = HashMap::new();
    for (page, edges) in edges.iter().enumerate() {
        for edge in edges {
            let at = places.entry((edge.key.clone(), edge.is_top)).or_default();
            at.push((page, edge.depth));
        }
    }
    for (page, edges) in edges.iter_mut().enumerate() {
        for edge in edges {
            let Some(at) = places.get(&(edge.key.clone(), edge.is_top)) else {
                continue;
            };
            let from = at.partition_point(|(other, _)| other + NEAR_PAGES < page);
            // A page has a bounded number of edge lines, so this is bounded too.
            edge.is_repeated = at
                .iter()
                .skip(from)
                .take_while(|(other, _)| *other <= page + NEAR_PAGES)
                .any(|(other, depth)| *other != page && (depth - edge.depth).abs() <= DRIFT);
        }
    }
}

/// The heights at which most lines of the volume are repeated ones: a line there is furniture even if
/// it does not come back, as that of a section with one page.
struct Bands {
    counts: HashMap<(bool, i64), (usize, usize)>,
}

impl Bands {
    const STEP: f64 = 4.0;

    fn place(edge: &EdgeLine) -> (bool, i64) {
        (edge.is_top, (edge.depth / Self::STEP).round() as i64)
    }

    fn of(edges: &[Vec<EdgeLine>]) -> Self {
        let mut counts: HashMap<(bool, i64), (usize, usize)> = HashMap::new();
        for edge in edges.iter().flatten() {
            let count = counts.entry(Self::place(edge)).or_default();
            count.0 += usize::from(edge.is_repeated && !edge.is_kept);
            count.1 += 1;
        }
        Self { counts }
    }

    fn have(&self, edge: &EdgeLine) -> bool {
        self.counts
            .get(&Self::place(edge))
            .is_some_and(|(repeated, all)| *repeated >= 5 && repeated * 5 >= all * 4)
    }
}
