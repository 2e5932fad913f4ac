//! What every engine of the store must do.

use super::*;
use crate::{befriend, store};
use engine_sql::Ground;
use kernel::StreamName;
use std::sync::Arc;

const ADA: UserId = UserId(7);
const BOB: UserId = UserId(8);
const CID: UserId = UserId(9);
const LIMITS: Limits = Limits { friends: 2, sent: 2, received: 2, at_once: 10 };
const NOW: Timestamp = Timestamp(5_000);

async fn town(ground: &Ground) -> Arc<dyn Store> {
    let profiles = store::open(&ground.database);
    for user in 7..=13 {
        profiles.ensure(store::suite::profile(user, "P"), &[format!("p{user}")]).await.expect("made");
    }
    open(&ground.database)
}

async fn events(ground: &Ground, person: UserId, other: UserId, to: Option<FriendState>) -> Vec<NewEvent> {
    let ids = ground.mint.ids(2).await.expect("ids");
    vec![
        befriend::changed(ids[0], person, other, to, NOW),
        befriend::changed(ids[1], other, person, to.map(rules::mirrored), NOW),
    ]
}

async fn step(ground: &Ground, step: Step) -> Result<(), Refusal> {
    let events = events(ground, step.person, step.other, step.to).await;
    let done = open(&ground.database).step(step, events).await.expect("asked");
    done.map(|done| assert_eq!(done.events.len(), 2))
}

fn between(person: UserId, other: UserId, from: Option<FriendState>, to: Option<FriendState>) -> Step {
    Step { person, other, from, to, now: NOW, limits: LIMITS }
}

async fn ask(ground: &Ground, person: UserId, other: UserId) -> Result<(), Refusal> {
    step(ground, between(person, other, None, Some(FriendState::Outgoing))).await
}

async fn accept(ground: &Ground, person: UserId, other: UserId) -> Result<(), Refusal> {
    step(ground, between(person, other, Some(FriendState::Incoming), Some(FriendState::Friend))).await
}

async fn part(ground: &Ground, person: UserId, other: UserId, from: FriendState) -> Result<(), Refusal> {
    step(ground, between(person, other, Some(from), None)).await
}

async fn heads(ground: &Ground) -> Vec<i64> {
    let streams = [ADA, BOB].map(|user| StreamName::user("people", user));
    ground.journal.heads(&streams).await.expect("heads").into_values().collect()
}

async fn both_sides_say_the_same_after_every_step(ground: Ground) {
    let friends = town(&ground).await;
    let sides = async || {
        let side = async |one, other| friends.between(one, other).await.expect("asked").map(|friend| friend.state);
        (side(ADA, BOB).await, side(BOB, ADA).await)
    };
    assert_eq!(sides().await, (None, None));
    assert_eq!(ask(&ground, ADA, BOB).await, Ok(()));
    assert_eq!(sides().await, (Some(FriendState::Outgoing), Some(FriendState::Incoming)));
    assert_eq!(friends.among(ADA, &[BOB, CID]).await.expect("asked"), [], "not yet");
    assert_eq!(accept(&ground, BOB, ADA).await, Ok(()));
    assert_eq!(sides().await, (Some(FriendState::Friend), Some(FriendState::Friend)));
    assert_eq!(friends.among(ADA, &[BOB, CID]).await.expect("asked"), [BOB]);
    assert_eq!(friends.among(BOB, &[]).await.expect("asked"), []);
    assert_eq!(part(&ground, ADA, BOB, FriendState::Friend).await, Ok(()));
    assert_eq!(sides().await, (None, None));
    assert_eq!(heads(&ground).await, [3, 3], "every step is told to both");
}

async fn what_is_not_as_thought_is_not_done_and_not_told(ground: Ground) {
    town(&ground).await;
    assert_eq!(accept(&ground, ADA, BOB).await, Err(Refusal::Moved));
    assert_eq!(part(&ground, ADA, BOB, FriendState::Friend).await, Err(Refusal::Moved));
    assert_eq!(ask(&ground, ADA, UserId(99)).await, Err(Refusal::Gone));
    assert_eq!(heads(&ground).await, [0, 0]);
    assert_eq!(ask(&ground, ADA, BOB).await, Ok(()));
    assert_eq!(ask(&ground, ADA, BOB).await, Err(Refusal::Moved));
    assert_eq!(ask(&ground, BOB, ADA).await, Err(Refusal::Moved));
    assert_eq!(heads(&ground).await, [1, 1]);
}

async fn of_two_who_ask_each_other_at_once_one_is_first(ground: Ground) {
    let friends = town(&ground).await;
    let (one, other) = tokio::join!(ask(&ground, ADA, BOB), ask(&ground, BOB, ADA));
    let mut outcomes = [one, other];
    outcomes.sort_by_key(Result::is_err);
    assert_eq!(outcomes, [Ok(()), Err(Refusal::Moved)]);
    let side = async |one, other| friends.between(one, other).await.expect("asked").expect("there").state;
    assert_eq!(side(ADA, BOB).await, rules::mirrored(side(BOB, ADA).await));
}

async fn there_are_limits_on_both_sides(ground: Ground) {
    town(&ground).await;
    let [d, e] = [10, 11].map(UserId);
    for other in [BOB, CID] {
        assert_eq!(ask(&ground, ADA, other).await, Ok(()));
    }
    assert_eq!(ask(&ground, ADA, d).await, Err(Refusal::RequestsFull(ADA)));
    assert_eq!(ask(&ground, d, BOB).await, Ok(()));
    assert_eq!(ask(&ground, e, BOB).await, Err(Refusal::RequestsFull(BOB)));
    for other in [BOB, CID] {
        assert_eq!(accept(&ground, other, ADA).await, Ok(()));
    }
    assert_eq!(ask(&ground, ADA, d).await, Ok(()), "answered ones don't count");
    assert_eq!(accept(&ground, d, ADA).await, Err(Refusal::FriendsFull(ADA)));
    assert_eq!(part(&ground, ADA, CID, FriendState::Friend).await, Ok(()));
    assert_eq!(accept(&ground, d, ADA).await, Ok(()));
}

async fn requests_in_a_row_wait(ground: Ground) {
    town(&ground).await;
    let limits = Limits { at_once: 1, ..LIMITS };
    let ask = async |other, now| {
        step(&ground, Step { limits, now, ..between(ADA, other, None, Some(FriendState::Outgoing)) }).await
    };
    let free_at = NOW.plus_seconds(30);
    assert_eq!(ask(BOB, NOW).await, Ok(()));
    assert_eq!(part(&ground, BOB, ADA, FriendState::Incoming).await, Ok(()));
    assert_eq!(ask(BOB, NOW).await, Err(Refusal::TooFast(free_at)), "a refusal doesn't speed it up");
    assert_eq!(ask(CID, free_at).await, Ok(()));
    assert_eq!(ask(BOB, free_at).await, Err(Refusal::TooFast(free_at.plus_seconds(60))));
}

async fn pages_go_by_rising_id(ground: Ground) {
    let friends = town(&ground).await;
    assert_eq!(ask(&ground, ADA, CID).await, Ok(()));
    assert_eq!(ask(&ground, BOB, ADA).await, Ok(()));
    assert_eq!(ask(&ground, BOB, CID).await, Ok(()));
    let all = friends.of(ADA, UserId(0), 9).await.expect("list");
    let wanted = [(BOB, FriendState::Incoming), (CID, FriendState::Outgoing)];
    assert_eq!(all, wanted.map(|(user, state)| Friend { user, state, since: NOW }));
    assert_eq!(friends.of(ADA, UserId(0), 1).await.expect("list"), all[..1]);
    assert_eq!(friends.of(ADA, BOB, 9).await.expect("list"), all[1..]);
}

async fn who_goes_is_nobodys_friend_any_more(ground: Ground) {
    let friends = town(&ground).await;
    assert_eq!(ask(&ground, ADA, BOB).await, Ok(()));
    assert_eq!(ask(&ground, CID, ADA).await, Ok(()));
    assert_eq!(ask(&ground, CID, BOB).await, Ok(()));
    assert_eq!(friends.others(ADA).await.expect("list"), [BOB, CID]);
    let told = events(&ground, BOB, ADA, None).await;
    let done = friends.erase(ADA, told).await.expect("erased");
    assert_eq!((done.value, done.events.len()), (2 * 2 + 1, 2), "both sides, and the pace");
    assert_eq!(friends.others(ADA).await.expect("list"), []);
    assert_eq!(friends.others(BOB).await.expect("list"), [CID], "the others' stay");
    let again = friends.erase(ADA, Vec::new()).await.expect("erased");
    assert_eq!(again.value, 0);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    both_sides_say_the_same_after_every_step,
    what_is_not_as_thought_is_not_done_and_not_told,
    of_two_who_ask_each_other_at_once_one_is_first,
    there_are_limits_on_both_sides,
    requests_in_a_row_wait,
    pages_go_by_rising_id,
    who_goes_is_nobodys_friend_any_more,
);
