//! Where sections begin and end, and what they are called.

use super::super::super::page::PageKind;
use super::super::find;
use super::book::{found, page, row, section, volume};

const MORE: &str = "
A. Comply with requirements of the Contract for all work of this kind.
B. Related Sections:
  1. Section 07 92 00 \"Joint Sealants\" for sealants.
Section 03 20 00 - Concrete Reinforcing, for bars.
  2. Store materials under cover.
";

#[test]
fn masterspec_with_the_title_on_the_line_of_the_number_and_in_the_foot() {
    let first = "
SECTION 033000 - CAST-IN-PLACE CONCRETE

PART 1 - GENERAL

1.1 SUMMARY

   A. Section includes cast-in-place concrete.
";
    let second = "
SECTION 042000 - UNIT MASONRY

PART 1 - GENERAL

1.1 SUMMARY

   A. Section includes concrete masonry units.

END OF SECTION 042000
";
    let mut leaves = section(
        1,
        "",
        &[first, MORE, "C. The last.\n\nEND OF SECTION 033000"],
        "CAST-IN-PLACE CONCRETE          033000 - #",
    );
    leaves.extend(section(
        4,
        "",
        &[second],
        "UNIT MASONRY          042000 - #",
    ));
    assert_eq!(
        found(leaves),
        [
            row("03 30 00", "CAST-IN-PLACE CONCRETE", 1, 3),
            row("04 20 00", "UNIT MASONRY", 4, 4)
        ]
    );
}

#[test]
fn number_and_title_on_lines_of_their_own_and_a_head_on_each_page() {
    let first = "
^SECTION 23 05 93

^TESTING, ADJUSTING, AND BALANCING
^FOR HVAC

PART 1  GENERAL

1.01 SUMMARY
";
    let mut leaves = section(
        1,
        "City Hall Renovation\nSECTION 23 05 93",
        &[first, MORE, MORE],
        "^Page #",
    );
    leaves.extend(section(
        4,
        "City Hall Renovation\nSECTION 23 07 00",
        &[
            "
^SECTION 23 07 00

^HVAC INSULATION

PART 1  GENERAL
1.01 SUMMARY
",
            "C. Text.\n^END OF SECTION",
            "",
            "^THIS PAGE INTENTIONALLY LEFT BLANK",
        ],
        "^Page #",
    ));
    assert_eq!(
        found(leaves),
        [
            row(
                "23 05 93",
                "TESTING, ADJUSTING, AND BALANCING FOR HVAC",
                1,
                3
            ),
            row("23 07 00", "HVAC INSULATION", 4, 5),
        ]
    );
}

#[test]
fn veterans_affairs_with_bare_feet_and_dates_in_the_head() {
    let first = "
^SECTION 09 91 00
^PAINTING

PART 1-GENERAL

1.1 DESCRIPTION
  A. Section specifies field painting.
";
    let leaves = section(
        1,
        "01-01-21",
        &[first, MORE, "B. Text.\n- - - E N D - - -"],
        "^09 91 00 - #",
    );
    assert_eq!(found(leaves), [row("09 91 00", "PAINTING", 1, 3)]);
}

#[test]
fn five_figures_with_a_section_that_starts_in_the_middle_of_a_page() {
    let first = "
SECTION 03300 - CAST-IN-PLACE CONCRETE

PART 1 - GENERAL
1.01 SCOPE
A. Furnish concrete.
";
    let both = "
B. Cure it.

END OF SECTION

SECTION 04200
UNIT MASONRY

PART 1 - GENERAL
1.01 SCOPE
A. Furnish masonry.
";
    let leaves = vec![
        page(1, "", first, "^1"),
        page(2, "", MORE, "^2"),
        page(3, "", both, "^3"),
        page(4, "", "B. Text.\nEND OF SECTION", "^4"),
    ];
    assert_eq!(
        found(leaves),
        [
            row("03300", "CAST-IN-PLACE CONCRETE", 1, 3),
            row("04200", "UNIT MASONRY", 3, 4)
        ]
    );
}

#[test]
fn canadian_sections_named_only_by_their_heads() {
    let mut leaves = Vec::new();
    for (from, number, title) in [
        (1, "03 30 00", "CAST-IN-PLACE CONCRETE"),
        (3, "07 92 00", "JOINT SEALANTS"),
        (5, "09 91 23", "INTERIOR PAINTING"),
    ] {
        for own in 1..=2 {
            let head = format!(
                "Town Library {title} Section {number}\nProject No. 12345 Page {own} of 2\n2015-03-02"
            );
            let body = if own == 1 {
                "Part 1 General\n1.1 RELATED REQUIREMENTS\n .1 Section 01 33 00 - Submittal Procedures.\n .2 Text."
            } else {
                "Part 3 Execution\n3.1 WORK\n .1 Text.\n^END OF SECTION"
            };
            leaves.push(page(from + own - 1, &head, body, ""));
        }
    }
    assert_eq!(
        found(leaves),
        [
            row("03 30 00", "CAST-IN-PLACE CONCRETE", 1, 2),
            row("07 92 00", "JOINT SEALANTS", 3, 4),
            row("09 91 23", "INTERIOR PAINTING", 5, 6),
        ]
    );
}

#[test]
fn sections_known_from_their_feet_alone() {
    let mut leaves = section(
        1,
        "",
        &["1.1 GENERAL\nA. Text one.", MORE],
        "JOINT SEALANTS 07 92 00 - #",
    );
    leaves.extend(section(
        3,
        "",
        &["1.1 GENERAL\nA. Text two.", MORE, MORE],
        "PAINTING 09 91 00 - #",
    ));
    assert_eq!(
        found(leaves),
        [
            row("07 92 00", "JOINT SEALANTS", 1, 2),
            row("09 91 00", "PAINTING", 3, 5)
        ]
    );
}

#[test]
fn left_and_right_pages_have_different_feet() {
    let mut leaves = Vec::new();
    for (from, number, title) in [
        (1, "07 92 00", "JOINT SEALANTS"),
        (3, "09 91 00", "PAINTING"),
    ] {
        let first = format!("^SECTION {number}\n^{title}\n\nPART 1 GENERAL\n1.1 SUMMARY");
        leaves.push(page(from, "", &first, &format!("{title} {number} - 1")));
        leaves.push(page(from + 1, "", MORE, &format!("{number} - 2 {title}")));
    }
    assert_eq!(
        found(leaves),
        [
            row("07 92 00", "JOINT SEALANTS", 1, 2),
            row("09 91 00", "PAINTING", 3, 4)
        ]
    );
}

#[test]
fn references_at_the_start_of_a_line_or_a_page_start_nothing() {
    let first = "
SECTION 03 30 00
CAST-IN-PLACE CONCRETE

PART 1 - GENERAL

1.1 RELATED SECTIONS
Section 07 92 00 Joint Sealants
SECTION 09 91 00 - PAINTING

1.2 WORK
A. Comply with all that is specified in
";
    let second = "
SECTION 04 20 00 - UNIT MASONRY
and elsewhere.
B. Text.
END OF SECTION
";
    let leaves = vec![page(1, "", first, "^1"), page(2, "", second, "^2")];
    assert_eq!(
        found(leaves),
        [row("03 30 00", "CAST-IN-PLACE CONCRETE", 1, 2)]
    );
}

#[test]
fn spoilt_letters_and_wide_letters_are_read() {
    let leaves = vec![
        page(
            1,
            "",
            "^S E C T I O N 0 3 3 0 0 0\n\n^C A S T - I N - P L A C E  C O N C R E T E\n\nP A R T 1 - G E N E R A L\n1.1 SUMMARY",
            "CAST-IN-PLACE CONCRETE 033000 - 1",
        ),
        page(2, "", MORE, "CAST-IN-PLACE CONCRETE 033000 - 2"),
        page(
            3,
            "",
            "^SECTI0N O4 2O OO\n^UNIT MASONRY\n\nPART l - GENERAL\nl.l SUMMARY",
            "UNIT MASONRY 042000 - 1",
        ),
    ];
    assert_eq!(
        found(leaves),
        [
            row("03 30 00", "CAST-IN-PLACE CONCRETE", 1, 2),
            row("04 20 00", "UNIT MASONRY", 3, 3)
        ]
    );
}

#[test]
fn drawings_and_missing_pages_inside_a_section_do_not_end_it() {
    let first = "SECTION 03 30 00\nCAST-IN-PLACE CONCRETE\n\nPART 1 - GENERAL\n1.1 SUMMARY";
    let mut sheet = page(
        2,
        "",
        "SECTION 05 12 00\nSTRUCTURAL STEEL\n\nPART 1 - GENERAL",
        "",
    );
    sheet.reading.kind = PageKind::Drawing;
    let leaves = vec![
        page(1, "", first, "^1"),
        sheet,
        page(5, "", "PART 3 - EXECUTION\nEND OF SECTION", "^5"),
    ];
    assert_eq!(
        found(leaves),
        [row("03 30 00", "CAST-IN-PLACE CONCRETE", 1, 5)]
    );
}

#[test]
fn a_section_whose_first_page_is_missing_is_known_from_its_feet_or_its_end() {
    let first = "SECTION 03 30 00\nCAST-IN-PLACE CONCRETE\n\nPART 1 - GENERAL\n1.1 SUMMARY\nEND OF SECTION 03 30 00";
    let leaves = vec![
        page(1, "", first, "^03 30 00 - 1"),
        page(3, "", MORE, "^04 20 00 - 2"),
        page(4, "", "END OF SECTION 04 20 00", "^04 20 00 - 3"),
    ];
    let numbers: Vec<_> = found(leaves)
        .into_iter()
        .map(|row| (row.0, row.2, row.3))
        .collect();
    assert_eq!(
        numbers,
        [("03 30 00".to_owned(), 1, 1), ("04 20 00".to_owned(), 3, 4)]
    );
    let leaves = vec![
        page(1, "", first, "^1"),
        page(3, "", MORE, "^3"),
        page(4, "", "C. Text.\nEND OF SECTION 04 20 00", "^4"),
    ];
    let numbers: Vec<_> = found(leaves)
        .into_iter()
        .map(|row| (row.0, row.2, row.3))
        .collect();
    assert_eq!(
        numbers,
        [("03 30 00".to_owned(), 1, 1), ("04 20 00".to_owned(), 3, 4)]
    );
}

#[test]
fn bidding_documents_have_no_parts() {
    let leaves = vec![
        page(
            1,
            "",
            "^DOCUMENT 00 11 13\n^ADVERTISEMENT FOR BIDS\n\nSealed bids will be received until noon.\n^END OF DOCUMENT",
            "^1",
        ),
        page(
            2,
            "",
            "^DOCUMENT 00 21 13\n^INSTRUCTIONS TO BIDDERS\n\nBidders shall read all documents.",
            "^2",
        ),
        page(3, "", "Bids are opened in public.\n^END OF DOCUMENT", "^3"),
    ];
    assert_eq!(
        found(leaves),
        [
            row("00 11 13", "ADVERTISEMENT FOR BIDS", 1, 1),
            row("00 21 13", "INSTRUCTIONS TO BIDDERS", 2, 3)
        ]
    );
}

#[test]
fn an_instruction_of_an_addendum_is_no_section() {
    let body = "
^ADDENDUM NO. 2

SECTION 03 30 00 - CAST-IN-PLACE CONCRETE
1. Delete paragraph 2.1.A.
SECTION 04 20 00 - UNIT MASONRY
2. Revise paragraph 1.3.
";
    assert_eq!(found(vec![page(1, "", body, "")]), []);
}

#[test]
fn nothing_hostile_breaks_the_search() {
    assert_eq!(found(Vec::new()), []);
    let mut odd = page(1, "", "SECTION 03 30 00\n\u{202e}é\u{300}\nPART", "");
    odd.lines.iter_mut().for_each(|line| line.top = f64::NAN);
    odd.reading.height_points = f64::NAN;
    found(vec![odd]);
}

#[test]
fn a_section_that_ends_on_the_first_page_of_the_next_keeps_what_it_has_there() {
    let first = "
SECTION 31 10 00
SITE CLEARING
PART 1 - GENERAL
1.1 SUMMARY
  A. Clearing.
1.2 WARRANTY
  A. None.
";
    let shared = "
1.3 CLEANING
  A. Clean the site.

SECTION 31 20 00
EARTH MOVING
PART 1 - GENERAL
1.1 SUMMARY
  A. Earth.
";
    let mut leaves = section(
        1,
        "",
        &[first, MORE, shared],
        "Section 31 10 00          Page # of 3",
    );
    leaves.extend(section(
        4,
        "",
        &[MORE],
        "Section 31 20 00          Page 2 of 2",
    ));
    let sections = find(&volume(leaves));
    let ends: Vec<_> = sections
        .iter()
        .map(|found| {
            (
                found.section_number.as_str(),
                found.page_start,
                found.page_end,
            )
        })
        .collect();
    assert_eq!(ends, [("31 10 00", 1, 3), ("31 20 00", 3, 4)]);
    let articles = sections[0].parts.iter().flat_map(|part| &part.articles);
    assert!(
        articles
            .into_iter()
            .any(|article| article.title == "CLEANING")
    );
}

#[test]
fn an_outline_names_its_sections_without_the_word_and_without_parts() {
    let body = "
DIVISION 03 - CONCRETE

03 30 00 CAST-IN-PLACE CONCRETE
A. Portland cement: ASTM C150, Type I.
B. Reinforcement: ASTM A615, Grade 60.

04 20 00 UNIT MASONRY
A. Concrete masonry units: ASTM C90.
B. See Section 03 30 00 for grout.
";
    assert_eq!(
        found(vec![page(1, "", body, "")]),
        [
            row("03 30 00", "CAST-IN-PLACE CONCRETE", 1, 1),
            row("04 20 00", "UNIT MASONRY", 1, 1),
        ]
    );
    let changes = format!("^ADDENDUM NO. 2\n{body}");
    assert_eq!(found(vec![page(1, "", &changes, "")]), []);
}

#[test]
fn a_note_above_the_first_part_that_cites_a_section_is_no_heading() {
    let body = "
^SECTION 07 31 13
^ASPHALT SHINGLES

SPEC WRITER NOTE: Delete what is not applicable to the project.
Section 01 81 13 is cited here only for editing.

PART 1 - GENERAL

1.1 DESCRIPTION
";
    assert_eq!(
        found(vec![page(1, "", body, "")]),
        [row("07 31 13", "ASPHALT SHINGLES", 1, 1)]
    );
}
