//! Takes what a page draws, without pixels: words, strokes, and counts of strokes and images.
//! The worker runs the PDF interpreter over it once for each page.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use hayro::hayro_interpret::font::{Glyph, GlyphIdentifier, GlyphRun, OutlineFontData};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::util::TransformExt;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, Paint, SoftMask, interpret_page,
};
use hayro::hayro_syntax::object::Number;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, PathEl, Point, Rect, Vec2};

use super::strokes::Strokes;
use super::words::{PlacedGlyph, Word, WordAssembler};

/// Square points of the largest page on which running text is looked for: 11 by 17 inches.
const LARGEST_TEXT: f64 = 792.0 * 1_224.0;
/// From this weight on (100 to 900) a font is bold.
const BOLD: u32 = 600;

/// What one page draws. Positions are points in the page as shown, y down.
pub(super) struct Canvas {
    pub width: f64,
    pub height: f64,
    pub words: Vec<Word>,
    pub glyph_count: u64,
    pub unmapped_count: u64,
    pub path_count: u64,
    /// Stroked segments along the page's edges: borders, tables, walls.
    pub straight_strokes: u64,
    /// Stroked curves and slanting lines, which tables do not have.
    pub oblique_strokes: u64,
    pub image_count: u64,
    /// Sum of image areas over the page's area, at most 1.
    pub image_share: f64,
    pub strokes: Strokes,
}

impl Canvas {
    /// An empty page of this size in points.
    pub fn empty(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            words: Vec::new(),
            glyph_count: 0,
            unmapped_count: 0,
            path_count: 0,
            straight_strokes: 0,
            oblique_strokes: 0,
            image_count: 0,
            image_share: 0.0,
            strokes: Strokes::new(width, height),
        }
    }
}

/// Unwound with when a page uses up its time; never printed.
pub(super) struct PageTooComplex;

/// Factor from the page's own units to points (1/72 inch); 1 unless /UserUnit says otherwise.
pub(super) fn user_unit(page: &Page<'_>) -> f64 {
    page.raw()
        .get::<Number>("UserUnit".as_bytes())
        .map(|number| number.as_f64())
        .filter(|unit| unit.is_finite() && *unit >= 1.0 && *unit <= 75_000.0)
        .unwrap_or(1.0)
}

/// What this thread has used of a processor since it began. The wall clock would let pages fail on
/// a machine that is busy.
pub(super) fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// Interprets the page. Unwinds with `PageTooComplex` when this thread has used a processor for
/// longer than `deadline`, and may panic on a page that the interpreter cannot stand: the caller
/// catches both.
pub(super) fn take_in<'a>(
    page: &Page<'a>,
    cache: &InterpreterCache<'a>,
    weights: &Weights,
    settings: &InterpreterSettings,
    deadline: Duration,
) -> Canvas {
    let (width, height) = page.render_dimensions();
    let unit = user_unit(page);
    let (width, height) = (f64::from(width) * unit, f64::from(height) * unit);
    let frame = Rect::new(0.0, 0.0, width, height);
    let transform = Affine::scale(unit) * page.initial_transform(true).to_kurbo();
    let mut context = Context::new(transform, frame, cache, page.xref(), settings.clone());
    let mut sink = Sink {
        frame,
        weights: (frame.area() < LARGEST_TEXT).then_some(weights),
        deadline,
        calls: 0,
        assembler: WordAssembler::default(),
        glyph_count: 0,
        unmapped_count: 0,
        path_count: 0,
        straight_strokes: 0,
        oblique_strokes: 0,
        image_count: 0,
        image_area: 0.0,
        strokes: Strokes::new(width, height),
    };
    interpret_page(page, &mut context, &mut sink);
    Canvas {
        width,
        height,
        words: sink.assembler.finish(width, height),
        glyph_count: sink.glyph_count,
        unmapped_count: sink.unmapped_count,
        path_count: sink.path_count,
        straight_strokes: sink.straight_strokes,
        oblique_strokes: sink.oblique_strokes,
        image_count: sink.image_count,
        image_share: (sink.image_area / frame.area().max(1.0)).clamp(0.0, 1.0),
        strokes: sink.strokes,
    }
}

struct Sink<'s> {
    frame: Rect,
    /// Sheets have no use for the weight of their letters, and very many runs of them.
    weights: Option<&'s Weights>,
    deadline: Duration,
    calls: u32,
    assembler: WordAssembler,
    glyph_count: u64,
    unmapped_count: u64,
    path_count: u64,
    straight_strokes: u64,
    oblique_strokes: u64,
    image_count: u64,
    image_area: f64,
    strokes: Strokes,
}

impl Sink<'_> {
    /// The interpreter has no way to be told to stop, so a page without end is left by unwinding.
    fn tick(&mut self) {
        self.calls = self.calls.wrapping_add(1);
        if self.calls.is_multiple_of(1024) && processor_time() > self.deadline {
            std::panic::resume_unwind(Box::new(PageTooComplex));
        }
    }

    fn take_strokes(&mut self, path: &BezPath, transform: Affine) {
        self.strokes.add_round(path, transform);
        let mut here = Point::ZERO;
        let mut start = Point::ZERO;
        for element in path.elements() {
            let end = match *element {
                PathEl::MoveTo(to) => {
                    here = transform * to;
                    start = here;
                    continue;
                }
                PathEl::LineTo(to) => transform * to,
                PathEl::QuadTo(_, to) | PathEl::CurveTo(_, _, to) => {
                    self.oblique_strokes += 1;
                    let to = transform * to;
                    self.strokes.add_curve(here, to);
                    here = to;
                    continue;
                }
                PathEl::ClosePath => start,
            };
            let step = end - here;
            self.strokes.add_line(here, end);
            here = end;
            // Shorter than a point is dust; 2 % off the axis still counts as along it.
            let (long, short) = (
                step.x.abs().max(step.y.abs()),
                step.x.abs().min(step.y.abs()),
            );
            if long < 1.0 {
                continue;
            }
            if short > 0.02 * long {
                self.oblique_strokes += 1;
            } else {
                self.straight_strokes += 1;
            }
        }
    }
}

/// How the glyphs of a transform lie: the way of the baseline, and one em along it and up from it.
#[derive(Clone, Copy)]
struct Lie {
    along: Vec2,
    em: f64,
    size: f64,
}

impl Lie {
    fn of([a, b, c, d]: [f64; 4]) -> Self {
        // Glyph space has 1000 units to the em.
        let along = Vec2::new(a, b) * 1000.0;
        Self {
            along,
            em: along.hypot(),
            size: Vec2::new(c, d).hypot() * 1000.0,
        }
    }
}

/// What the codes of one font stand for, as far as they were asked: a look-up for every glyph of a
/// line is a good part of the time that its reading takes.
struct Letters {
    known: [Option<(u32, char)>; 64],
}

impl Default for Letters {
    fn default() -> Self {
        Self { known: [None; 64] }
    }
}

impl Letters {
    fn of(&mut self, glyph: &Glyph<'_>) -> Option<BfString> {
        let code = match glyph {
            Glyph::Outline(outline) => outline.char_code(),
            Glyph::Type3(drawn) => drawn.char_code(),
        };
        let place = self.known.get_mut(code as usize % 64)?;
        if let Some((known, letter)) = *place
            && known == code
        {
            return Some(BfString::Char(letter));
        }
        let found = glyph.as_unicode();
        if let Some(BfString::Char(letter)) = &found {
            *place = Some((code, *letter));
        }
        found
    }
}

/// Which glyphs are bold, as their fonts say; those of Type 1 say nothing. To ask a font takes longer
/// than to read a word.
#[derive(Default)]
pub(super) struct Weights(RefCell<HashMap<GlyphIdentifier, bool>>);

impl Weights {
    /// More glyphs than this begin no words of an honest file.
    const MOST: usize = 20_000;

    fn is_bold(&self, glyph: &Glyph<'_>) -> bool {
        let Glyph::Outline(outline) = glyph else {
            return false;
        };
        let mut known = self.0.borrow_mut();
        if known.len() > Self::MOST {
            known.clear();
        }
        *known
            .entry(outline.identifier())
            .or_insert_with(|| outline.font_data().is_some_and(|font| is_bold(&font)))
    }
}

fn is_bold(font: &OutlineFontData) -> bool {
    let name = font.postscript_name.as_deref().unwrap_or_default();
    let name = name.to_lowercase();
    font.weight.is_some_and(|weight| weight >= BOLD)
        || ["bold", "black", "heavy"]
            .iter()
            .any(|word| name.contains(word))
}

/// Whether the paint is the colour of paper: it covers what lies below.
fn is_white(paint: &Paint<'_>) -> bool {
    match paint {
        Paint::Color(colour) => colour
            .to_rgba()
            .to_rgba8()
            .iter()
            .take(3)
            .all(|part| *part >= 252),
        Paint::Pattern(_) => false,
    }
}

impl<'a> Device<'a> for Sink<'_> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        if let (Some(weights), Some(glyph)) = (self.weights, run.glyphs().first()) {
            self.assembler.is_bold = weights.is_bold(glyph);
        }
        // The glyphs of a run are of one font, and mostly of one size and direction.
        let mut letters = Letters::default();
        let mut lie: Option<([f64; 4], Lie)> = None;
        for glyph in run.glyphs() {
            self.tick();
            self.glyph_count += 1;
            let [a, b, c, d, x, y] = (props.transform * glyph.transform()).as_coeffs();
            let lie = match lie {
                Some((parts, lie)) if parts == [a, b, c, d] => lie,
                _ => lie.insert(([a, b, c, d], Lie::of([a, b, c, d]))).1,
            };
            let advance = match &**glyph {
                Glyph::Outline(outline) => outline.advance_width(),
                Glyph::Type3(drawn) => drawn.advance_width(),
            };
            let advance = f64::from(advance.unwrap_or(500.0)) / 1000.0 * lie.em;
            let (mut room, several);
            let text = match letters.of(glyph) {
                Some(BfString::Char(one)) => {
                    room = [0; 4];
                    &*one.encode_utf8(&mut room)
                }
                Some(BfString::String(text)) => {
                    several = text;
                    &several
                }
                None => {
                    self.unmapped_count += 1;
                    "\u{fffd}"
                }
            };
            self.assembler.push(PlacedGlyph {
                text,
                origin: Point::new(x, y),
                along: lie.along,
                advance,
                size: lie.size,
            });
        }
    }

    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.tick();
        self.path_count += 1;
        if matches!(mode, DrawMode::Stroke(_) | DrawMode::FillAndStroke(..)) {
            self.take_strokes(path, props.transform);
        } else if matches!(mode, DrawMode::Fill(_)) {
            self.strokes
                .add_filled_path(path, props.transform, is_white(&props.paint));
        }
    }

    fn draw_rect(&mut self, rect: &Rect, props: DrawProps<'a>, mode: &DrawMode) {
        self.tick();
        self.path_count += 1;
        let shown = props.transform.transform_rect_bbox(*rect);
        if matches!(mode, DrawMode::Stroke(_) | DrawMode::FillAndStroke(..)) {
            self.straight_strokes += 4;
            self.strokes.add_box(shown);
        } else if matches!(mode, DrawMode::Fill(_)) {
            self.strokes.add_filled_box(shown, is_white(&props.paint));
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.tick();
        self.image_count += 1;
        let pixels = Rect::new(
            0.0,
            0.0,
            f64::from(image.width()),
            f64::from(image.height()),
        );
        let shown = props
            .transform
            .transform_rect_bbox(pixels)
            .intersect(self.frame);
        self.strokes.add_picture(shown);
        let area = shown.area();
        if area.is_finite() {
            self.image_area += area;
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.tick();
        self.strokes.push_clip(clip.path.control_box());
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        self.tick();
        self.strokes.push_clip(*rect);
    }

    fn pop_clip(&mut self) {
        self.strokes.pop_clip();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.tick();
    }

    fn pop_transparency_group(&mut self) {}
}
