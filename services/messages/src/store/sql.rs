// Messages on SQL, compiled once for each engine.

use engine_sql::in_powers;
use std::collections::{BTreeMap, HashMap, HashSet};

type Key = (i64, i64, String);
type Columns = (i64, i64, i64, i64, String, Option<i64>, i64, bool);

fn message((channel, number, id, author, text, reply_to, sent_at, deleted): Columns) -> Message {
    Message {
        id: MessageId(id),
        channel: ChannelId(channel),
        number,
        author: UserId(author),
        text,
        reply_to: reply_to.map(MessageId),
        sent_at: Timestamp(sent_at),
        deleted,
    }
}

fn key(ready: &Ready) -> Key {
    (ready.pending.author.0, ready.pending.channel.0, ready.pending.nonce.clone())
}

/// Takes the nonces of the group; answers which were free. Rows are taken in one order by everyone.
async fn take_nonces(tx: &mut Tx<'_>, firsts: &BTreeMap<Key, &Ready>) -> Result<HashSet<Key>, sqlx::Error> {
    let mut free = HashSet::new();
    for run in in_powers(&firsts.iter().collect::<Vec<_>>()) {
        let mut insert =
            QueryBuilder::<Db>::new("INSERT INTO nonces (author, channel, nonce, message, body, sent_at) ");
        insert.push_values(run, |mut row, ((author, channel, nonce), ready)| {
            row.push_bind(*author)
                .push_bind(*channel)
                .push_bind(nonce)
                .push_bind(ready.id.0)
                .push_bind(ready.pending.body)
                .push_bind(ready.sent_at.0);
        });
        insert.push(" ON CONFLICT (author, channel, nonce) DO NOTHING RETURNING author, channel, nonce");
        let taken: Vec<Key> = insert.build_query_as().fetch_all(&mut **tx).await?;
        free.extend(taken);
    }
    Ok(free)
}

/// What a nonce that was taken before stands for: the body's fingerprint, the first message and its `seq`.
async fn first_sent(tx: &mut Tx<'_>, key: &Key) -> Result<Option<(i64, Sent)>, sqlx::Error> {
    let Some(row) = query(
        "SELECT n.body, m.seq, m.channel, m.number, m.id, m.author, m.text, m.reply_to, m.sent_at, m.deleted
         FROM nonces n JOIN messages m ON m.id = n.message
         WHERE n.author = $1 AND n.channel = $2 AND n.nonce = $3",
    )
    .bind(key.0)
    .bind(key.1)
    .bind(&key.2)
    .fetch_optional(&mut **tx)
    .await?
    else {
        return Ok(None);
    };
    let first = message((
        row.try_get(2)?,
        row.try_get(3)?,
        row.try_get(4)?,
        row.try_get(5)?,
        row.try_get(6)?,
        row.try_get(7)?,
        row.try_get(8)?,
        row.try_get(9)?,
    ));
    Ok(Some((row.try_get(0)?, Sent { nonce: key.2.clone(), seq: row.try_get(1)?, message: first })))
}

/// Gives the new messages their numbers: contiguous per channel, in the order of the group.
async fn number(tx: &mut Tx<'_>, fresh: &[&Ready]) -> Result<Vec<Message>, sqlx::Error> {
    let mut grown: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for ready in fresh {
        let (count, last) = grown.entry(ready.pending.channel.0).or_default();
        *count += 1;
        *last = ready.sent_at.0;
    }
    let mut heads: Vec<(i64, i64)> = Vec::new();
    for run in in_powers(&grown.iter().collect::<Vec<_>>()) {
        let mut upsert = QueryBuilder::<Db>::new("INSERT INTO heads (channel, number, last_message_at) ");
        upsert.push_values(run, |mut row, (channel, (count, last))| {
            row.push_bind(**channel).push_bind(*count).push_bind(*last);
        });
        upsert.push(
            " ON CONFLICT (channel) DO UPDATE SET number = heads.number + excluded.number,
               last_message_at = excluded.last_message_at RETURNING channel, number",
        );
        heads.extend(upsert.build_query_as::<(i64, i64)>().fetch_all(&mut **tx).await?);
    }
    let mut next: HashMap<i64, i64> =
        heads.into_iter().map(|(channel, head)| (channel, head - grown.get(&channel).map_or(0, |g| g.0))).collect();
    fresh
        .iter()
        .map(|ready| {
            let number = next.get_mut(&ready.pending.channel.0).ok_or(sqlx::Error::RowNotFound)?;
            *number += 1;
            Ok(Message {
                id: ready.id,
                channel: ready.pending.channel,
                number: *number,
                author: ready.pending.author,
                text: ready.pending.text.clone(),
                reply_to: ready.pending.reply_to,
                sent_at: ready.sent_at,
                deleted: false,
            })
        })
        .collect()
}

async fn insert_messages(tx: &mut Tx<'_>, messages: &[(Message, i64)]) -> Result<(), sqlx::Error> {
    for run in in_powers(messages) {
        let mut insert = QueryBuilder::<Db>::new(
            "INSERT INTO messages (channel, number, id, author, text, reply_to, sent_at, deleted, seq) ",
        );
        insert.push_values(run, |mut row, (m, seq)| {
            row.push_bind(m.channel.0)
                .push_bind(m.number)
                .push_bind(m.id.0)
                .push_bind(m.author.0)
                .push_bind(m.text.as_str())
                .push_bind(m.reply_to.map(|id| id.0))
                .push_bind(m.sent_at.0)
                .push_bind(m.deleted)
                .push_bind(*seq);
        });
        insert.build().execute(&mut **tx).await?;
    }
    Ok(())
}

/// Who sends has read up to there.
async fn move_markers(tx: &mut Tx<'_>, markers: &BTreeMap<(i64, i64), i64>) -> Result<u64, sqlx::Error> {
    let mut moved = 0;
    for run in in_powers(&markers.iter().collect::<Vec<_>>()) {
        let mut upsert = QueryBuilder::<Db>::new("INSERT INTO markers (person, channel, number) ");
        upsert.push_values(run, |mut row, ((person, channel), number)| {
            row.push_bind(*person).push_bind(*channel).push_bind(**number);
        });
        upsert.push(
            " ON CONFLICT (person, channel) DO UPDATE SET number = excluded.number WHERE markers.number < excluded.number",
        );
        moved += upsert.build().execute(&mut **tx).await?.rows_affected();
    }
    Ok(moved)
}

impl SqlStore {
    async fn messages(
        &self,
        sql: &'static str,
        first: i64,
        second: i64,
        limit: i64,
    ) -> Result<Vec<Message>, sqlx::Error> {
        let rows: Vec<Columns> = query_as(sql).bind(first).bind(second).bind(limit).fetch_all(&self.pools.read).await?;
        Ok(rows.into_iter().map(message).collect())
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn commit(&self, group: Vec<Ready>) -> Result<Committed<Vec<kernel::Result<Sent>>>> {
        let mut firsts: BTreeMap<Key, &Ready> = BTreeMap::new();
        for ready in &group {
            firsts.entry(key(ready)).or_insert(ready);
        }
        let mut tx = self.pools.begin().await?;
        let free = take_nonces(&mut tx, &firsts).await?;
        let is_first = |ready: &Ready| firsts.get(&key(ready)).is_some_and(|first| first.id == ready.id);
        let fresh: Vec<&Ready> = group.iter().filter(|r| is_first(r) && free.contains(&key(r))).collect();
        let mut sent: HashMap<Key, (i64, Sent)> = HashMap::new();
        let mut events: Vec<Event> = Vec::new();
        if !fresh.is_empty() {
            let messages = number(&mut tx, &fresh).await?;
            let new = messages.iter().zip(&fresh).map(|(m, r)| send::message_sent(m, &r.pending.nonce)).collect();
            events = append(&mut tx, new).await?;
            let rows: Vec<(Message, i64)> = messages.into_iter().zip(events.iter().map(|e| e.seq)).collect();
            insert_messages(&mut tx, &rows).await?;
            let markers = rows.iter().map(|(m, _)| ((m.author.0, m.channel.0), m.number)).collect();
            move_markers(&mut tx, &markers).await?;
            for (ready, (message, seq)) in fresh.iter().zip(rows) {
                let nonce = ready.pending.nonce.clone();
                sent.insert(key(ready), (ready.pending.body, Sent { nonce, seq, message }));
            }
        }
        for key in firsts.keys().filter(|key| !free.contains(*key)) {
            if let Some(first) = first_sent(&mut tx, key).await? {
                sent.insert(key.clone(), first);
            }
        }
        tx.commit().await?;
        let answers = group.iter().map(|ready| match sent.get(&key(ready)) {
            Some((body, sent)) if *body == ready.pending.body => Ok(sent.clone()),
            Some(_) => Err(rules::nonce_reused()),
            None => Err(rules::first_is_gone()),
        });
        Ok(Committed { value: answers.collect(), events })
    }

    async fn find(&self, channel: ChannelId, id: MessageId) -> Result<Option<Message>> {
        let row: Option<Columns> = query_as(
            "SELECT channel, number, id, author, text, reply_to, sent_at, deleted FROM messages
             WHERE id = $1 AND channel = $2",
        )
        .bind(id.0)
        .bind(channel.0)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.map(message))
    }

    async fn below(&self, channel: ChannelId, number: i64, limit: i64) -> Result<Vec<Message>> {
        let sql = "SELECT channel, number, id, author, text, reply_to, sent_at, deleted FROM messages
             WHERE channel = $1 AND number < $2 ORDER BY number DESC LIMIT $3";
        let mut messages = self.messages(sql, channel.0, number, limit).await?;
        messages.reverse();
        Ok(messages)
    }

    async fn above(&self, channel: ChannelId, number: i64, limit: i64) -> Result<Vec<Message>> {
        let sql = "SELECT channel, number, id, author, text, reply_to, sent_at, deleted FROM messages
             WHERE channel = $1 AND number > $2 ORDER BY number LIMIT $3";
        Ok(self.messages(sql, channel.0, number, limit).await?)
    }

    async fn heads(&self, user: UserId, channels: &[ChannelId]) -> Result<Vec<Head>> {
        if channels.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = QueryBuilder::<Db>::new(
            "SELECT h.channel, h.number, COALESCE(m.number, 0), h.last_message_at FROM heads h
             LEFT JOIN markers m ON m.channel = h.channel AND m.person = ",
        );
        select.push_bind(user.0).push(" WHERE h.channel IN (");
        let mut ids = select.separated(", ");
        for channel in channels {
            ids.push_bind(channel.0);
        }
        select.push(")");
        let rows: Vec<(i64, i64, i64, i64)> = select.build_query_as().fetch_all(&self.pools.read).await?;
        let head = |(channel, number, marker, at): (i64, i64, i64, i64)| Head {
            channel: ChannelId(channel),
            number,
            marker,
            last_message_at: Some(Timestamp(at)),
        };
        Ok(rows.into_iter().map(head).collect())
    }

    async fn move_marker(&self, user: UserId, marker: Marker, event: NewEvent) -> Result<Committed<Marker>> {
        let mut tx = self.pools.begin().await?;
        let moved = move_markers(&mut tx, &BTreeMap::from([((user.0, marker.channel.0), marker.number)])).await?;
        let events = append(&mut tx, if moved == 1 { vec![event] } else { Vec::new() }).await?;
        let number: i64 = query_scalar("SELECT number FROM markers WHERE person = $1 AND channel = $2")
            .bind(user.0)
            .bind(marker.channel.0)
            .fetch_one(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Committed { value: Marker { number, ..marker }, events })
    }

    async fn markers(&self, user: UserId) -> Result<Vec<Marker>> {
        let rows: Vec<(i64, i64)> = query_as("SELECT channel, number FROM markers WHERE person = $1 ORDER BY channel")
            .bind(user.0)
            .fetch_all(&self.pools.read)
            .await?;
        Ok(rows.into_iter().map(|(channel, number)| Marker { channel: ChannelId(channel), number }).collect())
    }

    async fn written_by(&self, user: UserId, after: MessageId, limit: i64) -> Result<Vec<Message>> {
        let sql = "SELECT channel, number, id, author, text, reply_to, sent_at, deleted FROM messages
             WHERE author = $1 AND id > $2 AND NOT deleted ORDER BY id LIMIT $3";
        Ok(self.messages(sql, user.0, after.0, limit).await?)
    }

    async fn speech_of(&self, user: UserId, limit: i64) -> Result<Vec<Message>> {
        self.written_by(user, MessageId(0), limit).await
    }

    async fn bury(&self, buried: Vec<(MessageSent, NewEvent)>) -> Result<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        let mut new = Vec::with_capacity(buried.len());
        for (redacted, event) in buried {
            let seq: Option<i64> = query_scalar(
                "UPDATE messages SET text = '', reply_to = NULL, deleted = TRUE WHERE id = $1 RETURNING seq",
            )
            .bind(redacted.message.id.0)
            .fetch_optional(&mut *tx)
            .await?;
            // Its channel was purged meanwhile: nothing is left to bury.
            let Some(seq) = seq else { continue };
            let data = NewEvent::new(event.stream.clone(), event.id, event.at, "message_sent", &redacted).data;
            query("UPDATE events SET data = $3 WHERE stream = $1 AND seq = $2")
                .bind(event.stream.as_str())
                .bind(seq)
                .bind(data.get())
                .execute(&mut *tx)
                .await?;
            new.push(event);
        }
        let events = append(&mut tx, new).await?;
        tx.commit().await?;
        Ok(Committed { value: (), events })
    }

    async fn forget(&self, user: UserId) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        let nonces = query("DELETE FROM nonces WHERE author = $1").bind(user.0).execute(&mut *tx).await?;
        let markers = query("DELETE FROM markers WHERE person = $1").bind(user.0).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(nonces.rows_affected() + markers.rows_affected())
    }

    async fn forget_nonces(&self, before: Timestamp) -> Result<()> {
        query("DELETE FROM nonces WHERE sent_at < $1").bind(before.0).execute(&self.pools.write).await?;
        Ok(())
    }

    async fn purge(&self, channel: ChannelId) -> Result<()> {
        let mut tx = self.pools.begin().await?;
        // In the order in which a commit takes its rows, so that neither waits for the other in a circle.
        query("DELETE FROM nonces WHERE channel = $1").bind(channel.0).execute(&mut *tx).await?;
        query("DELETE FROM heads WHERE channel = $1").bind(channel.0).execute(&mut *tx).await?;
        query("DELETE FROM events WHERE stream = $1")
            .bind(kernel::StreamName::messages(channel).as_str())
            .execute(&mut *tx)
            .await?;
        query("DELETE FROM messages WHERE channel = $1").bind(channel.0).execute(&mut *tx).await?;
        query("DELETE FROM markers WHERE channel = $1").bind(channel.0).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn page_of_heads(&self, after: ChannelId, limit: i64) -> Result<Vec<(Head, i64)>> {
        let rows: Vec<(i64, i64, i64, i64)> = query_as(
            "SELECT h.channel, h.number, h.last_message_at, s.seq
             FROM heads h JOIN streams s ON s.name = 'messages/channel/' || h.channel
             WHERE h.channel > $1 ORDER BY h.channel LIMIT $2",
        )
        .bind(after.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        let head = |(channel, number, at, seq): (i64, i64, i64, i64)| {
            let last_message_at = Some(Timestamp(at));
            (Head { channel: ChannelId(channel), number, marker: 0, last_message_at }, seq)
        };
        Ok(rows.into_iter().map(head).collect())
    }
}
