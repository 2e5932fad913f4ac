// Using a code up, in the transaction of what it is for; both stores do.

/// False: it doesn't work any more.
async fn use_code(tx: &mut Tx<'_>, code: RegistrationCodeId, now: Timestamp) -> Result<bool, sqlx::Error> {
    let used = query(
        "UPDATE registration_codes SET uses = uses + 1
         WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
           AND (max_uses IS NULL OR uses < max_uses)",
    )
    .bind(code.0)
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(used.rows_affected() == 1)
}
