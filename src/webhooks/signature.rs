//! The signature of a delivery, by the Standard Webhooks specification (1.0.0, "Signature
//! scheme"). The secret of a job is derived from the server's, so that no table holds it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{KeyInit, Mac};

use crate::secret::{HmacSha256, Secret};

/// Makes the signing secret of any job.
#[derive(Clone)]
pub struct SigningKeys(HmacSha256);

impl SigningKeys {
    pub fn new(secret: &Secret) -> Self {
        Self(secret.mac("webhook signing"))
    }

    fn key(&self, job_id: &str) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(job_id.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// The secret as its owner sees it: `wss_` and 32 bytes in base64.
    pub fn shown(&self, job_id: &str) -> String {
        format!("wss_{}", STANDARD.encode(self.key(job_id)))
    }

    /// The value of `webhook-signature`; `timestamp` in seconds since 1970.
    pub fn sign(&self, job_id: &str, delivery_id: &str, timestamp: i64, body: &str) -> String {
        sign(&self.key(job_id), delivery_id, timestamp, body)
    }
}

fn sign(key: &[u8; 32], id: &str, timestamp: i64, body: &str) -> String {
    // An HMAC takes a key of any length; one that is shorter than a block is padded with zeros.
    let mut block = [0; 64];
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    let mut mac = HmacSha256::new(&block.into());
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_of_the_specification() {
        // The example of the reference libraries' tests ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" there
        // has 24 bytes, which the padding makes the same key).
        let mut key = [0; 32];
        let short = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        key[..short.len()].copy_from_slice(&short);
        assert_eq!(
            sign(
                &key,
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1614265330,
                "{\"test\": 2432232314}"
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn each_job_has_a_secret_of_its_own() {
        let text = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        let keys = SigningKeys::new(&Secret::parse(text).unwrap());
        let shown = keys.shown("job_a");
        assert_eq!(shown, keys.shown("job_a"));
        assert_ne!(shown, keys.shown("job_b"));
        let bytes = STANDARD.decode(shown.strip_prefix("wss_").unwrap());
        assert_eq!(bytes.unwrap().len(), 32);
    }
}
