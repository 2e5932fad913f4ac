//! The engines that the suite runs on.

use ports::{Blobs, OsRandom, Random};
use std::{path::PathBuf, sync::Arc};

/// An engine with nothing in it.
pub trait Rig: Sync {
    async fn start() -> Self;

    /// What a process of its own would have.
    async fn open(&self) -> Arc<dyn Blobs>;
}

/// A folder that is gone when dropped.
pub struct Folder(PathBuf);

impl Rig for Folder {
    async fn start() -> Self {
        let random: &dyn Random = &OsRandom;
        Self(std::env::temp_dir().join(format!("guildhall-blobs-{:x}", u128::from_le_bytes(random.bytes()))))
    }

    async fn open(&self) -> Arc<dyn Blobs> {
        engine_blobs::open(&format!("file:{}", self.0.display()), &self.0).await.expect("it opens")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
