//! The codes that a person types in as a second factor.

/// Crockford's: no letters that look like digits.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const RECOVERY_CHARS: usize = 12;
const GROUP: usize = 4;
const APP_DIGITS: usize = 6;

/// What was typed in.
#[derive(Debug, PartialEq)]
pub(crate) enum Code {
    /// From an authenticator app.
    App(u32),
    /// One of those to keep, as it is compared.
    Recovery(String),
}

impl Code {
    /// None: it is neither. Spaces, dashes and case don't matter, nor do letters that look like digits.
    pub(crate) fn parse(typed: &str) -> Option<Self> {
        let plain = |c: &char| !c.is_whitespace() && *c != '-';
        let chars: String = typed.chars().filter(plain).take(RECOVERY_CHARS + 1).collect();
        if chars.len() == APP_DIGITS && chars.bytes().all(|c| c.is_ascii_digit()) {
            return chars.parse().ok().map(Self::App);
        }
        let alike = |c: char| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            c => c,
        };
        let code: String = chars.chars().map(alike).collect();
        let is_one = code.len() == RECOVERY_CHARS && code.bytes().all(|c| ALPHABET.contains(&c));
        is_one.then_some(Self::Recovery(code))
    }
}

/// A new code to keep, of 60 random bits: `a1b2-c3d4-e5f6`.
pub(crate) fn recovery(random: [u8; 8]) -> String {
    let bits = u64::from_be_bytes(random);
    let chars: Vec<u8> = (0..RECOVERY_CHARS).map(|n| ALPHABET[(bits >> (5 * n)) as usize & 31]).collect();
    chars.chunks(GROUP).map(|group| String::from_utf8_lossy(group)).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_understood() {
        for typed in ["287082", " 287 082 ", "287-082"] {
            assert_eq!(Code::parse(typed), Some(Code::App(287_082)), "{typed}");
        }
        assert_eq!(Code::parse("081804"), Some(Code::App(81_804)));
        for typed in ["0b1d-efgh-1jk0", "OB1DEFGHIJKO", " ob1d efgh ljko "] {
            assert_eq!(Code::parse(typed), Some(Code::Recovery("0b1defgh1jk0".into())), "{typed}");
        }
        let long = "1".repeat(100_000);
        for typed in ["", "28708", "2870822", "28708x", "u000-0000-0000", "0000-0000-000", "１２３４５６", &long]
        {
            assert_eq!(Code::parse(typed), None);
        }
    }

    #[test]
    fn every_new_code_is_one() {
        for random in [[0; 8], [255; 8], [7, 1, 9, 200, 13, 77, 140, 3]] {
            let code = recovery(random);
            assert_eq!(code.len(), 14);
            assert_eq!(Code::parse(&code), Some(Code::Recovery(code.replace('-', ""))), "{code}");
        }
        assert_eq!(recovery([0; 8]), "0000-0000-0000");
    }
}
