use super::{BUSY, Connection};
use crate::{Fault, Result};
use rusqlite::{
    OpenFlags,
    backup::{Backup, StepResult},
};
use std::{collections::BTreeMap, path::Path};

/// A service's file as it is at one moment, however much is written to it meanwhile: nobody who writes waits for who holds
/// a snapshot.
pub struct Snapshot {
    connection: Connection,
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The versions of the schema's steps that were done, rising.
    pub steps: Vec<i64>,
    /// How many rows each table has.
    pub rows: BTreeMap<String, i64>,
}

/// How closely a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Every page.
    Quick,
    /// Every page, and every index against its table.
    Whole,
}

impl Snapshot {
    /// Takes one of a file that may be in use.
    pub fn take(file: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "query_only", true)?;
        Self::begin(connection)
    }

    /// Takes one of a [copy](Self::copy), which is nobody else's. Nothing is made beside it.
    pub fn of_copy(file: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::begin(Connection::open_with_flags(file, flags)?)
    }

    /// The moment is that of the first read.
    fn begin(connection: Connection) -> Result<Self> {
        connection.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;")?;
        Ok(Self { connection })
    }

    pub fn contents(&self) -> Result<Contents> {
        let tables = self.tables()?;
        let steps = match tables.iter().any(|table| table == STEPS) {
            true => {
                let mut select = self.connection.prepare("SELECT version FROM _sqlx_migrations ORDER BY version")?;
                select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
            }
            false => Vec::new(),
        };
        let count = |table: String| {
            let sql = format!("SELECT count(*) FROM {}", quoted(&table));
            let rows = self.connection.query_row(&sql, [], |row| row.get(0))?;
            Ok((table, rows))
        };
        let rows = tables.into_iter().filter(|table| table != STEPS).map(count).collect::<Result<_>>()?;
        Ok(Contents { steps, rows })
    }

    /// What is wrong with the file, in SQLite's words. Empty: it is sound.
    pub fn faults(&self, check: Check) -> Result<Vec<String>> {
        let sql = match check {
            Check::Quick => "PRAGMA quick_check(5)",
            Check::Whole => "PRAGMA integrity_check(5)",
        };
        let mut select = self.connection.prepare(sql)?;
        let said = select.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        Ok(said.into_iter().filter(|line| line != "ok").collect())
    }

    /// Up to which moment (Unix milliseconds) ids may have been made. None: none were.
    pub fn high_water_ms(&self) -> Result<Option<i64>> {
        Ok(self.connection.query_row("SELECT max(until_ms) FROM id_high_water", [], |row| row.get(0))?)
    }

    /// Copies the file into `to`, an empty one: all of it in that one file, without a journal beside it. Whoever calls this
    /// syncs.
    pub fn copy(&self, to: &Path) -> Result<()> {
        let mut copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        copy.pragma_update(None, "synchronous", "OFF")?;
        copy.pragma_update(None, "journal_mode", "OFF")?;
        match Backup::new(&self.connection, &mut copy)?.step(-1)? {
            StepResult::Done => {}
            _ => return Err(Fault::Broken),
        }
        // The pages say that there is a write-ahead log, as the original's do.
        copy.pragma_update(None, "journal_mode", "DELETE")?;
        Ok(copy.close().map_err(|(_, error)| error)?)
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Its tables, by name; those that SQLite keeps for itself are left out.
    pub(crate) fn tables(&self) -> Result<Vec<String>> {
        let mut select = self.connection.prepare(
            r"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name",
        )?;
        Ok(select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }
}

/// Where the steps of the schema are noted.
pub(crate) const STEPS: &str = "_sqlx_migrations";

pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Database;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_copy_is_of_the_moment_of_its_snapshot_and_stands_alone() {
        let scratch = crate::testing::sqlite().await;
        scratch.ground(&[]).await;
        let Database::Sqlite(pools) = &scratch.database else { panic!("SQLite") };
        let write = |sql: &'static str| async move {
            let mut tx = pools.begin().await.expect("begun");
            sqlx::query(sql).execute(&mut *tx).await.expect("written");
            tx.commit().await.expect("committed");
        };
        write("INSERT INTO streams (name, seq, relayed) VALUES ('before', 1, 0)").await;
        let snapshot = Snapshot::take(&pools.file()).expect("taken");
        // Many pages, so that the copy would see them if it saw anything that is newer.
        for _ in 0..4 {
            write(
                "INSERT INTO dead_letters SELECT 'f', hex(randomblob(500)), 1, 1, hex(randomblob(200000)) FROM streams",
            )
            .await;
        }
        write("INSERT INTO streams (name, seq, relayed) VALUES ('after', 1, 0)").await;
        let copy = pools.file().with_extension("copy");
        std::fs::write(&copy, "").expect("a file");
        snapshot.copy(&copy).expect("copied");
        let copied = Snapshot::of_copy(&copy).expect("taken");
        assert!(copied.faults(Check::Whole).expect("checked").is_empty());
        let contents = copied.contents().expect("read");
        assert_eq!(contents, snapshot.contents().expect("read"));
        assert_eq!(
            (contents.steps.as_slice(), contents.rows["streams"], contents.rows["dead_letters"]),
            ([1, 2].as_slice(), 1, 0)
        );
        let beside =
            ["copy-wal", "copy-shm", "copy-journal"].map(|suffix| pools.file().with_extension(suffix).exists());
        assert_eq!(beside, [false; 3]);
        let now = Snapshot::take(&pools.file()).expect("taken").contents().expect("read");
        assert_eq!((now.rows["streams"], now.rows["dead_letters"]), (2, 4));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_damaged_copy_is_found() {
        let scratch = crate::testing::sqlite().await;
        scratch.ground(&[]).await;
        let Database::Sqlite(pools) = &scratch.database else { panic!("SQLite") };
        let copy = pools.file().with_extension("copy");
        std::fs::write(&copy, "").expect("a file");
        Snapshot::take(&pools.file()).expect("taken").copy(&copy).expect("copied");
        let mut bytes = std::fs::read(&copy).expect("read");
        // A page in the middle is another's.
        let page = 4_096;
        let (from, to) = (bytes[page..2 * page].to_vec(), 3 * page);
        bytes[to..to + page].copy_from_slice(&from);
        std::fs::write(&copy, bytes).expect("written");
        let said = Snapshot::of_copy(&copy).and_then(|copy| copy.faults(Check::Whole));
        assert!(said.map_or(true, |faults| !faults.is_empty()), "the damage wasn't seen");
    }
}
