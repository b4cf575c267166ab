//! What the fuzz targets in `src/fuzz/` call: the same code that a child process runs over hostile
//! bytes, without the process around it. Compiled for them alone.

use std::panic::PanicHookInfo;

use hayro::kurbo::{Point, Rect, Vec2};

use super::binding::{Leaf, Volume, bind};
use super::canvas::Canvas;
use super::kind::page_kind;
use super::lines::lines_of;
use super::ocr;
use super::page::PageKind;
use super::picture::MOST_PIXELS;
use super::raster::ImageFile;
use super::reader::{caught, describe, lay_out};
use super::source::{Caches, Source, deadline};
use super::text_string;
use super::words::{PlacedGlyph, Word, WordAssembler};

/// Pages of one input that are read.
const MOST_PAGES: u32 = 4;

/// Ends the process at a panic of our own. Those of the libraries are caught page by page, as they
/// are in the child.
pub fn watch() {
    std::panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map_or("", |place| place.file());
        if place.contains("documents/") {
            eprintln!("{panic}");
            std::process::abort();
        }
    }));
}

/// A whole file: what its pages draw, their words, lines, regions and names. No pictures.
pub fn read(bytes: &[u8]) {
    let Ok(Ok(source)) = caught(|| Source::of_bytes(bytes.to_vec())) else {
        return;
    };
    let names = source.names();
    let caches = Caches::new();
    for number in 1..=MOST_PAGES {
        let Some(page) = source.page(number) else {
            break;
        };
        let Ok(Ok((canvas, kind))) = caught(|| page.canvas(&caches)) else {
            break;
        };
        look_at(&canvas, kind, number);
        names.label(number);
        names.bookmarks(number);
    }
}

/// Letters in any place, direction and size, with strokes between them: 12 bytes for each.
pub fn place_words(bytes: &[u8]) {
    let mut assembler = WordAssembler::default();
    let mut canvas = Canvas::empty(2592.0, 1728.0);
    for &[kind, letter, a, b, c, d, e, f, g, h, i, j] in bytes.as_chunks::<12>().0 {
        let number = |high: u8, low: u8| f64::from(i16::from_be_bytes([high, low])) / 10.0;
        let (x, y) = (number(a, b), number(c, d));
        let (across, down) = (number(e, f), number(g, h));
        match kind % 4 {
            0 => canvas
                .strokes
                .add_line(Point::new(x, y), Point::new(across, down)),
            1 => canvas.strokes.add_box(Rect::new(x, y, across, down)),
            _ => assembler.push(PlacedGlyph {
                text: char::from(letter).encode_utf8(&mut [0; 4]),
                origin: Point::new(x, y),
                along: Vec2::new(across, down),
                advance: f64::from(i),
                size: f64::from(j),
            }),
        }
    }
    canvas.words = assembler.finish(canvas.width, canvas.height);
    look_at(&canvas, PageKind::Drawing, 1);
    look_at(&canvas, PageKind::Document, 1);
}

/// The pixels of an image file.
pub fn read_image(bytes: &[u8]) {
    let Ok(Ok(file)) = caught(|| ImageFile::open(bytes.to_vec())) else {
        return;
    };
    for page in file.pages().iter().take(MOST_PAGES as usize) {
        let picture = caught(|| file.picture(page, 150.0, MOST_PIXELS / 40.0, deadline()));
        // A failure is an answer, too.
        if let Ok(Ok(picture)) = picture {
            assert!(picture.width > 0 && picture.height > 0);
        }
    }
}

/// Text as the pages of a job: sheets, sections and papers are found in it. A form feed parts pages,
/// and `\x1c` parts files; a line that begins with `#` is large, one with `*` bold, spaces move what follows.
pub fn bind_text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let volumes: Vec<Volume> = text.split('\x1c').take(4).map(volume).collect();
    bind(&volumes);
}

fn volume(text: &str) -> Volume {
    let pages = (1..).zip(text.split('\x0c').take(40));
    Volume {
        file_name: text.chars().take(20).collect(),
        hint: None,
        leaves: pages.map(|(number, page)| leaf(number, page)).collect(),
    }
}

fn leaf(number: u32, text: &str) -> Leaf {
    let is_sheet = text.starts_with('#');
    let mut canvas = match is_sheet {
        true => Canvas::empty(2592.0, 1728.0),
        false => Canvas::empty(612.0, 792.0),
    };
    for (row, line) in text.lines().enumerate() {
        let size = if line.starts_with('#') { 20.0 } else { 10.0 };
        let y = 36.0 + 12.0 * row as f64;
        let mut start = 36.0;
        for word in line.trim_start_matches(['#', '*']).split(' ') {
            let length = 0.5 * size * word.chars().count() as f64;
            if !word.is_empty() {
                let (origin, along) = (Point::new(start, y), Vec2::new(1.0, 0.0));
                canvas.words.push(Word {
                    is_bold: line.starts_with('*'),
                    ..Word::placed(word.to_owned(), origin, along, length, size)
                });
            }
            start += length + 0.3 * size;
        }
    }
    let kind = match is_sheet {
        true => PageKind::Drawing,
        false => page_kind(&canvas),
    };
    let reading = describe(&canvas, number, kind);
    Leaf::new(
        reading,
        lay_out(&canvas, &lines_of(&canvas.words, kind), number, kind),
    )
}

/// What tesseract prints, and text of a PDF outside its pages.
pub fn read_tables(bytes: &[u8]) {
    text_string::decode(bytes);
    ocr::count_words(&String::from_utf8_lossy(bytes));
}

fn look_at(canvas: &Canvas, kind: PageKind, number: u32) {
    let layout = lay_out(canvas, &lines_of(&canvas.words, kind), number, kind);
    for region in &layout.regions {
        let area = region.display_box;
        assert!(
            area.left <= area.right && area.top <= area.bottom,
            "{area:?}"
        );
    }
    describe(canvas, number, kind);
}
