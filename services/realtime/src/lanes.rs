use crate::{lane::Lane, lock, owners::Owners, workers::Workers};
use kernel::{Result, StreamName};
use ports::Fanout;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, Weak},
};

/// The lanes of this node: one per stream that somebody watches.
pub(crate) struct Lanes {
    fanout: Arc<dyn Fanout>,
    pub(crate) owners: Owners,
    pub(crate) workers: Arc<Workers>,
    lanes: Mutex<HashMap<StreamName, Weak<Lane>>>,
}

impl Lanes {
    pub(crate) fn new(fanout: Arc<dyn Fanout>, owners: Owners) -> Arc<Self> {
        Arc::new(Self { fanout, owners, workers: Workers::start(), lanes: Mutex::default() })
    }

    /// The open lane of a stream.
    pub(crate) async fn lane(&self, stream: &StreamName) -> Result<Arc<Lane>> {
        let lane = {
            let mut lanes = lock(&self.lanes);
            if lanes.len() == lanes.capacity() {
                lanes.retain(|_, lane| lane.strong_count() > 0);
            }
            let there = lanes.get(stream).and_then(Weak::upgrade);
            there.unwrap_or_else(|| {
                let lane = Lane::new(stream.clone(), self.owners.clone(), self.workers.clone());
                lanes.insert(stream.clone(), Arc::downgrade(&lane));
                lane
            })
        };
        lane.open(&*self.fanout).await?;
        Ok(lane)
    }
}
