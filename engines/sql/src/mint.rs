use crate::Journal;
use kernel::{Result, Snowflakes, Timestamp};
use ports::Clock;
use std::sync::Arc;
use tokio::sync::Mutex;

/// How far ahead of the clock ids are reserved on disk, so that making one almost never waits for it.
const RESERVE_SECONDS: i64 = 60;

/// Makes a service's ids: unique across restarts and whatever the clock does, because no id is made beyond the
/// moment that was reserved on disk before.
pub struct Mint {
    journal: Arc<dyn Journal>,
    clock: Arc<dyn Clock>,
    node: u16,
    state: Mutex<State>,
}

struct State {
    ids: Snowflakes,
    reserved: Timestamp,
}

impl Mint {
    /// Starts after everything that `node` may have made before.
    pub async fn open(journal: Arc<dyn Journal>, clock: Arc<dyn Clock>, node: u16) -> Result<Self> {
        let reserved = journal.high_water(node).await?;
        Ok(Self { journal, clock, node, state: Mutex::new(State { ids: Snowflakes::new(node, reserved), reserved }) })
    }

    /// The bits of one new id.
    pub async fn id(&self) -> Result<i64> {
        Ok(self.ids(1).await?[0])
    }

    /// The bits of `count` new ids, rising.
    pub async fn ids(&self, count: usize) -> Result<Vec<i64>> {
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        let made: Vec<i64> = (0..count).map(|_| state.ids.next(now)).collect();
        if state.ids.last() > state.reserved {
            let until = state.ids.last().max(now).plus_seconds(RESERVE_SECONDS);
            self.journal.raise_high_water(self.node, until).await?;
            state.reserved = until;
        }
        Ok(made)
    }
}
