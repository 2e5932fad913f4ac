//! Engines of the fan-out and the bus. In memory: one process, nothing to install.

mod memory;
#[cfg(feature = "testing")]
mod unreliable;

pub use memory::{MemoryBus, MemoryFanout};
#[cfg(feature = "testing")]
pub use unreliable::UnreliableFanout;

use kernel::{Kind, Problem, Result};
use ports::{Bus, Fanout};
use std::sync::Arc;

/// Opens the engines that these addresses name. `memory:` reaches one process.
pub async fn open(bus_url: &str, fanout_url: Option<&str>) -> Result<(Arc<dyn Fanout>, Arc<dyn Bus>)> {
    match (bus_url, fanout_url) {
        ("memory:", None | Some("memory:")) => Ok((Arc::new(MemoryFanout::default()), Arc::new(MemoryBus::default()))),
        _ => {
            Err(Problem::new(Kind::Unprocessable, "bad_bus_url", format!("bus_url is {bus_url:?}: it can be memory:.")))
        }
    }
}
