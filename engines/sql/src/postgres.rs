//! What a stamped file sees when it is compiled for PostgreSQL, and how PostgreSQL is opened.

mod inspect;

pub use inspect::{Inspection, Schema};

use kernel::Problem;
use sqlx::{AssertSqlSafe, pool::PoolConnection, postgres::PgConnectOptions, postgres::PgPoolOptions};
use std::{str::FromStr, sync::Arc, time::Duration};
use tokio::sync::{Mutex, OwnedMutexGuard};

const CONNECTIONS: u32 = 16;
/// SQLSTATE.
const SCHEMA_EXISTS: &str = "42P06";
/// How long a call waits for a connection: longer, and a database that is away holds everybody up.
const PATIENCE: Duration = Duration::from_secs(5);

/// A process that is cut off in the middle of a transaction holds up all others for so long.
const ABANDONED_MS: &str = "3000";

pub type Db = sqlx::Postgres;
pub type Tx<'c> = sqlx::Transaction<'c, Db>;
include!("log.rs");

/// Connections of one service to its schema. Both names are the same pool.
#[derive(Clone, Debug)]
pub struct Pools {
    pub read: sqlx::Pool<Db>,
    pub write: sqlx::Pool<Db>,
    kept: Arc<Mutex<Option<PoolConnection<Db>>>>,
}

impl Pools {
    pub(crate) async fn open(url: &str, schema: &str) -> kernel::Result<Self> {
        let options = PgConnectOptions::from_str(url).map_err(cannot_open)?.options([
            ("search_path", schema),
            ("synchronous_commit", "on"),
            ("default_transaction_isolation", "read committed"),
            ("idle_in_transaction_session_timeout", ABANDONED_MS),
        ]);
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
        let pool = pool.connect_with(options).await.map_err(cannot_open)?;
        // A role that owns its schema alone may make none, and isn't asked to.
        let there = "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)";
        if !sqlx::query_scalar(there).bind(schema).fetch_one(&pool).await.map_err(cannot_open)? {
            let create = AssertSqlSafe(format!(r#"CREATE SCHEMA IF NOT EXISTS "{}""#, schema.replace('"', "")));
            match sqlx::query(create).execute(&pool).await {
                // Another process made it at the same moment.
                Err(sqlx::Error::Database(e))
                    if e.is_unique_violation() || e.code().is_some_and(|c| c == SCHEMA_EXISTS) => {}
                Err(error) => return Err(cannot_open(error)),
                Ok(_) => {}
            }
        }
        Ok(Self { read: pool.clone(), write: pool, kept: Arc::default() })
    }

    /// A connection that is kept for what is asked all the time: the pool asks the server whether it is there when it lends
    /// one, and again when it gets it back. One at a time has it. It may have been lost since it was used last: what fails on
    /// it at first is to be done again on another.
    pub async fn kept(&self) -> Result<KeptConnection, sqlx::Error> {
        let mut place = self.kept.clone().lock_owned().await;
        let kept = place.take();
        let is_fresh = kept.is_none();
        let connection = match kept {
            Some(connection) => connection,
            None => self.write.acquire().await?,
        };
        Ok(KeptConnection { place, connection, is_fresh })
    }

    pub(crate) async fn close(&self) {
        drop(self.kept.lock().await.take());
        self.write.close().await;
    }

    /// Begins a write.
    pub async fn begin(&self) -> Result<Tx<'static>, sqlx::Error> {
        self.write.begin().await
    }
}

/// See [`Pools::kept`].
pub struct KeptConnection {
    place: OwnedMutexGuard<Option<PoolConnection<Db>>>,
    pub connection: PoolConnection<Db>,
    /// The pool has just seen that it works.
    pub is_fresh: bool,
}

impl KeptConnection {
    /// Keeps the connection, which works, for the next.
    pub fn keep(mut self) {
        *self.place = Some(self.connection);
    }
}

/// Says what is wrong as far as it is known. Addresses may hold passwords, and aren't told.
fn cannot_open(error: sqlx::Error) -> Problem {
    let detail = match &error {
        sqlx::Error::Configuration(e) => format!("database_url can't be read: {e}."),
        sqlx::Error::Database(e) => {
            format!("PostgreSQL refuses: {}. Check user, password and name in database_url.", e.message())
        }
        sqlx::Error::Tls(e) => mistrusted(e),
        sqlx::Error::Io(e) if e.to_string().contains("certificate") => mistrusted(e),
        _ => "The PostgreSQL database can't be reached: check database_url, and that the server runs.".into(),
    };
    Problem::unavailable(detail).because(error)
}

fn mistrusted(error: &dyn std::fmt::Display) -> String {
    format!(
        "PostgreSQL isn't trusted ({error}): database_url needs the server's name as its certificate has it, and \
         sslrootcert=/path/to/authority.pem where the system doesn't know who signed it."
    )
}
