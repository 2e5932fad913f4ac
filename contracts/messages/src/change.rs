//! Changing and deleting what was said.

use crate::Message;
use kernel::{MessageId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Another text for a message.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Edit {
    /// Markdown, 1 to 4,000 characters.
    pub text: String,
    /// The `version` that was changed: refused with 409 when the message has another one by now. Absent: whatever it has.
    #[serde(default)]
    pub version: Option<i64>,
}

/// A text that a message had before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Version {
    pub message: MessageId,
    /// 0: as it was sent.
    pub version: i64,
    pub text: String,
    /// Since when it said this.
    pub at: Timestamp,
}

/// What was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deleted {
    /// How many messages.
    pub messages: u64,
}

impl Deleted {
    /// How many messages one call deletes at most.
    pub const MAX: usize = 100;
}

/// Event `message_edited` on `messages/channel/{id}`. Told again after the message was deleted, it holds its tombstone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageEdited {
    pub message: Message,
}

/// Event `message_deleted` on `messages/channel/{id}`: the message is a tombstone now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageDeleted {
    pub message: MessageId,
    pub number: i64,
    /// The `seq`s of this stream's events that told its text, and tell it no more, in rising order.
    #[serde(default)]
    pub redacted: Vec<i64>,
}
