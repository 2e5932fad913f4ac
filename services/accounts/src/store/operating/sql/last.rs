// Whether somebody can run the installation; both stores ask before an operator goes.

/// Whether there is an operator who can sign in and stays, as this transaction leaves things. From here on others wait
/// who ask this, so that two operators don't go at once.
async fn any_operator(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool, sqlx::Error> {
    query("UPDATE first_account SET seat = seat WHERE seat = 1").execute(&mut **tx).await?;
    let able: Option<i64> = query_scalar(
        "SELECT a.id FROM accounts a WHERE a.operator
           AND NOT EXISTS (SELECT 1 FROM suspensions s
                           WHERE s.account = a.id AND (s.until IS NULL OR s.until > $1))
           AND NOT EXISTS (SELECT 1 FROM deletions d WHERE d.account = a.id AND d.done_at IS NULL)
         LIMIT 1",
    )
    .bind(now.0)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(able.is_some())
}
