//! What a stamped file sees when it is compiled for SQLite, and how SQLite is opened: WAL, every commit synced, deleted
//! bytes overwritten, one that writes at a time, checkpoints off everybody's path.

mod checkpoint;
mod direct;
mod scrub;
mod snapshot;

pub use direct::{Connection, Direct, advance_directly};
pub use snapshot::{Check, Contents, Snapshot};
#[cfg(feature = "postgres")]
pub(crate) use snapshot::{STEPS, quoted};

use checkpoint::Checkpoint;
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    ops::{Deref, DerefMut},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::sync::{Mutex, OwnedMutexGuard};

const READERS: u32 = 4;
const BUSY: Duration = Duration::from_secs(5);

pub type Db = sqlx::Sqlite;
include!("log.rs");

/// Connections of one service to its file: one writes, several read beside it, and `direct` does whole pieces of work
/// for those who can't wait for a hand-over per statement.
#[derive(Clone, Debug)]
pub struct Pools {
    pub read: sqlx::Pool<Db>,
    pub write: sqlx::Pool<Db>,
    pub direct: Arc<Direct>,
    turn: Turn,
    checkpoint: Checkpoint,
}

/// Held by who writes. SQLite lets one write at a time; waiting here is fair and costs nothing, waiting there is polling.
type Turn = Arc<Mutex<()>>;

impl Pools {
    pub(crate) async fn open(file: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("secure_delete", "ON")
            .pragma("wal_autocheckpoint", "0")
            .busy_timeout(BUSY);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .after_release(|connection, _| Box::pin(async move { is_sound(connection).await }))
            .connect_with(options.clone())
            .await?;
        let read =
            SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options.pragma("query_only", "ON"));
        let turn = Turn::default();
        let checkpoint = Checkpoint::start(file, turn.clone());
        let direct = Arc::new(Direct::new(file, turn.clone(), checkpoint.clone()));
        Ok(Self { read, write, direct, turn, checkpoint })
    }

    /// Begins a write. Taken at once, so that it can't nest in what a failed one left behind.
    pub async fn begin(&self) -> Result<Tx<'static>, sqlx::Error> {
        let turn = self.turn.clone().lock_owned().await;
        let inner = self.write.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Tx { inner, checkpoint: self.checkpoint.clone(), _turn: turn })
    }

    #[cfg(test)]
    pub(crate) fn file(&self) -> std::path::PathBuf {
        self.direct.file().to_owned()
    }

    pub(crate) async fn close(&self) {
        self.direct.close().await;
        self.read.close().await;
        self.write.close().await;
    }
}

/// A transaction that writes; rolled back when dropped.
pub struct Tx<'c> {
    // Before the turn: dropped first.
    inner: sqlx::Transaction<'c, Db>,
    checkpoint: Checkpoint,
    _turn: OwnedMutexGuard<()>,
}

impl Tx<'_> {
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.inner.commit().await?;
        self.checkpoint.grew();
        Ok(())
    }
}

impl Deref for Tx<'_> {
    type Target = SqliteConnection;
    fn deref(&self) -> &SqliteConnection {
        &self.inner
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }
}

/// A full disk can end a transaction behind the driver's back; what is written on such a connection afterwards would
/// look committed and not be. It is closed, and the next write opens a fresh one.
async fn is_sound(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if !connection.is_in_transaction() {
        return Ok(true);
    }
    // A rollback that was queued when a transaction was dropped has run after this.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}
