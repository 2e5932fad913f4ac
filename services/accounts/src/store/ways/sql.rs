// What opens an account, for who takes something of it away in a transaction.

/// How many things open the account, whose row is locked until the transaction ends.
async fn ways_in(tx: &mut Tx<'_>, account: UserId) -> Result<i64, sqlx::Error> {
    query("UPDATE accounts SET id = id WHERE id = $1").bind(account.0).execute(&mut **tx).await?;
    let ways: Option<i64> = query_scalar(
        "SELECT (CASE WHEN password_hash = '' THEN 0 ELSE 1 END)
              + (SELECT COUNT(*) FROM passkeys WHERE account = $1)
              + (SELECT COUNT(*) FROM identities WHERE account = $1)
         FROM accounts WHERE id = $1",
    )
    .bind(account.0)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(ways.unwrap_or_default())
}
