use crate::running::Running;
use kernel::{Event, StreamName};
use ports::{Fanout, Hint, Sink, Subscription};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// How long a stream is silent before its head is said, and how long until it is said again.
const EVERY: Duration = Duration::from_secs(2);
/// How often the head of a silent stream is said: for half a minute, so that a broker may be away for as long.
const TIMES: u8 = 15;

/// A fan-out that may lose events, with a remedy: once a stream to which this node published is silent, it says every
/// few seconds, for half a minute, how far the stream is ([`Hint::Reached`]). Whoever has missed the last event learns
/// so. Nothing is done while nothing happens.
pub struct Reminding {
    inner: Arc<dyn Fanout>,
    heads: Arc<Heads>,
    _task: Running,
}

#[derive(Default)]
struct Heads {
    /// Of each stream, its newest `seq`, and how often it is still said.
    newest: Mutex<BTreeMap<StreamName, (i64, u8)>>,
    published: Notify,
}

impl Reminding {
    /// Must be called on a runtime.
    pub fn start(inner: Arc<dyn Fanout>) -> Self {
        let heads = Arc::new(Heads::default());
        let task = Running::start(remind(inner.clone(), heads.clone()));
        Self { inner, heads, _task: task }
    }
}

async fn remind(fanout: Arc<dyn Fanout>, heads: Arc<Heads>) {
    loop {
        heads.published.notified().await;
        loop {
            tokio::time::sleep(EVERY).await;
            let due = heads.due();
            if due.is_empty() {
                break;
            }
            for (stream, seq) in due.into_iter().filter_map(|(stream, seq)| Some((stream, seq?))) {
                fanout.hint(stream.as_str(), Hint::Reached { seq });
            }
        }
    }
}

impl Heads {
    fn note(&self, event: &Event) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.is_empty() {
            self.published.notify_one();
        }
        let (seq, left) = newest.entry(event.stream.clone()).or_default();
        *seq = event.seq.max(*seq);
        // A stream isn't silent yet in the round that comes next.
        *left = TIMES + 2;
    }

    /// All streams that are still spoken of; with those that were silent, what is said of them now.
    fn due(&self) -> Vec<(StreamName, Option<i64>)> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.retain(|_, (_, left)| {
            *left -= 1;
            *left > 0
        });
        newest.iter().map(|(stream, (seq, left))| (stream.clone(), (*left <= TIMES).then_some(*seq))).collect()
    }
}

impl Fanout for Reminding {
    fn hears_all(&self) -> bool {
        self.inner.hears_all()
    }

    fn publish(&self, event: Arc<Event>) {
        self.heads.note(&event);
        self.inner.publish(event);
    }

    fn hint(&self, topic: &str, hint: Hint) {
        self.inner.hint(topic, hint);
    }

    fn subscribe(&self, topic: &str, sink: Arc<dyn Sink>) -> Subscription {
        self.inner.subscribe(topic, sink)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryFanout;
    use kernel::{EventId, Timestamp, UserId};
    use tokio::time::advance;

    #[derive(Default)]
    struct Ear(Mutex<Vec<i64>>);

    impl Sink for Ear {
        fn event(&self, _: &Arc<Event>) {}
        fn hint(&self, hint: &Hint) {
            if let Hint::Reached { seq } = hint {
                self.0.lock().expect("an ear").push(*seq);
            }
        }
    }

    fn event(seq: i64) -> Arc<Event> {
        let data = serde_json::value::RawValue::from_string("{}".into()).expect("json");
        let stream = StreamName::user("people", UserId(1));
        Arc::new(Event { stream, seq, id: EventId(seq), at: Timestamp(0), kind: "k".into(), data })
    }

    /// Lets so many rounds pass.
    async fn rounds(count: u8) {
        for _ in 0..count {
            tokio::task::yield_now().await;
            advance(EVERY).await;
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_head_of_a_silent_stream_is_said_for_a_while() {
        let fanout = Reminding::start(Arc::new(MemoryFanout::default()));
        let ear = Arc::new(Ear::default());
        let _held = fanout.subscribe("people/user/1", ear.clone());
        let heard = || ear.0.lock().expect("an ear").clone();
        for seq in 1..=5 {
            fanout.publish(event(seq));
            rounds(1).await;
        }
        assert!(heard().is_empty(), "a stream that speaks needs no reminder");
        rounds(2 * TIMES).await;
        assert_eq!(heard(), [5; TIMES as usize], "said, and not for ever");
        assert!(fanout.heads.newest.lock().expect("heads").is_empty());
        fanout.publish(event(6));
        rounds(2).await;
        assert_eq!(heard().last(), Some(&6));
    }
}
