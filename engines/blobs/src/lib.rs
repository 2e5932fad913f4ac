//! Engines of blobs. In a folder: one process, nothing to install. In a bucket of S3 (the cargo feature `s3`): any number.

pub mod local;
mod open;
#[cfg(feature = "s3")]
pub mod s3;

pub use local::LocalBlobs;
pub use open::Place;
#[cfg(feature = "s3")]
pub use s3::S3Blobs;
