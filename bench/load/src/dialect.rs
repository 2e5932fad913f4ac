//! What has to be said to each kind of server.

use crate::socket::Socket;
use memchr::memmem;
use serde::Deserialize;
use std::io::{Error, Result};

/// Newer than any event: a watch from here starts at the newest.
const FROM_NOW: u64 = 1 << 52;
/// Every text is of this length, in bytes.
const TEXT_BYTES: usize = 100;
const STAMP: &[u8] = b"~b:";
/// What Engine.IO wants for its ping.
pub(crate) const HEARTBEAT_ANSWER: &str = "3";
const SLOT_DIGITS: usize = 4;
const NANOS_DIGITS: usize = 18;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Dialect {
    Guildhall,
    /// Engine.IO 4 over WebSocket.
    SocketIo,
    /// `join`, `send` in JSON: the peers that have no protocol of their own.
    Plain,
}

/// A place for one socket: its room, and for Guildhall an access token.
#[derive(Deserialize)]
pub(crate) struct Seat {
    pub(crate) room: String,
    #[serde(default)]
    pub(crate) token: String,
    /// Where it connects, when that isn't where the others do.
    #[serde(default)]
    pub(crate) address: Option<String>,
}

impl Dialect {
    /// Opens a socket and signs in; with `join` it hears its room from here on.
    pub(crate) fn open(self, address: &str, seat: &Seat, join: bool) -> Result<Socket> {
        let path = match self {
            Self::SocketIo => "/socket.io/?EIO=4&transport=websocket",
            Self::Guildhall | Self::Plain => "/ws",
        };
        let Seat { room, token, address: own } = seat;
        let mut socket = Socket::open(own.as_deref().unwrap_or(address), path)?;
        match self {
            Self::Guildhall => {
                socket.say(&format!(r#"{{"op":"hello","token":"{token}"}}"#))?;
                wait_for(&mut socket, &[r#""op":"ready""#])?;
            }
            Self::SocketIo => {
                socket.wait_for(|frame| Ok(frame.starts_with(b"0{")))?;
                socket.say("40")?;
                socket.wait_for(|frame| Ok(frame.starts_with(b"40")))?;
            }
            Self::Plain => {}
        }
        if !join {
            return Ok(socket);
        }
        match self {
            Self::Guildhall => {
                let stream = format!("messages/channel/{room}");
                socket.say(&format!(r#"{{"op":"watch","streams":{{"{stream}":{FROM_NOW}}}}}"#))?;
                wait_for(&mut socket, &[r#""op":"watched""#, &stream])?;
            }
            Self::SocketIo => {
                socket.say(&format!(r#"420["join","{room}"]"#))?;
                socket.wait_for(|frame| Ok(frame.starts_with(b"430[")))?;
            }
            Self::Plain => {
                socket.say(&format!(r#"{{"op":"join","room":"{room}"}}"#))?;
                wait_for(&mut socket, &[r#""op":"joined""#])?;
            }
        }
        Ok(socket)
    }

    /// The frame that sends `text` to a room. `nonce` is unique.
    pub(crate) fn send(self, room: &str, nonce: &str, text: &str) -> String {
        match self {
            Self::Guildhall => format!(r#"{{"op":"send","channel":"{room}","nonce":"{nonce}","text":"{text}"}}"#),
            Self::SocketIo => format!(r#"421["send","{room}","{text}"]"#),
            Self::Plain => format!(r#"{{"op":"send","room":"{room}","text":"{text}"}}"#),
        }
    }

    /// Whether the frame says that a message is on disk. What the server refuses is an error.
    pub(crate) fn acknowledges(self, frame: &[u8]) -> Result<bool> {
        refusal(frame)?;
        Ok(match self {
            Self::Guildhall | Self::Plain => frame.starts_with(br#"{"op":"ack""#),
            Self::SocketIo => frame.starts_with(b"431["),
        })
    }

    /// Whether the frame is the server's own heartbeat, beside the protocol's: it wants [`HEARTBEAT_ANSWER`].
    pub(crate) fn is_heartbeat(self, frame: &[u8]) -> bool {
        matches!(self, Self::SocketIo) && frame == b"2"
    }
}

fn wait_for(socket: &mut Socket, words: &[&str]) -> Result<()> {
    socket.wait_for(|frame| {
        refusal(frame)?;
        Ok(words.iter().all(|word| memmem::find(frame, word.as_bytes()).is_some()))
    })
}

/// The server's refusal, when the frame is one.
pub(crate) fn refusal(frame: &[u8]) -> Result<()> {
    if frame.starts_with(br#"{"op":"error""#) || frame.starts_with(br#"{"op":"refused""#) {
        return Err(Error::other(format!("the server refused: {}", String::from_utf8_lossy(frame))));
    }
    Ok(())
}

/// A text that says from which slot and when it was sent.
pub(crate) fn stamped(slot: usize, nanos: u64) -> String {
    let mut text = format!("~b:{slot:0SLOT_DIGITS$}:{nanos:0NANOS_DIGITS$}~ ");
    text.extend("the quick brown fox jumps over the lazy dog ".chars().cycle().take(TEXT_BYTES - text.len()));
    text.truncate(TEXT_BYTES - 1);
    text.push('.');
    text
}

/// The slot and the time of a delivered text; None for any other frame.
pub(crate) fn stamp_of(frame: &[u8], finder: &memmem::Finder<'_>) -> Option<(usize, u64)> {
    let at = finder.find(frame)? + STAMP.len();
    let slot = number(frame.get(at..at + SLOT_DIGITS)?)?;
    let nanos = number(frame.get(at + SLOT_DIGITS + 1..at + SLOT_DIGITS + 1 + NANOS_DIGITS)?)?;
    Some((usize::try_from(slot).ok()?, nanos))
}

pub(crate) fn stamp_finder() -> memmem::Finder<'static> {
    memmem::Finder::new(STAMP)
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |n, digit| digit.is_ascii_digit().then(|| n * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_found_in_any_frame() {
        let text = stamped(17, 123_456_789);
        assert_eq!(text.len(), TEXT_BYTES);
        let finder = stamp_finder();
        for frame in [format!(r#"{{"op":"event","data":{{"text":"{text}"}}}}"#), format!(r#"42["message","{text}"]"#)] {
            assert_eq!(stamp_of(frame.as_bytes(), &finder), Some((17, 123_456_789)));
        }
        assert_eq!(stamp_of(b"{\"op\":\"ack\"}", &finder), None);
        assert_eq!(stamp_of(b"~b:00x1:000", &finder), None);
    }

    #[test]
    fn a_refusal_is_an_error_and_an_acknowledgement_is_none_of_the_others() {
        assert!(refusal(br#"{"op":"error","problem":{}}"#).is_err());
        assert!(refusal(br#"{"op":"refused","stream":"x"}"#).is_err());
        for other in [r#"{"op":"event"}"#, r#"{"op":"reset"}"#, r#"{"op":"ready"}"#, "3"] {
            assert!(refusal(other.as_bytes()).is_ok(), "{other}");
        }
        assert!(Dialect::Guildhall.acknowledges(br#"{"op":"ack","nonce":"1"}"#).expect("no refusal"));
        assert!(!Dialect::Guildhall.acknowledges(br#"{"op":"event"}"#).expect("no refusal"));
        assert!(Dialect::SocketIo.acknowledges(b"431[1]").expect("no refusal"));
    }
}
