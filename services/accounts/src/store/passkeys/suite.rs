//! What every engine of the store of passkeys must do.

use super::*;
use crate::{
    rules::Language,
    store::{
        self, Account,
        letters::{self, About},
    },
};
use engine_sql::Ground;

const ADA: UserId = UserId(1);
const BOB: UserId = UserId(2);

fn letter(id: i64) -> Letter {
    let (about, next_at) = (About::PasskeyAdded, Timestamp(5));
    Letter { id, about, account: ADA, email: "ada@example.org".into(), attempts: 0, next_at }
}

fn passkey(id: i64, account: UserId, credential: &str) -> Kept {
    Kept {
        id: PasskeyId(id),
        account,
        credential: credential.into(),
        public_key: "key".into(),
        counter: 0,
        transports: "internal hybrid".into(),
        name: "My phone".into(),
        created_at: Timestamp(10),
        last_used_at: None,
    }
}

async fn account(ground: &Ground, id: UserId, password_hash: Option<&str>) {
    let email = format!("p{id}@example.org");
    let account = Account {
        id,
        email: email.clone(),
        password_hash: password_hash.map(Into::into),
        role: kernel::InstanceRole::Member,
        created_at: Timestamp(5),
        verified_at: None,
        language: Language::English,
    };
    let (accounts, told) = (store::open(&ground.database), letter(100 + id.0));
    let made =
        accounts.create(account, &email, store::Beginning::default(), &told, store::Admission::Open, Vec::new()).await;
    assert!(made.expect("asked").value.is_ok());
}

async fn a_credential_is_of_one_account(ground: Ground) {
    let store = open(&ground.database);
    let first = passkey(11, ADA, "one");
    assert!(store.add(&first, &letter(1)).await.expect("added"));
    assert!(!store.add(&passkey(12, BOB, "one"), &letter(2)).await.expect("asked"));
    assert!(store.add(&passkey(13, ADA, "two"), &letter(3)).await.expect("added"));
    assert_eq!(store.by_credential("one").await.expect("asked"), Some(first.clone()));
    assert_eq!(store.by_credential("three").await.expect("asked"), None);
    assert_eq!(store.of(ADA).await.expect("asked"), [first, passkey(13, ADA, "two")]);
    assert_eq!(store.of(BOB).await.expect("asked"), []);
    let told = letters::open(&ground.database).due(Timestamp(5), 9).await.expect("asked");
    assert_eq!(told, [letter(1), letter(3)], "what was refused isn't told");
}

async fn counters_go_forward_or_stay_at_nothing(ground: Ground) {
    let store = open(&ground.database);
    store.add(&passkey(11, ADA, "one"), &letter(1)).await.expect("added");
    for (counter, expected) in [(0, true), (0, true), (5, true), (5, false), (4, false), (0, false), (6, true)] {
        assert_eq!(store.used(PasskeyId(11), counter, Timestamp(20)).await.expect("asked"), expected, "{counter}");
    }
    let used = store.by_credential("one").await.expect("asked").expect("there");
    assert_eq!((used.counter, used.last_used_at), (6, Some(Timestamp(20))));
}

async fn passkeys_are_named_and_removed_by_their_person(ground: Ground) {
    let store = open(&ground.database);
    account(&ground, ADA, Some("hash")).await;
    account(&ground, BOB, Some("hash")).await;
    store.add(&passkey(11, ADA, "one"), &letter(1)).await.expect("added");
    assert_eq!(store.rename(BOB, PasskeyId(11), "Mine").await.expect("asked"), None);
    let renamed = store.rename(ADA, PasskeyId(11), "Key").await.expect("asked").expect("renamed");
    assert_eq!(renamed, Kept { name: "Key".into(), ..passkey(11, ADA, "one") });
    assert_eq!(store.remove(BOB, PasskeyId(11), &letter(2)).await.expect("asked"), Removed::Missing);
    assert_eq!(store.remove(ADA, PasskeyId(11), &letter(3)).await.expect("asked"), Removed::Done);
    assert_eq!(store.of(ADA).await.expect("asked"), []);
}

async fn what_opens_an_account_last_stays(ground: Ground) {
    let store = open(&ground.database);
    account(&ground, ADA, None).await;
    for id in [11, 12] {
        store.add(&passkey(id, ADA, &format!("{id}")), &letter(id)).await.expect("added");
    }
    let removing = [11, 12].map(|id| {
        let store = store.clone();
        tokio::spawn(async move { store.remove(ADA, PasskeyId(id), &letter(id + 10)).await.expect("asked") })
    });
    let mut last = 0;
    for removed in removing {
        last += usize::from(removed.await.expect("no panic") == Removed::Last);
    }
    assert_eq!((last, store.of(ADA).await.expect("asked").len()), (1, 1), "one of two at once stays");
}

async fn an_erased_person_has_no_passkeys(ground: Ground) {
    let store = open(&ground.database);
    for (id, user) in [(11, ADA), (12, ADA), (13, BOB)] {
        store.add(&passkey(id, user, &format!("{id}")), &letter(id)).await.expect("added");
    }
    assert_eq!((store.erase(ADA).await.expect("erased"), store.erase(ADA).await.expect("again")), (2, 0));
    assert_eq!((store.of(ADA).await.expect("asked").len(), store.of(BOB).await.expect("asked").len()), (0, 1));
}

engine_sql::suite!(
    crate::MIGRATIONS;
    a_credential_is_of_one_account,
    counters_go_forward_or_stay_at_nothing,
    passkeys_are_named_and_removed_by_their_person,
    what_opens_an_account_last_stays,
    an_erased_person_has_no_passkeys,
);
