//! Discipline from a sheet number's letters: the designators of the US National CAD Standard (Uniform
//! Drawing System, module 1), what offices use beside them, and the roles of ISO 19650.
//! Asked for each sheet.

use super::drawing_type::drawing_type;

/// The discipline a sheet number stands for, or none when its letters have no settled meaning.
pub(super) fn discipline(number: &str, name: Option<&str>) -> Option<&'static str> {
    let upper = name.map(str::to_uppercase).unwrap_or_default();
    let says = |words: &[&str]| words.iter().any(|word| upper.contains(word));
    if let Some(role) = role_of(number) {
        return by_role(role);
    }
    let prefix = letters_of(number)?;
    let is_title = name.is_some_and(|name| drawing_type(name) == Some("cover"));
    let found = match prefix {
        // Trade use is older than the standard here.
        "T" | "TS" | "CS" if is_title => "general",
        "CVR" | "COV" | "COVER" | "GEN" => "general",
        // Without figures the letters stand for the cover or title sheet itself; with figures they are
        // a designator of two levels, whose first letter tells the discipline (C: civil, CS: its site).
        "CS" | "TS" if !number.chars().any(|c| c.is_ascii_digit()) => "general",
        "TS" => "general",
        // Fire alarm and suppression, FP in all offices.
        "FP" | "FS" if says(&["FOOD SERVICE", "KITCHEN"]) => "equipment",
        "FP" | "FS" | "FA" | "FX" | "FPR" | "SPR" => "fire_protection",
        "SP" if says(&["SPRINKLER", "FIRE"]) => "fire_protection",
        "ID" | "IN" | "INT" => "interiors",
        "TC" | "TN" | "TD" | "IT" | "LV" | "AV" | "TEL" | "TY" => "telecommunications",
        "SE" | "SY" | "SC" | "SEC" if says(&["SECURITY", "ACCESS CONTROL"]) => "telecommunications",
        "EL" | "EP" | "ES" | "ELE" | "ELEC" | "EPL" => "electrical",
        "MEP" | "ME" | "MH" | "HV" | "HVAC" | "MEC" | "MECH" => "mechanical",
        "PL" | "PLM" | "PLB" => "plumbing",
        "ARC" | "ARCH" | "AD" => "architectural",
        "STR" => "structural",
        "CIV" => "civil",
        "LSP" | "LND" | "IRR" => "landscape",
        "SUR" => "survey",
        "FSE" => "equipment",
        "LS" if says(&["LANDSCAPE", "PLANTING", "IRRIGATION", "TREE", "SITE"]) => "landscape",
        "LS" => "life_safety",
        "IR" if says(&["IRRIGATION"]) => "landscape",
        "EC" | "ER" | "SD" | "SP" | "SW" | "GP"
            if says(&[
                "EROSION", "SITE", "GRADING", "STORM", "SEDIMENT", "SANITARY",
            ]) =>
        {
            "civil"
        }
        // Demolition is drawn by the trade that removes.
        "DM" | "D" if says(&["DEMOLITION", "DEMO ", "REMOVAL"]) => "architectural",
        "K" if says(&["KITCHEN", "FOOD", "EQUIPMENT"]) => "equipment",
        "SP" | "SK" | "DM" | "DD" | "SH" | "DR" | "DET" | "SKA" => return None,
        _ => match prefix.chars().next()? {
            'G' => "general",
            'H' => "hazardous_materials",
            'V' => "survey",
            'B' => "geotechnical",
            'C' => "civil",
            'L' => "landscape",
            'S' => "structural",
            'A' => "architectural",
            'I' => "interiors",
            'Q' => "equipment",
            'F' => "fire_protection",
            'P' => "plumbing",
            'D' => "process",
            'M' => "mechanical",
            'E' => "electrical",
            'W' => "distributed_energy",
            'T' => "telecommunications",
            'R' => "resource",
            'X' => "other",
            'Z' => "contractor",
            'O' => "operations",
            _ => return None,
        },
    };
    Some(found)
}

/// Words of a sheet's name that only one discipline uses, the surest first.
const WORDS_OF_NAMES: &[(&str, &[&str])] = &[
    (
        "fire_protection",
        &[
            "FIRE ALARM",
            "FIRE PROTECTION",
            "FIRE SUPPRESSION",
            "SPRINKLER",
        ],
    ),
    (
        "electrical",
        &[
            "ELECTRICAL",
            "LIGHTING",
            "POWER PLAN",
            "ONE-LINE",
            "PANEL SCHEDULE",
        ],
    ),
    (
        "plumbing",
        &["PLUMBING", "WASTE AND VENT", "DOMESTIC WATER"],
    ),
    ("mechanical", &["MECHANICAL", "HVAC", "DUCTWORK"]),
    (
        "telecommunications",
        &["TELECOM", "COMMUNICATIONS", "TECHNOLOGY PLAN"],
    ),
    (
        "structural",
        &["STRUCTURAL", "FRAMING", "FOUNDATION", "REINFORC", "FOOTING"],
    ),
    (
        "landscape",
        &["LANDSCAP", "PLANTING", "IRRIGATION", "PLANT SCHEDULE"],
    ),
    ("survey", &["SURVEY", "PLAT", "TOPOGRAPHIC", "BOUNDARY"]),
    (
        "civil",
        &[
            "CIVIL",
            "GRADING",
            "EROSION",
            "DRAINAGE",
            "UTILITY PLAN",
            "UTILITIES",
            "PAVING",
            "PROFILE",
            "STORM",
            "SANITARY",
            "SEWER",
            "WATER MAIN",
            "ROADWAY",
            "TRAFFIC",
            "STRIPING",
            "SITE LAYOUT",
        ],
    ),
    (
        "architectural",
        &[
            "ARCHITECTURAL",
            "FLOOR PLAN",
            "REFLECTED CEILING",
            "ROOF PLAN",
            "EXTERIOR ELEVATION",
            "INTERIOR ELEVATION",
            "BUILDING ELEVATION",
            "BUILDING SECTION",
            "WALL SECTION",
            "DOOR SCHEDULE",
            "FINISH SCHEDULE",
        ],
    ),
];

/// The discipline that a sheet's name tells where its number has no letters: `3`, `1 OF 5`.
pub(super) fn discipline_of_name(number: &str, name: &str) -> Option<&'static str> {
    if number.chars().any(|c| c.is_ascii_alphabetic()) {
        return None;
    }
    let upper = name.to_uppercase();
    // At the beginning of a word: PLAT is no part of PLATFORM, REINFORC one of REINFORCING.
    let says = |text: &str| {
        upper.match_indices(text).any(|(at, _)| {
            let before = upper.get(..at).unwrap_or("");
            let after = upper.get(at + text.len()..).unwrap_or("");
            let is_begun = !before.ends_with(char::is_alphanumeric);
            is_begun && (text != "PLAT" || !after.starts_with(char::is_alphabetic))
        })
    };
    let by_words = WORDS_OF_NAMES
        .iter()
        .find(|(_, words)| words.iter().any(|word| says(word)))
        .map(|(discipline, _)| *discipline);
    by_words.or_else(|| (drawing_type(name) == Some("cover")).then_some("general"))
}

/// The role in a number of ISO 19650 (`PROJ-ORG-ZZ-01-DR-A-10001`): the last piece of letters alone.
fn role_of(number: &str) -> Option<&str> {
    let pieces: Vec<&str> = number.split('-').collect();
    if pieces.len() < 4 {
        return None;
    }
    pieces
        .iter()
        .rev()
        .find(|piece| !piece.is_empty() && piece.chars().all(|c| c.is_ascii_uppercase()))
        .copied()
}

/// The role codes of the British annex to ISO 19650-2; those of two letters as firms write them.
fn by_role(role: &str) -> Option<&'static str> {
    Some(match role {
        "A" | "AR" => "architectural",
        "B" | "G" => "survey",
        "C" | "D" | "CE" => "civil",
        "E" | "EL" | "EE" => "electrical",
        "F" => "operations",
        "H" | "M" | "ME" => "mechanical",
        "I" | "ID" => "interiors",
        "L" | "LA" => "landscape",
        "P" | "PH" => "plumbing",
        "S" | "ST" | "SE" => "structural",
        "W" | "X" => "contractor",
        "Z" => "general",
        _ => return None,
    })
}

/// The discipline letters: those before the figures.
fn letters_of(number: &str) -> Option<&str> {
    number
        .split('-')
        .map(|piece| {
            let piece = piece.trim_start_matches(|c: char| c.is_ascii_digit());
            let end = piece
                .find(|c: char| !c.is_ascii_uppercase())
                .unwrap_or(piece.len());
            piece.get(..end).unwrap_or("")
        })
        // "B1-A101": the first piece is a building when letters follow in the second.
        .filter(|letters| !letters.is_empty())
        .take(2)
        .reduce(|first, second| {
            let is_building = number.split('-').count() == 2
                && number
                    .split('-')
                    .next()
                    .is_some_and(|piece| piece.ends_with(|c: char| c.is_ascii_digit()))
                && number
                    .split('-')
                    .nth(1)
                    .is_some_and(|piece| piece.len() >= 4);
            if is_building { second } else { first }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_letters_leaves_it_to_the_name() {
        for (number, name, expected) in [
            ("3", "STRUCTURAL FOUNDATION PLAN", Some("structural")),
            ("3", "ELECTRICAL SITE PLAN", Some("electrical")),
            ("4", "LANDSCAPE PLANTING PLAN", Some("landscape")),
            ("1", "FINAL PLAT", Some("survey")),
            ("1", "TITLE SHEET", Some("general")),
            ("2", "PLATFORM DETAILS", None),
            ("Z3", "ELECTRICAL SITE PLAN", None),
            ("2", "SITE PLAN", None),
            ("101", "First Floor Plan", Some("architectural")),
        ] {
            assert_eq!(discipline_of_name(number, name), expected, "{name}");
        }
    }

    #[test]
    fn letters_tell_the_discipline() {
        for (number, name, expected) in [
            ("A-101", None, Some("architectural")),
            ("AF600", None, Some("architectural")),
            ("AD101", None, Some("architectural")),
            ("C100", None, Some("civil")),
            ("FP-1", None, Some("fire_protection")),
            ("FA101", None, Some("fire_protection")),
            ("EP101", None, Some("electrical")),
            ("LV101", None, Some("telecommunications")),
            ("ID-201", None, Some("interiors")),
            ("CS", None, Some("general")),
            ("CS001", Some("COVER SHEET"), Some("general")),
            ("CS101", Some("SITE PLAN"), Some("civil")),
            ("LS101", Some("LIFE SAFETY PLAN"), Some("life_safety")),
            ("LS101", Some("PLANTING PLAN"), Some("landscape")),
            ("SD101", None, Some("structural")),
            ("SD101", Some("SITE DETAILS"), Some("civil")),
            ("T001", Some("TITLE SHEET"), Some("general")),
            ("T101", None, Some("telecommunications")),
            ("D101", Some("DEMOLITION PLAN"), Some("architectural")),
            ("D101", None, Some("process")),
            ("2-S201", None, Some("structural")),
            ("B1-M201", None, Some("mechanical")),
            ("101", None, None),
            ("AB-ORG-ZZ-01-DR-M-10001", None, Some("mechanical")),
            ("AB-ORG-ZZ-01-DR-A-10001", None, Some("architectural")),
        ] {
            assert_eq!(discipline(number, name), expected, "{number}");
        }
    }
}
