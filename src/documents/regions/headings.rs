//! Which rows at the top of a table are its headings, told by the words of the trade.

use super::grid::RawTable;

/// Words of column headings in schedules of all trades.
const HEADING_WORDS: &[&str] = &[
    "ABBR",
    "ACCESSORIES",
    "AMPS",
    "AREA",
    "BASE",
    "BOTANICAL",
    "BREAKER",
    "BTU",
    "CAPACITY",
    "CATALOG",
    "CEILING",
    "CFM",
    "CIRCUIT",
    "CKT",
    "CODE",
    "COLOR",
    "COLOUR",
    "COMMENTS",
    "COMMON",
    "CW",
    "DATE",
    "DEPTH",
    "DESCRIPTION",
    "DESIGNATION",
    "DETAIL",
    "DIA",
    "DIAMETER",
    "DIMENSIONS",
    "DOOR",
    "DRAIN",
    "EAST",
    "ELEVATION",
    "EQUIPMENT",
    "FINISH",
    "FIRE",
    "FIXTURE",
    "FLOOR",
    "FRAME",
    "FUEL",
    "GLASS",
    "GLAZING",
    "GPM",
    "HARDWARE",
    "HEAD",
    "HEIGHT",
    "HP",
    "HW",
    "ID",
    "ITEM",
    "JAMB",
    "KEY",
    "KVA",
    "KW",
    "LAMP",
    "LENGTH",
    "LOAD",
    "LOCATION",
    "MANUFACTURER",
    "MARK",
    "MATERIAL",
    "MATL",
    "MFR",
    "MODEL",
    "MOUNTING",
    "NAME",
    "NO",
    "NORTH",
    "NOTES",
    "NUMBER",
    "PHASE",
    "POLES",
    "PRODUCT",
    "QTY",
    "QUANTITY",
    "RATING",
    "REINFORCEMENT",
    "REMARKS",
    "ROOM",
    "SERVES",
    "SERVICE",
    "SHEET",
    "SILL",
    "SIZE",
    "SOUTH",
    "SPACING",
    "STYLE",
    "SYMBOL",
    "SYSTEM",
    "TAG",
    "THICKNESS",
    "THK",
    "TITLE",
    "TRIM",
    "TYPE",
    "UNIT",
    "VENT",
    "VOLTAGE",
    "VOLTS",
    "WALL",
    "WALLS",
    "WASTE",
    "WATTS",
    "WEIGHT",
    "WEST",
    "WIDTH",
    "WINDOW",
];

/// How many rows at the top are headings: up to the last of the first four in which most cells are
/// words of headings; one at least.
pub(super) fn heading_rows(table: &RawTable) -> usize {
    let mut count = 1;
    for (number, row) in table.rows.iter().enumerate().take(4) {
        let filled: Vec<_> = row.iter().filter(|cell| !cell.lines.is_empty()).collect();
        let headings = filled
            .iter()
            .filter(|cell| {
                let text = cell.text().to_uppercase();
                let words = text.split(|c: char| !c.is_alphanumeric());
                let words = words.filter(|word| !word.is_empty()).count();
                // An entry may hold one among others: `COPPER TYPE L`.
                let known = text.split(|c: char| !c.is_alphanumeric());
                let known = known.filter(|word| HEADING_WORDS.contains(word)).count();
                let enough = if number == 0 {
                    known > 0
                } else {
                    known * 2 >= words
                };
                known > 0 && enough && !text.chars().any(|c| c.is_ascii_digit())
            })
            .count();
        // A heading over several columns has their own headings below it.
        let spans = number == 0
            && row.len() > 1
            && filled.iter().any(|cell| cell.spans > 1)
            && filled.len() < table.column_count;
        if spans {
            count = 2;
        }
        if filled.len() > 1 && headings * 10 >= filled.len() * 6 {
            count = count.max(number + 1);
        }
        // Entries have figures; a list may have no headings at all.
        let figures = filled
            .iter()
            .filter(|cell| cell.text().chars().any(|c| c.is_ascii_digit()))
            .count();
        if number == 0 && headings == 0 && figures * 2 >= filled.len() {
            return 0;
        }
    }
    count.min(table.rows.len())
}
