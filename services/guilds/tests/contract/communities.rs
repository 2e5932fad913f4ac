use crate::stage::{ADA, BOB, CID, EVE, Stage, own, refusal};
use guilds_contract::{
    Channel, ChannelChanged, ChannelDraft, ChannelEdit, GuildDeleted, GuildDraft, GuildEdit, GuildEdited, InviteDraft,
    Member, Membership,
};
use kernel::{Limit, Reader, StreamName, permissions::Permission};

const NOT_FOUND: &str = "404 not_found";
const FORBIDDEN: &str = "403 missing_permission";

fn named(name: &str) -> ChannelDraft {
    ChannelDraft { name: name.into(), topic: None, private: false, allowed: Vec::new() }
}

pub(crate) async fn a_guild_starts_with_its_owner_and_general(s: Stage) {
    let guild = s.guilds.create_guild(ADA, GuildDraft { name: "  The\tGuild ".into() }).await.expect("made");
    assert_eq!((guild.name.as_str(), guild.owner, guild.member_count), ("The Guild", ADA.user, 1));
    assert_eq!(s.guilds.guild(ADA, guild.id).await.expect("there"), guild);
    let mine = s.guilds.my_guilds(ADA).await.expect("list");
    assert_eq!(mine.items, std::slice::from_ref(&guild));
    assert_eq!((mine.at[&own(ADA)], mine.at[&StreamName::guild(guild.id)]), (1, 2));
    let channels = s.guilds.channels(ADA, guild.id).await.expect("list");
    let general: &Channel = &channels.items[0];
    assert_eq!((channels.items.len(), general.name.as_str(), general.private), (1, "general", false));
    assert_eq!(s.guilds.channel(ADA, general.id).await.expect("there"), *general);

    let log = s.log(StreamName::guild(guild.id)).await;
    let joined = Membership { guild: guild.id, user: ADA.user, at: guild.created_at };
    assert_eq!((log[0].kind.as_str(), log[0].parse::<Membership>().expect("data")), ("member_joined", joined.clone()));
    assert_eq!(
        (log[1].kind.as_str(), log[1].parse::<ChannelChanged>().expect("data").channel),
        ("channel_created", general.clone())
    );
    let told = s.last(own(ADA)).await;
    assert_eq!((told.kind.as_str(), told.parse::<Membership>().expect("data")), ("guild_joined", joined));
}

pub(crate) async fn names_are_checked_by_field(s: Stage) {
    let guild = s.guild(&[]).await;
    let general = s.general(guild.id).await;
    for (name, answer) in [
        ("", "422 name_empty name"),
        ("a\u{202E}b", "422 name_unprintable name"),
        (&"x".repeat(81), "422 text_too_long name"),
    ] {
        assert_eq!(refusal(s.guilds.create_guild(ADA, GuildDraft { name: name.into() }).await), answer);
        let edit = GuildEdit { name: Some(name.into()) };
        assert_eq!(refusal(s.guilds.edit_guild(ADA, guild.id, edit).await), answer);
        assert_eq!(refusal(s.guilds.create_channel(ADA, guild.id, named(name)).await), answer);
        let edit = ChannelEdit { name: Some(name.into()), ..Default::default() };
        assert_eq!(refusal(s.guilds.edit_channel(ADA, general.id, edit).await), answer);
    }
    let wordy = ChannelDraft { topic: Some("x".repeat(501)), ..named("den") };
    assert_eq!(refusal(s.guilds.create_channel(ADA, guild.id, wordy).await), "422 text_too_long topic");
    let far = ChannelEdit { position: Some(-1), ..Default::default() };
    assert_eq!(refusal(s.guilds.edit_channel(ADA, general.id, far).await), "422 position_out_of_range position");
    assert_eq!(s.guilds.my_guilds(ADA).await.expect("list").items.len(), 1);
}

pub(crate) async fn an_outsider_sees_nothing_of_a_guild(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let channel = s.general(guild).await.id;
    let g = &s.guilds;
    let code = s.invite(ADA, guild, None).await.code;
    let answers = [
        refusal(g.guild(EVE, guild).await),
        refusal(g.edit_guild(EVE, guild, GuildEdit { name: Some("Mine".into()) }).await),
        refusal(g.delete_guild(EVE, guild).await),
        refusal(g.members(EVE, guild, Limit::parse(None).expect("limit"), None).await),
        refusal(g.leave(EVE, guild).await),
        refusal(g.channels(EVE, guild).await),
        refusal(g.create_channel(EVE, guild, named("den")).await),
        refusal(g.channel(EVE, channel).await),
        refusal(g.edit_channel(EVE, channel, ChannelEdit::default()).await),
        refusal(g.delete_channel(EVE, channel).await),
        refusal(g.allowed(EVE, channel).await),
        refusal(g.allow(EVE, channel, EVE.user).await),
        refusal(g.disallow(EVE, channel, BOB.user).await),
        refusal(g.create_invite(EVE, guild, InviteDraft::default()).await),
        refusal(g.invites(EVE, guild).await),
        refusal(g.revoke_invite(EVE, guild, code.clone()).await),
        refusal(g.difference(Reader::Person(EVE), StreamName::guild(guild), 0).await),
        refusal(g.guild(EVE, kernel::GuildId(77)).await),
        refusal(g.channel(EVE, kernel::ChannelId(77)).await),
    ];
    for (n, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer, NOT_FOUND, "call {n}");
    }
    assert_eq!(g.my_guilds(EVE).await.expect("list").items, []);
    assert!(g.preview_invite(code).await.is_ok(), "the invite is still there");
}

pub(crate) async fn a_member_may_look_but_not_manage(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await.id;
    let channel = s.general(guild).await.id;
    let g = &s.guilds;
    let answers = [
        refusal(g.edit_guild(BOB, guild, GuildEdit::default()).await),
        refusal(g.delete_guild(BOB, guild).await),
        refusal(g.create_channel(BOB, guild, named("den")).await),
        refusal(g.edit_channel(BOB, channel, ChannelEdit::default()).await),
        refusal(g.delete_channel(BOB, channel).await),
        refusal(g.allow(BOB, channel, CID.user).await),
        refusal(g.disallow(BOB, channel, CID.user).await),
    ];
    for (n, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer, FORBIDDEN, "call {n}");
    }
    assert_eq!(g.guild(BOB, guild).await.expect("seen").member_count, 3);
    assert_eq!(g.channel(BOB, channel).await.expect("seen").id, channel);
    let facts = g.guild_facts(guild, BOB.user).await.expect("facts").expect("there");
    assert!(!facts.permissions().has(Permission::ManageGuild));
}

pub(crate) async fn an_edit_is_told_to_the_guild(s: Stage) {
    let guild = s.guild(&[BOB]).await;
    let edit = GuildEdit { name: Some("New".into()) };
    let edited = s.guilds.edit_guild(ADA, guild.id, edit.clone()).await.expect("edited");
    assert_eq!((edited.name.as_str(), edited.member_count), ("New", 2));
    let told = s.last(StreamName::guild(guild.id)).await;
    assert_eq!(told.kind, "guild_edited");
    assert_eq!(told.parse::<GuildEdited>().expect("data").guild, s.guilds.guild(BOB, guild.id).await.expect("there"));
    for nothing in [edit, GuildEdit::default()] {
        assert_eq!(s.guilds.edit_guild(ADA, guild.id, nothing).await.expect("fine"), edited);
    }
    assert_eq!(s.last(StreamName::guild(guild.id)).await.seq, told.seq, "what changes nothing tells nothing");
}

pub(crate) async fn members_page_in_the_order_of_joining(s: Stage) {
    let guild = s.guild(&[CID, BOB]).await.id;
    let members =
        async |limit, after| s.guilds.members(BOB, guild, Limit::parse(Some(limit)).expect("limit"), after).await;
    let first = members(2, None).await.expect("page");
    let users = |items: &[Member]| items.iter().map(|m| m.user).collect::<Vec<_>>();
    assert_eq!(users(&first.items), [ADA.user, CID.user]);
    assert_eq!(first.at[&StreamName::guild(guild)], 4);
    let second = members(2, first.next.clone()).await.expect("page");
    assert_eq!((users(&second.items), second.next), (vec![BOB.user], None));
    for bad in ["", "-", "x-1", "1-0", "1-x", "1", "99999999999999999999-1"] {
        assert_eq!(refusal(members(2, Some(bad.into())).await), "400 bad_cursor after", "{bad}");
    }
}

pub(crate) async fn who_leaves_is_told_and_sees_nothing_more(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await.id;
    let secret = s.channel(guild, true, &[BOB]).await.id;
    assert_eq!(refusal(s.guilds.leave(ADA, guild).await), "409 owner_cannot_leave");
    s.guilds.leave(BOB, guild).await.expect("left");
    for (stream, kind) in [(StreamName::guild(guild), "member_left"), (own(BOB), "guild_left")] {
        let told = s.last(stream).await;
        let left = told.parse::<Membership>().expect("data");
        assert_eq!((told.kind.as_str(), left.guild, left.user), (kind, guild, BOB.user));
    }
    assert_eq!(refusal(s.guilds.guild(BOB, guild).await), NOT_FOUND);
    assert_eq!(refusal(s.guilds.channel(BOB, secret).await), NOT_FOUND);
    assert_eq!(refusal(s.guilds.leave(BOB, guild).await), NOT_FOUND);
    assert_eq!(refusal(s.guilds.difference(Reader::Person(BOB), StreamName::guild(guild), 0).await), NOT_FOUND);
    assert_eq!(s.guilds.guild(ADA, guild).await.expect("there").member_count, 2);

    let code = s.invite(ADA, guild, None).await.code;
    s.guilds.accept_invite(BOB, code).await.expect("back");
    assert_eq!(refusal(s.guilds.channel(BOB, secret).await), NOT_FOUND, "whoever comes back starts off the lists");
}

pub(crate) async fn a_deleted_guild_is_told_to_everyone(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let general = s.general(guild).await.id;
    let secret = s.channel(guild, true, &[]).await.id;
    let code = s.invite(BOB, guild, None).await.code;
    s.guilds.delete_guild(ADA, guild).await.expect("deleted");
    let told = s.last(StreamName::guild(guild)).await;
    let gone = GuildDeleted { guild, channels: vec![general, secret] };
    assert_eq!((told.kind.as_str(), told.parse::<GuildDeleted>().expect("data")), ("guild_deleted", gone));
    for member in [ADA, BOB] {
        let told = s.last(own(member)).await;
        let left = told.parse::<Membership>().expect("data");
        assert_eq!((told.kind.as_str(), left.guild, left.user), ("guild_left", guild, member.user));
        assert_eq!(refusal(s.guilds.guild(member, guild).await), NOT_FOUND);
        assert_eq!(refusal(s.guilds.channel(member, general).await), NOT_FOUND);
        assert_eq!(s.guilds.my_guilds(member).await.expect("list").items, []);
    }
    assert_eq!(refusal(s.guilds.preview_invite(code).await), "404 invite_unknown");
    assert_eq!(refusal(s.guilds.delete_guild(ADA, guild).await), NOT_FOUND);
}
