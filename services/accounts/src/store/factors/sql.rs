// Second factors on SQL, compiled once for each engine.

include!("../letters/sql/insert.rs");
include!("../operating/sql/note.rs");

async fn insert_codes(tx: &mut Tx<'_>, account: UserId, codes: &[String]) -> Result<(), sqlx::Error> {
    query("DELETE FROM recovery_codes WHERE account = $1").bind(account.0).execute(&mut **tx).await?;
    for code in codes {
        query("INSERT INTO recovery_codes (account, hash) VALUES ($1, $2)")
            .bind(account.0)
            .bind(code)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

#[async_trait]
impl Store for SqlStore {
    async fn totp(&self, account: UserId) -> Result<Option<Totp>> {
        let row: Option<(String, Option<i64>)> = query_as("SELECT secret, confirmed_at FROM totp WHERE account = $1")
            .bind(account.0)
            .fetch_optional(&self.pools.read)
            .await?;
        Ok(row.map(|(secret, confirmed_at)| Totp { secret, confirmed_at: confirmed_at.map(Timestamp) }))
    }

    async fn begin_totp(&self, account: UserId, secret: &str) -> Result<bool> {
        let begun = query(
            "INSERT INTO totp (account, secret, last_step) VALUES ($1, $2, 0)
             ON CONFLICT (account) DO UPDATE SET secret = excluded.secret WHERE totp.confirmed_at IS NULL",
        )
        .bind(account.0)
        .bind(secret)
        .execute(&self.pools.write)
        .await?;
        Ok(begun.rows_affected() == 1)
    }

    async fn confirm_totp(
        &self,
        account: UserId,
        secret: &str,
        step: i64,
        now: Timestamp,
        codes: &[String],
        letter: &Letter,
    ) -> Result<bool> {
        let mut tx = self.pools.begin().await?;
        let confirmed = query(
            "UPDATE totp SET confirmed_at = $4, last_step = $3
             WHERE account = $1 AND secret = $2 AND confirmed_at IS NULL",
        )
        .bind(account.0)
        .bind(secret)
        .bind(step)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        if confirmed.rows_affected() == 0 {
            return Ok(false);
        }
        insert_codes(&mut tx, account, codes).await?;
        insert_letter(&mut tx, letter).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn use_step(&self, account: UserId, step: i64) -> Result<bool> {
        let used =
            query("UPDATE totp SET last_step = $2 WHERE account = $1 AND last_step < $2 AND confirmed_at IS NOT NULL")
                .bind(account.0)
                .bind(step)
                .execute(&self.pools.write)
                .await?;
        Ok(used.rows_affected() == 1)
    }

    async fn end_totp(&self, account: UserId, letter: &Letter, act: Option<&NewAct>) -> Result<bool> {
        let mut tx = self.pools.begin().await?;
        let ended = query("DELETE FROM totp WHERE account = $1 AND confirmed_at IS NOT NULL")
            .bind(account.0)
            .execute(&mut *tx)
            .await?;
        if ended.rows_affected() == 0 {
            return Ok(false);
        }
        insert_codes(&mut tx, account, &[]).await?;
        insert_letter(&mut tx, letter).await?;
        if let Some(act) = act {
            insert_act(&mut tx, act).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn renew_codes(&self, account: UserId, codes: &[String]) -> Result<bool> {
        let mut tx = self.pools.begin().await?;
        // Locks the row: two that renew at once don't leave both their codes.
        let on = query("UPDATE totp SET secret = secret WHERE account = $1 AND confirmed_at IS NOT NULL")
            .bind(account.0)
            .execute(&mut *tx)
            .await?;
        if on.rows_affected() == 0 {
            return Ok(false);
        }
        insert_codes(&mut tx, account, codes).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn use_code(&self, account: UserId, hash: &str) -> Result<bool> {
        let used = query("DELETE FROM recovery_codes WHERE account = $1 AND hash = $2")
            .bind(account.0)
            .bind(hash)
            .execute(&self.pools.write)
            .await?;
        Ok(used.rows_affected() == 1)
    }

    async fn codes_left(&self, account: UserId) -> Result<i64> {
        let left = query_scalar("SELECT COUNT(*) FROM recovery_codes WHERE account = $1")
            .bind(account.0)
            .fetch_one(&self.pools.read)
            .await?;
        Ok(left)
    }

    async fn use_challenge(&self, hash: &str, expires_at: Timestamp) -> Result<bool> {
        let used =
            query("INSERT INTO used_challenges (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING")
                .bind(hash)
                .bind(expires_at.0)
                .execute(&self.pools.write)
                .await?;
        Ok(used.rows_affected() == 1)
    }

    async fn forget_challenges(&self, before: Timestamp) -> Result<()> {
        query("DELETE FROM used_challenges WHERE expires_at < $1").bind(before.0).execute(&self.pools.write).await?;
        Ok(())
    }

    async fn erase(&self, account: UserId) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        let codes = query("DELETE FROM recovery_codes WHERE account = $1").bind(account.0).execute(&mut *tx).await?;
        let totp = query("DELETE FROM totp WHERE account = $1").bind(account.0).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(codes.rows_affected() + totp.rows_affected())
    }
}
