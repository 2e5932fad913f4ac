// Deletions on SQL, compiled once for each engine.

include!("../operating/sql/last.rs");

type Columns = (i64, String, i64, i64, String, String, i64, Option<i64>, Option<String>, bool);

const SELECT: &str =
    "SELECT account, code, requested_at, due_at, wishes, receipts, held_until, done_at, certificate, by_operator
     FROM deletions";

/// What can't be read was written by a newer program: it is left to that one.
fn unreadable(error: serde_json::Error) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}

fn json(value: &impl serde::Serialize) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(unreadable)
}

fn leaving(columns: Columns) -> Result<Leaving, sqlx::Error> {
    let (user, code, requested_at, due_at, wishes, receipts, held_until, done_at, certificate, by_operator) = columns;
    let wishes: Wishes = serde_json::from_str(&wishes).map_err(unreadable)?;
    Ok(Leaving {
        user: UserId(user),
        deletion: Deletion { code, requested_at: Timestamp(requested_at), due_at: Timestamp(due_at), wishes },
        receipts: serde_json::from_str(&receipts).map_err(unreadable)?,
        begun: held_until > 0,
        done_at: done_at.map(Timestamp),
        certificate,
        by_operator,
    })
}

async fn insert(tx: &mut Tx<'_>, user: UserId, new: &Deletion) -> Result<bool, sqlx::Error> {
    let made = query(
        "INSERT INTO deletions (account, code, requested_at, due_at, wishes, receipts, held_until)
         VALUES ($1, $2, $3, $4, $5, '[]', 0) ON CONFLICT (account) DO NOTHING",
    )
    .bind(user.0)
    .bind(&new.code)
    .bind(new.requested_at.0)
    .bind(new.due_at.0)
    .bind(json(&new.wishes)?)
    .execute(&mut **tx)
    .await?;
    Ok(made.rows_affected() == 1)
}

#[async_trait]
impl Store for SqlStore {
    async fn request(&self, user: UserId, new: Deletion, event: NewEvent) -> Result<Option<Committed<Deletion>>> {
        let mut tx = self.pools.begin().await?;
        if !insert(&mut tx, user, &new).await? {
            let first: Columns = query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE account = $1")))
                .bind(user.0)
                .fetch_one(&mut *tx)
                .await?;
            return Ok(Some(Committed { value: leaving(first)?.deletion, events: Vec::new() }));
        }
        let operator: Option<bool> =
            query_scalar("SELECT operator FROM accounts WHERE id = $1").bind(user.0).fetch_optional(&mut *tx).await?;
        if operator == Some(true) && !any_operator(&mut tx, new.requested_at).await? {
            return Ok(None);
        }
        let events = append(&mut tx, vec![event]).await?;
        tx.commit().await?;
        Ok(Some(Committed { value: new, events }))
    }

    async fn demand(&self, user: UserId, deletion: Deletion) -> Result<()> {
        let mut tx = self.pools.begin().await?;
        if !insert(&mut tx, user, &deletion).await? {
            query(
                "UPDATE deletions SET due_at = $2, wishes = $3 WHERE account = $1 AND done_at IS NULL AND due_at > $2",
            )
            .bind(user.0)
            .bind(deletion.due_at.0)
            .bind(json(&deletion.wishes)?)
            .execute(&mut *tx)
            .await?;
        }
        Ok(tx.commit().await?)
    }

    async fn of(&self, user: UserId) -> Result<Option<Leaving>> {
        let row: Option<Columns> = query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE account = $1")))
            .bind(user.0)
            .fetch_optional(&self.pools.read)
            .await?;
        Ok(row.map(leaving).transpose()?)
    }

    async fn by_code(&self, code: &str) -> Result<Option<Leaving>> {
        let row: Option<Columns> = query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE code = $1")))
            .bind(code)
            .fetch_optional(&self.pools.read)
            .await?;
        Ok(row.map(leaving).transpose()?)
    }

    async fn cancel(&self, user: UserId, event: NewEvent) -> Result<Committed<bool>> {
        let mut tx = self.pools.begin().await?;
        let gone = query(
            "DELETE FROM deletions WHERE account = $1 AND held_until = 0 AND done_at IS NULL AND NOT by_operator",
        )
        .bind(user.0)
        .execute(&mut *tx)
        .await?;
        if gone.rows_affected() == 0 {
            return Ok(Committed { value: false, events: Vec::new() });
        }
        let events = append(&mut tx, vec![event]).await?;
        tx.commit().await?;
        Ok(Committed { value: true, events })
    }

    async fn take(&self, now: Timestamp, until: Timestamp) -> Result<Option<Leaving>> {
        let row: Option<Columns> = query_as(
            "UPDATE deletions SET held_until = $2
             WHERE done_at IS NULL AND held_until <= $1 AND account = (
                 SELECT account FROM deletions WHERE done_at IS NULL AND due_at <= $1 AND held_until <= $1
                 ORDER BY due_at, account LIMIT 1)
             RETURNING account, code, requested_at, due_at, wishes, receipts, held_until, done_at, certificate, by_operator",
        )
        .bind(now.0)
        .bind(until.0)
        .fetch_optional(&self.pools.write)
        .await?;
        Ok(row.map(leaving).transpose()?)
    }

    async fn hold(&self, user: UserId, until: Timestamp) -> Result<()> {
        query("UPDATE deletions SET held_until = $2 WHERE account = $1 AND done_at IS NULL")
            .bind(user.0)
            .bind(until.0)
            .execute(&self.pools.write)
            .await?;
        Ok(())
    }

    async fn note(&self, user: UserId, receipts: &[Receipt]) -> Result<()> {
        query("UPDATE deletions SET receipts = $2 WHERE account = $1 AND done_at IS NULL")
            .bind(user.0)
            .bind(json(&receipts)?)
            .execute(&self.pools.write)
            .await?;
        Ok(())
    }

    async fn finish(&self, user: UserId, done_at: Timestamp, certificate: &str) -> Result<()> {
        query("UPDATE deletions SET done_at = $2, certificate = $3 WHERE account = $1")
            .bind(user.0)
            .bind(done_at.0)
            .bind(certificate)
            .execute(&self.pools.write)
            .await?;
        Ok(())
    }
}
