// Archives on SQL, compiled once for each engine.

type Columns = (i64, i64, i64, i64, Option<i64>, i64);

const SELECT: &str = "SELECT id, account, requested_at, records, ready_at, bytes FROM exports";

fn kept((id, account, requested_at, records, ready_at, bytes): Columns) -> Kept {
    Kept {
        id: ExportId(id),
        account: UserId(account),
        requested_at: Timestamp(requested_at),
        records,
        ready_at: ready_at.map(Timestamp),
        bytes,
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn request(&self, new: ExportId, account: UserId, now: Timestamp, fresh_since: Timestamp) -> Result<Kept> {
        let mut tx = self.pools.begin().await?;
        // Locks the account's row: two that ask at once get the same.
        query("UPDATE accounts SET id = id WHERE id = $1").bind(account.0).execute(&mut *tx).await?;
        let standing: Option<Columns> = query_as(sqlx::AssertSqlSafe(format!(
            "{SELECT} WHERE account = $1 AND (ready_at IS NULL OR requested_at >= $2) ORDER BY id DESC LIMIT 1"
        )))
        .bind(account.0)
        .bind(fresh_since.0)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(standing) = standing {
            return Ok(kept(standing));
        }
        query(
            "INSERT INTO exports (id, account, requested_at, held_until, records, ready_at, bytes)
             VALUES ($1, $2, $3, 0, 0, NULL, 0)",
        )
        .bind(new.0)
        .bind(account.0)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(kept((new.0, account.0, now.0, 0, None, 0)))
    }

    async fn find(&self, export: ExportId) -> Result<Option<Kept>> {
        let row: Option<Columns> = query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE id = $1")))
            .bind(export.0)
            .fetch_optional(&self.pools.read)
            .await?;
        Ok(row.map(kept))
    }

    async fn of(&self, account: UserId) -> Result<Vec<Kept>> {
        let rows: Vec<Columns> = query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE account = $1 ORDER BY id DESC")))
            .bind(account.0)
            .fetch_all(&self.pools.read)
            .await?;
        Ok(rows.into_iter().map(kept).collect())
    }

    async fn take(&self, now: Timestamp, until: Timestamp) -> Result<Option<Kept>> {
        let row: Option<Columns> = query_as(
            "UPDATE exports SET held_until = $2
             WHERE ready_at IS NULL AND held_until <= $1 AND id = (
                 SELECT id FROM exports WHERE ready_at IS NULL AND held_until <= $1 ORDER BY id LIMIT 1)
             RETURNING id, account, requested_at, records, ready_at, bytes",
        )
        .bind(now.0)
        .bind(until.0)
        .fetch_optional(&self.pools.write)
        .await?;
        Ok(row.map(kept))
    }

    async fn note(&self, export: ExportId, records: i64, until: Timestamp) -> Result<()> {
        query("UPDATE exports SET records = $2, held_until = $3 WHERE id = $1 AND ready_at IS NULL")
            .bind(export.0)
            .bind(records)
            .bind(until.0)
            .execute(&self.pools.write)
            .await?;
        Ok(())
    }

    async fn finish(&self, export: ExportId, records: i64, bytes: i64, ready_at: Timestamp) -> Result<()> {
        query("UPDATE exports SET records = $2, bytes = $3, ready_at = $4 WHERE id = $1")
            .bind(export.0)
            .bind(records)
            .bind(bytes)
            .bind(ready_at.0)
            .execute(&self.pools.write)
            .await?;
        Ok(())
    }

    async fn over(&self, before: Timestamp) -> Result<Vec<Kept>> {
        let rows: Vec<Columns> =
            query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE ready_at < $1 ORDER BY id LIMIT 100")))
                .bind(before.0)
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().map(kept).collect())
    }

    async fn forget(&self, export: ExportId) -> Result<()> {
        query("DELETE FROM exports WHERE id = $1").bind(export.0).execute(&self.pools.write).await?;
        Ok(())
    }

    async fn erase(&self, account: UserId) -> Result<u64> {
        let gone = query("DELETE FROM exports WHERE account = $1").bind(account.0).execute(&self.pools.write).await?;
        Ok(gone.rows_affected())
    }
}
