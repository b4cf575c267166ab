//! Headings on a page of text that tell what its file is: sections of specifications, addenda.

use super::super::canvas::Canvas;
use super::super::lines::{Line, text_lines};
use super::super::page::{PageKind, PageSigns};

/// Longer lines are no headings.
const LONGEST: usize = 160;

/// A running head stands on the first lines.
const HEAD: usize = 3;

/// The headings of specifications and addenda on a page.
pub(in super::super) fn page_signs(canvas: &Canvas, kind: PageKind) -> PageSigns {
    if kind == PageKind::Drawing {
        return PageSigns::default();
    }
    signs_of(&text_lines(&canvas.words))
}

fn signs_of(lines: &[Line]) -> PageSigns {
    let mut signs = PageSigns::default();
    let mut is_to_bidders = false;
    let mut subject_is_addendum = false;
    let mut has_work_section = false;
    let mut clauses = 0;
    for (place, line) in lines.iter().enumerate() {
        if line.text.len() > LONGEST {
            continue;
        }
        let upper = line.text.to_uppercase();
        let words: Vec<&str> = upper.split_whitespace().collect();
        match words.as_slice() {
            ["SECTION" | "DOCUMENT", rest @ ..] if is_section_number(rest) => {
                signs.specification_section = true;
            }
            ["PART", number, rest @ ..] if is_part(number, rest) => {
                signs.specification_part = true;
            }
            ["RE:" | "SUBJECT:" | "REFERENCE:", rest @ ..] => {
                subject_is_addendum |= names_addendum(rest);
            }
            words => signs.addendum |= place < 40 && names_addendum(words),
        }
        is_to_bidders |= place < 40
            && [
                "BIDDERS",
                "PLAN HOLDERS",
                "PLANHOLDERS",
                "PROPOSERS",
                "OFFERORS",
                "TENDERERS",
            ]
            .iter()
            .any(|name| upper.contains(name));
        if is_footer_of_section(&words) || place < HEAD && is_head_of_section(&words) {
            signs.specification_section = true;
        }
        has_work_section |= is_work_section(&line.text, &words);
        clauses += usize::from(is_clause(&line.text, &words));
    }
    signs.addendum |= subject_is_addendum && is_to_bidders;
    // A British specification by work sections (the former CAWS, used by NBS): their clauses have three figures.
    if has_work_section && clauses >= 2 {
        signs.specification_section = true;
        signs.specification_part = true;
    }
    signs
}

/// `HARBOUR GENERAL  INTERIOR PAINTING  SECTION 09 91 23`: owner, title and number in one running head.
fn is_head_of_section(words: &[&str]) -> bool {
    let Some(at) = words.iter().rposition(|word| *word == "SECTION") else {
        return false;
    };
    let number = words.get(at + 1..).unwrap_or_default();
    let is_mention = at
        .checked_sub(1)
        .and_then(|at| words.get(at))
        .is_none_or(|word| {
            matches!(
                *word,
                "IN" | "OF" | "SEE" | "PER" | "TO" | "AND" | "WITH" | "UNDER" | "THIS" | "BY"
            )
        });
    !is_mention && number.len() <= 3 && is_section_number(number)
}

/// `E10 MIXING/CASTING IN SITU CONCRETE`.
fn is_work_section(text: &str, words: &[&str]) -> bool {
    let [code, title, ..] = words else {
        return false;
    };
    let mut code = code.chars();
    let is_code = code.next().is_some_and(|c| c.is_ascii_uppercase())
        && code.clone().count() == 2
        && code.all(|c| c.is_ascii_digit());
    is_code
        && title.chars().any(char::is_alphabetic)
        && words.len() <= 10
        && starts_as_printed(text)
}

/// `215 MORTAR GROUP`.
fn is_clause(text: &str, words: &[&str]) -> bool {
    let [number, title, ..] = words else {
        return false;
    };
    let number = number.trim_end_matches(['A', 'B', 'C']);
    is_figures(number, 3)
        && title.len() >= 3
        && title
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, '/' | '-' | ':'))
        && words.len() <= 10
        && text.chars().filter(|c| c.is_lowercase()).count() <= 2
}

fn starts_as_printed(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_uppercase)
}

fn is_figures(word: &str, count: usize) -> bool {
    word.len() == count && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// `03 30 00`, `03 3000`, `033000`, `03300`, each perhaps with `.13` and a dash after it.
fn is_section_number(words: &[&str]) -> bool {
    let bare = |word: &str| {
        word.trim_end_matches(['-', ':', '–', '.', ','])
            .split('.')
            .next()
            .unwrap_or("")
            .to_owned()
    };
    match words {
        [a, b, ..] if is_figures(a, 2) && is_figures(&bare(b), 4) => true,
        [a, b, c, ..] if is_figures(a, 2) && is_figures(b, 2) => is_figures(&bare(c), 2),
        [one, ..] => {
            let one = bare(one);
            let dashed: Vec<&str> = one.split(['-', '–']).collect();
            is_figures(&one, 6)
                || is_figures(&one, 5)
                || (dashed.len() == 3 && dashed.iter().all(|piece| is_figures(piece, 2)))
        }
        [] => false,
    }
}

fn is_part(number: &str, rest: &[&str]) -> bool {
    let number = number.trim_end_matches(['-', ':', '–', '.']);
    let title = rest
        .iter()
        .find(|word| word.chars().any(char::is_alphabetic))
        .map(|word| word.trim_matches(|c: char| !c.is_alphabetic()));
    matches!(
        number,
        "1" | "2" | "3" | "I" | "II" | "III" | "ONE" | "TWO" | "THREE"
    ) && rest.len() <= 4
        && matches!(
            title,
            Some("GENERAL" | "PRODUCTS" | "PRODUCT" | "EXECUTION" | "MATERIALS")
        )
}

/// Words before it that make a line speak of another addendum.
const ABOUT: &[&str] = &[
    "INCLUDES",
    "INCLUDING",
    "INCORPORATING",
    "INCORPORATES",
    "CONFORMED",
    "SEE",
    "PER",
    "RECEIPT",
    "ACKNOWLEDGE",
    "ACKNOWLEDGES",
    "ACKNOWLEDGEMENT",
    "ACKNOWLEDGMENT",
    "OF",
    "IN",
    "BY",
    "PREVIOUS",
    "UNTIL",
];

/// `ADDENDUM NO. 2`, `CITY OF ALBANY – ADDENDUM #2`, `ADDENDUM`, `AMENDMENT OF SOLICITATION`; a blank to
/// fill in (`Addendum No. ____`) and a mention are none.
fn names_addendum(words: &[&str]) -> bool {
    if words.len() > 14 || words.iter().any(|word| word.contains("__")) {
        return false;
    }
    if words.starts_with(&["AMENDMENT", "OF", "SOLICITATION"])
        || words.starts_with(&["SOLICITATION", "AMENDMENT"])
    {
        return true;
    }
    let Some(at) = words.iter().position(|word| {
        word.trim_matches(|c: char| !c.is_ascii_alphanumeric()) == "ADDENDUM"
            || is_joined_ordinal(word)
    }) else {
        return false;
    };
    let before = words.get(..at).unwrap_or_default();
    let after = words.get(at + 1..).unwrap_or_default();
    let is_mention = before
        .iter()
        .any(|word| ABOUT.contains(&word.trim_end_matches([':', ','])) && *word != "OF")
        || before
            .last()
            .is_some_and(|word| matches!(*word, "OF" | "THIS" | "THE" | "EACH"));
    let is_alone = before.is_empty() && after.is_empty();
    !is_mention
        && after.len() <= 9
        && (is_alone
            || words.get(at).is_some_and(|word| is_joined_ordinal(word))
            || (!after.is_empty() && is_ordinal(after)))
}

/// `ADDENDUM#2`, `ADDENDUM-02`.
fn is_joined_ordinal(word: &str) -> bool {
    word.strip_prefix("ADDENDUM")
        .map(|rest| rest.trim_start_matches(['#', '-', '_']))
        .is_some_and(|rest| {
            (1..=3).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_digit())
        })
}

const ORDINALS: [&str; 10] = [
    "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN",
];

/// `NO. 2`, `NO.2`, `#2`, `NUMBER TWO`, `2`, `2A`.
fn is_ordinal(after: &[&str]) -> bool {
    let rest = match after {
        ["NO" | "NO." | "NUMBER" | "#" | "NUM.", rest @ ..] => rest,
        rest => rest,
    };
    let Some(word) = rest.first() else {
        return false;
    };
    let word = word
        .trim_start_matches("NO.")
        .trim_matches(['#', ':', '.', '-', ',', '(', ')']);
    let figures = word.bytes().filter(u8::is_ascii_digit).count();
    ORDINALS.contains(&word)
        || ((1..=5).contains(&word.len()) && figures >= 1 && word.len() - figures <= 1)
}

/// A foot such as `CAST-IN-PLACE CONCRETE 03 30 00 - 2`, `033000-2`, `03 30 00/2`, `03300-2`, `SECTION 03 30 00 PAGE 2`.
fn is_footer_of_section(words: &[&str]) -> bool {
    let is_page = |page: &str| {
        (1..=3).contains(&page.len()) && page.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_last = |word: &str| is_figures(word.split('.').next().unwrap_or(""), 2);
    let rest = match words {
        [rest @ .., "OF", total] if is_page(total) => rest,
        rest => rest,
    };
    match rest {
        [.., a, b, c, "-" | "–" | "/", "PAGE" | "PG", page]
        | [.., a, b, c, "-" | "–" | "/" | "|" | "PAGE", page] => {
            is_figures(a, 2) && is_figures(b, 2) && is_last(c) && is_page(page)
        }
        [.., number, "-" | "–" | "/" | "|" | "PAGE", page] => {
            is_figures(number, 6) && is_page(page)
        }
        [.., a, b, last] => {
            let split = last.split_once(['-', '–', '/']);
            let is_split = split.is_some_and(|(number, page)| is_last(number) && is_page(page));
            (is_figures(a, 2) && is_figures(b, 2) && is_split) || is_joined_footer(last)
        }
        [.., last] => is_joined_footer(last),
        [] => false,
    }
}

/// `033000-2`, `033000.13-2`, `03300-2`.
fn is_joined_footer(word: &str) -> bool {
    word.split_once(['-', '–', '/'])
        .is_some_and(|(number, page)| {
            let number = number.split('.').next().unwrap_or("");
            // Postal codes have five figures before four more.
            (is_figures(number, 6) || is_figures(number, 5))
                && (1..=3).contains(&page.len())
                && page.bytes().all(|byte| byte.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::super::super::words::tests::word;
    use super::*;

    fn signs(lines: &[&str]) -> PageSigns {
        let words: Vec<_> = lines
            .iter()
            .enumerate()
            .flat_map(|(row, text)| {
                text.split(' ').enumerate().map(move |(place, text)| {
                    word(
                        text,
                        20.0 + place as f64 * 60.0,
                        20.0 + row as f64 * 14.0,
                        8.0,
                    )
                })
            })
            .collect();
        signs_of(&text_lines(&words))
    }

    #[test]
    fn section_numbers_and_footers_are_known() {
        for number in [
            &["03", "30", "00"][..],
            &["03", "3000"],
            &["033000"],
            &["03300"],
            &["03-30-00"],
            &["03", "30", "00.13", "-"],
        ] {
            assert!(is_section_number(number), "{number:?}");
        }
        assert!(!is_section_number(&["36-1"]));
        for foot in [
            "CONCRETE 03 30 00 - 2",
            "033000-2",
            "03 30 00-2",
            "03300-2",
            "SECTION 03 30 00 PAGE 2 OF 9",
            "03 30 00 / 2",
            "03 30 00 - PAGE 2",
        ] {
            let words: Vec<&str> = foot.split(' ').collect();
            assert!(is_footer_of_section(&words), "{foot}");
        }
        for other in ["555-1234", "AUSTIN TX 78701-1234", "12/03/2018", "A-101"] {
            let words: Vec<&str> = other.split(' ').collect();
            assert!(!is_footer_of_section(&words), "{other}");
        }
    }

    #[test]
    fn a_running_head_may_end_with_the_section() {
        let head = signs(&["Harbour General INTERIOR PAINTING Section 09 91 23"]);
        assert!(head.specification_section);
        for mention in [
            "Prepare walls as in Section 09 91 23",
            "see Section 09 91 23",
        ] {
            assert!(!signs(&[mention]).specification_section, "{mention}");
        }
    }

    #[test]
    fn an_addendum_is_known_by_its_heading_and_not_by_a_mention() {
        for heading in [
            "ADDENDUM NO. 2",
            "Addendum #2",
            "ADDENDUM No.2",
            "CITY OF ALBANY ADDENDUM NUMBER TWO",
            "ADDENDUM",
        ] {
            assert!(signs(&[heading]).addendum, "{heading}");
        }
        for mention in [
            "Addendum No. ____ Dated ____",
            "INCLUDES ADDENDUM NO. 1",
            "Receipt of Addendum No. 1 is acknowledged",
            "This addendum changes the documents as follows",
        ] {
            assert!(!signs(&[mention]).addendum, "{mention}");
        }
        assert!(signs(&["To all bidders", "RE: Fire Station Addendum No. 2"]).addendum);
        assert!(!signs(&["Dear Mr. Miller", "RE: Fire Station Addendum No. 2"]).addendum);
    }

    #[test]
    fn a_british_work_section_is_a_specification() {
        let page = signs(&[
            "F10 BRICK/BLOCK WALLING",
            "110 CLAY FACING BRICKWORK",
            "215 MORTAR GROUP",
        ]);
        assert!(page.specification_section && page.specification_part);
        assert!(!signs(&["F10 BRICK WALLING", "The walls are of brick"]).specification_section);
    }
}
