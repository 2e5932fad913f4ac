//! What an account is opened with is changed only by who proved lately to be its person.

#[allow(dead_code, reason = "the other tests need the rest")]
mod common;

use accounts_contract::{DeletionRequest, EmailChange, PasswordChange, Proof};
use common::{Desk, PASSWORD, desk, refused, told};
use kernel::{Caller, Result};

const NEW: &str = "another horse entirely";

impl Desk {
    async fn change_password(&self, caller: Caller, old: Option<&str>, new: &str) -> Result<()> {
        let change = PasswordChange { old_password: old.map(Into::into), password: new.into() };
        self.accounts.change_password(caller, change).await
    }

    async fn prove(&self, caller: Caller, password: Option<&str>) -> Result<()> {
        self.accounts.prove(caller, Proof { password: password.map(Into::into), ..Proof::default() }).await
    }
}

#[tokio::test]
async fn a_session_is_proven_for_ten_minutes_from_when_it_started() {
    let desk = desk().await;
    // The last operator couldn't leave.
    desk.register("first@example.org", PASSWORD, "First").await.expect("registered");
    let caller = desk.caller(&desk.ada().await).await;
    desk.clock.advance_seconds(600);
    desk.change_password(caller, None, NEW).await.expect("proven by signing in");
    desk.clock.advance_seconds(1);
    let needed = refused(403, "proof_needed", None);
    assert_eq!(told(desk.change_password(caller, None, PASSWORD).await), needed);
    let email = EmailChange { email: "new@example.org".into(), password: None };
    assert_eq!(told(desk.accounts.change_email(caller, email.clone()).await), needed);
    let leave = DeletionRequest { password: None, wishes: contract::Wishes::default() };
    assert_eq!(told(desk.accounts.delete_account(caller, leave.clone()).await), needed);
    desk.change_password(caller, Some(NEW), PASSWORD).await.expect("proven by the password, this once");
    assert_eq!(told(desk.change_password(caller, None, NEW).await), needed);

    desk.prove(caller, Some(PASSWORD)).await.expect("proven");
    desk.clock.advance_seconds(600);
    desk.accounts.change_email(caller, email).await.expect("accepted");
    desk.accounts.delete_account(caller, leave).await.expect("accepted");
}

#[tokio::test]
async fn what_is_no_proof_proves_nothing_and_is_slowed_down() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let caller = desk.caller(&ada).await;
    desk.clock.advance_seconds(601);
    assert_eq!(told(desk.prove(caller, None).await), refused(422, "proof_missing", Some("password")));
    for _ in 0..5 {
        let wrong = told(desk.prove(caller, Some("not the password")).await);
        assert_eq!(wrong, refused(422, "wrong_password", Some("password")));
    }
    assert_eq!(told(desk.prove(caller, Some(PASSWORD)).await), refused(429, "too_many_attempts", None));
    assert_eq!(told(desk.log_in("ada@example.org", PASSWORD).await).1, "too_many_attempts", "one limit for both");
    assert_eq!(told(desk.change_password(caller, None, NEW).await).1, "proof_needed");
}

#[tokio::test]
async fn a_proof_is_for_its_own_session() {
    let desk = desk().await;
    let here = desk.caller(&desk.ada().await).await;
    desk.clock.advance_seconds(601);
    let there = desk.caller(&desk.log_in("ada@example.org", PASSWORD).await.expect("logged in")).await;
    assert_eq!(told(desk.change_password(here, None, NEW).await).1, "proof_needed");
    let bob = desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered");
    let borrowed = Caller { session: there.session, ..desk.caller(&bob).await };
    assert_eq!(told(desk.change_password(borrowed, None, NEW).await).1, "proof_needed");
    desk.change_password(there, None, NEW).await.expect("changed");
    assert_eq!(told(desk.change_password(here, None, NEW).await).1, "proof_needed");
}

#[tokio::test]
async fn what_an_account_is_opened_with_is_told() {
    let desk = desk().await;
    let caller = desk.caller(&desk.ada().await).await;
    assert!(desk.accounts.credentials(caller).await.expect("told").password);
}
