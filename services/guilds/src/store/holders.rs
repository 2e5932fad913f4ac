// Shared by the files of SQL that tell whom a role is about.

/// Who has a role, when they are few enough to be named; everyone has the one of that name.
async fn holders(tx: &mut Tx<'_>, guild: GuildId, role: RoleId) -> Result<Option<Vec<UserId>>, sqlx::Error> {
    if role.0 == guild.0 {
        return Ok(None);
    }
    let rows: Vec<i64> = query_scalar("SELECT person FROM member_roles WHERE role = $1 ORDER BY person LIMIT $2")
        .bind(role.0)
        .bind(roles::NAMED_AT_MOST as i64 + 1)
        .fetch_all(&mut **tx)
        .await?;
    Ok(Some(rows).filter(|rows| rows.len() <= roles::NAMED_AT_MOST).map(|rows| rows.into_iter().map(UserId).collect()))
}
