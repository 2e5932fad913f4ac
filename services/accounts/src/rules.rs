//! Pure decisions.

mod codes;
mod device;
mod language;
mod password;
mod place;
pub(crate) mod totp;

pub(crate) use codes::{Code, recovery};
pub(crate) use device::device;
pub(crate) use language::Language;
pub(crate) use password::password;
pub(crate) use place::Place;

use kernel::{Name, Problem, Result};

const EMAIL_MAX_BYTES: usize = 254;
const PATH_MAX_BYTES: usize = 1_024;

/// An e-mail address as it was given, trimmed: one `@`, a host with a dot or `localhost`, no spaces.
pub(crate) fn email(raw: &str) -> Result<String> {
    let email = raw.trim();
    let fits = email.len() <= EMAIL_MAX_BYTES
        && !email.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"'))
        && email.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty() && !host.contains('@') && (host == "localhost" || is_host(host))
        });
    match fits {
        true => Ok(email.to_owned()),
        false => Err(Problem::field(
            "email",
            "email_invalid",
            "That isn't an e-mail address: it looks like name@example.org.",
        )),
    }
}

fn is_host(host: &str) -> bool {
    host.contains('.')
        && host.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
}

/// How addresses are compared.
pub(crate) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The name of a person as somebody else says it, cut to what fits; else what the address gives.
pub(crate) fn name_of(said: Option<&str>, email: &str) -> String {
    let cut: String = said.unwrap_or_default().chars().take(Name::MAX_CHARS).collect();
    Name::parse("display_name", &cut).map_or_else(|_| name_from(email), Name::into_string)
}

/// A path of our own client, and never another server's; `/` when it isn't one.
pub(crate) fn own_path(raw: Option<&str>) -> &str {
    let is_own = |path: &str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path.len() <= PATH_MAX_BYTES
            && !path.chars().any(|c| c.is_control() || c == '\\')
    };
    raw.filter(|path| is_own(path)).unwrap_or("/")
}

/// The name of a person of whom only the address is known.
pub(crate) fn name_from(email: &str) -> String {
    let local: String = email.split('@').next().unwrap_or_default().chars().take(Name::MAX_CHARS).collect();
    Name::parse("display_name", &local).map_or_else(|_| "Someone".into(), Name::into_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_addresses() {
        for good in ["ada@example.org", " Ada.L+x@sub.example.co.uk ", "root@localhost", "ü@exämple.org"] {
            assert!(email(good).is_ok(), "{good}");
        }
        let long = format!("{}@example.org", "a".repeat(250));
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@example",
            "a b@example.org",
            "a@b@c.org",
            "a@.org",
            "a@x..org",
            &long,
        ] {
            assert_eq!(email(bad).expect_err("refused").code, "email_invalid", "{bad}");
        }
        assert_eq!(email_key(" Ada@Example.ORG "), "ada@example.org");
    }

    #[test]
    fn what_others_call_a_person_is_cut_and_parsed() {
        let name = |said: Option<&str>| name_of(said, "ada.l@example.org");
        assert_eq!(name(Some("  Ada \n Lovelace ")), "Ada Lovelace");
        assert_eq!(name(Some(&"é".repeat(200))), "é".repeat(80));
        for unfit in [None, Some(""), Some(" "), Some("a\u{202E}b"), Some("a\0b")] {
            assert_eq!(name(unfit), "ada.l", "{unfit:?}");
        }
    }

    #[test]
    fn only_our_own_paths_are_gone_on_to() {
        for own in ["/", "/invite/abc", "/channels/1/2?x=%2F", "/a//b"] {
            assert_eq!(own_path(Some(own)), own);
        }
        let long = format!("/{}", "a".repeat(1_024));
        for other in ["", "https://evil.example", "//evil.example", "/\\evil.example", "invite", "/a\r\nb", &long] {
            assert_eq!(own_path(Some(other)), "/", "{other}");
        }
        assert_eq!(own_path(None), "/");
    }

    #[test]
    fn every_address_gives_a_name() {
        assert_eq!(name_from("ada.l@example.org"), "ada.l");
        assert_eq!(name_from("\u{200B}@example.org"), "Someone");
        assert_eq!(name_from(&format!("{}@example.org", "a".repeat(100))), "a".repeat(80));
    }
}
