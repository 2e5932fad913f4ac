// Directs on SQL, compiled once for each engine.

type Columns = (i64, i64, i64, i64);

fn direct((channel, low, high, created_at): Columns) -> Channel {
    rules::direct(ChannelId(channel), UserId(low), UserId(high), Timestamp(created_at))
}

#[async_trait]
impl Store for SqlStore {
    async fn find(&self, channel: ChannelId) -> Result<Option<Channel>> {
        let row: Option<Columns> = query_as("SELECT channel, low, high, created_at FROM directs WHERE channel = $1")
            .bind(channel.0)
            .fetch_optional(&self.pools.read)
            .await?;
        Ok(row.map(direct))
    }

    async fn between(&self, one: UserId, other: UserId) -> Result<Option<Channel>> {
        let row: Option<Columns> =
            query_as("SELECT channel, low, high, created_at FROM directs WHERE low = $1 AND high = $2")
                .bind(one.min(other).0)
                .bind(one.max(other).0)
                .fetch_optional(&self.pools.read)
                .await?;
        Ok(row.map(direct))
    }

    async fn open(
        &self,
        id: ChannelId,
        between: (UserId, UserId),
        created_at: Timestamp,
        events: Vec<NewEvent>,
    ) -> Result<Committed<Channel>> {
        let (low, high) = (between.0.min(between.1), between.0.max(between.1));
        let mut tx = self.pools.begin().await?;
        let made = query(
            "INSERT INTO directs (channel, low, high, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (low, high) DO NOTHING",
        )
        .bind(id.0)
        .bind(low.0)
        .bind(high.0)
        .bind(created_at.0)
        .execute(&mut *tx)
        .await?;
        let events = if made.rows_affected() == 1 { append(&mut tx, events).await? } else { Vec::new() };
        let row: Columns = query_as("SELECT channel, low, high, created_at FROM directs WHERE low = $1 AND high = $2")
            .bind(low.0)
            .bind(high.0)
            .fetch_one(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Committed { value: direct(row), events })
    }

    async fn partners(&self, user: UserId, users: &[UserId]) -> Result<Vec<UserId>> {
        let mut partners = Vec::new();
        for (one, other) in [("low", "high"), ("high", "low")] {
            let mut select = QueryBuilder::<Db>::new(format!("SELECT {other} FROM directs WHERE {one} = "));
            select.push_bind(user.0).push(format!(" AND {other} IN ("));
            let mut persons = select.separated(", ");
            for user in users {
                persons.push_bind(user.0);
            }
            select.push(")");
            let found: Vec<i64> = select.build_query_scalar().fetch_all(&self.pools.read).await?;
            partners.extend(found.into_iter().map(UserId));
        }
        Ok(partners)
    }

    async fn of(&self, user: UserId, after: ChannelId, limit: i64) -> Result<Vec<Channel>> {
        let rows: Vec<Columns> = query_as(
            "SELECT channel, low, high, created_at FROM directs
             WHERE (low = $1 OR high = $1) AND channel > $2 ORDER BY channel LIMIT $3",
        )
        .bind(user.0)
        .bind(after.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(direct).collect())
    }

    async fn facts(&self, channel: ChannelId, user: UserId) -> Result<Option<Facts>> {
        let pair: Option<(i64, i64, i64)> = query_as(
            "SELECT d.low, d.high, (SELECT COUNT(*) FROM blocks b WHERE b.is_blocked
                 AND ((b.person = d.low AND b.other = d.high) OR (b.person = d.high AND b.other = d.low)))
             FROM directs d WHERE d.channel = $1",
        )
        .bind(channel.0)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(pair.map(|(low, high, blocks)| {
            let standing = rules::standing_in_direct(user, UserId(low), UserId(high));
            let place = if blocks > 0 { Place::ClosedDirect } else { Place::Direct };
            Facts::new(None, standing, place, Grants::default())
        }))
    }

    async fn page(&self, after: ChannelId, limit: i64) -> Result<Vec<Channel>> {
        let rows: Vec<Columns> =
            query_as("SELECT channel, low, high, created_at FROM directs WHERE channel > $1 ORDER BY channel LIMIT $2")
                .bind(after.0)
                .bind(limit)
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().map(direct).collect())
    }
}
