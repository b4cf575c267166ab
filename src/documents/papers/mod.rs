//! Documents of other kinds than specification sections: addenda, letters, reports, forms. The
//! binding calls `find` for each file.

mod beginnings;
mod changes;
mod contents;
mod date;
mod doc_type;
mod furniture;
mod headings;
mod headings_of_forms;
mod items;
mod letter;
mod numbering;
mod page_mark;
mod references;
mod rows;
#[cfg(test)]
mod samples;
mod title;
#[cfg(test)]
mod trials;
#[cfg(test)]
mod trials_of_addenda;
#[cfg(test)]
mod trials_of_books;
mod vocabulary;

use doc_type::DocType;
use letter::LetterSigns;
use rows::{PageOfRows, body_size};

use super::binding::Volume;
use super::bound::{Doc, Section};

/// Drawings between two pages of text belong to the text around them when they are no more than this.
const MOST_DRAWINGS_WITHIN: usize = 12;

/// The documents of a file, in the order of their pages; pages of specification sections are not
/// looked at.
pub(super) fn find(volume: &Volume, sections: &[Section]) -> Vec<Doc> {
    let mut pages: Vec<PageOfRows<'_>> = volume.leaves.iter().map(PageOfRows::of).collect();
    furniture::mark(&mut pages);
    let mut docs = Vec::new();
    for run in runs(&pages, sections) {
        let Some(pages) = pages.get(run) else {
            continue;
        };
        let size = body_size(pages);
        let starts = beginnings::beginnings(pages, size);
        let ends = starts.iter().skip(1).copied().chain([pages.len()]);
        for (start, end) in starts.iter().zip(ends) {
            if let Some(pages) = pages.get(*start..end) {
                docs.extend(document(volume, pages));
            }
        }
    }
    docs
}

/// Stretches of pages that no section has, as ranges of indices, without drawings at either end.
fn runs(pages: &[PageOfRows<'_>], sections: &[Section]) -> Vec<std::ops::Range<usize>> {
    let mut taken = vec![false; pages.len()];
    for section in sections {
        let from = pages.partition_point(|page| page.leaf.number() < section.page_start);
        let to = pages.partition_point(|page| page.leaf.number() <= section.page_end);
        if let Some(pages) = taken.get_mut(from..to) {
            pages.fill(true);
        }
    }
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    // Where the open run begins, and behind its last page of text.
    let mut open: Option<(usize, usize)> = None;
    for (index, (page, is_taken)) in pages.iter().zip(&taken).enumerate() {
        if *is_taken {
            runs.extend(open.take().map(|(from, to)| from..to));
        } else if !page.leaf.is_drawing() && (open.is_some() || !page.is_blank()) {
            open = match open {
                Some((from, to))
                    if index == to || goes_on_behind_drawings(pages, from, to, index) =>
                {
                    Some((from, index + 1))
                }
                open => {
                    runs.extend(open.map(|(from, to)| from..to));
                    (!page.is_blank()).then_some((index, index + 1))
                }
            };
        }
    }
    runs.extend(open.map(|(from, to)| from..to));
    runs
}

/// Whether the text before some drawings goes on behind them: by its page numbers, or by the same
/// running head or foot. `from..to` is the text before.
fn goes_on_behind_drawings(pages: &[PageOfRows<'_>], from: usize, to: usize, index: usize) -> bool {
    let drawings = index - to;
    let (Some(last), Some(next)) = (
        to.checked_sub(1).and_then(|last| pages.get(last)),
        pages.get(index),
    ) else {
        return false;
    };
    if drawings > MOST_DRAWINGS_WITHIN || drawings > to - from {
        return false;
    }
    let counts_on = match (last.mark, next.mark) {
        (Some(before), Some(after)) => {
            after.number > before.number
                && usize::try_from(after.number - before.number)
                    .is_ok_and(|step| step <= drawings + 1)
        }
        _ => false,
    };
    let runs_on = next
        .rows
        .iter()
        .filter(|row| row.is_furniture && row.text.len() > 8)
        .any(|row| {
            last.rows
                .iter()
                .any(|other| other.is_furniture && other.text == row.text)
        });
    counts_on || runs_on
}

/// One document, from its first page to its last.
fn document(volume: &Volume, pages: &[PageOfRows<'_>]) -> Option<Doc> {
    let (first, last) = (pages.first()?, pages.last()?);
    let size = body_size(pages);
    let letter = LetterSigns::of(first);
    let (mut doc_type, named) = doc_type::doc_type(pages, &letter, size);
    // A cover without a name is named by the page behind it.
    let behind = pages.get(1..).unwrap_or_default();
    if doc_type == DocType::Other
        && named.is_none()
        && first.body_words() < 60
        && !behind.is_empty()
    {
        doc_type = doc_type::doc_type(behind, &LetterSigns::default(), size).0;
    }
    let title = title::title(pages, doc_type, named.as_ref(), &letter, size)
        .filter(|title| !title.is_empty())
        .unwrap_or_else(|| untitled(volume, pages));
    let changes = match doc_type {
        DocType::Addendum | DocType::ChangeOrder => changes::changes(pages, doc_type),
        _ => Vec::new(),
    };
    Some(Doc {
        doc_type: doc_type.as_str().to_owned(),
        date: date::own_date(pages, size),
        page_start: first.leaf.number(),
        page_end: last.leaf.number(),
        headings: headings::headings(pages, doc_type, &title, size),
        title,
        changes,
        extract: None,
    })
}

/// What a document is called that prints no title: its bookmark, the file's name when it is the
/// whole file, or its pages.
fn untitled(volume: &Volume, pages: &[PageOfRows<'_>]) -> String {
    let number = |page: Option<&PageOfRows<'_>>| page.map_or(0, |page| page.leaf.number());
    let (first, last) = (number(pages.first()), number(pages.last()));
    let bookmark = pages
        .first()
        .and_then(|page| page.leaf.bookmarks.first())
        .map(|bookmark| bookmark.trim())
        .filter(|bookmark| !bookmark.is_empty());
    if let Some(bookmark) = bookmark {
        return bookmark.chars().take(200).collect();
    }
    let name = volume.file_name.trim();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let is_whole = volume
        .leaves
        .first()
        .is_some_and(|leaf| leaf.number() == first)
        && volume
            .leaves
            .last()
            .is_some_and(|leaf| leaf.number() == last);
    if is_whole && !stem.is_empty() {
        return stem.to_owned();
    }
    if first == last {
        format!("Page {first}")
    } else {
        format!("Pages {first}–{last}")
    }
}
