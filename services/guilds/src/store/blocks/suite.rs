//! What every engine of the store of blocks must do.

use super::*;
use crate::store::scene::{ADA, BOB, CID, Scene};
use engine_sql::Ground;
use kernel::StreamName;

async fn apply(scene: &Scene, person: UserId, other: UserId, is_blocked: bool, seq: i64) -> usize {
    let store = open(&scene.ground.database);
    let events = [person, other].map(|user| scene.event(StreamName::user("guilds", user))).into();
    store.apply(Block { person, other, is_blocked, seq }, events).await.expect("applied").events.len()
}

async fn the_newest_word_counts_and_is_told_once(ground: Ground) {
    let scene = Scene::new(ground);
    let store = open(&scene.ground.database);
    assert!(!store.between(ADA, BOB).await.expect("asked"));
    assert_eq!(apply(&scene, ADA, BOB, true, 4).await, 2);
    assert_eq!(apply(&scene, ADA, BOB, true, 4).await, 0, "again changes nothing");
    assert!(store.between(ADA, BOB).await.expect("asked") && store.between(BOB, ADA).await.expect("asked"));
    assert_eq!(store.blocking(BOB, &[ADA, CID]).await.expect("asked"), [ADA]);
    assert_eq!(store.blocking(ADA, &[BOB, CID]).await.expect("asked"), []);
    assert_eq!(apply(&scene, ADA, BOB, false, 6).await, 2);
    assert_eq!(apply(&scene, ADA, BOB, true, 5).await, 0, "it came late");
    assert!(!store.between(ADA, BOB).await.expect("asked"));
    assert_eq!(store.blocking(BOB, &[ADA]).await.expect("asked"), []);
}

async fn who_goes_leaves_no_blocks(ground: Ground) {
    let scene = Scene::new(ground);
    let store = open(&scene.ground.database);
    for (person, other) in [(ADA, BOB), (BOB, ADA), (BOB, CID)] {
        apply(&scene, person, other, true, 1).await;
    }
    assert_eq!(store.erase(ADA).await.expect("erased"), 2);
    assert_eq!(store.erase(ADA).await.expect("erased"), 0);
    assert!(store.between(BOB, CID).await.expect("asked") && !store.between(ADA, BOB).await.expect("asked"));
}

engine_sql::suite!(
    crate::MIGRATIONS;
    the_newest_word_counts_and_is_told_once,
    who_goes_leaves_no_blocks,
);
