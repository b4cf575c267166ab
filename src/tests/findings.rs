//! What a job finds in its files once their pages are seen together, and files that are images.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::{TestApp, User, fixture, one_file, program};

async fn result(app: &TestApp, key: &User, files: &[(&str, Vec<u8>)]) -> Value {
    let job = app.job(key).await;
    for (name, bytes) in files {
        let answer = key.upload(&job, one_file(name, bytes.clone())).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let path = format!("/api/open/v1/jobs/{job}");
    key.post_nothing(&format!("{path}/uploads/complete")).await;
    app.drain().await;
    let answer = key.get(&format!("{path}/result")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json
}

async fn extract(key: &User, holder: &Value) -> Value {
    let artifacts = holder["artifacts"].as_array().unwrap();
    let named: Vec<&Value> = artifacts
        .iter()
        .filter(|artifact| artifact["type"] == "extracted_json")
        .collect();
    assert_eq!(named.len(), 1, "{holder}");
    let answer = key.get(named[0]["url"].as_str().unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json
}

#[actix_web::test]
async fn a_section_is_found_with_its_parts_and_its_tree_is_in_an_extract() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let files = [("book.pdf", fixture("specification.pdf"))];
    let result = result(&app, &key, &files).await;
    let document = &result["documents"][0];
    let sections = document["specifications"].as_array().unwrap();
    assert_eq!(sections.len(), 1, "{sections:?}");
    let section = &sections[0];
    assert_eq!(section["sectionNumber"], "03 30 00");
    assert_eq!(section["sectionTitle"], "CAST-IN-PLACE CONCRETE");
    assert_eq!(
        (&section["divisionNumber"], &section["divisionTitle"]),
        (&json!("03"), &json!("Concrete"))
    );
    assert_eq!(
        (&section["pageStart"], &section["pageEnd"]),
        (&json!(1), &json!(3))
    );
    let parts: Vec<_> = section["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (part["title"].as_str().unwrap(), part["pageStart"].clone()))
        .collect();
    assert_eq!(
        parts,
        [
            ("GENERAL", json!(1)),
            ("PRODUCTS", json!(2)),
            ("EXECUTION", json!(3))
        ]
    );

    let evidence = result["evidence"].as_array().unwrap();
    assert_eq!(evidence.len(), 1, "{evidence:?}");
    let evidence = &evidence[0];
    assert_eq!(evidence["type"], "specification");
    assert_eq!(evidence["label"], "03 30 00 CAST-IN-PLACE CONCRETE");
    assert_eq!(evidence["documentId"], document["documentId"]);
    assert_eq!(evidence["pageNumber"], 1);
    let top = evidence["displayBox"]["top"].as_f64().unwrap();
    assert!((0.0..0.3).contains(&top), "{evidence}");

    let extract = extract(&key, section).await;
    assert_eq!(extract["type"], "specification");
    let articles = extract["parts"][1]["articles"].as_array().unwrap();
    assert_eq!(articles[0]["label"], "2.1");
    assert_eq!(articles[0]["title"], "CONCRETE MATERIALS");
    assert_eq!(articles[0]["pageNumber"], 2);
    let standards: Vec<_> = extract["standards"]
        .as_array()
        .unwrap()
        .iter()
        .map(|standard| {
            let part = |name: &str| standard[name].as_str().unwrap();
            format!("{} {}", part("publisher"), part("number"))
        })
        .collect();
    assert_eq!(standards, ["ASTM C150", "ASTM C33"]);
    let submittals = extract["submittals"].as_array().unwrap();
    assert_eq!(submittals.len(), 2, "{submittals:?}");
    assert_eq!(extract["relatedSections"][0]["sectionNumber"], "07 92 00");
}

#[actix_web::test]
async fn a_sheet_has_an_extract_and_knows_its_set() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let files = [("plans.pdf", fixture("two-sheets.pdf"))];
    let result = result(&app, &key, &files).await;
    let sheets = result["documents"][0]["sheets"].as_array().unwrap();
    assert_eq!(sheets.len(), 2);
    for (sheet, number) in sheets.iter().zip(["A101", "A102"]) {
        assert_eq!(sheet["sheetNumber"], number);
        let extract = extract(&key, sheet).await;
        assert_eq!(
            (&extract["type"], &extract["sheetNumber"]),
            (&json!("sheet"), &json!(number))
        );
        // Each region has its picture, and each picture is a file of the sheet.
        let pictures = sheet["artifacts"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|artifact| artifact["type"] == "region_image")
            .count();
        assert_eq!(extract["regions"].as_array().unwrap().len(), pictures);
        let evidence = result["evidence"].as_array().unwrap().iter();
        let regions = evidence
            .filter(|one| one["type"] == "region" && one["sheetId"] == sheet["sheetId"])
            .count();
        assert_eq!(regions, pictures);
    }
}

/// A picture of white paper with a black frame; 3 by 2 inches at 100 dots.
fn png() -> Vec<u8> {
    let (width, height) = (300_u32, 200_u32);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: 3937,
        yppu: 3937,
        unit: png::Unit::Meter,
    }));
    let mut pixels = vec![255; (width * height) as usize];
    for x in 0..width as usize {
        pixels[10 * width as usize + x] = 0;
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

/// Two pages of 8 by 8 pixels, one bit each, not compressed, little-endian.
fn tiff() -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    for page in 0..2_u32 {
        let start = bytes.len() as u32;
        let entries: [(u16, u16, u32); 8] = [
            (256, 4, 8),
            (257, 4, 8),
            (258, 3, 1),
            (259, 3, 1),
            (262, 3, 1),
            (273, 4, start + 2 + 8 * 12 + 4),
            (278, 4, 8),
            (279, 4, 8),
        ];
        bytes.extend(8_u16.to_le_bytes());
        for (tag, kind, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(1_u32.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        let next = start + 2 + 8 * 12 + 4 + 8;
        bytes.extend((if page == 0 { next } else { 0 }).to_le_bytes());
        bytes.extend([0xff, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0xff]);
    }
    bytes
}

#[actix_web::test]
async fn images_are_plans_whatever_they_are_called_and_anything_else_is_an_error() {
    let app = TestApp::start().await;
    let (_, key) = app.admin_and_key().await;
    let files = [
        ("photo.pdf", png()),
        ("scan.png", tiff()),
        ("letter.pdf", b"Dear Sirs,".to_vec()),
    ];
    let result = result(&app, &key, &files).await;
    let named = |name: &str| {
        let documents = result["documents"].as_array().unwrap();
        documents
            .iter()
            .find(|document| document["fileName"] == name)
            .unwrap()
            .clone()
    };
    let photo = named("photo.pdf");
    assert_eq!(
        (&photo["status"], &photo["pageCount"]),
        (&json!("completed"), &json!(1))
    );
    let size = (
        photo["sheets"][0]["widthPoints"].as_f64().unwrap(),
        photo["sheets"][0]["heightPoints"].as_f64().unwrap(),
    );
    assert!(
        (size.0 - 216.0).abs() < 0.5 && (size.1 - 144.0).abs() < 0.5,
        "{size:?}"
    );
    assert_eq!(named("scan.png")["sheets"].as_array().unwrap().len(), 2);
    let letter = named("letter.pdf");
    assert_eq!(letter["error"]["code"], "unsupported_format");
    assert_eq!(result["job"]["status"], "completed_with_errors");
    assert_eq!(result["usage"]["drawingPageCount"], 3);
}

/// A program that is the real reader, but ends at once when it is to bind.
fn reader(folder: &Path) -> PathBuf {
    let path = folder.join("reader");
    let script = format!(
        "#!/bin/bash\n[ \"$2\" = bind ] && exit 1\nexec '{}' \"$@\"\n",
        program().display()
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[actix_web::test]
async fn pages_that_cannot_be_seen_together_are_told_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start_with_reader(reader(folder.path())).await;
    let (_, key) = app.admin_and_key().await;
    let files = [("plans.pdf", fixture("two-sheets.pdf"))];
    let result = result(&app, &key, &files).await;
    assert_eq!(result["job"]["status"], "completed");
    let document = &result["documents"][0];
    assert_eq!(document["specifications"], Value::Null);
    assert_eq!(document["sheets"][1]["sheetNumber"], "A102");
    assert_eq!(result["warnings"][0]["code"], "binding_failed");
    assert_eq!(result["usage"]["creditsDebited"], 20);
}
