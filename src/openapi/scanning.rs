//! Operations: for secret scanners.

use serde_json::json;

use super::examples::{PLAINTEXT, SHA256};
use super::operation::{Answer, Content, Tag, get, post, signed_with};
use crate::api::leaks::{KeyFormats, LeakAnswer};
use crate::error::Code::Unauthorized;
use crate::keys::Finding;

pub fn tag() -> Tag {
    let mut report = Content::json_list::<Finding>(json!([{
        "token": PLAINTEXT,
        "type": "plangrep_api_key",
        "url": "https://github.com/example/takeoff/blob/main/.env",
    }]));
    report.media = "application/json";
    Tag {
        name: "Secret scanning",
        description: "For tools that look for leaked keys: how a key looks, and where to report one.",
        operations: vec![
            get(
                "/.well-known/secret-scanning.json",
                "keyFormat",
                "How a key looks",
                "A pattern and a checksum, so that a real key can be told offline.",
            )
            .answers::<KeyFormats>(
                200,
                "The forms of secrets.",
                json!({
                    "secretTypes": [{
                        "type": "plangrep_api_key",
                        "name": "Plangrep API key",
                        "regex": "pgk_live_[0-9A-Za-z]{38}",
                        "prefix": "pgk_live_",
                        "length": 47,
                        "checksum": {
                            "algorithm": "CRC-32/ISO-HDLC",
                            "over": "the first 41 characters",
                            "encoding": "the last 6 characters: the checksum in base 62, most significant digit first, padded with 0",
                            "digits": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                        },
                    }],
                    "reportUrl": "https://plans.example.com/api/open-api/leaks",
                    "reportFormat": "https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partner-program",
                }),
            ),
            post(
                "/api/open-api/leaks",
                "reportLeaks",
                "Report leaked keys",
                "A report in the format of GitHub's secret scanning partner program, signed over its bytes with a key that this server knows, or with its shared secret. True keys are revoked at once, and their people are told.",
            )
            .header(signed_with(
                "Github-Public-Key-Identifier",
                "Which public key the signature is for.",
                json!("90a421169f0a406205f1563a953312f0be898d3c7b6c06b681aa86a874555f4a"),
            ))
            .header(signed_with(
                "Github-Public-Key-Signature",
                "ECDSA on P-256 with SHA-256 over the body: base64 of ASN.1.",
                json!("MEQCIAnEwoFmZGM5NXxSbJrNpWnLeFQGyLsMCDUVYvFvfgXWAiAr3bFtv0xQBBSAXe4cFPJvZBq2W1ZkFHBxSxFaNQ=="),
            ))
            .header(signed_with(
                "X-Hub-Signature-256",
                "Instead of these two: `sha256=` and the HMAC-SHA-256 of the body under the shared secret, in hexadecimal.",
                json!(format!("sha256={SHA256}")),
            ))
            .body(true, report)
            .answer(
                Answer::empty(200, "What became of each finding, in the order of the report.").of(
                    Content::json_list::<LeakAnswer>(json!([{
                        "token_hash": SHA256,
                        "token_type": "plangrep_api_key",
                        "label": "true_positive",
                    }])),
                ),
            )
            .fails(&[Unauthorized]),
        ],
    }
}
