// Ending an account's sessions in the transaction of why they end; both stores do.

/// The announcements of those that lived until now, all but `keep`. None, when one lives that `end` doesn't know.
async fn end_sessions(
    tx: &mut Tx<'_>,
    account: UserId,
    keep: Option<SessionId>,
    now: Timestamp,
    end: Vec<(SessionId, NewEvent)>,
) -> Result<Option<Vec<NewEvent>>, sqlx::Error> {
    let living: Vec<i64> =
        query_scalar("SELECT id FROM sessions WHERE account = $1 AND ended_at IS NULL AND id <> $2 ORDER BY id")
            .bind(account.0)
            .bind(keep.map_or(0, |session| session.0))
            .fetch_all(&mut **tx)
            .await?;
    if !living.iter().all(|id| end.iter().any(|(session, _)| session.0 == *id)) {
        return Ok(None);
    }
    let mut announced = Vec::new();
    for (session, event) in end.into_iter().filter(|(session, _)| living.contains(&session.0)) {
        query("UPDATE sessions SET ended_at = $2 WHERE id = $1").bind(session.0).bind(now.0).execute(&mut **tx).await?;
        query("DELETE FROM used_refresh_tokens WHERE session = $1").bind(session.0).execute(&mut **tx).await?;
        announced.push(event);
    }
    Ok(Some(announced))
}
