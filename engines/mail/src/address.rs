//! Reads a mail address of the settings. Passwords are never shown.

use crate::unusable;
use kernel::Result;
use percent_encoding::percent_decode_str;
use std::path::PathBuf;

#[derive(Debug, PartialEq)]
pub(crate) enum Address {
    /// None: the usual one.
    Folder(Option<PathBuf>),
    Server(Server),
}

#[derive(Debug, PartialEq)]
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) login: Option<(String, String)>,
    pub(crate) tls: Tls,
    /// A PEM file with the authority to trust beside those that everyone knows.
    pub(crate) authority: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Tls {
    AtOnce,
    AfterHello,
    None,
}

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Self> {
        if let Some(folder) = url.strip_prefix("log:") {
            return Ok(Self::Folder((!folder.is_empty()).then(|| folder.into())));
        }
        let (tls, port, rest) = match url.split_once("://") {
            Some(("smtp", rest)) => (Tls::AfterHello, 587, rest),
            Some(("smtps", rest)) => (Tls::AtOnce, 465, rest),
            _ => return Err(refuse("it can be log:, smtp://user:password@host:587 or smtps://user:password@host:465")),
        };
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (login, place) = match place.trim_end_matches('/').rsplit_once('@') {
            Some((login, place)) => (Some(read_login(login)?), place),
            None => (None, place.trim_end_matches('/')),
        };
        let (host, port) = read_place(place, port)?;
        let mut server = Server { host, port, login, tls, authority: None };
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match (name, value) {
                ("ca", file) => server.authority = Some(decoded(file)?.into()),
                ("tls", "none") if !is_loopback(&server.host) => {
                    return Err(refuse("tls=none is for a server on this machine only (127.0.0.1, [::1], localhost)"));
                }
                ("tls", "none") => server.tls = Tls::None,
                _ => return Err(refuse("after ? there can be ca=FILE and tls=none")),
            }
        }
        Ok(Self::Server(server))
    }
}

fn read_login(login: &str) -> Result<(String, String)> {
    let (user, password) =
        login.split_once(':').ok_or_else(|| refuse("a user needs a password: user:password@host"))?;
    Ok((decoded(user)?, decoded(password)?))
}

fn read_place(place: &str, usual: u16) -> Result<(String, u16)> {
    let bad = || refuse("its host and port can't be read: they look like mail.example.org:587");
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or_else(bad)?;
            (host, port.strip_prefix(':'))
        }
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    let is_host = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:".contains(&b));
    let port = port.map_or(Ok(usual), |port| port.parse().map_err(|_| bad()))?;
    if is_host { Ok((host.to_owned(), port)) } else { Err(bad()) }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn decoded(text: &str) -> Result<String> {
    let text = percent_decode_str(text).decode_utf8();
    Ok(text.map_err(|_| refuse("what is written as %XX in it isn't UTF-8"))?.into_owned())
}

fn refuse(why: &str) -> kernel::Problem {
    unusable(format!("mail_url can't be used: {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Server {
        match Address::parse(url).expect(url) {
            Address::Server(server) => server,
            Address::Folder(_) => panic!("{url} is no server"),
        }
    }

    #[test]
    fn addresses_say_where_and_how() {
        assert_eq!(Address::parse("log:").expect("log"), Address::Folder(None));
        assert_eq!(Address::parse("log:/srv/mail").expect("log"), Address::Folder(Some("/srv/mail".into())));
        let usual = server("smtp://mail.example.org");
        assert_eq!((usual.host.as_str(), usual.port, usual.tls), ("mail.example.org", 587, Tls::AfterHello));
        let all = server("smtps://ada%40example.org:p%40ss%2Fword@mail.example.org:4650/?ca=/etc/ca%20one.pem");
        assert_eq!((all.port, all.tls), (4650, Tls::AtOnce));
        assert_eq!(all.login, Some(("ada@example.org".into(), "p@ss/word".into())));
        assert_eq!(all.authority, Some("/etc/ca one.pem".into()));
        for url in ["smtp://127.0.0.1:25?tls=none", "smtp://[::1]:25?tls=none", "smtp://localhost:25?tls=none"] {
            assert_eq!((server(url).tls, server(url).port), (Tls::None, 25), "{url}");
        }
    }

    #[test]
    fn what_is_none_is_refused_without_its_password() {
        for url in [
            "",
            "mail.example.org",
            "http://u:secret@mail.example.org",
            "smtp://",
            "smtp://u:secret@:25",
            "smtp://u:secret@host:port",
            "smtp://secret@host",
            "smtp://u:secret@mail.example.org?tls=none",
            "smtp://u:secret@host?starttls=no",
            "smtp://u:secret@ho st",
            "smtp://u%ff:secret@host",
        ] {
            let refused = Address::parse(url).expect_err(url);
            assert!(refused.code == "bad_settings" && !refused.detail.contains("secret"), "{url}: {refused}");
        }
    }
}
