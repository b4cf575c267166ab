//! Text recognition for pages that are pictures, by tesseract where the operator has it: the strips
//! where title blocks stand first, at every turn, then the page. The reader of pages calls it.

mod recogniser;
mod tesseract;
mod tsv;

use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant};

use super::canvas::Canvas;
use super::fault::FaultCode;
use super::layout::DisplayBox;
use super::page::PageKind;
use super::picture::Picture;
use super::words::Word;
pub(super) use recogniser::{become_recogniser, command_for};
use tesseract::{Layout, Tesseract};
use tsv::Found;

/// Fewer words than this are no text: a stamp, a file name.
const FEW_WORDS: usize = 5;
/// A page of pictures has more than this of its area covered.
const PICTURE_SHARE: f64 = 0.5;
/// More glyphs than this without a letter, and the text cannot be trusted.
const UNMAPPED_SHARE: f64 = 0.2;
/// So many strokes and no text are a sketch by hand, or letters drawn line by line.
const SKETCH_STROKES: u64 = 50;

/// All runs of one page together, on the clock on the wall,
pub(super) const PAGE_TIME: Duration = Duration::from_secs(300);
/// and what one of them may use of a processor.
const RUN_TIME: Duration = Duration::from_secs(60);

/// Pixels to the inch of a strip and of a document page: what recognisers are made for,
const FINE: f64 = 300.0;
/// and of a whole sheet.
const COARSE: f64 = 200.0;
/// No picture to be recognised has more pixels.
const MOST_PIXELS: f64 = 40e6;

/// Where title blocks stand (US National CAD Standard, uniform drawing system): along the right edge
const RIGHT: DisplayBox = DisplayBox {
    left: 0.78,
    top: 0.0,
    right: 1.0,
    bottom: 1.0,
};
/// or along the bottom.
const BOTTOM: DisplayBox = DisplayBox {
    left: 0.0,
    top: 0.8,
    right: 1.0,
    bottom: 1.0,
};
const WHOLE: DisplayBox = DisplayBox {
    left: 0.0,
    top: 0.0,
    right: 1.0,
    bottom: 1.0,
};

/// Whether the page shows text that its file does not have.
pub(super) fn needs_ocr(canvas: &Canvas) -> bool {
    let has_few_words = canvas.words.len() < FEW_WORDS;
    let unmapped = canvas.unmapped_count as f64 / canvas.glyph_count.max(1) as f64;
    let is_sketch = canvas.path_count >= SKETCH_STROKES;
    unmapped > UNMAPPED_SHARE
        || (has_few_words && (canvas.image_share > PICTURE_SHARE || is_sketch))
}

/// How text reads on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Right,
    Up,
    Down,
}

struct Run {
    part: DisplayBox,
    turn: Turn,
    dots: f64,
    layout: Layout,
}

fn runs(kind: PageKind) -> Vec<Run> {
    let strip = |part, turn| Run {
        part,
        turn,
        dots: FINE,
        layout: Layout::Sparse,
    };
    match kind {
        PageKind::Document => vec![Run {
            part: WHOLE,
            turn: Turn::Right,
            dots: FINE,
            layout: Layout::Columns,
        }],
        PageKind::Drawing => vec![
            strip(RIGHT, Turn::Right),
            strip(RIGHT, Turn::Up),
            strip(RIGHT, Turn::Down),
            strip(BOTTOM, Turn::Right),
            Run {
                part: WHOLE,
                turn: Turn::Right,
                dots: COARSE,
                layout: Layout::Sparse,
            },
            // A sheet that was scanned sideways has its title block there.
            strip(BOTTOM, Turn::Up),
            strip(BOTTOM, Turn::Down),
        ],
    }
}

/// The words on the page, `size` points large, by tesseract as `command` starts it. `view` gives a part of it at so many dots to the inch
/// and with at most so many pixels; `folder` is where files may be written for a while. None when
/// the recogniser never came to an end.
pub(super) fn recognise(
    command: &[OsString],
    folder: &Path,
    kind: PageKind,
    size: (f64, f64),
    view: &dyn Fn(DisplayBox, (f64, f64)) -> Result<Picture, FaultCode>,
) -> Option<Vec<Word>> {
    let end = Instant::now() + PAGE_TIME;
    let tesseract = Tesseract { command, folder };
    let mut seen: Option<(DisplayBox, f64, Picture)> = None;
    let mut all: Option<Vec<(f64, Word)>> = None;
    for run in runs(kind) {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        // The turns of one part follow each other.
        let is_seen = seen
            .as_ref()
            .is_some_and(|(part, dots, _)| *part == run.part && *dots == run.dots);
        if !is_seen {
            let picture = view(run.part, (run.dots, MOST_PIXELS)).ok()?.into_grey();
            seen = Some((run.part, run.dots, picture));
        }
        let Some((_, _, picture)) = &seen else {
            break;
        };
        let frame = Frame::of(run.part, run.turn, size, picture);
        let turned = match run.turn {
            Turn::Right => None,
            // Text that reads upwards lies level once the picture is turned clockwise.
            Turn::Up => Some(picture.clone().turned(6)),
            Turn::Down => Some(picture.clone().turned(8)),
        };
        let turned = turned.as_ref().unwrap_or(picture);
        let dots = 72.0 / frame.points.0.max(1e-3);
        let Some(text) = tesseract.run(turned, dots, run.layout, left) else {
            continue;
        };
        let words = tsv::words(&text)
            .into_iter()
            .filter(|found| is_word(found, run.turn))
            .filter_map(|found| Some((found.confidence, frame.word(&found)?)));
        all.get_or_insert_default().extend(words);
    }
    Some(surest(all?, size))
}

/// Lines and hatching are read as letters too, but without much confidence.
fn is_word(found: &Found, turn: Turn) -> bool {
    let letters = found.text.chars().filter(|c| c.is_alphanumeric()).count();
    // What a stroke of the pen looks like.
    let is_strokes = found.text.chars().all(|c| "Il1i|/\\()[]_-—.,'".contains(c));
    let is_in_text = found.is_in_text && turn == Turn::Right;
    let has_figure = found.text.contains(|c: char| c.is_ascii_digit());
    let needed = match (letters, turn) {
        // A scale has one of these standing alone.
        (0, Turn::Right) if matches!(found.text.as_str(), "=" | "&" | "@") => 70.0,
        // `PART 1 - GENERAL`
        (0, _) if is_in_text && matches!(found.text.as_str(), "-" | "–" | "—") => 60.0,
        (0, _) => return false,
        // A rule beside a text looks like a letter, seldom like a figure.
        (1 | 2, _) if is_in_text && (has_figure || !is_strokes) => 50.0,
        (_, _) if is_strokes => 90.0,
        (1, Turn::Right) => 70.0,
        (_, Turn::Right) => 40.0,
        // Level text looks like something else from the side.
        (1 | 2, _) => 85.0,
        (_, _) => 60.0,
    };
    let is_slim = found.width <= 2.5 * found.size * found.text.chars().count() as f64;
    found.confidence >= needed && is_slim
}

/// From the pixels of a turned part to the page.
struct Frame {
    turn: Turn,
    /// The part's left upper corner on the page, in points,
    corner: (f64, f64),
    /// its size there,
    size: (f64, f64),
    /// and the size of a pixel before it was turned.
    points: (f64, f64),
}

impl Frame {
    fn of(part: DisplayBox, turn: Turn, page: (f64, f64), picture: &Picture) -> Self {
        let size = (
            (part.right - part.left) * page.0,
            (part.bottom - part.top) * page.1,
        );
        Self {
            turn,
            corner: (part.left * page.0, part.top * page.1),
            size,
            points: (
                size.0 / f64::from(picture.width.max(1)),
                size.1 / f64::from(picture.height.max(1)),
            ),
        }
    }

    fn word(&self, found: &Found) -> Option<Word> {
        // Sizes of a pixel along the text and across it.
        let (along, across) = match self.turn {
            Turn::Right => self.points,
            Turn::Up | Turn::Down => (self.points.1, self.points.0),
        };
        let size = found.size * across;
        let start = found.left * along;
        let down = found.baseline * across;
        let (origin, direction) = match self.turn {
            Turn::Right => ((start, down), (1.0, 0.0)),
            Turn::Up => ((down, self.size.1 - start), (0.0, -1.0)),
            Turn::Down => ((self.size.0 - down, start), (0.0, 1.0)),
        };
        let origin = (origin.0 + self.corner.0, origin.1 + self.corner.1);
        // Smaller than a hair or larger than any title.
        let is_sane = (2.5..=200.0).contains(&size);
        is_sane.then(|| {
            Word::placed(
                found.text.clone(),
                origin.into(),
                direction.into(),
                found.width * along,
                size,
            )
        })
    }
}

/// Of words in one place the one that was read most surely, in reading order: from the top, then
/// from the left.
fn surest(mut found: Vec<(f64, Word)>, page: (f64, f64)) -> Vec<Word> {
    let place = |word: &Word| (word.top, word.left);
    found.sort_by(|(a, one), (b, other)| {
        b.total_cmp(a)
            .then(place(one).0.total_cmp(&place(other).0))
            .then(place(one).1.total_cmp(&place(other).1))
    });
    let mut kept = Words::new(page);
    for (_, word) in found {
        kept.add(word);
    }
    let mut words = kept.words;
    words.sort_by(|one, other| {
        let row = |word: &Word| (word.centre().y / 4.0).floor();
        row(one)
            .total_cmp(&row(other))
            .then(one.left.total_cmp(&other.left))
            .then(one.top.total_cmp(&other.top))
    });
    words
}

/// Words of which no two stand in one place, found by a coarse grid over the page.
struct Words {
    words: Vec<Word>,
    page: (f64, f64),
    grid: Vec<Vec<usize>>,
}

/// Cells of the grid across and down.
const CELLS: usize = 48;

impl Words {
    fn new(page: (f64, f64)) -> Self {
        Self {
            words: Vec::new(),
            page,
            grid: vec![Vec::new(); CELLS * CELLS],
        }
    }

    fn cells(&self, word: &Word) -> Vec<usize> {
        let cell = |value: f64, side: f64| {
            let share = (value / side.max(1e-6)).clamp(0.0, 1.0);
            ((share * CELLS as f64) as usize).min(CELLS - 1)
        };
        let columns = cell(word.left, self.page.0)..=cell(word.right, self.page.0);
        let rows = cell(word.top, self.page.1)..=cell(word.bottom, self.page.1);
        rows.flat_map(|row| columns.clone().map(move |column| row * CELLS + column))
            .collect()
    }

    /// Adds a word where there is none.
    fn add(&mut self, word: Word) {
        let is_taken = self
            .cells(&word)
            .iter()
            .filter_map(|cell| self.grid.get(*cell))
            .flatten()
            .filter_map(|index| self.words.get(*index))
            .any(|other| is_on(&word, other));
        if !is_taken {
            self.put(word);
        }
    }

    fn put(&mut self, word: Word) {
        for cell in self.cells(&word) {
            if let Some(cell) = self.grid.get_mut(cell) {
                cell.push(self.words.len());
            }
        }
        self.words.push(word);
    }
}

/// Whether two words cover each other by more than a third of the smaller.
fn is_on(one: &Word, other: &Word) -> bool {
    let across = one.right.min(other.right) - one.left.max(other.left);
    let down = one.bottom.min(other.bottom) - one.top.max(other.top);
    let area = |word: &Word| (word.right - word.left) * (word.bottom - word.top);
    across > 0.0 && down > 0.0 && across * down > 0.33 * area(one).min(area(other))
}

/// A page with more words of its own has no use for others.
const MOST_OWN_WORDS: usize = 20_000;

/// How many words stand in a table of tesseract's.
#[cfg(fuzzing)]
pub(super) fn count_words(table: &str) -> usize {
    tsv::words(table).len()
}

/// The words that the page has itself, but for those of unknown letters, and the recognised words
/// where they leave room.
pub(super) fn together(own: Vec<Word>, recognised: Vec<Word>, page: (f64, f64)) -> Vec<Word> {
    if own.len() > MOST_OWN_WORDS {
        return own;
    }
    let mut all = Words::new(page);
    for word in own {
        if !word.text.contains('\u{fffd}') {
            all.put(word);
        }
    }
    for word in recognised {
        all.add(word);
    }
    all.words
}

#[cfg(test)]
mod tests;
