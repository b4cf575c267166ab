//! Addenda in the forms in which offices write them: what each changes.

use super::find;
use super::samples::written;

/// `03 30 00` or `A-101` of each change of the only document, which is an addendum.
fn changed(page: &str) -> Vec<String> {
    let docs = find(&written(&[page]), &[]);
    let types: Vec<&str> = docs.iter().map(|doc| doc.doc_type.as_str()).collect();
    assert_eq!(types, ["addendum"]);
    docs[0]
        .changes
        .iter()
        .filter_map(|change| {
            change
                .section_number
                .clone()
                .or_else(|| change.sheet_number.clone())
        })
        .collect()
}

#[test]
fn items_with_numbers_of_their_own() {
    let page = "
## ADDENDUM NUMBER THREE
Date of Issue: April 6, 2021

ITEM NO. 1: Specifications, Section 08 41 13, Page 4, Article 2.3
     Add the following to paragraph A: \"4. Anodized finish.\"
ITEM NO. 2: Drawings, Sheet A4.1
     Detail 5: Revise the sill height to 2'-8\".
ITEM NO. 3: Bid Form
     The bid form is replaced with the attached form.
ITEM NO. 4: Drawing S-201: no change.
";
    assert_eq!(changed(page), ["08 41 13", "A4.1"]);
}

#[test]
fn items_in_the_form_of_a_specification() {
    let page = "
## ADDENDUM NO. 2

1.01 SPECIFICATIONS
A. SECTION 07 21 00 - THERMAL INSULATION
1. 2.02.A: Change \"R-19\" to \"R-21\", as in Section 07 54 00.
2. 3.01.B: Delete the last sentence.
B. SECTION 09 68 13 – TILE CARPETING (new, attached)
1.02 DRAWINGS
A. SHEET A1.1 – FLOOR PLAN
1. Add door 105B. See Sheet A8.1 for its type.
B. SHEET A6.1 – DETAILS
1. Detail 4: omit the flashing.
";
    assert_eq!(changed(page), ["07 21 00", "09 68 13", "A1.1", "A6.1"]);
}

#[test]
fn lists_of_sheets_below_a_sentence() {
    let page = "
## ADDENDUM NO. 1

REVISED DRAWINGS

The following drawings are reissued with this addendum:
A-101 FIRST FLOOR PLAN
A-102 SECOND FLOOR PLAN
\u{2022} M-201 MECHANICAL PLAN
\u{2022} E-201 LIGHTING PLAN

REVISED SPECIFICATIONS

03 30 00 Cast-in-Place Concrete
26 51 00 Interior Lighting
";
    assert_eq!(
        changed(page),
        ["A-101", "A-102", "M-201", "E-201", "03 30 00", "26 51 00"]
    );
}

#[test]
fn questions_and_mentions_change_nothing() {
    let page = "
## ADDENDUM NO. 4

RESPONSES TO BIDDERS' QUESTIONS

1. Q. Will Section 09 65 00 be revised to add rubber tile?
   A. No. Provide the tile of Section 09 65 00.
2. Q. Can the bidder delete the louver on Sheet A-301?
   A. The louver is shown on Sheet A-301 and specified in Section 08 91 19.
3. Q. Is the door schedule right?
   A. Sheet A-601 has been revised. It is attached.
4. Q. Which paint is meant?
   A. See Section 09 91 23.
";
    assert_eq!(changed(page), ["A-601"]);
}

#[test]
fn sentences_that_begin_with_what_is_done() {
    let page = "
## ADDENDUM NO. 5

1. Delete Section 10 14 00 in its entirety and replace it with the attached.
2. On Drawing A-201, revise the height of the parapet to 14'-0\".
3. The attached Section 07 54 00 replaces the section in the Project Manual.
4. Bids are received until 2:00 PM on May 4, 2021, as said in Section 00 11 16.
5. In Section 05 50 00, add paragraph 2.4 for bollards; their footings are shown on Sheet S-501
     and in Section 03 30 00.
6. Substitute sketch for detail 3 on Sheet A-502.
";
    assert_eq!(
        changed(page),
        ["10 14 00", "A-201", "07 54 00", "05 50 00", "A-502"]
    );
}

#[test]
fn an_amendment_of_a_federal_solicitation_is_an_addendum() {
    let page = "
AMENDMENT OF SOLICITATION/MODIFICATION OF CONTRACT
AMENDMENT NO. 0002 EFFECTIVE DATE 10 May 2021

1. Section 01 11 00, paragraph 1.2: revise the period of performance.
2. Sheet C-101 is superseded by the sheet attached.
";
    assert_eq!(changed(page), ["01 11 00", "C-101"]);
}

#[test]
fn items_labelled_as_sheets_are() {
    let page = "
## ADDENDUM NO. 3

PART A - BIDDING REQUIREMENTS
A-1 Bids will be received until 2:00 p.m. on August 20, 2020.

PART B - SPECIFICATIONS
B-1 Section 04 20 00 UNIT MASONRY: Article 2.2, add a color to face brick.
B-2 Section 07 21 00 THERMAL INSULATION: Reissued in its entirety.

PART C - DRAWINGS
C-1 Drawing A-101, FLOOR PLAN: Reissued. Relocate door 103A.
C-2 Drawing P-201, Riser Diagram: Change the size of the riser.
C-3 The lighting fixtures are as listed in the revised schedule.
";
    assert_eq!(changed(page), ["04 20 00", "07 21 00", "A-101", "P-201"]);
}

#[test]
fn sheets_listed_by_their_numbers_alone_are_no_labels() {
    let page = "
## ADDENDUM NO. 1

REVISED DRAWINGS
C-1 SITE PLAN
C-2 GRADING PLAN
";
    assert_eq!(changed(page), ["C-1", "C-2"]);
}

#[test]
fn what_an_item_says_of_a_sheet_changes_it() {
    let page = "
## ADDENDUM NO. 1

1. Specification Section 07 50 00, paragraph 2.02.A: the minimum thickness is 80 mils.
2. Drawing R-1: the crane staging area is shown reversed.
3. Drawing R-2: see the specifications for the coping.
4. Section 06 41 00, 1.02: Delete reference to Section 12 36 61.
5. Paragraph 1.02 of the summary: Delete reference to Section 12 36 61.
";
    assert_eq!(changed(page), ["07 50 00", "R-1", "06 41 00"]);
}

#[test]
fn a_change_order_changes_the_documents_that_it_revises() {
    let page = "
## CHANGE ORDER
CHANGE ORDER NUMBER: 005
DATE: January 9, 2017

The Contract is changed as follows:
1. Provide added blocking at Corridor 122 per ASI-11. Add $1,260.00
2. Credit for deleted operable partition, Section 10 22 39. Deduct ($6,400.00)
3. Revise the layout of Room 12 on Drawing A-102. Add $900.00
";
    let docs = find(&written(&[page]), &[]);
    assert_eq!(docs[0].doc_type, "change_order");
    let sheets: Vec<Option<&str>> = docs[0]
        .changes
        .iter()
        .map(|change| change.sheet_number.as_deref())
        .collect();
    assert_eq!(sheets, [Some("A-102")]);
}

#[test]
fn the_foot_of_a_short_addendum_is_no_part_of_its_last_item() {
    let gap = "\n".repeat(46);
    let page = |number: u32, heading: &str| {
        let item = format!("{number}. Sheet A-10{number}: Revise the door as attached.");
        format!("{heading}\n\n{item}{gap}Addendum No. 2 - Page {number} of 2\n")
    };
    let (first, second) = (page(1, "## ADDENDUM NO. 2"), page(2, "CHANGES TO DRAWINGS"));
    let docs = find(&written(&[&first, &second]), &[]);
    let changes = docs.iter().flat_map(|doc| &doc.changes);
    let texts: Vec<&str> = changes.map(|change| change.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "Sheet A-101: Revise the door as attached.",
            "Sheet A-102: Revise the door as attached."
        ]
    );
}
