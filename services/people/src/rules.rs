//! Pure decisions.

mod friendship;
mod handle;

pub(crate) use friendship::{
    Pace, asked, block_oneself, blocked, blocks_full, friends_full, mirrored, not_taken, oneself, requests_full,
    too_fast,
};
pub(crate) use handle::{candidates, handle, taken, too_often};

use kernel::{Problem, Result, Timestamp, line};
use people_contract::{Profile, Status};

const STATUS_MAX_CHARS: usize = 128;
/// Families and flags are made of many characters.
const EMOJI_MAX_CHARS: usize = 16;

/// The profile as it is now: a status ends by itself.
pub(crate) fn current(profile: Profile, now: Timestamp) -> Profile {
    let status = profile.status.filter(|status| status.expires_at.is_none_or(|end| end > now));
    Profile { status, ..profile }
}

/// A status with something in it, or none.
pub(crate) fn status(given: Status, now: Timestamp) -> Result<Option<Status>> {
    let emoji = given.emoji.trim().to_owned();
    // Letters of scripts aren't emoji; digits and marks are parts of some.
    let is_emoji = emoji.chars().count() <= EMOJI_MAX_CHARS
        && emoji.chars().all(|c| !c.is_alphabetic() && !c.is_control() && !c.is_whitespace())
        && (emoji.is_empty() || !emoji.is_ascii());
    if !is_emoji {
        return Err(Problem::field("status.emoji", "bad_emoji", "That isn't an emoji: choose one, or leave it out."));
    }
    let text = line("status.text", &given.text, STATUS_MAX_CHARS)?;
    if given.expires_at.is_some_and(|end| end <= now) {
        let detail = "The status would have ended already: choose a later time.";
        return Err(Problem::field("status.expires_at", "status_expired", detail));
    }
    let says = !(emoji.is_empty() && text.is_empty());
    Ok(says.then_some(Status { emoji, text, expires_at: given.expires_at }))
}

/// A colour as in CSS, or none.
pub(crate) fn accent_color(given: &str) -> Result<Option<String>> {
    let given = given.trim();
    if given.is_empty() {
        return Ok(None);
    }
    let digits =
        given.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let color = digits.map(|digits| format!("#{}", digits.to_ascii_lowercase()));
    let bad = || Problem::field("accent_color", "bad_color", "That isn't a colour: write it like #5b6ee1.");
    color.map(Some).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn code<T: std::fmt::Debug>(r: Result<T>) -> String {
        r.expect_err("refused").code.into_owned()
    }

    fn given(emoji: &str, text: &str, expires_at: Option<i64>) -> Status {
        Status { emoji: emoji.into(), text: text.into(), expires_at: expires_at.map(Timestamp) }
    }

    #[test]
    fn a_status_has_an_emoji_or_a_text_and_an_end_that_comes() {
        assert_eq!(status(given("", " ", None), NOW).expect("none"), None);
        for emoji in ["🎲", "👩‍👩‍👧‍👦", "🇦🇹", "1️⃣", "❤️"] {
            assert_eq!(status(given(emoji, "", None), NOW).expect("fits").expect("some").emoji, emoji);
        }
        for emoji in ["a", "ab", "<b>", "1", "Ж", "🎲 🎲", &"🎲".repeat(17)] {
            assert_eq!(code(status(given(emoji, "", None), NOW)), "bad_emoji", "{emoji}");
        }
        assert_eq!(code(status(given("", &"a".repeat(129), None), NOW)), "text_too_long");
        assert_eq!(code(status(given("", "a", Some(NOW.0)), NOW)), "status_expired");
        assert!(status(given("", "a", Some(NOW.0 + 1)), NOW).expect("fits").is_some());
    }

    #[test]
    fn a_status_ends_by_itself() {
        let profile = |until| Profile {
            id: kernel::UserId(1),
            handle: "ada".into(),
            display_name: "Ada".into(),
            avatar: None,
            banner: None,
            accent_color: None,
            bio: String::new(),
            pronouns: String::new(),
            status: Some(given("", "busy", until)),
            created_at: NOW,
        };
        assert!(current(profile(None), NOW).status.is_some());
        assert!(current(profile(Some(NOW.0 + 1)), NOW).status.is_some());
        assert!(current(profile(Some(NOW.0)), NOW).status.is_none());
    }

    #[test]
    fn a_colour_is_six_digits() {
        assert_eq!(accent_color(" #5B6ee1 ").expect("fits").as_deref(), Some("#5b6ee1"));
        assert_eq!(accent_color("").expect("none"), None);
        for bad in ["5b6ee1", "#5b6", "#5b6ee1ff", "red", "#ggghhh", "url(x)"] {
            assert_eq!(code(accent_color(bad)), "bad_color", "{bad}");
        }
    }
}
