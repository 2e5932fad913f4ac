//! What people keeps of blocks.

use super::friends::{Refusal, word};
use async_trait::async_trait;
use engine_sql::Result;
use kernel::{Committed, NewEvent, Timestamp, UserId};
use people_contract::{Block, FriendState};

/// One person blocks another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewBlock {
    pub(crate) person: UserId,
    pub(crate) other: UserId,
    /// How the other must stand to the person for this to be done: it ends.
    pub(crate) from: Option<FriendState>,
    pub(crate) now: Timestamp,
    /// How many a person may block.
    pub(crate) most: i64,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// A block, with the `seq` of the event that told it.
    async fn find(&self, person: UserId, other: UserId) -> Result<Option<(Block, i64)>>;

    /// At most `limit` with ids above `after`, rising.
    async fn of(&self, person: UserId, after: UserId, limit: i64) -> Result<Vec<Block>>;

    /// Blocks, and ends what is between the two, with the events of both; the first of them tells the block, and its `seq` is
    /// answered.
    async fn block(&self, block: NewBlock, events: Vec<NewEvent>) -> Result<Result<Committed<i64>, Refusal>>;

    /// Ends a block; answers the `seq` of the event that told it. None: there is no such block.
    async fn unblock(&self, person: UserId, other: UserId, event: NewEvent) -> Result<Option<Committed<i64>>>;

    /// Answers how many rows are gone.
    async fn erase(&self, person: UserId) -> Result<u64>;
}

engine_sql::stamp!("blocks/sql.rs");

#[cfg(test)]
mod suite;
