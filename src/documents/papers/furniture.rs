//! Furniture: running heads, running feet and page numbers, learned over all pages of a file.
//! `find` marks it once, before anything else is asked.

use std::collections::HashMap;

use super::page_mark::{bare_mark, is_bare_mark, spelled_mark};
use super::rows::PageOfRows;

/// Running heads stand above, running feet below these parts of the page.
const HEAD: f64 = 0.13;
const FOOT: f64 = 0.86;
/// A page number in a form's heading stands above this.
const HEADING: f64 = 0.3;
/// Two lines at one height: within this part of the page.
const SAME_HEIGHT: f64 = 0.012;
/// A line that comes again so many pages later still belongs to the same row of pages: left and right pages differ.
const NEARBY: usize = 3;
/// Pages on which a line must come again to be furniture.
const FEWEST: usize = 3;
/// Lines in the margins of one page that are looked at.
const MOST_LINES: usize = 60;
/// Longer lines do not run.
const LONGEST: usize = 200;

/// Marks the furniture of all pages, and reads their page numbers.
pub(super) fn mark(pages: &mut [PageOfRows<'_>]) {
    let mut places: HashMap<String, Vec<(usize, f64)>> = HashMap::new();
    for (index, page) in pages.iter().enumerate() {
        let margins = page.rows.iter().map(|row| (row, page.depth(row)));
        let margins = margins.filter(|(_, depth)| is_in_margin(*depth));
        for (row, depth) in margins.take(MOST_LINES) {
            if row.text.len() <= LONGEST {
                places
                    .entry(pattern(row.text))
                    .or_default()
                    .push((index, depth));
            }
        }
    }
    for (index, page) in pages.iter_mut().enumerate() {
        let depths: Vec<f64> = page.rows.iter().map(|row| page.depth(row)).collect();
        let last = page.rows.len().saturating_sub(1);
        let mut found = None;
        for (at, (row, depth)) in page.rows.iter_mut().zip(depths).enumerate() {
            let in_margin = is_in_margin(depth);
            if (in_margin || depth < HEADING) && row.text.len() <= LONGEST {
                let spelled = spelled_mark(row.text).filter(|mark| in_margin || mark.of.is_some());
                // Under `Page 2 of 5` nothing else in the margin counts pages.
                found = match (found, spelled) {
                    (None, spelled) => spelled,
                    (found, _) => found,
                };
            }
            if !in_margin || row.text.len() > LONGEST {
                continue;
            }
            let mark = spelled_mark(row.text);
            // `Addendum No. 2 - Page 1 of 2`: a short paper does not say it often enough.
            let is_outermost = at == 0 || at == last;
            let counts_pages = mark.as_ref().is_some_and(|mark| mark.of.is_some());
            row.is_furniture = is_bare_mark(row.text)
                || (mark.is_some() && row.word_count() <= 6)
                || (counts_pages && is_outermost && row.word_count() <= 12)
                || places
                    .get(&pattern(row.text))
                    .is_some_and(|places| runs_through(places, index, depth));
        }
        page.mark = found.or_else(|| {
            page.rows
                .iter()
                .filter(|row| row.is_furniture)
                .find_map(|row| bare_mark(row.text))
        });
    }
}

fn is_in_margin(depth: f64) -> bool {
    !(HEAD..=FOOT).contains(&depth)
}

/// The line in capitals with every number as `#`, so that `Page 3` and `Page 4` are one.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_digit() {
            if !pattern.ends_with('#') {
                pattern.push('#');
            }
        } else {
            pattern.extend(c.to_uppercase());
        }
    }
    pattern
}

/// Whether the line comes again at this height on enough pages, one of them near. `places` are in
/// the order of pages.
fn runs_through(places: &[(usize, f64)], index: usize, depth: f64) -> bool {
    let at = places.partition_point(|(page, _)| page + NEARBY * FEWEST < index);
    let mut pages: Vec<usize> = places
        .iter()
        .skip(at)
        .take_while(|(page, _)| *page <= index + NEARBY * FEWEST)
        // A hostile page may repeat a line without end.
        .take(200)
        .filter(|(_, other)| (other - depth).abs() <= SAME_HEIGHT)
        .map(|(page, _)| *page)
        .collect();
    pages.dedup();
    pages.len() >= FEWEST
        && pages
            .iter()
            .any(|page| *page != index && page.abs_diff(index) <= NEARBY)
}
