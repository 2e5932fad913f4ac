use crate::{assurance::Assurance, lane::Lane, lock, owners::Owners, workers::Workers};
use kernel::{Result, StreamName};
use ports::Fanout;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

/// The lanes of this node: one per stream that somebody watches.
pub(crate) struct Lanes {
    pub(crate) fanout: Arc<dyn Fanout>,
    pub(crate) owners: Owners,
    pub(crate) assurance: Arc<Assurance>,
    pub(crate) workers: Workers,
    next_worker: AtomicUsize,
    lanes: Mutex<HashMap<StreamName, Weak<Lane>>>,
}

impl Lanes {
    pub(crate) fn new(fanout: Arc<dyn Fanout>, owners: Owners, assurance: Arc<Assurance>) -> Arc<Self> {
        let (workers, next_worker) = (Workers::start(), AtomicUsize::new(0));
        Arc::new(Self { fanout, owners, assurance, workers, next_worker, lanes: Mutex::default() })
    }

    /// The open lane of a stream.
    pub(crate) async fn lane(self: &Arc<Self>, stream: &StreamName) -> Result<Arc<Lane>> {
        let lane = {
            let mut lanes = lock(&self.lanes);
            if lanes.len() == lanes.capacity() {
                lanes.retain(|_, lane| lane.strong_count() > 0);
            }
            let there = lanes.get(stream).and_then(Weak::upgrade);
            there.unwrap_or_else(|| {
                let lane = Lane::new(stream.clone(), self.clone());
                lanes.insert(lane.stream.clone(), Arc::downgrade(&lane));
                lane
            })
        };
        lane.open().await?;
        Ok(lane)
    }

    /// The worker that begins with the next new lane.
    pub(crate) fn next_worker(&self) -> usize {
        self.next_worker.fetch_add(1, Ordering::Relaxed) % self.workers.count()
    }
}
