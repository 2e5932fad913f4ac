//! Engines of the fan-out and the bus, one cargo feature each. In memory: one process, nothing to install.

mod memory;
#[cfg(feature = "nats")]
mod nats;
#[cfg(feature = "nats")]
mod node;
mod open;
#[cfg(feature = "nats")]
mod ringer;
#[cfg(feature = "nats")]
mod running;
#[cfg(feature = "testing")]
mod unreliable;

pub use memory::{MemoryBus, MemoryFanout};
#[cfg(feature = "nats")]
pub use nats::{NatsBus, nats_fanout};
#[cfg(feature = "nats")]
pub use node::NodeFanout;
pub use open::{Engines, open};
#[cfg(feature = "testing")]
pub use unreliable::UnreliableFanout;
