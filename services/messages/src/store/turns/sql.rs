// Turns on SQL, compiled once for each engine.

#[async_trait]
impl Store for SqlStore {
    async fn take(&self, turn: Turn, pace_seconds: i64) -> Result<Option<Timestamp>> {
        let mut tx = self.pools.begin().await?;
        // One row for one person in a channel: of two messages at once, on whichever nodes, one comes second.
        let taken = query(
            "INSERT INTO turns (author, channel, nonce, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (author, channel) DO UPDATE SET
                 at = CASE WHEN turns.nonce = excluded.nonce THEN turns.at ELSE excluded.at END, nonce = excluded.nonce
             WHERE turns.at <= $5 OR turns.nonce = excluded.nonce",
        )
        .bind(turn.author.0)
        .bind(turn.channel.0)
        .bind(turn.nonce)
        .bind(turn.at.0)
        .bind(turn.at.plus_seconds(-pace_seconds).0)
        .execute(&mut *tx)
        .await?;
        let last: Option<i64> = if taken.rows_affected() == 1 {
            None
        } else {
            query_scalar("SELECT at FROM turns WHERE author = $1 AND channel = $2")
                .bind(turn.author.0)
                .bind(turn.channel.0)
                .fetch_optional(&mut *tx)
                .await?
        };
        tx.commit().await?;
        Ok(last.map(Timestamp))
    }

    async fn prune(&self, before: Timestamp) -> Result<u64> {
        let gone = query("DELETE FROM turns WHERE at < $1").bind(before.0).execute(&self.pools.write).await?;
        Ok(gone.rows_affected())
    }

    async fn erase(&self, user: UserId) -> Result<u64> {
        let gone = query("DELETE FROM turns WHERE author = $1").bind(user.0).execute(&self.pools.write).await?;
        Ok(gone.rows_affected())
    }
}
