//! Section numbers of MasterFormat in all the ways offices print them, also as OCR spoils them.

use super::divisions::division_title;

/// A section's number in its normal form: `03 30 00`, `23 82 43.13`, or the older `03300`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SectionNumber {
    pub text: String,
    /// MasterFormat 1995 and before.
    pub is_five_figures: bool,
}

impl SectionNumber {
    /// The two figures of the division.
    pub fn division(&self) -> &str {
        self.text.get(..2).unwrap_or_default()
    }

    pub fn division_title(&self) -> Option<&'static str> {
        division_title(self.division().parse().ok()?, self.is_five_figures)
    }
}

/// A number as it stands in a text.
#[derive(Clone, Debug)]
pub(super) struct Mentioned<'t> {
    pub number: SectionNumber,
    /// What follows it.
    pub rest: &'t str,
    /// Printed in pairs with spaces, `03 30 00`, `03 3000`: hardly ever anything but a section.
    pub is_spaced: bool,
    /// Printed with dots or dashes between the pairs: could be a date.
    pub is_loose: bool,
}

/// The figure that a letter stands for when OCR misread it.
fn figure(letter: char) -> Option<char> {
    match letter {
        '0'..='9' => Some(letter),
        'O' | 'o' => Some('0'),
        'l' | 'I' | '|' => Some('1'),
        _ => None,
    }
}

/// The run of figures at the start (at most seven) and the rest.
fn figures(text: &str) -> (String, &str) {
    let mut run = String::new();
    for (at, letter) in text.char_indices() {
        match figure(letter) {
            Some(figure) if run.len() < 7 => run.push(figure),
            _ => return (run, text.get(at..).unwrap_or_default()),
        }
    }
    (run, "")
}

/// Over what parts two pairs of figures.
fn over_separator(text: &str) -> Option<(&str, bool)> {
    let mut letters = text.chars();
    match letters.next()? {
        ' ' | '\u{a0}' => Some((letters.as_str().trim_start(), false)),
        '-' | '.' | '–' | '\u{2011}' => Some((letters.as_str(), true)),
        _ => None,
    }
}

/// The number that starts the text.
pub(super) fn number_at(text: &str) -> Option<Mentioned<'_>> {
    let (first, rest) = figures(text);
    let mut is_loose = false;
    let mut is_spaced = true;
    let (digits, rest) = match first.len() {
        6 => {
            is_spaced = false;
            (first, rest)
        }
        5 => {
            is_spaced = false;
            (first, rest)
        }
        2 | 4 => {
            let (after, loose) = over_separator(rest)?;
            is_loose |= loose;
            let (second, after) = figures(after);
            match (first.len(), second.len()) {
                (2, 4) | (4, 2) => (first + &second, after),
                (2, 2) => {
                    let (last, loose) = over_separator(after)?;
                    is_loose |= loose;
                    let (third, last) = figures(last);
                    if third.len() != 2 {
                        return None;
                    }
                    (first + &second + &third, last)
                }
                _ => return None,
            }
        }
        _ => return None,
    };
    let printed = text.get(..text.len() - rest.len()).unwrap_or_default();
    let least = if is_spaced { 2 } else { 3 };
    if printed.chars().filter(char::is_ascii_digit).count() < least {
        return None;
    }
    let is_five_figures = digits.len() == 5;
    let mut normal = if is_five_figures {
        digits
    } else {
        let pair = |from: usize| digits.get(from..from + 2).unwrap_or_default();
        format!("{} {} {}", pair(0), pair(2), pair(4))
    };
    let rest = with_suffix(&mut normal, rest);
    let clean = rest
        .chars()
        .next()
        .is_none_or(|next| !next.is_alphanumeric() && !matches!(next, '%' | '\'' | '$'));
    let number = SectionNumber {
        text: normal,
        is_five_figures,
    };
    let is_known =
        number.division_title().is_some() || (is_five_figures && number.division() == "17");
    (clean && is_known && number.text != "00 00 00" && number.text != "00000").then_some(
        Mentioned {
            number,
            rest,
            is_spaced,
            is_loose,
        },
    )
}

/// Takes `.13`, the agencies' ` 10` after it (UFGS: `03 30 00.00 10`) and an office's own letter
/// from the start of the rest.
fn with_suffix<'t>(normal: &mut String, rest: &'t str) -> &'t str {
    let mut rest = rest;
    if let Some(after) = rest.strip_prefix('.') {
        let count = after.chars().take_while(char::is_ascii_digit).count();
        if (1..=2).contains(&count) {
            let (level, after) = after.split_at_checked(count).unwrap_or((after, ""));
            normal.push('.');
            normal.push_str(level);
            rest = after;
            let word = after.strip_prefix(' ').unwrap_or_default();
            let word = word.split(' ').next().unwrap_or_default();
            if matches!(word, "10" | "20" | "30" | "40") && count == 2 {
                normal.push(' ');
                normal.push_str(word);
                rest = after.get(1 + word.len()..).unwrap_or_default();
            }
        }
    }
    let mut letters = rest.chars();
    if let (Some(letter @ 'A'..='Z'), next) = (letters.next(), letters.clone().next())
        && next.is_none_or(|next| !next.is_alphanumeric())
    {
        normal.push(letter);
        rest = letters.as_str();
    }
    rest
}

/// The word that announces a section, and what follows it and its `NO.` or colon.
/// True with it when it is printed in capitals.
pub(super) fn after_keyword(text: &str) -> Option<(bool, &str)> {
    let end = text
        .char_indices()
        .find(|(at, letter)| *at >= 3 && !letter.is_alphanumeric() && *letter != '|')
        .map_or(text.len(), |(at, _)| at);
    let word = text.get(..end)?;
    let plain: String = word
        .chars()
        .take(24)
        .map(|letter| match letter {
            '0' => 'O',
            '1' | 'l' | '|' => 'I',
            letter => letter.to_ascii_uppercase(),
        })
        .collect();
    let mut taken = None;
    for keyword in ["SECTION", "DOCUMENT", "SECT", "SEC"] {
        if plain == keyword {
            taken = Some(word.len());
            break;
        }
        // `SECTION033000`: nothing but figures may follow without a space.
        if keyword.len() > 4 && plain.starts_with(keyword) {
            let after = word.get(keyword.len()..).unwrap_or_default();
            if after.starts_with(|c: char| c.is_ascii_digit()) {
                taken = Some(keyword.len());
                break;
            }
        }
    }
    let taken = taken?;
    let keyword = word.get(..taken)?;
    let mut rest = text.get(taken..)?.trim_start_matches(['.', ' ']);
    for number in ["NO.", "No.", "NUMBER", "Number", "#", ":", "-", "–", "—"] {
        if let Some(after) = rest.strip_prefix(number) {
            rest = after.trim_start_matches([' ', ':', '.', '-']);
            break;
        }
    }
    Some((
        !keyword.contains(|c: char| c.is_lowercase() && c != 'l'),
        rest,
    ))
}

/// Every number in the text, with where it starts (bytes). Figures inside longer figures, amounts
/// and dates are none.
pub(super) fn numbers_in(text: &str) -> Vec<(usize, Mentioned<'_>)> {
    let mut found = Vec::new();
    let mut before = ' ';
    let mut skip_to = 0;
    for (at, letter) in text.char_indices() {
        let starts = at >= skip_to
            && (letter.is_ascii_digit() || matches!(letter, 'O' | 'o'))
            && !(before.is_alphanumeric() || matches!(before, '.' | ',' | '$' | '#' | '/'))
            && !(before == '-' && at > 1);
        before = letter;
        if !starts {
            continue;
        }
        let Some(mention) = text.get(at..).and_then(number_at) else {
            continue;
        };
        if mention.is_loose {
            continue;
        }
        skip_to = text.len() - mention.rest.len();
        found.push((at, mention));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> Option<String> {
        number_at(text).map(|mention| mention.number.text)
    }

    #[test]
    fn all_printed_forms_become_one() {
        for text in [
            "03 30 00",
            "03 3000",
            "033000",
            "O3 30 OO",
            "03 3O 00 - TITLE",
            "033000-1",
        ] {
            assert_eq!(normal(text).as_deref(), Some("03 30 00"), "{text}");
        }
        assert_eq!(normal("23 82 43.13").as_deref(), Some("23 82 43.13"));
        assert_eq!(
            normal("238243.13 - HEATERS").as_deref(),
            Some("23 82 43.13")
        );
        assert_eq!(
            normal("03 30 00.00 10 CAST").as_deref(),
            Some("03 30 00.00 10")
        );
        assert_eq!(normal("03300 - CAST").as_deref(), Some("03300"));
        assert_eq!(normal("02511A").as_deref(), Some("02511A"));
    }

    #[test]
    fn other_figures_are_no_section() {
        for text in [
            "17 30 00",
            "99 10 10",
            "1234567",
            "45000 psi",
            "03 30",
            "30 00",
            "53703",
            "00 00 00",
        ] {
            assert_eq!(normal(text), None, "{text}");
        }
        assert!(numbers_in("$03 30 00, A03300, 1-03300 and 555-0330000").is_empty());
    }

    #[test]
    fn the_word_before_it_may_be_spoilt_or_stuck_to_it() {
        let number = |text| after_keyword(text).and_then(|(_, rest)| normal(rest));
        for text in [
            "SECTION 033000",
            "SECTI0N 03 30 00",
            "SECTlON 03 30 00",
            "SECTION033000",
            "Section No. 03 30 00",
            "DOCUMENT: 03 30 00",
        ] {
            assert_eq!(number(text).as_deref(), Some("03 30 00"), "{text}");
        }
        assert!(after_keyword("SECTIONS 033000").is_none());
        assert_eq!(
            after_keyword("Section 1").map(|(caps, _)| caps),
            Some(false)
        );
    }

    #[test]
    fn a_text_gives_all_its_numbers() {
        let found = numbers_in("Sections 03 30 00, 079200 and 09 91 23.13.");
        let texts: Vec<_> = found
            .iter()
            .map(|(_, mention)| mention.number.text.as_str())
            .collect();
        assert_eq!(texts, ["03 30 00", "07 92 00", "09 91 23.13"]);
    }
}
