//! Image files as plans: PNG and JPEG of one page, TIFF of one or several. Sizes and resolutions
//! first, pixels only when a page is rendered. The worker opens them when the first bytes say so.

mod intake;
mod jpeg;
mod png;
mod resolution;
mod shrink;
mod tiff;
mod tiff_chunk;
mod tiff_colours;
mod tiff_directory;

use std::time::Duration;

use super::fault::FaultCode;
use super::page::MOST_PAGES;
use super::picture::{LONGEST_SIDE, Picture};
use intake::Intake;
use resolution::resolution;
use tiff_directory::Directory;

/// What one page may need of memory for its source pixels, in bytes. Most are read row by row and
/// need next to nothing.
const MOST_MEMORY: u64 = 800 << 20;
/// An ANSI E sheet (44 by 34 inches) at 800 dpi has 960 million pixels.
const MOST_PIXELS: u64 = 1_000_000_000;
/// A roll of 10 metres at 400 dpi.
const LONGEST: u32 = 160_000;

/// What stands before the pixels of an image. `Default` is upright and without a size.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Head {
    width: u32,
    height: u32,
    /// Pixels to the inch across and down, as the file states it.
    resolution: Option<(f64, f64)>,
    /// As EXIF and TIFF count: 1 is upright, 6 has to be turned clockwise.
    orientation: u64,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            width: 0,
            height: 0,
            resolution: None,
            orientation: 1,
        }
    }
}

enum Form {
    Png,
    Jpeg,
    Tiff(Box<Directory>),
}

/// An image file. Its bytes stay in memory.
pub(super) struct ImageFile {
    bytes: Vec<u8>,
    pages: Vec<ImagePage>,
}

/// One page of an image file.
pub(super) struct ImagePage {
    form: Form,
    head: Head,
    /// What the file calls the page.
    pub label: Option<String>,
}

/// Whether the first bytes are those of an image that can be read.
pub(super) fn is_image(bytes: &[u8]) -> bool {
    is_png(bytes) || is_jpeg(bytes) || tiff_directory::is_tiff(bytes)
}

fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n")
}

fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xd8\xff")
}

impl ImageFile {
    /// Reads sizes and resolutions; no pixels.
    pub fn open(bytes: Vec<u8>) -> Result<Self, FaultCode> {
        let one = |form, head: Option<Head>| {
            let head = head.ok_or(FaultCode::Damaged)?;
            Ok(vec![ImagePage {
                form,
                head,
                label: None,
            }])
        };
        let pages = if is_png(&bytes) {
            one(Form::Png, png::head(&bytes))?
        } else if is_jpeg(&bytes) {
            one(Form::Jpeg, jpeg::head(&bytes))?
        } else {
            let pages = tiff::pages(&bytes).ok_or(FaultCode::Damaged)?;
            pages
                .into_iter()
                .map(|(directory, head, label)| ImagePage {
                    form: Form::Tiff(Box::new(directory)),
                    head,
                    label,
                })
                .collect()
        };
        match pages.len() {
            0 => Err(FaultCode::NoPages),
            count if count > MOST_PAGES as usize => Err(FaultCode::TooManyPages),
            _ => Ok(Self { bytes, pages }),
        }
    }

    pub fn pages(&self) -> &[ImagePage] {
        &self.pages
    }

    /// The page's pixels, upright, at `dots` to the inch or what it has if that is less, and at most
    /// `most_pixels`. `deadline` is the time of a processor that this thread may have used at the end.
    pub fn picture(
        &self,
        page: &ImagePage,
        dots: f64,
        most_pixels: f64,
        deadline: Duration,
    ) -> Result<Picture, FaultCode> {
        page.check()?;
        let (repeat, target) = page.target(dots, most_pixels);
        let mut intake = Intake::new(
            (page.head.width, page.head.height),
            repeat,
            target,
            deadline,
        );
        match &page.form {
            Form::Png => png::read(&self.bytes, &mut intake)?,
            Form::Jpeg => jpeg::read(&self.bytes, &mut intake)?,
            Form::Tiff(directory) => tiff::read(&self.bytes, directory, page.head, &mut intake)?,
        }
        Ok(intake.finish()?.turned(page.head.orientation))
    }
}

impl ImagePage {
    /// Refuses an image that would take too much to read.
    pub fn check(&self) -> Result<(), FaultCode> {
        let Head { width, height, .. } = self.head;
        let pixels = u64::from(width) * u64::from(height);
        if pixels > MOST_PIXELS || width.max(height) > LONGEST {
            return Err(FaultCode::TooLarge);
        }
        Ok(())
    }

    /// Width and height in points (1/72 inch), upright.
    pub fn size(&self) -> (f64, f64) {
        let (across, down) = self.resolution();
        let width = f64::from(self.head.width) / across * 72.0;
        let height = f64::from(self.head.height) / down * 72.0;
        match self.head.orientation {
            5..=8 => (height, width),
            _ => (width, height),
        }
    }

    fn resolution(&self) -> (f64, f64) {
        resolution(self.head.resolution, self.head.width, self.head.height)
    }

    /// How often each row is to be taken, and width and height of the picture before it is turned.
    fn target(&self, dots: f64, most_pixels: f64) -> (u32, (u32, u32)) {
        let (across, down) = self.resolution();
        let repeat = (across / down).round().clamp(1.0, 4.0);
        let down = down * repeat;
        let dots = dots.min(across).min(down);
        let width = f64::from(self.head.width) * dots / across;
        let height = f64::from(self.head.height) * repeat * dots / down;
        let less = (most_pixels / (width * height))
            .sqrt()
            .min(LONGEST_SIDE / width.max(height))
            .min(1.0);
        let whole = |side: f64| (side * less).round().max(1.0) as u32;
        (repeat as u32, (whole(width), whole(height)))
    }
}

/// A value of a pixel that lets the white below through by its alpha.
fn on_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

#[cfg(test)]
mod tests;
