//! What every engine of the store must do.

use super::*;
use crate::{
    rules::Language,
    store::{self, NewSession, Store as Accounts},
};
use engine_sql::Ground;
use kernel::StreamName;
use std::sync::Arc;

struct Desk {
    ground: Ground,
    accounts: Arc<dyn Accounts>,
    letters: Arc<dyn Store>,
}

/// Ada (1) has the sessions 101 and 102, Bob (2) has 201.
async fn desk(ground: Ground) -> Desk {
    let desk = Desk { accounts: store::open(&ground.database), letters: open(&ground.database), ground };
    for (id, email) in [(1, "Ada@example.org"), (2, "bob@example.org")] {
        let account = Account {
            id: UserId(id),
            email: email.into(),
            password_hash: Some("old".into()),
            role: kernel::InstanceRole::Member,
            created_at: Timestamp(5),
            verified_at: None,
            language: Language::English,
        };
        let key = email.to_lowercase();
        let session = Some(desk.session(id * 100 + 1, id));
        let made = desk
            .accounts
            .create(
                account,
                &key,
                store::Beginning { session, ..store::Beginning::default() },
                &letter(id, id, email),
                store::Admission::Open,
                Vec::new(),
            )
            .await;
        assert!(made.expect("asked").value.is_ok());
    }
    let second = desk.session(102, 1);
    drop(desk.accounts.start_session(second, Some("old"), desk.event(1).await).await.expect("asked").expect("started"));
    desk
}

impl Desk {
    fn session(&self, id: i64, account: i64) -> NewSession {
        NewSession {
            id: SessionId(id),
            account: UserId(account),
            user_agent: String::new(),
            place: String::new(),
            hash: "hash".into(),
            at: Timestamp(10),
        }
    }

    async fn event(&self, user: i64) -> NewEvent {
        self.ground.event(StreamName::user("accounts", UserId(user)), "happened", &()).await.expect("event")
    }

    async fn account(&self, id: i64) -> Account {
        self.accounts.account(UserId(id)).await.expect("asked").expect("there")
    }

    async fn add_link(&self, hash: &str, purpose: Purpose, account: i64, email: &str) -> Link {
        let expires_at = Timestamp(1_000);
        let link = Link {
            hash: hash.into(),
            purpose,
            account: UserId(account),
            email: email.into(),
            expires_at,
            used_at: None,
        };
        self.letters.add_link(&link).await.expect("added");
        link
    }

    async fn used_at(&self, hash: &str) -> Option<Timestamp> {
        self.letters.link(hash).await.expect("asked").expect("there").used_at
    }

    async fn verify(&self, link: &Link) -> Committed<Followed> {
        self.letters.verify(link, Timestamp(20), self.event(1).await).await.expect("asked")
    }

    async fn change_email(&self, link: &Link, old: &str) -> Committed<Followed> {
        let (key, told) = (link.email.to_lowercase(), letter(90, link.account.0, old));
        let event = self.event(1).await;
        self.letters.change_email(link, &key, Timestamp(20), event, &told).await.expect("asked")
    }

    async fn set(&self, account: &Account, link: Option<&str>, keep: Option<i64>, end: &[i64]) -> PasswordSet {
        let mut ends = Vec::new();
        for session in end {
            ends.push((SessionId(*session), self.event(account.id.0).await));
        }
        let letter = letter(91, account.id.0, &account.email);
        let new = NewPassword {
            account,
            password_hash: "new",
            now: Timestamp(20),
            link,
            keep: keep.map(SessionId),
            end: ends,
            letter: &letter,
        };
        self.letters.set_password(new).await.expect("asked")
    }

    async fn living(&self, account: i64) -> Vec<i64> {
        let sessions = self.accounts.sessions(UserId(account)).await.expect("asked");
        sessions.into_iter().filter(|session| session.ended_at.is_none()).map(|session| session.id.0).collect()
    }

    async fn waiting(&self) -> Vec<i64> {
        self.letters.due(Timestamp(i64::MAX), 99).await.expect("asked").into_iter().map(|letter| letter.id).collect()
    }
}

fn letter(id: i64, account: i64, email: &str) -> Letter {
    Letter {
        id,
        about: About::Verify,
        account: UserId(account),
        email: email.into(),
        attempts: 0,
        next_at: Timestamp(id),
    }
}

async fn letters_wait_in_their_order_and_are_taken_by_one(ground: Ground) {
    let letters = open(&ground.database);
    for (id, about) in (1..).zip(About::ALL) {
        letters.post(&Letter { about, ..letter(id, 0, "ada@example.org") }).await.expect("posted");
    }
    let due = letters.due(Timestamp(2), 9).await.expect("asked");
    assert_eq!(due.iter().map(|letter| letter.id).collect::<Vec<_>>(), [1, 2], "the others' time hasn't come");
    assert_eq!(letters.due(Timestamp(9), 1).await.expect("asked"), due[..1]);
    let taking = (0..6).map(|_| {
        let (letters, letter) = (letters.clone(), due[0].clone());
        tokio::spawn(async move { letters.take(&letter, Timestamp(50)).await.expect("asked") })
    });
    let mut taken = 0;
    for done in taking.collect::<Vec<_>>() {
        taken += usize::from(done.await.expect("no panic"));
    }
    assert_eq!(taken, 1);
    assert_eq!(letters.due(Timestamp(2), 9).await.expect("asked"), due[1..]);
    let again = letters.due(Timestamp(50), 99).await.expect("asked").pop().expect("the last");
    assert_eq!(again, Letter { attempts: 1, next_at: Timestamp(50), ..due[0].clone() });
    letters.done(1).await.expect("done");
    let abouts: Vec<About> =
        letters.due(Timestamp(99), 99).await.expect("asked").iter().map(|letter| letter.about).collect();
    assert_eq!(abouts, About::ALL[1..]);
}

async fn a_link_proves_an_address_once(ground: Ground) {
    let desk = desk(ground).await;
    let link = desk.add_link("a", Purpose::Verify, 1, "Ada@example.org").await;
    assert_eq!(desk.letters.link("a").await.expect("asked"), Some(link.clone()));
    assert_eq!(desk.letters.link("b").await.expect("asked"), None);
    let first = desk.verify(&link).await;
    assert_eq!((first.value, first.events.len()), (Followed::Done, 1));
    assert_eq!(desk.account(1).await.verified_at, Some(Timestamp(20)));
    assert_eq!(desk.used_at("a").await, Some(Timestamp(20)));
    let second = desk.verify(&link).await;
    assert_eq!((second.value, second.events.len()), (Followed::Used, 0));
    let old = desk.add_link("c", Purpose::Verify, 2, "old@example.org").await;
    assert_eq!(desk.verify(&old).await.value, Followed::Outdated);
    assert_eq!((desk.account(2).await.verified_at, desk.used_at("c").await), (None, None), "nothing was changed");
}

async fn an_address_changes_once_and_never_to_anothers(ground: Ground) {
    let desk = desk(ground).await;
    let link = desk.add_link("a", Purpose::ChangeEmail, 1, "New@example.org").await;
    let taken = desk.add_link("b", Purpose::ChangeEmail, 1, "bob@example.org").await;
    desk.add_link("reset", Purpose::Reset, 1, "Ada@example.org").await;
    assert_eq!(desk.change_email(&taken, "Ada@example.org").await.value, Followed::Taken);
    assert_eq!(desk.change_email(&link, "not@example.org").await.value, Followed::Outdated);
    assert_eq!((desk.account(1).await.email, desk.used_at("reset").await), ("Ada@example.org".into(), None));
    let done = desk.change_email(&link, "Ada@example.org").await;
    assert_eq!((done.value, done.events.len()), (Followed::Done, 1));
    let ada = desk.account(1).await;
    assert_eq!((&*ada.email, ada.verified_at), ("New@example.org", Some(Timestamp(20))));
    assert_eq!(desk.accounts.by_email("new@example.org").await.expect("asked"), Some(ada));
    assert_eq!(desk.accounts.by_email("ada@example.org").await.expect("asked"), None);
    assert_eq!(desk.used_at("reset").await, Some(Timestamp(20)), "mailed to the old address");
    assert_eq!(desk.waiting().await, [1, 2, 90], "the old address is told");
    assert_eq!(desk.change_email(&link, "New@example.org").await.value, Followed::Used);
}

async fn a_password_is_set_with_all_that_follows_or_not_at_all(ground: Ground) {
    let desk = desk(ground).await;
    let ada = desk.account(1).await;
    for (hash, purpose) in [("a", Purpose::Reset), ("b", Purpose::Reset), ("c", Purpose::Verify)] {
        desk.add_link(hash, purpose, 1, "Ada@example.org").await;
    }
    // A session that isn't known of must not live on.
    assert!(matches!(desk.set(&ada, Some("a"), None, &[101]).await, PasswordSet::Stale));
    assert_eq!((desk.account(1).await, desk.used_at("a").await), (ada.clone(), None));
    let PasswordSet::Done(done) = desk.set(&ada, Some("a"), None, &[101, 102, 999]).await else { panic!("done") };
    assert_eq!(done.events.len(), 2, "one that has ended, or isn't there, isn't told of");
    let now = desk.account(1).await;
    assert_eq!((now.password_hash.as_deref(), now.verified_at), (Some("new"), Some(Timestamp(20))));
    assert_eq!((desk.living(1).await, desk.living(2).await), (vec![], vec![201]));
    let used = [desk.used_at("a").await, desk.used_at("b").await, desk.used_at("c").await];
    assert_eq!(used, [Some(Timestamp(20)), Some(Timestamp(20)), None]);
    assert_eq!(desk.waiting().await, [1, 2, 91]);
    assert!(matches!(desk.set(&ada, None, None, &[]).await, PasswordSet::Stale), "the old password is no more");
    assert!(matches!(desk.set(&now, Some("a"), None, &[]).await, PasswordSet::Used));
    assert_eq!(desk.account(1).await.password_hash.as_deref(), Some("new"));
}

async fn who_changes_a_password_stays_in(ground: Ground) {
    let desk = desk(ground).await;
    let ada = desk.account(1).await;
    let PasswordSet::Done(done) = desk.set(&ada, None, Some(102), &[101]).await else { panic!("done") };
    assert_eq!((done.events.len(), desk.living(1).await), (1, vec![102]));
    assert_eq!(desk.account(1).await.verified_at, None, "that proves no address");
}

async fn old_links_are_forgotten_and_a_persons_are_erased(ground: Ground) {
    let desk = desk(ground).await;
    desk.add_link("a", Purpose::Reset, 1, "Ada@example.org").await;
    desk.add_link("b", Purpose::Reset, 2, "bob@example.org").await;
    desk.letters.post(&letter(3, 0, "ada@example.org")).await.expect("posted");
    desk.letters.forget_links(Timestamp(1_000)).await.expect("forgotten");
    assert!(desk.letters.link("a").await.expect("asked").is_some());
    assert_eq!(desk.letters.erase(UserId(1), "ada@example.org").await.expect("erased"), 3);
    assert_eq!(desk.letters.erase(UserId(1), "ada@example.org").await.expect("erased"), 0);
    assert_eq!((desk.letters.link("a").await.expect("asked"), desk.waiting().await), (None, vec![2]));
    desk.letters.forget_links(Timestamp(1_001)).await.expect("forgotten");
    assert_eq!(desk.letters.link("b").await.expect("asked"), None);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    letters_wait_in_their_order_and_are_taken_by_one,
    a_link_proves_an_address_once,
    an_address_changes_once_and_never_to_anothers,
    a_password_is_set_with_all_that_follows_or_not_at_all,
    who_changes_a_password_stays_in,
    old_links_are_forgotten_and_a_persons_are_erased,
);
