//! Documents of other kinds that come with a job: addendum, letters, reports. One file each, and one
//! file in which several follow each other.

use super::Made;
use super::dice::Dice;
use super::flow::Flow;
use super::letter_widths::Face;
use super::paper::{Paper, pdf};
use crate::truth::{DocTruth, HeadingTruth, OneOf, Truth};

/// A document in the making: its pages and what is true of them.
struct Document {
    pages: Vec<Paper>,
    truth: DocTruth,
}

type Writing = fn() -> Document;

pub fn papers() -> Vec<Made> {
    let kinds: [(&str, &str, Writing); 7] = [
        ("paper-addendum.pdf", "addenda", addendum),
        ("paper-letter.pdf", "documents", letter),
        ("paper-geotechnical.pdf", "documents", geotechnical),
        ("paper-request.pdf", "documents", request),
        ("paper-submittal.pdf", "documents", submittal),
        ("paper-permit.pdf", "documents", permit),
        ("paper-agreement.pdf", "documents", agreement),
    ];
    let mut made: Vec<Made> = kinds
        .into_iter()
        .map(|(file, kind, document)| one_file(file, kind.into(), vec![document()]))
        .collect();
    let several = vec![letter(), geotechnical(), permit()];
    let kind = OneOf::Any(vec![Some("documents".to_owned()), Some("mixed".to_owned())]);
    made.push(one_file("paper-several.pdf", kind, several));
    made
}

fn one_file(file: &str, classification: OneOf, documents: Vec<Document>) -> Made {
    let mut pages: Vec<Paper> = Vec::new();
    let mut docs = Vec::new();
    for document in documents {
        let before = u32::try_from(pages.len()).unwrap_or_default();
        let mut truth = document.truth;
        truth.start += before;
        truth.end += before;
        for heading in &mut truth.headings {
            heading.page += before;
        }
        docs.push(truth);
        pages.extend(document.pages);
    }
    let truth = Truth {
        classification: Some(classification),
        sheets: Some(Vec::new()),
        sections: Some(Vec::new()),
        docs: Some(docs),
        ..Truth::default()
    };
    Made::new(file, pdf(&pages), truth)
}

/// The document that is being written.
struct Writer {
    flow: Flow,
    dice: Dice,
    headings: Vec<HeadingTruth>,
}

impl Writer {
    fn new(seed: u64, face: Face, bold: Face) -> Self {
        Self {
            flow: Flow::new(face, bold, 11.0),
            dice: Dice::new(seed),
            headings: Vec::new(),
        }
    }

    fn heading(&mut self, text: &str) {
        self.flow.gap(1.0);
        self.flow.need(4);
        let page = self.flow.line(self.flow.left, text, self.flow.bold);
        // With its number or without it.
        let without = text.split_once(' ').map_or(text, |(number, rest)| {
            match number.ends_with('.')
                || number.starts_with(|letter: char| letter.is_ascii_digit())
            {
                true => rest.trim_start(),
                false => text,
            }
        });
        self.headings.push(HeadingTruth {
            title: OneOf::Any(vec![Some(text.to_owned()), Some(without.to_owned())]),
            page,
        });
        self.flow.gap(0.4);
    }

    fn text(&mut self, text: &str) {
        let left = self.flow.left;
        self.flow.paragraph(left, "", left, text);
        self.flow.gap(0.6);
    }

    fn label(&mut self, label: &str, text: &str) {
        let left = self.flow.left;
        self.flow.paragraph(left, label, left + 100.0, text);
    }

    fn some(&mut self, sentences: &[&str], count: usize) {
        for _ in 0..count {
            let text = format!(
                "{} {} {}",
                self.dice.pick(sentences),
                self.dice.pick(sentences),
                self.dice.pick(sentences)
            );
            self.text(&text);
        }
    }

    fn done(
        mut self,
        kind: OneOf,
        title: OneOf,
        date: &str,
        changes: &[&str],
        foot: &str,
    ) -> Document {
        let end = self.flow.page_number();
        for (page, number) in self.flow.pages.iter_mut().zip(1..) {
            let foot = foot.replace('#', &format!("{number} of {end}"));
            page.text_right(540.0, 756.0, 9.0, Face::Helvetica, &foot);
        }
        Document {
            pages: self.flow.pages,
            truth: DocTruth {
                doc_type: kind,
                title,
                date: Some(date.into()),
                start: 1,
                end,
                headings_complete: !self.headings.is_empty(),
                headings: self.headings,
                changes: changes.iter().map(|change| (*change).to_owned()).collect(),
            },
        }
    }
}

fn any(values: &[&str]) -> OneOf {
    OneOf::Any(
        values
            .iter()
            .map(|value| Some((*value).to_owned()))
            .collect(),
    )
}

fn addendum() -> Document {
    let mut writer = Writer::new(31, Face::Helvetica, Face::HelveticaBold);
    writer
        .flow
        .centred("ADDENDUM NO. 2", Face::HelveticaBold, 16.0);
    writer.flow.gap(1.0);
    writer.label("Project:", "West Branch Library Addition");
    writer.label("Project No.:", "2417.03");
    writer.label("Date:", "June 3, 2024");
    writer.flow.gap(1.0);
    writer.text("This addendum forms a part of the Contract Documents and modifies the documents dated May 17, 2024. Acknowledge receipt on the Bid Form; failure to do so may subject the bidder to disqualification.");
    writer.heading("CHANGES TO THE PROJECT MANUAL");
    writer.text("1. Section 03 30 00 - Cast-in-Place Concrete: In paragraph 2.3.B, change the strength of footings from 3,000 to 4,000 psi.");
    writer.text("2. Section 08 71 00 - Door Hardware: Delete hardware set 4 and insert the attached set 4A.");
    writer.text("3. Section 09 68 13 - Tile Carpeting: Add Tamarack Building Products to the list of acceptable manufacturers.");
    writer.text(
        "4. SECTION 23 74 13, article 2.02: Replace the paragraph on economizers in its entirety.",
    );
    writer.heading("CHANGES TO THE DRAWINGS");
    writer.text(
        "1. Sheet A-101, FIRST FLOOR PLAN: Move door 104 as shown on the attached sketch SK-1.",
    );
    writer.text("2. Sheet A-601: Revise the rating of doors 107 and 108 to 45 minutes.");
    writer.text("3. Drawing S-101: Add a footing step at grid line C.");
    writer.heading("QUESTIONS AND ANSWERS");
    writer.text("Question: May the temporary fence stand on the public walk? Answer: No, unless the city permits it in writing.");
    writer.text("Question: Is weekend work allowed? Answer: Yes, with notice to the Owner of two working days.");
    writer.text("END OF ADDENDUM NO. 2");
    writer.done(
        "addendum".into(),
        any(&["ADDENDUM NO. 2"]),
        "June 3, 2024",
        &[
            "03 30 00", "08 71 00", "09 68 13", "23 74 13", "A-101", "A-601", "S-101",
        ],
        "Addendum No. 2 - Page #",
    )
}

fn letter() -> Document {
    let mut writer = Writer::new(32, Face::Times, Face::TimesBold);
    writer
        .flow
        .centred("ORRIN HALE ARCHITECTS", Face::TimesBold, 16.0);
    writer.flow.gap(2.0);
    for line in [
        "April 22, 2024",
        "",
        "Ms. D. Ferrante",
        "Maple County Public Works",
        "12 Court Square",
        "Alder Falls",
    ] {
        writer.text(line);
    }
    writer.text("Re: West Branch Library - Existing roof structure");
    writer.text("Dear Ms. Ferrante:");
    writer.some(
        &[
            "We visited the building on Tuesday and opened the ceiling at three places.",
            "The joists are sound, but two of them have been notched for a duct that is no longer there.",
            "We recommend that both be reinforced with plates before the new unit is set.",
            "The cost is within the allowance that the budget carries for unforeseen conditions.",
        ],
        3,
    );
    writer.text("Sincerely,");
    writer.text("Orrin Hale Architects");
    writer.done(
        "letter".into(),
        any(&[
            "West Branch Library - Existing roof structure",
            "Re: West Branch Library - Existing roof structure",
        ]),
        "April 22, 2024",
        &[],
        "",
    )
}

fn geotechnical() -> Document {
    let mut writer = Writer::new(33, Face::Times, Face::TimesBold);
    writer.flow.draw(120.0, |_, _| {});
    writer
        .flow
        .centred("GEOTECHNICAL ENGINEERING REPORT", Face::TimesBold, 18.0);
    writer.flow.gap(2.0);
    writer.flow.centred(
        "West Branch Library Addition, Alder Falls",
        Face::Times,
        13.0,
    );
    writer
        .flow
        .centred("Prepared by Pell River Soils, Inc.", Face::Times, 12.0);
    writer.flow.centred("February 8, 2024", Face::Times, 12.0);
    writer.flow.new_page();
    let prose = [
        "Borings met four feet of fill over stiff brown clay, and weathered shale at depths of eleven to fourteen feet.",
        "Ground water was seen in one boring at nine feet and rose to seven feet within a day.",
        "Footings may be designed for an allowable bearing pressure of 2,500 pounds per square foot on the natural clay.",
        "Fill shall be placed in lifts of eight inches and compacted to 95 percent of the maximum dry density.",
        "Samples were sealed in the field and tested for moisture, plasticity, and unconfined strength.",
        "Total settlement is expected to be less than one inch, and differential settlement half of that.",
    ];
    for (heading, paragraphs) in [
        ("1.0 INTRODUCTION", 3),
        ("2.0 SITE AND PROJECT DESCRIPTION", 4),
        ("3.0 SUBSURFACE EXPLORATION", 4),
        ("3.1 Soil Conditions", 5),
        ("3.2 Ground Water", 3),
        ("4.0 RECOMMENDATIONS", 2),
        ("4.1 Foundations", 5),
        ("4.2 Floor Slabs", 4),
        ("4.3 Earthwork", 6),
        ("5.0 LIMITATIONS", 3),
    ] {
        writer.heading(heading);
        writer.some(&prose, paragraphs);
    }
    writer.done(
        "geotechnical".into(),
        any(&["GEOTECHNICAL ENGINEERING REPORT"]),
        "February 8, 2024",
        &[],
        "Pell River Soils, Inc.   Page #",
    )
}

fn request() -> Document {
    let mut writer = Writer::new(34, Face::Helvetica, Face::HelveticaBold);
    writer
        .flow
        .centred("REQUEST FOR INFORMATION", Face::HelveticaBold, 15.0);
    writer.flow.gap(1.0);
    for (label, text) in [
        ("RFI No.:", "017"),
        ("Date:", "07/09/2024"),
        ("To:", "Orrin Hale Architects"),
        ("From:", "Bridger Construction"),
        ("Subject:", "Conflict of beam and duct at grid C-4"),
        ("Drawing Ref.:", "S-101, M-101"),
    ] {
        writer.label(label, text);
    }
    writer.flow.gap(1.0);
    writer.text("Question: The bottom of the beam at grid C-4 is 8'-6\" above the floor, and the duct needs 9'-0\". Please advise whether the duct may pass through the web or has to be moved.");
    writer.text("Suggested answer: Move the duct two feet to the north.");
    writer.text("Response required by: 07/16/2024");
    let title = any(&[
        "REQUEST FOR INFORMATION",
        "RFI No.: 017",
        "RFI 017",
        "Conflict of beam and duct at grid C-4",
        "REQUEST FOR INFORMATION 017",
    ]);
    writer.done("rfi".into(), title, "07/09/2024", &[], "")
}

fn submittal() -> Document {
    let mut writer = Writer::new(35, Face::Helvetica, Face::HelveticaBold);
    writer
        .flow
        .centred("SUBMITTAL TRANSMITTAL", Face::HelveticaBold, 15.0);
    writer.flow.gap(1.0);
    for (label, text) in [
        ("Submittal No.:", "033000-02"),
        ("Date:", "August 1, 2024"),
        ("Contractor:", "Bridger Construction"),
        ("Specification:", "Section 03 30 00"),
        ("Description:", "Concrete mix designs"),
    ] {
        writer.label(label, text);
    }
    writer.flow.gap(1.0);
    writer.text("We transmit the following for your review: mix designs 1, 2, and 3 with test records of the last twelve months.");
    writer.text(
        "Reviewed: [ ] No exceptions taken  [ ] Make corrections noted  [ ] Revise and resubmit",
    );
    let title = any(&[
        "SUBMITTAL TRANSMITTAL",
        "Concrete mix designs",
        "SUBMITTAL TRANSMITTAL 033000-02",
    ]);
    writer.done("submittal".into(), title, "August 1, 2024", &[], "")
}

fn permit() -> Document {
    let mut writer = Writer::new(36, Face::Times, Face::TimesBold);
    writer
        .flow
        .centred("CITY OF ALDER FALLS", Face::TimesBold, 14.0);
    writer
        .flow
        .centred("BUILDING PERMIT", Face::TimesBold, 18.0);
    writer.flow.gap(1.0);
    for (label, text) in [
        ("Permit No.:", "B-24-0311"),
        ("Date Issued:", "05/30/2024"),
        ("Address:", "410 Mill Street"),
        ("Work:", "Addition of 6,200 square feet to a library"),
        ("Valuation:", "$2,150,000"),
    ] {
        writer.label(label, text);
    }
    writer.flow.gap(1.0);
    writer.text("This permit becomes void when work has not started within 180 days. Post it at the site where it can be seen from the street.");
    writer.done(
        "permit".into(),
        any(&["BUILDING PERMIT", "CITY OF ALDER FALLS BUILDING PERMIT"]),
        "05/30/2024",
        &[],
        "",
    )
}

fn agreement() -> Document {
    let mut writer = Writer::new(37, Face::Times, Face::TimesBold);
    writer.flow.centred(
        "AGREEMENT BETWEEN OWNER AND CONTRACTOR",
        Face::TimesBold,
        14.0,
    );
    writer.flow.gap(1.0);
    writer.text("This Agreement is made on May 6, 2024 between Maple County, the Owner, and Bridger Construction, the Contractor, for the Project named West Branch Library Addition.");
    let prose = [
        "The Contractor shall furnish all labor and materials that the Contract Documents call for.",
        "The Owner shall pay the Contract Sum in monthly installments against certified applications.",
        "Neither party may assign the Agreement without the written consent of the other.",
        "Disputes go first to mediation in the county where the Project is.",
    ];
    for (heading, paragraphs) in [
        ("ARTICLE 1 THE WORK", 3),
        ("ARTICLE 2 TIME OF COMPLETION", 3),
        ("ARTICLE 3 CONTRACT SUM", 4),
        ("ARTICLE 4 PAYMENTS", 4),
        ("ARTICLE 5 TERMINATION", 3),
    ] {
        writer.heading(heading);
        writer.some(&prose, paragraphs);
    }
    writer.done(
        "contract".into(),
        any(&["AGREEMENT BETWEEN OWNER AND CONTRACTOR"]),
        "May 6, 2024",
        &[],
        "Page #",
    )
}
