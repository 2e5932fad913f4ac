//! What every engine of the store of second factors must do.

use super::*;
use crate::store::letters::{self, About};
use engine_sql::Ground;

const ADA: UserId = UserId(1);
const BOB: UserId = UserId(2);

fn letter(id: i64) -> Letter {
    let (about, next_at) = (About::PasskeyAdded, Timestamp(5));
    Letter { id, about, account: ADA, email: "ada@example.org".into(), attempts: 0, next_at }
}

fn codes(from: u32) -> Vec<String> {
    (from..from + 3).map(|n| format!("code {n}")).collect()
}

async fn an_app_is_asked_for_when_it_is_confirmed(ground: Ground) {
    let store = open(&ground.database);
    let confirm = async |secret: &str, id| {
        store.confirm_totp(ADA, secret, 7, Timestamp(20), &codes(0), &letter(id)).await.expect("asked")
    };
    assert_eq!(store.totp(ADA).await.expect("asked"), None);
    assert!(!confirm("first", 1).await, "nothing was begun");
    for secret in ["first", "second"] {
        assert!(store.begin_totp(ADA, secret).await.expect("begun"));
    }
    let begun = Totp { secret: "second".into(), confirmed_at: None };
    assert_eq!(store.totp(ADA).await.expect("asked"), Some(begun.clone()));
    assert!(!store.use_step(ADA, 9).await.expect("asked"), "it isn't confirmed");
    assert!(!confirm("first", 2).await, "another one was begun since");
    assert!(confirm("second", 3).await);
    assert!(!confirm("second", 4).await, "it is confirmed");
    assert!(!store.begin_totp(ADA, "third").await.expect("asked"));
    let confirmed = Totp { confirmed_at: Some(Timestamp(20)), ..begun };
    assert_eq!(store.totp(ADA).await.expect("asked"), Some(confirmed));
    let told: Vec<i64> =
        letters::open(&ground.database).due(Timestamp(5), 9).await.expect("asked").iter().map(|l| l.id).collect();
    assert_eq!(told, [3], "it is told once");
}

async fn a_step_is_taken_once_and_none_before_it(ground: Ground) {
    let store = open(&ground.database);
    store.begin_totp(ADA, "secret").await.expect("begun");
    store.confirm_totp(ADA, "secret", 7, Timestamp(20), &[], &letter(1)).await.expect("confirmed");
    let taking = (0..6).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.use_step(ADA, 8).await.expect("asked") })
    });
    let mut taken = 0;
    for done in taking.collect::<Vec<_>>() {
        taken += usize::from(done.await.expect("no panic"));
    }
    assert_eq!(taken, 1);
    for (step, expected) in [(7, false), (8, false), (9, true), (9, false), (8, false)] {
        assert_eq!(store.use_step(ADA, step).await.expect("asked"), expected, "{step}");
    }
    assert!(!store.use_step(BOB, 10).await.expect("asked"));
}

async fn recovery_codes_are_taken_once_and_renewed_as_a_whole(ground: Ground) {
    let store = open(&ground.database);
    assert!(!store.renew_codes(ADA, &codes(0)).await.expect("asked"), "there is no app");
    store.begin_totp(ADA, "secret").await.expect("begun");
    assert!(!store.renew_codes(ADA, &codes(0)).await.expect("asked"), "it isn't confirmed");
    store.confirm_totp(ADA, "secret", 7, Timestamp(20), &codes(0), &letter(1)).await.expect("confirmed");
    let take = async |account, code: &str| store.use_code(account, code).await.expect("asked");
    assert_eq!((take(ADA, "code 1").await, take(ADA, "code 1").await, take(BOB, "code 2").await), (true, false, false));
    assert_eq!(store.codes_left(ADA).await.expect("asked"), 2);
    assert!(store.renew_codes(ADA, &codes(10)).await.expect("renewed"));
    assert_eq!((take(ADA, "code 2").await, take(ADA, "code 12").await), (false, true));
    assert_eq!(store.codes_left(ADA).await.expect("asked"), 2);
    assert!(store.end_totp(ADA, &letter(2), None).await.expect("ended"));
    assert!(!store.end_totp(ADA, &letter(3), None).await.expect("asked"));
    assert_eq!((store.codes_left(ADA).await.expect("asked"), store.totp(ADA).await.expect("asked")), (0, None));
}

async fn a_challenge_is_answered_once_and_forgotten_in_time(ground: Ground) {
    let store = open(&ground.database);
    let answer = async |hash: &str| store.use_challenge(hash, Timestamp(100)).await.expect("asked");
    assert_eq!((answer("one").await, answer("one").await, answer("two").await), (true, false, true));
    store.forget_challenges(Timestamp(100)).await.expect("forgotten");
    assert!(!answer("one").await, "it hasn't expired");
    store.forget_challenges(Timestamp(101)).await.expect("forgotten");
    assert!(answer("one").await);
}

async fn an_erased_person_has_no_second_factors(ground: Ground) {
    let store = open(&ground.database);
    for account in [ADA, BOB] {
        store.begin_totp(account, "secret").await.expect("begun");
        let told = letter(account.0);
        store.confirm_totp(account, "secret", 7, Timestamp(20), &codes(0), &told).await.expect("confirmed");
    }
    assert_eq!(store.erase(ADA).await.expect("erased"), 4);
    assert_eq!(store.erase(ADA).await.expect("again"), 0);
    assert_eq!((store.totp(ADA).await.expect("asked"), store.codes_left(ADA).await.expect("asked")), (None, 0));
    assert_eq!(store.codes_left(BOB).await.expect("asked"), 3);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    an_app_is_asked_for_when_it_is_confirmed,
    a_step_is_taken_once_and_none_before_it,
    recovery_codes_are_taken_once_and_renewed_as_a_whole,
    a_challenge_is_answered_once_and_forgotten_in_time,
    an_erased_person_has_no_second_factors,
);
