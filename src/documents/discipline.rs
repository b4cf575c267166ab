//! Discipline from a sheet number's letters, drawing type from a sheet name's words.
//! Asked by the title block. The letters follow the US National CAD Standard (Uniform Drawing System).

/// The discipline a sheet number stands for, or none when its letters have no settled meaning.
pub(super) fn discipline(number: &str, name: Option<&str>) -> Option<&'static str> {
    let prefix = letters_of(number)?;
    let is_title = name.is_some_and(|name| drawing_type(name) == Some("cover"));
    let found = match prefix {
        // Trade use is older than the standard here.
        "T" | "TS" if is_title => "general",
        "CS" | "TS" | "GI" | "GN" => "general",
        "FP" | "FS" | "FA" | "FX" => "fire_protection",
        "ID" | "IN" => "interiors",
        "TC" | "TN" | "TD" | "IT" => "telecommunications",
        "EL" => "electrical",
        "MEP" | "ME" | "MH" | "HV" => "mechanical",
        "PL" => "plumbing",
        "LS" | "SP" | "SK" | "DM" | "SD" | "DD" | "SH" => return None,
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
            'O' => "operations",
            _ => return None,
        },
    };
    Some(found)
}

/// The discipline letters: those before the figures; in a long number the last piece of letters.
fn letters_of(number: &str) -> Option<&str> {
    let pieces: Vec<&str> = number.split('-').collect();
    if pieces.len() >= 4 {
        return pieces
            .iter()
            .rev()
            .find(|piece| !piece.is_empty() && piece.chars().all(|c| c.is_ascii_uppercase()))
            .copied();
    }
    pieces
        .iter()
        .map(|piece| {
            let end = piece
                .find(|c: char| !c.is_ascii_uppercase())
                .unwrap_or(piece.len());
            piece.get(..end).unwrap_or("")
        })
        .find(|letters| !letters.is_empty())
}

/// The type of drawing that a sheet name tells, or none. The first kind of drawing it names counts:
/// `WALL SECTIONS AND DETAILS` is a section.
pub(super) fn drawing_type(name: &str) -> Option<&'static str> {
    let upper = name.to_uppercase();
    let words: Vec<&str> = upper
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    if has(&["COVER"]) || (has(&["TITLE"]) && has(&["SHEET", "PAGE"])) {
        return Some("cover");
    }
    for (at, word) in words.iter().enumerate() {
        let follows_detail = words
            .get(at + 1)
            .is_some_and(|next| matches!(*next, "DETAIL" | "DETAILS"));
        let found = match *word {
            "RCP" | "RCPS" => "reflected_ceiling_plan",
            "PLAN" | "PLANS" if follows_detail => "detail",
            "PLAN" | "PLANS" => plan_type(words.get(..at).unwrap_or(&[])),
            "ELEVATION" | "ELEVATIONS" => "elevation",
            "SECTION" | "SECTIONS" if follows_detail => "detail",
            "SECTION" | "SECTIONS" => "section",
            "DETAIL" | "DETAILS" => "detail",
            "SCHEDULE" | "SCHEDULES" => "schedule",
            "DIAGRAM" | "DIAGRAMS" | "RISER" | "RISERS" | "SCHEMATIC" | "SCHEMATICS"
            | "ONELINE" => "diagram",
            "NOTES" | "LEGEND" | "LEGENDS" | "ABBREVIATIONS" | "SYMBOLS" | "SPECIFICATIONS" => {
                "notes"
            }
            "INDEX" => "cover",
            _ => continue,
        };
        return Some(found);
    }
    // "First Floor" alone names a plan.
    has(&["FLOOR", "LEVEL", "BASEMENT", "MEZZANINE"]).then_some("floor_plan")
}

/// Which plan, by the words before PLAN.
fn plan_type(before: &[&str]) -> &'static str {
    let has = |wanted: &[&str]| before.iter().any(|word| wanted.contains(word));
    if has(&["CEILING", "RCP"]) {
        "reflected_ceiling_plan"
    } else if has(&["DEMOLITION", "DEMO", "REMOVAL", "REMOVALS"]) {
        "demolition_plan"
    } else if has(&["FOUNDATION", "FOOTING"]) {
        "foundation_plan"
    } else if has(&["FRAMING"]) {
        "framing_plan"
    } else if has(&["SITE", "PLOT", "GRADING", "UTILITY", "PAVING", "EROSION"]) {
        "site_plan"
    } else if has(&["LANDSCAPE", "PLANTING", "IRRIGATION"]) {
        "landscape_plan"
    } else if has(&["ROOF"]) {
        "roof_plan"
    } else if has(&["FLOOR", "LEVEL", "BASEMENT", "MEZZANINE"]) {
        "floor_plan"
    } else {
        "plan"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_tell_the_discipline() {
        assert_eq!(discipline("A-101", None), Some("architectural"));
        assert_eq!(discipline("AF600", None), Some("architectural"));
        assert_eq!(discipline("C100", None), Some("civil"));
        assert_eq!(discipline("FP-1", None), Some("fire_protection"));
        assert_eq!(discipline("T001", Some("TITLE SHEET")), Some("general"));
        assert_eq!(discipline("T101", None), Some("telecommunications"));
        assert_eq!(discipline("2-S201", None), Some("structural"));
        assert_eq!(discipline("X-1", None), None);
        assert_eq!(
            discipline("AB-ORG-ZZ-01-DR-M-10001", None),
            Some("mechanical")
        );
    }

    #[test]
    fn words_tell_the_drawing_type() {
        for (name, expected) in [
            ("EXISTING MAIN FLOOR PLAN", Some("floor_plan")),
            ("First Floor", Some("floor_plan")),
            ("SITE PLAN", Some("site_plan")),
            ("REFLECTED CEILING PLAN", Some("reflected_ceiling_plan")),
            ("WALL SECTIONS AND DETAILS", Some("section")),
            ("MATERIAL AND ROOM FINISH SCHEDULE", Some("schedule")),
            ("EXTERIOR ELEVATIONS", Some("elevation")),
            ("TITLE SHEET", Some("cover")),
            ("GENERAL NOTES", Some("notes")),
            ("PLUMBING RISER DIAGRAM", Some("diagram")),
            ("FINISH PLAN", Some("plan")),
            ("KITCHEN", None),
        ] {
            assert_eq!(drawing_type(name), expected, "{name}");
        }
    }
}
