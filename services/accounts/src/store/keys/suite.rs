//! What every engine of the store of keys must do.

use super::*;
use crate::store;
use accounts_contract::{ActDetail, ActKind};
use engine_sql::Ground;
use kernel::ActId;

fn key(kid: &str, at: i64) -> Kept {
    let (public_key, secret) = (format!("public {kid}"), Some(format!("secret {kid}")));
    Kept { kid: kid.into(), public_key, secret, created_at: Timestamp(at), retired_at: None }
}

fn act(id: i64) -> NewAct {
    NewAct {
        id: ActId(id),
        at: Timestamp(id),
        kind: ActKind::KeysRotated,
        by: None,
        place: String::new(),
        user: None,
        reason: String::new(),
        detail: ActDetail::default(),
    }
}

async fn a_key_that_took_over_is_the_only_one_that_signs(ground: Ground) {
    let (keys, accounts) = (open(&ground.database), store::open(&ground.database));
    assert_eq!(keys.all().await.expect("asked"), []);
    accounts.secret(FIRST, "secret a").await.expect("kept");
    for _ in 0..2 {
        keys.add(&key("a", 10)).await.expect("kept");
    }
    assert_eq!(keys.all().await.expect("asked"), [key("a", 10)]);
    keys.replace(&key("b", 20), &act(1)).await.expect("replaced");
    keys.replace(&key("c", 30), &act(2)).await.expect("replaced");
    let old = |kid, at, until| Kept { secret: None, retired_at: Some(Timestamp(until)), ..key(kid, at) };
    assert_eq!(keys.all().await.expect("asked"), [key("c", 30), old("b", 20, 30), old("a", 10, 20)]);
    assert_eq!(keys.secret(FIRST).await.expect("asked"), None, "what it signed with is gone everywhere");
}

async fn a_secret_is_set_anew(ground: Ground) {
    let keys = open(&ground.database);
    assert_eq!(keys.secret("sealing").await.expect("asked"), None);
    keys.add_secret("sealing", "first").await.expect("kept");
    keys.add_secret("sealing", "second").await.expect("asked");
    assert_eq!(keys.secret("sealing").await.expect("asked").as_deref(), Some("first"));
    for value in ["one", "two"] {
        keys.set_secret("sealing", value).await.expect("set");
        assert_eq!(keys.secret("sealing").await.expect("asked").as_deref(), Some(value));
    }
}

async fn what_is_sealed_is_paged_and_changed_once(ground: Ground) {
    let (keys, factors) = (open(&ground.database), store::factors::open(&ground.database));
    for account in [3, 1, 2] {
        factors.begin_totp(UserId(account), &format!("secret {account}")).await.expect("begun");
    }
    let page = keys.sealed(UserId(0), 2).await.expect("asked");
    assert_eq!(page, [(UserId(1), "secret 1".into()), (UserId(2), "secret 2".into())]);
    assert_eq!(keys.sealed(UserId(2), 2).await.expect("asked"), [(UserId(3), "secret 3".into())]);
    assert!(keys.reseal(UserId(1), "secret 1", "new").await.expect("asked"));
    assert!(!keys.reseal(UserId(1), "secret 1", "newer").await.expect("asked"), "it was changed meanwhile");
    assert_eq!(factors.totp(UserId(1)).await.expect("asked").expect("there").secret, "new");
}

engine_sql::suite!(
    crate::MIGRATIONS;
    a_key_that_took_over_is_the_only_one_that_signs,
    a_secret_is_set_anew,
    what_is_sealed_is_paged_and_changed_once,
);
