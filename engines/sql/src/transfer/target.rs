use super::{
    digest::Digest,
    table::{Column, Columns, Table, Type, Value},
};
use crate::{Database, Migration, postgres::Pools, sqlite::quoted};
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Postgres, Row, postgres::PgRow, query, query_as, query_scalar};
use std::collections::BTreeMap;

/// Where it is noted how far the copy of each table is.
const MARKS: &str = "_move";
const STEPS: &str = crate::sqlite::STEPS;

/// A schema that a service is copied to.
pub(super) struct Target {
    pub schema: String,
    pools: Pools,
}

pub(super) struct Mark {
    pub digest: String,
}

impl Target {
    /// Opens it; makes it with its tables where it isn't there.
    pub async fn open(url: &str, schema: &str, migrations: &[Migration]) -> kernel::Result<Self> {
        let schema = moving(schema);
        let database = Database::postgres(url, &schema).await?;
        database.migrate(migrations).await?;
        let Database::Postgres(pools) = database else { unreachable!("it was opened as that") };
        let make = format!(
            "CREATE TABLE IF NOT EXISTS {MARKS} (name TEXT PRIMARY KEY, digest TEXT NOT NULL, rows BIGINT NOT NULL)"
        );
        query(AssertSqlSafe(make)).execute(&pools.write).await.map_err(|e| super::refused("the table of marks", &e))?;
        Ok(Self { schema, pools })
    }

    /// All tables but those of the copy and of the schema's steps.
    pub async fn columns(&self) -> sqlx::Result<Columns> {
        let rows: Vec<(String, String, String)> = query_as(
            "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
             WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position",
        )
        .fetch_all(&self.pools.read)
        .await?;
        let mut columns = Columns::new();
        for (table, name, data_type) in rows.into_iter().filter(|(table, ..)| table != MARKS && table != STEPS) {
            let kind = Type::named(&data_type)
                .ok_or_else(|| sqlx::Error::Protocol(format!("{table}.{name} is {data_type}, which can't be moved")))?;
            columns.entry(table).or_default().push(Column { name, kind });
        }
        Ok(columns)
    }

    pub async fn marks(&self) -> sqlx::Result<BTreeMap<String, Mark>> {
        let rows: Vec<(String, String)> =
            query_as(AssertSqlSafe(format!("SELECT name, digest FROM {MARKS}"))).fetch_all(&self.pools.read).await?;
        Ok(rows.into_iter().map(|(name, digest)| (name, Mark { digest })).collect())
    }

    /// How many rows of the table were copied. Notes that it is being copied.
    pub async fn mark(&self, table: &Table) -> sqlx::Result<i64> {
        let note = format!(
            "INSERT INTO {MARKS} (name, digest, rows) VALUES ($1, $2, 0) ON CONFLICT (name) DO UPDATE SET digest = excluded.digest RETURNING rows"
        );
        query_scalar(AssertSqlSafe(note)).bind(&table.name).bind(&table.digest).fetch_one(&self.pools.write).await
    }

    pub async fn count(&self, table: &Table) -> sqlx::Result<i64> {
        let count = format!("SELECT count(*) FROM {}", quoted(&table.name));
        query_scalar(AssertSqlSafe(count)).fetch_one(&self.pools.read).await
    }

    /// Adds rows, and notes that there are `done` now, in one transaction.
    pub async fn insert(&self, table: &Table, rows: Vec<Vec<Value>>, done: i64) -> sqlx::Result<()> {
        let names: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
        let arrays: Vec<String> = table
            .columns
            .iter()
            .enumerate()
            .map(|(i, column)| format!("${}::{}[]", i + 1, sql_type(column.kind)))
            .collect();
        let sql = format!(
            "INSERT INTO {} ({}) SELECT * FROM UNNEST({})",
            quoted(&table.name),
            names.join(", "),
            arrays.join(", ")
        );
        let mut insert = query(AssertSqlSafe(sql));
        for (i, column) in table.columns.iter().enumerate() {
            let values = rows.iter().map(|row| row.get(i));
            insert = bind(insert, column.kind, values);
        }
        let mut tx = self.pools.write.begin().await?;
        // The transaction that names the schemas waits for the disk, and with it for all before.
        query("SET LOCAL synchronous_commit = off").execute(&mut *tx).await?;
        insert.execute(&mut *tx).await?;
        let note = format!("UPDATE {MARKS} SET rows = $2 WHERE name = $1");
        query(AssertSqlSafe(note)).bind(&table.name).bind(done).execute(&mut *tx).await?;
        tx.commit().await
    }

    /// Lets PostgreSQL learn what is in a table that was filled at once.
    pub async fn analyze(&self, table: &Table) -> sqlx::Result<()> {
        let analyze = format!("ANALYZE {}", quoted(&table.name));
        query(AssertSqlSafe(analyze)).execute(&self.pools.write).await.map(drop)
    }

    /// Over all rows as they are read back, and how many they are. Text is ordered by its bytes, as in SQLite.
    pub async fn digest(&self, table: &Table) -> sqlx::Result<(String, i64)> {
        let name = |column: &Column| match column.kind {
            Type::Integer => format!("{}::bigint", quoted(&column.name)),
            _ => quoted(&column.name),
        };
        let order = |column: &Column| match column.kind {
            Type::Text => format!("{} COLLATE \"C\"", quoted(&column.name)),
            _ => quoted(&column.name),
        };
        let list = |columns: &[Column], text: &dyn Fn(&Column) -> String| {
            columns.iter().map(text).collect::<Vec<_>>().join(", ")
        };
        let sql = format!(
            "SELECT {} FROM {} ORDER BY {}",
            list(&table.columns, &name),
            quoted(&table.name),
            list(&table.key, &order)
        );
        let mut digest = Digest::default();
        let mut rows = query(AssertSqlSafe(sql)).fetch(&self.pools.read);
        while let Some(row) = rows.try_next().await? {
            let values = table.columns.iter().enumerate().map(|(i, column)| value(&row, i, column.kind));
            digest.add(&values.collect::<sqlx::Result<Vec<Value>>>()?);
        }
        Ok(digest.finish())
    }

    /// Drops the schema with everything in it.
    pub async fn drop_all(&self) -> sqlx::Result<()> {
        let sql = format!("DROP SCHEMA {} CASCADE", quoted(&self.schema));
        query(AssertSqlSafe(sql)).execute(&self.pools.write).await?;
        self.pools.write.close().await;
        Ok(())
    }

    pub async fn close(&self) {
        self.pools.write.close().await;
    }
}

fn moving(schema: &str) -> String {
    format!("moving_{schema}")
}

fn sql_type(kind: Type) -> &'static str {
    match kind {
        Type::Integer => "bigint",
        Type::Text => "text",
        Type::Boolean => "boolean",
        Type::Bytes => "bytea",
    }
}

/// A column of the rows, as an array.
fn bind<'v>(insert: Query, kind: Type, values: impl Iterator<Item = Option<&'v Value>>) -> Query {
    fn array<'v, T>(
        values: impl Iterator<Item = Option<&'v Value>>,
        of: impl Fn(&Value) -> Option<T>,
    ) -> Vec<Option<T>> {
        values.map(|value| value.and_then(&of)).collect()
    }
    match kind {
        Type::Integer => insert.bind(array(values, |value| match value {
            Value::Integer(number) => Some(*number),
            _ => None,
        })),
        Type::Text => insert.bind(array(values, |value| match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        })),
        Type::Boolean => insert.bind(array(values, |value| match value {
            Value::Boolean(truth) => Some(*truth),
            _ => None,
        })),
        Type::Bytes => insert.bind(array(values, |value| match value {
            Value::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        })),
    }
}

fn value(row: &PgRow, i: usize, kind: Type) -> sqlx::Result<Value> {
    let value = match kind {
        Type::Integer => row.try_get::<Option<i64>, _>(i)?.map(Value::Integer),
        Type::Text => row.try_get::<Option<String>, _>(i)?.map(Value::Text),
        Type::Boolean => row.try_get::<Option<bool>, _>(i)?.map(Value::Boolean),
        Type::Bytes => row.try_get::<Option<Vec<u8>>, _>(i)?.map(Value::Bytes),
    };
    Ok(value.unwrap_or(Value::Null))
}

/// Takes the lock of moves into this database, if nobody holds it.
pub(super) async fn lock(connection: &mut PgConnection, key: i64) -> sqlx::Result<bool> {
    query_scalar("SELECT pg_try_advisory_lock($1)").bind(key).fetch_one(connection).await
}

/// A table of `schema` that keeps a service from getting that name: one with rows, or anybody else's.
pub(super) async fn occupied(connection: &mut PgConnection, schema: &str) -> sqlx::Result<Option<String>> {
    let tables: Vec<String> = query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = $1 AND c.relkind NOT IN ('i', 't') ORDER BY c.relname",
    )
    .bind(schema)
    .fetch_all(&mut *connection)
    .await?;
    if !tables.iter().any(|table| table == STEPS) {
        return Ok(tables.into_iter().next());
    }
    for table in tables.into_iter().filter(|table| table != STEPS) {
        let any = format!("SELECT EXISTS (SELECT 1 FROM {}.{})", quoted(schema), quoted(&table));
        if query_scalar(AssertSqlSafe(any)).fetch_one(&mut *connection).await? {
            return Ok(Some(table));
        }
    }
    Ok(None)
}

/// Puts the copies in the places of schemas that are empty or absent.
pub(super) async fn name(connection: &mut PgConnection, schemas: &[&str]) -> sqlx::Result<()> {
    let mut tx = connection.begin().await?;
    query("SET LOCAL synchronous_commit = on").execute(&mut *tx).await?;
    for schema in schemas {
        let (moving, schema) = (quoted(&moving(schema)), quoted(schema));
        for step in [
            format!("DROP SCHEMA IF EXISTS {schema} CASCADE"),
            format!("DROP TABLE {moving}.{MARKS}"),
            format!("ALTER SCHEMA {moving} RENAME TO {schema}"),
        ] {
            query(AssertSqlSafe(step)).execute(&mut *tx).await?;
        }
    }
    tx.commit().await
}

type Query = query::Query<'static, Postgres, sqlx::postgres::PgArguments>;
