use super::{BUSY, Turn};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::Notify;

/// A WAL longer than this is copied into the database. Pages that are written again and again are copied once.
const WAL_BYTES: u64 = 16 << 20;
/// How soon after a commit the WAL is looked at.
const PAUSE: Duration = Duration::from_millis(200);

/// Copies what was committed from the WAL to the database, on a thread and a connection of its own: never on the path
/// of a commit.
#[derive(Clone, Debug)]
pub(super) struct Checkpoint(Arc<Notify>);

impl Checkpoint {
    /// Runs for as long as somebody writes to the file.
    pub(super) fn start(file: &Path, turn: Turn) -> Self {
        let grew = Arc::new(Notify::new());
        let (file, wal) = (file.to_owned(), with_suffix(file, "-wal"));
        let weak = Arc::downgrade(&grew);
        tokio::spawn(async move {
            while let Some(grew) = weak.upgrade() {
                // Those who write hold the other ends; when they are gone, this one is the last.
                if tokio::time::timeout(Duration::from_secs(30), grew.notified()).await.is_err() {
                    continue;
                }
                drop(grew);
                tokio::time::sleep(PAUSE).await;
                if std::fs::metadata(&wal).is_ok_and(|wal| wal.len() > WAL_BYTES) {
                    copy(&file, &turn).await;
                }
            }
        });
        Self(grew)
    }

    /// Something was committed.
    pub(super) fn grew(&self) {
        self.0.notify_one();
    }
}

/// Twice: most of it while others write, and what they wrote meanwhile while nobody does; then the WAL is used from its
/// beginning again.
async fn copy(file: &Path, turn: &Turn) {
    for alone in [false, true] {
        let turn = if alone { Some(turn.clone().lock_owned().await) } else { None };
        let file = file.to_owned();
        let copied = tokio::task::spawn_blocking(move || {
            let copied = copy_once(&file);
            drop(turn);
            copied
        });
        match copied.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                let fault = crate::Fault::from(error);
                tracing::warn!(?fault, "the write-ahead log stays as it is until the next try");
            }
            Err(panic) => tracing::error!(%panic, "a checkpoint broke"),
        }
    }
}

fn copy_once(file: &Path) -> rusqlite::Result<()> {
    let connection = rusqlite::Connection::open(file)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
