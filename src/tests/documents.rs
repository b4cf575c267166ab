//! The engine from outside: the real child process over small files of our own.

use crate::pdf_maker;

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use plangrep::documents::{
    ArtifactType, Classification, Event, FaultCode, Limits, PageKind, PageReading, Reading,
    Sandbox, classify_document,
};

/// Every page that a file may have.
const ALL: RangeInclusive<u32> = 1..=5_000;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/tests/fixtures")
        .join(name)
}

fn sandbox(limits: Limits) -> Sandbox {
    Sandbox::new(PathBuf::from(env!("CARGO_BIN_EXE_plangrep")), limits)
}

/// What a reading told until its end.
#[derive(Debug, Default)]
struct Told {
    page_count: u32,
    pages: Vec<PageReading>,
    page_faults: Vec<(u32, FaultCode)>,
    fault: Option<FaultCode>,
    is_done: bool,
    under_way: Option<u32>,
}

async fn hear(mut reading: Reading) -> Told {
    let mut told = Told::default();
    while let Some(event) = reading.next().await {
        assert!(
            !told.is_done && told.fault.is_none(),
            "an event after the last"
        );
        match event {
            Event::Opened { page_count } => told.page_count = page_count,
            Event::Page(page) => told.pages.push(*page),
            Event::PageFailed { page_number, fault } => {
                told.page_faults.push((page_number, fault.code));
            }
            Event::Failed(fault) => told.fault = Some(fault.code),
            Event::Done => told.is_done = true,
        }
    }
    told.under_way = reading.page_under_way();
    told
}

async fn survey(name: &str) -> Told {
    let limits = Limits::default();
    hear(sandbox(limits).survey(&fixture(name), ALL).unwrap()).await
}

fn size_of_webp(path: &Path) -> (u32, u32) {
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let mut decoder = image_webp::WebPDecoder::new(file).unwrap();
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_image(&mut pixels).unwrap();
    assert!(pixels.iter().any(|part| *part < 128), "nothing was drawn");
    decoder.dimensions()
}

#[tokio::test]
async fn sheets_are_read_into_four_files_each_and_the_same_bytes_twice() {
    let first = tempfile::tempdir().unwrap();
    let second = tempfile::tempdir().unwrap();
    let input = fixture("two-sheets.pdf");
    let sandbox = sandbox(Limits::default());
    let (told, again) = tokio::join!(
        async { hear(sandbox.read(&input, first.path(), 1..=2).unwrap()).await },
        async { hear(sandbox.read(&input, second.path(), 2..=2).unwrap()).await },
    );
    assert!(told.is_done, "{told:?}");
    assert_eq!((told.page_count, told.pages.len()), (2, 2));
    for (page, number, name) in [
        (&told.pages[0], "A101", "FIRST FLOOR PLAN"),
        (&told.pages[1], "A102", "SECOND FLOOR PLAN"),
    ] {
        assert_eq!(page.kind, PageKind::Drawing);
        assert_eq!((page.width_points, page.height_points), (1296.0, 864.0));
        assert_eq!(page.sheet_number.as_deref(), Some(number));
        assert_eq!(page.sheet_name.as_deref(), Some(name));
        assert_eq!(page.sheet_display_name, format!("{number} {name}"));
        assert_eq!(page.discipline.as_deref(), Some("architectural"));
        assert_eq!(page.drawing_type.as_deref(), Some("floor_plan"));
        assert_eq!(page.scale.as_deref(), Some("1/8\" = 1'-0\""));
        assert!(page.artifacts.len() >= 4, "{:?}", page.artifacts);
        for file in &page.artifacts {
            let size = std::fs::metadata(first.path().join(&file.file_name))
                .unwrap()
                .len();
            assert_eq!(size, file.file_size);
        }
    }
    let image = size_of_webp(&first.path().join(ArtifactType::PageImage.file_name(1, 0)));
    assert_eq!(image, (2700, 1800));
    let thumbnail = size_of_webp(&first.path().join(ArtifactType::Thumbnail.file_name(1, 0)));
    assert_eq!(thumbnail, (320, 213));
    let text = std::fs::read_to_string(first.path().join("p0001.txt")).unwrap();
    assert!(text.contains("READING ROOM\n102\n"), "{text}");
    let layout = std::fs::read(first.path().join("p0001.json")).unwrap();
    let layout: serde_json::Value = serde_json::from_slice(&layout).unwrap();
    let words = layout["words"].as_array().unwrap();
    assert_eq!(words.len() as u64, told.pages[0].word_count);
    let number = words.iter().find(|word| word["text"] == "A101").unwrap();
    let left = number["box"][0].as_f64().unwrap();
    let bottom = number["box"][3].as_f64().unwrap();
    assert!((left - 2320.0 / 2592.0).abs() < 0.001, "{number}");
    assert!(
        (bottom - (1728.0 - 70.0 + 0.22 * 54.0) / 1728.0).abs() < 0.001,
        "{number}"
    );

    assert!(again.is_done);
    assert_eq!(again.pages.as_slice(), &told.pages[1..]);
    for kind in ArtifactType::OF_PAGE {
        let name = kind.file_name(2, 0);
        let [one, two] =
            [&first, &second].map(|out| std::fs::read(out.path().join(&name)).unwrap());
        assert!(one == two, "{name} differs");
    }
    let named: usize = told.pages.iter().map(|page| page.artifacts.len()).sum();
    let names = std::fs::read_dir(first.path()).unwrap().count();
    assert_eq!(names, named, "a file was left half written");
}

#[tokio::test]
async fn a_survey_says_the_same_without_files() {
    let told = survey("two-sheets.pdf").await;
    assert!(told.is_done);
    assert_eq!(told.pages[1].sheet_display_name, "A102 SECOND FLOOR PLAN");
    assert!(told.pages.iter().all(|page| page.artifacts.is_empty()));
    assert_eq!(classify_document(&told.pages), Classification::Plans);
}

#[tokio::test]
async fn a_specification_is_known_and_has_no_sheets() {
    let told = survey("specification.pdf").await;
    assert!(told.is_done);
    assert_eq!(told.pages.len(), 3);
    for page in &told.pages {
        assert_eq!(page.kind, PageKind::Document);
        assert_eq!(page.sheet_number, None);
        assert_eq!(
            page.sheet_display_name,
            format!("Page {}", page.page_number)
        );
        assert!(page.signs.specification_section && page.signs.specification_part);
    }
    assert_eq!(
        classify_document(&told.pages),
        Classification::Specifications
    );
}

#[tokio::test]
async fn running_text_is_written_in_reading_order() {
    let out = tempfile::tempdir().unwrap();
    let input = fixture("specification.pdf");
    let told = hear(
        sandbox(Limits::default())
            .read(&input, out.path(), 1..=1)
            .unwrap(),
    )
    .await;
    assert!(told.is_done);
    let text = std::fs::read_to_string(out.path().join("p0001.txt")).unwrap();
    assert!(
        text.starts_with(
            "SECTION 03 30 00\nCAST-IN-PLACE CONCRETE\nPART 1 - GENERAL\n1.1 SUMMARY\n"
        ),
        "{text}"
    );
    assert!(
        text.ends_with("CAST-IN-PLACE CONCRETE 03 30 00 - 1\n"),
        "{text}"
    );
}

#[tokio::test]
async fn files_that_cannot_be_opened_are_refused_with_their_reason() {
    for (name, code) in [
        ("password.pdf", FaultCode::PasswordProtected),
        ("not-a-pdf.pdf", FaultCode::UnsupportedFormat),
        ("no-such-file.pdf", FaultCode::InputUnreadable),
    ] {
        let told = survey(name).await;
        assert_eq!(told.fault, Some(code), "{name}");
        assert!(told.pages.is_empty() && told.page_count == 0);
    }
}

#[tokio::test]
async fn a_damaged_file_and_a_missing_page_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let damaged = folder.path().join("damaged.pdf");
    std::fs::write(&damaged, b"%PDF-1.7\n1 0 obj\n<< /Type /Cata").unwrap();
    let sandbox = sandbox(Limits::default());
    let told = hear(sandbox.survey(&damaged, ALL).unwrap()).await;
    assert_eq!(told.fault, Some(FaultCode::Damaged));

    let input = fixture("specification.pdf");
    let told = hear(sandbox.read(&input, folder.path(), 4..=4).unwrap()).await;
    assert_eq!(told.fault, Some(FaultCode::NoSuchPage));
    let told = hear(
        sandbox
            .read(&input, &folder.path().join("absent"), 1..=1)
            .unwrap(),
    )
    .await;
    assert_eq!(told.fault, Some(FaultCode::OutputUnwritable));
    assert!(sandbox.read(&input, folder.path(), 0..=1).is_err());
}

#[tokio::test]
async fn a_page_without_end_is_stopped_and_the_page_before_it_is_kept() {
    let limits = Limits {
        base_time: Duration::from_secs(1),
        time_per_page: Duration::ZERO,
        ..Limits::default()
    };
    let told = hear(sandbox(limits).survey(&fixture("laughs.pdf"), ALL).unwrap()).await;
    assert_eq!(told.fault, Some(FaultCode::OutOfTime));
    assert_eq!(told.pages.len(), 1);
    assert_eq!(told.pages[0].word_count, 7);
    assert_eq!(told.under_way, Some(2));
}

#[test]
fn a_reader_that_has_used_up_its_time_dies_of_that() {
    use std::os::unix::process::ExitStatusExt;

    let mut reader = std::process::Command::new(env!("CARGO_BIN_EXE_plangrep"));
    reader
        .args(["pdf-worker", "survey"])
        .arg(fixture("laughs.pdf"))
        .args(["1", "9", "2000000000", "1"]);
    let signal = reader.output().unwrap().status.signal();
    assert_eq!(signal, Some(rustix::process::Signal::XCPU.as_raw()));
}

#[tokio::test]
async fn a_survey_can_be_of_some_pages() {
    let sandbox = sandbox(Limits::default());
    let input = fixture("specification.pdf");
    let told = hear(sandbox.survey(&input, 3..=5_000).unwrap()).await;
    assert!(told.is_done);
    assert_eq!(told.page_count, 3);
    assert_eq!(told.pages.len(), 1);
    assert_eq!(told.pages[0].page_number, 3);
    let told = hear(sandbox.survey(&input, 1..=2).unwrap()).await;
    assert!(told.is_done);
    assert_eq!((told.page_count, told.pages.len()), (3, 2));
    let told = hear(sandbox.survey(&input, 4..=5_000).unwrap()).await;
    assert_eq!(told.fault, Some(FaultCode::NoSuchPage));
}

#[tokio::test]
async fn a_reader_without_memory_is_reported_as_such() {
    let limits = Limits {
        // Enough for any build of the program to start, too little for 40 million pixels.
        memory: 230 << 20,
        ..Limits::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("large.pdf");
    let page = pdf_maker::PageSource {
        width: 3_600,
        height: 3_600,
        content: pdf_maker::text(72.0, 72.0, 40.0, "A LARGE SHEET"),
    };
    std::fs::write(&input, pdf_maker::pdf(&[page], &[])).unwrap();
    let out = tempfile::tempdir().unwrap();
    let told = hear(sandbox(limits).read(&input, out.path(), 1..=1).unwrap()).await;
    assert_eq!(told.fault, Some(FaultCode::OutOfMemory));
    assert_eq!(told.under_way, Some(1));
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_child_that_talks_nonsense_or_says_nothing_is_ended() {
    for program in ["/usr/bin/yes", "/bin/true"] {
        let sandbox = Sandbox::new(PathBuf::from(program), Limits::default());
        let told = hear(sandbox.survey(Path::new("any.pdf"), ALL).unwrap()).await;
        assert_eq!(told.fault, Some(FaultCode::ReaderCrashed), "{program}");
    }
}

/// With `PLANGREP_WRITE_FIXTURES` set it writes them anew first.
#[test]
fn the_fixtures_are_what_the_maker_makes() {
    for (name, bytes) in made() {
        if std::env::var_os("PLANGREP_WRITE_FIXTURES").is_some() {
            std::fs::write(fixture(name), &bytes).unwrap();
        }
        assert!(std::fs::read(fixture(name)).unwrap() == bytes, "{name}");
        assert!(bytes.len() < 30_000, "{name}");
    }
}

fn made() -> [(&'static str, Vec<u8>); 4] {
    [
        ("two-sheets.pdf", pdf_maker::two_sheets()),
        ("specification.pdf", pdf_maker::specification()),
        ("laughs.pdf", pdf_maker::laughs()),
        ("not-a-pdf.pdf", pdf_maker::not_a_pdf()),
    ]
}
