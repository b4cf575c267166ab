//! What a section asks to be submitted, and what it asks for quality and testing: the items of the
//! articles that SectionFormat gives to these matters.

use super::super::bound::{Article, Paragraph, Part, Passage};
use super::tree::is_group;

/// Lists end somewhere.
const MOST_ITEMS: usize = 2_000;

fn words(title: &str) -> Vec<String> {
    title
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_uppercase)
        .collect()
}

/// `ACTION SUBMITTALS`, `SUBMITTALS FOR REVIEW`; not how submittals are handled (Division 01).
fn is_submittals(title: &str) -> bool {
    let words = words(title);
    let has = |word: &str| words.iter().any(|other| other == word);
    (has("SUBMITTALS") || has("SUBMITTAL"))
        && ![
            "PROCEDURE",
            "PROCEDURES",
            "SCHEDULE",
            "SCHEDULES",
            "REVIEW",
            "REVIEWS",
            "ADMINISTRATIVE",
            "COORDINATION",
            "REGISTER",
            "REGISTERS",
            "LOG",
            "LOGS",
            "FORM",
            "FORMS",
            "PROCESS",
        ]
        .iter()
        .any(|word| has(word) && !(*word == "REVIEW" && has("FOR")))
}

/// `QUALITY ASSURANCE`, `FIELD QUALITY CONTROL`, `MOCKUPS`, `TESTING AND INSPECTION`.
fn is_quality(title: &str) -> bool {
    let words = words(title);
    words.iter().any(|word| {
        matches!(
            word.as_str(),
            "QUALITY"
                | "MOCKUP"
                | "MOCKUPS"
                | "MOCK"
                | "TESTING"
                | "TESTS"
                | "TEST"
                | "INSPECTION"
                | "INSPECTIONS"
        )
    }) && !is_submittals(title)
}

/// What is to be submitted.
pub(super) fn submittals(parts: &[Part]) -> Vec<Passage> {
    items(parts, is_submittals)
}

/// What is asked for quality and testing.
pub(super) fn quality_requirements(parts: &[Part]) -> Vec<Passage> {
    items(parts, is_quality)
}

fn items(parts: &[Part], is_wanted: fn(&str) -> bool) -> Vec<Passage> {
    let mut items = Vec::new();
    for article in parts.iter().flat_map(|part| &part.articles) {
        if is_wanted(&article.title) {
            add_article(&mut items, article);
            continue;
        }
        // UFGS and others have them one level lower: `1.3.2 Field Quality Control`.
        for paragraph in &article.paragraphs {
            if paragraph.label.contains(|c: char| c.is_ascii_digit())
                && paragraph.label.contains('.')
                && paragraph.label.len() >= 5
                && is_wanted(&paragraph.text)
            {
                add_items(&mut items, &paragraph.paragraphs);
            }
        }
    }
    items
}

fn add_article(items: &mut Vec<Passage>, article: &Article) {
    add_items(items, &article.paragraphs);
}

fn add_items(items: &mut Vec<Passage>, paragraphs: &[Paragraph]) {
    let mut group: Option<&str> = None;
    let has_groups = paragraphs.iter().any(|paragraph| is_group(&paragraph.text));
    for paragraph in paragraphs {
        if items.len() >= MOST_ITEMS {
            return;
        }
        if has_groups {
            // What stands above the first group says how to submit.
            if is_group(&paragraph.text) {
                group = Some(&paragraph.text);
            } else if let Some(group) = group {
                items.push(Passage {
                    text: format!("{group}: {}", paragraph.text),
                    page_number: paragraph.page_number,
                    display_box: paragraph.display_box,
                });
            }
            continue;
        }
        let is_manner = is_manner(&paragraph.text);
        if !paragraph.paragraphs.is_empty() && (is_manner || is_introduction(&paragraph.text)) {
            add_items(items, &paragraph.paragraphs);
            continue;
        }
        if paragraph.text.is_empty() || is_manner {
            continue;
        }
        let text = if paragraph.label.is_empty() {
            paragraph.text.clone()
        } else {
            format!("{} {}", paragraph.label, paragraph.text)
        };
        items.push(Passage {
            text,
            page_number: paragraph.page_number,
            display_box: paragraph.display_box,
        });
    }
}

/// `Submit the following:` says nothing that the list below it does not; `Shop Drawings:` does.
fn is_introduction(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_open = lower.ends_with(':') || lower.contains("following");
    let asks = [
        "submit",
        "following",
        "provide",
        "furnish",
        "in accordance",
        "provisions of",
        "under section",
        "section 01",
        "section 013",
    ]
    .iter()
    .any(|word| lower.contains(word));
    is_open
        && asks
        && (lower.ends_with(':') || lower.ends_with("following") || lower.ends_with("following."))
}

/// `Submit under provisions of Section 01300.` says how to submit and names nothing.
fn is_manner(text: &str) -> bool {
    let lower = text.to_lowercase();
    let Some(rest) = lower
        .strip_prefix("submit ")
        .or_else(|| lower.strip_prefix("make submittals "))
    else {
        return false;
    };
    let all = ["all submittals ", "all ", "submittals ", "items ", ""];
    let ways = [
        "under ",
        "in accordance ",
        "in conformance ",
        "per ",
        "pursuant ",
        "as specified in ",
    ];
    let rest = all
        .iter()
        .find_map(|word| rest.strip_prefix(word))
        .unwrap_or(rest);
    let is_one_sentence = !rest.trim_end_matches('.').contains(". ");
    ways.iter().any(|way| rest.starts_with(way))
        && (rest.contains("section") || rest.contains("division"))
        && is_one_sentence
        && !rest.contains([':', ';'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_chosen_by_their_titles() {
        for title in [
            "SUBMITTALS",
            "ACTION SUBMITTALS",
            "Closeout Submittals",
            "SUBMITTALS FOR REVIEW",
        ] {
            assert!(is_submittals(title), "{title}");
        }
        for title in [
            "SUBMITTAL PROCEDURES",
            "SUMMARY",
            "SUBMITTAL SCHEDULE",
            "SUBMITTAL SCHEDULES",
            "SUBMITTAL LOG",
            "SUBMITTAL FORMS",
        ] {
            assert!(!is_submittals(title), "{title}");
        }
        for title in [
            "QUALITY ASSURANCE",
            "Field Quality Control",
            "MOCKUPS",
            "TESTING",
        ] {
            assert!(is_quality(title), "{title}");
        }
        assert!(!is_quality("QUALITY ASSURANCE SUBMITTALS"));
    }

    #[test]
    fn an_introduction_gives_way_to_its_list() {
        assert!(is_introduction(
            "Submit the following in accordance with Section 01 33 00:"
        ));
        assert!(!is_introduction("Shop Drawings:"));
        assert!(!is_introduction("Product Data: For each type of product."));
    }

    #[test]
    fn how_to_submit_is_nothing_to_submit() {
        for text in [
            "Submit under provisions of Section 01300.",
            "Submit in accordance with Section 01 33 00 - Submittal Procedures.",
            "Submit all submittals per Division 01.",
        ] {
            assert!(is_manner(text), "{text}");
        }
        for text in [
            "Submit shop drawings under provisions of Section 01300.",
            "Submit in accordance with Section 01 33 00. Submit two samples of each tile.",
            "Submit under provisions of Section 01300: product data.",
            "Submit per manufacturer's instructions.",
            "Product Data: Submit under provisions of Section 01300.",
        ] {
            assert!(!is_manner(text), "{text}");
        }
    }
}
