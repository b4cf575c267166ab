//! Reports of leaked keys by scanners: who may send them, in the format of GitHub's secret
//! scanning partner program.

use std::path::Path;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde::{Deserialize, Deserializer};
use sha2::Sha256;
use utoipa::ToSchema;

use super::plain::redact;

/// One finding: the whole key, and where it was found.
#[derive(Deserialize, ToSchema)]
#[schema(as = LeakedKey)]
pub struct Finding {
    pub token: String,
    #[serde(rename = "type", default, deserialize_with = "or_empty")]
    pub kind: String,
    #[serde(default)]
    pub url: Option<String>,
}

/// One finding without a kind must not cost the report of all others.
fn or_empty<'a, D: Deserializer<'a>>(source: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(source)?.unwrap_or_default())
}

/// Who is believed.
#[derive(Default)]
pub struct Scanners {
    /// Of the company's own scanner: HMAC-SHA-256 over the body.
    secret: Option<Vec<u8>>,
    /// Of GitHub: its identifier, and the point on P-256, uncompressed.
    keys: Vec<(String, Vec<u8>)>,
}

/// How a report says who sent it.
pub struct Signature<'a> {
    /// `Github-Public-Key-Identifier` and `Github-Public-Key-Signature` (base64 of ASN.1).
    pub public_key: Option<(&'a str, &'a str)>,
    /// `X-Hub-Signature-256`: `sha256=` and hex.
    pub shared: Option<&'a str>,
}

#[derive(Deserialize)]
struct KeyFile {
    public_keys: Vec<PublicKey>,
}

#[derive(Deserialize)]
struct PublicKey {
    key_identifier: String,
    key: String,
}

/// What precedes the point in the SubjectPublicKeyInfo of a P-256 key (RFC 5480).
const P256_HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

impl Scanners {
    pub fn load(secret: Option<&str>, file: Option<&Path>) -> anyhow::Result<Self> {
        let keys = match file {
            None => Vec::new(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("{} cannot be read", path.display()))?;
                let file: KeyFile = serde_json::from_str(&text)
                    .context("must be JSON with `public_keys`, as GitHub's API gives it")?;
                file.public_keys
                    .into_iter()
                    .map(|key| Ok((key.key_identifier, point(&key.key)?)))
                    .collect::<anyhow::Result<_>>()?
            }
        };
        Ok(Self {
            secret: secret.map(|secret| secret.as_bytes().to_vec()),
            keys,
        })
    }

    /// The name of the scanner that signed these bytes, if it is one of ours.
    pub fn who_signed(&self, body: &[u8], signature: &Signature<'_>) -> Option<&'static str> {
        if let Some((identifier, sent)) = signature.public_key {
            let (_, point) = self.keys.iter().find(|(known, _)| known == identifier)?;
            let sent = STANDARD.decode(sent.trim()).ok()?;
            return UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
                .verify(body, &sent)
                .is_ok()
                .then_some("GitHub’s secret scanning");
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_ref()?).ok()?;
        mac.update(body);
        let sent = crate::secret::from_hexadecimal(signature.shared?.strip_prefix("sha256=")?)?;
        mac.verify_slice(&sent)
            .is_ok()
            .then_some("the workspace’s secret scanner")
    }
}

/// The point of a P-256 key in PEM.
fn point(pem: &str) -> anyhow::Result<Vec<u8>> {
    let text: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .map(str::trim)
        .collect();
    let der = STANDARD.decode(text).context("a key of it is not PEM")?;
    match der.strip_prefix(&P256_HEAD) {
        Some(point) if point.len() == 65 => Ok(point.to_vec()),
        _ => bail!("a key of it is not on the curve P-256"),
    }
}

/// Where a key was found, safe to be shown: one line of at most 500 characters without any key.
pub fn place(text: &str) -> String {
    let line: String = text
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    let shown: String = redact(&line).chars().take(500).collect();
    match shown.trim() {
        "" => "a place that was not told".to_owned(),
        shown => shown.to_owned(),
    }
}
