use std::collections::BTreeSet;

use super::{Ip, Network};

/// Networks among which an address is looked up, however many there are.
#[derive(Clone, Debug, Default)]
pub struct NetworkSet {
    networks: BTreeSet<Network>,
    /// The prefix lengths that occur: few, so that each can be tried.
    lengths: BTreeSet<u8>,
}

impl NetworkSet {
    /// Whether the address lies in one of the networks.
    #[must_use]
    pub fn contains(&self, ip: Ip) -> bool {
        let around = |length: &u8| ip.network_of(*length);
        self.lengths.iter().filter_map(around).any(|network| self.networks.contains(&network))
    }

    /// Whether there is no network.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }
}

impl FromIterator<Network> for NetworkSet {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Self {
        let networks: BTreeSet<Network> = networks.into_iter().collect();
        let lengths = networks.iter().map(|network| network.length()).collect();
        Self { networks, lengths }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_as_by_asking_each_network() {
        let texts =
            ["203.0.113.0/24", "198.51.0.0/16", "192.0.2.7", "0.0.0.0/1", "2001:db8::/48", "::/0"];
        let networks: Vec<Network> =
            texts.iter().map(|text| Network::parse(text).unwrap()).collect();
        let addresses = [
            "203.0.113.9",
            "203.0.114.9",
            "198.51.100.1",
            "192.0.2.7",
            "192.0.2.8",
            "10.0.0.1",
            "2001:db8::1",
            "2001:db8:1::1",
            "fe80::1",
        ];
        for taken in 0..=networks.len() {
            let some: Vec<Network> = networks.iter().copied().take(taken).collect();
            let set: NetworkSet = some.iter().copied().collect();
            for address in addresses {
                let ip = Ip::parse(address).unwrap();
                let expected = some.iter().any(|network| network.contains(ip));
                assert_eq!(set.contains(ip), expected, "{address} among {taken}");
            }
        }
    }
}
