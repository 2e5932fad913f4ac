// Shared by the files of SQL that read channels and how a person stands to them.

include!("lock.rs");

type Columns = (i64, i64, String, String, bool, i32, i64, i32);

fn channel((id, guild, name, topic, private, position, created_at, slow_mode_seconds): Columns) -> Channel {
    Channel {
        id: ChannelId(id),
        kind: ChannelKind::Text,
        guild: Some(GuildId(guild)),
        name,
        topic,
        private,
        position,
        recipients: Vec::new(),
        created_at: Timestamp(created_at),
        slow_mode_seconds,
    }
}

/// A channel of a guild that is locked.
async fn find_locked(tx: &mut Tx<'_>, guild: GuildId, id: ChannelId) -> Result<Option<Channel>, sqlx::Error> {
    if lock(tx, guild).await?.is_none() {
        return Ok(None);
    }
    let row: Option<Columns> = query_as(
        "SELECT id, guild, name, topic, private, position, created_at, slow_mode FROM channels WHERE id = $1 AND guild = $2",
    )
    .bind(id.0)
    .bind(guild.0)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(channel))
}

/// What the SQL of facts answers: the guild, whether the channel is private, its slow mode, the guild's owner and what it gives everyone,
/// the member and until when a time-out silences them, the sets of the member's roles, the channel's word for everyone, for the person and for those roles.
type Said = (
    i64,
    bool,
    i32,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

fn facts(
    (guild, private, slow_mode_seconds, owner, base, member, silent, held, everyone, person, for_roles): Said,
    user: UserId,
) -> Facts {
    let standing = rules::standing(user, UserId(owner), member.is_some());
    let place = if private { Place::PrivateChannel } else { Place::OpenChannel };
    let grants = Grants {
        base: roles::set(base).and(roles::all_sets(held.as_deref())),
        everyone: roles::all_shifts(everyone.as_deref()),
        roles: roles::all_shifts(for_roles.as_deref()),
        person: roles::all_shifts(person.as_deref()),
    };
    Facts {
        silent_until: silent.map(Timestamp),
        slow_mode_seconds,
        ..Facts::new(Some(GuildId(guild)), standing, place, grants)
    }
}

/// How a person stands to a channel.
async fn facts_of<'e>(
    on: impl sqlx::Executor<'e, Database = Db>,
    id: ChannelId,
    user: UserId,
) -> Result<Option<Facts>, sqlx::Error> {
    let row: Option<Said> = query_as(
        "SELECT c.guild, c.private, c.slow_mode, g.owner, g.everyone, m.person, m.timed_out_until,
                 (SELECT STRING_AGG(CAST(r.permissions AS TEXT), ',') FROM member_roles x JOIN roles r ON r.id = x.role
                  WHERE x.guild = c.guild AND x.person = $2),
                 (SELECT o.allow_bits || ':' || o.deny_bits FROM overwrites o
                  WHERE o.channel = c.id AND o.kind = 0 AND o.target = c.guild),
                 (SELECT o.allow_bits || ':' || o.deny_bits FROM overwrites o
                  WHERE o.channel = c.id AND o.kind = 1 AND o.target = $2),
                 (SELECT STRING_AGG(o.allow_bits || ':' || o.deny_bits, ',') FROM member_roles x
                  JOIN overwrites o ON o.channel = c.id AND o.kind = 0 AND o.target = x.role
                  WHERE x.guild = c.guild AND x.person = $2)
             FROM channels c JOIN guilds g ON g.id = c.guild
             LEFT JOIN members m ON m.guild = c.guild AND m.person = $2 WHERE c.id = $1",
    )
    .bind(id.0)
    .bind(user.0)
    .fetch_optional(on)
    .await?;
    Ok(row.map(|said| facts(said, user)))
}
