use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use super::Malformed;

/// Prefix lengths of the network that an address is counted under.
const PREFIX_V4: u8 = 24;
const PREFIX_V6: u8 = 48;

/// An internet address. An IPv4 address written inside IPv6 is the IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ip(IpAddr);

impl Ip {
    /// Reads an IPv4 or IPv6 address.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        text.parse::<IpAddr>()
            .map(|address| Self(address.to_canonical()))
            .map_err(|_| Malformed::expected("an IP address, as 203.0.113.9 or 2001:db8::1"))
    }

    /// The network the address is counted under: its /24 (IPv4) or /48 (IPv6).
    #[must_use]
    pub fn network(self) -> Network {
        let length = if self.0.is_ipv4() { PREFIX_V4 } else { PREFIX_V6 };
        self.network_of(length).unwrap_or(Network(IpNet::from(self.0)))
    }

    /// The network of that prefix length that the address lies in; `None` for a length that addresses of
    /// its kind do not have.
    pub(super) fn network_of(self, length: u8) -> Option<Network> {
        IpNet::new(self.0, length).ok().map(|network| Network(network.trunc()))
    }
}

impl fmt::Display for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A network in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(IpNet);

impl Network {
    /// Reads `203.0.113.0/24`; a bare address is the network of that address alone.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let expected = Malformed::expected("a network, as 203.0.113.0/24 or 2001:db8::/48");
        let network = match text.parse::<IpNet>() {
            Ok(network) => network,
            Err(_) => {
                IpNet::from(text.parse::<IpAddr>().map_err(|_| expected.clone())?.to_canonical())
            }
        };
        if network.addr() == network.network() { Ok(Self(network)) } else { Err(expected) }
    }

    /// The length of its prefix.
    pub(super) fn length(self) -> u8 {
        self.0.prefix_len()
    }

    /// An address in the network, the first that a host can have.
    pub(crate) fn address(self) -> Ip {
        Ip(self.0.hosts().next().unwrap_or(self.0.addr()))
    }

    /// Its lower and its upper half; a single address has none.
    #[must_use]
    pub fn halves(self) -> Option<[Self; 2]> {
        let mut halves = self.0.subnets(self.0.prefix_len().checked_add(1)?).ok()?;
        Some([Self(halves.next()?), Self(halves.next()?)])
    }

    /// Whether the address lies in the network.
    #[must_use]
    pub fn contains(self, ip: Ip) -> bool {
        self.0.contains(&ip.0)
    }

    /// Whether every address of the other network lies in this one.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.0.contains(&other.0)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_counted_under_its_network() {
        assert_eq!(Ip::parse("203.0.113.9").unwrap().network().to_string(), "203.0.113.0/24");
        assert_eq!(Ip::parse("2001:db8:1:2::9").unwrap().network().to_string(), "2001:db8:1::/48");
        assert_eq!(Ip::parse("::ffff:203.0.113.9").unwrap(), Ip::parse("203.0.113.9").unwrap());
    }

    #[test]
    fn networks_have_no_host_bits() {
        assert!(Network::parse("203.0.113.9/24").is_err());
        assert!(Network::parse("203.0.113").is_err());
        let network = Network::parse("203.0.112.0/20").unwrap();
        assert!(network.contains(Ip::parse("203.0.113.9").unwrap()));
        assert!(!network.contains(Ip::parse("198.51.100.1").unwrap()));
        assert!(Network::parse("203.0.113.9").is_ok());
    }
}
