//! The pixels of a page or a part of one: cut, turned, made small, and encoded as lossless WebP.
//! The reader of pages makes the files of it.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image_webp::{ColorType, WebPEncoder};

use super::layout::DisplayBox;

/// Pixels to the inch of a page image.
pub(super) const RESOLUTION: f64 = 150.0;
/// A larger page is rendered at a lower resolution: at most this many pixels,
pub(super) const MOST_PIXELS: f64 = 40e6;
/// and this many on a side (WebP ends at 16,383).
pub(super) const LONGEST_SIDE: f64 = 16_000.0;
/// The longer side of a thumbnail, in pixels.
const THUMBNAIL_SIDE: u32 = 320;

/// Rows of pixels from the top; one byte a pixel when grey, else three (red, green, blue).
#[derive(Clone)]
pub(super) struct Picture {
    pub width: u32,
    pub height: u32,
    is_grey: bool,
    pixels: Vec<u8>,
    /// Its file did not have all of it.
    pub is_incomplete: bool,
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

impl Picture {
    /// Of one byte a pixel.
    pub fn of_grey(width: u32, height: u32, pixels: Vec<u8>) -> Self {
        Self {
            width,
            height,
            is_grey: true,
            pixels,
            is_incomplete: false,
        }
    }

    /// Of three bytes a pixel.
    pub fn of_colours(width: u32, height: u32, pixels: Vec<u8>) -> Self {
        Self {
            width,
            height,
            is_grey: false,
            pixels,
            is_incomplete: false,
        }
    }

    /// The same in grey, by the weights of ITU-R BT.601.
    pub fn into_grey(self) -> Self {
        if self.is_grey {
            return self;
        }
        let (colours, _) = self.pixels.as_chunks::<3>();
        let pixels = colours.iter().map(|&[r, g, b]| {
            let [r, g, b] = [r, g, b].map(u32::from);
            ((299 * r + 587 * g + 114 * b + 500) / 1_000) as u8
        });
        Self::of_grey(self.width, self.height, pixels.collect())
    }

    /// Rows from the top.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Upright, from the way of holding that TIFF and EXIF number: 3 upside down, 6 to be turned
    /// clockwise, 8 the other way; 2, 4, 5 and 7 are mirrored. Any other number changes nothing.
    pub fn turned(self, orientation: u64) -> Self {
        if !(2..=8).contains(&orientation) {
            return self;
        }
        match self.is_grey {
            true => self.turned_pixels::<1>(orientation),
            false => self.turned_pixels::<3>(orientation),
        }
    }

    fn turned_pixels<const CHANNELS: usize>(self, orientation: u64) -> Self {
        let (wide, high) = (self.width as usize, self.height as usize);
        let (width, height) = match orientation {
            5..=8 => (high, wide),
            _ => (wide, high),
        };
        let (from, _) = self.pixels.as_chunks::<CHANNELS>();
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..height {
            for x in 0..width {
                let (column, row) = match orientation {
                    2 => (wide - 1 - x, y),
                    3 => (wide - 1 - x, high - 1 - y),
                    4 => (x, high - 1 - y),
                    5 => (y, x),
                    6 => (y, high - 1 - x),
                    7 => (wide - 1 - y, high - 1 - x),
                    _ => (wide - 1 - y, x),
                };
                let pixel = from.get(row * wide + column);
                pixels.extend(pixel.copied().unwrap_or([255; CHANNELS]));
            }
        }
        Self {
            width: width as u32,
            height: height as u32,
            is_grey: self.is_grey,
            pixels,
            is_incomplete: self.is_incomplete,
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

    /// A part of the picture, at least one pixel a side.
    pub fn cut(&self, part: DisplayBox) -> Self {
        let pixel = |share: f64, side: u32| ((share * f64::from(side)) as u32).min(side);
        let (left, top) = (
            pixel(part.left, self.width).min(self.width.saturating_sub(1)),
            pixel(part.top, self.height).min(self.height.saturating_sub(1)),
        );
        let (right, bottom) = (
            pixel(part.right, self.width).max(left + 1),
            pixel(part.bottom, self.height).max(top + 1),
        );
        let depth = if self.is_grey { 1 } else { 3 };
        let row = self.width as usize * depth;
        let (from, to) = (left as usize * depth, right as usize * depth);
        let mut pixels = Vec::with_capacity((to - from) * (bottom - top) as usize);
        let rows = self.pixels.chunks_exact(row.max(1));
        for row in rows.take(bottom as usize).skip(top as usize) {
            pixels.extend_from_slice(row.get(from..to).unwrap_or_default());
        }
        Self {
            width: right - left,
            height: bottom - top,
            is_grey: self.is_grey,
            pixels,
            is_incomplete: self.is_incomplete,
        }
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
            is_incomplete: self.is_incomplete,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_turned_upright_from_any_way_of_holding() {
        // A B C      as the way of holding has it when the upright picture is this
        // D E F
        let stored = |orientation| match orientation {
            1 => (3, "ABCDEF"),
            2 => (3, "CBAFED"),
            3 => (3, "FEDCBA"),
            4 => (3, "DEFABC"),
            5 => (2, "ADBECF"),
            6 => (2, "CFBEAD"),
            7 => (2, "FCEBDA"),
            _ => (2, "DAEBFC"),
        };
        for orientation in 1..=8 {
            let (width, letters) = stored(orientation);
            let grey = Picture::of_grey(width, 6 / width, letters.bytes().collect());
            let turned = grey.turned(orientation);
            assert_eq!((turned.width, turned.height), (3, 2), "{orientation}");
            assert_eq!(turned.pixels, b"ABCDEF", "{orientation}");
            let bytes = letters.bytes().flat_map(|letter| [letter, 0, letter]);
            let turned = Picture::of_colours(width, 6 / width, bytes.collect()).turned(orientation);
            assert!(turned.pixels.starts_with(b"A\0AB\0B"), "{orientation}");
        }
    }

    #[test]
    fn the_thumbnail_has_a_longer_side_of_320_pixels() {
        let picture = Picture {
            width: 640,
            height: 1280,
            is_grey: true,
            pixels: vec![200; 640 * 1280],
            is_incomplete: false,
        };
        let small = picture.into_thumbnail().unwrap();
        assert_eq!((small.width, small.height), (160, 320));
        assert_eq!(small.pixels.len(), 160 * 320);
        assert!(small.pixels.iter().all(|pixel| *pixel == 200));
    }
}
