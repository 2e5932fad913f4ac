// Linking in the transaction of what it belongs to; both stores do.

/// False: it is linked already.
async fn insert_identity(tx: &mut Tx<'_>, new: &Identity) -> Result<bool, sqlx::Error> {
    let made = query(
        "INSERT INTO identities (id, account, issuer, subject, email, linked_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (issuer, subject) DO NOTHING",
    )
    .bind(new.id.0)
    .bind(new.account.0)
    .bind(&new.issuer)
    .bind(&new.subject)
    .bind(&new.email)
    .bind(new.linked_at.0)
    .bind(new.used_at.0)
    .execute(&mut **tx)
    .await?;
    Ok(made.rows_affected() == 1)
}
