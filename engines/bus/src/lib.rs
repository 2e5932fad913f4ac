//! Engines of the fan-out and the bus, one cargo feature each. In memory: one process, nothing to install.

mod memory;
#[cfg(feature = "nats")]
mod nats;
#[cfg(any(feature = "nats", feature = "redis"))]
mod node;
mod open;
#[cfg(feature = "rabbitmq")]
mod rabbitmq;
#[cfg(feature = "redis")]
mod redis;
mod reminding;
#[cfg(any(feature = "nats", feature = "rabbitmq"))]
mod ringer;
mod running;
#[cfg(feature = "testing")]
mod unreliable;

pub use memory::{MemoryBus, MemoryFanout};
#[cfg(feature = "nats")]
pub use nats::{NatsBus, nats_fanout};
#[cfg(any(feature = "nats", feature = "redis"))]
pub use node::NodeFanout;
pub use open::{Engines, open, reach_others};
#[cfg(feature = "rabbitmq")]
pub use rabbitmq::RabbitBus;
#[cfg(feature = "redis")]
pub use redis::redis_fanout;
pub use reminding::Reminding;
#[cfg(feature = "testing")]
pub use unreliable::UnreliableFanout;
