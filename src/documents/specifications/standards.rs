//! Published standards that a text names: the publisher and the designation, `ASTM` and `C150/C150M`.

use std::collections::HashSet;

use super::super::bound::Standard;
use super::flow::FlowLine;
use super::marks::{decimal_label, paragraph_label};
use super::publishers::{is_publisher, publisher_of};

/// Words between a publisher and its figures.
const BETWEEN: [&str; 18] = [
    "Rule",
    "RULE",
    "Standard",
    "STANDARD",
    "Std",
    "Std.",
    "STD",
    "STD.",
    "No.",
    "No",
    "NO.",
    "Specification",
    "Designation",
    "Global",
    "Approvals",
    "Approval",
    "Publication",
    "standard",
];

/// The standards of a section in the order of their first mention.
pub(super) fn standards(lines: &[FlowLine<'_>]) -> Vec<Standard> {
    let mut seen: HashSet<String> = HashSet::new();
    let mut found = Vec::new();
    let mut listed = Listed::default();
    for (at, line) in lines.iter().enumerate() {
        let own = line.text();
        if let Some((publisher, number)) = listed.read(own)
            && found.len() < MOST_STANDARDS
            && seen.insert(dedupe_key(&publisher, &number))
        {
            found.push(Standard {
                publisher,
                number,
                page_number: line.page.number,
                display_box: line.display_box(),
            });
        }
        if !own.contains(|c: char| c.is_ascii_uppercase()) {
            continue;
        }
        // A designation may go on in the next line.
        let next = lines.get(at + 1).map_or("", |next| next.text());
        let next: String = next.chars().take(60).collect();
        let text = if own.ends_with(':') {
            // A list follows, and its figures are the list's.
            own.to_owned()
        } else if own.ends_with('-') || own.ends_with('/') {
            format!("{own}{next}")
        } else {
            format!("{own} {next}")
        };
        for (start, publisher, number) in mentions(&text) {
            if start >= own.len() || found.len() >= MOST_STANDARDS {
                break;
            }
            if seen.insert(dedupe_key(&publisher, &number)) {
                found.push(Standard {
                    publisher,
                    number,
                    page_number: line.page.number,
                    display_box: line.display_box(),
                });
            }
        }
    }
    found
}

/// An article of publications that names each publisher once, `ASTM International (ASTM):`, and below
/// it nothing but designations and titles (Department of Veterans Affairs, older UFGS).
#[derive(Default)]
struct Listed {
    is_open: bool,
    publisher: Option<String>,
}

impl Listed {
    fn read(&mut self, text: &str) -> Option<(String, String)> {
        if let Some((numbers, _, title)) = decimal_label(text)
            && numbers.len() == 2
        {
            let upper = title.to_uppercase();
            self.is_open = ["REFERENCE", "PUBLICATION", "STANDARDS"]
                .iter()
                .any(|word| upper.contains(word));
            self.publisher = None;
            return None;
        }
        if !self.is_open {
            return None;
        }
        let bare = paragraph_label(text).map_or(text, |label| label.rest);
        if let Some((before, after)) = bare.rsplit_once(')')
            && after.trim_matches([':', '.', ' ', '-']).is_empty()
            && let Some((_, name)) = before.rsplit_once('(')
        {
            self.publisher = is_publisher(name).then(|| name.to_owned());
            return None;
        }
        let publisher = self.publisher.as_ref()?;
        let (word, rest) = bare
            .split_once([' ', '.', '…'])
            .filter(|_| !bare.starts_with(publisher.as_str()))?;
        // A point may stand inside the designation: `90.1-07....`
        let word = match bare.split_once("..") {
            Some((first, _)) if !first.contains(' ') => first,
            _ if bare
                .get(word.len()..)
                .is_some_and(|rest| rest.starts_with('.')) =>
            {
                bare.split(' ').next()?
            }
            _ => word,
        };
        let leads = rest.starts_with(['.', '(', '-', '…'])
            || rest.trim_start().starts_with(char::is_uppercase);
        let is_number = word.len() >= 3
            && word.contains(|c: char| c.is_ascii_digit())
            && (publisher != "ASTM" || word.starts_with(|c: char| ('A'..='G').contains(&c)));
        let (number, _) = (leads && is_number)
            .then(|| designation(publisher, word, &[]))
            .flatten()?;
        Some((publisher.clone(), number))
    }
}

/// More in one section are noise.
const MOST_STANDARDS: usize = 2_000;

/// One key for all editions: without the year and the spaces.
fn dedupe_key(publisher: &str, number: &str) -> String {
    let bare: String = number.chars().filter(|c| *c != ' ').collect();
    let base = match bare.rsplit_once(['-', ':']) {
        Some((base, year)) if is_year(year) && base.contains(|c: char| c.is_ascii_digit()) => base,
        _ => &bare,
    };
    // `C150` and `C150/C150M` are one.
    let base = base.split('/').next().unwrap_or(base).trim_end_matches('M');
    format!("{publisher} {base}").to_uppercase()
}

/// `07`, `2019`, `14a`, `07e1`.
fn is_year(text: &str) -> bool {
    let figures: String = text.chars().take_while(char::is_ascii_digit).collect();
    let after = text.get(figures.len()..).unwrap_or_default();
    let is_known = match figures.len() {
        4 => figures.starts_with("19") || figures.starts_with("20"),
        2 => true,
        _ => false,
    };
    is_known && after.len() <= 3 && after.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Where each standard is named, its publisher and its designation.
fn mentions(text: &str) -> Vec<(usize, String, String)> {
    let mut words: Vec<(usize, &str)> = Vec::new();
    for (start, word) in text
        .split(' ')
        .scan(0, |at, word| {
            let start = *at;
            *at += word.len() + 1;
            Some((start, word))
        })
        .filter(|(_, word)| !word.is_empty())
    {
        words.push((start, word));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((start, word)) = words.get(at).copied() {
        let (used, more) = mention_at(text, words.get(at..).unwrap_or_default());
        for (publisher, number) in more {
            let lead = word.len() - word.trim_start_matches(['(', '"', '“', '[']).len();
            found.push((start + lead, publisher, number));
        }
        at += used.max(1);
    }
    found
}

/// The standards that begin with the first of the words, and how many words they take.
fn mention_at(text: &str, words: &[(usize, &str)]) -> (usize, Vec<(String, String)>) {
    let nothing = (1, Vec::new());
    let Some((_, first)) = words.first() else {
        return nothing;
    };
    let first = first.trim_start_matches(['(', '"', '“', '[']);
    if !first.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit()) {
        return nothing;
    }
    if let Some(found) = federal(words) {
        return found;
    }
    let Some((publisher, rest)) = publisher_of(first) else {
        return nothing;
    };
    let mut publisher = publisher;
    let mut used = 1;
    // `BS EN 206`, `BS EN ISO 9001`, `ANSI / ASHRAE`
    while rest.is_empty()
        && let Some((_, word)) = words.get(used)
    {
        let joined = *word == "/";
        let name = if joined {
            words.get(used + 1).map_or("", |(_, word)| word)
        } else {
            word
        };
        let follows = matches!(
            publisher.as_str(),
            "BS" | "BS EN"
                | "DIN"
                | "DIN EN"
                | "EN"
                | "ANSI"
                | "CAN"
                | "ICC"
                | "AASHTO"
                | "CSA"
                | "UL"
                | "ISO"
        );
        match publisher_of(name) {
            Some((second, after)) if (follows || joined) && !name.starts_with("PS") => {
                publisher = format!("{publisher}{}{second}", if joined { "/" } else { " " });
                used += 1 + usize::from(joined);
                if !after.is_empty() {
                    return numbered(words, used, publisher, after);
                }
            }
            _ => break,
        }
    }
    if !rest.is_empty() {
        return numbered(words, used, publisher, rest);
    }
    while words
        .get(used)
        .is_some_and(|(_, word)| BETWEEN.contains(word))
        && used < 4
    {
        used += 1;
    }
    let Some((_, word)) = words.get(used) else {
        return nothing;
    };
    // SMACNA's manuals go by their titles.
    if (publisher == "SMACNA" || first.ends_with("'s") || first.ends_with("’s"))
        && let Some((start, _)) = words.get(used)
        && let Some(title) = quoted(text.get(*start..).unwrap_or_default())
    {
        return (used + 1, vec![(publisher, title)]);
    }
    numbered(words, used + 1, publisher, word)
}

/// `29 CFR 1910`, `MIL-PRF-23236`, `J-STD-607-A`, `FS TT-S-00230`, `DOC PS 1`.
fn federal(words: &[(usize, &str)]) -> Option<(usize, Vec<(String, String)>)> {
    let bare = |at: usize| {
        words.get(at).map(|(_, word)| {
            word.trim_matches(['(', ')', ',', ';', ':', '"', '“', '”'])
                .trim_end_matches('.')
        })
    };
    let first = bare(0)?;
    let is_figures =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_figures(first) && first.len() <= 2 && bare(1) == Some("CFR") {
        let mut used = 2;
        if matches!(bare(2), Some("Part" | "part" | "PART")) {
            used = 3;
        }
        let number = bare(used).filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        return Some((used + 1, vec![(format!("{first} CFR"), number.to_owned())]));
    }
    // Commercial item descriptions have a number and no publisher.
    if let Some(number) = first.strip_prefix("A-A-")
        && number.starts_with(|c: char| c.is_ascii_digit())
    {
        return Some((1, vec![("CID".to_owned(), first.to_owned())]));
    }
    if let Some(number) = first.strip_prefix("MIL-").or(first.strip_prefix("DOD-"))
        && number.contains(|c: char| c.is_ascii_digit())
    {
        return Some((1, vec![(first.get(..3)?.to_owned(), number.to_owned())]));
    }
    // Of several publishers together, none of whom is named.
    if let Some(number) = first.strip_prefix("J-STD-")
        && number.starts_with(|c: char| c.is_ascii_digit())
    {
        return Some((1, vec![("J-STD".to_owned(), number.to_owned())]));
    }
    if first == "FS" || (first == "Fed" && bare(1).is_some_and(|word| word.starts_with("Spec"))) {
        let at = if first == "FS" { 1 } else { 2 };
        let number = bare(at)
            .filter(|word| word.contains('-') && word.contains(|c: char| c.is_ascii_digit()))?;
        return Some((at + 1, vec![("FS".to_owned(), number.to_owned())]));
    }
    None
}

/// A designation that begins with `word`, the one before `used` of the words, and those that follow
/// it by `and` or a comma.
fn numbered(
    words: &[(usize, &str)],
    used: usize,
    publisher: String,
    word: &str,
) -> (usize, Vec<(String, String)>) {
    let mut found = Vec::new();
    let mut used = used;
    let Some((number, taken)) =
        designation(&publisher, word, words.get(used..).unwrap_or_default())
    else {
        return (1, found);
    };
    used += taken;
    found.push((publisher.clone(), number));
    // `ASTM A153, A653 and C150`
    while found.len() < 20 && matches!(publisher.as_str(), "ASTM" | "AASHTO") {
        let before = used
            .checked_sub(1)
            .and_then(|at| words.get(at))
            .map_or("", |(_, word)| *word);
        let mut next = used;
        if words
            .get(next)
            .is_some_and(|(_, word)| matches!(*word, "and" | "or" | "&"))
        {
            next += 1;
        } else if !before.ends_with(',') {
            break;
        }
        let Some((_, word)) = words.get(next) else {
            break;
        };
        let bare = word.trim_end_matches([',', ';', '.', ')']);
        let mut letters = bare.chars();
        let is_like = letters.next().is_some_and(|c| ('A'..='G').contains(&c))
            && letters.next().is_some_and(|c| c.is_ascii_digit());
        let Some((number, taken)) = is_like
            .then(|| designation(&publisher, word, words.get(next + 1..).unwrap_or_default()))
            .flatten()
        else {
            break;
        };
        used = next + 1 + taken;
        found.push((publisher.clone(), number));
    }
    (used, found)
}

/// The designation that starts with a word, and how many of the next words belong to it.
fn designation(publisher: &str, word: &str, next: &[(usize, &str)]) -> Option<(String, usize)> {
    let clean = |word: &str| -> String {
        let word = word
            .split(['(', '"', '“', '”', ';'])
            .next()
            .unwrap_or_default();
        word.trim_end_matches([',', '.', ':', ')', '\'', '’', ']', '-', '/'])
            .trim_start_matches('#')
            .to_owned()
    };
    let ends = |word: &str| word.ends_with([',', ';', ':', ')', '.']) || word.contains('(');
    let is_designation = |text: &str| {
        let first = text.chars().next();
        text.len() <= 30
            && text.contains(|c: char| c.is_ascii_digit())
            && first.is_some_and(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | ':' | '–' | '_' | '+' | ' '))
            && !text.contains("..")
            // Words with a figure somewhere, and units.
            && text.chars().filter(char::is_ascii_lowercase).count() <= 3
    };
    // `SP 6/NACE No. 3` is one publisher's and then another's.
    let clean = |word: &str| -> String {
        let cleaned = clean(word);
        match cleaned.split_once('/') {
            Some((first, second)) if is_publisher(second) => first.to_owned(),
            _ => cleaned,
        }
    };
    let mut number = clean(word);
    let mut taken = 0;
    // AASHTO's have a letter before their figures: `M 31`, `T-180`; figures alone count or measure.
    if publisher == "AASHTO" && number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // `ASTM A 615`, `AASHTO M 85`, `NEMA MG 1`, `MSS SP 58`, `SSPC SP 6`
    let is_short =
        (1..=3).contains(&number.len()) && number.chars().all(|c| c.is_ascii_uppercase());
    if is_short && !ends(word) {
        let (_, following) = next.first()?;
        let figures = clean(following);
        if !figures.starts_with(|c: char| c.is_ascii_digit()) || !is_designation(&figures) {
            return None;
        }
        number = if publisher == "ASTM" {
            format!("{number}{figures}")
        } else {
            format!("{number} {figures}")
        };
        taken = 1;
        // `A 615/A 615M`
        if publisher == "ASTM"
            && let Some((base, letter)) = figures.rsplit_once('/')
            && letter.len() == 1
            && let Some((_, after)) = next.get(1)
        {
            number = format!("{}{base}/{letter}{}", number.get(..1)?, clean(after));
            taken = 2;
        }
    }
    if !is_designation(&number) {
        return None;
    }
    // OSHA's rules are parts of 29 CFR; smaller figures are hours of training.
    if publisher == "OSHA" && !number.starts_with("19") {
        return None;
    }
    // A publisher's name is also a word: `FM 2 inches`, `HI 5`; and years are none, but where
    // publishers count in such figures: OSHA 1926, SMACNA 1966.
    let counts_so = match publisher {
        "UL" | "ISO" | "BS" | "FM" | "AAMA" | "NFPA" | "OSHA" => true,
        "SMACNA" => number.starts_with("19"),
        _ => false,
    };
    let is_year_only = number.len() == 4 && is_year(&number) && !counts_so;
    let letters = number.chars().filter(char::is_ascii_alphabetic).count();
    if is_year_only || (letters > 8 && !number.contains('-')) {
        return None;
    }
    Some((number, taken))
}

/// The text between the first quotation marks, when it starts with them.
fn quoted(text: &str) -> Option<String> {
    let rest = text.strip_prefix(['"', '“'])?;
    let end = rest.find(['"', '”'])?;
    let title = rest.get(..end)?.trim_end_matches(['.', ',']);
    (title.len() > 3 && title.len() < 120).then(|| title.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        mentions(text)
            .into_iter()
            .map(|(_, publisher, number)| format!("{publisher}|{number}"))
            .collect()
    }

    #[test]
    fn publishers_and_designations_are_told_apart() {
        for (text, expected) in [
            ("Cement: ASTM C150/C150M, Type I.", "ASTM|C150/C150M"),
            ("bars (ASTM A 615/A 615M), deformed", "ASTM|A615/A615M"),
            ("comply with ANSI/ASHRAE 90.1.", "ANSI/ASHRAE|90.1"),
            ("UL 263 or", "UL|263"),
            ("NFPA 13.", "NFPA|13"),
            ("ACI 318-14", "ACI|318-14"),
            ("AWS D1.1/D1.1M \"Structural\"", "AWS|D1.1/D1.1M"),
            ("AASHTO M 85", "AASHTO|M 85"),
            ("CSA-A23.1 and", "CSA|A23.1"),
            ("CAN/CSA-A23.1-14", "CAN/CSA|A23.1-14"),
            ("CAN/ULC-S101", "CAN/ULC|S101"),
            ("BS EN 206", "BS EN|206"),
            ("BS EN ISO 9001:2015", "BS EN ISO|9001:2015"),
            ("ISO 9001", "ISO|9001"),
            ("FM 4470", "FM|4470"),
            ("ICC-ES AC308", "ICC-ES|AC308"),
            ("MIL-PRF-23236", "MIL|PRF-23236"),
            ("grounding by J-STD-607-A.", "J-STD|607-A"),
            ("limits of SCAQMD Rule 1168", "SCAQMD|1168"),
            ("29 CFR 1910.146", "29 CFR|1910.146"),
            ("ASHRAE Standard 62.1", "ASHRAE|62.1"),
            ("ANSI/BHMA A156.13", "ANSI/BHMA|A156.13"),
            ("NEMA MG 1", "NEMA|MG 1"),
            ("SSPC-SP 6/NACE No. 3", "SSPC|SP 6"),
            ("GA-216", "GA|216"),
            ("apply and finish by GA-216.", "GA|216"),
            ("CRI 104", "CRI|104"),
            ("ladders by OSHA 1910.23.", "OSHA|1910.23"),
            ("OSHA 1926", "OSHA|1926"),
            ("lumber by DOC PS 20", "DOC|PS 20"),
            ("WCMA A100.1", "WCMA|A100.1"),
            ("NEBB TAB-2019", "NEBB|TAB-2019"),
            ("ducts by SMACNA 1966", "SMACNA|1966"),
            (
                "SMACNA's \"HVAC Duct Construction Standards\"",
                "SMACNA|HVAC Duct Construction Standards",
            ),
        ] {
            assert_eq!(
                found(text).first().map(String::as_str),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn a_list_shares_its_publisher() {
        assert_eq!(
            found("ASTM A153, A653 and C309."),
            ["ASTM|A153", "ASTM|A653", "ASTM|C309"]
        );
    }

    #[test]
    fn a_list_below_a_publisher_gives_its_designations() {
        let mut listed = Listed::default();
        let mut found = Vec::new();
        for text in [
            "1.4 APPLICABLE PUBLICATIONS",
            "B. ASTM International (ASTM):",
            "A615/A615M-09....Deformed and Plain Bars",
            "C150-07 Portland Cement",
            "of concrete 12 days",
            "C. American Concrete Institute (ACI):",
            "318-08....Building Code",
            "1.5 WORK",
            "C94 Ready-Mixed Concrete",
        ] {
            found.extend(
                listed
                    .read(text)
                    .map(|(publisher, number)| format!("{publisher} {number}")),
            );
        }
        assert_eq!(found, ["ASTM A615/A615M-09", "ASTM C150-07", "ACI 318-08"]);
    }

    #[test]
    fn names_without_figures_and_other_words_are_none() {
        for text in [
            "members of ASTM and UL",
            "ASTM International",
            "BIA in 2 days",
            "A. 12 inches",
            "UL listed 4 inch",
            "IES, 12",
            "the EN route",
            "the OSHA 30 hour course",
            "SMACNA 2005 edition",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn editions_and_metric_twins_are_one() {
        assert_eq!(
            dedupe_key("ASTM", "C150-07"),
            dedupe_key("ASTM", "C150/C150M")
        );
        assert_eq!(
            dedupe_key("ASTM", "A 615"),
            dedupe_key("ASTM", "A615/A615M-20")
        );
        assert_ne!(dedupe_key("UL", "1"), dedupe_key("UL", "10"));
    }
}
