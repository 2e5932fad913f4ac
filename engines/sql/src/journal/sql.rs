// The journal on SQL, compiled once for each engine.

/// How many streams are looked at in one go, and how many events are forgotten in one transaction: sends wait for it.
const STREAMS: i64 = 256;
const FORGOTTEN: i64 = 500;

type Row6 = (i64, i64, i64, String, String);

impl SqlStore {
    /// Forgets the oldest events of a stream, as long as they are older than `before`. Answers whether there may be more.
    async fn forget(&self, stream: &str, before: Timestamp) -> crate::Result<bool> {
        let oldest: Vec<(i64, i64)> = query_as("SELECT seq, at FROM events WHERE stream = $1 ORDER BY seq LIMIT $2")
            .bind(stream)
            .bind(FORGOTTEN)
            .fetch_all(&self.pools.read)
            .await?;
        let old = oldest.iter().take_while(|(_, at)| *at < before.0).count();
        let Some((last, _)) = old.checked_sub(1).and_then(|last| oldest.get(last)) else { return Ok(false) };
        let mut tx = self.pools.begin().await?;
        query("DELETE FROM events WHERE stream = $1 AND seq <= $2").bind(stream).bind(last).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(old == FORGOTTEN as usize)
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn after(&self, stream: &StreamName, since: i64, bound: Option<i64>) -> crate::Result<Difference> {
        let head: Option<i64> = query_scalar("SELECT seq FROM streams WHERE name = $1")
            .bind(stream.as_str())
            .fetch_optional(&self.pools.read)
            .await?;
        let head = head.unwrap_or(0);
        if let Some(difference) = without_reading(since, head, bound) {
            return Ok(difference);
        }
        let rows: Vec<Row6> =
            query_as("SELECT seq, id, at, kind, data FROM events WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3")
                .bind(stream.as_str())
                .bind(since)
                .bind(Difference::MAX_EVENTS)
                .fetch_all(&self.pools.read)
                .await?;
        let events = rows.into_iter().map(|(seq, id, at, kind, data)| {
            let data = serde_json::value::RawValue::from_string(data).map_err(|e| sqlx::Error::Decode(e.into()))?;
            Ok(Event { stream: stream.clone(), seq, id: kernel::EventId(id), at: Timestamp(at), kind, data })
        });
        Ok(unbroken(events.collect::<Result<Vec<Event>, sqlx::Error>>()?, since, head))
    }

    async fn heads(&self, streams: &[StreamName]) -> crate::Result<At> {
        Ok(heads(&self.pools.read, streams).await?)
    }

    async fn unrelayed(&self, after: &str, limit: i64) -> crate::Result<Vec<Bell>> {
        let rows: Vec<(String, i64)> =
            query_as("SELECT name, seq FROM streams WHERE relayed < seq AND name > $1 ORDER BY name LIMIT $2")
                .bind(after)
                .bind(limit)
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().filter_map(|(name, seq)| Some(Bell { stream: name.parse().ok()?, seq })).collect())
    }

    async fn relayed(&self, bells: &[Bell]) -> crate::Result<()> {
        let mut tx = self.pools.begin().await?;
        for run in crate::in_powers(bells) {
            let mut update = QueryBuilder::<Db>::new("UPDATE streams SET relayed = rung.column2 FROM (");
            update.push_values(run, |mut row, bell| {
                row.push_bind(bell.stream.as_str()).push_bind(bell.seq);
            });
            update.push(") AS rung WHERE streams.name = rung.column1 AND streams.relayed < rung.column2");
            update.build().execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn cursor(&self, follower: &str, stream: &StreamName) -> crate::Result<i64> {
        let seq: Option<i64> = query_scalar("SELECT seq FROM cursors WHERE follower = $1 AND stream = $2")
            .bind(follower)
            .bind(stream.as_str())
            .fetch_optional(&self.pools.write)
            .await?;
        Ok(seq.unwrap_or(0))
    }

    async fn cursors(&self) -> crate::Result<Vec<(String, StreamName, i64)>> {
        let rows: Vec<(String, String, i64)> =
            query_as("SELECT follower, stream, seq FROM cursors ORDER BY follower, stream")
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().filter_map(|(follower, stream, seq)| Some((follower, stream.parse().ok()?, seq))).collect())
    }

    async fn advance(&self, follower: &str, stream: &StreamName, seq: i64) -> crate::Result<()> {
        query(
            "INSERT INTO cursors (follower, stream, seq) VALUES ($1, $2, $3)
             ON CONFLICT (follower, stream) DO UPDATE SET seq = excluded.seq WHERE cursors.seq < excluded.seq",
        )
        .bind(follower)
        .bind(stream.as_str())
        .bind(seq)
        .execute(&self.pools.write)
        .await?;
        Ok(())
    }

    async fn bury(
        &self,
        follower: &str,
        stream: &StreamName,
        seq: i64,
        at: Timestamp,
        error: &str,
    ) -> crate::Result<()> {
        query("INSERT INTO dead_letters (follower, stream, seq, at, error) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING")
            .bind(follower)
            .bind(stream.as_str())
            .bind(seq)
            .bind(at.0)
            .bind(error)
            .execute(&self.pools.write)
            .await?;
        Ok(())
    }

    async fn prune(&self, after: &str, before: Timestamp) -> crate::Result<Option<String>> {
        let streams: Vec<(String, Option<i64>)> = query_as(
            "SELECT name, (SELECT at FROM events WHERE stream = name ORDER BY seq LIMIT 1)
             FROM streams WHERE name > $1 ORDER BY name LIMIT $2",
        )
        .bind(after)
        .bind(STREAMS)
        .fetch_all(&self.pools.read)
        .await?;
        for (stream, _) in streams.iter().filter(|(_, oldest)| oldest.is_some_and(|at| at < before.0)) {
            while self.forget(stream, before).await? {}
        }
        Ok(streams.into_iter().nth(STREAMS as usize - 1).map(|(name, _)| name))
    }

    async fn take_node(&self, holder: i64) -> crate::Result<Option<u16>> {
        Self::take_node(self, holder).await
    }

    async fn prolong_node(&self, holder: i64, node: u16) -> crate::Result<bool> {
        Self::prolong_node(self, holder, node).await
    }

    async fn high_water(&self, node: u16) -> crate::Result<Timestamp> {
        let until: Option<i64> = query_scalar("SELECT until_ms FROM id_high_water WHERE node = $1")
            .bind(i64::from(node))
            .fetch_optional(&self.pools.write)
            .await?;
        Ok(Timestamp(until.unwrap_or(1_735_689_600_000)))
    }

    async fn raise_high_water(&self, node: u16, until: Timestamp) -> crate::Result<()> {
        query(
            "INSERT INTO id_high_water (node, until_ms) VALUES ($1, $2)
             ON CONFLICT (node) DO UPDATE SET until_ms = excluded.until_ms WHERE id_high_water.until_ms < excluded.until_ms",
        )
        .bind(i64::from(node))
        .bind(until.0)
        .execute(&self.pools.write)
        .await?;
        Ok(())
    }
}
