//! Tables of contents, which name sections and begin none: of a volume, and of a section.

use super::super::find;
use super::book::{found, page, row, section, volume};

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
