//! The contract, method by method: each is a use case in a file of its own.

use crate::{
    Service, accept_invite, acquaintances, allow, apply_block, audit_log, ban, channel_permissions, create_channel,
    create_guild, create_invite, create_role, delete_channel, delete_guild, delete_role, edit_channel, edit_guild,
    edit_member, edit_role, erase, export, facts, give_role, home, kick, leave, open_direct, order_roles,
    preview_invite, read, report, revoke_invite, set_icon, set_overwrite, snapshot, time_out,
};
use async_trait::async_trait;
use contract::{Part, Receipt, Wishes};
use files_contract::Upload;
use guilds_contract::{
    Acquaintance, AuditEntry, AuditFilter, Ban, BanDraft, Channel, ChannelDraft, ChannelEdit, ChannelPermissions,
    Facts, Guild, GuildDraft, GuildEdit, Guilds, Home, Invite, InviteDraft, InvitePreview, Member, MemberEdit,
    Overwrite, OverwriteEdit, Report, ReportDraft, ReportEdit, ReportState, Role, RoleDraft, RoleEdit, Target, TimeOut,
};
use kernel::{
    At, Caller, ChannelId, Difference, GuildId, Limit, Page, Reader, ReportId, Result, RoleId, StreamName, UserId,
};

#[async_trait]
impl Guilds for Service {
    async fn create_guild(&self, caller: Caller, draft: GuildDraft) -> Result<Guild> {
        create_guild::create_guild(self, caller, draft).await
    }

    async fn my_guilds(&self, caller: Caller) -> Result<Page<Guild>> {
        read::my_guilds(self, caller).await
    }

    async fn guild(&self, caller: Caller, guild: GuildId) -> Result<Guild> {
        read::guild(self, caller, guild).await
    }

    async fn edit_guild(&self, caller: Caller, guild: GuildId, edit: GuildEdit) -> Result<Guild> {
        edit_guild::edit_guild(self, caller, guild, edit).await
    }

    async fn set_icon(&self, caller: Caller, guild: GuildId, upload: Option<Upload>) -> Result<Guild> {
        set_icon::set_icon(self, caller, guild, upload).await
    }

    async fn delete_guild(&self, caller: Caller, guild: GuildId) -> Result<()> {
        delete_guild::delete_guild(self, caller, guild).await
    }

    async fn members(
        &self,
        caller: Caller,
        guild: GuildId,
        limit: Limit,
        after: Option<String>,
    ) -> Result<Page<Member>> {
        read::members(self, caller, guild, limit, after).await
    }

    async fn leave(&self, caller: Caller, guild: GuildId) -> Result<()> {
        leave::leave(self, caller, guild).await
    }

    async fn channels(&self, caller: Caller, guild: GuildId) -> Result<Page<Channel>> {
        read::channels(self, caller, guild).await
    }

    async fn create_channel(&self, caller: Caller, guild: GuildId, draft: ChannelDraft) -> Result<Channel> {
        create_channel::create_channel(self, caller, guild, draft).await
    }

    async fn channel(&self, caller: Caller, channel: ChannelId) -> Result<Channel> {
        read::channel(self, caller, channel).await
    }

    async fn edit_channel(&self, caller: Caller, channel: ChannelId, edit: ChannelEdit) -> Result<Channel> {
        edit_channel::edit_channel(self, caller, channel, edit).await
    }

    async fn delete_channel(&self, caller: Caller, channel: ChannelId) -> Result<()> {
        delete_channel::delete_channel(self, caller, channel).await
    }

    async fn allowed(&self, caller: Caller, channel: ChannelId) -> Result<Page<UserId>> {
        read::allowed(self, caller, channel).await
    }

    async fn allow(&self, caller: Caller, channel: ChannelId, user: UserId) -> Result<()> {
        allow::allow(self, caller, channel, user).await
    }

    async fn disallow(&self, caller: Caller, channel: ChannelId, user: UserId) -> Result<()> {
        allow::disallow(self, caller, channel, user).await
    }

    async fn roles(&self, caller: Caller, guild: GuildId) -> Result<Page<Role>> {
        read::roles(self, caller, guild).await
    }

    async fn create_role(&self, caller: Caller, guild: GuildId, draft: RoleDraft) -> Result<Role> {
        create_role::create_role(self, caller, guild, draft).await
    }

    async fn edit_role(&self, caller: Caller, guild: GuildId, role: RoleId, edit: RoleEdit) -> Result<Role> {
        edit_role::edit_role(self, caller, guild, role, edit).await
    }

    async fn delete_role(&self, caller: Caller, guild: GuildId, role: RoleId) -> Result<()> {
        delete_role::delete_role(self, caller, guild, role).await
    }

    async fn order_roles(&self, caller: Caller, guild: GuildId, roles: Vec<RoleId>) -> Result<Page<Role>> {
        order_roles::order_roles(self, caller, guild, roles).await
    }

    async fn give_role(&self, caller: Caller, guild: GuildId, user: UserId, role: RoleId) -> Result<()> {
        give_role::give_role(self, caller, (guild, role), user).await
    }

    async fn take_role(&self, caller: Caller, guild: GuildId, user: UserId, role: RoleId) -> Result<()> {
        give_role::take_role(self, caller, (guild, role), user).await
    }

    async fn overwrites(&self, caller: Caller, channel: ChannelId) -> Result<Page<Overwrite>> {
        read::overwrites(self, caller, channel).await
    }

    async fn set_overwrite(
        &self,
        caller: Caller,
        channel: ChannelId,
        target: Target,
        edit: OverwriteEdit,
    ) -> Result<Overwrite> {
        set_overwrite::set_overwrite(self, caller, channel, target, edit).await
    }

    async fn channel_permissions(
        &self,
        caller: Caller,
        channel: ChannelId,
        target: Option<Target>,
    ) -> Result<ChannelPermissions> {
        channel_permissions::channel_permissions(self, caller, channel, target).await
    }

    async fn edit_member(&self, caller: Caller, guild: GuildId, user: UserId, edit: MemberEdit) -> Result<Member> {
        edit_member::edit_member(self, caller, guild, user, edit).await
    }

    async fn kick(&self, caller: Caller, guild: GuildId, user: UserId, reason: Option<String>) -> Result<()> {
        kick::kick(self, caller, guild, user, reason).await
    }

    async fn ban(&self, caller: Caller, guild: GuildId, user: UserId, draft: BanDraft) -> Result<Ban> {
        ban::ban(self, caller, guild, user, draft).await
    }

    async fn unban(&self, caller: Caller, guild: GuildId, user: UserId, reason: Option<String>) -> Result<()> {
        ban::unban(self, caller, guild, user, reason).await
    }

    async fn bans(&self, caller: Caller, guild: GuildId, limit: Limit, after: Option<String>) -> Result<Page<Ban>> {
        ban::bans(self, caller, guild, limit, after).await
    }

    async fn time_out(&self, caller: Caller, guild: GuildId, user: UserId, wish: TimeOut) -> Result<Member> {
        time_out::time_out(self, caller, guild, user, wish).await
    }

    async fn end_time_out(
        &self,
        caller: Caller,
        guild: GuildId,
        user: UserId,
        reason: Option<String>,
    ) -> Result<Member> {
        time_out::end_time_out(self, caller, guild, user, reason).await
    }

    async fn audit_log(
        &self,
        caller: Caller,
        guild: GuildId,
        filter: AuditFilter,
        limit: Limit,
        after: Option<String>,
    ) -> Result<Page<AuditEntry>> {
        audit_log::audit_log(self, caller, guild, filter, limit, after).await
    }

    async fn file_report(&self, caller: Caller, guild: GuildId, draft: ReportDraft) -> Result<Report> {
        report::file(self, caller, guild, draft).await
    }

    async fn reports(
        &self,
        caller: Caller,
        guild: GuildId,
        state: Option<ReportState>,
        limit: Limit,
        after: Option<String>,
    ) -> Result<Page<Report>> {
        report::list(self, caller, guild, state, limit, after).await
    }

    async fn edit_report(&self, caller: Caller, guild: GuildId, report: ReportId, edit: ReportEdit) -> Result<Report> {
        report::edit(self, caller, guild, report, edit).await
    }

    async fn create_invite(&self, caller: Caller, guild: GuildId, draft: InviteDraft) -> Result<Invite> {
        create_invite::create_invite(self, caller, guild, draft).await
    }

    async fn invites(&self, caller: Caller, guild: GuildId) -> Result<Page<Invite>> {
        read::invites(self, caller, guild).await
    }

    async fn revoke_invite(&self, caller: Caller, guild: GuildId, code: String) -> Result<()> {
        revoke_invite::revoke_invite(self, caller, guild, &code).await
    }

    async fn preview_invite(&self, code: String) -> Result<InvitePreview> {
        preview_invite::preview_invite(self, &code).await
    }

    async fn accept_invite(&self, caller: Caller, code: String) -> Result<Guild> {
        accept_invite::accept_invite(self, caller, &code).await
    }

    async fn open_direct(&self, caller: Caller, user: UserId) -> Result<Channel> {
        open_direct::open_direct(self, caller, user).await
    }

    async fn my_channels(&self, caller: Caller) -> Result<Page<Channel>> {
        read::my_channels(self, caller).await
    }

    async fn acquaintances(&self, caller: Caller, users: Vec<UserId>) -> Result<Vec<Acquaintance>> {
        acquaintances::acquaintances(self, caller, users).await
    }

    async fn apply_block(&self, person: UserId, other: UserId, is_blocked: bool, seq: i64) -> Result<()> {
        apply_block::apply_block(self, person, other, is_blocked, seq).await
    }

    async fn share_guild(&self, one: UserId, other: UserId) -> Result<bool> {
        acquaintances::share_guild(self, one, other).await
    }

    async fn home(&self, caller: Caller) -> Result<Home> {
        home::home(self, caller).await
    }

    async fn guild_facts(&self, guild: GuildId, user: UserId) -> Result<Option<Facts>> {
        facts::of_guild(self, guild, user).await
    }

    async fn channel_facts(&self, channel: ChannelId, user: UserId) -> Result<Option<Facts>> {
        facts::of_channel(self, channel, user).await
    }

    async fn heads(&self, guilds: Vec<GuildId>) -> Result<At> {
        read::heads(self, &guilds).await
    }

    async fn difference(&self, reader: Reader, stream: StreamName, since: i64) -> Result<Difference> {
        read::difference(self, reader, &stream, since).await
    }

    async fn export(&self, user: UserId, after: Option<String>) -> Result<Part> {
        export::export(self, user, after).await
    }

    async fn erase(&self, user: UserId, wishes: Wishes) -> Result<Receipt> {
        erase::erase(self, user, wishes).await
    }

    async fn scrub(&self) -> Result<()> {
        self.ground.scrub().await
    }

    async fn snapshot(&self, after: Option<String>) -> Result<Part> {
        snapshot::snapshot(self, after).await
    }
}
