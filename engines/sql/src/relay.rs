use crate::Journal;
use kernel::{Event, Problem, Result, StreamName};
use ports::{Bell, Bus};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{Instant, timeout},
};

/// How many bells one look at the log brings.
const PAGE: i64 = 256;
/// How long a relay waits after a failure.
const RETRY: Duration = Duration::from_secs(1);
/// Bells are hints: what is committed within so long is rung together.
const GATHER: Duration = Duration::from_millis(25);
/// How soon it is noted that a bell was rung. After a crash, what wasn't noted rings again.
const NOTE: Duration = Duration::from_secs(1);
/// How often it looks for what another node left behind.
const LOOK: Duration = Duration::from_secs(10);
/// Streams remembered at most; beyond, the log is looked at instead.
const REMEMBERED: usize = 10_000;

/// Rings the bus for every stream that has grown, off the path of the change. At least once: a bell counts as
/// rung when the bus says so.
#[derive(Clone)]
pub struct Relay {
    desk: Arc<Desk>,
}

/// What the relay knows without looking at the log: streams, each with a `seq`.
struct Desk {
    journal: Arc<dyn Journal>,
    bus: Arc<dyn Bus>,
    wake: Notify,
    /// Grown, and not rung for.
    grown: Mutex<BTreeMap<StreamName, i64>>,
    /// Rung for, and not noted.
    rung: Mutex<BTreeMap<StreamName, i64>>,
    /// What is remembered isn't all: the log has to be looked at.
    look: AtomicBool,
}

impl Relay {
    /// Runs for as long as the process does.
    pub fn start(journal: Arc<dyn Journal>, bus: Arc<dyn Bus>) -> Self {
        let desk = Arc::new(Desk {
            journal,
            bus,
            wake: Notify::new(),
            grown: Mutex::default(),
            rung: Mutex::default(),
            look: AtomicBool::new(true),
        });
        tokio::spawn(desk.clone().run());
        Self { desk }
    }

    /// These were committed.
    pub fn grew(&self, events: &[Event]) {
        let mut grown = lock(&self.desk.grown);
        for event in events {
            let newest = grown.entry(event.stream.clone()).or_default();
            *newest = event.seq.max(*newest);
        }
        if grown.len() > REMEMBERED {
            grown.clear();
            self.desk.look.store(true, Ordering::Release);
        }
        drop(grown);
        self.desk.wake.notify_one();
    }
}

impl Desk {
    async fn run(self: Arc<Self>) {
        let (mut looked, mut noted) = (Instant::now(), Instant::now());
        loop {
            if looked.elapsed() > LOOK || self.look.swap(false, Ordering::AcqRel) {
                looked = Instant::now();
                self.guarded(self.clone().remember()).await;
            }
            self.guarded(self.clone().ring()).await;
            if noted.elapsed() > NOTE {
                noted = Instant::now();
                self.guarded(self.clone().note()).await;
            }
            let pause = if lock(&self.rung).is_empty() { LOOK } else { NOTE };
            drop(timeout(pause, self.wake.notified()).await);
            tokio::time::sleep(GATHER).await;
        }
    }

    /// A step that fails or breaks doesn't end the relay: what it left is found in the log.
    async fn guarded(&self, step: impl Future<Output = Result<()>> + Send + 'static) {
        let done = tokio::spawn(step).await.unwrap_or_else(|panic| Err(Problem::internal(panic)));
        if let Err(problem) = done {
            tracing::warn!(?problem, "the relay will try again");
            self.look.store(true, Ordering::Release);
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Learns from the log what grew: before this process began, on a node that is gone, or in a step that failed.
    async fn remember(self: Arc<Self>) -> Result<()> {
        let mut after = String::new();
        loop {
            let bells = self.journal.unrelayed(&after, PAGE).await?;
            let Some(last) = bells.last() else { return Ok(()) };
            after = last.stream.to_string();
            let (mut grown, rung) = (lock(&self.grown), lock(&self.rung));
            for Bell { stream, seq } in bells {
                if rung.get(&stream).is_none_or(|rung| *rung < seq) {
                    let newest = grown.entry(stream).or_default();
                    *newest = seq.max(*newest);
                }
            }
        }
    }

    /// Rings for what grew, past bells that fail. Fails with the last failure.
    async fn ring(self: Arc<Self>) -> Result<()> {
        let (grown, mut answer) = (std::mem::take(&mut *lock(&self.grown)), Ok(()));
        for (stream, seq) in grown {
            match self.bus.ring(Bell { stream: stream.clone(), seq }).await {
                Ok(()) => drop(lock(&self.rung).insert(stream, seq)),
                Err(problem) => {
                    metrics::counter!("guildhall_bells_failed_total").increment(1);
                    answer = Err(problem);
                }
            }
        }
        answer
    }

    async fn note(self: Arc<Self>) -> Result<()> {
        let rung = std::mem::take(&mut *lock(&self.rung));
        let bells: Vec<Bell> = rung.into_iter().map(|(stream, seq)| Bell { stream, seq }).collect();
        if bells.is_empty() { Ok(()) } else { Ok(self.journal.relayed(&bells).await?) }
    }
}

/// A lock whose holder panicked still holds good data here: every change under it is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
