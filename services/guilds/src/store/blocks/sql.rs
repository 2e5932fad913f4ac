// Blocks on SQL, compiled once for each engine.

#[async_trait]
impl Store for SqlStore {
    async fn apply(&self, block: Block, events: Vec<NewEvent>) -> Result<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        let noted = query(
            "INSERT INTO blocks (person, other, is_blocked, seq) VALUES ($1, $2, $3, $4)
             ON CONFLICT (person, other) DO UPDATE SET is_blocked = excluded.is_blocked, seq = excluded.seq
             WHERE blocks.seq < excluded.seq",
        )
        .bind(block.person.0)
        .bind(block.other.0)
        .bind(block.is_blocked)
        .bind(block.seq)
        .execute(&mut *tx)
        .await?;
        let events = if noted.rows_affected() == 1 { append(&mut tx, events).await? } else { Vec::new() };
        tx.commit().await?;
        Ok(Committed { value: (), events })
    }

    async fn between(&self, one: UserId, other: UserId) -> Result<bool> {
        let blocks: i64 = query_scalar(
            "SELECT COUNT(*) FROM blocks
             WHERE is_blocked AND ((person = $1 AND other = $2) OR (person = $2 AND other = $1))",
        )
        .bind(one.0)
        .bind(other.0)
        .fetch_one(&self.pools.read)
        .await?;
        Ok(blocks > 0)
    }

    async fn blocking(&self, person: UserId, users: &[UserId]) -> Result<Vec<UserId>> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = QueryBuilder::<Db>::new("SELECT person FROM blocks WHERE is_blocked AND other = ");
        select.push_bind(person.0).push(" AND person IN (");
        let mut persons = select.separated(", ");
        for user in users {
            persons.push_bind(user.0);
        }
        select.push(")");
        let found: Vec<i64> = select.build_query_scalar().fetch_all(&self.pools.read).await?;
        Ok(found.into_iter().map(UserId).collect())
    }

    async fn erase(&self, person: UserId) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        let gone = query("DELETE FROM blocks WHERE person = $1 OR other = $1").bind(person.0).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(gone.rows_affected())
    }
}
