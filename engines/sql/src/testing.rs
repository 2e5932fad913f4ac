//! Scratch databases for suites. PostgreSQL is the private instance named by `GUILDHALL_TEST_POSTGRES_URL`, which
//! `make test` starts and stops; a suite without it fails.

use crate::{Database, Ground, Migration, Outside};
use ports::{Bell, Bus, Fanout, Follower, Hint, ManualClock, OsRandom, Random, Sink, Subscription};
use sqlx::Connection as _;
use std::{path::PathBuf, sync::Arc};

/// A database of its own, gone (on SQLite) when dropped.
pub struct Scratch {
    pub database: Database,
    folder: Option<PathBuf>,
}

impl Scratch {
    /// Ground on this database, with a clock that stands still and nobody listening.
    pub async fn ground(&self, migrations: &[Migration]) -> Ground {
        Ground::open(self.database.clone(), migrations, &outside()).await.expect("the schema is brought up to date")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            drop(std::fs::remove_dir_all(folder));
        }
    }
}

/// A clock that stands at 2026-01-01, real randomness, and nobody who listens.
pub fn outside() -> Outside {
    Outside {
        clock: Arc::new(ManualClock::at(kernel::Timestamp(1_767_225_600_000))),
        random: Arc::new(OsRandom),
        fanout: Arc::new(Nobody),
        bus: Arc::new(Nobody),
    }
}

/// An empty SQLite file.
pub async fn sqlite() -> Scratch {
    let folder = std::env::temp_dir().join(format!("guildhall-test-{}", unique()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    let database = Database::sqlite(&folder.join("test.db")).await.expect("SQLite opens");
    Scratch { database, folder: Some(folder) }
}

/// An empty schema of the private PostgreSQL.
pub async fn postgres() -> Scratch {
    let url = std::env::var("GUILDHALL_TEST_POSTGRES_URL")
        .expect("this suite needs a PostgreSQL: run it by `make test`, or under tests/with-postgres");
    let database = Database::postgres(&url, &format!("test_{}", unique())).await.expect("PostgreSQL opens");
    Scratch { database, folder: None }
}

/// A new database of the private PostgreSQL, by its address.
pub async fn postgres_database() -> String {
    let url = std::env::var("GUILDHALL_TEST_POSTGRES_URL")
        .expect("this test needs a PostgreSQL: run it by `make test`, or under tests/with-postgres");
    let mut connection = sqlx::PgConnection::connect(&url).await.expect("PostgreSQL opens");
    let name = format!("test_{}", unique());
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut connection).await.expect("a database is made");
    let (server, _) = url.rsplit_once('/').expect("an address with a database");
    format!("{server}/{name}")
}

/// Says something to a PostgreSQL; what it answers is lost, why it refuses isn't.
pub async fn postgres_say(url: &str, sql: &str) -> Result<(), String> {
    let mut connection = sqlx::PgConnection::connect(url).await.map_err(|e| e.to_string())?;
    let said = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await;
    said.map(drop).map_err(|e| e.to_string())
}

fn unique() -> String {
    let random: &dyn Random = &OsRandom;
    u128::from_le_bytes(random.bytes()).to_string()
}

/// Nobody listens.
struct Nobody;

impl Fanout for Nobody {
    fn publish(&self, _: Arc<kernel::Event>) {}
    fn hint(&self, _: &str, _: Hint) {}
    fn subscribe(&self, _: &str, _: Arc<dyn Sink>) -> Subscription {
        Subscription::new(|| {})
    }
}

#[async_trait::async_trait]
impl Bus for Nobody {
    async fn ring(&self, _: Bell) -> kernel::Result<()> {
        Ok(())
    }
    fn follow(&self, _: Arc<dyn Follower>) {}
    fn open(&self) {}
}
