//! People's passwords: what is accepted, and Argon2id.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::secret::random_token;

const SHORTEST: usize = 12;
const LONGEST: usize = 256;

/// A password that may be set: long enough, and not guessable by the estimate of zxcvbn.
pub struct Password(String);

impl Password {
    /// `known` are words of the person's own, which make a password weaker.
    pub fn parse(text: &str, known: &[&str]) -> Result<Self> {
        let length = text.chars().count();
        if length < SHORTEST {
            return Err(Error::invalid(format!(
                "`password` must have at least {SHORTEST} characters."
            )));
        }
        if length > LONGEST {
            return Err(Error::invalid(format!(
                "`password` must have at most {LONGEST} characters."
            )));
        }
        // The estimate takes a time that grows with the square of the length.
        let start: String = text.chars().take(100).collect();
        let estimate = zxcvbn::zxcvbn(&start, known);
        if estimate.score() < zxcvbn::Score::Three {
            let reason = estimate
                .feedback()
                .and_then(|feedback| feedback.warning())
                .map(|warning| format!(" {warning}"))
                .unwrap_or_default();
            return Err(Error::invalid(format!(
                "`password` is too easy to guess.{reason} Use a few unusual words."
            )));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Argon2id in a small pool of its own, so that sign-ins cannot take all the cores or the memory.
pub struct Passwords {
    seats: Arc<Semaphore>,
    /// Verified against when there is no such person, so that it takes as long.
    nobody: String,
}

impl Passwords {
    pub fn new() -> Result<Self> {
        Ok(Self {
            seats: Arc::new(Semaphore::new(2)),
            nobody: hash(&random_token()?)?,
        })
    }

    pub async fn hash(&self, password: Password) -> Result<String> {
        let _seat = self.seats.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(move || hash(&password.0)).await?
    }

    /// Whether the password belongs to the stored hash; with no hash, false after as long a time.
    pub async fn verify(&self, password: &str, stored: Option<String>) -> Result<bool> {
        let _seat = self.seats.acquire().await.map_err(Error::internal)?;
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let password: String = password.chars().take(LONGEST + 1).collect();
        let right = tokio::task::spawn_blocking(move || verify(&password, &stored)).await??;
        Ok(right && known)
    }
}

fn hash(password: &str) -> Result<String> {
    Ok(Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| anyhow::anyhow!("{error}"))?
        .to_string())
}

fn verify(password: &str, stored: &str) -> Result<bool> {
    let stored = PasswordHash::new(stored).map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(Argon2::default()
        .verify_password(password.as_bytes(), &stored)
        .is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_and_hard_to_guess() {
        for text in [
            "",
            "elevenchars",
            "passwordpassword",
            "aaaaaaaaaaaaaaaa",
            "123456789012345",
            "ada@example.com1",
        ] {
            assert!(
                Password::parse(text, &["ada@example.com"]).is_err(),
                "{text}"
            );
        }
        assert!(Password::parse(&"x9".repeat(200), &[]).is_err());
        assert!(Password::parse("orbit-walnut-sleeve-42", &[]).is_ok());
    }

    #[test]
    fn a_hash_is_argon2id_with_a_salt_of_its_own() {
        let one = hash("orbit-walnut-sleeve-42").unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, hash("orbit-walnut-sleeve-42").unwrap());
        assert!(verify("orbit-walnut-sleeve-42", &one).unwrap());
        assert!(!verify("orbit-walnut-sleeve-43", &one).unwrap());
    }
}
