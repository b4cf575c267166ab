//! Longer documents read whole: a report, an agreement, the front of a project manual, an ordinance.

use super::find;
use super::samples::written;
use super::trials::{PROSE, facts, headings, only};

const GEOTECHNICAL: [&str; 5] = [
    "



# GEOTECHNICAL ENGINEERING REPORT
# PROPOSED FIRE STATION NO. 5
# ALBANY, NEW YORK



Prepared for:
City of Albany

Prepared by:
Earthworks Consultants, Inc.

January 8, 2018
",
    "
January 8, 2018

City of Albany
24 Eagle Street, Albany, NY 12207

Dear Ms. Miller:

We are pleased to submit this report of our exploration.

Sincerely,

Earthworks Consultants, Inc.
",
    "
## TABLE OF CONTENTS

1.0 INTRODUCTION ............ 1
2.0 SITE CONDITIONS ............ 1
2.1 Surface Conditions ............ 1
2.2 Groundwater ............ 2
3.0 RECOMMENDATIONS ............ 2
APPENDIX A – BORING LOGS
",
    "
1.0 INTRODUCTION

The work is to be carried out in the manner that the drawings show, and as the parties agree.
2. of these borings were drilled to a depth of twenty feet below the ground, and two were not.

2.0 SITE CONDITIONS

2.1 Surface Conditions

The work is to be carried out in the manner that the drawings show, and as the parties agree.

2.2 Groundwater

The work is to be carried out in the manner that the drawings show, and as the parties agree.
",
    "
3.0 RECOMMENDATIONS

The work is to be carried out in the manner that the drawings show, and as the parties agree.

APPENDIX A
BORING LOGS
",
];

#[test]
fn a_geotechnical_report_is_one_document_with_its_letter_and_chapters() {
    let volume = written(&GEOTECHNICAL);
    let doc = only(&volume);
    assert_eq!(
        (doc.doc_type.clone(), doc.title.clone(), doc.date.clone()),
        facts(
            "geotechnical",
            "GEOTECHNICAL ENGINEERING REPORT PROPOSED FIRE STATION NO. 5 ALBANY, NEW YORK",
            "January 8, 2018"
        )
    );
    assert_eq!(
        headings(&doc),
        [
            (2, "1.0 INTRODUCTION", 4),
            (2, "2.0 SITE CONDITIONS", 4),
            (3, "2.1 Surface Conditions", 4),
            (3, "2.2 Groundwater", 4),
            (2, "3.0 RECOMMENDATIONS", 5),
            (1, "APPENDIX A BORING LOGS", 5)
        ]
    );
}

#[test]
fn an_agreement_has_its_articles() {
    let doc = only(&written(&[
        "
# Standard Form of Agreement Between Owner and
# Contractor where the basis of payment is a Stipulated Sum

AGREEMENT made as of the 3rd day of May in the year 2018

BETWEEN the Owner:
City of Albany

ARTICLE 1 THE CONTRACT DOCUMENTS

The Contract Documents consist of this Agreement, Conditions of the Contract, Drawings and others.
§ 1.1 The Contractor shall do all of the work that the documents describe and no other work.

ARTICLE 2 THE WORK OF THIS CONTRACT

The work is to be carried out in the manner that the drawings show, and as the parties agree.
",
        "
ARTICLE 3 DATE OF COMMENCEMENT AND SUBSTANTIAL COMPLETION

The work is to be carried out in the manner that the drawings show, and as the parties agree.
Section 4.2 of this Agreement is not changed by what Article 3 says about the date of it.
",
    ]));
    assert_eq!(doc.doc_type, "contract");
    assert_eq!(
        doc.title,
        "Standard Form of Agreement Between Owner and Contractor where the basis of payment is a Stipulated Sum"
    );
    assert_eq!(doc.date.as_deref(), Some("3rd day of May in the year 2018"));
    assert_eq!(
        headings(&doc),
        [
            (1, "ARTICLE 1 THE CONTRACT DOCUMENTS", 1),
            (1, "ARTICLE 2 THE WORK OF THIS CONTRACT", 1),
            (
                1,
                "ARTICLE 3 DATE OF COMMENCEMENT AND SUBSTANTIAL COMPLETION",
                2
            )
        ]
    );
}

#[test]
fn the_front_of_a_project_manual_is_several_documents() {
    let pages = [
        "



# PROJECT MANUAL
# FIRE STATION NO. 5

Issued for Bid
February 12, 2018
",
        "
## TABLE OF CONTENTS
Invitation to Bid 1
Instructions to Bidders 2
Bid Form 3
03 30 00 Cast-in-Place Concrete 12
07 54 00 Roofing 9
",
        "
## INVITATION TO BID

Sealed bids are received by the City of Albany until 2:00 PM on March 20, 2018 for the new building.
",
        "
## INSTRUCTIONS TO BIDDERS

1. DEFINED TERMS

The work is to be carried out in the manner that the drawings show, and as the parties agree.
",
        "
## BID FORM

Bidder: ____________________
Base Bid: $ ____________________
Addendum No. ____ Dated ____
",
    ];
    let docs = find(&written(&pages), &[]);
    let told: Vec<_> = docs
        .iter()
        .map(|doc| {
            (
                doc.doc_type.as_str(),
                doc.title.as_str(),
                doc.page_start,
                doc.page_end,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("other", "PROJECT MANUAL FIRE STATION NO. 5", 1, 2),
            ("bid", "INVITATION TO BID", 3, 3),
            ("bid", "INSTRUCTIONS TO BIDDERS", 4, 4),
            ("bid", "BID FORM", 5, 5)
        ]
    );
    assert_eq!(docs[0].date.as_deref(), Some("February 12, 2018"));
}

#[test]
fn an_ordinance_has_chapters_and_sections_where_their_text_stands() {
    let doc = only(&written(&[
        "
## VILLAGE OF SOMERSET
## ZONING ORDINANCE

TABLE OF CONTENTS

CHAPTER 1 INTRODUCTION
ZO 1.01 Purpose
ZO 1.02 Interpretation
CHAPTER 2 DISTRICTS
ZO 2.01 Zoning Districts
ZO 2.02 Uses and Yards
ZO 2.03 Signs
",
        "
CHAPTER 1
INTRODUCTION
ZO 1.01 Purpose
ZO 1.02 Interpretation
",
        "
ZO 1.01 PURPOSE.

(1) AUTHORITY.

The work is to be carried out in the manner that the drawings show, and as the parties agree.

ZO 1.02 INTERPRETATION.

The work is to be carried out in the manner that the drawings show, and as the parties agree.
",
        "
CHAPTER 2 DISTRICTS

ZO 2.01 ZONING DISTRICTS.

The work is to be carried out in the manner that the drawings show, and as the parties agree.
",
    ]));
    assert_eq!(doc.doc_type, "ordinance");
    assert_eq!(doc.title, "VILLAGE OF SOMERSET ZONING ORDINANCE");
    assert_eq!(
        headings(&doc),
        [
            (1, "CHAPTER 1 INTRODUCTION", 2),
            (2, "ZO 1.01 PURPOSE.", 3),
            (2, "ZO 1.02 INTERPRETATION.", 3),
            (1, "CHAPTER 2 DISTRICTS", 4),
            (2, "ZO 2.01 ZONING DISTRICTS.", 4)
        ]
    );
}

#[test]
fn bold_lines_of_a_report_are_its_headings() {
    let page = format!(
        "
# Structural Condition Assessment

March 3, 2024

**Background

{PROSE}
{PROSE}

**Roof and gutters of the hall

{PROSE}
**{PROSE}
{PROSE}

1. Attendance of the parties at the visit

{PROSE}
**2. Repairs that come first
{PROSE}
{PROSE}
{PROSE}
"
    );
    let doc = only(&written(&[&page]));
    let titles: Vec<&str> = doc
        .headings
        .iter()
        .map(|heading| heading.title.as_str())
        .collect();
    assert_eq!(
        titles,
        [
            "Background",
            "Roof and gutters of the hall",
            "2. Repairs that come first"
        ]
    );
}

#[test]
fn where_most_is_bold_it_tells_nothing() {
    let page = format!(
        "
# Report on the Soil

**{PROSE}
**Clay and silt
**{PROSE}
**{PROSE}
"
    );
    assert!(only(&written(&[&page])).headings.is_empty());
}
