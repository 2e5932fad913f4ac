// Keys on SQL, compiled once for each engine.

include!("../operating/sql/note.rs");

type Columns = (String, String, Option<String>, i64, Option<i64>);

async fn insert_key(tx: &mut Tx<'_>, key: &Kept) -> Result<(), sqlx::Error> {
    query(
        "INSERT INTO signing_keys (kid, public_key, secret, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (kid) DO NOTHING",
    )
    .bind(&key.kid)
    .bind(&key.public_key)
    .bind(&key.secret)
    .bind(key.created_at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[async_trait]
impl Store for SqlStore {
    async fn all(&self) -> Result<Vec<Kept>> {
        let rows: Vec<Columns> = query_as(
            "SELECT kid, public_key, secret, created_at, retired_at FROM signing_keys ORDER BY created_at DESC, kid",
        )
        .fetch_all(&self.pools.read)
        .await?;
        let kept = |(kid, public_key, secret, created_at, retired_at): Columns| {
            let (created_at, retired_at) = (Timestamp(created_at), retired_at.map(Timestamp));
            Kept { kid, public_key, secret, created_at, retired_at }
        };
        Ok(rows.into_iter().map(kept).collect())
    }

    async fn add(&self, key: &Kept) -> Result<()> {
        let mut tx = self.pools.begin().await?;
        insert_key(&mut tx, key).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn replace(&self, new: &Kept, act: &NewAct) -> Result<()> {
        let mut tx = self.pools.begin().await?;
        query("UPDATE signing_keys SET secret = NULL, retired_at = $1 WHERE retired_at IS NULL")
            .bind(new.created_at.0)
            .execute(&mut *tx)
            .await?;
        query("DELETE FROM secrets WHERE name = $1").bind(FIRST).execute(&mut *tx).await?;
        insert_key(&mut tx, new).await?;
        insert_act(&mut tx, act).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn add_secret(&self, name: &str, value: &str) -> Result<()> {
        query("INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(value)
            .execute(&self.pools.write)
            .await?;
        Ok(())
    }

    async fn set_secret(&self, name: &str, value: &str) -> Result<()> {
        query(
            "INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(value)
        .execute(&self.pools.write)
        .await?;
        Ok(())
    }

    async fn secret(&self, name: &str) -> Result<Option<String>> {
        let secret = query_scalar("SELECT value FROM secrets WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.pools.read)
            .await?;
        Ok(secret)
    }

    async fn sealed(&self, after: UserId, limit: i64) -> Result<Vec<(UserId, String)>> {
        let rows: Vec<(i64, String)> =
            query_as("SELECT account, secret FROM totp WHERE account > $1 ORDER BY account LIMIT $2")
                .bind(after.0)
                .bind(limit)
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().map(|(account, secret)| (UserId(account), secret)).collect())
    }

    async fn reseal(&self, account: UserId, old: &str, new: &str) -> Result<bool> {
        let changed = query("UPDATE totp SET secret = $3 WHERE account = $1 AND secret = $2")
            .bind(account.0)
            .bind(old)
            .bind(new)
            .execute(&self.pools.write)
            .await?;
        Ok(changed.rows_affected() == 1)
    }
}
