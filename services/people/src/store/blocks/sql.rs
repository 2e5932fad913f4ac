// Blocks on SQL, compiled once for each engine.

fn block((user, since): (i64, i64)) -> Block {
    Block { user: UserId(user), since: Timestamp(since) }
}

/// Why somebody can't be blocked, if so. The person's stream is locked already.
async fn refusal(tx: &mut Tx<'_>, block: &NewBlock) -> Result<Option<Refusal>, sqlx::Error> {
    let state: Option<String> = query_scalar("SELECT state FROM friends WHERE person = $1 AND other = $2")
        .bind(block.person.0)
        .bind(block.other.0)
        .fetch_optional(&mut **tx)
        .await?;
    if state.as_deref() != block.from.map(word) {
        return Ok(Some(Refusal::Moved));
    }
    let there: i64 = query_scalar("SELECT COUNT(*) FROM profiles WHERE id IN ($1, $2)")
        .bind(block.person.0)
        .bind(block.other.0)
        .fetch_one(&mut **tx)
        .await?;
    if there < 2 {
        return Ok(Some(Refusal::Gone));
    }
    let blocks: i64 =
        query_scalar("SELECT COUNT(*) FROM blocks WHERE person = $1").bind(block.person.0).fetch_one(&mut **tx).await?;
    Ok((blocks >= block.most).then_some(Refusal::BlocksFull))
}

#[async_trait]
impl Store for SqlStore {
    async fn find(&self, person: UserId, other: UserId) -> Result<Option<(Block, i64)>> {
        let row: Option<(i64, i64, i64)> =
            query_as("SELECT other, since, seq FROM blocks WHERE person = $1 AND other = $2")
                .bind(person.0)
                .bind(other.0)
                .fetch_optional(&self.pools.read)
                .await?;
        Ok(row.map(|(user, since, seq)| (block((user, since)), seq)))
    }

    async fn of(&self, person: UserId, after: UserId, limit: i64) -> Result<Vec<Block>> {
        let rows: Vec<(i64, i64)> =
            query_as("SELECT other, since FROM blocks WHERE person = $1 AND other > $2 ORDER BY other LIMIT $3")
                .bind(person.0)
                .bind(after.0)
                .bind(limit)
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().map(block).collect())
    }

    async fn block(&self, block: NewBlock, events: Vec<NewEvent>) -> Result<Result<Committed<i64>, Refusal>> {
        let mut tx = self.pools.begin().await?;
        let events = append(&mut tx, events).await?;
        if let Some(refusal) = refusal(&mut tx, &block).await? {
            return Ok(Err(refusal));
        }
        let seq = events.first().map_or(0, |told| told.seq);
        query("DELETE FROM friends WHERE (person = $1 AND other = $2) OR (person = $2 AND other = $1)")
            .bind(block.person.0)
            .bind(block.other.0)
            .execute(&mut *tx)
            .await?;
        query(
            "INSERT INTO blocks (person, other, since, seq) VALUES ($1, $2, $3, $4)
             ON CONFLICT (person, other) DO UPDATE SET seq = excluded.seq",
        )
        .bind(block.person.0)
        .bind(block.other.0)
        .bind(block.now.0)
        .bind(seq)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: seq, events }))
    }

    async fn unblock(&self, person: UserId, other: UserId, event: NewEvent) -> Result<Option<Committed<i64>>> {
        let mut tx = self.pools.begin().await?;
        let events = append(&mut tx, vec![event]).await?;
        let gone = query("DELETE FROM blocks WHERE person = $1 AND other = $2")
            .bind(person.0)
            .bind(other.0)
            .execute(&mut *tx)
            .await?;
        if gone.rows_affected() == 0 {
            return Ok(None);
        }
        tx.commit().await?;
        let seq = events.first().map_or(0, |told| told.seq);
        Ok(Some(Committed { value: seq, events }))
    }

    async fn erase(&self, person: UserId) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        let gone = query("DELETE FROM blocks WHERE person = $1 OR other = $1").bind(person.0).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(gone.rows_affected())
    }
}
