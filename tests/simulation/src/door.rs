//! A node's way to the database: slow, sometimes closed, and gone for good once the node is without power, at whatever
//! step that happens.

use crate::Shared;
use async_trait::async_trait;
use engine_sql::{Fault, Journal, Result, Source};
use kernel::{At, Difference, StreamName, Timestamp};
use ports::Bell;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// What runs on a node waits for ever once its power is off: nothing of it happens any more.
#[derive(Default)]
pub(crate) struct Power(AtomicBool);

impl Power {
    pub(crate) fn cut(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) async fn hold(&self) {
        if self.is_cut() {
            std::future::pending::<()>().await;
        }
    }
}

pub(crate) struct Door {
    pub(crate) shared: Arc<Shared>,
    pub(crate) power: Arc<Power>,
}

impl Door {
    /// Does `work` in the database: the node may lose its power before it, and after it.
    pub(crate) async fn enter<T>(&self, work: impl FnOnce() -> T) -> Result<T> {
        self.shared.dawdle(4).await;
        self.power.hold().await;
        if self.shared.mishap(40) {
            return Err(Fault::Broken);
        }
        let done = work();
        self.shared.dawdle(4).await;
        self.power.hold().await;
        // Done, and the answer is lost.
        if self.shared.mishap(80) { Err(Fault::Broken) } else { Ok(done) }
    }
}

#[async_trait]
impl Journal for Door {
    async fn after(&self, stream: &StreamName, since: i64, bound: Option<i64>) -> Result<Difference> {
        self.enter(|| self.shared.database.after(stream, since, bound)).await
    }

    async fn heads(&self, streams: &[StreamName]) -> Result<At> {
        let head = |stream: &StreamName| (stream.clone(), self.shared.database.log(stream).len() as i64);
        self.enter(|| streams.iter().map(head).collect()).await
    }

    async fn unrelayed(&self, after: &str, limit: i64) -> Result<Vec<Bell>> {
        self.enter(|| self.shared.database.unrelayed(after, limit)).await
    }

    async fn relayed(&self, bells: &[Bell]) -> Result<()> {
        self.enter(|| self.shared.database.relayed(bells)).await
    }

    async fn cursor(&self, follower: &str, stream: &StreamName) -> Result<i64> {
        self.enter(|| self.shared.database.cursor(follower, stream)).await
    }

    async fn cursors(&self) -> Result<Vec<(String, StreamName, i64)>> {
        self.enter(|| self.shared.database.cursors()).await
    }

    async fn advance(&self, follower: &str, stream: &StreamName, seq: i64) -> Result<()> {
        self.enter(|| self.shared.database.advance(follower, stream, seq)).await
    }

    async fn bury(&self, _: &str, stream: &StreamName, seq: i64, _: Timestamp, _: &str) -> Result<()> {
        self.enter(|| self.shared.judge.taken_in(stream, seq)).await
    }

    async fn prune(&self, _: &str, _: Timestamp) -> Result<Option<String>> {
        Ok(None)
    }

    async fn take_node(&self, _: i64) -> Result<Option<u16>> {
        Ok(Some(0))
    }

    async fn prolong_node(&self, _: i64, _: u16) -> Result<bool> {
        Ok(true)
    }

    async fn high_water(&self, _: u16) -> Result<Timestamp> {
        Ok(Timestamp(0))
    }

    async fn raise_high_water(&self, _: u16, _: Timestamp) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl Source for Door {
    async fn difference(&self, stream: StreamName, since: i64) -> kernel::Result<Difference> {
        Ok(self.after(&stream, since, None).await?)
    }
}
