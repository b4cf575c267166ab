//! Links of mails that work once. The token is a row's id and a MAC over it: the row says whether
//! it still works, and neither a table nor the outbox holds anything that opens it.

use hmac::Mac;
use subtle::ConstantTimeEq;

use crate::id;
use crate::secret::{HmacSha256, Secret, hexadecimal};

/// Stands in a queued mail where the link goes when it is sent.
pub const PLACE: &str = "https://one-time.invalid/";

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Purpose {
    Invitation,
    PasswordReset,
}

impl Purpose {
    fn path(self) -> &'static str {
        match self {
            Self::Invitation => "/join",
            Self::PasswordReset => "/reset-password",
        }
    }

    fn kind(self) -> id::Kind {
        match self {
            Self::Invitation => id::Kind::Invitation,
            Self::PasswordReset => id::Kind::Reset,
        }
    }
}

/// A link that is still to be made: its purpose and its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub purpose: Purpose,
    pub id: String,
}

impl Link {
    /// `invitation inv_…`, for a column.
    pub fn to_column(&self) -> String {
        let purpose: &str = self.purpose.into();
        format!("{purpose} {}", self.id)
    }

    pub fn from_column(text: &str) -> Option<Self> {
        let (purpose, id) = text.split_once(' ')?;
        Some(Self {
            purpose: purpose.parse().ok()?,
            id: id.to_owned(),
        })
    }
}

#[derive(Clone)]
pub struct OneTimeLinks {
    mac: HmacSha256,
    base_url: String,
}

impl OneTimeLinks {
    pub fn new(secret: &Secret, base_url: String) -> Self {
        Self {
            mac: secret.mac("one-time link"),
            base_url,
        }
    }

    pub fn url(&self, link: &Link) -> String {
        format!(
            "{}{}?token={}.{}",
            self.base_url,
            link.purpose.path(),
            link.id,
            self.seal(link)
        )
    }

    /// The row's id, when the token is one of ours for the purpose.
    pub fn open(&self, purpose: Purpose, token: &str) -> Option<String> {
        let (id, seal) = token.split_once('.')?;
        if !id::has_shape(purpose.kind(), id) {
            return None;
        }
        let id = id.to_owned();
        let right = self.seal(&Link {
            purpose,
            id: id.clone(),
        });
        bool::from(right.as_bytes().ct_eq(seal.as_bytes())).then_some(id)
    }

    fn seal(&self, link: &Link) -> String {
        let mut mac = self.mac.clone();
        mac.update(link.to_column().as_bytes());
        hexadecimal(&mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_only_what_it_was_made_for() {
        let folder = tempfile::tempdir().unwrap();
        let secret = Secret::load_or_create(&folder.path().join("secret.key")).unwrap();
        let links = OneTimeLinks::new(&secret, "https://plans.example.com".to_owned());
        let link = Link {
            purpose: Purpose::Invitation,
            id: id::new(id::Kind::Invitation),
        };
        assert_eq!(Link::from_column(&link.to_column()), Some(link.clone()));
        let url = links.url(&link);
        let token = url
            .strip_prefix("https://plans.example.com/join?token=")
            .unwrap();
        assert_eq!(
            links.open(Purpose::Invitation, token),
            Some(link.id.clone())
        );
        assert_eq!(links.open(Purpose::PasswordReset, token), None);
        let other = id::new(id::Kind::Invitation);
        let forged = token.replace(&link.id, &other);
        for token in ["", ".", &forged, &token[..token.len() - 1], &link.id] {
            assert_eq!(links.open(Purpose::Invitation, token), None, "{token}");
        }
    }
}
