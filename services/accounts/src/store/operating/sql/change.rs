// What is changed of an account, in the transaction of its note.

/// What stands in the way, if something does.
async fn apply(
    tx: &mut Tx<'_>,
    user: UserId,
    change: &Change,
    was: InstanceRole,
    now: Timestamp,
) -> Result<Option<Outcome>, sqlx::Error> {
    let changed = match change {
        Change::Note => return Ok(None),
        Change::Suspend(new) => suspend(tx, user, new).await?,
        Change::Lift => query("DELETE FROM suspensions WHERE account = $1 AND (until IS NULL OR until > $2)")
            .bind(user.0)
            .bind(now.0)
            .execute(&mut **tx)
            .await?
            .rows_affected(),
        Change::Role(role) if *role == was => 0,
        Change::Role(role) => query("UPDATE accounts SET operator = $2, moderator = $3 WHERE id = $1")
            .bind(user.0)
            .bind(*role == InstanceRole::Operator)
            .bind(*role == InstanceRole::Moderator)
            .execute(&mut **tx)
            .await?
            .rows_affected(),
        Change::Verify => {
            query("UPDATE accounts SET email_verified_at = $2 WHERE id = $1 AND email_verified_at IS NULL")
                .bind(user.0)
                .bind(now.0)
                .execute(&mut **tx)
                .await?
                .rows_affected()
        }
        Change::Delete(new) => delete(tx, user, new).await?,
        Change::Keep => query("DELETE FROM deletions WHERE account = $1 AND held_until = 0 AND done_at IS NULL")
            .bind(user.0)
            .execute(&mut **tx)
            .await?
            .rows_affected(),
    };
    if changed > 0 {
        return Ok(None);
    }
    Ok(Some(match change {
        Change::Delete(_) => Outcome::Erasing,
        Change::Keep if is_leaving(tx, user).await? => Outcome::Erasing,
        _ => Outcome::Same,
    }))
}

async fn suspend(tx: &mut Tx<'_>, user: UserId, new: &Suspension) -> Result<u64, sqlx::Error> {
    let done = query(
        "INSERT INTO suspensions (account, reason, since, until, by_account) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (account) DO UPDATE SET reason = excluded.reason, since = excluded.since,
           until = excluded.until, by_account = excluded.by_account",
    )
    .bind(user.0)
    .bind(&new.reason)
    .bind(new.since.0)
    .bind(new.until.map(|at| at.0))
    .bind(new.by.map_or(0, |by| by.0))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// What the person wished when asking for it stands.
async fn delete(tx: &mut Tx<'_>, user: UserId, new: &Deletion) -> Result<u64, sqlx::Error> {
    let done = query(
        "INSERT INTO deletions (account, code, requested_at, due_at, wishes, receipts, held_until, by_operator)
         VALUES ($1, $2, $3, $4, $5, '[]', 0, TRUE)
         ON CONFLICT (account) DO UPDATE SET by_operator = TRUE,
           due_at = CASE WHEN excluded.due_at < deletions.due_at THEN excluded.due_at ELSE deletions.due_at END
         WHERE deletions.held_until = 0 AND deletions.done_at IS NULL",
    )
    .bind(user.0)
    .bind(&new.code)
    .bind(new.requested_at.0)
    .bind(new.due_at.0)
    .bind(serde_json::to_string(&new.wishes).map_err(|e| sqlx::Error::Encode(e.into()))?)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

async fn is_leaving(tx: &mut Tx<'_>, user: UserId) -> Result<bool, sqlx::Error> {
    let found: Option<i64> = query_scalar("SELECT account FROM deletions WHERE account = $1 AND done_at IS NULL")
        .bind(user.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found.is_some())
}
