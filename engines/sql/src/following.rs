use crate::Journal;
use async_trait::async_trait;
use kernel::{Difference, Event, Kind, Result, StreamName};
use ports::{Bell, Clock, Follower};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::Mutex;
use tracing::{Instrument, field::Empty};

/// After so many failures an event is set aside, so that it blocks nothing.
const ATTEMPTS: u32 = 5;

/// Where the followed streams are: the owner's `difference`, as a service.
#[async_trait]
pub trait Source: Send + Sync {
    async fn difference(&self, stream: StreamName, since: i64) -> Result<Difference>;
}

/// Takes in one event. Must be idempotent.
#[async_trait]
pub trait OnEvent: Send + Sync {
    async fn on_event(&self, event: &Event) -> Result<()>;
}

/// Follows the streams of another service with a durable cursor, one event after the other.
pub struct Following {
    pub name: &'static str,
    /// The beginning of the followed streams' names: `accounts/user/`.
    pub follows: &'static str,
    pub journal: Arc<dyn Journal>,
    pub clock: Arc<dyn Clock>,
    pub source: Arc<dyn Source>,
    pub on: Arc<dyn OnEvent>,
    failures: Mutex<HashMap<(StreamName, i64), u32>>,
}

impl Following {
    pub fn new(
        name: &'static str,
        follows: &'static str,
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        source: Arc<dyn Source>,
        on: Arc<dyn OnEvent>,
    ) -> Arc<Self> {
        Arc::new(Self { name, follows, journal, clock, source, on, failures: Mutex::default() })
    }

    /// Takes in one event, or sets it aside when it failed too often. A source or store that is away doesn't
    /// count: it will be back.
    async fn take_in(&self, event: &Event) -> Result<()> {
        let key = (event.stream.clone(), event.seq);
        let Err(problem) = self.on.on_event(event).await else {
            self.failures.lock().await.remove(&key);
            return Ok(());
        };
        if problem.kind == Kind::Unavailable || problem.kind == Kind::Full {
            return Err(problem);
        }
        let mut failures = self.failures.lock().await;
        let failed = failures.entry(key.clone()).or_insert(0);
        *failed += 1;
        if *failed < ATTEMPTS {
            return Err(problem);
        }
        failures.remove(&key);
        metrics::counter!("guildhall_dead_letters_total", "follower" => self.name).increment(1);
        tracing::error!(follower = self.name, stream = %event.stream, seq = event.seq, ?problem, "set aside as a dead letter");
        self.journal.bury(self.name, &event.stream, event.seq, self.clock.now(), &format!("{problem:?}")).await?;
        Ok(())
    }
}

#[async_trait]
impl Follower for Following {
    fn name(&self) -> &'static str {
        self.name
    }

    fn follows(&self) -> &'static str {
        self.follows
    }

    async fn ring(&self, bell: &Bell) -> Result<()> {
        let span = tracing::info_span!(
            target: "spans",
            parent: None,
            "follow",
            otel.name = self.name,
            otel.kind = "consumer",
            stream = %bell.stream,
            seq = bell.seq,
            events = Empty,
        );
        let taken = self.catch_up(bell).instrument(span.clone()).await?;
        span.record("events", taken);
        Ok(())
    }
}

impl Following {
    /// Takes in what came since the cursor; answers how many events that were.
    async fn catch_up(&self, bell: &Bell) -> Result<u64> {
        let mut taken = 0;
        let mut since = self.journal.cursor(self.name, &bell.stream).await?;
        while since < bell.seq {
            let difference = self.source.difference(bell.stream.clone(), since).await?;
            if difference.reset {
                // What is forgotten was perhaps taken in by another process meanwhile: then nothing is missed.
                let followed = self.journal.cursor(self.name, &bell.stream).await?;
                if followed > since {
                    since = followed;
                    continue;
                }
                tracing::warn!(follower = self.name, stream = %bell.stream, since, "too far behind: continuing at the head");
                since = difference.head;
                self.journal.advance(self.name, &bell.stream, since).await?;
                break;
            }
            for event in &difference.events {
                self.take_in(event).await?;
                taken += 1;
                since = event.seq;
                self.journal.advance(self.name, &bell.stream, since).await?;
            }
            if !difference.more {
                break;
            }
        }
        Ok(taken)
    }
}
