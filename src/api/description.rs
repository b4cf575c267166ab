//! `/api/openapi.json`: the description of all of this.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

use crate::error::Result;
use crate::http::names_tag;
use crate::openapi;
use crate::secret::hexadecimal;

/// The description, which is the same for as long as the process runs.
pub async fn openapi_json(request: HttpRequest) -> Result<HttpResponse> {
    static TAG: LazyLock<String> = LazyLock::new(|| {
        let json = openapi::json().unwrap_or_default();
        format!("\"{}\"", hexadecimal(&Sha256::digest(json)))
    });
    let json = openapi::json()?;
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::ETAG, TAG.as_str()))
        .insert_header((header::CACHE_CONTROL, "no-cache"));
    if names_tag(request.headers(), header::IF_NONE_MATCH, &TAG) {
        return Ok(answer
            .status(actix_web::http::StatusCode::NOT_MODIFIED)
            .finish());
    }
    Ok(answer.content_type("application/json").body(json))
}
