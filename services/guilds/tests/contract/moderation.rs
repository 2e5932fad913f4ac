use crate::stage::{ADA, BOB, CID, EVE, Stage, own, refusal};
use guilds_contract::{
    AuditEntry, AuditFilter, BanDraft, GuildAct, MemberEdit, MemberEdited, ReportDraft, ReportEdit, ReportState,
    RoleEdit, Subject, TIME_OUT_SECONDS_MAX, TimeOut,
};
use kernel::{
    Caller, GuildId, Limit, Reader, StreamName,
    permissions::{Permission, Permissions},
};

const MODERATES: Permissions = Permissions::of(&[
    Permission::Kick,
    Permission::Ban,
    Permission::TimeOut,
    Permission::ManageNicknames,
    Permission::ViewAuditLog,
]);

/// A guild of Ada's, with Bob as a moderator and Cid as a member.
async fn moderated(s: &Stage) -> GuildId {
    let guild = s.guild(&[BOB, CID]).await.id;
    let role = s.role(guild, MODERATES).await;
    s.guilds.give_role(ADA, guild, BOB.user, role.id).await.expect("given");
    guild
}

async fn log(s: &Stage, filter: AuditFilter, guild: GuildId) -> Vec<AuditEntry> {
    s.guilds.audit_log(BOB, guild, filter, Limit::parse(None).expect("fits"), None).await.expect("list").items
}

async fn newest(s: &Stage, guild: GuildId) -> AuditEntry {
    log(s, AuditFilter::default(), guild).await.remove(0)
}

fn because(reason: &str) -> Option<String> {
    Some(reason.into())
}

pub(crate) async fn a_kick_takes_out_who_may_come_back(s: Stage) {
    let guild = moderated(&s).await;
    for (caller, answer) in [(CID, "403 missing_permission"), (EVE, "404 not_found")] {
        assert_eq!(refusal(s.guilds.kick(caller, guild, BOB.user, None).await), answer);
    }
    assert_eq!(refusal(s.guilds.kick(BOB, guild, ADA.user, None).await), "403 above_you");
    assert_eq!(refusal(s.guilds.kick(BOB, guild, EVE.user, None).await), "404 not_found");
    let long = because(&"x".repeat(501));
    assert_eq!(refusal(s.guilds.kick(BOB, guild, CID.user, long).await), "422 text_too_long reason");
    s.guilds.kick(BOB, guild, CID.user, because("Too loud.")).await.expect("out");
    assert_eq!(s.last(StreamName::guild(guild)).await.kind, "member_left");
    assert_eq!(s.last(own(CID)).await.kind, "guild_left");
    assert_eq!(refusal(s.guilds.guild(CID, guild).await), "404 not_found");
    let noted = newest(&s, guild).await;
    assert_eq!((noted.act, noted.by, noted.subject), (GuildAct::MemberKicked, BOB.user, Subject::User(CID.user)));
    assert_eq!(noted.reason.as_deref(), Some("Too loud."));
    let invite = s.invite(ADA, guild, None).await;
    s.guilds.accept_invite(CID, invite.code).await.expect("back again");
}

pub(crate) async fn who_is_banned_stays_out(s: Stage) {
    let guild = moderated(&s).await;
    let invite = s.invite(ADA, guild, None).await.code;
    let ban =
        async |caller: Caller, user: Caller, reason| s.guilds.ban(caller, guild, user.user, BanDraft { reason }).await;
    assert_eq!(refusal(ban(CID, BOB, None).await), "403 missing_permission");
    assert_eq!(refusal(ban(EVE, BOB, None).await), "404 not_found");
    assert_eq!(refusal(ban(BOB, ADA, None).await), "403 above_you");
    assert_eq!(refusal(ban(BOB, crate::stage::person(5_000), None).await), "404 not_found", "nobody");
    let made = ban(BOB, CID, because("Spam.")).await.expect("a member");
    assert_eq!((made.user, made.by, made.reason.as_str()), (CID.user, BOB.user, "Spam."));
    assert_eq!(s.last(own(CID)).await.kind, "guild_left");
    s.clock.advance_seconds(1);
    ban(BOB, EVE, None).await.expect("who isn't a member");
    assert_eq!(ban(ADA, CID, because("Again.")).await.expect("still").reason, "Spam.");
    for who in [CID, EVE] {
        assert_eq!(refusal(s.guilds.accept_invite(who, invite.clone()).await), "403 banned");
    }
    let (one, all) = (Limit::parse(Some(1)).expect("fits"), Limit::parse(None).expect("fits"));
    let page = s.guilds.bans(BOB, guild, one, None).await.expect("list");
    assert_eq!(page.items[0].user, EVE.user, "the newest first");
    let page = s.guilds.bans(BOB, guild, all, page.next).await.expect("list");
    assert_eq!(page.items, [made]);
    s.guilds.unban(BOB, guild, CID.user, because("Sorry.")).await.expect("lifted");
    assert_eq!(refusal(s.guilds.unban(BOB, guild, CID.user, None).await), "404 not_found");
    s.guilds.accept_invite(CID, invite).await.expect("welcome again");
    let acts: Vec<GuildAct> = log(&s, AuditFilter::default(), guild).await.iter().map(|entry| entry.act).collect();
    assert_eq!(acts[..3], [GuildAct::MemberUnbanned, GuildAct::MemberBanned, GuildAct::MemberBanned]);
    for caller in [CID, EVE] {
        assert_ne!(refusal(s.guilds.bans(caller, guild, all, None).await), "");
        assert_ne!(refusal(s.guilds.unban(caller, guild, EVE.user, None).await), "");
    }
}

pub(crate) async fn a_time_out_silences_until_it_ends_by_itself(s: Stage) {
    let guild = moderated(&s).await;
    let general = s.general(guild).await.id;
    let wish = |seconds| TimeOut { seconds, reason: because("Cool down.") };
    let silence =
        async |caller, user: Caller, seconds| s.guilds.time_out(caller, guild, user.user, wish(seconds)).await;
    assert_eq!(refusal(silence(CID, BOB, 60).await), "403 missing_permission");
    assert_eq!(refusal(silence(BOB, ADA, 60).await), "403 above_you");
    assert_eq!(refusal(silence(BOB, CID, 59).await), "422 time_out_out_of_range seconds");
    assert_eq!(refusal(silence(BOB, CID, TIME_OUT_SECONDS_MAX + 1).await), "422 time_out_out_of_range seconds");
    let member = silence(BOB, CID, 600).await.expect("timed out");
    let until = member.timed_out_until.expect("a time");
    let kinds = s.kinds(StreamName::guild(guild)).await;
    assert_eq!(kinds[kinds.len() - 2..], ["member_edited", "access_changed"]);

    let facts = async || s.guilds.channel_facts(general, CID.user).await.expect("facts").expect("there");
    let silent = facts().await;
    assert_eq!((silent.silent_until, silent.holds_ms), (Some(until), Some(600_000)));
    assert_eq!(silent.permissions(), Permissions::of(&[Permission::View]), "reads, and no more");
    assert!(s.guilds.channel(CID, general).await.is_ok());
    assert_eq!(refusal(s.guilds.create_invite(CID, guild, Default::default()).await), "403 timed_out");
    let home = s.guilds.home(CID).await.expect("home").guilds.remove(0);
    assert_eq!((home.timed_out_until, home.permissions), (Some(until), Permissions::MEMBER));
    s.clock.advance_seconds(599);
    assert_eq!(facts().await.holds_ms, Some(1_000));
    s.clock.advance_seconds(1);
    let free = facts().await;
    assert_eq!((free.silent_until, free.holds_ms, free.permissions()), (None, None, Permissions::MEMBER));
    s.guilds.create_invite(CID, guild, Default::default()).await.expect("speaks again");

    silence(BOB, CID, 600).await.expect("again");
    let freed = s.guilds.end_time_out(BOB, guild, CID.user, None).await.expect("ended");
    assert_eq!((freed.timed_out_until, facts().await.silent_until), (None, None));
    let noted = newest(&s, guild).await;
    assert_eq!((noted.act, noted.differences[0].what.as_str()), (GuildAct::TimeOutEnded, "until"));
}

pub(crate) async fn members_are_called_as_the_guild_calls_them(s: Stage) {
    let guild = moderated(&s).await;
    let name = |name: &str| MemberEdit { nickname: name.into(), reason: None };
    let call = async |caller, user: Caller, to: &str| s.guilds.edit_member(caller, guild, user.user, name(to)).await;
    assert_eq!(call(CID, CID, " Sid  the Kid ").await.expect("one's own").nickname.as_deref(), Some("Sid the Kid"));
    let told = s.last(StreamName::guild(guild)).await;
    assert_eq!(told.kind, "member_edited");
    let told: MemberEdited = told.parse().expect("data");
    assert_eq!((told.user, told.nickname.as_deref()), (CID.user, Some("Sid the Kid")));
    assert_eq!(refusal(call(CID, BOB, "Silly").await), "403 missing_permission");
    assert_eq!(refusal(call(BOB, ADA, "Silly").await), "403 above_you");
    assert_eq!(refusal(call(BOB, CID, "\u{200B}x").await), "422 name_unprintable nickname");
    assert_eq!(call(BOB, CID, "Cidney").await.expect("below").nickname.as_deref(), Some("Cidney"));
    let members = s.guilds.members(ADA, guild, Limit::parse(None).expect("fits"), None).await.expect("list").items;
    assert_eq!(members[2].nickname.as_deref(), Some("Cidney"));
    assert_eq!(call(BOB, CID, " ").await.expect("as everywhere").nickname, None);
    let everyone = kernel::RoleId(guild.0);
    let edit = RoleEdit { permissions: Some(Permissions::of(&[Permission::View])), ..Default::default() };
    s.guilds.edit_role(ADA, guild, everyone, edit).await.expect("edited");
    assert_eq!(refusal(call(CID, CID, "Sid").await), "403 missing_permission");
}

pub(crate) async fn every_act_is_noted(s: Stage) {
    let guild = moderated(&s).await;
    let before = log(&s, AuditFilter::default(), guild).await.len();
    let room = s.channel(guild, false, &[]).await.id;
    let edit = guilds_contract::ChannelEdit { name: because("cellar"), ..Default::default() };
    s.guilds.edit_channel(ADA, room, edit).await.expect("edited");
    let role = s.role(guild, Permissions::NONE).await.id;
    let edit = RoleEdit { name: because("Guards"), ..Default::default() };
    s.guilds.edit_role(ADA, guild, role, edit).await.expect("edited");
    let (target, deny) = (guilds_contract::Target::Role(role), Permissions::of(&[Permission::Send]));
    let edit = guilds_contract::OverwriteEdit { deny, ..Default::default() };
    s.guilds.set_overwrite(ADA, room, target, edit).await.expect("set");
    s.guilds.give_role(ADA, guild, CID.user, role).await.expect("given");
    s.guilds.take_role(ADA, guild, CID.user, role).await.expect("taken");
    let order = s.guilds.roles(ADA, guild).await.expect("list").items;
    let order = order.iter().rev().skip(1).map(|role| role.id).collect();
    s.guilds.order_roles(ADA, guild, order).await.expect("ordered");
    s.guilds.delete_role(ADA, guild, role).await.expect("deleted");
    s.guilds.delete_channel(ADA, room).await.expect("deleted");
    let invite = s.invite(ADA, guild, None).await.code;
    s.guilds.revoke_invite(ADA, guild, invite).await.expect("revoked");
    let edit = guilds_contract::GuildEdit { name: because("The Cellar") };
    s.guilds.edit_guild(ADA, guild, edit).await.expect("edited");
    let all = log(&s, AuditFilter::default(), guild).await;
    let acts: Vec<GuildAct> = all.iter().rev().skip(before).map(|entry| entry.act).collect();
    let expected = [
        GuildAct::ChannelCreated,
        GuildAct::ChannelEdited,
        GuildAct::RoleCreated,
        GuildAct::RoleEdited,
        GuildAct::OverwriteChanged,
        GuildAct::RoleGiven,
        GuildAct::RoleTaken,
        GuildAct::RolesOrdered,
        GuildAct::RoleDeleted,
        GuildAct::ChannelDeleted,
        GuildAct::InviteCreated,
        GuildAct::InviteRevoked,
        GuildAct::GuildEdited,
    ];
    assert_eq!(acts, expected);
    let renamed = &all.iter().find(|entry| entry.act == GuildAct::RoleEdited).expect("noted").differences[0];
    assert_eq!((renamed.what.as_str(), renamed.after.as_deref()), ("name", Some("Guards")));
    let given = all.iter().find(|entry| entry.act == GuildAct::RoleGiven).expect("noted");
    assert_eq!((given.role, given.subject), (Some(role), Subject::User(CID.user)));
    let only = AuditFilter { by: Some(ADA.user), act: Some(GuildAct::GuildEdited) };
    assert_eq!(log(&s, only, guild).await.len(), 1);
    assert_eq!(log(&s, AuditFilter { by: Some(BOB.user), act: None }, guild).await, []);
    for (caller, answer) in [(CID, "403 missing_permission"), (EVE, "404 not_found")] {
        let refused =
            s.guilds.audit_log(caller, guild, AuditFilter::default(), Limit::parse(None).expect("fits"), None);
        assert_eq!(refusal(refused.await), answer);
        let stream = s.guilds.difference(Reader::Person(caller), StreamName::staff(guild), 0).await;
        assert_eq!(refusal(stream), "404 not_found");
    }
    let told = s.guilds.difference(Reader::Person(BOB), StreamName::staff(guild), 0).await.expect("for the staff");
    assert!(told.head as usize >= expected.len() && told.events.iter().all(|event| event.kind == "act_noted"));
}

pub(crate) async fn an_archive_has_what_one_did_and_erasing_takes_it_along(s: Stage) {
    let guild = moderated(&s).await;
    s.guilds.kick(BOB, guild, CID.user, because("bobs-canary")).await.expect("out");
    s.guilds.ban(BOB, guild, EVE.user, BanDraft { reason: because("bobs-canary") }).await.expect("banned");
    let parts = async |caller: Caller| {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let part = s.guilds.export(caller.user, after).await.expect("a part");
            all.extend(part.records.into_iter().map(|record| format!("{} {}", record.kind, record.value)));
            after = part.next;
            if after.is_none() {
                return all;
            }
        }
    };
    let of = |all: &[String], kind: &str| all.iter().filter(|record| record.starts_with(kind)).count();
    let bobs = parts(BOB).await;
    assert_eq!((of(&bobs, "ban "), of(&bobs, "act ")), (1, 2));
    let eves = parts(EVE).await;
    let banned = eves.iter().find(|record| record.starts_with("banned ")).expect("one");
    assert!(banned.contains("bobs-canary") && !banned.contains(&format!("\"{}\"", BOB.user)), "{banned}");
    s.guilds.erase(BOB.user, Default::default()).await.expect("erased");
    let left = s.guilds.audit_log(ADA, guild, AuditFilter::default(), Limit::parse(None).expect("fits"), None).await;
    assert!(!format!("{:?}", left.expect("list").items).contains("canary"));
    let bans = s.guilds.bans(ADA, guild, Limit::parse(None).expect("fits"), None).await.expect("list").items;
    assert_eq!((bans.len(), bans[0].reason.as_str()), (1, ""));
}

pub(crate) async fn a_report_reaches_those_who_keep_order(s: Stage) {
    let guild = s.guild(&[BOB, CID, EVE]).await.id;
    let role = s.role(guild, Permissions::of(&[Permission::ManageMessages])).await;
    s.guilds.give_role(ADA, guild, BOB.user, role.id).await.expect("given");
    let (room, elsewhere) = (s.general(guild).await.id, s.guild(&[CID]).await.id);
    let den = s.channel(guild, true, &[]).await.id;
    let draft = |user: Caller, reason: &str, place: Option<kernel::ChannelId>| ReportDraft {
        user: user.user,
        channel: place,
        message: place.map(|_| kernel::MessageId(9)),
        reason: reason.into(),
    };
    let file = async |caller, guild, draft| s.guilds.file_report(caller, guild, draft).await;
    assert_eq!(refusal(file(CID, guild, draft(EVE, " ", None)).await), "422 reason_empty reason");
    assert_eq!(refusal(file(CID, guild, draft(CID, "Me.", None)).await), "422 report_of_oneself user");
    assert_eq!(refusal(file(CID, guild, draft(EVE, "There.", Some(den))).await), "404 not_found", "not seen");
    assert_eq!(refusal(file(CID, elsewhere, draft(EVE, "There.", Some(room))).await), "404 not_found", "elsewhere");
    assert_eq!(refusal(file(EVE, elsewhere, draft(CID, "There.", None)).await), "404 not_found", "an outsider");
    let half = ReportDraft { message: None, ..draft(EVE, "There.", Some(room)) };
    assert_eq!(refusal(file(CID, guild, half).await), "422 half_a_message message");
    let report = file(CID, guild, draft(EVE, "Rude.", Some(room))).await.expect("filed");
    assert_eq!(file(CID, guild, draft(EVE, "Still rude.", Some(room))).await.expect("once"), report);
    assert_eq!(s.kinds(StreamName::staff(guild)).await.last().map(String::as_str), Some("report_changed"));

    let all = Limit::parse(None).expect("fits");
    let listed = async |caller, state| s.guilds.reports(caller, guild, state, all, None).await.map(|page| page.items);
    for caller in [CID, EVE] {
        assert_eq!(refusal(listed(caller, None).await), "403 missing_permission");
    }
    assert_eq!(listed(BOB, Some(ReportState::Open)).await.expect("list"), std::slice::from_ref(&report));
    let about_bob = file(CID, guild, draft(BOB, "Abuses his role.", None)).await.expect("filed");
    assert_eq!(listed(BOB, None).await.expect("list").len(), 1, "not one's own case");
    assert_eq!(listed(ADA, None).await.expect("list").len(), 2);
    let edit = async |caller, id, state, note: Option<&str>| {
        let edit = ReportEdit { state: Some(state), note: note.map(Into::into) };
        s.guilds.edit_report(caller, guild, id, edit).await
    };
    assert_eq!(refusal(edit(BOB, about_bob.id, ReportState::Closed, None).await), "404 not_found");
    assert_eq!(refusal(edit(EVE, report.id, ReportState::Closed, None).await), "403 missing_permission");
    let taken = edit(BOB, report.id, ReportState::Taken, None).await.expect("taken");
    assert_eq!((taken.state, taken.by), (ReportState::Taken, Some(BOB.user)));
    let closed = edit(BOB, report.id, ReportState::Closed, Some("Talked to Eve.")).await.expect("closed");
    assert_eq!((closed.state, closed.note.as_str()), (ReportState::Closed, "Talked to Eve."));
    assert_eq!(listed(BOB, Some(ReportState::Open)).await.expect("list"), []);
    let noted = s.guilds.audit_log(ADA, guild, AuditFilter::default(), all, None).await.expect("list").items;
    let acts: Vec<GuildAct> = noted[..2].iter().map(|entry| entry.act).collect();
    assert_eq!(acts, [GuildAct::ReportClosed, GuildAct::ReportTaken]);
}
