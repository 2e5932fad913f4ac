use kernel::{Kind, Problem};
use sqlx::error::DatabaseError as _;

/// What a database could not do. Becomes a [`Problem`] by `?`; the database's own words stay in the log.
#[derive(Debug)]
pub enum Fault {
    Pool(sqlx::Error),
    Direct(rusqlite::Error),
    /// The work broke, or the database was closed.
    Broken,
}

pub type Result<T, E = Fault> = std::result::Result<T, E>;

/// SQLite's extended result codes for a failed fsync, of a file and of its folder.
const SQLITE_SYNC_FAILED: [i32; 2] = [1034, 1290];

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::Pool(error).unless_sync_failed()
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Direct(error).unless_sync_failed()
    }
}

impl Fault {
    /// After a failed fsync the kernel may have dropped the page: retrying would acknowledge what isn't on disk.
    fn unless_sync_failed(self) -> Self {
        if self.sqlite().is_some_and(|code| SQLITE_SYNC_FAILED.contains(&code)) {
            tracing::error!(fault = ?self, "the disk failed to sync: stopping, so that nothing is acknowledged that isn't on it");
            std::process::abort();
        }
        self
    }

    /// SQLite's extended result code.
    fn sqlite(&self) -> Option<i32> {
        match self {
            Self::Pool(sqlx::Error::Database(e)) => {
                e.try_downcast_ref::<sqlx::sqlite::SqliteError>()?.code()?.parse().ok()
            }
            Self::Direct(rusqlite::Error::SqliteFailure(e, _)) => Some(e.extended_code),
            _ => None,
        }
    }

    /// PostgreSQL's SQLSTATE.
    fn sqlstate(&self) -> String {
        match self {
            Self::Pool(sqlx::Error::Database(e)) if self.sqlite().is_none() => e.code().unwrap_or_default().into(),
            _ => String::new(),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pool(error) => error.fmt(f),
            Self::Direct(error) => error.fmt(f),
            Self::Broken => f.write_str("the work on the database broke off"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Tls};
        let (sqlite, sqlstate) = (fault.sqlite().map(|extended| extended & 0xff), fault.sqlstate());
        // PostgreSQL's connection, resource and shutdown classes, deadlocks, and transactions that it gave up.
        let away = ["08", "53", "57", "40P01", "25P03"].iter().any(|state| sqlstate.starts_with(state));
        let problem = match (sqlite, &fault) {
            (Some(FULL), _) => full(),
            _ if sqlstate == "53100" => full(),
            (Some(BUSY | LOCKED), _) => Problem::unavailable("The database is busy: try again; it is safe to."),
            _ if away => Problem::unavailable("The database is busy: try again; it is safe to."),
            (_, Fault::Broken | Fault::Pool(Io(_) | PoolTimedOut | PoolClosed | Tls(_))) => {
                Problem::unavailable("The database can't be reached: try again; it is safe to.")
            }
            _ => return Problem::internal(fault),
        };
        problem.because(fault)
    }
}

const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const FULL: i32 = 13;

fn full() -> Problem {
    Problem::new(Kind::Full, "disk_full", "The server's disk is full: nothing was saved. Tell the operator.")
}
