//! What every engine of the store of deletions must do.

use super::*;
use engine_sql::Ground;
use kernel::{EventId, StreamName};
use std::sync::Arc;

const ADA: UserId = UserId(1);
const BOB: UserId = UserId(2);

fn deletion(code: &str, due_at: i64) -> Deletion {
    Deletion { code: code.into(), requested_at: Timestamp(10), due_at: Timestamp(due_at), wishes: Wishes::default() }
}

fn event(user: UserId) -> NewEvent {
    NewEvent::new(StreamName::user("accounts", user), EventId(1), Timestamp(0), "told", &())
}

async fn one_stands_until_it_is_cancelled(ground: Ground) {
    let store = open(&ground.database);
    let first =
        store.request(ADA, deletion("a", 100), event(ADA)).await.expect("noted").expect("not the last operator");
    assert_eq!((first.value.code.as_str(), first.events.len()), ("a", 1));
    let second =
        store.request(ADA, deletion("b", 200), event(ADA)).await.expect("asked").expect("not the last operator");
    assert_eq!((second.value, second.events.len()), (first.value, 0));
    assert_eq!(store.by_code("b").await.expect("asked"), None);
    assert_eq!(store.by_code("a").await.expect("asked"), store.of(ADA).await.expect("asked"));
    let cancelled = store.cancel(ADA, event(ADA)).await.expect("cancelled");
    assert_eq!((cancelled.value, cancelled.events.len()), (true, 1));
    assert_eq!(store.of(ADA).await.expect("asked"), None);
    let again = store.cancel(ADA, event(ADA)).await.expect("asked");
    assert_eq!((again.value, again.events.len()), (false, 0));
}

async fn what_is_due_is_taken_by_one_until_that_one_is_gone(ground: Ground) {
    let store = open(&ground.database);
    drop(store.request(ADA, deletion("a", 100), event(ADA)).await.expect("noted"));
    drop(store.request(BOB, deletion("b", 90), event(BOB)).await.expect("noted"));
    let take = async |now, until| store.take(Timestamp(now), Timestamp(until)).await.expect("taken").map(|l| l.user);
    assert_eq!(take(89, 500).await, None, "nothing is due");
    assert_eq!(take(100, 500).await, Some(BOB));
    assert_eq!(take(100, 500).await, Some(ADA));
    assert_eq!(take(499, 900).await, None, "both are in hand");
    assert!(!store.cancel(ADA, event(ADA)).await.expect("asked").value, "it has begun");
    let receipts = [Receipt { service: "people".into(), user: ADA, at: Timestamp(101), erased: 3 }];
    store.note(ADA, &receipts).await.expect("noted");
    store.hold(ADA, Timestamp(700)).await.expect("held");
    assert_eq!(take(500, 900).await, Some(BOB), "whoever had it is gone");
    assert_eq!(take(600, 900).await, None);
    let taken = store.take(Timestamp(700), Timestamp(900)).await.expect("taken").expect("there");
    assert_eq!((taken.user, taken.receipts.as_slice(), taken.begun), (ADA, receipts.as_slice(), true));
    store.finish(ADA, Timestamp(800), "signed").await.expect("finished");
    let done = store.by_code("a").await.expect("asked").expect("stays");
    assert_eq!((done.done_at, done.certificate.as_deref()), (Some(Timestamp(800)), Some("signed")));
    store.finish(BOB, Timestamp(800), "signed").await.expect("finished");
    assert_eq!(take(9_000, 9_900).await, None, "all is done");
}

async fn two_that_ask_at_once_never_take_the_same(ground: Ground) {
    let store = open(&ground.database);
    for n in 1..=20 {
        drop(store.request(UserId(n), deletion(&n.to_string(), 1), event(UserId(n))).await.expect("noted"));
    }
    let takers = (0..4).map(|_| {
        let store: Arc<dyn Store> = store.clone();
        tokio::spawn(async move {
            let mut taken = Vec::new();
            for _ in 0..20 {
                taken.extend(store.take(Timestamp(10), Timestamp(99)).await.expect("taken").map(|l| l.user.0));
            }
            taken
        })
    });
    let mut taken = Vec::new();
    for taker in takers.collect::<Vec<_>>() {
        taken.extend(taker.await.expect("ran"));
    }
    taken.sort_unstable();
    assert_eq!(taken, (1..=20).collect::<Vec<_>>());
}

async fn the_ledger_demands_what_is_not_done(ground: Ground) {
    let store = open(&ground.database);
    drop(store.request(ADA, deletion("a", 10_000), event(ADA)).await.expect("noted"));
    store.demand(ADA, deletion("x", 50)).await.expect("demanded");
    store.demand(BOB, deletion("b", 50)).await.expect("demanded");
    let found = store.of(ADA).await.expect("asked").expect("there");
    assert_eq!((found.deletion.code.as_str(), found.deletion.due_at), ("a", Timestamp(50)));
    for user in [ADA, BOB] {
        let taken = store.take(Timestamp(50), Timestamp(60)).await.expect("taken").expect("due");
        assert_eq!(taken.user, user);
        store.finish(user, Timestamp(55), "signed").await.expect("finished");
    }
    store.demand(ADA, deletion("y", 40)).await.expect("demanded");
    assert_eq!(store.take(Timestamp(99), Timestamp(100)).await.expect("asked"), None, "it is done already");
}

engine_sql::suite!(
    crate::MIGRATIONS;
    one_stands_until_it_is_cancelled,
    what_is_due_is_taken_by_one_until_that_one_is_gone,
    two_that_ask_at_once_never_take_the_same,
    the_ledger_demands_what_is_not_done,
);
