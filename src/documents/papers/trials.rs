//! Documents of many kinds, each made like those that offices send, read whole.

use super::super::binding::Volume;
use super::super::bound::{Doc, Section};
use super::find;
use super::samples::{line, written};

pub(super) fn only(volume: &Volume) -> Doc {
    let mut docs = find(volume, &[]);
    let spans: Vec<_> = docs
        .iter()
        .map(|doc| (doc.title.clone(), doc.page_start, doc.page_end))
        .collect();
    assert_eq!(docs.len(), 1, "{spans:?}");
    docs.remove(0)
}

/// Type, title and date of the only document.
fn read(pages: &[&str]) -> (String, String, Option<String>) {
    let doc = only(&written(pages));
    (doc.doc_type, doc.title, doc.date)
}

pub(super) fn facts(doc_type: &str, title: &str, date: &str) -> (String, String, Option<String>) {
    let date = (!date.is_empty()).then(|| date.to_owned());
    (doc_type.to_owned(), title.to_owned(), date)
}

/// `03 30 00` or `A-101` of each change.
fn changed(doc: &Doc) -> Vec<String> {
    doc.changes
        .iter()
        .filter_map(|change| {
            change
                .section_number
                .clone()
                .or_else(|| change.sheet_number.clone())
        })
        .collect()
}

pub(super) fn headings(doc: &Doc) -> Vec<(u32, &str, u32)> {
    doc.headings
        .iter()
        .map(|heading| (heading.level, heading.title.as_str(), heading.page_number))
        .collect()
}

pub(super) const PROSE: &str =
    "The work is to be carried out in the manner that the drawings show, and as the parties agree.";

const ARCHITECTS_ADDENDUM: [&str; 2] = [
    "
MILLER + SONS ARCHITECTS
120 Main Street, Suite 200, Albany, NY 12207

# ADDENDUM NO. 2

March 12, 2018

Project: Fire Station No. 5
Project No.: 1744
Bid Date: March 20, 2018 at 2:00 PM

This Addendum forms a part of the Contract Documents and modifies the original Bidding Documents
dated February 12, 2018. Acknowledge receipt of this Addendum on the Bid Form.

CHANGES TO THE SPECIFICATIONS

1. Section 03 30 00 – Cast-in-Place Concrete: REVISE paragraph 2.1.A to read as follows:
    \"A. Portland cement: ASTM C150, Type II.\"
2. Refer to Specification Section 07 54 00
    a. ADD paragraph 2.3.C: walkway pads, as specified in Section 07 72 00.
    b. DELETE paragraph 3.4 in its entirety.
3. Section 087100 – Door Hardware: delete hardware set 14.

Page 1 of 2
",
    "
CHANGES TO THE DRAWINGS

1. Drawing A-101: REVISE the door at room 104 to 3'-6\" wide. See detail 3/A-501.
2. Sheet S2.01 – Delete note 7.
3. Replace sheet A-501 with the attached.
4. Sheets M1.1, M1.2 and E-201: reissued with this addendum.

QUESTIONS AND ANSWERS

Q1: Does Section 09 91 00 apply to the exposed deck?
A1: Yes. Section 09 91 00 applies to all exposed steel.
Q2: Is the canopy on Sheet A-201 in the contract?
A2: Yes, the canopy is in the contract. Sheet A-202 has been revised to show it.

END OF ADDENDUM NO. 2

Page 2 of 2
",
];

#[test]
fn an_architects_addendum_says_what_it_changes() {
    let volume = written(&ARCHITECTS_ADDENDUM);
    let doc = only(&volume);
    assert_eq!(
        (doc.doc_type.clone(), doc.title.clone(), doc.date.clone()),
        facts("addendum", "ADDENDUM NO. 2", "March 12, 2018")
    );
    assert_eq!(
        changed(&doc),
        [
            "03 30 00", "07 54 00", "08 71 00", "A-101", "S2.01", "A-501", "M1.1", "M1.2", "E-201",
            "A-202"
        ]
    );
    let second = &doc.changes[1];
    assert!(
        second.text.contains("DELETE paragraph 3.4"),
        "{}",
        second.text
    );
    assert_eq!(doc.changes[3].page_number, 2);
    assert!(doc.changes[3].display_box.top < 0.3);
    assert_eq!(
        headings(&doc),
        [
            (1, "CHANGES TO THE SPECIFICATIONS", 1),
            (1, "CHANGES TO THE DRAWINGS", 2),
            (1, "QUESTIONS AND ANSWERS", 2)
        ]
    );
}

#[test]
fn an_addendum_in_the_form_of_a_citys_letter_is_an_addendum() {
    let doc = only(&written(&["
## CITY OF ALBANY
DEPARTMENT OF PUBLIC WORKS
24 Eagle Street, Albany, NY 12207 (518) 555-0100

June 4, 2019

To: All Plan Holders and Prospective Bidders
RE: Sewer Rehabilitation, Contract 19-04 – Addendum #1

Dear Bidder:

Please note the following changes to the bid documents:

A. Specification Section 33 05 13, Manholes: add the attached paragraph 2.7.
B. Sheets C-3 and C-4 are replaced with the attached sheets.
C. The bid opening remains as scheduled.
D. Section 31 23 00 remains unchanged.

All other provisions remain in force. Bidders are to acknowledge this addendum.

Sincerely,

Anna Miller, P.E.
City Engineer
"]));
    assert_eq!(
        (doc.doc_type.clone(), doc.title.clone(), doc.date.clone()),
        facts(
            "addendum",
            "Sewer Rehabilitation, Contract 19-04 – Addendum #1",
            "June 4, 2019"
        )
    );
    assert_eq!(changed(&doc), ["33 05 13", "C-3", "C-4"]);
}

#[test]
fn a_question_and_its_answer_are_told_as_rfi() {
    assert_eq!(
        read(&["
# REQUEST FOR INFORMATION
RFI No.: 014
Project: Fire Station No. 5
Date: 04/02/2018 Date Required: 04/09/2018
To: Miller + Sons Architects
From: Stone Builders
Subject: Anchor bolts at grid C

Question: which anchor bolts are meant at grid line C? Section 05 12 00 and Sheet S2.01 differ.
"]),
        facts("rfi", "REQUEST FOR INFORMATION", "04/02/2018")
    );
    assert_eq!(
        read(&["
# RFI RESPONSE
RFI #014 Anchor bolts at grid C
Date: April 5, 2018

Response: use the bolts of detail 4 on Sheet S5.01.
"])
        .0,
        "rfi"
    );
}

#[test]
fn transmittals_of_submittals_and_of_other_things_are_told_apart() {
    assert_eq!(
        read(&["
Stone Builders, Inc.
44 River Road, Troy, NY 12180

# SUBMITTAL TRANSMITTAL

Submittal No.: 033000-01
Date: 5/14/2018
Specification Section: 03 30 00 Cast-in-Place Concrete
"]),
        facts("submittal", "SUBMITTAL TRANSMITTAL", "5/14/2018")
    );
    assert_eq!(
        read(&["
# LETTER OF TRANSMITTAL
Date: 5/14/2018
To: Miller + Sons Architects
We are sending you attached the following items:
"])
        .0,
        "transmittal"
    );
}

#[test]
fn a_letter_is_named_by_its_subject() {
    assert_eq!(
        read(&["
Earthworks Consultants, Inc.
9 Hill Road, Troy, NY 12180

12 March 2018

Miller + Sons Architects
120 Main Street
Albany, NY 12207

Re: Footing inspection of 9 March 2018
     Fire Station No. 5

Dear Mr. Miller:

On March 9, 2018 we saw the footings at grid lines A to C. The report of the laboratory is enclosed.

Yours truly,

John Stone
"]),
        facts(
            "letter",
            "Footing inspection of 9 March 2018 Fire Station No. 5",
            "12 March 2018"
        )
    );
}

#[test]
fn a_letter_and_the_report_behind_it_are_two_documents() {
    let letter = "
March 1, 2018

Dear Ms. Miller:

Enclosed is our report.

Sincerely,

John Stone
";
    let cover = "


# ROOF CONDITION REPORT
# CITY HALL

Prepared for: City of Albany
Prepared by: Stone Consultants
February 20, 2018
";
    let docs = find(&written(&[letter, cover, PROSE, PROSE]), &[]);
    let told: Vec<_> = docs
        .iter()
        .map(|doc| {
            (
                doc.doc_type.as_str(),
                doc.page_start,
                doc.page_end,
                doc.date.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("letter", 1, 1, Some("March 1, 2018")),
            ("report", 2, 4, Some("February 20, 2018"))
        ]
    );
    assert_eq!(docs[1].title, "ROOF CONDITION REPORT CITY HALL");
}

#[test]
fn minutes_and_agendas_are_told_by_their_headings() {
    assert_eq!(
        read(&["
# PRE-CONSTRUCTION MEETING MINUTES
Fire Station No. 5
Meeting Date: April 3, 2018
Location: City Hall

Attendees:
Anna Miller, City of Albany
"]),
        facts(
            "minutes",
            "PRE-CONSTRUCTION MEETING MINUTES",
            "April 3, 2018"
        )
    );
    assert_eq!(
        read(&["
# AGENDA
Planning Board
April 3, 2018
1. Call to order
2. Minutes of the last meeting
"]),
        facts("agenda", "AGENDA", "April 3, 2018")
    );
}

#[test]
fn permits_are_told_by_their_headings() {
    assert_eq!(
        read(&["
## CITY OF ALBANY
BUILDING DEPARTMENT
# BUILDING PERMIT APPLICATION
Permit No.: __________ Date: ____________
Owner: ______________________
Address: ____________________
Contractor: __________________
"]),
        facts("permit", "BUILDING PERMIT APPLICATION", "")
    );
}

#[test]
fn a_construction_schedule_is_told_by_its_columns() {
    let told = read(&["
## Fire Station No. 5 – Stone Builders
Data Date: 01-May-18
Activity ID Activity Name Original Duration Start Finish
A1000 Notice to Proceed 0 01-May-18 01-May-18
A1010 Mobilize 5 02-May-18 08-May-18
A1020 Excavate footings 10 09-May-18 22-May-18
"]);
    assert_eq!(
        told,
        facts(
            "schedule",
            "Fire Station No. 5 – Stone Builders",
            "01-May-18"
        )
    );
}

#[test]
fn change_orders_and_invoices_are_told_by_their_headings() {
    assert_eq!(
        read(&["
# CHANGE ORDER NO. 3
Project: Fire Station No. 5
Date: 8/1/2018
Contract Date: 5/3/2018
Drawing A-101: add a door at room 104.
"]),
        facts("change_order", "CHANGE ORDER NO. 3", "8/1/2018")
    );
    assert_eq!(
        read(&["
# INVOICE
Invoice No. 8812
Invoice Date: 9/30/2018
Bill to: City of Albany
"])
        .0,
        "invoice"
    );
}

#[test]
fn pages_of_sections_and_blank_pages_are_no_documents() {
    let volume = written(&[
        "",
        "# PROJECT MANUAL",
        "SECTION 03 30 00",
        "# APPENDIX A",
        "",
    ]);
    let section = Section {
        page_start: 3,
        page_end: 3,
        ..Section::default()
    };
    let docs = find(&volume, &[section]);
    let spans: Vec<_> = docs
        .iter()
        .map(|doc| (doc.page_start, doc.page_end))
        .collect();
    assert_eq!(spans, [(2, 2), (4, 5)]);
    assert!(find(&written(&["", ""]), &[]).is_empty());
}

#[test]
fn letters_attached_to_an_addendum_are_documents_of_their_own() {
    let letter = "
March 9, 2018

Dear Mr. Miller:

We ask for approval of our windows instead of those named.

Sincerely,
Window Makers
";
    let [first, second] = ARCHITECTS_ADDENDUM;
    let docs = find(&written(&[first, second, letter]), &[]);
    let told: Vec<_> = docs
        .iter()
        .map(|doc| (doc.doc_type.as_str(), doc.page_start, doc.page_end))
        .collect();
    assert_eq!(told, [("addendum", 1, 2), ("letter", 3, 3)]);
}

#[test]
fn odd_lines_do_no_harm() {
    let mut volume = written(&ARCHITECTS_ADDENDUM);
    let odd = [
        ("", 10.0),
        ("\u{301}\u{200b}\u{fffd}", f64::NAN),
        ("§", 0.0),
        ("Section", -4.0),
        ("ITEM NO. ß: „Ä“", f64::INFINITY),
        ("§ß.1 ŉ ÄÖÜ – Page of 9999999999", 1e300),
        ("CHAPTER – – –", f64::MIN_POSITIVE),
        ("Q: A: Re: 1/1/ 31/31/9999 12th day of", 10.0),
    ];
    for (place, (text, size)) in odd.iter().enumerate() {
        for leaf in &mut volume.leaves {
            let mut line = line(text, 72.0, 80.0 + place as f64 * 90.0, 10.0);
            (line.size, line.down) = (*size, *size);
            leaf.lines.push(line);
        }
    }
    let long = "Ä".repeat(5_000);
    volume.leaves[0].lines.push(line(&long, 72.0, 30.0, 10.0));
    let docs = find(&volume, &[]);
    assert_eq!(docs.first().map(|doc| doc.page_start), Some(1));
}

#[test]
fn the_lines_of_a_cover_are_no_headings() {
    let cover = "
# GEOTECHNICAL ENGINEERING REPORT

## Harbor School Addition, Marlow

## Prepared by Stone & Daughters, Inc.
## February 8, 2024
";
    let text = format!("## 1.0 INTRODUCTION\n\n{PROSE}\n\n{PROSE}\n{PROSE}");
    let doc = only(&written(&[cover, &text]));
    assert_eq!(headings(&doc), [(1, "1.0 INTRODUCTION", 2)]);
}

#[test]
fn the_date_is_the_papers_own_and_not_one_that_it_speaks_of() {
    let letter = "
MILLER + SONS ARCHITECTS
120 Main Street, Suite 200, Albany, NY 12207

May 5, 2024

Mr. John Smith
City of Springfield

RE: Maple Ridge Elementary School - Permit Comments

Dear Mr. Smith:
We have reviewed the comments dated April 20, 2024.
Sheet A1.01 has been revised.

Sincerely,
Jane Voss, AIA
";
    assert_eq!(read(&[letter]).2.as_deref(), Some("May 5, 2024"));
    let cover = "
# PROJECT MANUAL

MAPLE RIDGE ELEMENTARY SCHOOL
Issued for Bid: March 15, 2024
Bids due: April 2, 2024
";
    assert_eq!(read(&[cover]).2.as_deref(), Some("March 15, 2024"));
}
