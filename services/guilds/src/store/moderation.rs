//! Members' names and time-outs, and who was taken out or banned. Nobody acts on the owner, nor on who stands as high.

use super::{Outcome, Refusal, Tell, unchanged};
use crate::rules::{self, roles};
use async_trait::async_trait;
use engine_sql::Result;
use guilds_contract::{Ban, Member};
use kernel::{
    Committed, GuildId, NewEvent, RoleId, Timestamp, UserId,
    permissions::{Grants, Place, Rank, permissions},
};

/// What changes of a member.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    /// Of oneself, or of who stands below.
    Nickname(Option<String>),
    /// Of who stands below.
    TimedOutUntil(Option<Timestamp>),
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Changes a member; `tell` hears how the member was and is.
    async fn edit(
        &self,
        actor: UserId,
        id: (GuildId, UserId),
        change: Change,
        tell: Tell<(Member, Member)>,
    ) -> Outcome<Committed<Member>>;

    /// Takes a member out.
    async fn kick(&self, actor: UserId, id: (GuildId, UserId), events: Vec<NewEvent>) -> Outcome<Committed<()>>;

    /// Bans a person, member or not; `tell` hears whether it was one. The first ban stays as it is.
    async fn ban(&self, ban: Ban, tell: Tell<bool>) -> Outcome<Committed<Ban>>;

    async fn unban(&self, id: (GuildId, UserId), events: Vec<NewEvent>) -> Outcome<Committed<()>>;

    /// At most `limit` bans before `before`, the newest first.
    async fn bans(&self, guild: GuildId, before: (Timestamp, UserId), limit: i64) -> Result<Vec<Ban>>;

    /// Those of a person and those that the person made.
    async fn bans_about(&self, user: UserId) -> Result<Vec<Ban>>;

    /// Forgets the person's bans, what they wrote about others, and their names in the log; answers how many rows that were.
    async fn erase(&self, user: UserId) -> Result<u64>;
}

engine_sql::stamp!("moderation/sql.rs");

#[cfg(test)]
mod suite;
