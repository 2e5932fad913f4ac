// Passkeys on SQL, compiled once for each engine.

include!("../letters/sql/insert.rs");
include!("../operating/sql/note.rs");
include!("../ways/sql.rs");

type Columns = (i64, i64, String, String, i64, String, String, i64, Option<i64>);

const SELECT: &str =
    "SELECT id, account, credential, public_key, counter, transports, name, created_at, last_used_at FROM passkeys";

fn kept(columns: Columns) -> Kept {
    let (id, account, credential, public_key, counter, transports, name, created_at, last_used_at) = columns;
    Kept {
        id: PasskeyId(id),
        account: UserId(account),
        credential,
        public_key,
        counter,
        transports,
        name,
        created_at: Timestamp(created_at),
        last_used_at: last_used_at.map(Timestamp),
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn add(&self, new: &Kept, letter: &Letter) -> Result<bool> {
        let mut tx = self.pools.begin().await?;
        let added = query(
            "INSERT INTO passkeys (id, account, credential, public_key, counter, transports, name, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (credential) DO NOTHING",
        )
        .bind(new.id.0)
        .bind(new.account.0)
        .bind(&new.credential)
        .bind(&new.public_key)
        .bind(new.counter)
        .bind(&new.transports)
        .bind(&new.name)
        .bind(new.created_at.0)
        .execute(&mut *tx)
        .await?;
        if added.rows_affected() == 0 {
            return Ok(false);
        }
        insert_letter(&mut tx, letter).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn of(&self, account: UserId) -> Result<Vec<Kept>> {
        let rows: Vec<Columns> = query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE account = $1 ORDER BY id")))
            .bind(account.0)
            .fetch_all(&self.pools.read)
            .await?;
        Ok(rows.into_iter().map(kept).collect())
    }

    async fn by_credential(&self, credential: &str) -> Result<Option<Kept>> {
        let row: Option<Columns> = query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE credential = $1")))
            .bind(credential)
            .fetch_optional(&self.pools.read)
            .await?;
        Ok(row.map(kept))
    }

    async fn used(&self, passkey: PasskeyId, counter: i64, now: Timestamp) -> Result<bool> {
        let used = query(
            "UPDATE passkeys SET counter = $2, last_used_at = $3
             WHERE id = $1 AND (counter < $2 OR counter = 0 AND counter = $2)",
        )
        .bind(passkey.0)
        .bind(counter)
        .bind(now.0)
        .execute(&self.pools.write)
        .await?;
        Ok(used.rows_affected() == 1)
    }

    async fn rename(&self, account: UserId, passkey: PasskeyId, name: &str) -> Result<Option<Kept>> {
        let row: Option<Columns> = query_as(
            "UPDATE passkeys SET name = $3 WHERE id = $2 AND account = $1
             RETURNING id, account, credential, public_key, counter, transports, name, created_at, last_used_at",
        )
        .bind(account.0)
        .bind(passkey.0)
        .bind(name)
        .fetch_optional(&self.pools.write)
        .await?;
        Ok(row.map(kept))
    }

    async fn remove(&self, account: UserId, passkey: PasskeyId, letter: &Letter) -> Result<Removed> {
        let mut tx = self.pools.begin().await?;
        let before = ways_in(&mut tx, account).await?;
        let removed = query("DELETE FROM passkeys WHERE id = $2 AND account = $1")
            .bind(account.0)
            .bind(passkey.0)
            .execute(&mut *tx)
            .await?;
        if removed.rows_affected() == 0 {
            return Ok(Removed::Missing);
        }
        if before <= 1 {
            return Ok(Removed::Last);
        }
        insert_letter(&mut tx, letter).await?;
        tx.commit().await?;
        Ok(Removed::Done)
    }

    async fn remove_all(&self, account: UserId, letter: &Letter, act: &NewAct) -> Result<bool> {
        let mut tx = self.pools.begin().await?;
        let removed = query("DELETE FROM passkeys WHERE account = $1").bind(account.0).execute(&mut *tx).await?;
        if removed.rows_affected() == 0 {
            return Ok(false);
        }
        insert_letter(&mut tx, letter).await?;
        insert_act(&mut tx, act).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn erase(&self, account: UserId) -> Result<u64> {
        let gone = query("DELETE FROM passkeys WHERE account = $1").bind(account.0).execute(&self.pools.write).await?;
        Ok(gone.rows_affected())
    }
}
