//! Who may register, by every way that an operator may choose.

#[allow(dead_code, reason = "the other tests need the rest")]
mod common;

use accounts_contract::{
    Device, Hand, Registered, Registration, RegistrationCodeDraft, RegistrationMode, RegistrationRules,
    RegistrationSource,
};
use common::{Desk, GUILD_INVITE, OLD_GUILD_INVITE, PASSWORD, desk, desk_with, refused, told};
use kernel::{Limit, Result};

async fn register(desk: &Desk, email: &str, invite: Option<&str>) -> Result<Registered> {
    let (email, password, display_name) = (email.into(), PASSWORD.into(), "Someone".into());
    let registration = Registration { email, password, display_name, invite: invite.map(Into::into) };
    desk.accounts.register(registration, Device::default()).await
}

async fn say(desk: &Desk, mode: RegistrationMode, domains: &[&str]) {
    let allowed_email_domains = domains.iter().map(|&domain| domain.into()).collect();
    let rules = RegistrationRules { mode, allowed_email_domains };
    desk.accounts.set_registration(Hand::CommandLine, Some(rules)).await.expect("said");
}

async fn code(desk: &Desk, max_uses: Option<u32>, expires_in: Option<u32>) -> accounts_contract::RegistrationCode {
    let draft = RegistrationCodeDraft { note: Some("the club".into()), max_uses, expires_in };
    desk.accounts.make_registration_code(Hand::CommandLine, draft).await.expect("made")
}

#[tokio::test]
async fn a_closed_place_lets_its_first_in_and_nobody_else() {
    let desk = desk().await;
    say(&desk, RegistrationMode::Closed, &["example.com"]).await;
    let terms = desk.accounts.registration().await.expect("asked");
    assert_eq!((terms.mode, terms.invite_needed), (RegistrationMode::Open, false), "to set it up");
    register(&desk, "ada@example.org", None).await.expect("the first");
    assert_eq!(desk.accounts.registration().await.expect("asked").mode, RegistrationMode::Closed);
    let made = code(&desk, None, None).await;
    for invite in [None, Some(&*made.code), Some(GUILD_INVITE)] {
        let closed = register(&desk, "bob@example.com", invite).await;
        assert_eq!(told(closed), refused(403, "registration_closed", None));
    }
}

#[tokio::test]
async fn a_place_by_invitation_takes_codes_and_guild_invites() {
    let desk = desk().await;
    desk.ada().await;
    say(&desk, RegistrationMode::Invite, &[]).await;
    assert!(desk.accounts.registration().await.expect("asked").invite_needed);
    let refusal = async |invite: Option<&str>| told(register(&desk, "bob@example.org", invite).await);
    assert_eq!(refusal(None).await, refused(403, "invite_needed", Some("invite")));
    assert_eq!(refusal(Some(" ")).await, refused(403, "invite_needed", Some("invite")));
    assert_eq!(refusal(Some("made-up")).await, refused(404, "invite_unknown", Some("invite")));
    assert_eq!(refusal(Some(OLD_GUILD_INVITE)).await, refused(410, "invite_used_up", Some("invite")));
    register(&desk, "guest@example.org", Some(GUILD_INVITE)).await.expect("by a guild's invite");

    let once = code(&desk, Some(1), Some(600)).await;
    assert_eq!(once.code.len(), 22, "128 bits");
    assert_eq!(once.link, format!("https://chat.example.org/register?invite={}", once.code));
    let taken = register(&desk, "ada@example.org", Some(&once.code)).await;
    assert_eq!(told(taken), refused(409, "email_taken", Some("email")));
    register(&desk, "bob@example.org", Some(&format!(" {} ", once.code))).await.expect("by a code");
    let again = register(&desk, "cid@example.org", Some(&once.code)).await;
    assert_eq!(told(again), refused(410, "invite_used_up", Some("invite")));
    let page = desk.accounts.registration_codes(Hand::CommandLine, None, Limit::parse(None).expect("a limit")).await;
    let listed = page.expect("asked").items.remove(0);
    assert_eq!((listed.uses, listed.works, listed.used_by.len()), (1, false, 1));
    let bob = desk.accounts.show_account(Hand::CommandLine, listed.used_by[0].user).await.expect("asked");
    assert_eq!((&*bob.account.email, bob.registered_with), ("bob@example.org", Some(once.id)));

    let (late, revoked) = (code(&desk, None, Some(60)).await, code(&desk, None, None).await);
    desk.clock.advance_seconds(60);
    desk.accounts.revoke_registration_code(Hand::CommandLine, revoked.id).await.expect("revoked");
    for over in [late, revoked] {
        let refused_now = register(&desk, "dan@example.org", Some(&over.code)).await;
        assert_eq!(told(refused_now), refused(410, "invite_used_up", Some("invite")));
    }
}

#[tokio::test]
async fn a_code_does_not_tell_whose_address_is_taken() {
    let desk = desk_with(true).await;
    desk.ada().await;
    say(&desk, RegistrationMode::Invite, &[]).await;
    for email in ["ada@example.org", "free@example.org"] {
        let once = code(&desk, Some(1), None).await;
        let answer = register(&desk, email, Some(&once.code)).await.expect("accepted");
        assert!(matches!(answer, Registered::CheckEmail), "{email}");
        let again = register(&desk, "other@example.org", Some(&once.code)).await;
        assert_eq!(told(again), refused(410, "invite_used_up", Some("invite")), "{email}");
    }
}

#[tokio::test]
async fn only_addresses_of_some_domains_are_taken() {
    let desk = desk().await;
    let ada = desk.ada().await;
    say(&desk, RegistrationMode::Open, &[" @Example.com ", "example.com", "club.example"]).await;
    let terms = desk.accounts.registration().await.expect("asked");
    assert_eq!(terms.allowed_email_domains, ["example.com", "club.example"]);
    for email in ["bob@example.org", "bob@sub.example.com", "bob@example.com.evil.example"] {
        let refusal = register(&desk, email, None).await;
        assert_eq!(told(refusal), refused(422, "email_domain_refused", Some("email")), "{email}");
    }
    register(&desk, "bob@EXAMPLE.com", None).await.expect("one of them");
    let caller = desk.caller(&ada).await;
    let change = accounts_contract::EmailChange { email: "ada@example.net".into(), password: Some(PASSWORD.into()) };
    let moved = desk.accounts.change_email(caller, change).await;
    assert_eq!(told(moved), refused(422, "email_domain_refused", Some("email")));
}

#[tokio::test]
async fn the_settings_file_holds_until_an_operator_speaks() {
    let desk = desk().await;
    desk.ada().await;
    let ask = async || desk.accounts.registration_settings(Hand::CommandLine).await.expect("asked");
    assert_eq!((ask().await.source, ask().await.changed_at), (RegistrationSource::SettingsFile, None));
    say(&desk, RegistrationMode::Closed, &[]).await;
    let said = ask().await;
    assert_eq!((said.source, said.rules.mode), (RegistrationSource::Operator, RegistrationMode::Closed));
    assert_eq!(said.settings_file.mode, RegistrationMode::Open);
    desk.accounts.set_registration(Hand::CommandLine, None).await.expect("forgotten");
    assert_eq!(ask().await.source, RegistrationSource::SettingsFile);
    let nonsense = RegistrationRules { allowed_email_domains: vec!["no domain".into()], ..Default::default() };
    let refusal = desk.accounts.set_registration(Hand::CommandLine, Some(nonsense)).await;
    assert_eq!(told(refusal), refused(422, "domain_invalid", Some("allowed_email_domains")));
    for (draft, code, field) in [
        (RegistrationCodeDraft { max_uses: Some(0), ..Default::default() }, "max_uses_out_of_range", "max_uses"),
        (RegistrationCodeDraft { expires_in: Some(1), ..Default::default() }, "expires_in_out_of_range", "expires_in"),
        (RegistrationCodeDraft { note: Some("a\nb".into()), ..Default::default() }, "note_unusable", "note"),
    ] {
        let refusal = desk.accounts.make_registration_code(Hand::CommandLine, draft).await;
        assert_eq!(told(refusal), refused(422, code, Some(field)));
    }
}
