//! For secret scanners: how our keys look, and where to report one that was found.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::app::Rooms;
use crate::audit::Actor;
use crate::error::{Code, Error, Result};
use crate::http::{Client, RawJson, parse_any_json};
use crate::keys::{CHECK_LENGTH, DIGITS, Finding, LENGTH, MARK, Signature};
use crate::secret::hexadecimal;

/// How secrets of this server look.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyFormats {
    secret_types: [KeyFormat; 1],
    /// Where to report keys that were found.
    #[schema(format = "uri")]
    report_url: String,
    /// The document that says how a report looks and is signed.
    #[schema(format = "uri")]
    report_format: &'static str,
}

#[derive(Serialize, ToSchema)]
pub struct KeyFormat {
    r#type: &'static str,
    name: &'static str,
    /// Finds candidates.
    regex: String,
    prefix: &'static str,
    /// Characters of a whole key.
    length: usize,
    checksum: KeyChecksum,
}

/// Tells a real key from what only looks like one, offline.
#[derive(Serialize, ToSchema)]
pub struct KeyChecksum {
    algorithm: &'static str,
    over: String,
    encoding: String,
    digits: String,
}

/// What became of one finding.
#[derive(Serialize, ToSchema)]
pub struct LeakAnswer {
    /// The SHA-256 of the key, so that no answer repeats it.
    token_hash: String,
    token_type: String,
    #[schema(pattern = "^(true_positive|false_positive)$")]
    label: &'static str,
}

/// The form of a key, for tools that look for leaked ones without asking us.
pub async fn key_format(rooms: web::Data<Rooms>) -> HttpResponse {
    let body = LENGTH - MARK.len();
    HttpResponse::Ok().json(KeyFormats {
        secret_types: [KeyFormat {
            r#type: "plangrep_api_key",
            name: "Plangrep API key",
            regex: format!("{MARK}[0-9A-Za-z]{{{body}}}"),
            prefix: MARK,
            length: LENGTH,
            checksum: KeyChecksum {
                algorithm: "CRC-32/ISO-HDLC",
                over: format!("the first {} characters", LENGTH - CHECK_LENGTH),
                encoding: format!(
                    "the last {CHECK_LENGTH} characters: the checksum in base 62, most significant digit first, padded with 0"
                ),
                digits: String::from_utf8_lossy(DIGITS).into_owned(),
            },
        }],
        report_url: format!("{}/api/open-api/leaks", rooms.base_url),
        report_format: "https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partner-program",
    })
}

/// A report of found keys, signed over its bytes: true keys are revoked, and their people told.
pub async fn report_leaks(
    request: HttpRequest,
    client: Client,
    rooms: web::Data<Rooms>,
    RawJson(body): RawJson,
) -> Result<HttpResponse> {
    let headers = request.headers();
    let signature = Signature {
        public_key: field(headers, "github-public-key-identifier")
            .zip(field(headers, "github-public-key-signature")),
        shared: field(headers, "x-hub-signature-256"),
    };
    let scanner = rooms.keys.who_signed(&body, &signature).ok_or_else(|| {
        Error::new(
            Code::Unauthorized,
            "Sign the bytes of the report: with a key that this server knows, or with its shared secret.",
        )
    })?;
    let findings: Vec<Finding> = parse_any_json(&body)?;
    let actor = Actor::Scanner {
        name: scanner.to_owned(),
        ip: client.ip,
        request_id: client.request_id,
    };
    let ours = rooms.keys.report_leaks(&actor, &findings).await?;
    let labels: Vec<LeakAnswer> = findings
        .iter()
        .zip(ours)
        .map(|(finding, is_ours)| LeakAnswer {
            token_hash: hexadecimal(&Sha256::digest(&finding.token)),
            token_type: finding.kind.clone(),
            label: match is_ours {
                true => "true_positive",
                false => "false_positive",
            },
        })
        .collect();
    Ok(HttpResponse::Ok().json(labels))
}

fn field<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
