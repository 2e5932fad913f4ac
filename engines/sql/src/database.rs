use crate::sqlite;
use kernel::{Kind, Problem};
use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{MigrateError, MigrationType, Migrator},
};
use std::path::Path;

/// A service's own database.
#[derive(Clone, Debug)]
pub enum Database {
    Sqlite(sqlite::Pools),
    #[cfg(feature = "postgres")]
    Postgres(crate::postgres::Pools),
}

/// One step of a schema. Versions below 100 are this crate's.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub version: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

const OWN: [Migration; 2] = [
    Migration { version: 1, name: "log", sql: include_str!("../migrations/001_log.sql") },
    Migration { version: 2, name: "nodes", sql: include_str!("../migrations/002_nodes.sql") },
];

/// Every version of a schema with these `migrations`, rising.
pub fn versions(migrations: &[Migration]) -> Vec<i64> {
    OWN.iter().chain(migrations).map(|m| m.version).collect()
}

impl Database {
    /// Opens or makes a SQLite file: WAL, every commit synced, deleted bytes overwritten.
    pub async fn sqlite(file: &Path) -> kernel::Result<Self> {
        sqlite::Pools::open(file).await.map(Self::Sqlite).map_err(|e| cannot_open(file, e))
    }

    /// Opens a PostgreSQL database, with `schema` (made where missing) as the service's own.
    #[cfg(feature = "postgres")]
    pub async fn postgres(url: &str, schema: &str) -> kernel::Result<Self> {
        crate::postgres::Pools::open(url, schema).await.map(Self::Postgres)
    }

    /// Brings the schema up to date: the log's own migrations, then `migrations`.
    pub async fn migrate(&self, migrations: &[Migration]) -> kernel::Result<()> {
        let steps = OWN.iter().chain(migrations).map(|m| {
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

    /// Leaves nothing of what was deleted in a file's free space and journal; see [`sqlite::Pools`]. On PostgreSQL deleted rows are
    /// gone with its next vacuum.
    pub async fn scrub(&self) -> crate::Result<()> {
        match self {
            Self::Sqlite(pools) => pools.scrub().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Waits for what is being written and closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pools) => pools.close().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(pools) => pools.close().await,
        }
    }

    fn dialect(&self, sql: &str) -> String {
        match self {
            Self::Sqlite(_) => uncommented(sql, "/*sqlite"),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => uncommented(sql, "/*postgres"),
        }
    }
}

/// The same SQL with what stands in comments that begin so, and go on with a space or a new line.
fn uncommented(sql: &str, begin: &str) -> String {
    let mut parts = sql.split(begin);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |before, part| before + &part.get(1..).unwrap_or_default().replacen("*/", "", 1))
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

#[cfg(test)]
mod tests {
    use super::uncommented;

    #[test]
    fn a_comment_for_the_other_engine_stays_one() {
        let sql = "A /*sqlite B*/ C /*postgres D*/ E /*sqlite\nF*/";
        assert_eq!(uncommented(sql, "/*sqlite"), "A B C /*postgres D*/ E F");
        assert_eq!(uncommented(sql, "/*postgres"), "A /*sqlite B*/ C D E /*sqlite\nF*/");
    }
}
