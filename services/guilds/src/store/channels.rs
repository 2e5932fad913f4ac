//! Channels of guilds, and who may see the private ones.

use super::{Outcome, Refusal, Tell, unchanged};
use crate::rules::{self, Change};
use async_trait::async_trait;
use engine_sql::Result;
use guilds_contract::{Allowance, Channel, ChannelKind, Facts};
use kernel::{ChannelId, Committed, GuildId, NewEvent, Timestamp, UserId, permissions::Place};

#[async_trait]
pub(crate) trait Store: Send + Sync {
    async fn find(&self, channel: ChannelId) -> Result<Option<Channel>>;

    /// The channels of the guilds that `user` is in, or of one of them, in order, and how `user` stands to each.
    async fn of(&self, user: UserId, guild: Option<GuildId>) -> Result<Vec<(Channel, Facts)>>;

    async fn facts(&self, channel: ChannelId, user: UserId) -> Result<Option<Facts>>;

    /// Inserts a channel after the guild's last, with its list. Only members can be on it.
    async fn create(
        &self,
        guild: GuildId,
        channel: Channel,
        allowed: Vec<UserId>,
        tell: Tell<Channel>,
    ) -> Outcome<Committed<Channel>>;

    /// Changes a channel; `tell` hears it as it was and as it is.
    async fn edit(
        &self,
        guild: GuildId,
        channel: ChannelId,
        change: Change,
        tell: Tell<(Channel, Channel)>,
    ) -> Outcome<Committed<Channel>>;

    async fn delete(&self, guild: GuildId, channel: ChannelId, tell: Tell<Channel>) -> Outcome<Committed<()>>;

    /// Who is on a channel's list, by rising id.
    async fn allowed(&self, channel: ChannelId) -> Result<Vec<UserId>>;

    /// Puts a member on a channel's list.
    async fn allow(
        &self,
        guild: GuildId,
        channel: ChannelId,
        user: UserId,
        events: Vec<NewEvent>,
    ) -> Outcome<Committed<()>>;

    /// Takes a member off a channel's list.
    async fn disallow(
        &self,
        guild: GuildId,
        channel: ChannelId,
        user: UserId,
        events: Vec<NewEvent>,
    ) -> Outcome<Committed<()>>;

    /// At most `limit` channels with ids above `after`, rising.
    async fn page(&self, after: ChannelId, limit: i64) -> Result<Vec<Channel>>;

    /// At most `limit` entries of lists after `after`, by channel and person.
    async fn allowance_page(&self, after: (ChannelId, UserId), limit: i64) -> Result<Vec<Allowance>>;
}

engine_sql::stamp!("channels/sql.rs");

#[cfg(test)]
mod suite;
