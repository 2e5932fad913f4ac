use crate::Journal;
use kernel::{Problem, Result, Snowflakes, Timestamp};
use ports::{Clock, Random};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::Instant};

/// How far ahead of the clock ids are reserved on disk, so that making one almost never waits for it.
pub const RESERVE_SECONDS: i64 = 60;
/// For how long a node number is held.
pub(crate) const LEASE: Duration = Duration::from_secs(30);
/// When it is prolonged, and how long before its end no ids are made any more: clocks run differently fast.
const PROLONG: Duration = Duration::from_secs(10);
const MARGIN: Duration = Duration::from_secs(5);

/// Makes a service's ids: unique across processes, restarts and whatever the clock does, because a node number is one
/// process's at a time, and no id is made beyond the moment that was reserved for the number on disk before.
pub struct Mint {
    journal: Arc<dyn Journal>,
    clock: Arc<dyn Clock>,
    /// Tells this process from those that held its number before.
    holder: i64,
    state: Mutex<State>,
}

struct State {
    node: u16,
    /// When the number was surely held last.
    held_at: Instant,
    ids: Snowflakes,
    reserved: Timestamp,
}

impl Mint {
    /// Takes a node number, and starts after everything that was made under it before.
    pub async fn open(journal: Arc<dyn Journal>, clock: Arc<dyn Clock>, random: &dyn Random) -> Result<Self> {
        let holder = i64::from_le_bytes(random.bytes());
        let state = Mutex::new(State::take(&*journal, holder).await?);
        Ok(Self { journal, clock, holder, state })
    }

    /// The bits of one new id.
    pub async fn id(&self) -> Result<i64> {
        Ok(self.ids(1).await?[0])
    }

    /// The bits of `count` new ids, rising.
    pub async fn ids(&self, count: usize) -> Result<Vec<i64>> {
        let mut state = self.state.lock().await;
        self.hold(&mut state).await?;
        let now = self.clock.now();
        let made: Vec<i64> = (0..count).map(|_| state.ids.next(now)).collect();
        if state.ids.last() > state.reserved {
            let until = state.ids.last().max(now).plus_seconds(RESERVE_SECONDS);
            self.journal.raise_high_water(state.node, until).await?;
            state.reserved = until;
        }
        Ok(made)
    }

    /// Sees to it that the number is this process's. While the database is away, what is held goes on until its end.
    async fn hold(&self, state: &mut State) -> Result<()> {
        let age = state.held_at.elapsed();
        if age < PROLONG {
            return Ok(());
        }
        let asked_at = Instant::now();
        match self.journal.prolong_node(self.holder, state.node).await {
            Ok(true) => state.held_at = asked_at,
            Ok(false) => *state = State::take(&*self.journal, self.holder).await?,
            Err(fault) if age < LEASE - MARGIN => tracing::warn!(?fault, "the node number wasn't prolonged yet"),
            Err(fault) => return Err(fault.into()),
        }
        Ok(())
    }
}

impl State {
    async fn take(journal: &dyn Journal, holder: i64) -> Result<Self> {
        let held_at = Instant::now();
        let node = journal.take_node(holder).await?.ok_or_else(|| {
            Problem::unavailable("All 1,024 node numbers are taken: stop some processes, or wait half a minute.")
        })?;
        let reserved = journal.high_water(node).await?;
        Ok(Self { node, held_at, ids: Snowflakes::new(node, reserved), reserved })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ground, testing::outside};
    use std::collections::HashSet;

    async fn processes_that_share_a_database_never_make_the_same_id(ground: Ground) {
        let shared = matches!(ground.database, crate::Database::Postgres(_));
        let outside = outside();
        let mut made = HashSet::new();
        let mut nodes = HashSet::new();
        let mut mints = vec![ground.mint.clone()];
        for _ in 0..if shared { 8 } else { 0 } {
            let mint =
                Mint::open(ground.journal.clone(), outside.clock.clone(), &*outside.random).await.expect("a number");
            mints.push(Arc::new(mint));
        }
        for mint in &mints {
            nodes.insert(mint.state.lock().await.node);
            made.extend(mint.ids(5_000).await.expect("ids"));
        }
        assert_eq!((nodes.len(), made.len()), (mints.len(), mints.len() * 5_000));
        // A process that comes after this one, under its number, begins behind it, also when the clock stands still.
        let reserved = ground.journal.high_water(0).await.expect("noted");
        assert!(!made.contains(&Snowflakes::new(0, reserved).next(outside.clock.now())));
    }

    async fn a_number_that_is_held_is_not_given_away(ground: Ground) {
        let journal = ground.journal;
        if let crate::Database::Sqlite(_) = ground.database {
            assert_eq!(journal.take_node(1).await.expect("alone"), Some(0));
            return assert!(journal.prolong_node(1, 0).await.expect("alone"));
        }
        let held = journal.take_node(1).await.expect("taken").expect("a number");
        assert!(journal.prolong_node(1, held).await.expect("prolonged"));
        assert!(!journal.prolong_node(2, held).await.expect("asked"), "what another holds can't be prolonged");
        let takers: Vec<_> = (10..40)
            .map(|holder| {
                let journal = journal.clone();
                tokio::spawn(async move { journal.take_node(holder).await })
            })
            .collect();
        let mut numbers = HashSet::from([held]);
        for taker in takers {
            let number = taker.await.expect("no panic").expect("taken");
            assert!(number.is_none_or(|number| numbers.insert(number)), "given twice");
        }
    }

    crate::suite!(&[]; processes_that_share_a_database_never_make_the_same_id, a_number_that_is_held_is_not_given_away);
}
