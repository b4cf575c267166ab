//! Title blocks as offices draw them.

use super::letter_widths::Face;
use super::paper::Paper;
use super::sheet_content::{Area, SheetMaker};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TitleBlock {
    /// Along the right edge, its words running upwards.
    RightUpwards,
    /// A strip of cells along the bottom.
    BottomStrip,
    /// A small box in the lower right corner.
    LowerCorner,
    /// A British A1 sheet with a number by ISO 19650.
    British,
    /// Along the right edge in cells (US National CAD Standard).
    RightCells,
}

/// What a title block says.
pub struct Said<'a> {
    pub number: &'a str,
    /// Its lines, one below the other.
    pub name: &'a [&'a str],
    pub project: &'a str,
    pub project_number: &'a str,
    pub date: &'a str,
    pub scale: &'a str,
    pub revision: Option<&'a str>,
    /// Of how many.
    pub place: (usize, usize),
}

impl TitleBlock {
    /// An empty sheet of the office's size.
    pub fn paper(self) -> Paper {
        match self {
            Self::RightUpwards => Paper::turned(2592.0, 1728.0),
            Self::BottomStrip => Paper::new(3024.0, 2160.0),
            Self::LowerCorner => Paper::new(1224.0, 792.0),
            Self::British => Paper::new(2384.0, 1684.0),
            Self::RightCells => Paper::turned(2448.0, 1584.0),
        }
    }

    /// The size of ordinary letters.
    pub fn letters(self) -> f64 {
        match self {
            Self::LowerCorner => 6.0,
            Self::BottomStrip => 12.0,
            _ => 9.0,
        }
    }

    /// Where the drawings go.
    pub fn inside(self) -> Area {
        match self {
            Self::RightUpwards => [60.0, 60.0, 2330.0, 1660.0],
            Self::BottomStrip => [70.0, 70.0, 2950.0, 1900.0],
            Self::LowerCorner => [40.0, 40.0, 1184.0, 640.0],
            Self::British => [60.0, 60.0, 1900.0, 1620.0],
            Self::RightCells => [50.0, 50.0, 2150.0, 1530.0],
        }
    }

    /// Draws border and title block.
    pub fn draw(self, sheet: &mut SheetMaker, said: &Said) {
        let (width, height) = (sheet.paper.width, sheet.paper.height);
        sheet.paper.pen(2.0);
        sheet.paper.frame(24.0, 24.0, width - 24.0, height - 24.0);
        let area = match self {
            Self::RightUpwards => right_upwards(&mut sheet.paper, said),
            Self::BottomStrip => bottom_strip(&mut sheet.paper, said),
            Self::LowerCorner => lower_corner(&mut sheet.paper, said),
            Self::British => british(&mut sheet.paper, said),
            Self::RightCells => right_cells(&mut sheet.paper, said),
        };
        sheet.paper.pen(0.6);
        sheet.region("title_block", None, area);
    }
}

fn right_upwards(paper: &mut Paper, said: &Said) -> Area {
    let [left, top, right, bottom] = [2376.0, 36.0, 2556.0, 1692.0];
    paper.frame(left, top, right, bottom);
    for y in [420.0, 800.0, 1150.0, 1500.0] {
        paper.line(left, y, right, y);
    }
    paper.text_upwards(
        2440.0,
        400.0,
        20.0,
        Face::HelveticaBold,
        "ORRIN HALE ARCHITECTS",
    );
    paper.text_upwards(
        2470.0,
        400.0,
        11.0,
        Face::Helvetica,
        "88 Foundry Lane, Suite 200, Alder Falls 555-0134",
    );
    paper.text_upwards(2440.0, 780.0, 18.0, Face::HelveticaBold, said.project);
    paper.text_upwards(
        2470.0,
        780.0,
        12.0,
        Face::Helvetica,
        "410 MILL STREET, ALDER FALLS",
    );
    paper.text(2384.0, 820.0, 8.0, Face::Helvetica, "REVISIONS");
    if let Some(revision) = said.revision {
        for (mark, text, y) in [
            ("1", "ADDENDUM 1", 850.0),
            (revision, "OWNER CHANGES", 872.0),
        ] {
            paper.text(2386.0, y, 9.0, Face::Helvetica, mark);
            paper.text(2410.0, y, 9.0, Face::Helvetica, text);
            paper.text(2496.0, y, 9.0, Face::Helvetica, "06/03/2024");
        }
    }
    for (row, line) in said.name.iter().enumerate() {
        let x = 2440.0 + 34.0 * row as f64;
        paper.text_upwards(x, 1480.0, 26.0, Face::HelveticaBold, line);
    }
    let labels = [
        ("DATE:", said.date, 1520.0),
        ("PROJECT NO.:", said.project_number, 1538.0),
        ("SCALE:", said.scale, 1556.0),
        ("DRAWN BY:", "TK", 1574.0),
    ];
    for (label, value, y) in labels {
        paper.text(2384.0, y, 8.0, Face::Helvetica, label);
        paper.text(2450.0, y, 10.0, Face::Helvetica, value);
    }
    paper.line(left, 1584.0, right, 1584.0);
    paper.text_centred(2466.0, 1660.0, 54.0, Face::HelveticaBold, said.number);
    [left, top, right, bottom]
}

/// Cells side by side: where each starts, its label and value, and the value's size.
fn cells(paper: &mut Paper, (top, bottom): (f64, f64), cells: &[(f64, &str, &[&str], f64)]) {
    for (left, label, values, size) in cells {
        paper.line(*left, top, *left, bottom);
        paper.text(left + 6.0, top + 12.0, 9.0, Face::Helvetica, label);
        for (value, row) in values.iter().zip(0..) {
            let y = top + 22.0 + size * 1.15 * (f64::from(row) + 1.0);
            paper.text(left + 12.0, y, *size, Face::HelveticaBold, value);
        }
    }
}

fn bottom_strip(paper: &mut Paper, said: &Said) -> Area {
    let [left, top, right, bottom] = [24.0, 1960.0, 3000.0, 2136.0];
    paper.frame(left, top, right, bottom);
    cells(
        paper,
        (top, bottom),
        &[
            (
                24.0,
                "ARCHITECT",
                &["BELLWETHER DESIGN GROUP", "14 Quay Street"],
                20.0,
            ),
            (600.0, "SEAL", &[], 20.0),
            (1000.0, "PROJECT TITLE", &[said.project], 24.0),
            (1700.0, "DRAWING TITLE", said.name, 28.0),
            (2250.0, "PROJECT NO.", &[said.project_number], 18.0),
            (2430.0, "DATE", &[said.date], 18.0),
            (2590.0, "REV", &[said.revision.unwrap_or_default()], 18.0),
            (2660.0, "SHEET NO.", &[said.number], 72.0),
        ],
    );
    paper.text(2256.0, 2080.0, 9.0, Face::Helvetica, "DRAWN BY");
    paper.text(2262.0, 2100.0, 14.0, Face::Helvetica, "JLM");
    paper.text(2436.0, 2080.0, 9.0, Face::Helvetica, "SCALE");
    paper.text(2442.0, 2100.0, 14.0, Face::Helvetica, said.scale);
    [left, top, right, bottom]
}

fn lower_corner(paper: &mut Paper, said: &Said) -> Area {
    let [left, top, right, bottom] = [860.0, 660.0, 1200.0, 768.0];
    paper.frame(left, top, right, bottom);
    paper.line(left, 684.0, right, 684.0);
    paper.line(left, 734.0, right, 734.0);
    paper.line(1090.0, 734.0, 1090.0, bottom);
    paper.text_centred(1030.0, 677.0, 11.0, Face::HelveticaBold, said.project);
    for (row, line) in said.name.iter().enumerate() {
        paper.text_centred(
            1030.0,
            700.0 + 14.0 * row as f64,
            12.0,
            Face::HelveticaBold,
            line,
        );
    }
    let labels = [
        ("Date", said.date, 746.0),
        ("Scale", said.scale, 755.0),
        ("Job No.", said.project_number, 764.0),
    ];
    for (label, value, y) in labels {
        paper.text(866.0, y, 6.0, Face::Helvetica, label);
        paper.text(900.0, y, 7.0, Face::Helvetica, value);
    }
    paper.text(1094.0, 742.0, 6.0, Face::Helvetica, "Drawing No.");
    paper.text_centred(1145.0, 763.0, 20.0, Face::HelveticaBold, said.number);
    [left, top, right, bottom]
}

fn british(paper: &mut Paper, said: &Said) -> Area {
    let [left, top, right, bottom] = [1930.0, 1060.0, 2360.0, 1660.0];
    paper.frame(left, top, right, bottom);
    paper.text(
        left + 10.0,
        1100.0,
        26.0,
        Face::HelveticaBold,
        "Hawthorn Weir Architects",
    );
    paper.text(
        left + 10.0,
        1118.0,
        9.0,
        Face::Helvetica,
        "The Old Rope Works, Wharf Road, Penmouth",
    );
    let cell = |paper: &mut Paper, x: f64, y: f64, label: &str, value: &str, size: f64| {
        paper.text(x + 8.0, y + 12.0, 7.0, Face::Helvetica, label);
        paper.text(x + 8.0, y + 16.0 + size, size, Face::HelveticaBold, value);
    };
    for y in [1150.0, 1210.0, 1270.0, 1400.0, 1450.0, 1500.0, 1550.0] {
        paper.line(left, y, right, y);
    }
    cell(
        paper,
        left,
        1150.0,
        "Client",
        "Penmouth Borough Council",
        14.0,
    );
    cell(paper, left, 1210.0, "Project", said.project, 16.0);
    paper.text(left + 8.0, 1282.0, 7.0, Face::Helvetica, "Drawing Title");
    for (row, line) in said.name.iter().enumerate() {
        paper.text(
            left + 8.0,
            1306.0 + 24.0 * row as f64,
            20.0,
            Face::HelveticaBold,
            line,
        );
    }
    for (column, (label, value)) in [
        ("Scale @ A1", said.scale),
        ("Date", said.date),
        ("Drawn", "SJ"),
        ("Checked", "RB"),
    ]
    .into_iter()
    .enumerate()
    {
        cell(
            paper,
            left + 107.0 * column as f64,
            1400.0,
            label,
            value,
            12.0,
        );
    }
    cell(
        paper,
        left,
        1450.0,
        "Status",
        "S2 - Suitable for Information",
        12.0,
    );
    cell(
        paper,
        left,
        1500.0,
        "Project No.",
        said.project_number,
        12.0,
    );
    paper.text(left + 8.0, 1566.0, 7.0, Face::Helvetica, "Drawing No.");
    paper.text(left + 8.0, 1610.0, 22.0, Face::HelveticaBold, said.number);
    paper.line(2300.0, 1550.0, 2300.0, bottom);
    paper.text(2308.0, 1566.0, 7.0, Face::Helvetica, "Revision");
    paper.text(
        2308.0,
        1610.0,
        20.0,
        Face::HelveticaBold,
        said.revision.unwrap_or_default(),
    );
    [left, top, right, bottom]
}

fn right_cells(paper: &mut Paper, said: &Said) -> Area {
    let [left, top, right, bottom] = [2190.0, 24.0, 2424.0, 1560.0];
    paper.frame(left, top, right, bottom);
    let rows = [200.0, 520.0, 900.0, 1060.0, 1300.0, 1420.0];
    for y in rows {
        paper.line(left, y, right, y);
    }
    paper.text(
        left + 8.0,
        60.0,
        18.0,
        Face::HelveticaBold,
        "TRI-RIVER ENGINEERS",
    );
    paper.text(
        left + 8.0,
        80.0,
        9.0,
        Face::Helvetica,
        "Architecture  Engineering  Planning",
    );
    paper.text(left + 8.0, 214.0, 8.0, Face::Helvetica, "CONSULTANTS");
    paper.text(
        left + 8.0,
        534.0,
        8.0,
        Face::Helvetica,
        "MARK   DATE   DESCRIPTION",
    );
    for row in 1..8 {
        let y = 540.0 + 30.0 * f64::from(row);
        paper.line(left, y, right, y);
    }
    let labels = [
        ("PROJECT NO:", said.project_number, 920.0),
        ("CAD DWG FILE:", "see margin", 940.0),
        ("DESIGNED BY:", "A. P.", 960.0),
        ("ISSUE DATE:", said.date, 980.0),
        ("SCALE:", said.scale, 1000.0),
    ];
    for (label, value, y) in labels {
        paper.text(left + 8.0, y, 8.0, Face::Helvetica, label);
        paper.text(left + 90.0, y, 10.0, Face::Helvetica, value);
    }
    paper.text(left + 8.0, 1074.0, 8.0, Face::Helvetica, "PROJECT");
    paper.text(left + 8.0, 1100.0, 15.0, Face::HelveticaBold, said.project);
    paper.text(left + 8.0, 1314.0, 8.0, Face::Helvetica, "SHEET TITLE");
    for (row, line) in said.name.iter().enumerate() {
        paper.text(
            left + 8.0,
            1342.0 + 24.0 * row as f64,
            20.0,
            Face::HelveticaBold,
            line,
        );
    }
    paper.text(left + 8.0, 1434.0, 8.0, Face::Helvetica, "SHEET ID");
    paper.text(left + 14.0, 1510.0, 60.0, Face::HelveticaBold, said.number);
    let (place, count) = said.place;
    paper.text(
        left + 8.0,
        1550.0,
        10.0,
        Face::Helvetica,
        &format!("SHEET {place} OF {count}"),
    );
    [left, top, right, bottom]
}
