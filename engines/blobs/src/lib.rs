//! Engines of blobs. A folder of this machine: one process, nothing to install.

pub mod local;
mod open;

pub use local::LocalBlobs;
pub use open::{Place, open};
