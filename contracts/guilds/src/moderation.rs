//! Keeping order: kicks, bans, time-outs, nicknames, and the log of all that is done in a guild.

use kernel::{ActId, ChannelId, GuildId, RoleId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest time-out, in seconds: 28 days.
pub const TIME_OUT_SECONDS_MAX: i64 = 28 * 24 * 3_600;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MemberEdit {
    /// What the member is called in this guild, 1 to 80 characters; empty: as everywhere.
    pub nickname: String,
    /// For the audit log; at most 500 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TimeOut {
    /// From now, 60 to 2,419,200 (28 days).
    pub seconds: i64,
    /// For the audit log; at most 500 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Somebody who may not join.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Ban {
    pub guild: GuildId,
    pub user: UserId,
    pub by: UserId,
    /// May be empty.
    pub reason: String,
    pub at: Timestamp,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct BanDraft {
    /// For the list of bans and the audit log; at most 500 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What was done. In a query and in the database it is called as in JSON: [`GuildAct::name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GuildAct {
    GuildEdited,
    IconChanged,
    ChannelCreated,
    ChannelEdited,
    ChannelDeleted,
    OverwriteChanged,
    RoleCreated,
    RoleEdited,
    RoleDeleted,
    RolesOrdered,
    RoleGiven,
    RoleTaken,
    InviteCreated,
    InviteRevoked,
    NicknameChanged,
    MemberKicked,
    MemberBanned,
    MemberUnbanned,
    MemberTimedOut,
    TimeOutEnded,
    ReportTaken,
    ReportClosed,
    ReportReopened,
}

impl GuildAct {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::GuildEdited => "guild_edited",
            Self::IconChanged => "icon_changed",
            Self::ChannelCreated => "channel_created",
            Self::ChannelEdited => "channel_edited",
            Self::ChannelDeleted => "channel_deleted",
            Self::OverwriteChanged => "overwrite_changed",
            Self::RoleCreated => "role_created",
            Self::RoleEdited => "role_edited",
            Self::RoleDeleted => "role_deleted",
            Self::RolesOrdered => "roles_ordered",
            Self::RoleGiven => "role_given",
            Self::RoleTaken => "role_taken",
            Self::InviteCreated => "invite_created",
            Self::InviteRevoked => "invite_revoked",
            Self::NicknameChanged => "nickname_changed",
            Self::MemberKicked => "member_kicked",
            Self::MemberBanned => "member_banned",
            Self::MemberUnbanned => "member_unbanned",
            Self::MemberTimedOut => "member_timed_out",
            Self::TimeOutEnded => "time_out_ended",
            Self::ReportTaken => "report_taken",
            Self::ReportClosed => "report_closed",
            Self::ReportReopened => "report_reopened",
        }
    }
}

/// On whom or what it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Guild(GuildId),
    Channel(ChannelId),
    Role(RoleId),
    User(UserId),
}

/// One value that an act changed, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Changed {
    /// What changed: `name`, `permissions`, `nickname` …
    pub what: String,
    /// Absent: there was none.
    #[serde(default)]
    pub before: Option<String>,
    /// Absent: there is none any more.
    #[serde(default)]
    pub after: Option<String>,
}

/// One act in a guild.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    pub id: ActId,
    pub guild: GuildId,
    pub by: UserId,
    pub act: GuildAct,
    pub subject: Subject,
    /// The role that was given or taken, or about which a channel says something.
    #[serde(default)]
    pub role: Option<RoleId>,
    /// The person about whom a channel says something.
    #[serde(default)]
    pub user: Option<UserId>,
    #[serde(default)]
    pub differences: Vec<Changed>,
    /// Why, if somebody said so.
    #[serde(default)]
    pub reason: Option<String>,
    pub at: Timestamp,
}

/// What is wanted of the audit log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFilter {
    #[serde(default)]
    pub by: Option<UserId>,
    #[serde(default)]
    pub act: Option<GuildAct>,
}

/// Event `member_edited` on `guilds/guild/{id}`: how the member is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberEdited {
    pub guild: GuildId,
    pub user: UserId,
    #[serde(default)]
    pub nickname: Option<String>,
    #[serde(default)]
    pub timed_out_until: Option<Timestamp>,
}

/// Event `act_noted` on `guilds/staff/{id}`: the audit log has grown. It holds ids only, so that what people wrote stands in
/// one place.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActNoted {
    pub guild: GuildId,
    pub id: ActId,
}
