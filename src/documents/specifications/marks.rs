//! The marks by which a section is laid out (CSI SectionFormat and PageFormat): part headings, labels
//! of articles and paragraphs, and the line that ends a section.

use super::numbers::{SectionNumber, number_at, numbers_in};
use super::titles::is_title_case;

/// The head of a part: `PART 2 - PRODUCTS`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PartHeading {
    pub number: u32,
    /// As printed: `PART 2`, `PART TWO`.
    pub label: String,
    /// Empty when it stands on the next line.
    pub title: String,
}

/// The titles that SectionFormat gives the three parts, and what some offices make of them.
const PART_TITLES: [&str; 12] = [
    "GENERAL",
    "GENERALS",
    "PRODUCT",
    "PRODUCTS",
    "EXECUTION",
    "EXECUTIONS",
    "MATERIAL",
    "MATERIALS",
    "METHODS",
    "NOT",
    "MEASUREMENT",
    "SCHEDULES",
];

/// The number that a word names: `2`, `II`, `TWO`.
fn part_number(word: &str) -> Option<u32> {
    let upper = word.to_uppercase();
    match upper.as_str() {
        "1" | "I" | "ONE" | "L" | "|" => Some(1),
        "2" | "II" | "TWO" => Some(2),
        "3" | "III" | "THREE" => Some(3),
        "4" | "IV" | "FOUR" => Some(4),
        "5" | "V" | "FIVE" => Some(5),
        _ => None,
    }
}

const DASHES: [char; 9] = ['-', '–', '—', '\u{2011}', '\u{2212}', ':', '.', ' ', '_'];

/// Whether the first word of a title is one that parts have.
pub(super) fn is_part_title(title: &str) -> bool {
    let first = title
        .split(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or_default()
        .to_uppercase();
    PART_TITLES.contains(&first.as_str()) && title.split(' ').count() <= 5
}

/// The part that a line heads, if it does.
pub(super) fn part_heading(text: &str) -> Option<PartHeading> {
    if text.len() > 90 {
        return None;
    }
    let (word, rest) = text.split_once([' ', '\u{a0}']).unwrap_or((text, ""));
    if word.eq_ignore_ascii_case("PART") {
        let end = rest
            .char_indices()
            .find(|(_, letter)| !letter.is_alphanumeric() && *letter != '|')
            .map_or(rest.len(), |(at, _)| at);
        let (figure, title) = rest.split_at_checked(end)?;
        let number = part_number(figure)?;
        let title = title.trim_matches(DASHES);
        let is_heading = if title.is_empty() {
            // Alone on its line.
            word == "PART" || rest.len() <= figure.len() + 2
        } else if word == "PART" && title.chars().next().is_some_and(|c| !c.is_lowercase()) {
            is_part_title(title) || (is_capitals(title) && title.split(' ').count() <= 8)
        } else {
            is_part_title(title) && title.split(' ').count() <= 3 && !title.ends_with(',')
        };
        return is_heading.then(|| PartHeading {
            number,
            label: format!("{word} {figure}"),
            title: title.to_owned(),
        });
    }
    // `1.00 GENERAL`, `2. PRODUCTS` in some municipal books.
    let number =
        part_number(word.get(..1)?).filter(|_| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let label = word.trim_end_matches(['.', '-']);
    let is_bare = matches!(label.get(1..), Some("" | ".0" | ".00"));
    let title = rest.trim_matches(DASHES);
    let is_title = matches!(title, "GENERAL" | "PRODUCTS" | "EXECUTION" | "MATERIALS");
    (is_bare && is_title).then(|| PartHeading {
        number,
        label: label.to_owned(),
        title: title.to_owned(),
    })
}

/// The number, the label and the title of a line that heads an article of general conditions:
/// `ARTICLE 4 – AVAILABILITY OF LANDS`. The title is empty when it stands on the next line.
pub(super) fn article_heading(text: &str) -> Option<(u32, &str, &str)> {
    let after = text.get(7..).filter(|_| text.len() <= 120)?;
    let word = text.get(..7)?;
    if word != "ARTICLE" && word != "Article" {
        return None;
    }
    let figure = after.trim_start();
    let end = figure
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(figure.len());
    let (figure, rest) = figure.split_at_checked(end)?;
    let number = small_number(figure).or_else(|| roman_value(&figure.to_lowercase()))?;
    let title = rest.trim_matches(DASHES);
    // `Article 5 notwithstanding` and `ARTICLE 5.2` refer to one.
    let is_whole = !rest.starts_with('.') || !title.starts_with(|c: char| c.is_ascii_digit());
    let is_title = if title.is_empty() {
        word == "ARTICLE" || rest.is_empty()
    } else if is_capitals(title) {
        true
    } else {
        // Without a dash a small-lettered title is told from a sentence by its words.
        title.starts_with(char::is_uppercase) && is_title_case(title) && !text.ends_with('.')
    };
    let label = text.get(..text.len() - rest.len())?;
    (is_whole && is_title && number > 0).then_some((number, label, title))
}

/// Whether most letters are capitals and none of the words is written small.
pub(super) fn is_capitals(text: &str) -> bool {
    let (mut capitals, mut small) = (0, 0);
    for letter in text.chars() {
        if letter.is_uppercase() {
            capitals += 1;
        } else if letter.is_lowercase() {
            small += 1;
        }
    }
    // A `lb` or `mm` among capitals is allowed.
    capitals >= 2 && small * 6 <= capitals
}

/// A label of figures with dots, `1.1`, `1.01`, `2.1.3`, and what follows it.
pub(super) fn decimal_label(text: &str) -> Option<(Vec<u32>, &str, &str)> {
    // `§ 1.1.1`, as the forms of the architects' institute print it.
    let text = text.strip_prefix('§').map_or(text, str::trim_start);
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    if word.len() > 20 || !word.contains('.') {
        return None;
    }
    let bare = word.trim_end_matches(['.', ':', '-', ')']);
    let mut numbers = Vec::new();
    for group in bare.split('.') {
        let figures: String = group
            .chars()
            .map(|letter| match letter {
                'l' | 'I' | '|' => '1',
                'O' | 'o' => '0',
                letter => letter,
            })
            .collect();
        if figures.is_empty()
            || figures.len() > 3
            || !figures.chars().all(|c| c.is_ascii_digit())
            || numbers.len() >= 7
        {
            return None;
        }
        numbers.push(figures.parse().ok()?);
    }
    let has_figure = bare.contains(|c: char| c.is_ascii_digit());
    let rest = rest.trim_start_matches(['-', '–', '—', ' ']);
    (has_figure && numbers.len() >= 2).then_some((numbers, bare, rest))
}

/// The kinds of paragraph labels; each level of PageFormat has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LabelKind {
    /// `A.`
    Upper,
    /// `1.`
    Figure,
    /// `a.`
    Lower,
    /// `i.`
    Roman,
    /// `A)`, `(A)`
    UpperBracket,
    /// `1)`
    FigureBracket,
    /// `a)`
    LowerBracket,
    /// `(1)`
    FigureBrackets,
    /// `(a)`
    LowerBrackets,
    /// `.1` of the Canadian National Master Specification, at every level.
    DotFigure,
    /// `2.1.3` below an article, as UFGS numbers its subparagraphs.
    Decimal,
    Bullet,
}

/// A paragraph's label, and the text after it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label<'t> {
    pub kind: LabelKind,
    /// 1 for `A`, `1`, `a`; 0 for a bullet.
    pub value: u32,
    pub printed: &'t str,
    pub rest: &'t str,
}

/// A to Z, then AA to ZZ; 0 for anything else.
fn letter_value(letters: &str) -> u32 {
    let mut found = letters.chars();
    let place = |letter: char| letter.to_ascii_lowercase() as u32 - u32::from(b'a') + 1;
    match (found.next(), found.next(), found.next()) {
        (Some(one), None, None) if one.is_ascii_alphabetic() => place(one),
        (Some(one), Some(two), None) if one == two && one.is_ascii_alphabetic() => 26 + place(one),
        _ => 0,
    }
}

/// Small roman figures up to twenty.
pub(super) fn roman_value(letters: &str) -> Option<u32> {
    const ROMAN: [&str; 20] = [
        "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv",
        "xv", "xvi", "xvii", "xviii", "xix", "xx",
    ];
    let at = ROMAN.iter().position(|roman| *roman == letters)?;
    u32::try_from(at + 1).ok()
}

/// The label that starts a line.
pub(super) fn paragraph_label(text: &str) -> Option<Label<'_>> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    if matches!(
        word,
        "•" | "●" | "▪" | "■" | "\u{f0b7}" | "○" | "◦" | "–" | "-" | "*"
    ) && !rest.is_empty()
    {
        return Some(Label {
            kind: LabelKind::Bullet,
            value: 0,
            printed: word,
            rest,
        });
    }
    if word.len() > 6 {
        return None;
    }
    if let Some(figures) = word.strip_prefix('.') {
        let value = small_number(figures.trim_end_matches('.'))?;
        return Some(Label {
            kind: LabelKind::DotFigure,
            value,
            printed: word,
            rest,
        });
    }
    let (inner, has_open) = match word.strip_prefix('(') {
        Some(inner) => (inner, true),
        None => (word, false),
    };
    let (inner, is_bracket) = match (inner.strip_suffix(')'), inner.strip_suffix('.')) {
        (Some(inner), _) => (inner, true),
        (None, Some(inner)) if !has_open => (inner, false),
        _ => return None,
    };
    let inner = inner.trim_end_matches('.');
    let (kind, value) = if let Some(value) = small_number(inner) {
        let kind = match (has_open, is_bracket) {
            (true, _) => LabelKind::FigureBrackets,
            (false, true) => LabelKind::FigureBracket,
            (false, false) => LabelKind::Figure,
        };
        (kind, value)
    } else {
        let value = letter_value(inner);
        let is_upper = inner.chars().all(|c| c.is_ascii_uppercase());
        let is_lower = inner.chars().all(|c| c.is_ascii_lowercase());
        match (value, roman_value(inner)) {
            (0, None) => return None,
            (0, Some(value)) => (LabelKind::Roman, value),
            (value, _) if is_upper && is_bracket => (LabelKind::UpperBracket, value),
            (value, _) if is_upper => (LabelKind::Upper, value),
            (value, _) if is_lower => {
                let kind = match (has_open, is_bracket) {
                    (true, _) => LabelKind::LowerBrackets,
                    (false, true) => LabelKind::LowerBracket,
                    (false, false) => LabelKind::Lower,
                };
                (kind, value)
            }
            _ => return None,
        }
    };
    Some(Label {
        kind,
        value,
        printed: word,
        rest,
    })
}

fn small_number(figures: &str) -> Option<u32> {
    let is_plain = (1..=3).contains(&figures.len()) && figures.chars().all(|c| c.is_ascii_digit());
    is_plain.then(|| figures.parse().ok()).flatten()
}

/// `END OF SECTION`, perhaps with the section's number; the end of its table of contents is none.
pub(super) fn section_end(text: &str) -> Option<Option<SectionNumber>> {
    // Asked of every line, so the first letter is looked at before anything is copied.
    let first = text.chars().find(|c| c.is_alphanumeric());
    if text.len() > 100 || !matches!(first, Some('E' | 'e')) {
        return None;
    }
    // `- - - E N D - - -`, as the Department of Veterans Affairs prints it.
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    if letters == "END" && text.len() > 4 {
        return Some(None);
    }
    let upper = text
        .to_uppercase()
        .replace("SECTI0N", "SECTION")
        .replace("0F", "OF");
    let bare = upper.trim_matches(|c: char| !c.is_alphanumeric());
    let rest = [
        "END OF SECTION",
        "END OF DOCUMENT",
        "END SECTION",
        "ENDOFSECTION",
        "ENDOFDOCUMENT",
        "END OF THIS SECTION",
        "END OF PART 3",
        "END OF PART THREE",
    ]
    .iter()
    .find_map(|phrase| bare.strip_prefix(phrase))?;
    if rest.contains("CONTENTS") || rest.contains("TABLE") || rest.starts_with(char::is_alphabetic)
    {
        return None;
    }
    let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
    let number = number_at(rest)
        .or_else(|| {
            numbers_in(rest)
                .into_iter()
                .next()
                .map(|(_, mention)| mention)
        })
        .map(|mention| mention.number);
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_of_general_conditions_are_told_from_references() {
        assert_eq!(
            article_heading("ARTICLE 4 – AVAILABILITY OF LANDS"),
            Some((4, "ARTICLE 4", "AVAILABILITY OF LANDS"))
        );
        assert_eq!(article_heading("ARTICLE IX"), Some((9, "ARTICLE IX", "")));
        assert_eq!(
            article_heading("Article 2. Changes in the Work"),
            Some((2, "Article 2", "Changes in the Work"))
        );
        for text in [
            "Article 5 notwithstanding, the Contractor",
            "ARTICLE 5.2",
            "Article 8 applies to claims.",
            "Articles of Incorporation",
        ] {
            assert_eq!(article_heading(text), None, "{text}");
        }
    }

    #[test]
    fn parts_are_headed_in_many_ways() {
        for (text, number, label, title) in [
            ("PART 1 - GENERAL", 1, "PART 1", "GENERAL"),
            ("PART 1 GENERAL", 1, "PART 1", "GENERAL"),
            ("PART 1-GENERAL", 1, "PART 1", "GENERAL"),
            ("Part 2 Products", 2, "Part 2", "Products"),
            ("PART THREE – EXECUTION", 3, "PART THREE", "EXECUTION"),
            (
                "PART II: MATERIALS AND METHODS",
                2,
                "PART II",
                "MATERIALS AND METHODS",
            ),
            ("PART 3", 3, "PART 3", ""),
            (
                "PART 2 - PRODUCTS (NOT USED)",
                2,
                "PART 2",
                "PRODUCTS (NOT USED)",
            ),
            ("2.00 PRODUCTS", 2, "2.00", "PRODUCTS"),
        ] {
            let found = part_heading(text).expect(text);
            assert_eq!(
                (found.number, &*found.label, &*found.title),
                (number, label, title)
            );
        }
        for text in [
            "Part 1 of this Section applies",
            "PART 2 of the work",
            "Part 3 Execution of the work is",
            "PARTS 1 AND 2",
            "2.1 PRODUCTS",
        ] {
            assert_eq!(part_heading(text), None, "{text}");
        }
    }

    #[test]
    fn labels_have_a_kind_and_a_value() {
        for (text, kind, value) in [
            ("A. Text", LabelKind::Upper, 1),
            ("AA. Text", LabelKind::Upper, 27),
            ("12. Text", LabelKind::Figure, 12),
            ("c. Text", LabelKind::Lower, 3),
            ("2) Text", LabelKind::FigureBracket, 2),
            ("b) Text", LabelKind::LowerBracket, 2),
            ("(3) Text", LabelKind::FigureBrackets, 3),
            ("iv. Text", LabelKind::Roman, 4),
            (".2 Text", LabelKind::DotFigure, 2),
            ("• Text", LabelKind::Bullet, 0),
        ] {
            let label = paragraph_label(text).expect(text);
            assert_eq!(
                (label.kind, label.value, label.rest),
                (kind, value, "Text"),
                "{text}"
            );
        }
        for text in [
            "The text",
            "1.1 SUMMARY",
            "A615 bars",
            "No. 4 bars",
            "3/4 inch",
        ] {
            assert_eq!(paragraph_label(text), None, "{text}");
        }
    }

    #[test]
    fn decimal_labels_are_taken_apart() {
        assert_eq!(
            decimal_label("1.01 SUMMARY"),
            Some((vec![1, 1], "1.01", "SUMMARY"))
        );
        assert_eq!(
            decimal_label("2.3.1. Cement"),
            Some((vec![2, 3, 1], "2.3.1", "Cement"))
        );
        assert_eq!(
            decimal_label("l.1 SUMMARY").map(|found| found.0),
            Some(vec![1, 1])
        );
        assert_eq!(decimal_label("Inc. SUMMARY"), None);
    }

    #[test]
    fn the_end_of_a_section_is_not_that_of_its_contents() {
        assert_eq!(section_end("END OF SECTION"), Some(None));
        assert_eq!(section_end("-- End of Section --"), Some(None));
        assert_eq!(section_end("- - - E N D - - -"), Some(None));
        assert_eq!(section_end("END"), None);
        let number = section_end("END OF SECTION 03 30 00").flatten().unwrap();
        assert_eq!(number.text, "03 30 00");
        let number = section_end("END OF DOCUMENT - 00 11 13").flatten().unwrap();
        assert_eq!(number.text, "00 11 13");
        assert_eq!(section_end("-- End of Section Table of Contents --"), None);
        assert_eq!(section_end("At the end of section 3"), None);
    }
}
