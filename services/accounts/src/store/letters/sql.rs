// Mails, links and what follows from them on SQL, compiled once for each engine.

type LetterColumns = (i64, String, i64, String, i32, i64);
type LinkColumns = (String, String, i64, String, i64, Option<i64>);

/// None: made by a newer Guildhall.
fn letter((id, about, account, email, attempts, next_at): LetterColumns) -> Option<Letter> {
    let about = About::ALL.into_iter().find(|known| known.name() == about)?;
    Some(Letter { id, about, account: UserId(account), email, attempts, next_at: Timestamp(next_at) })
}

fn link((hash, purpose, account, email, expires_at, used_at): LinkColumns) -> Option<Link> {
    let purposes = [Purpose::Verify, Purpose::ChangeEmail, Purpose::Reset];
    let purpose = purposes.into_iter().find(|known| known.name() == purpose)?;
    let (expires_at, used_at) = (Timestamp(expires_at), used_at.map(Timestamp));
    Some(Link { hash, purpose, account: UserId(account), email, expires_at, used_at })
}

include!("sql/insert.rs");
include!("sql/end.rs");

/// False: it was used already.
async fn use_link(tx: &mut Tx<'_>, hash: &str, now: Timestamp) -> Result<bool, sqlx::Error> {
    let used = query("UPDATE links SET used_at = $2 WHERE hash = $1 AND used_at IS NULL")
        .bind(hash)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(used.rows_affected() == 1)
}

async fn use_up_resets(tx: &mut Tx<'_>, account: UserId, now: Timestamp) -> Result<(), sqlx::Error> {
    query("UPDATE links SET used_at = $2 WHERE account = $1 AND purpose = 'reset' AND used_at IS NULL")
        .bind(account.0)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn nothing(followed: Followed) -> Committed<Followed> {
    Committed { value: followed, events: Vec::new() }
}

#[async_trait]
impl Store for SqlStore {
    async fn post(&self, letter: &Letter) -> Result<()> {
        let mut tx = self.pools.begin().await?;
        insert_letter(&mut tx, letter).await?;
        Ok(tx.commit().await?)
    }

    async fn due(&self, now: Timestamp, limit: i64) -> Result<Vec<Letter>> {
        let rows: Vec<LetterColumns> = query_as(
            "SELECT id, about, account, email, attempts, next_at FROM letters
             WHERE next_at <= $1 ORDER BY next_at, id LIMIT $2",
        )
        .bind(now.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().filter_map(letter).collect())
    }

    async fn take(&self, letter: &Letter, next_at: Timestamp) -> Result<bool> {
        let taken = query("UPDATE letters SET attempts = attempts + 1, next_at = $3 WHERE id = $1 AND attempts = $2")
            .bind(letter.id)
            .bind(letter.attempts)
            .bind(next_at.0)
            .execute(&self.pools.write)
            .await?;
        Ok(taken.rows_affected() == 1)
    }

    async fn done(&self, letter: i64) -> Result<()> {
        query("DELETE FROM letters WHERE id = $1").bind(letter).execute(&self.pools.write).await?;
        Ok(())
    }

    async fn add_link(&self, link: &Link) -> Result<()> {
        query("INSERT INTO links (hash, purpose, account, email, expires_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(&link.hash)
            .bind(link.purpose.name())
            .bind(link.account.0)
            .bind(&link.email)
            .bind(link.expires_at.0)
            .execute(&self.pools.write)
            .await?;
        Ok(())
    }

    async fn link(&self, hash: &str) -> Result<Option<Link>> {
        let row: Option<LinkColumns> =
            query_as("SELECT hash, purpose, account, email, expires_at, used_at FROM links WHERE hash = $1")
                .bind(hash)
                .fetch_optional(&self.pools.read)
                .await?;
        Ok(row.and_then(self::link))
    }

    async fn verify(&self, link: &Link, now: Timestamp, event: NewEvent) -> Result<Committed<Followed>> {
        let mut tx = self.pools.begin().await?;
        if !use_link(&mut tx, &link.hash, now).await? {
            return Ok(nothing(Followed::Used));
        }
        let proven = query("UPDATE accounts SET email_verified_at = $3 WHERE id = $1 AND email = $2")
            .bind(link.account.0)
            .bind(&link.email)
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
        if proven.rows_affected() == 0 {
            return Ok(nothing(Followed::Outdated));
        }
        let events = append(&mut tx, vec![event]).await?;
        tx.commit().await?;
        Ok(Committed { value: Followed::Done, events })
    }

    async fn change_email(
        &self,
        link: &Link,
        email_key: &str,
        now: Timestamp,
        event: NewEvent,
        letter: &Letter,
    ) -> Result<Committed<Followed>> {
        let mut tx = self.pools.begin().await?;
        if !use_link(&mut tx, &link.hash, now).await? {
            return Ok(nothing(Followed::Used));
        }
        let changed = query(
            "UPDATE accounts SET email = $2, email_key = $3, email_verified_at = $4 WHERE id = $1 AND email = $5",
        )
        .bind(link.account.0)
        .bind(&link.email)
        .bind(email_key)
        .bind(now.0)
        .bind(&letter.email)
        .execute(&mut *tx)
        .await;
        match changed {
            Ok(done) if done.rows_affected() == 0 => return Ok(nothing(Followed::Outdated)),
            Ok(_) => {}
            Err(sqlx::Error::Database(e)) if e.is_unique_violation() => return Ok(nothing(Followed::Taken)),
            Err(error) => return Err(error.into()),
        }
        use_up_resets(&mut tx, link.account, now).await?;
        insert_letter(&mut tx, letter).await?;
        let events = append(&mut tx, vec![event]).await?;
        tx.commit().await?;
        Ok(Committed { value: Followed::Done, events })
    }

    async fn set_password(&self, new: NewPassword<'_>) -> Result<PasswordSet> {
        let NewPassword { account, password_hash, now, link, keep, end, letter } = new;
        let mut tx = self.pools.begin().await?;
        // Locks the account's row first: no session starts from here on.
        let set = query("UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
            .bind(account.id.0)
            .bind(account.password_hash.as_deref().unwrap_or_default())
            .bind(password_hash)
            .execute(&mut *tx)
            .await?;
        if set.rows_affected() == 0 {
            return Ok(PasswordSet::Stale);
        }
        if let Some(hash) = link {
            if !use_link(&mut tx, hash, now).await? {
                return Ok(PasswordSet::Used);
            }
            query("UPDATE accounts SET email_verified_at = COALESCE(email_verified_at, $2) WHERE id = $1")
                .bind(account.id.0)
                .bind(now.0)
                .execute(&mut *tx)
                .await?;
        }
        let Some(announced) = end_sessions(&mut tx, account.id, keep, now, end).await? else {
            return Ok(PasswordSet::Stale);
        };
        use_up_resets(&mut tx, account.id, now).await?;
        insert_letter(&mut tx, letter).await?;
        let events = append(&mut tx, announced).await?;
        tx.commit().await?;
        Ok(PasswordSet::Done(Committed { value: (), events }))
    }

    async fn forget_links(&self, before: Timestamp) -> Result<()> {
        query("DELETE FROM links WHERE expires_at < $1").bind(before.0).execute(&self.pools.write).await?;
        Ok(())
    }

    async fn erase(&self, user: UserId, email: &str) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        let links = query("DELETE FROM links WHERE account = $1").bind(user.0).execute(&mut *tx).await?;
        let letters = query("DELETE FROM letters WHERE account = $1 OR email = $2")
            .bind(user.0)
            .bind(email)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(links.rows_affected() + letters.rows_affected())
    }
}
