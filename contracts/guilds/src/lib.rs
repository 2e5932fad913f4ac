//! Guilds: communities, their channels, directs, members, roles and invites. Streams: `guilds/guild/{id}` (every
//! member), `guilds/channel/{id}` (a private channel's structure, for those who may see it),
//! `guilds/user/{id}` (what one person joined or left), `guilds/staff/{id}` (that moderators have something new to see).

use files_contract::{ImageName, Upload};
use kernel::{
    At, Caller, ChannelId, Difference, GuildId, Limit, Page, Reader, ReportId, RoleId, StreamName, Timestamp, UserId,
    permissions::Permissions,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

mod facts;
mod moderation;
mod reports;
mod roles;

pub use facts::Facts;
pub use moderation::{
    ActNoted, AuditEntry, AuditFilter, Ban, BanDraft, Changed, GuildAct, MemberEdit, MemberEdited, Subject,
    TIME_OUT_SECONDS_MAX, TimeOut,
};
pub use reports::{Report, ReportChanged, ReportDraft, ReportEdit, ReportState};
pub use roles::{
    ChannelPermissions, EVERYONE, MemberRolesChanged, Overwrite, OverwriteEdit, OverwritesChanged, Role, RoleChanged,
    RoleDeleted, RoleDraft, RoleEdit, RolesOrdered, Target,
};

contract::contract! {
    /// Guilds, channels, directs, members, invites, and the facts that permissions are computed from.
    pub trait Guilds as "guildhall.v1.Guilds", client GuildsClient, server serve_guilds {
        /// Makes a guild with its first channel, `general`. The caller owns it.
        async fn create_guild(&self, caller: Caller, draft: GuildDraft) -> Guild;
        /// The guilds that the caller is in, oldest membership first.
        async fn my_guilds(&self, caller: Caller) -> Page<Guild>, idempotent;
        async fn guild(&self, caller: Caller, guild: GuildId) -> Guild, idempotent;
        async fn edit_guild(&self, caller: Caller, guild: GuildId, edit: GuildEdit) -> Guild, idempotent;
        /// Shows another icon; none: takes it away.
        async fn set_icon(&self, caller: Caller, guild: GuildId, upload: Option<Upload>) -> Guild;
        /// Deletes a guild with its channels, members and invites. Only its owner may.
        async fn delete_guild(&self, caller: Caller, guild: GuildId) -> ();
        /// By the time of joining. `after` is the `next` of the page before.
        async fn members(&self, caller: Caller, guild: GuildId, limit: Limit, after: Option<String>) -> Page<Member>, idempotent;
        /// Leaves a guild. Its owner can't: hand it over or delete it.
        async fn leave(&self, caller: Caller, guild: GuildId) -> ();

        /// The channels that the caller may see, in order.
        async fn channels(&self, caller: Caller, guild: GuildId) -> Page<Channel>, idempotent;
        async fn create_channel(&self, caller: Caller, guild: GuildId, draft: ChannelDraft) -> Channel;
        async fn channel(&self, caller: Caller, channel: ChannelId) -> Channel, idempotent;
        async fn edit_channel(&self, caller: Caller, channel: ChannelId, edit: ChannelEdit) -> Channel, idempotent;
        async fn delete_channel(&self, caller: Caller, channel: ChannelId) -> ();
        /// Who may see a private channel (besides the guild's owner).
        async fn allowed(&self, caller: Caller, channel: ChannelId) -> Page<UserId>, idempotent;
        /// Lets a member see a private channel. Idempotent.
        async fn allow(&self, caller: Caller, channel: ChannelId, user: UserId) -> (), idempotent;
        /// Hides a private channel from a member again. Idempotent.
        async fn disallow(&self, caller: Caller, channel: ChannelId, user: UserId) -> (), idempotent;

        /// A guild's roles, the highest first; the last is the one that every member has.
        async fn roles(&self, caller: Caller, guild: GuildId) -> Page<Role>, idempotent;
        /// Makes a role below all others.
        async fn create_role(&self, caller: Caller, guild: GuildId, draft: RoleDraft) -> Role;
        async fn edit_role(&self, caller: Caller, guild: GuildId, role: RoleId, edit: RoleEdit) -> Role, idempotent;
        async fn delete_role(&self, caller: Caller, guild: GuildId, role: RoleId) -> ();
        /// Puts the roles in this order, the highest first: all of them but the one that every member has.
        async fn order_roles(&self, caller: Caller, guild: GuildId, roles: Vec<RoleId>) -> Page<Role>, idempotent;
        /// Gives a member a role. Idempotent.
        async fn give_role(&self, caller: Caller, guild: GuildId, user: UserId, role: RoleId) -> (), idempotent;
        /// Takes a role from a member. Idempotent.
        async fn take_role(&self, caller: Caller, guild: GuildId, user: UserId, role: RoleId) -> (), idempotent;

        /// What a channel gives and takes by itself.
        async fn overwrites(&self, caller: Caller, channel: ChannelId) -> Page<Overwrite>, idempotent;
        /// Sets what a channel gives and takes for a role or a person. Nothing given and nothing taken: it is as if never set.
        async fn set_overwrite(&self, caller: Caller, channel: ChannelId, target: Target, edit: OverwriteEdit) -> Overwrite, idempotent;
        /// What somebody may do in a channel: the caller, or a role or a person for who manages roles there.
        async fn channel_permissions(&self, caller: Caller, channel: ChannelId, target: Option<Target>) -> ChannelPermissions, idempotent;

        /// Changes a member's name in the guild: one's own, or that of somebody below.
        async fn edit_member(&self, caller: Caller, guild: GuildId, user: UserId, edit: MemberEdit) -> Member, idempotent;
        /// Takes a member out who may come back.
        async fn kick(&self, caller: Caller, guild: GuildId, user: UserId, reason: Option<String>) -> ();
        /// Takes a member out, or whoever isn't one, who may not come back. Idempotent.
        async fn ban(&self, caller: Caller, guild: GuildId, user: UserId, draft: BanDraft) -> Ban, idempotent;
        async fn unban(&self, caller: Caller, guild: GuildId, user: UserId, reason: Option<String>) -> ();
        /// The newest first. `after` is the `next` of the page before.
        async fn bans(&self, caller: Caller, guild: GuildId, limit: Limit, after: Option<String>) -> Page<Ban>, idempotent;
        /// Silences a member for a while: who is timed out reads, and does nothing else.
        async fn time_out(&self, caller: Caller, guild: GuildId, user: UserId, wish: TimeOut) -> Member;
        async fn end_time_out(&self, caller: Caller, guild: GuildId, user: UserId, reason: Option<String>) -> Member, idempotent;
        /// What was done in a guild, the newest first. `after` is the `next` of the page before.
        async fn audit_log(&self, caller: Caller, guild: GuildId, filter: AuditFilter, limit: Limit, after: Option<String>) -> Page<AuditEntry>, idempotent;

        /// Tells the guild's moderators of a person or of what somebody said. The same again answers the report that is open.
        async fn file_report(&self, caller: Caller, guild: GuildId, draft: ReportDraft) -> Report;
        /// Reports for those who manage messages, the newest first, without those about the caller. `after` is the `next` of the page before.
        async fn reports(&self, caller: Caller, guild: GuildId, state: Option<ReportState>, limit: Limit, after: Option<String>) -> Page<Report>, idempotent;
        /// Takes a report in hand, closes it with a note, or opens it again.
        async fn edit_report(&self, caller: Caller, guild: GuildId, report: ReportId, edit: ReportEdit) -> Report;

        async fn create_invite(&self, caller: Caller, guild: GuildId, draft: InviteDraft) -> Invite;
        async fn invites(&self, caller: Caller, guild: GuildId) -> Page<Invite>, idempotent;
        async fn revoke_invite(&self, caller: Caller, guild: GuildId, code: String) -> ();
        /// What an invite leads to. Anyone who has the code may look.
        async fn preview_invite(&self, code: String) -> InvitePreview, idempotent;
        /// Joins by an invite. Idempotent for members, who don't use it up.
        async fn accept_invite(&self, caller: Caller, code: String) -> Guild, idempotent;

        /// The one direct between the caller and `user`, made when it isn't there yet.
        async fn open_direct(&self, caller: Caller, user: UserId) -> Channel, idempotent;
        /// The caller's directs.
        async fn my_channels(&self, caller: Caller) -> Page<Channel>, idempotent;

        /// Those of `users`, 200 at most, who share a place with the caller, each once, by their ids. Nobody else is told
        /// apart from who isn't there.
        async fn acquaintances(&self, caller: Caller, users: Vec<UserId>) -> Vec<Acquaintance>, idempotent;

        /// Notes that one person has blocked another, or not any more; `seq` is that of the event on the blocker's stream, and the
        /// newest counts.
        async fn apply_block(&self, person: UserId, other: UserId, is_blocked: bool, seq: i64) -> (), idempotent;

        /// Whether two people are in a guild together.
        async fn share_guild(&self, one: UserId, other: UserId) -> bool, idempotent;

        /// All that a client starts from: the caller's guilds with the channels that the caller sees, and directs.
        async fn home(&self, caller: Caller) -> Home, idempotent;

        /// How `user` stands to a guild: what `gate` decides from.
        async fn guild_facts(&self, guild: GuildId, user: UserId) -> Option<Facts>, idempotent;
        /// How `user` stands to a channel: what `gate` decides from.
        async fn channel_facts(&self, channel: ChannelId, user: UserId) -> Option<Facts>, idempotent;

        /// How far the streams of these guilds are: for who can't be sure of having heard all.
        async fn heads(&self, guilds: Vec<GuildId>) -> At, idempotent;

        async fn difference(&self, reader: Reader, stream: StreamName, since: i64) -> Difference, idempotent;
    }
}

/// A community.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Guild {
    pub id: GuildId,
    pub name: String,
    pub owner: UserId,
    pub member_count: i64,
    pub created_at: Timestamp,
    #[serde(default)]
    pub icon: Option<ImageName>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GuildDraft {
    /// 1 to 80 characters.
    pub name: String,
}

/// A change of a guild: what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct GuildEdit {
    #[serde(default)]
    pub name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    pub guild: GuildId,
    pub user: UserId,
    pub joined_at: Timestamp,
    /// By rising id, without the one that every member has.
    #[serde(default)]
    pub roles: Vec<RoleId>,
    /// What the member is called in this guild; absent: as everywhere.
    #[serde(default)]
    pub nickname: Option<String>,
    /// Until then the member only reads; a time that has passed silences nobody.
    #[serde(default)]
    pub timed_out_until: Option<Timestamp>,
}

impl Member {
    /// Somebody who has just come.
    pub fn new(guild: GuildId, user: UserId, joined_at: Timestamp) -> Self {
        Self { guild, user, joined_at, roles: Vec::new(), nickname: None, timed_out_until: None }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// A text room in a guild.
    Text,
    /// A one-to-one channel.
    Direct,
}

/// A text room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Channel {
    pub id: ChannelId,
    pub kind: ChannelKind,
    /// Absent for directs.
    pub guild: Option<GuildId>,
    /// Empty for directs, which show who is in them.
    pub name: String,
    pub topic: String,
    /// Hidden from somebody: an overwrite denies that it is seen.
    pub private: bool,
    /// Channels show in rising order of position, then id.
    pub position: i32,
    /// Who is in a direct; empty for a guild's channel.
    pub recipients: Vec<UserId>,
    pub created_at: Timestamp,
    /// For so long a person waits after a message before the next one, in seconds; 0: not at all. Who manages the channel or its
    /// messages doesn't wait.
    #[serde(default)]
    pub slow_mode_seconds: i32,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelDraft {
    /// 1 to 80 characters.
    pub name: String,
    #[serde(default)]
    pub topic: Option<String>,
    #[serde(default)]
    pub private: bool,
    /// Who may see a private channel from the start; members of the guild.
    #[serde(default)]
    pub allowed: Vec<UserId>,
}

/// A change of a channel: what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ChannelEdit {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub topic: Option<String>,
    #[serde(default)]
    pub position: Option<i32>,
    /// Making a channel private hides it from everyone but those whom an overwrite lets see it; opening it takes away all that hides it.
    #[serde(default)]
    pub private: Option<bool>,
    /// 0 to 21,600 (6 hours).
    #[serde(default)]
    pub slow_mode_seconds: Option<i32>,
}

/// What a channel that a person sees is called, and where it is: in exports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaceName {
    pub guild: GuildId,
    pub guild_name: String,
    pub channel: ChannelId,
    pub channel_name: String,
}

/// A way into a guild.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Invite {
    /// 128 random bits in base64url: the link is `/invite/{code}`.
    pub code: String,
    pub guild: GuildId,
    pub creator: UserId,
    pub created_at: Timestamp,
    /// Absent: it never expires.
    pub expires_at: Option<Timestamp>,
    /// Absent: any number of people.
    pub max_uses: Option<i32>,
    pub uses: i32,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct InviteDraft {
    /// Seconds from now, 60 to 31,536,000; 604,800 (7 days) unless given; 0: never expires.
    #[serde(default)]
    pub expires_in: Option<i64>,
    /// 1 to 1,000; absent: any number of people.
    #[serde(default)]
    pub max_uses: Option<i32>,
}

/// What an invite leads to, for whoever holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InvitePreview {
    pub code: String,
    pub guild: GuildId,
    pub guild_name: String,
    #[serde(default)]
    pub guild_icon: Option<ImageName>,
    pub member_count: i64,
    /// The display name of who made the invite.
    pub inviter: String,
    pub expires_at: Option<Timestamp>,
}

/// Where a person is at home.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Home {
    pub guilds: Vec<HomeGuild>,
    pub directs: Vec<Channel>,
    pub at: At,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HomeGuild {
    pub guild: Guild,
    pub channels: Vec<Channel>,
    /// The highest first, the one that every member has at the end.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// The caller's own roles.
    #[serde(default)]
    pub my_roles: Vec<RoleId>,
    /// What the caller may do in the guild, when not timed out.
    #[serde(default)]
    pub permissions: Permissions,
    /// What the caller may do in those channels where that isn't what the guild says.
    #[serde(default)]
    pub in_channels: BTreeMap<ChannelId, Permissions>,
    /// Until then the caller only reads.
    #[serde(default)]
    pub timed_out_until: Option<Timestamp>,
}

/// Somebody who shares a place with the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acquaintance {
    pub user: UserId,
    /// A guild that both are in, for as long as they are. Absent: they have a direct, or it is the caller; that stays.
    pub guild: Option<GuildId>,
}

/// Event `guild_edited` on `guilds/guild/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuildEdited {
    pub guild: Guild,
}

/// Event `guild_deleted` on `guilds/guild/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuildDeleted {
    pub guild: GuildId,
    /// All its channels.
    pub channels: Vec<ChannelId>,
}

/// Events `member_joined` and `member_left` on `guilds/guild/{id}`; `guild_joined` and `guild_left` on
/// `guilds/user/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Membership {
    pub guild: GuildId,
    pub user: UserId,
    pub at: Timestamp,
}

/// Event `acquaintance_changed` on both persons' `guilds/user/{id}`: what they may do with each other has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcquaintanceChanged {
    pub user: UserId,
}

/// Events `channel_created` and `channel_edited`: on `guilds/guild/{id}` for an open channel, on
/// `guilds/channel/{id}` for a private one; `direct_opened` on both persons' `guilds/user/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelChanged {
    pub channel: Channel,
}

/// Event `channel_deleted` on the same streams.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelDeleted {
    pub guild: GuildId,
    pub channel: ChannelId,
}

/// Event `access_changed` on `guilds/guild/{id}`: what these members may see has changed; they fetch anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessChanged {
    pub guild: GuildId,
    /// Absent: everyone's.
    pub users: Option<Vec<UserId>>,
}
