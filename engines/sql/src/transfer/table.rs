use std::collections::BTreeMap;

/// What a column holds: all that migrations use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Integer,
    Text,
    Boolean,
    Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub name: String,
    pub kind: Type,
}

/// Tables of the target, by name, each with its columns in their order.
pub(super) type Columns = BTreeMap<String, Vec<Column>>;

/// A table of the source.
#[derive(Debug)]
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// The columns of the primary key, in its order.
    pub key: Vec<Column>,
    pub rows: i64,
    /// Over all rows, in the order of the key.
    pub digest: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(String),
    Boolean(bool),
    Bytes(Vec<u8>),
}

impl Type {
    /// As `information_schema.columns` calls it.
    pub fn named(data_type: &str) -> Option<Self> {
        match data_type {
            "bigint" | "integer" => Some(Self::Integer),
            "text" => Some(Self::Text),
            "boolean" => Some(Self::Boolean),
            "bytea" => Some(Self::Bytes),
            _ => None,
        }
    }
}
