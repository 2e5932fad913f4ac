//! Invites.

use super::{Outcome, Refusal, unchanged};
use crate::rules;
use async_trait::async_trait;
use engine_sql::Result;
use guilds_contract::Invite;
use kernel::{Committed, GuildId, NewEvent, Timestamp, UserId};

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Inserts an invite, and forgets those of the guild that have been of no use for long.
    async fn create(&self, invite: Invite, events: Vec<NewEvent>) -> Outcome<Committed<Invite>>;

    async fn find(&self, code: &str) -> Result<Option<Invite>>;

    /// The invites of a guild that work, or those of them that `creator` made; oldest first.
    async fn open(&self, guild: GuildId, creator: Option<UserId>, now: Timestamp) -> Result<Vec<Invite>>;

    /// Deletes an invite of a guild, by whoever or by `creator`; answers whether there was one.
    async fn revoke(
        &self,
        guild: GuildId,
        code: &str,
        creator: Option<UserId>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<bool>>;

    async fn made_by(&self, user: UserId) -> Result<Vec<Invite>>;

    /// Deletes what `user` made; answers how many there were.
    async fn erase(&self, user: UserId) -> Result<u64>;
}

engine_sql::stamp!("invites/sql.rs");

#[cfg(test)]
mod suite;
