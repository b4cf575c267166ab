//! One error type for the whole product, and its code × status table (contract: "Errors").
//!
//! Users' errors are made by the constructors, with a plain sentence. Ours come by `?` and keep
//! their cause; the border logs it once and answers a fixed text.

use std::borrow::Cow;
use std::fmt;

use crate::keys::{Scope, redact};

/// Characters of a message that anyone is told.
const LONGEST_MESSAGE: usize = 500;

/// Stable codes; the status of each is in [`Code::status`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumIter)]
#[strum(serialize_all = "snake_case")]
pub enum Code {
    InvalidRequest,
    NoFiles,
    Unauthorized,
    InsufficientCredits,
    InsufficientScope,
    Forbidden,
    PasswordRequired,
    ApiDisabled,
    NotFound,
    MethodNotAllowed,
    PayloadTooLarge,
    UriTooLong,
    UnsupportedMediaType,
    HeadersTooLarge,
    ProjectNotReady,
    NameTaken,
    UploadsClosed,
    UploadsIncomplete,
    JobNotCancellable,
    JobNotResumable,
    JobNotTerminal,
    ResultNotReady,
    IdempotencyInProgress,
    KeyNotActive,
    Expired,
    RangeNotSatisfiable,
    ChecksumMismatch,
    SizeMismatch,
    IdempotencyKeyReused,
    LimitExceeded,
    RateLimited,
    InternalError,
    Unavailable,
}

impl Code {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The HTTP status (RFC 9110) that goes with the code.
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidRequest | Self::NoFiles => 400,
            Self::Unauthorized => 401,
            Self::InsufficientCredits => 402,
            Self::InsufficientScope
            | Self::Forbidden
            | Self::PasswordRequired
            | Self::ApiDisabled => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::ProjectNotReady
            | Self::NameTaken
            | Self::UploadsClosed
            | Self::UploadsIncomplete
            | Self::JobNotCancellable
            | Self::JobNotResumable
            | Self::JobNotTerminal
            | Self::ResultNotReady
            | Self::IdempotencyInProgress
            | Self::KeyNotActive => 409,
            Self::Expired => 410,
            Self::PayloadTooLarge => 413,
            Self::UriTooLong => 414,
            Self::UnsupportedMediaType => 415,
            Self::RangeNotSatisfiable => 416,
            Self::ChecksumMismatch
            | Self::SizeMismatch
            | Self::IdempotencyKeyReused
            | Self::LimitExceeded => 422,
            Self::RateLimited => 429,
            Self::HeadersTooLarge => 431,
            Self::InternalError => 500,
            Self::Unavailable => 503,
        }
    }
}

/// What the header fields of a refusal need beside the code.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum Detail {
    #[default]
    None,
    /// 401: whether a key was sent (RFC 6750 §3.1 then wants `error="invalid_token"`).
    Challenge { key_sent: bool },
    /// 403: the scope that was missing.
    Scope(Scope),
    /// 405: what the resource answers to.
    Allow(String),
    /// 416: the complete length in bytes.
    Length(i64),
    /// 429: seconds until it is worth trying again.
    RetryAfter(i64),
}

#[derive(Debug)]
pub struct Error {
    pub code: Code,
    pub message: Cow<'static, str>,
    pub detail: Detail,
    /// For the log only; never part of an answer.
    pub cause: Option<anyhow::Error>,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: Detail::None,
            cause: None,
        }
    }

    /// The message as anyone may read it: short, and with nothing left of a key. What a client sent
    /// is said again in many a message, and may be long or a secret.
    pub fn told(&self) -> Cow<'_, str> {
        let message = redact(&self.message);
        match message.char_indices().nth(LONGEST_MESSAGE) {
            None => message,
            Some((end, _)) => Cow::Owned(format!("{}…", message.get(..end).unwrap_or_default())),
        }
    }

    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidRequest, message)
    }

    pub fn not_found(what: &'static str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {what}."))
    }

    pub fn forbidden(message: &'static str) -> Self {
        Self::new(Code::Forbidden, message)
    }

    /// One text for every reason, so that nothing can be probed.
    pub fn bad_key(key_sent: bool) -> Self {
        Self {
            detail: Detail::Challenge { key_sent },
            ..Self::new(
                Code::Unauthorized,
                "Send a valid API key as `Authorization: Bearer <key>`.",
            )
        }
    }

    pub fn no_session() -> Self {
        Self::new(Code::Unauthorized, "Sign in first.")
    }

    pub fn scope(needed: Scope) -> Self {
        Self {
            detail: Detail::Scope(needed),
            ..Self::new(
                Code::InsufficientScope,
                format!("This key lacks the scope `{}`.", needed.as_str()),
            )
        }
    }

    /// Something that is ours to mend.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(
                Code::InternalError,
                "Something went wrong on our side. Try again; if it stays, give the operator the x-request-id of this answer.",
            )
        }
    }

    /// A part that we need, such as the database, does not answer.
    pub fn unavailable(cause: impl Into<anyhow::Error>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(
                Code::Unavailable,
                "The server cannot do this right now. Try again in a moment.",
            )
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        match &self.cause {
            Some(cause) => write!(formatter, " ({cause:#})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(cause: std::io::Error) -> Self {
        Self::internal(cause)
    }
}

impl From<serde_json::Error> for Error {
    fn from(cause: serde_json::Error) -> Self {
        Self::internal(cause)
    }
}

impl From<anyhow::Error> for Error {
    fn from(cause: anyhow::Error) -> Self {
        Self::internal(cause)
    }
}

impl From<object_store::Error> for Error {
    fn from(cause: object_store::Error) -> Self {
        Self::internal(cause)
    }
}

impl From<tokio::task::JoinError> for Error {
    fn from(cause: tokio::task::JoinError) -> Self {
        Self::internal(cause)
    }
}

impl From<diesel::r2d2::PoolError> for Error {
    fn from(cause: diesel::r2d2::PoolError) -> Self {
        Self::unavailable(cause)
    }
}

impl From<diesel::result::Error> for Error {
    fn from(cause: diesel::result::Error) -> Self {
        use diesel::result::DatabaseErrorKind::{ClosedConnection, UnableToSendCommand};
        use diesel::result::Error::{BrokenTransactionManager, DatabaseError};
        match &cause {
            DatabaseError(ClosedConnection | UnableToSendCommand, _) | BrokenTransactionManager => {
                Self::unavailable(cause)
            }
            // libpq reports a server that went away as an error of no particular kind.
            DatabaseError(_, information)
                if information
                    .message()
                    .contains("server closed the connection")
                    || information.message().contains("terminating connection")
                    || information.message().contains("database is locked") =>
            {
                Self::unavailable(cause)
            }
            _ => Self::internal(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn every_code_has_an_error_status_and_a_name_of_its_own() {
        let mut names = std::collections::HashSet::new();
        for code in Code::iter() {
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert!(names.insert(code.as_str()));
        }
    }

    #[test]
    fn the_cause_is_for_the_log_and_not_part_of_the_message() {
        let error = Error::internal(anyhow::anyhow!("SELECT secret FROM keys"));
        assert!(!error.message.contains("SELECT"));
        assert!(error.to_string().contains("SELECT"));
    }
}
