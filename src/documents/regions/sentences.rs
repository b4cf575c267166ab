//! What a sentence says of other sheets: `3/A5.01`, `SEE SHEET S-201`, `DETAIL 5 ON SHEET A3.2`,
//! `COORDINATE WITH S-201`. Asked for every line of a drawing.

use super::super::sheets::{as_sheet_number, sheets_between};
use super::numbering::{Numbering, is_specific};
use super::titles::is_view_number;

/// A sheet that a line names.
#[derive(Debug, PartialEq)]
pub(super) struct Named {
    /// Words of the line: the first, and the one after the last.
    pub from: usize,
    pub to: usize,
    pub text: String,
    pub sheet: String,
    pub view: Option<String>,
}

/// Words that announce a sheet's number.
const SHEET_WORDS: &[&str] = &[
    "SHEET", "SHEETS", "SHT", "SHTS", "DWG", "DWGS", "DRAWING", "DRAWINGS", "DRG",
];
/// Words that point; a sheet's number may follow at once.
const POINTING_WORDS: &[&str] = &["SEE", "RE", "REF", "REFER", "REFERENCE", "PER"];
/// Words before the number of a view.
const VIEW_WORDS: &[&str] = &[
    "DETAIL",
    "DETAILS",
    "DTL",
    "DET",
    "SECTION",
    "SECTIONS",
    "ELEVATION",
    "ELEV",
    "VIEW",
    "PLAN",
    "SCHEDULE",
];

/// With one of these before it, a sentence speaks of other sheets.
const REFERRING_WORDS: &[&str] = &[
    "SEE",
    "RE",
    "REF",
    "REFER",
    "REFERENCE",
    "PER",
    "COORDINATE",
    "COORDINATED",
    "SHOWN",
    "INDICATED",
    "NOTED",
    "DETAILED",
    "DESCRIBED",
    "SCHEDULED",
];
/// Words before the number of a sheet in such a sentence.
const LINKS: &[&str] = &["ON", "WITH", "TO", "SHOWN"];
/// Words before the number of a sheet, where it can be no tag.
const LOOSE_LINKS: &[&str] = &[
    "AND",
    "OR",
    "&",
    "PLAN",
    "PLANS",
    "DETAILS",
    "SCHEDULE",
    "SCHEDULES",
    "ELEVATIONS",
    "SECTIONS",
];

/// The words of a line without the signs around them.
struct Words<'t> {
    whole: Vec<&'t str>,
    upper: Vec<String>,
}

impl<'t> Words<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            whole: text.split(' ').collect(),
            upper: text.split(' ').map(str::to_uppercase).collect(),
        }
    }

    fn bare(&self, index: usize) -> &str {
        self.upper.get(index).map_or("", |word| {
            word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/' && c != '&')
        })
    }

    fn before(&self, index: usize) -> &str {
        index.checked_sub(1).map_or("", |before| self.bare(before))
    }

    fn cut(&self, from: usize, to: usize) -> String {
        self.whole.get(from..to).unwrap_or(&[]).join(" ")
    }
}

/// Whether the line's last word waits for the number of a sheet.
pub(super) fn is_pointing(text: &str) -> bool {
    let words = Words::of(text);
    let last = words.bare(words.whole.len().saturating_sub(1));
    let before = words.before(words.whole.len().saturating_sub(1));
    let points = |word: &str| SHEET_WORDS.contains(&word) || POINTING_WORDS.contains(&word);
    points(last) || LINKS.contains(&last) || (last == "TO" && points(before))
}

/// The sheets that a line of text names.
pub(super) fn in_text(text: &str, numbering: &Numbering) -> Vec<Named> {
    let mut found = Vec::new();
    if text.len() > 2_000 || !text.chars().any(|c| c.is_ascii_digit()) {
        return found;
    }
    let words = Words::of(text);
    let mut refers = false;
    let mut next = 0;
    while next < words.whole.len() {
        let here = next;
        next += 1;
        if words.bare(here).contains('/') {
            if let Some(named) = pair_at(&words, here, numbering) {
                next = named.to;
                found.extend(views_before(&words, &named));
                found.push(named);
            }
            continue;
        }
        let is_sheet_word = SHEET_WORDS.contains(&words.bare(here));
        if is_sheet_word || POINTING_WORDS.contains(&words.bare(here)) {
            refers = true;
            let list = list_after(&words, here, numbering, is_sheet_word);
            next = list.last().map_or(next, |named| named.to);
            found.extend(list);
        } else if REFERRING_WORDS.contains(&words.bare(here)) {
            refers = true;
        } else if refers && let Some(named) = linked(&words, here, numbering) {
            found.push(named);
        }
    }
    found
}

/// `3/A5.01` and `3 / A5.01`.
fn pair_at(words: &Words, here: usize, numbering: &Numbering) -> Option<Named> {
    let (view, sheet) = words.bare(here).rsplit_once('/')?;
    let (view, sheet, from, to) = match (view, sheet) {
        ("", "") if here > 0 => (words.before(here), words.bare(here + 1), here - 1, here + 2),
        ("", _) if here > 0 => (words.before(here), sheet, here - 1, here + 1),
        (_, "") => (view, words.bare(here + 1), here, here + 2),
        _ => (view, sheet, here, here + 1),
    };
    // Some offices print the sheet first: `A-202/8`.
    let (view, sheet) = match referred(view, sheet, numbering) {
        Some(sheet) => (view, sheet),
        None => (sheet, sheet_first(view, sheet)?),
    };
    (to <= words.whole.len()).then(|| Named {
        from,
        to,
        text: words.cut(from, to),
        sheet,
        view: Some(view.to_owned()),
    })
}

/// The other views of `9 & 10/A-202` and `1, 2 AND 3/A5.01`: a mention each.
fn views_before(words: &Words, named: &Named) -> Vec<Named> {
    const MOST_VIEWS: usize = 10;
    let mut found = Vec::new();
    let mut at = named.from;
    while found.len() < MOST_VIEWS {
        let has_link = matches!(words.before(at), "&" | "AND");
        let Some(view_at) = at.checked_sub(if has_link { 2 } else { 1 }) else {
            break;
        };
        let has_comma = words
            .whole
            .get(view_at)
            .is_some_and(|word| word.ends_with(','));
        let view = words.bare(view_at);
        let is_view = is_view_number(view) && view.chars().any(|c| c.is_ascii_digit());
        if !(has_link || has_comma) || !is_view {
            break;
        }
        found.push(Named {
            from: view_at,
            to: named.to,
            text: words.cut(view_at, named.to),
            sheet: named.sheet.clone(),
            view: Some(view.to_owned()),
        });
        at = view_at;
    }
    found.reverse();
    found
}

/// The sheets that follow a word that announces them: `SEE SHEETS AND A-103`.
fn list_after(
    words: &Words,
    here: usize,
    numbering: &Numbering,
    is_sheet_word: bool,
) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    let mut at = here + 1;
    while matches!(words.bare(at), "NO" | "NOS" | "NUMBER" | "TO" | "ALSO") && at < here + 3 {
        at += 1;
    }
    while let Some(sheet) = match is_sheet_word {
        true => numbering.sheet(words.bare(at)),
        false => as_sheet_number(words.bare(at)).filter(|sheet| numbering.is_trusted(sheet)),
    } {
        if words.bare(at).contains('/') {
            break;
        }
        let (from, view) = match found.is_empty() {
            true => view_before(words, here),
            false => (at, None),
        };
        if let Some(first) = found.last()
            && matches!(words.before(at), "THRU" | "THROUGH")
        {
            let range = (first.from, at + 1);
            let between = sheets_between(&first.sheet, &sheet).into_iter();
            found.extend(between.map(|sheet| Named {
                from: range.0,
                to: range.1,
                text: words.cut(range.0, range.1),
                sheet,
                view: None,
            }));
        }
        found.push(Named {
            from,
            to: at + 1,
            text: words.cut(from, at + 1),
            sheet,
            view,
        });
        at += 1;
        if matches!(words.bare(at), "AND" | "OR" | "THRU" | "&" | "THROUGH" | "")
            && at < words.whole.len()
        {
            at += 1;
        }
    }
    found
}

/// The sheet at this word of a sentence that speaks of others: `ARE SHOWN ON FA-3`.
fn linked(words: &Words, here: usize, numbering: &Numbering) -> Option<Named> {
    let sheet = as_sheet_number(words.bare(here))?;
    let before = words.before(here);
    let is_sheet = (LINKS.contains(&before) && numbering.is_trusted(&sheet))
        || (LOOSE_LINKS.contains(&before) && is_specific(&sheet));
    is_sheet.then(|| Named {
        from: here,
        to: here + 1,
        text: words.cut(here, here + 1),
        sheet,
        view: None,
    })
}

/// The number after `DETAIL` when `ON`, `OF` or nothing stands between it and the sheet's word.
fn view_before(words: &Words, sheet_word: usize) -> (usize, Option<String>) {
    let bare = |index: usize| words.bare(index).trim_matches(['/', '&']);
    let mut at = sheet_word;
    while at > 0 && matches!(bare(at - 1), "ON" | "OF" | "IN" | "" | "AT" | "/") {
        at -= 1;
    }
    let Some(number) = at.checked_sub(1) else {
        return (sheet_word, None);
    };
    let Some(word) = number.checked_sub(1) else {
        return (sheet_word, None);
    };
    if VIEW_WORDS.contains(&bare(word)) && is_view_number(bare(number)) {
        return (word, Some(bare(number).to_owned()));
    }
    (sheet_word, None)
}

/// The sheet of `sheet/view`, where it can be no tag and the view is a number.
fn sheet_first(sheet: &str, view: &str) -> Option<String> {
    let is_number = (1..=2).contains(&view.len()) && view.chars().all(|c| c.is_ascii_digit());
    as_sheet_number(sheet).filter(|sheet| is_number && is_specific(sheet))
}

/// The sheet of `view/sheet`, when both have their shape. `N/A`, `W/D2` and fractions have not.
fn referred(view: &str, sheet: &str, numbering: &Numbering) -> Option<String> {
    let view_ok = view
        .split([',', '&'])
        .all(|one| !one.is_empty() && is_view_number(one));
    let has_figure = view.chars().any(|c| c.is_ascii_digit());
    let sheet = as_sheet_number(sheet.trim_end_matches('&'))?;
    let ok =
        view_ok && (has_figure || (numbering.is_trusted(&sheet) && view != "W" && view != "N"));
    ok.then_some(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<(String, Option<String>)> {
        in_text(text, &Numbering::default())
            .into_iter()
            .map(|named| (named.sheet, named.view))
            .collect()
    }

    #[test]
    fn other_sheets_are_found_in_running_text() {
        for (text, sheet, view) in [
            ("3/A5.01", "A5.01", Some("3")),
            ("SEE 1/A-301 FOR STAIR", "A-301", Some("1")),
            ("RE: 4/S3.1", "S3.1", Some("4")),
            ("3 / A5.01", "A5.01", Some("3")),
            ("SEE SHEET S-201", "S-201", None),
            ("REFER TO A-501", "A-501", None),
            ("SEE DETAIL 5 ON SHEET A3.2.", "A3.2", Some("5")),
            ("DWG. M-101", "M-101", None),
            ("DETAIL B/A601", "A601", Some("B")),
            ("SEE A-202/8", "A-202", Some("8")),
            ("FOOTINGS WHERE SHOWN ON S1.01.", "S1.01", None),
            ("COORDINATE WITH FURNITURE PLAN A-151.", "A-151", None),
            (
                "REFER TO ABC-XYZ-ZZ-XX-SH-A-3001.",
                "ABC-XYZ-ZZ-XX-SH-A-3001",
                None,
            ),
        ] {
            assert_eq!(
                named(text),
                [(sheet.to_owned(), view.map(str::to_owned))],
                "{text}"
            );
        }
        let views = |text| -> Vec<Option<String>> {
            named(text).into_iter().map(|(_, view)| view).collect()
        };
        let some = |views: &[&str]| -> Vec<Option<String>> {
            views.iter().map(|view| Some((*view).to_owned())).collect()
        };
        assert_eq!(views("TYP. 9 & 10/A-202"), some(&["9", "10"]));
        assert_eq!(views("SEE 1, 2 AND 3/A5.01"), some(&["1", "2", "3"]));
        assert_eq!(views("TYP. AT 4 CORNERS 3/A5.01"), some(&["3"]));
        let sheets: Vec<String> = named("SEE SHEETS M2.1 THROUGH M2.4")
            .into_iter()
            .map(|(sheet, _)| sheet)
            .collect();
        assert_eq!(sheets, ["M2.1", "M2.2", "M2.3", "M2.4"]);
        assert_eq!(named("SEE SHEETS A-101, A-102 AND A-103").len(), 3);
        assert_eq!(named("SEE E601 FOR PANELS AND E501 FOR RISERS").len(), 2);
    }

    #[test]
    fn scales_dates_fractions_and_tags_are_no_sheets() {
        for text in [
            "1/4\" = 1'-0\"",
            "3/12/2018",
            "5/8 GWB",
            "N/A",
            "W/D2",
            "SEE PLAN",
            "SEE P-1",
            "OFFICE A101",
            "PT-1/PT-2",
            "24/7",
            "CT-1/VCT-1",
        ] {
            assert_eq!(named(text), [], "{text}");
        }
    }
}
