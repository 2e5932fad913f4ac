//! Realtime: live sessions, fan-out, presence. A session lives on the node that accepted its socket, so
//! this contract is local; its frames are what the socket door writes.

use kernel::{Availability, ChannelId, Problem, Result, StreamName, UserId};
use messages_contract::{Draft, Head, Sent};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    future::Future,
    io::IoSlice,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::Context,
};

/// A future that is named by what it does.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Opens live sessions.
pub trait Realtime: Send + Sync {
    /// A session that nobody has signed in to yet: the first op must be `hello`. It writes to `wire` by itself.
    fn connect(&self, wire: Arc<dyn Wire>) -> Result<Arc<dyn Session>>;

    /// Ends all sessions with close code 1012 (service restart), and takes no new ones.
    fn drain(&self);
}

/// One client's live session.
pub trait Session: Send + Sync {
    /// Takes one op. Its answers are written to the wire.
    fn receive(&self, request: Request) -> Later<()>;

    /// Answers an op that couldn't be read.
    fn refuse(&self, reference: Option<String>, problem: Problem);

    /// Writes a frame of the codec's own (a pong, a farewell) after what is queued already.
    fn control(&self, frame: Frame);

    /// Something came from the client: it is alive.
    fn heard(&self);

    /// Ends the session with a close code (RFC 6455 §7.4) and a reason, once what is queued was written.
    fn end(&self, code: u16, reason: &'static str);

    /// What the wire waits for.
    fn flow(&self) -> Flow;

    /// As [`Self::flow`]; the task is woken when it may have changed. One task at a time: the last that asked.
    fn poll_flow(&self, cx: &mut Context<'_>) -> Flow;

    /// The wire takes more: writes what waited.
    fn flush(&self);

    /// The socket is gone. Must be called once, at the end.
    fn close(&self);
}

/// What a socket's own task does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Read ops.
    Open,
    /// Something couldn't be written: wait until the wire takes more, then flush.
    Blocked,
    /// Everything was written, and the session is over.
    Ended,
}

/// The writing end of a socket. Called from any thread; never blocks.
pub trait Wire: Send + Sync {
    /// Writes as much of `frames` as the socket takes now, and answers how many bytes. Fails with `WouldBlock`
    /// when it takes none.
    fn write(&self, frames: &[IoSlice<'_>]) -> std::io::Result<usize>;

    /// A frame as this socket writes it: always the same bytes of the same frame.
    fn bytes<'f>(&self, frame: &'f Frame) -> &'f [u8] {
        frame.bytes()
    }

    /// The codec's frame that asks whether the client is there.
    fn ping(&self) -> Frame;

    /// The codec's frame that closes the socket.
    fn closing(&self, code: u16, reason: &'static str) -> Frame;
}

/// Bytes on their way to clients, made once and shared by all who get them: a JSON text behind the WebSocket header of
/// an unmasked text frame (RFC 6455 §5.2).
#[derive(Clone)]
pub struct Frame(Arc<Made>);

struct Made {
    bytes: Box<[u8]>,
    /// How many of the bytes come before the JSON; 0: there is none.
    header: u8,
    /// For sockets that take it so, from when the first asks; None where it would be no shorter.
    deflated: OnceLock<Option<Box<[u8]>>>,
}

/// The first byte of an unmasked frame that is a whole text; and of one that is deflated (RFC 7692 §7.2.1).
const TEXT: u8 = 0x81;
const DEFLATED_TEXT: u8 = 0xc1;

impl Frame {
    pub fn text(json: &str) -> Self {
        let (bytes, header) = framed(TEXT, json.as_bytes());
        Self(Arc::new(Made { bytes, header, deflated: OnceLock::new() }))
    }

    /// A frame of a codec's own, header and all.
    pub fn raw(bytes: &[u8]) -> Self {
        Self(Arc::new(Made { bytes: bytes.into(), header: 0, deflated: OnceLock::new() }))
    }

    /// As a WebSocket writes it.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// As a WebSocket writes it that takes deflated messages (RFC 7692), never longer than [`Self::bytes`]. `deflate` is
    /// asked once for all sockets; it answers nothing where the JSON would become no shorter.
    pub fn deflated(&self, deflate: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> &[u8] {
        if self.0.header == 0 {
            return self.bytes();
        }
        let make = || Some(framed(DEFLATED_TEXT, &deflate(self.json())?).0);
        let deflated = self.0.deflated.get_or_init(|| make().filter(|short| short.len() < self.bytes().len()));
        deflated.as_deref().unwrap_or(self.bytes())
    }

    /// The JSON alone, for other codecs.
    pub fn json(&self) -> &[u8] {
        &self.0.bytes[usize::from(self.0.header)..]
    }
}

/// A payload behind its header, and how long that is.
fn framed(first: u8, payload: &[u8]) -> (Box<[u8]>, u8) {
    let len = payload.len();
    let mut bytes = Vec::with_capacity(
        len + if len < 126 {
            2
        } else if len < 65_536 {
            4
        } else {
            10
        },
    );
    bytes.push(first);
    match (u8::try_from(len), u16::try_from(len)) {
        (Ok(short @ ..=125), _) => bytes.push(short),
        (_, Ok(medium)) => {
            bytes.push(126);
            bytes.extend(medium.to_be_bytes());
        }
        _ => {
            bytes.push(127);
            bytes.extend((len as u64).to_be_bytes());
        }
    }
    let header = bytes.len() as u8;
    bytes.extend(payload);
    (bytes.into(), header)
}

impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Frame {}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.json()))
    }
}

/// One op of a client, with the reference that its answer echoes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(flatten)]
    pub op: ClientOp,
}

/// What a client may ask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum ClientOp {
    /// Signs in. Must be the first op; again with a newer token at any time.
    Hello {
        token: String,
    },
    /// Watches streams: what came after each `seq`, then live. At most 500 watched at once.
    Watch {
        streams: BTreeMap<StreamName, i64>,
    },
    Unwatch {
        streams: Vec<StreamName>,
    },
    /// Watches the presence of these people instead of those before. At most 200.
    WatchPresence {
        users: Vec<UserId>,
    },
    Send {
        channel: ChannelId,
        #[serde(flatten)]
        draft: Draft,
    },
    /// Moves the read marker forward.
    Read {
        channel: ChannelId,
        number: i64,
    },
    /// Says whether somebody is at this device.
    Presence {
        status: Activity,
    },
    Ping,
}

/// Whether a device is being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    Online,
    /// Not touched for a while.
    Idle,
}

impl ClientOp {
    /// What the wire calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::Watch { .. } => "watch",
            Self::Unwatch { .. } => "unwatch",
            Self::WatchPresence { .. } => "watch_presence",
            Self::Send { .. } => "send",
            Self::Read { .. } => "read",
            Self::Presence { .. } => "presence",
            Self::Ping => "ping",
        }
    }
}

/// What a client is told, beside events (whose frames are made once, by `kernel::Event::frame`).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum ServerOp {
    /// The answer to `hello`. The person's own streams are watched from here on.
    Ready {
        user: UserId,
        /// Channels with something unread.
        unread: Vec<Head>,
        /// Seconds of silence after which the client should ping.
        ping_every: u32,
    },
    /// The stream is watched: what came after the asked `seq` was sent, up to `seq`; now it is live.
    Watched {
        stream: StreamName,
        seq: i64,
    },
    /// The stream is not watched, or no longer.
    Refused {
        stream: StreamName,
        problem: Problem,
    },
    /// Too far behind: fetch the state anew; the stream is live from `seq`.
    Reset {
        stream: StreamName,
        seq: i64,
    },
    /// A message is on disk.
    Ack {
        nonce: String,
        id: kernel::MessageId,
        seq: i64,
        number: i64,
    },
    /// Newest message numbers, by channel.
    Heads {
        heads: BTreeMap<ChannelId, i64>,
    },
    /// Who of the watched people is here (true) or isn't (false).
    Presence {
        users: BTreeMap<UserId, bool>,
        /// Of those who are here, who isn't simply online.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        states: BTreeMap<UserId, Availability>,
    },
    /// What others see of these of the watched people has changed: ask anew.
    Profiles {
        users: Vec<UserId>,
    },
    Pong,
    /// An op was refused.
    Error {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
        problem: Problem,
    },
}

/// What is written: an op, with the reference of what it answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(flatten)]
    pub op: ServerOp,
}

impl ServerOp {
    /// How these of the watched people are; None: not here.
    pub fn presence(users: impl IntoIterator<Item = (UserId, Option<Availability>)>) -> Self {
        let (mut here, mut states) = (BTreeMap::new(), BTreeMap::new());
        for (user, seen) in users {
            here.insert(user, seen.is_some());
            if let Some(seen) = seen.filter(|seen| *seen != Availability::Online) {
                states.insert(user, seen);
            }
        }
        Self::Presence { users: here, states }
    }
}

impl From<Sent> for ServerOp {
    fn from(sent: Sent) -> Self {
        Self::Ack { nonce: sent.nonce, id: sent.message.id, seq: sent.seq, number: sent.message.number }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_has_the_header_that_its_length_asks_for() {
        for (len, header) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            let json = "x".repeat(len);
            let frame = Frame::text(&json);
            assert_eq!((frame.bytes().len(), frame.json()), (len + header, json.as_bytes()));
        }
        assert_eq!(Frame::text(&"x".repeat(300)).bytes()[..4], [0x81, 126, 1, 44]);
        assert_eq!(Frame::raw(&[0x89, 0]).bytes(), [0x89, 0]);
    }

    #[test]
    fn a_frame_is_deflated_once_and_only_where_that_is_shorter() {
        let frame = Frame::text(&"x".repeat(300));
        assert_eq!(frame.deflated(|_| Some(vec![7; 200]))[..5], [0xc1, 126, 0, 200, 7]);
        assert_eq!(frame.clone().deflated(|_| unreachable!("it is made already")).len(), 204);
        assert_eq!(frame.bytes()[..4], [0x81, 126, 1, 44], "others get it as it was");
        for no_shorter in [None, Some(vec![7; 300])] {
            let frame = Frame::text(&"x".repeat(300));
            assert_eq!(frame.deflated(|_| no_shorter), frame.bytes());
        }
        let ping = Frame::raw(&[0x89, 0]);
        assert_eq!(ping.deflated(|_| unreachable!("control frames aren't deflated")), [0x89, 0]);
    }
}
