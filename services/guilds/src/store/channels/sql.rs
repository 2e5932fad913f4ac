// Channels on SQL, compiled once for each engine.

include!("../lock.rs");

type Columns = (i64, i64, String, String, bool, i32, i64);

fn channel((id, guild, name, topic, private, position, created_at): Columns) -> Channel {
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
    }
}

fn place(private: bool, allowed: bool) -> Place {
    if private { Place::PrivateChannel { allowed } } else { Place::OpenChannel }
}

/// Inserts those of `users` who are members; answers whether all of them are.
async fn put_on_list(
    tx: &mut Tx<'_>,
    guild: GuildId,
    channel: ChannelId,
    users: &[UserId],
) -> Result<bool, sqlx::Error> {
    if users.is_empty() {
        return Ok(true);
    }
    let mut insert = QueryBuilder::<Db>::new("INSERT INTO channel_allowed (channel, person) SELECT ");
    insert
        .push_bind(channel.0)
        .push(", person FROM members WHERE guild = ")
        .push_bind(guild.0)
        .push(" AND person IN (");
    let mut persons = insert.separated(", ");
    for user in users {
        persons.push_bind(user.0);
    }
    insert.push(")");
    let done = insert.build().execute(&mut **tx).await?;
    Ok(done.rows_affected() == users.len() as u64)
}

/// A channel of a guild that is locked.
async fn find_locked(tx: &mut Tx<'_>, guild: GuildId, id: ChannelId) -> Result<Option<Channel>, sqlx::Error> {
    if lock(tx, guild).await?.is_none() {
        return Ok(None);
    }
    let row: Option<Columns> = query_as(
        "SELECT id, guild, name, topic, private, position, created_at FROM channels WHERE id = $1 AND guild = $2",
    )
    .bind(id.0)
    .bind(guild.0)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(channel))
}

#[async_trait]
impl Store for SqlStore {
    async fn find(&self, id: ChannelId) -> Result<Option<Channel>> {
        let row: Option<Columns> =
            query_as("SELECT id, guild, name, topic, private, position, created_at FROM channels WHERE id = $1")
                .bind(id.0)
                .fetch_optional(&self.pools.read)
                .await?;
        Ok(row.map(channel))
    }

    async fn of(&self, user: UserId, guild: Option<GuildId>) -> Result<Vec<(Channel, Facts)>> {
        let mut select = QueryBuilder::<Db>::new(
            "SELECT c.id, c.guild, c.name, c.topic, c.private, c.position, c.created_at, g.owner, a.person
             FROM members m JOIN guilds g ON g.id = m.guild JOIN channels c ON c.guild = m.guild
             LEFT JOIN channel_allowed a ON a.channel = c.id AND a.person = m.person WHERE m.person = ",
        );
        select.push_bind(user.0);
        if let Some(guild) = guild {
            select.push(" AND m.guild = ").push_bind(guild.0);
        }
        select.push(" ORDER BY c.position, c.id");
        let rows: Vec<(i64, i64, String, String, bool, i32, i64, i64, Option<i64>)> =
            select.build_query_as().fetch_all(&self.pools.read).await?;
        let seen = rows.into_iter().map(|(id, guild, name, topic, private, position, created_at, owner, allowed)| {
            let channel = channel((id, guild, name, topic, private, position, created_at));
            let standing = rules::standing(user, UserId(owner), true);
            (channel, Facts { guild: Some(GuildId(guild)), standing, place: place(private, allowed.is_some()) })
        });
        Ok(seen.collect())
    }

    async fn facts(&self, id: ChannelId, user: UserId) -> Result<Option<Facts>> {
        let row: Option<(i64, i64, bool, Option<i64>, Option<i64>)> = query_as(
            "SELECT c.guild, g.owner, c.private, m.person, a.person FROM channels c JOIN guilds g ON g.id = c.guild
             LEFT JOIN members m ON m.guild = c.guild AND m.person = $2
             LEFT JOIN channel_allowed a ON a.channel = c.id AND a.person = $2 WHERE c.id = $1",
        )
        .bind(id.0)
        .bind(user.0)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.map(|(guild, owner, private, member, allowed)| Facts {
            guild: Some(GuildId(guild)),
            standing: rules::standing(user, UserId(owner), member.is_some()),
            place: place(private, allowed.is_some()),
        }))
    }

    async fn create(
        &self,
        guild: GuildId,
        new: Channel,
        allowed: Vec<UserId>,
        tell: Tell<Channel>,
    ) -> Outcome<Committed<Channel>> {
        let mut tx = self.pools.begin().await?;
        if lock(&mut tx, guild).await?.is_none() {
            return Ok(Err(Refusal::GuildGone));
        }
        let (count, last): (i64, Option<i32>) =
            query_as("SELECT COUNT(*), MAX(position) FROM channels WHERE guild = $1")
                .bind(guild.0)
                .fetch_one(&mut *tx)
                .await?;
        if count >= rules::CHANNELS_PER_GUILD {
            return Ok(Err(Refusal::TooManyChannels));
        }
        let position = last.map_or(0, |last| (last + 1).min(rules::POSITION_MAX));
        let row: Columns = query_as(
            "INSERT INTO channels (id, guild, name, topic, private, position, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id, guild, name, topic, private, position, created_at",
        )
        .bind(new.id.0)
        .bind(guild.0)
        .bind(new.name)
        .bind(new.topic)
        .bind(new.private)
        .bind(position)
        .bind(new.created_at.0)
        .fetch_one(&mut *tx)
        .await?;
        if !put_on_list(&mut tx, guild, new.id, &allowed).await? {
            return Ok(Err(Refusal::NotMembers));
        }
        let made = channel(row);
        let events = append(&mut tx, tell(&made)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: made, events }))
    }

    async fn edit(
        &self,
        guild: GuildId,
        id: ChannelId,
        change: Change,
        tell: Tell<(Channel, Channel)>,
    ) -> Outcome<Committed<Channel>> {
        let mut tx = self.pools.begin().await?;
        let Some(before) = find_locked(&mut tx, guild, id).await? else { return Ok(Err(Refusal::ChannelGone)) };
        let after = change.apply(&before);
        if after == before {
            return Ok(Ok(unchanged(after)));
        }
        query("UPDATE channels SET name = $2, topic = $3, private = $4, position = $5 WHERE id = $1")
            .bind(id.0)
            .bind(&after.name)
            .bind(&after.topic)
            .bind(after.private)
            .bind(after.position)
            .execute(&mut *tx)
            .await?;
        let both = (before, after);
        let events = append(&mut tx, tell(&both)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: both.1, events }))
    }

    async fn delete(&self, guild: GuildId, id: ChannelId, tell: Tell<Channel>) -> Outcome<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        let Some(last) = find_locked(&mut tx, guild, id).await? else { return Ok(Err(Refusal::ChannelGone)) };
        query("DELETE FROM channels WHERE id = $1").bind(id.0).execute(&mut *tx).await?;
        let events = append(&mut tx, tell(&last)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: (), events }))
    }

    async fn allowed(&self, id: ChannelId) -> Result<Vec<UserId>> {
        let rows: Vec<i64> = query_scalar("SELECT person FROM channel_allowed WHERE channel = $1 ORDER BY person")
            .bind(id.0)
            .fetch_all(&self.pools.read)
            .await?;
        Ok(rows.into_iter().map(UserId).collect())
    }

    async fn allow(
        &self,
        guild: GuildId,
        id: ChannelId,
        user: UserId,
        events: Vec<NewEvent>,
    ) -> Outcome<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        if find_locked(&mut tx, guild, id).await?.is_none() {
            return Ok(Err(Refusal::ChannelGone));
        }
        let list: Vec<i64> = query_scalar("SELECT person FROM channel_allowed WHERE channel = $1")
            .bind(id.0)
            .fetch_all(&mut *tx)
            .await?;
        if list.contains(&user.0) {
            return Ok(Ok(unchanged(())));
        }
        if list.len() >= rules::ALLOWED_PER_CHANNEL {
            return Ok(Err(Refusal::TooManyAllowed));
        }
        if !put_on_list(&mut tx, guild, id, &[user]).await? {
            return Ok(Err(Refusal::NotMembers));
        }
        let events = append(&mut tx, events).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: (), events }))
    }

    async fn disallow(
        &self,
        guild: GuildId,
        id: ChannelId,
        user: UserId,
        events: Vec<NewEvent>,
    ) -> Outcome<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        if find_locked(&mut tx, guild, id).await?.is_none() {
            return Ok(Err(Refusal::ChannelGone));
        }
        let gone = query("DELETE FROM channel_allowed WHERE channel = $1 AND person = $2")
            .bind(id.0)
            .bind(user.0)
            .execute(&mut *tx)
            .await?;
        if gone.rows_affected() == 0 {
            return Ok(Ok(unchanged(())));
        }
        let events = append(&mut tx, events).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: (), events }))
    }

    async fn page(&self, after: ChannelId, limit: i64) -> Result<Vec<Channel>> {
        let rows: Vec<Columns> = query_as(
            "SELECT id, guild, name, topic, private, position, created_at FROM channels
             WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(channel).collect())
    }

    async fn allowance_page(&self, after: (ChannelId, UserId), limit: i64) -> Result<Vec<Allowance>> {
        let rows: Vec<(i64, i64, i64)> = query_as(
            "SELECT c.guild, a.channel, a.person FROM channel_allowed a JOIN channels c ON c.id = a.channel
             WHERE (a.channel, a.person) > ($1, $2) ORDER BY a.channel, a.person LIMIT $3",
        )
        .bind(after.0.0)
        .bind(after.1.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        let entry = |(guild, channel, person)| Allowance {
            guild: GuildId(guild),
            channel: ChannelId(channel),
            user: UserId(person),
        };
        Ok(rows.into_iter().map(entry).collect())
    }
}
