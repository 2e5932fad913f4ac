//! Where a call comes from, also through proxies.

use axum::{
    extract::ConnectInfo,
    http::{HeaderName, request::Parts},
};
use kernel::{Problem, Result};
use serde::{Deserialize, Deserializer};
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies whose word is taken for where a call comes from. Without one the last address counts, which nobody can
/// make up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u8,
}

impl Default for TrustedProxies {
    /// Programs on this machine.
    fn default() -> Self {
        Self(["127.0.0.0/8", "::1"].into_iter().filter_map(|text| Network::parse(text).ok()).collect())
    }
}

impl TrustedProxies {
    /// Reads addresses and networks: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`.
    ///
    /// # Errors
    /// `bad_settings`: one of them is neither.
    pub fn new<'a>(networks: impl Iterator<Item = &'a str>) -> Result<Self> {
        let given = networks.map(str::trim).filter(|text| !text.is_empty());
        given.map(Network::parse).collect::<Result<_>>().map(Self)
    }

    fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.has(address))
    }

    /// The address that a call comes from; None where the door has no sockets (in tests).
    pub(crate) fn origin(&self, parts: &Parts) -> Option<IpAddr> {
        let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
        let said = parts.headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
        let said: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
        Some(self.behind(peer.ip().to_canonical(), &said))
    }

    /// Goes back along what proxies said, the last first, for as long as who said it is trusted.
    fn behind(&self, peer: IpAddr, said: &[&str]) -> IpAddr {
        let mut address = peer;
        for hop in said.iter().rev() {
            let Some(before) = self.has(address).then(|| hop.parse::<IpAddr>().ok()).flatten() else { break };
            address = before.to_canonical();
        }
        address
    }
}

impl Network {
    fn parse(text: &str) -> Result<Self> {
        let bad = || {
            let detail =
                format!("trusted_proxies has {text:?}, which is neither an address nor a network like 10.0.0.0/8.");
            Problem::field("trusted_proxies", "bad_settings", detail)
        };
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address = address.parse::<IpAddr>().map_err(|_| bad())?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(all), |bits| bits.parse().map_err(|_| bad()))?;
        if bits > all { Err(bad()) } else { Ok(Self { address, bits }) }
    }

    fn has(&self, address: IpAddr) -> bool {
        let differ = match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => u128::from(a.to_bits() ^ b.to_bits()) << 96,
            (IpAddr::V6(a), IpAddr::V6(b)) => a.to_bits() ^ b.to_bits(),
            _ => return false,
        };
        self.bits == 0 || differ >> (128 - u32::from(self.bits)) == 0
    }
}

/// A list, or words between commas.
impl<'de> Deserialize<'de> for TrustedProxies {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Given {
            Words(String),
            List(Vec<String>),
        }
        let read = match Given::deserialize(d)? {
            Given::Words(words) => Self::new(words.split(',')),
            Given::List(list) => Self::new(list.iter().map(String::as_str)),
        };
        read.map_err(|problem| serde::de::Error::custom(problem.detail.trim_end_matches('.')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(proxies: &str, peer: &str, said: &[&str]) -> String {
        let proxies = TrustedProxies::new(proxies.split(',')).expect("proxies");
        proxies.behind(peer.parse().expect("an address"), said).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let own = "127.0.0.0/8, 10.1.0.0/16, fd00::/8";
        for (peer, said, origin) in [
            ("203.0.113.7", &["198.51.100.1"][..], "203.0.113.7"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &["198.51.100.1", "203.0.113.7", "10.1.2.3"], "203.0.113.7"),
            ("127.0.0.1", &["198.51.100.1", "203.0.113.7", "10.2.2.3"], "10.2.2.3"),
            ("fd12::1", &["2001:db8::7"], "2001:db8::7"),
            ("fe80::1", &["2001:db8::7"], "fe80::1"),
            ("127.0.0.1", &["203.0.113.7", "unknown"], "127.0.0.1"),
            ("10.1.0.1", &["::ffff:203.0.113.7"], "203.0.113.7"),
        ] {
            assert_eq!(behind(own, peer, said), origin, "{peer} {said:?}");
        }
        assert_eq!(behind("", "127.0.0.1", &["203.0.113.7"]), "127.0.0.1");
        assert_eq!(behind("0.0.0.0/0", "198.51.100.1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(TrustedProxies::default(), TrustedProxies::new("127.0.0.0/8,::1".split(',')).expect("proxies"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for bad in ["nginx", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1"] {
            assert!(TrustedProxies::new([bad].into_iter()).expect_err(bad).detail.contains(bad));
        }
    }
}
