//! Pure decisions.

use kernel::{Kind, Problem, Result, UserId};
use messages_contract::{Message, Window};
use sha2::{Digest, Sha256};

const NONCE_MAX_CHARS: usize = 64;
/// Numbers are below this, ids (snowflakes) above: `around` takes both.
const SMALLEST_ID: i64 = 1 << 40;

/// A nonce is 1 to 64 printable characters.
pub(crate) fn nonce(raw: String) -> Result<String> {
    let fits = !raw.is_empty() && raw.chars().count() <= NONCE_MAX_CHARS && !raw.chars().any(char::is_control);
    match fits {
        true => Ok(raw),
        false => {
            Err(Problem::field("nonce", "bad_nonce", "A nonce is 1 to 64 printable characters, chosen by the client."))
        }
    }
}

/// A fingerprint of a nonce: what is kept of it. Two nonces of one person in one channel meet by a chance of 2^-64.
pub(crate) fn nonce_key(nonce: &str) -> i64 {
    first_bytes(Sha256::digest(nonce))
}

/// A fingerprint of what a nonce stands for, to tell a retry from another message.
pub(crate) fn fingerprint(text: &str, reply_to: Option<kernel::MessageId>) -> i64 {
    let mut hash = Sha256::new();
    hash.update(reply_to.map_or(0, |id| id.0).to_le_bytes());
    hash.update(text.as_bytes());
    first_bytes(hash.finalize())
}

fn first_bytes(digest: impl AsRef<[u8]>) -> i64 {
    i64::from_le_bytes(digest.as_ref()[..8].try_into().expect("a digest is longer than 8 bytes"))
}

pub(crate) fn nonce_reused() -> Problem {
    Problem::field("nonce", "nonce_reused", "This nonce already stands for another message here: choose a new one.")
}

/// What the nonce stood for was purged at this very moment.
pub(crate) fn first_is_gone() -> Problem {
    Problem::unavailable("This channel is being emptied: try again in a moment.")
}

/// How often a message may be changed: each text that it had is kept.
const VERSIONS_MAX: i64 = 1_000;

/// Only what one said oneself, and what is still there.
pub(crate) fn may_edit(message: &Message, user: UserId) -> Result<()> {
    if message.author != user {
        return Err(Problem::forbidden("not_author", "Only who wrote a message changes it."));
    }
    if message.deleted {
        return Err(Problem::new(
            Kind::Conflict,
            "message_deleted",
            "The message was deleted: there is nothing to change.",
        ));
    }
    if message.version >= VERSIONS_MAX {
        let detail = "This message was changed 1,000 times, which is as often as it goes: write a new one.";
        return Err(Problem::new(Kind::Conflict, "edited_too_often", detail));
    }
    Ok(())
}

/// Nobody overwrites a text that they haven't seen.
pub(crate) fn is_current(message: &Message, version: Option<i64>) -> Result<()> {
    if version.is_none_or(|version| version == message.version) { Ok(()) } else { Err(stale_edit()) }
}

pub(crate) fn stale_edit() -> Problem {
    let detail = "The message was changed or deleted meanwhile: look at it as it is now, then try again.";
    Problem::new(Kind::Conflict, "stale_edit", detail)
}

/// Which way a page of history reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Newest,
    Before(i64),
    After(i64),
    AroundNumber(i64),
    AroundId(i64),
}

pub(crate) fn reading(window: Window) -> Result<Reading> {
    let bad = |field| Problem::field(field, "bad_cursor", "A cursor is a message's number: a whole number, 0 or more.");
    match window {
        Window { before: None, after: None, around: None } => Ok(Reading::Newest),
        Window { before: Some(n), after: None, around: None } if n >= 0 => Ok(Reading::Before(n)),
        Window { before: None, after: Some(n), around: None } if n >= 0 => Ok(Reading::After(n)),
        Window { before: None, after: None, around: Some(n) } if n >= SMALLEST_ID => Ok(Reading::AroundId(n)),
        Window { before: None, after: None, around: Some(n) } if n >= 0 => Ok(Reading::AroundNumber(n)),
        Window { before: Some(_), after: None, around: None } => Err(bad("before")),
        Window { before: None, after: Some(_), around: None } => Err(bad("after")),
        Window { before: None, after: None, around: Some(_) } => Err(bad("around")),
        _ => Err(Problem::field("before", "bad_cursor", "Ask for one of before, after and around.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_one_way() {
        let of = |before, after, around| reading(Window { before, after, around }).map_err(|p| p.code.into_owned());
        assert_eq!(of(None, None, None), Ok(Reading::Newest));
        assert_eq!(of(Some(5), None, None), Ok(Reading::Before(5)));
        assert_eq!(of(None, None, Some(1 << 41)), Ok(Reading::AroundId(1 << 41)));
        assert_eq!(of(None, None, Some(41)), Ok(Reading::AroundNumber(41)));
        assert_eq!(of(Some(-1), None, None), Err("bad_cursor".into()));
        assert_eq!(of(Some(1), Some(2), None), Err("bad_cursor".into()));
    }

    #[test]
    fn one_changes_what_one_said_and_has_seen() {
        use kernel::{ChannelId, MessageId, Timestamp};
        let said = Message::new(MessageId(1), (ChannelId(2), 1), UserId(7), "x".into(), None, Timestamp(0));
        let code = |result: Result<()>| result.map_err(|p| p.code.into_owned());
        assert_eq!(code(may_edit(&said, UserId(7))), Ok(()));
        assert_eq!(code(may_edit(&said, UserId(8))), Err("not_author".into()));
        assert_eq!(code(may_edit(&said.clone().tombstone(), UserId(7))), Err("message_deleted".into()));
        let worn = Message { version: VERSIONS_MAX, ..said.clone() };
        assert_eq!(code(may_edit(&worn, UserId(7))), Err("edited_too_often".into()));
        assert_eq!(code(is_current(&said, None)), Ok(()));
        assert_eq!(code(is_current(&said, Some(0))), Ok(()));
        assert_eq!(code(is_current(&said, Some(1))), Err("stale_edit".into()));
    }

    #[test]
    fn a_fingerprint_tells_bodies_apart() {
        assert_eq!(fingerprint("a", None), fingerprint("a", None));
        assert_ne!(fingerprint("a", None), fingerprint("b", None));
        assert_ne!(fingerprint("a", None), fingerprint("a", Some(kernel::MessageId(1))));
    }

    #[test]
    fn a_nonce_has_1_to_64_printable_characters() {
        assert!(nonce("x".repeat(64)).is_ok());
        for bad in [String::new(), "x".repeat(65), "a\0".into()] {
            assert_eq!(nonce(bad).expect_err("refused").code, "bad_nonce");
        }
    }
}
