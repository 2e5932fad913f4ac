//! Authenticator apps and recovery codes.

#[allow(dead_code, reason = "the other tests need the rest")]
mod common;

use accounts_contract::{
    ActKind, ActQuery, Credentials, Device, Hand, LoggedIn, PasswordChange, PasswordReset, Proof, SecondFactor,
    SignedIn,
};
use common::{Desk, PASSWORD, desk, open, refused, told};
use hmac::{Hmac, Mac};
use kernel::{Caller, Limit, Result};
use sha1::Sha1;

const ADA: &str = "Ada@Example.org";
const NEW: &str = "another horse entirely";

/// An authenticator app that was told the secret as people type it in.
struct App(Vec<u8>);

impl App {
    fn told(secret: &str) -> Self {
        let value = |c: u8| if c >= b'A' { c - b'A' } else { c - b'2' + 26 };
        let bits: String = secret.bytes().map(|c| format!("{:05b}", value(c))).collect();
        Self(bits.as_bytes().chunks_exact(8).map(byte).collect())
    }

    fn shows(&self, seconds: i64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("a key");
        mac.update(&(seconds / 30).to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let at = usize::from(hash[19] & 15);
        let number = u32::from_be_bytes(hash[at..at + 4].try_into().expect("four bytes")) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }
}

fn byte(bits: &[u8]) -> u8 {
    bits.iter().fold(0, |byte, bit| byte << 1 | (bit - b'0'))
}

impl Desk {
    /// Turns on an app, and answers it with the recovery codes. The next period has begun.
    async fn app(&self, caller: Caller) -> (App, Vec<String>) {
        let app = App::told(&self.accounts.begin_totp(caller).await.expect("begun").secret);
        let codes = self.accounts.confirm_totp(caller, self.code(&app)).await.expect("confirmed").codes;
        self.clock.advance_seconds(30);
        (app, codes)
    }

    fn code(&self, app: &App) -> String {
        app.shows(self.outside.clock.now().unix_seconds())
    }

    /// The first step of logging in.
    async fn challenge(&self, password: &str) -> String {
        let credentials = Credentials { email: ADA.into(), password: password.into() };
        match self.accounts.log_in(credentials, Device::default()).await.expect("the password is right") {
            LoggedIn::SecondFactor(needed) => needed.challenge,
            LoggedIn::SignedIn(_) => panic!("no second factor was asked for"),
        }
    }

    async fn answer(&self, challenge: &str, code: &str) -> Result<SignedIn> {
        let step = SecondFactor { challenge: challenge.into(), code: code.into() };
        self.accounts.second_factor(step, Device::default()).await
    }

    async fn log_in_with(&self, code: &str) -> Result<SignedIn> {
        self.answer(&self.challenge(PASSWORD).await, code).await
    }
}

#[tokio::test]
async fn an_app_is_asked_for_from_when_its_first_code_came() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let caller = desk.caller(&ada).await;
    let draft = desk.accounts.begin_totp(caller).await.expect("begun");
    assert_eq!(draft.secret.len(), 32);
    let issuer = "Guildhall%20chat%2Eexample%2Eorg";
    assert!(draft.url.starts_with(&format!("otpauth://totp/{issuer}:Ada%40Example%2Eorg?secret={}&", draft.secret)));
    desk.log_in(ADA, PASSWORD).await.expect("it isn't confirmed");
    let wrong = told(desk.accounts.confirm_totp(caller, "000000".into()).await);
    assert_eq!(wrong, refused(422, "code_wrong", Some("code")));
    let app = App::told(&draft.secret);
    let codes = desk.accounts.confirm_totp(caller, desk.code(&app)).await.expect("confirmed").codes;
    assert_eq!(codes.len(), 10);
    let own = desk.accounts.credentials(caller).await.expect("told");
    assert_eq!((own.password, own.totp, own.recovery_codes_left), (true, true, 10));
    assert_eq!(told(desk.accounts.begin_totp(caller).await), refused(409, "totp_on", None));
    assert_eq!(told(desk.accounts.confirm_totp(caller, desk.code(&app)).await).1, "totp_on");
    desk.post.mail("authenticator-on", ADA).await;

    let replayed = told(desk.log_in_with(&desk.code(&app)).await);
    assert_eq!(replayed, refused(422, "code_used", Some("code")), "it confirmed already");
    desk.clock.advance_seconds(30);
    let code = desk.code(&app);
    assert_eq!(desk.log_in_with(&code).await.expect("signed in").user.id, ada.user.id);
    assert_eq!(told(desk.log_in_with(&code).await).1, "code_used");
    desk.accounts.end_totp(caller).await.expect("off");
    desk.accounts.end_totp(caller).await.expect("and again");
    desk.post.mail("authenticator-off", ADA).await;
    desk.log_in(ADA, PASSWORD).await.expect("nothing more is asked for");
    assert_eq!(desk.accounts.credentials(caller).await.expect("told").recovery_codes_left, 0);
}

#[tokio::test]
async fn clocks_may_differ_by_one_period() {
    let desk = desk().await;
    let (app, _) = desk.app(desk.caller(&desk.ada().await).await).await;
    desk.clock.advance_seconds(300);
    let now = desk.outside.clock.now().unix_seconds();
    for seconds in [now - 60, now + 60] {
        assert_eq!(told(desk.log_in_with(&app.shows(seconds)).await), refused(422, "code_wrong", Some("code")));
    }
    for seconds in [now - 30, now, now + 30] {
        desk.log_in_with(&app.shows(seconds)).await.expect("signed in");
    }
    assert_eq!(told(desk.log_in_with(&app.shows(now)).await).1, "code_used", "none before one that was taken");
}

#[tokio::test]
async fn recovery_codes_are_good_once_and_renewable() {
    let desk = desk().await;
    let caller = desk.caller(&desk.ada().await).await;
    assert_eq!(told(desk.accounts.renew_recovery_codes(caller).await), refused(409, "totp_off", None));
    let (_, codes) = desk.app(caller).await;
    desk.log_in_with(&codes[0].to_uppercase().replace('-', " ")).await.expect("signed in");
    assert_eq!(told(desk.log_in_with(&codes[0]).await), refused(422, "code_wrong", Some("code")));
    assert_eq!(desk.accounts.credentials(caller).await.expect("told").recovery_codes_left, 9);
    let fresh = desk.accounts.renew_recovery_codes(caller).await.expect("renewed").codes;
    assert_eq!(told(desk.log_in_with(&codes[1]).await).1, "code_wrong");
    desk.log_in_with(&fresh[1]).await.expect("signed in");
}

#[tokio::test]
async fn a_challenge_is_good_once_for_a_while_and_for_its_password() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let caller = desk.caller(&ada).await;
    let (_, codes) = desk.app(caller).await;
    let unknown = refused(422, "challenge_unknown", Some("challenge"));
    let first = desk.challenge(PASSWORD).await;
    desk.answer(&first, &codes[0]).await.expect("signed in");
    assert_eq!(told(desk.answer(&first, &codes[1]).await), refused(410, "challenge_used", Some("challenge")));

    let late = desk.challenge(PASSWORD).await;
    desk.clock.advance_seconds(300);
    assert_eq!(told(desk.answer(&late, &codes[2]).await), refused(410, "challenge_expired", Some("challenge")));

    let mut changed = desk.challenge(PASSWORD).await;
    changed.replace_range(3..4, if &changed[3..4] == "A" { "B" } else { "A" });
    let cut = &late[..late.len() - 4];
    for made_up in ["", "x", &"A".repeat(86), cut, &changed, &"A".repeat(100_000)] {
        assert_eq!(told(desk.answer(made_up, &codes[2]).await), unknown);
    }
    let foreign = common::desk().await;
    foreign.app(foreign.caller(&foreign.ada().await).await).await;
    assert_eq!(told(desk.answer(&foreign.challenge(PASSWORD).await, &codes[2]).await), unknown);

    let old = desk.challenge(PASSWORD).await;
    let change = PasswordChange { old_password: None, password: NEW.into() };
    desk.accounts.change_password(caller, change).await.expect("changed");
    assert_eq!(told(desk.answer(&old, &codes[2]).await), unknown, "it was for another password");

    let elsewhere = desk.challenge(NEW).await;
    let node = open(&desk.scratch, &desk.outside, &desk.post).await;
    let step = SecondFactor { challenge: elsewhere, code: codes[2].clone() };
    node.second_factor(step, Device::default()).await.expect("any node knows it");
}

#[tokio::test]
async fn wrong_codes_make_the_next_ones_wait_also_for_who_begins_anew() {
    let desk = desk().await;
    let (_, codes) = desk.app(desk.caller(&desk.ada().await).await).await;
    for n in 0..5 {
        let wrong = ["000000", "nonsense", "", "0000-0000-0000", "12345678"][n];
        assert_eq!(told(desk.log_in_with(wrong).await), refused(422, "code_wrong", Some("code")));
    }
    assert_eq!(told(desk.log_in_with(&codes[0]).await), refused(429, "too_many_attempts", None));
    desk.clock.advance_seconds(2);
    desk.log_in_with(&codes[0]).await.expect("signed in");
}

#[tokio::test]
async fn where_an_app_is_on_a_proof_takes_both() {
    let desk = desk().await;
    let caller = desk.caller(&desk.ada().await).await;
    let (app, codes) = desk.app(caller).await;
    desk.clock.advance_seconds(600);
    let needed = refused(403, "proof_needed", None);
    assert_eq!(told(desk.accounts.end_totp(caller).await), needed);
    assert_eq!(told(desk.accounts.renew_recovery_codes(caller).await), needed);
    let change = |old: Option<&str>| {
        let change = PasswordChange { old_password: old.map(Into::into), password: NEW.into() };
        desk.accounts.change_password(caller, change)
    };
    assert_eq!(told(change(Some(PASSWORD)).await), needed, "the password alone isn't enough");
    let prove = |password: &str, code: Option<String>| {
        desk.accounts.prove(caller, Proof { password: Some(password.into()), code, passkey: None })
    };
    assert_eq!(told(prove(PASSWORD, None).await), refused(422, "code_missing", Some("code")));
    assert_eq!(told(prove("wrong", Some(desk.code(&app))).await), refused(422, "wrong_password", Some("password")));
    assert_eq!(told(prove(PASSWORD, Some("000000".into())).await), refused(422, "code_wrong", Some("code")));
    prove(PASSWORD, Some(desk.code(&app))).await.expect("proven");
    change(Some(PASSWORD)).await.expect("changed");
    desk.clock.advance_seconds(601);
    prove(NEW, Some(codes[0].clone())).await.expect("proven");
    desk.accounts.end_totp(caller).await.expect("off");
}

#[tokio::test]
async fn a_reset_by_mail_keeps_it_on() {
    let desk = desk().await;
    let (_, codes) = desk.app(desk.caller(&desk.ada().await).await).await;
    desk.accounts.ask_password_reset(ADA.into(), Device::default()).await.expect("accepted");
    let token = desk.post.token("reset-password", ADA).await;
    let reset = PasswordReset { token, password: NEW.into() };
    desk.accounts.reset_password(reset, Device::default()).await.expect("set");
    desk.answer(&desk.challenge(NEW).await, &codes[0]).await.expect("signed in");
}

#[tokio::test]
async fn the_operator_turns_it_off_for_who_lost_all() {
    let desk = desk().await;
    let operator = desk.caller(&desk.register("op@example.org", PASSWORD, "Op").await.expect("registered")).await;
    let ada = desk.ada().await;
    let caller = desk.caller(&ada).await;
    desk.app(caller).await;
    let by = |caller| Hand::Person { caller, address: Some("203.0.113.7".into()) };
    assert_eq!(told(desk.accounts.end_totp_of(by(caller), ada.user.id).await), refused(403, "operator_needed", None));
    let seen = desk.accounts.show_account(by(operator), ada.user.id).await.expect("seen");
    assert!(seen.has_authenticator);
    desk.accounts.end_totp_of(by(operator), ada.user.id).await.expect("off");
    desk.post.mail("factors-removed", ADA).await;
    assert!(!desk.accounts.show_account(by(operator), ada.user.id).await.expect("seen").has_authenticator);
    let noted = desk.accounts.acts(by(operator), ActQuery::default(), None, Limit::parse(None).expect("a limit")).await;
    let noted = noted.expect("acts").items.remove(0);
    assert_eq!(
        (noted.kind, noted.user, &*noted.place),
        (ActKind::SecondFactorRemoved, Some(ada.user.id), "203.0.113.*")
    );
    desk.log_in(ADA, PASSWORD).await.expect("nothing more is asked for");
    assert_eq!(told(desk.accounts.end_totp_of(by(operator), kernel::UserId(1)).await).0, 404);
    desk.clock.advance_seconds(601);
    assert_eq!(told(desk.accounts.end_totp_of(by(operator), ada.user.id).await), refused(403, "proof_needed", None));
}

#[tokio::test]
async fn rotated_keys_ask_nobody_anything() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let caller = desk.caller(&ada).await;
    let (app, _) = desk.app(caller).await;
    let bob = desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered");
    let by = |caller| Hand::Person { caller, address: None };
    let refusal = desk.accounts.rotate_keys(by(desk.caller(&bob).await)).await;
    assert_eq!(told(refusal), refused(403, "operator_needed", None));
    // One more process on the same database.
    let other = open(&desk.scratch, &desk.outside, &desk.post).await;
    let kids = async || -> Vec<String> {
        desk.accounts.public_keys().await.expect("told").keys.into_iter().map(|key| key.kid).collect()
    };
    let before = kids().await;
    for round in 1..=3 {
        let rotated = desk.accounts.rotate_keys(by(caller)).await.expect("rotated");
        assert_eq!((rotated.sealed_anew, rotated.unreadable, rotated.encryption_renewed), (1, 0, true));
        assert_eq!(kids().await.len(), 1 + round);
        assert_eq!((&kids().await[0], kids().await.last()), (&rotated.kid, before.last()));
        // Who signs in now has a token of the new key, which the other process learns of.
        let signed_in = desk.answer(&desk.challenge(PASSWORD).await, &desk.code(&app)).await.expect("signed in");
        desk.clock.advance_seconds(30);
        assert_eq!(other.authenticate(signed_in.access_token.clone()).await.expect("good").caller.user, ada.user.id);
    }
    for accounts in [&desk.accounts, &other] {
        assert!(accounts.authenticate(ada.access_token.clone()).await.is_ok(), "the oldest token is good yet");
    }
    let limit = Limit::parse(None).expect("a limit");
    let query = ActQuery { kind: Some(ActKind::KeysRotated), ..ActQuery::default() };
    assert_eq!(desk.accounts.acts(by(caller), query, None, limit).await.expect("acts").items.len(), 3);
    desk.clock.advance_seconds(600);
    assert_eq!(told(desk.accounts.authenticate(ada.access_token.clone()).await).1, "token_expired");
    // A process that starts anew has all of them.
    let third = open(&desk.scratch, &desk.outside, &desk.post).await;
    assert_eq!(third.public_keys().await.expect("told").keys.len(), 4);
}

#[tokio::test]
async fn it_is_exported_without_its_secret_and_erased() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let caller = desk.caller(&ada).await;
    let secret = desk.accounts.begin_totp(caller).await.expect("begun").secret;
    let codes = desk.accounts.confirm_totp(caller, desk.code(&App::told(&secret))).await.expect("confirmed").codes;
    let export = format!("{:?}", desk.accounts.export(ada.user.id, None).await.expect("exported"));
    assert!(export.contains("authenticator") && export.contains("recovery_codes_left"));
    for hidden in [&secret, &codes[0], &codes[0].replace('-', "")] {
        assert!(!export.contains(hidden));
    }
    let challenge = desk.challenge(PASSWORD).await;
    desk.accounts.erase(ada.user.id, contract::Wishes::default()).await.expect("erased");
    assert_eq!(told(desk.answer(&challenge, &codes[0]).await).1, "challenge_unknown");
    assert_eq!(desk.accounts.erase(ada.user.id, contract::Wishes::default()).await.expect("again").erased, 0);
}
