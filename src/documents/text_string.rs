//! The text strings of a PDF (ISO 32000-2, 7.9.2.2): UTF-16, UTF-8, or PDFDocEncoding.

use super::words::is_unseen;

/// Longer titles and labels are cut, in characters.
const LONGEST: usize = 300;

/// The text on one line, without control characters; none when nothing is left.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    // Four bytes a character at most, with room for spaces that fold.
    let bytes = bytes.get(..8 * LONGEST).unwrap_or(bytes);
    let text: String = if let Some(pairs) = bytes.strip_prefix(&[0xfe, 0xff]) {
        utf_16(pairs, u16::from_be_bytes)
    } else if let Some(pairs) = bytes.strip_prefix(&[0xff, 0xfe]) {
        // Not allowed, but written.
        utf_16(pairs, u16::from_le_bytes)
    } else if let Some(rest) = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]) {
        String::from_utf8_lossy(rest).into_owned()
    } else {
        bytes.iter().map(|byte| pdf_doc(*byte)).collect()
    };
    let plain = text.replace(|letter: char| letter.is_control(), " ");
    let plain = plain.replace(is_unseen, "");
    let words: Vec<&str> = plain.split_whitespace().collect();
    let text: String = words.join(" ").chars().take(LONGEST).collect();
    (!text.is_empty()).then_some(text)
}

fn utf_16(bytes: &[u8], join: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    let mut units = Vec::with_capacity(pairs.len());
    let mut is_language = false;
    for unit in pairs.iter().map(|pair| join(*pair)) {
        // The language of the text stands between two escapes.
        if unit == 0x1b {
            is_language = !is_language;
        } else if !is_language {
            units.push(unit);
        }
    }
    String::from_utf16_lossy(&units)
}

/// ISO 32000-2, annex D.3: Latin 1 but for these.
fn pdf_doc(byte: u8) -> char {
    const FROM_18: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
    const FROM_80: [char; 33] = [
        '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚',
        '™', 'ﬁ', 'ﬂ', 'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž', '\u{fffd}', '€',
    ];
    let special = match byte {
        0x18..=0x1f => FROM_18.get(usize::from(byte - 0x18)),
        0x80..=0xa0 => FROM_80.get(usize::from(byte - 0x80)),
        _ => None,
    };
    special.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_text_strings_is_read() {
        let says = |bytes: &[u8], text: &str| assert_eq!(decode(bytes).as_deref(), Some(text));
        says(b"A-101 FLOOR PLAN", "A-101 FLOOR PLAN");
        says(b"\x93Caf\xe9\x94 \x84 \xa0", "ﬁCaféﬂ — €".trim_end());
        says(b"\xfe\xff\x00A\x20\x13\x00B", "A–B");
        says(b"\xff\xfeA\x00\x13\x20B\x00", "A–B");
        says(b"\xef\xbb\xbfA\xe2\x80\x93B", "A–B");
        says(b"\xfe\xff\x00\x1b\x00e\x00n\x00\x1b\x00A", "A");
    }

    #[test]
    fn a_text_is_one_line_and_not_endless() {
        assert_eq!(
            decode(b" FIRST\r\n  FLOOR\0").as_deref(),
            Some("FIRST FLOOR")
        );
        assert_eq!(decode(b" \n "), None);
        let steered = "\u{202e}A\u{200b} \u{feff} B\u{2069}";
        let marked = [&[0xef, 0xbb, 0xbf], steered.as_bytes()].concat();
        assert_eq!(decode(&marked).as_deref(), Some("A B"));
        assert_eq!(decode(b"\xfe\xff"), None);
        assert_eq!(
            decode(&[b'x'; 90_000]).map(|text| text.len()),
            Some(LONGEST)
        );
    }
}
