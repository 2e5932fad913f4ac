// The event log, compiled once for each engine. `append` runs inside the transaction of the change.

use kernel::{Event, NewEvent};
use std::collections::BTreeMap;

/// Appends events to their streams and gives them their `seq`.
pub async fn append(tx: &mut Tx<'_>, new: Vec<NewEvent>) -> Result<Vec<Event>, sqlx::Error> {
    let events = advance(tx, new).await?;
    for rows in crate::in_powers(&events) {
        let mut insert = sqlx::QueryBuilder::<Db>::new("INSERT INTO events (stream, seq, id, at, kind, data) ");
        insert.push_values(rows, |mut row, e| {
            row.push_bind(e.stream.as_str())
                .push_bind(e.seq)
                .push_bind(e.id.0)
                .push_bind(e.at.0)
                .push_bind(e.kind.as_str())
                .push_bind(e.data.get());
        });
        insert.build().execute(&mut **tx).await?;
    }
    Ok(events)
}

/// Gives events their `seq`, for a service that keeps them in a table of its own. Stream rows are locked in ascending name,
/// so that two transactions can't wait for each other.
pub async fn advance(tx: &mut Tx<'_>, new: Vec<NewEvent>) -> Result<Vec<Event>, sqlx::Error> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let mut grown: BTreeMap<kernel::StreamName, i64> = BTreeMap::new();
    for event in &new {
        *grown.entry(event.stream.clone()).or_default() += 1;
    }
    let mut heads: Vec<(String, i64)> = Vec::new();
    let counts: Vec<_> = grown.iter().map(|(stream, count)| (stream.as_str(), *count)).collect();
    for run in crate::in_powers(&counts) {
        let mut insert = sqlx::QueryBuilder::<Db>::new("INSERT INTO streams (name, seq, relayed) ");
        insert.push_values(run, |mut row, (stream, count)| {
            row.push_bind(*stream).push_bind(*count).push("0");
        });
        insert.push(" ON CONFLICT (name) DO UPDATE SET seq = streams.seq + excluded.seq RETURNING name, seq");
        heads.extend(insert.build_query_as().fetch_all(&mut **tx).await?);
    }
    let heads: BTreeMap<String, i64> = heads.into_iter().collect();
    for (stream, next) in &mut grown {
        let head = heads.get(stream.as_str()).ok_or(sqlx::Error::RowNotFound)?;
        *next = head - *next + 1;
    }
    let events = new.into_iter().map(|e| {
        let next = grown.get_mut(&e.stream).expect("every stream was counted");
        let seq = *next;
        *next += 1;
        e.at_seq(seq)
    });
    Ok(events.collect())
}

/// The newest `seq` of each of `streams`; 0 where nothing happened yet.
pub async fn heads<'e>(
    on: impl sqlx::Executor<'e, Database = Db>,
    streams: &[kernel::StreamName],
) -> Result<kernel::At, sqlx::Error> {
    let mut at: kernel::At = streams.iter().map(|s| (s.clone(), 0)).collect();
    if streams.is_empty() {
        return Ok(at);
    }
    let mut select = sqlx::QueryBuilder::<Db>::new("SELECT name, seq FROM streams WHERE name IN (");
    let mut names = select.separated(", ");
    for stream in streams {
        names.push_bind(stream.as_str());
    }
    select.push(")");
    let rows: Vec<(String, i64)> = select.build_query_as().fetch_all(on).await?;
    for (name, seq) in rows {
        if let Ok(name) = name.parse() {
            at.insert(name, seq);
        }
    }
    Ok(at)
}
