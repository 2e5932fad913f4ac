use kernel::{Kind, Problem};

/// What a database could not do. Becomes a [`Problem`] by `?`; the database's own words stay in the log.
#[derive(Debug)]
pub struct Fault(pub sqlx::Error);

pub type Result<T, E = Fault> = std::result::Result<T, E>;

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        exit_if_sync_failed(&error);
        Self(error)
    }
}

/// SQLite's extended result codes for a failed fsync, of a file and of its folder.
const SQLITE_SYNC_FAILED: [&str; 2] = ["1034", "1290"];

/// After a failed fsync the kernel may have dropped the page: retrying would acknowledge what isn't on disk.
fn exit_if_sync_failed(error: &sqlx::Error) {
    if let sqlx::Error::Database(e) = error
        && e.code().is_some_and(|code| SQLITE_SYNC_FAILED.contains(&code.as_ref()))
    {
        tracing::error!(%error, "the disk failed to sync: stopping, so that nothing is acknowledged that isn't on it");
        std::process::abort();
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let code = match &fault.0 {
            sqlx::Error::Database(e) => e.code().unwrap_or_default().into_owned(),
            _ => String::new(),
        };
        let sqlite = code.parse::<u32>().map(|extended| extended & 0xff).unwrap_or_default();
        match &fault.0 {
            // SQLITE_FULL; PostgreSQL's disk_full.
            sqlx::Error::Database(_) if sqlite == 13 && code.len() < 5 || code == "53100" => Problem::new(
                Kind::Full,
                "disk_full",
                "The server's disk is full: nothing was saved. Tell the operator.",
            )
            .because(fault.0),
            // SQLITE_BUSY and SQLITE_LOCKED; PostgreSQL's connection, resource and shutdown classes, and deadlocks.
            sqlx::Error::Database(_)
                if code.len() < 5 && matches!(sqlite, 5 | 6)
                    || ["08", "53", "57"].iter().any(|class| code.starts_with(class)) && code.len() == 5
                    || code == "40P01" =>
            {
                Problem::unavailable("The database is busy: try again; it is safe to.").because(fault.0)
            }
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) => {
                Problem::unavailable("The database can't be reached: try again; it is safe to.").because(fault.0)
            }
            _ => Problem::internal(fault.0),
        }
    }
}
