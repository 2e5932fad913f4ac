// Shared by the files of SQL that read members and take them out.

/// With all roles of the member in one text.
type MemberColumns = (i64, i64, i64, Option<String>, Option<i64>, Option<String>);

fn member((guild, person, joined_at, nickname, timed_out_until, held): MemberColumns) -> Member {
    let mut roles: Vec<RoleId> = roles::numbers(held.as_deref()).map(RoleId).collect();
    roles.sort();
    let timed_out_until = timed_out_until.map(Timestamp);
    let (guild, user, joined_at) = (GuildId(guild), UserId(person), Timestamp(joined_at));
    Member { guild, user, joined_at, roles, nickname, timed_out_until }
}

/// Takes a member out, with the roles and with what channels say about the person; answers whether there was one.
async fn take_out(tx: &mut Tx<'_>, guild: GuildId, user: UserId) -> Result<bool, sqlx::Error> {
    query("UPDATE guilds SET member_count = member_count - 1 WHERE id = $1").bind(guild.0).execute(&mut **tx).await?;
    let left = query("DELETE FROM members WHERE guild = $1 AND person = $2")
        .bind(guild.0)
        .bind(user.0)
        .execute(&mut **tx)
        .await?;
    if left.rows_affected() == 0 {
        return Ok(false);
    }
    query(
        "DELETE FROM overwrites WHERE kind = 1 AND target = $2
         AND channel IN (SELECT id FROM channels WHERE guild = $1)",
    )
    .bind(guild.0)
    .bind(user.0)
    .execute(&mut **tx)
    .await?;
    Ok(true)
}

async fn is_banned(tx: &mut Tx<'_>, guild: GuildId, user: UserId) -> Result<bool, sqlx::Error> {
    let bans: i64 = query_scalar("SELECT COUNT(*) FROM bans WHERE guild = $1 AND person = $2")
        .bind(guild.0)
        .bind(user.0)
        .fetch_one(&mut **tx)
        .await?;
    Ok(bans > 0)
}
