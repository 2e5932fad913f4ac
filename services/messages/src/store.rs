//! What messages keeps. Every engine passes `store/suite.rs`.

pub(crate) mod group;
pub(crate) mod turns;

use crate::rules::Reading;
use async_trait::async_trait;
use engine_sql::Result;
use kernel::{ChannelId, Committed, Difference, EventId, GuildId, MessageId, NewEvent, Timestamp, UserId};
use messages_contract::{Head, Marker, Message, Sent, Version};

/// A message that waits to be written.
#[derive(Clone, Debug)]
pub struct Pending {
    pub author: UserId,
    pub channel: ChannelId,
    pub guild: Option<GuildId>,
    pub nonce: String,
    pub text: String,
    pub reply_to: Option<MessageId>,
    /// The fingerprint of the nonce.
    pub nonce_key: i64,
    /// The fingerprint of text and reply.
    pub body: i64,
}

/// The same, with the id and moment that it will have.
#[derive(Clone, Debug)]
pub struct Ready {
    pub pending: Pending,
    pub id: MessageId,
    pub sent_at: Timestamp,
}

/// A channel and a number in it.
pub(crate) type Place = (ChannelId, i64);

/// A message that is deleted, with the id and moment of the event that says so.
pub(crate) struct Burial {
    pub(crate) message: MessageId,
    pub(crate) event: EventId,
    pub(crate) at: Timestamp,
}

/// Another text for a message, with the id and moment of the event that says so.
pub(crate) struct Edited {
    pub(crate) text: String,
    pub(crate) event: EventId,
    pub(crate) at: Timestamp,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Writes a group in one transaction: answers each in its place, a repeat of (author, channel, nonce) with the
    /// first message, and the events of those that are new.
    async fn commit(&self, group: Vec<Ready>) -> Result<Committed<Vec<kernel::Result<Sent>>>>;

    async fn find(&self, channel: ChannelId, message: MessageId) -> Result<Option<Message>>;

    /// At most `limit` messages in rising order, and the `seq` of the channel's stream that they reflect; nothing when the
    /// message to read around isn't in the channel.
    async fn history(&self, channel: ChannelId, reading: Reading, limit: i64) -> Result<Option<(Vec<Message>, i64)>>;

    /// The heads of those of `channels` in which something was said, with the person's markers.
    async fn heads(&self, user: UserId, channels: &[ChannelId]) -> Result<Vec<Head>>;

    /// The number of the newest message that was sent before `at`; 0: none was.
    async fn number_before(&self, channel: ChannelId, at: Timestamp) -> Result<i64>;

    /// Moves markers forward; one that is further already stays, without its event.
    async fn start_markers(&self, user: UserId, moves: Vec<(Marker, NewEvent)>) -> Result<Committed<()>>;

    /// Moves one marker forward; answers where it is then.
    async fn move_marker(&self, user: UserId, marker: Marker, event: NewEvent) -> Result<Committed<Marker>>;

    async fn markers(&self, user: UserId) -> Result<Vec<Marker>>;

    /// At most `limit` messages of the person beyond `after`, by channel and number (the order that streams are locked in),
    /// tombstones left out.
    async fn written_by(&self, user: UserId, after: Place, limit: i64) -> Result<Vec<Message>>;

    /// What came after `since` in a channel's stream, or the word to fetch anew, as the journal's `after` answers for others:
    /// what was said isn't in the journal but told again from the messages.
    async fn difference(&self, channel: ChannelId, since: i64, bound: Option<i64>) -> Result<Difference>;

    /// Puts another text in place of a message's, keeps the one before, and appends the event. Nothing when the message isn't
    /// as `old` any more.
    async fn edit(&self, old: &Message, edit: Edited) -> Result<Option<Committed<Message>>>;

    /// The texts that a message had before, the first one first.
    async fn versions(&self, channel: ChannelId, message: MessageId) -> Result<Vec<Version>>;

    /// All that the person said since, by channel and number, tombstones left out.
    async fn said_since(&self, user: UserId, since: Timestamp) -> Result<Vec<Message>>;

    /// Puts tombstones in place of messages, takes their texts out of the log, and appends the events that say so. Those that
    /// are tombstones already are passed over.
    async fn bury(&self, buried: Vec<Burial>) -> Result<Committed<()>>;

    /// Forgets the person's nonces and markers; answers how many.
    async fn forget(&self, user: UserId) -> Result<u64>;

    /// All that was said in a channel is gone, the log of it too. Its stream's head stays.
    async fn purge(&self, channel: ChannelId) -> Result<()>;

    /// Heads by rising channel, without anybody's marker, each with the `seq` of its stream at the same moment.
    async fn page_of_heads(&self, after: ChannelId, limit: i64) -> Result<Vec<(Head, i64)>>;
}

engine_sql::stamp!("store/sql.rs", sqlite: "store/sqlite.rs", postgres: "store/postgres.rs");

#[cfg(test)]
pub(crate) mod suite;
