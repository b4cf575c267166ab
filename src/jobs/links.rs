//! Links that need no key: signed for one subject (a result, an upload), and good for an hour.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;

use crate::clock::{HOUR, Time};
use crate::error::{Code, Error, Result};
use crate::secret::HmacSha256;

/// How long a link is good, in milliseconds.
pub const LIFE: i64 = HOUR;

/// A token: the instant of its end in milliseconds, a dot, and the signature over subject and end.
pub fn sign(mac: &HmacSha256, subject: &str, now: Time) -> String {
    let until = now.plus(LIFE).0;
    let signature = signed(mac, subject, until).finalize().into_bytes();
    format!("{until}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A token that was not made for this subject is as good as none: 404. One that has run out: 410.
pub fn check(mac: &HmacSha256, subject: &str, token: &str, now: Time) -> Result<()> {
    let wrong = || Error::not_found("link");
    let (until, signature) = token.split_once('.').ok_or_else(wrong)?;
    let until: i64 = until.parse().map_err(|_| wrong())?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| wrong())?;
    signed(mac, subject, until)
        .verify_slice(&signature)
        .map_err(|_| wrong())?;
    if until <= now.0 {
        return Err(Error::new(
            Code::Expired,
            "This link has run out. Ask the API for a new one.",
        ));
    }
    Ok(())
}

fn signed(mac: &HmacSha256, subject: &str, until: i64) -> HmacSha256 {
    let mut mac = mac.clone();
    mac.update(subject.as_bytes());
    mac.update(&until.to_be_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_link_is_for_its_job_and_its_hour() {
        let secret =
            Secret::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        let mac = secret.unwrap().mac("test");
        let token = sign(&mac, "job_a", Time(0));
        assert!(check(&mac, "job_a", &token, Time(HOUR - 1)).is_ok());
        assert_eq!(
            check(&mac, "job_a", &token, Time(HOUR)).unwrap_err().code,
            Code::Expired
        );
        assert_eq!(
            check(&mac, "job_b", &token, Time(0)).unwrap_err().code,
            Code::NotFound
        );
        let later = token.replacen(&HOUR.to_string(), &(9 * HOUR).to_string(), 1);
        assert_eq!(
            check(&mac, "job_a", &later, Time(0)).unwrap_err().code,
            Code::NotFound
        );
        for token in ["", ".", "1", "x.y", "99999999999999999999.AA"] {
            assert!(check(&mac, "job_a", token, Time(0)).is_err());
        }
    }
}
