//! Reading what a request brings: JSON bodies, forms and query strings, each within a bound and
//! with errors in the one shape that name the field.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Code, Error, Result};

/// The largest JSON body in bytes.
const MOST_JSON: usize = 1 << 20;
/// How long a body may take that is read whole.
const PATIENCE: Duration = Duration::from_secs(60);
/// The largest form in bytes.
const MOST_FORM: usize = 64 << 10;

/// A JSON body that must be there.
pub struct Body<T>(pub T);

/// A JSON body that may be missing: its default then.
pub struct OptionalBody<T>(pub T);

/// The fields of an `application/x-www-form-urlencoded` body, in order.
pub struct Fields(Vec<(String, String)>);

/// The parameters of the query string.
pub struct Query<T>(pub T);

type Reading<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (headers, payload) = (request.headers().clone(), payload.take());
        Box::pin(async move {
            must_be(&headers, "application/json")?;
            parse(&read(&headers, payload, MOST_JSON).await?).map(Body)
        })
    }
}

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalBody<T> {
    type Error = Error;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (headers, payload) = (request.headers().clone(), payload.take());
        Box::pin(async move {
            let bytes = read(&headers, payload, MOST_JSON).await?;
            if bytes.is_empty() {
                return Ok(Self(T::default()));
            }
            must_be(&headers, "application/json")?;
            parse(&bytes).map(OptionalBody)
        })
    }
}

/// The bytes of a JSON body, as they were sent, for whom a signature over them counts, or who
/// reads them in place. At most `MOST` of them.
pub struct RawJson<const MOST: usize = MOST_JSON>(pub Vec<u8>);

impl<const MOST: usize> FromRequest for RawJson<MOST> {
    type Error = Error;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (headers, payload) = (request.headers().clone(), payload.take());
        Box::pin(async move {
            must_be(&headers, "application/json")?;
            read(&headers, payload, MOST).await.map(Self)
        })
    }
}

impl FromRequest for Fields {
    type Error = Error;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (headers, payload) = (request.headers().clone(), payload.take());
        Box::pin(async move {
            must_be(&headers, "application/x-www-form-urlencoded")?;
            let bytes = read(&headers, payload, MOST_FORM).await?;
            Ok(Self(
                form_urlencoded::parse(&bytes)
                    .map(|(name, value)| (name.into_owned(), value.into_owned()))
                    .collect(),
            ))
        })
    }
}

impl Fields {
    /// The first value of a field; empty when it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = Error;
    type Future = std::future::Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(
            web::Query::<T>::from_query(request.query_string())
                .map(|query| Self(query.into_inner()))
                .map_err(|error| match error {
                    actix_web::error::QueryPayloadError::Deserialize(cause) => {
                        let cause = plainly(&cause.to_string());
                        Error::invalid(format!("The query string is wrong: {cause}."))
                    }
                    _ => Error::invalid("The query string cannot be read."),
                }),
        )
    }
}

fn must_be(headers: &HeaderMap, wanted: &'static str) -> Result<()> {
    let sent = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    match sent.trim().eq_ignore_ascii_case(wanted) {
        true => Ok(()),
        false => Err(Error::new(
            Code::UnsupportedMediaType,
            format!("Send the body with `Content-Type: {wanted}`."),
        )),
    }
}

async fn read(headers: &HeaderMap, mut payload: Payload, most: usize) -> Result<Vec<u8>> {
    let too_large = || {
        Error::new(
            Code::PayloadTooLarge,
            format!("The body must have at most {most} bytes."),
        )
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let reading = async {
        while let Some(chunk) = payload.next().await {
            let chunk =
                chunk.map_err(|_| Error::invalid("The body ended early or is malformed."))?;
            if bytes.len() + chunk.len() > most {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(())
    };
    // All of it, not each piece: what trickles in would hold its place for ever.
    tokio::time::timeout(PATIENCE, reading)
        .await
        .map_err(|_| {
            Error::invalid(format!(
                "The body did not come within {} seconds.",
                PATIENCE.as_secs()
            ))
        })??;
    Ok(bytes)
}

/// Parses a JSON object; the error names the field and what is wrong with it.
pub fn parse<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T> {
    // serde takes an array for a struct; no one who reads the manual would.
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first.is_some_and(|byte| *byte == b'[') {
        return Err(Error::invalid("The body must be a JSON object."));
    }
    parse_any(bytes)
}

/// As [`parse`], also for what is not an object.
pub fn parse_any<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T> {
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut source).map_err(|error| {
        let path = error.path().to_string();
        let kind = error.inner().classify();
        let cause = plainly(&error.inner().to_string());
        match kind {
            serde_json::error::Category::Data if path != "." => {
                Error::invalid(format!("`{path}`: {cause}."))
            }
            serde_json::error::Category::Data => {
                Error::invalid(format!("The body is wrong: {cause}."))
            }
            _ => Error::invalid(format!("The body is not valid JSON: {cause}.")),
        }
    })?;
    source
        .end()
        .map_err(|cause| Error::invalid(format!("The body is not valid JSON: {cause}.")))?;
    Ok(value)
}

/// serde's words for people who do not know our types.
fn plainly(cause: &str) -> String {
    match cause.split_once("expected struct ") {
        Some((before, after)) => {
            let rest = after.trim_start_matches(|letter: char| letter.is_alphanumeric());
            format!("{before}expected an object{rest}")
        }
        None => cause.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its reading is of interest")]
    struct Sample {
        name: String,
        files: Vec<Sample>,
    }

    fn refused(text: &str) -> String {
        parse::<Sample>(text.as_bytes())
            .unwrap_err()
            .message
            .into_owned()
    }

    #[test]
    fn a_refusal_names_the_field() {
        assert!(refused(r#"{"name":1,"files":[]}"#).starts_with("`name`: invalid type"));
        assert!(
            refused(r#"{"name":"a","files":[{"name":"b","files":3}]}"#)
                .starts_with("`files[0].files`")
        );
        assert!(refused(r#"{"nome":"a"}"#).contains("`nome`"));
        assert!(refused(r#"{"files":[]}"#).contains("`name`"));
        assert!(refused("{").starts_with("The body is not valid JSON"));
        assert!(refused(r#"{"name":"a","files":[]} x"#).starts_with("The body is not valid JSON"));
        assert!(
            refused(&"[".repeat(100_000)).contains("JSON")
                || !refused(&"[".repeat(100_000)).is_empty()
        );
    }
}
