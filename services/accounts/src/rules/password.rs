//! Which passwords are among the first guesses.

use super::email_key;
use kernel::{Problem, Result};
use std::collections::BTreeSet;

const MIN_CHARS: usize = 10;
const MAX_CHARS: usize = 256;
/// Fewer different characters than this are a pattern, not a password.
const MIN_DISTINCT: usize = 5;
/// Names shorter than this are in too many good passwords by chance.
const MIN_NAME_CHARS: usize = 3;

/// Words that lists of leaked passwords begin with, in lower case: one to a line, by the alphabet.
const COMMON: &str = include_str!("common_passwords.txt");
/// Rows of keyboards, of digits and of letters, and walks over them.
const ROWS: [&str; 9] = [
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "qwertzuiopü",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "1q2w3e4r5t6y7u8i9o0p",
];

/// Refuses a password that is among the first guesses, with the reason.
pub(crate) fn password(raw: &str, email: &str, display_name: &str) -> Result<()> {
    let chars = raw.chars().count();
    if chars > MAX_CHARS {
        let detail = "The password is too long: 256 characters at most.";
        return Err(Problem::field("password", "password_too_long", detail));
    }
    match weakness(raw, email, display_name) {
        Some(why) => Err(Problem::field("password", "password_weak", why)),
        None => Ok(()),
    }
}

fn weakness(raw: &str, email: &str, display_name: &str) -> Option<&'static str> {
    if raw.chars().count() < MIN_CHARS {
        return Some("The password is too short: use 10 characters or more; a sentence is a good one.");
    }
    let lower: Vec<char> = raw.to_lowercase().chars().collect();
    let distinct: BTreeSet<&char> = lower.iter().collect();
    if distinct.len() < MIN_DISTINCT || unit(&lower).len() < MIN_CHARS || is_a_row(&lower) {
        return Some("The password is a simple pattern: use words that don't follow from each other.");
    }
    let core = core(unit(&lower));
    let is_common = |word: &str| COMMON.lines().any(|common| common == word);
    if is_common(&core) || is_common(&plain(&core)) {
        return Some("The password is one of those that are guessed first: use something of your own.");
    }
    let email = email_key(email);
    let local = email.split('@').next().unwrap_or_default();
    let whole: String = lower.iter().collect();
    let is_own = |own: &str| own.chars().count() >= MIN_NAME_CHARS && (whole == own || core == letters_of(own));
    if is_own(&email) || is_own(local) || is_own(&display_name.trim().to_lowercase()) {
        return Some("The password is your own name or address: use something that others don't know.");
    }
    None
}

/// The shortest piece that `text` is a repetition of: `abc` of `abcabcab`.
fn unit(text: &[char]) -> &[char] {
    let repeats = |length: &usize| text[*length..].iter().zip(text).all(|(a, b)| a == b);
    let length = (1..=text.len() / 2).find(repeats).unwrap_or(text.len());
    &text[..length]
}

/// Whether most steps from one character to the next are the next key or letter: `1234567890`, `poiuytrewq`.
fn is_a_row(text: &[char]) -> bool {
    let rows: Vec<Vec<char>> = ROWS.iter().map(|row| row.chars().collect()).collect();
    let follows = |a: char, b: char| rows.iter().any(|row| row.windows(2).any(|step| step == [a, b] || step == [b, a]));
    let steps = text.windows(2).filter(|pair| pair[0] == pair[1] || follows(pair[0], pair[1])).count();
    steps * 4 >= (text.len() - 1) * 3
}

/// What is left without the digits and marks around it: `password` of `!password2024`.
fn core(text: &[char]) -> String {
    let text: String = text.iter().collect();
    letters_of(&text)
}

fn letters_of(text: &str) -> String {
    let core = text.trim_matches(|c: char| !c.is_alphabetic() && c != '@' && c != '$');
    core.trim_end_matches(['@', '$']).chars().filter(|c| !c.is_whitespace()).collect()
}

/// Digits and marks that stand for letters, read as these.
fn plain(text: &str) -> String {
    let letter = |c| match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(raw: &str) -> Result<(), String> {
        password(raw, "ada.lovelace@example.org", "Countess Ada").map_err(|p| p.code.into_owned())
    }

    #[test]
    fn passwords_of_ones_own_pass() {
        for good in [
            "correct horse battery",
            "Tr0ub4dor&3x!",
            "пароль для чата",
            "my password is a long sentence",
            "dragons like monkeys",
            "ada likes engines",
            "kX9#mQ2$vL",
            "the cat the dog the cow",
            "correct horse correct horse",
        ] {
            assert_eq!(ask(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn first_guesses_are_no_passwords() {
        for bad in [
            "short",
            "ninechars",
            "password12",
            "Password1234",
            "password123456789",
            "passwordpassword",
            "P@ssw0rd2024!",
            "iloveyou!!",
            "1234letmein",
            "$unsh1ne2025",
            "Welcome  2025",
            "michelle1987",
            "Liverpool1892!",
            "basketball23",
            "sommer2024!",
            "qwerty12345",
            "azertyuiop",
            "1q2w3e4r5t6y",
            "1qaz2wsx3edc",
            "asdfghjkl;'",
            "0987654321",
            "9876543210",
            "abcdefghijkl",
            "zyxwvutsrq",
            "abcd123456",
            "aaaaaaaaaaaa",
            "abababababab",
            "abc123abc123abc123",
        ] {
            assert_eq!(ask(bad), Err("password_weak".into()), "{bad}");
        }
    }

    #[test]
    fn what_everyone_knows_of_a_person_is_no_password() {
        for bad in
            ["ada.lovelace@example.org", "ada.lovelace1815", "countess ada", "Countess Ada 1815", "COUNTESSADA!!"]
        {
            assert_eq!(ask(bad), Err("password_weak".into()), "{bad}");
        }
    }

    #[test]
    fn lengths_count_characters() {
        assert_eq!(ask(&"żółw i jeż ".repeat(24)[..]), Err("password_too_long".into()));
        assert_eq!(ask("ąćęłńóśźżö"), Ok(()));
        assert_eq!(ask("ąćęłńóśźż"), Err("password_weak".into()));
    }

    #[test]
    fn the_list_is_in_the_form_that_it_is_asked_in() {
        let words: Vec<&str> = COMMON.lines().collect();
        assert!(words.len() > 200 && words.is_sorted());
        assert!(words.iter().all(|word| !word.is_empty() && letters_of(word) == *word && word.to_lowercase() == *word));
    }
}
