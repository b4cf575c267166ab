//! The names of months as dates have them, in capitals. Sheets and specifications look for dates.

const SHORT: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const LONG: [&str; 12] = [
    "JANUARY",
    "FEBRUARY",
    "MARCH",
    "APRIL",
    "MAY",
    "JUNE",
    "JULY",
    "AUGUST",
    "SEPTEMBER",
    "OCTOBER",
    "NOVEMBER",
    "DECEMBER",
];

/// The month that a word names, in full or short and whatever its case: 1 to 12.
pub(super) fn month(word: &str) -> Option<u32> {
    let upper = word.to_ascii_uppercase();
    let place = |names: &[&str]| names.iter().position(|name| *name == upper);
    let place = place(&SHORT)
        .or_else(|| place(&LONG))
        .or((upper == "SEPT").then_some(8))?;
    u32::try_from(place + 1).ok()
}
