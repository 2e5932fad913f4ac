//! What a stamped file sees when it is compiled for PostgreSQL, and how PostgreSQL is opened.

mod inspect;

pub use inspect::{Inspection, Schema};

use kernel::Problem;
use sqlx::{AssertSqlSafe, postgres::PgConnectOptions, postgres::PgPoolOptions};
use std::{str::FromStr, time::Duration};

const CONNECTIONS: u32 = 16;
/// SQLSTATE.
const SCHEMA_EXISTS: &str = "42P06";
/// How long a call waits for a connection: longer, and a database that is away holds everybody up.
const PATIENCE: Duration = Duration::from_secs(5);

pub type Db = sqlx::Postgres;
pub type Tx<'c> = sqlx::Transaction<'c, Db>;
include!("log.rs");

/// Connections of one service to its schema. Both names are the same pool.
#[derive(Clone, Debug)]
pub struct Pools {
    pub read: sqlx::Pool<Db>,
    pub write: sqlx::Pool<Db>,
}

impl Pools {
    pub(crate) async fn open(url: &str, schema: &str) -> kernel::Result<Self> {
        let unreachable = |e| {
            Problem::unavailable(
                "The PostgreSQL database can't be reached: check database_url, and that the server runs.",
            )
            .because(e)
        };
        let options = PgConnectOptions::from_str(url).map_err(unreachable)?.options([
            ("search_path", schema),
            ("synchronous_commit", "on"),
            ("default_transaction_isolation", "read committed"),
        ]);
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
        let pool = pool.connect_with(options).await.map_err(unreachable)?;
        let create = AssertSqlSafe(format!(r#"CREATE SCHEMA IF NOT EXISTS "{}""#, schema.replace('"', "")));
        match sqlx::query(create).execute(&pool).await {
            // Another process made it at the same moment.
            Err(sqlx::Error::Database(e))
                if e.is_unique_violation() || e.code().is_some_and(|c| c == SCHEMA_EXISTS) => {}
            Err(error) => return Err(unreachable(error)),
            Ok(_) => {}
        }
        Ok(Self { read: pool.clone(), write: pool })
    }

    /// Begins a write.
    pub async fn begin(&self) -> Result<Tx<'static>, sqlx::Error> {
        self.write.begin().await
    }
}
