//! The directories of a TIFF file: what each page says of itself. EXIF data has the same form.
//! After the TIFF 6.0 specification (Adobe, 1992); BigTIFF has wider fields.

use std::collections::{BTreeMap, BTreeSet};

use super::super::page::MOST_PAGES;

/// The numbers of the fields that are read, by the names that the specification gives them.
pub(super) mod tag {
    pub const NEW_SUBFILE_TYPE: u16 = 254;
    pub const IMAGE_WIDTH: u16 = 256;
    pub const IMAGE_LENGTH: u16 = 257;
    pub const BITS_PER_SAMPLE: u16 = 258;
    pub const COMPRESSION: u16 = 259;
    pub const PHOTOMETRIC_INTERPRETATION: u16 = 262;
    pub const FILL_ORDER: u16 = 266;
    pub const STRIP_OFFSETS: u16 = 273;
    pub const ORIENTATION: u16 = 274;
    pub const SAMPLES_PER_PIXEL: u16 = 277;
    pub const ROWS_PER_STRIP: u16 = 278;
    pub const STRIP_BYTE_COUNTS: u16 = 279;
    pub const X_RESOLUTION: u16 = 282;
    pub const Y_RESOLUTION: u16 = 283;
    pub const PLANAR_CONFIGURATION: u16 = 284;
    pub const PAGE_NAME: u16 = 285;
    pub const T4_OPTIONS: u16 = 292;
    pub const RESOLUTION_UNIT: u16 = 296;
    pub const PREDICTOR: u16 = 317;
    pub const COLOUR_MAP: u16 = 320;
    pub const TILE_WIDTH: u16 = 322;
    pub const TILE_LENGTH: u16 = 323;
    pub const TILE_OFFSETS: u16 = 324;
    pub const TILE_BYTE_COUNTS: u16 = 325;
    pub const EXTRA_SAMPLES: u16 = 338;
    pub const SAMPLE_FORMAT: u16 = 339;
    pub const JPEG_TABLES: u16 = 347;
    pub const OLD_JPEG_OFFSET: u16 = 513;
    pub const OLD_JPEG_LENGTH: u16 = 514;
}

/// More values than this in one field are a lie: the strips of the tallest image, a row each.
const MOST_VALUES: u64 = 1 << 20;
/// More fields than this in one directory are a lie.
const MOST_FIELDS: u64 = 512;

/// Whether these are the first bytes of a TIFF file.
pub(super) fn is_tiff(bytes: &[u8]) -> bool {
    Form::of(bytes).is_some()
}

#[derive(Clone, Copy, Debug)]
struct Form {
    is_big_endian: bool,
    is_big_tiff: bool,
}

impl Form {
    fn of(bytes: &[u8]) -> Option<Self> {
        let (is_big_endian, is_big_tiff) = match bytes.get(..4)? {
            b"II*\0" => (false, false),
            b"MM\0*" => (true, false),
            b"II+\0" => (false, true),
            b"MM\0+" => (true, true),
            _ => return None,
        };
        Some(Self {
            is_big_endian,
            is_big_tiff,
        })
    }

    /// A whole number of `size` bytes.
    fn number(self, bytes: &[u8], at: usize, size: usize) -> Option<u64> {
        let bytes = bytes.get(at..at.checked_add(size)?)?;
        let join = |number, byte: &u8| (number << 8) | u64::from(*byte);
        Some(match self.is_big_endian {
            true => bytes.iter().fold(0, join),
            false => bytes.iter().rev().fold(0, join),
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct Field {
    kind: u64,
    count: u64,
    /// Where its values lie in the file.
    at: usize,
}

/// One directory: its fields by their numbers.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    form: Form,
    fields: BTreeMap<u16, Field>,
}

impl Directory {
    /// The directories of the file in their order; none when it is not a TIFF file.
    pub fn all(bytes: &[u8]) -> Option<Vec<Self>> {
        let form = Form::of(bytes)?;
        let wide = if form.is_big_tiff { 8 } else { 4 };
        let mut at = form.number(bytes, wide, wide)?;
        let mut seen = BTreeSet::new();
        let mut directories = Vec::new();
        // Reduced copies stand between the pages of some files: twice as many are allowed.
        while at != 0 && seen.insert(at) && directories.len() <= 2 * MOST_PAGES as usize {
            let Some((directory, next)) = Self::at(bytes, form, at) else {
                break;
            };
            directories.push(directory);
            at = next;
        }
        Some(directories)
    }

    /// The directory there, and where the next one is.
    fn at(bytes: &[u8], form: Form, at: u64) -> Option<(Self, u64)> {
        let mut place = usize::try_from(at).ok()?;
        let (count_size, wide) = if form.is_big_tiff { (8, 8) } else { (2, 4) };
        let count = form.number(bytes, place, count_size)?;
        if count > MOST_FIELDS {
            return None;
        }
        place = place.checked_add(count_size)?;
        let mut fields = BTreeMap::new();
        for _ in 0..count {
            let number = u16::try_from(form.number(bytes, place, 2)?).ok()?;
            let kind = form.number(bytes, place + 2, 2)?;
            let count = form.number(bytes, place + 4, wide)?;
            let inside = place + 4 + wide;
            let size = count.saturating_mul(size_of_kind(kind) as u64);
            let at = if size <= wide as u64 {
                inside
            } else {
                usize::try_from(form.number(bytes, inside, wide)?).unwrap_or(usize::MAX)
            };
            fields.entry(number).or_insert(Field { kind, count, at });
            place = inside + wide;
        }
        let next = form.number(bytes, place, wide).unwrap_or(0);
        Some((Self { form, fields }, next))
    }

    pub fn is_big_endian(&self) -> bool {
        self.form.is_big_endian
    }

    pub fn has(&self, tag: u16) -> bool {
        self.fields.contains_key(&tag)
    }

    /// The whole numbers of a field; none when there is no such field or it holds something else.
    pub fn numbers(&self, bytes: &[u8], tag: u16) -> Vec<u64> {
        let Some(field) = self.fields.get(&tag) else {
            return Vec::new();
        };
        let size = match field.kind {
            1 | 3 | 4 | 7 | 13 | 16 | 18 => size_of_kind(field.kind),
            _ => return Vec::new(),
        };
        let room = bytes.len().saturating_sub(field.at) / size.max(1);
        let count = field.count.min(MOST_VALUES).min(room as u64) as usize;
        (0..count)
            .filter_map(|index| self.form.number(bytes, field.at + index * size, size))
            .collect()
    }

    /// The first whole number of a field.
    pub fn number(&self, bytes: &[u8], tag: u16) -> Option<u64> {
        let field = self.fields.get(&tag)?;
        let one = Field {
            count: field.count.min(1),
            ..*field
        };
        let fields = BTreeMap::from([(tag, one)]);
        let form = self.form;
        Self { form, fields }.numbers(bytes, tag).first().copied()
    }

    /// The first fraction of a field.
    pub fn fraction(&self, bytes: &[u8], tag: u16) -> Option<f64> {
        let field = self.fields.get(&tag)?;
        if !matches!(field.kind, 5 | 10) || field.count == 0 {
            return self.number(bytes, tag).map(|number| number as f64);
        }
        let over = self.form.number(bytes, field.at, 4)? as f64;
        let under = self.form.number(bytes, field.at.checked_add(4)?, 4)? as f64;
        Some(over / under)
    }

    /// The bytes of a field as they are.
    pub fn bytes<'b>(&self, bytes: &'b [u8], tag: u16) -> Option<&'b [u8]> {
        let field = self.fields.get(&tag)?;
        let size = usize::try_from(field.count).ok()?;
        let size = size.checked_mul(size_of_kind(field.kind))?;
        bytes.get(field.at..field.at.checked_add(size)?)
    }

    /// A field of text, up to its end mark.
    pub fn text(&self, bytes: &[u8], tag: u16) -> Option<String> {
        let text = self.bytes(bytes, tag)?.split(|byte| *byte == 0).next()?;
        let text = String::from_utf8_lossy(text.get(..text.len().min(200))?);
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Pixels to the inch across and down, when it says so.
    pub fn resolution(&self, bytes: &[u8]) -> Option<(f64, f64)> {
        let across = self.fraction(bytes, tag::X_RESOLUTION)?;
        let down = self.fraction(bytes, tag::Y_RESOLUTION).unwrap_or(across);
        match self.number(bytes, tag::RESOLUTION_UNIT).unwrap_or(2) {
            2 => Some((across, down)),
            3 => Some((across * 2.54, down * 2.54)),
            _ => None,
        }
    }
}

/// In bytes; unknown kinds count as bytes.
fn size_of_kind(kind: u64) -> usize {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 1,
    }
}
