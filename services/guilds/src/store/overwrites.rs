//! What channels give and take by themselves.

use super::{Outcome, Refusal, Tell, unchanged};
use crate::rules::{
    self,
    roles::{self, Rewrite},
};
use async_trait::async_trait;
use engine_sql::Result;
use guilds_contract::{Channel, ChannelKind, Facts, Overwrite, Target};
use kernel::{
    ChannelId, Committed, GuildId, RoleId, Timestamp, UserId,
    permissions::{Grants, Place, Rank, Shift, permissions},
};

/// An overwrite that was changed, the channel before and after it, and whom it is about, when they are few enough to be named.
#[derive(Debug, PartialEq)]
pub(crate) struct Rewritten {
    pub(crate) before: Channel,
    pub(crate) after: Channel,
    pub(crate) overwrite: Overwrite,
    /// What was said until now.
    pub(crate) was: Shift,
    pub(crate) holders: Option<Vec<UserId>>,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Those of a channel: roles first, by rising id.
    async fn list(&self, channel: ChannelId) -> Result<Vec<Overwrite>>;

    /// Changes what a channel says about a role of the guild or a member, for `most` at most.
    async fn rewrite(
        &self,
        actor: UserId,
        place: (GuildId, ChannelId),
        target: Target,
        rewrite: Rewrite,
        most: u32,
        tell: Tell<Rewritten>,
    ) -> Outcome<Committed<Overwrite>>;

    /// At most `limit` overwrites about persons, or about roles, after `after`, by channel and target.
    async fn page(&self, kind: i32, after: (ChannelId, i64), limit: i64) -> Result<Vec<Overwrite>>;

    /// Those about a person.
    async fn about(&self, user: UserId) -> Result<Vec<Overwrite>>;
}

engine_sql::stamp!("overwrites/sql.rs");

#[cfg(test)]
mod suite;
#[cfg(test)]
mod upgrade;
