//! The headings of a document with their levels: by their numbers, their size and their capitals.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::bound::Heading;
use super::contents::{contents_pages, leads_to_page};
use super::date::first_date;
use super::doc_type::DocType;
use super::headings_of_forms::{is_heading_of_form, is_provision_heading};
use super::numbering::{Label, Scheme, label};
use super::rows::{PageOfRows, Row, is_capitals, is_title_case};
use super::title::{is_address, letterhead};

/// More headings than this in one document are noise.
const MOST_HEADINGS: usize = 3_000;
const LONGEST_HEADING: usize = 160;
const MOST_WORDS: usize = 14;
/// A heading without a number is at least so much larger than the text,
const LARGER: f64 = 1.12;
/// or in capitals with so much room above it, in em.
pub(super) const ROOM_ABOVE: f64 = 1.45;
/// Levels below this are not told apart.
const DEEPEST: usize = 6;

/// What the text between the headings looks like.
#[derive(Clone, Copy)]
struct Body {
    size: f64,
    /// So few words stand in bold lines that these tell something.
    is_bold_rare: bool,
}

impl Body {
    fn of(pages: &[PageOfRows<'_>], size: f64) -> Self {
        let words = |only_bold: bool| -> usize {
            let rows = pages.iter().flat_map(PageOfRows::body);
            rows.filter(|row| row.line.is_bold || !only_bold)
                .map(|row| row.line.word_count)
                .sum()
        };
        Self {
            size,
            is_bold_rare: 4 * words(true) <= words(false),
        }
    }

    fn is_smaller_than(&self, row: &Row<'_>) -> bool {
        row.size() >= LARGER * self.size
    }

    /// Whether the row is larger, or bold where the text is not.
    fn is_outdone_by(&self, row: &Row<'_>) -> bool {
        self.is_smaller_than(row) || (self.is_bold_rare && row.line.is_bold)
    }
}

/// A line, or a few, that look like a heading.
struct Candidate {
    page: usize,
    from: usize,
    to: usize,
    label: Option<Label>,
    title: String,
    size: f64,
    is_capitals: bool,
    /// Text stands between it and the next candidate of its page.
    has_text_below: bool,
}

impl Candidate {
    /// What it is compared by: its number and how its title begins.
    fn key(&self) -> Option<(Scheme, String, String)> {
        let label = self.label.as_ref()?;
        let start: String = self
            .title
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_uppercase)
            .take(24)
            .collect();
        Some((label.scheme, label.number.clone(), start))
    }
}

/// The headings of a document, in order. `title` is the document's own and not among them.
pub(super) fn headings(
    pages: &[PageOfRows<'_>],
    doc_type: DocType,
    title: &str,
    body_size: f64,
) -> Vec<Heading> {
    let body = Body::of(pages, body_size);
    let mut candidates = Vec::new();
    for ((index, page), is_contents) in pages.iter().enumerate().zip(contents_pages(pages)) {
        if page.rows.is_empty() || is_contents {
            continue;
        }
        let before = candidates.len();
        add_candidates(&mut candidates, index, page, doc_type, body);
        if index == 0 {
            let above = rows_above_title(page, title);
            // The project, the author and the date on a cover head nothing: the text begins behind it.
            let is_cover = pages.len() > 1 && page.is_cover(body_size);
            let on_page = candidates.split_off(before);
            candidates.extend(on_page.into_iter().filter(|candidate| {
                !title.contains(&candidate.title)
                    && (candidate.label.is_some() || (candidate.from >= above && !is_cover))
            }));
        }
        if candidates.len() > 4 * MOST_HEADINGS {
            break;
        }
    }
    let candidates = without_lists(candidates);
    let candidates = without_small_capitals(candidates, pages.len(), body_size);
    levelled(pages, &candidates, body_size)
}

/// How many rows of the first page stand above the title, or are a letterhead.
fn rows_above_title(page: &PageOfRows<'_>, title: &str) -> usize {
    let start: String = title.chars().take(24).collect();
    let of_title = page.rows.iter().take(60).position(|row| {
        row.text.len() > 3 && (title.starts_with(row.text) || row.text.contains(&start))
    });
    of_title.unwrap_or(0).max(letterhead(page))
}

fn add_candidates(
    candidates: &mut Vec<Candidate>,
    index: usize,
    page: &PageOfRows<'_>,
    doc_type: DocType,
    body: Body,
) {
    let start = candidates.len();
    let mut at = 0;
    while let Some(row) = page.rows.get(at) {
        let Some(mut candidate) = candidate(page, at, row, doc_type, body) else {
            at += 1;
            continue;
        };
        candidate.page = index;
        at = candidate.to;
        candidates.push(candidate);
    }
    // Whether text follows is known only once the next candidate is.
    let ends: Vec<usize> = candidates
        .iter()
        .skip(start + 1)
        .map(|next| next.from)
        .chain([page.rows.len()])
        .collect();
    for (candidate, end) in candidates.iter_mut().skip(start).zip(ends) {
        let below = page.rows.get(candidate.to..end).unwrap_or_default();
        let rows = below.iter().filter(|row| !row.is_furniture);
        let is_at_foot = page
            .rows
            .get(candidate.from)
            .is_some_and(|row| page.depth(row) > 0.8);
        candidate.has_text_below = rows.clone().any(|row| row.word_count() >= 7)
            || rows.count() >= 2
            || (end == page.rows.len() && is_at_foot);
    }
}

fn candidate(
    page: &PageOfRows<'_>,
    at: usize,
    row: &Row<'_>,
    doc_type: DocType,
    body: Body,
) -> Option<Candidate> {
    let text = row.text;
    let too_long = text.len() > LONGEST_HEADING || row.word_count() > MOST_WORDS;
    let found = label(text);
    let rest = found
        .as_ref()
        .map_or(text, |label| text.get(label.length..).unwrap_or(""));
    let new = |to: usize, title: String, label: Option<Label>| Candidate {
        page: 0,
        from: at,
        to,
        label,
        is_capitals: is_capitals(&title),
        title,
        size: row.size(),
        has_text_below: false,
    };
    if row.is_furniture {
        return None;
    }
    if too_long {
        // "Sec. 17.02. Purpose. The purpose of this chapter is …"
        let label =
            found.filter(|label| matches!(label.scheme, Scheme::Section | Scheme::Coded))?;
        let title = run_in_title(rest)?;
        let end = label.length + title.len();
        return Some(new(at + 1, text.get(..end)?.to_owned(), Some(label)));
    }
    if !is_heading_text(text) {
        return None;
    }
    let next = page.rows.get(at + 1).filter(|next| !next.is_furniture);
    match found {
        Some(label) if is_labelled_heading(row, next, &label, rest, body) => {
            let to = end_of_heading(page, at, rest.is_empty(), body);
            Some(new(to, joined(page, at, to), Some(label)))
        }
        Some(_) => None,
        None if is_plain_heading(page, row, next, doc_type, body) => {
            let to = end_of_heading(page, at, false, body);
            Some(new(to, joined(page, at, to), None))
        }
        None => None,
    }
}

fn joined(page: &PageOfRows<'_>, from: usize, to: usize) -> String {
    let rows = page.rows.get(from..to).unwrap_or_default();
    let text: Vec<&str> = rows.iter().map(|row| row.text).collect();
    text.join(" ")
}

/// Letters mostly, no blank to fill in, no sentence that goes on, no address or date alone.
fn is_heading_text(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let marks = text.chars().filter(|c| !c.is_whitespace()).count();
    letters >= 3
        && letters * 2 >= marks
        && !text.contains("____")
        && !text.contains("....")
        && !text.ends_with([',', ';', '$', '='])
        && !is_address(text)
        && first_date(text).is_none_or(|date| date.before + date.after > 2)
}

/// Words that tell a sentence from a heading.
fn is_sentence(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        matches!(
            word.trim_matches(|c: char| !c.is_alphabetic()),
            "shall"
                | "will"
                | "must"
                | "is"
                | "are"
                | "was"
                | "were"
                | "may"
                | "this"
                | "has"
                | "have"
                | "hereof"
                | "above"
        )
    })
}

fn is_labelled_heading(
    row: &Row<'_>,
    next: Option<&Row<'_>>,
    label: &Label,
    rest: &str,
    body: Body,
) -> bool {
    let is_large = body.is_outdone_by(row);
    let starts_large = rest
        .chars()
        .find(|c| c.is_alphanumeric())
        .is_none_or(|c| !c.is_lowercase());
    let capitals = is_capitals(rest);
    let ends = rest.ends_with('.') && !capitals;
    let words = rest.split_whitespace().count();
    if !starts_large || (leads_to_page(row.text) && row.text.contains("..")) {
        return false;
    }
    match label.scheme {
        Scheme::Title | Scheme::Part | Scheme::Chapter | Scheme::Article | Scheme::Appendix => {
            let is_capital = row.text.chars().next().is_some_and(char::is_uppercase);
            is_capital && !is_sentence(rest) && !(ends && words > 8)
        }
        Scheme::Section | Scheme::Coded => {
            if rest.is_empty() {
                return label.scheme == Scheme::Section && is_capitals(row.text)
                    || next.is_some_and(|next| next.is_capitals() && next.gap <= 2.5);
            }
            !is_sentence(rest)
                && (capitals
                    || is_large
                    || (is_title_case(rest) && words <= 10)
                    || (words <= 8 && row.gap >= ROOM_ABOVE))
        }
        Scheme::Decimal(depth) if depth >= 2 => {
            !rest.is_empty()
                && !ends
                && (capitals
                    || is_large
                    || (words <= 9
                        && !is_sentence(rest)
                        && (is_title_case(rest) || row.gap >= ROOM_ABOVE)))
        }
        Scheme::Decimal(_) | Scheme::Roman => {
            let is_list = next.is_some_and(|next| {
                super::numbering::label(next.text).is_some_and(|other| other.scheme == label.scheme)
            });
            !rest.is_empty()
                && !is_sentence(rest)
                && (capitals
                    || is_large
                    || (is_title_case(rest)
                        && words <= 7
                        && !ends
                        && row.gap >= ROOM_ABOVE
                        && !is_list
                        && !rest.contains(':')))
        }
        Scheme::Letter => {
            (capitals && words <= 10 && row.gap >= 1.2) || (is_large && !rest.is_empty())
        }
    }
}

fn is_plain_heading(
    page: &PageOfRows<'_>,
    row: &Row<'_>,
    next: Option<&Row<'_>>,
    doc_type: DocType,
    body: Body,
) -> bool {
    let words = row.word_count();
    let letters = row.text.chars().filter(|c| c.is_alphabetic()).count();
    if letters < 4
        || row.text.starts_with('(')
        || is_spread(row)
        || row.text.ends_with('.') && words > 4
    {
        return false;
    }
    let has_value = row
        .text
        .split_once(':')
        .is_some_and(|(_, value)| !value.trim().is_empty());
    if has_value {
        return false;
    }
    if body.is_smaller_than(row) {
        return !is_sentence(row.text);
    }
    if doc_type.is_form() {
        return is_heading_of_form(page, row, next);
    }
    let stands_apart = row.gap >= ROOM_ABOVE && next.is_none_or(|next| next.gap >= 0.9);
    let is_in_capitals = row.is_capitals()
        && row.size() >= 0.95 * body.size
        && words <= 10
        && stands_apart
        && !row.text.chars().any(|c| c.is_ascii_digit() || c == '$');
    let is_in_bold = body.is_outdone_by(row)
        && words <= 10
        && row.gap >= 1.1
        && !is_sentence(row.text)
        && next.is_some_and(|next| next.gap <= 3.5);
    is_in_capitals || is_in_bold || is_provision_heading(row, next)
}

/// A line with wide gaps in it: the cells of a table, or a letterhead on both sides. Letters are
/// about half an em wide.
fn is_spread(row: &Row<'_>) -> bool {
    let expected = row.text.chars().count() as f64 * 0.62 * row.size();
    row.line.end - row.line.start > 1.6 * expected + 2.0 * row.size()
}

/// Where a heading over several lines ends. A label alone takes the line below for its title.
fn end_of_heading(page: &PageOfRows<'_>, at: usize, is_label_alone: bool, body: Body) -> usize {
    let Some(first) = page.rows.get(at) else {
        return at + 1;
    };
    let mut to = at + 1;
    let mut length = first.text.len();
    while to < at + 3
        && let (Some(last), Some(next)) = (page.rows.get(to - 1), page.rows.get(to))
    {
        let is_alike = (next.size() / last.size() - 1.0).abs() <= 0.06
            && next.is_capitals() == last.is_capitals()
            && next.line.is_bold == last.line.is_bold;
        let waits = is_label_alone && to == at + 1;
        let is_long = body.is_smaller_than(first) || last.word_count() >= 5;
        let goes_on = if waits {
            next.gap <= 2.8
                && next.word_count() <= 10
                && (next.is_capitals() || is_title_case(next.text))
        } else {
            is_alike
                && next.gap <= 1.5
                && is_long
                && (last.is_capitals() || body.is_smaller_than(first))
        };
        length += next.text.len();
        if !goes_on
            || next.is_furniture
            || length > LONGEST_HEADING
            || label(next.text).is_some()
            || !is_heading_text(next.text)
        {
            break;
        }
        to += 1;
    }
    to
}

/// The title at the start of a paragraph, up to its first stop: `Purpose` of `Purpose. The …`.
fn run_in_title(rest: &str) -> Option<&str> {
    let end = rest
        .find(". ")
        .or_else(|| rest.find(".–"))
        .or_else(|| rest.find(".—"))?;
    let title = rest.get(..end)?;
    let words = title.split_whitespace().count();
    ((1..=9).contains(&words) && is_title_case(title) && !is_sentence(title)).then_some(title)
}

/// Chapters begin with lists of their sections: of a heading without text below that comes again
/// later, the later one counts. Of one that comes again on later pages (a running head), the first.
fn without_lists(candidates: Vec<Candidate>) -> Vec<Candidate> {
    // Numbers that begin anew under each heading are told apart by their titles too; those of a
    // chapter's list may be worded otherwise than the heading.
    let restarts = |scheme| matches!(scheme, Scheme::Roman | Scheme::Letter | Scheme::Decimal(_));
    let listed = |(scheme, number, title): (Scheme, String, String)| {
        let title = if restarts(scheme) {
            title
        } else {
            String::new()
        };
        (scheme, number, title)
    };
    let mut last_of: HashMap<(Scheme, String, String), usize> = HashMap::new();
    for (place, candidate) in candidates.iter().enumerate() {
        if let Some(key) = candidate.key() {
            last_of.insert(listed(key), place);
        }
    }
    let mut seen = HashSet::new();
    candidates
        .into_iter()
        .enumerate()
        .filter(|(place, candidate)| {
            let Some(key) = candidate.key() else {
                return true;
            };
            let comes_again = last_of
                .get(&listed(key.clone()))
                .is_some_and(|last| last > place);
            if comes_again && !candidate.has_text_below {
                return false;
            }
            restarts(key.0) || seen.insert(key)
        })
        .map(|(_, candidate)| candidate)
        .collect()
}

/// A long document with numbered headings needs no capitals to be found by: they are definitions,
/// rows of tables and the like.
fn without_small_capitals(
    candidates: Vec<Candidate>,
    page_count: usize,
    body_size: f64,
) -> Vec<Candidate> {
    let numbered = candidates
        .iter()
        .filter(|candidate| {
            candidate
                .label
                .as_ref()
                .is_some_and(|label| !matches!(label.scheme, Scheme::Letter | Scheme::Roman))
        })
        .count();
    if numbered < 20 || page_count < 30 {
        return candidates;
    }
    candidates
        .into_iter()
        .filter(|candidate| candidate.label.is_some() || candidate.size >= LARGER * body_size)
        .collect()
}

/// Gives each heading its level: the kinds of headings that occur, in the order of their rank.
fn levelled(pages: &[PageOfRows<'_>], candidates: &[Candidate], body_size: f64) -> Vec<Heading> {
    let largest_label = candidates
        .iter()
        .filter(|candidate| candidate.label.is_some())
        .map(|candidate| candidate.size)
        .fold(0.0, f64::max);
    let has_capital_numbers = candidates.iter().any(|candidate| {
        candidate.is_capitals
            && candidate
                .label
                .as_ref()
                .is_some_and(|label| matches!(label.scheme, Scheme::Roman | Scheme::Decimal(_)))
    });
    let rank = |candidate: &Candidate| -> u32 {
        match candidate.label.as_ref().map(|label| label.scheme) {
            Some(Scheme::Title) => 100,
            Some(Scheme::Part) => 200,
            Some(Scheme::Chapter | Scheme::Article | Scheme::Appendix) => 300,
            Some(Scheme::Section | Scheme::Coded) => 400,
            Some(Scheme::Roman) => 500,
            Some(Scheme::Decimal(depth)) => 600 + 100 * depth.min(5),
            Some(Scheme::Letter) => 1_150,
            None if candidate.size >= LARGER * body_size => {
                // Larger letters are higher: 0 to 99 within its place.
                let size = 99 - (candidate.size.clamp(0.0, 49.0) * 2.0).round() as u32;
                if candidate.size > largest_label {
                    size
                } else {
                    450
                }
            }
            None if has_capital_numbers => 1_200,
            None => 460,
        }
    };
    let ranks: BTreeSet<u32> = candidates.iter().map(rank).collect();
    let level = |candidate: &Candidate| {
        let above = ranks.range(..rank(candidate)).count();
        u32::try_from(above.min(DEEPEST - 1) + 1).unwrap_or(1)
    };
    candidates
        .iter()
        .take(MOST_HEADINGS)
        .filter_map(|candidate| {
            let page = pages.get(candidate.page)?;
            let rows = page.rows.get(candidate.from..candidate.to)?;
            Some(Heading {
                level: level(candidate),
                title: candidate
                    .title
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" "),
                page_number: page.leaf.number(),
                display_box: page.box_around(rows.iter().map(|row| row.line)),
            })
        })
        .collect()
}
