//! Text with its limits: checked once, where the value is made.

use crate::{Problem, Result};

fn clean(field: &'static str, raw: &str, max_chars: usize) -> Result<String> {
    if raw.contains('\0') {
        return Err(Problem::field(field, "text_has_nul", "The text holds a NUL character: remove it."));
    }
    if raw.chars().count() > max_chars {
        return Err(Problem::field(
            field,
            "text_too_long",
            format!("The text is too long: {max_chars} characters at most."),
        ));
    }
    Ok(raw.to_owned())
}

/// Control and invisible direction characters make names that look like others'.
fn is_unfit_for_a_name(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// The text of a message: 1 to 4,000 characters, not blank, no NUL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    pub const MAX_CHARS: usize = 4_000;

    pub fn parse(raw: &str) -> Result<Self> {
        if raw.trim().is_empty() {
            return Err(Problem::field("text", "text_empty", "A message needs some text: write something."));
        }
        clean("text", raw.trim_end(), Self::MAX_CHARS).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// A name of a person, a guild or a channel: 1 to 80 characters on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    pub const MAX_CHARS: usize = 80;

    /// `field` is what the caller called it.
    pub fn parse(field: &'static str, raw: &str) -> Result<Self> {
        let name = raw.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(Problem::field(field, "name_empty", "A name is needed: 1 to 80 characters."));
        }
        if name.chars().any(is_unfit_for_a_name) {
            return Err(Problem::field(
                field,
                "name_unprintable",
                "The name holds characters that can't be seen: use printable ones.",
            ));
        }
        clean(field, &name, Self::MAX_CHARS).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// What a channel is about: up to 500 characters; may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic(String);

impl Topic {
    pub const MAX_CHARS: usize = 500;

    pub fn parse(raw: &str) -> Result<Self> {
        clean("topic", raw.trim(), Self::MAX_CHARS).map(Self)
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// What a person says of themselves on one visible line, such as pronouns; may be empty.
///
/// # Errors
/// `text_too_long`, `text_unprintable`.
pub fn line(field: &'static str, raw: &str, max_chars: usize) -> Result<String> {
    let line = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().any(is_unfit_for_a_name) {
        let detail = "The text holds characters that can't be seen: use printable ones.";
        return Err(Problem::field(field, "text_unprintable", detail));
    }
    clean(field, &line, max_chars)
}

/// What a person says of themselves on some lines; may be empty.
///
/// # Errors
/// `text_too_long`, `text_has_nul`.
pub fn paragraph(field: &'static str, raw: &str, max_chars: usize) -> Result<String> {
    clean(field, raw.trim(), max_chars)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: std::fmt::Debug>(r: Result<T>) -> String {
        r.expect_err("refused").code.into_owned()
    }

    #[test]
    fn a_message_has_1_to_4000_characters() {
        assert_eq!(code(Text::parse("")), "text_empty");
        assert_eq!(code(Text::parse(" \n\t ")), "text_empty");
        assert_eq!(code(Text::parse("a\0b")), "text_has_nul");
        assert_eq!(code(Text::parse(&"é".repeat(4_001))), "text_too_long");
        assert_eq!(Text::parse(&"é".repeat(4_000)).expect("fits").as_str().chars().count(), 4_000);
        assert_eq!(Text::parse("  indented\n").expect("fits").as_str(), "  indented");
    }

    #[test]
    fn a_name_is_one_visible_line() {
        assert_eq!(Name::parse("name", "  The\n Guild ").expect("fits").as_str(), "The Guild");
        assert_eq!(code(Name::parse("name", " ")), "name_empty");
        assert_eq!(code(Name::parse("name", "a\u{202E}b")), "name_unprintable");
        assert_eq!(code(Name::parse("name", "a\0b")), "name_unprintable");
        assert_eq!(code(Name::parse("name", &"a".repeat(81))), "text_too_long");
    }

    #[test]
    fn what_people_say_of_themselves_may_be_empty() {
        assert_eq!(line("pronouns", " they \n them ", 40).expect("fits"), "they them");
        assert_eq!(line("pronouns", "", 40).expect("fits"), "");
        assert_eq!(code(line("pronouns", "a\u{202E}b", 40)), "text_unprintable");
        assert_eq!(code(line("pronouns", &"é".repeat(41), 40)), "text_too_long");
        assert_eq!(paragraph("bio", "\n one\n\ntwo ", 500).expect("fits"), "one\n\ntwo");
        assert_eq!(code(paragraph("bio", "a\0b", 500)), "text_has_nul");
        assert_eq!(code(paragraph("bio", &"é".repeat(501), 500)), "text_too_long");
    }
}
