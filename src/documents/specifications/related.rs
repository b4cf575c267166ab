//! The other sections that a section names, with the titles printed beside their numbers.

use std::collections::HashMap;

use super::super::bound::RelatedSection;
use super::flow::{FlowLine, Vocabulary};
use super::marks::{decimal_label, paragraph_label, part_heading};
use super::numbers::{SectionNumber, after_keyword, number_at, numbers_in};

/// More in one section are noise.
const MOST_RELATED: usize = 2_000;

/// All numbers that the text names but its own, in the order of their first mention.
pub(super) fn related_sections(
    lines: &[FlowLine<'_>],
    own: &SectionNumber,
    vocabulary: &Vocabulary,
) -> Vec<RelatedSection> {
    let mut found: Vec<RelatedSection> = Vec::new();
    let mut places: HashMap<SectionNumber, usize> = HashMap::new();
    for (at, line) in lines.iter().enumerate() {
        let text = line.text();
        if !text.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let mentions = numbers_in(text);
        if mentions.is_empty() {
            continue;
        }
        // A title goes on in the next line, unless that starts with a label.
        let mut joined = text.to_owned();
        if let Some(next) = lines.get(at + 1).filter(|next| goes_on(next.text())) {
            vocabulary.join(&mut joined, next.text());
        }
        for (start, mention) in mentions {
            let before = text.get(..start).unwrap_or_default();
            let previous = at
                .checked_sub(1)
                .and_then(|at| lines.get(at))
                .map_or("", |line| line.text());
            if mention.number == *own || !is_announced(before, previous, mention.is_spaced) {
                continue;
            }
            let end = text.len() - mention.rest.len();
            let title = joined.get(end..).and_then(title_after);
            match places.get(&mention.number) {
                Some(place) => {
                    if let Some(known) = found.get_mut(*place)
                        && known.title.is_none()
                    {
                        known.title = title;
                    }
                }
                None if found.len() < MOST_RELATED => {
                    places.insert(mention.number.clone(), found.len());
                    found.push(RelatedSection {
                        section_number: mention.number.text,
                        title,
                        page_number: line.page.number,
                        display_box: line.display_box(),
                    });
                }
                None => {}
            }
        }
    }
    found
}

/// Whether a line may go on with a title.
fn goes_on(text: &str) -> bool {
    paragraph_label(text).is_none()
        && decimal_label(text).is_none()
        && part_heading(text).is_none()
        && number_at(text).is_none()
        && after_keyword(text).is_none()
        && !text.starts_with("DIVISION")
}

/// Whether a number stands for a section: after the word, in a row of such, or first in a paragraph.
fn is_announced(before: &str, previous: &str, is_spaced: bool) -> bool {
    let bare = before.trim_end_matches([' ', '"', '“', '(', '-', '–', ':', '#']);
    let start = if bare.is_empty() {
        previous.trim_end()
    } else {
        bare
    };
    let words: Vec<&str> = start.rsplit(' ').take(8).collect();
    let is_word = |word: &str| {
        let upper = word
            .trim_matches(|c: char| !c.is_alphabetic())
            .to_uppercase();
        matches!(
            upper.as_str(),
            "SECTION" | "SECTIONS" | "DOCUMENT" | "DOCUMENTS" | "SPECIFICATION" | "SPECIFICATIONS"
        )
    };
    let last = words.first().copied().unwrap_or_default();
    if is_word(last)
        || (matches!(last, "No." | "Nos.") && words.get(1).is_some_and(|word| is_word(word)))
    {
        return true;
    }
    if !is_spaced {
        // `Sections 033000, 079200 and 099123`
        let is_row = start.ends_with(',') || matches!(last, "and" | "or" | "through" | "&");
        return is_row && words.iter().any(|word| is_word(word))
            || paragraph_label(before.trim_end()).is_some()
                && before.len() < 8
                && before.len() > 1;
    }
    // In pairs, figures are hardly anything else, unless counts stand before them.
    !last.ends_with(|c: char| c.is_ascii_digit())
}

/// The title that follows a number: in quotes, or as long as words begin with capitals.
fn title_after(rest: &str) -> Option<String> {
    let bare = rest.trim_start_matches([' ', '-', '–', '—', ':', ',', '\u{2011}']);
    if bare.len() + 6 < rest.len() || rest.starts_with(['.', ';', ')']) {
        return None;
    }
    if let Some(inner) = bare.strip_prefix(['"', '“', '\u{201f}']) {
        let end = inner.find(['"', '”'])?;
        let title = inner.get(..end)?.trim_end_matches([',', '.']);
        return (!title.is_empty() && title.len() < 120).then(|| title.to_owned());
    }
    let is_small = |word: &str| {
        matches!(
            word,
            "and"
                | "of"
                | "for"
                | "in"
                | "the"
                | "to"
                | "with"
                | "or"
                | "&"
                | "on"
                | "by"
                | "-"
                | "–"
        )
    };
    let mut words: Vec<&str> = Vec::new();
    let mut capitals = true;
    for word in bare.split(' ').take(14) {
        let core = word.trim_matches(|c: char| !c.is_alphanumeric());
        let begins = word
            .trim_start_matches(['(', '['])
            .starts_with(char::is_uppercase);
        let is_capital_word = !core.contains(char::is_lowercase);
        if words.is_empty() {
            if !begins || core.len() < 2 {
                return None;
            }
            capitals = is_capital_word;
        } else if !begins && !is_small(word) || (capitals && !is_capital_word && !is_small(word)) {
            break;
        }
        words.push(word);
        if word.ends_with(['.', ';', ':', ')']) {
            break;
        }
    }
    while words.last().is_some_and(|word| is_small(word)) {
        words.pop();
    }
    let title = words.join(" ");
    let mut title = title.trim_end_matches(['.', ';', ':', ',', ' ', '"']);
    if title.matches(')').count() > title.matches('(').count() {
        title = title.trim_end_matches(')');
    }
    let first = title.split(' ').next().unwrap_or_default().to_uppercase();
    let is_sentence = matches!(
        first.as_str(),
        "THE"
            | "SUBMIT"
            | "PROVIDE"
            | "ALL"
            | "THIS"
            | "SECTION"
            | "REFER"
            | "SEE"
            | "AND"
            | "PART"
            | "ARTICLE"
            | "PARAGRAPH"
    );
    (!is_sentence
        && title.chars().filter(|c| c.is_alphabetic()).count() >= 3
        && !title.starts_with(|c: char| c.is_ascii_digit()))
    .then(|| title.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_read_as_far_as_they_go() {
        for (rest, title) in [
            (" \"Joint Sealants\" for sealing", Some("Joint Sealants")),
            (
                " Joint Sealants for sealants in floors.",
                Some("Joint Sealants"),
            ),
            (
                " - Testing, Adjusting, and Balancing for HVAC.",
                Some("Testing, Adjusting, and Balancing for HVAC"),
            ),
            (
                ", TESTING LABORATORY SERVICES.",
                Some("TESTING LABORATORY SERVICES"),
            ),
            (" SUBMITTAL PROCEDURES: as", Some("SUBMITTAL PROCEDURES")),
            (" – Painting: surface", Some("Painting")),
            (". Submit all", None),
            (" for painting", None),
            (", and as shown", None),
        ] {
            assert_eq!(title_after(rest).as_deref(), title, "{rest}");
        }
    }

    #[test]
    fn bare_figures_need_the_word() {
        assert!(is_announced("as specified in Section ", "", false));
        assert!(is_announced("", "as specified in Section", false));
        assert!(is_announced("Sections 033000, 079200 and ", "", false));
        assert!(!is_announced("capacity of ", "", false));
        assert!(is_announced("and ", "", true));
    }
}
