//! What is read inside a section.

use super::super::super::bound::{Paragraph, Section};
use super::super::find;
use super::book::{page, section, volume};

fn only(bodies: &[&str], foot: &str) -> Section {
    let mut sections = find(&volume(section(1, "", bodies, foot)));
    assert_eq!(sections.len(), 1);
    sections.remove(0)
}

/// The tree as lines with two spaces for each level.
fn drawn(paragraphs: &[Paragraph], level: usize, text: &mut String) {
    for paragraph in paragraphs {
        text.push_str(&format!(
            "{}{} {}\n",
            "  ".repeat(level),
            paragraph.label,
            paragraph.text
        ));
        drawn(&paragraph.paragraphs, level + 1, text);
    }
}

fn tree(section: &Section) -> String {
    let mut text = String::new();
    for part in &section.parts {
        text.push_str(&format!("{} | {}\n", part.label, part.title));
        for article in &part.articles {
            text.push_str(&format!("{} {}\n", article.label, article.title));
            drawn(&article.paragraphs, 1, &mut text);
        }
    }
    text
}

const CONCRETE: [&str; 2] = [
    "
SECTION 033000 - CAST-IN-PLACE CONCRETE

PART 1 - GENERAL

1.1 RELATED DOCUMENTS

  A. Drawings and general provisions of the Contract, including
     Section 013300 \"Submittal Procedures\" apply.

1.2 ACTION SUBMITTALS

  A. Product Data: For each type of product.
  B. Shop Drawings:
     1. Plans.
     2. Sections.
  C. Submit the following:
     1. Samples of form facings and of the hardened specifi-
        cations.

1.3 QUALITY ASSURANCE

  A. Installer Qualifications: Certified by
     1. the manufacturer
",
    "
        of the system.
  B. Testing Agency: Comply with ASTM C1077 and
     ASTM C150/C150M.

PART 2 - PRODUCTS

2.1 CONCRETE MATERIALS

  A. Portland Cement: ASTM C150, Type I.
     1. Manufacturers: Subject to compliance with requirements,
        provide products by one of the following:
        a. Acme Cement Company.
        b. Beta Materials, Inc.; Model 2.
     2. Basis-of-Design Product: Subject to compliance with
        requirements, provide Gamma; Cem-X or a comparable product.

PART 3 - EXECUTION

3.1 FIELD QUALITY CONTROL

  A. Test one set of specifications.

END OF SECTION 033000
",
];
const FOOT: &str = "CAST-IN-PLACE CONCRETE 033000 - #";

#[test]
fn parts_articles_and_paragraphs_form_a_tree_over_the_page_break() {
    let section = only(&CONCRETE, FOOT);
    let expected = "\
PART 1 | GENERAL
1.1 RELATED DOCUMENTS
  A. Drawings and general provisions of the Contract, including Section 013300 \"Submittal Procedures\" apply.
1.2 ACTION SUBMITTALS
  A. Product Data: For each type of product.
  B. Shop Drawings:
    1. Plans.
    2. Sections.
  C. Submit the following:
    1. Samples of form facings and of the hardened specifications.
1.3 QUALITY ASSURANCE
  A. Installer Qualifications: Certified by
    1. the manufacturer of the system.
  B. Testing Agency: Comply with ASTM C1077 and ASTM C150/C150M.
PART 2 | PRODUCTS
2.1 CONCRETE MATERIALS
  A. Portland Cement: ASTM C150, Type I.
    1. Manufacturers: Subject to compliance with requirements, provide products by one of the following:
      a. Acme Cement Company.
      b. Beta Materials, Inc.; Model 2.
    2. Basis-of-Design Product: Subject to compliance with requirements, provide Gamma; Cem-X or a comparable product.
PART 3 | EXECUTION
3.1 FIELD QUALITY CONTROL
  A. Test one set of specifications.
";
    assert_eq!(tree(&section), expected);
    assert_eq!(section.division_title.as_deref(), Some("Concrete"));
    let article = &section.parts[1].articles[0];
    assert_eq!(article.page_number, 2);
    let first = &section.parts[0].articles[0].paragraphs[0];
    // Two lines of 11 points, 13 apart.
    let height = (first.display_box.bottom - first.display_box.top) * 792.0;
    assert!((height - 24.0).abs() < 0.1, "{height}");
}

#[test]
fn what_a_section_asks_for_is_listed() {
    let section = only(&CONCRETE, FOOT);
    let texts = |passages: &[super::super::super::bound::Passage]| -> Vec<String> {
        passages
            .iter()
            .map(|passage| passage.text.clone())
            .collect()
    };
    assert_eq!(
        texts(&section.submittals),
        [
            "A. Product Data: For each type of product.",
            "B. Shop Drawings:",
            "1. Samples of form facings and of the hardened specifications.",
        ]
    );
    assert_eq!(
        texts(&section.quality_requirements),
        [
            "A. Installer Qualifications: Certified by",
            "B. Testing Agency: Comply with ASTM C1077 and ASTM C150/C150M.",
            "A. Test one set of specifications.",
        ]
    );
    let products: Vec<_> = section
        .products
        .iter()
        .map(|product| (product.name.as_str(), product.manufacturers.join(" | ")))
        .collect();
    assert_eq!(
        products,
        [
            (
                "Portland Cement",
                "Acme Cement Company | Beta Materials, Inc.".to_owned()
            ),
            ("Portland Cement", "Gamma".to_owned()),
        ]
    );
    let standards: Vec<_> = section
        .standards
        .iter()
        .map(|found| format!("{} {}", found.publisher, found.number))
        .collect();
    assert_eq!(standards, ["ASTM C1077", "ASTM C150/C150M"]);
    let related: Vec<_> = section
        .related_sections
        .iter()
        .map(|found| (found.section_number.as_str(), found.title.as_deref()))
        .collect();
    assert_eq!(related, [("01 33 00", Some("Submittal Procedures"))]);
}

#[test]
fn canadian_labels_nest_by_their_indent() {
    let body = "
SECTION 03 30 00
CAST-IN-PLACE CONCRETE

Part 1 General

1.1 SUBMITTALS
  .1 Product data:
     .1 Submit data sheets
        in two copies.
     .2 Submit samples.
  .2 Shop drawings.

Part 2 Products

2.1 MATERIALS
  .1 Cement: to CSA A3001.
";
    let expected = "\
Part 1 | General
1.1 SUBMITTALS
  .1 Product data:
    .1 Submit data sheets in two copies.
    .2 Submit samples.
  .2 Shop drawings.
Part 2 | Products
2.1 MATERIALS
  .1 Cement: to CSA A3001.
";
    assert_eq!(tree(&only(&[body], "^#")), expected);
}

#[test]
fn ufgs_numbers_its_subparagraphs() {
    let body = "
SECTION 03 30 00

CAST-IN-PLACE CONCRETE
05/14

PART 1   GENERAL

1.1   REFERENCES

The publications listed below form a part of this
specification.

1.2   QUALITY ASSURANCE

1.2.1   Concrete Samples

Place a minimum of two samples.

a.  Size of the first.

b.  Size of the second.

1.2.1.1   Finish

Finish as shown.

1.2.2   Pre-Installation Meetings

Meet before work.
";
    let expected = "\
PART 1 | GENERAL
1.1 REFERENCES
   The publications listed below form a part of this specification.
1.2 QUALITY ASSURANCE
  1.2.1 Concrete Samples
     Place a minimum of two samples.
    a. Size of the first.
    b. Size of the second.
    1.2.1.1 Finish
       Finish as shown.
  1.2.2 Pre-Installation Meetings
     Meet before work.
";
    assert_eq!(tree(&only(&[body], "^#")), expected);
}

#[test]
fn figures_in_running_text_are_no_labels() {
    let body = "
SECTION 03 30 00
CAST-IN-PLACE CONCRETE

PART 1 - GENERAL

1.1 WORK
  A. Slopes shall be at least
     1.5 inches in the length of
     2. In wet places
     B. and C. they double.
  B. Text.
";
    let section = only(&[body], "^#");
    let paragraphs = &section.parts[0].articles[0].paragraphs;
    assert_eq!(section.parts[0].articles.len(), 1);
    let labels: Vec<_> = paragraphs
        .iter()
        .map(|paragraph| paragraph.label.as_str())
        .collect();
    assert_eq!(labels.first(), Some(&"A."));
    assert!(
        paragraphs[0]
            .text
            .starts_with("Slopes shall be at least 1.5 inches in the length of 2. In wet")
    );
}

#[test]
fn heads_and_feet_stay_out_of_the_text() {
    let first = "SECTION 03 30 00\nCAST-IN-PLACE CONCRETE\n\nPART 1 - GENERAL\n\n1.1 WORK\n  A. This goes on over";
    let second = "     the page.\n  B. And so on over";
    let third = "     another.\nEND OF SECTION";
    let leaves = [first, second, third]
        .iter()
        .zip(1..)
        .map(|(body, number)| {
            page(
                number,
                "Town Hall, Madison",
                body,
                &format!("^Architects, Inc.\n^{number}"),
            )
        })
        .collect();
    let sections = find(&volume(leaves));
    let texts: Vec<_> = sections[0].parts[0].articles[0]
        .paragraphs
        .iter()
        .map(|paragraph| paragraph.text.as_str())
        .collect();
    assert_eq!(
        texts,
        ["This goes on over the page.", "And so on over another."]
    );
}

/// Sections begin with the same sentences at the same heights; heads and feet do so too.
#[test]
fn a_sentence_that_comes_back_at_the_edge_of_pages_stays_in_the_text() {
    let upper = "
1.8 WARRANTY
   A. Special Warranty: Manufacturer agrees to repair components that fail
      in materials or workmanship within the warranty period.
   B. Comply with the general provisions of the Contract, including General
      Conditions and Division 01 Specification Sections
";
    // Down to the foot of the page.
    let gap = "\n".repeat(38);
    let lower = format!(
        "{upper}{gap}   C. Submit data for each product under\n      Section 01 33 00 and ASTM C645, including instructions for each"
    );
    let mut leaves = Vec::new();
    for (at, number) in ["08 41 13", "08 44 13", "08 51 13", "08 80 00"]
        .iter()
        .enumerate()
    {
        let first = format!(
            "SECTION {number} - GLAZED WORK\n\nPART 1 - GENERAL\n\n1.1 SUMMARY\n   A. Work."
        );
        let foot = format!("GLAZED WORK {number} - #");
        leaves.extend(section(
            1 + 2 * at as u32,
            "HARBOUR LIBRARY",
            &[&first, &lower],
            &foot,
        ));
    }
    let sections = find(&volume(leaves));
    assert_eq!(sections.len(), 4);
    for section in &sections {
        let text = tree(section);
        for part in [
            "within the warranty period",
            "Division 01",
            "ASTM C645, including",
        ] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        assert!(
            !text.contains("HARBOUR") && !text.contains("GLAZED WORK 08"),
            "{text}"
        );
    }
}

#[test]
fn ufgs_groups_its_submittals() {
    let body = "
SECTION 03 30 00

CAST-IN-PLACE CONCRETE

PART 1   GENERAL

1.1   SUBMITTALS

Submit the following in accordance with Section 01 33 00
SUBMITTAL PROCEDURES:

SD-02 Shop Drawings

  Formwork; G

SD-03 Product Data

  Curing Compound
";
    let section = only(&[body], "^#");
    let texts: Vec<_> = section
        .submittals
        .iter()
        .map(|passage| passage.text.as_str())
        .collect();
    assert_eq!(
        texts,
        [
            "SD-02 Shop Drawings: Formwork; G",
            "SD-03 Product Data: Curing Compound"
        ]
    );
}

#[test]
fn a_title_may_run_into_its_text_and_a_part_may_have_no_articles() {
    let body = "
SECTION 02500
PAVING

PART 1 - GENERAL

1.01 SCOPE: The work includes paving of
     streets.

PART 2 - PRODUCTS

  A. Asphalt.
  B. Stone.
";
    let expected = "\
PART 1 | GENERAL
1.01 SCOPE
   The work includes paving of streets.
PART 2 | PRODUCTS
 \n  A. Asphalt.
  B. Stone.
";
    assert_eq!(tree(&only(&[body], "^#")), expected);
}

#[test]
fn submittals_without_labels_are_told_apart_by_the_headings_that_run_in() {
    let section = only(
        &["
^SECTION 07 21 00
^INSULATION

PART 1   GENERAL
1.1   SUBMITTALS
Product Data: Printed literature on boards that states physical properties
and limits of use.
Shop Drawings: Layout of boards with dimensions verified in the
field.
Operation and Maintenance Data: For boards, in the form that follows: one
volume.
1.2   QUALITY ASSURANCE
Obtain boards from one source.
"],
        "^SECTION 07 21 00  Page #",
    );
    let texts: Vec<&str> = section
        .submittals
        .iter()
        .map(|item| item.text.as_str())
        .collect();
    assert_eq!(
        texts,
        [
            "Product Data: Printed literature on boards that states physical properties and limits of use.",
            "Shop Drawings: Layout of boards with dimensions verified in the field.",
            "Operation and Maintenance Data: For boards, in the form that follows: one volume.",
        ]
    );
}

#[test]
fn general_conditions_have_articles_without_parts() {
    let body = "
^SECTION 00 72 00
^GENERAL CONDITIONS

ARTICLE 1 – DEFINITIONS
1.1 Addendum. A written instrument issued before the opening of bids.
1.1.1 It is numbered.
ARTICLE 2 – PRELIMINARY MATTERS
2.1 Bonds are delivered as Article 5 requires.
END OF SECTION
";
    let found = only(&[body], "");
    let titles: Vec<&str> = found
        .parts
        .iter()
        .flat_map(|part| &part.articles)
        .map(|article| article.title.as_str())
        .collect();
    assert_eq!(titles, ["DEFINITIONS", "PRELIMINARY MATTERS"]);
    let first = &found.parts[0].articles[0];
    assert_eq!(first.label, "ARTICLE 1");
    assert_eq!(first.paragraphs[0].label, "1.1");
    assert_eq!(first.paragraphs[0].paragraphs[0].label, "1.1.1");
}

const LISTED_PUBLICATIONS: [&str; 1] = ["
SECTION 07 31 13
ASPHALT SHINGLES

PART 1 - GENERAL

1.1 APPLICABLE PUBLICATIONS
A. Comply with references to extent specified in this section.
B. ASTM International (ASTM):
1. D226/D226M-17 - Asphalt-Saturated Organic Felt Used in Roofing.
C. UL LLC (UL):
1. 790-14 - Standard Test Methods for Fire Tests of Roof Coverings.
1.2 SUBMITTALS
A. Product data.

END OF SECTION
"];

#[test]
fn figures_of_a_list_are_no_designations() {
    let section = only(&LISTED_PUBLICATIONS, FOOT);
    let standards: Vec<_> = section
        .standards
        .iter()
        .map(|found| format!("{} {}", found.publisher, found.number))
        .collect();
    assert_eq!(standards, ["ASTM D226/D226M-17", "UL 790-14"]);
}

#[test]
fn how_to_submit_is_left_out_and_what_stands_below_it_is_kept() {
    let body = "
SECTION 09300 - TILE

PART 1 GENERAL

1.01 SUBMITTALS

  A. Submit under provisions of Section 01300.
     1. Two samples of each tile.
  B. Submit in accordance with Section 01 33 00.
  C. Submit shop drawings under provisions of Section 01300.
";
    let submittals: Vec<_> = only(&[body], "09300-#")
        .submittals
        .into_iter()
        .map(|passage| passage.text)
        .collect();
    let expected = [
        "1. Two samples of each tile.",
        "C. Submit shop drawings under provisions of Section 01300.",
    ];
    assert_eq!(submittals, expected);
}
