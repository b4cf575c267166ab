//! The labels that headings are numbered by: `CHAPTER 5`, `ARTICLE IV`, `§ 17.02`, `ZN 3.04`, `1.1`, `II.`

/// How a heading is numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Scheme {
    /// `TITLE 17`, `VOLUME 1`
    Title,
    /// `PART 2`, `DIVISION 3`
    Part,
    /// `CHAPTER 5`
    Chapter,
    /// `ARTICLE 5`
    Article,
    /// `APPENDIX A`, `EXHIBIT B`, `ATTACHMENT 1`
    Appendix,
    /// `SECTION 4`, `§ 17.02`, `Sec. 4.1`
    Section,
    /// `ZN 3.04`: a code's own letters before the number
    Coded,
    /// `IV.`
    Roman,
    /// `A.`
    Letter,
    /// `1.`, `1.1`, `1.1.1` with as many figures
    Decimal(u32),
}

/// A heading's label and where the text behind it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    pub scheme: Scheme,
    /// The number alone, in capitals: `5`, `17.02`, `IV`.
    pub number: String,
    /// Bytes of the line that the label takes, with the marks behind it.
    pub length: usize,
}

const NAMES: &[(&str, Scheme)] = &[
    ("TITLE", Scheme::Title),
    ("VOLUME", Scheme::Title),
    ("PART", Scheme::Part),
    ("DIVISION", Scheme::Part),
    ("CHAPTER", Scheme::Chapter),
    ("ARTICLE", Scheme::Article),
    ("APPENDIX", Scheme::Appendix),
    ("EXHIBIT", Scheme::Appendix),
    ("ATTACHMENT", Scheme::Appendix),
    ("ANNEX", Scheme::Appendix),
    ("SECTION", Scheme::Section),
    ("SEC.", Scheme::Section),
    ("SEC", Scheme::Section),
    ("§", Scheme::Section),
];

/// The label at the start of a line; `(1)` and `1)` are labels of paragraphs and not read.
pub(super) fn label(text: &str) -> Option<Label> {
    let (first, rest) = word_and_rest(text);
    let upper = first.to_uppercase();
    let name = NAMES.iter().find(|(name, _)| *name == upper);
    if let Some((_, scheme)) = name {
        let (number, mut rest) = word_and_rest(rest);
        // "Chapter 68, Wis. Stats." cites.
        if number.ends_with(',') {
            return None;
        }
        let mut bare = bare_number(number);
        // "APPENDIX A–DEFINITIONS"
        if let Some((before, _)) = bare.split_once(['–', '—']) {
            bare = before;
            rest = text.get(text.find(number)? + before.len()..)?;
        }
        return is_number_of(*scheme, bare).then(|| Label {
            scheme: *scheme,
            number: bare.trim_matches(['“', '”', '"', '\'']).to_uppercase(),
            length: text.len() - after_marks(rest).len(),
        });
    }
    // "§17.02"
    if let Some(number) = first.strip_prefix('§') {
        let bare = bare_number(number);
        return is_number_of(Scheme::Section, bare).then(|| Label {
            scheme: Scheme::Section,
            number: bare.to_owned(),
            length: text.len() - after_marks(rest).len(),
        });
    }
    if let Some(depth) = decimal_depth(first) {
        // "5 cubic yards" is no heading: one figure alone needs its stop.
        let has_stop = first.contains('.');
        return has_stop.then(|| Label {
            scheme: Scheme::Decimal(depth),
            number: bare_number(first).to_owned(),
            length: text.len() - after_marks(rest).len(),
        });
    }
    if let Some(bare) = first.strip_suffix('.') {
        let scheme = if bare.len() == 1
            && bare.chars().all(|c| c.is_ascii_uppercase())
            && !matches!(bare, "I" | "V" | "X")
        {
            Scheme::Letter
        } else if is_roman(bare) {
            Scheme::Roman
        } else {
            return None;
        };
        return Some(Label {
            scheme,
            number: bare.to_owned(),
            length: text.len() - after_marks(rest).len(),
        });
    }
    let is_code = (1..=4).contains(&first.len()) && first.chars().all(|c| c.is_ascii_uppercase());
    let (number, rest) = word_and_rest(rest);
    let is_section = decimal_depth(number).is_some_and(|depth| depth >= 2);
    (is_code && is_section).then(|| Label {
        scheme: Scheme::Coded,
        number: format!("{first} {}", bare_number(number)),
        length: text.len() - after_marks(rest).len(),
    })
}

fn word_and_rest(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(char::is_whitespace).unwrap_or((text, ""))
}

/// Without the dash or colon that stands between label and title.
fn after_marks(rest: &str) -> &str {
    rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | ':' | '.'))
}

fn bare_number(word: &str) -> &str {
    word.trim_end_matches(['.', ':', ',', '-', '–', '—'])
}

fn is_number_of(scheme: Scheme, number: &str) -> bool {
    let number = number.trim_matches(['“', '”', '"', '\'']);
    let is_letter = number.len() == 1 && number.chars().all(|c| c.is_ascii_alphabetic());
    let is_word = matches!(
        number.to_ascii_uppercase().as_str(),
        "ONE" | "TWO" | "THREE" | "FOUR" | "FIVE" | "SIX" | "SEVEN" | "EIGHT" | "NINE" | "TEN"
    );
    let is_figured = (1..=14).contains(&number.len())
        && number.chars().next().is_some_and(|c| c.is_ascii_digit())
        && number
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    is_figured
        || is_roman(number)
        || (is_word && scheme != Scheme::Section)
        || (scheme == Scheme::Appendix
            && (is_letter
                || number
                    .split_once('-')
                    .is_some_and(|(a, b)| a.len() <= 2 && b.len() <= 2)))
        || (is_letter && number.chars().all(|c| c.is_ascii_uppercase()))
}

fn is_roman(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.chars().all(|c| matches!(c, 'I' | 'V' | 'X' | 'L'))
}

/// Of `1.1` two, of `1.` one, of `1.0` one; up to five figures deep, each of at most three digits.
fn decimal_depth(word: &str) -> Option<u32> {
    let bare = word.trim_end_matches('.');
    let pieces: Vec<&str> = bare.split('.').take(6).collect();
    let is_plain = pieces.len() <= 5
        && pieces.iter().all(|piece| {
            (1..=3).contains(&piece.len()) && piece.chars().all(|c| c.is_ascii_digit())
        });
    if !is_plain || bare.is_empty() {
        return None;
    }
    // "5.0" heads chapters as "5." does.
    let pieces = match pieces.as_slice() {
        [one, "0"] => vec![*one],
        _ => pieces,
    };
    u32::try_from(pieces.len()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_headings_are_read() {
        for (text, scheme, number, title) in [
            ("CHAPTER 5 EXCEPTIONS", Scheme::Chapter, "5", "EXCEPTIONS"),
            ("ARTICLE IV - PAYMENT", Scheme::Article, "IV", "PAYMENT"),
            ("§ 17.02 Purpose", Scheme::Section, "17.02", "Purpose"),
            (
                "§17.02.030 Purpose",
                Scheme::Section,
                "17.02.030",
                "Purpose",
            ),
            ("Section 4: Bonds", Scheme::Section, "4", "Bonds"),
            (
                "ZN 1.01 PRELIMINARY CONSIDERATION.",
                Scheme::Coded,
                "ZN 1.01",
                "PRELIMINARY CONSIDERATION.",
            ),
            ("1. INTRODUCTION", Scheme::Decimal(1), "1", "INTRODUCTION"),
            (
                "2.0 SITE CONDITIONS",
                Scheme::Decimal(1),
                "2.0",
                "SITE CONDITIONS",
            ),
            (
                "2.1.3 Groundwater",
                Scheme::Decimal(3),
                "2.1.3",
                "Groundwater",
            ),
            ("II. SCOPE", Scheme::Roman, "II", "SCOPE"),
            ("B. DEFINITIONS", Scheme::Letter, "B", "DEFINITIONS"),
            (
                "APPENDIX \"A\"–DEFINITIONS",
                Scheme::Appendix,
                "A",
                "DEFINITIONS",
            ),
            (
                "APPENDIX “A” – DEFINITIONS",
                Scheme::Appendix,
                "A",
                "DEFINITIONS",
            ),
        ] {
            let label = label(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (label.scheme, label.number.as_str()),
                (scheme, number),
                "{text}"
            );
            assert_eq!(text.get(label.length..), Some(title), "{text}");
        }
        for none in [
            "(1) AUTHORITY.",
            "1) First",
            "5 cubic yards",
            "SECTION of the work",
            "Chapter 68, Wis. Stats., as modified",
            "U.S. DEPARTMENT",
            "Part of the work",
            "",
        ] {
            assert_eq!(label(none), None, "{none}");
        }
    }
}
