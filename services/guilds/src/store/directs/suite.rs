//! What every engine of the store of directs must do.

use super::*;
use crate::store::scene::{ADA, BOB, CID, Scene};
use engine_sql::Ground;
use kernel::{StreamName, permissions::Standing};
use std::sync::Arc;

async fn open_one(scene: Arc<Scene>, one: UserId, other: UserId) -> Committed<Channel> {
    let id = ChannelId(scene.ground.mint.id().await.expect("id"));
    let events = [one, other].map(|user| scene.event(StreamName::user("guilds", user))).into();
    scene.directs.open(id, (one, other), Timestamp(1_000), events).await.expect("opened")
}

async fn a_pair_has_one_direct_whoever_opens_it(ground: Ground) {
    let scene = Scene::new(ground);
    assert_eq!(scene.directs.between(ADA, BOB).await.expect("between"), None);
    let made = open_one(scene.clone(), BOB, ADA).await;
    assert_eq!((made.value.recipients.as_slice(), made.events.len()), ([ADA, BOB].as_slice(), 2));
    let again = open_one(scene.clone(), ADA, BOB).await;
    assert_eq!((&again.value, again.events.len()), (&made.value, 0));
    assert_eq!(scene.directs.between(ADA, BOB).await.expect("between"), Some(made.value.clone()));
    assert_eq!(scene.directs.between(BOB, ADA).await.expect("between"), Some(made.value.clone()));
    assert_eq!(scene.directs.find(made.value.id).await.expect("find"), Some(made.value));
    assert_eq!(scene.directs.find(ChannelId(1)).await.expect("find"), None);
}

async fn a_pair_has_one_direct_even_in_a_race(ground: Ground) {
    let scene = Scene::new(ground);
    let tries = scene.race(16, |scene, n| {
        let (one, other) = if n % 2 == 0 { (ADA, BOB) } else { (BOB, ADA) };
        open_one(scene, one, other)
    });
    let mut directs = Vec::new();
    let mut told = 0;
    for done in tries.await {
        told += done.events.len();
        directs.push(done.value.id);
    }
    directs.dedup();
    assert_eq!((directs.len(), told), (1, 2));
    assert_eq!(scene.head(StreamName::user("guilds", ADA)).await, 1);
}

async fn directs_are_listed_for_both(ground: Ground) {
    let scene = Scene::new(ground);
    let first = open_one(scene.clone(), BOB, ADA).await.value;
    let second = open_one(scene.clone(), BOB, CID).await.value;
    let of = async |user, after, limit| scene.directs.of(user, after, limit).await.expect("list");
    assert_eq!(of(BOB, ChannelId(0), 9).await, [first.clone(), second.clone()]);
    assert_eq!(of(BOB, ChannelId(0), 1).await, std::slice::from_ref(&first));
    assert_eq!(of(BOB, first.id, 9).await, std::slice::from_ref(&second));
    assert_eq!(of(ADA, ChannelId(0), 9).await, std::slice::from_ref(&first));
    assert_eq!(of(UserId(9), ChannelId(0), 9).await, []);
    assert_eq!(scene.directs.page(first.id, 9).await.expect("page"), [second]);
    assert_eq!(scene.directs.page(ChannelId(0), 1).await.expect("page"), [first]);
}

async fn facts_say_who_is_in_it(ground: Ground) {
    let scene = Scene::new(ground);
    let direct = open_one(scene.clone(), BOB, ADA).await.value.id;
    for (user, standing) in [(ADA, Standing::Member), (BOB, Standing::Member), (CID, Standing::Outsider)] {
        let facts = Facts::new(None, standing, Place::Direct, Grants::default());
        assert_eq!(scene.directs.facts(direct, user).await.expect("facts"), Some(facts));
    }
    assert_eq!(scene.directs.facts(ChannelId(1), ADA).await.expect("facts"), None);
}

async fn partners_are_found_from_both_sides(ground: Ground) {
    let scene = Scene::new(ground);
    drop(open_one(scene.clone(), BOB, ADA).await);
    drop(open_one(scene.clone(), BOB, CID).await);
    let partners = async |user, users: &[UserId]| {
        let mut partners = scene.directs.partners(user, users).await.expect("list");
        partners.sort();
        partners
    };
    assert_eq!(partners(BOB, &[ADA, BOB, CID, UserId(9)]).await, [ADA, CID]);
    assert_eq!(partners(ADA, &[ADA, BOB, CID]).await, [BOB]);
    assert_eq!(partners(CID, &[ADA]).await, []);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    a_pair_has_one_direct_whoever_opens_it,
    a_pair_has_one_direct_even_in_a_race,
    directs_are_listed_for_both,
    facts_say_who_is_in_it,
    partners_are_found_from_both_sides,
);
