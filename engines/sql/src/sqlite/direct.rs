use super::{BUSY, Checkpoint, Turn};
use crate::{Fault, Result};
use kernel::{Event, NewEvent, StreamName};
use rusqlite::{OpenFlags, TransactionBehavior, params};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread::JoinHandle,
};
use tokio::sync::oneshot;

pub use rusqlite::Connection;

const READERS: usize = 2;
const STATEMENTS: usize = 64;
/// Negative: KiB (PRAGMA cache_size). Room for the tails of some thousand streams, which every group writes to.
const WRITER_CACHE: i32 = -16_384;

type Work = Box<dyn FnOnce(Result<&mut Connection>) + Send>;

/// Connections on threads of their own, to which a piece of work goes as a whole: the driver behind the pools hands over
/// to its thread and back for every statement, which costs several times what the statements of a group do.
#[derive(Debug)]
pub struct Direct {
    file: PathBuf,
    turn: Turn,
    checkpoint: Checkpoint,
    writer: Desk,
    readers: Desk,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Write,
    Read,
}

/// Threads that share one queue. They start with the first piece of work.
#[derive(Debug, Default)]
struct Desk(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    queue: Option<Sender<Work>>,
    threads: Vec<JoinHandle<()>>,
    closed: bool,
}

impl Direct {
    pub(super) fn new(file: &Path, turn: Turn, checkpoint: Checkpoint) -> Self {
        Self { file: file.to_owned(), turn, checkpoint, writer: Desk::default(), readers: Desk::default() }
    }

    /// Does `work` in one transaction, which is committed when it answers Ok. Nobody else writes meanwhile.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = self.turn.clone().lock_owned().await;
        let (answer, answered) = oneshot::channel();
        let checkpoint = self.checkpoint.clone();
        self.writer.give(&self.file, Access::Write, 1, move |connection| {
            let result = connection.and_then(|connection| {
                let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let value = work(&tx)?;
                tx.commit()?;
                Ok(value)
            });
            drop(turn);
            checkpoint.grew();
            drop(answer.send(result));
        })?;
        answered.await.unwrap_or(Err(Fault::Broken))
    }

    /// Does `work`, which only reads, on one state of the data.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        self.readers.give(&self.file, Access::Read, READERS, move |connection| {
            let result = connection.and_then(|connection| {
                let tx = connection.transaction()?;
                work(&tx)
            });
            drop(answer.send(result));
        })?;
        answered.await.unwrap_or(Err(Fault::Broken))
    }

    pub(super) async fn close(&self) {
        let threads = self.writer.close().into_iter().chain(self.readers.close()).collect::<Vec<_>>();
        let joined = tokio::task::spawn_blocking(|| threads.into_iter().for_each(|thread| drop(thread.join())));
        drop(joined.await);
    }
}

impl Desk {
    fn give(
        &self,
        file: &Path,
        access: Access,
        threads: usize,
        work: impl FnOnce(Result<&mut Connection>) + Send + 'static,
    ) -> Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return Err(Fault::Broken);
        }
        if state.queue.is_none() {
            let (queue, works) = channel();
            let works = Arc::new(Mutex::new(works));
            for _ in 0..threads {
                let (file, works) = (file.to_owned(), works.clone());
                let name = if access == Access::Write { "sqlite-write" } else { "sqlite-read" };
                let thread = std::thread::Builder::new().name(name.into());
                state.threads.push(thread.spawn(move || serve(&file, access, &works)).map_err(sqlx::Error::Io)?);
            }
            state.queue = Some(queue);
        }
        let queue = state.queue.as_ref().ok_or(Fault::Broken)?;
        queue.send(Box::new(work)).map_err(|_| Fault::Broken)
    }

    fn close(&self) -> Vec<JoinHandle<()>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed = true;
        state.queue = None;
        std::mem::take(&mut state.threads)
    }
}

fn serve(file: &Path, access: Access, works: &Mutex<Receiver<Work>>) {
    let mut connection: Option<Connection> = None;
    loop {
        let next = works.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        match connection.take().map_or_else(|| open(file, access), Ok) {
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

fn open(file: &Path, access: Access) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI,
    )?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
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

/// Appends events to their streams and gives them their `seq`, as `append` does, in a direct piece of work.
pub fn append_directly(tx: &Connection, new: Vec<NewEvent>) -> Result<Vec<Event>> {
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
    let mut insert =
        tx.prepare_cached("INSERT INTO events (stream, seq, id, at, kind, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut events = Vec::with_capacity(new.len());
    for event in new {
        let next = grown.get_mut(&event.stream).ok_or(Fault::Broken)?;
        let event = event.at_seq(*next);
        *next += 1;
        let Event { stream, seq, id, at, kind, data } = &event;
        insert.execute(params![stream.as_str(), seq, id.0, at.0, kind, data.get()])?;
        events.push(event);
    }
    Ok(events)
}
