// The audit log on SQL, compiled once for each engine.

/// How many entries are read at once where all of a person's are.
const AT_ONCE: i64 = 500;

fn entries(rows: Vec<String>) -> Result<Vec<AuditEntry>, sqlx::Error> {
    let parse = |row: &String| serde_json::from_str(row).map_err(|error| sqlx::Error::Decode(Box::new(error)));
    rows.iter().map(parse).collect()
}

#[async_trait]
impl Store for SqlStore {
    async fn list(&self, guild: GuildId, filter: AuditFilter, before: ActId, limit: i64) -> Result<Vec<AuditEntry>> {
        let mut select = QueryBuilder::<Db>::new("SELECT entry FROM audit_log WHERE guild = ");
        select.push_bind(guild.0).push(" AND id < ").push_bind(before.0);
        if let Some(by) = filter.by {
            select.push(" AND actor = ").push_bind(by.0);
        }
        if let Some(act) = filter.act {
            select.push(" AND act = ").push_bind(act.name());
        }
        select.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        Ok(entries(select.build_query_scalar().fetch_all(&self.pools.read).await?)?)
    }

    async fn by(&self, user: UserId, after: ActId, limit: i64) -> Result<Vec<AuditEntry>> {
        let rows = query_scalar("SELECT entry FROM audit_log WHERE actor = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(user.0)
            .bind(after.0)
            .bind(limit)
            .fetch_all(&self.pools.read)
            .await?;
        Ok(entries(rows)?)
    }

    async fn erase(&self, user: UserId) -> Result<u64> {
        let mut erased = 0;
        let mut after = 0;
        loop {
            let mut tx = self.pools.begin().await?;
            let rows: Vec<String> = query_scalar(
                "SELECT entry FROM audit_log WHERE (actor = $1 OR person = $1) AND id > $2 ORDER BY id LIMIT $3",
            )
            .bind(user.0)
            .bind(after)
            .bind(AT_ONCE)
            .fetch_all(&mut *tx)
            .await?;
            let read = entries(rows)?;
            for entry in read.iter().filter_map(|entry| redacted(entry, user)) {
                let text = serde_json::to_string(&entry).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
                query("UPDATE audit_log SET entry = $2 WHERE id = $1")
                    .bind(entry.id.0)
                    .bind(text)
                    .execute(&mut *tx)
                    .await?;
                erased += 1;
            }
            tx.commit().await?;
            match read.last() {
                Some(last) => after = last.id.0,
                None => return Ok(erased),
            }
        }
    }
}
