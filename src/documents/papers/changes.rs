//! Which sections and sheets an addendum changes: its items that name one at their head and say
//! that something is revised, added, deleted or replaced. A mere mention is no change.

use super::super::bound::Change;
use super::doc_type::DocType;
use super::items::{Context, Item, POINTING, is_citation, items};
use super::references::{Named, Reference, Subject, first_named};
use super::rows::PageOfRows;

/// Words of which one makes an item a change.
const CHANGING: &[&str] = &[
    "REVISE",
    "REVISED",
    "REVISES",
    "REVISION",
    "REVISIONS",
    "DELETE",
    "DELETED",
    "DELETES",
    "ADD",
    "ADDED",
    "ADDS",
    "REPLACE",
    "REPLACED",
    "REPLACES",
    "CHANGE",
    "CHANGED",
    "CHANGES",
    "MODIFY",
    "MODIFIED",
    "MODIFIES",
    "INSERT",
    "INSERTED",
    "SUBSTITUTE",
    "SUBSTITUTED",
    "OMIT",
    "OMITTED",
    "REMOVE",
    "REMOVED",
    "REISSUE",
    "REISSUED",
    "ISSUED",
    "AMEND",
    "AMENDED",
    "SUPERSEDE",
    "SUPERSEDED",
    "SUPERSEDES",
    "ATTACHED",
    "CORRECT",
    "CORRECTED",
    "CLARIFY",
    "LIEU",
    "ADDITION",
    "DELETION",
    "UPDATED",
    "UPDATE",
    "RELOCATE",
    "RELOCATED",
    "RENUMBER",
    "STRIKE",
    "APPEND",
    "REPLACEMENT",
    "SUPPLEMENT",
    "DISREGARD",
    "REWORD",
    "PROVIDE",
    "INCORPORATE",
];
/// Words of which one makes an answer a change; "provide" and "clarify" are said of everything there.
const CHANGED: &[&str] = &[
    "REVISED",
    "DELETED",
    "ADDED",
    "REPLACED",
    "REISSUED",
    "MODIFIED",
    "AMENDED",
    "DELETE",
    "REVISE",
    "REPLACE",
    "ADD",
    "UPDATED",
    "OMITTED",
    "CORRECTED",
    "CHANGED",
];
/// What takes the change back.
const UNCHANGED: &[&str] = &[
    "NO CHANGE",
    "NOT CHANGE",
    "REMAINS AS",
    "REMAIN AS",
    "REMAINS UNCHANGED",
    "WILL NOT BE",
    "NOT BE REVISED",
    "NO REVISION",
];
/// An item names what it changes within so many words.
const HEAD_WORDS: usize = 14;
const MOST_CHANGES: usize = 5_000;

/// The changes of an addendum or a change order, in order.
pub(super) fn changes(pages: &[PageOfRows<'_>], doc_type: DocType) -> Vec<Change> {
    let mut changes = Vec::new();
    for item in items(pages) {
        let Some(named) = changed_by(&item) else {
            continue;
        };
        if doc_type == DocType::ChangeOrder && !is_of_documents(&item.text, &named) {
            continue;
        }
        let Some(page) = pages.get(item.page) else {
            continue;
        };
        let display_box = page.box_around(item.lines.iter().copied());
        for reference in named.references {
            if changes.len() >= MOST_CHANGES {
                return changes;
            }
            let (section_number, sheet_number) = match reference {
                Reference::Section(number) => (Some(number), None),
                Reference::Sheet(number) => (None, Some(number)),
            };
            changes.push(Change {
                section_number,
                sheet_number,
                text: item.text.clone(),
                page_number: page.leaf.number(),
                display_box,
            });
        }
    }
    changes
}

/// What an item changes; none for mentions, questions, and answers that change nothing.
fn changed_by(item: &Item<'_>) -> Option<Named> {
    if item.is_question {
        return None;
    }
    let upper = item.text.to_uppercase();
    if UNCHANGED.iter().any(|words| upper.contains(words)) {
        return None;
    }
    if item.is_answer || item.context == Context::Questions {
        return answered_change(&item.text);
    }
    let named = first_named(&item.text, item.context.subject())?;
    let before: Vec<String> = bare_words(&item.text).take(named.before).collect();
    let is_pointed_at = before.iter().rev().take(4).any(|word| POINTING.contains(&word.as_str()))
        // "See Section …: revise" begins an item.
        && named.before > 2
        || is_citation(&before);
    if named.before > HEAD_WORDS || is_pointed_at || crosses_sentence(&item.text, named.before) {
        return None;
    }
    let says_change = says(&upper, CHANGING);
    let is_listed =
        matches!(item.context, Context::Specifications | Context::Drawings) && named.before <= 3;
    let is_at_head = named.before <= 1 || has_keyword_first(&item.text);
    let is_stated = item.is_labelled && named.before <= 1 && states(&item.text);
    (says_change || (is_at_head && (is_listed || is_stated))).then_some(named)
}

/// A change order changes the contract's sum and time. It changes the documents only where an item
/// is about one of them, or orders to revise it; `Credit for deleted partition, Section 10 22 39`
/// says whose work it is.
fn is_of_documents(text: &str, named: &Named) -> bool {
    let orders = bare_words(text).next().is_some_and(|word| {
        matches!(
            word.as_str(),
            "REVISE" | "REVISED" | "REISSUE" | "MODIFY" | "AMEND" | "CHANGE" | "SUPERSEDE"
        )
    });
    named.before <= 3 || orders
}

/// `Section 07 50 00, paragraph 2.02.A: the minimum thickness is 80 mils`: what an item of an
/// addendum says behind the name of a section or sheet holds from now on, in whatever words. To
/// see another place says nothing new.
fn states(text: &str) -> bool {
    let Some((head, said)) = text.split_once(": ") else {
        return false;
    };
    let says = bare_words(said).next().is_some_and(|word| {
        !word.is_empty() && word != "REFER" && !POINTING.contains(&word.as_str())
    });
    head.split_whitespace().count() <= HEAD_WORDS && said.split_whitespace().count() >= 3 && says
}

fn has_keyword_first(text: &str) -> bool {
    bare_words(text).take(3).any(|word| {
        matches!(
            word.as_str(),
            "SECTION"
                | "SPECIFICATION"
                | "SHEET"
                | "DRAWING"
                | "DWG"
                | "SHEETS"
                | "DRAWINGS"
                | "SPEC"
        )
    })
}

/// A full stop between the item's beginning and the reference; `NO.` and figures' points do not count.
fn crosses_sentence(text: &str, before: usize) -> bool {
    text.split_whitespace().take(before).any(|word| {
        word.ends_with('.')
            && word.len() > 4
            && word.chars().filter(|c| c.is_lowercase()).count() >= 3
    })
}

/// An answer changes something only where one sentence names it and says so.
fn answered_change(text: &str) -> Option<Named> {
    sentences(text).find_map(|sentence| {
        let upper = sentence.to_uppercase();
        let is_open = sentence.trim_end().ends_with('?');
        let says_change = says(&upper, CHANGED) && !says(&upper, &["NOT", "NO", "IF", "MAY"]);
        (says_change && !is_open)
            .then(|| first_named(sentence, Subject::Neither))
            .flatten()
    })
}

/// Parted at full stops and question marks before a space.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(". ")
        .flat_map(|part| part.split_inclusive("? "))
}

fn bare_words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().map(|word| {
        word.trim_matches(|c: char| !c.is_alphanumeric())
            .to_uppercase()
    })
}

fn says(upper: &str, words: &[&str]) -> bool {
    bare_words(upper).any(|word| words.contains(&word.as_str()))
}
