//! Where the webhooks of a job go: a URL that was checked when the job was made, and again before
//! each attempt.

use std::net::IpAddr;

use url::{Host, Url};

use super::guard::is_public;
use crate::error::{Error, Result};

const LONGEST: usize = 2048;

/// A URL that webhooks may be sent to. What its host's name leads to is judged at each attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(Url);

impl Target {
    /// Parses the `webhookUrl` of a new job. `allow_private` is for development: it lets plain
    /// http, any port and private addresses pass.
    pub fn parse(text: &str, allow_private: bool) -> Result<Self> {
        let wrong = |problem: &str| Error::invalid(format!("`webhookUrl` {problem}"));
        if text.chars().count() > LONGEST {
            return Err(wrong("must have at most 2048 characters."));
        }
        // The parser drops some of them silently.
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(wrong(
                "must not hold spaces or control characters: percent-encode them.",
            ));
        }
        let url = Url::parse(text).map_err(|_| {
            wrong("must be a whole URL such as https://hooks.example.com/plangrep.")
        })?;
        match url.scheme() {
            "https" => {}
            "http" if allow_private => {}
            _ => return Err(wrong("must start with https://.")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(
                "must not hold a user or password: check `webhook-signature` instead, or put a token into the path.",
            ));
        }
        if url.fragment().is_some() {
            return Err(wrong("must not have a fragment: leave out what follows #."));
        }
        let inside = || {
            wrong(
                "must lead to the public Internet, not to a private, local or reserved address: give the public name of your server.",
            )
        };
        match url.host() {
            None => return Err(wrong("must name a host.")),
            Some(_) if allow_private => return Ok(Self(url)),
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                if name.is_empty() || name == "localhost" || name.ends_with(".localhost") {
                    return Err(inside());
                }
            }
            Some(Host::Ipv4(address)) if is_public(IpAddr::V4(address)) => {}
            Some(Host::Ipv6(address)) if is_public(IpAddr::V6(address)) => {}
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(inside()),
        }
        // Below 1024 live services that were never meant to get an HTTP request.
        match url.port() {
            None | Some(1024..) => Ok(Self(url)),
            Some(_) => Err(wrong("must use port 443, or one from 1024 on.")),
        }
    }

    /// The URL as it is stored and called.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(super) fn url(&self) -> Url {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let error = Target::parse(text, false).map(|target| panic!("{target:?}"));
        error.unwrap_err().message.into_owned()
    }

    #[test]
    fn a_public_https_url_passes() {
        for text in [
            "https://hooks.example.com",
            "https://hooks.example.com:443/a?b=c",
            "https://hooks.example.com:1024/",
            "https://hooks.example.com:65535/",
            "https://1.1.1.1/hook",
            "https://[2606:4700:4700::1111]/hook",
            "https://bücher.example/hook",
            "HTTPS://Hooks.Example.com/",
        ] {
            assert!(Target::parse(text, false).is_ok(), "{text}");
        }
        let target = Target::parse("HTTPS://Hooks.Example.com:443", false).unwrap();
        assert_eq!(target.as_str(), "https://hooks.example.com/");
    }

    #[test]
    fn a_refusal_names_the_field_and_the_way_out() {
        let long = format!("https://hooks.example.com/{}", "a".repeat(2048));
        for (text, way_out) in [
            ("", "whole URL"),
            ("hooks.example.com", "whole URL"),
            ("/hook", "whole URL"),
            ("https://", "whole URL"),
            ("https://a b.example.com/", "percent-encode"),
            ("https://hooks.example.com/\n", "percent-encode"),
            (" https://hooks.example.com/", "percent-encode"),
            ("http://hooks.example.com/", "https://"),
            ("ftp://hooks.example.com/", "https://"),
            ("file:///etc/passwd", "https://"),
            ("https://me@hooks.example.com/", "webhook-signature"),
            ("https://:word@hooks.example.com/", "webhook-signature"),
            ("https://hooks.example.com/#part", "fragment"),
            ("https://hooks.example.com:80/", "1024"),
            ("https://hooks.example.com:22/", "1024"),
            ("https://hooks.example.com:1023/", "1024"),
            ("https://hooks.example.com:0/", "1024"),
            (&long, "2048"),
        ] {
            let message = refused(text);
            assert!(message.starts_with("`webhookUrl` must "), "{message}");
            assert!(message.contains(way_out), "{text}: {message}");
        }
    }

    #[test]
    fn no_spelling_of_an_address_leads_inside() {
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "a.localhost.",
            "127.0.0.1",
            "127.0.0.1.",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "0",
            "%31%32%37.0.0.1",
            "①②⑦.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "2852039166",
            "0xa9fea9fe",
            "192.168.1",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:a9fe:a9fe]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::1]",
            "[2002:7f00:1::]",
            "[2001:0:1::1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[ff02::1]",
        ] {
            let message = refused(&format!("https://{host}/hook"));
            assert!(message.contains("public Internet"), "{host}: {message}");
        }
    }

    #[test]
    fn development_may_use_plain_http_and_private_addresses() {
        for text in [
            "http://localhost:3000/hook",
            "http://127.0.0.1/hook",
            "https://192.168.1.2:81/hook",
            "http://[::1]:3000/hook",
        ] {
            assert!(Target::parse(text, true).is_ok(), "{text}");
        }
        for text in [
            "ftp://localhost/",
            "http://me@localhost/",
            "http://localhost/#a",
        ] {
            assert!(Target::parse(text, true).is_err(), "{text}");
        }
    }
}
