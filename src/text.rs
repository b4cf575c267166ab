//! Checks of short texts from outside that several rooms share.

use crate::error::{Error, Result};

/// One line of 1 to `most` characters after trimming, without control characters. `field` names
/// it in the error.
pub fn line(field: &'static str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().all(is_blank) {
        return Err(Error::invalid(format!("`{field}` must not be empty.")));
    }
    if text.chars().count() > most {
        return Err(Error::invalid(format!(
            "`{field}` must have at most {most} characters."
        )));
    }
    if text.chars().any(is_hidden) {
        return Err(Error::invalid(format!(
            "`{field}` must not contain control characters."
        )));
    }
    Ok(text.to_owned())
}

/// White space, and what joins or directs other characters and shows nothing by itself.
fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}'
                | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
        )
}

/// Characters that no one can see and that change how the rest is read: controls, line and
/// paragraph separators, and the marks that reorder text (Unicode TR 36, "bidirectional text
/// spoofing").
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// A text as a part of a LIKE pattern whose escape character is the backslash.
pub fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
