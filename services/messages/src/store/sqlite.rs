// What sends and readers wait for, on SQLite: whole pieces of work on the connection's own thread.

use engine_sql::{
    rusqlite::{OptionalExtension, Row as DirectRow, params},
    sqlite::{Connection, advance_directly},
};

fn read_message(row: &DirectRow<'_>) -> engine_sql::rusqlite::Result<Message> {
    Ok(message((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
        row.get(6)?,
        row.get(7)?,
        row.get(8)?,
        row.get(9)?,
    )))
}

impl SqlStore {
    async fn commit_group(&self, group: Vec<Ready>) -> Result<Committed<Vec<kernel::Result<Sent>>>> {
        self.pools.direct.write(move |tx| write_group(tx, group)).await
    }

    async fn read_history(
        &self,
        channel: ChannelId,
        reading: Reading,
        limit: i64,
    ) -> Result<Option<(Vec<Message>, i64)>> {
        self.pools.direct.read(|connection| {
            // Read before the messages: an event that lands in between is in both, and applying it twice is harmless.
            let seq = connection
                .prepare_cached("SELECT seq FROM streams WHERE name = ?1")?
                .query_row([StreamName::messages(channel).as_str()], |row| row.get(0))
                .optional()?;
            let messages = page(connection, channel, reading, limit)?;
            Ok(messages.map(|messages| (messages, seq.unwrap_or(0))))
        })
    }
}

fn write_group(tx: &Connection, group: Vec<Ready>) -> Result<Committed<Vec<kernel::Result<Sent>>>> {
    let mut known = find_known(tx, &group)?;
    let fresh = group::fresh(&group, &known);
    let grown = group::growth(&fresh);
    let mut upsert = tx.prepare_cached(
        "INSERT INTO heads (channel, number, last_message_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (channel) DO UPDATE SET number = heads.number + excluded.number,
           last_message_at = excluded.last_message_at RETURNING number",
    )?;
    let mut heads = HashMap::with_capacity(grown.len());
    for (channel, growth) in &grown {
        let number = upsert.query_row(params![channel.0, growth.count, growth.last_at], |row| row.get(0))?;
        heads.insert(*channel, number);
    }
    let messages = group::number(&fresh, &grown, &heads).ok_or(engine_sql::Fault::Broken)?;
    let events = advance_directly(tx, group::announcements(&fresh, &messages))?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO messages (channel, number, id, author, text, reply_to, sent_at, deleted, seq, nonce, body, nonce_text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    for ((m, event), ready) in messages.iter().zip(&events).zip(&fresh) {
        let (nonce, body) = (ready.pending.nonce_key, ready.pending.body);
        let reply_to = m.reply_to.map(|id| id.0);
        insert.execute(params![
            m.channel.0,
            m.number,
            m.id.0,
            m.author.0,
            m.text,
            reply_to,
            m.sent_at.0,
            m.deleted,
            event.seq,
            nonce,
            body,
            ready.pending.nonce
        ])?;
    }
    let mut mark = tx.prepare_cached(
        "INSERT INTO markers (person, channel, number) VALUES (?1, ?2, ?3)
         ON CONFLICT (person, channel) DO UPDATE SET number = excluded.number WHERE markers.number < excluded.number",
    )?;
    for ((author, channel), number) in group::markers(&messages) {
        mark.execute(params![author.0, channel.0, number])?;
    }
    for ((message, event), ready) in messages.into_iter().zip(&events).zip(&fresh) {
        known.insert(group::key(ready), Known { body: Some(ready.pending.body), seq: event.seq, message });
    }
    Ok(Committed { value: group::answers(group, &known), events })
}

fn find_known(tx: &Connection, group: &[Ready]) -> Result<HashMap<group::Key, Known>> {
    let mut find = tx.prepare_cached(
        "SELECT channel, number, id, author, text, reply_to, sent_at, deleted, edited_at, version, seq, body FROM messages
         WHERE author = ?1 AND channel = ?2 AND nonce = ?3",
    )?;
    let mut known = HashMap::new();
    for ready in group {
        let key = group::key(ready);
        let found = find
            .query_row([key.0, key.1, key.2], |row| {
                Ok(Known { message: read_message(row)?, seq: row.get(10)?, body: row.get(11)? })
            })
            .optional()?;
        if let Some(found) = found {
            known.insert(key, found);
        }
    }
    Ok(known)
}

fn page(connection: &Connection, channel: ChannelId, reading: Reading, limit: i64) -> Result<Option<Vec<Message>>> {
    let below = |number: i64, limit: i64| {
        let mut messages = run(
            connection,
            "SELECT channel, number, id, author, text, reply_to, sent_at, deleted, edited_at, version FROM messages
             WHERE channel = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3",
            [channel.0, number, limit],
        )?;
        messages.reverse();
        Ok::<_, engine_sql::Fault>(messages)
    };
    let above = |number: i64, limit: i64| {
        run(
            connection,
            "SELECT channel, number, id, author, text, reply_to, sent_at, deleted, edited_at, version FROM messages
             WHERE channel = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
            [channel.0, number, limit],
        )
    };
    let around = |number: i64| {
        let mut messages = below(number.saturating_add(1), limit - limit / 2)?;
        messages.extend(above(number, limit / 2)?);
        Ok(Some(messages))
    };
    match reading {
        Reading::Newest => below(i64::MAX, limit).map(Some),
        Reading::Before(number) => below(number, limit).map(Some),
        Reading::After(number) => above(number, limit).map(Some),
        Reading::AroundNumber(number) => around(number),
        Reading::AroundId(id) => {
            let number = connection
                .prepare_cached("SELECT number FROM messages WHERE id = ?1 AND channel = ?2")?
                .query_row([id, channel.0], |row| row.get(0))
                .optional()?;
            number.map_or(Ok(None), around)
        }
    }
}

fn run(connection: &Connection, sql: &str, with: [i64; 3]) -> Result<Vec<Message>> {
    let mut select = connection.prepare_cached(sql)?;
    let messages = select.query_map(with, read_message)?;
    Ok(messages.collect::<engine_sql::rusqlite::Result<_>>()?)
}
