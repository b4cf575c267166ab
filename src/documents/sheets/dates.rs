//! Dates as title blocks print them: `03/12/2018`, `2018-03-12`, `MAY 22, 2020`, `22 May 2020`, `May 2020`.
//! Asked for the issue date, for revision tables, and to keep dates out of names.

use super::super::months::month;

/// Longer texts are sentences.
const LONGEST_TEXT: usize = 200;

/// A date found in a text, as it is printed, and year, month and day to compare it by; an American
/// and a British order of the same figures cannot be told apart and count as the American one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundDate {
    pub text: String,
    pub order: (u32, u32, u32),
    /// How many words stand before and after it.
    pub before: usize,
    pub after: usize,
}

/// The first date in the text.
pub(super) fn find_date(text: &str) -> Option<FoundDate> {
    if text.len() > LONGEST_TEXT || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    (0..words.len()).find_map(|at| {
        let rest = words.get(at..)?;
        let (count, order) = date_at(rest)?;
        Some(FoundDate {
            text: rest
                .get(..count)?
                .join(" ")
                .trim_matches([',', '(', ')', ';', ':', '.'])
                .to_owned(),
            order,
            before: at,
            after: words.len() - at - count,
        })
    })
}

/// How many words from the start are a date, and which.
fn date_at(words: &[&str]) -> Option<(usize, (u32, u32, u32))> {
    let bare: Vec<&str> = words
        .iter()
        .take(3)
        .map(|word| word.trim_matches([',', '.', '(', ')', ';']))
        .collect();
    let first = *bare.first()?;
    if let Some(order) = figures(first).or_else(|| month_within(first)) {
        return Some((1, order));
    }
    let second = bare.get(1).copied().unwrap_or("");
    let third = bare.get(2).copied().unwrap_or("");
    if let Some(month) = month(first) {
        if let (Some(day), Some(year)) = (day(second), year(third)) {
            return Some((3, (year, month, day)));
        }
        return year(second).map(|year| (2, (year, month, 0)));
    }
    let (day, month, year) = (day(first)?, month(second)?, year(third)?);
    Some((3, (year, month, day)))
}

/// `07/11/2019`, `7-11-19`, `2019.07.11`.
fn figures(word: &str) -> Option<(u32, u32, u32)> {
    let pieces: Vec<&str> = word.split(['/', '-', '.']).collect();
    let [a, b, c] = pieces.as_slice() else {
        return None;
    };
    let number = |piece: &str| {
        (matches!(piece.len(), 1 | 2 | 4) && piece.chars().all(|c| c.is_ascii_digit()))
            .then(|| piece.parse::<u32>().ok())
            .flatten()
    };
    let (first, second, third) = (number(a)?, number(b)?, number(c)?);
    let (year, month, day) = if a.len() == 4 {
        (first, second, third)
    } else {
        (full_year(c.len(), third)?, first, second)
    };
    let (month, day) = if month > 12 {
        (day, month)
    } else {
        (month, day)
    };
    ((1..=12).contains(&month) && (1..=31).contains(&day) && (1900..2100).contains(&year))
        .then_some((year, month, day))
}

/// `22-MAY-2020`, `22MAY2020`.
fn month_within(word: &str) -> Option<(u32, u32, u32)> {
    if !(7..=17).contains(&word.len()) {
        return None;
    }
    let upper = word.to_ascii_uppercase();
    let start = upper.find(|c: char| c.is_ascii_alphabetic())?;
    let end = upper.rfind(|c: char| c.is_ascii_alphabetic())?;
    let dash = |text: &str| text.trim_matches(['-', '/', '.']).to_owned();
    let month = month(upper.get(start..=end)?)?;
    let day = day(&dash(upper.get(..start)?))?;
    let after = dash(upper.get(end + 1..)?);
    let year = full_year(after.len(), after.parse().ok()?)?;
    Some((year, month, day))
}

fn day(word: &str) -> Option<u32> {
    let figures = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let ending = word.len() - figures.len();
    (figures.len() <= 2 && (ending == 0 || ending == 2))
        .then(|| figures.parse().ok())
        .flatten()
        .filter(|day| (1..=31).contains(day))
}

fn year(word: &str) -> Option<u32> {
    (word.len() == 4)
        .then(|| word.parse().ok())
        .flatten()
        .filter(|year| (1900..2100).contains(year))
}

fn full_year(length: usize, year: u32) -> Option<u32> {
    match length {
        4 => Some(year),
        2 if year < 70 => Some(2000 + year),
        2 => Some(1900 + year),
        _ => None,
    }
}

/// `07/11/2019`, `7-11-19`, `2019.07.11`, `10:32:44`.
pub(super) fn is_date(word: &str) -> bool {
    let is_time = || {
        let pieces: Vec<&str> = word.split(':').collect();
        (2..=3).contains(&pieces.len())
            && pieces.iter().all(|piece| {
                matches!(piece.len(), 1 | 2) && piece.chars().all(|c| c.is_ascii_digit())
            })
    };
    figures(word).is_some() || month_within(word).is_some() || is_time()
}

/// The text without a date at its end and the dash before it.
pub(super) fn without_date(text: &str) -> &str {
    let text = text.trim();
    let trimmed = |head: &str| {
        head.trim_end_matches(|c: char| {
            c.is_whitespace() || matches!(c, '-' | '–' | '|' | ',' | '(')
        })
        .len()
    };
    let cut = match find_date(text) {
        Some(date) if date.after == 0 && date.before > 0 => {
            let mut head = text;
            for _ in 0..date.text.split(' ').count() {
                head = head.rsplit_once(char::is_whitespace).map_or("", |(a, _)| a);
            }
            trimmed(head)
        }
        _ => text.len(),
    };
    text.get(..cut).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_found_as_they_are_printed() {
        for (text, expected) in [
            ("03/12/2018", Some(("03/12/2018", (2018, 3, 12)))),
            ("12.11.2014", Some(("12.11.2014", (2014, 12, 11)))),
            ("2019-07-11", Some(("2019-07-11", (2019, 7, 11)))),
            ("22.05.20", Some(("22.05.20", (2020, 5, 22)))),
            ("MAY 22, 2020", Some(("MAY 22, 2020", (2020, 5, 22)))),
            ("22 May 2020", Some(("22 May 2020", (2020, 5, 22)))),
            ("JULY 2021", Some(("JULY 2021", (2021, 7, 0)))),
            ("Issued 22-MAY-20", Some(("22-MAY-20", (2020, 5, 22)))),
            ("773-425-6456", None),
            ("99/99/2018", None),
            ("1/4\"", None),
            ("03 30 00", None),
        ] {
            let found = find_date(text);
            let found = found.as_ref().map(|date| (date.text.as_str(), date.order));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_trailing_date_is_no_part_of_the_name() {
        assert_eq!(without_date("SITE PLAN - 07/11/2019"), "SITE PLAN");
        assert_eq!(without_date("SITE PLAN - MAY 22, 2020"), "SITE PLAN");
        assert_eq!(without_date("AREA 1 - 2"), "AREA 1 - 2");
        assert_eq!(without_date("07/11/2019"), "07/11/2019");
    }
}
