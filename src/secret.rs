//! The server's secret and the keys derived from it. Whoever needs a key names its purpose; two
//! purposes never share one.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit};
use sha2::Sha256;

pub type HmacSha256 = Hmac<Sha256>;

/// At least 32 random bytes that never leave this type.
pub struct Secret(Vec<u8>);

impl Secret {
    /// Parses base64 (either alphabet) or hex. The error is a sentence for the operator and does
    /// not repeat the text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let bytes = from_hexadecimal(text)
            .or_else(|| STANDARD.decode(text).ok())
            .or_else(|| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok())
            .ok_or("must be base64 or hex")?;
        if bytes.len() < 32 {
            return Err("must hold at least 32 random bytes");
        }
        let mut seen = [false; 256];
        for byte in &bytes {
            if let Some(slot) = seen.get_mut(usize::from(*byte)) {
                *slot = true;
            }
        }
        if seen.iter().filter(|seen| **seen).count() < 12 {
            return Err("is not random enough; make one with `openssl rand -base64 32`");
        }
        Ok(Self(bytes))
    }

    /// Reads the secret file, or makes it (mode 0600) when it is missing. Two processes that start
    /// at once end up with the same file.
    pub fn load_or_create(path: &Path) -> io::Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => {
                let mode = fs::metadata(path)?.permissions().mode();
                if mode & 0o077 != 0 {
                    return Err(io::Error::other(
                        "the secret file can be read by others; set its mode to 0600",
                    ));
                }
                Self::parse(&text).map_err(io::Error::other)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(error),
        }
    }

    fn create(path: &Path) -> io::Result<Self> {
        let mut bytes = [0; 32];
        random(&mut bytes)?;
        let draft = path.with_extension(format!("draft-{}", std::process::id()));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        writeln!(file, "{}", STANDARD.encode(bytes))?;
        file.sync_all()?;
        // A hard link fails when the name is taken, so the first of two processes wins.
        let linked = fs::hard_link(&draft, path);
        fs::remove_file(&draft)?;
        match linked {
            Ok(()) => Ok(Self(bytes.to_vec())),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Self::load_or_create(path)
            }
            Err(error) => Err(error),
        }
    }

    /// HKDF-SHA-256 (RFC 5869) of the secret for one purpose.
    pub fn derive<const LENGTH: usize>(&self, purpose: &str) -> [u8; LENGTH] {
        let mut key = [0; LENGTH];
        let expanded = Hkdf::<Sha256>::new(None, &self.0).expand(purpose.as_bytes(), &mut key);
        debug_assert!(expanded.is_ok(), "HKDF gives up to 8160 bytes");
        key
    }

    /// HMAC-SHA-256 under the key of one purpose.
    pub fn mac(&self, purpose: &str) -> HmacSha256 {
        // As long as a block of SHA-256, the key is used as it is.
        HmacSha256::new(&self.derive::<64>(purpose).into())
    }

    /// Names this secret without giving it away: stored beside digests, so that a changed secret
    /// is noticed.
    pub fn fingerprint(&self) -> String {
        hexadecimal(&self.derive::<8>("fingerprint"))
    }
}

/// Fills a buffer from the operating system's random source.
pub fn random(buffer: &mut [u8]) -> io::Result<()> {
    getrandom::fill(buffer).map_err(io::Error::other)
}

/// 192 random bits as URL-safe text.
pub fn random_token() -> io::Result<String> {
    let mut bytes = [0; 24];
    random(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Lower-case hex.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        text.write_fmt(format_args!("{byte:02x}"))
            .unwrap_or_default();
        text
    })
}

/// The bytes of a hex text, in either case.
pub fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes()
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            // `from_str_radix` would take a sign.
            pair.bytes()
                .all(|digit| digit.is_ascii_hexdigit())
                .then(|| u8::from_str_radix(pair, 16).ok())
                .flatten()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_secrets_are_refused() {
        assert!(Secret::parse("").is_err());
        assert!(Secret::parse("changeme").is_err());
        assert!(Secret::parse(&"00".repeat(32)).is_err());
        assert!(Secret::parse(&STANDARD.encode([7; 64])).is_err());
        let mut bytes = [0; 32];
        random(&mut bytes).unwrap();
        assert!(Secret::parse(&STANDARD.encode(bytes)).is_ok());
        assert!(Secret::parse(&hexadecimal(&bytes)).is_ok());
    }

    #[test]
    fn purposes_do_not_share_a_key() {
        let secret = Secret((0..32).collect());
        assert_ne!(secret.derive::<32>("a"), secret.derive::<32>("b"));
        assert_eq!(secret.derive::<32>("a"), secret.derive::<32>("a"));
    }

    #[test]
    fn the_file_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let made = Secret::load_or_create(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            Secret::load_or_create(&path).unwrap().fingerprint(),
            made.fingerprint()
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Secret::load_or_create(&path).is_err());
    }
}
