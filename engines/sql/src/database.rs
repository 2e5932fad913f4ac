use kernel::{Kind, Problem};
use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{MigrateError, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

/// Connections of one service to its database. On SQLite one connection writes and several read beside it; on
/// PostgreSQL both are the same pool.
#[derive(Debug)]
pub struct Pools<D: sqlx::Database> {
    pub read: sqlx::Pool<D>,
    pub write: sqlx::Pool<D>,
}

impl<D: sqlx::Database> Clone for Pools<D> {
    fn clone(&self) -> Self {
        Self { read: self.read.clone(), write: self.write.clone() }
    }
}

impl Pools<sqlx::Sqlite> {
    /// Begins a write. Taken at once, so that it can't nest in what a failed one left behind.
    pub async fn begin(&self) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>, sqlx::Error> {
        self.write.begin_with("BEGIN IMMEDIATE").await
    }
}

#[cfg(feature = "postgres")]
impl Pools<sqlx::Postgres> {
    /// Begins a write.
    pub async fn begin(&self) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, sqlx::Error> {
        self.write.begin().await
    }
}

/// A service's own database.
#[derive(Clone, Debug)]
pub enum Database {
    Sqlite(Pools<sqlx::Sqlite>),
    #[cfg(feature = "postgres")]
    Postgres(Pools<sqlx::Postgres>),
}

/// One step of a schema. Versions below 100 are this crate's.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub version: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

const LOG: Migration = Migration { version: 1, name: "log", sql: include_str!("../migrations/001_log.sql") };
const SQLITE_READERS: u32 = 4;

impl Database {
    /// Opens or makes a SQLite file: WAL, every commit synced, deleted bytes overwritten.
    pub async fn sqlite(file: &Path) -> kernel::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("secure_delete", "ON")
            .busy_timeout(Duration::from_secs(5));
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .after_release(|connection, _| Box::pin(async move { is_sound(connection).await }))
            .connect_with(options.clone())
            .await
            .map_err(|e| cannot_open(file, e))?;
        let read = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .connect_lazy_with(options.pragma("query_only", "ON"));
        Ok(Self::Sqlite(Pools { read, write }))
    }

    /// Opens a PostgreSQL database, with `schema` (made where missing) as the service's own.
    #[cfg(feature = "postgres")]
    pub async fn postgres(url: &str, schema: &str) -> kernel::Result<Self> {
        use std::str::FromStr;
        let unreachable = |e| {
            Problem::unavailable(
                "The PostgreSQL database can't be reached: check database_url, and that the server runs.",
            )
            .because(e)
        };
        let options = sqlx::postgres::PgConnectOptions::from_str(url).map_err(unreachable)?.options([
            ("search_path", schema),
            ("synchronous_commit", "on"),
            ("default_transaction_isolation", "read committed"),
        ]);
        let pool = sqlx::postgres::PgPoolOptions::new()
            .max_connections(16)
            .connect_with(options)
            .await
            .map_err(unreachable)?;
        let create = AssertSqlSafe(format!(r#"CREATE SCHEMA IF NOT EXISTS "{}""#, schema.replace('"', "")));
        sqlx::query(create).execute(&pool).await.map_err(unreachable)?;
        Ok(Self::Postgres(Pools { read: pool.clone(), write: pool }))
    }

    /// Brings the schema up to date: the log's own migrations, then `migrations`.
    pub async fn migrate(&self, migrations: &[Migration]) -> kernel::Result<()> {
        let steps = std::iter::once(&LOG).chain(migrations).map(|m| {
            let sql = AssertSqlSafe(self.dialect(m.sql)).into_sql_str();
            sqlx::migrate::Migration::new(m.version, m.name.into(), MigrationType::Simple, sql, false)
        });
        let migrator = Migrator::with_migrations(steps.collect());
        let done = match self {
            Self::Sqlite(pools) => migrator.run(&pools.write).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(pools) => migrator.run(&pools.write).await,
        };
        done.map_err(cannot_migrate)
    }

    /// Waits for what is being written and closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pools) => {
                pools.read.close().await;
                pools.write.close().await;
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(pools) => pools.write.close().await,
        }
    }

    fn dialect(&self, sql: &str) -> String {
        match self {
            Self::Sqlite(_) => sql.replace("/*sqlite ", "").replace("*/", ""),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => sql.to_owned(),
        }
    }
}

/// A full disk can end a transaction behind the driver's back; what is written on such a connection afterwards would
/// look committed and not be. It is closed, and the next write opens a fresh one.
async fn is_sound(connection: &mut sqlx::SqliteConnection) -> Result<bool, sqlx::Error> {
    use sqlx::Connection;
    if !connection.is_in_transaction() {
        return Ok(true);
    }
    // A rollback that was queued when a transaction was dropped has run after this.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

fn cannot_open(file: &Path, error: sqlx::Error) -> Problem {
    let shown = file.display();
    let code = match &error {
        sqlx::Error::Database(e) => e.code().unwrap_or_default().parse::<u32>().unwrap_or_default() & 0xff,
        _ => 0,
    };
    let (code, detail) = match code {
        11 | 26 => (
            "database_corrupt",
            format!(
                "{shown} is damaged or isn't a SQLite database: restore it from a backup, or move it away to start empty."
            ),
        ),
        14 | 8 | 3 => (
            "data_not_writable",
            format!("{shown} can't be opened for writing: check who owns the data folder and its permissions."),
        ),
        13 => ("disk_full", format!("{shown} can't be opened: the disk is full.")),
        _ => ("database_unusable", format!("{shown} can't be opened: {error}.")),
    };
    Problem::new(Kind::Unavailable, code, detail).because(error)
}

fn cannot_migrate(error: MigrateError) -> Problem {
    let corrupt =
        |e: &sqlx::Error| matches!(e, sqlx::Error::Database(d) if d.code().is_some_and(|c| c == "11" || c == "26"));
    let (code, detail) = match &error {
        MigrateError::VersionMissing(version) => (
            "database_newer",
            format!(
                "The database was made by a newer Guildhall (schema {version}): start that one, or restore a backup made before the upgrade."
            ),
        ),
        MigrateError::VersionMismatch(version) => (
            "database_differs",
            format!(
                "Schema {version} of the database isn't the one that this Guildhall knows: it was made by another build. Start that one, or restore a backup."
            ),
        ),
        MigrateError::Execute(e) | MigrateError::ExecuteMigration(e, _) if corrupt(e) => {
            ("database_corrupt", "The database is damaged: restore it from a backup.".to_owned())
        }
        _ => ("database_unusable", format!("The database's schema can't be brought up to date: {error}.")),
    };
    Problem::new(Kind::Unavailable, code, detail).because(error)
}
