//! What every engine of the store must do.

use super::*;
use crate::{
    rules::Language,
    store::{
        self, Account, Admission, Beginning, NewSession, NotCreated, Store as Accounts,
        deletions::{self, Store as Deletions},
        letters::{About, Letter},
        registration,
    },
};
use contract::Wishes;
use engine_sql::Ground;
use kernel::{RegistrationCodeId, StreamName};
use std::sync::Arc;

struct Desk {
    ground: Ground,
    accounts: Arc<dyn Accounts>,
    deletions: Arc<dyn Deletions>,
    operating: Arc<dyn Store>,
}

/// Ada (1) runs the place; Bob (2) and Cid (3) are there. Each has one session: 101, 201, 301.
async fn desk(ground: Ground) -> Desk {
    let desk = Desk {
        accounts: store::open(&ground.database),
        deletions: deletions::open(&ground.database),
        operating: open(&ground.database),
        ground,
    };
    for (id, email) in [(1, "ada@example.org"), (2, "bob@example.org"), (3, "cid_x@example.org")] {
        assert!(desk.create(id, email, Admission::Open).await.is_ok());
    }
    desk
}

impl Desk {
    async fn create(&self, id: i64, email: &str, admission: Admission) -> Result<Account, NotCreated> {
        let account = Account {
            id: UserId(id),
            email: email.into(),
            password_hash: Some("hash".into()),
            role: InstanceRole::Member,
            created_at: Timestamp(id),
            verified_at: (id == 1).then_some(Timestamp(1)),
            language: Language::English,
        };
        let (about, account_id, next_at) = (About::Verify, UserId(id), Timestamp(5));
        let letter = Letter { id, about, account: account_id, email: email.into(), attempts: 0, next_at };
        let session = Some(self.session(id * 100 + 1, id, 10));
        let made = self
            .accounts
            .create(account, email, Beginning { session, ..Beginning::default() }, &letter, admission, Vec::new())
            .await;
        made.expect("asked").value
    }

    fn session(&self, id: i64, account: i64, at: i64) -> NewSession {
        let (user_agent, place, hash) = (String::new(), String::new(), "first".into());
        NewSession { id: SessionId(id), account: UserId(account), user_agent, place, hash, at: Timestamp(at) }
    }

    async fn event(&self, user: i64) -> NewEvent {
        self.ground.event(StreamName::user("accounts", UserId(user)), "happened", &()).await.expect("event")
    }

    /// Changes an account, ending the sessions that it is told of.
    async fn change(&self, user: i64, change: Change, end: Option<&[i64]>) -> Outcome {
        self.change_as(user, change, end, false).await
    }

    async fn change_as(&self, user: i64, change: Change, end: Option<&[i64]>, members_only: bool) -> Outcome {
        let mut ending = None;
        for id in end.unwrap_or_default() {
            let event = self.event(user).await;
            ending.get_or_insert_with(Vec::new).push((SessionId(*id), event));
        }
        if end.is_some() {
            ending.get_or_insert_with(Vec::new);
        }
        let id = self.ground.mint.id().await.expect("an id");
        let act = act(id, ActKind::RoleChanged, user);
        let piece = Piece { user: UserId(user), change, act: &act, members_only, end: ending, events: Vec::new() };
        self.operating.change(piece, Timestamp(50)).await.expect("asked")
    }

    async fn notes(&self) -> usize {
        self.operating.acts(&ActQuery::default(), None, 99).await.expect("asked").len()
    }

    async fn found(&self, wanted: Wanted<'_>) -> Vec<i64> {
        let wanted = Wanted { limit: 9, ..wanted };
        self.operating.list(wanted, Timestamp(50)).await.expect("asked").into_iter().map(|seen| seen.id.0).collect()
    }
}

fn act(id: i64, kind: ActKind, user: i64) -> NewAct {
    NewAct {
        id: ActId(id),
        at: Timestamp(50),
        kind,
        by: Some(UserId(1)),
        place: "203.0.113.*".into(),
        user: Some(UserId(user)),
        reason: "because".into(),
        detail: ActDetail { to: Some("moderator".into()), ..ActDetail::default() },
    }
}

fn suspension(until: Option<i64>) -> Change {
    let (reason, since, by) = ("spam".into(), Timestamp(50), Some(UserId(1)));
    Change::Suspend(Suspension { reason, since, until: until.map(Timestamp), by })
}

fn deletion(due_at: i64) -> Change {
    let (code, wishes) = (format!("code-{due_at}"), Wishes::default());
    Change::Delete(Deletion { code, requested_at: Timestamp(50), due_at: Timestamp(due_at), wishes })
}

async fn who_is_suspended_has_no_session_and_starts_none(ground: Ground) {
    let desk = desk(ground).await;
    assert!(matches!(desk.change(2, suspension(Some(90)), Some(&[])).await, Outcome::Stale), "201 lives");
    assert_eq!(
        (desk.notes().await, desk.operating.suspension(UserId(2), Timestamp(50)).await.expect("asked")),
        (0, None)
    );
    let Outcome::Done(committed) = desk.change(2, suspension(Some(90)), Some(&[201])).await else { panic!("done") };
    assert_eq!((committed.events.len(), desk.notes().await), (1, 1));
    let session = desk.accounts.session(SessionId(201)).await.expect("asked").expect("there");
    assert_eq!(session.ended_at, Some(Timestamp(50)));
    let start = async |id, at| {
        let started = desk.accounts.start_session(desk.session(id, 2, at), Some("hash"), desk.event(2).await).await;
        started.expect("asked").is_some()
    };
    assert!(!start(202, 89).await, "suspended");
    assert!(start(203, 90).await, "it has ended by itself");
    let asked = desk.operating.suspension(UserId(2), Timestamp(89)).await.expect("asked").expect("suspended");
    assert_eq!((&*asked.reason, asked.by, asked.until), ("spam", Some(UserId(1)), Some(Timestamp(90))));
    assert_eq!(desk.operating.suspension(UserId(2), Timestamp(90)).await.expect("asked"), None);
    assert!(matches!(desk.change(2, Change::Lift, None).await, Outcome::Done(_)));
    assert!(matches!(desk.change(2, Change::Lift, None).await, Outcome::Same));
    assert!(matches!(desk.change(9, Change::Lift, None).await, Outcome::NotThere));
    assert_eq!(desk.notes().await, 2, "what changes nothing isn't noted");
}

async fn the_last_operator_stays(ground: Ground) {
    let desk = desk(ground).await;
    for goes in [suspension(None), deletion(60), Change::Role(InstanceRole::Moderator)] {
        assert!(matches!(desk.change(1, goes.clone(), Some(&[101])).await, Outcome::LastOperator), "{goes:?}");
    }
    assert_eq!(desk.notes().await, 0);
    let operator = || Change::Role(InstanceRole::Operator);
    assert!(matches!(desk.change(2, operator(), None).await, Outcome::Done(_)));
    assert!(matches!(desk.change(2, operator(), None).await, Outcome::Same));
    assert!(matches!(desk.change(2, suspension(Some(90)), Some(&[201])).await, Outcome::Done(_)));
    assert!(matches!(desk.change(1, Change::Role(InstanceRole::Member), None).await, Outcome::LastOperator));
    assert!(matches!(desk.change(2, Change::Lift, None).await, Outcome::Done(_)));
    let own = |user: i64| Deletion {
        code: format!("own-{user}"),
        requested_at: Timestamp(50),
        due_at: Timestamp(70),
        wishes: Wishes::default(),
    };
    let leaves = async |user: i64| {
        let asked = desk.deletions.request(UserId(user), own(user), desk.event(user).await).await;
        asked.expect("asked").is_some()
    };
    assert!(leaves(1).await && !leaves(2).await && leaves(3).await);
    assert_eq!(
        desk.operating.staff().await.expect("asked"),
        [(UserId(1), InstanceRole::Operator), (UserId(2), InstanceRole::Operator)]
    );
}

async fn two_operators_do_not_go_at_once(ground: Ground) {
    let desk = Arc::new(desk(ground).await);
    assert!(matches!(desk.change(2, Change::Role(InstanceRole::Operator), None).await, Outcome::Done(_)));
    let going = [1, 2].map(|user| {
        let desk = desk.clone();
        tokio::spawn(async move { desk.change(user, Change::Role(InstanceRole::Member), None).await })
    });
    let mut gone = 0;
    for done in going {
        gone += u32::from(matches!(done.await.expect("no panic"), Outcome::Done(_)));
    }
    assert_eq!((gone, desk.operating.staff().await.expect("asked").len()), (1, 1));
}

async fn a_moderator_reaches_members_only(ground: Ground) {
    let desk = desk(ground).await;
    assert!(matches!(desk.change(3, Change::Role(InstanceRole::Moderator), None).await, Outcome::Done(_)));
    for user in [1, 3] {
        let refused = desk.change_as(user, suspension(None), Some(&[]), true).await;
        assert!(matches!(refused, Outcome::Staff), "{user}");
    }
    assert!(matches!(desk.change_as(2, suspension(None), Some(&[201]), true).await, Outcome::Done(_)));
}

async fn a_deletion_is_brought_forward_and_kept_from_the_person(ground: Ground) {
    let desk = desk(ground).await;
    let due = async || desk.deletions.of(UserId(2)).await.expect("asked").map(|l| (l.deletion.due_at.0, l.by_operator));
    assert!(matches!(desk.change(2, deletion(900), None).await, Outcome::Done(_)));
    assert!(matches!(desk.change(2, deletion(60), None).await, Outcome::Done(_)));
    assert!(matches!(desk.change(2, deletion(500), None).await, Outcome::Done(_)));
    assert_eq!(due().await, Some((60, true)));
    assert!(!desk.deletions.cancel(UserId(2), desk.event(2).await).await.expect("asked").value);
    assert!(matches!(desk.change(2, Change::Keep, None).await, Outcome::Done(_)));
    assert!(matches!(desk.change(2, Change::Keep, None).await, Outcome::Same));
    assert_eq!(due().await, None);
    assert!(matches!(desk.change(2, deletion(60), None).await, Outcome::Done(_)));
    desk.deletions.take(Timestamp(60), Timestamp(80)).await.expect("asked").expect("due");
    for late in [deletion(55), Change::Keep] {
        assert!(matches!(desk.change(2, late, None).await, Outcome::Erasing));
    }
}

async fn accounts_are_found_by_what_is_known_of_them(ground: Ground) {
    let desk = desk(ground).await;
    assert_eq!(desk.found(Wanted::default()).await, [3, 2, 1]);
    assert_eq!(desk.found(Wanted { before: Some(UserId(3)), ..Wanted::default() }).await, [2, 1]);
    assert_eq!(desk.found(Wanted { email: Some("bo"), ..Wanted::default() }).await, [2]);
    assert_eq!(desk.found(Wanted { email: Some("cid_"), ..Wanted::default() }).await, [3]);
    assert_eq!(desk.found(Wanted { email: Some("%"), ..Wanted::default() }).await, [] as [i64; 0]);
    assert_eq!(desk.found(Wanted { email: Some("b"), users: &[UserId(1)], ..Wanted::default() }).await, [2, 1]);
    desk.change(2, suspension(None), Some(&[201])).await;
    desk.change(3, Change::Role(InstanceRole::Moderator), None).await;
    desk.change(3, deletion(90), None).await;
    let by_state = |state| Wanted { state: Some(state), ..Wanted::default() };
    assert_eq!(desk.found(by_state(AccountState::Suspended)).await, [2]);
    assert_eq!(desk.found(by_state(AccountState::Leaving)).await, [3]);
    assert_eq!(desk.found(by_state(AccountState::Active)).await, [1]);
    assert_eq!(desk.found(by_state(AccountState::Unverified)).await, [3, 2]);
    for (role, id) in [(InstanceRole::Member, 2), (InstanceRole::Moderator, 3), (InstanceRole::Operator, 1)] {
        assert_eq!(desk.found(Wanted { role: Some(role), ..Wanted::default() }).await, [id], "{role:?}");
    }
    let wanted = Wanted { users: &[UserId(2)], limit: 1, ..Wanted::default() };
    let bob = desk.operating.list(wanted, Timestamp(50)).await.expect("asked").remove(0);
    assert_eq!((bob.sessions, bob.last_seen_at), (0, Some(Timestamp(10))));
    assert_eq!(bob.suspension.map(|s| s.reason).as_deref(), Some("spam"));
    let Numbers { accounts, operators, moderators, suspended, unverified, leaving, registered_last_7_days, .. } =
        desk.operating.numbers(Timestamp(50), Timestamp(2)).await.expect("asked");
    assert_eq!((accounts, operators, moderators, suspended), (3, 1, 1, 1));
    assert_eq!((unverified, leaving, registered_last_7_days), (2, 1, 2));
}

async fn an_account_is_made_on_its_grounds_only(ground: Ground) {
    let desk = desk(ground).await;
    assert_eq!(desk.create(4, "dan@example.org", Admission::First).await, Err(NotCreated::NotFirst));
    let codes = registration::open(&desk.ground.database);
    let code = registration::Code {
        id: RegistrationCodeId(7),
        code: "once".into(),
        note: String::new(),
        made_by: None,
        created_at: Timestamp(1),
        expires_at: None,
        revoked_at: None,
        max_uses: Some(1),
        uses: 0,
    };
    codes.add_code(&code, &act(70, ActKind::RegistrationCodeMade, 0)).await.expect("made");
    let by_code = || Admission::Code(RegistrationCodeId(7));
    assert_eq!(desk.create(5, "bob@example.org", by_code()).await, Err(NotCreated::Taken));
    assert!(desk.create(6, "eve@example.org", by_code()).await.is_ok(), "a refused one doesn't use it up");
    assert_eq!(desk.create(7, "fay@example.org", by_code()).await, Err(NotCreated::CodeUsedUp));
    let uses = codes.uses(RegistrationCodeId(7), 9).await.expect("asked");
    assert_eq!(uses.iter().map(|u| u.user.0).collect::<Vec<_>>(), [6]);
    assert_eq!(codes.used_by(UserId(6)).await.expect("asked").map(|(code, _)| code.0), Some(7));
    let act = act(80, ActKind::AccountCreated, 8);
    assert!(desk.create(8, "gil@example.org", Admission::Operator(Box::new(act))).await.is_ok());
    assert_eq!(
        (desk.notes().await, desk.found(Wanted { email: Some("dan"), ..Wanted::default() }).await.len()),
        (2, 0)
    );
}

async fn notes_are_found_forgotten_and_lose_their_texts(ground: Ground) {
    let desk = desk(ground).await;
    desk.change(2, suspension(None), Some(&[201])).await;
    desk.change(3, Change::Role(InstanceRole::Moderator), None).await;
    let asked = async |query: ActQuery| desk.operating.acts(&query, None, 9).await.expect("asked");
    let about_bob = asked(ActQuery { user: Some(UserId(2)), ..ActQuery::default() }).await;
    assert_eq!((about_bob.len(), &*about_bob[0].reason, about_bob[0].by), (1, "because", Some(UserId(1))));
    assert_eq!(about_bob[0].detail.to.as_deref(), Some("moderator"));
    assert_eq!(asked(ActQuery { by: Some(UserId(1)), ..ActQuery::default() }).await.len(), 2);
    assert_eq!(asked(ActQuery { kind: Some(ActKind::EmailVerified), ..ActQuery::default() }).await.len(), 0);
    let all = asked(ActQuery::default()).await;
    let older = desk.operating.acts(&ActQuery::default(), Some(all[0].id), 9).await.expect("asked");
    assert_eq!(older, all[1..]);

    assert_eq!(desk.operating.erase(UserId(2)).await.expect("erased"), 2, "the suspension, and one reason");
    assert_eq!(desk.operating.erase(UserId(2)).await.expect("again"), 0);
    assert_eq!(desk.operating.erase(UserId(1)).await.expect("erased"), 2, "who wrote them");
    let left = asked(ActQuery::default()).await;
    assert!(left.len() == 2 && left.iter().all(|act| act.reason.is_empty() && act.place.is_empty()));
    desk.operating.forget_acts(Timestamp(50)).await.expect("forgotten");
    assert_eq!(desk.notes().await, 2);
    desk.operating.forget_acts(Timestamp(51)).await.expect("forgotten");
    assert_eq!(desk.notes().await, 0);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    who_is_suspended_has_no_session_and_starts_none,
    the_last_operator_stays,
    two_operators_do_not_go_at_once,
    a_moderator_reaches_members_only,
    a_deletion_is_brought_forward_and_kept_from_the_person,
    accounts_are_found_by_what_is_known_of_them,
    an_account_is_made_on_its_grounds_only,
    notes_are_found_forgotten_and_lose_their_texts,
);
