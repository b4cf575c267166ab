use std::cell::RefCell;
use std::os::unix::fs::PermissionsExt;

use super::*;

fn canvas(words: usize, path_count: u64, image_share: f64, unmapped: u64) -> Canvas {
    let word = |number: usize| {
        let origin = (10.0, 10.0 * number as f64).into();
        Word::placed("A".to_owned(), origin, (1.0, 0.0).into(), 5.0, 8.0)
    };
    Canvas {
        words: (0..words).map(word).collect(),
        glyph_count: 100,
        unmapped_count: unmapped,
        path_count,
        image_share,
        ..Canvas::empty(1_000.0, 500.0)
    }
}

#[test]
fn pages_whose_text_is_not_in_the_file_are_found() {
    assert!(needs_ocr(&canvas(4, 0, 0.9, 0)), "a scan with a stamp");
    assert!(needs_ocr(&canvas(0, 5_000, 0.0, 0)), "a sketch");
    assert!(needs_ocr(&canvas(300, 0, 0.0, 30)), "letters without names");
    assert!(
        !needs_ocr(&canvas(5, 0, 0.9, 0)),
        "a scan with a layer of text"
    );
    assert!(!needs_ocr(&canvas(300, 5_000, 1.0, 20)), "a sheet");
    assert!(!needs_ocr(&canvas(2, 12, 0.3, 0)), "a title page");
    assert!(!needs_ocr(&canvas(0, 0, 0.0, 0)), "a blank page");
}

/// An executable that stands in for tesseract; it may use $@.
fn stand_in(folder: &Path, script: &str) -> Vec<OsString> {
    let path = folder.join("stand-in");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    vec![path.into()]
}

fn blank(part: DisplayBox, (dots, _): (f64, f64)) -> Result<Picture, FaultCode> {
    let side = |share: f64, points: f64| (share * points / 72.0 * dots).round() as u32;
    let width = side(part.right - part.left, 1_000.0);
    let height = side(part.bottom - part.top, 500.0);
    let pixels = vec![255; width as usize * height as usize];
    Ok(Picture::of_grey(width, height, pixels))
}

#[test]
fn a_document_page_is_recognised_whole_and_its_words_lie_where_they_were_seen() {
    let folder = tempfile::tempdir().unwrap();
    let row = r"5\t1\t1\t1\t1\t1\t300\t600\t600\t30\t95\tSECTION\n";
    let script = format!("/bin/cat > input; echo \"$@\" > arguments; printf '{row}'");
    let command = stand_in(folder.path(), &script);
    let size = (1_000.0, 500.0);
    let words = recognise(&command, folder.path(), PageKind::Document, size, &blank).unwrap();
    let [word] = words.as_slice() else {
        panic!("{words:?}");
    };
    assert_eq!(word.text, "SECTION");
    // 300 dpi: a pixel is 0.24 points.
    assert!((word.left - 72.0).abs() < 0.1 && (word.right - 216.0).abs() < 0.1);
    assert!((word.origin.y - 151.2).abs() < 0.1 && (word.size - 10.0).abs() < 0.1);
    let arguments = std::fs::read_to_string(folder.path().join("arguments")).unwrap();
    assert_eq!(
        arguments.trim(),
        "stdin stdout -l eng --psm 3 --dpi 300 -c tessedit_create_tsv=1"
    );
    let input = std::fs::read(folder.path().join("input")).unwrap();
    assert!(input.starts_with(b"P5\n4167 2083\n255\n"));
    assert_eq!(input.len(), 17 + 4_167 * 2_083);
}

#[test]
fn the_title_block_of_a_drawing_is_recognised_first_and_at_every_turn() {
    let folder = tempfile::tempdir().unwrap();
    let command = stand_in(folder.path(), "/bin/cat > /dev/null");
    let parts = RefCell::new(Vec::new());
    let view = |part, detail| {
        parts.borrow_mut().push((part, detail));
        blank(part, detail)
    };
    let size = (1_000.0, 500.0);
    let words = recognise(&command, folder.path(), PageKind::Drawing, size, &view).unwrap();
    assert!(words.is_empty());
    let parts: Vec<_> = parts
        .borrow()
        .iter()
        .map(|(part, (dots, _))| (*part, *dots))
        .collect();
    assert_eq!(parts[..3], [(RIGHT, FINE), (BOTTOM, FINE), (WHOLE, COARSE)]);
    let right: Vec<_> = runs(PageKind::Drawing)
        .iter()
        .filter(|run| run.part == RIGHT)
        .map(|run| run.turn)
        .collect();
    assert_eq!(right, [Turn::Right, Turn::Up, Turn::Down]);
}

#[test]
fn words_of_a_turned_strip_are_turned_back() {
    let (width, height) = (300.0, 100.0);
    let picture = Picture::of_grey(600, 200, vec![255; 120_000]);
    let part = DisplayBox {
        left: 0.5,
        top: 0.0,
        right: 1.0,
        bottom: 1.0,
    };
    let found = Found {
        text: "A-101".to_owned(),
        left: 20.0,
        width: 60.0,
        baseline: 40.0,
        size: 24.0,
        confidence: 90.0,
        is_in_text: false,
    };
    let page = (2.0 * width, height);
    let place = |turn| {
        let word = Frame::of(part, turn, page, &picture).word(&found).unwrap();
        (word.origin.x, word.origin.y, word.angle(), word.size)
    };
    assert_eq!(place(Turn::Right), (310.0, 20.0, 0.0, 12.0));
    // Turned clockwise, the strip's bottom is at the left: the text began near the bottom.
    assert_eq!(place(Turn::Up), (320.0, 90.0, 90.0, 12.0));
    assert_eq!(place(Turn::Down), (580.0, 10.0, -90.0, 12.0));
}

#[test]
fn a_recogniser_that_fails_leaves_the_page_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let size = (1_000.0, 500.0);
    let run = |command: &[OsString]| {
        recognise(command, folder.path(), PageKind::Document, size, &blank).is_none()
    };
    assert!(run(&["/no/such/tesseract".into()]));
    assert!(run(&stand_in(folder.path(), "exit 1")));
}

#[test]
fn a_recogniser_that_hangs_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let command = stand_in(folder.path(), "while :; do :; done");
    let tesseract = Tesseract {
        command: &command,
        folder: folder.path(),
    };
    let picture = Picture::of_grey(1, 1, vec![255]);
    let started = Instant::now();
    let table = tesseract.run(&picture, 300.0, Layout::Sparse, Duration::from_millis(200));
    assert_eq!(table, None);
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn of_two_readings_of_one_place_the_surer_is_kept() {
    let word = |text: &str, x: f64| {
        Word::placed(
            text.to_owned(),
            (x, 50.0).into(),
            (1.0, 0.0).into(),
            40.0,
            10.0,
        )
    };
    let found = vec![
        (60.0, word("FL00R", 100.0)),
        (95.0, word("FLOOR", 101.0)),
        (50.0, word("PLAN", 150.0)),
    ];
    let texts =
        |words: &[Word]| -> Vec<String> { words.iter().map(|word| word.text.clone()).collect() };
    assert_eq!(texts(&surest(found, (500.0, 500.0))), ["FLOOR", "PLAN"]);
    let own = vec![word("PLAN", 150.0), word("\u{fffd}\u{fffd}", 100.0)];
    let recognised = vec![word("FLOOR", 100.0), word("PLAM", 151.0)];
    let all = together(own, recognised, (500.0, 500.0));
    assert_eq!(texts(&all), ["PLAN", "FLOOR"]);
}

#[test]
fn what_looks_like_a_word_by_chance_is_dropped() {
    let found = |text: &str, confidence| Found {
        text: text.to_owned(),
        left: 0.0,
        width: 10.0,
        baseline: 10.0,
        size: 10.0,
        confidence,
        is_in_text: false,
    };
    assert!(is_word(&found("WALL", 45.0), Turn::Right));
    assert!(!is_word(&found("WALL", 39.0), Turn::Right));
    assert!(!is_word(&found("WALL", 45.0), Turn::Up));
    assert!(is_word(&found("UP", 45.0), Turn::Right));
    assert!(!is_word(&found("oO", 80.0), Turn::Down));
    assert!(!is_word(&found("I", 60.0), Turn::Right));
    assert!(!is_word(&found("—|", 99.0), Turn::Right));
    assert!(!is_word(&found("II", 80.0), Turn::Right));
    assert!(is_word(&found("11", 95.0), Turn::Right));
    assert!(is_word(&found("=", 75.0), Turn::Right));
    // Among words that are surely words a short one is no stroke.
    let in_text = |text: &str, confidence| Found {
        is_in_text: true,
        ..found(text, confidence)
    };
    for text in ["1", "1.", "-", "a"] {
        assert!(is_word(&in_text(text, 65.0), Turn::Right), "{text}");
        assert!(!is_word(&in_text(text, 45.0), Turn::Right), "{text}");
        assert!(!is_word(&in_text(text, 65.0), Turn::Up), "{text}");
    }
    assert!(!is_word(&in_text("I", 65.0), Turn::Right));
    let long = Found {
        width: 400.0,
        ..found("WALL", 90.0)
    };
    assert!(!is_word(&long, Turn::Right));
}
