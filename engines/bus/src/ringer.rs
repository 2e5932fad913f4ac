//! Hands a broker's bells to a follower.
//!
//! Bells are hints that carry a `seq`, and a follower that was told of one knows all that came before it. So a
//! stream rings in one place of a node at a time, and of the bells that come meanwhile only the latest is kept: the
//! others are done as soon as a later one is held. A stream that hangs or fails holds two bells, and no other stream.

use async_trait::async_trait;
use kernel::{Problem, Result, StreamName};
use ports::{Bell, Follower};
use std::{
    cmp::Ordering,
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Semaphore, time::timeout};

/// Streams that ring at the same time for one follower.
const AT_ONCE: usize = 32;
/// How often the broker is told that a bell is still being handled. Brokers wait for three times as long.
pub(crate) const STILL: Duration = Duration::from_secs(5);

/// A bell that a broker wants to hear about.
#[async_trait]
pub(crate) trait Held: Send + Sync + 'static {
    fn bell(&self) -> &Bell;

    /// Whether it is the same message of the broker, handed on again.
    fn is(&self, other: &Self) -> bool;

    /// This bell needn't ring again.
    async fn done(self);

    /// This bell rings again, later.
    async fn again(self);

    /// This bell is being handled.
    async fn still(&self);
}

/// How long a bell waits that was handed on so many times in vain: 1, 2, 4, 8, 10, 10 … seconds.
pub(crate) fn pause(times: u32) -> Duration {
    Duration::from_secs(1 << times.saturating_sub(1).min(4)).min(Duration::from_secs(10))
}

/// Rings one follower.
pub(crate) struct Ringer<H> {
    follower: Arc<dyn Follower>,
    places: Arc<Semaphore>,
    /// The streams that ring now, each with the latest bell that came meanwhile.
    ringing: Mutex<HashMap<StreamName, Option<H>>>,
}

impl<H: Held> Ringer<H> {
    pub(crate) fn new(follower: Arc<dyn Follower>) -> Arc<Self> {
        Arc::new(Self { follower, places: Arc::new(Semaphore::new(AT_ONCE)), ringing: Mutex::default() })
    }

    /// Takes a bell over, and gives what is to be run for it. Waits while too many streams ring.
    pub(crate) async fn take(self: &Arc<Self>, held: H) -> Option<impl Future<Output = ()> + Send + use<H>> {
        // A broker's filter may be coarser than the beginning of a name.
        if !held.bell().stream.as_str().starts_with(self.follower.follows()) {
            held.done().await;
            return None;
        }
        let held = match self.wait_behind(held) {
            Ok(covered) => {
                if let Some(covered) = covered {
                    covered.done().await;
                }
                return None;
            }
            Err(held) => held,
        };
        let place = self.places.clone().acquire_owned().await;
        let ringer = self.clone();
        Some(async move {
            ringer.ring(held).await;
            drop(place);
        })
    }

    /// Keeps the bell behind the one of its stream that rings, and gives the earlier of the two that now wait. The bell
    /// comes back when none rings.
    fn wait_behind(&self, held: H) -> Result<Option<H>, H> {
        let mut ringing = self.ringing();
        let Some(waiting) = ringing.get_mut(&held.bell().stream) else {
            ringing.insert(held.bell().stream.clone(), None);
            return Err(held);
        };
        let (earlier, later) = match waiting.take() {
            Some(other) => in_order(other, held),
            None => (None, held),
        };
        *waiting = Some(later);
        Ok(earlier)
    }

    async fn ring(&self, mut held: H) {
        loop {
            if let Err(problem) = self.ring_once(&held).await {
                return self.ring_later(held, problem).await;
            }
            loop {
                let Some(next) = self.next(&held.bell().stream) else { return held.done().await };
                let newer = next.bell().seq > held.bell().seq;
                let (earlier, later) = in_order(held, next);
                held = later;
                if let Some(earlier) = earlier {
                    earlier.done().await;
                }
                if newer {
                    break;
                }
            }
        }
    }

    async fn ring_later(&self, held: H, problem: Problem) {
        let next = self.ringing().remove(&held.bell().stream).flatten();
        let (earlier, later) = match next {
            Some(next) => in_order(held, next),
            None => (None, held),
        };
        let Bell { stream, seq } = later.bell();
        tracing::warn!(follower = self.follower.name(), %stream, seq, ?problem, "a follower failed; the bell rings again");
        later.again().await;
        if let Some(earlier) = earlier {
            earlier.done().await;
        }
    }

    /// Rings in a task of its own: what a follower began outlives this node's part in it, and may panic.
    async fn ring_once(&self, held: &H) -> Result<()> {
        let (follower, bell) = (self.follower.clone(), held.bell().clone());
        let mut ringing = tokio::spawn(async move { follower.ring(&bell).await });
        loop {
            match timeout(STILL, &mut ringing).await {
                Ok(answer) => return answer.unwrap_or_else(|panic| Err(Problem::internal(panic))),
                Err(_) => held.still().await,
            }
        }
    }

    /// The bell that came meanwhile. Without one the stream rings no more.
    fn next(&self, stream: &StreamName) -> Option<H> {
        let mut ringing = self.ringing();
        let next = ringing.get_mut(stream).and_then(Option::take);
        if next.is_none() {
            ringing.remove(stream);
        }
        next
    }

    fn ringing(&self) -> MutexGuard<'_, HashMap<StreamName, Option<H>>> {
        self.ringing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The earlier bell, which needn't ring any more, and the later one, which speaks for both. The same message is one bell.
fn in_order<H: Held>(old: H, new: H) -> (Option<H>, H) {
    match old.bell().seq.cmp(&new.bell().seq) {
        Ordering::Equal if new.is(&old) => (None, new),
        Ordering::Greater => (Some(new), old),
        _ => (Some(old), new),
    }
}

#[cfg(test)]
mod tests;
