//! Renders a page at 150 dpi, encodes it as lossless WebP, and makes its thumbnail.
//! The worker asks for each page that it reads.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image_webp::{ColorType, WebPEncoder};

/// Pixels to the inch of a page image.
const RESOLUTION: f64 = 150.0;
/// A larger page is rendered at a lower resolution: at most this many pixels,
const MOST_PIXELS: f64 = 40e6;
/// and this many on a side (WebP ends at 16,383).
const LONGEST_SIDE: f64 = 16_000.0;
/// The longer side of a thumbnail, in pixels.
const THUMBNAIL_SIDE: u32 = 320;

/// Rows of pixels from the top; one byte a pixel when grey, else three (red, green, blue).
pub(super) struct Picture {
    pub width: u32,
    pub height: u32,
    is_grey: bool,
    pixels: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum PictureError {
    #[error("the picture could not be encoded: {0}")]
    Encode(#[from] image_webp::EncodingError),
    #[error("the picture has no fitting buffer: {0}")]
    Buffer(#[from] fast_image_resize::ImageBufferError),
    #[error("the picture could not be resized: {0}")]
    Resize(#[from] fast_image_resize::ResizeError),
}

/// Pixels per page unit across and down, for a page of this size in its own units: 150 dpi, less
/// for a page that would be too large, and never less than one pixel a side.
pub(super) fn scale_of(width: f64, height: f64, user_unit: f64) -> (f32, f32) {
    let scale = (RESOLUTION / 72.0 * user_unit)
        .min((MOST_PIXELS / (width * height)).sqrt())
        .min(LONGEST_SIDE / width.max(height));
    // The renderer cuts the pixel count off, so a hair is added to the whole number.
    let whole = |side: f64| (((side * scale).round().max(1.0) + 0.01) / side) as f32;
    (whole(width), whole(height))
}

impl Picture {
    /// Renders the page on white. May panic on a page that the renderer cannot stand.
    pub fn of_page<'a>(
        page: &'a Page<'a>,
        cache: &RenderCache<'a>,
        settings: &InterpreterSettings,
        user_unit: f64,
    ) -> Self {
        let (width, height) = page.render_dimensions();
        let (x_scale, y_scale) = scale_of(f64::from(width), f64::from(height), user_unit);
        let pixmap = hayro::render(
            page,
            cache,
            settings,
            &RenderSettings::default(),
            &PixmapSettings {
                x_scale,
                y_scale,
                bg_color: WHITE,
            },
        );
        let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
        let (colours, _) = pixmap.data_as_u8_slice().as_chunks::<4>();
        // Most sheets are black on white: a third of the bytes, and faster to encode.
        let is_grey = colours.iter().all(|&[r, g, b, _]| r == g && g == b);
        let pixels = if is_grey {
            colours.iter().map(|&[r, ..]| r).collect()
        } else {
            let mut pixels = Vec::with_capacity(colours.len() * 3);
            for &[r, g, b, _] in colours {
                pixels.extend_from_slice(&[r, g, b]);
            }
            pixels
        };
        Self {
            width,
            height,
            is_grey,
            pixels,
        }
    }

    /// The picture as a lossless WebP file.
    pub fn to_webp(&self) -> Result<Vec<u8>, PictureError> {
        let mut file = Vec::new();
        let colours = if self.is_grey {
            ColorType::L8
        } else {
            ColorType::Rgb8
        };
        WebPEncoder::new(&mut file).encode(&self.pixels, self.width, self.height, colours)?;
        Ok(file)
    }

    /// The picture with a longer side of 320 pixels. Uses up the large one to spare memory.
    pub fn into_thumbnail(self) -> Result<Self, PictureError> {
        let longer = f64::from(self.width.max(self.height).max(1));
        let side = |pixels: u32| {
            let share = f64::from(pixels) / longer;
            ((share * f64::from(THUMBNAIL_SIDE)).round() as u32).clamp(1, THUMBNAIL_SIDE)
        };
        let (width, height) = (side(self.width), side(self.height));
        let layout = if self.is_grey {
            PixelType::U8
        } else {
            PixelType::U8x3
        };
        let large = Image::from_vec_u8(self.width, self.height, self.pixels, layout)?;
        let mut small = Image::new(width, height, layout);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        Resizer::new().resize(&large, &mut small, &options)?;
        Ok(Self {
            width,
            height,
            is_grey: self.is_grey,
            pixels: small.into_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels_of(width: f64, height: f64, unit: f64) -> (f64, f64) {
        let (x, y) = scale_of(width, height, unit);
        (width * f64::from(x), height * f64::from(y))
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

    #[test]
    fn the_thumbnail_has_a_longer_side_of_320_pixels() {
        let picture = Picture {
            width: 640,
            height: 1280,
            is_grey: true,
            pixels: vec![200; 640 * 1280],
        };
        let small = picture.into_thumbnail().unwrap();
        assert_eq!((small.width, small.height), (160, 320));
        assert_eq!(small.pixels.len(), 160 * 320);
        assert!(small.pixels.iter().all(|pixel| *pixel == 200));
    }
}
