// Reports on SQL, compiled once for each engine.

include!("../lock.rs");
include!("../record.rs");

type Columns = (i64, i64, i64, i64, Option<i64>, Option<i64>, String, String, Option<i64>, String, i64);

fn report((id, guild, reporter, person, channel, message, reason, state, handler, note, at): Columns) -> Report {
    let state = match state.as_str() {
        "open" => ReportState::Open,
        "taken" => ReportState::Taken,
        _ => ReportState::Closed,
    };
    Report {
        id: ReportId(id),
        guild: GuildId(guild),
        reporter: UserId(reporter),
        user: UserId(person),
        channel: channel.map(ChannelId),
        message: message.map(MessageId),
        reason,
        state,
        by: handler.map(UserId),
        note,
        at: Timestamp(at),
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn file(&self, new: Report, events: Vec<NewEvent>) -> Outcome<Committed<Report>> {
        let mut tx = self.pools.begin().await?;
        if lock(&mut tx, new.guild).await?.is_none() {
            return Ok(Err(Refusal::GuildGone));
        }
        let waiting: Vec<Columns> = query_as(
            "SELECT id, guild, reporter, person, channel, message, reason, state, handler, note, at FROM reports
             WHERE reporter = $1 AND guild = $2 AND state <> 'closed' ORDER BY id",
        )
        .bind(new.reporter.0)
        .bind(new.guild.0)
        .fetch_all(&mut *tx)
        .await?;
        let count = waiting.len() as i64;
        let same = |old: &Report| old.user == new.user && old.message == new.message;
        if let Some(first) = waiting.into_iter().map(report).find(same) {
            return Ok(Ok(unchanged(first)));
        }
        if count >= WAITING_PER_PERSON {
            return Ok(Err(Refusal::TooManyReports));
        }
        query(
            "INSERT INTO reports (id, guild, reporter, person, channel, message, reason, state, handler, note, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9, $10)",
        )
        .bind(new.id.0)
        .bind(new.guild.0)
        .bind(new.reporter.0)
        .bind(new.user.0)
        .bind(new.channel.map(|channel| channel.0))
        .bind(new.message.map(|message| message.0))
        .bind(&new.reason)
        .bind(new.state.name())
        .bind(&new.note)
        .bind(new.at.0)
        .execute(&mut *tx)
        .await?;
        let events = record(&mut tx, events).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: new, events }))
    }

    async fn list(
        &self,
        guild: GuildId,
        reader: UserId,
        state: Option<ReportState>,
        before: ReportId,
        limit: i64,
    ) -> Result<Vec<Report>> {
        let mut select = QueryBuilder::<Db>::new(
            "SELECT id, guild, reporter, person, channel, message, reason, state, handler, note, at FROM reports
             WHERE guild = ",
        );
        select.push_bind(guild.0).push(" AND id < ").push_bind(before.0).push(" AND person <> ").push_bind(reader.0);
        if let Some(state) = state {
            select.push(" AND state = ").push_bind(state.name());
        }
        select.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        let rows: Vec<Columns> = select.build_query_as().fetch_all(&self.pools.read).await?;
        Ok(rows.into_iter().map(report).collect())
    }

    async fn edit(
        &self,
        actor: UserId,
        id: (GuildId, ReportId),
        change: Change,
        tell: Tell<(Report, Report)>,
    ) -> Outcome<Committed<Report>> {
        let mut tx = self.pools.begin().await?;
        if lock(&mut tx, id.0).await?.is_none() {
            return Ok(Err(Refusal::GuildGone));
        }
        let row: Option<Columns> = query_as(
            "SELECT id, guild, reporter, person, channel, message, reason, state, handler, note, at FROM reports
             WHERE id = $1 AND guild = $2 AND person <> $3",
        )
        .bind(id.1.0)
        .bind(id.0.0)
        .bind(actor.0)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(before) = row.map(report) else { return Ok(Err(Refusal::ReportGone)) };
        let after = change.apply(actor, &before);
        if after == before {
            return Ok(Ok(unchanged(after)));
        }
        query("UPDATE reports SET state = $2, handler = $3, note = $4 WHERE id = $1")
            .bind(after.id.0)
            .bind(after.state.name())
            .bind(after.by.map(|by| by.0))
            .bind(&after.note)
            .execute(&mut *tx)
            .await?;
        let both = (before, after);
        let events = record(&mut tx, tell(&both)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: both.1, events }))
    }

    async fn by(&self, user: UserId) -> Result<Vec<Report>> {
        let rows: Vec<Columns> = query_as(
            "SELECT id, guild, reporter, person, channel, message, reason, state, handler, note, at FROM reports
             WHERE reporter = $1 ORDER BY id",
        )
        .bind(user.0)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(report).collect())
    }

    async fn erase(&self, user: UserId) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        let mut rows = query("DELETE FROM reports WHERE reporter = $1 OR person = $1")
            .bind(user.0)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        rows += query("UPDATE reports SET note = '' WHERE handler = $1 AND note <> ''")
            .bind(user.0)
            .execute(&mut *tx)
            .await?
            .rows_affected();
        tx.commit().await?;
        Ok(rows)
    }
}
