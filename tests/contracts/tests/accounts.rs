//! What every implementation of the contract `Accounts` must do: run on the service itself and on its gRPC client,
//! which no caller can tell apart.

use accounts_contract::{
    Accounts, AccountsClient, Asserted, Assertion, Attestation, Attested, AuthAnswer, Credentials, Device, EmailChange,
    Hand, LinkRequest, LoggedIn, NewPasskey, PasswordChange, PasswordReset, Proof, Registered, Registration,
    SecondFactor, SignedIn, serve_accounts,
};
use contract::grpc::{Remote, ServiceToken, serve};
use engine_bus::{MemoryBus, MemoryFanout};
use engine_sql::{Outside, testing::Scratch};
use hmac::{Hmac, Mac};
use kernel::{Caller, Kind, PasskeyId, Problem, Result, Timestamp};
use ports::{Clock, Mail, Mailer, ManualClock, OsRandom, Undelivered};
use sha1::Sha1;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

const PASSWORD: &str = "correct horse battery";
const NEW: &str = "another horse entirely";

#[derive(Clone, Copy)]
enum Way {
    Local,
    Grpc,
}

/// Mail reaches people here: what came last is kept.
#[derive(Default)]
struct Post {
    mails: Mutex<Vec<Mail>>,
    came: Notify,
}

#[contract::reexport::async_trait]
impl Mailer for Post {
    async fn send(&self, mail: &Mail) -> Result<(), Undelivered> {
        self.mails.lock().expect("no panic").push(mail.clone());
        self.came.notify_one();
        Ok(())
    }
    fn reaches_people(&self) -> bool {
        true
    }
}

struct NoGuild;

#[contract::reexport::async_trait]
impl accounts::Invites for NoGuild {
    async fn check(&self, _: &str) -> Result<()> {
        Err(Problem::not_found("invite"))
    }
}

struct Desk {
    accounts: Arc<dyn Accounts>,
    post: Arc<Post>,
    clock: Arc<ManualClock>,
    _scratch: [Scratch; 2],
}

/// A folder that nobody else has: a ledger of who was erased in one test would erase people of others, whose ids are the same.
fn no_blobs() -> std::path::PathBuf {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    std::env::temp_dir().join(format!("guildhall-test-no-blobs-{}-{next}", std::process::id()))
}

async fn desk(way: Way) -> Desk {
    let clock = Arc::new(ManualClock::at(Timestamp(1_767_225_600_000)));
    let outside = Outside {
        clock: clock.clone(),
        random: Arc::new(OsRandom),
        fanout: Arc::new(MemoryFanout::default()),
        bus: Arc::new(MemoryBus::default()),
    };
    let scratch = [engine_sql::testing::sqlite().await, engine_sql::testing::sqlite().await];
    let people =
        people::build(scratch[0].database.clone(), &outside, people::Deps::new(Arc::new(files_contract::Nowhere)))
            .await
            .expect("people");
    let config = accounts::Config { argon2_memory_kib: 64, argon2_passes: 1, ..Default::default() };
    let post = Arc::new(Post::default());
    let mail = accounts::Mailing { mailer: post.clone(), public_url: "https://chat.example.org".into() };
    let folder = no_blobs();
    let blobs = Arc::new(engine_blobs::LocalBlobs::open(folder).await.expect("nothing there"));
    let deps = accounts::Deps {
        people,
        holders: Vec::new(),
        invites: Arc::new(NoGuild),
        mail,
        blobs,
        key_place: accounts::KeyPlace::Database,
    };
    let local = accounts::build(scratch[1].database.clone(), &outside, deps, config).await.expect("accounts");
    let accounts: Arc<dyn Accounts> = match way {
        Way::Local => local,
        Way::Grpc => {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let uri = format!("http://{}", listener.local_addr().expect("an address"));
            let token = ServiceToken::new(&"t".repeat(32)).expect("a token");
            tokio::spawn(serve(vec![serve_accounts(local)], token.clone(), listener, std::future::pending()));
            Arc::new(AccountsClient(Remote::new(&uri, token).expect("an address")))
        }
    };
    Desk { accounts, post, clock, _scratch: scratch }
}

impl Desk {
    async fn register(&self, email: &str) -> Result<Registered> {
        let (email, display_name) = (email.to_owned(), "Someone".to_owned());
        let registration = Registration { email, password: PASSWORD.into(), display_name, invite: None };
        self.accounts.register(registration, device()).await
    }

    /// The first account, which gets in at once.
    async fn ada(&self) -> (SignedIn, Caller) {
        let registered = self.register("ada@example.org").await.expect("registered");
        let Registered::SignedIn(ada) = registered else { panic!("not signed in") };
        let caller = self.accounts.authenticate(ada.access_token.clone()).await.expect("good").caller;
        (*ada, caller)
    }

    async fn log_in(&self, email: &str, password: &str) -> Result<SignedIn> {
        let credentials = Credentials { email: email.into(), password: password.into() };
        Ok(self.accounts.log_in(credentials, device()).await?.signed_in().expect("no second factor"))
    }

    /// The token in the mail of that subject.
    async fn token(&self, about: &str, to: &str) -> String {
        loop {
            let found =
                self.post.mails.lock().expect("no panic").iter().find(|m| m.about == about && m.to == to).cloned();
            if let Some(mail) = found {
                let link = mail.text.lines().find(|line| line.starts_with("https://")).expect("a link");
                return link.split_once('#').expect("a token").1.to_owned();
            }
            self.post.came.notified().await;
        }
    }
}

/// What an app shows that was told this secret (RFC 6238).
fn totp(secret: &str, clock: &ManualClock) -> String {
    let value = |c: u8| if c >= b'A' { c - b'A' } else { c - b'2' + 26 };
    let bits: String = secret.bytes().map(|c| format!("{:05b}", value(c))).collect();
    let byte = |bits: &[u8]| bits.iter().fold(0, |byte, bit| byte << 1 | (bit - b'0'));
    let secret: Vec<u8> = bits.as_bytes().chunks_exact(8).map(byte).collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(&secret).expect("a key");
    mac.update(&(clock.now().unix_seconds() / 30).to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes(hash[at..at + 4].try_into().expect("four bytes")) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

fn device() -> Device {
    let user_agent = Some("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/145.0".into());
    Device { user_agent, address: Some("203.0.113.77".into()), languages: Some("de".into()) }
}

fn told<T: std::fmt::Debug>(result: Result<T>) -> (Kind, String, Option<String>) {
    let Problem { kind, code, field, .. } = result.expect_err("refused");
    (kind, code.into_owned(), field.map(Into::into))
}

fn refused(kind: Kind, code: &str, field: Option<&str>) -> (Kind, String, Option<String>) {
    (kind, code.into(), field.map(Into::into))
}

async fn who_registers_goes_on_by_mail(desk: Desk) {
    let (ada, _) = desk.ada().await;
    assert!(ada.user.operator && !ada.user.email_verified);
    for email in ["bob@example.org", "ada@example.org"] {
        assert!(matches!(desk.register(email).await.expect("accepted"), Registered::CheckEmail), "{email}");
    }
    let unproven = desk.log_in("bob@example.org", PASSWORD).await;
    assert_eq!(told(unproven), refused(Kind::Forbidden, "email_unverified", Some("email")));
    desk.accounts.resend_verification("bob@example.org".into(), device()).await.expect("accepted");
    let token = desk.token("verify-email", "bob@example.org").await;
    let proven = desk.accounts.verify_email(token.clone(), device()).await.expect("proven");
    assert_eq!(proven.email, "bob@example.org");
    let again = desk.accounts.verify_email(token, device()).await;
    assert_eq!(told(again), refused(Kind::Gone, "link_used", Some("token")));
    assert!(desk.log_in("bob@example.org", PASSWORD).await.expect("logged in").user.email_verified);
}

async fn a_reset_and_a_change_end_sessions(desk: Desk) {
    let (ada, caller) = desk.ada().await;
    desk.accounts.ask_password_reset("ada@example.org".into(), device()).await.expect("accepted");
    let token = desk.token("reset-password", "ada@example.org").await;
    let reset = |token: &str, password: &str| {
        let reset = PasswordReset { token: token.into(), password: password.into() };
        desk.accounts.reset_password(reset, device())
    };
    let weak = told(reset(&token, "password12").await);
    assert_eq!(weak, refused(Kind::Unprocessable, "password_weak", Some("password")));
    assert_eq!(told(reset("x", NEW).await), refused(Kind::NotFound, "link_unknown", Some("token")));
    reset(&token, NEW).await.expect("set");
    let ended = refused(Kind::Unauthenticated, "session_ended", None);
    assert_eq!(told(desk.accounts.authenticate(ada.access_token).await), ended);
    let [one, other] = [desk.log_in("ada@example.org", NEW).await, desk.log_in("ada@example.org", NEW).await];
    let [one, other] = [one.expect("logged in"), other.expect("logged in")];
    let caller =
        Caller { session: desk.accounts.authenticate(one.access_token).await.expect("good").caller.session, ..caller };
    let change = PasswordChange { old_password: Some(NEW.into()), password: PASSWORD.into() };
    desk.accounts.change_password(caller, change).await.expect("changed");
    assert_eq!(told(desk.accounts.authenticate(other.access_token).await), ended);
    let change = EmailChange { email: "new@example.org".into(), password: Some(PASSWORD.into()) };
    desk.accounts.change_email(caller, change).await.expect("accepted");
    let token = desk.token("change-email", "new@example.org").await;
    desk.accounts.verify_email(token, device()).await.expect("changed");
    assert_eq!(desk.accounts.me(caller).await.expect("me").email, "new@example.org");
}

async fn a_session_is_proven_by_signing_in_and_anew(desk: Desk) {
    let (_, caller) = desk.ada().await;
    assert!(desk.accounts.credentials(caller).await.expect("told").password);
    let change = PasswordChange { old_password: None, password: NEW.into() };
    desk.accounts.change_password(caller, change.clone()).await.expect("proven");
    desk.clock.advance_seconds(601);
    let needed = desk.accounts.change_password(caller, change.clone()).await;
    assert_eq!(told(needed), refused(Kind::Forbidden, "proof_needed", None));
    let prove =
        |password: &str| desk.accounts.prove(caller, Proof { password: Some(password.into()), ..Proof::default() });
    assert_eq!(told(prove(PASSWORD).await), refused(Kind::Unprocessable, "wrong_password", Some("password")));
    prove(NEW).await.expect("proven");
    desk.accounts.change_password(caller, change).await.expect("changed");
}

async fn a_second_factor_is_asked_for_and_taken(desk: Desk) {
    let (ada, caller) = desk.ada().await;
    let draft = desk.accounts.begin_totp(caller).await.expect("begun");
    assert!(draft.url.contains(&draft.secret));
    let wrong = desk.accounts.confirm_totp(caller, "x".into()).await;
    assert_eq!(told(wrong), refused(Kind::Unprocessable, "code_wrong", Some("code")));
    let codes = desk.accounts.confirm_totp(caller, totp(&draft.secret, &desk.clock)).await.expect("confirmed").codes;
    assert_eq!(codes.len(), 10);
    let log_in = async || {
        let credentials = Credentials { email: "ada@example.org".into(), password: PASSWORD.into() };
        desk.accounts.log_in(credentials, device()).await.expect("the password is right")
    };
    let LoggedIn::SecondFactor(needed) = log_in().await else { panic!("it isn't asked for") };
    let step = SecondFactor { challenge: needed.challenge, code: codes[0].clone() };
    assert_eq!(desk.accounts.second_factor(step.clone(), device()).await.expect("signed in").user, ada.user);
    let again = desk.accounts.second_factor(SecondFactor { code: codes[1].clone(), ..step }, device()).await;
    assert_eq!(told(again), refused(Kind::Gone, "challenge_used", Some("challenge")));
    assert_eq!(desk.accounts.renew_recovery_codes(caller).await.expect("renewed").codes.len(), 10);
    let (email, password, display_name) = ("bob@example.org".into(), PASSWORD.into(), "Bob".into());
    let bob = Registration { email, password, display_name, invite: None };
    let bob = desk.accounts.create_account(Hand::CommandLine, bob).await.expect("made").account;
    // Whatever a caller is said to be: it is asked for.
    let stranger = Caller { user: bob.id, ..caller };
    assert_eq!(
        told(desk.accounts.end_totp_of(Hand::Person { caller: stranger, address: None }, caller.user).await).1,
        "operator_needed"
    );
    desk.accounts.end_totp(caller).await.expect("off");
    assert!(matches!(log_in().await, LoggedIn::SignedIn(_)));
}

async fn passkeys_are_asked_for_and_what_is_none_is_refused(desk: Desk) {
    let (_, caller) = desk.ada().await;
    let creation = desk.accounts.passkey_creation(caller).await.expect("options");
    assert_eq!((&*creation.rp.id, &*creation.user.name), ("chat.example.org", "ada@example.org"));
    let own = desk.accounts.passkey_request(Some(caller)).await.expect("options");
    let any = desk.accounts.passkey_request(None).await.expect("options");
    assert!(own.challenge != any.challenge && any.rp_id == creation.rp.id && any.allow_credentials.is_empty());
    let malformed = refused(Kind::Unprocessable, "passkey_malformed", Some("credential"));
    let response =
        Attestation { client_data: "x".into(), attestation_object: "x".into(), transports: vec!["usb".into()] };
    let new = NewPasskey { name: "Key".into(), credential: Attested { id: "x".into(), response } };
    assert_eq!(told(desk.accounts.add_passkey(caller, new).await), malformed);
    let (client_data, authenticator_data, signature) = ("x".into(), "x".into(), "x".into());
    let response = Assertion { client_data, authenticator_data, signature, user_handle: None };
    let passkey = Asserted { id: "x".into(), response };
    assert_eq!(told(desk.accounts.log_in_by_passkey(passkey.clone(), device()).await), malformed);
    let proof = Proof { passkey: Some(passkey), ..Proof::default() };
    assert_eq!(told(desk.accounts.prove(caller, proof).await), malformed);
    let missing = refused(Kind::NotFound, "not_found", None);
    assert_eq!(told(desk.accounts.rename_passkey(caller, PasskeyId(1), "Key".into()).await), missing);
    assert_eq!(told(desk.accounts.remove_passkey(caller, PasskeyId(1)).await), missing);
    let told = desk.accounts.credentials(caller).await.expect("told");
    assert_eq!((told.passkeys, told.passkeys_at.as_deref()), (Vec::new(), Some("https://chat.example.org")));
}

async fn sessions_are_listed_used_and_ended(desk: Desk) {
    let (_, caller) = desk.ada().await;
    let other = desk.log_in("ada@example.org", PASSWORD).await.expect("logged in");
    let elsewhere = Device { address: Some("198.51.100.7".into()), ..device() };
    let token = other.refresh_token.expect("a refresh token");
    let other = desk.accounts.refresh(token, Some(elsewhere)).await.expect("refreshed");
    let listed = desk.accounts.sessions(caller).await.expect("listed");
    let told_of: Vec<_> = listed.iter().map(|s| (&*s.device, &*s.place, s.current)).collect();
    assert_eq!(told_of, [("Firefox on Windows", "203.0.113.*", true), ("Firefox on Windows", "198.51.100.*", false)]);
    let stranger = Caller { user: kernel::UserId(1), ..caller };
    let not_mine = desk.accounts.end_session(stranger, listed[1].id).await;
    assert_eq!(told(not_mine), refused(Kind::NotFound, "not_found", None));
    desk.accounts.end_session(caller, listed[1].id).await.expect("ended");
    assert_eq!(told(desk.accounts.authenticate(other.access_token).await).1, "session_ended");
    desk.accounts.end_sessions(caller, true).await.expect("ended");
    assert_eq!(desk.accounts.sessions(caller).await.expect("listed").len(), 1);
    desk.accounts.end_sessions(caller, false).await.expect("ended");
    assert_eq!(desk.accounts.sessions(caller).await.expect("listed"), []);
}

async fn providers_that_aren_t_there_are_told_alike(desk: Desk) {
    let (_, caller) = desk.ada().await;
    assert_eq!(desk.accounts.providers().await.expect("told"), []);
    let unknown = refused(Kind::NotFound, "provider_unknown", None);
    let begun = desk.accounts.begin_auth("google".into(), Some("/x".into()), None, None, device()).await;
    assert_eq!(told(begun.map(|_| ())), unknown);
    let request = |password: &str| LinkRequest {
        provider: "google".into(),
        password: Some(password.into()),
        ..LinkRequest::default()
    };
    let wrong = desk.accounts.begin_link(caller, request(NEW), None).await;
    assert_eq!(told(wrong.map(|_| ())), refused(Kind::Unprocessable, "wrong_password", Some("password")));
    assert_eq!(told(desk.accounts.begin_link(caller, request(PASSWORD), None).await.map(|_| ())), unknown);
    let answer = AuthAnswer { provider: "google".into(), state: "x".into(), ..AuthAnswer::default() };
    let finished = desk.accounts.finish_auth(answer, Some("kept".into()), device()).await;
    assert_eq!(told(finished), refused(Kind::NotFound, "auth_unknown", None));
    let unlinked = desk.accounts.unlink(caller, kernel::IdentityId(1), None).await;
    assert_eq!(told(unlinked), refused(Kind::NotFound, "not_found", None));
}

async fn limits_say_when_to_come_back(desk: Desk) {
    for _ in 0..3 {
        desk.accounts.ask_password_reset("ada@example.org".into(), device()).await.expect("accepted");
    }
    let limited = desk.accounts.ask_password_reset("ada@example.org".into(), device()).await.expect_err("limited");
    assert_eq!((limited.kind, &*limited.code, limited.retry_after), (Kind::TooMany, "too_many_attempts", Some(60)));
}

macro_rules! suite {
    ($($test:ident),+ $(,)?) => {
        mod local { $( #[tokio::test(flavor = "multi_thread")] async fn $test() { super::$test(super::desk(super::Way::Local).await).await; } )+ }
        mod grpc { $( #[tokio::test(flavor = "multi_thread")] async fn $test() { super::$test(super::desk(super::Way::Grpc).await).await; } )+ }
    };
}

suite!(
    who_registers_goes_on_by_mail,
    a_reset_and_a_change_end_sessions,
    a_session_is_proven_by_signing_in_and_anew,
    a_second_factor_is_asked_for_and_taken,
    passkeys_are_asked_for_and_what_is_none_is_refused,
    providers_that_aren_t_there_are_told_alike,
    sessions_are_listed_used_and_ended,
    limits_say_when_to_come_back,
);
