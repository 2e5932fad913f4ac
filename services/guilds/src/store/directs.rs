//! Directs: one for each pair.

use crate::rules;
use async_trait::async_trait;
use engine_sql::Result;
use guilds_contract::{Channel, Facts};
use kernel::{
    ChannelId, Committed, NewEvent, Timestamp, UserId,
    permissions::{Grants, Place},
};

#[async_trait]
pub(crate) trait Store: Send + Sync {
    async fn find(&self, channel: ChannelId) -> Result<Option<Channel>>;

    async fn between(&self, one: UserId, other: UserId) -> Result<Option<Channel>>;

    /// Inserts the direct `between` two persons unless they have one; answers the one that is there.
    async fn open(
        &self,
        id: ChannelId,
        between: (UserId, UserId),
        created_at: Timestamp,
        events: Vec<NewEvent>,
    ) -> Result<Committed<Channel>>;

    /// Those of `users` who have a direct with `user`.
    async fn partners(&self, user: UserId, users: &[UserId]) -> Result<Vec<UserId>>;

    /// At most `limit` directs of `user` with ids above `after`, rising.
    async fn of(&self, user: UserId, after: ChannelId, limit: i64) -> Result<Vec<Channel>>;

    async fn facts(&self, channel: ChannelId, user: UserId) -> Result<Option<Facts>>;

    /// At most `limit` directs with ids above `after`, rising.
    async fn page(&self, after: ChannelId, limit: i64) -> Result<Vec<Channel>>;
}

engine_sql::stamp!("directs/sql.rs");

#[cfg(test)]
mod suite;
