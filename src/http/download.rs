//! Files as answers: streamed, with ETag, one range, and HEAD (RFC 9110 §13 and §14).

use actix_web::http::StatusCode;
use actix_web::http::header::{
    self, ContentDisposition, DispositionParam, DispositionType, ExtendedValue, HeaderMap,
};
use actix_web::{HttpRequest, HttpResponse};

use crate::blobs::Blobs;
use crate::error::{Code, Detail, Error, Result};
use crate::jobs::Download;

/// Answers a request for a file. `attachment` makes a browser save it instead of showing it.
pub async fn stream(
    request: &HttpRequest,
    blobs: &Blobs,
    file: Download,
    attachment: bool,
) -> Result<HttpResponse> {
    let etag = format!("\"{}\"", file.sha256);
    let headers = request.headers();
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::ETAG, etag.as_str()))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::ACCEPT_RANGES, "bytes"));
    if names(headers, header::IF_NONE_MATCH, &etag) {
        return Ok(answer.status(StatusCode::NOT_MODIFIED).finish());
    }
    let size = file.size.unsigned_abs();
    // A range for another version of the file is answered with the whole of this one.
    let is_this = |tag: &header::HeaderValue| tag.as_bytes() == etag.as_bytes();
    let wanted = match headers.get(header::IF_RANGE).is_none_or(is_this) {
        true => headers
            .get(header::RANGE)
            .and_then(|range| range.to_str().ok()),
        false => None,
    };
    let (start, end) = match wanted.and_then(|range| part(range, size)) {
        None => (0, size),
        Some(Some((start, end))) => {
            answer.status(StatusCode::PARTIAL_CONTENT).insert_header((
                header::CONTENT_RANGE,
                format!("bytes {start}-{}/{size}", end - 1),
            ));
            (start, end)
        }
        Some(None) => {
            return Err(Error {
                detail: Detail::Length(file.size),
                ..Error::new(
                    Code::RangeNotSatisfiable,
                    format!("The file has {size} bytes."),
                )
            });
        }
    };
    answer
        .insert_header((header::CONTENT_TYPE, file.content_type))
        .insert_header(disposition(file.file_name, attachment))
        .no_chunking(end - start);
    let body = blobs.read(&file.blob, start, end).await?;
    Ok(answer.streaming(body))
}

/// Answers with a whole file, whatever the request asks for: what is delivered only once must not
/// be cut into ranges.
pub async fn stream_whole(blobs: &Blobs, file: Download) -> Result<HttpResponse> {
    let size = file.size.unsigned_abs();
    let body = blobs.read(&file.blob, 0, size).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{}\"", file.sha256)))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_TYPE, file.content_type))
        .insert_header(disposition(file.file_name, true))
        .no_chunking(size)
        .streaming(body))
}

fn disposition(file_name: String, attachment: bool) -> ContentDisposition {
    ContentDisposition {
        disposition: match attachment {
            true => DispositionType::Attachment,
            false => DispositionType::Inline,
        },
        parameters: vec![match file_name.is_ascii() {
            true => DispositionParam::Filename(file_name),
            false => DispositionParam::FilenameExt(ExtendedValue {
                charset: header::Charset::Ext("UTF-8".to_owned()),
                language_tag: None,
                value: file_name.into_bytes(),
            }),
        }],
    }
}

/// Whether a list of entity tags names this one; a weak tag of the same file counts too.
pub fn names(headers: &HeaderMap, field: header::HeaderName, etag: &str) -> bool {
    headers
        .get_all(field)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// What a Range header asks of a file of `size` bytes, end exclusive. `None`: to be ignored (other
/// units, several ranges, malformed); `Some(None)`: it lies outside the file.
fn part(range: &str, size: u64) -> Option<Option<(u64, u64)>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    let number = |text: &str| match text.bytes().all(|digit| digit.is_ascii_digit()) {
        true => text.parse::<u64>().ok(),
        false => None,
    };
    if first.is_empty() {
        let suffix = number(last)?.min(size);
        return Some((suffix > 0).then_some((size - suffix, size)));
    }
    let first = number(first)?;
    let end = match last.is_empty() {
        true => size,
        false => number(last)?.saturating_add(1).min(size),
    };
    if !last.is_empty() && number(last)? < first {
        return None;
    }
    Some((first < size).then_some((first, end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_of_bytes_is_understood() {
        assert_eq!(part("bytes=0-9", 100), Some(Some((0, 10))));
        assert_eq!(part("bytes=90-", 100), Some(Some((90, 100))));
        assert_eq!(part("bytes=90-900", 100), Some(Some((90, 100))));
        assert_eq!(part("bytes=-10", 100), Some(Some((90, 100))));
        assert_eq!(part("bytes=-1000", 100), Some(Some((0, 100))));
        assert_eq!(part("bytes=100-", 100), Some(None));
        assert_eq!(part("bytes=-0", 100), Some(None));
        assert_eq!(part("bytes=0-", 0), Some(None));
        for ignored in [
            "bytes=5-4",
            "bytes=a-b",
            "bytes=+1-2",
            "bytes=0-1,3-4",
            "lines=1-2",
            "",
            "bytes=-",
        ] {
            assert!(part(ignored, 100).is_none(), "{ignored}");
        }
        assert_eq!(
            part("bytes=18446744073709551615-18446744073709551615", 100),
            Some(None)
        );
    }
}
