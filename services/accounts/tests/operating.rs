//! What operators and moderators may do, and what follows from it.

#[allow(dead_code, reason = "the other tests need the rest")]
mod common;

use accounts_contract::{
    AccountAct, AccountQuery, ActKind, ActQuery, Acted, DeletionRequest, Device, Hand, Registration, Removal,
    RoleChange, SuspensionDraft,
};
use common::{Desk, PASSWORD, desk, desk_with, refresh_of, refused, told};
use engine_sql::testing;
use kernel::{Caller, InstanceRole, Limit, Reader, Result, StreamName, Timestamp, UserId};
use std::time::Duration;

fn hand(caller: Caller) -> Hand {
    Hand::Person { caller, address: Some("203.0.113.77".into()) }
}

fn limit() -> Limit {
    Limit::parse(None).expect("a limit")
}

fn suspension(until: Option<Timestamp>) -> AccountAct {
    AccountAct::Suspend(SuspensionDraft { reason: " Spam. ".into(), until })
}

fn appoint(role: InstanceRole) -> AccountAct {
    AccountAct::SetRole(RoleChange { role, reason: Some("Good hands.".into()) })
}

async fn act(desk: &Desk, by: Caller, user: UserId, act: AccountAct) -> Result<Acted> {
    desk.accounts.act_on_account(hand(by), user, act).await
}

#[tokio::test]
async fn who_is_suspended_is_out_and_told_why() {
    let desk = desk().await;
    let ada = desk.caller(&desk.ada().await).await;
    let bob = desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered");
    let until = desk.outside.clock.now().plus_seconds(3_600);
    let acted = act(&desk, ada, bob.user.id, suspension(Some(until))).await.expect("suspended");
    let seen = acted.account.suspension.expect("suspended");
    assert_eq!((&*seen.reason, seen.until, seen.by), ("Spam.", Some(until), Some(ada.user)));
    assert_eq!(told(desk.accounts.authenticate(bob.access_token.clone()).await).1, "session_ended");
    assert_eq!(told(desk.refresh(&refresh_of(&bob)).await), refused(401, "session_ended", None));
    assert_eq!(told(desk.log_in("bob@example.org", "not the password").await), refused(401, "wrong_credentials", None));
    let refusal = desk.log_in("bob@example.org", PASSWORD).await.expect_err("suspended");
    assert_eq!((refusal.status(), &*refusal.code), (403, "suspended"));
    assert!(refusal.detail.contains("Spam.") && refusal.detail.contains(&until.to_string()), "{}", refusal.detail);
    let stream = StreamName::user("accounts", bob.user.id);
    let log = desk.accounts.difference(Reader::Service, stream, 0).await.expect("log").events;
    assert_eq!(log.last().map(|event| &*event.kind), Some("session_ended"));
    desk.clock.advance_seconds(3_600);
    desk.log_in("bob@example.org", PASSWORD).await.expect("it ended by itself");

    act(&desk, ada, bob.user.id, suspension(None)).await.expect("suspended");
    act(&desk, ada, bob.user.id, AccountAct::LiftSuspension).await.expect("lifted");
    desk.log_in("bob@example.org", PASSWORD).await.expect("lifted");
    let past = act(&desk, ada, bob.user.id, suspension(Some(until))).await;
    assert_eq!(told(past), refused(422, "until_passed", Some("until")));
    let silent = AccountAct::Suspend(SuspensionDraft { reason: " ".into(), until: None });
    assert_eq!(told(act(&desk, ada, bob.user.id, silent).await), refused(422, "reason_missing", Some("reason")));
    let nobody = act(&desk, ada, UserId(7), suspension(None)).await;
    assert_eq!(told(nobody), refused(404, "not_found", None));
}

#[tokio::test]
async fn a_role_counts_at_once_for_tokens_that_are_out() {
    let desk = desk().await;
    let ada = desk.caller(&desk.ada().await).await;
    let bob = desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered");
    let cid = desk.register("cid@example.org", PASSWORD, "Cid").await.expect("registered");
    let as_bob = async || desk.accounts.authenticate(bob.access_token.clone()).await.expect("good").caller;
    assert_eq!(told(act(&desk, as_bob().await, cid.user.id, suspension(None)).await).1, "moderator_needed");
    act(&desk, ada, bob.user.id, appoint(InstanceRole::Moderator)).await.expect("appointed");
    assert_eq!(as_bob().await.role, InstanceRole::Moderator);
    let stream = StreamName::user("accounts", bob.user.id);
    let log = desk.accounts.difference(Reader::Service, stream, 0).await.expect("log").events;
    assert_eq!(log.last().map(|event| &*event.kind), Some("account_changed"));

    let moderator = as_bob().await;
    act(&desk, moderator, cid.user.id, suspension(None)).await.expect("a member");
    act(&desk, moderator, cid.user.id, AccountAct::LiftSuspension).await.expect("a member");
    let reset = act(&desk, moderator, cid.user.id, AccountAct::ResetPassword).await.expect("a member");
    assert_eq!(reset.password_reset.expect("sent").link, None, "a moderator opens nobody's account");
    assert_eq!(told(act(&desk, moderator, ada.user, suspension(None)).await).1, "account_of_staff");
    assert_eq!(told(act(&desk, moderator, cid.user.id, appoint(InstanceRole::Operator)).await).1, "operator_needed");
    assert_eq!(
        told(desk.accounts.acts(hand(moderator), ActQuery::default(), None, limit()).await).1,
        "operator_needed"
    );
    desk.accounts.list_accounts(hand(moderator), AccountQuery::default(), None, limit()).await.expect("a list");

    act(&desk, ada, bob.user.id, appoint(InstanceRole::Member)).await.expect("dismissed");
    assert_eq!(as_bob().await.role, InstanceRole::Member);
    assert_eq!(
        told(act(&desk, moderator, cid.user.id, suspension(None)).await).1,
        "moderator_needed",
        "whatever it says"
    );
}

#[tokio::test]
async fn the_last_operator_can_not_go_in_any_way() {
    let desk = desk().await;
    let ada = desk.caller(&desk.ada().await).await;
    let last = refused(409, "last_operator", None);
    assert_eq!(told(act(&desk, ada, ada.user, suspension(None)).await), last);
    assert_eq!(told(act(&desk, ada, ada.user, appoint(InstanceRole::Member)).await), last);
    let by_machine = desk.accounts.act_on_account(Hand::CommandLine, ada.user, AccountAct::Delete(Removal::default()));
    assert_eq!(told(by_machine.await), last);
    let request = || DeletionRequest { password: Some(PASSWORD.into()), wishes: Default::default() };
    assert_eq!(told(desk.accounts.delete_account(ada, request()).await), last);
    assert_eq!(told(act(&desk, ada, ada.user, AccountAct::Delete(Removal::default())).await).1, "own_account");
    let bob = desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered");
    act(&desk, ada, bob.user.id, appoint(InstanceRole::Operator)).await.expect("appointed");
    desk.accounts.delete_account(ada, request()).await.expect("there is another");
    desk.accounts.cancel_deletion(ada).await.expect("she stays");
}

#[tokio::test]
async fn what_was_done_is_noted_without_names() {
    let desk = desk().await;
    let ada = desk.caller(&desk.ada().await).await;
    let bob = desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered").user.id;
    act(&desk, ada, bob, appoint(InstanceRole::Moderator)).await.expect("appointed");
    act(&desk, ada, bob, appoint(InstanceRole::Moderator)).await.expect("he is one");
    desk.accounts.act_on_account(Hand::CommandLine, bob, AccountAct::VerifyEmail).await.expect("proven");
    act(&desk, ada, bob, AccountAct::EndSessions).await.expect("ended");
    act(&desk, ada, bob, AccountAct::Delete(Removal { at_once: true, ..Removal::default() })).await.expect("deleted");
    let acts = desk.accounts.acts(hand(ada), ActQuery::default(), None, limit()).await.expect("asked").items;
    let kinds: Vec<ActKind> = acts.iter().map(|act| act.kind).collect();
    use ActKind::{DeletionRequested, EmailVerified, RoleChanged, SessionsEnded};
    assert_eq!(kinds, [DeletionRequested, SessionsEnded, EmailVerified, RoleChanged]);
    let role = &acts[3];
    assert_eq!((role.by, role.by_name.as_deref(), role.user), (Some(ada.user), Some("Ada"), Some(bob)));
    assert_eq!((role.detail.from.as_deref(), role.detail.to.as_deref()), (Some("member"), Some("moderator")));
    assert_eq!((&*role.reason, &*role.place), ("Good hands.", "203.0.113.*"));
    assert_eq!((acts[2].by, &*acts[2].place), (None, ""), "by the command line");
    assert_eq!(acts[1].detail.sessions, Some(1));
}

#[tokio::test]
async fn accounts_are_found_by_address_name_and_id() {
    let desk = desk().await;
    let ada = desk.caller(&desk.ada().await).await;
    let bob = desk.register("bob@example.org", PASSWORD, "Robert Tables").await.expect("registered").user.id;
    let found = async |q: &str| {
        let query = AccountQuery { q: Some(q.into()), ..AccountQuery::default() };
        let page = desk.accounts.list_accounts(hand(ada), query, None, limit()).await.expect("asked");
        page.items.into_iter().map(|seen| seen.id).collect::<Vec<_>>()
    };
    for q in ["BOB@", "tables", " robert ", &bob.to_string()] {
        assert_eq!(found(q).await, [bob], "{q}");
    }
    assert_eq!(found("%").await, []);
    let first = Limit::parse(Some(1)).expect("a limit");
    let page = desk.accounts.list_accounts(hand(ada), AccountQuery::default(), None, first).await.expect("asked");
    assert_eq!((page.items[0].id, page.next.as_deref()), (bob, Some(&*bob.to_string())));
    let rest = desk.accounts.list_accounts(hand(ada), AccountQuery::default(), Some(bob), first).await.expect("asked");
    assert_eq!(rest.items[0].id, ada.user);
    let detail = desk.accounts.show_account(hand(ada), bob).await.expect("asked");
    assert_eq!((detail.account.sessions, detail.sessions.len(), detail.sessions[0].current), (1, 1, false));
    let numbers = desk.accounts.numbers(hand(ada)).await.expect("asked");
    assert_eq!((numbers.accounts, numbers.operators, numbers.seen_last_7_days), (2, 1, 2));
}

#[tokio::test]
async fn a_reset_is_mailed_or_handed_over() {
    for reaches_people in [true, false] {
        let desk = desk_with(reaches_people).await;
        let ada = desk.caller(&desk.ada().await).await;
        let acted = act(&desk, ada, ada.user, AccountAct::ResetPassword).await.expect("sent");
        let sent = acted.password_reset.expect("sent");
        assert_eq!((&*sent.mailed_to, sent.link.is_some()), ("Ada@Example.org", !reaches_people));
        desk.post.mail("reset-password", "Ada@Example.org").await;
        if let Some(link) = sent.link {
            let token = link.strip_prefix("https://chat.example.org/reset-password#").expect("a link").to_owned();
            let reset = accounts_contract::PasswordReset { token, password: "another horse entirely".into() };
            desk.accounts.reset_password(reset, Device::default()).await.expect("set");
            desk.log_in("ada@example.org", "another horse entirely").await.expect("the new one");
        }
    }
}

#[tokio::test]
async fn an_operators_deletion_is_not_for_the_person_to_cancel() {
    let desk = desk().await;
    let ada = desk.caller(&desk.ada().await).await;
    let bob = desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered");
    let acted = act(&desk, ada, bob.user.id, AccountAct::Delete(Removal::default())).await.expect("asked for");
    let due_at = acted.deletion.expect("a deletion").due_at;
    assert_eq!(acted.account.deletion_due_at, Some(due_at));
    assert!(due_at > desk.outside.clock.now().plus_seconds(13 * 24 * 3_600), "with days of grace");
    assert_eq!(told(desk.accounts.authenticate(bob.access_token).await).1, "session_ended");
    let again = desk.log_in("bob@example.org", PASSWORD).await.expect("he may take his archive along");
    let as_bob = desk.caller(&again).await;
    assert_eq!(told(desk.accounts.cancel_deletion(as_bob).await), refused(403, "deletion_by_operator", None));
    act(&desk, ada, bob.user.id, AccountAct::CancelDeletion).await.expect("kept");
    assert_eq!(desk.accounts.deletion(as_bob).await.expect("asked"), None);
}

#[tokio::test]
async fn an_account_made_by_an_operator_is_proven_and_may_be_the_first() {
    let desk = desk_with(true).await;
    let new = |email: &str| {
        let (email, password, display_name) = (email.into(), PASSWORD.into(), "Made".into());
        Registration { email, password, display_name, invite: None }
    };
    let first = desk.accounts.create_account(Hand::CommandLine, new("ada@example.org")).await.expect("made");
    assert_eq!((first.account.role, first.account.email_verified), (InstanceRole::Operator, true));
    let second = desk.accounts.create_account(Hand::CommandLine, new("bob@example.org")).await.expect("made");
    assert_eq!((second.account.role, &*second.account.display_name), (InstanceRole::Member, "Made"));
    desk.log_in("bob@example.org", PASSWORD).await.expect("no mail is waited for");
    let taken = desk.accounts.create_account(Hand::CommandLine, new("Bob@example.org")).await;
    assert_eq!(told(taken), refused(409, "email_taken", Some("email")));
    let bob = desk.caller(&desk.log_in("bob@example.org", PASSWORD).await.expect("in")).await;
    assert_eq!(told(desk.accounts.create_account(hand(bob), new("c@example.org")).await).1, "operator_needed");
}

/// Two processes on one PostgreSQL: what is done in one counts in the other.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_tells_each_process_of_roles_and_suspensions() {
    let desk = desk().await;
    let shared = [testing::sqlite().await, testing::postgres().await];
    let one = common::open(&shared, &desk.outside, &desk.post).await;
    let other = common::open(&shared, &desk.outside, &desk.post).await;
    let desk = Desk { accounts: one, ..desk };
    let ada = desk.caller(&desk.ada().await).await;
    let bob = desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered");
    let seen = async || other.authenticate(bob.access_token.clone()).await.map(|known| known.caller.role);
    assert_eq!(seen().await.expect("good in both"), InstanceRole::Member);
    act(&desk, ada, bob.user.id, appoint(InstanceRole::Operator)).await.expect("appointed");
    let mut looks = 0;
    while seen().await.expect("good in both") == InstanceRole::Member {
        looks += 1;
        assert!(looks < 2_000, "the other process never heard of it");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    act(&desk, ada, bob.user.id, suspension(None)).await.expect("suspended");
    while seen().await.is_ok() {
        looks += 1;
        assert!(looks < 4_000, "the other process never heard of it");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(told(seen().await), refused(401, "session_ended", None));
}
