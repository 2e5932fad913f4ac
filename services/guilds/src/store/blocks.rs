//! Who has blocked whom, as people said last.

use async_trait::async_trait;
use engine_sql::Result;
use kernel::{Committed, NewEvent, UserId};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) person: UserId,
    pub(crate) other: UserId,
    pub(crate) is_blocked: bool,
    /// Of the event that says so, on the person's stream: the newest counts.
    pub(crate) seq: i64,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Notes a block with its events, unless something newer is known.
    async fn apply(&self, block: Block, events: Vec<NewEvent>) -> Result<Committed<()>>;

    /// Whether one of the two has blocked the other.
    async fn between(&self, one: UserId, other: UserId) -> Result<bool>;

    /// Those of `users` who have blocked the person.
    async fn blocking(&self, person: UserId, users: &[UserId]) -> Result<Vec<UserId>>;

    /// Answers how many rows are gone.
    async fn erase(&self, person: UserId) -> Result<u64>;
}

engine_sql::stamp!("blocks/sql.rs");

#[cfg(test)]
mod suite;
