//! The pure cores of delivery in one world that is told by a seed: a database, nodes that crash at any step, a fan-out
//! that loses, repeats, reorders and delays, a bus that fails, and clients that come, go and fall behind.
//!
//! What decides is the project's own: groups and nonces (`messages::pure`), lanes and sockets' queues
//! (`realtime::pure`), the relay, followers and the bus in memory. Around it stands a model: tasks that only wait, on a
//! clock that only moves when nobody has anything to do. The client is a model of `docs/socket.md`; the browser's own is
//! held to the same rule in `web/src/engine/simulation.test.ts`.
//!
//! The same seed tells the same story, step by step: `SEED=17 cargo test -p simulation`.

mod bus;
mod cable;
mod client;
mod database;
mod door;
mod judge;
mod lane;
mod node;
mod session;
mod views;
mod weather;
mod world;

pub use world::{Story, play};

/// One way in which something is wrong on purpose: the judge must notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A client shows whatever comes.
    ClientShowsAll,
    /// A client with a gap never asks for what is missing.
    ClientNeverAsks,
    /// A client that is told to fetch anew goes on as if nothing had happened.
    ClientIgnoresReset,
    /// A lane hands on what comes, as it comes.
    LaneForwards,
    /// A node never says again how far a silent stream is.
    NeverReminds,
    /// A watch is live at the stream's head before what came before was fetched.
    LiveBeforeFetched,
    /// A stream counts as relayed when it is written.
    MarksBeforeItRings,
    /// A nonce is forgotten at once.
    ForgetsNonces,
    AcksBeforeCommit,
    PublishesBeforeCommit,
}

use ports::SeededRandom;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What everything in one world shares.
pub(crate) struct Shared {
    pub(crate) chance: SeededRandom,
    pub(crate) database: database::Database,
    pub(crate) weather: Arc<weather::Weather>,
    pub(crate) judge: judge::Judge,
    pub(crate) faults: Vec<Fault>,
}

impl Shared {
    pub(crate) fn is(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }

    /// True in one of `n` cases, never in good weather.
    pub(crate) fn mishap(&self, one_in: u64) -> bool {
        !self.weather.is_calm() && self.chance.below(one_in) == 0
    }

    /// Waits for up to `ms` milliseconds.
    pub(crate) async fn dawdle(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(self.chance.below(ms + 1))).await;
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
