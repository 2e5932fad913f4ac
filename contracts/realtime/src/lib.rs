//! Realtime: live sessions, fan-out, presence. A session lives on the node that accepted its socket, so
//! this contract is local; its frames are what the socket door writes.

use kernel::{ChannelId, Problem, Result, StreamName, UserId};
use messages_contract::{Draft, Head, Sent};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Arc};

/// A future that is named by what it does.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Opens live sessions.
pub trait Realtime: Send + Sync {
    /// A session that nobody has signed in to yet: the first op must be `hello`.
    fn connect(&self) -> Result<Arc<dyn Session>>;

    /// Ends all sessions with close code 1012 (service restart), and takes no new ones.
    fn drain(&self);
}

/// One client's live session. Both halves may be called at the same time, from one task each.
pub trait Session: Send + Sync {
    /// Takes one op. Its answers come out of `frames`.
    fn receive<'a>(&'a self, request: Request) -> Later<'a, ()>;

    /// Answers an op that couldn't be read.
    fn refuse(&self, reference: Option<String>, problem: Problem);

    /// Waits until there is something to write, and gives all of it in order.
    fn frames<'a>(&'a self) -> Later<'a, Outgoing>;

    /// The socket is gone.
    fn close(&self);
}

/// What to write to a client.
#[derive(Debug)]
pub enum Outgoing {
    /// Text frames, each a whole JSON document, shared by all who get it.
    Frames(Vec<Arc<str>>),
    /// Close the socket with this code (RFC 6455 §7.4) and reason.
    Close(u16, &'static str),
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
    Ping,
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
    /// Who of the watched people came (true) or went (false).
    Presence {
        users: BTreeMap<UserId, bool>,
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

impl From<Sent> for ServerOp {
    fn from(sent: Sent) -> Self {
        Self::Ack { nonce: sent.nonce, id: sent.message.id, seq: sent.seq, number: sent.message.number }
    }
}
