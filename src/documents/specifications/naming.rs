//! What a section is called where its heading does not say so: heads and feet, tables of contents,
//! bookmarks, the first lines of its text.

use std::collections::HashMap;

use super::contents::Contents;
use super::marks::{decimal_label, is_capitals, part_heading};
use super::numbers::{SectionNumber, after_keyword, number_at, numbers_in};
use super::pages::TextPage;
use super::spans::Span;
use super::titles::{is_no_title, title_around, trimmed_title, with_spaces};

/// For each number the title that most of its stamps carry.
pub(super) fn stamp_titles(pages: &[TextPage]) -> HashMap<SectionNumber, String> {
    let mut counts: HashMap<SectionNumber, Vec<(String, usize)>> = HashMap::new();
    for stamp in pages.iter().filter_map(|page| page.stamp.as_ref()) {
        let Some(title) = &stamp.title else { continue };
        let titles = counts.entry(stamp.number.clone()).or_default();
        if let Some((_, count)) = titles.iter_mut().find(|(known, _)| known == title) {
            *count += 1;
        } else if titles.len() < 20 {
            titles.push((title.clone(), 1));
        }
    }
    counts
        .into_iter()
        .filter_map(|(number, titles)| {
            let mut best: Option<(String, usize)> = None;
            for (title, count) in titles {
                if best.as_ref().is_none_or(|(_, most)| count > *most) {
                    best = Some((title, count));
                }
            }
            Some((number, best?.0))
        })
        .collect()
}

/// The section's name in the furniture of its first page: `SECTION 03 30 00` above its title.
pub(super) fn running_heading(
    page: &TextPage,
    number: &SectionNumber,
) -> Option<(String, Vec<usize>)> {
    let all: Vec<usize> = (0..page.lines.len()).collect();
    let head = || {
        let lines = page
            .lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.is_furniture);
        lines.take_while(|(_, line)| line.top <= 0.3 * page.size.1)
    };
    for (place, line) in head() {
        let Some((_, rest)) = after_keyword(&line.text) else {
            continue;
        };
        let Some(mention) = number_at(rest).filter(|mention| mention.number == *number) else {
            continue;
        };
        let found = title_around(page, &all, place, mention.rest);
        let mut lines = vec![place];
        lines.extend(&found.lines);
        lines.sort_unstable();
        return Some((found.title, lines));
    }
    // Among the project's name and more, as in Canadian heads.
    let (place, _) = head().find(|(_, line)| {
        numbers_in(&line.text)
            .iter()
            .any(|(_, mention)| mention.number == *number)
    })?;
    Some((String::new(), vec![place]))
}

/// Finds a title where the heading had none, and the spaces that letter-spacing took.
pub(super) fn complete_title(
    span: &mut Span,
    pages: &[TextPage],
    contents: &Contents,
    stamps: &HashMap<SectionNumber, String>,
) {
    let first = pages.get(span.start.0);
    let stamp = stamps.get(&span.number).map(String::as_str);
    let listed = contents.title(&span.number);
    let bookmark = first.and_then(|page| {
        page.bookmarks.iter().find_map(|title| {
            let (_, mention) = numbers_in(title)
                .into_iter()
                .find(|(_, mention)| mention.number == span.number)?;
            let title = trimmed_title(mention.rest);
            (!title.is_empty()).then_some(title)
        })
    });
    let elsewhere: Vec<&str> = [stamp, listed, bookmark.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    if span.title.is_empty() {
        let own = first.and_then(|page| title_on_page(page, span.start.1));
        // The page may have ended between number and title.
        let next = || title_on_page(pages.get(span.start.0 + 1)?, 0);
        let own = match &span.heading {
            Some((at, lines))
                if pages.get(*at).is_some_and(|page| {
                    page.body()
                        .next_back()
                        .is_some_and(|(last, _)| lines.contains(&last))
                }) =>
            {
                next()
            }
            _ => own,
        };
        let title = stamp
            .map(str::to_owned)
            .or(own)
            .or_else(|| listed.map(str::to_owned))
            .or(bookmark.clone());
        span.title = title.unwrap_or_default();
    }
    span.title = with_spaces(std::mem::take(&mut span.title), &elsewhere);
}

/// In capitals above the first part, where nothing but the feet gives the number.
fn title_on_page(page: &TextPage, from: usize) -> Option<String> {
    let (first, line) = page.body().find(|(index, _)| *index >= from)?;
    let follows = page.body().skip_while(|(index, _)| *index <= first).take(4);
    let mut has_part = false;
    for (_, line) in follows {
        has_part |= part_heading(&line.text).is_some() || decimal_label(&line.text).is_some();
    }
    let is_title = has_part
        && is_capitals(&line.text)
        && !is_no_title(&line.text)
        && line.text.split(' ').count() <= 12;
    is_title.then(|| trimmed_title(&line.text))
}
