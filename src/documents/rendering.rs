//! Renders a page of a PDF, or a part of it. The source of a page asks for the page image, text
//! recognition for parts at a higher resolution.

use std::cell::Cell;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::util::TransformExt;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::Affine;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings};

use super::canvas::user_unit;
use super::layout::DisplayBox;
use super::picture::{LONGEST_SIDE, MOST_PIXELS, Picture, RESOLUTION};

/// Pixels per page unit across and down, for a page of this size in its own units: 150 dpi, less
/// for a page that would be too large, and never less than one pixel a side.
fn scale_of(width: f64, height: f64, user_unit: f64) -> (f64, f64) {
    let scale = (RESOLUTION / 72.0 * user_unit)
        .min((MOST_PIXELS / (width * height)).sqrt())
        .min(LONGEST_SIDE / width.max(height));
    // The renderer cuts the pixel count off, so a hair is added to the whole number.
    let whole = |side: f64| ((side * scale).round().max(1.0) + 0.01) / side;
    (whole(width), whole(height))
}

/// What most pages of a file are no larger than: Tabloid at 150 dpi.
const KEPT_PIXELS: u32 = 4_500_000;

/// Draws the pages of one file on white. What it draws on is kept for the next page where that has
/// the same size, but for large ones: their pictures are about to need the memory.
pub(super) struct Easel<'a> {
    cache: RenderCache<'a>,
    sheet: Cell<Option<(RenderContext, Pixmap)>>,
}

impl<'a> Easel<'a> {
    pub fn new() -> Self {
        Self {
            cache: RenderCache::new(),
            sheet: Cell::new(None),
        }
    }

    /// The page at 150 dpi. May panic on a page that the renderer cannot stand.
    pub fn page(&self, page: &'a Page<'a>, settings: &InterpreterSettings) -> Picture {
        let (width, height) = page.render_dimensions();
        let (width, height) = (f64::from(width), f64::from(height));
        let (across, down) = scale_of(width, height, user_unit(page));
        let transform =
            Affine::scale_non_uniform(across, down) * page.initial_transform(true).to_kurbo();
        let size = ((width * across) as u16, (height * down) as u16);
        self.draw(page, settings, size, transform)
    }

    /// A part of the page, at `dots` to the inch or fewer where it would have more than
    /// `most_pixels`. May panic on a page that the renderer cannot stand.
    pub fn part(
        &self,
        page: &'a Page<'a>,
        settings: &InterpreterSettings,
        part: DisplayBox,
        (dots, most_pixels): (f64, f64),
    ) -> Picture {
        let (width, height) = page.render_dimensions();
        let (width, height) = (f64::from(width), f64::from(height));
        let (left, top) = (part.left * width, part.top * height);
        let across = ((part.right - part.left) * width).max(1e-6);
        let down = ((part.bottom - part.top) * height).max(1e-6);
        let scale = (dots / 72.0 * user_unit(page))
            .min((most_pixels / (across * down)).sqrt())
            .min(LONGEST_SIDE / across.max(down));
        let whole = |side: f64| (side * scale).round().clamp(1.0, LONGEST_SIDE) as u16;
        let transform = Affine::scale(scale)
            * Affine::translate((-left, -top))
            * page.initial_transform(true).to_kurbo();
        self.draw(page, settings, (whole(across), whole(down)), transform)
    }

    fn draw(
        &self,
        page: &'a Page<'a>,
        settings: &InterpreterSettings,
        (width, height): (u16, u16),
        transform: Affine,
    ) -> Picture {
        let (mut context, mut pixmap) = self
            .sheet
            .take()
            .filter(|(context, _)| (context.width(), context.height()) == (width, height))
            .unwrap_or_else(|| {
                let context = RenderContext::new(width, height);
                (context, Pixmap::new(width, height))
            });
        context.reset();
        hayro::render_into(
            page,
            &self.cache,
            settings,
            &RenderSettings::default(),
            &mut context,
            transform,
        );
        context.flush();
        context.render_with(
            &mut pixmap,
            &mut Resources::default(),
            RasterizerSettings {
                target_init: TargetInit::Clear(WHITE),
                ..RasterizerSettings::default()
            },
        );
        let picture = picture_of(&pixmap);
        if u32::from(width) * u32::from(height) <= KEPT_PIXELS {
            self.sheet.set(Some((context, pixmap)));
        }
        picture
    }
}

fn picture_of(pixmap: &Pixmap) -> Picture {
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    let (colours, _) = pixmap.data_as_u8_slice().as_chunks::<4>();
    // Most sheets are black on white: a third of the bytes, and faster to encode.
    // Many at a time, without a look at each, for the sake of speed; taken over while they are near.
    let mut greys = Vec::with_capacity(colours.len());
    let is_grey = colours.chunks(4096).all(|some| {
        let apart = |apart, &[r, g, b, _]: &[u8; 4]| apart | (r ^ g) | (g ^ b);
        greys.extend(some.iter().map(|&[r, ..]| r));
        some.iter().fold(0, apart) == 0
    });
    if is_grey {
        return Picture::of_grey(width, height, greys);
    }
    drop(greys);
    let mut pixels = vec![0; colours.len() * 3];
    let (places, _) = pixels.as_chunks_mut::<3>();
    for (place, &[r, g, b, _]) in places.iter_mut().zip(colours) {
        *place = [r, g, b];
    }
    Picture::of_colours(width, height, pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels_of(width: f64, height: f64, unit: f64) -> (f64, f64) {
        let (x, y) = scale_of(width, height, unit);
        (width * x, height * y)
    }

    #[test]
    fn a_letter_page_has_150_pixels_to_the_inch() {
        let (width, height) = pixels_of(612.0, 792.0, 1.0);
        assert!((width - 1275.0).abs() < 0.5 && (height - 1650.0).abs() < 0.5);
    }

    #[test]
    fn no_page_is_larger_than_the_limits_or_smaller_than_a_pixel() {
        for (width, height, unit) in [
            (1e9, 1e9, 1.0),
            (14_400.0, 14_400.0, 75_000.0),
            (1e6, 1.0, 1.0),
            (1.0, 1.0, 1.0),
        ] {
            let (x, y) = pixels_of(width, height, unit);
            assert!(x * y <= MOST_PIXELS * 1.01, "{width} x {height}");
            assert!(x.max(y) <= LONGEST_SIDE * 1.01 && x.min(y) >= 1.0);
        }
    }
}
