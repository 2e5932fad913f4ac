use super::{CONNECTIONS, PATIENCE};
use crate::sqlite::{STEPS, quoted};
use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgConnectOptions, query_scalar};
use std::{collections::BTreeMap, str::FromStr};

/// What a PostgreSQL server and a database of it are like. Nothing is changed by looking.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// As `server_version_num` counts: 150004 is 15.4.
    pub version: i64,
    /// `fsync` and `full_page_writes`: what was committed survives a loss of power.
    pub syncs: bool,
    pub encoding: String,
    /// Whether this user may make schemas in the database.
    pub may_make_schemas: bool,
    /// How many connections the server takes, of all its users.
    pub connections_max: i64,
    /// The schemas that were asked for and are there.
    pub schemas: BTreeMap<String, Schema>,
    /// Schemas of a move that wasn't finished.
    pub moving: bool,
}

#[derive(Clone, Debug)]
pub struct Schema {
    /// Whether this user may use it and make tables in it.
    pub may_use: bool,
    /// The versions of its steps that were done, rising.
    pub steps: Vec<i64>,
    /// Up to which moment (Unix milliseconds) ids may have been made.
    pub high_water_ms: Option<i64>,
}

impl Inspection {
    /// How many connections a process needs for each service that stores.
    pub const CONNECTIONS: i64 = CONNECTIONS as i64;

    /// Looks at the database and at the schemas of these names.
    pub async fn of(url: &str, schemas: &[&str]) -> crate::Result<Self> {
        let options = PgConnectOptions::from_str(url)?.options([("default_transaction_read_only", "on")]);
        let connecting = tokio::time::timeout(PATIENCE, PgConnection::connect_with(&options));
        let mut connection = connecting.await.map_err(|_| sqlx::Error::PoolTimedOut)??;
        let on = &mut connection;
        let setting = "SELECT current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'";
        let mut inspection = Self {
            version: query_scalar("SELECT current_setting('server_version_num')::bigint").fetch_one(&mut *on).await?,
            syncs: query_scalar(setting).fetch_one(&mut *on).await?,
            encoding: query_scalar("SELECT current_setting('server_encoding')").fetch_one(&mut *on).await?,
            may_make_schemas: query_scalar("SELECT has_database_privilege(current_database(), 'CREATE')")
                .fetch_one(&mut *on)
                .await?,
            connections_max: query_scalar("SELECT current_setting('max_connections')::bigint")
                .fetch_one(&mut *on)
                .await?,
            schemas: BTreeMap::new(),
            moving: false,
        };
        for schema in schemas {
            let moving = format!("moving_{schema}");
            inspection.moving |= is_there(on, &moving).await?;
            if is_there(on, schema).await? {
                inspection.schemas.insert((*schema).to_owned(), Schema::of(on, schema).await?);
            }
        }
        connection.close().await?;
        Ok(inspection)
    }
}

impl Schema {
    async fn of(on: &mut PgConnection, schema: &str) -> crate::Result<Self> {
        let rights = "SELECT has_schema_privilege($1, 'USAGE') AND has_schema_privilege($1, 'CREATE')";
        let mut found = Self {
            may_use: query_scalar(rights).bind(schema).fetch_one(&mut *on).await?,
            steps: Vec::new(),
            high_water_ms: None,
        };
        if !found.may_use {
            return Ok(found);
        }
        for (table, select) in [(STEPS, "SELECT version FROM"), ("id_high_water", "SELECT max(until_ms) FROM")] {
            let name = format!("{}.{}", quoted(schema), quoted(table));
            let there: bool =
                query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(&name).fetch_one(&mut *on).await?;
            if !there {
                continue;
            }
            let rows: Vec<Option<i64>> =
                query_scalar(AssertSqlSafe(format!("{select} {name} ORDER BY 1"))).fetch_all(&mut *on).await?;
            match table {
                STEPS => found.steps = rows.into_iter().flatten().collect(),
                _ => found.high_water_ms = rows.into_iter().flatten().max(),
            }
        }
        Ok(found)
    }
}

async fn is_there(on: &mut PgConnection, schema: &str) -> sqlx::Result<bool> {
    query_scalar("SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)").bind(schema).fetch_one(on).await
}
