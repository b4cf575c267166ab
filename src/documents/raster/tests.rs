//! Image files made here, byte by byte or by the encoders of the crates that read them.

use super::*;

/// Far enough for any test.
const LATER: Duration = Duration::from_secs(3_600);

fn open(bytes: &[u8]) -> Result<ImageFile, FaultCode> {
    ImageFile::open(bytes.to_vec())
}

fn picture(bytes: &[u8], index: usize) -> Result<Picture, FaultCode> {
    let file = open(bytes)?;
    file.picture(&file.pages()[index], 150.0, 40e6, LATER)
}

/// A TIFF file of one directory after another: pieces of pixels, and fields of tag and values.
#[derive(Clone)]
struct Tiff {
    is_big_endian: bool,
    pages: Vec<TiffPage>,
}

#[derive(Clone, Default)]
struct TiffPage {
    pieces: Vec<Vec<u8>>,
    is_tiled: bool,
    /// Whole numbers of 16 bits, or of 32 where one is larger.
    fields: Vec<(u16, Vec<u32>)>,
    /// Bytes and text.
    data: Vec<(u16, Vec<u8>)>,
    fractions: Vec<(u16, u32)>,
}

impl TiffPage {
    fn new(width: u32, height: u32, photometric: u32, bits: &[u32], compression: u32) -> Self {
        let fields = vec![
            (tag::IMAGE_WIDTH, vec![width]),
            (tag::IMAGE_LENGTH, vec![height]),
            (tag::BITS_PER_SAMPLE, bits.to_vec()),
            (tag::SAMPLES_PER_PIXEL, vec![bits.len() as u32]),
            (tag::COMPRESSION, vec![compression]),
            (tag::PHOTOMETRIC_INTERPRETATION, vec![photometric]),
        ];
        Self {
            fields,
            ..Self::default()
        }
    }

    fn with(mut self, tag: u16, values: &[u32]) -> Self {
        self.fields.push((tag, values.to_vec()));
        self
    }

    fn piece(mut self, bytes: &[u8]) -> Self {
        self.pieces.push(bytes.to_vec());
        self
    }
}

use tiff_directory::tag;

impl Tiff {
    fn of(page: TiffPage) -> Self {
        Self {
            is_big_endian: false,
            pages: vec![page],
        }
    }

    fn short(&self, value: u32) -> Vec<u8> {
        match self.is_big_endian {
            true => (value as u16).to_be_bytes().to_vec(),
            false => (value as u16).to_le_bytes().to_vec(),
        }
    }

    fn long(&self, value: u32) -> Vec<u8> {
        match self.is_big_endian {
            true => value.to_be_bytes().to_vec(),
            false => value.to_le_bytes().to_vec(),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut file = match self.is_big_endian {
            true => b"MM\0*".to_vec(),
            false => b"II*\0".to_vec(),
        };
        let mut link = file.len();
        file.extend([0; 4]);
        for page in &self.pages {
            let mut offsets = Vec::new();
            for piece in &page.pieces {
                offsets.push(file.len() as u32);
                file.extend(piece);
            }
            let (at, size) = match page.is_tiled {
                true => (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS),
                false => (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS),
            };
            let sizes = page.pieces.iter().map(|piece| piece.len() as u32);
            let mut fields = page.fields.clone();
            fields.push((at, offsets));
            fields.push((size, sizes.collect()));
            let mut entries = Vec::new();
            for (tag, values) in &fields {
                let is_long = values.iter().any(|value| *value > 65_535);
                let values = values.iter();
                let bytes: Vec<u8> = match is_long {
                    true => values.flat_map(|value| self.long(*value)).collect(),
                    false => values.flat_map(|value| self.short(*value)).collect(),
                };
                let size = if is_long { 4 } else { 2 };
                let count = (bytes.len() / size) as u32;
                entries.push((*tag, if is_long { 4 } else { 3 }, count, bytes));
            }
            for (tag, bytes) in &page.data {
                entries.push((*tag, 7, bytes.len() as u32, bytes.clone()));
            }
            for (tag, value) in &page.fractions {
                let bytes = [self.long(*value), self.long(1)].concat();
                entries.push((*tag, 5, 1, bytes));
            }
            entries.sort();
            let placed: Vec<_> = entries
                .into_iter()
                .map(|(tag, kind, count, mut bytes)| {
                    if bytes.len() > 4 {
                        let at = self.long(file.len() as u32);
                        file.extend(bytes);
                        bytes = at;
                    }
                    bytes.resize(4, 0);
                    (tag, kind, count, bytes)
                })
                .collect();
            let at = self.long(file.len() as u32);
            file.splice(link..link + 4, at);
            file.extend(self.short(placed.len() as u32));
            for (tag, kind, count, bytes) in placed {
                file.extend(self.short(u32::from(tag)));
                file.extend(self.short(kind));
                file.extend(self.long(count));
                file.extend(bytes);
            }
            link = file.len();
            file.extend([0; 4]);
        }
        file
    }
}

/// Four by two pixels: black white black white, white black white black.
const CHECKED: [u8; 8] = [0, 255, 0, 255, 255, 0, 255, 0];

fn assert_checked(page: TiffPage, what: &str) {
    for is_big_endian in [false, true] {
        let mut file = Tiff::of(page.clone());
        file.is_big_endian = is_big_endian;
        let picture = picture(&file.bytes(), 0).unwrap_or_else(|fault| panic!("{what}: {fault:?}"));
        assert_eq!((picture.width, picture.height), (4, 2), "{what}");
        assert_eq!(
            picture.into_grey().pixels(),
            CHECKED,
            "{what} {is_big_endian}"
        );
    }
}

#[test]
fn every_depth_and_colour_model_shows_the_same() {
    let bits = [0b0101_0000, 0b1010_0000];
    assert_checked(TiffPage::new(4, 2, 1, &[1], 1).piece(&bits), "one bit");
    assert_checked(
        TiffPage::new(4, 2, 0, &[1], 1).piece(&bits.map(|byte: u8| !byte)),
        "white is 0",
    );
    assert_checked(
        TiffPage::new(4, 2, 1, &[1], 1)
            .with(tag::FILL_ORDER, &[2])
            .piece(&bits.map(u8::reverse_bits)),
        "bits the other way round",
    );
    assert_checked(
        TiffPage::new(4, 2, 1, &[2], 1).piece(&[0b0011_0011, 0b1100_1100]),
        "two bits",
    );
    assert_checked(
        TiffPage::new(4, 2, 1, &[4], 1).piece(&[0x0f, 0x0f, 0xf0, 0xf0]),
        "four bits",
    );
    assert_checked(
        TiffPage::new(4, 2, 1, &[8], 1).piece(&CHECKED),
        "eight bits",
    );
    let twice: Vec<u8> = CHECKED.iter().flat_map(|value| [*value; 2]).collect();
    assert_checked(
        TiffPage::new(4, 2, 1, &[16], 1).piece(&twice),
        "sixteen bits",
    );
    let thrice: Vec<u8> = CHECKED.iter().flat_map(|value| [*value; 3]).collect();
    assert_checked(TiffPage::new(4, 2, 2, &[8; 3], 1).piece(&thrice), "colours");
    let planes = TiffPage::new(4, 2, 2, &[8; 3], 1).with(tag::PLANAR_CONFIGURATION, &[2]);
    let planes = planes.piece(&CHECKED).piece(&CHECKED).piece(&CHECKED);
    assert_checked(planes, "a plane for each colour");
    let inks: Vec<u8> = CHECKED.iter().flat_map(|value| [0, 0, 0, !value]).collect();
    assert_checked(TiffPage::new(4, 2, 5, &[8; 4], 1).piece(&inks), "inks");
    let map = [0, 65_535, 0, 65_535, 0, 65_535];
    let palette = TiffPage::new(4, 2, 3, &[1], 1).with(tag::COLOUR_MAP, &map);
    assert_checked(palette.piece(&bits), "a palette");
    let clear: Vec<u8> = CHECKED.iter().flat_map(|value| [0, 0, 0, !value]).collect();
    let clear = TiffPage::new(4, 2, 2, &[8; 4], 1)
        .with(tag::EXTRA_SAMPLES, &[2])
        .piece(&clear);
    assert_checked(clear, "black that lets white through");
}

#[test]
fn every_compression_shows_the_same() {
    let packed = [0x07, 0, 255, 0, 255, 255, 0, 255, 0];
    assert_checked(
        TiffPage::new(4, 2, 1, &[8], 32_773).piece(&packed),
        "packed runs",
    );
    let lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
        .encode(&CHECKED)
        .unwrap();
    assert_checked(TiffPage::new(4, 2, 1, &[8], 5).piece(&lzw), "LZW");
    let old = weezl::encode::Encoder::new(weezl::BitOrder::Lsb, 8)
        .encode(&CHECKED)
        .unwrap();
    assert_checked(TiffPage::new(4, 2, 1, &[8], 5).piece(&old), "LZW of old");
    let zlib = |bytes: &[u8]| {
        let mut file = Vec::new();
        let level = flate2::Compression::fast();
        let mut encoder = flate2::bufread::ZlibEncoder::new(bytes, level);
        std::io::Read::read_to_end(&mut encoder, &mut file).unwrap();
        file
    };
    assert_checked(
        TiffPage::new(4, 2, 1, &[8], 8).piece(&zlib(&CHECKED)),
        "deflate",
    );
    let steps = [0, 255, 1, 255, 255, 1, 255, 1];
    let steps = TiffPage::new(4, 2, 1, &[8], 8)
        .with(tag::PREDICTOR, &[2])
        .piece(&zlib(&steps));
    assert_checked(steps, "differences");
    // Group 4, by hand: horizontal mode 001, white run 0 00110101, black run 1 010, white run 1
    // 000111, black run 1 010, and so on.
    let group_4 = bits("001 00110101 010  001 000111 010  1   1  00000000000100000000000 1");
    let file = Tiff::of(TiffPage::new(4, 1, 0, &[1], 4).piece(&group_4)).bytes();
    let picture = picture(&file, 0).unwrap();
    assert_eq!(picture.pixels(), [0, 255, 0, 255]);
}

fn bits(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let digits: Vec<u8> = text
        .bytes()
        .filter(|c| *c != b' ')
        .map(|c| c - b'0')
        .collect();
    for eight in digits.chunks(8) {
        let byte = eight.iter().fold(0, |byte, bit| (byte << 1) | bit);
        bytes.push(byte << (8 - eight.len()));
    }
    bytes
}

#[test]
fn strips_and_tiles_are_put_together() {
    let rows: Vec<u8> = (0..8).flat_map(|row| [row * 20; 24]).collect();
    let strips = TiffPage::new(24, 8, 1, &[8], 1).with(tag::ROWS_PER_STRIP, &[3]);
    let strips = rows
        .chunks(3 * 24)
        .fold(strips, |page, strip| page.piece(strip));
    let picture_of = |page| picture(&Tiff::of(page).bytes(), 0).unwrap();
    assert_eq!(picture_of(strips).pixels(), rows);

    let tile = |column: usize, row: usize| -> Vec<u8> {
        let value = |x: usize, y: usize| match (column * 16 + x, row * 16 + y) {
            (x, y) if x < 24 && y < 20 => (y * 10 + x / 16) as u8,
            _ => 99,
        };
        (0..16)
            .flat_map(|y| (0..16).map(move |x| value(x, y)))
            .collect()
    };
    let tiles = TiffPage::new(24, 20, 1, &[8], 1)
        .with(tag::TILE_WIDTH, &[16])
        .with(tag::TILE_LENGTH, &[16]);
    let mut tiles = [(0, 0), (1, 0), (0, 1), (1, 1)]
        .into_iter()
        .fold(tiles, |page, (column, row)| page.piece(&tile(column, row)));
    tiles.is_tiled = true;
    let picture = picture_of(tiles);
    let expected: Vec<u8> = (0..20_u8)
        .flat_map(|y| (0..24_u8).map(move |x| y * 10 + x / 16))
        .collect();
    assert_eq!(picture.pixels(), expected);
}

#[test]
fn pages_come_in_order_with_size_name_and_way_of_holding() {
    let page = |width| TiffPage::new(width, 2, 1, &[8], 1).piece(&vec![7; width as usize * 2]);
    let mut first = page(4);
    first.fractions = vec![(tag::X_RESOLUTION, 200), (tag::Y_RESOLUTION, 200)];
    first.data = vec![(tag::PAGE_NAME, b"A-101\0".to_vec())];
    let reduced = page(2).with(tag::NEW_SUBFILE_TYPE, &[1]);
    let turned = page(8).with(tag::ORIENTATION, &[6]);
    let file = Tiff {
        is_big_endian: true,
        pages: vec![first, reduced, turned],
    };
    let file = open(&file.bytes()).unwrap();
    let [first, second] = file.pages() else {
        panic!("{} pages", file.pages().len());
    };
    assert_eq!(first.size(), (4.0 / 200.0 * 72.0, 2.0 / 200.0 * 72.0));
    assert_eq!(first.label.as_deref(), Some("A-101"));
    assert_eq!(second.size(), (2.0 / 150.0 * 72.0, 8.0 / 150.0 * 72.0));
    let picture = file.picture(second, 150.0, 40e6, LATER).unwrap();
    assert_eq!((picture.width, picture.height), (2, 8));
}

#[test]
fn a_picture_has_150_pixels_to_the_inch_and_never_more_than_its_source() {
    let size = |stated, width, height, orientation| {
        let page = ImagePage {
            form: Form::Png,
            head: Head {
                width,
                height,
                resolution: stated,
                orientation,
            },
            label: None,
        };
        page.target(150.0, 40e6)
    };
    assert_eq!(
        size(Some((300.0, 300.0)), 3_300, 2_550, 1),
        (1, (1_650, 1_275))
    );
    assert_eq!(size(Some((100.0, 100.0)), 1_100, 850, 1), (1, (1_100, 850)));
    // A fax of 204 by 98 dots to the inch is shown as tall as it was.
    assert_eq!(
        size(Some((204.0, 98.0)), 1_728, 1_078, 1),
        (2, (1_271, 1_650))
    );
    let (_, (width, height)) = size(Some((400.0, 400.0)), 20_000, 15_000, 1);
    assert_eq!((width, height), (7_303, 5_477));
}

#[test]
fn a_png_is_shown_on_white_whatever_its_colours() {
    let encoded = |colours, depth, pixels: &[u8], palette: Option<&[u8]>| {
        let mut file = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut file, 2, 1);
        encoder.set_color(colours);
        encoder.set_depth(depth);
        if let Some(palette) = palette {
            encoder.set_palette(palette);
        }
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(pixels).unwrap();
        writer.finish().unwrap();
        picture(&file, 0).unwrap()
    };
    use ::png::{BitDepth, ColorType};
    let grey = encoded(ColorType::Grayscale, BitDepth::One, &[0b0100_0000], None);
    assert_eq!(grey.pixels(), [0, 255]);
    let deep = encoded(
        ColorType::Rgb,
        BitDepth::Sixteen,
        &[9, 9, 8, 8, 7, 7, 6, 6, 5, 5, 4, 4],
        None,
    );
    assert_eq!(deep.pixels(), [9, 8, 7, 6, 5, 4]);
    let clear = encoded(
        ColorType::Rgba,
        BitDepth::Eight,
        &[1, 2, 3, 0, 4, 5, 6, 255],
        None,
    );
    assert_eq!(clear.pixels(), [255, 255, 255, 4, 5, 6]);
    let palette = encoded(
        ColorType::Indexed,
        BitDepth::Two,
        &[0b0100_0000],
        Some(&[1, 2, 3, 4, 5, 6]),
    );
    assert_eq!(palette.pixels(), [4, 5, 6, 1, 2, 3]);
}

#[test]
fn an_image_that_was_cut_off_shows_what_came_and_one_of_nothing_fails() {
    let page = TiffPage::new(4, 4, 1, &[8], 1).with(tag::ROWS_PER_STRIP, &[2]);
    let half = Tiff::of(page.clone().piece(&[7; 8])).bytes();
    let shown = picture(&half, 0).unwrap();
    assert_eq!(shown.pixels(), [[7; 8], [255; 8]].concat());
    assert!(shown.is_incomplete);
    let torn = Tiff::of(page.clone().piece(&[7; 8]).piece(&[7; 5])).bytes();
    assert!(picture(&torn, 0).unwrap().is_incomplete);
    let whole = Tiff::of(page.clone().piece(&[7; 8]).piece(&[7; 8])).bytes();
    assert!(!picture(&whole, 0).unwrap().is_incomplete);
    let nothing = Tiff::of(page).bytes();
    assert_eq!(picture(&nothing, 0).err(), Some(FaultCode::PageUnreadable));
}

#[test]
fn an_image_of_too_many_pixels_is_refused_before_any_is_read() {
    for (width, height) in [(100_000, 100_000), (1_000_000, 2), (4_000_000_000, 1)] {
        let page = TiffPage::new(width, height, 1, &[8], 1).piece(&[0]);
        let file = Tiff::of(page).bytes();
        assert_eq!(
            picture(&file, 0).err(),
            Some(FaultCode::TooLarge),
            "{width}"
        );
    }
    // A strip as wide as a sheet is read by the row, but tiles are all open at once.
    let mut tiles = TiffPage::new(160_000, 6_000, 1, &[8], 1)
        .with(tag::TILE_WIDTH, &[8])
        .with(tag::TILE_LENGTH, &[6_000])
        .piece(&[0]);
    tiles.is_tiled = true;
    let file = Tiff::of(tiles).bytes();
    assert_eq!(picture(&file, 0).err(), Some(FaultCode::TooLarge));
}

#[test]
fn a_fine_scan_of_one_bit_becomes_a_picture_of_greys() {
    // Two rows of black, then two of white, and so on, at 300 dots to the inch; the picture has 150.
    let row = |byte| [0x81, byte, 0xfd, byte];
    let rows: Vec<u8> = (0..400)
        .flat_map(|y| row(if y % 4 < 2 { 0xff } else { 0 }))
        .collect();
    let mut page = TiffPage::new(1_056, 400, 0, &[1], 32_773).piece(&rows);
    page.fractions = vec![(tag::X_RESOLUTION, 300), (tag::Y_RESOLUTION, 300)];
    let picture = picture(&Tiff::of(page.clone()).bytes(), 0).unwrap();
    assert_eq!((picture.width, picture.height), (528, 200));
    let mut lines = picture.pixels().chunks(528);
    assert!(lines.next().unwrap().iter().all(|pixel| *pixel == 0));
    assert!(lines.next().unwrap().iter().all(|pixel| *pixel == 255));
    page.fractions = vec![(tag::X_RESOLUTION, 600), (tag::Y_RESOLUTION, 600)];
    let file = Tiff::of(page).bytes();
    let picture = super::tests::picture(&file, 0).unwrap();
    assert!(picture.pixels().iter().all(|pixel| *pixel == 128));
}

#[test]
fn what_cannot_be_read_is_said_so() {
    let floats = TiffPage::new(4, 2, 1, &[16], 1)
        .with(tag::SAMPLE_FORMAT, &[3])
        .piece(&[0; 16]);
    let jpeg_2000 = TiffPage::new(4, 2, 1, &[8], 34_712).piece(&[0; 8]);
    let lab = TiffPage::new(4, 2, 8, &[8; 3], 1).piece(&[0; 24]);
    for page in [floats, jpeg_2000, lab] {
        let file = Tiff::of(page).bytes();
        assert_eq!(picture(&file, 0).err(), Some(FaultCode::UnsupportedImage));
    }
}

#[test]
fn directories_that_run_in_circles_end_and_none_are_no_pages() {
    let mut file = Tiff::of(TiffPage::new(1, 1, 1, &[8], 1).piece(&[7])).bytes();
    let first = file[4..8].to_vec();
    let end = file.len() - 4;
    file.splice(end.., first);
    assert_eq!(open(&file).unwrap().pages().len(), 1);
    assert_eq!(open(b"II*\0\0\0\0\0").err(), Some(FaultCode::NoPages));
    assert_eq!(
        open(b"II*\0\xff\xff\xff\xff").err(),
        Some(FaultCode::NoPages)
    );
}

#[test]
fn files_that_are_cut_off_or_changed_anywhere_never_panic() {
    let zip = [
        0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xf0, 0x9f, 0xe1, 0x3f, 0xc3, 0x7f, 0x00,
    ];
    let mut tiff = TiffPage::new(4, 2, 1, &[8], 8).piece(&zip);
    tiff.fractions = vec![(tag::X_RESOLUTION, 200)];
    let tiff = Tiff::of(tiff).bytes();
    for at in 0..tiff.len() {
        drop(picture(&tiff[..at], 0));
        for value in [0, 1, 0x7f, 0xff] {
            let mut file = tiff.clone();
            file[at] = value;
            drop(picture(&file, 0));
        }
    }
}
