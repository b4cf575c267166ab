//! Sections of specifications: found over the pages of a file, each with its parts, articles and
//! paragraphs, and what it asks for. The binding calls `find`.

mod contents;
mod divisions;
mod flow;
mod furniture;
mod headings;
mod job_numbers;
mod marks;
mod naming;
mod numbers;
mod outline;
mod pages;
mod products;
mod publishers;
mod related;
mod requirements;
mod spans;
mod stamps;
mod standards;
#[cfg(test)]
mod tests;
mod titles;
mod tree;

use super::binding::Volume;
use super::bound::{Passage, Section};
use flow::{Vocabulary, union};
use pages::TextPage;
use spans::Span;

/// The sections in the order of their pages.
pub(super) fn find(volume: &Volume) -> Vec<Section> {
    let mut pages = pages::text_pages(volume);
    let spans = spans::spans(&mut pages);
    if spans.is_empty() {
        return Vec::new();
    }
    let vocabulary = Vocabulary::of(&pages);
    spans
        .iter()
        .map(|span| section(&pages, span, &vocabulary))
        .collect()
}

/// Whether a line of a drawing heads a section or a division of specifications that are printed there:
/// `SECTION 03 30 00 - CAST-IN-PLACE CONCRETE`, `DIVISION 3 - CONCRETE`.
pub(super) fn heads_printed_section(text: &str) -> bool {
    let is_title = |rest: &str| {
        let title = rest.trim_start_matches([' ', '-', '–', '—', ':', '.']);
        title.is_empty() || marks::is_capitals(title)
    };
    if let Some((true, rest)) = numbers::after_keyword(text) {
        return numbers::number_at(rest).is_some_and(|number| is_title(number.rest));
    }
    let Some(rest) = text.strip_prefix("DIVISION ") else {
        return false;
    };
    let figures = rest.chars().take_while(char::is_ascii_digit).count();
    let title = rest.get(figures..).unwrap_or_default();
    let title = title
        .strip_prefix(|c: char| c.is_ascii_uppercase())
        .unwrap_or(title);
    (1..=2).contains(&figures) && !title.starts_with(char::is_alphanumeric) && is_title(title)
}

fn section(pages: &[TextPage], span: &Span, vocabulary: &Vocabulary) -> Section {
    let lines = flow::flow(pages, span);
    let parts = outline::parts(&lines, vocabulary);
    let page_number = |at: usize| pages.get(at).map_or(0, |page| page.number);
    let title = span.number.division_title();
    Section {
        section_number: span.number.text.clone(),
        section_title: span.title.clone(),
        page_start: page_number(span.start.0),
        page_end: page_number(span.last_page),
        division_number: title.map(|_| span.number.division().to_owned()),
        division_title: title.map(str::to_owned),
        heading: span
            .heading
            .as_ref()
            .and_then(|(at, lines)| heading(pages.get(*at)?, lines)),
        submittals: requirements::submittals(&parts),
        products: products::products(&parts, &span.title),
        standards: standards::standards(&lines),
        related_sections: related::related_sections(&lines, &span.number, vocabulary),
        quality_requirements: requirements::quality_requirements(&parts),
        parts,
        extract: None,
    }
}

fn heading(page: &TextPage, lines: &[usize]) -> Option<Passage> {
    let mut lines = lines.iter().filter_map(|index| page.lines.get(*index));
    let first = lines.next()?;
    let mut passage = Passage {
        text: first.text.clone(),
        page_number: page.number,
        display_box: page.display_box(first),
    };
    for line in lines {
        passage.text.push(' ');
        passage.text.push_str(&line.text);
        passage.display_box = union(passage.display_box, page.display_box(line));
    }
    Some(passage)
}
