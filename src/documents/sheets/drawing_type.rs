//! Drawing type from a sheet name's words, or else from what is drawn on the sheet.
//! Asked for each sheet.

use super::super::layout::{Region, RegionType};

/// The type of drawing that a sheet name tells, or none. The first kind of drawing it names counts:
/// `WALL SECTIONS AND DETAILS` is a section.
pub(super) fn drawing_type(name: &str) -> Option<&'static str> {
    // `SECTIONS & DETAILS` are two kinds, `SECTION DETAILS` is one.
    let upper = name.to_uppercase().replace(['&', '/', '+'], " AND ");
    let words: Vec<&str> = upper
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    if has(&["COVER"]) && !has(&["PLAN", "PLANS", "DETAILS"])
        || (has(&["TITLE"]) && has(&["SHEET", "PAGE"]))
    {
        return Some("cover");
    }
    for (at, word) in words.iter().enumerate() {
        let follows_detail = words
            .get(at + 1)
            .is_some_and(|next| matches!(*next, "DETAIL" | "DETAILS"));
        let found = match *word {
            "RCP" | "RCPS" => "reflected_ceiling_plan",
            "PLAN" | "PLANS" if follows_detail => "detail",
            // Of roads and pipes: a plan over its profile.
            "PLAN" | "PLANS" if is_with_profile(&words, at) => "profile",
            "PLAN" | "PLANS" => plan_type(&words, at),
            "ELEVATION" | "ELEVATIONS" if follows_detail => "detail",
            "ELEVATION" | "ELEVATIONS" => "elevation",
            "SECTION" | "SECTIONS" if follows_detail => "detail",
            "SECTION" | "SECTIONS" => "section",
            "PROFILE" | "PROFILES" => "profile",
            "DETAIL" | "DETAILS" => "detail",
            "SCHEDULE" | "SCHEDULES" => "schedule",
            "DIAGRAM" | "DIAGRAMS" | "RISER" | "RISERS" | "SCHEMATIC" | "SCHEMATICS"
            | "ONELINE" | "ISOMETRIC" | "ISOMETRICS" => "diagram",
            "PERSPECTIVE" | "PERSPECTIVES" | "RENDERING" | "RENDERINGS" | "AXONOMETRIC" | "3D" => {
                "perspective"
            }
            "NOTES" | "SPECIFICATIONS" => "notes",
            "LEGEND" | "LEGENDS" | "ABBREVIATIONS" | "SYMBOLS" => "legend",
            "INDEX" => "cover",
            _ => continue,
        };
        return Some(found);
    }
    // "First Floor" alone names a plan.
    let is_floor = has(&["FLOOR", "LEVEL", "BASEMENT", "MEZZANINE"]);
    is_floor.then_some("floor_plan")
}

/// `PLAN AND PROFILE`, `PLAN & PROFILE`, `PLAN/PROFILE`.
fn is_with_profile(words: &[&str], at: usize) -> bool {
    let mut after = words.iter().skip(at + 1).filter(|word| **word != "AND");
    after
        .next()
        .is_some_and(|next| matches!(*next, "PROFILE" | "PROFILES"))
}

/// Which plan, by the words before PLAN, and those right after it: `PLAN - ROOF`.
fn plan_type(words: &[&str], at: usize) -> &'static str {
    let before = words.get(..at).unwrap_or(&[]);
    let told = plan_type_of(before);
    if told != "plan" {
        return told;
    }
    let after: Vec<&str> = words
        .get(at + 1..)
        .unwrap_or(&[])
        .iter()
        .take_while(|word| !matches!(**word, "AND" | "ELEVATIONS" | "SECTIONS" | "DETAILS"))
        .copied()
        .collect();
    plan_type_of(&after)
}

fn plan_type_of(before: &[&str]) -> &'static str {
    let has = |wanted: &[&str]| before.iter().any(|word| wanted.contains(word));
    if has(&["CEILING", "CEILINGS", "RCP"]) {
        "reflected_ceiling_plan"
    } else if has(&["DEMOLITION", "DEMO", "REMOVAL", "REMOVALS"]) {
        "demolition_plan"
    } else if has(&["FOUNDATION", "FOUNDATIONS", "FOOTING", "PILE", "PILING"]) {
        "foundation_plan"
    } else if has(&["FRAMING"]) {
        "framing_plan"
    } else if has(&["LANDSCAPE", "LANDSCAPING", "PLANTING", "IRRIGATION"]) {
        "landscape_plan"
    } else if has(&[
        "SITE",
        "PLOT",
        "GRADING",
        "UTILITY",
        "UTILITIES",
        "PAVING",
        "EROSION",
        "DRAINAGE",
        "LOCATION",
        "VICINITY",
    ]) {
        "site_plan"
    } else if has(&["ROOF"]) {
        "roof_plan"
    } else if has(&[
        "FLOOR",
        "FLOORS",
        "LEVEL",
        "LEVELS",
        "BASEMENT",
        "MEZZANINE",
        "STOREY",
    ]) {
        "floor_plan"
    } else {
        "plan"
    }
}

/// The type of most of what is drawn on a sheet, for sheets whose name does not tell.
pub(super) fn drawing_type_of_regions(regions: &[Region]) -> Option<&'static str> {
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    let mut all = 0;
    for region in regions {
        let found = match region.region_type {
            RegionType::View => match region.title.as_deref().and_then(drawing_type) {
                Some(found) => found,
                None => continue,
            },
            RegionType::Detail => "detail",
            RegionType::Schedule => "schedule",
            RegionType::Legend => "legend",
            RegionType::Notes => "notes",
            RegionType::KeyPlan | RegionType::TitleBlock | RegionType::SheetIndex => continue,
        };
        // Notes and legends stand beside what a sheet is about.
        let is_aside = matches!(found, "notes" | "legend");
        let votes = if is_aside { 1 } else { 3 };
        all += votes;
        match counts.iter_mut().find(|(kind, _)| *kind == found) {
            Some((_, count)) => *count += votes,
            None => counts.push((found, votes)),
        }
    }
    let (found, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count * 5 >= all * 3).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::super::super::layout::DisplayBox;
    use super::*;

    #[test]
    fn words_tell_the_drawing_type() {
        for (name, expected) in [
            ("EXISTING MAIN FLOOR PLAN", Some("floor_plan")),
            ("First Floor", Some("floor_plan")),
            ("SITE PLAN", Some("site_plan")),
            ("PLAN - ROOF", Some("roof_plan")),
            ("REFLECTED CEILING PLAN", Some("reflected_ceiling_plan")),
            ("SECOND FLOOR FRAMING PLAN", Some("framing_plan")),
            ("FOUNDATION PLAN", Some("foundation_plan")),
            ("FIRST FLOOR DEMOLITION PLAN", Some("demolition_plan")),
            ("WALL SECTIONS AND DETAILS", Some("section")),
            ("SECTIONS & DETAILS", Some("section")),
            ("SECTION DETAILS", Some("detail")),
            ("PLAN DETAILS", Some("detail")),
            ("PLAN & PROFILE STA. 10+00", Some("profile")),
            ("MATERIAL AND ROOM FINISH SCHEDULE", Some("schedule")),
            ("EXTERIOR ELEVATIONS", Some("elevation")),
            ("TITLE SHEET", Some("cover")),
            ("GENERAL NOTES", Some("notes")),
            ("SYMBOLS AND ABBREVIATIONS", Some("legend")),
            ("PLUMBING RISER DIAGRAM", Some("diagram")),
            ("FINISH PLAN", Some("plan")),
            ("KITCHEN", None),
        ] {
            assert_eq!(drawing_type(name), expected, "{name}");
        }
    }

    #[test]
    fn a_sheet_full_of_schedules_is_one() {
        let region = |region_type, title: Option<&str>| Region {
            region_type,
            number: None,
            title: title.map(str::to_owned),
            scale: None,
            display_box: DisplayBox {
                left: 0.0,
                top: 0.0,
                right: 1.0,
                bottom: 1.0,
            },
            text: String::new(),
            table: None,
            image: None,
        };
        let regions = [
            region(RegionType::Schedule, None),
            region(RegionType::Schedule, None),
            region(RegionType::Notes, None),
            region(RegionType::TitleBlock, None),
        ];
        assert_eq!(drawing_type_of_regions(&regions), Some("schedule"));
        let mixed = [
            region(RegionType::Schedule, None),
            region(RegionType::View, Some("ROOF PLAN")),
        ];
        assert_eq!(drawing_type_of_regions(&mixed), None);
        assert_eq!(drawing_type_of_regions(&[]), None);
    }
}
