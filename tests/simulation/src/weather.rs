//! The fan-out between nodes: in bad weather it loses, repeats, reorders and delays; in calm weather it does what it should.

use crate::lock;
use kernel::Event;
use ports::{Fanout, Hint, SeededRandom, Sink, Subscription};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

type Sinks = BTreeMap<String, BTreeMap<u64, Arc<dyn Sink>>>;

pub(crate) struct Weather {
    chance: SeededRandom,
    calm: AtomicBool,
    next: AtomicU64,
    sinks: Arc<Mutex<Sinks>>,
}

impl Weather {
    pub(crate) fn new(seed: u64) -> Arc<Self> {
        let calm = AtomicBool::new(false);
        Arc::new(Self { chance: SeededRandom::new(seed), calm, next: AtomicU64::new(0), sinks: Arc::default() })
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    pub(crate) fn calm_down(&self) {
        self.calm.store(true, Ordering::Relaxed);
    }

    /// Tells everyone who hears this topic, as the weather lets it.
    fn tell(&self, topic: String, told: impl Fn(&dyn Sink) + Clone + Send + 'static) {
        let hearing: Vec<u64> = lock(&self.sinks).get(&topic).map(|s| s.keys().copied().collect()).unwrap_or_default();
        for id in hearing {
            for after_ms in self.copies() {
                let (sinks, topic, told) = (self.sinks.clone(), topic.clone(), told.clone());
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(after_ms)).await;
                    let sink = lock(&sinks).get(&topic).and_then(|s| s.get(&id).cloned());
                    if let Some(sink) = sink {
                        told(&*sink);
                    }
                });
            }
        }
    }

    /// After how many milliseconds each copy of what is told arrives.
    fn copies(&self) -> Vec<u64> {
        if self.is_calm() {
            return vec![0];
        }
        let count = match self.chance.below(10) {
            0 | 1 => 0,
            2 => 2,
            _ => 1,
        };
        let after = |_| match self.chance.below(4) {
            0 => self.chance.below(150),
            _ => self.chance.below(3),
        };
        (0..count).map(after).collect()
    }
}

impl Fanout for Weather {
    fn publish(&self, event: Arc<Event>) {
        self.tell(event.stream.to_string(), move |sink| sink.event(&event));
    }

    fn hint(&self, topic: &str, hint: Hint) {
        self.tell(topic.to_owned(), move |sink| sink.hint(&hint));
    }

    fn subscribe(&self, topic: &str, sink: Arc<dyn Sink>) -> Subscription {
        let (id, topic) = (self.next.fetch_add(1, Ordering::Relaxed), topic.to_owned());
        lock(&self.sinks).entry(topic.clone()).or_default().insert(id, sink);
        let sinks = self.sinks.clone();
        Subscription::new(move || {
            let ended = lock(&sinks).get_mut(&topic).and_then(|s| s.remove(&id));
            drop(ended);
        })
    }
}
