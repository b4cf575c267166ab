//! What titles and headings say: schedule, notes, legend, key plan, detail or view. Words of the trade
//! as American, Canadian and British offices print them.

use super::super::layout::RegionType;
use super::super::specifications::heads_printed_section;

/// Longest text that is looked at as a title, in bytes.
const LONGEST: usize = 90;

/// Capital letters, one space between words, without the colon or dots at the end.
pub(super) fn plain(text: &str) -> String {
    let upper = text.to_uppercase();
    let words: Vec<&str> = upper.split_whitespace().collect();
    words
        .join(" ")
        .trim_matches(|c: char| matches!(c, ':' | '.' | '-' | '–' | '*' | '"' | '“' | '”' | ' '))
        .to_owned()
}

/// Sentences name schedules and notes too; titles do not point.
const POINTING: &[&str] = &[
    "SEE", "REFER", "PER", "IN", "ON", "FROM", "WITH", "SHALL", "AS", "BE", "ARE", "IS", "TO",
    "BY", "THIS", "THESE", "ALL", "W/", "RE", "REF",
];

fn points(words: &[&str]) -> bool {
    words.iter().any(|word| {
        POINTING.contains(&word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/'))
    })
}

/// One of these is in each of the titles that `subject` knows.
const STEMS: &[&str] = &[
    "SCHED",
    "LIST",
    "PANEL",
    "BOARD",
    "INDEX",
    "SHEET",
    "DRAWING",
    "LEGEND",
    "ABBREV",
    "SYMBOL",
    "NOTE",
    "KEY",
    "MATRIX",
    "TABULATION",
    "SECTION",
    "DIVISION",
];

/// What a heading over (or a title under) a block announces; none for anything else.
pub(super) fn subject(text: &str) -> Option<RegionType> {
    // Nearly all lines of a sheet are told apart here, cheaply.
    let capitals = text.to_ascii_uppercase();
    if text.len() > LONGEST || !STEMS.iter().any(|stem| capitals.contains(stem)) {
        return None;
    }
    if heads_printed_section(text.trim_start()) {
        return Some(RegionType::Notes);
    }
    let text = plain(text);
    let words: Vec<&str> = text.split(' ').collect();
    if words.len() > 9 || points(&words) {
        return None;
    }
    let has = |word: &str| {
        words
            .iter()
            .any(|one| one.trim_matches(|c: char| !c.is_alphanumeric()) == word)
    };
    let last = words
        .last()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .unwrap_or("");
    let is_index = matches!(
        text.as_str(),
        "SHEET INDEX"
            | "INDEX OF SHEETS"
            | "SHEET LIST"
            | "LIST OF SHEETS"
            | "DRAWING INDEX"
            | "INDEX OF DRAWINGS"
            | "DRAWING LIST"
            | "LIST OF DRAWINGS"
            | "DRAWING SHEET INDEX"
            | "INDEX TO DRAWINGS"
            | "SHEET LIST SCHEDULE"
            | "DRAWING SCHEDULE"
            | "SHEET SCHEDULE"
            | "DRAWING REGISTER"
            | "REGISTER OF DRAWINGS"
            | "SCHEDULE OF DRAWINGS"
    ) || (words.len() <= 4
        && (text.ends_with("SHEET INDEX")
            || text.ends_with("DRAWING INDEX")
            || text.ends_with("SHEET LIST")
            || text.ends_with("DRAWING LIST")));
    if is_index {
        return Some(RegionType::SheetIndex);
    }
    if text.starts_with("KEY PLAN") || text.starts_with("KEYPLAN") || text == "KEY MAP" {
        let bare = text.replace("NOT TO SCALE", "").replace("NO SCALE", "");
        let count = bare.split_whitespace().filter(|word| *word != "-").count();
        return (count <= 3).then_some(RegionType::KeyPlan);
    }
    // `DOOR SCHEDULE NOTES` stand beside their schedule.
    let joins = |word: &&str| matches!(*word, "AND" | "&");
    let are_notes = matches!(last, "NOTES" | "KEYNOTES") && !words.iter().any(joins);
    if !are_notes
        && (has("SCHEDULE") && !text.starts_with("SCHEDULE ")
            || is_panel(&words)
            || is_list(&words)
            || (words.len() > 1 && matches!(last, "MATRIX" | "TABULATION")))
    {
        return Some(RegionType::Schedule);
    }
    let is_legend = has("LEGEND")
        || has("LEGENDS")
        || matches!(last, "ABBREVIATIONS" | "SYMBOLS")
        || text == "ABBREVIATION"
        // British sheets call it so: `KEY`, `MATERIALS KEY`.
        || (last == "KEY" && words.len() <= 3);
    if is_legend {
        return (words.len() <= 7).then_some(RegionType::Legend);
    }
    let is_notes = matches!(last, "NOTES" | "KEYNOTES")
        || matches!(
            text.as_str(),
            "KEY NOTE LIST" | "KEYNOTE LIST" | "KEYNOTE LEGEND"
        )
        || (matches!(words.first(), Some(&"NOTES" | &"KEYNOTES")) && words.len() <= 3);
    (is_notes && words.len() <= 7).then_some(RegionType::Notes)
}

/// `PANEL LP-1`, `PANELBOARD "A"`, `PANEL: 1A`.
fn is_panel(words: &[&str]) -> bool {
    let Some((first, rest)) = words.split_first() else {
        return false;
    };
    let first = first.trim_end_matches(':');
    matches!(first, "PANEL" | "PANELBOARD" | "SWITCHBOARD")
        && (1..=2).contains(&rest.len())
        && rest
            .last()
            .is_some_and(|name| name.len() <= 8 && !name.ends_with('.'))
        && rest
            .iter()
            .any(|name| name.len() <= 2 || name.chars().any(|c| c.is_ascii_digit()))
}

/// `PLANT LIST`, `MATERIALS LIST`, `FIXTURE LIST`: schedules by another name.
fn is_list(words: &[&str]) -> bool {
    match words {
        [.., what, "LIST"] => matches!(
            *what,
            "PLANT"
                | "PLANTS"
                | "PLANTING"
                | "MATERIAL"
                | "MATERIALS"
                | "FIXTURE"
                | "EQUIPMENT"
                | "FINISH"
                | "HARDWARE"
                | "DOOR"
                | "WINDOW"
        ),
        _ => false,
    }
}

/// Words that make a drawing's title.
const VIEW_WORDS: &[&str] = &[
    "PLAN",
    "PLANS",
    "ELEVATION",
    "ELEVATIONS",
    "ELEV",
    "SECTION",
    "SECTIONS",
    "DETAIL",
    "DETAILS",
    "DIAGRAM",
    "DIAGRAMS",
    "RISER",
    "ISOMETRIC",
    "AXONOMETRIC",
    "PERSPECTIVE",
    "VIEW",
    "LAYOUT",
    "PROFILE",
    "SCHEMATIC",
    "FLOOR",
    "LEVEL",
    "ROOF",
    "CEILING",
    "BASEMENT",
    "MEZZANINE",
    "FOUNDATION",
    "FRAMING",
    "MAP",
    "ASSEMBLY",
    "CONNECTION",
];

/// Whether the title has a word that only drawings have.
pub(super) fn names_view(text: &str) -> bool {
    plain(text)
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| VIEW_WORDS.contains(&word))
}

/// Words of details: of parts, joints and how they are put together.
const DETAIL_WORDS: &[&str] = &[
    "DETAIL",
    "DETAILS",
    "DTL",
    "DET",
    "JAMB",
    "SILL",
    "FLASHING",
    "CONNECTION",
    "TYP",
    "TYPICAL",
    "ANCHOR",
    "ANCHORAGE",
    "BASEPLATE",
    "PARAPET",
    "COPING",
    "THRESHOLD",
    "BRACKET",
    "HANDRAIL",
    "GUARDRAIL",
    "BOLLARD",
    "INSTALLATION",
    "MOUNTING",
    "TRENCH",
    "HANGER",
    "FOOTING",
    "CURB",
    "EXPANSION",
    "JOINT",
    "REINFORCEMENT",
];

/// Words of drawings that show a whole, at whatever scale.
const WHOLE_WORDS: &[&str] = &[
    "PLAN",
    "PLANS",
    "ELEVATION",
    "ELEVATIONS",
    "DIAGRAM",
    "RISER",
    "ISOMETRIC",
    "AXONOMETRIC",
    "PERSPECTIVE",
    "SCHEMATIC",
];

/// View or detail: by the title's words, else by the scale.
pub(super) fn view_type(title: &str, scale: Option<&str>) -> RegionType {
    let title = plain(title);
    let has = |list: &[&str]| {
        title
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| list.contains(&word))
    };
    if has(&["DETAIL", "DETAILS", "DTL"]) {
        return RegionType::Detail;
    }
    if has(WHOLE_WORDS) {
        return RegionType::View;
    }
    // What is drawn to no scale and is no whole is the detail of something.
    let is_loose = scale == Some("NTS") && !has(&["SECTION", "VIEW", "LAYOUT", "PROFILE", "MAP"]);
    if has(DETAIL_WORDS) || is_loose || scale.is_some_and(is_large) {
        return RegionType::Detail;
    }
    RegionType::View
}

/// Scales of 1" = 1'-0" and larger, 1:20 and larger.
fn is_large(scale: &str) -> bool {
    if let Some(many) = scale.strip_prefix("1:") {
        return many.parse().is_ok_and(|many: u32| many <= 20);
    }
    let Some((paper, ground)) = scale.split_once("\" = ") else {
        return false;
    };
    let Some((feet, inches)) = ground.split_once("'-") else {
        return false;
    };
    let feet: f64 = feet.parse().unwrap_or(0.0);
    let inches: f64 = inches.trim_end_matches('"').parse().unwrap_or(0.0);
    let ground = 12.0 * feet + inches;
    ground > 0.0 && 12.0 * length(paper) >= ground
}

/// `1-1/2`, `3/4`, `3`, in inches.
fn length(text: &str) -> f64 {
    text.split(['-', ' '])
        .map(|part| match part.split_once('/') {
            Some((over, under)) => {
                let under: f64 = under.parse().unwrap_or(0.0);
                if under > 0.0 {
                    over.parse::<f64>().unwrap_or(0.0) / under
                } else {
                    0.0
                }
            }
            None => part.parse().unwrap_or(0.0),
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_tell_what_stands_below_them() {
        for (text, expected) in [
            ("DOOR SCHEDULE", Some(RegionType::Schedule)),
            (
                "ROOM FINISH SCHEDULE - BASEMENT",
                Some(RegionType::Schedule),
            ),
            ("PANEL LP-1", Some(RegionType::Schedule)),
            ("EXISTING PLANT LIST", Some(RegionType::Schedule)),
            ("GENERAL NOTES:", Some(RegionType::Notes)),
            ("Keynotes", Some(RegionType::Notes)),
            (
                "ROOM FINISH LEGEND & ABBREVIATIONS",
                Some(RegionType::Legend),
            ),
            ("SYMBOLS", Some(RegionType::Legend)),
            ("KEY PLAN", Some(RegionType::KeyPlan)),
            ("KEY PLAN - NO SCALE", Some(RegionType::KeyPlan)),
            ("Materials Key", Some(RegionType::Legend)),
            ("DOOR SCHEDULE NOTES", Some(RegionType::Notes)),
            ("OCCUPANCY MATRIX", Some(RegionType::Schedule)),
            ("CONFERENCE TABLE", None),
            ("SHEET INDEX", Some(RegionType::SheetIndex)),
            ("DRAWING REGISTER", Some(RegionType::SheetIndex)),
            ("SEE DOOR SCHEDULE", None),
            ("REFER TO GENERAL NOTES", None),
            ("SCHEDULE 40 PVC", None),
            ("PANEL BY OWNER", None),
            ("NOTE: HANDRAIL NOT SHOWN", None),
            ("FIRST FLOOR PLAN", None),
            (
                "SECTION 03 30 00 - CAST-IN-PLACE CONCRETE",
                Some(RegionType::Notes),
            ),
            ("SECTION 09900: PAINTING", Some(RegionType::Notes)),
            ("DIVISION 7A - JOINT SEALANTS", Some(RegionType::Notes)),
            ("WALL SECTION", None),
            ("SECTION 1 - LOOKING NORTH", None),
            ("SECTION 03 30 00 applies to footings", None),
            ("DIVISION WALL", None),
        ] {
            assert_eq!(subject(text), expected, "{text}");
        }
    }

    #[test]
    fn a_detail_is_told_by_its_words_or_its_scale() {
        for (title, scale, expected) in [
            ("WALL SECTION", Some("3/4\" = 1'-0\""), RegionType::View),
            ("WALL SECTION", Some("1-1/2\" = 1'-0\""), RegionType::Detail),
            ("DOOR JAMB DETAIL", None, RegionType::Detail),
            ("FLOOR PLAN", Some("1/4\" = 1'-0\""), RegionType::View),
            ("ROOF EDGE", Some("NTS"), RegionType::Detail),
            ("WATER RISER DIAGRAM", Some("NTS"), RegionType::View),
            ("SECTION A", Some("1:10"), RegionType::Detail),
            ("SECTION A", Some("1:50"), RegionType::View),
            ("SITE", Some("1\" = 20'-0\""), RegionType::View),
        ] {
            assert_eq!(view_type(title, scale), expected, "{title} {scale:?}");
        }
    }
}
