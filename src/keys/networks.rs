//! From where a key may be used.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::plain::redact;
use crate::error::{Error, Result};

const MOST: usize = 50;

/// An allow-list of networks (CIDR, RFC 4632 and RFC 4291); with none, from anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Takes a list as software sends it. An entry without a network is refused: whoever fills a
    /// list from an empty setting does not mean "from anywhere".
    pub fn parse_list(entries: &[String]) -> Result<Self> {
        for entry in entries {
            if Self::parse(entry)?.0.is_empty() {
                return Err(Error::invalid(
                    "`allowedNetworks` has an empty entry. For a key without bounds, send an empty list.",
                ));
            }
        }
        Self::parse(&entries.join(" "))
    }

    /// Takes networks and single addresses, with white space or commas between.
    pub fn parse(text: &str) -> Result<Self> {
        let mut networks = Vec::new();
        for part in text.split(|c: char| c.is_whitespace() || c == ',') {
            if part.is_empty() {
                continue;
            }
            let network = part
                .parse::<IpNet>()
                .or_else(|_| part.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| {
                    let shown: String = redact(part).chars().take(60).collect();
                    Error::invalid(format!(
                        "`allowedNetworks`: {shown:?} is not a network such as 203.0.113.0/24 or 2001:db8::/32."
                    ))
                })?;
            let network = canonical(network);
            if !networks.contains(&network) {
                networks.push(network);
            }
        }
        if networks.len() > MOST {
            return Err(Error::invalid(format!(
                "`allowedNetworks` may name at most {MOST} networks."
            )));
        }
        Ok(Self(networks))
    }

    /// The column's form: with a space between.
    pub fn to_column(&self) -> String {
        self.names().join(" ")
    }

    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(IpNet::to_string).collect()
    }
}

/// Whether a column's networks let an address through. What cannot be read lets no one through.
pub fn allow(column: &str, ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    column.is_empty()
        || column
            .split(' ')
            .filter_map(|network| network.parse::<IpNet>().ok())
            .any(|network| network.contains(&ip))
}

/// An address in the network that someone would call the same place: /24 in IPv4, /48 in IPv6.
pub fn neighbourhood(ip: IpAddr) -> IpNet {
    let length = match ip.to_canonical() {
        IpAddr::V4(_) => 24,
        IpAddr::V6(_) => 48,
    };
    let ip = ip.to_canonical();
    IpNet::new(ip, length).unwrap_or(IpNet::from(ip)).trunc()
}

/// Without host bits; IPv4 in IPv6's clothes (RFC 4291 §2.5.5.2) as the IPv4 that it is.
fn canonical(network: IpNet) -> IpNet {
    let network = network.trunc();
    let IpNet::V6(v6) = network else {
        return network;
    };
    mapped(v6).map_or(network, IpNet::V4)
}

fn mapped(network: Ipv6Net) -> Option<Ipv4Net> {
    let address = network.addr().to_ipv4_mapped()?;
    Ipv4Net::new(address, network.prefix_len().checked_sub(96)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lets(text: &str, ip: &str) -> bool {
        allow(
            &Networks::parse(text).unwrap().to_column(),
            ip.parse().unwrap(),
        )
    }

    #[test]
    fn addresses_of_the_list_pass_and_no_others() {
        assert!(lets("", "203.0.113.7"));
        let list = "203.0.113.9/24, 2001:db8:1::/48\n198.51.100.1";
        for ip in ["203.0.113.255", "2001:db8:1:2::3", "198.51.100.1"] {
            assert!(lets(list, ip), "{ip}");
        }
        for ip in ["203.0.114.1", "2001:db8:2::1", "198.51.100.2", "::1"] {
            assert!(!lets(list, ip), "{ip}");
        }
    }

    #[test]
    fn mapped_addresses_and_networks_are_ipv4() {
        assert!(lets("203.0.113.0/24", "::ffff:203.0.113.7"));
        assert!(lets("::ffff:203.0.113.0/120", "203.0.113.7"));
        assert!(!lets("::ffff:203.0.113.0/120", "203.0.112.7"));
        assert_eq!(
            Networks::parse("::ffff:10.1.2.3").unwrap().names(),
            ["10.1.2.3/32"]
        );
    }

    #[test]
    fn what_is_no_network_is_named() {
        for text in ["10.0.0.0/33", "example.com", "10.0.0", "::/129", "1.2.3.4/"] {
            assert!(
                Networks::parse(text)
                    .unwrap_err()
                    .message
                    .contains("allowedNetworks"),
                "{text}"
            );
        }
        let many: String = (0..51).map(|n| format!("10.0.{n}.0/24 ")).collect();
        assert!(Networks::parse(&many).is_err());
    }

    #[test]
    fn a_column_that_cannot_be_read_lets_no_one_through() {
        assert!(!allow("rubbish", "203.0.113.7".parse().unwrap()));
    }

    #[test]
    fn places_are_a_24_or_a_48() {
        let of = |ip: &str| neighbourhood(ip.parse().unwrap()).to_string();
        assert_eq!(of("203.0.113.7"), "203.0.113.0/24");
        assert_eq!(of("::ffff:203.0.113.7"), "203.0.113.0/24");
        assert_eq!(of("2001:db8:1:2::3"), "2001:db8:1::/48");
    }
}
