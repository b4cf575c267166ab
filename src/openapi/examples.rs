//! Examples that several operations share; a test holds them against their schemas.

use serde_json::{Value, json};

pub const PROJECT: &str = "proj_06b9d2v5k0e1f7q8r2s3t4u5v4";
pub const JOB: &str = "job_06b9d3a8m4g2h6n0p1q5r9s3tc";
pub const FILE: &str = "file_06b9d3c1r8j4k2m6n0p3q7s1u8";
pub const SHA256: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
pub const UPLOAD_TOKEN: &str = "1795514700000.2YotnFZFEjr1zCsicMWpAA";
pub const PATH: &str = "file_06b9d3c1r8j4k2m6n0p3q7s1u8/p0001.webp";

pub fn project() -> Value {
    json!({
        "id": PROJECT,
        "name": "City library",
        "projectKind": "open_api",
        "status": "ready",
        "runtime": { "status": "running", "upgradeStatus": "none" },
        "createdAt": "2026-11-24T09:58:00.000Z",
        "updatedAt": "2026-11-24T09:58:01.000Z",
    })
}

/// A job with one file, in this state.
pub fn job(status: &str) -> Value {
    let is_done = status == "completed";
    let file = match status {
        "awaiting_uploads" => None,
        "completed" => Some("completed"),
        _ => Some("uploaded"),
    };
    let files: Vec<Value> = file
        .map(|status| json!({ "id": FILE, "fileName": "A-101.pdf", "status": status }))
        .into_iter()
        .collect();
    json!({
        "id": JOB,
        "externalId": "tower-a",
        "status": status,
        "projectId": PROJECT,
        "limits": { "maxDeclaredBytes": 10_000_000_000_i64, "maxFiles": 100 },
        "pageCount": if is_done { 1 } else { 0 },
        "successfulPageCount": if is_done { 1 } else { 0 },
        "billing": {
            "creditsReserved": if is_done { 10 } else { 0 },
            "creditsDebited": if is_done { 10 } else { 0 },
        },
        "files": files,
        "resultUrl": is_done.then(|| format!("https://plans.example.com/results/{JOB}?token={UPLOAD_TOKEN}")),
        "error": null,
        "createdAt": "2026-11-24T10:00:00.000Z",
        "updatedAt": "2026-11-24T10:02:11.000Z",
        "completedAt": is_done.then_some("2026-11-24T10:02:11.000Z"),
        "expiresAt": "2026-12-24T10:02:11.000Z",
    })
}

pub fn status_changed() -> Value {
    json!({
        "type": "job.status_changed",
        "timestamp": "2026-11-24T10:02:11.000Z",
        "data": { "job": job("completed"), "previousStatus": "processing", "sequence": 5 },
    })
}

pub fn result() -> Value {
    let artifact = json!({
        "type": "page_image",
        "contentType": "image/webp",
        "fileSize": 48_213,
        "path": PATH,
        "url": format!("https://plans.example.com/api/open/v1/jobs/{JOB}/artifact?path={PATH}"),
    });
    json!({
        "schemaVersion": "v1",
        "job": {
            "id": JOB,
            "status": "completed",
            "externalId": "tower-a",
            "createdAt": "2026-11-24T10:00:00.000Z",
            "completedAt": "2026-11-24T10:02:11.000Z",
            "expiresAt": "2026-12-24T10:02:11.000Z",
            "resultUrl": format!("https://plans.example.com/api/open/v1/jobs/{JOB}/result"),
            "error": null,
        },
        "usage": {
            "pageCount": 1,
            "successfulPageCount": 1,
            "drawingPageCount": 1,
            "documentPageCount": 0,
            "successfulDrawingPageCount": 1,
            "successfulDocumentPageCount": 0,
            "drawingCreditsPerPage": 10,
            "documentCreditsPerPage": 1,
            "creditsReserved": 10,
            "creditsDebited": 10,
        },
        "documents": [{
            "documentId": FILE,
            "fileName": "A-101.pdf",
            "classification": "plans",
            "contentType": "application/pdf",
            "fileSize": 1_204_117,
            "sha256": SHA256,
            "status": "completed",
            "pageCount": 1,
            "successfulPageCount": 1,
            "failedPageCount": 0,
            "error": null,
            "artifacts": [],
            "sheets": [{
                "sheetId": "sheet_06b9d3e7t1m5n9p3q7r1s5u9vc",
                "pageNumber": 1,
                "sheetNumber": "A-101",
                "sheetName": "FIRST FLOOR PLAN",
                "sheetDisplayName": "A-101 First Floor Plan",
                "discipline": "architectural",
                "drawingType": "floor_plan",
                "widthPoints": 2592.0,
                "heightPoints": 1728.0,
                "scale": "1/8\" = 1'-0\"",
                "revision": "2",
                "projectName": "TOWER A",
                "projectNumber": "24-117",
                "issueDate": "03/12/2026",
                "artifacts": [artifact],
            }],
            "specifications": [],
            "docs": [],
        }],
        "evidence": [{
            "id": "ev_06b9d3e8b2c6d0e4f8g2h6j0k4",
            "type": "region",
            "regionType": "view",
            "label": "1 FIRST FLOOR PLAN",
            "text": "LOBBY\n101\nOFFICE\n102",
            "documentId": FILE,
            "sheetId": "sheet_06b9d3e7t1m5n9p3q7r1s5u9vc",
            "sheetNumber": "A-101",
            "pageNumber": 1,
            "displayBox": {"left": 0.05, "top": 0.08, "right": 0.71, "bottom": 0.83},
            "sourceCatalogUri": "plangrep://proj_06b9cz1f3g5h7j9k1m3n5p7q9r/region_06b9d3e7x5y9z3a7b1c5d9e3f7",
        }],
        "warnings": [],
        "errors": [],
        "generatedAt": "2026-11-24T10:02:11.000Z",
    })
}

pub fn key() -> Value {
    json!({
        "id": "key_06b9cv3d5e7f9g1h3i5j7k9l1m",
        "label": "Takeoff",
        "keyPrefix": "pgk_live_abc1",
        "scopes": ["jobs:read", "artifacts:read"],
        "createdByUserId": "usr_06b9cu1v3a5b7c9d1e3f5g7h9i",
        "hashVersion": "v1",
        "createdAt": "2026-11-24T09:30:00.000Z",
        "expiresAt": "2027-02-22T09:30:00.000Z",
        "lastUsedAt": null,
        "lastUsedIp": null,
        "revokedAt": null,
        "allowedNetworks": ["203.0.113.0/24"],
        "replacedByKeyId": null,
    })
}

/// Of the right form, with a wrong checksum.
pub const PLAINTEXT: &str = "pgk_live_abc1DEF2ghi3JKL4mno5PQR6stu7VWX8yz9000";

/// A key of the form that is revoked.
pub fn revoked_key() -> Value {
    let mut key = key();
    if let Some(fields) = key.as_object_mut() {
        let at = json!("2026-11-24T11:00:00.000Z");
        fields.insert("revokedAt".to_owned(), at);
    }
    key
}
