//! What files keeps of pictures. Every engine passes `store/suite.rs`.

use async_trait::async_trait;
use engine_sql::Result;
use files_contract::{ImageName, Place};
use kernel::{Timestamp, UserId};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Image {
    pub(crate) name: ImageName,
    pub(crate) place: Place,
    /// Who gave it; nobody (0) when that person has left.
    pub(crate) giver: UserId,
    pub(crate) put_at: Timestamp,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    async fn insert(&self, image: Image) -> Result<()>;

    async fn at(&self, place: Place) -> Result<Vec<Image>>;

    /// At most `limit` of those that a person gave, with names after `after`, rising.
    async fn given_by(&self, user: UserId, after: &str, limit: i64) -> Result<Vec<Image>>;

    /// At most `limit` with names after `after`, rising.
    async fn page(&self, after: &str, limit: i64) -> Result<Vec<Image>>;

    async fn forget(&self, name: &ImageName) -> Result<()>;

    /// Leaves no picture of a person, and no trace of the person at others'. Answers how many rows were changed.
    async fn erase(&self, user: UserId) -> Result<u64>;
}

engine_sql::stamp!("store/sql.rs");

#[cfg(test)]
mod suite;
