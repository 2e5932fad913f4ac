use async_trait::async_trait;
use kernel::{Event, Result};
use ports::{Bell, Bus, Fanout, Follower, Hint, Sink, Subscription};
use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

type Sinks = HashMap<String, Vec<(u64, Arc<dyn Sink>)>>;

/// Fan-out within one process: sinks are called in the publisher's thread.
#[derive(Default)]
pub struct MemoryFanout {
    sinks: Arc<RwLock<Sinks>>,
    next: AtomicU64,
}

impl MemoryFanout {
    /// Sinks are called outside the lock, so that a sink may subscribe.
    fn sinks_of(&self, topic: &str) -> Vec<Arc<dyn Sink>> {
        let sinks = self.sinks.read().unwrap_or_else(PoisonError::into_inner);
        sinks.get(topic).map(|list| list.iter().map(|(_, sink)| sink.clone()).collect()).unwrap_or_default()
    }
}

impl Fanout for MemoryFanout {
    fn publish(&self, event: Arc<Event>) {
        for sink in self.sinks_of(event.stream.as_str()) {
            sink.event(&event);
        }
    }

    fn hint(&self, topic: &str, hint: Hint) {
        for sink in self.sinks_of(topic) {
            sink.hint(&hint);
        }
    }

    fn subscribe(&self, topic: &str, sink: Arc<dyn Sink>) -> Subscription {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let topic = topic.to_owned();
        self.sinks.write().unwrap_or_else(PoisonError::into_inner).entry(topic.clone()).or_default().push((id, sink));
        let sinks = self.sinks.clone();
        Subscription::new(move || {
            let mut sinks = sinks.write().unwrap_or_else(PoisonError::into_inner);
            let list = sinks.get_mut(&topic).map(|list| {
                list.retain(|(other, _)| *other != id);
                list.is_empty()
            });
            if list == Some(true) {
                sinks.remove(&topic);
            }
        })
    }
}

/// The bus within one process. A bell counts as rung when every follower has handled it, so nothing needs to
/// be kept: what wasn't handled before a crash is rung again after it.
#[derive(Default)]
pub struct MemoryBus {
    followers: RwLock<Vec<Arc<dyn Follower>>>,
}

#[async_trait]
impl Bus for MemoryBus {
    async fn ring(&self, bell: Bell) -> Result<()> {
        let followers = self.followers.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut answer = Ok(());
        for follower in followers.iter().filter(|f| bell.stream.as_str().starts_with(f.follows())) {
            if let Err(problem) = follower.ring(&bell).await {
                tracing::warn!(follower = follower.name(), stream = %bell.stream, ?problem, "a follower failed; the bell rings again");
                answer = Err(problem);
            }
        }
        answer
    }

    fn follow(&self, follower: Arc<dyn Follower>) {
        self.followers.write().unwrap_or_else(PoisonError::into_inner).push(follower);
    }
}
