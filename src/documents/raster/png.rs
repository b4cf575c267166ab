//! PNG files: row by row, or whole when they are interlaced.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Limits, Reader, Transformations, Unit};

use super::super::fault::FaultCode;
use super::intake::Intake;
use super::tiff_directory::{Directory, tag};
use super::{Head, MOST_MEMORY};

type File<'b> = Reader<Cursor<&'b [u8]>>;

/// What stands before the pixels.
pub(super) fn head(bytes: &[u8]) -> Option<Head> {
    let file = open(bytes)?;
    let info = file.info();
    let resolution = info
        .pixel_dims
        .filter(|dims| matches!(dims.unit, Unit::Meter))
        .map(|dims| (f64::from(dims.xppu) * 0.0254, f64::from(dims.yppu) * 0.0254));
    let exif = info.exif_metadata.as_deref();
    let orientation = exif.and_then(|exif| {
        let directory = Directory::all(exif)?.into_iter().next()?;
        directory.number(exif, tag::ORIENTATION)
    });
    Some(Head {
        width: info.width,
        height: info.height,
        resolution,
        orientation: orientation.unwrap_or(1),
    })
}

fn open(bytes: &[u8]) -> Option<File<'_>> {
    let limits = Limits {
        bytes: usize::try_from(MOST_MEMORY).unwrap_or(usize::MAX),
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.read_info().ok()
}

/// Hands the rows of the file over, on white where they are transparent.
pub(super) fn read(bytes: &[u8], rows: &mut Intake) -> Result<(), FaultCode> {
    let mut file = open(bytes).ok_or(FaultCode::PageUnreadable)?;
    let (colours, depth) = file.output_color_type();
    if depth != BitDepth::Eight {
        return Err(FaultCode::UnsupportedImage);
    }
    rows.begin(match colours {
        ColorType::Grayscale | ColorType::GrayscaleAlpha => 1,
        ColorType::Rgb | ColorType::Rgba => 3,
        ColorType::Indexed => return Err(FaultCode::UnsupportedImage),
    });
    if file.info().interlaced {
        return read_whole(&mut file, colours, rows);
    }
    let mut shown = Vec::new();
    let mut is_first = true;
    loop {
        match file.next_row() {
            Ok(Some(row)) => rows.take(opaque(row.data(), colours, &mut shown))?,
            Ok(None) => return Ok(()),
            // A file that was cut off still shows what came; the rows are counted where they go.
            Err(_) if is_first => return Err(FaultCode::PageUnreadable),
            Err(_) => return Ok(()),
        }
        is_first = false;
    }
}

fn read_whole(file: &mut File<'_>, colours: ColorType, rows: &mut Intake) -> Result<(), FaultCode> {
    let size = file
        .output_buffer_size()
        .filter(|size| *size as u64 <= MOST_MEMORY)
        .ok_or(FaultCode::TooLarge)?;
    let mut pixels = vec![255; size];
    let read = file.next_frame(&mut pixels);
    let row = file
        .output_line_size(file.info().width)
        .ok_or(FaultCode::TooLarge)?;
    if read.is_err() {
        return Err(FaultCode::PageUnreadable);
    }
    let mut shown = Vec::new();
    for row in pixels.chunks_exact(row.max(1)) {
        rows.take(opaque(row, colours, &mut shown))?;
    }
    Ok(())
}

/// The row without its transparency; `shown` is room for it.
fn opaque<'r>(row: &'r [u8], colours: ColorType, shown: &'r mut Vec<u8>) -> &'r [u8] {
    let channels = match colours {
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgba => 4,
        _ => return row,
    };
    shown.clear();
    for pixel in row.chunks_exact(channels) {
        if let Some((alpha, values)) = pixel.split_last() {
            shown.extend(values.iter().map(|value| super::on_white(*value, *alpha)));
        }
    }
    shown
}
