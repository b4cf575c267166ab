//! Drawing sets of five offices, fifteen or sixteen sheets each: the same kinds of sheets, other numbers,
//! other title blocks, other words. The index on the cover lists one sheet that the set lacks, and
//! lacks one that the set has.

use super::Made;
use super::dice::Dice;
use super::paper::{Paper, pdf};
use super::set_programme::{
    ABBREVIATIONS, Kind, NOTES, OFFICES, Office, PROGRAMME, Planned, SYMBOLS, planned,
};
use super::set_style::{Said, TitleBlock};
use super::sheet_content::{Area, Drawn, SheetMaker};
use crate::truth::{OneOf, SheetTruth, Truth, WarningTruth};

pub fn sets() -> Vec<Made> {
    OFFICES.iter().map(set).collect()
}

fn set(office: &Office) -> Made {
    let mut papers: Vec<Paper> = Vec::new();
    let mut sheets: Vec<SheetTruth> = Vec::new();
    for (sheet, place) in PROGRAMME.iter().zip(1..) {
        let (paper, truth) = draw(office, sheet, place);
        papers.push(paper);
        sheets.push(truth);
    }
    let missing = Planned {
        figures: ("1", "03"),
        ..planned(
            Kind::Upper,
            "architectural",
            "floor_plan",
            ["A", "AE", "A"],
            ("1", "03"),
            ["ROOF PLAN", ""],
        )
    };
    let warning = |code: &str, names: String| WarningTruth {
        code: code.to_owned(),
        names,
    };
    let mut warnings = vec![warning("sheet_missing", (office.number)(&missing))];
    if let Some(unlisted) = PROGRAMME.iter().find(|sheet| sheet.kind == Kind::Plumbing) {
        warnings.push(warning("sheet_not_listed", (office.number)(unlisted)));
    }
    let truth = Truth {
        classification: Some("plans".into()),
        sheets: Some(sheets),
        sections: Some(Vec::new()),
        warnings: Some(warnings),
        ..Truth::default()
    };
    Made::new(office.file, pdf(&papers), truth)
}

fn whole_name(sheet: &Planned) -> String {
    sheet.name.join(" ").trim().to_owned()
}

fn number_of(office: &Office, kind: Kind) -> String {
    let sheet = PROGRAMME.iter().find(|sheet| sheet.kind == kind);
    sheet.map(office.number).unwrap_or_default()
}

fn draw(office: &Office, sheet: &Planned, place: usize) -> (Paper, SheetTruth) {
    let seed = office.seed * 100 + place as u64;
    let block = office.block;
    let mut maker = SheetMaker::new(block.paper(), block.letters(), seed);
    let number = (office.number)(sheet);
    let scales = fill(&mut maker, office, sheet);
    let shown_scale = match scales.as_slice() {
        [] => "NONE",
        [one] => one,
        _ => "AS NOTED",
    };
    let name: Vec<&str> = sheet
        .name
        .iter()
        .copied()
        .filter(|line| !line.is_empty())
        .collect();
    let said = Said {
        number: &number,
        name: &name,
        project: office.project,
        project_number: office.project_number,
        date: office.date,
        scale: shown_scale,
        revision: office.revision,
        place: (place, PROGRAMME.len()),
    };
    block.draw(&mut maker, &said);
    let scale = match scales.as_slice() {
        [one] => OneOf::One((*one).to_owned()),
        [] => OneOf::Any(vec![None, Some("NONE".to_owned()), Some("NTS".to_owned())]),
        _ => OneOf::Any(vec![None, Some("AS NOTED".to_owned())]),
    };
    let discipline = match (sheet.kind, block) {
        // The British number of the cover is the architect's.
        (Kind::Cover | Kind::General, TitleBlock::British) => "architectural",
        _ => sheet.discipline,
    };
    let drawing_type = match sheet.drawing_type {
        "foundation_plan" | "lighting_plan" => OneOf::Any(
            [sheet.drawing_type, "floor_plan"]
                .map(|kind| Some(kind.to_owned()))
                .to_vec(),
        ),
        "floor_plan" if sheet.kind == Kind::Ducts => OneOf::Any(
            ["floor_plan", "mechanical_plan"]
                .map(|kind| Some(kind.to_owned()))
                .to_vec(),
        ),
        "floor_plan" if sheet.kind == Kind::Plumbing => OneOf::Any(
            ["floor_plan", "plumbing_plan"]
                .map(|kind| Some(kind.to_owned()))
                .to_vec(),
        ),
        kind => kind.into(),
    };
    let truth = SheetTruth {
        page: u32::try_from(place).unwrap_or_default(),
        number: Some(number.as_str().into()),
        name: Some(whole_name(sheet).into()),
        discipline: Some(discipline.into()),
        drawing_type: Some(drawing_type),
        scale: Some(scale),
        revision: Some(office.revision.map_or(OneOf::Nothing(()), Into::into)),
        project_name: Some(office.project.into()),
        project_number: Some(office.project_number.into()),
        issue_date: Some(office.date.into()),
        ..maker.truth
    };
    (maker.paper, truth)
}

/// Draws the sheet; answers the different scales on it.
fn fill(maker: &mut SheetMaker, office: &Office, sheet: &Planned) -> Vec<&'static str> {
    let [left, top, right, bottom] = office.block.inside();
    let size = office.block.letters();
    let (width, height) = (right - left, bottom - top);
    let whole: Area = [left, top + 2.0 * size, left + width * 0.76, bottom];
    let beside: Area = [left + width * 0.8, top + 2.0 * size, right, bottom];
    let title = whole_name(sheet);
    match sheet.kind {
        Kind::Cover => {
            cover(maker, office);
            Vec::new()
        }
        Kind::General => {
            let column = width * 0.3;
            maker.notes(
                [left, top + size, left + column, bottom],
                "GENERAL NOTES",
                NOTES,
            );
            maker.legend(
                [left + width * 0.4, top + size, left + width * 0.6, bottom],
                "SYMBOL LEGEND",
                SYMBOLS,
            );
            maker.legend(
                [left + width * 0.7, top + size, left + width * 0.9, bottom],
                "ABBREVIATIONS",
                ABBREVIATIONS,
            );
            Vec::new()
        }
        Kind::Site
        | Kind::Floor
        | Kind::Upper
        | Kind::Ceiling
        | Kind::Foundation
        | Kind::Ducts
        | Kind::Lighting
        | Kind::Plumbing => {
            maker.view(whole, "1", &title, office.plan_scale, Drawn::Plan);
            plan_company(maker, office, sheet, beside);
            vec![office.plan_scale]
        }
        Kind::Elevations | Kind::Sections => {
            let drawn = if sheet.kind == Kind::Sections {
                Drawn::Section
            } else {
                Drawn::Elevation
            };
            let names = match drawn {
                Drawn::Section => ["LONGITUDINAL SECTION", "CROSS SECTION"],
                _ => ["SOUTH ELEVATION", "EAST ELEVATION"],
            };
            let middle = top + height * 0.5;
            let half = size * 2.0;
            maker.view(
                [left, top + half, left + width * 0.85, middle - half],
                "1",
                names[0],
                office.plan_scale,
                drawn,
            );
            maker.view(
                [left, middle + half, left + width * 0.7, bottom],
                "2",
                names[1],
                office.plan_scale,
                drawn,
            );
            let details = number_of(office, Kind::Details);
            let words = office.detail_words;
            maker.pointer(
                left + width * 0.75,
                middle + 4.0 * half,
                words,
                Some("3"),
                &details,
            );
            vec![office.plan_scale]
        }
        Kind::Details | Kind::SteelDetails => details(maker, office, sheet),
        Kind::Schedules => {
            schedules(maker, office);
            Vec::new()
        }
        Kind::Riser => {
            maker.view(whole, "1", &title, "", Drawn::Elevation);
            maker.notes(beside, "RISER NOTES", NOTES.get(3..6).unwrap_or_default());
            Vec::new()
        }
    }
}

/// What stands beside a plan: marks on it, pointers, notes, sometimes a legend and a key plan.
fn plan_company(maker: &mut SheetMaker, office: &Office, sheet: &Planned, beside: Area) {
    let [left, top, right, bottom] = beside;
    let size = office.block.letters();
    let [plan_left, plan_top, plan_right, plan_bottom] = office.block.inside();
    let (width, height) = (plan_right - plan_left, plan_bottom - plan_top);
    let sections = number_of(office, Kind::Sections);
    let details = number_of(office, Kind::Details);
    match sheet.kind {
        Kind::Floor | Kind::Upper => {
            maker.section_mark(
                plan_left + width * 0.30,
                plan_top + height * 0.13,
                "1",
                &sections,
            );
            maker.section_mark(
                plan_left + width * 0.62,
                plan_top + height * 0.56,
                "2",
                &sections,
            );
            let x = plan_left + width * 0.36;
            maker.pointer(
                x,
                plan_top + height * 0.40,
                office.detail_words,
                Some("3"),
                &details,
            );
            let schedules = number_of(office, Kind::Schedules);
            maker.notes(
                [left, top, right, bottom],
                "PLAN NOTES",
                NOTES.get(..4).unwrap_or_default(),
            );
            maker.pointer(
                left,
                bottom - 22.0 * size,
                office.sheet_words,
                None,
                &schedules,
            );
            maker.key_plan([
                left + 20.0,
                bottom - 16.0 * size,
                left + 20.0 + 16.0 * size,
                bottom - 2.0 * size,
            ]);
        }
        Kind::Site => {
            maker.legend(beside, "SITE LEGEND", SYMBOLS);
        }
        Kind::Foundation => {
            let steel = number_of(office, Kind::SteelDetails);
            maker.section_mark(
                plan_left + width * 0.30,
                plan_top + height * 0.13,
                "2",
                &steel,
            );
            maker.notes(
                beside,
                "FOUNDATION NOTES",
                NOTES.get(2..6).unwrap_or_default(),
            );
        }
        Kind::Ceiling => {
            maker.legend(
                beside,
                "CEILING LEGEND",
                SYMBOLS.get(..5).unwrap_or_default(),
            );
        }
        _ => {
            maker.notes(beside, "KEYED NOTES", NOTES.get(4..).unwrap_or_default());
        }
    }
}

fn cover(maker: &mut SheetMaker, office: &Office) {
    let [left, top, _, bottom] = office.block.inside();
    let size = office.block.letters();
    let bold = super::letter_widths::Face::HelveticaBold;
    maker.paper.text(
        left + 10.0 * size,
        top + 12.0 * size,
        5.0 * size,
        bold,
        office.project,
    );
    maker.paper.text(
        left + 10.0 * size,
        top + 17.0 * size,
        2.0 * size,
        bold,
        "ISSUED FOR CONSTRUCTION",
    );
    let mut rows: Vec<Vec<String>> = Vec::new();
    for sheet in PROGRAMME
        .iter()
        .filter(|sheet| sheet.kind != Kind::Plumbing)
    {
        rows.push(vec![(office.number)(sheet), whole_name(sheet)]);
        if sheet.kind == Kind::Upper {
            let roof = Planned {
                figures: ("1", "03"),
                ..planned(
                    Kind::Upper,
                    sheet.discipline,
                    sheet.drawing_type,
                    sheet.letters,
                    ("1", "03"),
                    ["ROOF PLAN", ""],
                )
            };
            rows.push(vec![(office.number)(&roof), "ROOF PLAN".to_owned()]);
        }
    }
    let number_width = if office.block == TitleBlock::British {
        20.0
    } else {
        9.0
    };
    let columns = [("NUMBER", number_width), ("TITLE", 28.0)];
    let place = (
        left + 10.0 * size,
        (top + 24.0 * size).min(bottom - 40.0 * size),
    );
    let has_rules = office.seed.is_multiple_of(2);
    maker.schedule(place, office.index_title, &columns, &rows, has_rules);
    if let Some(index) = maker.truth.regions.last_mut() {
        let kinds = ["sheet_index", "schedule"].map(|kind| Some(kind.to_owned()));
        index.r#type = OneOf::Any(kinds.to_vec());
    }
}

fn details(maker: &mut SheetMaker, office: &Office, sheet: &Planned) -> Vec<&'static str> {
    let [left, top, right, bottom] = office.block.inside();
    let size = office.block.letters();
    let names: [&str; 6] = match sheet.kind {
        Kind::SteelDetails => [
            "COLUMN BASE",
            "FOOTING STEP",
            "BEAM SPLICE",
            "BRACE CONNECTION",
            "SLAB EDGE",
            "JOIST SEAT",
        ],
        _ => [
            "PARAPET",
            "SILL",
            "WINDOW HEAD",
            "JAMB",
            "BASE AT GRADE",
            "EXPANSION JOINT",
        ],
    };
    let (across, down) = ((right - left) / 3.0, (bottom - top) / 2.0);
    for (name, place) in names.iter().zip(0..) {
        let (column, row) = (f64::from(place % 3), f64::from(place / 3));
        let x = left + across * column + 2.0 * size;
        let y = top + down * row + 2.0 * size;
        let area = [x, y, x + across - 6.0 * size, y + down - 6.0 * size];
        let number = (place + 1).to_string();
        maker.view(
            area,
            &number,
            &format!("{name} DETAIL"),
            office.detail_scale,
            Drawn::Detail,
        );
    }
    vec![office.detail_scale]
}

fn schedules(maker: &mut SheetMaker, office: &Office) {
    let [left, top, _, _] = office.block.inside();
    let size = office.block.letters();
    let mut dice = Dice::new(office.seed);
    let doors: Vec<Vec<String>> = (0..18)
        .map(|row| {
            let mut pick = |choices: &[&str]| dice.pick(choices).to_owned();
            vec![
                (101 + row).to_string(),
                pick(&["3'-0\"", "2'-8\"", "6'-0\""]),
                pick(&["7'-0\"", "8'-0\""]),
                pick(&["A", "B", "C"]),
                pick(&["HM", "WD", "AL"]),
                pick(&["HM", "AL"]),
                pick(&["", "20 MIN", "45 MIN", "90 MIN"]),
                pick(&["1", "2", "3", "4"]),
                pick(&["", "", "CARD READER", "UNDERCUT 3/4\""]),
            ]
        })
        .collect();
    let columns = [
        ("DOOR NO.", 7.0),
        ("WIDTH", 6.0),
        ("HEIGHT", 6.0),
        ("TYPE", 5.0),
        ("MATERIAL", 7.5),
        ("FRAME", 6.0),
        ("RATING", 7.0),
        ("HDW SET", 7.0),
        ("REMARKS", 14.0),
    ];
    let end = maker.schedule((left, top + size), "DOOR SCHEDULE", &columns, &doors, true);
    let windows: Vec<Vec<String>> = ["A", "B", "C", "D", "E", "F"]
        .iter()
        .map(|mark| {
            let mut pick = |choices: &[&str]| dice.pick(choices).to_owned();
            vec![
                (*mark).to_owned(),
                pick(&["4'-0\" X 5'-0\"", "3'-0\" X 4'-6\"", "6'-0\" X 5'-0\""]),
                pick(&["FIXED", "CASEMENT", "AWNING"]),
                pick(&["ALUM.", "WOOD CLAD"]),
                pick(&["GL-1", "GL-2", "GL-3"]),
                pick(&["", "TEMPERED", "SEE ELEVATIONS"]),
            ]
        })
        .collect();
    let columns = [
        ("MARK", 6.0),
        ("SIZE", 12.0),
        ("OPERATION", 9.0),
        ("FRAME", 9.0),
        ("GLAZING", 8.0),
        ("NOTES", 14.0),
    ];
    maker.schedule(
        (left, end + 4.0 * size),
        "WINDOW SCHEDULE",
        &columns,
        &windows,
        false,
    );
    let x = left + 72.0 * size;
    let notes = NOTES.get(..3).unwrap_or_default();
    maker.notes(
        [x, top + size, x + 34.0 * size, top + 40.0 * size],
        "DOOR NOTES",
        notes,
    );
}
