//! People: who others see.
//!
//! * owns: `profiles`
//! * emits: `profile_edited` on `people/user/{id}`
//! * listens to: nothing yet (accounts calls `ensure` when it registers, and again at log-in)
//! * calls: nobody

mod edit;
mod ensure;
mod erase;
mod read;
mod store;

use async_trait::async_trait;
use contract::{Part, Receipt, Wishes};
use engine_sql::{Database, Ground, Migration, Outside};
use kernel::{Caller, Difference, Reader, Result, StreamName, UserId};
use people_contract::{People, Profile, ProfileEdit};
use std::sync::Arc;

/// The steps of this service's schema.
pub const MIGRATIONS: &[Migration] =
    &[Migration { version: 100, name: "profiles", sql: include_str!("../migrations/100_profiles.sql") }];

struct Service {
    store: Arc<dyn store::Store>,
    ground: Ground,
}

/// The people service on `database`.
pub async fn build(database: Database, outside: &Outside) -> Result<Arc<dyn People>> {
    let ground = Ground::open(database, MIGRATIONS, outside).await?;
    Ok(Arc::new(Service { store: store::open(&ground.database), ground }))
}

#[async_trait]
impl People for Service {
    async fn ensure(&self, user: UserId, display_name: String) -> Result<Profile> {
        ensure::ensure(self, user, &display_name).await
    }

    async fn find(&self, user: UserId) -> Result<Option<Profile>> {
        Ok(self.store.find(user).await?)
    }

    async fn profiles(&self, users: Vec<UserId>) -> Result<Vec<Profile>> {
        read::profiles(self, &users).await
    }

    async fn edit(&self, caller: Caller, edit: ProfileEdit) -> Result<Profile> {
        edit::edit(self, caller, edit).await
    }

    async fn difference(&self, reader: Reader, stream: StreamName, since: i64) -> Result<Difference> {
        read::difference(self, reader, &stream, since).await
    }

    async fn export(&self, user: UserId, _after: Option<String>) -> Result<Part> {
        read::export(self, user).await
    }

    async fn erase(&self, user: UserId, _wishes: Wishes) -> Result<Receipt> {
        erase::erase(self, user).await
    }

    async fn scrub(&self) -> Result<()> {
        self.ground.scrub().await
    }

    async fn snapshot(&self, after: Option<String>) -> Result<Part> {
        read::snapshot(self, after).await
    }
}
