//! This installation, as browsers know it: passkeys are bound to its name.

use std::net::IpAddr;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Party {
    /// A domain, or `localhost`.
    pub(crate) id: String,
    /// Of the pages: `https://chat.example.org`.
    pub(crate) origin: String,
}

impl Party {
    /// None: browsers have no passkeys at this address, which is a number, or has no TLS. The own machine counts by its name:
    /// people open `http://localhost:8080` there.
    pub(crate) fn at(public_url: &str) -> Option<Self> {
        let (scheme, rest) = public_url.split_once("://")?;
        let authority = rest.split('/').next().unwrap_or_default().to_ascii_lowercase();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (&*authority, None),
        };
        let id = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(own) if own.is_loopback() || own.is_unspecified() => "localhost",
            Ok(_) => return None,
            Err(_) => host,
        };
        let is_local = id == "localhost" || id.ends_with(".localhost");
        if id.is_empty() || !(scheme == "https" || scheme == "http" && is_local) {
            return None;
        }
        let usual = if scheme == "https" { "443" } else { "80" };
        let port = port.filter(|port| *port != usual).map(|port| format!(":{port}")).unwrap_or_default();
        Some(Self { id: id.to_owned(), origin: format!("{scheme}://{id}{port}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_have_a_name_and_tls_or_are_on_the_own_machine() {
        let at = |url: &str| Party::at(url).map(|party| (party.id, party.origin));
        let is = |id: &str, origin: &str| Some((id.to_owned(), origin.to_owned()));
        assert_eq!(at("https://chat.example.org"), is("chat.example.org", "https://chat.example.org"));
        assert_eq!(at("https://Chat.example.org:443/"), is("chat.example.org", "https://chat.example.org"));
        assert_eq!(at("https://chat.example.org:8443"), is("chat.example.org", "https://chat.example.org:8443"));
        for own in ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"] {
            assert_eq!(at(&format!("http://{own}:8080")), is("localhost", "http://localhost:8080"), "{own}");
        }
        assert_eq!(at("http://[::1]"), is("localhost", "http://localhost"));
        let none = ["http://chat.example.org", "https://203.0.113.7", "https://[2001:db8::1]:8443", "chat", "https://"];
        for url in none {
            assert_eq!(at(url), None, "{url}");
        }
    }
}
