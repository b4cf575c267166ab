//! Drawing or document, page by page: from size, strokes, text and what stands in a title block's place.

use super::super::canvas::Canvas;
use super::super::lines::{Line, text_lines};
use super::super::page::PageKind;
use super::super::sheets::sheet_facts;
use super::time_table::is_time_table_head;

/// Pages at least this large (points) are sheets: 11 by 17 inches and A3, with a little to spare.
const SHEET_LONG: f64 = 16.3 * 72.0;
const SHEET_SHORT: f64 = 10.6 * 72.0;
/// Beyond this longer side nobody prints running text.
const LARGE_LONG: f64 = 20.0 * 72.0;
/// Letters of sheets that were reduced to a smaller paper are set smaller than any text (points).
const REDUCED: f64 = 4.6;
/// Lines of a page that are looked at.
const MOST_LINES: usize = 4_000;

/// Drawing or document. A page with nothing on it is a document page, the cheaper of the two.
pub(in super::super) fn page_kind(canvas: &Canvas) -> PageKind {
    let page = Page::of(canvas);
    let is_drawing = if page.is_blank() {
        false
    } else if page.is_large() {
        !page.is_text_scan() && !page.is_slide() && !page.is_time_table()
    } else if page.is_tabloid() {
        page.tabloid_is_drawing()
    } else {
        page.letter_is_drawing()
    };
    if is_drawing {
        PageKind::Drawing
    } else {
        PageKind::Document
    }
}

struct Page<'c> {
    canvas: &'c Canvas,
    long: f64,
    short: f64,
    words: u64,
    /// Tables have straight strokes only; slanting ones and curves come from drawing.
    oblique: u64,
    strokes: u64,
    is_landscape: bool,
}

impl<'c> Page<'c> {
    fn of(canvas: &'c Canvas) -> Self {
        Self {
            canvas,
            long: canvas.width.max(canvas.height),
            short: canvas.width.min(canvas.height),
            words: canvas.words.len() as u64,
            oblique: canvas.oblique_strokes,
            strokes: canvas
                .straight_strokes
                .saturating_add(canvas.oblique_strokes),
            is_landscape: canvas.width > canvas.height,
        }
    }

    fn is_blank(&self) -> bool {
        self.words == 0 && self.canvas.path_count < 10 && self.canvas.image_count == 0
    }

    fn is_large(&self) -> bool {
        self.long >= LARGE_LONG && self.short >= SHEET_SHORT
    }

    fn is_tabloid(&self) -> bool {
        self.long >= SHEET_LONG && self.short >= SHEET_SHORT
    }

    /// A scanned page of text whose pixels were taken for points: upright, one image over all of
    /// it, and as many points as Letter, Legal or A4 has pixels at a usual resolution.
    fn is_text_scan(&self) -> bool {
        let is_one_image =
            self.canvas.image_count >= 1 && self.canvas.image_share > 0.9 && self.strokes < 20;
        let is_paper = [200.0, 240.0, 300.0, 400.0, 600.0].iter().any(|pixels| {
            [(8.5, 11.0), (8.5, 14.0), (8.27, 11.69)]
                .iter()
                .any(|(width, height)| {
                    let near =
                        |side: f64, inches: f64| (side / (inches * pixels) - 1.0).abs() < 0.015;
                    near(self.short, *width) && near(self.long, *height)
                })
        });
        is_one_image && !self.is_landscape && is_paper
    }

    /// Slides are 16 to 9, which no size of drawing paper is; and nothing much is drawn on them.
    fn is_slide(&self) -> bool {
        self.is_landscape
            && (self.long / self.short.max(1.0) - 16.0 / 9.0).abs() < 0.01
            && self.long < 30.0 * 72.0
            && self.oblique < 200
            && self.words < 400
            && !self.has_sheet_number()
    }

    /// A plotted construction schedule: a table of activities, however large its paper is.
    fn is_time_table(&self) -> bool {
        self.words >= 60
            && self
                .lines()
                .iter()
                .any(|line| is_time_table_head(&line.text))
            && !self.has_sheet_number()
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = text_lines(&self.canvas.words);
        lines.truncate(MOST_LINES);
        lines
    }

    fn has_sheet_number(&self) -> bool {
        sheet_facts(&self.canvas.words, self.canvas.width, self.canvas.height)
            .number
            .is_some()
    }

    /// The em below which half of the words are set, in points.
    fn middle_size(&self) -> f64 {
        let mut sizes: Vec<f64> = self.canvas.words.iter().map(|word| word.size).collect();
        if sizes.is_empty() {
            return f64::INFINITY;
        }
        let middle = sizes.len() / 2;
        *sizes.select_nth_unstable_by(middle, f64::total_cmp).1
    }

    /// Of 11 by 17 inches or A3: a reduced sheet, or a wide table, a figure, a page of a booklet.
    fn tabloid_is_drawing(&self) -> bool {
        let is_picture =
            self.canvas.image_share > 0.4 && self.canvas.image_count <= 3 && self.words < 400;
        if is_picture && self.words < 60 {
            // A scan: of a sheet it is, at this size.
            return true;
        }
        let is_drawn = self.oblique >= 60 && self.oblique * 3 > self.words;
        let has_many_paths = self.canvas.path_count >= 400
            && self.canvas.path_count > 2 * self.words
            && self.oblique >= 10;
        let few_words = if self.is_landscape { 120 } else { 40 };
        let is_bare = self.words < few_words && self.canvas.path_count > 0;
        let has_some =
            self.strokes >= 4 || self.canvas.path_count >= 8 || self.canvas.image_count > 0;
        if self.is_time_table() {
            return false;
        }
        if is_drawn || has_many_paths || is_bare || is_picture {
            return true;
        }
        // Sheets of notes and schedules have hardly a slanting stroke, but a title block.
        (has_some && self.has_sheet_number())
            || (self.strokes >= 40 && self.words < 350 && self.signs_of_drawing() > 0)
    }

    /// Of Letter, A4 or Legal: a sketch, a detail, or a sheet reduced to it. Reports have charts and
    /// logs of borings with many slanting strokes too, so something must say that it is drawn to be built by.
    fn letter_is_drawing(&self) -> bool {
        if self.canvas.image_share >= 0.9 {
            return false;
        }
        // A sketch by hand: strokes and hardly a word.
        if self.words < 15 {
            return self.oblique >= 150 && self.strokes >= 300;
        }
        let needed = if self.is_landscape { 60 } else { 120 };
        if self.oblique < needed && self.strokes < 400 {
            return false;
        }
        let is_reduced = self.middle_size() <= REDUCED && self.strokes >= 300;
        if is_reduced && (self.is_landscape || self.has_sheet_number()) && !self.is_time_table() {
            return true;
        }
        if self.words >= 600 || self.oblique < needed {
            return false;
        }
        let dense = self.oblique > 2 * self.words && self.strokes >= 300;
        match self.signs_of_drawing() {
            0 => dense && self.is_landscape && self.words < 150 && self.oblique > 6 * self.words,
            1 => dense,
            _ => self.oblique * 2 > self.words,
        }
    }

    /// How many kinds of things say that this is to be built by: a scale, feet and inches or a
    /// typical note, a sheet's number in its place. Charts and logs say other things, which count against.
    fn signs_of_drawing(&self) -> u32 {
        let mut has_scale = false;
        let mut dimensions = 0;
        let mut has_detail = false;
        let mut is_chart = false;
        for line in self.lines() {
            let text = line.text.to_uppercase();
            if text.len() > 300 {
                continue;
            }
            has_scale |= text.contains("SCALE:")
                || text.contains("SCALE =")
                || text.contains("1'-0\"")
                || text.contains("NOT TO SCALE")
                || text.contains("N.T.S");
            dimensions += text
                .split(' ')
                .filter(|word| is_feet_and_inches(word))
                .count();
            has_detail |= text.starts_with("DETAIL")
                || text.contains(" DETAIL")
                || text.starts_with("SK-")
                || text.contains(" SK-")
                || text.contains("SKETCH");
            is_chart |= [
                "BORING LOG",
                "LOG OF BORING",
                "LOG OF TEST",
                "BLOW COUNT",
                "PERCENT FINER",
                "GRAIN SIZE",
                "MOISTURE CONTENT",
                "PERCENT PASSING",
            ]
            .iter()
            .any(|name| text.contains(name));
        }
        if is_chart {
            return 0;
        }
        u32::from(has_scale)
            + u32::from(dimensions >= 3)
            + u32::from(has_detail)
            + u32::from(self.has_sheet_number())
    }
}

/// `12'-6"`, `8'`, `3'-0 1/2"`.
fn is_feet_and_inches(word: &str) -> bool {
    let (feet, rest) = word.split_once(['\'', '’', '′']).unwrap_or(("", ""));
    !feet.is_empty()
        && feet.len() <= 4
        && feet.bytes().all(|byte| byte.is_ascii_digit())
        && (rest.is_empty()
            || rest.starts_with('-')
            || rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::super::super::words::Word;
    use super::super::super::words::tests::word;
    use super::*;

    fn canvas(width: f64, height: f64, words: usize, straight: u64, oblique: u64) -> Canvas {
        Canvas {
            words: (0..words)
                .map(|row| word("TEXT", 20.0, 20.0 + row as f64, 8.0))
                .collect(),
            glyph_count: words as u64 * 4,
            path_count: straight + oblique,
            straight_strokes: straight,
            oblique_strokes: oblique,
            ..Canvas::empty(width, height)
        }
    }

    fn set(text: &str, x: f64, y: f64, size: f64) -> Vec<Word> {
        text.split(' ')
            .enumerate()
            .map(|(place, text)| word(text, x + place as f64 * 8.0 * size, y, size))
            .collect()
    }

    fn with_words(mut canvas: Canvas, lines: &[(&str, f64, f64, f64)]) -> Canvas {
        for (text, x, y, size) in lines {
            canvas.words.extend(set(text, *x, *y, *size));
        }
        canvas
    }

    fn with_images(mut canvas: Canvas, count: u64, share: f64) -> Canvas {
        canvas.image_count = count;
        canvas.image_share = share;
        canvas
    }

    #[test]
    fn size_strokes_and_text_tell_the_kind() {
        use PageKind::{Document, Drawing};
        let cases = [
            (
                "a Letter page of text",
                canvas(612.0, 792.0, 400, 20, 0),
                Document,
            ),
            (
                "an A4 landscape table",
                canvas(842.0, 595.0, 300, 600, 0),
                Document,
            ),
            (
                "a Letter sketch by hand",
                canvas(612.0, 792.0, 5, 400, 500),
                Drawing,
            ),
            (
                "a large sheet",
                canvas(2592.0, 1728.0, 500, 900, 900),
                Drawing,
            ),
            (
                "a large sheet of notes",
                canvas(2592.0, 1728.0, 3000, 20, 0),
                Drawing,
            ),
            (
                "a large cover with few strokes",
                canvas(2592.0, 1728.0, 30, 4, 0),
                Drawing,
            ),
            (
                "a tabloid sheet",
                canvas(1224.0, 792.0, 100, 300, 100),
                Drawing,
            ),
            ("a tabloid cover", canvas(1224.0, 792.0, 30, 4, 0), Drawing),
            (
                "a tabloid table",
                canvas(1224.0, 792.0, 1200, 300, 0),
                Document,
            ),
            (
                "a small tabloid table",
                canvas(1224.0, 792.0, 300, 120, 0),
                Document,
            ),
            (
                "a tabloid page of a report with a chart",
                canvas(1224.0, 792.0, 700, 60, 90),
                Document,
            ),
            ("a blank sheet", canvas(2592.0, 1728.0, 0, 0, 0), Document),
            (
                "a chart of a report",
                canvas(612.0, 792.0, 80, 300, 900),
                Document,
            ),
        ];
        for (what, canvas, expected) in cases {
            assert_eq!(page_kind(&canvas), expected, "{what}");
        }
    }

    #[test]
    fn scans_are_told_by_size_and_aspect() {
        use PageKind::{Document, Drawing};
        for (what, width, height, expected) in [
            ("a scanned sheet", 2592.0, 1728.0, Drawing),
            ("a scanned tabloid sheet", 1224.0, 792.0, Drawing),
            ("a scanned letter", 612.0, 792.0, Document),
            (
                "a letter of 300 pixels an inch taken for points",
                2550.0,
                3300.0,
                Document,
            ),
            ("an A4 page of 200 pixels an inch", 1654.0, 2339.0, Document),
            (
                "an upright sheet of 34 by 44 inches",
                2448.0,
                3168.0,
                Drawing,
            ),
        ] {
            let scan = with_images(canvas(width, height, 0, 0, 0), 1, 1.0);
            assert_eq!(page_kind(&scan), expected, "{what}");
        }
    }

    #[test]
    fn a_sheet_number_in_its_place_makes_a_tabloid_page_of_notes_a_drawing() {
        let notes = canvas(1224.0, 792.0, 1500, 30, 0);
        assert_eq!(page_kind(&notes), PageKind::Document);
        let sheet = with_words(notes, &[("A-002", 1140.0, 760.0, 24.0)]);
        assert_eq!(page_kind(&sheet), PageKind::Drawing);
    }

    #[test]
    fn a_detail_on_letter_paper_is_a_drawing_and_a_boring_log_is_not() {
        let strokes = || canvas(612.0, 792.0, 40, 200, 400);
        let detail = with_words(
            strokes(),
            &[
                ("DETAIL AT PARAPET", 100.0, 700.0, 10.0),
                ("SCALE: 1\"=1'-0\"", 100.0, 720.0, 10.0),
            ],
        );
        assert_eq!(page_kind(&detail), PageKind::Drawing);
        let log = with_words(
            strokes(),
            &[
                ("LOG OF BORING B-1", 100.0, 40.0, 10.0),
                ("SCALE: 1\"=1'-0\"", 100.0, 720.0, 10.0),
            ],
        );
        assert_eq!(page_kind(&log), PageKind::Document);
    }

    #[test]
    fn a_sheet_reduced_to_letter_paper_is_a_drawing() {
        let mut reduced = canvas(792.0, 612.0, 900, 600, 200);
        for word in &mut reduced.words {
            word.size = 3.5;
        }
        assert_eq!(page_kind(&reduced), PageKind::Drawing);
    }

    #[test]
    fn a_plotted_construction_schedule_and_slides_are_documents() {
        let plot = canvas(2592.0, 1728.0, 400, 900, 300);
        let plot = with_words(
            plot,
            &[("Activity Duration Start Finish", 20.0, 1000.0, 10.0)],
        );
        assert_eq!(page_kind(&plot), PageKind::Document);
        let slide = canvas(1920.0, 1080.0, 60, 10, 0);
        assert_eq!(page_kind(&slide), PageKind::Document);
    }
}
