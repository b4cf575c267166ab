//! Puts glyphs together to words with boxes, and drops words struck twice.
//! Fed by the canvas in the order in which the page draws.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

use hayro::kurbo::{Point, Vec2};

/// One glyph on the page: points, y down. `along` is the baseline's direction (any length),
/// `advance` and `size` (one em) are in points.
pub(super) struct PlacedGlyph<'t> {
    pub text: &'t str,
    pub origin: Point,
    pub along: Vec2,
    pub advance: f64,
    pub size: f64,
}

/// A word: text without white space, its upright box and its baseline, in points, y down.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub text: String,
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    /// Where the baseline starts, and its direction (length 1).
    pub origin: Point,
    pub along: Vec2,
    /// Along the baseline, in points.
    pub length: f64,
    /// One em, in points.
    pub size: f64,
    /// Set in a font that calls itself bold. Only pages of text are asked.
    pub is_bold: bool,
}

impl Word {
    /// A word whose baseline starts at `origin` and runs `length` points along a direction of
    /// length 1; `size` is one em in points.
    pub fn placed(text: String, origin: Point, along: Vec2, length: f64, size: f64) -> Self {
        // The letters stand from 0.22 em below the baseline to 0.78 em above it.
        let up = Vec2::new(along.y, -along.x);
        let end = origin + along * length;
        let corners = [
            origin + up * (0.78 * size),
            origin - up * (0.22 * size),
            end + up * (0.78 * size),
            end - up * (0.22 * size),
        ];
        let (mut least, mut most) = (origin, origin);
        for corner in corners {
            least = Point::new(least.x.min(corner.x), least.y.min(corner.y));
            most = Point::new(most.x.max(corner.x), most.y.max(corner.y));
        }
        Self {
            text,
            left: least.x,
            top: least.y,
            right: most.x,
            bottom: most.y,
            origin,
            along,
            length,
            size,
            is_bold: false,
        }
    }

    pub fn centre(&self) -> Point {
        Point::new(
            (self.left + self.right) / 2.0,
            (self.top + self.bottom) / 2.0,
        )
    }

    /// Degrees counter-clockwise: 0 reads to the right, 90 reads upwards. Between -180 and 180.
    pub fn angle(&self) -> f64 {
        (-self.along.y).atan2(self.along.x).to_degrees()
    }
}

/// More words than this on one page are noise; the rest is dropped to bound memory.
const MOST_WORDS: usize = 300_000;
/// Longest word kept, in bytes.
const LONGEST_WORD: usize = 1_000;
/// A wider gap along the baseline, in em, parts two words. CAD text is often tracked widely.
const GAP: f64 = 0.18;

/// A word to which letters are still added.
struct UnfinishedWord {
    text: String,
    origin: Point,
    along: Vec2,
    length: f64,
    size: f64,
    is_bold: bool,
}

#[derive(Default)]
pub(super) struct WordAssembler {
    /// Whether the letters that come are bold.
    pub is_bold: bool,
    words: Vec<Word>,
    word: Option<UnfinishedWord>,
    /// The glyph before, of the same word: its origin and where it ended.
    last: Option<(Point, Point)>,
    last_text: String,
}

impl WordAssembler {
    pub fn push(&mut self, glyph: PlacedGlyph<'_>) {
        let length = glyph.along.hypot();
        let finite = glyph.origin.is_finite()
            && length.is_finite()
            && glyph.advance.is_finite()
            && glyph.size.is_finite();
        if !finite || length <= 0.0 || glyph.size <= 0.0 {
            return;
        }
        let along = glyph.along / length;
        if glyph.text.chars().all(char::is_whitespace) {
            self.close();
            return;
        }
        if let (Some(word), Some((origin, end))) = (&self.word, &self.last) {
            // Fill and stroke of one letter arrive as two glyphs in one place.
            if self.last_text == glyph.text && (glyph.origin - *origin).hypot() < 0.12 * word.size {
                return;
            }
            let step = glyph.origin - *end;
            let gap = step.dot(word.along);
            let off = step.cross(word.along).abs();
            let ratio = glyph.size / word.size;
            let parted = along.dot(word.along) < 0.98
                || off > 0.35 * word.size
                || gap > GAP * word.size
                || gap < -0.6 * word.size
                || !(0.5..=2.0).contains(&ratio)
                || word.text.len() > LONGEST_WORD;
            if parted {
                self.close();
            }
        }
        let end = glyph.origin + along * glyph.advance;
        let word = self.word.get_or_insert_with(|| UnfinishedWord {
            text: String::new(),
            origin: glyph.origin,
            along,
            length: 0.0,
            size: glyph.size,
            is_bold: self.is_bold,
        });
        push_letters(&mut word.text, glyph.text);
        word.size = word.size.max(glyph.size);
        word.length = word.length.max((end - word.origin).dot(word.along));
        self.last = Some((glyph.origin, end));
        self.last_text.clear();
        self.last_text.push_str(glyph.text);
    }

    fn close(&mut self) {
        self.last = None;
        let Some(word) = self.word.take() else {
            return;
        };
        if word.text.is_empty() || self.words.len() >= MOST_WORDS {
            return;
        }
        let UnfinishedWord {
            text,
            origin,
            along,
            length,
            size,
            is_bold,
        } = word;
        self.words.push(Word {
            is_bold,
            ..Word::placed(text, origin, along, length, size)
        });
    }

    /// The words whose centre lies on a page of this size in points, each once.
    pub fn finish(mut self, width: f64, height: f64) -> Vec<Word> {
        self.close();
        let mut seen = SeenWords::default();
        self.words.retain(|word| {
            let centre = word.centre();
            (0.0..=width).contains(&centre.x)
                && (0.0..=height).contains(&centre.y)
                && seen.is_new(word)
        });
        self.words
    }
}

/// Letters that a recogniser read, as those of a page are taken.
pub(super) fn seen_letters(letters: &str) -> String {
    let mut word = String::with_capacity(letters.len());
    push_letters(&mut word, letters);
    word
}

/// Whether a character is never seen on a page: control characters, soft hyphens, what turns the
/// direction of text or has no width, and what Unicode sets aside as no characters. (Those that join
/// letters or keep them apart change how they look.)
pub(super) fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        || u32::from(letter) & 0xfffe == 0xfffe
}

/// Letters as people search for them: ligatures opened, what is not seen left out.
fn push_letters(word: &mut String, letters: &str) {
    for letter in letters.chars() {
        match letter {
            '\u{fb00}' => word.push_str("ff"),
            '\u{fb01}' => word.push_str("fi"),
            '\u{fb02}' => word.push_str("fl"),
            '\u{fb03}' => word.push_str("ffi"),
            '\u{fb04}' => word.push_str("ffl"),
            '\u{fb05}' | '\u{fb06}' => word.push_str("st"),
            letter if is_unseen(letter) || letter.is_whitespace() => {}
            letter => word.push(letter),
        }
    }
}

/// Finds a word that was drawn before in the same place (shadows, false bold) by a grid of 4 points.
#[derive(Default)]
struct SeenWords {
    /// By the hash of the text, column and row, which need no other hash.
    places: HashMap<u64, Point, BuildHasherDefault<AsItIs>>,
    /// Keyed anew for each page, so that no file can aim at one place of the table.
    texts: RandomState,
}

/// Keys that are hashes already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

impl SeenWords {
    fn is_new(&mut self, word: &Word) -> bool {
        const REACH: f64 = 2.0;
        let cell = |at: f64| (at / (2.0 * REACH)).floor() as i64;
        let text = self.texts.hash_one(&word.text);
        // Odd factors spread neighbouring cells over all bits.
        let key = |column: i64, row: i64| {
            let column = (column as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let row = (row as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
            text ^ column.rotate_left(31) ^ row
        };
        let centre = word.centre();
        let reach = REACH.min(0.5 * word.size);
        for column in cell(centre.x - reach)..=cell(centre.x + reach) {
            for row in cell(centre.y - reach)..=cell(centre.y + reach) {
                if let Some(place) = self.places.get(&key(column, row))
                    && (centre - *place).hypot() <= reach
                {
                    return false;
                }
            }
        }
        let key = key(cell(centre.x), cell(centre.y));
        self.places.insert(key, centre);
        true
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A word of capital letters that reads to the right, for tests: left end of the baseline, em.
    pub fn word(text: &str, x: f64, y: f64, size: f64) -> Word {
        let mut assembler = WordAssembler::default();
        strike(
            &mut assembler,
            text,
            Point::new(x, y),
            Vec2::new(1.0, 0.0),
            size,
        );
        assembler.finish(1e6, 1e6).remove(0)
    }

    fn strike(assembler: &mut WordAssembler, text: &str, at: Point, along: Vec2, size: f64) {
        for (index, letter) in text.chars().enumerate() {
            assembler.push(PlacedGlyph {
                text: &letter.to_string(),
                origin: at + along * (index as f64 * 0.6 * size),
                along,
                advance: 0.6 * size,
                size,
            });
        }
    }

    #[test]
    fn white_space_and_gaps_part_words() {
        let mut assembler = WordAssembler::default();
        let right = Vec2::new(1.0, 0.0);
        strike(
            &mut assembler,
            "FLOOR PLAN",
            Point::new(10.0, 50.0),
            right,
            10.0,
        );
        strike(&mut assembler, "NORTH", Point::new(75.0, 50.0), right, 10.0);
        let words = assembler.finish(500.0, 500.0);
        let texts: Vec<_> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["FLOOR", "PLAN", "NORTH"]);
        assert!((words[0].left - 10.0).abs() < 0.01);
        assert!((words[0].right - 40.0).abs() < 0.01);
        assert!((words[0].top - 42.2).abs() < 0.01);
        assert!((words[0].bottom - 52.2).abs() < 0.01);
    }

    #[test]
    fn a_word_struck_twice_is_kept_once() {
        let mut assembler = WordAssembler::default();
        let right = Vec2::new(1.0, 0.0);
        strike(&mut assembler, "ROOM", Point::new(10.0, 50.0), right, 10.0);
        strike(&mut assembler, "ROOM", Point::new(10.3, 50.3), right, 10.0);
        strike(&mut assembler, "ROOM", Point::new(10.0, 90.0), right, 10.0);
        assert_eq!(assembler.finish(500.0, 500.0).len(), 2);
    }

    #[test]
    fn vertical_text_has_its_angle_and_a_tall_box() {
        let mut assembler = WordAssembler::default();
        strike(
            &mut assembler,
            "A-101",
            Point::new(50.0, 90.0),
            Vec2::new(0.0, -1.0),
            10.0,
        );
        let words = assembler.finish(500.0, 500.0);
        assert_eq!(words[0].text, "A-101");
        assert!((words[0].angle() - 90.0).abs() < 0.01);
        assert!(words[0].bottom - words[0].top > 2.0 * (words[0].right - words[0].left));
    }

    #[test]
    fn words_off_the_page_are_left_out_and_ligatures_are_opened() {
        let mut assembler = WordAssembler::default();
        let right = Vec2::new(1.0, 0.0);
        strike(&mut assembler, "AWAY", Point::new(600.0, 50.0), right, 10.0);
        strike(
            &mut assembler,
            "\u{fb01}nish",
            Point::new(10.0, 50.0),
            right,
            10.0,
        );
        let words = assembler.finish(500.0, 500.0);
        assert_eq!(words.len(), 1);
        assert_eq!(words[0].text, "finish");
    }

    #[test]
    fn what_is_never_seen_stands_in_no_word() {
        let letters = "A\u{202e}-\u{200b}1\u{2067}0\u{feff}1\u{fffe}\u{1b}\u{2069}";
        assert_eq!(word(letters, 10.0, 50.0, 10.0).text, "A-101");
        assert_eq!(seen_letters("A-101\u{1b}[31m"), "A-101[31m");
        // A letter that is not known, one outside the plane of most letters, and a joiner stay.
        let kept = "\u{fffd}\u{1f600}\u{200d}ä";
        assert_eq!(seen_letters(kept), kept);
    }
}
