// What sends and readers wait for, on PostgreSQL: a group is one question, whatever its size.

/// The place in the group, from 1, of what is new; then channel, number, id, author, the text of what was there before, the message
/// that is answered, when it was sent, whether it was deleted, seq, nonce and body.
type Written = (Option<i64>, i64, i64, i64, i64, Option<String>, Option<i64>, i64, bool, i64, i64, Option<i64>);

impl SqlStore {
    /// By the function of migration 103, which says in which order rows are locked.
    async fn commit_group(&self, group: Vec<Ready>) -> Result<Committed<Vec<kernel::Result<Sent>>>> {
        let mut kept = self.pools.kept().await?;
        let mut written = write_group(&mut kept.connection, &group).await;
        if written.is_err() && !kept.is_fresh {
            // What a lost connection may have written is known by its nonces.
            drop(kept);
            kept = self.pools.kept().await?;
            written = write_group(&mut kept.connection, &group).await;
        }
        let written = written?;
        kept.keep();
        let (mut known, mut events) = (HashMap::with_capacity(group.len()), Vec::with_capacity(group.len()));
        for (place, channel, number, id, author, text, reply_to, sent_at, deleted, seq, nonce, body) in written {
            let ready = place.and_then(|place| group.get(usize::try_from(place - 1).ok()?));
            let text = text.or_else(|| Some(ready?.pending.text.clone())).ok_or(sqlx::Error::RowNotFound)?;
            let mut message = message((channel, number, id, author, text, reply_to, sent_at, deleted, None, 0));
            match ready {
                Some(ready) => events.push(send::message_sent(&message, &ready.pending.nonce).at_seq(seq)),
                // What was there before may have been changed since.
                None => message = self.find(message.channel, message.id).await?.unwrap_or(message),
            }
            known.insert((author, channel, nonce), Known { body, seq, message });
        }
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
        let sql =
            "SELECT channel, number, id, author, text, reply_to, sent_at, deleted, edited_at, version FROM messages
             WHERE channel = $1 AND number < $2 ORDER BY number DESC LIMIT $3";
        let mut messages = self.messages(sql, &[channel.0, number, limit]).await?;
        messages.reverse();
        Ok(messages)
    }

    async fn above(&self, channel: ChannelId, number: i64, limit: i64) -> Result<Vec<Message>> {
        let sql =
            "SELECT channel, number, id, author, text, reply_to, sent_at, deleted, edited_at, version FROM messages
             WHERE channel = $1 AND number > $2 ORDER BY number LIMIT $3";
        Ok(self.messages(sql, &[channel.0, number, limit]).await?)
    }

    async fn around(&self, channel: ChannelId, number: i64, limit: i64) -> Result<Vec<Message>> {
        let mut messages = self.below(channel, number.saturating_add(1), limit - limit / 2).await?;
        messages.extend(self.above(channel, number, limit / 2).await?);
        Ok(messages)
    }
}

async fn write_group(
    connection: &mut <Db as sqlx::Database>::Connection,
    group: &[Ready],
) -> Result<Vec<Written>, sqlx::Error> {
    let column = |of: fn(&Ready) -> i64| group.iter().map(of).collect::<Vec<_>>();
    let names: Vec<_> = group.iter().map(|r| StreamName::messages(r.pending.channel).to_string()).collect();
    query_as("SELECT * FROM write_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(column(|r| r.pending.channel.0))
        .bind(names)
        .bind(column(|r| r.pending.author.0))
        .bind(column(|r| r.pending.nonce_key))
        .bind(column(|r| r.pending.body))
        .bind(group.iter().map(|r| r.pending.nonce.as_str()).collect::<Vec<_>>())
        .bind(column(|r| r.id.0))
        .bind(group.iter().map(|r| r.pending.text.as_str()).collect::<Vec<_>>())
        .bind(group.iter().map(|r| r.pending.reply_to.map(|id| id.0)).collect::<Vec<_>>())
        .bind(column(|r| r.sent_at.0))
        .fetch_all(connection)
        .await
}
