use crate::MemoryFanout;
use kernel::Event;
use ports::{Fanout, Hint, SeededRandom, Sink, Subscription};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

/// A fan-out for tests, as bad as one may be: it loses events, repeats them and brings them out of order. Hints pass.
pub struct UnreliableFanout {
    inner: MemoryFanout,
    random: SeededRandom,
    held: Mutex<Vec<Arc<Event>>>,
    loses_all: AtomicBool,
}

impl UnreliableFanout {
    pub fn new(seed: u64) -> Self {
        Self {
            inner: MemoryFanout::default(),
            random: SeededRandom::new(seed),
            held: Mutex::default(),
            loses_all: AtomicBool::new(false),
        }
    }

    /// From now on no event comes through, or as before.
    pub fn lose_all(&self, all: bool) {
        self.loses_all.store(all, Ordering::SeqCst);
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Event>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fanout for UnreliableFanout {
    fn publish(&self, event: Arc<Event>) {
        if self.loses_all.load(Ordering::SeqCst) {
            return;
        }
        match self.random.below(10) {
            0..=2 => {}
            3..=4 => self.held().push(event),
            5 => {
                self.inner.publish(event.clone());
                self.inner.publish(event);
            }
            _ => self.inner.publish(event),
        }
        let late = {
            let mut held = self.held();
            let pick = self.random.below(held.len() as u64 + 1) as usize;
            (pick < held.len()).then(|| held.swap_remove(pick))
        };
        if let Some(late) = late {
            self.inner.publish(late);
        }
    }

    fn hint(&self, topic: &str, hint: Hint) {
        self.inner.hint(topic, hint);
    }

    fn subscribe(&self, topic: &str, sink: Arc<dyn Sink>) -> Subscription {
        self.inner.subscribe(topic, sink)
    }
}
