//! JPEG files, and the JPEG pieces of TIFF files.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::super::fault::FaultCode;
use super::intake::Intake;
use super::tiff_directory::{Directory, tag};
use super::{Head, MOST_MEMORY};

/// How the frame is compressed, beside its head.
struct Frame {
    channels: u8,
    is_progressive: bool,
}

/// What stands before the pixels.
pub(super) fn head(bytes: &[u8]) -> Option<Head> {
    markers(bytes).map(|(head, _)| head)
}

/// Reads the markers up to the frame's own (ITU-T T.81, JFIF 1.02, EXIF 2.3).
fn markers(bytes: &[u8]) -> Option<(Head, Frame)> {
    let mut head = Head::default();
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let start = rest.iter().position(|byte| *byte == 0xff)?;
        rest = rest.get(start..)?;
        let code = rest.iter().position(|byte| *byte != 0xff)?;
        let marker = *rest.get(code)?;
        rest = rest.get(code + 1..)?;
        if matches!(marker, 0x00 | 0x01 | 0xd0..=0xd8) {
            continue;
        }
        let [high, low, ..] = *rest else {
            return None;
        };
        let size = usize::from(u16::from_be_bytes([high, low]));
        let segment = rest.get(2..size.max(2).min(rest.len()))?;
        rest = rest.get(size.max(2)..).unwrap_or_default();
        match marker {
            0xe0 => {
                if let [b'J', b'F', b'I', b'F', 0, _, _, unit, x1, x2, y1, y2, ..] = *segment {
                    let x = f64::from(u16::from_be_bytes([x1, x2]));
                    let y = f64::from(u16::from_be_bytes([y1, y2]));
                    head.resolution = match unit {
                        1 => Some((x, y)),
                        2 => Some((x * 2.54, y * 2.54)),
                        _ => head.resolution,
                    };
                }
            }
            0xe1 => {
                if let Some(exif) = segment.strip_prefix(b"Exif\0\0") {
                    read_exif(exif, &mut head);
                }
            }
            // Every start of frame but the tables that share its range.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let [_, h1, h2, w1, w2, channels, ..] = *segment else {
                    return None;
                };
                head.width = u32::from(u16::from_be_bytes([w1, w2]));
                head.height = u32::from(u16::from_be_bytes([h1, h2]));
                let frame = Frame {
                    channels,
                    is_progressive: marker != 0xc0 && marker != 0xc1,
                };
                return (head.width > 0 && head.height > 0).then_some((head, frame));
            }
            0xd9 | 0xda => return None,
            _ => {}
        }
    }
}

fn read_exif(exif: &[u8], head: &mut Head) {
    let Some(directory) = Directory::all(exif).and_then(|all| all.into_iter().next()) else {
        return;
    };
    if let Some(orientation) = directory.number(exif, tag::ORIENTATION) {
        head.orientation = orientation;
    }
    head.resolution = head.resolution.or_else(|| directory.resolution(exif));
}

/// Whether the colours of a piece are to be turned into red, green and blue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    /// Grey stays grey, everything else becomes red, green and blue.
    Shown,
    /// As they were compressed.
    AsStored,
}

/// A decoded piece: rows from the top, `channels` bytes a pixel.
pub(super) struct Decoded {
    pub width: u32,
    pub channels: usize,
    pub pixels: Vec<u8>,
    /// The rest is grey.
    pub is_incomplete: bool,
}

/// Decodes the whole. What it needs of memory is known, and refused, before it is taken.
pub(super) fn decode(bytes: &[u8], colours: Colours) -> Result<Decoded, FaultCode> {
    let (head, frame) = markers(bytes).ok_or(FaultCode::PageUnreadable)?;
    let samples = u64::from(head.width) * u64::from(head.height) * u64::from(frame.channels);
    // Progressive files keep all coefficients, two bytes each, beside the pixels.
    let needed = if frame.is_progressive {
        samples * 3
    } else {
        samples
    };
    if needed > MOST_MEMORY {
        return Err(FaultCode::TooLarge);
    }
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX));
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder
        .decode_headers()
        .map_err(|_| FaultCode::PageUnreadable)?;
    let stored = decoder
        .input_colorspace()
        .ok_or(FaultCode::PageUnreadable)?;
    let wanted = match (colours, stored) {
        (_, ColorSpace::Luma) => ColorSpace::Luma,
        (Colours::AsStored, stored) => stored,
        (Colours::Shown, _) => ColorSpace::RGB,
    };
    decoder.set_options(options.jpeg_set_out_colorspace(wanted));
    let pixels = decoder.decode().map_err(|_| FaultCode::PageUnreadable)?;
    Ok(Decoded {
        width: head.width,
        channels: wanted.num_components(),
        pixels,
        is_incomplete: !has_end(bytes),
    })
}

/// Whether the mark of the end comes after the first scan begins, which is the last segment of the
/// file's head. (Nothing else in a scan looks like it.)
fn has_end(bytes: &[u8]) -> bool {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8]).unwrap_or(bytes);
    while let Some(at) = rest.windows(2).position(starts_segment) {
        let Some([_, marker, high, low, body @ ..]) = rest.get(at..) else {
            return false;
        };
        if *marker == 0xda {
            return body.windows(2).any(|two| two == [0xff, 0xd9]);
        }
        let size = usize::from(u16::from_be_bytes([*high, *low]));
        rest = body.get(size.saturating_sub(2)..).unwrap_or_default();
    }
    false
}

/// Markers without a segment, and bytes that fill, are passed over.
fn starts_segment(two: &[u8]) -> bool {
    matches!(two, [0xff, 0x02..=0xcf | 0xda..=0xfe])
}

/// Hands the rows of a JPEG file over.
pub(super) fn read(bytes: &[u8], rows: &mut Intake) -> Result<(), FaultCode> {
    let decoded = decode(bytes, Colours::Shown)?;
    rows.begin(decoded.channels);
    if decoded.is_incomplete {
        rows.miss();
    }
    let row = decoded.width as usize * decoded.channels;
    for row in decoded.pixels.chunks_exact(row.max(1)) {
        rows.take(row)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let size = (body.len() as u16 + 2).to_be_bytes();
        [&[0xff, marker], size.as_slice(), body].concat()
    }

    fn frame() -> Vec<u8> {
        segment(0xc0, &[8, 0, 20, 0, 30, 1, 1, 0x11, 0])
    }

    #[test]
    fn size_and_resolution_stand_before_the_pixels() {
        let jfif = segment(0xe0, b"JFIF\0\x01\x02\x02\x00\x64\x00\x64\0\0");
        let head = head(&[&[0xff, 0xd8], jfif.as_slice(), &frame()].concat()).unwrap();
        assert_eq!((head.width, head.height, head.orientation), (30, 20, 1));
        assert_eq!(head.resolution, Some((254.0, 254.0)));
    }

    #[test]
    fn the_camera_says_how_it_was_held() {
        let exif = segment(
            0xe1,
            b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
        );
        let head = head(&[&[0xff, 0xd8], exif.as_slice(), &frame()].concat()).unwrap();
        assert_eq!(head.orientation, 6);
        assert_eq!(head.resolution, None);
    }

    #[test]
    fn a_file_that_ends_or_lies_about_its_segments_has_no_head() {
        let whole = [&[0xff, 0xd8], frame().as_slice()].concat();
        assert!(head(&whole).is_some());
        for end in 0..whole.len() - 3 {
            assert!(head(&whole[..end]).is_none(), "{end}");
        }
        let lie = [0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, b'J'];
        assert_eq!(head(&lie), None);
    }

    #[test]
    fn a_file_without_its_end_is_known_whatever_stands_in_its_head() {
        let thumbnail = segment(0xe1, &[0xff, 0xda, 0, 2, 7, 0xff, 0xd9]);
        let scan = segment(0xda, &[1, 1, 0, 0, 63, 0]);
        let head = [&[0xff, 0xd8], thumbnail.as_slice(), &frame(), &scan].concat();
        let whole = [
            head.as_slice(),
            &[1, 0xff, 0, 0xd9, 0xff, 0xd0, 2, 0xff, 0xd9],
        ]
        .concat();
        assert!(has_end(&whole) && has_end(&[whole.as_slice(), b"trailer"].concat()));
        for end in 0..whole.len() {
            assert!(!has_end(&whole[..end]), "{end}");
        }
    }

    #[test]
    fn a_piece_that_needs_too_much_memory_is_refused_before_it_is_taken() {
        let huge = segment(
            0xc2,
            &[
                8, 0xff, 0xff, 0xff, 0xff, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0,
            ],
        );
        let bytes = [&[0xff, 0xd8], huge.as_slice()].concat();
        let fault = decode(&bytes, Colours::Shown).err();
        assert_eq!(fault, Some(FaultCode::TooLarge));
    }
}
