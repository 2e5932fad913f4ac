//! Pure decisions.

use kernel::{Name, Problem, Result};

const EMAIL_MAX_BYTES: usize = 254;
const PASSWORD_MIN_CHARS: usize = 10;
const PASSWORD_MAX_CHARS: usize = 256;
/// Fewer different characters than this are a pattern, not a password.
const PASSWORD_MIN_DISTINCT: usize = 5;
/// The beginnings of what is guessed first, in lower case.
const COMMON: [&str; 14] = [
    "password",
    "passw0rd",
    "qwerty",
    "azerty",
    "letmein",
    "iloveyou",
    "welcome",
    "football",
    "dragon",
    "monkey",
    "sunshine",
    "princess",
    "guildhall",
    "trustno1",
];

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

/// The name of a person of whom only the address is known.
pub(crate) fn name_from(email: &str) -> String {
    let local: String = email.split('@').next().unwrap_or_default().chars().take(Name::MAX_CHARS).collect();
    Name::parse("display_name", &local).map_or_else(|_| "Someone".into(), Name::into_string)
}

/// A password that isn't among the first guesses.
pub(crate) fn password(raw: &str, email: &str, display_name: &str) -> Result<()> {
    let weak = |why: &'static str| Err(Problem::field("password", "password_weak", why));
    let chars = raw.chars().count();
    if chars < PASSWORD_MIN_CHARS {
        return weak("The password is too short: use 10 characters or more; a sentence is a good one.");
    }
    if chars > PASSWORD_MAX_CHARS {
        return Err(Problem::field(
            "password",
            "password_too_long",
            "The password is too long: 256 characters at most.",
        ));
    }
    let lower = raw.to_lowercase();
    let distinct: std::collections::BTreeSet<char> = lower.chars().collect();
    if distinct.len() < PASSWORD_MIN_DISTINCT || is_a_row(&lower) {
        return weak("The password is a simple pattern: use words that don't follow from each other.");
    }
    let letters: String = lower.chars().filter(|c| c.is_alphabetic()).collect();
    if COMMON.iter().any(|common| lower.starts_with(common) && lower.len() < common.len() + 8)
        || COMMON.contains(&&*letters)
    {
        return weak("The password is one of those that are guessed first: use something of your own.");
    }
    let email = email_key(email);
    let name = display_name.trim().to_lowercase();
    let local = email.split('@').next().unwrap_or_default();
    if lower == email || lower.trim_end_matches(|c: char| c.is_ascii_digit()) == local || lower == name {
        return weak("The password is your own name or address: use something that others don't know.");
    }
    Ok(())
}

/// `1234567890`, `abcdefghij` and the like, forwards or backwards.
fn is_a_row(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps = |by: i64| codes.windows(2).filter(|pair| pair[1] - pair[0] == by).count();
    steps(1).max(steps(-1)) * 4 >= codes.len() * 3
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
    fn every_address_gives_a_name() {
        assert_eq!(name_from("ada.l@example.org"), "ada.l");
        assert_eq!(name_from("\u{200B}@example.org"), "Someone");
        assert_eq!(name_from(&format!("{}@example.org", "a".repeat(100))), "a".repeat(80));
    }

    #[test]
    fn first_guesses_are_no_passwords() {
        let ask =
            |raw: &str| password(raw, "ada.lovelace@example.org", "Countess Ada").map_err(|p| p.code.into_owned());
        for good in ["correct horse battery", "Tr0ub4dor&3x!", "пароль для чата", "my password is a long sentence"]
        {
            assert_eq!(ask(good), Ok(()), "{good}");
        }
        for bad in [
            "short",
            "password12",
            "Password1234",
            "aaaaaaaaaaaa",
            "abababababab",
            "1234567890",
            "9876543210",
            "abcdefghijkl",
            "qwerty12345",
            "ada.lovelace@example.org",
            "ada.lovelace1815",
            "countess ada",
            "iloveyou!!",
        ] {
            assert_eq!(ask(bad), Err("password_weak".into()), "{bad}");
        }
        assert_eq!(ask(&"xyz".repeat(100)), Err("password_too_long".into()));
    }
}
