//! Accounts: who may sign in.
//!
//! * owns: `accounts`, `first_account`, `sessions`, `used_refresh_tokens`, `secrets`
//! * emits: `account_registered`, `session_started`, `session_ended` on `accounts/user/{id}`
//! * listens to: nothing; every hour it ends the sessions that nobody uses any more
//! * calls: people (`ensure`, when an account is made and again at log-in)

mod authenticate;
mod config;
mod ended;
mod erase;
mod keys;
mod limit;
mod log_in;
mod log_out;
mod passwords;
mod profile;
mod prune;
mod read;
mod refresh;
mod register;
mod rules;
mod service;
mod session;
mod store;

pub use config::Config;

use accounts_contract::Accounts;
use engine_sql::{Database, Ground, Migration, Outside};
use kernel::Result;
use people_contract::People;
use std::sync::Arc;

/// The steps of this service's schema.
pub const MIGRATIONS: &[Migration] =
    &[Migration { version: 100, name: "accounts", sql: include_str!("../migrations/100_accounts.sql") }];

struct Service {
    store: Arc<dyn store::Store>,
    ground: Ground,
    people: Arc<dyn People>,
    config: Config,
    keys: keys::Keys,
    passwords: passwords::Passwords,
    failures: limit::Failures,
    ended: ended::Ended,
}

/// The accounts service on `database`. Refuses settings that can't work.
pub async fn build(
    database: Database,
    outside: &Outside,
    people: Arc<dyn People>,
    config: Config,
) -> Result<Arc<dyn Accounts>> {
    let service = open(database, outside, people, config).await?;
    prune::start(Arc::downgrade(&service));
    Ok(service)
}

async fn open(database: Database, outside: &Outside, people: Arc<dyn People>, config: Config) -> Result<Arc<Service>> {
    config.check()?;
    let ground = Ground::open(database, MIGRATIONS, outside).await?;
    let store = store::open(&ground.database);
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
        failures: limit::Failures::default(),
        ended,
        config,
    }))
}
