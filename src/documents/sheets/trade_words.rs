//! The words that sheet names are made of, and how much a text reads like one.
//! Asked when a sheet's name has no label.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Words that alone make a sheet name likely; each counts 2.
const KINDS: &[&str] = &[
    "PLAN",
    "PLANS",
    "ELEVATION",
    "ELEVATIONS",
    "SECTION",
    "SECTIONS",
    "DETAIL",
    "DETAILS",
    "SCHEDULE",
    "SCHEDULES",
    "DIAGRAM",
    "DIAGRAMS",
    "RISER",
    "RISERS",
    "NOTES",
    "LEGEND",
    "LEGENDS",
    "COVER",
    "INDEX",
    "ABBREVIATIONS",
    "SYMBOLS",
    "SPECIFICATIONS",
    "RCP",
    "SCHEMATIC",
    "SCHEMATICS",
    "PROFILE",
    "PROFILES",
    "AXONOMETRIC",
    "ISOMETRIC",
    "ISOMETRICS",
    "PERSPECTIVE",
    "PERSPECTIVES",
    "RENDERING",
    "RENDERINGS",
    "LAYOUT",
    "ALIGNMENT",
];

/// Words that sheet names are made of; each counts 1.
const PARTS: &[&str] = &[
    "FLOOR",
    "LEVEL",
    "ROOF",
    "CEILING",
    "REFLECTED",
    "SITE",
    "FOUNDATION",
    "FRAMING",
    "FINISH",
    "FINISHES",
    "DEMOLITION",
    "DEMO",
    "LIGHTING",
    "POWER",
    "MECHANICAL",
    "ELECTRICAL",
    "PLUMBING",
    "STRUCTURAL",
    "ARCHITECTURAL",
    "CIVIL",
    "LANDSCAPE",
    "HVAC",
    "FIRE",
    "PROTECTION",
    "ALARM",
    "LIFE",
    "SAFETY",
    "CODE",
    "ANALYSIS",
    "GRADING",
    "UTILITY",
    "UTILITIES",
    "DRAINAGE",
    "EROSION",
    "CONTROL",
    "CONTROLS",
    "PAVING",
    "PLANTING",
    "IRRIGATION",
    "FIRST",
    "SECOND",
    "THIRD",
    "FOURTH",
    "FIFTH",
    "1ST",
    "2ND",
    "3RD",
    "GROUND",
    "MAIN",
    "UPPER",
    "LOWER",
    "BASEMENT",
    "MEZZANINE",
    "PENTHOUSE",
    "EXISTING",
    "PROPOSED",
    "ENLARGED",
    "TYPICAL",
    "PARTIAL",
    "OVERALL",
    "INTERIOR",
    "EXTERIOR",
    "WALL",
    "DOOR",
    "WINDOW",
    "STAIR",
    "STAIRS",
    "NORTH",
    "SOUTH",
    "EAST",
    "WEST",
    "AREA",
    "EQUIPMENT",
    "PIPING",
    "DUCTWORK",
    "GENERAL",
    "STANDARD",
    "FIXTURE",
    "FIXTURES",
    "PANEL",
    "TITLE",
    "SHEET",
    "PHASING",
    "REFERENCE",
    "WEATHER",
    "FURNITURE",
    "SIGNAGE",
    "TOILET",
    "KITCHEN",
    "ONE-LINE",
    "SINGLE-LINE",
    "LINE",
    "AND",
    "&",
    "INFORMATION",
    "BUILDING",
    "BLDG",
    "UNIT",
    "UNITS",
    "WING",
    "ZONE",
    "SECTOR",
    "PARKING",
    "GARAGE",
    "ACCESSIBILITY",
    "EGRESS",
    "SPRINKLER",
    "SECURITY",
    "TELECOM",
    "TECHNOLOGY",
    "COMMUNICATIONS",
    "DATA",
    "LOW",
    "VOLTAGE",
    "SITEWORK",
    "SURVEY",
    "TREE",
    "STORMWATER",
    "SEWER",
    "WATER",
    "WASTE",
    "VENT",
    "GAS",
    "REMOVALS",
    "MILLWORK",
    "CASEWORK",
    "MATERIALS",
    "TYPES",
    "ASSEMBLIES",
    "PARTITION",
    "VIEWS",
    "VIEW",
    "ELEVATOR",
    "SLAB",
    "COLUMN",
    "BEAM",
    "REINFORCING",
    "CONCRETE",
    "STEEL",
    "MASONRY",
    "TRAFFIC",
    "SIGNING",
    "STRIPING",
    "MEP",
    "RCP",
    "HARDSCAPE",
    "SUMMARY",
    "QUANTITIES",
    "CALCULATIONS",
    "COMCHECK",
];

/// Words of firms and of issues, which else read like sheet names ("BID DOCUMENTS").
const FIRMS: &[&str] = &[
    "ENGINEERING",
    "ARCHITECTURE",
    "DEPARTMENT",
    "DOCUMENTS",
    "SUITE",
    "BID",
    "PERMIT",
];

/// Words of firms that no sheet name has ("STRUCTURAL ENGINEERS").
const SURE_FIRMS: &[&str] = &[
    "ENGINEERS",
    "ENGINEER",
    "ARCHITECTS",
    "ARCHITECT",
    "LLC",
    "INC",
    "LTD",
    "LLP",
    "PLLC",
    "ASSOCIATES",
    "CONSULTANTS",
    "CONSULTING",
    "INCORPORATED",
];

/// Whether a word of firms and offices stands in the text, which is in capitals.
pub(super) fn is_firm(upper: &str) -> bool {
    upper
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '(' | ')' | '.'))
        .any(|word| table().get(word) == Some(&Meaning::SureFirm))
}

#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    SureFirm,
    Firm,
    Kind,
    Part,
}

fn table() -> &'static HashMap<&'static str, Meaning> {
    static WORDS: OnceLock<HashMap<&'static str, Meaning>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = HashMap::new();
        for (list, meaning) in [
            (SURE_FIRMS, Meaning::SureFirm),
            (FIRMS, Meaning::Firm),
            (KINDS, Meaning::Kind),
            (PARTS, Meaning::Part),
        ] {
            for word in list {
                words.entry(*word).or_insert(meaning);
            }
        }
        words
    })
}

/// Whether a kind of drawing stands in the text: `PLAN`, `ELEVATIONS`.
pub(super) fn names_kind(text: &str) -> bool {
    text.to_uppercase()
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '(' | ')' | '.'))
        .any(|word| table().get(word) == Some(&Meaning::Kind))
}

/// How much a text reads like a sheet name; 2 and more is likely.
pub(super) fn trade_points(text: &str) -> f64 {
    let upper = text.to_uppercase();
    let mut points: f64 = 0.0;
    for word in upper.split(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '(' | ')' | '.'))
    {
        match table().get(word) {
            Some(Meaning::SureFirm | Meaning::Firm) => return 0.0,
            Some(Meaning::Kind) => points += 2.0,
            Some(Meaning::Part) => points += 1.0,
            None => {}
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_score_and_firms_do_not() {
        assert!(trade_points("EXISTING MAIN FLOOR PLAN") >= 2.0);
        assert!(trade_points("Second & Third Floor Plan") >= 2.0);
        assert!(trade_points("HARBOUR LIBRARY") < 2.0);
        assert_eq!(trade_points("STRUCTURAL ENGINEERS, INC."), 0.0);
    }
}
