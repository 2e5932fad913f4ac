// Channels on SQL, compiled once for each engine.

include!("../channel.rs");
include!("../record.rs");

/// Lets those of `users` see a channel who are members; answers whether all of them are.
async fn show(tx: &mut Tx<'_>, guild: GuildId, channel: ChannelId, users: &[UserId]) -> Result<bool, sqlx::Error> {
    if users.is_empty() {
        return Ok(true);
    }
    let mut insert =
        QueryBuilder::<Db>::new("INSERT INTO overwrites (channel, kind, target, allow_bits, deny_bits) SELECT ");
    insert
        .push_bind(channel.0)
        .push(", 1, person, 1, 0 FROM members WHERE guild = ")
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

/// Hides a channel from everyone, or takes away all that hides it from anyone.
async fn hide(tx: &mut Tx<'_>, guild: GuildId, id: ChannelId, private: bool) -> Result<(), sqlx::Error> {
    if private {
        query(
            "INSERT INTO overwrites (channel, kind, target, allow_bits, deny_bits) VALUES ($1, 0, $2, 0, 1)
             ON CONFLICT (channel, kind, target) DO UPDATE SET
             allow_bits = overwrites.allow_bits - overwrites.allow_bits % 2,
             deny_bits = overwrites.deny_bits - overwrites.deny_bits % 2 + 1",
        )
        .bind(id.0)
        .bind(guild.0)
        .execute(&mut **tx)
        .await?;
        return Ok(());
    }
    query("UPDATE overwrites SET deny_bits = deny_bits - 1 WHERE channel = $1 AND deny_bits % 2 = 1")
        .bind(id.0)
        .execute(&mut **tx)
        .await?;
    query("DELETE FROM overwrites WHERE channel = $1 AND allow_bits = 0 AND deny_bits = 0")
        .bind(id.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

#[async_trait]
impl Store for SqlStore {
    async fn find(&self, id: ChannelId) -> Result<Option<Channel>> {
        let row: Option<Columns> = query_as(
            "SELECT id, guild, name, topic, private, position, created_at, slow_mode FROM channels WHERE id = $1",
        )
        .bind(id.0)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.map(channel))
    }

    async fn of(&self, user: UserId, guild: Option<GuildId>) -> Result<Vec<(Channel, Facts)>> {
        let mut select = QueryBuilder::<Db>::new(
            "SELECT c.id, c.guild, c.name, c.topic, c.private, c.position, c.created_at, c.slow_mode, g.owner, g.everyone,
                 (SELECT STRING_AGG(CAST(r.permissions AS TEXT), ',') FROM member_roles x JOIN roles r ON r.id = x.role
                  WHERE x.guild = c.guild AND x.person = m.person),
                 (SELECT o.allow_bits || ':' || o.deny_bits FROM overwrites o
                  WHERE o.channel = c.id AND o.kind = 0 AND o.target = c.guild),
                 (SELECT o.allow_bits || ':' || o.deny_bits FROM overwrites o
                  WHERE o.channel = c.id AND o.kind = 1 AND o.target = m.person),
                 (SELECT STRING_AGG(o.allow_bits || ':' || o.deny_bits, ',') FROM member_roles x
                  JOIN overwrites o ON o.channel = c.id AND o.kind = 0 AND o.target = x.role
                  WHERE x.guild = c.guild AND x.person = m.person)
             FROM members m JOIN guilds g ON g.id = m.guild JOIN channels c ON c.guild = m.guild WHERE m.person = ",
        );
        select.push_bind(user.0);
        if let Some(guild) = guild {
            select.push(" AND m.guild = ").push_bind(guild.0);
        }
        select.push(" ORDER BY c.position, c.id");
        type Seen = (
            i64,
            i64,
            String,
            String,
            bool,
            i32,
            i64,
            i32,
            i64,
            i64,
            Option<String>,
            Option<String>,
            Option<String>,
            Option<String>,
        );
        let rows: Vec<Seen> = select.build_query_as().fetch_all(&self.pools.read).await?;
        let seen = rows.into_iter().map(|row| {
            let (
                id,
                guild,
                name,
                topic,
                private,
                position,
                created_at,
                slow_mode,
                owner,
                base,
                held,
                everyone,
                person,
                for_roles,
            ) = row;
            // Who sees a channel sees it when timed out, too.
            let said = (guild, private, slow_mode, owner, base, Some(user.0), None, held, everyone, person, for_roles);
            let facts = facts(said, user);
            (channel((id, guild, name, topic, private, position, created_at, slow_mode)), facts)
        });
        Ok(seen.collect())
    }

    async fn facts(&self, id: ChannelId, user: UserId) -> Result<Option<Facts>> {
        Ok(facts_of(&self.pools.read, id, user).await?)
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
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id, guild, name, topic, private, position, created_at, slow_mode",
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
        let made = channel(row);
        if made.private {
            hide(&mut tx, guild, made.id, true).await?;
        }
        if !show(&mut tx, guild, made.id, &allowed).await? {
            return Ok(Err(Refusal::NotMembers));
        }
        let events = record(&mut tx, tell(&made)).await?;
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
        query("UPDATE channels SET name = $2, topic = $3, private = $4, position = $5, slow_mode = $6 WHERE id = $1")
            .bind(id.0)
            .bind(&after.name)
            .bind(&after.topic)
            .bind(after.private)
            .bind(after.position)
            .bind(after.slow_mode_seconds)
            .execute(&mut *tx)
            .await?;
        if before.private != after.private {
            hide(&mut tx, guild, id, after.private).await?;
        }
        let both = (before, after);
        let events = record(&mut tx, tell(&both)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: both.1, events }))
    }

    async fn delete(&self, guild: GuildId, id: ChannelId, tell: Tell<Channel>) -> Outcome<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        let Some(last) = find_locked(&mut tx, guild, id).await? else { return Ok(Err(Refusal::ChannelGone)) };
        query("DELETE FROM channels WHERE id = $1").bind(id.0).execute(&mut *tx).await?;
        let events = record(&mut tx, tell(&last)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: (), events }))
    }

    async fn page(&self, after: ChannelId, limit: i64) -> Result<Vec<Channel>> {
        let rows: Vec<Columns> = query_as(
            "SELECT id, guild, name, topic, private, position, created_at, slow_mode FROM channels
             WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(channel).collect())
    }
}
