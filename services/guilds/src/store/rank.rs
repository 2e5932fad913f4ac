// Shared by the files of SQL that ask how high a person stands, inside a transaction that has locked the guild.

/// How high a member stands; nothing for who isn't one.
async fn rank(tx: &mut Tx<'_>, guild: GuildId, user: UserId) -> Result<Option<Rank>, sqlx::Error> {
    let row: Option<(i64, i64, Option<i32>, Option<String>)> = query_as(
        "SELECT g.owner, g.everyone,
             (SELECT MAX(r.position) FROM member_roles x JOIN roles r ON r.id = x.role
              WHERE x.guild = g.id AND x.person = m.person),
             (SELECT STRING_AGG(CAST(r.permissions AS TEXT), ',') FROM member_roles x JOIN roles r ON r.id = x.role
              WHERE x.guild = g.id AND x.person = m.person)
         FROM guilds g JOIN members m ON m.guild = g.id WHERE g.id = $1 AND m.person = $2",
    )
    .bind(guild.0)
    .bind(user.0)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|(owner, everyone, highest, roles)| {
        let standing = rules::standing(user, UserId(owner), true);
        let base = roles::set(everyone).and(roles::all_sets(roles.as_deref()));
        let grants = Grants { base, ..Grants::default() };
        Rank {
            owner: owner == user.0,
            highest: highest.unwrap_or(0),
            permissions: permissions(standing, Place::Guild, &grants),
        }
    }))
}
