//! How offices write their specifications: the form of numbers, headings, labels and page furniture.

use super::letter_widths::Face;
use super::section_stock::{Stock, spaced};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberForm {
    /// `03 30 00`
    Spaced,
    /// `03 3000`
    HalfSpaced,
    /// `033000`
    Solid,
    /// `03300`, by MasterFormat of 1995
    FiveFigure,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// `SECTION 033000 - CAST-IN-PLACE CONCRETE` in one centred line
    OneLine,
    /// `SECTION 03 30 00` and the title below it, centred
    Centred,
    /// The same at the left margin.
    Left,
    /// Only the running head names the section (Canadian National Master Specification).
    RunningHead,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labels {
    /// `A.` `1.` `a.` (CSI PageFormat)
    Letters,
    /// `.1` `.1` `.1` (Canada)
    Dots,
    /// No labels; lists by `a.` (Unified Facilities Guide Specifications)
    Plain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Furniture {
    /// `CAST-IN-PLACE CONCRETE     033000 - 2`
    TitleAndPage,
    /// `033000 - 2` in the middle
    NumberAndPage,
    /// A running head with project and date; `03300-2` at the right below
    ProjectAbove,
    /// The project at the left, `Page 3 of 12` at the right
    PageOf,
    /// `SECTION 03 30 00  Page 2`
    SectionAndPage,
    /// Three lines at the top: project, title, section and page
    Above,
}

#[derive(Clone, Copy, Debug)]
pub struct HouseStyle {
    pub number: NumberForm,
    pub heading: Heading,
    /// Between `PART 1` and `GENERAL`.
    pub part_joint: &'static str,
    /// `Part 1  General` instead of capitals.
    pub has_small_parts: bool,
    /// Digits after the point of `1.01`.
    pub article_digits: usize,
    pub article_colon: &'static str,
    pub labels: Labels,
    pub furniture: Furniture,
    /// After the text of a section; `#` stands for its number.
    pub ending: Option<&'static str>,
    /// Sections follow each other on one page.
    pub runs_on: bool,
    /// `ACTION SUBMITTALS` and `INFORMATIONAL SUBMITTALS` instead of one article.
    pub parts_submittals: bool,
    pub face: Face,
    pub bold: Face,
    pub size: f64,
}

impl HouseStyle {
    /// The large commercial master texts of American architects.
    pub const MASTER: Self = Self {
        number: NumberForm::Solid,
        heading: Heading::OneLine,
        part_joint: " - ",
        has_small_parts: false,
        article_digits: 1,
        article_colon: "",
        labels: Labels::Letters,
        furniture: Furniture::TitleAndPage,
        ending: Some("END OF SECTION #"),
        runs_on: false,
        parts_submittals: true,
        face: Face::Times,
        bold: Face::TimesBold,
        size: 11.0,
    };
    /// An architect's own text.
    pub const ARCHITECT: Self = Self {
        number: NumberForm::Spaced,
        heading: Heading::Centred,
        ending: Some("END OF SECTION"),
        face: Face::Helvetica,
        bold: Face::HelveticaBold,
        size: 10.0,
        ..Self::MASTER
    };
    /// A mechanical engineer's.
    pub const MECHANICAL: Self = Self {
        heading: Heading::Centred,
        part_joint: " – ",
        furniture: Furniture::NumberAndPage,
        parts_submittals: false,
        face: Face::Helvetica,
        bold: Face::HelveticaBold,
        size: 10.0,
        ..Self::MASTER
    };
    /// An electrical engineer's.
    pub const ELECTRICAL: Self = Self {
        number: NumberForm::HalfSpaced,
        heading: Heading::Left,
        part_joint: "  ",
        article_digits: 2,
        furniture: Furniture::PageOf,
        parts_submittals: false,
        ending: Some("END OF SECTION"),
        face: Face::Helvetica,
        bold: Face::HelveticaBold,
        size: 10.0,
        ..Self::MASTER
    };
    /// A civil engineer's: one section after the other, without an ending.
    pub const CIVIL: Self = Self {
        number: NumberForm::Spaced,
        heading: Heading::Left,
        furniture: Furniture::PageOf,
        ending: None,
        runs_on: true,
        parts_submittals: false,
        ..Self::MASTER
    };
    /// Before 2004.
    pub const FIVE_FIGURE: Self = Self {
        number: NumberForm::FiveFigure,
        heading: Heading::Centred,
        part_joint: "  ",
        article_digits: 2,
        furniture: Furniture::NumberAndPage,
        ending: Some("END OF SECTION"),
        parts_submittals: false,
        ..Self::MASTER
    };
    /// CSI PageFormat to the letter.
    pub const PAGE_FORMAT: Self = Self {
        number: NumberForm::Spaced,
        heading: Heading::Centred,
        part_joint: "  ",
        article_digits: 2,
        furniture: Furniture::ProjectAbove,
        parts_submittals: false,
        ..Self::ARCHITECT
    };
    /// As the US Department of Veterans Affairs writes.
    pub const VETERANS: Self = Self {
        number: NumberForm::Spaced,
        heading: Heading::Centred,
        article_colon: ":",
        furniture: Furniture::NumberAndPage,
        ending: Some("- - - E N D - - -"),
        parts_submittals: false,
        face: Face::Courier,
        bold: Face::Courier,
        size: 10.0,
        ..Self::MASTER
    };
    /// As the Unified Facilities Guide Specifications are.
    pub const FACILITIES: Self = Self {
        number: NumberForm::Spaced,
        heading: Heading::Centred,
        part_joint: "   ",
        labels: Labels::Plain,
        furniture: Furniture::SectionAndPage,
        ending: Some("-- End of Section --"),
        parts_submittals: false,
        face: Face::Courier,
        bold: Face::Courier,
        size: 10.0,
        ..Self::MASTER
    };
    /// As the Canadian National Master Specification is.
    pub const CANADIAN: Self = Self {
        number: NumberForm::Spaced,
        heading: Heading::RunningHead,
        part_joint: "  ",
        has_small_parts: true,
        labels: Labels::Dots,
        furniture: Furniture::Above,
        ending: Some("END OF SECTION"),
        parts_submittals: false,
        ..Self::MASTER
    };

    /// The section's number as this office prints it.
    pub fn printed(&self, stock: &Stock) -> String {
        let number = stock.number;
        match self.number {
            NumberForm::Spaced => spaced(number),
            NumberForm::HalfSpaced => format!(
                "{} {}",
                number.get(..2).unwrap_or_default(),
                number.get(2..).unwrap_or_default()
            ),
            NumberForm::Solid => number.to_owned(),
            NumberForm::FiveFigure => stock.old.to_owned(),
        }
    }

    /// The number as the product answers it.
    pub fn canonical(&self, stock: &Stock) -> String {
        match self.number {
            NumberForm::FiveFigure => stock.old.to_owned(),
            _ => spaced(stock.number),
        }
    }
}
