//! Reads the scale under a drawing's title, and what stands before it on the same line.
//! Asked for every line of a sheet by the titles.

use super::super::sheets::{RATIOS, SCALES_IN_WORDS, drawn_scale, with_signs, with_whole_inches};

/// A scale, and the text before it on the same line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FoundScale {
    pub scale: String,
    pub before: String,
    /// Whether the word `SCALE` announces it, or feet and inches leave no doubt.
    pub is_sure: bool,
}

/// Profiles have a scale for each way: `HORIZ. 1" = 20'  VERT. 1" = 5'`.
const DIRECTIONS: [&str; 4] = ["HORIZONTAL", "VERTICAL", "HORIZ", "VERT"];

/// `SCALE: 1/4" = 1'-0"`, `1/4" = 1'-0"`, `1:50`, `NTS`, `NOT TO SCALE`, `SCALE: AS NOTED`.
pub(super) fn scale_in(text: &str) -> Option<FoundScale> {
    if text.len() > 160 {
        return None;
    }
    let upper = in_english(&text.to_uppercase());
    let (before, rest, labelled) = match upper.find("SCALE") {
        Some(at) if !upper.contains("NOT TO SCALE") && !upper.contains("NO SCALE") => {
            let rest = upper.get(at + 5..).unwrap_or("");
            if rest.starts_with('S') || rest.trim().is_empty() {
                return None;
            }
            (
                upper.get(..at).unwrap_or("").to_owned(),
                rest.trim_start_matches([':', ' ', '-', '.', '='])
                    .to_owned(),
                true,
            )
        }
        _ => (String::new(), upper.clone(), false),
    };
    let finish = |before: &str, scale: String, is_sure: bool| {
        let before = before.trim_end_matches([' ', '-', '–', '(', ':', ',', '/']);
        let before = DIRECTIONS
            .iter()
            .find_map(|direction| before.trim_end_matches('.').strip_suffix(direction))
            .filter(|rest| rest.is_empty() || rest.ends_with([' ', ',']))
            .unwrap_or(before);
        Some(FoundScale {
            scale,
            before: before.trim_end_matches([' ', '-', '–', ',']).to_owned(),
            is_sure,
        })
    };
    let plain = rest.replace('.', "");
    let plain = plain.trim_matches([' ', '(', ')']);
    for (words, scale) in SCALES_IN_WORDS {
        let needs_label = scale != "NTS" || words == "NONE";
        if plain == words && (labelled || !needs_label) {
            return finish(&before, scale.to_owned(), true);
        }
        if !labelled
            && !needs_label
            && let Some(head) = plain.strip_suffix(words)
            && (head.ends_with([' ', '(', '-']))
        {
            return finish(head, scale.to_owned(), true);
        }
    }
    let rest = with_signs(&rest);
    let joined = with_whole_inches(&rest);
    if let Some(scale) = drawn_scale(&rest) {
        // What stands before the paper's length is the title.
        let head = joined.split('=').next().unwrap_or("");
        let head = head.trim_end().trim_end_matches(['"', '”', '″', '\'', '’']);
        let start = head
            .trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '/' | '-' | '.'))
            .len();
        let head = head.get(..start).unwrap_or("");
        let all = format!("{before}{head}");
        return finish(&all, scale, true);
    }
    let (one, many) = rest.split_once(':')?;
    let many: String = many
        .trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let head = one.trim_end().strip_suffix('1')?;
    let value: u32 = many.parse().ok()?;
    let is_free = head.is_empty() || head.ends_with([' ', '(']);
    (is_free && RATIOS.contains(&value))
        .then(|| finish(&format!("{before}{head}"), format!("1:{many}"), labelled))
        .flatten()
}

/// Canadian sheets say it in French, or in both languages: `ÉCHELLE / SCALE 1:100`.
fn in_english(upper: &str) -> String {
    if !upper.contains("CHELLE") {
        return upper.to_owned();
    }
    let one = upper
        .replace("ÉCHELLE", "SCALE")
        .replace("ECHELLE", "SCALE");
    ["SCALE / SCALE", "SCALE/SCALE", "SCALE - SCALE"]
        .iter()
        .fold(one, |text, both| text.replace(both, "SCALE"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_told_from_what_stands_before_them() {
        let read = |text: &str| scale_in(text).map(|found| (found.before, found.scale));
        let pair = |before: &str, scale: &str| Some((before.to_owned(), scale.to_owned()));
        assert_eq!(read("SCALE: 1/4\" = 1'-0\""), pair("", "1/4\" = 1'-0\""));
        assert_eq!(read("1 1/2\" = 1'-0\""), pair("", "1 1/2\" = 1'-0\""));
        assert_eq!(read("N.T.S."), pair("", "NTS"));
        assert_eq!(
            read("WALL SECTION SCALE: 3/4\" = 1'-0\""),
            pair("WALL SECTION", "3/4\" = 1'-0\"")
        );
        assert_eq!(read("ROOF PLAN (NTS)"), pair("ROOF PLAN", "NTS"));
        assert_eq!(read("SCALE 1:50 @ A1"), pair("", "1:50"));
        assert_eq!(read("1:100"), pair("", "1:100"));
        assert_eq!(read("ÉCHELLE / SCALE 1:100"), pair("", "1:100"));
        assert_eq!(read("Échelle : 1:50"), pair("", "1:50"));
        assert_eq!(read("NO SCALE"), pair("", "NTS"));
        assert_eq!(read("SCALE: FULL SIZE"), pair("", "FULL SIZE"));
        assert_eq!(read("HALF SIZE"), None);
        assert_eq!(read("SCALE: 1/4 IN = 1 FT"), pair("", "1/4\" = 1'"));
        assert_eq!(
            read("SITE PLAN 1 IN. = 40 FEET"),
            pair("SITE PLAN", "1\" = 40'")
        );
        assert_eq!(read("SCALE: AS SHOWN"), pair("", "AS SHOWN"));
        assert_eq!(read("HORIZ. 1\"=20' VERT. 1\"=5'"), pair("", "1\" = 20'"));
        assert_eq!(
            read("PROFILE HORIZONTAL SCALE: 1\" = 40'"),
            pair("PROFILE", "1\" = 40'")
        );
        assert_eq!(
            read("HORIZ. 1 IN = 40 FT  VERT. 1\"=5'"),
            pair("", "1\" = 40'")
        );
        assert_eq!(read("10:30"), None);
        assert_eq!(read("A = B"), None);
        assert_eq!(read("GRAPHIC SCALE"), None);
    }
}
