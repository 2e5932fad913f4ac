//! What every engine of the store of overwrites must do.

use super::*;
use crate::store::scene::{ADA, BOB, CID, Scene};
use engine_sql::Ground;
use kernel::permissions::{Permission, Permissions};

const VIEW: Permissions = Permissions::of(&[Permission::View]);
const SEND: Permissions = Permissions::of(&[Permission::Send]);
const NONE: Permissions = Permissions::NONE;

async fn a_channel_says_who_may_do_what(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB, CID]).await;
    let room = scene.channel(guild, false, &[]).await.expect("made").id;
    let role = scene.role(guild, NONE).await;
    drop(scene.give(ADA, &role, BOB).await.expect("given"));
    let may = async |user| scene.channels.facts(room, user).await.expect("facts").expect("there").permissions();
    let everyone = Target::Role(RoleId(guild.0));
    let steps = [
        (everyone, Shift { allow: NONE, deny: VIEW.and(SEND) }, (false, false), (false, false)),
        (Target::Role(role.id), Shift { allow: VIEW, deny: NONE }, (true, false), (false, false)),
        (Target::User(BOB), Shift { allow: SEND, deny: NONE }, (true, true), (false, false)),
        (Target::User(CID), Shift { allow: VIEW, deny: SEND }, (true, true), (true, false)),
        (Target::Role(role.id), Shift::default(), (false, false), (true, false)),
        (everyone, Shift::default(), (true, true), (true, false)),
    ];
    for (target, shift, bob, cid) in steps {
        let done = scene.say(guild, room, target, shift).await.expect("said");
        assert_eq!((done.value.allow, done.value.deny, done.events.len()), (shift.allow, shift.deny, 1));
        for (user, expected) in [(BOB, bob), (CID, cid)] {
            let now = may(user).await;
            assert_eq!((now.has(Permission::View), now.has(Permission::Send)), expected, "{user:?} after {target:?}");
        }
        let again = scene.say(guild, room, target, shift).await.expect("said already");
        assert_eq!(again.events.len(), 0);
    }
    let targets: Vec<_> = scene.overwrites.list(room).await.expect("list").iter().map(|o| o.target).collect();
    assert_eq!(targets, [Target::User(BOB), Target::User(CID)]);
    assert_eq!(scene.overwrites.about(CID).await.expect("list").len(), 1);
    let page = scene.overwrites.page(1, (room, BOB.0), 9).await.expect("page");
    assert_eq!(page.iter().map(|o| o.target).collect::<Vec<_>>(), [Target::User(CID)]);
    assert_eq!(scene.overwrites.page(0, (ChannelId(0), 0), 9).await.expect("page"), []);
}

async fn who_sees_it_is_told_with_what_was_before(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB]).await;
    let room = scene.channel(guild, false, &[]).await.expect("made");
    let (place, target) = ((guild, room.id), Target::User(BOB));
    let hidden = Channel { private: true, ..room.clone() };
    let overwrite = Overwrite { guild, channel: room.id, target, allow: NONE, deny: VIEW };
    let was = Shift::default();
    let told = Rewritten { before: room.clone(), after: hidden, overwrite, was, holders: Some(vec![BOB]) };
    let tell: Tell<Rewritten> = Box::new(move |done| {
        assert_eq!(*done, told);
        Vec::new()
    });
    let set = Rewrite::Set(Shift { allow: NONE, deny: VIEW });
    drop(scene.overwrites.rewrite(ADA, place, target, set, 5, tell).await.expect("works").expect("said"));
    let shown = scene.overwrites.rewrite(ADA, place, target, Rewrite::Show, 5, Box::new(|_| Vec::new())).await;
    assert_eq!(shown.expect("works").map(|done| (done.value.allow, done.value.deny)), Ok((VIEW, NONE)));
    assert_eq!(scene.channels.find(room.id).await.expect("find"), Some(room));
}

async fn nobody_gives_in_a_channel_what_they_do_not_have(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB, CID]).await;
    let room = scene.channel(guild, false, &[]).await.expect("made").id;
    let above = scene.role(guild, NONE).await;
    let moderator = scene.role(guild, Permissions::of(&[Permission::ManageRoles])).await;
    let below = scene.role(guild, NONE).await;
    drop(scene.give(ADA, &moderator, BOB).await.expect("given"));
    let say = async |target, allow, deny| {
        let set = Rewrite::Set(Shift { allow, deny });
        let done = scene.overwrites.rewrite(BOB, (guild, room), target, set, 3, Box::new(|_| Vec::new())).await;
        done.expect("works").map(|_| ())
    };
    let pin = Permissions::of(&[Permission::Pin]);
    assert_eq!(say(Target::Role(below.id), pin, NONE).await, Err(Refusal::NotYours));
    assert_eq!(say(Target::User(BOB), pin, NONE).await, Err(Refusal::NotYours), "oneself");
    assert_eq!(say(Target::Role(above.id), NONE, SEND).await, Err(Refusal::AboveYou));
    assert_eq!(say(Target::Role(moderator.id), NONE, SEND).await, Err(Refusal::AboveYou));
    assert_eq!(say(Target::User(ADA), NONE, SEND).await, Err(Refusal::AboveYou), "the owner");
    assert_eq!(say(Target::User(UserId(9)), NONE, SEND).await, Err(Refusal::NotMembers));
    assert_eq!(say(Target::Role(RoleId(9)), NONE, SEND).await, Err(Refusal::RoleGone));
    assert_eq!(say(Target::Role(below.id), NONE, SEND).await, Ok(()));
    assert_eq!(say(Target::User(CID), NONE, SEND).await, Ok(()));
    assert_eq!(say(Target::User(BOB), SEND, NONE).await, Ok(()));
    assert_eq!(say(Target::Role(RoleId(guild.0)), NONE, VIEW).await, Err(Refusal::TooManyOverwrites(3)));
    let elsewhere = scene.guild(ADA).await.id;
    let set = Rewrite::Set(Shift { allow: NONE, deny: SEND });
    let other = scene.overwrites.rewrite(ADA, (elsewhere, room), Target::User(ADA), set, 5, Box::new(|_| Vec::new()));
    assert_eq!(other.await.expect("works").expect_err("another guild's"), Refusal::ChannelGone);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    a_channel_says_who_may_do_what,
    who_sees_it_is_told_with_what_was_before,
    nobody_gives_in_a_channel_what_they_do_not_have,
);
