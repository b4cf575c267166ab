//! Where sections begin and end, and what they are called.

use super::super::super::binding::Leaf;
use super::super::super::page::PageKind;
use super::super::find;
use super::book::{page, section, volume};

/// Number, title, first and last page of each section.
fn found(leaves: Vec<Leaf>) -> Vec<(String, String, u32, u32)> {
    find(&volume(leaves))
        .into_iter()
        .map(|found| {
            (
                found.section_number,
                found.section_title,
                found.page_start,
                found.page_end,
            )
        })
        .collect()
}

fn row(number: &str, title: &str, from: u32, to: u32) -> (String, String, u32, u32) {
    (number.to_owned(), title.to_owned(), from, to)
}

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
fn ufgs_with_a_table_of_contents_in_front_of_the_section() {
    let contents = "
^SECTION TABLE OF CONTENTS

^DIVISION 03 - CONCRETE

^SECTION 03 30 00

^CAST-IN-PLACE CONCRETE

^05/14

PART 1   GENERAL

  1.1   REFERENCES
  1.2   SUBMITTALS

PART 2   PRODUCTS

  2.1   CEMENT

PART 3   EXECUTION

  3.1   PLACING

-- End of Section Table of Contents --
";
    let first = "
^SECTION 03 30 00

^CAST-IN-PLACE CONCRETE
^05/14

PART 1   GENERAL

1.1   REFERENCES

The publications listed below form a part of this specification.
";
    let last = "
PART 3   EXECUTION

3.1   PLACING

Place concrete as specified in
Section 03 15 00 CONCRETE ACCESSORIES.

       -- End of Section --
";
    let leaves = section(
        1,
        "",
        &[contents, first, last],
        "^SECTION 03 30 00   Page #",
    );
    let sections = find(&volume(leaves));
    assert_eq!(sections.len(), 1);
    let section = &sections[0];
    assert_eq!((section.page_start, section.page_end), (1, 3));
    assert_eq!(section.section_title, "CAST-IN-PLACE CONCRETE");
    let parts: Vec<_> = section
        .parts
        .iter()
        .map(|part| (part.label.as_str(), part.page_start))
        .collect();
    assert_eq!(parts, [("PART 1", 2), ("PART 3", 3)]);
    assert_eq!(section.related_sections[0].section_number, "03 15 00");
    assert_eq!(
        section.related_sections[0].title.as_deref(),
        Some("CONCRETE ACCESSORIES")
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
fn tables_of_contents_and_lists_give_no_sections() {
    let mut list = String::from("^TABLE OF CONTENTS\n\n");
    for row in 0..30 {
        list.push_str(&format!(
            "SECTION 03 {:02} 00 - CONCRETE WORK OF KIND {row} ...... {}\n",
            10 + row,
            row + 4
        ));
    }
    let schedule = "
SECTION 01 33 00 - SUBMITTAL PROCEDURES

PART 1 - GENERAL

1.1 SCHEDULE OF SUBMITTALS

03 30 00 Cast-in-Place Concrete
04 20 00 Unit Masonry
05 12 00 Structural Steel
07 92 00 Joint Sealants
08 11 13 Hollow Metal

END OF SECTION
";
    let leaves = vec![
        page(1, "", &list, "^i"),
        page(2, "", &list.replace("TABLE OF CONTENTS", ""), "^ii"),
        page(3, "", schedule, "^1"),
    ];
    assert_eq!(
        found(leaves),
        [row("01 33 00", "SUBMITTAL PROCEDURES", 3, 3)]
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
fn an_entry_of_a_table_of_contents_is_no_heading_though_the_section_begins_overleaf() {
    let contents = "
^TABLE OF CONTENTS

DIVISION 02 - EXISTING CONDITIONS
  02 41 19 Selective Demolition@

DIVISION 06 - WOOD
  06 10 00 Rough Carpentry@
  06 20 00 Finish Carpentry@
  06 40 23 Woodwork@
";
    let only_entry = "
^TABLE OF CONTENTS

DIVISION 02 - EXISTING CONDITIONS
  02 41 19 Selective Demolition@
";
    let body = "
Part 1 General
1.1 SUMMARY
  .1 This Section specifies partitions.
";
    // One rule each: what follows the entry, and its leaders.
    for contents in [
        contents.replace('@', ""),
        only_entry.replace('@', " .......... 1-5"),
    ] {
        let mut leaves = vec![page(1, "", &contents, "")];
        leaves.extend(section(
            2,
            "^SELECTIVE DEMOLITION          Section 02 41 19          Page # of 2",
            &[body, ".2 More.\n^END OF SECTION"],
            "",
        ));
        leaves.extend(section(
            4,
            "^ROUGH CARPENTRY          Section 06 10 00          Page # of 2",
            &[body, ".2 More.\n^END OF SECTION"],
            "",
        ));
        assert_eq!(
            found(leaves),
            [
                row("02 41 19", "SELECTIVE DEMOLITION", 2, 3),
                row("06 10 00", "ROUGH CARPENTRY", 4, 5)
            ],
            "{contents}"
        );
    }
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

#[test]
fn a_table_of_contents_may_count_the_pages_of_each_section() {
    let contents = |word: &str| {
        page(
            1,
            &format!(
                "^TABLE OF CONTENTS\n\n{word}03 30 00 - CAST-IN-PLACE CONCRETE ...... 03 30 00 - 1"
            ),
            &format!(
                "{word}04 20 00 - UNIT MASONRY ...... 04 20 00 - 1
{word}05 12 00 - STRUCTURAL STEEL ...... 05 12 00 - 1
{word}06 10 00 - ROUGH CARPENTRY ...... 06 10 00 - 1"
            ),
            "",
        )
    };
    let body = "
SECTION 03 30 00 - CAST-IN-PLACE CONCRETE

PART 1 - GENERAL
1.1 SUMMARY
   A. Work.
";
    for word in ["SECTION ", ""] {
        let mut leaves = vec![contents(word)];
        let foot = "CAST-IN-PLACE CONCRETE 03 30 00 - #";
        leaves.extend(section(2, "", &[body, "B. More."], foot));
        assert_eq!(
            found(leaves),
            [row("03 30 00", "CAST-IN-PLACE CONCRETE", 2, 3)],
            "{word}"
        );
    }
}
