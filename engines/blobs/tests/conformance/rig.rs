//! The engines that the suite runs on.

use crate::server::Server;
use engine_blobs::Place;
use ports::{Blobs, OsRandom, Random};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Weak},
};
use tokio::sync::Mutex;

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
        Self(std::env::temp_dir().join(format!("guildhall-blobs-{}", name())))
    }

    async fn open(&self) -> Arc<dyn Blobs> {
        open(&format!("file:{}", self.0.display())).await
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A bucket on a server that all tests share which leave it alone.
pub struct Bucket {
    server: Arc<Server>,
    pub name: String,
}

impl Rig for Bucket {
    async fn start() -> Self {
        static SHARED: Mutex<Weak<Server>> = Mutex::const_new(Weak::new());
        let mut shared = SHARED.lock().await;
        let server = match shared.upgrade() {
            Some(server) => server,
            None => Arc::new(start_server().await),
        };
        *shared = Arc::downgrade(&server);
        let name = name();
        server.make_bucket(&name);
        Self { server, name }
    }

    async fn open(&self) -> Arc<dyn Blobs> {
        open(&self.url()).await
    }
}

impl Bucket {
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// How many uploads have begun and not ended.
    pub fn uploads(&self) -> usize {
        self.server.ask("GET", &format!("/{}?uploads", self.name)).matches("<Upload>").count()
    }
}

/// A bucket on a server of the test's own.
pub struct OwnServer(pub Server);

impl OwnServer {
    pub const BUCKET: &str = "hall";
}

impl Rig for OwnServer {
    async fn start() -> Self {
        let server = start_server().await;
        server.make_bucket(Self::BUCKET);
        Self(server)
    }

    async fn open(&self) -> Arc<dyn Blobs> {
        open(&self.0.url(Self::BUCKET)).await
    }
}

async fn start_server() -> Server {
    tokio::task::spawn_blocking(Server::start).await.expect("the server starts")
}

async fn open(url: &str) -> Arc<dyn Blobs> {
    let place = Place::parse(url, Path::new("/nowhere")).expect("a place");
    place.open().await.expect("it opens")
}

fn name() -> String {
    let random: &dyn Random = &OsRandom;
    format!("{:032x}", u128::from_le_bytes(random.bytes()))
}
