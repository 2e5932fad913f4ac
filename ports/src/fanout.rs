use kernel::{Availability, ChannelId, Committed, Event, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Live delivery of committed events and of hints. At most once and in any order: the log is the truth, and
/// whoever listens repairs what is missing by asking the stream's owner.
///
/// Guarantees of every engine: a sink subscribed before an event is published gets it, unless the engine
/// loses it; nothing is delivered after the subscription is dropped; `publish` never waits for a sink.
pub trait Fanout: Send + Sync {
    /// Whether nothing is ever lost on the way: then silence means that nothing changed.
    fn hears_all(&self) -> bool {
        false
    }

    fn publish(&self, event: Arc<Event>);

    /// Tells every node something that needs no memory.
    fn hint(&self, topic: &str, hint: Hint);

    /// Hears one stream, or one hint topic, until the subscription is dropped.
    fn subscribe(&self, topic: &str, sink: Arc<dyn Sink>) -> Subscription;
}

/// Something live that has no `seq` and is never replayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// A channel's newest message number.
    Head { channel: ChannelId, number: i64 },
    /// On a stream's own topic: it has come to this `seq`. Said of a stream that is silent, because its last event may
    /// have been lost.
    Reached { seq: i64 },
    /// A person came to a node, left it, or is seen there in another way.
    Presence {
        node: u64,
        user: UserId,
        online: bool,
        #[serde(default)]
        seen: Availability,
    },
    /// People who are on a node and seen so, said again and again.
    Present {
        node: u64,
        users: Vec<UserId>,
        #[serde(default)]
        seen: Availability,
    },
    /// What others see of a person has changed.
    Profile { user: UserId },
}

/// Hears events. Called on the publisher's thread: it must be quick and must not block.
pub trait Sink: Send + Sync {
    fn event(&self, event: &Arc<Event>);
    fn hint(&self, _hint: &Hint) {}
}

/// Ends when dropped.
pub struct Subscription(Option<Box<dyn FnOnce() + Send + Sync>>);

impl Subscription {
    pub fn new(end: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(end)))
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}

/// Publishes what was committed.
pub trait Announce {
    /// Publishes the events and gives the value.
    fn announce<T>(&self, committed: Committed<T>) -> T;
}

impl Announce for Arc<dyn Fanout> {
    fn announce<T>(&self, committed: Committed<T>) -> T {
        for event in committed.events {
            self.publish(Arc::new(event));
        }
        committed.value
    }
}
