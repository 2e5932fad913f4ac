//! Where someone calls from: as much of the address as limits need, and as little as is shown.

use std::net::{IpAddr, Ipv6Addr};

/// A caller's address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Who is counted together. None: unknown, or in a private network, where it may be a proxy's, and so everyone's.
    pub(crate) key: Option<String>,
    /// What is kept and shown: the network, not the machine.
    pub(crate) shown: Option<String>,
}

impl Place {
    pub(crate) fn of(address: Option<&str>) -> Self {
        let Some(address) = address.and_then(|address| address.parse::<IpAddr>().ok()) else { return Self::default() };
        let address = address.to_canonical();
        let (key, shown, is_private) = match address {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                (address.to_string(), format!("{a}.{b}.{c}.*"), v4.is_private() || v4.is_link_local())
            }
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                // A household or a server has a whole /64.
                let network = Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0);
                let is_private = v6.is_unique_local() || v6.is_unicast_link_local();
                (network.to_string(), format!("{a:x}:{b:x}:{c:x}:*"), is_private)
            }
        };
        let is_loopback = address.is_loopback();
        let shown = if is_loopback { address.to_string() } else { shown };
        Self { key: (!is_loopback && !is_private).then_some(key), shown: Some(shown) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_shortened_and_counted_by_its_household() {
        for (address, key, shown) in [
            ("203.0.113.77", Some("203.0.113.77"), "203.0.113.*"),
            ("::ffff:203.0.113.77", Some("203.0.113.77"), "203.0.113.*"),
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1:2::"), "2001:db8:1:*"),
            ("192.168.7.3", None, "192.168.7.*"),
            ("172.17.0.1", None, "172.17.0.*"),
            ("fd00:1::7", None, "fd00:1:0:*"),
            ("127.0.0.1", None, "127.0.0.1"),
            ("::1", None, "::1"),
        ] {
            let place = Place::of(Some(address));
            assert_eq!((place.key.as_deref(), place.shown.as_deref()), (key, Some(shown)), "{address}");
        }
        assert_eq!(Place::of(Some("unknown")), Place::default());
        assert_eq!(Place::of(None), Place::default());
    }
}
