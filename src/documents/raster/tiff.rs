//! The pages of TIFF files: strips or tiles, put together to rows.

use std::io::Read;

use super::super::fault::FaultCode;
use super::intake::Intake;
use super::tiff_chunk::{Chunk, Compression};
use super::tiff_colours::{Colours, Samples};
use super::tiff_directory::{Directory, tag};
use super::{Head, MOST_MEMORY};

/// The pages in their order: directory, head and name. Reduced copies and masks are no pages.
pub(super) fn pages(bytes: &[u8]) -> Option<Vec<(Directory, Head, Option<String>)>> {
    let directories = Directory::all(bytes)?;
    let pages = directories.into_iter().filter_map(|directory| {
        // Bit 0: a reduced copy of another page. Bit 2: a transparency mask.
        let kind = directory.number(bytes, tag::NEW_SUBFILE_TYPE).unwrap_or(0);
        let size = |tag| {
            let size = directory.number(bytes, tag)?;
            u32::try_from(size).ok().filter(|size| *size > 0)
        };
        let head = Head {
            width: size(tag::IMAGE_WIDTH)?,
            height: size(tag::IMAGE_LENGTH)?,
            resolution: directory.resolution(bytes),
            orientation: directory.number(bytes, tag::ORIENTATION).unwrap_or(1),
        };
        let label = directory.text(bytes, tag::PAGE_NAME);
        (kind & 0b101 == 0).then_some((directory, head, label))
    });
    Some(pages.collect())
}

/// How the page is cut into pieces.
struct Grid {
    /// Width and height of a piece in pixels.
    piece: (u32, u32),
    across: u32,
    down: u32,
    /// How many sets of pieces: one, or one for each channel.
    planes: u32,
    offsets: Vec<u64>,
    sizes: Vec<u64>,
}

impl Grid {
    fn of(bytes: &[u8], directory: &Directory, head: Head, samples: u32) -> Option<Self> {
        let number = |tag| directory.number(bytes, tag);
        let is_tiled = directory.has(tag::TILE_OFFSETS);
        let (piece, offsets, sizes) = if is_tiled {
            let width = u32::try_from(number(tag::TILE_WIDTH)?).ok()?;
            let height = u32::try_from(number(tag::TILE_LENGTH)?).ok()?;
            // Tiles are multiples of 16 pixels wide; it takes 8 to part them at whole bytes.
            if width == 0 || height == 0 || !width.is_multiple_of(8) {
                return None;
            }
            ((width, height), tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)
        } else {
            let height = number(tag::ROWS_PER_STRIP).unwrap_or(u64::from(head.height));
            let height = u32::try_from(height).unwrap_or(u32::MAX).min(head.height);
            let piece = (head.width, height.max(1));
            (piece, tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
        };
        let planes = match number(tag::PLANAR_CONFIGURATION) {
            Some(2) => samples,
            _ => 1,
        };
        Some(Self {
            piece,
            across: head.width.div_ceil(piece.0),
            down: head.height.div_ceil(piece.1),
            planes,
            offsets: directory.numbers(bytes, offsets),
            sizes: directory.numbers(bytes, sizes),
        })
    }

    fn index(&self, plane: u32, row: u32, column: u32) -> Option<usize> {
        let index = u64::from(plane) * u64::from(self.down) * u64::from(self.across)
            + u64::from(row) * u64::from(self.across)
            + u64::from(column);
        usize::try_from(index).ok()
    }

    /// Whether the writer says that there is nothing in a piece, as some do where all is white.
    fn is_left_out(&self, index: Option<usize>) -> bool {
        let of = |numbers: &[u64]| index.and_then(|index| numbers.get(index).copied());
        of(&self.offsets) == Some(0) && of(&self.sizes).unwrap_or(0) == 0
    }

    /// The bytes of a piece as they are stored; none where there is nothing.
    fn stored<'b>(&self, bytes: &'b [u8], index: Option<usize>) -> Option<&'b [u8]> {
        let index = index?;
        let offset = usize::try_from(*self.offsets.get(index)?).ok()?;
        let rest = bytes.get(offset..).filter(|_| offset > 0)?;
        // Some writers leave the size out, or say too much.
        let size = match self.sizes.get(index) {
            Some(size) if *size > 0 => usize::try_from(*size).ok()?,
            _ => rest.len(),
        };
        rest.get(..size.min(rest.len()))
    }
}

/// Hands the rows of a page over. What cannot be read of it stays white; nothing at all is an error.
pub(super) fn read(
    bytes: &[u8],
    directory: &Directory,
    head: Head,
    rows: &mut Intake,
) -> Result<(), FaultCode> {
    let samples = Samples::of(bytes, directory).ok_or(FaultCode::UnsupportedImage)?;
    let grid = Grid::of(bytes, directory, head, samples.count).ok_or(FaultCode::PageUnreadable)?;
    let compression = Compression::of(bytes, directory, samples.photometric)
        .ok_or(FaultCode::UnsupportedImage)?;
    let mut colours = Colours::of(bytes, directory, samples, &compression)?;
    if let Some(whole) = compression.whole_jpeg(bytes) {
        return super::jpeg::read(whole, rows);
    }
    rows.begin(colours.channels());

    let in_piece = if grid.planes > 1 { 1 } else { samples.count };
    let piece_row = compression.row_size(grid.piece.0, in_piece, samples.bits);
    let plane_row = piece_row.saturating_mul(grid.across as usize);
    let row_bytes = plane_row.saturating_mul(grid.planes as usize);
    let open = u64::from(grid.across) * u64::from(grid.planes);
    // Each open piece keeps a window of what it has decompressed.
    if row_bytes as u64 + open * (64 << 10) > MOST_MEMORY {
        return Err(FaultCode::TooLarge);
    }
    let white = vec![colours.white_byte(); piece_row];
    let mut row = vec![0; row_bytes];
    let mut shown = Vec::new();
    let mut is_any_read = false;
    for down in 0..grid.down {
        let height = grid.piece.1.min(head.height - down * grid.piece.1);
        let mut memory = MOST_MEMORY;
        let mut pieces = Vec::new();
        for plane in 0..grid.planes {
            for across in 0..grid.across {
                let index = grid.index(plane, down, across);
                let stored = grid.stored(bytes, index);
                let chunk = stored
                    .and_then(|stored| {
                        let size = (grid.piece.0, height);
                        compression.open(stored, size, &mut memory).transpose()
                    })
                    .transpose()?;
                match &chunk {
                    Some(Chunk::Torn(_)) => rows.miss(),
                    None if !grid.is_left_out(index) => rows.miss(),
                    _ => {}
                }
                pieces.push(chunk.unwrap_or(Chunk::Missing));
            }
        }
        for _ in 0..height {
            for (part, piece) in row.chunks_exact_mut(piece_row.max(1)).zip(&mut pieces) {
                if piece.read_exact(part).is_ok() {
                    is_any_read = true;
                    colours.undo_prediction(part, in_piece);
                } else {
                    if !matches!(piece, Chunk::Missing) {
                        rows.miss();
                    }
                    *piece = Chunk::Missing;
                    part.copy_from_slice(&white);
                }
            }
            colours.show(&row, plane_row, grid.planes, head.width, &mut shown);
            rows.take(&shown)?;
        }
    }
    if is_any_read {
        Ok(())
    } else {
        Err(FaultCode::PageUnreadable)
    }
}
