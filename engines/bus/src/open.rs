//! Opens engines by URL.

use crate::{MemoryBus, MemoryFanout};
use kernel::{Kind, Problem, Result};
use ports::{Bus, Fanout};
use std::sync::Arc;

/// What a process says live, and what it relays.
pub struct Engines {
    pub fanout: Arc<dyn Fanout>,
    pub bus: Arc<dyn Bus>,
}

/// Opens the engines that these addresses name. `memory:` reaches one process.
pub async fn open(bus_url: &str, fanout_url: Option<&str>) -> Result<Engines> {
    match (bus_url, fanout_url) {
        ("memory:", None | Some("memory:")) => {
            Ok(Engines { fanout: Arc::new(MemoryFanout::default()), bus: Arc::new(MemoryBus::default()) })
        }
        _ => {
            Err(Problem::new(Kind::Unprocessable, "bad_bus_url", format!("bus_url is {bus_url:?}: it can be memory:.")))
        }
    }
}
