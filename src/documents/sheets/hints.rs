//! What a file says of its pages outside of them: page labels, bookmarks, and the name of a file of one
//! page. The settling asks where a page itself is silent or unsure.

use super::super::binding::{Leaf, Volume};
use super::number_shape::{Form, as_sheet_number};

/// A number, and perhaps a name, that a page is called by from outside.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hint {
    pub number: String,
    pub name: Option<String>,
}

const MOST_BOOKMARKS: usize = 20;
const LONGEST_TEXT: usize = 200;

/// All that is said of a page, the best first.
pub(super) fn hints(volume: &Volume, leaf: &Leaf) -> Vec<Hint> {
    let mut found: Vec<Hint> = leaf
        .page_label
        .iter()
        .chain(leaf.bookmarks.iter().take(MOST_BOOKMARKS))
        .filter_map(|text| hint(text))
        .collect();
    if let [_] = volume.leaves.as_slice() {
        let stem = volume
            .file_name
            .rsplit_once('.')
            .map_or(volume.file_name.as_str(), |(stem, _)| stem);
        found.extend(hint(stem));
    }
    // A name is worth more than none.
    found.sort_by_key(|hint| hint.name.is_none());
    found
}

/// `A-101`, `A-101 - FIRST FLOOR PLAN`, `[2] A-101_First Floor Plan`, `Sheet: A101 - Plan`.
fn hint(text: &str) -> Option<Hint> {
    if text.len() > LONGEST_TEXT {
        return None;
    }
    let plain = text.replace('_', " ");
    let mut words = plain.split_whitespace().skip_while(|word| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        bare.is_empty()
            || bare.eq_ignore_ascii_case("sheet")
            || (bare.len() <= 4 && bare.chars().all(|c| c.is_ascii_digit()))
    });
    let (number, form) = as_sheet_number(words.next()?)?;
    let figures = number.chars().filter(char::is_ascii_digit).count();
    let rest = words.collect::<Vec<_>>().join(" ");
    let name = rest.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, ')' | '('));
    let name = (name.chars().filter(|c| c.is_alphabetic()).count() >= 3).then(|| name.to_owned());
    // "A-1" may be a page of an appendix, "B2 PARKING" a storey.
    let is_whole = figures >= 2 || (name.is_some() && number.contains('-'));
    (form != Form::Free && is_whole).then_some(Hint { number, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_bookmarks_with_a_number_are_hints() {
        for (text, number, name) in [
            ("A-101", "A-101", None),
            ("A-101 FIRST FLOOR PLAN", "A-101", Some("FIRST FLOOR PLAN")),
            ("A101 - First Floor", "A101", Some("First Floor")),
            ("[2] A-101_Roof Plan", "A-101", Some("Roof Plan")),
            ("Sheet: A101 - Plan", "A101", Some("Plan")),
        ] {
            let expected = Hint {
                number: number.to_owned(),
                name: name.map(str::to_owned),
            };
            assert_eq!(hint(text), Some(expected), "{text}");
        }
        for text in ["3", "iv", "A-1", "B2 Parking", "Page 12", "Floor plans", ""] {
            assert_eq!(hint(text), None, "{text}");
        }
    }
}
