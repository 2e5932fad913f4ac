//! Archives that people asked for.

use async_trait::async_trait;
use engine_sql::Result;
use kernel::{ExportId, Timestamp, UserId};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    pub(crate) id: ExportId,
    pub(crate) account: UserId,
    pub(crate) requested_at: Timestamp,
    pub(crate) records: i64,
    pub(crate) ready_at: Option<Timestamp>,
    pub(crate) bytes: i64,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Notes that an archive is to be made. Where one is being made, or was asked for at `fresh_since` or later, that one stands.
    async fn request(&self, new: ExportId, account: UserId, now: Timestamp, fresh_since: Timestamp) -> Result<Kept>;

    async fn find(&self, export: ExportId) -> Result<Option<Kept>>;

    /// The person's archives, newest first.
    async fn of(&self, account: UserId) -> Result<Vec<Kept>>;

    /// Takes in hand, until `until`, the oldest that is to be made and that nobody else has in hand.
    async fn take(&self, now: Timestamp, until: Timestamp) -> Result<Option<Kept>>;

    /// Notes how far it is, and goes on holding it.
    async fn note(&self, export: ExportId, records: i64, until: Timestamp) -> Result<()>;

    async fn finish(&self, export: ExportId, records: i64, bytes: i64, ready_at: Timestamp) -> Result<()>;

    /// At most 100 that were ready before `before`.
    async fn over(&self, before: Timestamp) -> Result<Vec<Kept>>;

    async fn forget(&self, export: ExportId) -> Result<()>;

    /// Forgets all of a person; answers how many.
    async fn erase(&self, account: UserId) -> Result<u64>;
}

engine_sql::stamp!("exports/sql.rs");

#[cfg(test)]
mod suite;
