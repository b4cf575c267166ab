//! What a running head or foot says of the section on its page (CSI PageFormat: `03 30 00 - 2`).

use std::collections::HashMap;

use super::contents::leaders;
use super::marks::{LabelKind, is_capitals, paragraph_label, roman_value};
use super::numbers::{SectionNumber, after_keyword, number_at, numbers_in};
use super::pages::{TextLine, TextPage};

/// What a running head or foot says of the section on its page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stamp {
    pub number: SectionNumber,
    /// The page within the section.
    pub page: Option<u32>,
    /// What else stands on the line, most often the section's title.
    pub title: Option<String>,
}

/// `12`, `- 12 -`, `iv`, `Page 3 of 12`.
pub(super) fn is_page_number(text: &str) -> bool {
    let lower = text.to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    let bare = bare
        .strip_prefix("page")
        .or(bare.strip_prefix("pg"))
        .unwrap_or(bare);
    let bare = bare.trim_matches(|c: char| !c.is_alphanumeric());
    let is_figure = |word: &str| {
        (1..=4).contains(&word.len()) && word.chars().all(|c| c.is_ascii_digit())
            || roman_value(word).is_some()
    };
    match bare.split_once(" of ") {
        Some((page, all)) => is_figure(page.trim()) && is_figure(all.trim()),
        None => is_figure(bare),
    }
}

/// A stamp as a line gives it.
pub(super) struct FoundStamp {
    pub stamp: Stamp,
    /// By its shape alone, wherever it stands in the margin.
    pub is_sure: bool,
    /// `03 30 00 - 2 TITLE`: by its shape at the foot, where no heading stands.
    pub is_sure_at_foot: bool,
}

/// Words before a number that say it is no section's.
const OTHER_NUMBERS: [&str; 14] = [
    "PROJECT",
    "JOB",
    "CONTRACT",
    "NO",
    "NUMBER",
    "FILE",
    "PHONE",
    "BID",
    "RFP",
    "COMMISSION",
    "SOLICITATION",
    "BOX",
    "SUITE",
    "PN",
];

pub(super) fn stamp_of(text: &str) -> Option<FoundStamp> {
    if text.len() > 200 {
        return None;
    }
    // Running text that happens to come back at the same height.
    if text.ends_with(['.', ',', ';']) && text.split(' ').count() > 5 {
        return None;
    }
    // An entry of a table of contents.
    if leaders(text).is_some() {
        return None;
    }
    let mut found: Option<FoundStamp> = None;
    let numbers = numbers_in(text);
    let names_it_twice = numbers.first().is_some_and(|(_, first)| {
        numbers
            .iter()
            .skip(1)
            .any(|(_, other)| other.number == first.number)
    });
    for (at, mention) in numbers {
        let before = text.get(..at).unwrap_or_default().trim_end();
        let upper = before.to_uppercase();
        let mut words = upper
            .rsplit(|c: char| !c.is_alphabetic())
            .filter(|word| !word.is_empty());
        let mut last = words.next().unwrap_or_default();
        if matches!(last, "NO" | "NUMBER") && matches!(words.next(), Some("SECTION" | "DOCUMENT")) {
            last = "SECTION";
        }
        if OTHER_NUMBERS.contains(&last) {
            continue;
        }
        let is_named = matches!(last, "SECTION" | "DOCUMENT" | "SECT" | "SEC");
        let (page, has_dash, after) = page_after(mention.rest);
        let title = match before.split_at_checked(before.len().saturating_sub(last.len())) {
            Some((title, _)) if is_named => title,
            _ => before,
        };
        let title = clean_title(title).or_else(|| clean_title(after));
        let has_letters_after = after.contains(char::is_alphabetic);
        let is_sure = page.is_some()
            && has_dash
            && !names_it_twice
            && (!has_letters_after || clean_title(before).is_some() && !is_named);
        let counts = is_sure || mention.is_spaced || is_named || page.is_some();
        if counts && found.as_ref().is_none_or(|found| !found.is_sure && is_sure) {
            found = Some(FoundStamp {
                stamp: Stamp {
                    number: mention.number,
                    page,
                    title,
                },
                is_sure,
                is_sure_at_foot: before.is_empty() && page.is_some() && has_dash,
            });
        }
    }
    found
}

/// The page after a number, ` - 2`, `/ Page 3 of 12`, whether anything but a space leads to it, and
/// what follows.
fn page_after(rest: &str) -> (Option<u32>, bool, &str) {
    let bare = rest.trim_start_matches([' ', '-', '–', '—', '/', '|', ',', '_', '\u{2011}']);
    let has_sign = rest.len() - bare.len() > 1 || rest.starts_with(['-', '–', '—', '/']);
    let lower = bare.get(..4).unwrap_or_default().to_lowercase();
    let (bare, is_named) = if lower == "page" {
        (bare.get(4..).unwrap_or_default(), true)
    } else if lower.starts_with("pg") {
        (bare.get(2..).unwrap_or_default(), true)
    } else {
        (bare, false)
    };
    let bare = if is_named {
        bare.trim_start_matches([' ', '.', ':', '-'])
    } else {
        bare
    };
    let count = bare.chars().take_while(char::is_ascii_digit).count();
    let (figures, after) = bare.split_at_checked(count).unwrap_or(("", bare));
    let ends = after
        .chars()
        .next()
        .is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '/' | '-'));
    if !(1..=3).contains(&count) || !ends {
        // `- TITLE Page 3`
        return (named_page(rest), named_page(rest).is_some(), rest);
    }
    let after = match after
        .trim_start()
        .strip_prefix("of ")
        .or(after.trim_start().strip_prefix("OF "))
    {
        Some(all) => all.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => after,
    };
    let is_lone = after.trim().is_empty();
    let has_sign = has_sign && (rest.contains(['-', '–', '—', '/', '|', '\u{2011}']) || is_named);
    if !has_sign && !is_named && !is_lone {
        return (None, false, rest);
    }
    (figures.parse().ok(), has_sign || is_named, after)
}

/// `Page 3` anywhere in a line.
fn named_page(text: &str) -> Option<u32> {
    let lower = text.to_lowercase();
    let (_, after) = lower
        .split_once("page")
        .or_else(|| lower.split_once("pg"))?;
    let after = after.trim_start_matches([' ', '.', ':', '-', '#']);
    let figures: String = after.chars().take_while(char::is_ascii_digit).collect();
    (1..=4)
        .contains(&figures.len())
        .then(|| figures.parse().ok())
        .flatten()
}

/// The words of a title without dashes, page and date; none when no word is left.
fn clean_title(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let text = lower
        .rfind(" page ")
        .and_then(|at| text.get(..at))
        .unwrap_or(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_word = |word: &&str| word.contains(char::is_alphabetic);
    let from = words.iter().position(is_word)?;
    let to = words.iter().rposition(is_word)?;
    let title = words.get(from..=to)?.join(" ");
    let title = behind_owner(&title);
    let title = title.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | ')'));
    (title.chars().filter(|c| c.is_alphabetic()).count() >= 3).then(|| title.to_owned())
}

/// The title behind the owner's or the project's name, which heads in three columns put before it on
/// one line: `Parks Department GYPSUM BOARD ASSEMBLIES`.
pub(super) fn behind_owner(title: &str) -> &str {
    let is_loud =
        |word: &str| !word.contains(char::is_lowercase) && word.contains(char::is_alphabetic);
    let mut start = title.len();
    let mut words = 0;
    for word in title.rsplit(' ') {
        if !is_loud(word) && word.contains(char::is_alphabetic) {
            break;
        }
        start = start.saturating_sub(word.len() + 1);
        words += 1;
    }
    let start = if start == 0 { 0 } else { start + 1 };
    let (before, own) = title.split_at_checked(start).unwrap_or(("", title));
    let small = |word: &&str| word.contains(char::is_lowercase) && word.len() > 2;
    let is_name = before.split_whitespace().filter(small).count() >= 2;
    if is_name && words >= 2 && own.len() >= 10 {
        own
    } else {
        title
    }
}

/// The page's stamp from its furniture: that with a page, rather than that without.
pub(super) fn read_stamp(page: &TextPage) -> Option<Stamp> {
    let furniture = page.lines.iter().filter(|line| line.is_furniture);
    let mut stamp: Option<Stamp> = None;
    for line in furniture.clone() {
        if paragraph_label(&line.text).is_some_and(|label| label.kind != LabelKind::Bullet) {
            continue;
        }
        let found = stamp_of(&line.text).or_else(|| loose_stamp(&line.text));
        if let Some(FoundStamp { stamp: found, .. }) = found
            && stamp
                .as_ref()
                .is_none_or(|stamp| stamp.page.is_none() && found.page.is_some())
        {
            stamp = Some(found);
        }
    }
    let mut stamp = stamp?;
    if stamp.page.is_none() {
        stamp.page = furniture.clone().find_map(|line| named_page(&line.text));
    }
    if stamp.title.is_none() {
        stamp.title = title_beside(page);
    }
    Some(stamp)
}

/// `Section: 03.30.00`: dots and dashes between the pairs are allowed after the word.
fn loose_stamp(text: &str) -> Option<FoundStamp> {
    if text.ends_with(['.', ',', ';']) {
        return None;
    }
    let (_, rest) = after_keyword(text)?;
    let mention = number_at(rest)?;
    Some(FoundStamp {
        stamp: Stamp {
            number: mention.number,
            page: page_after(mention.rest).0,
            title: None,
        },
        is_sure: false,
        is_sure_at_foot: false,
    })
}

/// A title that stands on the furniture's line before or after that of the number, in capitals.
fn title_beside(page: &TextPage) -> Option<String> {
    let furniture: Vec<&TextLine> = page.lines.iter().filter(|line| line.is_furniture).collect();
    let at = furniture
        .iter()
        .position(|line| stamp_of(&line.text).is_some())?;
    let stamp = furniture.get(at)?;
    let beside = [at.checked_add(1), at.checked_sub(1)];
    beside
        .into_iter()
        .flatten()
        .filter_map(|at| furniture.get(at))
        .find(|line| {
            (line.top - stamp.top).abs() < 2.5 * line.size
                && !is_page_number(&line.text)
                && is_capitals(&line.text)
        })
        .and_then(|line| clean_title(&line.text))
}

/// Takes the project's or the owner's name out of the stamps' titles: words that the stamps of
/// different sections share at their beginning or end.
pub(super) fn strip_shared_words(pages: &mut [TextPage]) {
    let mut titles: HashMap<&SectionNumber, &str> = HashMap::new();
    let mut order: Vec<&str> = Vec::new();
    for stamp in pages.iter().filter_map(|page| page.stamp.as_ref()) {
        if let Some(title) = &stamp.title
            && !titles.contains_key(&stamp.number)
        {
            titles.insert(&stamp.number, title);
            order.push(title);
        }
    }
    if order.len() < 3 {
        return;
    }
    let words: Vec<Vec<&str>> = order
        .iter()
        .map(|title| title.split(' ').collect())
        .collect();
    let shared = |from_end: bool| {
        let word = |title: &[&str], at: usize| -> Option<String> {
            let at = if from_end {
                title.len().checked_sub(at + 1)?
            } else {
                at
            };
            title.get(at).map(|word| (*word).to_owned())
        };
        let mut count = 0;
        while count < 12 {
            // Four fifths are enough: one odd title must not keep the name in all others.
            let mut seen: HashMap<String, usize> = HashMap::new();
            for title in &words {
                if let Some(word) = word(title, count) {
                    *seen.entry(word).or_default() += 1;
                }
            }
            if seen.values().max().copied().unwrap_or(0) * 5 < words.len() * 4 {
                break;
            }
            count += 1;
        }
        count
    };
    let (before, after) = (shared(false), shared(true));
    if before + after == 0 {
        return;
    }
    for stamp in pages.iter_mut().filter_map(|page| page.stamp.as_mut()) {
        stamp.title = stamp.title.take().and_then(|title| {
            let words: Vec<&str> = title.split(' ').collect();
            let to = words.len().checked_sub(after)?;
            words
                .get(before..to)
                .and_then(|words| clean_title(&words.join(" ")))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_before_the_title_is_left_out() {
        for (line, title) in [
            (
                "Parks Department GYPSUM BOARD ASSEMBLIES",
                "GYPSUM BOARD ASSEMBLIES",
            ),
            ("Hot Water Supply HVAC", "Hot Water Supply HVAC"),
            ("CAST-IN-PLACE CONCRETE", "CAST-IN-PLACE CONCRETE"),
            ("Joint Sealants", "Joint Sealants"),
        ] {
            assert_eq!(behind_owner(line), title);
        }
    }

    fn stamp(text: &str) -> Option<(String, Option<u32>, Option<String>, bool)> {
        stamp_of(text).map(|found| {
            let Stamp {
                number,
                page,
                title,
            } = found.stamp;
            (number.text, page, title, found.is_sure)
        })
    }

    #[test]
    fn feet_name_section_and_page() {
        let title = Some("CAST-IN-PLACE CONCRETE".to_owned());
        let number = || "03 30 00".to_owned();
        assert_eq!(
            stamp("CAST-IN-PLACE CONCRETE 03 30 00 - 2"),
            Some((number(), Some(2), title.clone(), true))
        );
        assert_eq!(
            stamp("03 30 00 - 2 CAST-IN-PLACE CONCRETE"),
            Some((number(), Some(2), title, false))
        );
        assert_eq!(stamp("033000-12"), Some((number(), Some(12), None, true)));
        assert_eq!(
            stamp("SECTION 03 30 00 / Page 3 of 12"),
            Some((number(), Some(3), None, true))
        );
        assert_eq!(
            stamp("Section 03 30 00 Page 3"),
            Some((number(), Some(3), None, true))
        );
    }

    #[test]
    fn headings_and_other_numbers_are_no_sure_feet() {
        assert!(
            !stamp_of("SECTION 03 30 00 - CAST-IN-PLACE CONCRETE")
                .unwrap()
                .is_sure
        );
        assert!(
            !stamp_of("SECTION 26 05 00 - 480 VOLT WORK")
                .unwrap()
                .is_sure
        );
        assert!(stamp("Project No. 032150 - 2").is_none());
        assert!(stamp("Madison, WI 03703").is_none());
    }

    #[test]
    fn page_numbers_are_known_alone() {
        for text in ["12", "- 12 -", "iv", "Page 3 of 12", "page 4"] {
            assert!(is_page_number(text), "{text}");
        }
        for text in ["PART 1", "12 inches", "1.1", "A"] {
            assert!(!is_page_number(text), "{text}");
        }
    }
}
