// Shared by the files of SQL that write to a guild.

/// Locks a guild until the transaction ends and answers its owner; nothing where there is no such guild.
async fn lock(tx: &mut Tx<'_>, guild: GuildId) -> Result<Option<UserId>, sqlx::Error> {
    let owner: Option<i64> = query_scalar("UPDATE guilds SET owner = owner WHERE id = $1 RETURNING owner")
        .bind(guild.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(owner.map(UserId))
}
