//! Whose turn it is, where one waits between two messages.

use async_trait::async_trait;
use engine_sql::Result;
use kernel::{ChannelId, Timestamp, UserId};

/// One message that somebody wants to send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) author: UserId,
    pub(crate) channel: ChannelId,
    /// The fingerprint of its nonce: the same message again has the turn already.
    pub(crate) nonce: i64,
    pub(crate) at: Timestamp,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Takes a turn when the last one was `pace_seconds` ago; else answers when that was.
    async fn take(&self, turn: Turn, pace_seconds: i64) -> Result<Option<Timestamp>>;

    /// Forgets turns of before `before`; answers how many.
    async fn prune(&self, before: Timestamp) -> Result<u64>;

    /// Forgets the person's turns; answers how many.
    async fn erase(&self, user: UserId) -> Result<u64>;
}

engine_sql::stamp!("turns/sql.rs");

#[cfg(test)]
mod suite;
