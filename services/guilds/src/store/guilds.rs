//! Guilds and who is in them.

use super::{Outcome, Refusal, Tell, unchanged};
use crate::rules::{self, roles};
use async_trait::async_trait;
use engine_sql::Result;
use files_contract::ImageName;
use guilds_contract::{Channel, Facts, Guild, Member};
use kernel::{
    At, ChannelId, Committed, GuildId, NewEvent, RoleId, StreamName, Timestamp, UserId,
    permissions::{Grants, Permissions, Place},
};

/// What goes with a guild.
#[derive(Debug, PartialEq)]
pub(crate) struct Deleted {
    pub(crate) channels: Vec<ChannelId>,
    pub(crate) members: Vec<UserId>,
}

/// A guild with its new icon, and the one that it had until now.
#[derive(Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) guild: Guild,
    pub(crate) until_now: Option<ImageName>,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Inserts a guild with its owner as the first member and its first channel.
    async fn create(&self, guild: Guild, first: Channel, events: Vec<NewEvent>) -> Outcome<Committed<Guild>>;

    async fn find(&self, guild: GuildId) -> Result<Option<Guild>>;

    /// The guilds that `user` is in, oldest membership first.
    async fn of(&self, user: UserId) -> Result<Vec<Guild>>;

    async fn owned(&self, user: UserId) -> Result<Vec<Guild>>;

    /// The heads of the person's own stream and of all streams of guilds that `user` is in and of their private channels,
    /// whether `user` sees them or not.
    async fn heads(&self, user: UserId) -> Result<At>;

    async fn rename(&self, guild: GuildId, name: String, tell: Tell<Guild>) -> Outcome<Committed<Guild>>;

    /// Shows another icon, or none.
    async fn show_icon(&self, guild: GuildId, icon: Option<ImageName>, tell: Tell<Guild>) -> Outcome<Committed<Shown>>;

    /// Makes the member who joined first after `owner` the owner. None, and nothing is changed, where `owner` isn't its owner or
    /// its only member.
    async fn pass_on(&self, guild: GuildId, owner: UserId, tell: Tell<Guild>) -> Result<Committed<Option<Guild>>>;

    /// Deletes a guild with all that is in it, its names and topics in the log too, unless it has more than `most_members` members.
    async fn delete(&self, guild: GuildId, most_members: usize, tell: Tell<Deleted>) -> Outcome<Committed<()>>;

    /// At most `limit` members who joined after `after`, by the time of joining.
    async fn members(&self, guild: GuildId, after: (Timestamp, UserId), limit: i64) -> Result<Vec<Member>>;

    async fn memberships(&self, user: UserId) -> Result<Vec<Member>>;

    /// Those of `users` who are in a guild that `user` is in, each once, and one such guild.
    async fn fellows(&self, user: UserId, users: &[UserId]) -> Result<Vec<(UserId, GuildId)>>;

    /// Takes a member out, with the roles and with what channels say about the person.
    async fn leave(&self, guild: GuildId, user: UserId, events: Vec<NewEvent>) -> Outcome<Committed<()>>;

    /// Takes a member in and counts one use of the invite; who is a member already uses nothing up.
    async fn accept(&self, code: &str, new: Member, events: Vec<NewEvent>) -> Outcome<Committed<Guild>>;

    async fn facts(&self, guild: GuildId, user: UserId) -> Result<Option<Facts>>;

    /// At most `limit` guilds with ids above `after`, rising.
    async fn page(&self, after: GuildId, limit: i64) -> Result<Vec<Guild>>;

    /// At most `limit` members after `after`, by guild and person.
    async fn member_page(&self, after: (GuildId, UserId), limit: i64) -> Result<Vec<Member>>;
}

engine_sql::stamp!("guilds/sql.rs");

#[cfg(test)]
mod suite;
