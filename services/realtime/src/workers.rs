//! The threads that write to sockets: one per two cores, because the others read, commit, and are the kernel's. What
//! comes while a pass is on its way goes with the next one, several frames in one system call.

use crate::{lane::Lane, lock, session::Session};
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, PoisonError},
};
use tokio::runtime::Handle;

pub(crate) struct Workers {
    desks: Box<[Arc<Desk>]>,
    runtime: Handle,
}

/// Part of a lane's watchers, to be passed over.
pub(crate) struct Round {
    pub(crate) lane: Arc<Lane>,
    pub(crate) part: usize,
}

#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    rounds: VecDeque<Round>,
    /// The thread waits for the bell: otherwise it needs none.
    asleep: bool,
    over: bool,
}

impl Workers {
    /// Starts the threads. Must be called on the runtime that sockets are on.
    pub(crate) fn start() -> Self {
        let count = std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2));
        let desks: Box<[Arc<Desk>]> = (0..count).map(|_| Arc::default()).collect();
        let runtime = Handle::current();
        for (worker, desk) in desks.iter().enumerate() {
            let (desk, runtime) = (desk.clone(), runtime.clone());
            let name = format!("fan-out-{worker}");
            let thread = std::thread::Builder::new().name(name).spawn(move || {
                let _runtime = runtime.enter();
                let mut sessions: Vec<Arc<Session>> = Vec::new();
                while let Some(Round { lane, part }) = desk.next() {
                    // One pass that breaks doesn't take the thread with it.
                    let passed = catch_unwind(AssertUnwindSafe(|| lane.pass(part, &mut sessions)));
                    if passed.is_err() {
                        tracing::error!(stream = %lane.stream, "a pass broke");
                    }
                }
            });
            thread.expect("the machine has room for a thread per two cores");
        }
        Self { desks, runtime }
    }

    pub(crate) fn count(&self) -> usize {
        self.desks.len()
    }

    pub(crate) fn give(&self, worker: usize, round: Round) {
        let desk = &self.desks[worker % self.desks.len()];
        let mut state = lock(&desk.state);
        state.rounds.push_back(round);
        if std::mem::take(&mut state.asleep) {
            drop(state);
            desk.bell.notify_one();
        }
    }

    /// Runs `task` on the runtime, from any thread.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(task);
    }
}

impl Desk {
    fn next(&self) -> Option<Round> {
        let mut state = lock(&self.state);
        loop {
            if state.over {
                return None;
            }
            if let Some(round) = state.rounds.pop_front() {
                return Some(round);
            }
            state.asleep = true;
            state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for desk in &self.desks {
            let mut state = lock(&desk.state);
            state.over = true;
            let waiting = std::mem::take(&mut state.rounds);
            drop(state);
            drop(waiting);
            desk.bell.notify_one();
        }
    }
}
