//! Accounts: who may sign in.
//!
//! * owns: `accounts`, `first_account`, `sessions`, `used_refresh_tokens`, `secrets`, `links`, `letters`, `deletions`,
//!   `exports`, `totp`, `recovery_codes`, `used_challenges`, `passkeys`, `suspensions`, `registration_rules`, `registration_codes`,
//!   `registration_code_uses`, `acts`, `identities`, `auth_requests`, `signing_keys`
//! * emits: `account_registered`, `account_changed`, `session_started`, `session_ended`, `deletion_requested`,
//!   `deletion_cancelled` on `accounts/user/{id}`
//! * listens to: nothing; every hour it ends the sessions that nobody uses any more, and it hands over mails that wait
//! * calls: people (`ensure`, when an account is made and again at log-in; `find`, for a new password; `named` and
//!   `profiles`, for operators); guilds (`preview_invite`, when somebody registers by an invite); every service that
//!   holds something of a person (`export`, for its archive; `erase` and `scrub`, when an account is deleted)

mod archive;
mod ask;
mod auth_secrets;
mod authenticate;
mod authenticator;
mod begin_auth;
mod cancel_deletion;
mod challenges;
mod change_email;
mod config;
mod delete_account;
mod ended;
mod erase;
mod finish_auth;
mod identities;
mod keys;
mod leaving;
mod limit;
mod links;
mod log_in;
mod log_out;
mod mails;
mod operating;
mod outbox;
mod passkeys;
mod passwords;
mod profile;
mod proof;
mod providers;
mod prune;
mod read;
mod refresh;
mod register;
mod registration;
mod rotate_keys;
mod rules;
mod second_factor;
mod service;
mod session;
mod sessions;
mod set_language;
mod set_password;
mod signatures;
mod staff;
mod store;
mod vault;
mod verify_email;
mod webauthn;

pub use config::{Config, Provider, ProviderKind, Secret};
pub use leaving::{Holder, holder};
pub use providers::{Examined, examine};
pub use registration::Invites;
pub use vault::KeyPlace;

use accounts_contract::Accounts;
use engine_sql::{Database, Ground, Migration, Outside};
use kernel::Result;
use people_contract::People;
use ports::{Blobs, Mailer};
use std::sync::Arc;

/// The steps of this service's schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 100, name: "accounts", sql: include_str!("../migrations/100_accounts.sql") },
    Migration { version: 101, name: "verified", sql: include_str!("../migrations/101_verified.sql") },
    Migration { version: 102, name: "links", sql: include_str!("../migrations/102_links.sql") },
    Migration { version: 103, name: "letters", sql: include_str!("../migrations/103_letters.sql") },
    Migration { version: 104, name: "places", sql: include_str!("../migrations/104_places.sql") },
    Migration { version: 105, name: "deletions", sql: include_str!("../migrations/105_deletions.sql") },
    Migration { version: 106, name: "exports", sql: include_str!("../migrations/106_exports.sql") },
    Migration { version: 107, name: "proof", sql: include_str!("../migrations/107_proof.sql") },
    Migration { version: 108, name: "factors", sql: include_str!("../migrations/108_factors.sql") },
    Migration { version: 109, name: "operating", sql: include_str!("../migrations/109_operating.sql") },
    Migration { version: 110, name: "passkeys", sql: include_str!("../migrations/110_passkeys.sql") },
    Migration { version: 111, name: "identities", sql: include_str!("../migrations/111_identities.sql") },
    Migration { version: 112, name: "keys", sql: include_str!("../migrations/112_keys.sql") },
];

/// How mails get to people, and where their links lead.
#[derive(Clone)]
pub struct Mailing {
    pub mailer: Arc<dyn Mailer>,
    /// The address that people see: `https://chat.example.org`.
    pub public_url: Arc<str>,
}

/// What accounts calls, and works with.
pub struct Deps {
    pub people: Arc<dyn People>,
    /// Every service that holds something of a person, in the order that it is erased in.
    pub holders: Vec<Arc<dyn Holder>>,
    /// Guilds, whose invites let people register.
    pub invites: Arc<dyn Invites>,
    pub mail: Mailing,
    pub blobs: Arc<dyn Blobs>,
    /// Where the keys are that seal secrets, unless the settings name them.
    pub key_place: KeyPlace,
}

struct Service {
    store: Arc<dyn store::Store>,
    deletions: Arc<dyn store::deletions::Store>,
    exports: Arc<dyn store::exports::Store>,
    factors: Arc<dyn store::factors::Store>,
    passkeys: Arc<dyn store::passkeys::Store>,
    identities: Arc<dyn store::identities::Store>,
    providers: providers::Providers,
    ground: Ground,
    people: Arc<dyn People>,
    holders: Vec<Arc<dyn Holder>>,
    invites: Arc<dyn Invites>,
    operating: Arc<dyn store::operating::Store>,
    registration: Arc<dyn store::registration::Store>,
    staff: staff::Staff,
    blobs: Arc<dyn Blobs>,
    config: Config,
    keys: keys::Keys,
    kept_keys: Arc<dyn store::keys::Store>,
    vault: vault::Vault,
    passwords: passwords::Passwords,
    letters: Arc<dyn store::letters::Store>,
    mail: Mailing,
    outbox: outbox::Outbox,
    limits: limit::Limits,
    ended: ended::Ended,
    leaving: leaving::Leaving,
}

impl Service {
    fn requires_verified_email(&self) -> bool {
        self.config.require_verified_email.unwrap_or_else(|| self.mail.mailer.reaches_people())
    }
}

/// The accounts service on `database`. Refuses settings that can't work.
pub async fn build(database: Database, outside: &Outside, deps: Deps, config: Config) -> Result<Arc<dyn Accounts>> {
    let is_shared = !matches!(database, Database::Sqlite(_));
    let service = open(database, outside, deps, config).await?;
    prune::start(Arc::downgrade(&service));
    outbox::start(&service);
    leaving::start(Arc::downgrade(&service));
    if is_shared {
        ended::follow(Arc::downgrade(&service));
        rotate_keys::follow(Arc::downgrade(&service));
    }
    Ok(service)
}

async fn open(database: Database, outside: &Outside, deps: Deps, config: Config) -> Result<Arc<Service>> {
    config.check()?;
    let ground = Ground::open(database, MIGRATIONS, outside).await?;
    let (store, letters) = (store::open(&ground.database), store::letters::open(&ground.database));
    let Deps { people, holders, invites, mail, blobs, key_place } = deps;
    let kept_keys = store::keys::open(&ground.database);
    let keys = keys::Keys::open(&*store, &*kept_keys, &ground).await?;
    let place =
        if config.encryption_key.is_empty() { key_place } else { KeyPlace::Settings(config.encryption_key.clone()) };
    let vault = vault::Vault::open(place, &*kept_keys, &*ground.random).await?;
    if rotate_keys::reseal(&*kept_keys, &vault, &*ground.random).await?.anew > 0 {
        // What was plain before leaves the free pages, too.
        ground.scrub().await?;
    }
    let since = ended::Ended::since(ground.now(), config.access_token_seconds);
    let ended = ended::Ended::new(store.ended_since(since).await?);
    let passwords = passwords::Passwords::new(&config)?;
    let operating = store::operating::open(&ground.database);
    let staff = staff::Staff::new(operating.staff().await?);
    Ok(Arc::new(Service {
        store,
        deletions: store::deletions::open(&ground.database),
        exports: store::exports::open(&ground.database),
        factors: store::factors::open(&ground.database),
        registration: store::registration::open(&ground.database),
        operating,
        staff,
        invites,
        passkeys: store::passkeys::open(&ground.database),
        identities: store::identities::open(&ground.database),
        providers: providers::Providers::new(&config, &mail.public_url)?,
        ground,
        people,
        holders,
        blobs,
        keys,
        kept_keys,
        vault,
        passwords,
        letters,
        mail,
        outbox: outbox::Outbox::default(),
        limits: limit::Limits::default(),
        ended,
        leaving: leaving::Leaving::default(),
        config,
    }))
}

#[cfg(test)]
mod testing {
    use super::{Deps, Mailing};
    use people_contract::People;
    use ports::{Mail, Mailer, Undelivered};
    use std::sync::Arc;

    struct Nowhere;

    #[async_trait::async_trait]
    impl crate::Invites for Nowhere {
        async fn check(&self, _: &str) -> kernel::Result<()> {
            Err(kernel::Problem::not_found("invite"))
        }
    }

    #[async_trait::async_trait]
    impl Mailer for Nowhere {
        async fn send(&self, _: &Mail) -> Result<(), Undelivered> {
            Ok(())
        }
        fn reaches_people(&self) -> bool {
            false
        }
    }

    /// A folder that nobody else has: a ledger of who was erased in one test would erase people of others, whose ids are the same.
    fn no_blobs() -> std::path::PathBuf {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        std::env::temp_dir().join(format!("guildhall-test-no-blobs-{}-{next}", std::process::id()))
    }

    /// Mails go nowhere, and there are no blobs.
    pub(crate) async fn deps(people: Arc<dyn People>) -> Deps {
        let mail = Mailing { mailer: Arc::new(Nowhere), public_url: "https://chat.example.org".into() };
        let folder = no_blobs();
        let blobs = Arc::new(engine_blobs::LocalBlobs::open(folder).await.expect("nothing there"));
        let key_place = super::KeyPlace::Database;
        Deps { people, holders: Vec::new(), invites: Arc::new(Nowhere), mail, blobs, key_place }
    }
}
