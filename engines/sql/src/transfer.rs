//! Moves services from their SQLite files to schemas of a PostgreSQL database.
//!
//! Every service is copied to a schema that is called `moving_…`, in batches that are noted as they commit, so that a move
//! which was killed goes on where it was. When every row of every table was read back and is what the file has, all
//! schemas get their names in one transaction: nobody ever starts on half a move.

mod digest;
mod source;
mod table;
mod target;

use crate::{Migration, database::versions, sqlite::Check};
use kernel::{Kind, Problem, Result};
use source::Source;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use std::{path::Path, str::FromStr, time::Duration};
use table::Table;
use target::Target;

/// How many rows go over in one statement and one transaction.
const BATCH: usize = 1_000;
/// Who holds it in a database moves there alone.
const LOCK: i64 = 0x6775_696c_6468_616c;
/// How long the lock is waited for: PostgreSQL takes a moment to see that who held it was killed.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(100);

/// A move into one database.
pub struct Transfer {
    url: String,
    schemas: Vec<&'static str>,
    /// Holds the lock.
    connection: PgConnection,
}

/// How far a table is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    pub schema: &'a str,
    pub table: &'a str,
    pub rows: i64,
    pub of: i64,
}

impl Transfer {
    /// Begins, or goes on with, a move of the services that these schemas belong to.
    ///
    /// # Errors
    /// The database can't be reached; another move holds it; a schema has rows that no move brought.
    pub async fn begin(url: &str, schemas: &[&'static str]) -> Result<Self> {
        let options = PgConnectOptions::from_str(url).map_err(|e| unreachable(&e))?;
        let mut connection = PgConnection::connect_with(&options).await.map_err(|e| unreachable(&e))?;
        let began = tokio::time::Instant::now();
        while !target::lock(&mut connection, LOCK).await.map_err(|e| refused("the lock", &e))? {
            if began.elapsed() > PATIENCE {
                let detail = "Another guildhall migrate moves into this database: wait for it, or stop it.";
                return Err(Problem::new(Kind::Conflict, "move_running", detail));
            }
            tokio::time::sleep(PAUSE).await;
        }
        for schema in schemas {
            check_free(&mut connection, schema).await?;
        }
        Ok(Self { url: url.to_owned(), schemas: schemas.to_vec(), connection })
    }

    /// Copies what is missing of a service and reads all of it back. Answers the number of its rows.
    ///
    /// # Errors
    /// The file is damaged, or of another version than `migrations`; PostgreSQL refuses a row; what is there isn't what was
    /// copied.
    pub async fn copy(
        &self,
        schema: &'static str,
        file: &Path,
        migrations: &[Migration],
        tell: &dyn Fn(Progress<'_>),
    ) -> Result<i64> {
        let source = open(file, migrations)?;
        let (target, tables) = self.open(schema, &source, migrations).await?;
        let mut all = 0;
        for table in &tables {
            let told = |rows| tell(Progress { schema, table: &table.name, rows, of: table.rows });
            copy_table(&source, &target, table, &told).await?;
            all += table.rows;
        }
        for table in &tables {
            verify(&target, table).await?;
        }
        target.close().await;
        Ok(all)
    }

    /// Gives all schemas their names, in one transaction.
    pub async fn finish(mut self) -> Result<()> {
        for schema in &self.schemas {
            check_free(&mut self.connection, schema).await?;
        }
        target::name(&mut self.connection, &self.schemas).await.map_err(|e| refused("the schemas' names", &e))?;
        self.connection.close().await.map_err(|e| refused("the end", &e))
    }

    /// The schema to copy to, with the tables in an order in which each finds what it refers to. What was copied from
    /// anything else than the file as it is now is dropped.
    async fn open(&self, schema: &str, source: &Source, migrations: &[Migration]) -> Result<(Target, Vec<Table>)> {
        let target = Target::open(&self.url, schema, migrations).await?;
        let tables = source.tables(&target.columns().await.map_err(|e| refused("its columns", &e))?)?;
        let marks = target.marks().await.map_err(|e| refused("its marks", &e))?;
        let other = marks.iter().any(|(name, mark)| tables.iter().any(|t| t.name == *name && t.digest != mark.digest));
        if !other {
            return Ok((target, tables));
        }
        target.drop_all().await.map_err(|e| refused("an older copy", &e))?;
        Ok((Target::open(&self.url, schema, migrations).await?, tables))
    }
}

fn open(file: &Path, migrations: &[Migration]) -> Result<Source> {
    let shown = file.display();
    let broken = |e: crate::Fault| {
        Problem::new(Kind::Unavailable, "database_unusable", format!("{shown} can't be read: {e}.")).because(e)
    };
    let source = Source::open(file).map_err(broken)?;
    if let Some(fault) = source.snapshot.faults(Check::Quick).map_err(broken)?.first() {
        let detail = format!("{shown} is damaged ({fault}): restore a backup.");
        return Err(Problem::new(Kind::Unavailable, "database_corrupt", detail));
    }
    let (steps, known) = (source.snapshot.contents().map_err(broken)?.steps, versions(migrations));
    if steps == known {
        return Ok(source);
    }
    let detail = match steps.iter().any(|step| !known.contains(step)) {
        true => format!("{shown} was made by a newer Guildhall: move it with that one."),
        false => format!("{shown} was made by an older Guildhall: start this one on it once, with guildhall serve."),
    };
    Err(Problem::new(Kind::Conflict, "other_version", detail))
}

async fn check_free(connection: &mut PgConnection, schema: &str) -> Result<()> {
    let occupied = target::occupied(connection, schema).await.map_err(|e| refused(schema, &e))?;
    occupied.map_or(Ok(()), |table| {
        let detail = format!(
            "The database has a schema {schema} already, in which {table} isn't from this move: name an empty database."
        );
        Err(Problem::new(Kind::Conflict, "target_not_empty", detail))
    })
}

async fn copy_table(source: &Source, target: &Target, table: &Table, tell: &dyn Fn(i64)) -> Result<()> {
    let name = &table.name;
    let refused = |e: sqlx::Error| refused(name, &e);
    let mut done = target.mark(table).await.map_err(refused)?;
    let there = target.count(table).await.map_err(refused)?;
    if there != done {
        let detail = format!(
            "{}.{name} has {there} rows, of which {done} are from this move: drop that schema, and start again.",
            target.schema
        );
        return Err(Problem::new(Kind::Conflict, "target_not_empty", detail));
    }
    if done < table.rows {
        source
            .for_batches(table, done, async |rows| {
                done += rows.len() as i64;
                target.insert(table, rows, done).await.map_err(refused)?;
                tell(done);
                Ok(())
            })
            .await?;
        target.analyze(table).await.map_err(refused)?;
    } else {
        tell(done);
    }
    Ok(())
}

/// Holds every row against the file's. A copy that differs is dropped.
async fn verify(target: &Target, table: &Table) -> Result<()> {
    let (name, schema) = (&table.name, &target.schema);
    let read = target.digest(table).await.map_err(|e| refused(name, &e))?;
    if read == (table.digest.clone(), table.rows) {
        return Ok(());
    }
    let rows = read.1;
    target.drop_all().await.map_err(|e| refused(schema, &e))?;
    let detail = format!(
        "{schema}.{name} isn't what was copied to it ({rows} rows of {}, read back): somebody else wrote there. That \
         schema is dropped; run this again to copy it anew.",
        table.rows
    );
    Err(Problem::new(Kind::Conflict, "copy_differs", detail))
}

fn unreachable(error: &sqlx::Error) -> Problem {
    Problem::unavailable(format!(
        "The PostgreSQL database can't be reached: {error}. Check the address, and that it runs."
    ))
}

fn refused(what: &str, error: &sqlx::Error) -> Problem {
    Problem::new(Kind::Unavailable, "postgres_refused", format!("PostgreSQL refused {what}: {error}. Run this again."))
}

#[cfg(test)]
mod tests;
