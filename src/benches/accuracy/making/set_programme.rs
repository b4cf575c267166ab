//! The sheets of the generated sets, and the offices that draw them.

use super::set_style::TitleBlock;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Cover,
    General,
    Site,
    Floor,
    Upper,
    Ceiling,
    Elevations,
    Sections,
    Details,
    Schedules,
    Foundation,
    SteelDetails,
    Ducts,
    Lighting,
    Plumbing,
    Riser,
}

/// A sheet of the programme: kind, discipline, type, and per office the number's letters and figures.
pub struct Planned {
    pub kind: Kind,
    pub discipline: &'static str,
    pub drawing_type: &'static str,
    /// First level, second level of the US National CAD Standard, and the role of ISO 19650.
    pub letters: [&'static str; 3],
    /// The kind of sheet and its place, `1` and `01` of A-101.
    pub figures: (&'static str, &'static str),
    pub name: [&'static str; 2],
}

pub const fn planned(
    kind: Kind,
    discipline: &'static str,
    drawing_type: &'static str,
    letters: [&'static str; 3],
    figures: (&'static str, &'static str),
    name: [&'static str; 2],
) -> Planned {
    Planned {
        kind,
        discipline,
        drawing_type,
        letters,
        figures,
        name,
    }
}

pub const PROGRAMME: &[Planned] = &[
    planned(
        Kind::Cover,
        "general",
        "cover",
        ["G", "GI", "A"],
        ("0", "01"),
        ["COVER SHEET", ""],
    ),
    planned(
        Kind::General,
        "general",
        "notes",
        ["G", "GI", "A"],
        ("0", "02"),
        ["GENERAL NOTES", "AND LEGEND"],
    ),
    planned(
        Kind::Site,
        "civil",
        "site_plan",
        ["C", "CS", "C"],
        ("1", "01"),
        ["SITE PLAN", ""],
    ),
    planned(
        Kind::Floor,
        "architectural",
        "floor_plan",
        ["A", "AE", "A"],
        ("1", "01"),
        ["FIRST FLOOR", "PLAN"],
    ),
    planned(
        Kind::Upper,
        "architectural",
        "floor_plan",
        ["A", "AE", "A"],
        ("1", "02"),
        ["SECOND FLOOR", "PLAN"],
    ),
    planned(
        Kind::Ceiling,
        "architectural",
        "reflected_ceiling_plan",
        ["A", "AE", "A"],
        ("1", "21"),
        ["REFLECTED CEILING", "PLAN"],
    ),
    planned(
        Kind::Elevations,
        "architectural",
        "elevation",
        ["A", "AE", "A"],
        ("2", "01"),
        ["EXTERIOR", "ELEVATIONS"],
    ),
    planned(
        Kind::Sections,
        "architectural",
        "section",
        ["A", "AE", "A"],
        ("3", "01"),
        ["BUILDING SECTIONS", ""],
    ),
    planned(
        Kind::Details,
        "architectural",
        "detail",
        ["A", "AE", "A"],
        ("5", "01"),
        ["EXTERIOR DETAILS", ""],
    ),
    planned(
        Kind::Schedules,
        "architectural",
        "schedule",
        ["A", "AE", "A"],
        ("6", "01"),
        ["DOOR AND WINDOW", "SCHEDULES"],
    ),
    planned(
        Kind::Foundation,
        "structural",
        "foundation_plan",
        ["S", "SB", "S"],
        ("1", "01"),
        ["FOUNDATION PLAN", ""],
    ),
    planned(
        Kind::SteelDetails,
        "structural",
        "detail",
        ["S", "SF", "S"],
        ("5", "01"),
        ["STRUCTURAL DETAILS", ""],
    ),
    planned(
        Kind::Ducts,
        "mechanical",
        "floor_plan",
        ["M", "MH", "M"],
        ("1", "01"),
        ["FIRST FLOOR", "DUCTWORK PLAN"],
    ),
    planned(
        Kind::Lighting,
        "electrical",
        "lighting_plan",
        ["E", "EL", "E"],
        ("1", "01"),
        ["FIRST FLOOR", "LIGHTING PLAN"],
    ),
    planned(
        Kind::Plumbing,
        "plumbing",
        "floor_plan",
        ["P", "PP", "P"],
        ("1", "01"),
        ["FIRST FLOOR", "PLUMBING PLAN"],
    ),
    planned(
        Kind::Riser,
        "plumbing",
        "diagram",
        ["P", "PP", "P"],
        ("6", "01"),
        ["WASTE AND VENT", "RISER DIAGRAM"],
    ),
];

pub struct Office {
    pub file: &'static str,
    pub seed: u64,
    pub block: TitleBlock,
    pub project: &'static str,
    pub project_number: &'static str,
    pub date: &'static str,
    pub revision: Option<&'static str>,
    pub plan_scale: &'static str,
    pub detail_scale: &'static str,
    pub index_title: &'static str,
    pub number: fn(&Planned) -> String,
    /// What points to a detail; `#` is the sheet's number.
    pub detail_words: &'static str,
    pub sheet_words: &'static str,
}

pub const OFFICES: &[Office] = &[
    Office {
        file: "set-right-upwards.pdf",
        seed: 21,
        block: TitleBlock::RightUpwards,
        project: "WEST BRANCH LIBRARY ADDITION",
        project_number: "2417.03",
        date: "05/17/2024",
        revision: Some("2"),
        plan_scale: "1/8\" = 1'-0\"",
        detail_scale: "1 1/2\" = 1'-0\"",
        index_title: "SHEET INDEX",
        number: |sheet| format!("{}-{}{}", first(sheet), sheet.figures.0, sheet.figures.1),
        detail_words: "SEE DETAIL 3/#",
        sheet_words: "SEE SHEET #",
    },
    Office {
        file: "set-bottom-strip.pdf",
        seed: 22,
        block: TitleBlock::BottomStrip,
        project: "HARMON STREET CLINIC",
        project_number: "19-1186",
        date: "AUGUST 9, 2023",
        revision: Some("B"),
        plan_scale: "1/4\" = 1'-0\"",
        detail_scale: "3\" = 1'-0\"",
        index_title: "LIST OF DRAWINGS",
        number: |sheet| format!("{}{}.{}", first(sheet), sheet.figures.0, sheet.figures.1),
        detail_words: "REFER TO 3/# FOR HEAD",
        sheet_words: "FOR SCHEDULES REFER TO DRAWING #",
    },
    Office {
        file: "set-lower-corner.pdf",
        seed: 23,
        block: TitleBlock::LowerCorner,
        project: "Fire Station No. 4 Remodel",
        project_number: "F-0412",
        date: "2-28-22",
        revision: None,
        plan_scale: "1/16\" = 1'-0\"",
        detail_scale: "1\" = 1'-0\"",
        index_title: "DRAWING INDEX",
        number: |sheet| format!("{}{}{}", first(sheet), sheet.figures.0, sheet.figures.1),
        detail_words: "See Det. 3/#",
        sheet_words: "See Dwg. # for continuation",
    },
    Office {
        file: "set-british.pdf",
        seed: 24,
        block: TitleBlock::British,
        project: "Penmouth Harbour Pavilion",
        project_number: "J2208",
        date: "14.02.25",
        revision: Some("P03"),
        plan_scale: "1:100",
        detail_scale: "1:5",
        index_title: "DRAWING REGISTER",
        number: |sheet| {
            let role = sheet.letters.last().copied().unwrap_or_default();
            format!(
                "PHP-HWA-ZZ-XX-DR-{role}-{}{}00",
                sheet.figures.0, sheet.figures.1
            )
        },
        detail_words: "Refer to detail 3 on drawing #",
        sheet_words: "Refer to drawing #",
    },
    Office {
        file: "set-right-cells.pdf",
        seed: 25,
        block: TitleBlock::RightCells,
        project: "HANGAR 6 RENOVATION",
        project_number: "DAX-22-0047",
        date: "11 OCT 2022",
        revision: None,
        plan_scale: "3/16\" = 1'-0\"",
        detail_scale: "1/2\" = 1'-0\"",
        index_title: "INDEX OF DRAWINGS",
        number: |sheet| {
            let letters = sheet.letters.get(1).copied().unwrap_or_default();
            format!("{letters}{}{}", sheet.figures.0, sheet.figures.1)
        },
        detail_words: "3/#",
        sheet_words: "SEE #",
    },
];

pub fn first(sheet: &Planned) -> &'static str {
    sheet.letters.first().copied().unwrap_or_default()
}

pub const NOTES: &[&str] = &[
    "CONTRACTOR SHALL VERIFY ALL DIMENSIONS AND CONDITIONS IN THE FIELD BEFORE STARTING WORK.",
    "DO NOT SCALE THE DRAWINGS; WRITTEN DIMENSIONS GOVERN.",
    "CONCRETE SHALL REACH 3,000 PSI AT 28 DAYS UNLESS NOTED OTHERWISE.",
    "PATCH AND REPAIR EXISTING FINISHES DISTURBED BY THE WORK TO MATCH ADJACENT SURFACES.",
    "COORDINATE THE LOCATION OF ALL OPENINGS WITH THE TRADES THAT NEED THEM.",
    "PROVIDE FIRESTOPPING AT ALL PENETRATIONS OF RATED ASSEMBLIES.",
    "MAINTAIN EXITS AND FIRE PROTECTION DURING CONSTRUCTION.",
    "ALL WORK SHALL COMPLY WITH THE CODES ADOPTED BY THE LOCAL AUTHORITY.",
];
pub const SYMBOLS: &[&str] = &[
    "CENTERLINE OF COLUMN",
    "NEW PARTITION",
    "EXISTING WALL TO REMAIN",
    "FLOOR DRAIN",
    "CONCRETE PAVING",
    "PROPERTY LINE",
    "EXIT SIGN",
];
pub const ABBREVIATIONS: &[&str] = &[
    "AFF - ABOVE FINISHED FLOOR",
    "CMU - CONCRETE MASONRY UNIT",
    "EQ - EQUAL",
    "NIC - NOT IN CONTRACT",
    "TYP - TYPICAL",
    "UNO - UNLESS NOTED OTHERWISE",
];
