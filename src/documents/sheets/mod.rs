//! Sheets: what a drawing says of itself in its title block, first page by page, then over the set.
//! The worker asks for each drawing page, the binding for all of them.

mod dates;
mod discipline;
mod drawing_type;
mod fields;
mod free_project;
mod furniture;
mod hints;
mod label_texts;
mod labels;
mod listing;
mod number_shape;
#[cfg(test)]
mod office_tests;
mod project;
mod references;
mod revisions;
mod scale;
mod settle;
#[cfg(test)]
mod settle_tests;
mod sheet_index;
mod sheet_name;
mod sheet_number;
mod slots;
mod title_block;
mod trade_words;

pub(super) use labels::{Label, label};
pub(super) use scale::{RATIOS, SCALES_IN_WORDS, drawn_scale, with_signs, with_whole_inches};
pub(super) use settle::settle;
pub(super) use title_block::{SheetFacts, sheet_facts};

/// The sheets that `A5.01 through A5.04` names between its ends.
pub(super) fn sheets_between(first: &str, last: &str) -> Vec<String> {
    number_shape::between(first, last)
}

/// The text as a sheet number, in capitals, when it has the shape of one.
pub(super) fn as_sheet_number(text: &str) -> Option<String> {
    number_shape::as_sheet_number(text).map(|(number, _)| number)
}
