// Overwrites on SQL, compiled once for each engine.

include!("../channel.rs");
include!("../rank.rs");
include!("../holders.rs");
include!("../record.rs");

type Columns6 = (i64, i64, i32, i64, i64, i64);

fn overwrite((guild, channel, kind, target, allow, deny): Columns6) -> Overwrite {
    let target = if kind == 0 { Target::Role(RoleId(target)) } else { Target::User(UserId(target)) };
    let (allow, deny) = (roles::set(allow), roles::set(deny));
    Overwrite { guild: GuildId(guild), channel: ChannelId(channel), target, allow, deny }
}

fn columns(target: Target) -> (i32, i64) {
    match target {
        Target::Role(role) => (0, role.0),
        Target::User(user) => (1, user.0),
    }
}

/// Whether there is such a role or member, and whether the actor stands above.
async fn is_below(
    tx: &mut Tx<'_>,
    actor: UserId,
    guild: GuildId,
    target: Target,
) -> Result<Result<bool, Refusal>, sqlx::Error> {
    let Some(acting) = rank(tx, guild, actor).await? else { return Ok(Err(Refusal::GuildGone)) };
    Ok(match target {
        Target::Role(role) if role.0 == guild.0 => Ok(acting.above_role(0)),
        Target::Role(role) => {
            let position: Option<i32> = query_scalar("SELECT position FROM roles WHERE id = $1 AND guild = $2")
                .bind(role.0)
                .bind(guild.0)
                .fetch_optional(&mut **tx)
                .await?;
            position.map(|position| acting.above_role(position)).ok_or(Refusal::RoleGone)
        }
        Target::User(user) => {
            let theirs: Option<Rank> = rank(tx, guild, user).await?;
            theirs.map(|theirs| user == actor || acting.above(theirs)).ok_or(Refusal::NotMembers)
        }
    })
}

/// What is said about a target until now, if anything.
async fn said(tx: &mut Tx<'_>, channel: ChannelId, target: Target) -> Result<Option<Shift>, sqlx::Error> {
    let (kind, target) = columns(target);
    let row: Option<(i64, i64)> =
        query_as("SELECT allow_bits, deny_bits FROM overwrites WHERE channel = $1 AND kind = $2 AND target = $3")
            .bind(channel.0)
            .bind(kind)
            .bind(target)
            .fetch_optional(&mut **tx)
            .await?;
    Ok(row.map(|(allow, deny)| Shift { allow: roles::set(allow), deny: roles::set(deny) }))
}

/// Writes what is said now; what says nothing is not kept. Answers whether the channel is hidden from somebody.
async fn say(tx: &mut Tx<'_>, channel: ChannelId, target: Target, shift: Shift) -> Result<bool, sqlx::Error> {
    let (kind, target) = columns(target);
    let statement = if shift == Shift::default() {
        query("DELETE FROM overwrites WHERE channel = $1 AND kind = $2 AND target = $3")
            .bind(channel.0)
            .bind(kind)
            .bind(target)
    } else {
        query(
            "INSERT INTO overwrites (channel, kind, target, allow_bits, deny_bits) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (channel, kind, target) DO UPDATE SET allow_bits = excluded.allow_bits, deny_bits = excluded.deny_bits",
        )
        .bind(channel.0)
        .bind(kind)
        .bind(target)
        .bind(roles::bits(shift.allow))
        .bind(roles::bits(shift.deny))
    };
    statement.execute(&mut **tx).await?;
    query_scalar(
        "UPDATE channels SET private = EXISTS (SELECT 1 FROM overwrites WHERE channel = $1 AND deny_bits % 2 = 1)
         WHERE id = $1 RETURNING private",
    )
    .bind(channel.0)
    .fetch_one(&mut **tx)
    .await
}

#[async_trait]
impl Store for SqlStore {
    async fn list(&self, channel: ChannelId) -> Result<Vec<Overwrite>> {
        let rows: Vec<Columns6> = query_as(
            "SELECT c.guild, o.channel, o.kind, o.target, o.allow_bits, o.deny_bits FROM overwrites o
             JOIN channels c ON c.id = o.channel WHERE o.channel = $1 ORDER BY o.kind, o.target",
        )
        .bind(channel.0)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(overwrite).collect())
    }

    async fn rewrite(
        &self,
        actor: UserId,
        (guild, id): (GuildId, ChannelId),
        target: Target,
        rewrite: Rewrite,
        most: u32,
        tell: Tell<Rewritten>,
    ) -> Outcome<Committed<Overwrite>> {
        let mut tx = self.pools.begin().await?;
        let Some(before) = find_locked(&mut tx, guild, id).await? else { return Ok(Err(Refusal::ChannelGone)) };
        let below = match is_below(&mut tx, actor, guild, target).await? {
            Ok(below) => below,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let until_now = said(&mut tx, id, target).await?;
        let (was, is) = (until_now.unwrap_or_default(), rewrite.apply(until_now.unwrap_or_default()));
        let overwrite = Overwrite { guild, channel: id, target, allow: is.allow, deny: is.deny };
        if was == is {
            return Ok(Ok(unchanged(overwrite)));
        }
        if rewrite.takes() && !below {
            return Ok(Err(Refusal::AboveYou));
        }
        let acting = facts_of(&mut *tx, id, actor).await?.map(Facts::granted).unwrap_or_default();
        let changed = was.allow.changed(is.allow).and(was.deny.changed(is.deny));
        if !acting.contains(changed) {
            return Ok(Err(Refusal::NotYours));
        }
        let count: i64 =
            query_scalar("SELECT COUNT(*) FROM overwrites WHERE channel = $1").bind(id.0).fetch_one(&mut *tx).await?;
        if until_now.is_none() && count >= i64::from(most) {
            return Ok(Err(Refusal::TooManyOverwrites(most)));
        }
        let private = say(&mut tx, id, target, is).await?;
        let holders = match target {
            Target::Role(role) => holders(&mut tx, guild, role).await?,
            Target::User(user) => Some(vec![user]),
        };
        let rewritten = Rewritten { after: Channel { private, ..before.clone() }, before, overwrite, was, holders };
        let events = record(&mut tx, tell(&rewritten)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: overwrite, events }))
    }

    async fn page(&self, kind: i32, after: (ChannelId, i64), limit: i64) -> Result<Vec<Overwrite>> {
        let rows: Vec<Columns6> = query_as(
            "SELECT c.guild, o.channel, o.kind, o.target, o.allow_bits, o.deny_bits FROM overwrites o
             JOIN channels c ON c.id = o.channel
             WHERE o.kind = $1 AND (o.channel, o.target) > ($2, $3) ORDER BY o.channel, o.target LIMIT $4",
        )
        .bind(kind)
        .bind(after.0.0)
        .bind(after.1)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(overwrite).collect())
    }

    async fn about(&self, user: UserId) -> Result<Vec<Overwrite>> {
        let rows: Vec<Columns6> = query_as(
            "SELECT c.guild, o.channel, o.kind, o.target, o.allow_bits, o.deny_bits FROM overwrites o
             JOIN channels c ON c.id = o.channel WHERE o.kind = 1 AND o.target = $1 ORDER BY o.channel",
        )
        .bind(user.0)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(overwrite).collect())
    }
}
