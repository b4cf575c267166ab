//! The words that sheet names are made of, and how much a text reads like one.
//! Asked when a sheet's name has no label.

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
    "INFORMATION",
    "DATA",
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
];

/// Words of firms and offices, which else read like sheet names ("STRUCTURAL ENGINEERS").
const FIRMS: &[&str] = &[
    "ENGINEERS",
    "ENGINEERING",
    "ENGINEER",
    "ARCHITECTS",
    "ARCHITECTURE",
    "ARCHITECT",
    "LLC",
    "INC",
    "LTD",
    "LLP",
    "ASSOCIATES",
    "CONSULTANTS",
    "CONSULTING",
    "DEPARTMENT",
    "DOCUMENTS",
    "SUITE",
    "BID",
    "PERMIT",
];

/// How much a text reads like a sheet name; 2 and more is likely.
pub(super) fn trade_points(text: &str) -> f64 {
    let upper = text.to_uppercase();
    let mut points: f64 = 0.0;
    for word in upper.split(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '(' | ')' | '.'))
    {
        if FIRMS.contains(&word) {
            return 0.0;
        }
        if KINDS.contains(&word) {
            points += 2.0;
        } else if PARTS.contains(&word) {
            points += 1.0;
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
