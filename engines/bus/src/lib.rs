//! Engines of the fan-out and the bus. In memory: one process, nothing to install.

mod memory;
#[cfg(feature = "testing")]
mod unreliable;

pub use memory::{MemoryBus, MemoryFanout};
#[cfg(feature = "testing")]
pub use unreliable::UnreliableFanout;
