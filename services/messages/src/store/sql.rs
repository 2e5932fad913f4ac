// Messages on SQL, compiled once for each engine.

use engine_sql::in_powers;
use group::{Key, Known};
#[allow(unused_imports, reason = "each engine needs some of it")]
use std::collections::{BTreeMap, BTreeSet, HashMap};

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
            "SELECT channel, number, id, author, text, reply_to, sent_at, deleted FROM messages
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

    async fn written_by(&self, user: UserId, after: Place, limit: i64) -> Result<Vec<Message>> {
        let sql = "SELECT channel, number, id, author, text, reply_to, sent_at, deleted FROM messages
             WHERE author = $1 AND channel >= $2 AND (channel > $2 OR number > $3) AND NOT deleted
             ORDER BY channel, number LIMIT $4";
        Ok(self.messages(sql, &[user.0, after.0.0, after.1, limit]).await?)
    }

    async fn bury(&self, buried: Vec<(MessageSent, NewEvent)>) -> Result<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        let mut new = Vec::with_capacity(buried.len());
        for (redacted, event) in buried {
            let seq: Option<i64> = query_scalar(
                "UPDATE messages SET text = '', reply_to = NULL, deleted = TRUE, body = NULL WHERE id = $1 RETURNING seq",
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
        let nonces = query("UPDATE messages SET nonce = NULL WHERE author = $1 AND nonce IS NOT NULL")
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
