//! Accounts: who may sign in.
//!
//! * owns: `accounts`, `first_account`, `sessions`, `used_refresh_tokens`, `secrets`, `links`, `letters`
//! * emits: `account_registered`, `account_changed`, `session_started`, `session_ended` on `accounts/user/{id}`
//! * listens to: nothing; every hour it ends the sessions that nobody uses any more, and it hands over mails that wait
//! * calls: people (`ensure`, when an account is made and again at log-in; `find`, for a new password)

mod ask;
mod authenticate;
mod change_email;
mod config;
mod ended;
mod erase;
mod keys;
mod limit;
mod links;
mod log_in;
mod log_out;
mod mails;
mod outbox;
mod passwords;
mod profile;
mod prune;
mod read;
mod refresh;
mod register;
mod rules;
mod service;
mod session;
mod sessions;
mod set_password;
mod store;
mod verify_email;

pub use config::Config;

use accounts_contract::Accounts;
use engine_sql::{Database, Ground, Migration, Outside};
use kernel::Result;
use people_contract::People;
use ports::Mailer;
use std::sync::Arc;

/// The steps of this service's schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 100, name: "accounts", sql: include_str!("../migrations/100_accounts.sql") },
    Migration { version: 101, name: "verified", sql: include_str!("../migrations/101_verified.sql") },
    Migration { version: 102, name: "links", sql: include_str!("../migrations/102_links.sql") },
    Migration { version: 103, name: "letters", sql: include_str!("../migrations/103_letters.sql") },
    Migration { version: 104, name: "places", sql: include_str!("../migrations/104_places.sql") },
];

/// How mails get to people, and where their links lead.
#[derive(Clone)]
pub struct Mailing {
    pub mailer: Arc<dyn Mailer>,
    /// The address that people see: `https://chat.example.org`.
    pub public_url: Arc<str>,
}

struct Service {
    store: Arc<dyn store::Store>,
    ground: Ground,
    people: Arc<dyn People>,
    config: Config,
    keys: keys::Keys,
    passwords: passwords::Passwords,
    letters: Arc<dyn store::letters::Store>,
    mail: Mailing,
    outbox: outbox::Outbox,
    limits: limit::Limits,
    ended: ended::Ended,
}

impl Service {
    fn requires_verified_email(&self) -> bool {
        self.config.require_verified_email.unwrap_or_else(|| self.mail.mailer.reaches_people())
    }
}

/// The accounts service on `database`. Refuses settings that can't work.
pub async fn build(
    database: Database,
    outside: &Outside,
    people: Arc<dyn People>,
    mail: Mailing,
    config: Config,
) -> Result<Arc<dyn Accounts>> {
    let is_shared = !matches!(database, Database::Sqlite(_));
    let service = open(database, outside, people, mail, config).await?;
    prune::start(Arc::downgrade(&service));
    outbox::start(&service);
    if is_shared {
        ended::follow(Arc::downgrade(&service));
    }
    Ok(service)
}

async fn open(
    database: Database,
    outside: &Outside,
    people: Arc<dyn People>,
    mail: Mailing,
    config: Config,
) -> Result<Arc<Service>> {
    config.check()?;
    let ground = Ground::open(database, MIGRATIONS, outside).await?;
    let (store, letters) = (store::open(&ground.database), store::letters::open(&ground.database));
    let keys = keys::Keys::open(&*store, &*ground.random).await?;
    let since = ended::Ended::since(ground.now(), config.access_token_seconds);
    let ended = ended::Ended::new(store.ended_since(since).await?);
    let passwords = passwords::Passwords::new(&config)?;
    Ok(Arc::new(Service {
        store,
        ground,
        people,
        keys,
        passwords,
        letters,
        mail,
        outbox: outbox::Outbox::default(),
        limits: limit::Limits::default(),
        ended,
        config,
    }))
}

#[cfg(test)]
mod testing {
    use super::Mailing;
    use ports::{Mail, Mailer, Undelivered};
    use std::sync::Arc;

    struct Nowhere;

    #[async_trait::async_trait]
    impl Mailer for Nowhere {
        async fn send(&self, _: &Mail) -> Result<(), Undelivered> {
            Ok(())
        }
        fn reaches_people(&self) -> bool {
            false
        }
    }

    /// Mails go nowhere.
    pub(crate) fn mailing() -> Mailing {
        Mailing { mailer: Arc::new(Nowhere), public_url: "https://chat.example.org".into() }
    }
}
