// Guilds and members on SQL, compiled once for each engine.

include!("../lock.rs");
include!("../record.rs");
include!("../member.rs");

type GuildColumns = (i64, String, i64, i64, i64, Option<String>);

/// How many streams grow in one statement: each takes two parameters, and both engines take 30,000.
const STREAMS_PER_APPEND: usize = 5_000;

fn guild((id, name, owner, member_count, created_at, icon): GuildColumns) -> Guild {
    let icon = icon.and_then(|name| name.parse().ok());
    Guild { id: GuildId(id), name, owner: UserId(owner), member_count, created_at: Timestamp(created_at), icon }
}

/// Inserts a member and counts them. The guild is locked, so that the count is right.
async fn join(tx: &mut Tx<'_>, new: &Member) -> Result<Guild, sqlx::Error> {
    query("INSERT INTO members (guild, person, joined_at) VALUES ($1, $2, $3)")
        .bind(new.guild.0)
        .bind(new.user.0)
        .bind(new.joined_at.0)
        .execute(&mut **tx)
        .await?;
    let row: GuildColumns = query_as(
        "UPDATE guilds SET member_count = member_count + 1 WHERE id = $1
         RETURNING id, name, owner, member_count, created_at, icon",
    )
    .bind(new.guild.0)
    .fetch_one(&mut **tx)
    .await?;
    Ok(guild(row))
}

/// Whether `user` is in more guilds than one may be. Asked after the person's stream was appended to, which lets
/// one join at a time come this far.
async fn is_in_too_many(tx: &mut Tx<'_>, user: UserId) -> Result<bool, sqlx::Error> {
    let guilds: i64 =
        query_scalar("SELECT COUNT(*) FROM members WHERE person = $1").bind(user.0).fetch_one(&mut **tx).await?;
    Ok(guilds > rules::GUILDS_PER_PERSON)
}

/// Takes names and topics out of a stream that nobody may read any more. Its events stay, for those who follow it.
async fn redact(tx: &mut Tx<'_>, stream: &StreamName) -> Result<(), sqlx::Error> {
    query("UPDATE events SET data = '{}' WHERE stream = $1 AND kind IN ('guild_edited', 'channel_created', 'channel_edited', 'role_created', 'role_edited', 'member_edited')")
        .bind(stream.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Counts one use of an invite that can still be used.
async fn use_up(tx: &mut Tx<'_>, code: &str, now: Timestamp) -> Result<Result<(), Refusal>, sqlx::Error> {
    let used = query(
        "UPDATE invites SET uses = uses + 1 WHERE code = $1
         AND (expires_at IS NULL OR expires_at > $2) AND (max_uses IS NULL OR uses < max_uses)",
    )
    .bind(code)
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    if used.rows_affected() == 1 {
        return Ok(Ok(()));
    }
    let row: Option<(Option<i64>,)> =
        query_as("SELECT expires_at FROM invites WHERE code = $1").bind(code).fetch_optional(&mut **tx).await?;
    Ok(Err(match row {
        None => Refusal::InviteUnknown,
        Some((Some(expires_at),)) if expires_at <= now.0 => Refusal::InviteExpired,
        Some(_) => Refusal::InviteUsedUp,
    }))
}

#[async_trait]
impl Store for SqlStore {
    async fn create(&self, new: Guild, first: Channel, events: Vec<NewEvent>) -> Outcome<Committed<Guild>> {
        let mut tx = self.pools.begin().await?;
        query(
            "INSERT INTO guilds (id, name, owner, member_count, created_at, everyone) VALUES ($1, $2, $3, 0, $4, $5)",
        )
        .bind(new.id.0)
        .bind(&new.name)
        .bind(new.owner.0)
        .bind(new.created_at.0)
        .bind(roles::bits(Permissions::MEMBER))
        .execute(&mut *tx)
        .await?;
        let made = join(&mut tx, &Member::new(new.id, new.owner, new.created_at)).await?;
        query(
            "INSERT INTO channels (id, guild, name, topic, private, position, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(first.id.0)
        .bind(new.id.0)
        .bind(first.name)
        .bind(first.topic)
        .bind(first.private)
        .bind(first.position)
        .bind(first.created_at.0)
        .execute(&mut *tx)
        .await?;
        let events = record(&mut tx, events).await?;
        if is_in_too_many(&mut tx, new.owner).await? {
            return Ok(Err(Refusal::TooManyGuilds));
        }
        tx.commit().await?;
        Ok(Ok(Committed { value: made, events }))
    }

    async fn find(&self, id: GuildId) -> Result<Option<Guild>> {
        let row: Option<GuildColumns> =
            query_as("SELECT id, name, owner, member_count, created_at, icon FROM guilds WHERE id = $1")
                .bind(id.0)
                .fetch_optional(&self.pools.read)
                .await?;
        Ok(row.map(guild))
    }

    async fn of(&self, user: UserId) -> Result<Vec<Guild>> {
        let rows: Vec<GuildColumns> = query_as(
            "SELECT g.id, g.name, g.owner, g.member_count, g.created_at, g.icon FROM members m JOIN guilds g ON g.id = m.guild
             WHERE m.person = $1 ORDER BY m.joined_at, m.guild",
        )
        .bind(user.0)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(guild).collect())
    }

    async fn owned(&self, user: UserId) -> Result<Vec<Guild>> {
        let rows: Vec<GuildColumns> =
            query_as("SELECT id, name, owner, member_count, created_at, icon FROM guilds WHERE owner = $1 ORDER BY id")
                .bind(user.0)
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().map(guild).collect())
    }

    async fn heads(&self, user: UserId) -> Result<At> {
        let own = StreamName::user("guilds", user);
        let rows: Vec<(String, i64)> = query_as(
            "SELECT name, seq FROM streams WHERE name = $1 OR name IN (
                 SELECT 'guilds/guild/' || guild FROM members WHERE person = $2
                 UNION ALL
                 SELECT 'guilds/channel/' || c.id FROM members m JOIN channels c ON c.guild = m.guild
                 WHERE m.person = $2 AND c.private)",
        )
        .bind(own.as_str())
        .bind(user.0)
        .fetch_all(&self.pools.read)
        .await?;
        let mut at: At = rows.into_iter().filter_map(|(name, seq)| Some((name.parse().ok()?, seq))).collect();
        at.entry(own).or_insert(0);
        Ok(at)
    }

    async fn rename(&self, id: GuildId, name: String, tell: Tell<Guild>) -> Outcome<Committed<Guild>> {
        let mut tx = self.pools.begin().await?;
        let row: Option<GuildColumns> = query_as(
            "UPDATE guilds SET name = $2 WHERE id = $1 RETURNING id, name, owner, member_count, created_at, icon",
        )
        .bind(id.0)
        .bind(name)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(renamed) = row.map(guild) else { return Ok(Err(Refusal::GuildGone)) };
        let events = record(&mut tx, tell(&renamed)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: renamed, events }))
    }

    async fn show_icon(&self, id: GuildId, icon: Option<ImageName>, tell: Tell<Guild>) -> Outcome<Committed<Shown>> {
        let mut tx = self.pools.begin().await?;
        if lock(&mut tx, id).await?.is_none() {
            return Ok(Err(Refusal::GuildGone));
        }
        let until_now: Option<String> =
            query_scalar("SELECT icon FROM guilds WHERE id = $1").bind(id.0).fetch_one(&mut *tx).await?;
        let row: GuildColumns = query_as(
            "UPDATE guilds SET icon = $2 WHERE id = $1 RETURNING id, name, owner, member_count, created_at, icon",
        )
        .bind(id.0)
        .bind(icon.as_ref().map(ImageName::as_str))
        .fetch_one(&mut *tx)
        .await?;
        let shown = Shown { guild: guild(row), until_now: until_now.and_then(|name| name.parse().ok()) };
        let events = record(&mut tx, tell(&shown.guild)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: shown, events }))
    }

    async fn pass_on(&self, id: GuildId, owner: UserId, tell: Tell<Guild>) -> Result<Committed<Option<Guild>>> {
        let mut tx = self.pools.begin().await?;
        if lock(&mut tx, id).await? != Some(owner) {
            return Ok(unchanged(None));
        }
        let row: Option<GuildColumns> = query_as(
            "UPDATE guilds SET owner = heir.person FROM
                 (SELECT person FROM members WHERE guild = $1 AND person <> $2 ORDER BY joined_at, person LIMIT 1) AS heir
             WHERE id = $1 RETURNING id, name, owner, member_count, created_at, icon",
        )
        .bind(id.0)
        .bind(owner.0)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(passed) = row.map(guild) else { return Ok(unchanged(None)) };
        let events = record(&mut tx, tell(&passed)).await?;
        tx.commit().await?;
        Ok(Committed { value: Some(passed), events })
    }

    async fn delete(&self, id: GuildId, most_members: usize, tell: Tell<Deleted>) -> Outcome<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        if lock(&mut tx, id).await?.is_none() {
            return Ok(Err(Refusal::GuildGone));
        }
        let members: Vec<i64> =
            query_scalar("SELECT person FROM members WHERE guild = $1").bind(id.0).fetch_all(&mut *tx).await?;
        if members.len() > most_members {
            return Ok(Err(Refusal::Grown));
        }
        let channels: Vec<i64> =
            query_scalar("SELECT id FROM channels WHERE guild = $1 ORDER BY id").bind(id.0).fetch_all(&mut *tx).await?;
        query("DELETE FROM guilds WHERE id = $1").bind(id.0).execute(&mut *tx).await?;
        redact(&mut tx, &StreamName::guild(id)).await?;
        for channel in &channels {
            redact(&mut tx, &StreamName::channel(ChannelId(*channel))).await?;
        }
        let deleted = Deleted {
            channels: channels.into_iter().map(ChannelId).collect(),
            members: members.into_iter().map(UserId).collect(),
        };
        let mut new = tell(&deleted);
        new.sort_by(|a, b| a.stream.cmp(&b.stream));
        let mut events = Vec::with_capacity(new.len());
        while !new.is_empty() {
            let rest = new.split_off(new.len().min(STREAMS_PER_APPEND));
            events.extend(record(&mut tx, std::mem::replace(&mut new, rest)).await?);
        }
        tx.commit().await?;
        Ok(Ok(Committed { value: (), events }))
    }

    async fn members(&self, id: GuildId, after: (Timestamp, UserId), limit: i64) -> Result<Vec<Member>> {
        let rows: Vec<MemberColumns> = query_as(
            "SELECT m.guild, m.person, m.joined_at, m.nickname, m.timed_out_until, (SELECT STRING_AGG(CAST(x.role AS TEXT), ',') FROM member_roles x
                 WHERE x.guild = m.guild AND x.person = m.person) FROM members m
             WHERE m.guild = $1 AND (m.joined_at, m.person) > ($2, $3) ORDER BY m.joined_at, m.person LIMIT $4",
        )
        .bind(id.0)
        .bind(after.0.0)
        .bind(after.1.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(member).collect())
    }

    async fn memberships(&self, user: UserId) -> Result<Vec<Member>> {
        let rows: Vec<MemberColumns> = query_as(
            "SELECT m.guild, m.person, m.joined_at, m.nickname, m.timed_out_until, (SELECT STRING_AGG(CAST(x.role AS TEXT), ',') FROM member_roles x
                 WHERE x.guild = m.guild AND x.person = m.person) FROM members m
             WHERE m.person = $1 ORDER BY m.joined_at, m.guild",
        )
        .bind(user.0)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(member).collect())
    }

    async fn fellows(&self, user: UserId, users: &[UserId]) -> Result<Vec<(UserId, GuildId)>> {
        let mut select = QueryBuilder::<Db>::new(
            "SELECT other.person, MIN(other.guild) FROM members mine JOIN members other ON other.guild = mine.guild
             WHERE mine.person = ",
        );
        select.push_bind(user.0).push(" AND other.person IN (");
        let mut persons = select.separated(", ");
        for user in users {
            persons.push_bind(user.0);
        }
        select.push(") GROUP BY other.person");
        let rows: Vec<(i64, i64)> = select.build_query_as().fetch_all(&self.pools.read).await?;
        Ok(rows.into_iter().map(|(person, guild)| (UserId(person), GuildId(guild))).collect())
    }

    async fn leave(&self, id: GuildId, user: UserId, events: Vec<NewEvent>) -> Outcome<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        if !take_out(&mut tx, id, user).await? {
            return Ok(Err(Refusal::GuildGone));
        }
        let events = record(&mut tx, events).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: (), events }))
    }

    async fn accept(&self, code: &str, new: Member, events: Vec<NewEvent>) -> Outcome<Committed<Guild>> {
        let mut tx = self.pools.begin().await?;
        if lock(&mut tx, new.guild).await?.is_none() {
            return Ok(Err(Refusal::InviteUnknown));
        }
        let already: Option<GuildColumns> = query_as(
            "SELECT g.id, g.name, g.owner, g.member_count, g.created_at, g.icon FROM guilds g
             JOIN members m ON m.guild = g.id AND m.person = $2 WHERE g.id = $1",
        )
        .bind(new.guild.0)
        .bind(new.user.0)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(row) = already {
            return Ok(Ok(unchanged(guild(row))));
        }
        if is_banned(&mut tx, new.guild, new.user).await? {
            return Ok(Err(Refusal::Banned));
        }
        if let Err(refusal) = use_up(&mut tx, code, new.joined_at).await? {
            return Ok(Err(refusal));
        }
        let joined = join(&mut tx, &new).await?;
        let events = record(&mut tx, events).await?;
        if is_in_too_many(&mut tx, new.user).await? {
            return Ok(Err(Refusal::TooManyGuilds));
        }
        tx.commit().await?;
        Ok(Ok(Committed { value: joined, events }))
    }

    async fn facts(&self, id: GuildId, user: UserId) -> Result<Option<Facts>> {
        let row: Option<(i64, i64, Option<i64>, Option<i64>, Option<String>)> = query_as(
            "SELECT g.owner, g.everyone, m.person, m.timed_out_until,
                 (SELECT STRING_AGG(CAST(r.permissions AS TEXT), ',') FROM member_roles x JOIN roles r ON r.id = x.role
                  WHERE x.guild = g.id AND x.person = m.person)
             FROM guilds g LEFT JOIN members m ON m.guild = g.id AND m.person = $2 WHERE g.id = $1",
        )
        .bind(id.0)
        .bind(user.0)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.map(|(owner, everyone, person, silent, held)| {
            let standing = rules::standing(user, UserId(owner), person.is_some());
            let base = roles::set(everyone).and(roles::all_sets(held.as_deref()));
            let grants = Grants { base, ..Grants::default() };
            Facts { silent_until: silent.map(Timestamp), ..Facts::new(Some(id), standing, Place::Guild, grants) }
        }))
    }

    async fn page(&self, after: GuildId, limit: i64) -> Result<Vec<Guild>> {
        let rows: Vec<GuildColumns> = query_as(
            "SELECT id, name, owner, member_count, created_at, icon FROM guilds WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(guild).collect())
    }

    async fn member_page(&self, after: (GuildId, UserId), limit: i64) -> Result<Vec<Member>> {
        let rows: Vec<MemberColumns> = query_as(
            "SELECT m.guild, m.person, m.joined_at, m.nickname, m.timed_out_until, (SELECT STRING_AGG(CAST(x.role AS TEXT), ',') FROM member_roles x
                 WHERE x.guild = m.guild AND x.person = m.person) FROM members m
             WHERE (m.guild, m.person) > ($1, $2) ORDER BY m.guild, m.person LIMIT $3",
        )
        .bind(after.0.0)
        .bind(after.1.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(member).collect())
    }
}
