//! Whole sets, settled.

use super::super::binding::{Leaf, Volume};
use super::super::bound::{Sheet, Target, Warning, WarningCode};
use super::super::layout::{DisplayBox, Mention};
use super::super::lines::sheet_lines;
use super::super::page::{Classification, PageKind, PageReading, PageSigns};
use super::settle;
use super::title_block::tests::{Page, page};

fn leaf(page_number: u32, page: &Page) -> Leaf {
    let facts = page.facts();
    Leaf {
        reading: PageReading {
            page_number,
            width_points: page.width,
            height_points: page.height,
            kind: PageKind::Drawing,
            word_count: page.words.len() as u64,
            unmapped_share: 0.0,
            path_count: 1000,
            image_count: 0,
            image_share: 0.0,
            sheet_number: facts.number,
            sheet_name: facts.name,
            sheet_display_name: String::new(),
            discipline: None,
            drawing_type: None,
            scale: facts.scale,
            signs: PageSigns::default(),
            needs_ocr: false,
            ocr: false,
            ocr_failed: false,
            image_incomplete: false,
            artifacts: Vec::new(),
        },
        page_label: None,
        bookmarks: Vec::new(),
        lines: sheet_lines(&page.words),
        regions: Vec::new(),
        mentions: Vec::new(),
    }
}

fn volume(pages: &[Page]) -> Volume {
    Volume {
        file_name: "set.pdf".to_owned(),
        hint: None,
        leaves: (1..)
            .zip(pages)
            .map(|(number, page)| leaf(number, page))
            .collect(),
    }
}

fn settled(volumes: &[Volume]) -> (Vec<Sheet>, Vec<Warning>) {
    let mut warnings = Vec::new();
    let sheets = settle(volumes, &mut warnings);
    assert_eq!(sheets.len(), volumes.len());
    (sheets.into_iter().flatten().collect(), warnings)
}

/// A sheet of one office: no labels, the project over the sheet's name.
fn bare(number: &str, name: &[&str]) -> Page {
    let mut sheet = page(2592.0, 1728.0)
        .print("HARBOUR LIBRARY EXTENSION", 2000.0, 1560.0, 14.0)
        .print("NORTH AND SOUTH ARCHITECTS", 2000.0, 1500.0, 9.0)
        .print(number, 2440.0, 1650.0, 30.0);
    for (at, line) in name.iter().enumerate() {
        sheet = sheet.print(line, 2000.0, 1600.0 + 17.0 * at as f64, 14.0);
    }
    sheet
}

fn names(sheets: &[Sheet]) -> Vec<Option<&str>> {
    sheets
        .iter()
        .map(|sheet| sheet.sheet_name.as_deref())
        .collect()
}

#[test]
fn the_place_of_the_names_gives_what_no_word_of_the_trade_tells() {
    let (sheets, _) = settled(&[volume(&[
        bare("A101", &["FIRST FLOOR PLAN"]),
        bare("A102", &["ROOF PLAN"]),
        bare("A201", &["EXTERIOR ELEVATIONS"]),
        bare("A901", &["REFUGE"]),
        bare("A103", &["READING ROOM NICHE", "FLOOR PLAN"]),
    ])]);
    assert_eq!(
        names(&sheets),
        [
            Some("FIRST FLOOR PLAN"),
            Some("ROOF PLAN"),
            Some("EXTERIOR ELEVATIONS"),
            Some("REFUGE"),
            Some("READING ROOM NICHE FLOOR PLAN"),
        ]
    );
    for sheet in &sheets {
        assert_eq!(
            sheet.project_name.as_deref(),
            Some("HARBOUR LIBRARY EXTENSION")
        );
    }
    assert_eq!(sheets[0].sheet_display_name, "A101 FIRST FLOOR PLAN");
}

#[test]
fn the_last_word_of_many_names_is_no_furniture() {
    let (sheets, _) = settled(&[volume(&[
        bare("A101", &["FIRST FLOOR", "PLAN"]),
        bare("A102", &["SECOND FLOOR", "PLAN"]),
        bare("A103", &["THIRD FLOOR", "PLAN"]),
    ])]);
    let expected = ["FIRST FLOOR PLAN", "SECOND FLOOR PLAN", "THIRD FLOOR PLAN"];
    assert_eq!(names(&sheets), expected.map(Some));
}

#[test]
fn a_cover_without_figures_has_its_name_where_the_others_have_theirs() {
    let upright = |number: &str, name: &str| {
        page(2592.0, 1728.0)
            .print("sheet no.", 2440.0, 50.0, 6.0)
            .print(number, 2450.0, 90.0, 32.0)
            .print_up(name, 2480.0, 900.0, 18.0)
    };
    let (sheets, _) = settled(&[volume(&[
        upright("CS", "COVER SHEET"),
        upright("A201", "EXTERIOR ELEVATIONS - NORTH"),
        upright("A202", "EXTERIOR ELEVATIONS - SOUTH"),
        upright("A301", "BUILDING SECTIONS AND DETAILS"),
    ])]);
    assert_eq!(names(&sheets)[0], Some("COVER SHEET"));
}

#[test]
fn files_of_one_sheet_are_one_set() {
    let volumes: Vec<Volume> = [
        ("A101", "FLOOR PLAN"),
        ("A102", "ROOF PLAN"),
        ("A901", "REFUGE"),
    ]
    .iter()
    .chain(&[("A201", "BUILDING SECTIONS")])
    .map(|(number, name)| volume(&[bare(number, &[name])]))
    .collect();
    let (sheets, _) = settled(&volumes);
    assert_eq!(sheets[2].sheet_name.as_deref(), Some("REFUGE"));
}

#[test]
fn sheets_along_a_road_share_a_name_and_differ_by_their_stations() {
    let name = "WATER MAIN PLAN & PROFILE";
    let pages: Vec<Page> = (3..8)
        .map(|number| {
            let stations = format!("STA {number}+00 TO {}+00", number + 1);
            page(2592.0, 1728.0)
                .print("CITY OF OZARK", 520.0, 1648.0, 9.0)
                .print(name, 1144.0, 1648.0, 14.0)
                .print(&stations, 1185.0, 1666.0, 14.0)
                .print(&format!("C-{number}"), 2289.0, 1673.0, 26.0)
        })
        .collect();
    let (sheets, _) = settled(&[volume(&pages)]);
    let first = names(&sheets)[0];
    assert_eq!(first, Some("WATER MAIN PLAN & PROFILE STA 3+00 TO 4+00"));
}

#[test]
fn a_name_that_sheets_share_is_not_lost() {
    let (sheets, _) = settled(&[volume(&[
        bare("A501", &["DETAILS"]),
        bare("A502", &["DETAILS"]),
        bare("A503", &["DETAILS"]),
        bare("A101", &["ROOF PLAN"]),
    ])]);
    assert_eq!(
        names(&sheets),
        [
            Some("DETAILS"),
            Some("DETAILS"),
            Some("DETAILS"),
            Some("ROOF PLAN")
        ]
    );
}

fn cover(rows: &[(&str, &str)]) -> Page {
    let mut cover = bare("G001", &["COVER SHEET"]).print("SHEET INDEX", 1200.0, 800.0, 14.0);
    for (at, (number, name)) in rows.iter().enumerate() {
        let down = 830.0 + 14.0 * at as f64;
        cover = cover
            .print(number, 1200.0, down, 9.0)
            .print(name, 1280.0, down, 9.0);
    }
    cover
}

#[test]
fn the_index_fills_names_and_tells_what_is_missing() {
    let nameless = page(2592.0, 1728.0).print("S101", 2440.0, 1650.0, 30.0);
    let (sheets, warnings) = settled(&[volume(&[
        cover(&[
            ("G001", "COVER SHEET"),
            ("A101", "FIRST FLOOR PLAN"),
            ("S-101", "FOUNDATION PLAN"),
            ("M101", "DUCT PLAN"),
        ]),
        bare("A-101", &["FIRST FL00R PLAN"]),
        nameless,
        bare("A901", &["ROOF PLAN"]),
    ])]);
    assert_eq!(
        names(&sheets),
        [
            Some("COVER SHEET"),
            Some("FIRST FLOOR PLAN"),
            Some("FOUNDATION PLAN"),
            Some("ROOF PLAN"),
        ]
    );
    let told: Vec<(WarningCode, &str, Option<u32>)> = warnings
        .iter()
        .map(|warning| (warning.code, warning.message.as_str(), warning.page_number))
        .collect();
    assert_eq!(
        told,
        [
            (
                WarningCode::SheetMissing,
                "The sheet index on page 1 lists M101 DUCT PLAN, but the set has no such sheet.",
                Some(1)
            ),
            (
                WarningCode::SheetNotListed,
                "Sheet A901 ROOF PLAN on page 4 is not in the sheet index.",
                Some(4)
            ),
        ]
    );
}

#[test]
fn two_sheets_of_one_number_are_told() {
    let (_, warnings) = settled(&[volume(&[
        cover(&[
            ("G001", "COVER SHEET"),
            ("A101", "FIRST FLOOR PLAN"),
            ("A102", "ROOF PLAN"),
        ]),
        bare("A101", &["FIRST FLOOR PLAN"]),
        bare("A102", &["ROOF PLAN"]),
        bare("A-101", &["SECOND FLOOR PLAN"]),
    ])]);
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].code, WarningCode::SheetNumberTwice);
    assert_eq!(
        warnings[0].message,
        "Sheet A-101 SECOND FLOOR PLAN on page 4 has the number of the one on page 2."
    );
}

#[test]
fn a_number_is_told_twice_without_an_index_too_but_not_where_an_addendum_issues_a_sheet_again() {
    let plans = || volume(&[bare("A101", &["FLOOR PLAN"]), bare("A102", &["ROOF PLAN"])]);
    let again = |hint| Volume {
        hint: Some(hint),
        ..volume(&[bare("A-102", &["ROOF PLAN"]), bare("A103", &["DETAILS"])])
    };
    let (_, warnings) = settled(&[plans(), again(Classification::Plans)]);
    let [warning] = warnings.as_slice() else {
        panic!("{warnings:?}");
    };
    assert_eq!(warning.code, WarningCode::SheetNumberTwice);
    assert_eq!((warning.file, warning.page_number), (Some(1), Some(1)));
    let addendum = || again(Classification::Addenda);
    assert_eq!(settled(&[plans(), addendum()]).1, []);
    assert_eq!(settled(&[addendum(), plans()]).1, []);
    // Two addenda may issue it one after the other; one does not carry it twice.
    assert_eq!(settled(&[plans(), addendum(), addendum()]).1, []);
    let (_, warnings) = settled(&[Volume {
        hint: Some(Classification::Addenda),
        ..volume(&[bare("A102", &["ROOF PLAN"]), bare("A102", &["DETAILS"])])
    }]);
    assert_eq!(warnings.len(), 1);
}

#[test]
fn without_an_index_nothing_is_missing() {
    let (_, warnings) = settled(&[volume(&[
        bare("A101", &["FLOOR PLAN"]),
        bare("A102", &["ROOF PLAN"]),
    ])]);
    assert_eq!(warnings, []);
}

#[test]
fn a_scan_is_called_what_its_label_or_bookmark_says() {
    let scan = page(2592.0, 1728.0);
    let mut set = volume(&[scan]);
    set.leaves[0].lines.clear();
    set.leaves[0].bookmarks = vec!["A-101 FIRST FLOOR PLAN".to_owned()];
    let (sheets, _) = settled(&[set]);
    assert_eq!(sheets[0].sheet_number.as_deref(), Some("A-101"));
    assert_eq!(sheets[0].sheet_name.as_deref(), Some("FIRST FLOOR PLAN"));
    assert_eq!(sheets[0].discipline.as_deref(), Some("architectural"));
}

#[test]
fn a_bookmark_does_not_outvote_the_printed_number() {
    let mut set = volume(&[bare("A101", &["FLOOR PLAN"]), bare("A102", &["ROOF PLAN"])]);
    set.leaves[0].bookmarks = vec!["B-200 ANOTHER".to_owned()];
    let (sheets, _) = settled(&[set]);
    assert_eq!(sheets[0].sheet_number.as_deref(), Some("A101"));
}

#[test]
fn mentions_lead_to_their_pages() {
    let mut set = volume(&[bare("A101", &["FLOOR PLAN"]), bare("A5.01", &["DETAILS"])]);
    let mention = |number: &str| Mention {
        text: format!("3/{number}"),
        sheet_number: number.to_owned(),
        view: Some("3".to_owned()),
        display_box: DisplayBox {
            left: 0.1,
            top: 0.1,
            right: 0.2,
            bottom: 0.2,
        },
    };
    set.leaves[0].mentions = vec![mention("A-501"), mention("A-101"), mention("S201")];
    let (sheets, _) = settled(&[set]);
    let targets: Vec<Option<Target>> = sheets[0]
        .references
        .iter()
        .map(|reference| reference.target)
        .collect();
    let at = |page_number| {
        Some(Target {
            file: 0,
            page_number,
        })
    };
    assert_eq!(targets, [at(2), at(1), None]);
}

#[test]
fn pages_without_a_title_block_have_none_of_it() {
    let sketch = page(1224.0, 792.0).print("KITCHEN", 900.0, 700.0, 20.0);
    let (sheets, warnings) = settled(&[volume(&[sketch])]);
    assert_eq!(
        sheets,
        [Sheet {
            page_number: 1,
            sheet_display_name: "Page 1".to_owned(),
            ..Sheet::default()
        }]
    );
    assert_eq!(warnings, []);
    assert_eq!(settle(&[], &mut Vec::new()), Vec::<Vec<Sheet>>::new());
}

#[test]
fn a_name_along_the_edge_is_read_far_from_its_number() {
    let sheet = page(2592.0, 1728.0)
        .print("sheet no.", 2440.0, 50.0, 6.0)
        .print("A1.0", 2450.0, 90.0, 32.0)
        .print_up("SITE PLAN", 2480.0, 900.0, 18.0);
    let (sheets, _) = settled(&[volume(&[sheet])]);
    assert_eq!(names(&sheets), [Some("SITE PLAN")]);
}
