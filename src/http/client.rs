//! Who sent a request: its id and its address. Forwarding headers count only when the peer is a
//! trusted proxy.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use ipnet::IpNet;

use crate::audit::Origin;
use crate::error::{Error, Result};
use crate::id;
use crate::keys::holds_key;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is known of a request's sender before any credentials are looked at.
#[derive(Clone, Debug)]
pub struct Client {
    pub ip: IpAddr,
    pub request_id: String,
}

impl Client {
    pub fn of(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let peer = peer.unwrap_or(IpAddr::from([0, 0, 0, 0]));
        Self {
            ip: address(peer, headers, trusted),
            request_id: request_id(headers),
        }
    }
}

impl Client {
    /// The same for the rooms.
    pub fn origin(&self) -> Origin {
        Origin {
            ip: self.ip,
            request_id: self.request_id.clone(),
        }
    }
}

impl FromRequest for Client {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            request
                .extensions()
                .get::<Self>()
                .cloned()
                .ok_or_else(|| Error::internal(anyhow::anyhow!("the request was not observed"))),
        )
    }
}

/// The caller's id when it is sane, else a new one. A key in its place is not: the id goes into the
/// log.
fn request_id(headers: &HeaderMap) -> String {
    let sent = headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|text| {
            (1..=128).contains(&text.len())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
                && !holds_key(text)
        });
    match sent {
        Some(text) => text.to_owned(),
        None => id::request(),
    }
}

fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    let is_trusted = |ip: IpAddr| trusted.iter().any(|network| network.contains(&ip));
    if !is_trusted(peer) {
        return peer;
    }
    let nearest = |hops: Vec<Option<IpAddr>>| {
        let mut client = peer;
        for hop in hops.into_iter().rev() {
            // What cannot be read was not written by a proxy of ours.
            let Some(hop) = hop else { break };
            client = hop.to_canonical();
            if !is_trusted(client) {
                break;
            }
        }
        client
    };
    let by_x_forwarded_for = hops(headers, "x-forwarded-for", hop_of_list);
    let by_forwarded = hops(headers, "forwarded", hop_of_forwarded);
    match (by_x_forwarded_for.is_empty(), by_forwarded.is_empty()) {
        (true, true) => peer,
        (false, true) => nearest(by_x_forwarded_for),
        (true, false) => nearest(by_forwarded),
        // A proxy writes one of them and lets a client's other one through: only what both say
        // can be believed.
        (false, false) => {
            let one = nearest(by_x_forwarded_for);
            if one == nearest(by_forwarded) {
                one
            } else {
                peer
            }
        }
    }
}

fn hops(headers: &HeaderMap, name: &str, parse: fn(&str) -> Option<IpAddr>) -> Vec<Option<IpAddr>> {
    headers
        .get_all(name)
        .flat_map(|value| value.to_str().unwrap_or("?").split(','))
        .map(|hop| parse(hop.trim()))
        .collect()
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`.
fn hop_of_list(hop: &str) -> Option<IpAddr> {
    hop.parse()
        .ok()
        .or_else(|| {
            hop.parse()
                .ok()
                .map(|address: std::net::SocketAddr| address.ip())
        })
        .or_else(|| hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

/// RFC 7239: `for=192.0.2.1;proto=https`, `for="[2001:db8::1]:80"`.
fn hop_of_forwarded(element: &str) -> Option<IpAddr> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("for")
            .then(|| hop_of_list(value.trim().trim_matches('"')))
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn from(peer: &str, fields: &[(&'static str, &'static str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn forged_headers_of_a_stranger_are_not_believed() {
        assert_eq!(
            from("203.0.113.7", &[("x-forwarded-for", "198.51.100.1")]),
            "203.0.113.7"
        );
        assert_eq!(
            from("203.0.113.7", &[("forwarded", "for=198.51.100.1")]),
            "203.0.113.7"
        );
    }

    #[test]
    fn behind_a_trusted_proxy_the_nearest_stranger_counts() {
        let forged = ("x-forwarded-for", "1.1.1.1, 198.51.100.1");
        assert_eq!(from("10.1.1.1", &[forged]), "198.51.100.1");
        assert_eq!(
            from("10.1.1.1", &[("x-forwarded-for", "198.51.100.1, 10.2.2.2")]),
            "198.51.100.1"
        );
        assert_eq!(
            from(
                "10.1.1.1",
                &[
                    ("x-forwarded-for", "1.1.1.1"),
                    ("x-forwarded-for", "198.51.100.2")
                ]
            ),
            "198.51.100.2"
        );
        assert_eq!(
            from(
                "::1",
                &[(
                    "forwarded",
                    "for=1.1.1.1, For=\"[2001:db8::1]:47\";proto=https"
                )]
            ),
            "2001:db8::1"
        );
        assert_eq!(
            from("10.1.1.1", &[("x-forwarded-for", "198.51.100.1, rubbish")]),
            "10.1.1.1"
        );
        assert_eq!(from("10.1.1.1", &[]), "10.1.1.1");
    }

    #[test]
    fn of_two_headers_that_disagree_none_is_believed() {
        let fields = [
            ("x-forwarded-for", "1.1.1.1"),
            ("forwarded", "for=198.51.100.1"),
        ];
        assert_eq!(from("10.1.1.1", &fields), "10.1.1.1");
    }

    #[test]
    fn a_mapped_address_is_the_address_that_it_maps() {
        assert_eq!(from("::ffff:203.0.113.7", &[]), "203.0.113.7");
        assert_eq!(
            from(
                "::ffff:10.0.0.1",
                &[("x-forwarded-for", "::ffff:198.51.100.1")]
            ),
            "198.51.100.1"
        );
    }
}
