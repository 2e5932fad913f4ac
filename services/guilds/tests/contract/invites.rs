use crate::stage::{ADA, BOB, CID, EVE, Stage, own, person, refusal};
use guilds_contract::{GuildDraft, InviteDraft, InvitePreview, Membership};
use kernel::{StreamName, Timestamp};

const WEEK_SECONDS: i64 = 604_800;

pub(crate) async fn an_invite_lets_people_in(s: Stage) {
    let guild = s.guild(&[]).await;
    let invite = s.invite(ADA, guild.id, None).await;
    assert_eq!((invite.code.len(), invite.creator, invite.uses, invite.max_uses), (22, ADA.user, 0, None));
    let expires_at = Timestamp(invite.created_at.0 + WEEK_SECONDS * 1_000);
    assert_eq!(invite.expires_at, Some(expires_at));
    let preview = InvitePreview {
        code: invite.code.clone(),
        guild: guild.id,
        guild_name: guild.name,
        guild_icon: None,
        member_count: 1,
        inviter: "Person 1".into(),
        expires_at: invite.expires_at,
    };
    assert_eq!(s.guilds.preview_invite(invite.code.clone()).await.expect("seen"), preview);

    let joined = s.guilds.accept_invite(BOB, invite.code.clone()).await.expect("joined");
    assert_eq!((joined.id, joined.member_count), (guild.id, 2));
    for (stream, kind) in [(StreamName::guild(guild.id), "member_joined"), (own(BOB), "guild_joined")] {
        let told = s.last(stream).await;
        let member = told.parse::<Membership>().expect("data");
        assert_eq!((told.kind.as_str(), member.guild, member.user), (kind, guild.id, BOB.user));
    }
    for already in [BOB, ADA] {
        assert_eq!(s.guilds.accept_invite(already, invite.code.clone()).await.expect("welcome").member_count, 2);
    }
    assert_eq!(s.kinds(own(BOB)).await, ["guild_joined"]);
    let listed = s.guilds.invites(ADA, guild.id).await.expect("list").items;
    assert_eq!(listed.iter().map(|i| i.uses).collect::<Vec<_>>(), [1]);
}

pub(crate) async fn an_invite_ends_by_time_and_by_use(s: Stage) {
    let guild = s.guild(&[]).await.id;
    let once = s.invite(ADA, guild, Some(1)).await.code;
    s.guilds.accept_invite(BOB, once.clone()).await.expect("joined");
    assert_eq!(refusal(s.guilds.accept_invite(CID, once.clone()).await), "410 invite_used_up");
    assert_eq!(refusal(s.guilds.preview_invite(once.clone()).await), "410 invite_used_up");
    s.guilds.accept_invite(BOB, once).await.expect("who is in is welcome");

    let brief = InviteDraft { expires_in: Some(60), max_uses: None };
    let brief = s.guilds.create_invite(ADA, guild, brief).await.expect("made").code;
    let lasting = InviteDraft { expires_in: Some(0), max_uses: None };
    let lasting = s.guilds.create_invite(ADA, guild, lasting).await.expect("made");
    assert_eq!(lasting.expires_at, None);
    s.clock.advance_seconds(59);
    assert!(s.guilds.preview_invite(brief.clone()).await.is_ok());
    s.clock.advance_seconds(1);
    assert_eq!(refusal(s.guilds.preview_invite(brief.clone()).await), "410 invite_expired");
    assert_eq!(refusal(s.guilds.accept_invite(CID, brief.clone()).await), "410 invite_expired");
    s.guilds.accept_invite(BOB, brief).await.expect("who is in is welcome");
    s.clock.advance_seconds(100 * 365 * 24 * 3_600);
    s.guilds.accept_invite(CID, lasting.code.clone()).await.expect("never too late");
    let listed = s.guilds.invites(ADA, guild).await.expect("list").items;
    assert_eq!(listed.iter().map(|i| &i.code).collect::<Vec<_>>(), [&lasting.code], "spent ones aren't listed");
}

pub(crate) async fn unknown_codes_are_unknown(s: Stage) {
    let guild = s.guild(&[]).await.id;
    let code = s.invite(ADA, guild, None).await.code;
    let mut other: Vec<char> = code.chars().collect();
    other[0] = if other[0] == 'A' { 'B' } else { 'A' };
    let other: String = other.into_iter().collect();
    for unknown in [other.as_str(), "", "x", "a\0b", "' OR 1=1 --", &"A".repeat(10_000)] {
        assert_eq!(refusal(s.guilds.preview_invite(unknown.into()).await), "404 invite_unknown");
        assert_eq!(refusal(s.guilds.accept_invite(BOB, unknown.into()).await), "404 invite_unknown");
        assert_eq!(refusal(s.guilds.revoke_invite(ADA, guild, unknown.into()).await), "404 invite_unknown");
    }
    s.guilds.revoke_invite(ADA, guild, code.clone()).await.expect("revoked");
    assert_eq!(refusal(s.guilds.accept_invite(BOB, code.clone()).await), "404 invite_unknown");
    assert_eq!(refusal(s.guilds.revoke_invite(ADA, guild, code).await), "404 invite_unknown");
}

pub(crate) async fn members_have_their_own_invites(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await.id;
    let (bobs, cids) = (s.invite(BOB, guild, None).await.code, s.invite(CID, guild, None).await.code);
    let listed = async |caller| -> Vec<String> {
        s.guilds.invites(caller, guild).await.expect("list").items.into_iter().map(|i| i.code).collect()
    };
    assert_eq!(listed(BOB).await, std::slice::from_ref(&bobs));
    assert_eq!(listed(ADA).await.len(), 3);
    assert_eq!(refusal(s.guilds.revoke_invite(BOB, guild, cids.clone()).await), "404 invite_unknown");
    s.guilds.revoke_invite(BOB, guild, bobs).await.expect("one's own");
    s.guilds.revoke_invite(ADA, guild, cids).await.expect("an owner takes back any");
    assert_eq!(listed(ADA).await.len(), 1);
    let elsewhere = s.guilds.create_guild(EVE, GuildDraft { name: "Else".into() }).await.expect("made").id;
    let code = s.invite(ADA, guild, None).await.code;
    assert_eq!(refusal(s.guilds.revoke_invite(EVE, elsewhere, code).await), "404 invite_unknown");
}

pub(crate) async fn terms_are_checked_by_field(s: Stage) {
    let guild = s.guild(&[]).await.id;
    for (expires_in, max_uses, answer) in [
        (Some(59), None, "422 expires_in_out_of_range expires_in"),
        (Some(-1), None, "422 expires_in_out_of_range expires_in"),
        (Some(31_536_001), None, "422 expires_in_out_of_range expires_in"),
        (None, Some(0), "422 max_uses_out_of_range max_uses"),
        (None, Some(1_001), "422 max_uses_out_of_range max_uses"),
    ] {
        assert_eq!(refusal(s.guilds.create_invite(ADA, guild, InviteDraft { expires_in, max_uses }).await), answer);
    }
    assert_eq!(s.guilds.invites(ADA, guild).await.expect("list").items, []);
}

pub(crate) async fn a_hundred_guilds_are_enough(s: Stage) {
    let guild = s.guild(&[]).await.id;
    let invite = s.invite(ADA, guild, Some(1)).await.code;
    for _ in 0..100 {
        s.guilds.create_guild(person(9), GuildDraft { name: "G".into() }).await.expect("made");
    }
    let more = s.guilds.create_guild(person(9), GuildDraft { name: "G".into() }).await;
    assert_eq!(refusal(more), "409 too_many_guilds");
    assert_eq!(refusal(s.guilds.accept_invite(person(9), invite.clone()).await), "409 too_many_guilds");
    assert_eq!(s.guilds.accept_invite(BOB, invite).await.expect("not used up").member_count, 2);
}
