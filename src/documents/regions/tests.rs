//! Whole sheets, made up: what is found on them together. Also what the tests of this folder share.

use std::time::{Duration, Instant};

use super::super::lines::sheet_lines;
use super::super::strokes::Circle;
use super::super::words::tests::word;
use super::*;

/// A sheet of this size in points. A text of several words is set word by word, as PDF files do.
pub(super) fn canvas(width: f64, height: f64, texts: &[(&str, f64, f64, f64)]) -> Canvas {
    let mut words = Vec::new();
    for (text, x, y, size) in texts {
        let mut x = *x;
        for one in text.split(' ') {
            let word = word(one, x, *y, *size);
            x = word.right + 0.3 * size;
            words.push(word);
        }
    }
    Canvas {
        words,
        ..Canvas::empty(width, height)
    }
}

pub(super) fn find_lines(page: &Canvas) -> Vec<Line> {
    sheet_lines(&page.words)
}

pub(super) fn plane_of(page: &Canvas) -> Plane<'_> {
    Plane::new(page, &find_lines(page))
}

/// Rules a table: all lines from the first to the last rule of the other direction.
pub(super) fn rule_grid(page: &mut Canvas, across: &[f64], down: &[f64]) {
    for y in down {
        page.strokes.add_line(
            (across[0], *y).into(),
            (across[across.len() - 1], *y).into(),
        );
    }
    for x in across {
        page.strokes
            .add_line((*x, down[0]).into(), (*x, down[down.len() - 1]).into());
    }
}

/// A sheet of 36 by 24 inches with two details, a schedule, notes and a title block.
fn sheet() -> Canvas {
    let mut page = canvas(
        2592.0,
        1728.0,
        &[
            ("1", 217.0, 703.0, 10.0),
            ("WALL SECTION", 245.0, 696.0, 10.0),
            ("SCALE: 3/4\" = 1'-0\"", 245.0, 711.0, 7.0),
            ("2", 917.0, 703.0, 10.0),
            ("SILL DETAIL", 945.0, 696.0, 10.0),
            ("3\" = 1'-0\"", 945.0, 711.0, 7.0),
            ("SEE 4/A-502", 400.0, 400.0, 7.0),
            ("DOOR SCHEDULE", 300.0, 1015.0, 12.0),
            ("MARK", 205.0, 1035.0, 8.0),
            ("SIZE", 305.0, 1035.0, 8.0),
            ("101", 205.0, 1055.0, 8.0),
            ("3'-0\"", 305.0, 1055.0, 8.0),
            ("GENERAL NOTES", 1600.0, 300.0, 12.0),
            ("1.", 1600.0, 320.0, 8.0),
            ("VERIFY ALL DIMENSIONS.", 1620.0, 320.0, 8.0),
            ("DATE", 2400.0, 1400.0, 8.0),
            ("DRAWN BY", 2400.0, 1450.0, 8.0),
            ("SHEET NO.", 2400.0, 1600.0, 8.0),
            ("A-501", 2420.0, 1650.0, 40.0),
        ],
    );
    page.strokes.add_box(Rect::new(36.0, 36.0, 2556.0, 1692.0));
    page.strokes
        .add_line((2380.0, 36.0).into(), (2380.0, 1692.0).into());
    for x in [220.0, 920.0] {
        page.strokes.circles.push(Circle {
            x,
            y: 700.0,
            radius: 14.0,
        });
        page.strokes
            .add_line((x + 14.0, 700.0).into(), (x + 300.0, 700.0).into());
        page.strokes.add_box(Rect::new(x, 200.0, x + 500.0, 650.0));
    }
    rule_grid(&mut page, &[200.0, 300.0, 500.0], &[1020.0, 1040.0, 1060.0]);
    page
}

#[test]
fn a_sheet_is_read_from_the_top_with_its_title_block_last() {
    let page = sheet();
    let (regions, mentions) = find(&page, &find_lines(&page));
    let found: Vec<(RegionType, Option<&str>, Option<&str>)> = regions
        .iter()
        .map(|region| {
            (
                region.region_type,
                region.number.as_deref(),
                region.title.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (RegionType::View, Some("1"), Some("WALL SECTION")),
            (RegionType::Detail, Some("2"), Some("SILL DETAIL")),
            (RegionType::Notes, None, Some("GENERAL NOTES")),
            (RegionType::Schedule, None, Some("DOOR SCHEDULE")),
            (RegionType::TitleBlock, None, None),
        ]
    );
    assert_eq!(regions[1].scale.as_deref(), Some("3\" = 1'-0\""));
    assert!(regions[0].text.contains("SEE 4/A-502"));
    let table = regions[3].table.as_ref().unwrap();
    assert_eq!((table.heading_rows, table.column_count), (1, 2));
    assert_eq!(table.rows[1][1].text, "3'-0\"");
    assert_eq!(mentions.len(), 1);
    assert_eq!(mentions[0].sheet_number, "A-502");
}

/// The sheet turned by a quarter, its text reading upwards.
#[test]
fn a_turned_sheet_gives_the_same_regions() {
    let upright = sheet();
    let mut turned = canvas(1728.0, 2592.0, &[]);
    let height = 2592.0;
    for word in &upright.words {
        let mut word = word.clone();
        word.along = (0.0, -1.0).into();
        word.origin = (word.origin.y, height - word.origin.x).into();
        (word.left, word.top, word.right, word.bottom) = (
            word.top,
            height - word.right,
            word.bottom,
            height - word.left,
        );
        turned.words.push(word);
    }
    for line in &upright.strokes.level {
        turned.strokes.add_line(
            (line.at, height - line.from).into(),
            (line.at, height - line.to).into(),
        );
    }
    for line in &upright.strokes.upright {
        turned.strokes.add_line(
            (line.from, height - line.at).into(),
            (line.to, height - line.at).into(),
        );
    }
    for circle in &upright.strokes.circles {
        turned.strokes.circles.push(Circle {
            x: circle.y,
            y: height - circle.x,
            radius: circle.radius,
        });
    }
    let (expected, _) = find(&upright, &find_lines(&upright));
    let (found, _) = find(&turned, &find_lines(&turned));
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found.title, expected.title);
        assert_eq!(found.region_type, expected.region_type);
    }
    let (block, shown) = (found[4].display_box, expected[4].display_box);
    assert!((block.top - (1.0 - shown.right)).abs() < 1e-4);
    assert!((block.left - shown.top).abs() < 1e-4);
}

#[test]
fn an_empty_sheet_and_one_of_odd_size_have_no_regions() {
    for (width, height) in [(2592.0, 1728.0), (0.0, 0.0), (f64::NAN, f64::INFINITY)] {
        let page = canvas(width, height, &[]);
        let (regions, mentions) = find(&page, &[]);
        assert!(regions.is_empty() && mentions.is_empty());
    }
}

/// Numbers as a cheap generator gives them, the same on each run.
fn noise(count: u32) -> impl Iterator<Item = (f64, f64)> {
    let mut state = 1_u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1_u32 << 24)
    };
    (0..count).map(move |_| (next(), next()))
}

/// As many lines and words as the canvas keeps, all of them bait. The bar is loose for builds
/// without optimisation on busy machines.
#[test]
fn a_hostile_sheet_is_read_in_bounded_time() {
    let baits = [
        "DOOR SCHEDULE",
        "GENERAL NOTES",
        "SCALE: 1/4\" = 1'-0\"",
        "FLOOR PLAN",
        "1/A-101",
        "KEY PLAN",
        "7",
        "A-101",
    ];
    let mut page = canvas(3024.0, 2160.0, &[]);
    for (number, (x, y)) in noise(150_000).enumerate() {
        let bait = baits[number % baits.len()];
        let texts = [(bait, 20.0 + 2_800.0 * x, 20.0 + 2_100.0 * y, 6.0)];
        page.words.extend(canvas(3024.0, 2160.0, &texts).words);
    }
    page.words.truncate(300_000);
    for (x, y) in noise(100_000) {
        let (x, y) = (3024.0 * x, 2160.0 * y);
        page.strokes.add_line((x, y).into(), (x + 300.0, y).into());
        page.strokes.add_line((x, y).into(), (x, y + 300.0).into());
    }
    let lines = find_lines(&page);
    let start = Instant::now();
    let (regions, mentions) = find(&page, &lines);
    let spent = start.elapsed();
    assert!(regions.len() <= MOST_REGIONS && mentions.len() <= 2_000);
    assert!(spent < Duration::from_secs(20), "{spent:?}");
}

#[test]
fn a_schedule_on_its_side_is_read_with_its_cells() {
    let mut table = canvas(
        1728.0,
        2592.0,
        &[
            ("WINDOW SCHEDULE", 300.0, 1015.0, 12.0),
            ("TYPE", 205.0, 1035.0, 8.0),
            ("SIZE", 305.0, 1035.0, 8.0),
            ("W1", 205.0, 1055.0, 8.0),
            ("4'-0\"", 305.0, 1055.0, 8.0),
            ("W2", 205.0, 1075.0, 8.0),
            ("5'-0\"", 305.0, 1075.0, 8.0),
        ],
    );
    let mut page = sheet();
    // As it lies once the sheet's left edge is up: to the right is up, down is to the right.
    for mut word in std::mem::take(&mut table.words) {
        let (left, top, right, bottom) = (word.left, word.top, word.right, word.bottom);
        word.along = (0.0, -1.0).into();
        word.origin = (word.origin.y, 1728.0 - word.origin.x).into();
        (word.left, word.right) = (top, bottom);
        (word.top, word.bottom) = (1728.0 - right, 1728.0 - left);
        page.words.push(word);
    }
    let across = [1020.0, 1040.0, 1060.0, 1080.0];
    let down = [1728.0 - 500.0, 1728.0 - 300.0, 1728.0 - 200.0];
    rule_grid(&mut page, &across, &down);
    let (regions, _) = find(&page, &find_lines(&page));
    let found = regions
        .iter()
        .find(|region| region.title.as_deref() == Some("WINDOW SCHEDULE"))
        .unwrap();
    let table = found.table.as_ref().unwrap();
    let rows: Vec<Vec<&str>> = table
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| cell.text.as_str()).collect())
        .collect();
    assert_eq!(rows, [["TYPE", "SIZE"], ["W1", "4'-0\""], ["W2", "5'-0\""]]);
    // The first column is the lowest.
    let place = &table.rows[0][0].display_box;
    assert!((place.left - 1020.0 / 2592.0).abs() < 0.001, "{place:?}");
    assert!((place.bottom - 1528.0 / 1728.0).abs() < 0.001, "{place:?}");
}

#[test]
fn keyed_notes_have_their_numbers_before_them() {
    let page = canvas(
        2592.0,
        1728.0,
        &[
            ("KEYED NOTES", 1800.0, 300.0, 12.0),
            ("1", 1800.0, 330.0, 8.0),
            ("2", 1800.0, 344.0, 8.0),
            ("3", 1800.0, 358.0, 8.0),
            ("NEW GYPSUM BOARD PARTITION", 1830.0, 330.0, 8.0),
            ("EXISTING COLUMN TO REMAIN", 1830.0, 344.0, 8.0),
            ("FIRE EXTINGUISHER CABINET", 1830.0, 358.0, 8.0),
        ],
    );
    let (regions, _) = find(&page, &find_lines(&page));
    let texts: Vec<&str> = regions
        .iter()
        .filter(|region| region.region_type == RegionType::Notes)
        .map(|region| region.text.as_str())
        .collect();
    let expected = "KEYED NOTES
1 NEW GYPSUM BOARD PARTITION
2 EXISTING COLUMN TO REMAIN
3 FIRE EXTINGUISHER CABINET
";
    assert_eq!(texts, [expected]);
}
