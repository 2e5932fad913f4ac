//! What goes by mail: proving an address, changing it, setting a new password.

mod common;

use accounts_contract::{Device, EmailChange, PasswordChange, PasswordReset, Registered};
use common::{Desk, PASSWORD, desk, desk_with, from, refresh_of, refused, token_in, told};
use ports::Clock;
use std::sync::atomic::Ordering::SeqCst;

const NEW: &str = "another horse entirely";
const ADA: &str = "Ada@Example.org";

impl Desk {
    async fn verify(&self, token: &str) -> kernel::Result<accounts_contract::Verified> {
        self.accounts.verify_email(token.into(), Device::default()).await
    }

    async fn ask_reset(&self, email: &str) -> kernel::Result<()> {
        self.accounts.ask_password_reset(email.into(), Device::default()).await
    }

    /// Lets time pass; a new mail, to nobody, has the waiting ones looked at.
    async fn later(&self, seconds: i64) {
        self.clock.advance_seconds(seconds);
        let nobody = format!("nobody{}@example.org", self.clock.now().0);
        self.ask_reset(&nobody).await.expect("accepted");
    }

    async fn reset(&self, token: &str, password: &str) -> kernel::Result<()> {
        let reset = PasswordReset { token: token.into(), password: password.into() };
        self.accounts.reset_password(reset, Device::default()).await
    }
}

#[tokio::test]
async fn a_link_in_a_mail_proves_the_address_once() {
    let desk = desk().await;
    let ada = desk.ada().await;
    assert!(!ada.user.email_verified);
    let token = desk.post.token("verify-email", ADA).await;
    assert_eq!(token.len(), 43, "256 bits");
    assert_eq!(desk.verify(&token).await.expect("proven").email, ADA);
    assert!(desk.accounts.me(desk.caller(&ada).await).await.expect("me").email_verified);
    assert_eq!(told(desk.verify(&token).await), refused(410, "link_used", Some("token")));
    // Proven already: there is nothing to mail.
    desk.accounts.resend_verification(ADA.into(), Device::default()).await.expect("accepted");
    desk.ask_reset(ADA).await.expect("accepted");
    desk.post.mail("reset-password", ADA).await;
    assert_eq!(desk.post.count(), 0);
}

#[tokio::test]
async fn links_that_are_foreign_cut_off_expired_or_for_something_else_say_so() {
    let desk = desk().await;
    desk.ada().await;
    let token = desk.post.token("verify-email", ADA).await;
    let other = common::desk().await;
    other.ada().await;
    let foreign = other.post.token("verify-email", ADA).await;
    let unknown = refused(404, "link_unknown", Some("token"));
    for token in [&foreign, &token[1..], "", "\0", &"A".repeat(43)] {
        assert_eq!(told(desk.verify(token).await), unknown, "{token}");
        assert_eq!(told(desk.reset(token, NEW).await), unknown, "{token}");
    }
    assert_eq!(told(desk.reset(&token, NEW).await), unknown, "it is for something else");
    desk.clock.advance_seconds(3 * 24 * 3_600);
    assert_eq!(told(desk.verify(&token).await), refused(410, "link_expired", Some("token")));
}

#[tokio::test]
async fn a_new_password_ends_everything_of_the_old_one() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let other = desk.log_in(ADA, PASSWORD).await.expect("logged in");
    desk.ask_reset(" ada@example.ORG ").await.expect("accepted");
    desk.ask_reset(ADA).await.expect("accepted");
    let [first, second] = [desk.post.token("reset-password", ADA).await, desk.post.token("reset-password", ADA).await];
    assert_eq!(told(desk.reset(&first, "password12").await), refused(422, "password_weak", Some("password")));
    desk.reset(&first, NEW).await.expect("set");
    for session in [&ada, &other] {
        let ended = refused(401, "session_ended", None);
        assert_eq!(told(desk.accounts.authenticate(session.access_token.clone()).await), ended);
        assert_eq!(told(desk.refresh(&refresh_of(session)).await), ended);
    }
    let used = refused(410, "link_used", Some("token"));
    assert_eq!((told(desk.reset(&first, NEW).await), told(desk.reset(&second, NEW).await)), (used.clone(), used));
    assert_eq!(told(desk.log_in(ADA, PASSWORD).await).1, "wrong_credentials");
    assert!(desk.log_in(ADA, NEW).await.expect("logged in").user.email_verified, "the mail reached its owner");
    desk.post.mail("password-changed", ADA).await;
    desk.ask_reset(ADA).await.expect("accepted");
    let late = desk.post.token("reset-password", ADA).await;
    desk.clock.advance_seconds(3_600);
    assert_eq!(told(desk.reset(&late, NEW).await), refused(410, "link_expired", Some("token")));
}

#[tokio::test]
async fn asking_tells_nothing_and_is_limited() {
    let desk = desk().await;
    desk.ada().await;
    desk.post.mail("verify-email", ADA).await;
    for email in ["nobody@example.org", ADA] {
        for _ in 0..3 {
            desk.ask_reset(email).await.expect("accepted");
        }
        let limited = desk.ask_reset(email).await.expect_err("limited");
        assert_eq!((&*limited.code, limited.retry_after), ("too_many_attempts", Some(60)), "{email}");
    }
    for _ in 0..3 {
        desk.post.mail("reset-password", ADA).await;
    }
    assert_eq!(desk.post.count(), 0, "nobody else got one");
    assert_eq!(told(desk.ask_reset("ada").await), refused(422, "email_invalid", Some("email")));
    let somewhere = || from("203.0.113.7");
    for n in 0..10 {
        desk.accounts.ask_password_reset(format!("p{n}@example.org"), somewhere()).await.expect("accepted");
    }
    let limited = desk.accounts.resend_verification("p@example.org".into(), somewhere()).await;
    assert_eq!(told(limited), refused(429, "too_many_attempts", None));
    let elsewhere = desk.accounts.resend_verification("p@example.org".into(), from("203.0.113.8")).await;
    elsewhere.expect("others don't wait");
}

#[tokio::test]
async fn where_mail_reaches_people_a_taken_address_looks_like_a_free_one() {
    let desk = desk_with(true).await;
    let ada = desk.ada().await;
    assert!(ada.user.operator, "the first one gets in at once");
    desk.post.mail("verify-email", ADA).await;
    for email in ["bob@example.org", "BOB@example.org", ADA] {
        let registered = desk.try_registering(email, Device::default()).await.expect("accepted");
        assert!(matches!(registered, Registered::CheckEmail), "{email}");
    }
    desk.post.mail("already-registered", "bob@example.org").await;
    desk.post.mail("already-registered", ADA).await;
    let bob = "bob@example.org";
    assert_eq!(told(desk.log_in(bob, PASSWORD).await), refused(403, "email_unverified", Some("email")));
    assert_eq!(told(desk.log_in(bob, "not the password").await).1, "wrong_credentials");
    desk.verify(&desk.post.token("verify-email", bob).await).await.expect("proven");
    let bob = desk.log_in(bob, PASSWORD).await.expect("logged in");
    assert_eq!((&*bob.user.display_name, bob.user.email_verified), ("bob", true));
    assert!(desk.log_in(ADA, PASSWORD).await.is_ok(), "the operator can always mend what is wrong with mail");
}

#[tokio::test]
async fn a_verification_is_mailed_again() {
    let desk = desk_with(true).await;
    desk.ada().await;
    desk.try_registering("bob@example.org", Device::default()).await.expect("accepted");
    let first = desk.post.token("verify-email", "bob@example.org").await;
    desk.accounts.resend_verification("Bob@example.org".into(), Device::default()).await.expect("accepted");
    let second = desk.post.token("verify-email", "bob@example.org").await;
    assert_ne!(first, second);
    desk.verify(&second).await.expect("proven");
    desk.log_in("bob@example.org", PASSWORD).await.expect("logged in");
}

#[tokio::test]
async fn an_address_changes_when_the_new_one_confirms_and_the_old_one_is_told() {
    let desk = desk().await;
    let ada = desk.ada().await;
    desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered");
    let caller = desk.caller(&ada).await;
    let change = |email: &str, password: &str| {
        desk.accounts.change_email(caller, EmailChange { email: email.into(), password: Some(password.into()) })
    };
    let wrong = refused(422, "wrong_password", Some("password"));
    assert_eq!(told(change("new@example.org", "not the password").await), wrong);
    assert_eq!(told(change("new", PASSWORD).await), refused(422, "email_invalid", Some("email")));
    change("bob@example.org", PASSWORD).await.expect("accepted");
    desk.post.mail("already-registered", "bob@example.org").await;
    change("New@example.org", PASSWORD).await.expect("accepted");
    assert_eq!(desk.accounts.me(caller).await.expect("me").email, ADA, "nothing changes before");
    let token = desk.post.token("change-email", "New@example.org").await;
    assert_eq!(desk.verify(&token).await.expect("changed").email, "New@example.org");
    let told_old = desk.post.mail("email-changed", ADA).await;
    assert!(told_old.text.contains("New@example.org"));
    assert_eq!(told(desk.log_in(ADA, PASSWORD).await).1, "wrong_credentials");
    let again = desk.log_in("new@example.org", PASSWORD).await.expect("logged in");
    assert!(again.user.id == ada.user.id && again.user.email_verified);
    assert_eq!(told(desk.verify(&token).await).1, "link_used");
}

#[tokio::test]
async fn an_address_that_was_taken_meanwhile_is_refused_at_its_link() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let change = EmailChange { email: "new@example.org".into(), password: Some(PASSWORD.into()) };
    desk.accounts.change_email(desk.caller(&ada).await, change).await.expect("accepted");
    let token = desk.post.token("change-email", "new@example.org").await;
    desk.register("new@example.org", PASSWORD, "Eve").await.expect("registered");
    assert_eq!(told(desk.verify(&token).await), refused(409, "email_taken", None));
    assert_eq!(desk.log_in(ADA, PASSWORD).await.expect("logged in").user.email, ADA);
}

#[tokio::test]
async fn a_changed_password_keeps_who_changed_it_and_ends_the_others() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let other = desk.log_in(ADA, PASSWORD).await.expect("logged in");
    let caller = desk.caller(&ada).await;
    let change = |old: &str, new: &str| {
        desk.accounts.change_password(caller, PasswordChange { old_password: Some(old.into()), password: new.into() })
    };
    assert_eq!(told(change("not the password", NEW).await), refused(422, "wrong_password", Some("old_password")));
    assert_eq!(told(change(PASSWORD, "short").await), refused(422, "password_weak", Some("password")));
    change(PASSWORD, NEW).await.expect("changed");
    assert!(desk.accounts.authenticate(ada.access_token.clone()).await.is_ok());
    desk.refresh(&refresh_of(&ada)).await.expect("goes on");
    assert_eq!(told(desk.accounts.authenticate(other.access_token).await).1, "session_ended");
    desk.post.mail("password-changed", ADA).await;
    desk.log_in(ADA, NEW).await.expect("logged in");
    for _ in 0..5 {
        assert_eq!(told(change(PASSWORD, NEW).await).1, "wrong_password");
    }
    assert_eq!(told(change(PASSWORD, NEW).await), refused(429, "too_many_attempts", None));
}

#[tokio::test]
async fn mails_speak_the_language_of_their_account() {
    let desk = desk().await;
    let german = Device { languages: Some("de-AT,en;q=0.5".into()), ..Device::default() };
    desk.try_registering("eva@example.org", german).await.expect("registered");
    let mail = desk.post.mail("verify-email", "eva@example.org").await;
    assert!(mail.language == "de" && mail.subject.starts_with("Bestätige"), "{mail:?}");
    desk.ask_reset("eva@example.org").await.expect("accepted");
    assert_eq!(desk.post.mail("reset-password", "eva@example.org").await.language, "de");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_cannot_go_now_goes_later_and_one_that_never_can_is_given_up() {
    let desk = desk().await;
    desk.post.is_away.store(true, SeqCst);
    desk.ada().await;
    for (tried, wait) in [(1, 45), (2, 90), (3, 300)] {
        desk.post.tried(tried).await;
        desk.later(wait - 1).await;
        if tried == 3 {
            desk.post.is_away.store(false, SeqCst);
        }
        desk.later(1).await;
    }
    let mail = desk.post.mail("verify-email", ADA).await;
    desk.verify(&token_in(&mail)).await.expect("its link is good from when it was sent");
    desk.post.refuses.store(true, SeqCst);
    desk.ask_reset(ADA).await.expect("accepted");
    desk.post.tried(5).await;
    desk.post.refuses.store(false, SeqCst);
    desk.ask_reset(ADA).await.expect("accepted");
    desk.post.mail("reset-password", ADA).await;
    desk.clock.advance_seconds(24 * 3_600);
    desk.ask_reset(ADA).await.expect("accepted");
    desk.post.mail("reset-password", ADA).await;
    desk.post.tried(7).await;
    assert_eq!(desk.post.count(), 0, "what was refused for good didn't come back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_tried_eight_times_and_outlives_a_restart() {
    let desk = desk().await;
    desk.post.is_away.store(true, SeqCst);
    desk.ada().await;
    desk.post.tried(1).await;
    let restarted = common::open(&desk.scratch, &desk.outside, &desk.post).await;
    for tried in 2..=8 {
        desk.later(14_400).await;
        desk.post.tried(tried).await;
    }
    desk.post.is_away.store(false, SeqCst);
    desk.clock.advance_seconds(24 * 3_600);
    restarted.ask_password_reset(ADA.into(), Device::default()).await.expect("accepted");
    desk.post.mail("reset-password", ADA).await;
    assert_eq!(desk.post.count(), 0, "it was given up");
}
