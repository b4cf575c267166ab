//! Whole specification books: a project manual of about 300 pages in which the consultants write each in
//! their own form, and shorter books of other offices.

use super::dice::Dice;
use super::flow::Flow;
use super::house_style::{Furniture, HouseStyle, NumberForm};
use super::paper::{Paper, pdf};
use super::section_stock::{DOCUMENTS, Stock, division_title, sections, spaced};
use super::section_writer::{SectionWriter, title_case};
use super::trade_prose::FRONT_MATTER;
use super::{Made, letter_widths::Face};
use crate::truth::{SectionTruth, Truth};

const PROJECT: &str = "MAPLE COUNTY LIBRARY - WEST BRANCH";
const PROJECT_NUMBER: &str = "Project No. 2417";

/// All of them, the large one first.
pub fn books() -> Vec<Made> {
    let few = |digits: &[&str]| -> Vec<Stock> {
        let chosen = sections().into_iter();
        chosen
            .filter(|stock| digits.iter().any(|number| stock.number.starts_with(number)))
            .collect()
    };
    let one = |style: HouseStyle| move |_: &Stock| style;
    vec![
        project_manual(),
        Book::new(11, "book-five-figure.pdf").write(
            &few(&[
                "0110", "033", "042", "051", "079", "081113", "092900", "096", "099", "2624",
            ]),
            one(HouseStyle::FIVE_FIGURE),
            4,
        ),
        Book::new(12, "book-page-format.pdf").write(
            &few(&["0133", "034", "055", "075", "087", "095", "1424"]),
            one(HouseStyle::PAGE_FORMAT),
            4,
        ),
        Book::new(13, "book-veterans.pdf").write(
            &few(&[
                "0140", "0330", "0784", "0811", "2233", "2237", "2238", "2831", "23",
            ]),
            one(HouseStyle::VETERANS),
            4,
        ),
        Book::new(14, "book-facilities.pdf").write(
            &few(&[
                "0174", "0720", "0721", "0842", "0880", "2605", "3120", "3341",
            ]),
            one(HouseStyle::FACILITIES),
            4,
        ),
        Book::new(15, "book-canadian.pdf").write(
            &few(&[
                "0241", "0610", "0713", "0922", "0968", "2113", "2727", "2651",
            ]),
            one(HouseStyle::CANADIAN),
            4,
        ),
    ]
}

/// About 300 pages: the architect's divisions, then each consultant's.
fn project_manual() -> Made {
    let by_division = |stock: &Stock| match stock.number.get(..2).unwrap_or_default() {
        "00" | "01" | "02" | "03" | "04" | "05" | "06" => HouseStyle::MASTER,
        "21" | "22" | "23" => HouseStyle::MECHANICAL,
        "26" | "27" | "28" => HouseStyle::ELECTRICAL,
        "31" | "32" | "33" => HouseStyle::CIVIL,
        _ => HouseStyle::ARCHITECT,
    };
    let mut book = Book::new(10, "book-project-manual.pdf");
    book.has_front_matter = true;
    book.leaves_blanks = true;
    book.write(&sections(), by_division, 5)
}

struct Book {
    dice: Dice,
    file: &'static str,
    has_front_matter: bool,
    /// Each section starts on a right-hand page.
    leaves_blanks: bool,
}

/// On which pages a section stands, and in which form its heads and feet are.
struct Stand {
    style: HouseStyle,
    number: String,
    title: String,
    pages: std::ops::RangeInclusive<u32>,
}

impl Book {
    fn new(seed: u64, file: &'static str) -> Self {
        Self {
            dice: Dice::new(seed),
            file,
            has_front_matter: false,
            leaves_blanks: false,
        }
    }

    fn write(
        mut self,
        stocks: &[Stock],
        style_of: impl Fn(&Stock) -> HouseStyle,
        fullness: usize,
    ) -> Made {
        let first = stocks.first().map(&style_of).unwrap_or(HouseStyle::MASTER);
        let mut flow = Flow::new(first.face, first.bold, first.size);
        cover(&mut flow);
        contents(&mut flow, stocks, &style_of);
        let mut truths = Vec::new();
        let mut stands = Vec::new();
        if self.has_front_matter {
            front_matter(&mut flow, &mut self.dice, &mut truths, &mut stands);
        }
        for stock in stocks {
            let style = style_of(stock);
            let others: Vec<&Stock> = stocks
                .iter()
                .filter(|other| style_of(other).number == style.number)
                .collect();
            (flow.face, flow.bold, flow.size) = (style.face, style.bold, style.size);
            flow.top = if style.furniture == Furniture::Above {
                120.0
            } else {
                84.0
            };
            if !style.runs_on || truths_end_elsewhere(&stands, &style) {
                flow.new_page();
            }
            // From two pages to eight, as sections are.
            let full = match self.dice.below(7) {
                0 => 1,
                6 => fullness + 6,
                more => fullness + more - 3,
            };
            let writer = SectionWriter::new(style, &mut flow, &mut self.dice, stock, &others);
            let mut truth = writer.write(full);
            let last = flow.page_number();
            if self.leaves_blanks && !style.runs_on && last % 2 == 1 && self.dice.below(2) == 0 {
                flow.new_page();
                if self.dice.below(2) == 0 {
                    flow.gap(20.0);
                    flow.centred("This page is intentionally left blank.", Face::Times, 10.0);
                }
                truth.ends.push(last + 1);
            }
            stands.push(Stand {
                style,
                number: style.printed(stock),
                title: stock.title.to_owned(),
                pages: truth.start..=last,
            });
            truths.push(truth);
        }
        for stand in &stands {
            furnish(&mut flow.pages, stand, &stands);
        }
        let truth = Truth {
            classification: Some("specifications".into()),
            sections: Some(truths),
            sheets: Some(Vec::new()),
            docs: None,
            ..Truth::default()
        };
        Made::new(self.file, pdf(&flow.pages), truth)
    }
}

/// A section that runs on starts a page of its own after one that does not.
fn truths_end_elsewhere(stands: &[Stand], style: &HouseStyle) -> bool {
    stands
        .last()
        .is_none_or(|stand| stand.style.runs_on != style.runs_on)
}

fn cover(flow: &mut Flow) {
    flow.gap(1.0);
    flow.draw(160.0, |_, _| {});
    flow.centred("PROJECT MANUAL", Face::HelveticaBold, 26.0);
    flow.draw(20.0, |_, _| {});
    flow.centred(PROJECT, Face::HelveticaBold, 16.0);
    flow.centred("410 Mill Street, Alder Falls", Face::Helvetica, 12.0);
    flow.draw(60.0, |_, _| {});
    flow.centred(PROJECT_NUMBER, Face::Helvetica, 12.0);
    flow.centred("Issued for Bid - March 14, 2024", Face::Helvetica, 12.0);
}

fn contents(flow: &mut Flow, stocks: &[Stock], style_of: &impl Fn(&Stock) -> HouseStyle) {
    flow.new_page();
    flow.centred("TABLE OF CONTENTS", flow.bold, 13.0);
    flow.gap(1.5);
    let mut division = "";
    let left = flow.left;
    for stock in stocks {
        let style = style_of(stock);
        let own = stock.number.get(..2).unwrap_or_default();
        if own != division {
            division = own;
            flow.gap(0.8);
            flow.need(3);
            let heading = format!("DIVISION {own} - {}", division_title(own));
            flow.line(left, &heading, flow.bold);
        }
        let title = title_case(stock.title);
        let entry = format!("{}   {}", style.printed(stock), title);
        match style.number {
            NumberForm::Solid | NumberForm::FiveFigure => {
                flow.paragraph(left + 18.0, &style.printed(stock), left + 90.0, &title);
            }
            _ => {
                flow.dotted(left + 18.0, &entry, "1-5");
            }
        }
    }
}

/// The documents of Division 00, a page or two each.
fn front_matter(
    flow: &mut Flow,
    dice: &mut Dice,
    truths: &mut Vec<SectionTruth>,
    stands: &mut Vec<Stand>,
) {
    for (number, title) in DOCUMENTS {
        flow.new_page();
        let start = flow.centred(&format!("DOCUMENT {number}"), flow.bold, flow.size);
        flow.centred(title, flow.bold, flow.size);
        flow.gap(1.0);
        for label in 1..=dice.between(8, 16) {
            let sentence = dice
                .pick(FRONT_MATTER)
                .replace("{n}", dice.pick(&["5", "7", "10"]));
            let left = flow.left;
            flow.paragraph(left, &format!("{label}."), left + 28.0, &sentence);
            flow.gap(0.6);
        }
        let last = flow.page_number();
        truths.push(SectionTruth {
            number: (*number).to_owned(),
            title: (*title).to_owned(),
            start,
            ends: vec![last],
            ..SectionTruth::default()
        });
        stands.push(Stand {
            style: HouseStyle {
                number: NumberForm::Spaced,
                ..HouseStyle::MASTER
            },
            number: spaced(&number.replace(' ', "")),
            title: (*title).to_owned(),
            pages: start..=last,
        });
    }
}

/// Heads and feet on the pages of a section; where two share a page, those of the first.
fn furnish(pages: &mut [Paper], stand: &Stand, stands: &[Stand]) {
    let count = stand.pages.clone().count();
    for (page, within) in stand.pages.clone().zip(1..) {
        let owner = stands.iter().find(|other| other.pages.contains(&page));
        if owner.is_some_and(|owner| owner.number != stand.number || owner.title != stand.title) {
            continue;
        }
        let index = usize::try_from(page).unwrap_or_default();
        if let Some(paper) = index.checked_sub(1).and_then(|index| pages.get_mut(index)) {
            furnish_page(paper, stand, within, count);
        }
    }
}

fn furnish_page(paper: &mut Paper, stand: &Stand, within: usize, count: usize) {
    let (face, size) = (stand.style.face, 9.0);
    let (number, title) = (&stand.number, &stand.title);
    let (left, right, middle, foot) = (72.0, 540.0, 306.0, 756.0);
    match stand.style.furniture {
        Furniture::TitleAndPage => {
            let title = title.chars().take(60).collect::<String>();
            paper.text(left, foot, size, face, &title);
            paper.text_right(right, foot, size, face, &format!("{number} - {within}"));
            paper.text(left, 48.0, size, face, PROJECT);
            paper.text_right(right, 48.0, size, face, "ISSUED FOR BID");
        }
        Furniture::NumberAndPage => {
            paper.text_centred(middle, foot, size, face, &format!("{number} - {within}"));
        }
        Furniture::ProjectAbove => {
            paper.text(left, 44.0, size, face, PROJECT);
            paper.text_right(right, 44.0, size, face, "14 March 2024");
            paper.line(left, 48.0, right, 48.0);
            paper.text(left, foot, size, face, title);
            paper.text_right(right, foot, size, face, &format!("{number}-{within}"));
        }
        Furniture::PageOf => {
            paper.text(left, foot, size, face, PROJECT_NUMBER);
            paper.text_centred(middle, foot, size, face, &format!("Section {number}"));
            paper.text_right(
                right,
                foot,
                size,
                face,
                &format!("Page {within} of {count}"),
            );
        }
        Furniture::SectionAndPage => {
            let foot_line = format!("SECTION {number}  Page {within}");
            paper.text_centred(middle, foot, size, face, &foot_line);
        }
        Furniture::Above => {
            let bold = stand.style.bold;
            paper.text(left, 48.0, 10.0, face, PROJECT);
            paper.text_right(right, 48.0, 10.0, face, &format!("Section {number}"));
            paper.text(left, 61.0, 10.0, face, PROJECT_NUMBER);
            paper.text_right(
                right,
                61.0,
                10.0,
                face,
                &format!("Page {within} of {count}"),
            );
            paper.text_centred(middle, 84.0, 11.0, bold, title);
            paper.line(left, 92.0, right, 92.0);
        }
    }
}
