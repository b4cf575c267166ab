//! A key as two types: the plaintext, shown once, and the digest that the table holds.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::ops::Range;

use hmac::Mac;
use subtle::ConstantTimeEq;

use crate::secret::{HmacSha256, hexadecimal, random};

pub const MARK: &str = "pgk_live_";
pub const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LENGTH: usize = 32;
pub const CHECK_LENGTH: usize = 6;
pub const LENGTH: usize = MARK.len() + RANDOM_LENGTH + CHECK_LENGTH;
const PREFIX_LENGTH: usize = 13;
/// So many characters after the mark make a text one that may be a key, or most of one.
const TELLING: usize = 12;

/// The current way to digest a key: HMAC-SHA-256 of the whole key under a key derived from the
/// server's secret, in hex. The key has 190 random bits, so a slow hash would add nothing.
pub const HASH_VERSION: &str = "v1";

/// The plaintext of a key: `pgk_live_`, 32 base62 characters from the operating system's random
/// source, and 6 base62 characters of CRC-32 over what precedes. It can't be printed by accident:
/// no Debug, no Display, no Serialize.
pub struct PlainKey(String);

impl PlainKey {
    pub fn generate() -> io::Result<Self> {
        let mut key = String::with_capacity(LENGTH);
        key.push_str(MARK);
        let mut bytes = [0; 64];
        while key.len() < MARK.len() + RANDOM_LENGTH {
            random(&mut bytes)?;
            for byte in bytes {
                // 248 = 4 × 62: what is above would favour the first digits.
                if byte < 248 && key.len() < MARK.len() + RANDOM_LENGTH {
                    key.push(digit(u32::from(byte)));
                }
            }
        }
        let check = check(&key);
        key.push_str(&check);
        Ok(Self(key))
    }

    /// Takes a text from outside for a key when its mark, length, alphabet and checksum are right:
    /// what fails here never reaches the database.
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.len() != LENGTH {
            return None;
        }
        let text = std::str::from_utf8(text).ok()?;
        let digits = text.strip_prefix(MARK)?;
        if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let (body, found) = text.split_at_checked(LENGTH - CHECK_LENGTH)?;
        (check(body) == found).then(|| Self(text.to_owned()))
    }

    /// The keys that stand anywhere in a text, each once: people copy a whole header or setting.
    pub fn all_in(text: &str) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for shape in shapes(text) {
            let key = shape
                .text
                .get(..LENGTH)
                .and_then(|key| Self::parse(key.as_bytes()));
            if let Some(key) = key
                && !found.iter().any(|known| known.0 == key.0)
            {
                found.push(key);
            }
        }
        found
    }

    /// The first 13 characters, public.
    pub fn prefix(&self) -> &str {
        self.0.get(..PREFIX_LENGTH).unwrap_or_default()
    }

    pub fn digest(&self, mac: &HmacSha256) -> KeyDigest {
        let mut mac = mac.clone();
        mac.update(self.0.as_bytes());
        KeyDigest(hexadecimal(&mac.finalize().into_bytes()))
    }

    /// The whole key, for the one answer that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// What the table holds of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyDigest(String);

impl KeyDigest {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares with a stored digest in constant time.
    pub fn matches(&self, stored: &str) -> bool {
        bool::from(self.0.as_bytes().ct_eq(stored.as_bytes()))
    }
}

impl fmt::Debug for KeyDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeyDigest(…)")
    }
}

/// A part of a text that looks like a key or most of one.
struct Shape {
    /// The bytes that follow its public prefix.
    hidden: Range<usize>,
    /// The mark and the digits that follow it.
    text: String,
}

/// Whether a text holds a key, or so much of one that it should be kept nowhere.
pub fn holds_key(text: &str) -> bool {
    !shapes(text).is_empty()
}

/// A text with nothing but the public prefix left of each key in it.
pub fn redact(text: &str) -> Cow<'_, str> {
    let shapes = shapes(text);
    if shapes.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    let mut from = 0;
    for Shape { hidden, .. } in shapes {
        shown.push_str(text.get(from..hidden.start).unwrap_or_default());
        shown.push('…');
        from = hidden.end;
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(shown)
}

fn shapes(text: &str) -> Vec<Shape> {
    // Asked of the path of every request, so most texts must cost nothing.
    if !text.contains('%') && !text.contains(MARK) {
        return Vec::new();
    }
    let letters = letters(text);
    let mut shapes = Vec::new();
    for start in 0..letters.len() {
        let here = letters.get(start..).unwrap_or_default();
        let mark = here.iter().take(MARK.len()).map(|(letter, _)| *letter);
        if !mark.eq(MARK.chars()) {
            continue;
        }
        let digits = here
            .iter()
            .skip(MARK.len())
            .take_while(|(letter, _)| letter.is_ascii_alphanumeric())
            .count();
        let ends = here
            .get(PREFIX_LENGTH - 1)
            .zip(here.get(MARK.len() + digits - 1));
        if let Some(((_, prefix), (_, last))) = ends
            && digits >= TELLING
        {
            shapes.push(Shape {
                hidden: prefix.end..last.end,
                text: here
                    .iter()
                    .take(MARK.len() + digits)
                    .map(|(letter, _)| *letter)
                    .collect(),
            });
        }
    }
    shapes
}

/// The characters of a text and where they stand, those that a URL has encoded (RFC 3986, 2.1)
/// decoded: a key must not hide behind `%5F`.
fn letters(text: &str) -> Vec<(char, Range<usize>)> {
    let mut letters = Vec::new();
    let mut rest = text.char_indices();
    while let Some((start, letter)) = rest.next() {
        let decoded = text
            .get(start + 1..start + 3)
            .filter(|digits| letter == '%' && digits.bytes().all(|d| d.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .filter(u8::is_ascii);
        match decoded {
            Some(byte) => {
                rest.nth(1);
                letters.push((char::from(byte), start..start + 3));
            }
            None => letters.push((letter, start..start + letter.len_utf8())),
        }
    }
    letters
}

fn digit(number: u32) -> char {
    DIGITS
        .get((number % 62) as usize)
        .map_or('0', |digit| char::from(*digit))
}

/// CRC-32 (ISO-HDLC, as in zlib) in base62, most significant digit first, padded with `0`.
fn check(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = ['0'; CHECK_LENGTH];
    for slot in digits.iter_mut().rev() {
        *slot = digit(rest);
        rest /= 62;
    }
    digits.iter().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::secret::Secret;

    #[test]
    fn ten_thousand_keys_differ_and_use_every_digit_alike() {
        let mut seen = HashSet::new();
        let mut counts = [0_u32; 256];
        for _ in 0..10_000 {
            let key = PlainKey::generate().unwrap();
            assert_eq!(key.0.len(), 47);
            for byte in &key.0.as_bytes()[MARK.len()..MARK.len() + RANDOM_LENGTH] {
                counts[usize::from(*byte)] += 1;
            }
            assert!(seen.insert(key.0));
        }
        // 320,000 digits over 62: 5,161 expected, a standard deviation of 71. Seven of them.
        for digit in DIGITS {
            let count = counts[usize::from(*digit)];
            assert!(
                (4_660..=5_660).contains(&count),
                "{}: {count}",
                char::from(*digit)
            );
        }
    }

    #[test]
    fn a_key_is_read_back_and_any_other_text_is_not() {
        let key = PlainKey::generate().unwrap().0;
        assert!(PlainKey::parse(key.as_bytes()).is_some());
        for position in 0..key.len() {
            let mut changed = key.clone().into_bytes();
            changed[position] = if changed[position] == b'x' {
                b'y'
            } else {
                b'x'
            };
            assert!(PlainKey::parse(&changed).is_none(), "changed at {position}");
        }
        for text in [
            "",
            "p",
            "pgk_live_",
            &key[..46],
            &format!("{key}0"),
            &"k".repeat(8192),
        ] {
            assert!(PlainKey::parse(text.as_bytes()).is_none());
        }
        assert!(PlainKey::parse(&[0; 47]).is_none());
        assert!(PlainKey::parse(&[0xff; 47]).is_none());
        assert!(PlainKey::parse("pgk_live_ääääääääääääääääääa".as_bytes()).is_none());
    }

    #[test]
    fn keys_are_found_in_a_text_and_nothing_is_left_of_them_but_the_prefix() {
        let (one, two) = (
            PlainKey::generate().unwrap().0,
            PlainKey::generate().unwrap().0,
        );
        for (text, keys) in [
            (one.clone(), 1),
            (format!("Bearer {one}"), 1),
            (format!("ü%{one}%zz"), 1),
            (format!("{one}{two}"), 2),
            (format!("a={one}&b={two}&c={one}"), 2),
            (one.replace('_', "%5f"), 1),
            (one[..40].to_owned(), 0),
            (format!("%70{}", &one[1..]), 1),
        ] {
            assert_eq!(PlainKey::all_in(&text).len(), keys, "{keys}");
            assert!(holds_key(&text));
            let shown = redact(&text);
            for key in [&one, &two] {
                assert!(!shown.contains(&key[PREFIX_LENGTH..PREFIX_LENGTH + 8]));
            }
        }
        assert_eq!(
            redact(&format!("a={one}&b=1")),
            format!("a={}…&b=1", &one[..PREFIX_LENGTH])
        );
        for text in [
            "",
            "pgk_live_",
            "pgk_live_abc1…",
            "pgk_live_staging",
            "100 %",
            "%70",
        ] {
            assert!(!holds_key(text), "{text}");
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn the_checksum_is_what_a_scanner_computes() {
        // Computed with Python: zlib.crc32(b"pgk_live_" + b"0" * 32), then base62.
        let body = format!("{MARK}{}", "0".repeat(32));
        assert_eq!(check(&body), "28HM0x");
    }

    #[test]
    fn the_digest_is_hmac_and_hangs_on_the_secret() {
        let one = Secret::parse(&hexadecimal(&(0..32).collect::<Vec<u8>>())).unwrap();
        let two = Secret::parse(&hexadecimal(&(1..33).collect::<Vec<u8>>())).unwrap();
        let key = PlainKey::generate().unwrap();
        let digest = key.digest(&one.mac("keys"));
        assert_eq!(digest.as_str().len(), 64);
        assert!(digest.matches(key.digest(&one.mac("keys")).as_str()));
        assert!(!digest.matches(key.digest(&two.mac("keys")).as_str()));
        assert!(!digest.as_str().contains(&key.0[PREFIX_LENGTH..]));
    }
}
