//! What every engine of the store of turns must do.

use super::*;
use engine_sql::Ground;
use std::sync::Arc;

const ADA: UserId = UserId(1);
const HALL: ChannelId = ChannelId(7);

fn turn(nonce: i64, at: i64) -> Turn {
    Turn { author: ADA, channel: HALL, nonce, at: Timestamp(at) }
}

async fn one_waits_between_two_messages(ground: Ground) {
    let store = open(&ground.database);
    assert_eq!(store.take(turn(1, 10_000), 5).await.expect("asked"), None);
    assert_eq!(store.take(turn(2, 14_999), 5).await.expect("asked"), Some(Timestamp(10_000)));
    assert_eq!(store.take(turn(1, 14_999), 5).await.expect("asked"), None, "the same message again");
    assert_eq!(store.take(turn(2, 15_000), 5).await.expect("asked"), None, "which cost no further wait");
    let elsewhere = Turn { channel: ChannelId(8), ..turn(3, 15_000) };
    assert_eq!(store.take(elsewhere, 5).await.expect("asked"), None);
    let other = Turn { author: UserId(2), ..turn(3, 15_000) };
    assert_eq!(store.take(other, 5).await.expect("asked"), None);
    assert_eq!(store.prune(Timestamp(15_000)).await.expect("pruned"), 0);
    assert_eq!(store.erase(ADA).await.expect("erased"), 2);
    assert_eq!(store.prune(Timestamp(15_001)).await.expect("pruned"), 1);
}

async fn of_many_at_once_one_is_first(ground: Ground) {
    let store: Arc<dyn Store> = open(&ground.database);
    let tries: Vec<_> = (1..=8)
        .map(|nonce| {
            let store = store.clone();
            tokio::spawn(async move { store.take(turn(nonce, 10_000 + nonce), 5).await.expect("asked") })
        })
        .collect();
    let mut taken = 0;
    for answer in tries {
        taken += u32::from(answer.await.expect("ran").is_none());
    }
    assert_eq!(taken, 1);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    one_waits_between_two_messages,
    of_many_at_once_one_is_first,
);
