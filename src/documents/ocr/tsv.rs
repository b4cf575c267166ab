//! The table that tesseract writes: a row for each word, with its box in pixels and how sure it is.

use super::super::words::{is_unseen, seen_letters};

/// More rows than this are hatching.
const MOST_ROWS: usize = 100_000;
/// How far a word of a slanting line may stand from the line's middle, in em: half a degree and more
/// over the width of a page.
const MOST_SLANT: f64 = 0.7;
/// A longer word is a line.
const LONGEST_WORD: usize = 200;

/// A recognised word; pixels of the picture that was recognised.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub text: String,
    pub left: f64,
    pub width: f64,
    /// How far down the letters stand.
    pub baseline: f64,
    /// One em, as the letters of the line together tell it.
    pub size: f64,
    /// 0 to 100.
    pub confidence: f64,
    /// Whether its line has words that are surely words: then a short one is hardly a stroke.
    pub is_in_text: bool,
}

struct Row<'t> {
    /// Block, paragraph and line.
    line: [u32; 3],
    left: f64,
    bottom: f64,
    width: f64,
    height: f64,
    confidence: f64,
    text: &'t str,
}

impl<'t> Row<'t> {
    /// A row that is a word.
    fn of(row: &'t str) -> Option<Self> {
        let mut cells = row.splitn(12, '\t');
        // Level 5 is a word; the others are pages, blocks, paragraphs and lines.
        if cells.next()? != "5" {
            return None;
        }
        cells.next()?;
        let mut whole = || cells.next()?.parse::<u32>().ok();
        let line = [whole()?, whole()?, whole()?];
        whole()?;
        let [left, top, width, height] = [whole()?, whole()?, whole()?, whole()?].map(f64::from);
        let confidence = cells.next()?.parse::<f64>().ok()?;
        let text = cells.next()?.trim();
        let is_word = width > 0.0
            && height > 0.0
            && (0.0..=100.0).contains(&confidence)
            && !text.chars().all(is_unseen)
            && text.len() <= LONGEST_WORD
            && !text.contains(char::is_whitespace);
        is_word.then_some(Self {
            line,
            left,
            bottom: top + height,
            width,
            height,
            confidence,
            text,
        })
    }

    /// How far the letters reach up from the line they stand on and below it, in em.
    fn reach(&self) -> (f64, f64) {
        if self.text == "=" {
            return (0.48, -0.14);
        }
        let small = |letter: char| "acemnorsuvwxzgpqy".contains(letter);
        let is_low = self.text.chars().all(|c| small(c) || !c.is_alphanumeric());
        let hangs = self.text.contains(|c| "gjpqy,;()[]{}|/Q".contains(c));
        (
            if is_low { 0.52 } else { 0.72 },
            if hangs { 0.2 } else { 0.0 },
        )
    }

    fn is_sure(&self) -> bool {
        let letters = self.text.chars().filter(|c| c.is_alphanumeric()).count();
        self.confidence >= 80.0 && letters >= 3
    }

    fn size(&self) -> f64 {
        let (up, down) = self.reach();
        self.height / (up + down)
    }
}

/// The words of the table, in its order.
pub(super) fn words(table: &str) -> Vec<Found> {
    let rows: Vec<Row<'_>> = table.lines().filter_map(Row::of).take(MOST_ROWS).collect();
    rows.chunk_by(|one, other| one.line == other.line)
        .flat_map(line)
        .collect()
}

fn line(rows: &[Row<'_>]) -> Vec<Found> {
    let mut sizes: Vec<f64> = rows.iter().map(Row::size).collect();
    sizes.sort_by(f64::total_cmp);
    let middle = sizes.get(sizes.len() / 2).copied().unwrap_or(1.0);
    let is_in_text = rows.iter().filter(|row| row.is_sure()).take(2).count() == 2;
    let level = is_in_text.then(|| level_of(rows, middle)).flatten();
    rows.iter()
        .map(|row| {
            // Sparse text has words of other sizes on one line, and a dash tells none.
            let is_sign = !row.text.contains(char::is_alphanumeric) && is_in_text;
            let size = match is_sign || (0.7..=1.4).contains(&(row.size() / middle)) {
                true => middle,
                false => row.size(),
            };
            let own = row.bottom - row.reach().1 * size;
            Found {
                text: seen_letters(row.text),
                left: row.left,
                width: row.width,
                baseline: level
                    .filter(|level| is_sign || (own - level).abs() <= MOST_SLANT * size)
                    .unwrap_or(own),
                size,
                confidence: row.confidence,
                is_in_text,
            }
        })
        .collect()
}

/// Where the words of a line of text stand: a scan that lies a little aslant must not part them.
fn level_of(rows: &[Row<'_>], size: f64) -> Option<f64> {
    let rows = rows.iter().filter(|row| row.is_sure());
    let mut levels: Vec<f64> = rows.map(|row| row.bottom - row.reach().1 * size).collect();
    levels.sort_by(f64::total_cmp);
    levels.get(levels.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
        1\t1\t0\t0\t0\t0\t0\t0\t1000\t800\t-1\t\n\
        4\t1\t1\t1\t1\t0\t100\t100\t300\t36\t-1\t\n\
        5\t1\t1\t1\t1\t1\t100\t100\t150\t36\t96.5\tFLOOR\n\
        5\t1\t1\t1\t1\t2\t280\t100\t120\t36\t91\tPLAN\n\
        5\t1\t1\t1\t2\t1\t100\t200\t90\t46\t88\tPage\n\
        5\t1\t2\t1\t1\t1\t500\t500\t10\t300\t12\t|\n";

    #[test]
    fn words_come_with_box_size_and_confidence() {
        let words = words(TABLE);
        let texts: Vec<_> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["FLOOR", "PLAN", "Page", "|"]);
        let first = words.first().unwrap();
        assert_eq!(
            (first.left, first.width, first.confidence),
            (100.0, 150.0, 96.5)
        );
        assert_eq!(first.baseline, 136.0);
        assert!((first.size - 50.0).abs() < 0.01);
    }

    #[test]
    fn characters_that_steer_a_terminal_are_left_out() {
        let found = words("5\t1\t1\t1\t1\t1\t100\t100\t50\t36\t96\tA-101\u{1b}[31m\u{7f}\n");
        assert_eq!(found.first().unwrap().text, "A-101[31m");
    }

    #[test]
    fn letters_that_hang_below_the_line_do_not_move_it() {
        let words = words(TABLE);
        let page = words.get(2).unwrap();
        assert!((page.size - 50.0).abs() < 0.01);
        assert!((page.baseline - 236.0).abs() < 0.01);
    }

    #[test]
    fn an_equals_sign_stands_on_the_line_of_its_neighbours() {
        let table = "5\t1\t1\t1\t1\t1\t100\t100\t50\t36\t96\t1/4\n\
                     5\t1\t2\t1\t1\t1\t170\t112\t20\t17\t96\t=\n";
        let found = words(table);
        let [_, sign] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert!((sign.baseline - 136.0).abs() < 2.0 && (sign.size - 50.0).abs() < 4.0);
    }

    #[test]
    fn the_words_of_a_slanting_line_stand_on_one_level() {
        let row = |left: u32, top: u32, height: u32, text: &str| {
            format!("5\t1\t1\t1\t1\t1\t{left}\t{top}\t60\t{height}\t95\t{text}\n")
        };
        let table = [
            row(100, 100, 36, "PART"),
            row(180, 101, 36, "1"),
            row(220, 118, 4, "-"),
            row(600, 110, 36, "GENERAL"),
            row(1000, 120, 36, "WORK"),
        ]
        .concat();
        let found = words(&table);
        assert!(found.iter().all(|word| word.baseline == 146.0), "{found:?}");
        assert!(
            found
                .iter()
                .all(|word| word.is_in_text && word.size == 50.0)
        );
    }

    #[test]
    fn rows_that_are_no_words_are_left_out() {
        for row in [
            "",
            "5",
            "5\t1\t1\t1\t1\t1\t100\t100\t150\t36\t96.5",
            "5\t1\t1\t1\t1\t1\t100\t100\t150\t36\tnan\tA",
            "5\t1\t1\t1\t1\t1\t100\t100\t150\t36\t-1\tA",
            "5\t1\t1\t1\t1\t1\t-100\t100\t150\t36\t96\tA",
            "5\t1\t1\t1\t1\t1\t100\t100\t0\t36\t96\tA",
            "5\t1\t1\t1\t1\t1\t100\t100\t150\t36\t96\t ",
            "5\t1\t1\t1\t1\t1\t100\t100\t150\t36\t96\t\u{1b}\u{202e}",
            "4\t1\t1\t1\t1\t1\t100\t100\t150\t36\t96\tA",
        ] {
            assert_eq!(words(row), [], "{row:?}");
        }
    }
}
