//! Roles, and what channels give and take by themselves.

use kernel::{
    ChannelId, GuildId, RoleId, UserId,
    permissions::{Permissions, Shift},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the role is called that every member has.
pub const EVERYONE: &str = "@everyone";

/// A role of a guild. The one that every member has bears the guild's number as its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Role {
    pub id: RoleId,
    pub guild: GuildId,
    pub name: String,
    /// `#rrggbb`; absent: as everyone.
    pub color: Option<String>,
    /// Whether its members are shown as a group of their own.
    pub hoisted: bool,
    pub permissions: Permissions,
    /// Higher is higher. The role that every member has is at 0, the others at 1, 2, 3 …
    pub position: i32,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RoleDraft {
    /// 1 to 80 characters.
    pub name: String,
    /// `#rrggbb`.
    #[serde(default)]
    pub color: Option<String>,
    #[serde(default)]
    pub hoisted: bool,
    #[serde(default)]
    pub permissions: Permissions,
}

/// A change of a role: what is absent stays. Of the role that every member has, only the permissions change.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct RoleEdit {
    #[serde(default)]
    pub name: Option<String>,
    /// `#rrggbb`; empty: none.
    #[serde(default)]
    pub color: Option<String>,
    #[serde(default)]
    pub hoisted: Option<bool>,
    #[serde(default)]
    pub permissions: Option<Permissions>,
}

/// Whom an overwrite is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Role(RoleId),
    User(UserId),
}

/// What a channel gives to a role or a person, and takes from them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Overwrite {
    pub guild: GuildId,
    pub channel: ChannelId,
    pub target: Target,
    pub allow: Permissions,
    pub deny: Permissions,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OverwriteEdit {
    #[serde(default)]
    pub allow: Permissions,
    /// What is neither allowed nor denied is as the roles say.
    #[serde(default)]
    pub deny: Permissions,
}

impl From<OverwriteEdit> for Shift {
    fn from(edit: OverwriteEdit) -> Self {
        Self { allow: edit.allow, deny: edit.deny }
    }
}

/// What somebody may do in a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelPermissions {
    pub permissions: Permissions,
}

/// Events `role_created` and `role_edited` on `guilds/guild/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleChanged {
    pub role: Role,
}

/// Event `role_deleted` on `guilds/guild/{id}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleDeleted {
    pub guild: GuildId,
    pub role: RoleId,
}

/// Event `member_roles_changed` on `guilds/guild/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberRolesChanged {
    pub guild: GuildId,
    pub user: UserId,
    /// All that the member has now, by rising id.
    pub roles: Vec<RoleId>,
}

/// Event `overwrites_changed`: on `guilds/guild/{id}` for an open channel, on `guilds/channel/{id}` for a private one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverwritesChanged {
    /// As it is now; nothing given and nothing taken: it is gone.
    pub overwrite: Overwrite,
}

/// Event `roles_ordered` on `guilds/guild/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolesOrdered {
    pub guild: GuildId,
    /// All roles but the one that every member has, the highest first.
    pub roles: Vec<RoleId>,
}
