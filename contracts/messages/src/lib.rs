//! Messages: what is said. Streams: `messages/channel/{id}` (what is said in a channel),
//! `messages/user/{id}` (one person's read markers).

use kernel::{Caller, ChannelId, Difference, GuildId, Limit, MessageId, Page, Reader, StreamName, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

mod change;

pub use change::{Deleted, Edit, MessageDeleted, MessageEdited, Version};

contract::contract! {
    /// Messages and read markers.
    pub trait Messages as "guildhall.v1.Messages", client MessagesClient, server serve_messages {
        /// Sends a message. Answers when it is on disk. The same nonce again answers the first message.
        async fn send(&self, caller: Caller, channel: ChannelId, draft: Draft) -> Sent, idempotent;

        /// A page of a channel's messages, in rising order of number.
        async fn history(&self, caller: Caller, channel: ChannelId, limit: Limit, window: Window) -> Page<Message>, idempotent;

        async fn message(&self, caller: Caller, channel: ChannelId, message: MessageId) -> Message, idempotent;

        /// Puts another text in place of that of a message of the caller's own.
        async fn edit(&self, caller: Caller, channel: ChannelId, message: MessageId, edit: Edit) -> Message, idempotent;

        /// What a message said before, the first text first: for its author, and for who manages messages.
        async fn versions(&self, caller: Caller, channel: ChannelId, message: MessageId) -> Vec<Version>, idempotent;

        /// Deletes messages, [`Deleted::MAX`] at most: the caller's own, and those of others for who manages messages. Those that
        /// are gone already are passed over.
        async fn delete(&self, caller: Caller, channel: ChannelId, messages: Vec<MessageId>) -> Deleted, idempotent;

        /// Deletes all that `author` said in a guild's channels since a time: for who bans there.
        async fn delete_said(&self, caller: Caller, guild: GuildId, author: UserId, since: Timestamp) -> Deleted, idempotent;

        /// Moves the caller's read marker forward to `number`; it never goes back.
        async fn mark_read(&self, caller: Caller, channel: ChannelId, number: i64) -> Marker, idempotent;

        /// The newest number and the caller's marker of each of `channels` that the caller may see.
        async fn heads(&self, caller: Caller, channels: Vec<ChannelId>) -> Heads, idempotent;

        async fn difference(&self, reader: Reader, stream: StreamName, since: i64) -> Difference, idempotent;
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    pub id: MessageId,
    pub channel: ChannelId,
    /// Contiguous in its channel: 1, 2, 3 …
    pub number: i64,
    pub author: UserId,
    /// Markdown, 1 to 4,000 characters; empty once deleted.
    pub text: String,
    /// The message that this one answers.
    pub reply_to: Option<MessageId>,
    pub sent_at: Timestamp,
    /// A tombstone: the text is gone, the number stays.
    pub deleted: bool,
    /// When its text was changed last; absent: it is as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// How often its text was changed; absent: never.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub version: i64,
}

impl Message {
    /// A message as it is sent.
    pub fn new(
        id: MessageId,
        (channel, number): (ChannelId, i64),
        author: UserId,
        text: String,
        reply_to: Option<MessageId>,
        sent_at: Timestamp,
    ) -> Self {
        Self { id, channel, number, author, text, reply_to, sent_at, deleted: false, edited_at: None, version: 0 }
    }

    /// What is left of it when it is deleted.
    pub fn tombstone(self) -> Self {
        let Self { id, channel, number, author, sent_at, .. } = self;
        Self { deleted: true, ..Self::new(id, (channel, number), author, String::new(), None, sent_at) }
    }
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// A message that is about to be sent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Draft {
    /// Chosen by the client, 1 to 64 characters: unique for the author in the channel. A repeat within 7 days
    /// answers the first message, so a send can be retried without harm.
    pub nonce: String,
    /// Markdown, 1 to 4,000 characters.
    pub text: String,
    #[serde(default)]
    pub reply_to: Option<MessageId>,
}

/// A message that is on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sent {
    pub nonce: String,
    /// The `seq` of its event in the channel's stream.
    pub seq: i64,
    pub message: Message,
}

/// Which part of a channel's history; at most one of the three. None: the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Below this number.
    #[serde(default)]
    pub before: Option<i64>,
    /// Above this number.
    #[serde(default)]
    pub after: Option<i64>,
    /// Around this number, or this message's id.
    #[serde(default)]
    pub around: Option<i64>,
}

/// How far a person has read in a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Marker {
    pub channel: ChannelId,
    /// The number of the last message read; 0: none.
    pub number: i64,
}

/// Where a channel stands for one person. Unread = `number` − `marker`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Head {
    pub channel: ChannelId,
    /// The newest message's number; 0: nothing was said yet.
    pub number: i64,
    pub marker: i64,
    pub last_message_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heads {
    pub heads: Vec<Head>,
    pub at: kernel::At,
}

/// Event `message_sent` on `messages/channel/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageSent {
    pub nonce: String,
    pub message: Message,
}

/// Event `marker_moved` on `messages/user/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MarkerMoved {
    pub channel: ChannelId,
    pub number: i64,
    pub user: UserId,
}
