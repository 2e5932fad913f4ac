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
use tokio::sync::watch;

type Sinks = HashMap<Arc<str>, Vec<(u64, Arc<dyn Sink>)>>;

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
    fn hears_all(&self) -> bool {
        true
    }

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
        let topic = {
            let mut sinks = self.sinks.write().unwrap_or_else(PoisonError::into_inner);
            let topic = sinks.get_key_value(topic).map_or_else(|| topic.into(), |(topic, _)| topic.clone());
            let list = sinks.entry(Arc::clone(&topic)).or_default();
            // Most topics have one or two listeners, and there are many topics.
            if list.len() < 4 {
                list.reserve_exact(1);
            }
            list.push((id, sink));
            topic
        };
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
pub struct MemoryBus {
    followers: RwLock<Vec<Arc<dyn Follower>>>,
    open: watch::Sender<bool>,
}

impl Default for MemoryBus {
    fn default() -> Self {
        Self { followers: RwLock::default(), open: watch::Sender::new(false) }
    }
}

#[async_trait]
impl Bus for MemoryBus {
    async fn ring(&self, bell: Bell) -> Result<()> {
        // A bell that rang before its followers came would be lost on them.
        drop(self.open.subscribe().wait_for(|open| *open).await);
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

    fn open(&self) {
        self.open.send_replace(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{EventId, StreamName, Timestamp, UserId};
    use std::sync::Mutex;

    #[derive(Default)]
    struct Ear(Mutex<Vec<i64>>);

    impl Sink for Ear {
        fn event(&self, event: &Arc<Event>) {
            self.0.lock().expect("an ear").push(event.seq);
        }
    }

    #[async_trait]
    impl Follower for Ear {
        fn name(&self) -> &'static str {
            "ear"
        }
        fn follows(&self) -> &'static str {
            "people/"
        }
        async fn ring(&self, bell: &Bell) -> Result<()> {
            self.0.lock().expect("an ear").push(bell.seq);
            if bell.seq == 13 { Err(kernel::Problem::unavailable("Not now.")) } else { Ok(()) }
        }
    }

    fn event(service: &'static str, seq: i64) -> Arc<Event> {
        let data = serde_json::value::RawValue::from_string("{}".into()).expect("json");
        let stream = StreamName::user(service, UserId(1));
        Arc::new(Event { stream, seq, id: EventId(seq), at: Timestamp(0), kind: "k".into(), data })
    }

    #[test]
    fn a_sink_hears_its_stream_for_as_long_as_it_subscribes() {
        let fanout = MemoryFanout::default();
        let ear = Arc::new(Ear::default());
        let first = fanout.subscribe("people/user/1", ear.clone());
        let second = fanout.subscribe("people/user/1", ear.clone());
        fanout.publish(event("people", 1));
        fanout.publish(event("guilds", 2));
        drop(first);
        fanout.publish(event("people", 3));
        drop(second);
        fanout.publish(event("people", 4));
        assert_eq!(*ear.0.lock().expect("an ear"), [1, 1, 3]);
    }

    #[tokio::test]
    async fn a_bell_waits_for_the_bus_to_open_and_a_failure_is_told() {
        let bus = Arc::new(MemoryBus::default());
        let bell = |service, seq| Bell { stream: StreamName::user(service, UserId(1)), seq };
        let early = tokio::spawn({
            let (bus, bell) = (bus.clone(), bell("people", 1));
            async move { bus.ring(bell).await }
        });
        tokio::task::yield_now().await;
        let ear = Arc::new(Ear::default());
        bus.follow(ear.clone());
        bus.open();
        early.await.expect("no panic").expect("handled");
        bus.ring(bell("guilds", 2)).await.expect("nobody follows");
        assert!(bus.ring(bell("people", 13)).await.is_err());
        assert_eq!(*ear.0.lock().expect("an ear"), [1, 13]);
    }
}
