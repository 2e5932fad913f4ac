//! What every engine of the store must do.

use super::*;
use crate::{
    rules::Language,
    store::{
        self, Account,
        letters::{self, About, Letter},
    },
};
use engine_sql::Ground;
use kernel::{InstanceRole, StreamName};
use std::sync::Arc;

struct Desk {
    accounts: Arc<dyn store::Store>,
    store: Arc<dyn Store>,
    ground: Ground,
}

fn letter(id: i64) -> Letter {
    let (about, next_at) = (About::IdentityLinked, Timestamp(5));
    Letter { id, about, account: UserId(1), email: "1@example.org".into(), attempts: 0, next_at }
}

fn identity(id: i64, account: i64, subject: &str) -> Identity {
    Identity {
        id: IdentityId(id),
        account: UserId(account),
        issuer: "https://id.example.org".into(),
        subject: subject.into(),
        email: "ada@id.example.org".into(),
        linked_at: Timestamp(10),
        used_at: Timestamp(10),
    }
}

fn request(state: &str, account: i64) -> AuthRequest {
    AuthRequest {
        state_hash: state.into(),
        browser_hash: "browser".into(),
        provider: "example".into(),
        purpose: if account == 0 { Purpose::SignIn } else { Purpose::Link },
        account: UserId(account),
        session: SessionId(account),
        next: "/invite/x".into(),
        invite: "x".into(),
        expires_at: Timestamp(600),
        used_at: None,
    }
}

impl Desk {
    fn open(ground: Ground) -> Self {
        Self { accounts: store::open(&ground.database), store: open(&ground.database), ground }
    }

    async fn create(&self, id: i64, password_hash: Option<&str>, identity: Option<Identity>) -> Option<Account> {
        let email = format!("p{id}@example.org");
        let account = Account {
            id: UserId(id),
            email: email.clone(),
            password_hash: password_hash.map(Into::into),
            role: InstanceRole::Member,
            created_at: Timestamp(5),
            verified_at: Some(Timestamp(5)),
            language: Language::English,
        };
        let (about, next_at) = (About::Verify, Timestamp(5));
        let letter = Letter { id, about, account: UserId(id), email: email.clone(), attempts: 0, next_at };
        let (beginning, open) = (store::Beginning { session: None, identity }, store::Admission::Open);
        self.accounts.create(account, &email, beginning, &letter, open, Vec::new()).await.expect("asked").value.ok()
    }

    async fn event(&self) -> NewEvent {
        let stream = StreamName::user("accounts", UserId(1));
        self.ground.event(stream, "account_changed", &()).await.expect("event")
    }

    async fn link(&self, identity: &Identity) -> (Linked, usize) {
        let done = self.store.link(identity, self.event().await, &letter(identity.id.0)).await.expect("asked");
        (done.value.clone(), done.events.len())
    }

    async fn unlink(&self, account: i64, id: i64) -> (Unlinked, usize) {
        let done = self
            .store
            .unlink(UserId(account), IdentityId(id), self.event().await, &letter(id + 50))
            .await
            .expect("asked");
        (done.value.clone(), done.events.len())
    }

    async fn of(&self, account: i64) -> Vec<i64> {
        self.store.of(UserId(account)).await.expect("asked").into_iter().map(|identity| identity.id.0).collect()
    }
}

async fn a_request_is_used_once(ground: Ground) {
    let desk = Desk::open(ground);
    desk.store.begin(&request("a", 0)).await.expect("begun");
    assert_eq!(desk.store.request("a").await.expect("asked"), Some(request("a", 0)));
    assert_eq!(desk.store.request("b").await.expect("asked"), None);
    let using = (0..6).map(|_| {
        let store = desk.store.clone();
        tokio::spawn(async move { store.use_request("a", Timestamp(7)).await.expect("asked") })
    });
    let mut used = 0;
    for done in using.collect::<Vec<_>>() {
        used += usize::from(done.await.expect("no panic"));
    }
    assert_eq!(used, 1);
    let told = desk.store.request("a").await.expect("asked").expect("it is remembered");
    assert_eq!(told.used_at, Some(Timestamp(7)));
    desk.store.forget_requests(Timestamp(600)).await.expect("forgotten");
    assert!(desk.store.request("a").await.expect("asked").is_some());
    desk.store.forget_requests(Timestamp(601)).await.expect("forgotten");
    assert_eq!(desk.store.request("a").await.expect("asked"), None);
}

async fn an_identity_belongs_to_one_account(ground: Ground) {
    let desk = Desk::open(ground);
    desk.create(1, Some("hash"), None).await.expect("made");
    desk.create(2, Some("hash"), None).await.expect("made");
    assert_eq!(desk.link(&identity(11, 1, "s")).await, (Linked::Done, 1));
    assert_eq!(desk.link(&identity(12, 2, "s")).await, (Linked::Taken, 0));
    assert_eq!(desk.link(&identity(13, 3, "t")).await, (Linked::Gone, 0));
    assert_eq!(
        desk.link(&Identity { issuer: "https://other.org".into(), ..identity(14, 2, "s") }).await.0,
        Linked::Done
    );
    let found = desk.store.find("https://id.example.org", "s").await.expect("asked");
    assert_eq!(found, Some(identity(11, 1, "s")));
    assert_eq!(desk.store.find("https://id.example.org", "t").await.expect("asked"), None);
    desk.store.used(IdentityId(11), "new@id.example.org", Timestamp(20)).await.expect("noted");
    let used = desk.store.of(UserId(1)).await.expect("asked").remove(0);
    assert_eq!((&*used.email, used.linked_at, used.used_at), ("new@id.example.org", Timestamp(10), Timestamp(20)));
}

async fn an_account_and_its_identity_are_made_together_or_not_at_all(ground: Ground) {
    let desk = Desk::open(ground);
    let made = desk.create(1, None, Some(identity(11, 1, "s"))).await.expect("made");
    assert_eq!((made.password_hash, made.verified_at), (None, Some(Timestamp(5))));
    assert_eq!(desk.accounts.account(UserId(1)).await.expect("asked").and_then(|a| a.verified_at), Some(Timestamp(5)));
    assert_eq!(desk.of(1).await, [11]);
    assert!(desk.create(2, None, Some(identity(12, 2, "s"))).await.is_none());
    assert_eq!(desk.accounts.account(UserId(2)).await.expect("asked"), None);
}

async fn the_last_credential_stays(ground: Ground) {
    let desk = Desk::open(ground);
    desk.create(1, None, Some(identity(11, 1, "s"))).await.expect("made");
    assert_eq!(desk.unlink(1, 11).await, (Unlinked::Last, 0));
    assert_eq!(desk.unlink(2, 11).await, (Unlinked::Absent, 0), "another's isn't there");
    assert_eq!(desk.link(&identity(12, 1, "t")).await.0, Linked::Done);
    let both = [desk.unlink(1, 11), desk.unlink(1, 12)].into_iter();
    let mut done = futures_util::future::join_all(both).await;
    done.sort_by_key(|(unlinked, _)| *unlinked == Unlinked::Last);
    assert_eq!(done, [(Unlinked::Done, 1), (Unlinked::Last, 0)], "of two at the same time, one stays");
    assert_eq!(desk.of(1).await.len(), 1);
    desk.create(3, Some("hash"), Some(identity(31, 3, "u"))).await.expect("made");
    assert_eq!(desk.unlink(3, 31).await, (Unlinked::Done, 1), "there is a password");
    let told = letters::open(&desk.ground.database).due(Timestamp(5), 99).await.expect("asked");
    let told: Vec<i64> = told.into_iter().map(|letter| letter.id).filter(|id| *id > 60).collect();
    assert!(told.len() == 2 && told.contains(&81), "what was unlinked is told, and nothing else: {told:?}");
}

async fn an_erased_person_leaves_no_identity(ground: Ground) {
    let desk = Desk::open(ground);
    desk.create(1, None, Some(identity(11, 1, "s"))).await.expect("made");
    desk.create(2, None, Some(identity(21, 2, "t"))).await.expect("made");
    for (state, account) in [("a", 1), ("b", 2), ("c", 0)] {
        desk.store.begin(&request(state, account)).await.expect("begun");
    }
    assert_eq!(desk.store.erase(UserId(1)).await.expect("erased"), 2);
    assert_eq!(desk.store.erase(UserId(1)).await.expect("erased"), 0);
    assert_eq!((desk.of(1).await, desk.of(2).await), (vec![], vec![21]));
    assert!(desk.store.request("a").await.expect("asked").is_none());
    assert!(desk.store.request("b").await.expect("asked").is_some());
}

engine_sql::suite!(
    crate::MIGRATIONS;
    a_request_is_used_once,
    an_identity_belongs_to_one_account,
    an_account_and_its_identity_are_made_together_or_not_at_all,
    the_last_credential_stays,
    an_erased_person_leaves_no_identity,
);
