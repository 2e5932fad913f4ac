//! What every engine of the store of moderation must do.

use super::*;
use crate::store::scene::{ADA, BOB, CID, Scene};
use engine_sql::Ground;
use guilds_contract::{Guild, MemberEdited};
use kernel::{
    EventId, StreamName,
    permissions::{Permission, Permissions},
};
use std::sync::Arc;

const DAN: UserId = UserId(4);

fn quiet<T>() -> Tell<T> {
    Box::new(|_| Vec::new())
}

/// A guild of Ada's, where Bob has a role above Cid's.
async fn ranked(ground: Ground) -> (Arc<Scene>, Guild) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await;
    scene.let_in(guild.id, &[BOB, CID]).await;
    let high = scene.role(guild.id, Permissions::of(&[Permission::Ban])).await;
    let low = scene.role(guild.id, Permissions::NONE).await;
    drop(scene.give(ADA, &high, BOB).await.expect("given"));
    drop(scene.give(ADA, &low, CID).await.expect("given"));
    (scene, guild)
}

fn named(name: &str) -> Change {
    Change::Nickname(Some(name.into()))
}

async fn nobody_acts_on_who_stands_as_high(ground: Ground) {
    let (scene, guild) = ranked(ground).await;
    let silence = Change::TimedOutUntil(Some(Timestamp(9_000)));
    let edit = async |actor, user, change: &Change| {
        let done = scene.moderation.edit(actor, (guild.id, user), change.clone(), quiet()).await;
        done.expect("works").map(|done| done.value)
    };
    let kick = async |actor, user| {
        scene.moderation.kick(actor, (guild.id, user), Vec::new()).await.expect("works").map(|done| done.value)
    };
    let ban = async |by, user| {
        let ban = Ban { guild: guild.id, user, by, reason: String::new(), at: Timestamp(7_000) };
        scene.moderation.ban(ban, quiet()).await.expect("works").map(|done| done.value)
    };
    for (actor, user) in [(BOB, ADA), (CID, BOB), (BOB, BOB), (ADA, ADA)] {
        assert_eq!(edit(actor, user, &silence).await, Err(Refusal::AboveYou), "{actor} {user}");
        assert_eq!(kick(actor, user).await, Err(Refusal::AboveYou), "{actor} {user}");
        assert_eq!(ban(actor, user).await, Err(Refusal::AboveYou), "{actor} {user}");
    }
    for (actor, user) in [(BOB, ADA), (CID, BOB)] {
        assert_eq!(edit(actor, user, &named("Silly")).await, Err(Refusal::AboveYou));
    }
    assert_eq!(edit(CID, CID, &named("Sid")).await.expect("one's own").nickname.as_deref(), Some("Sid"));
    assert_eq!(edit(BOB, CID, &silence).await.expect("below").timed_out_until, Some(Timestamp(9_000)));
    let facts = scene.guilds.facts(guild.id, CID).await.expect("facts").expect("there");
    assert_eq!(facts.silent_until, Some(Timestamp(9_000)));
    let general = scene.channels.of(CID, Some(guild.id)).await.expect("list").remove(0).0.id;
    let facts = scene.channels.facts(general, CID).await.expect("facts").expect("there");
    assert!(!facts.permissions().has(Permission::Send) && facts.granted().has(Permission::Send));
    let member = scene.guilds.memberships(CID).await.expect("list").remove(0);
    assert_eq!((member.nickname.as_deref(), member.timed_out_until), (Some("Sid"), Some(Timestamp(9_000))));
    assert_eq!(edit(DAN, CID, &silence).await, Err(Refusal::GuildGone), "an outsider");
    assert_eq!(edit(BOB, DAN, &silence).await, Err(Refusal::MemberGone));
    assert_eq!(kick(BOB, CID).await, Ok(()));
    assert_eq!(kick(BOB, CID).await, Err(Refusal::MemberGone));
    assert_eq!(scene.guilds.find(guild.id).await.expect("find").expect("there").member_count, 2);
}

async fn who_is_banned_stays_out_until_it_is_lifted(ground: Ground) {
    let (scene, guild) = ranked(ground).await;
    let ban = |user, reason: &str, at| Ban { guild: guild.id, user, by: BOB, reason: reason.into(), at: Timestamp(at) };
    let told: Tell<bool> = Box::new(|was_member| {
        assert!(*was_member);
        Vec::new()
    });
    let made = scene.moderation.ban(ban(CID, "loud", 7_000), told).await.expect("works").expect("banned");
    assert_eq!(made.value, ban(CID, "loud", 7_000));
    let told: Tell<bool> = Box::new(|was_member| {
        assert!(!*was_member);
        Vec::new()
    });
    drop(scene.moderation.ban(ban(DAN, "", 8_000), told).await.expect("works").expect("banned before coming"));
    let again = scene.moderation.ban(ban(CID, "again", 9_000), quiet()).await.expect("works").expect("banned");
    assert_eq!((again.value, again.events.len()), (ban(CID, "loud", 7_000), 0), "the first stays");
    for user in [CID, DAN] {
        scene.invite(guild.id, &format!("door-{user}"), None).await;
        let refused = scene.accept(guild.id, &format!("door-{user}"), user, 8_500).await.expect_err("banned");
        assert_eq!(refused, Refusal::Banned);
    }
    let newest = (Timestamp(i64::MAX), UserId(i64::MAX));
    let listed = scene.moderation.bans(guild.id, newest, 9).await.expect("list");
    assert_eq!(listed.iter().map(|ban| ban.user).collect::<Vec<_>>(), [DAN, CID]);
    assert_eq!(scene.moderation.bans(guild.id, (listed[0].at, DAN), 9).await.expect("list"), listed[1..]);
    assert_eq!(scene.moderation.bans_about(BOB).await.expect("list").len(), 2);
    assert_eq!(scene.moderation.bans_about(CID).await.expect("list").len(), 1);
    let unban = async || scene.moderation.unban((guild.id, CID), Vec::new()).await.expect("works").map(|_| ());
    assert_eq!((unban().await, unban().await), (Ok(()), Err(Refusal::NotBanned)));
    drop(scene.accept(guild.id, &format!("door-{CID}"), CID, 8_600).await.expect("welcome again"));
}

async fn erasing_takes_names_and_reasons_along(ground: Ground) {
    let (scene, guild) = ranked(ground).await;
    let told = |user, name: &str| {
        let (nickname, timed_out_until) = (Some(name.to_owned()), Some(Timestamp(1)));
        let edited = MemberEdited { guild: guild.id, user, nickname, timed_out_until };
        vec![kernel::NewEvent::new(StreamName::guild(guild.id), EventId(9), Timestamp(0), "member_edited", &edited)]
    };
    for (user, name) in [(BOB, "bobs-canary"), (CID, "cids-canary")] {
        let events = told(user, name);
        let done = scene.moderation.edit(ADA, (guild.id, user), named(name), Box::new(|_| events)).await;
        drop(done.expect("works").expect("named"));
    }
    let ban = |by, user| Ban { guild: guild.id, user, by, reason: "a-canary".into(), at: Timestamp(1) };
    drop(scene.moderation.ban(ban(BOB, DAN), quiet()).await.expect("works").expect("banned"));
    drop(scene.moderation.ban(ban(ADA, UserId(5)), quiet()).await.expect("works").expect("banned"));
    assert_eq!(scene.moderation.erase(BOB).await.expect("erased"), 2, "a reason and a name");
    assert_eq!(scene.moderation.erase(BOB).await.expect("erased"), 0);
    let log = scene.ground.journal.difference(&StreamName::guild(guild.id), 0).await.expect("log").events;
    let names: Vec<MemberEdited> =
        log.iter().filter(|e| e.kind == "member_edited").map(|e| e.parse().expect("data")).collect();
    assert_eq!(names.len(), 2);
    assert_eq!(
        (names[0].user, names[0].nickname.as_deref(), names[0].timed_out_until),
        (BOB, None, Some(Timestamp(1)))
    );
    assert_eq!(names[1].nickname.as_deref(), Some("cids-canary"));
    assert_eq!(scene.moderation.bans_about(DAN).await.expect("list")[0].reason, "");
    assert_eq!(scene.moderation.erase(UserId(5)).await.expect("erased"), 1, "the ban of who isn't any more");
}

engine_sql::suite!(
    crate::MIGRATIONS;
    nobody_acts_on_who_stands_as_high,
    who_is_banned_stays_out_until_it_is_lifted,
    erasing_takes_names_and_reasons_along,
);
