//! The service from outside, on SQLite, with a clock that is set by hand, light password hashes and mails that are held.

use accounts::{Config, Deps, Invites, KeyPlace, Mailing};
use accounts_contract::{Accounts, Credentials, Device, Registered, Registration, SignedIn};
use engine_bus::{MemoryBus, MemoryFanout};
use engine_sql::{Outside, testing::Scratch};
use kernel::{Caller, Kind, Problem, Timestamp};
use people_contract::People;
use ports::{Mail, Mailer, ManualClock, OsRandom, Undelivered};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering::SeqCst},
};
use tokio::sync::Notify;

pub(crate) const PASSWORD: &str = "correct horse battery";

/// Keeps mails, and may be away.
#[derive(Default)]
pub(crate) struct Post {
    reaches_people: bool,
    mails: Mutex<Vec<Mail>>,
    came: Notify,
    pub(crate) is_away: AtomicBool,
    pub(crate) refuses: AtomicBool,
    tried: Mutex<u32>,
}

#[async_trait::async_trait]
impl Mailer for Post {
    async fn send(&self, mail: &Mail) -> Result<(), Undelivered> {
        *self.tried.lock().expect("no panic") += 1;
        let answer = match (self.is_away.load(SeqCst), self.refuses.load(SeqCst)) {
            (true, _) => Err(Undelivered::Later("away".into())),
            (_, true) => Err(Undelivered::Never("refused".into())),
            _ => {
                self.mails.lock().expect("no panic").push(mail.clone());
                Ok(())
            }
        };
        self.came.notify_waiters();
        answer
    }
    fn reaches_people(&self) -> bool {
        self.reaches_people
    }
}

impl Post {
    pub(crate) fn new(reaches_people: bool) -> Self {
        Self { reaches_people, ..Self::default() }
    }

    /// Waits until something is true of what was tried and what came.
    async fn until<T>(&self, found: impl Fn(u32, &[Mail]) -> Option<T>) -> T {
        loop {
            let came = self.came.notified();
            tokio::pin!(came);
            came.as_mut().enable();
            let now = found(*self.tried.lock().expect("no panic"), &self.mails.lock().expect("no panic"));
            match now {
                Some(found) => return found,
                None => came.await,
            }
        }
    }

    /// Waits for so many attempts since the beginning.
    pub(crate) async fn tried(&self, times: u32) {
        self.until(|tried, _| (tried >= times).then_some(())).await;
    }

    /// Waits for a mail about something to someone, and takes it away.
    pub(crate) async fn mail(&self, about: &str, to: &str) -> Mail {
        let mail = self.until(|_, mails| mails.iter().find(|m| m.about == about && m.to == to).cloned()).await;
        self.mails.lock().expect("no panic").retain(|kept| kept.id != mail.id);
        mail
    }

    /// The token of the link in the next mail about something.
    pub(crate) async fn token(&self, about: &str, to: &str) -> String {
        token_in(&self.mail(about, to).await)
    }

    pub(crate) fn count(&self) -> usize {
        self.mails.lock().expect("no panic").len()
    }
}

pub(crate) fn token_in(mail: &Mail) -> String {
    let link = mail.text.lines().find(|line| line.starts_with("https://chat.example.org/")).expect("a link");
    link.split_once('#').expect("a token").1.to_owned()
}

pub(crate) struct Desk {
    pub(crate) accounts: Arc<dyn Accounts>,
    pub(crate) post: Arc<Post>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) outside: Outside,
    pub(crate) scratch: [Scratch; 2],
}

pub(crate) fn config() -> Config {
    Config { argon2_memory_kib: 64, argon2_passes: 1, ..Config::default() }
}

/// Mail goes into a folder: everyone gets in at once.
pub(crate) async fn desk() -> Desk {
    desk_with(false).await
}

pub(crate) async fn desk_with(reaches_people: bool) -> Desk {
    let clock = Arc::new(ManualClock::at(Timestamp(1_767_225_600_000)));
    let outside = Outside {
        clock: clock.clone(),
        random: Arc::new(OsRandom),
        fanout: Arc::new(MemoryFanout::default()),
        bus: Arc::new(MemoryBus::default()),
    };
    let scratch = [engine_sql::testing::sqlite().await, engine_sql::testing::sqlite().await];
    let post = Arc::new(Post::new(reaches_people));
    let accounts = open(&scratch, &outside, &post).await;
    Desk { accounts, post, clock, outside, scratch }
}

/// One guild invite works, one has worked.
struct Guild;

pub(crate) const GUILD_INVITE: &str = "a-guild-invite";
pub(crate) const OLD_GUILD_INVITE: &str = "an-old-guild-invite";

#[async_trait::async_trait]
impl Invites for Guild {
    async fn check(&self, code: &str) -> kernel::Result<()> {
        match code {
            GUILD_INVITE => Ok(()),
            OLD_GUILD_INVITE => Err(Problem::new(Kind::Gone, "invite_expired", "It has expired.")),
            _ => Err(Problem::not_found("invite")),
        }
    }
}

/// A folder that nobody else has: a ledger of who was erased in one test would erase people of others, whose ids are the same.
fn no_blobs() -> std::path::PathBuf {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    std::env::temp_dir().join(format!("guildhall-test-no-blobs-{}-{next}", std::process::id()))
}

/// Mails go to `post`, and there are no blobs.
pub(crate) async fn deps(people: Arc<dyn People>, post: &Arc<Post>) -> Deps {
    let mail = Mailing { mailer: post.clone(), public_url: "https://chat.example.org".into() };
    let folder = no_blobs();
    let blobs = Arc::new(engine_blobs::LocalBlobs::open(folder).await.expect("nothing there"));
    Deps { people, holders: Vec::new(), invites: Arc::new(Guild), mail, blobs, key_place: KeyPlace::Database }
}

pub(crate) async fn open(scratch: &[Scratch; 2], outside: &Outside, post: &Arc<Post>) -> Arc<dyn Accounts> {
    let people =
        people::build(scratch[0].database.clone(), outside, people::Deps::new(Arc::new(files_contract::Nowhere)))
            .await
            .expect("people");
    accounts::build(scratch[1].database.clone(), outside, deps(people, post).await, config()).await.expect("accounts")
}

pub(crate) fn from(address: &str) -> Device {
    let user_agent = Some("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".into());
    Device { user_agent, address: Some(address.into()), languages: None }
}

impl Desk {
    pub(crate) async fn try_registering(&self, email: &str, device: Device) -> kernel::Result<Registered> {
        let display_name = email.split('@').next().unwrap_or_default().into();
        let registration = Registration { email: email.into(), password: PASSWORD.into(), display_name, invite: None };
        self.accounts.register(registration, device).await
    }

    pub(crate) async fn register(&self, email: &str, password: &str, name: &str) -> kernel::Result<SignedIn> {
        let (email, password, display_name) = (email.into(), password.into(), name.into());
        let registration = Registration { email, password, display_name, invite: None };
        let device = Device { user_agent: Some("a test".into()), ..Device::default() };
        match self.accounts.register(registration, device).await? {
            Registered::SignedIn(signed_in) => Ok(*signed_in),
            Registered::CheckEmail => panic!("not signed in"),
        }
    }

    pub(crate) async fn ada(&self) -> SignedIn {
        self.register("Ada@Example.org", PASSWORD, "Ada").await.expect("registered")
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> kernel::Result<SignedIn> {
        let credentials = Credentials { email: email.into(), password: password.into() };
        let logged_in = self.accounts.log_in(credentials, Device::default()).await?;
        Ok(logged_in.signed_in().expect("no second factor"))
    }

    pub(crate) async fn caller(&self, signed_in: &SignedIn) -> Caller {
        self.accounts.authenticate(signed_in.access_token.clone()).await.expect("good").caller
    }

    pub(crate) async fn refresh(&self, token: &str) -> kernel::Result<SignedIn> {
        self.accounts.refresh(token.into(), None).await
    }
}

pub(crate) fn refresh_of(signed_in: &SignedIn) -> String {
    signed_in.refresh_token.clone().expect("a refresh token")
}

pub(crate) fn told<T: std::fmt::Debug>(result: kernel::Result<T>) -> (u16, String, Option<String>) {
    let Problem { kind, code, field, .. } = result.expect_err("refused");
    (kind.status(), code.into_owned(), field.map(Into::into))
}

pub(crate) fn refused(status: u16, code: &str, field: Option<&str>) -> (u16, String, Option<String>) {
    (status, code.into(), field.map(Into::into))
}
