//! One strip or tile of a TIFF page, decompressed while it is read. CCITT and JPEG pieces are
//! decompressed whole, within bounds.

use std::borrow::Cow;
use std::io::{Cursor, Error, Read, Result as Reading};

use flate2::bufread::ZlibDecoder;
use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};
use weezl::{BitOrder, LzwStatus};

use super::super::fault::FaultCode;
use super::jpeg;
use super::tiff_directory::{Directory, tag};

/// How the pieces of a page are compressed.
pub(super) struct Compression {
    method: Method,
    /// The bits of each byte stand the other way round.
    is_reversed: bool,
}

enum Method {
    None,
    Lzw,
    Deflate,
    PackBits,
    Ccitt {
        encoding: EncodingMode,
        /// Each row begins at a byte.
        is_aligned: bool,
    },
    Jpeg {
        tables: Vec<u8>,
        colours: jpeg::Colours,
    },
    /// One JPEG file for the whole page, which later writers gave up: where it lies.
    OldJpeg {
        from: usize,
        size: usize,
    },
}

/// Luminance and chrominance, as JPEG pieces have them.
pub(super) const PHOTOMETRIC_YCBCR: u64 = 6;

impl Compression {
    /// None when it is of a kind that cannot be read.
    pub fn of(bytes: &[u8], directory: &Directory, photometric: u64) -> Option<Self> {
        let number = |tag| directory.number(bytes, tag);
        let method = match number(tag::COMPRESSION).unwrap_or(1) {
            1 => Method::None,
            2 => Method::Ccitt {
                encoding: EncodingMode::Group3_1D,
                is_aligned: true,
            },
            3 => Method::Ccitt {
                encoding: match number(tag::T4_OPTIONS).unwrap_or(0) & 1 {
                    1 => EncodingMode::Group3_2D,
                    _ => EncodingMode::Group3_1D,
                },
                is_aligned: false,
            },
            4 => Method::Ccitt {
                encoding: EncodingMode::Group4,
                is_aligned: false,
            },
            5 => Method::Lzw,
            6 => {
                let from = usize::try_from(number(tag::OLD_JPEG_OFFSET)?).ok()?;
                let size = number(tag::OLD_JPEG_LENGTH).unwrap_or(u64::MAX);
                Method::OldJpeg {
                    from,
                    size: usize::try_from(size).unwrap_or(usize::MAX),
                }
            }
            7 => Method::Jpeg {
                tables: directory
                    .bytes(bytes, tag::JPEG_TABLES)
                    .unwrap_or_default()
                    .to_vec(),
                colours: match photometric {
                    PHOTOMETRIC_YCBCR => jpeg::Colours::Shown,
                    _ => jpeg::Colours::AsStored,
                },
            },
            8 | 32_946 => Method::Deflate,
            32_773 => Method::PackBits,
            _ => return None,
        };
        let is_reversed = number(tag::FILL_ORDER) == Some(2)
            && !matches!(method, Method::Jpeg { .. } | Method::OldJpeg { .. });
        Some(Self {
            method,
            is_reversed,
        })
    }

    /// Whether differences between neighbours may be stored instead of values.
    pub fn may_predict(&self) -> bool {
        matches!(self.method, Method::Lzw | Method::Deflate)
    }

    /// The length of a piece's row in bytes, for this width in pixels.
    pub fn row_size(&self, width: u32, samples: u32, bits: u32) -> usize {
        let bits = u64::from(width) * u64::from(samples) * u64::from(bits);
        usize::try_from(bits.div_ceil(8)).unwrap_or(usize::MAX)
    }

    pub fn is_jpeg(&self) -> bool {
        matches!(self.method, Method::Jpeg { .. })
    }

    pub fn is_ccitt(&self) -> bool {
        matches!(self.method, Method::Ccitt { .. })
    }

    /// The one JPEG file that is the whole page.
    pub fn whole_jpeg<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let Method::OldJpeg { from, size } = self.method else {
            return None;
        };
        let rest = bytes.get(from..).unwrap_or_default();
        rest.get(..size.min(rest.len()))
    }

    /// A piece of this width and height in pixels; nothing when it cannot be read. What it takes up
    /// beyond a window comes off `memory`.
    pub fn open<'b>(
        &'b self,
        stored: &'b [u8],
        (width, height): (u32, u32),
        memory: &mut u64,
    ) -> Result<Option<Chunk<'b>>, FaultCode> {
        let mut take = |size: u64| {
            *memory = memory.checked_sub(size).ok_or(FaultCode::TooLarge)?;
            Ok(())
        };
        let stored = if self.is_reversed {
            take(stored.len() as u64)?;
            Cow::Owned(stored.iter().map(|byte| byte.reverse_bits()).collect())
        } else {
            Cow::Borrowed(stored)
        };
        Ok(match &self.method {
            Method::None => Some(Chunk::Plain(Cursor::new(stored))),
            Method::Deflate => Some(Chunk::Deflate(Box::new(ZlibDecoder::new(Cursor::new(
                stored,
            ))))),
            Method::Lzw => Some(Chunk::Lzw(Box::new(Lzw::new(stored)))),
            Method::PackBits => Some(Chunk::PackBits(PackBits {
                stored: Cursor::new(stored),
                left: 0,
                repeated: None,
            })),
            Method::Ccitt {
                encoding,
                is_aligned,
            } => {
                let row = width.div_ceil(8);
                take(u64::from(row) * u64::from(height))?;
                let settings = DecodeSettings {
                    columns: width,
                    rows: height,
                    end_of_block: true,
                    end_of_line: false,
                    rows_are_byte_aligned: *is_aligned,
                    encoding: *encoding,
                    strict: false,
                };
                let mut bits = Bits {
                    row: row as usize,
                    height: height as usize,
                    bytes: Vec::new(),
                };
                let mut context = DecoderContext::new(settings);
                // The rows before a fault are good.
                let is_good = hayro_ccitt::decode(&stored, &mut bits, &mut context).is_ok();
                (is_good || !bits.bytes.is_empty()).then(|| Chunk::Whole(Cursor::new(bits.bytes)))
            }
            Method::Jpeg { tables, colours } => {
                let tables = tables.strip_suffix(&[0xff, 0xd9]).unwrap_or(tables);
                let whole = match stored.strip_prefix(&[0xff, 0xd8]) {
                    Some(rest) if !tables.is_empty() => [tables, rest].concat(),
                    _ => stored.into_owned(),
                };
                match jpeg::decode(&whole, *colours) {
                    Ok(decoded) if decoded.width == width => {
                        take(decoded.pixels.len() as u64)?;
                        let pixels = Cursor::new(decoded.pixels);
                        Some(match decoded.is_incomplete {
                            true => Chunk::Torn(pixels),
                            false => Chunk::Whole(pixels),
                        })
                    }
                    Err(FaultCode::TooLarge) => return Err(FaultCode::TooLarge),
                    Ok(_) | Err(_) => None,
                }
            }
            Method::OldJpeg { .. } => None,
        })
    }
}

/// The bytes of a piece, row by row.
pub(super) enum Chunk<'b> {
    Plain(Cursor<Cow<'b, [u8]>>),
    Deflate(Box<ZlibDecoder<Cursor<Cow<'b, [u8]>>>>),
    Lzw(Box<Lzw<'b>>),
    PackBits(PackBits<'b>),
    Whole(Cursor<Vec<u8>>),
    /// What should have come last is grey.
    Torn(Cursor<Vec<u8>>),
    Missing,
}

impl Read for Chunk<'_> {
    fn read(&mut self, room: &mut [u8]) -> Reading<usize> {
        match self {
            Self::Plain(bytes) => bytes.read(room),
            Self::Deflate(bytes) => bytes.read(room),
            Self::Lzw(bytes) => bytes.read(room),
            Self::PackBits(bytes) => bytes.read(room),
            Self::Whole(bytes) | Self::Torn(bytes) => bytes.read(room),
            Self::Missing => Ok(0),
        }
    }
}

/// Black is 1.
struct Bits {
    row: usize,
    height: usize,
    bytes: Vec<u8>,
}

impl Decoder for Bits {
    fn push_row(&mut self, changes: &[u32]) {
        let start = self.bytes.len();
        if start / self.row.max(1) >= self.height {
            return;
        }
        self.bytes.resize(start + self.row, 0);
        let Some(row) = self.bytes.get_mut(start..) else {
            return;
        };
        let mut blacks = changes.iter().map(|change| *change as usize);
        while let Some(from) = blacks.next() {
            blacken(row, from, blacks.next().unwrap_or(usize::MAX));
        }
    }
}

/// Sets the bits of a row from one (counted from the left) up to another.
fn blacken(row: &mut [u8], from: usize, to: usize) {
    let to = to.min(row.len() * 8);
    if from >= to {
        return;
    }
    let (first, last) = (from / 8, (to - 1) / 8);
    let left = 0xff_u8 >> (from % 8);
    let right = 0xff_u8 << (7 - (to - 1) % 8);
    match row.get_mut(first..=last) {
        Some([one]) => *one |= left & right,
        Some([first, between @ .., last]) => {
            *first |= left;
            between.fill(0xff);
            *last |= right;
        }
        _ => {}
    }
}

pub(super) struct Lzw<'b> {
    stored: Cow<'b, [u8]>,
    at: usize,
    decoder: weezl::decode::Decoder,
}

impl<'b> Lzw<'b> {
    fn new(stored: Cow<'b, [u8]>) -> Self {
        // Writers before TIFF 6.0 began with the lowest bits: the first code (256) shows it.
        let is_old = matches!(*stored, [0, second, ..] if second & 1 == 1);
        let decoder = match is_old {
            true => weezl::decode::Decoder::new(BitOrder::Lsb, 8),
            false => weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8),
        };
        Self {
            stored,
            at: 0,
            decoder,
        }
    }
}

impl Read for Lzw<'_> {
    fn read(&mut self, room: &mut [u8]) -> Reading<usize> {
        let mut written = 0;
        while let Some(left) = room.get_mut(written..).filter(|left| !left.is_empty()) {
            let stored = self.stored.get(self.at..).unwrap_or_default();
            let outcome = self.decoder.decode_bytes(stored, left);
            self.at += outcome.consumed_in;
            written += outcome.consumed_out;
            match outcome.status {
                Ok(LzwStatus::Ok) if outcome.consumed_in + outcome.consumed_out > 0 => {}
                Ok(_) => break,
                Err(_) if written > 0 => break,
                Err(error) => return Err(Error::other(error.to_string())),
            }
        }
        Ok(written)
    }
}

/// Runs of bytes: a count, then as many bytes, or one that is repeated.
pub(super) struct PackBits<'b> {
    stored: Cursor<Cow<'b, [u8]>>,
    /// How many bytes of the run are still to come,
    left: usize,
    /// and whether they are all this one.
    repeated: Option<u8>,
}

impl PackBits<'_> {
    fn byte(&mut self) -> Option<u8> {
        let mut one = [0];
        self.stored.read_exact(&mut one).ok()?;
        let [byte] = one;
        Some(byte)
    }
}

impl Read for PackBits<'_> {
    fn read(&mut self, room: &mut [u8]) -> Reading<usize> {
        while self.left == 0 {
            let Some(count) = self.byte() else {
                return Ok(0);
            };
            match count {
                0..=127 => {
                    self.left = usize::from(count) + 1;
                    self.repeated = None;
                }
                128 => {}
                129..=255 => {
                    self.left = 257 - usize::from(count);
                    self.repeated = self.byte();
                    if self.repeated.is_none() {
                        self.left = 0;
                        return Ok(0);
                    }
                }
            }
        }
        let count = self.left.min(room.len());
        let Some(room) = room.get_mut(..count) else {
            return Ok(0);
        };
        let count = match self.repeated {
            Some(byte) => {
                room.fill(byte);
                count
            }
            None => self.stored.read(room)?,
        };
        self.left = if count == 0 { 0 } else { self.left - count };
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_black_are_set_bit_by_bit() {
        let black = |from, to| {
            let mut row = [0; 3];
            blacken(&mut row, from, to);
            row
        };
        assert_eq!(black(0, 24), [0xff, 0xff, 0xff]);
        assert_eq!(black(3, 5), [0b0001_1000, 0, 0]);
        assert_eq!(black(7, 17), [1, 0xff, 0x80]);
        assert_eq!(black(20, usize::MAX), [0, 0, 0x0f]);
        assert_eq!(black(5, 5), [0, 0, 0]);
    }

    #[test]
    fn packed_runs_are_unpacked_over_any_cut() {
        // The example of the specification.
        let stored = [
            0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0xfd, 0xaa, 0x80, 0x03, 0x80, 0x00, 0x2a, 0x22,
            0xf7, 0xaa,
        ];
        let mut reader = PackBits {
            stored: Cursor::new(Cow::Borrowed(stored.as_slice())),
            left: 0,
            repeated: None,
        };
        let mut all = Vec::new();
        let mut three = [0; 3];
        while let Ok(count @ 1..) = reader.read(&mut three) {
            all.extend_from_slice(&three[..count]);
        }
        let expected = [
            0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0x22,
            0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
        ];
        assert_eq!(all, expected);
    }
}
