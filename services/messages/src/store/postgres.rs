// What sends and readers wait for, on PostgreSQL: one statement per table, whatever the size of the group.

impl SqlStore {
    /// The rows of the channels' heads are locked first, by rising id. A nonce belongs to its channel, so that nobody else can
    /// take one of the group's meanwhile.
    async fn commit_group(&self, group: Vec<Ready>) -> Result<Committed<Vec<kernel::Result<Sent>>>> {
        let mut tx = self.pools.begin().await?;
        lock_heads(&mut tx, &group).await?;
        let mut known = find_known(&mut tx, &group).await?;
        let fresh = group::fresh(&group, &known);
        let mut events = Vec::new();
        if !fresh.is_empty() {
            let grown = group::growth(&fresh);
            let heads = raise_heads(&mut tx, &grown).await?;
            let messages = group::number(&fresh, &grown, &heads).ok_or(sqlx::Error::RowNotFound)?;
            events = advance(&mut tx, group::announcements(&fresh, &messages)).await?;
            insert_messages(&mut tx, &messages, &events, &fresh).await?;
            move_markers(&mut tx, &group::markers(&messages)).await?;
            for ((message, event), ready) in messages.into_iter().zip(&events).zip(&fresh) {
                known.insert(group::key(ready), Known { body: Some(ready.pending.body), seq: event.seq, message });
            }
        }
        tx.commit().await?;
        Ok(Committed { value: group::answers(group, &known), events })
    }

    async fn read_history(
        &self,
        channel: ChannelId,
        reading: Reading,
        limit: i64,
    ) -> Result<Option<(Vec<Message>, i64)>> {
        // Read before the messages: an event that lands in between is in both, and applying it twice is harmless.
        let stream = StreamName::messages(channel);
        let at = heads(&self.pools.read, std::slice::from_ref(&stream)).await?;
        let messages = match reading {
            Reading::Newest => self.below(channel, i64::MAX, limit).await?,
            Reading::Before(number) => self.below(channel, number, limit).await?,
            Reading::After(number) => self.above(channel, number, limit).await?,
            Reading::AroundNumber(number) => self.around(channel, number, limit).await?,
            Reading::AroundId(id) => match self.find(channel, MessageId(id)).await? {
                Some(found) => self.around(channel, found.number, limit).await?,
                None => return Ok(None),
            },
        };
        Ok(Some((messages, at.get(&stream).copied().unwrap_or(0))))
    }

    async fn below(&self, channel: ChannelId, number: i64, limit: i64) -> Result<Vec<Message>> {
        let sql = "SELECT channel, number, id, author, text, reply_to, sent_at, deleted FROM messages
             WHERE channel = $1 AND number < $2 ORDER BY number DESC LIMIT $3";
        let mut messages = self.messages(sql, &[channel.0, number, limit]).await?;
        messages.reverse();
        Ok(messages)
    }

    async fn above(&self, channel: ChannelId, number: i64, limit: i64) -> Result<Vec<Message>> {
        let sql = "SELECT channel, number, id, author, text, reply_to, sent_at, deleted FROM messages
             WHERE channel = $1 AND number > $2 ORDER BY number LIMIT $3";
        Ok(self.messages(sql, &[channel.0, number, limit]).await?)
    }

    async fn around(&self, channel: ChannelId, number: i64, limit: i64) -> Result<Vec<Message>> {
        let mut messages = self.below(channel, number.saturating_add(1), limit - limit / 2).await?;
        messages.extend(self.above(channel, number, limit / 2).await?);
        Ok(messages)
    }
}

async fn lock_heads(tx: &mut Tx<'_>, group: &[Ready]) -> Result<(), sqlx::Error> {
    let channels: BTreeSet<i64> = group.iter().map(|ready| ready.pending.channel.0).collect();
    query(
        "INSERT INTO heads (channel, number, last_message_at) SELECT unnest($1::BIGINT[]), 0, 0
         ON CONFLICT (channel) DO UPDATE SET number = heads.number",
    )
    .bind(channels.into_iter().collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn raise_heads(
    tx: &mut Tx<'_>,
    grown: &BTreeMap<ChannelId, group::Growth>,
) -> Result<HashMap<ChannelId, i64>, sqlx::Error> {
    let heads: Vec<(i64, i64)> = query_as(
        "UPDATE heads SET number = heads.number + grown.count, last_message_at = grown.last_at
         FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[]) AS grown (channel, count, last_at)
         WHERE heads.channel = grown.channel RETURNING heads.channel, heads.number",
    )
    .bind(grown.keys().map(|channel| channel.0).collect::<Vec<_>>())
    .bind(grown.values().map(|growth| growth.count).collect::<Vec<_>>())
    .bind(grown.values().map(|growth| growth.last_at).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?;
    Ok(heads.into_iter().map(|(channel, number)| (ChannelId(channel), number)).collect())
}

async fn find_known(tx: &mut Tx<'_>, group: &[Ready]) -> Result<HashMap<Key, Known>, sqlx::Error> {
    let keys: Vec<Key> = group.iter().map(group::key).collect();
    let rows = query(
        "SELECT m.channel, m.number, m.id, m.author, m.text, m.reply_to, m.sent_at, m.deleted, m.seq, m.body, m.nonce
         FROM (SELECT DISTINCT * FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[]) AS k (author, channel, nonce)) AS k
         JOIN messages m ON m.author = k.author AND m.channel = k.channel AND m.nonce = k.nonce",
    )
    .bind(keys.iter().map(|key| key.0).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.1).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.2).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?;
    let mut known = HashMap::with_capacity(rows.len());
    for row in rows {
        let first = message((
            row.try_get(0)?,
            row.try_get(1)?,
            row.try_get(2)?,
            row.try_get(3)?,
            row.try_get(4)?,
            row.try_get(5)?,
            row.try_get(6)?,
            row.try_get(7)?,
        ));
        let key = (first.author.0, first.channel.0, row.try_get(10)?);
        known.insert(key, Known { body: row.try_get(9)?, seq: row.try_get(8)?, message: first });
    }
    Ok(known)
}

async fn insert_messages(
    tx: &mut Tx<'_>,
    messages: &[Message],
    events: &[Event],
    fresh: &[&Ready],
) -> Result<(), sqlx::Error> {
    let column = |of: fn(&Message) -> i64| messages.iter().map(of).collect::<Vec<_>>();
    query(
        "INSERT INTO messages (channel, number, id, author, text, reply_to, sent_at, deleted, seq, nonce, body, nonce_text)
         SELECT channel, number, id, author, text, reply_to, sent_at, FALSE, seq, nonce, body, nonce_text
         FROM unnest($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::BIGINT[], $5::TEXT[], $6::BIGINT[], $7::BIGINT[],
           $8::BIGINT[], $9::BIGINT[], $10::BIGINT[], $11::TEXT[])
           AS new (channel, number, id, author, text, reply_to, sent_at, seq, nonce, body, nonce_text)",
    )
    .bind(column(|m| m.channel.0))
    .bind(column(|m| m.number))
    .bind(column(|m| m.id.0))
    .bind(column(|m| m.author.0))
    .bind(messages.iter().map(|m| m.text.as_str()).collect::<Vec<_>>())
    .bind(messages.iter().map(|m| m.reply_to.map(|id| id.0)).collect::<Vec<_>>())
    .bind(column(|m| m.sent_at.0))
    .bind(events.iter().map(|event| event.seq).collect::<Vec<_>>())
    .bind(fresh.iter().map(|ready| ready.pending.nonce_key).collect::<Vec<_>>())
    .bind(fresh.iter().map(|ready| ready.pending.body).collect::<Vec<_>>())
    .bind(fresh.iter().map(|ready| ready.pending.nonce.as_str()).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
