//! The style sheet, the script and the icon: in the binary, under names that change with their
//! content, so that browsers may keep them for ever.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use sha2::{Digest, Sha256};

use crate::secret::hexadecimal;

const CSS: &str = include_str!("../../static/app.css");
const JS: &str = include_str!("../../static/app.js");
const ICON: &str = include_str!("../../static/favicon.svg");

/// URLs of the assets.
pub struct Urls {
    pub css: String,
    pub js: String,
    pub icon: String,
}

pub static URLS: LazyLock<Urls> = LazyLock::new(|| {
    let url = |name: &str, content: &str| {
        let digest = hexadecimal(&Sha256::digest(content));
        format!("/static/{name}?v={}", digest.get(..12).unwrap_or_default())
    };
    Urls {
        css: url("app.css", CSS),
        js: url("app.js", JS),
        icon: url("favicon.svg", ICON),
    }
});

pub async fn app_css() -> HttpResponse {
    asset("text/css; charset=utf-8", CSS)
}

pub async fn app_js() -> HttpResponse {
    asset("text/javascript; charset=utf-8", JS)
}

pub async fn favicon() -> HttpResponse {
    asset("image/svg+xml", ICON)
}

fn asset(content_type: &'static str, content: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, content_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(content)
}
