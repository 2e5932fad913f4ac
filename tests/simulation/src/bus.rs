//! Bells, and a service that follows: the bus in memory and the follower are the project's own.

use crate::{
    Shared,
    door::{Door, Power},
};
use async_trait::async_trait;
use engine_bus::MemoryBus;
use engine_sql::{Following, OnEvent};
use kernel::{Event, Problem, Result, Timestamp};
use ports::{Bell, Bus, Follower, ManualClock};
use std::sync::Arc;

/// One new person in so many can't be taken in by anybody, however often it is tried.
const POISON: i64 = 3;

/// A bus that sometimes fails before it rang, and sometimes after.
pub(crate) struct Belfry {
    inner: MemoryBus,
    shared: Arc<Shared>,
    power: Arc<Power>,
}

impl Belfry {
    pub(crate) fn open(shared: Arc<Shared>, power: Arc<Power>) -> Arc<Self> {
        let inner = MemoryBus::default();
        for (name, follows) in [("what was said", "messages/"), ("who people are", "people/")] {
            let door = Arc::new(Door { shared: shared.clone(), power: power.clone() });
            let clock = Arc::new(ManualClock::at(Timestamp(0)));
            let on = Arc::new(Projection(shared.clone()));
            inner.follow(Following::new(name, follows, door.clone(), clock, door, on));
        }
        inner.open();
        Arc::new(Self { inner, shared, power })
    }
}

#[async_trait]
impl Bus for Belfry {
    async fn ring(&self, bell: Bell) -> Result<()> {
        self.shared.dawdle(20).await;
        self.power.hold().await;
        if self.shared.mishap(20) {
            return Err(Problem::unavailable("the bell is stuck"));
        }
        self.inner.ring(bell.clone()).await?;
        self.power.hold().await;
        self.shared.judge.rung(&bell);
        if self.shared.mishap(20) { Err(Problem::unavailable("it rang, and nobody was told")) } else { Ok(()) }
    }

    fn follow(&self, follower: Arc<dyn Follower>) {
        self.inner.follow(follower);
    }

    fn open(&self) {
        self.inner.open();
    }
}

/// Takes in everything, in order; sometimes at the second attempt.
struct Projection(Arc<Shared>);

#[async_trait]
impl OnEvent for Projection {
    async fn on_event(&self, event: &Event) -> Result<()> {
        self.0.dawdle(3).await;
        if event.stream.as_str().starts_with("people/") && event.id.0 % POISON == 0 {
            return Err(Problem::internal("poison"));
        }
        if self.0.mishap(20) {
            return Err(Problem::unavailable("not now"));
        }
        self.0.judge.taken_in(&event.stream, event.seq);
        Ok(())
    }
}
