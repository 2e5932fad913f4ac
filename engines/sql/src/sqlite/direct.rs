use super::{BUSY, Checkpoint, Turn};
use crate::{Fault, Result};
use kernel::{Event, NewEvent, StreamName};
use rusqlite::{OpenFlags, TransactionBehavior, config::DbConfig, params};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread::JoinHandle,
};
use tokio::sync::oneshot;

pub use rusqlite::Connection;

/// Readers that are kept open; a moment that needs more opens more.
const READERS: usize = 4;
const STATEMENTS: usize = 64;
/// Negative: KiB (PRAGMA cache_size). Room for the tails of some thousand streams, which every group writes to.
const WRITER_CACHE: i32 = -16_384;

type Work = Box<dyn FnOnce(Result<&mut Connection>) + Send>;

/// Connections to which a piece of work goes as a whole: the driver behind the pools hands over to its thread and back for
/// every statement, which costs several times what the statements of a group or a page do.
#[derive(Debug)]
pub struct Direct {
    file: PathBuf,
    turn: Turn,
    checkpoint: Checkpoint,
    writer: Mutex<Writer>,
    readers: Mutex<Vec<Connection>>,
}

/// A thread with the connection that writes. It starts with the first piece of work.
#[derive(Debug, Default)]
struct Writer {
    queue: Option<Sender<Work>>,
    thread: Option<JoinHandle<()>>,
    closed: bool,
}

impl Direct {
    pub(super) fn new(file: &Path, turn: Turn, checkpoint: Checkpoint) -> Self {
        Self { file: file.to_owned(), turn, checkpoint, writer: Mutex::default(), readers: Mutex::default() }
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Does `work` in one transaction, which is committed when it answers Ok. Nobody else writes meanwhile.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = self.turn.clone().lock_owned().await;
        let (answer, answered) = oneshot::channel();
        let checkpoint = self.checkpoint.clone();
        let job = move |connection: Result<&mut Connection>| {
            let result = connection.and_then(|connection| {
                let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let value = work(&tx)?;
                tx.commit()?;
                Ok(value)
            });
            drop(turn);
            checkpoint.grew();
            drop(answer.send(result));
        };
        lock(&self.writer).give(&self.file, Box::new(job))?;
        answered.await.unwrap_or(Err(Fault::Broken))
    }

    /// Does `work`, which only reads a few rows, right here: handing it over would cost as much again. What looks
    /// through many rows goes by the pool.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = lock(&self.readers).pop();
        let connection = idle.map_or_else(|| open(&self.file, Access::Read), Ok)?;
        let result = work(&connection);
        let mut idle = lock(&self.readers);
        if idle.len() < READERS {
            idle.push(connection);
        }
        result
    }

    pub(super) async fn close(&self) {
        lock(&self.readers).clear();
        let thread = {
            let mut writer = lock(&self.writer);
            writer.closed = true;
            writer.queue = None;
            writer.thread.take()
        };
        if let Some(thread) = thread {
            drop(tokio::task::spawn_blocking(|| thread.join()).await);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Writer {
    fn give(&mut self, file: &Path, work: Work) -> Result<()> {
        if self.closed {
            return Err(Fault::Broken);
        }
        if self.queue.is_none() {
            let (queue, works) = channel();
            let file = file.to_owned();
            let thread = std::thread::Builder::new().name("sqlite-write".into());
            self.thread = Some(thread.spawn(move || serve(&file, &works)).map_err(sqlx::Error::Io)?);
            self.queue = Some(queue);
        }
        let queue = self.queue.as_ref().ok_or(Fault::Broken)?;
        queue.send(work).map_err(|_| Fault::Broken)
    }
}

fn serve(file: &Path, works: &Receiver<Work>) {
    let mut connection: Option<Connection> = None;
    while let Ok(work) = works.recv() {
        match connection.take().map_or_else(|| open(file, Access::Write), Ok) {
            Ok(mut opened) => {
                let whole = catch_unwind(AssertUnwindSafe(|| work(Ok(&mut opened)))).is_ok();
                // A connection that something was left open on is not used again.
                if whole && opened.is_autocommit() {
                    connection = Some(opened);
                }
            }
            Err(error) => work(Err(error.into())),
        }
    }
}

#[derive(Clone, Copy)]
enum Access {
    Write,
    Read,
}

fn open(file: &Path, access: Access) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    // Otherwise a statement is planned anew for every value that it is asked with.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    match access {
        Access::Read => connection.pragma_update(None, "query_only", true)?,
        Access::Write => {
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "secure_delete", true)?;
            connection.pragma_update(None, "foreign_keys", true)?;
            connection.pragma_update(None, "cache_size", WRITER_CACHE)?;
        }
    }
    Ok(connection)
}

/// Gives events their `seq`, as `advance` does, in a direct piece of work.
pub fn advance_directly(tx: &Connection, new: Vec<NewEvent>) -> Result<Vec<Event>> {
    let mut grown: BTreeMap<StreamName, i64> = BTreeMap::new();
    for event in &new {
        *grown.entry(event.stream.clone()).or_default() += 1;
    }
    let mut upsert = tx.prepare_cached(
        "INSERT INTO streams (name, seq, relayed) VALUES (?1, ?2, 0)
         ON CONFLICT (name) DO UPDATE SET seq = streams.seq + excluded.seq RETURNING seq",
    )?;
    for (stream, next) in &mut grown {
        let head: i64 = upsert.query_row(params![stream.as_str(), *next], |row| row.get(0))?;
        *next = head - *next + 1;
    }
    let mut events = Vec::with_capacity(new.len());
    for event in new {
        let next = grown.get_mut(&event.stream).ok_or(Fault::Broken)?;
        events.push(event.at_seq(*next));
        *next += 1;
    }
    Ok(events)
}
