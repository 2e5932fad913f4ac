//! Roles, and who has them.

use super::{Outcome, Refusal, Tell, unchanged};
use crate::rules::{
    self,
    roles::{self, RoleChange},
};
use async_trait::async_trait;
use engine_sql::Result;
use guilds_contract::{EVERYONE, Role};
use kernel::{
    Committed, GuildId, RoleId, UserId,
    permissions::{Grants, Place, Rank, permissions},
};

/// A role as it was and as it is; whom its permissions are about, when they are few enough to be named.
#[derive(Debug, PartialEq)]
pub(crate) struct Edited {
    pub(crate) before: Role,
    pub(crate) after: Role,
    pub(crate) holders: Option<Vec<UserId>>,
}

/// A role that is gone, and who had it, when they are few enough to be named.
#[derive(Debug, PartialEq)]
pub(crate) struct Deleted {
    pub(crate) role: Role,
    pub(crate) holders: Option<Vec<UserId>>,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// A guild's roles, the highest first, the one that every member has at the end; nothing where there is no such guild.
    async fn list(&self, guild: GuildId) -> Result<Vec<Role>>;

    /// The roles of all guilds that `user` is in, in the same order within each.
    async fn of(&self, user: UserId) -> Result<Vec<Role>>;

    /// Which roles `user` has, in all guilds or in one.
    async fn held(&self, user: UserId, guild: Option<GuildId>) -> Result<Vec<(GuildId, RoleId)>>;

    /// Inserts a role below all others, `most` at most.
    async fn create(&self, actor: UserId, role: Role, most: u32, tell: Tell<Role>) -> Outcome<Committed<Role>>;

    async fn edit(
        &self,
        actor: UserId,
        id: (GuildId, RoleId),
        change: RoleChange,
        tell: Tell<Edited>,
    ) -> Outcome<Committed<Role>>;

    /// Deletes a role and what channels say about it; `tell` hears who had it.
    async fn delete(&self, actor: UserId, id: (GuildId, RoleId), tell: Tell<Deleted>) -> Outcome<Committed<()>>;

    /// Puts all roles in an order, the highest first.
    async fn order(
        &self,
        actor: UserId,
        guild: GuildId,
        order: Vec<RoleId>,
        tell: Tell<Vec<RoleId>>,
    ) -> Outcome<Committed<()>>;

    /// Gives a role to a member; `tell` hears all that the member has then.
    async fn give(
        &self,
        actor: UserId,
        id: (GuildId, RoleId),
        user: UserId,
        tell: Tell<Vec<RoleId>>,
    ) -> Outcome<Committed<()>>;

    /// Takes a role from a member; `tell` hears what the member has then.
    async fn take(
        &self,
        actor: UserId,
        id: (GuildId, RoleId),
        user: UserId,
        tell: Tell<Vec<RoleId>>,
    ) -> Outcome<Committed<()>>;

    /// At most `limit` roles with ids above `after`, rising.
    async fn page(&self, after: RoleId, limit: i64) -> Result<Vec<Role>>;
}

engine_sql::stamp!("roles/sql.rs");

#[cfg(test)]
mod suite;
