use async_trait::async_trait;
use kernel::{Result, StreamName};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Says that a stream has grown: not what was said. Followers ask the stream's owner for the difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bell {
    pub stream: StreamName,
    pub seq: i64,
}

/// Hears bells. Told at least once; must be idempotent.
#[async_trait]
pub trait Follower: Send + Sync {
    /// A stable name: the durable consumer of a broker.
    fn name(&self) -> &'static str;

    /// The beginning of the names of the streams it follows: `accounts/user/`.
    fn follows(&self) -> &'static str;

    /// Catches up with the stream to `bell.seq` or later.
    async fn ring(&self, bell: &Bell) -> Result<()>;
}

/// Durable delivery of bells to followers, at least once.
///
/// Guarantees of every engine: `ring` answers Ok only when no follower that was known can miss the bell any
/// more (it was handled, or stored durably); a failing follower does not stop the others.
#[async_trait]
pub trait Bus: Send + Sync {
    async fn ring(&self, bell: Bell) -> Result<()>;

    /// Adds a follower. All are added before [`Self::open`].
    fn follow(&self, follower: Arc<dyn Follower>);

    /// All followers of this process are there: bells that rang so far, and those to come, are handed on.
    fn open(&self);
}
