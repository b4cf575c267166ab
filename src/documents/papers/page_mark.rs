//! Page numbers as they are printed: `Page 2 of 5`, `- 7 -`, `iv`, `3-12`.
//! The furniture reads them, the beginnings ask where the counting starts anew.

/// A printed page number, and of how many when that is printed too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageMark {
    pub number: u32,
    pub of: Option<u32>,
}

/// `Page 2 of 5`, `PAGE 2/5`, `Pg. 2`, `Page | 2`, `2 | Page`, anywhere in the line.
pub(super) fn spelled_mark(text: &str) -> Option<PageMark> {
    // Some letter-spaced feet say "P a g e".
    let text = text.replace("P a g e", "Page").replace("p a g e", "page");
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '|' | ':' | '–' | '—' | '(' | ')'))
        .filter(|word| !word.is_empty() && *word != "-")
        .take(60)
        .collect();
    for (at, word) in words.iter().enumerate() {
        let bare = word.trim_end_matches('.');
        if !["page", "pg"]
            .iter()
            .any(|name| bare.eq_ignore_ascii_case(name))
        {
            continue;
        }
        let rest = words.get(at + 1..).unwrap_or_default();
        if let Some(mark) = counted(rest) {
            return Some(mark);
        }
        // "2 | Page"
        if let Some(number) = at
            .checked_sub(1)
            .and_then(|before| words.get(before))
            .and_then(|word| figures(word))
        {
            return Some(PageMark { number, of: None });
        }
    }
    None
}

/// The line is nothing but a page number: `12`, `- 12 -`, `2 of 5`, `iv`, `3-12`, `A-4`.
/// Only those with a plain number carry one; of the others the counting is not known.
pub(super) fn is_bare_mark(text: &str) -> bool {
    let text = text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '–' | '—' | '[' | ']' | '|' | '.')
    });
    if text.is_empty() || text.len() > 12 {
        return text.is_empty();
    }
    bare_mark(text).is_some() || is_roman(text) || is_part_and_page(text)
}

/// The number of a line that is nothing but a plain page number.
pub(super) fn bare_mark(text: &str) -> Option<PageMark> {
    let text = text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '–' | '—' | '[' | ']' | '|')
    });
    let words: Vec<&str> = text.split_whitespace().take(4).collect();
    match words.as_slice() {
        [_] | [_, _, _] => counted(&words),
        _ => None,
    }
}

/// `2`, `2 of 5`, `2/5` at the start of the words.
fn counted(words: &[&str]) -> Option<PageMark> {
    match words {
        [number, of, total, ..] if of.eq_ignore_ascii_case("of") => {
            let number = figures(number)?;
            let total = figures(total).filter(|total| *total >= number);
            Some(PageMark { number, of: total })
        }
        [one, ..] => match one.split_once('/') {
            Some((number, total)) => {
                let (number, total) = (figures(number)?, figures(total)?);
                (total >= number).then_some(PageMark {
                    number,
                    of: Some(total),
                })
            }
            None => figures(one).map(|number| PageMark { number, of: None }),
        },
        [] => None,
    }
}

fn figures(word: &str) -> Option<u32> {
    let word = word.trim_end_matches([',', '.', ';']);
    let is_number = (1..=4).contains(&word.len()) && word.chars().all(|c| c.is_ascii_digit());
    is_number.then(|| word.parse().ok()).flatten()
}

fn is_roman(text: &str) -> bool {
    text.len() <= 7
        && text
            .chars()
            .all(|c| matches!(c.to_ascii_lowercase(), 'i' | 'v' | 'x' | 'l'))
}

/// `3-12`, `A-4`, `App-52`, `TOC-1`.
fn is_part_and_page(text: &str) -> bool {
    text.split_once(['-', '–', '.'])
        .is_some_and(|(part, page)| {
            (1..=4).contains(&part.len())
                && part.chars().all(|c| c.is_ascii_alphanumeric())
                && figures(page.trim()).is_some()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(number: u32, of: Option<u32>) -> Option<PageMark> {
        Some(PageMark { number, of })
    }

    #[test]
    fn page_numbers_are_read_in_their_many_forms() {
        assert_eq!(spelled_mark("Page 2 of 5"), mark(2, Some(5)));
        assert_eq!(spelled_mark("ADDENDUM NO. 1 PAGE 2/5"), mark(2, Some(5)));
        assert_eq!(spelled_mark("March 2018 | Page | 3"), mark(3, None));
        assert_eq!(spelled_mark("7 | P a g e"), mark(7, None));
        assert_eq!(spelled_mark("see the page before"), None);
        assert_eq!(bare_mark("- 12 -"), mark(12, None));
        assert_eq!(bare_mark("2 of 5"), mark(2, Some(5)));
        assert_eq!(bare_mark("12 doors"), None);
        for bare in ["iv", "3-12", "A-4", "App-52", "9", "-"] {
            assert!(is_bare_mark(bare), "{bare}");
        }
        for other in ["03/12/2018", "A-101 FLOOR PLAN", "mill", "1.1 SUMMARY"] {
            assert!(!is_bare_mark(other), "{other}");
        }
    }
}
