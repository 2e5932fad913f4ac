//! Channels of guilds, and how people stand to them.

use super::{Outcome, Refusal, Tell, unchanged};
use crate::rules::{self, Change, roles};
use async_trait::async_trait;
use engine_sql::Result;
use guilds_contract::{Channel, ChannelKind, Facts};
use kernel::{
    ChannelId, Committed, GuildId, Timestamp, UserId,
    permissions::{Grants, Place},
};

#[async_trait]
pub(crate) trait Store: Send + Sync {
    async fn find(&self, channel: ChannelId) -> Result<Option<Channel>>;

    /// The channels of the guilds that `user` is in, or of one of them, in order, and how `user` stands to each.
    async fn of(&self, user: UserId, guild: Option<GuildId>) -> Result<Vec<(Channel, Facts)>>;

    async fn facts(&self, channel: ChannelId, user: UserId) -> Result<Option<Facts>>;

    /// Inserts a channel after the guild's last, which these members see. A private one is hidden from everyone else.
    async fn create(
        &self,
        guild: GuildId,
        channel: Channel,
        allowed: Vec<UserId>,
        tell: Tell<Channel>,
    ) -> Outcome<Committed<Channel>>;

    /// Changes a channel; `tell` hears it as it was and as it is. Turning private hides it from everyone; turning open takes
    /// away all that hides it.
    async fn edit(
        &self,
        guild: GuildId,
        channel: ChannelId,
        change: Change,
        tell: Tell<(Channel, Channel)>,
    ) -> Outcome<Committed<Channel>>;

    async fn delete(&self, guild: GuildId, channel: ChannelId, tell: Tell<Channel>) -> Outcome<Committed<()>>;

    /// At most `limit` channels with ids above `after`, rising.
    async fn page(&self, after: ChannelId, limit: i64) -> Result<Vec<Channel>>;
}

engine_sql::stamp!("channels/sql.rs");

#[cfg(test)]
mod suite;
