//! What every engine of the store must do.

use super::*;
use accounts_contract::{ActDetail, ActKind, RegistrationMode};
use engine_sql::Ground;
use kernel::ActId;

fn act(id: i64, kind: ActKind, at: i64) -> NewAct {
    NewAct {
        id: ActId(id),
        at: Timestamp(at),
        kind,
        by: Some(UserId(1)),
        place: "203.0.113.*".into(),
        user: None,
        reason: String::new(),
        detail: ActDetail::default(),
    }
}

fn code(id: i64, code: &str, max_uses: Option<u32>, expires_at: Option<i64>) -> Code {
    Code {
        id: RegistrationCodeId(id),
        code: code.into(),
        note: "for the club".into(),
        made_by: Some(UserId(1)),
        created_at: Timestamp(10),
        expires_at: expires_at.map(Timestamp),
        revoked_at: None,
        max_uses,
        uses: 0,
    }
}

async fn noted(ground: &Ground) -> Vec<ActKind> {
    let operating = super::super::operating::open(&ground.database);
    let acts = operating.acts(&accounts_contract::ActQuery::default(), None, 9).await.expect("asked");
    acts.into_iter().map(|act| act.kind).collect()
}

async fn what_an_operator_says_holds_until_it_is_forgotten(ground: Ground) {
    let store = open(&ground.database);
    assert_eq!(store.rules().await.expect("asked"), None);
    for (id, mode) in [(1, RegistrationMode::Closed), (2, RegistrationMode::Invite)] {
        let rules = RegistrationRules { mode, allowed_email_domains: vec!["example.org".into()] };
        store.set_rules(Some(&rules), &act(id, ActKind::RegistrationChanged, 20 + id)).await.expect("said");
        assert_eq!(store.rules().await.expect("asked"), Some((rules, Timestamp(20 + id))));
    }
    store.set_rules(None, &act(3, ActKind::RegistrationChanged, 30)).await.expect("forgotten");
    assert_eq!(store.rules().await.expect("asked"), None);
    assert_eq!(noted(&ground).await, [ActKind::RegistrationChanged; 3]);
}

async fn a_code_is_used_as_often_as_it_may_be(ground: Ground) {
    let store = open(&ground.database);
    let made = code(5, "twice", Some(2), Some(100));
    store.add_code(&made, &act(1, ActKind::RegistrationCodeMade, 10)).await.expect("made");
    assert_eq!(store.by_code("twice").await.expect("asked"), Some(made));
    assert_eq!(store.by_code("Twice").await.expect("asked"), None);
    assert!(!store.spend(RegistrationCodeId(5), Timestamp(100)).await.expect("asked"), "it has expired");
    let spending = (0..6).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.spend(RegistrationCodeId(5), Timestamp(99)).await.expect("asked") })
    });
    let mut spent = 0;
    for done in spending.collect::<Vec<_>>() {
        spent += u32::from(done.await.expect("no panic"));
    }
    let used = store.by_code("twice").await.expect("asked").expect("there");
    assert_eq!((spent, used.uses, used.works(Timestamp(50))), (2, 2, false));
}

async fn a_revoked_code_is_worthless_and_noted_once(ground: Ground) {
    let store = open(&ground.database);
    store.add_code(&code(5, "any", None, None), &act(1, ActKind::RegistrationCodeMade, 10)).await.expect("made");
    assert!(store.by_code("any").await.expect("asked").expect("there").works(Timestamp(1_000_000)));
    for id in [2, 3] {
        let revoking = act(id, ActKind::RegistrationCodeRevoked, 40 + id);
        assert!(store.revoke(RegistrationCodeId(5), &revoking).await.expect("asked"));
    }
    assert!(!store.revoke(RegistrationCodeId(6), &act(4, ActKind::RegistrationCodeRevoked, 50)).await.expect("asked"));
    let revoked = store.by_code("any").await.expect("asked").expect("there");
    assert_eq!((revoked.revoked_at, revoked.works(Timestamp(41))), (Some(Timestamp(42)), false));
    assert!(!store.spend(RegistrationCodeId(5), Timestamp(41)).await.expect("asked"));
    assert_eq!(noted(&ground).await, [ActKind::RegistrationCodeRevoked, ActKind::RegistrationCodeMade]);
}

async fn codes_come_newest_first_and_lose_their_maker_when_erased(ground: Ground) {
    let store = open(&ground.database);
    for id in 5..=7 {
        let new = code(id, &format!("code-{id}"), None, None);
        store.add_code(&new, &act(id, ActKind::RegistrationCodeMade, 10)).await.expect("made");
    }
    let ids = async |before: Option<i64>| {
        let codes = store.codes(before.map(RegistrationCodeId), 2).await.expect("asked");
        codes.into_iter().map(|code| code.id.0).collect::<Vec<_>>()
    };
    assert_eq!((ids(None).await, ids(Some(6)).await), (vec![7, 6], vec![5]));
    assert_eq!(store.made_by(UserId(1)).await.expect("asked").len(), 3);
    assert_eq!(store.erase(UserId(1)).await.expect("erased"), 3);
    assert_eq!(store.erase(UserId(1)).await.expect("again"), 0);
    let left = store.by_code("code-5").await.expect("asked").expect("it goes on working");
    assert_eq!((left.made_by, &*left.note), (None, ""));
}

engine_sql::suite!(
    crate::MIGRATIONS;
    what_an_operator_says_holds_until_it_is_forgotten,
    a_code_is_used_as_often_as_it_may_be,
    a_revoked_code_is_worthless_and_noted_once,
    codes_come_newest_first_and_lose_their_maker_when_erased,
);
