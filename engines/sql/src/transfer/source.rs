use super::{
    BATCH,
    digest::Digest,
    table::{Column, Columns, Table, Type, Value},
};
use crate::{
    Fault,
    sqlite::{STEPS, Snapshot, quoted},
};
use kernel::{Kind, Problem, Result};
use rusqlite::types::ValueRef;
use std::{collections::BTreeSet, path::Path};

/// A service's file, which nobody writes to.
pub(super) struct Source {
    pub snapshot: Snapshot,
}

impl Source {
    pub fn open(file: &Path) -> crate::Result<Self> {
        Ok(Self { snapshot: Snapshot::take(file)? })
    }

    /// Its tables, each after those that it refers to. They must be those of the target.
    pub fn tables(&self, columns: &Columns) -> Result<Vec<Table>> {
        let mut names = self.snapshot.tables().map_err(unreadable)?;
        names.retain(|name| name != STEPS);
        let differ = |name: &str| {
            let detail =
                format!("The table {name} isn't the same in SQLite and in PostgreSQL: this is a fault of the program.");
            Problem::new(Kind::Internal, "tables_differ", detail)
        };
        if let Some(name) = columns.keys().find(|name| !names.contains(name)) {
            return Err(differ(name));
        }
        let (mut left, mut ordered, mut placed) = (names, Vec::new(), BTreeSet::new());
        while !left.is_empty() {
            let mut later = Vec::new();
            for name in left {
                let parents = self.parents(&name).map_err(unreadable)?;
                if parents.iter().all(|parent| *parent == name || placed.contains(parent)) {
                    let columns = columns.get(&name).ok_or_else(|| differ(&name))?;
                    ordered.push(self.table(&name, columns)?.ok_or_else(|| differ(&name))?);
                    placed.insert(name);
                } else {
                    later.push(name);
                }
            }
            left = later;
        }
        Ok(ordered)
    }

    /// Whom the rows of a table refer to.
    fn parents(&self, table: &str) -> crate::Result<Vec<String>> {
        let mut select = self.snapshot.connection().prepare(r#"SELECT "table" FROM pragma_foreign_key_list(?1)"#)?;
        Ok(select.query_map([table], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// None: it has other columns, or no key.
    fn table(&self, name: &str, columns: &[Column]) -> Result<Option<Table>> {
        let own = self.own_columns(name).map_err(unreadable)?;
        let same = own.len() == columns.len() && columns.iter().all(|c| own.iter().any(|(own, _)| *own == c.name));
        let mut key: Vec<(i64, Column)> = Vec::new();
        for (name, place) in own.iter().filter(|(_, place)| *place > 0) {
            key.extend(columns.iter().find(|c| c.name == *name).map(|c| (*place, c.clone())));
        }
        key.sort_by_key(|(place, _)| *place);
        if !same || key.is_empty() {
            return Ok(None);
        }
        let key = key.into_iter().map(|(_, column)| column).collect();
        let mut table = Table { name: name.into(), columns: columns.to_vec(), key, rows: 0, digest: String::new() };
        let mut digest = Digest::default();
        self.for_rows(&table, 0, |row| digest.add(&row))?;
        (table.digest, table.rows) = digest.finish();
        Ok(Some(table))
    }

    /// The names of the columns, each with its place in the primary key; 0 for those that aren't in it.
    fn own_columns(&self, table: &str) -> crate::Result<Vec<(String, i64)>> {
        let mut select = self.snapshot.connection().prepare("SELECT name, pk FROM pragma_table_info(?1)")?;
        Ok(select.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    fn select(table: &Table) -> String {
        let names = |columns: &[Column]| columns.iter().map(|c| quoted(&c.name)).collect::<Vec<_>>().join(", ");
        format!(
            "SELECT {} FROM {} ORDER BY {} LIMIT -1 OFFSET ?1",
            names(&table.columns),
            quoted(&table.name),
            names(&table.key)
        )
    }

    fn for_rows(&self, table: &Table, skip: i64, mut each: impl FnMut(Vec<Value>)) -> Result<()> {
        let mut select = self.snapshot.connection().prepare(&Self::select(table)).map_err(|e| unreadable(e.into()))?;
        let mut rows = select.query([skip]).map_err(|e| unreadable(e.into()))?;
        while let Some(row) = rows.next().map_err(|e| unreadable(e.into()))? {
            each(values(table, row)?);
        }
        Ok(())
    }

    /// Gives the rows after the first `skip`, some at a time.
    pub async fn for_batches(
        &self,
        table: &Table,
        skip: i64,
        mut each: impl AsyncFnMut(Vec<Vec<Value>>) -> Result<()>,
    ) -> Result<()> {
        let mut select = self.snapshot.connection().prepare(&Self::select(table)).map_err(|e| unreadable(e.into()))?;
        let mut rows = select.query([skip]).map_err(|e| unreadable(e.into()))?;
        let mut batch = Vec::new();
        while let Some(row) = rows.next().map_err(|e| unreadable(e.into()))? {
            batch.push(values(table, row)?);
            if batch.len() == BATCH {
                each(std::mem::take(&mut batch)).await?;
            }
        }
        if batch.is_empty() { Ok(()) } else { each(batch).await }
    }
}

fn values(table: &Table, row: &rusqlite::Row<'_>) -> Result<Vec<Value>> {
    let value = |(i, column): (usize, &Column)| {
        let found = row.get_ref(i).map_err(|e| unreadable(e.into()))?;
        let value = match (column.kind, found) {
            (_, ValueRef::Null) => Some(Value::Null),
            (Type::Integer, ValueRef::Integer(number)) => Some(Value::Integer(number)),
            (Type::Boolean, ValueRef::Integer(number @ (0 | 1))) => Some(Value::Boolean(number == 1)),
            (Type::Text, ValueRef::Text(text)) => String::from_utf8(text.to_vec()).ok().map(Value::Text),
            (Type::Bytes, ValueRef::Blob(bytes)) => Some(Value::Bytes(bytes.to_vec())),
            _ => None,
        };
        value.ok_or_else(|| {
            let detail = format!(
                "A row of {} has something in {} that PostgreSQL can't hold: restore a backup.",
                table.name, column.name
            );
            Problem::new(Kind::Unavailable, "database_corrupt", detail)
        })
    };
    table.columns.iter().enumerate().map(value).collect()
}

fn unreadable(fault: Fault) -> Problem {
    let detail = format!("The data folder's database can't be read: {fault}.");
    Problem::new(Kind::Unavailable, "database_unusable", detail).because(fault)
}
