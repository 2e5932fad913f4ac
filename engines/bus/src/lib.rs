//! Engines of the fan-out and the bus. In memory: one process, nothing to install.

mod memory;

pub use memory::{MemoryBus, MemoryFanout};
