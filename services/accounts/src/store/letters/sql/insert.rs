// Keeping a mail in the transaction of what it is about; both stores do.

async fn insert_letter(tx: &mut Tx<'_>, letter: &Letter) -> Result<(), sqlx::Error> {
    query("INSERT INTO letters (id, about, account, email, attempts, next_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(letter.id)
        .bind(letter.about.name())
        .bind(letter.account.0)
        .bind(&letter.email)
        .bind(letter.attempts)
        .bind(letter.next_at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
