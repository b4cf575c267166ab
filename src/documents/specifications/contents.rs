//! Tables of contents: which pages are one, and what title they give each section.

use std::collections::HashMap;

use super::marks::{decimal_label, paragraph_label};
use super::numbers::{Mentioned, SectionNumber, after_keyword, number_at, numbers_in};
use super::pages::TextPage;

/// A line that begins with a section's number, perhaps after the word, and its title.
fn entry(text: &str) -> Option<(SectionNumber, String)> {
    let named = after_keyword(text);
    let rest = named.map_or(text, |(_, rest)| rest);
    let Mentioned {
        number,
        rest,
        is_loose,
        ..
    } = number_at(rest)?;
    (!is_loose || named.is_some()).then(|| (number, entry_title(rest)))
}

/// An entry whose number stands after the title, at the margin.
fn late_entry(text: &str) -> Option<(SectionNumber, String)> {
    let (at, mention) = numbers_in(text).pop()?;
    let rest = mention.rest.trim_matches(|c: char| !c.is_alphanumeric());
    let is_last = rest.len() <= 4 && rest.chars().all(|c| c.is_ascii_digit());
    let title = entry_title(text.get(..at)?);
    (is_last && !title.is_empty() && !text.ends_with('.')).then_some((mention.number, title))
}

/// Without dashes before it, leaders and page numbers after it.
fn entry_title(text: &str) -> String {
    let mut text = text.trim_start_matches([' ', '-', '–', '—', ':', '.', '…', '\t', '|']);
    if let Some(at) = leaders(text) {
        text = text.get(..at).unwrap_or(text);
    }
    let mut words: Vec<&str> = text.split(' ').collect();
    // `12`, `1-8`, `03 30 00-1`
    let is_page = |word: &str| {
        word.chars().any(|c| c.is_ascii_digit())
            && word
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '-' | '–' | '.' | '/'))
    };
    while words.len() > 1
        && words
            .last()
            .is_some_and(|word| is_page(word) || matches!(*word, "-" | "–" | "." | ""))
    {
        words.pop();
    }
    words.join(" ").trim_end_matches([' ', '.', '_']).to_owned()
}

/// Where the dots begin that lead the eye to a page number.
pub(super) fn leaders(text: &str) -> Option<usize> {
    ["...", " . . ", "…"]
        .iter()
        .find_map(|dots| text.find(dots))
}

fn is_contents_title(text: &str) -> bool {
    let upper = text.to_uppercase();
    text.len() < 80
        && !upper.contains("END OF")
        && [
            "TABLE OF CONTENTS",
            "CONTENTS",
            "SPECIFICATIONS INDEX",
            "INDEX OF SPECIFICATIONS",
            "SPECIFICATION INDEX",
            "LIST OF SPECIFICATION",
            "LIST OF SECTIONS",
            "INDEX TO SPECIFICATIONS",
            "PROJECT MANUAL INDEX",
            "LIST OF CONTENTS",
        ]
        .iter()
        .any(|title| upper.contains(title))
}

/// Whether one of the page's first lines says that this is a table of contents.
pub(super) fn has_contents_title(page: &TextPage) -> bool {
    page.lines
        .iter()
        .take(8)
        .any(|line| is_contents_title(&line.text))
}

/// Marks the pages that list sections instead of being one.
pub(super) fn mark(pages: &mut [TextPage]) {
    let mut follows_contents = false;
    for page in pages {
        let (mut entries, mut others, mut labels) = (0, 0, 0);
        let mut leaders = 0;
        for (_, line) in page.body() {
            let upper = line.text.to_uppercase();
            if upper.starts_with("DIVISION")
                || upper.starts_with("END OF")
                || is_contents_title(&line.text)
            {
                continue;
            }
            let found = entry(&line.text).or_else(|| late_entry(&line.text));
            if let Some((_, title)) = found {
                // A long text after the number is a reference, not an entry.
                if title.split(' ').count() <= 16 && !title.ends_with('.') {
                    entries += 1;
                    leaders += usize::from(line.text.ends_with(|c: char| c.is_ascii_digit()));
                    continue;
                }
            }
            let is_label =
                paragraph_label(&line.text).is_some() || decimal_label(&line.text).is_some();
            labels += usize::from(is_label);
            others += 1;
        }
        let all = entries + others;
        let has_title = has_contents_title(page);
        let is_list = (entries >= 4 && entries * 5 >= all * 2)
            || (has_title && entries >= 3 && entries * 5 >= all)
            || (follows_contents && entries >= 2 && entries * 5 >= all)
            || ((follows_contents || has_title)
                && entries >= 1
                && (leaders > 0 || has_title)
                && entries * 2 >= all);
        page.is_contents = is_list && labels * 4 <= all && !page.has_part_heading();
        // A page left blank does not end a table.
        if page.body().next().is_some() {
            follows_contents = page.is_contents;
        }
    }
}

/// The titles that the tables of contents give.
#[derive(Debug, Default)]
pub(super) struct Contents {
    titles: HashMap<SectionNumber, String>,
}

impl Contents {
    pub fn of(pages: &[TextPage]) -> Self {
        let mut titles = HashMap::new();
        for page in pages.iter().filter(|page| page.is_contents) {
            let mut open: Option<SectionNumber> = None;
            for (_, line) in page.body() {
                match entry(&line.text).or_else(|| late_entry(&line.text)) {
                    Some((number, title)) if title.is_empty() => open = Some(number),
                    Some((number, title)) => {
                        titles.entry(number).or_insert(title);
                        open = None;
                    }
                    // The title on the line below.
                    None => {
                        if let Some(number) = open.take() {
                            titles
                                .entry(number)
                                .or_insert_with(|| entry_title(&line.text));
                        }
                    }
                }
            }
        }
        Self { titles }
    }

    pub fn title(&self, number: &SectionNumber) -> Option<&str> {
        self.titles.get(number).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_lose_leaders_and_page_numbers() {
        for text in [
            "03 30 00 CAST-IN-PLACE CONCRETE ........ 12",
            "SECTION 033000 - CAST-IN-PLACE CONCRETE 1-12",
            "03 30 00 CAST-IN-PLACE CONCRETE . . . . . 7",
        ] {
            let (number, title) = entry(text).expect(text);
            assert_eq!(
                (number.text.as_str(), title.as_str()),
                ("03 30 00", "CAST-IN-PLACE CONCRETE")
            );
        }
        let (number, title) = late_entry("Cast-in-Place Concrete ..... 03 30 00").unwrap();
        assert_eq!(
            (number.text.as_str(), title.as_str()),
            ("03 30 00", "Cast-in-Place Concrete")
        );
    }
}
