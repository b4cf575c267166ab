//! From the samples of a TIFF page, of any depth and colour model, to grey or red, green and blue.

use super::super::fault::FaultCode;
use super::on_white;
use super::tiff_chunk::{Compression, PHOTOMETRIC_YCBCR};
use super::tiff_directory::{Directory, tag};

/// More channels than this are no picture.
const MOST_SAMPLES: u64 = 16;

/// What one pixel consists of.
#[derive(Clone, Copy)]
pub(super) struct Samples {
    pub count: u32,
    pub bits: u32,
    pub photometric: u64,
}

impl Samples {
    /// None when they are of a kind that cannot be read.
    pub fn of(bytes: &[u8], directory: &Directory) -> Option<Self> {
        let count = directory.number(bytes, tag::SAMPLES_PER_PIXEL);
        let count = count.unwrap_or(1);
        if !(1..=MOST_SAMPLES).contains(&count) {
            return None;
        }
        let all_bits = directory.numbers(bytes, tag::BITS_PER_SAMPLE);
        let bits = all_bits.first().copied().unwrap_or(1);
        let is_even = all_bits.iter().all(|other| *other == bits);
        // Whole numbers without sign, or nothing said.
        let formats = directory.numbers(bytes, tag::SAMPLE_FORMAT);
        let is_plain = formats.iter().all(|format| matches!(format, 1 | 4));
        if !is_even || !is_plain || !matches!(bits, 1 | 2 | 4 | 8 | 16) {
            return None;
        }
        Some(Self {
            count: u32::try_from(count).ok()?,
            bits: u32::try_from(bits).ok()?,
            // Fax writers leave it out: white is 0.
            photometric: directory
                .number(bytes, tag::PHOTOMETRIC_INTERPRETATION)
                .unwrap_or(0),
        })
    }
}

enum Model {
    Grey {
        is_inverted: bool,
    },
    Rgb,
    /// The amounts of four inks.
    Cmyk,
    Palette(Vec<[u8; 3]>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Alpha {
    /// The colours are to be mixed with white by it,
    Apart,
    /// or are mixed with black already.
    Mixed,
}

/// Turns rows into pixels.
pub(super) struct Colours {
    model: Model,
    alpha: Option<Alpha>,
    samples: Samples,
    is_big_endian: bool,
    /// Each value is stored as its difference to the one before.
    is_predicted: bool,
    /// Eight values for each byte of one-bit samples.
    of_bits: Vec<[u8; 8]>,
    values: Vec<u8>,
    plane: Vec<u8>,
    before: Vec<u16>,
}

impl Colours {
    pub fn of(
        bytes: &[u8],
        directory: &Directory,
        samples: Samples,
        compression: &Compression,
    ) -> Result<Self, FaultCode> {
        let (model, needed) = match samples.photometric {
            0 => (Model::Grey { is_inverted: true }, 1),
            1 => (Model::Grey { is_inverted: false }, 1),
            2 => (Model::Rgb, 3),
            3 if samples.bits <= 8 => (Model::Palette(palette(bytes, directory, samples)?), 1),
            5 => (Model::Cmyk, 4),
            // JPEG pieces come as red, green and blue.
            PHOTOMETRIC_YCBCR if compression.is_jpeg() && samples.count == 3 => (Model::Rgb, 3),
            PHOTOMETRIC_YCBCR if compression.whole_jpeg(bytes).is_some() => (Model::Rgb, 3),
            _ => return Err(FaultCode::UnsupportedImage),
        };
        let is_fitting = samples.count >= needed
            && (!compression.is_jpeg() || samples.bits == 8)
            && (!compression.is_ccitt() || (samples.bits == 1 && samples.count == 1));
        if !is_fitting {
            return Err(FaultCode::UnsupportedImage);
        }
        let alpha = match directory.number(bytes, tag::EXTRA_SAMPLES) {
            Some(1) if samples.count > needed => Some(Alpha::Mixed),
            Some(2) if samples.count > needed => Some(Alpha::Apart),
            _ => None,
        };
        let full = if matches!(model, Model::Palette(_)) {
            1
        } else {
            255
        };
        let of_bits = (0..=255_u8)
            .map(|byte| [7, 6, 5, 4, 3, 2, 1, 0].map(|bit| ((byte >> bit) & 1) * full))
            .collect();
        Ok(Self {
            model,
            alpha,
            samples,
            is_big_endian: directory.is_big_endian(),
            is_predicted: compression.may_predict()
                && directory.number(bytes, tag::PREDICTOR) == Some(2)
                && samples.bits >= 8,
            of_bits,
            values: Vec::new(),
            plane: Vec::new(),
            before: Vec::new(),
        })
    }

    /// Bytes a pixel of what `show` gives.
    pub fn channels(&self) -> usize {
        match self.model {
            Model::Grey { .. } => 1,
            _ => 3,
        }
    }

    /// A stored byte that shows white.
    pub fn white_byte(&self) -> u8 {
        match self.model {
            Model::Grey { is_inverted: false } | Model::Rgb => 255,
            _ => 0,
        }
    }

    /// From differences to values, in the row of one piece with so many samples a pixel.
    pub fn undo_prediction(&mut self, row: &mut [u8], samples: u32) {
        if !self.is_predicted {
            return;
        }
        let samples = samples.max(1) as usize;
        self.before.clear();
        self.before.resize(samples, 0);
        if self.samples.bits == 8 {
            for pixel in row.chunks_exact_mut(samples) {
                for (value, before) in pixel.iter_mut().zip(&mut self.before) {
                    *value = value.wrapping_add(*before as u8);
                    *before = u16::from(*value);
                }
            }
            return;
        }
        let (words, _) = row.as_chunks_mut::<2>();
        for pixel in words.chunks_exact_mut(samples) {
            for (word, before) in pixel.iter_mut().zip(&mut self.before) {
                let value = match self.is_big_endian {
                    true => u16::from_be_bytes(*word),
                    false => u16::from_le_bytes(*word),
                };
                *before = before.wrapping_add(value);
                *word = match self.is_big_endian {
                    true => before.to_be_bytes(),
                    false => before.to_le_bytes(),
                };
            }
        }
    }

    /// The pixels of a row: `planes` rows of samples stand in it one after the other, each
    /// `plane_size` bytes long.
    pub fn show(
        &mut self,
        row: &[u8],
        plane_size: usize,
        planes: u32,
        width: u32,
        shown: &mut Vec<u8>,
    ) {
        shown.clear();
        let (width, count) = (width as usize, self.samples.count as usize);
        let mut values = std::mem::take(&mut self.values);
        if planes <= 1 {
            self.unpack(row, width * count, &mut values);
        } else {
            let mut plane = std::mem::take(&mut self.plane);
            values.clear();
            values.resize(width * count, 0);
            for (channel, row) in row.chunks_exact(plane_size.max(1)).enumerate() {
                self.unpack(row, width, &mut plane);
                let places = values.iter_mut().skip(channel).step_by(count);
                for (place, value) in places.zip(&plane) {
                    *place = *value;
                }
            }
            self.plane = plane;
        }
        self.colour(&values, shown);
        self.values = values;
    }

    /// `count` samples of any depth, one byte each: 0 to 255, or the number of a palette's colour.
    fn unpack(&self, row: &[u8], count: usize, values: &mut Vec<u8>) {
        values.clear();
        match self.samples.bits {
            1 => {
                for byte in row.iter().take(count.div_ceil(8)) {
                    values.extend(self.of_bits.get(usize::from(*byte)).into_iter().flatten());
                }
            }
            bits @ (2 | 4) => {
                let most = (1_u8 << bits) - 1;
                let full = match self.model {
                    Model::Palette(_) => 1,
                    _ => 255 / most,
                };
                for byte in row.iter().take(count.div_ceil(8 / bits as usize)) {
                    let mut shift = 8;
                    while shift > 0 {
                        shift -= bits;
                        values.push(((byte >> shift) & most) * full);
                    }
                }
            }
            8 => values.extend_from_slice(row.get(..count.min(row.len())).unwrap_or_default()),
            _ => {
                let (words, _) = row.as_chunks::<2>();
                let high =
                    words.iter().take(count).map(
                        |[first, second]| {
                            if self.is_big_endian { *first } else { *second }
                        },
                    );
                values.extend(high);
            }
        }
        values.resize(count, 0);
    }

    fn colour(&self, values: &[u8], shown: &mut Vec<u8>) {
        let pixels = values.chunks_exact(self.samples.count.max(1) as usize);
        match &self.model {
            Model::Grey { is_inverted } => {
                let flip = if *is_inverted { 255 } else { 0 };
                match self.alpha {
                    None if self.samples.count == 1 => {
                        shown.extend(values.iter().map(|value| value ^ flip));
                    }
                    alpha => shown.extend(pixels.filter_map(|pixel| match *pixel {
                        [grey, extra, ..] => Some(mixed(grey ^ flip, extra, alpha)),
                        _ => None,
                    })),
                }
            }
            Model::Rgb => {
                for pixel in pixels {
                    match *pixel {
                        [r, g, b, extra, ..] => {
                            shown.extend([r, g, b].map(|value| mixed(value, extra, self.alpha)));
                        }
                        [r, g, b] => shown.extend([r, g, b]),
                        _ => {}
                    }
                }
            }
            Model::Cmyk => {
                for pixel in pixels {
                    if let [c, m, y, k, ..] = *pixel {
                        let light = u32::from(255 - k);
                        shown.extend(
                            [c, m, y].map(|ink| ((u32::from(255 - ink) * light + 127) / 255) as u8),
                        );
                    }
                }
            }
            Model::Palette(colours) => {
                for pixel in pixels {
                    let index = pixel.first().copied().unwrap_or(0);
                    let colour = colours.get(usize::from(index));
                    shown.extend(colour.copied().unwrap_or([0; 3]));
                }
            }
        }
    }
}

fn mixed(value: u8, alpha: u8, kind: Option<Alpha>) -> u8 {
    match kind {
        None => value,
        Some(Alpha::Apart) => on_white(value, alpha),
        Some(Alpha::Mixed) => value.saturating_add(255 - alpha),
    }
}

/// All reds, then all greens, then all blues; each of 16 bits.
fn palette(
    bytes: &[u8],
    directory: &Directory,
    samples: Samples,
) -> Result<Vec<[u8; 3]>, FaultCode> {
    let values = directory.numbers(bytes, tag::COLOUR_MAP);
    let size = 1_usize << samples.bits.min(8);
    let (Some(reds), Some(greens), Some(blues)) = (
        values.get(..size),
        values.get(size..2 * size),
        values.get(2 * size..3 * size),
    ) else {
        return Err(FaultCode::UnsupportedImage);
    };
    // Some writers use 8 of the 16 bits.
    let shift = if values.iter().all(|value| *value < 256) {
        0
    } else {
        8
    };
    let byte = |value: &u64| (value >> shift).min(255) as u8;
    let colours = reds.iter().zip(greens).zip(blues);
    Ok(colours
        .map(|((red, green), blue)| [byte(red), byte(green), byte(blue)])
        .collect())
}
