// Messages on SQL, compiled once for each engine.

use crate::send;
use engine_sql::{in_powers, unbroken, without_reading};
use group::Known;
use kernel::{Event, NewEvent, StreamName};
use messages_contract::{MessageDeleted, MessageEdited};
use serde_json::value::RawValue;
#[allow(unused_imports, reason = "each engine needs some of it")]
use std::collections::{BTreeMap, BTreeSet, HashMap};

type Columns = (i64, i64, i64, i64, String, Option<i64>, i64, bool, Option<i64>, i64);

fn message((channel, number, id, author, text, reply_to, sent_at, deleted, edited_at, version): Columns) -> Message {
    let place = (ChannelId(channel), number);
    let sent = Message::new(MessageId(id), place, UserId(author), text, reply_to.map(MessageId), Timestamp(sent_at));
    Message { deleted, edited_at: edited_at.map(Timestamp), version, ..sent }
}

/// `$1` channel, `$2` since, `$3` stream, `$4` how many. The first part halves the channel's numbers until it stands on the last
/// message that isn't new: numbers rise with seqs, and both have no holes.
const DIFFERENCE: &str = "
    WITH RECURSIVE known (low, high) AS (
        SELECT CAST(0 AS BIGINT), COALESCE((SELECT number FROM heads WHERE channel = $1), 0)
        UNION ALL
        SELECT
            CASE WHEN EXISTS (SELECT 1 FROM messages m WHERE m.channel = $1 AND m.number = (low + high + 1) / 2 AND m.seq <= $2)
                THEN (low + high + 1) / 2 ELSE low END,
            CASE WHEN EXISTS (SELECT 1 FROM messages m WHERE m.channel = $1 AND m.number = (low + high + 1) / 2 AND m.seq <= $2)
                THEN high ELSE (low + high + 1) / 2 - 1 END
        FROM known WHERE low < high
    )
    SELECT seq, id, at, kind, data, NULL AS number, NULL AS author, NULL AS text, NULL AS reply_to, NULL AS deleted,
        NULL AS nonce_text, NULL AS edited_at, NULL AS version
    FROM events WHERE stream = $3 AND seq > $2 AND seq <= $2 + $4
    UNION ALL
    SELECT seq, id, sent_at, NULL, NULL, number, author, text, reply_to, deleted, nonce_text, edited_at, version
    FROM messages WHERE channel = $1 AND number > (SELECT MAX(low) FROM known)
        AND number <= (SELECT MAX(low) FROM known) + $4 AND seq > $2 AND seq <= $2 + $4
    ORDER BY seq";

fn event(stream: &StreamName, channel: ChannelId, row: &<Db as sqlx::Database>::Row) -> Result<Event, sqlx::Error> {
    let (seq, id, at) = (row.try_get(0)?, row.try_get(1)?, Timestamp(row.try_get(2)?));
    if let Some(kind) = row.try_get(3)? {
        let data = RawValue::from_string(row.try_get(4)?).map_err(|e| sqlx::Error::Decode(e.into()))?;
        return Ok(Event { stream: stream.clone(), seq, id: EventId(id), at, kind, data });
    }
    let (number, author, text, reply_to) = (row.try_get(5)?, row.try_get(6)?, row.try_get(7)?, row.try_get(8)?);
    let (deleted, edited_at, version) = (row.try_get(9)?, row.try_get(11)?, row.try_get(12)?);
    let message = message((channel.0, number, id, author, text, reply_to, at.0, deleted, edited_at, version));
    let nonce: Option<String> = row.try_get(10)?;
    Ok(send::message_sent(&message, nonce.as_deref().unwrap_or_default()).at_seq(seq))
}

/// Who sends has read up to there.
async fn move_markers(tx: &mut Tx<'_>, markers: &BTreeMap<(UserId, ChannelId), i64>) -> Result<u64, sqlx::Error> {
    let mut moved = 0;
    for run in in_powers(&markers.iter().collect::<Vec<_>>()) {
        let mut upsert = QueryBuilder::<Db>::new("INSERT INTO markers (person, channel, number) ");
        upsert.push_values(run, |mut row, ((person, channel), number)| {
            row.push_bind(person.0).push_bind(channel.0).push_bind(**number);
        });
        upsert.push(
            " ON CONFLICT (person, channel) DO UPDATE SET number = excluded.number WHERE markers.number < excluded.number",
        );
        moved += upsert.build().execute(&mut **tx).await?.rows_affected();
    }
    Ok(moved)
}

/// Takes the texts that a message had out of the log. Answers where they stood: the message itself is told from its row.
async fn redact(
    tx: &mut Tx<'_>,
    stream: &StreamName,
    channel: ChannelId,
    message: MessageId,
    seq: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    let mut edits: Vec<i64> =
        query_scalar("DELETE FROM versions WHERE channel = $1 AND message = $2 RETURNING replaced_at_seq")
            .bind(channel.0)
            .bind(message.0)
            .fetch_all(&mut **tx)
            .await?;
    edits.sort_unstable();
    for edit in &edits {
        let told: Option<String> = query_scalar("SELECT data FROM events WHERE stream = $1 AND seq = $2")
            .bind(stream.as_str())
            .bind(edit)
            .fetch_optional(&mut **tx)
            .await?;
        // Older than what is kept of the log: it is gone.
        let Some(told) = told else { continue };
        let told: MessageEdited = serde_json::from_str(&told).map_err(|e| sqlx::Error::Decode(e.into()))?;
        let redacted = serde_json::to_string(&MessageEdited { message: told.message.tombstone() });
        query("UPDATE events SET data = $1 WHERE stream = $2 AND seq = $3")
            .bind(redacted.map_err(|e| sqlx::Error::Encode(e.into()))?)
            .bind(stream.as_str())
            .bind(edit)
            .execute(&mut **tx)
            .await?;
    }
    Ok([&[seq], &*edits].concat())
}

impl SqlStore {
    async fn messages(&self, sql: &'static str, with: &[i64]) -> Result<Vec<Message>, sqlx::Error> {
        let mut select = query_as(sql);
        for value in with {
            select = select.bind(value);
        }
        let rows: Vec<Columns> = select.fetch_all(&self.pools.read).await?;
        Ok(rows.into_iter().map(message).collect())
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn commit(&self, group: Vec<Ready>) -> Result<Committed<Vec<kernel::Result<Sent>>>> {
        self.commit_group(group).await
    }

    async fn history(&self, channel: ChannelId, reading: Reading, limit: i64) -> Result<Option<(Vec<Message>, i64)>> {
        self.read_history(channel, reading, limit).await
    }

    async fn find(&self, channel: ChannelId, id: MessageId) -> Result<Option<Message>> {
        let row: Option<Columns> = query_as(
            "SELECT channel, number, id, author, text, reply_to, sent_at, deleted, edited_at, version FROM messages
             WHERE id = $1 AND channel = $2",
        )
        .bind(id.0)
        .bind(channel.0)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.map(message))
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

    async fn number_before(&self, channel: ChannelId, at: Timestamp) -> Result<i64> {
        let number: Option<i64> = query_scalar(
            "SELECT number FROM messages WHERE channel = $1 AND sent_at < $2 ORDER BY number DESC LIMIT 1",
        )
        .bind(channel.0)
        .bind(at.0)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(number.unwrap_or(0))
    }

    async fn start_markers(&self, user: UserId, moves: Vec<(Marker, NewEvent)>) -> Result<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        let mut events = Vec::new();
        for (marker, event) in moves {
            let moved = move_markers(&mut tx, &BTreeMap::from([((user, marker.channel), marker.number)])).await?;
            events.extend((moved == 1).then_some(event));
        }
        let events = append(&mut tx, events).await?;
        tx.commit().await?;
        Ok(Committed { value: (), events })
    }

    async fn move_marker(&self, user: UserId, marker: Marker, event: NewEvent) -> Result<Committed<Marker>> {
        let mut tx = self.pools.begin().await?;
        let moved = move_markers(&mut tx, &BTreeMap::from([((user, marker.channel), marker.number)])).await?;
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

    async fn difference(&self, channel: ChannelId, since: i64, bound: Option<i64>) -> Result<Difference> {
        let stream = StreamName::messages(channel);
        let head = heads(&self.pools.read, std::slice::from_ref(&stream)).await?.get(&stream).copied().unwrap_or(0);
        if let Some(difference) = without_reading(since, head, bound) {
            return Ok(difference);
        }
        let rows = query(DIFFERENCE)
            .bind(channel.0)
            .bind(since)
            .bind(stream.as_str())
            .bind(Difference::MAX_EVENTS)
            .fetch_all(&self.pools.read)
            .await?;
        let events = rows.iter().map(|row| event(&stream, channel, row)).collect::<Result<_, _>>()?;
        Ok(unbroken(events, since, head))
    }

    async fn edit(&self, old: &Message, edit: Edited) -> Result<Option<Committed<Message>>> {
        let mut tx = self.pools.begin().await?;
        let version = old.version + 1;
        let done = query(
            "UPDATE messages SET text = $1, edited_at = $2, version = $3 WHERE id = $4 AND version = $5 AND NOT deleted",
        )
        .bind(&edit.text)
        .bind(edit.at.0)
        .bind(version)
        .bind(old.id.0)
        .bind(old.version)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        let message = Message { text: edit.text, edited_at: Some(edit.at), version, ..old.clone() };
        let told = MessageEdited { message: message.clone() };
        let event = NewEvent::new(StreamName::messages(old.channel), edit.event, edit.at, "message_edited", &told);
        let events = append(&mut tx, vec![event]).await?;
        query(
            "INSERT INTO versions (channel, message, version, text, at, replaced_at_seq) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(old.channel.0)
        .bind(old.id.0)
        .bind(old.version)
        .bind(&old.text)
        .bind(old.edited_at.unwrap_or(old.sent_at).0)
        .bind(events.first().map_or(0, |event| event.seq))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Some(Committed { value: message, events }))
    }

    async fn versions(&self, channel: ChannelId, message: MessageId) -> Result<Vec<Version>> {
        let rows: Vec<(i64, String, i64)> =
            query_as("SELECT version, text, at FROM versions WHERE channel = $1 AND message = $2 ORDER BY version")
                .bind(channel.0)
                .bind(message.0)
                .fetch_all(&self.pools.read)
                .await?;
        let version = |(version, text, at)| Version { message, version, text, at: Timestamp(at) };
        Ok(rows.into_iter().map(version).collect())
    }

    async fn said_since(&self, user: UserId, since: Timestamp) -> Result<Vec<Message>> {
        let sql =
            "SELECT channel, number, id, author, text, reply_to, sent_at, deleted, edited_at, version FROM messages
             WHERE author = $1 AND sent_at >= $2 AND NOT deleted ORDER BY channel, number";
        Ok(self.messages(sql, &[user.0, since.0]).await?)
    }

    async fn written_by(&self, user: UserId, after: Place, limit: i64) -> Result<Vec<Message>> {
        let sql =
            "SELECT channel, number, id, author, text, reply_to, sent_at, deleted, edited_at, version FROM messages
             WHERE author = $1 AND channel >= $2 AND (channel > $2 OR number > $3) AND NOT deleted
             ORDER BY channel, number LIMIT $4";
        Ok(self.messages(sql, &[user.0, after.0.0, after.1, limit]).await?)
    }

    async fn bury(&self, buried: Vec<Burial>) -> Result<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        let mut new = Vec::with_capacity(buried.len());
        for Burial { message, event, at } in buried {
            let row: Option<(i64, i64, i64)> = query_as(
                "UPDATE messages SET text = '', reply_to = NULL, deleted = TRUE, body = NULL, nonce_text = NULL, edited_at = NULL,
                   version = 0
                 WHERE id = $1 AND NOT deleted RETURNING channel, number, seq",
            )
            .bind(message.0)
            .fetch_optional(&mut *tx)
            .await?;
            // Otherwise somebody else was faster, or its channel was purged meanwhile: nothing is left to bury.
            let Some((channel, number, seq)) = row else { continue };
            let stream = StreamName::messages(ChannelId(channel));
            let redacted = redact(&mut tx, &stream, ChannelId(channel), message, seq).await?;
            let deleted = MessageDeleted { message, number, redacted };
            new.push(NewEvent::new(stream, event, at, "message_deleted", &deleted));
        }
        let events = append(&mut tx, new).await?;
        tx.commit().await?;
        Ok(Committed { value: (), events })
    }

    async fn forget(&self, user: UserId) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        let nonces =
            query("UPDATE messages SET nonce = NULL, nonce_text = NULL WHERE author = $1 AND nonce IS NOT NULL")
                .bind(user.0)
                .execute(&mut *tx)
                .await?;
        let markers = query("DELETE FROM markers WHERE person = $1").bind(user.0).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(nonces.rows_affected() + markers.rows_affected())
    }

    async fn purge(&self, channel: ChannelId) -> Result<()> {
        let mut tx = self.pools.begin().await?;
        // In the order in which a commit takes its rows, so that neither waits for the other in a circle.
        query("DELETE FROM heads WHERE channel = $1").bind(channel.0).execute(&mut *tx).await?;
        query("DELETE FROM events WHERE stream = $1")
            .bind(StreamName::messages(channel).as_str())
            .execute(&mut *tx)
            .await?;
        query("DELETE FROM messages WHERE channel = $1").bind(channel.0).execute(&mut *tx).await?;
        query("DELETE FROM versions WHERE channel = $1").bind(channel.0).execute(&mut *tx).await?;
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
