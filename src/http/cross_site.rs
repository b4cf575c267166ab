//! Refuses writes that another site's page makes a browser send.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};

use crate::error::{Error, Result};

/// Passes reads; a write must come from our own pages or from no page at all. Browsers say so in
/// `Sec-Fetch-Site`; older ones only in `Origin`. With neither it was no browser.
pub fn check(method: &Method, headers: &HeaderMap, base_url: &str) -> Result<()> {
    if method.is_safe() {
        return Ok(());
    }
    let said = match headers.get("sec-fetch-site") {
        Some(site) => matches!(site.as_bytes(), b"same-origin" | b"none"),
        None => match headers.get(header::ORIGIN) {
            Some(origin) => origin.as_bytes() == origin_of(base_url).as_bytes(),
            None => true,
        },
    };
    match said {
        true => Ok(()),
        false => Err(Error::forbidden(
            "This request came from another site's page and was refused.",
        )),
    }
}

/// Scheme, host and port of a URL.
fn origin_of(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |position| position + 3);
    let end = url
        .get(after_scheme..)
        .and_then(|rest| rest.find('/'))
        .map_or(url.len(), |position| after_scheme + position);
    url.get(..end).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn passes(method: &Method, fields: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        check(method, &headers, "https://plans.example.com/door").is_ok()
    }

    #[test]
    fn writes_come_from_our_own_pages_or_from_no_page() {
        let post = Method::POST;
        assert!(passes(&Method::GET, &[("sec-fetch-site", "cross-site")]));
        assert!(passes(&post, &[]));
        assert!(passes(&post, &[("sec-fetch-site", "same-origin")]));
        assert!(passes(&post, &[("sec-fetch-site", "none")]));
        assert!(passes(&post, &[("origin", "https://plans.example.com")]));
        for site in ["cross-site", "same-site", ""] {
            assert!(!passes(&post, &[("sec-fetch-site", site)]), "{site}");
            // An Origin does not mend it.
            assert!(!passes(
                &post,
                &[
                    ("sec-fetch-site", site),
                    ("origin", "https://plans.example.com")
                ]
            ));
        }
        for origin in [
            "null",
            "https://evil.example",
            "http://plans.example.com",
            "https://plans.example.com.evil.example",
        ] {
            assert!(!passes(&post, &[("origin", origin)]), "{origin}");
        }
        assert!(!passes(
            &Method::DELETE,
            &[("sec-fetch-site", "cross-site")]
        ));
    }
}
