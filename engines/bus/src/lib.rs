//! Engines of the fan-out and the bus. In memory: one process, nothing to install.

mod memory;
mod open;
#[cfg(feature = "testing")]
mod unreliable;

pub use memory::{MemoryBus, MemoryFanout};
pub use open::{Engines, open};
#[cfg(feature = "testing")]
pub use unreliable::UnreliableFanout;
