//! What every engine of the store must do.

use super::*;
use crate::{
    block, rules, store,
    store::friends::{Limits, Step},
};
use engine_sql::Ground;
use kernel::StreamName;

const ADA: UserId = UserId(7);
const BOB: UserId = UserId(8);
const CID: UserId = UserId(9);
const NOW: Timestamp = Timestamp(5_000);

async fn town(ground: &Ground) -> std::sync::Arc<dyn Store> {
    let profiles = store::open(&ground.database);
    for user in [ADA, BOB, CID] {
        profiles.ensure(store::suite::profile(user.0, "P"), &[format!("p{user}")]).await.expect("made");
    }
    open(&ground.database)
}

async fn ids(ground: &Ground) -> Vec<i64> {
    ground.mint.ids(3).await.expect("ids")
}

async fn block_from(ground: &Ground, other: UserId, from: Option<FriendState>) -> Result<i64, Refusal> {
    let events = block::told(ids(ground).await, ADA, other, from, NOW);
    let new = NewBlock { person: ADA, other, from, now: NOW, most: 2 };
    let done = open(&ground.database).block(new, events).await.expect("asked");
    done.map(|done| done.value)
}

async fn ask(ground: &Ground, person: UserId, other: UserId) -> Result<(), Refusal> {
    let limits = Limits { friends: 9, sent: 9, received: 9, at_once: 9 };
    let to = Some(FriendState::Outgoing);
    let events = [(person, other, to), (other, person, to.map(rules::mirrored))];
    let events = ids(ground)
        .await
        .into_iter()
        .zip(events)
        .map(|(id, (one, user, state))| crate::befriend::changed(id, one, user, state, NOW));
    let step = Step { person, other, from: None, to, now: NOW, limits };
    let done = store::friends::open(&ground.database).step(step, events.collect()).await.expect("asked");
    done.map(drop)
}

async fn a_block_ends_what_was_and_refuses_what_comes(ground: Ground) {
    let blocks = town(&ground).await;
    assert_eq!(ask(&ground, BOB, ADA).await, Ok(()));
    assert_eq!(block_from(&ground, BOB, None).await, Err(Refusal::Moved));
    assert_eq!(block_from(&ground, BOB, Some(FriendState::Incoming)).await, Ok(2), "after the request");
    let friends = store::friends::open(&ground.database);
    for (one, other) in [(ADA, BOB), (BOB, ADA)] {
        assert_eq!(friends.between(one, other).await.expect("asked"), None);
        assert_eq!(ask(&ground, one, other).await, Err(Refusal::Blocked(ADA)));
    }
    assert_eq!(blocks.find(ADA, BOB).await.expect("asked"), Some((Block { user: BOB, since: NOW }, 2)));
    assert_eq!(blocks.find(BOB, ADA).await.expect("asked"), None);
    let event = |id| block::changed(id, ADA, BOB, false, NOW);
    let ids = ids(&ground).await;
    let done = blocks.unblock(ADA, BOB, event(ids[0])).await.expect("asked").expect("ended");
    assert_eq!(done.value, 4, "after the block and the end of the request");
    assert!(blocks.unblock(ADA, BOB, event(ids[1])).await.expect("asked").is_none());
    assert_eq!(ask(&ground, BOB, ADA).await, Ok(()));
    let streams = [StreamName::user("people", BOB)];
    let heads = ground.journal.heads(&streams).await.expect("heads");
    assert_eq!(heads.into_values().collect::<Vec<_>>(), [3], "who is blocked isn't told of the block");
}

async fn there_is_an_end_to_blocks_and_nobody_cannot_be_blocked(ground: Ground) {
    let blocks = town(&ground).await;
    assert_eq!(block_from(&ground, UserId(99), None).await, Err(Refusal::Gone));
    for other in [BOB, CID] {
        block_from(&ground, other, None).await.expect("blocked");
    }
    assert_eq!(blocks.of(ADA, UserId(0), 1).await.expect("list"), [Block { user: BOB, since: NOW }]);
    assert_eq!(blocks.of(ADA, BOB, 9).await.expect("list"), [Block { user: CID, since: NOW }]);
    assert_eq!(block_from(&ground, BOB, None).await, Err(Refusal::BlocksFull));
    assert_eq!(blocks.erase(CID).await.expect("erased"), 1);
    assert_eq!(blocks.erase(ADA).await.expect("erased"), 1);
    assert_eq!(blocks.erase(ADA).await.expect("erased"), 0);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    a_block_ends_what_was_and_refuses_what_comes,
    there_is_an_end_to_blocks_and_nobody_cannot_be_blocked,
);
