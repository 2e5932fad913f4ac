use super::{BUSY, Turn};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::{Notify, OwnedMutexGuard};

/// A WAL longer than this is copied into the database. Pages that are written again and again are copied once.
const WAL_BYTES: u64 = 16 << 20;
const PAGE_BYTES: i64 = 4_096;
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
                // The file stays as long as it was once; how much of it is news is asked only then.
                if std::fs::metadata(&wal).is_ok_and(|wal| wal.len() > WAL_BYTES) {
                    copy_when_long(&file, &turn).await;
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
async fn copy_when_long(file: &Path, turn: &Turn) {
    let is_long = |frames: i64| frames * PAGE_BYTES > WAL_BYTES as i64;
    if !checkpoint(file, "NOOP", None).await.is_some_and(is_long) {
        return;
    }
    checkpoint(file, "PASSIVE", None).await;
    checkpoint(file, "PASSIVE", Some(turn.clone().lock_owned().await)).await;
}

/// Answers how many frames of the WAL aren't in the database yet.
async fn checkpoint(file: &Path, mode: &'static str, turn: Option<OwnedMutexGuard<()>>) -> Option<i64> {
    let file = file.to_owned();
    let done = tokio::task::spawn_blocking(move || {
        let frames = checkpoint_now(&file, mode);
        drop(turn);
        frames
    });
    match done.await {
        Ok(Ok(frames)) => Some(frames),
        Ok(Err(error)) => {
            let fault = crate::Fault::from(error);
            tracing::warn!(?fault, "the write-ahead log stays as it is until the next try");
            None
        }
        Err(panic) => {
            tracing::error!(%panic, "a checkpoint broke");
            None
        }
    }
}

fn checkpoint_now(file: &Path, mode: &str) -> rusqlite::Result<i64> {
    let connection = rusqlite::Connection::open(file)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        let (in_wal, copied): (i64, i64) = (row.get(1)?, row.get(2)?);
        Ok(in_wal - copied)
    })
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Database;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_long_wal_is_copied_and_used_again_and_a_short_one_is_left_alone() {
        let scratch = crate::testing::sqlite().await;
        let Database::Sqlite(pools) = &scratch.database else { panic!("SQLite") };
        let file = pools.file();
        let write = |sql: &'static str| async move {
            let mut tx = pools.begin().await.expect("begun");
            sqlx::query(sql).execute(&mut *tx).await.expect("written");
            tx.commit().await.expect("committed");
        };
        write("CREATE TABLE things (thing BLOB NOT NULL)").await;
        assert!(checkpoint_now(&file, "NOOP").expect("asked") > 0, "a short one is left alone");
        let bytes = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        let wal = with_suffix(&file, "-wal");
        for _ in 0..8 {
            for _ in 0..8 {
                write("INSERT INTO things VALUES (randomblob(1000000))").await;
            }
            // The copy comes soon after; how soon depends on the machine.
            for _ in 0..200 {
                if checkpoint_now(&file, "NOOP").expect("asked") * PAGE_BYTES <= WAL_BYTES as i64 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        assert!(bytes(&wal) < 4 * WAL_BYTES, "the WAL grew to {} bytes", bytes(&wal));
        assert!(bytes(&file) > 2 * WAL_BYTES, "only {} bytes were copied", bytes(&file));
    }
}
