// Moderation on SQL, compiled once for each engine.

include!("../lock.rs");
include!("../rank.rs");
include!("../record.rs");
include!("../member.rs");

type BanColumns = (i64, i64, i64, String, i64);

fn ban((guild, person, actor, reason, at): BanColumns) -> Ban {
    Ban { guild: GuildId(guild), user: UserId(person), by: UserId(actor), reason, at: Timestamp(at) }
}

/// A member of a guild that is locked; whether `actor` stands above.
async fn find_locked(
    tx: &mut Tx<'_>,
    actor: UserId,
    (guild, user): (GuildId, UserId),
) -> Result<Result<bool, Refusal>, sqlx::Error> {
    if lock(tx, guild).await?.is_none() {
        return Ok(Err(Refusal::GuildGone));
    }
    let Some(acting) = rank(tx, guild, actor).await? else { return Ok(Err(Refusal::GuildGone)) };
    Ok(rank(tx, guild, user).await?.map(|theirs| acting.above(theirs)).ok_or(Refusal::MemberGone))
}

async fn read(tx: &mut Tx<'_>, (guild, user): (GuildId, UserId)) -> Result<Member, sqlx::Error> {
    let row: MemberColumns = query_as(
        "SELECT m.guild, m.person, m.joined_at, m.nickname, m.timed_out_until,
             (SELECT STRING_AGG(CAST(x.role AS TEXT), ',') FROM member_roles x
              WHERE x.guild = m.guild AND x.person = m.person)
         FROM members m WHERE m.guild = $1 AND m.person = $2",
    )
    .bind(guild.0)
    .bind(user.0)
    .fetch_one(&mut **tx)
    .await?;
    Ok(member(row))
}

/// Takes the person's names out of what guilds were told: the log has no index for that, and it is asked for rarely.
async fn redact(tx: &mut Tx<'_>, user: UserId) -> Result<u64, sqlx::Error> {
    let told: Vec<(String, i64, String)> =
        query_as("SELECT stream, seq, data FROM events WHERE kind = 'member_edited' AND data LIKE $1")
            .bind(format!("%\"user\":\"{user}\"%"))
            .fetch_all(&mut **tx)
            .await?;
    let mut redacted = 0;
    for (stream, seq, data) in told {
        let wrong = |error: serde_json::Error| sqlx::Error::Decode(Box::new(error));
        let told: guilds_contract::MemberEdited = serde_json::from_str(&data).map_err(wrong)?;
        if told.user != user || told.nickname.is_none() {
            continue;
        }
        let silent = guilds_contract::MemberEdited { nickname: None, ..told };
        redacted += query("UPDATE events SET data = $3 WHERE stream = $1 AND seq = $2")
            .bind(stream)
            .bind(seq)
            .bind(serde_json::to_string(&silent).map_err(wrong)?)
            .execute(&mut **tx)
            .await?
            .rows_affected();
    }
    Ok(redacted)
}

#[async_trait]
impl Store for SqlStore {
    async fn edit(
        &self,
        actor: UserId,
        id: (GuildId, UserId),
        change: Change,
        tell: Tell<(Member, Member)>,
    ) -> Outcome<Committed<Member>> {
        let mut tx = self.pools.begin().await?;
        let above = match find_locked(&mut tx, actor, id).await? {
            Ok(above) => above,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let is_own_name = id.1 == actor && matches!(change, Change::Nickname(_));
        if !above && !is_own_name {
            return Ok(Err(Refusal::AboveYou));
        }
        let before = read(&mut tx, id).await?;
        let mut after = before.clone();
        match change {
            Change::Nickname(nickname) => after.nickname = nickname,
            Change::TimedOutUntil(until) => after.timed_out_until = until,
        }
        if before == after {
            return Ok(Ok(unchanged(after)));
        }
        query("UPDATE members SET nickname = $3, timed_out_until = $4 WHERE guild = $1 AND person = $2")
            .bind(id.0.0)
            .bind(id.1.0)
            .bind(&after.nickname)
            .bind(after.timed_out_until.map(|until| until.0))
            .execute(&mut *tx)
            .await?;
        let both = (before, after);
        let events = record(&mut tx, tell(&both)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: both.1, events }))
    }

    async fn kick(&self, actor: UserId, id: (GuildId, UserId), events: Vec<NewEvent>) -> Outcome<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        match find_locked(&mut tx, actor, id).await? {
            Ok(true) => {}
            Ok(false) => return Ok(Err(Refusal::AboveYou)),
            Err(refusal) => return Ok(Err(refusal)),
        }
        take_out(&mut tx, id.0, id.1).await?;
        let events = record(&mut tx, events).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: (), events }))
    }

    async fn ban(&self, new: Ban, tell: Tell<bool>) -> Outcome<Committed<Ban>> {
        let mut tx = self.pools.begin().await?;
        let is_member = match find_locked(&mut tx, new.by, (new.guild, new.user)).await? {
            Ok(false) => return Ok(Err(Refusal::AboveYou)),
            Err(Refusal::MemberGone) => false,
            Err(refusal) => return Ok(Err(refusal)),
            Ok(true) => take_out(&mut tx, new.guild, new.user).await?,
        };
        let made = query(
            "INSERT INTO bans (guild, person, actor, reason, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        )
        .bind(new.guild.0)
        .bind(new.user.0)
        .bind(new.by.0)
        .bind(&new.reason)
        .bind(new.at.0)
        .execute(&mut *tx)
        .await?;
        if made.rows_affected() == 0 {
            let first: BanColumns =
                query_as("SELECT guild, person, actor, reason, at FROM bans WHERE guild = $1 AND person = $2")
                    .bind(new.guild.0)
                    .bind(new.user.0)
                    .fetch_one(&mut *tx)
                    .await?;
            return Ok(Ok(unchanged(ban(first))));
        }
        let events = record(&mut tx, tell(&is_member)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: new, events }))
    }

    async fn unban(&self, id: (GuildId, UserId), events: Vec<NewEvent>) -> Outcome<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        if lock(&mut tx, id.0).await?.is_none() {
            return Ok(Err(Refusal::GuildGone));
        }
        if !is_banned(&mut tx, id.0, id.1).await? {
            return Ok(Err(Refusal::NotBanned));
        }
        query("DELETE FROM bans WHERE guild = $1 AND person = $2").bind(id.0.0).bind(id.1.0).execute(&mut *tx).await?;
        let events = record(&mut tx, events).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: (), events }))
    }

    async fn bans(&self, guild: GuildId, before: (Timestamp, UserId), limit: i64) -> Result<Vec<Ban>> {
        let rows: Vec<BanColumns> = query_as(
            "SELECT guild, person, actor, reason, at FROM bans
             WHERE guild = $1 AND (at, person) < ($2, $3) ORDER BY at DESC, person DESC LIMIT $4",
        )
        .bind(guild.0)
        .bind(before.0.0)
        .bind(before.1.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(ban).collect())
    }

    async fn bans_about(&self, user: UserId) -> Result<Vec<Ban>> {
        let rows: Vec<BanColumns> = query_as(
            "SELECT guild, person, actor, reason, at FROM bans WHERE person = $1 OR actor = $1 ORDER BY at, guild",
        )
        .bind(user.0)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(ban).collect())
    }

    async fn erase(&self, user: UserId) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        let mut rows =
            query("DELETE FROM bans WHERE person = $1").bind(user.0).execute(&mut *tx).await?.rows_affected();
        // Whom the person banned stays banned.
        rows += query("UPDATE bans SET reason = '' WHERE actor = $1 AND reason <> ''")
            .bind(user.0)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        rows += redact(&mut tx, user).await?;
        tx.commit().await?;
        Ok(rows)
    }
}
