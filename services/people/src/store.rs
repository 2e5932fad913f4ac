//! What people keeps. Every engine passes `store/suite.rs`.

use async_trait::async_trait;
use engine_sql::Result;
use kernel::{Committed, NewEvent, Timestamp, UserId};
use people_contract::Profile;

#[async_trait]
pub(crate) trait Store: Send + Sync {
    async fn find(&self, user: UserId) -> Result<Option<Profile>>;

    /// Those of `users` that there are.
    async fn list(&self, users: &[UserId]) -> Result<Vec<Profile>>;

    /// At most `limit` profiles with ids above `after`, rising.
    async fn page(&self, after: UserId, limit: i64) -> Result<Vec<Profile>>;

    /// Inserts the profile unless the person has one; answers the one that is there.
    async fn ensure(&self, profile: Profile) -> Result<Profile>;

    /// Replaces the profile.
    async fn edit(&self, profile: Profile, event: NewEvent) -> Result<Committed<Profile>>;

    /// Answers how many rows are gone.
    async fn erase(&self, user: UserId) -> Result<u64>;
}

engine_sql::stamp!("store/sql.rs");

#[cfg(test)]
mod suite;
