//! What a sheet number looks like, and when two of them are the same.
//! Asked by everything that reads or compares sheet numbers.

/// How a number is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// Figures, or figures and letters of an office's own order: only a label makes it a number.
    Free,
    /// Discipline letters and figures: `A-101`, `2-A101`.
    Designated,
    /// ISO 19650 and BS 1192: `PROJ-ORG-ZZ-01-DR-A-10001`.
    Long,
}

/// Words of the shape of a number that never are one.
const NOT_PREFIXES: &[&str] = &[
    "NO", "REV", "RM", "FT", "IN", "MM", "CM", "UP", "DN", "OF", "PG", "TYP", "DWG", "SHT", "PH",
    "TEL", "FAX", "USA", "MAY", "JAN", "FEB", "MAR", "APR", "JUN", "JUL", "AUG", "SEP", "OCT",
    "NOV", "DEC", "LOT", "BLK", "STE", "UNIT", "HWY", "RD", "ISO", "PSI", "GA", "OC", "EA", "APT",
    "SIM", "DIA", "MIN", "MAX", "EL", "ELEV", "BLDG", "AREA", "FIG", "EST", "AM", "PM", "KW",
    "KVA",
];
/// Beyond two letters only these stand before a sheet's figures.
const LONG_PREFIXES: &[&str] = &[
    "MEP", "HVAC", "ARC", "ARCH", "STR", "CIV", "ELE", "ELEC", "MEC", "MECH", "PLM", "PLB", "LSP",
    "LND", "GEN", "SUR", "TEL", "INT", "FPR", "EPL", "IRR", "FSE", "SEC", "SPR", "COV", "CVR",
];
/// What a cover is called where others have a number.
const COVERS: &[&str] = &["CS", "TS", "CVR", "COV", "COVER"];

/// The text as a sheet number, in capitals, when it has the shape: one to three letters, perhaps a
/// hyphen or dot, one to four figures, perhaps `.12`, `-2` and a letter (`A-101`, `AF600`, `A1.01`,
/// `E201A`, `A001.01`); perhaps a building's figures before it; or the long form.
pub(super) fn as_sheet_number(text: &str) -> Option<(String, Form)> {
    let text = text.trim_matches(|c: char| {
        matches!(c, ':' | '.' | ',' | '(' | ')' | '[' | ']' | '#' | '-' | '|')
    });
    if text.is_empty() || text.len() > 40 {
        return None;
    }
    // A dash of any length parts letters and figures.
    let text = text.replace(['–', '—', '‐', '‑', '−', '_'], "-");
    if !text.is_ascii() {
        return None;
    }
    let plain = text.to_ascii_uppercase();
    if plain != text && text.chars().filter(char::is_ascii_lowercase).count() > 1 {
        return None;
    }
    if is_short_number(&plain) {
        return Some((plain, Form::Designated));
    }
    if is_long_number(&plain) {
        return Some((without_revision_code(&plain), Form::Long));
    }
    // A building before it: "2-A101", "B1-A101", "1A101".
    let is_building = |building: &str| {
        (1..=3).contains(&building.len()) && building.chars().all(|c| c.is_ascii_digit())
    };
    let (figures, rest) = split_run(&plain, |c| c.is_ascii_digit());
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    // Without a hyphen a single letter and one figure would be a dimension or a grid: "2A1".
    let is_whole = plain.contains('-') || rest.len() >= 4;
    if is_building(figures) && is_whole && is_short_number(rest) {
        return Some((plain, Form::Designated));
    }
    let (building, rest) = plain.split_once('-')?;
    let is_lettered = (2..=3).contains(&building.len())
        && building.starts_with(|c: char| c.is_ascii_uppercase())
        && building.ends_with(|c: char| c.is_ascii_digit());
    let is_whole = rest.len() >= 4 && rest.starts_with(|c: char| c.is_ascii_uppercase());
    (is_lettered && is_whole && is_short_number(rest)).then_some((plain, Form::Designated))
}

/// What an own order of an office allows where a label promises a number: `3`, `101`, `1801-PL-04`,
/// `L(00)01`; the first figure of `3 OF 12`.
pub(super) fn as_free_number(text: &str) -> Option<String> {
    let text = text.trim();
    let upper = text.to_ascii_uppercase();
    let words: Vec<&str> = upper.split_whitespace().collect();
    if let [number, "OF" | "/", _] = words.as_slice() {
        return as_free_number(number);
    }
    let [one] = words.as_slice() else {
        return None;
    };
    let one = one.trim_matches(|c: char| matches!(c, ':' | ',' | '#' | '.'));
    let figures = one.chars().filter(char::is_ascii_digit).count();
    let letters = one.chars().filter(char::is_ascii_uppercase).count();
    let is_plain = one
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/' | '(' | ')' | '_'));
    // Signs stand between letters and figures: `../` is a path.
    let is_parted = one
        .as_bytes()
        .windows(2)
        .all(|two| !(two.iter().all(|byte| matches!(byte, b'.' | b'/'))));
    let is_possible = is_plain
        && is_parted
        && one.len() <= 24
        && figures >= 1
        && letters <= 10
        && super::dates::find_date(one).is_none()
        && !one.contains(':');
    if COVERS.contains(&one) || (is_possible && (letters > 0 || figures <= 8)) {
        return Some(one.to_owned());
    }
    None
}

fn is_short_number(text: &str) -> bool {
    let (prefix, rest) = split_run(text, |c| c.is_ascii_uppercase());
    let is_prefix = match prefix.len() {
        1 | 2 => true,
        3 | 4 => prefix.len() == 3 || LONG_PREFIXES.contains(&prefix),
        _ => false,
    };
    if !is_prefix {
        return false;
    }
    let rest = rest.strip_prefix(['-', '.']).unwrap_or(rest);
    let (figures, rest) = split_run(rest, |c| c.is_ascii_digit());
    // Interiors are `IN101` at some offices, lighting is `EL101`: inches have no three figures, and
    // elevations are written apart.
    let is_three = figures.len() == 3 && !text.contains('.');
    let is_unit = NOT_PREFIXES.contains(&prefix) && !(matches!(prefix, "IN" | "EL") && is_three);
    if is_unit || !(1..=4).contains(&figures.len()) {
        return false;
    }
    let mut rest = rest;
    for _ in 0..2 {
        let Some(after) = rest.strip_prefix(['.', '-']) else {
            break;
        };
        let (figures, after) = split_run(after, |c| c.is_ascii_digit());
        if !(1..=3).contains(&figures.len()) {
            break;
        }
        rest = after;
    }
    let rest = rest.strip_prefix(['.', '-']).unwrap_or(rest);
    let (letters, rest) = split_run(rest, |c| c.is_ascii_uppercase());
    letters.len() <= 2 && rest.len() <= 1 && rest.chars().all(|c| c.is_ascii_digit())
}

fn is_long_number(text: &str) -> bool {
    let pieces: Vec<&str> = text.split('-').collect();
    let is_piece = |piece: &&str| {
        (1..=8).contains(&piece.len()) && piece.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let has_figures = pieces
        .iter()
        .skip(3)
        .any(|piece| piece.len() >= 3 && piece.chars().filter(char::is_ascii_digit).count() >= 3);
    (4..=10).contains(&pieces.len())
        && pieces.iter().all(is_piece)
        && has_figures
        && pieces
            .iter()
            .filter(|piece| piece.chars().all(|c| c.is_ascii_uppercase()))
            .count()
            >= 2
}

/// ISO 19650 keeps the revision (`P01`, `C02.1`) and the status (`S2`) in fields of their own; some
/// offices append them to the number.
fn without_revision_code(number: &str) -> String {
    let mut pieces: Vec<&str> = number.split('-').collect();
    while pieces.len() > 5
        && pieces.last().is_some_and(|last| {
            let (letter, figures) = split_run(last, |c| c.is_ascii_uppercase());
            matches!(letter, "P" | "C" | "S" | "T") && (1..=2).contains(&figures.len())
        })
    {
        pieces.pop();
    }
    pieces.join("-")
}

/// How many letters the number starts with; a long number counts none.
pub(super) fn letters_before_figures(number: &str) -> usize {
    if is_long_number(number) {
        return 0;
    }
    let (letters, _) = split_run(number, |c| c.is_ascii_uppercase());
    if LONG_PREFIXES.contains(&letters) {
        return 2;
    }
    letters.len()
}

/// The number without hyphens and blanks: `A-101` and `A101` are one sheet.
pub(super) fn key(number: &str) -> String {
    number
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '.')
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// The key without dots either: `A1.01` and `A101` may be one sheet.
pub(super) fn dotless(key: &str) -> String {
    key.replace('.', "")
}

fn split_run(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// The numbers between `A5.01` and `A5.04`; none where they are no row of one series.
pub(super) fn between(first: &str, last: &str) -> Vec<String> {
    const MOST: u32 = 50;
    let split = |number: &str| {
        let series = number.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (series, figures) = number.split_at_checked(series)?;
        Some((
            series.to_owned(),
            figures.len(),
            figures.parse::<u32>().ok()?,
        ))
    };
    match (split(first), split(last)) {
        (Some((series, width, from)), Some((other, other_width, to)))
            if series == other && width == other_width && to > from && to - from <= MOST =>
        {
            let figures = from + 1..to;
            figures
                .map(|figures| format!("{series}{figures:0width$}"))
                .collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_no_number() {
        assert_eq!(as_free_number("A101/../../X"), None);
        assert_eq!(as_free_number("L(00)01").as_deref(), Some("L(00)01"));
        assert_eq!(as_free_number("12/3").as_deref(), Some("12/3"));
    }

    #[test]
    fn the_usual_shapes_are_numbers() {
        for text in [
            "A101", "A-101", "AF600", "A1.01", "E201A", "A001.01", "C-100", "T001", "FP-1",
            "M2.1A", "S-001.00", "2-A101", "a101", "S-200.1", "A-101.1", "FP1.0", "A–101",
            "B1-A101", "MEP-101", "HVAC101", "IN101", "EL101",
        ] {
            let found = as_sheet_number(text);
            assert!(
                found.is_some_and(|(_, form)| form == Form::Designated),
                "{text}"
            );
        }
        let long = as_sheet_number("AB-CDE-ZZ-01-DR-A-10001");
        assert_eq!(
            long,
            Some(("AB-CDE-ZZ-01-DR-A-10001".to_owned(), Form::Long))
        );
        let appended = as_sheet_number("AB-CDE-ZZ-01-DR-A-10001-P03");
        assert_eq!(
            appended,
            Some(("AB-CDE-ZZ-01-DR-A-10001".to_owned(), Form::Long))
        );
    }

    #[test]
    fn other_words_are_not() {
        for text in [
            "101",
            "PLAN",
            "REV1",
            "NO.1",
            "WI53703",
            "03/12/2018",
            "1/4\"",
            "A",
            "ABCD101",
            "773-425-6456",
            "12-34-56-7890",
            "A101.1234.5",
            "EL.100",
            "EL100.5",
            "2A1",
            "",
            "é101",
        ] {
            assert!(as_sheet_number(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_label_allows_more() {
        for (text, expected) in [
            ("3", Some("3")),
            ("3 OF 12", Some("3")),
            ("1801-PL-04", Some("1801-PL-04")),
            ("L(00)01", Some("L(00)01")),
            ("CS", Some("CS")),
            ("03/12/2018", None),
            ("FLOOR PLAN", None),
            ("KITCHEN", None),
            ("123456789012", None),
        ] {
            assert_eq!(as_free_number(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn hyphens_do_not_part_two_sheets() {
        assert_eq!(key("A-101"), key("A101"));
        assert_ne!(key("A1.01"), key("A101"));
        assert_eq!(dotless(&key("A-1.01")), dotless(&key("A101")));
    }

    #[test]
    fn a_row_of_numbers_is_told_by_its_ends() {
        assert_eq!(between("M-101", "M-103"), ["M-102"]);
        assert_eq!(between("A5.09", "A5.12"), ["A5.10", "A5.11"]);
        for (first, last) in [
            ("M-103", "M-101"),
            ("M-101", "A-103"),
            ("A5.1", "A5.10"),
            ("A-101", "A-102"),
            ("A-000", "A-999"),
            ("A", "B"),
        ] {
            assert_eq!(between(first, last), Vec::<String>::new(), "{first} {last}");
        }
    }
}
