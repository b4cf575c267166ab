//! Title blocks in the manner of many kinds of offices, each read whole.

use super::title_block::tests::{Page, page};

fn check(what: &str, page: &Page, number: &str, name: &str) {
    let facts = page.facts();
    assert_eq!(facts.number.as_deref(), Some(number), "{what}");
    assert_eq!(facts.name.as_deref(), Some(name), "{what}");
}

#[test]
fn a_right_strip_with_the_number_under_its_label() {
    let page = page(2592.0, 1728.0)
        .print("CONSULTANT", 2380.0, 300.0, 6.0)
        .print("NORTH STRUCTURAL ENGINEERS, INC.", 2380.0, 312.0, 8.0)
        .print("KEY PLAN", 2380.0, 900.0, 6.0)
        .print("A", 2420.0, 940.0, 10.0)
        .print("PROJECT", 2380.0, 1200.0, 6.0)
        .print("LAKE SCHOOL ADDITION", 2380.0, 1214.0, 10.0)
        .print("SHEET TITLE", 2380.0, 1400.0, 6.0)
        .print("SECOND FLOOR", 2380.0, 1416.0, 12.0)
        .print("REFLECTED CEILING", 2380.0, 1432.0, 12.0)
        .print("PLAN - AREA B", 2380.0, 1448.0, 12.0)
        .print("SHEET NUMBER", 2380.0, 1600.0, 6.0)
        .print("A-122B", 2400.0, 1650.0, 30.0);
    check(
        "strip",
        &page,
        "A-122B",
        "SECOND FLOOR REFLECTED CEILING PLAN - AREA B",
    );
    assert_eq!(page.facts().drawing_type, Some("reflected_ceiling_plan"));
}

#[test]
fn a_right_strip_whose_text_reads_upwards() {
    let page = page(1224.0, 792.0)
        .print_up("SHEET TITLE:", 1150.0, 500.0, 5.0)
        .print_up("WALL SECTIONS", 1162.0, 500.0, 9.0)
        .print_up("AND DETAILS", 1174.0, 500.0, 9.0)
        .print_up("DATE:", 1150.0, 300.0, 5.0)
        .print_up("03/12/2018", 1160.0, 300.0, 6.0)
        .print_up("A5.01", 1195.0, 120.0, 30.0);
    check("upwards", &page, "A5.01", "WALL SECTIONS AND DETAILS");
}

#[test]
fn a_sheet_that_lies_on_its_side() {
    // Turned as a whole: all text reads upwards, the corner is at the upper right.
    let mut sheet = Page {
        words: Vec::new(),
        width: 1728.0,
        height: 2592.0,
    };
    for row in 0..40 {
        sheet = sheet.print_up("STORAGE ROOM", 300.0 + 20.0 * f64::from(row), 1500.0, 8.0);
    }
    let sheet = sheet
        .print_up("SHEET TITLE", 1500.0, 250.0, 7.0)
        .print_up("ROOF PLAN", 1516.0, 250.0, 12.0)
        .print_up("S-201", 1660.0, 200.0, 36.0);
    check("side", &sheet, "S-201", "ROOF PLAN");
}

#[test]
fn a_bottom_strip_of_cells() {
    let page = page(2448.0, 1584.0)
        .print("PROJECT NAME", 1200.0, 1480.0, 6.0)
        .print("CITY GARAGE", 1200.0, 1494.0, 10.0)
        .print("DRAWING TITLE", 1600.0, 1480.0, 6.0)
        .print("ELECTRICAL RISER DIAGRAM", 1600.0, 1494.0, 10.0)
        .print("SCALE", 2000.0, 1480.0, 6.0)
        .print("NONE", 2000.0, 1494.0, 8.0)
        .print("DRAWING NO.", 2200.0, 1480.0, 6.0)
        .print("E-601", 2200.0, 1510.0, 24.0);
    check("bottom", &page, "E-601", "ELECTRICAL RISER DIAGRAM");
    assert_eq!(page.facts().scale.as_deref(), Some("NTS"));
    assert_eq!(page.facts().discipline, Some("electrical"));
}

#[test]
fn a_corner_box_with_labels_on_the_same_lines() {
    let page = page(1224.0, 792.0)
        .print("PROJECT: CORNER STORE", 950.0, 700.0, 7.0)
        .print("TITLE: FOUNDATION PLAN", 950.0, 714.0, 7.0)
        .print("SCALE: 1/4\" = 1'-0\"", 950.0, 728.0, 7.0)
        .print("DATE: 05/06/2021", 950.0, 742.0, 7.0)
        .print("SHEET NO: S1.0", 950.0, 756.0, 7.0);
    check("corner", &page, "S1.0", "FOUNDATION PLAN");
    assert_eq!(page.facts().scale.as_deref(), Some("1/4\" = 1'-0\""));
}

#[test]
fn the_scale_of_a_view_near_the_title_block_is_not_the_sheets() {
    let sheet = || {
        page(2592.0, 1728.0)
            .print("SCALE", 2380.0, 1400.0, 6.0)
            .print("SHEET TITLE", 2380.0, 1500.0, 6.0)
            .print("FLOOR PLAN", 2380.0, 1516.0, 12.0)
            .print("A-101", 2400.0, 1640.0, 30.0)
    };
    let cell = sheet().print("1/8\" = 1'-0\"", 2380.0, 1414.0, 8.0).print(
        "SCALE: 1/4\" = 1'-0\"",
        300.0,
        1600.0,
        8.0,
    );
    assert_eq!(cell.facts().scale.as_deref(), Some("1/8\" = 1'-0\""));
    let noted = sheet().print("AS NOTED", 2380.0, 1414.0, 8.0).print(
        "SCALE: 1/4\" = 1'-0\"",
        300.0,
        1600.0,
        8.0,
    );
    assert_eq!(noted.facts().scale.as_deref(), Some("AS NOTED"));
    let same = sheet().print("1\" = 30'", 2380.0, 1414.0, 8.0).print(
        "SCALE: 1\" = 30'-0\"",
        300.0,
        1600.0,
        8.0,
    );
    assert_eq!(same.facts().scale.as_deref(), Some("1\" = 30'"));
}

#[test]
fn a_profile_has_the_scale_of_its_length() {
    let page = page(2592.0, 1728.0)
        .print("HORIZ. SCALE: 1\" = 20'", 1900.0, 1600.0, 8.0)
        .print("VERT. SCALE: 1\" = 5'", 1900.0, 1614.0, 8.0)
        .print("C-3", 2450.0, 1640.0, 30.0);
    assert_eq!(page.facts().scale.as_deref(), Some("1\" = 20'"));
}

#[test]
fn a_label_under_the_number() {
    let page = page(2592.0, 1728.0)
        .print("EXTERIOR ELEVATIONS", 2380.0, 1560.0, 12.0)
        .print("A-201", 2400.0, 1640.0, 30.0)
        .print("SHEET NUMBER", 2400.0, 1660.0, 6.0);
    check("under", &page, "A-201", "EXTERIOR ELEVATIONS");
}

#[test]
fn a_huge_number_in_two_pieces() {
    let page = page(2592.0, 1728.0)
        .print("ENLARGED STAIR PLANS", 2300.0, 1560.0, 12.0)
        .print("A", 2330.0, 1680.0, 80.0)
        .print("-401", 2400.0, 1680.0, 44.0);
    check("pieces", &page, "A-401", "ENLARGED STAIR PLANS");
}

#[test]
fn a_british_grid_with_a_long_number() {
    let page = page(2384.0, 1684.0)
        .print("Project", 1950.0, 1400.0, 7.0)
        .print("Harbour Library", 1950.0, 1414.0, 11.0)
        .print("Drawing Title", 1950.0, 1460.0, 7.0)
        .print("General Arrangement", 1950.0, 1476.0, 11.0)
        .print("Level 02 Floor Plan", 1950.0, 1491.0, 11.0)
        .print("Scale @ A1", 1950.0, 1550.0, 6.0)
        .print("1:100", 1950.0, 1562.0, 8.0)
        .print("Date", 2050.0, 1550.0, 6.0)
        .print("22.05.20", 2050.0, 1562.0, 8.0)
        .print("Status", 2150.0, 1550.0, 6.0)
        .print("S2", 2150.0, 1562.0, 8.0)
        .print("Drawing No.", 1950.0, 1600.0, 6.0)
        .print("HLB-ABC-ZZ-02-DR-A-10002", 1950.0, 1616.0, 10.0)
        .print("Rev", 2250.0, 1600.0, 6.0)
        .print("P03", 2250.0, 1616.0, 10.0);
    check(
        "british",
        &page,
        "HLB-ABC-ZZ-02-DR-A-10002",
        "General Arrangement Level 02 Floor Plan",
    );
    assert_eq!(page.facts().scale.as_deref(), Some("1:100"));
    assert_eq!(page.facts().discipline, Some("architectural"));
}

#[test]
fn fields_of_a_long_number_in_cells_of_their_own() {
    let mut sheet = page(2384.0, 1684.0)
        .print("Title", 1950.0, 1476.0, 7.0)
        .print("Roof Plan", 1950.0, 1490.0, 11.0);
    for (at, piece) in ["HLB", "ABC", "ZZ", "RF", "DR", "A", "10005"]
        .iter()
        .enumerate()
    {
        sheet = sheet.print(piece, 1950.0 + 50.0 * at as f64, 1616.0, 10.0);
    }
    check("cells", &sheet, "HLB-ABC-ZZ-RF-DR-A-10005", "Roof Plan");
}

#[test]
fn a_row_of_cells_ends_with_status_and_revision() {
    let cells = [
        ("Project Code", "MLR2", 625.0),
        ("Originator", "HTA", 693.0),
        ("Volume", "B1", 761.0),
        ("Level", "00", 818.0),
        ("Type", "DR", 869.0),
        ("Role", "A", 920.0),
        ("Number", "0101", 965.0),
        ("Status", "S4", 1033.0),
        ("Revision", "P02", 1084.0),
    ];
    let mut sheet = page(1190.0, 842.0)
        .print("Drawing Title", 657.0, 740.0, 5.0)
        .print("Ground Floor Plan", 657.0, 757.0, 11.0);
    for (label, value, x) in cells {
        sheet = sheet
            .print(label, x, 789.0, 5.0)
            .print(value, x + 2.0, 808.0, 10.0);
    }
    check(
        "row",
        &sheet,
        "MLR2-HTA-B1-00-DR-A-0101",
        "Ground Floor Plan",
    );
}

#[test]
fn a_british_number_of_the_offices_own_order() {
    let page = page(2384.0, 1684.0)
        .print("Drawing:", 1950.0, 1500.0, 7.0)
        .print("Proposed Site Plan", 1950.0, 1514.0, 11.0)
        .print("Drg No.", 1950.0, 1600.0, 7.0)
        .print("1801/PL/04", 1950.0, 1614.0, 11.0);
    check("own", &page, "1801/PL/04", "Proposed Site Plan");
}

#[test]
fn a_government_sheet_with_its_identification() {
    let page = page(3168.0, 2448.0)
        .print("US ARMY CORPS OF ENGINEERS", 2800.0, 1700.0, 9.0)
        .print("SOLICITATION NO.:", 2800.0, 1900.0, 6.0)
        .print("W912DQ-18-R-3001", 2800.0, 1912.0, 8.0)
        .print("CONTRACT NO.:", 2800.0, 1940.0, 6.0)
        .print("BARRACKS RENOVATION", 2800.0, 2050.0, 12.0)
        .print("MECHANICAL SCHEDULES", 2800.0, 2200.0, 12.0)
        .print("SHEET ID", 2900.0, 2320.0, 7.0)
        .print("M-601", 2900.0, 2350.0, 24.0)
        .print("SHEET 33 OF 120", 2900.0, 2390.0, 7.0);
    check("government", &page, "M-601", "MECHANICAL SCHEDULES");
}

#[test]
fn a_sheet_reference_number_of_the_government() {
    let page = page(3168.0, 2448.0)
        .print("SHEET TITLE:", 2800.0, 2200.0, 7.0)
        .print("GRADING PLAN", 2800.0, 2214.0, 12.0)
        .print("SHEET REFERENCE NUMBER:", 2800.0, 2320.0, 7.0)
        .print("C-102", 2850.0, 2350.0, 18.0)
        .print("SHEET 7 OF 40", 2850.0, 2390.0, 7.0);
    check("reference", &page, "C-102", "GRADING PLAN");
}

#[test]
fn a_canadian_sheet_in_two_languages() {
    let page = page(2592.0, 1728.0)
        .print("PROJECT / PROJET", 2300.0, 1300.0, 6.0)
        .print("POSTE DE GARDE", 2300.0, 1314.0, 10.0)
        .print("DRAWING TITLE / TITRE DU DESSIN", 2300.0, 1500.0, 6.0)
        .print("PLUMBING PLAN", 2300.0, 1514.0, 11.0)
        .print("SCALE / ÉCHELLE", 2300.0, 1580.0, 6.0)
        .print("1:50", 2300.0, 1592.0, 8.0)
        .print("DRAWING NO. / NO DU DESSIN", 2300.0, 1630.0, 6.0)
        .print("P-101", 2320.0, 1660.0, 20.0);
    check("canadian", &page, "P-101", "PLUMBING PLAN");
    assert_eq!(page.facts().scale.as_deref(), Some("1:50"));
}

#[test]
fn figures_alone_are_a_number_where_the_label_says_so() {
    let page = page(2448.0, 1584.0)
        .print("SHEET TITLE", 2150.0, 1400.0, 7.0)
        .print("PLAN AND PROFILE", 2150.0, 1414.0, 11.0)
        .print("SHEET NO.", 2200.0, 1500.0, 7.0)
        .print("4", 2220.0, 1530.0, 24.0);
    check("figures", &page, "4", "PLAN AND PROFILE");
}

#[test]
fn tags_details_and_bubbles_do_not_make_a_sheet() {
    let page = page(2592.0, 1728.0)
        .print("A101", 2300.0, 1400.0, 8.0)
        .print("3/A5.01", 2200.0, 1500.0, 8.0)
        .print("D12", 2100.0, 1600.0, 10.0)
        .print("C", 2560.0, 900.0, 18.0)
        .print("5", 1200.0, 1700.0, 18.0);
    let facts = page.facts();
    assert_eq!(facts.number, None);
    assert_eq!(facts.name, None);
}

#[test]
fn an_empty_page_and_odd_text_are_nothing() {
    let empty = Page {
        words: Vec::new(),
        width: 0.0,
        height: f64::NAN,
    };
    assert_eq!(empty.facts(), super::SheetFacts::default());
    let odd = page(2592.0, 1728.0)
        .print("SHEET NO. é—\u{fffd}", 2400.0, 1600.0, 20.0)
        .print("TITLE:", 2400.0, 1500.0, 20.0)
        .print("\u{fffd}\u{fffd}\u{fffd}", 2400.0, 1530.0, 20.0);
    assert_eq!(odd.facts().number, None);
    assert_eq!(odd.facts().name, None);
}
