//! What every engine of the store must do.

use super::{letters::About, *};
use engine_sql::Ground;
use kernel::StreamName;
use std::sync::Arc;

fn account(id: i64, email: &str) -> Account {
    Account {
        id: UserId(id),
        email: email.into(),
        password_hash: Some("hash".into()),
        role: InstanceRole::Member,
        created_at: Timestamp(5),
        verified_at: None,
        language: Language::German,
    }
}

fn session(id: i64, account: i64) -> NewSession {
    NewSession {
        id: SessionId(id),
        account: UserId(account),
        user_agent: "a browser".into(),
        place: "203.0.113.*".into(),
        hash: "first".into(),
        at: Timestamp(10),
    }
}

fn letter(id: i64) -> Letter {
    let (about, account, next_at) = (About::Verify, UserId(id), Timestamp(5));
    Letter { id, about, account, email: "someone@example.org".into(), attempts: 0, next_at }
}

async fn event(ground: &Ground, user: i64) -> NewEvent {
    ground.event(StreamName::user("accounts", UserId(user)), "session_ended", &()).await.expect("event")
}

async fn create(store: &Arc<dyn Store>, id: i64, email: &str) -> Option<Account> {
    let session = Some(session(id + 100, id));
    store
        .create(
            account(id, email),
            email,
            Beginning { session, ..Beginning::default() },
            &letter(id),
            Admission::Open,
            Vec::new(),
        )
        .await
        .expect("asked")
        .value
        .ok()
}

async fn exchange(store: &Arc<dyn Store>, session: SessionId, [from, to]: [&str; 2], now: i64, forget: i64) -> bool {
    let exchange = Exchange { session, from, to, now: Timestamp(now), place: Some(to) };
    store.exchange(exchange, Timestamp(forget)).await.expect("asked")
}

async fn an_address_is_taken_once_and_the_first_account_is_the_operator(ground: Ground) {
    let store = open(&ground.database);
    assert!(!store.any_account().await.expect("asked"));
    assert_eq!(create(&store, 1, "ada@example.org").await.map(|a| a.role), Some(InstanceRole::Operator));
    assert_eq!(create(&store, 2, "ada@example.org").await, None);
    assert_eq!(create(&store, 3, "bob@example.org").await.map(|a| a.role), Some(InstanceRole::Member));
    assert!(store.any_account().await.expect("asked"));
    assert_eq!(store.session(SessionId(102)).await.expect("asked"), None, "what was refused left nothing");
    let found = store.by_email("ada@example.org").await.expect("asked").expect("found");
    assert_eq!((found.id, found.role), (UserId(1), InstanceRole::Operator));
    assert_eq!(store.account(UserId(3)).await.expect("asked"), Some(account(3, "bob@example.org")));
    assert_eq!(store.page(UserId(1), 9).await.expect("asked"), [(UserId(3), Timestamp(5))]);
}

async fn parallel_first_accounts_make_one_operator(ground: Ground) {
    let store = open(&ground.database);
    let creating = (1..=8i64).map(|id| {
        let store = store.clone();
        tokio::spawn(async move { create(&store, id, &format!("p{id}@example.org")).await.expect("made").role })
    });
    let mut operators = 0;
    for created in creating.collect::<Vec<_>>() {
        operators += usize::from(created.await.expect("no panic") == InstanceRole::Operator);
    }
    assert_eq!(operators, 1);
}

async fn an_account_may_begin_without_a_session_and_starts_one_by_its_password(ground: Ground) {
    let store = open(&ground.database);
    let ada = account(1, "ada@example.org");
    let made = store
        .create(ada, "ada@example.org", Beginning::default(), &letter(1), Admission::Open, Vec::new())
        .await
        .expect("asked");
    assert!(made.value.is_ok_and(|ada| ada.role == InstanceRole::Operator));
    assert_eq!(store.sessions(UserId(1)).await.expect("asked"), []);
    let other =
        store.start_session(session(101, 1), Some("another hash"), event(&ground, 1).await).await.expect("asked");
    assert!(other.is_none() && store.session(SessionId(101)).await.expect("asked").is_none());
    let right = store.start_session(session(101, 1), Some("hash"), event(&ground, 1).await).await.expect("asked");
    assert_eq!(right.map(|committed| committed.events.len()), Some(1));
    let letters = letters::open(&ground.database).due(Timestamp(5), 9).await.expect("asked");
    assert_eq!(letters, [letter(1)], "its mail is in the same transaction");
}

async fn a_token_is_exchanged_once(ground: Ground) {
    let store = open(&ground.database);
    create(&store, 1, "ada@example.org").await.expect("made");
    let id = SessionId(101);
    let exchanging = (0..6).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { exchange(&store, id, ["first", "second"], 20, 0).await })
    });
    let mut exchanged = 0;
    for done in exchanging.collect::<Vec<_>>() {
        exchanged += usize::from(done.await.expect("no panic"));
    }
    assert_eq!(exchanged, 1);
    let now = store.session(id).await.expect("asked").expect("there");
    assert_eq!((&*now.current_hash, &*now.place, now.last_used_at), ("second", "second", Timestamp(20)));
    assert_eq!(store.used_at(id, "first").await.expect("asked"), Some(Timestamp(20)));
    assert_eq!(store.used_at(id, "second").await.expect("asked"), None);
}

async fn a_session_is_proven_when_it_starts_and_again_until_it_ends(ground: Ground) {
    let store = open(&ground.database);
    create(&store, 1, "ada@example.org").await.expect("made");
    let proven_at = async || store.session(SessionId(101)).await.expect("asked").expect("there").proven_at;
    assert_eq!(proven_at().await, Timestamp(10));
    store.prove_session(SessionId(101), Timestamp(20)).await.expect("proven");
    assert_eq!(proven_at().await, Timestamp(20));
    drop(store.end_session(SessionId(101), Timestamp(25), event(&ground, 1).await).await.expect("ended"));
    store.prove_session(SessionId(101), Timestamp(30)).await.expect("asked");
    assert_eq!(proven_at().await, Timestamp(20));
}

async fn an_account_without_a_password_is_one(ground: Ground) {
    let store = open(&ground.database);
    let ada = Account { password_hash: None, ..account(1, "ada@example.org") };
    store
        .create(ada, "ada@example.org", Beginning::default(), &letter(1), Admission::Open, Vec::new())
        .await
        .expect("asked")
        .value
        .expect("made");
    assert_eq!(store.account(UserId(1)).await.expect("asked").expect("there").password_hash, None);
    let by = async |hash, id| store.start_session(session(id, 1), hash, event(&ground, 1).await).await.expect("asked");
    assert!(by(Some("hash"), 101).await.is_none() && by(None, 102).await.is_some());
}

async fn used_tokens_are_forgotten_in_time(ground: Ground) {
    let store = open(&ground.database);
    create(&store, 1, "ada@example.org").await.expect("made");
    let id = SessionId(101);
    assert!(exchange(&store, id, ["first", "second"], 20, 0).await);
    assert!(exchange(&store, id, ["second", "third"], 30, 20).await);
    assert_eq!(store.used_at(id, "first").await.expect("asked"), Some(Timestamp(20)));
    assert!(!exchange(&store, id, ["second", "other"], 40, 40).await, "it isn't the good one");
    assert_eq!(store.used_at(id, "first").await.expect("asked"), Some(Timestamp(20)));
    assert!(exchange(&store, id, ["third", "fourth"], 40, 21).await);
    assert_eq!(store.used_at(id, "first").await.expect("asked"), None);
    assert_eq!(store.used_at(id, "second").await.expect("asked"), Some(Timestamp(30)));
}

async fn a_session_ends_once_and_is_remembered(ground: Ground) {
    let store = open(&ground.database);
    create(&store, 1, "ada@example.org").await.expect("made");
    let id = SessionId(101);
    let first = store.end_session(id, Timestamp(30), event(&ground, 1).await).await.expect("ended");
    let second = store.end_session(id, Timestamp(40), event(&ground, 1).await).await.expect("asked");
    assert_eq!((first.events.len(), second.events.len()), (1, 0));
    assert_eq!(store.ended_since(Timestamp(30)).await.expect("asked"), [(id, Timestamp(30))]);
    assert_eq!(store.ended_since(Timestamp(31)).await.expect("asked"), []);
    assert!(!exchange(&store, id, ["first", "second"], 50, 0).await);
}

async fn sessions_that_are_idle_are_found_and_those_that_ended_forgotten(ground: Ground) {
    let store = open(&ground.database);
    for id in 1..=3 {
        create(&store, id, &format!("p{id}@example.org")).await.expect("made");
    }
    assert!(exchange(&store, SessionId(101), ["first", "second"], 11, 0).await);
    drop(store.end_session(SessionId(102), Timestamp(30), event(&ground, 2).await).await.expect("ended"));
    assert_eq!(store.idle_sessions(Timestamp(10), 9).await.expect("asked"), []);
    let idle = store.idle_sessions(Timestamp(11), 9).await.expect("asked");
    assert_eq!(idle, [(SessionId(103), UserId(3))], "one is newer, one has ended");
    assert_eq!(store.idle_sessions(Timestamp(12), 1).await.expect("asked"), [(SessionId(101), UserId(1))]);
    store.forget_sessions(Timestamp(30)).await.expect("asked");
    assert!(store.session(SessionId(102)).await.expect("asked").is_some());
    store.forget_sessions(Timestamp(31)).await.expect("asked");
    assert!(store.session(SessionId(102)).await.expect("asked").is_none());
    assert!(store.session(SessionId(103)).await.expect("asked").is_some(), "the living stay");
}

async fn a_secret_is_made_once(ground: Ground) {
    let store = open(&ground.database);
    assert_eq!(store.secret("a", "one").await.expect("asked"), "one");
    assert_eq!(store.secret("a", "two").await.expect("asked"), "one");
    assert_eq!(store.secret("b", "two").await.expect("asked"), "two");
}

async fn an_erased_account_leaves_only_that_its_sessions_ended(ground: Ground) {
    let store = open(&ground.database);
    create(&store, 1, "ada@example.org").await.expect("made");
    drop(store.end_session(SessionId(101), Timestamp(30), event(&ground, 1).await).await.expect("ended"));
    for erased in [1, 0] {
        assert_eq!(store.erase_account(UserId(1)).await.expect("erased"), erased);
        assert_eq!(store.erase_sessions(UserId(1)).await.expect("erased"), erased);
    }
    let late = store.start_session(session(102, 1), Some("hash"), event(&ground, 1).await).await.expect("asked");
    assert!(late.is_none(), "no session of an account that is gone");
    assert_eq!(store.by_email("ada@example.org").await.expect("asked"), None);
    assert_eq!(store.sessions(UserId(1)).await.expect("asked"), []);
    assert_eq!(store.ended_since(Timestamp(0)).await.expect("asked").len(), 1);
    assert!(store.any_account().await.expect("asked"), "the installation stays set up");
}

engine_sql::suite!(
    crate::MIGRATIONS;
    an_address_is_taken_once_and_the_first_account_is_the_operator,
    parallel_first_accounts_make_one_operator,
    an_account_may_begin_without_a_session_and_starts_one_by_its_password,
    a_session_is_proven_when_it_starts_and_again_until_it_ends,
    an_account_without_a_password_is_one,
    a_token_is_exchanged_once,
    used_tokens_are_forgotten_in_time,
    a_session_ends_once_and_is_remembered,
    sessions_that_are_idle_are_found_and_those_that_ended_forgotten,
    a_secret_is_made_once,
    an_erased_account_leaves_only_that_its_sessions_ended,
);
