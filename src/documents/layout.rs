//! What stands where on a page: the layout file. The reading of a page writes it, the binding of a
//! job's pages reads it again. Boxes are shares of the page as it is shown, from its upper left corner.

use hayro::kurbo::Rect;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::canvas::Canvas;
use super::lines::Line;
use super::page::{Artifact, PageKind};
use super::words::Word;

/// An upright part of a page: each edge from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DisplayBox {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl DisplayBox {
    /// From points on a page of `size` (width, height) points; cut to the page.
    pub fn of_points(left: f64, top: f64, right: f64, bottom: f64, size: (f64, f64)) -> Self {
        let across = |x: f64| share(x / size.0.max(1e-9));
        let down = |y: f64| share(y / size.1.max(1e-9));
        Self {
            left: across(left),
            top: down(top),
            right: across(right),
            bottom: down(bottom),
        }
    }

    /// In points on a page of `size`.
    pub(super) fn in_points(&self, size: (f64, f64)) -> Rect {
        Rect::new(
            self.left * size.0,
            self.top * size.1,
            self.right * size.0,
            self.bottom * size.1,
        )
    }

    /// Whether anything of it lies on the page.
    pub fn has_area(&self) -> bool {
        self.left < self.right && self.top < self.bottom
    }
}

/// Within 0 to 1, at five decimals: a hundredth of a point on a large sheet.
fn share(value: f64) -> f64 {
    rounded(value.clamp(0.0, 1.0), 100_000.0)
}

pub(super) fn rounded(value: f64, parts: f64) -> f64 {
    // JSON has no number for what is none, and no reader would take the file.
    if !value.is_finite() {
        return 0.0;
    }
    // Adding zero turns -0 into 0.
    (value * parts).round() / parts + 0.0
}

/// What a part of a sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegionType {
    /// A plan, an elevation, a section: a drawing of its own under its title.
    View,
    /// A drawing of a part at a larger scale.
    Detail,
    Notes,
    Schedule,
    Legend,
    KeyPlan,
    /// The list of the set's sheets.
    SheetIndex,
    TitleBlock,
}

/// A part of a sheet that people would point at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    pub region_type: RegionType,
    /// The figure or letter in the bubble of its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// `WALL SECTION`, `DOOR SCHEDULE`, `GENERAL NOTES`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `3/4" = 1'-0"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<String>,
    pub display_box: DisplayBox,
    /// In reading order, a line of the sheet a line.
    pub text: String,
    /// The cells of a schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<Table>,
    /// The cut-out of the page image, once it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Artifact>,
}

/// Rows from the top, cells from the left; the rows of headings come first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    pub heading_rows: usize,
    pub column_count: usize,
    pub rows: Vec<Vec<Cell>>,
}

/// One cell; `column` counts from 0, `spans` columns from there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    pub column: usize,
    pub spans: usize,
    pub text: String,
    pub display_box: DisplayBox,
}

/// A place that names another sheet: `3/A5.01`, `SEE SHEET S-201`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mention {
    pub text: String,
    pub sheet_number: String,
    /// The view on that sheet, when it is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    pub display_box: DisplayBox,
}

/// The layout file of one page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Layout {
    pub page_number: u32,
    pub width_points: f64,
    pub height_points: f64,
    pub kind: PageKind,
    /// What the file itself calls the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_label: Option<String>,
    /// The titles of the file's outline that lead to this page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bookmarks: Vec<String>,
    pub lines: Vec<LayoutLine>,
    pub regions: Vec<Region>,
    pub mentions: Vec<Mention>,
    /// Last, for the binding does without them.
    pub words: Vec<LayoutWord>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LayoutWord {
    pub text: String,
    /// Left, top, right, bottom.
    pub r#box: [f64; 4],
    /// One em, in points.
    pub size: f64,
    /// Degrees counter-clockwise.
    pub angle: f64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LayoutLine {
    pub text: String,
    pub r#box: [f64; 4],
    pub size: f64,
    /// Degrees counter-clockwise.
    pub angle: i32,
    /// In the frame of the text itself, in points: where it starts and ends along its baseline, and
    /// how far down that baseline is.
    pub run: [f64; 3],
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bold: bool,
}

impl Layout {
    /// Of what the page draws; lines as `lines` found them.
    pub fn new(canvas: &Canvas, number: u32, kind: PageKind, lines: &[Line]) -> Self {
        let size = (canvas.width, canvas.height);
        Self {
            page_number: number,
            width_points: rounded(canvas.width, 100.0),
            height_points: rounded(canvas.height, 100.0),
            kind,
            page_label: None,
            bookmarks: Vec::new(),
            lines: lines
                .iter()
                .map(|line| LayoutLine::of(line, size))
                .collect(),
            regions: Vec::new(),
            mentions: Vec::new(),
            words: canvas
                .words
                .iter()
                .map(|word| LayoutWord::of(word, size))
                .collect(),
        }
    }
}

impl LayoutWord {
    fn of(word: &Word, page: (f64, f64)) -> Self {
        let place = DisplayBox::of_points(word.left, word.top, word.right, word.bottom, page);
        Self {
            text: word.text.clone(),
            r#box: [place.left, place.top, place.right, place.bottom],
            size: rounded(word.size, 100.0),
            angle: rounded(word.angle(), 10.0),
        }
    }
}

impl LayoutLine {
    fn of(line: &Line, page: (f64, f64)) -> Self {
        let place = DisplayBox::of_points(line.left, line.top, line.right, line.bottom, page);
        Self {
            text: line.text.clone(),
            r#box: [place.left, place.top, place.right, place.bottom],
            size: rounded(line.size, 100.0),
            angle: line.angle,
            run: [line.start, line.end, line.down].map(|value| rounded(value, 100.0)),
            bold: line.is_bold,
        }
    }

    /// The line as it was, on a page of this size in points.
    pub fn to_line(&self, (width, height): (f64, f64)) -> Line {
        let ([left, top, right, bottom], [start, end, down]) = (self.r#box, self.run);
        Line {
            text: self.text.clone(),
            word_count: self.text.split(' ').count(),
            left: left * width,
            top: top * height,
            right: right * width,
            bottom: bottom * height,
            angle: self.angle,
            start,
            end,
            down,
            size: self.size,
            is_bold: self.bold,
        }
    }
}
