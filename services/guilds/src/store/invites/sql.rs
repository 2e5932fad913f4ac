// Invites on SQL, compiled once for each engine.

include!("../lock.rs");
include!("../record.rs");

type Columns = (String, i64, i64, i64, Option<i64>, Option<i32>, i32);

fn invite((code, guild, creator, created_at, expires_at, max_uses, uses): Columns) -> Invite {
    Invite {
        code,
        guild: GuildId(guild),
        creator: UserId(creator),
        created_at: Timestamp(created_at),
        expires_at: expires_at.map(Timestamp),
        max_uses,
        uses,
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn create(&self, new: Invite, events: Vec<NewEvent>) -> Outcome<Committed<Invite>> {
        let mut tx = self.pools.begin().await?;
        if lock(&mut tx, new.guild).await?.is_none() {
            return Ok(Err(Refusal::GuildGone));
        }
        query(
            "DELETE FROM invites WHERE guild = $1 AND created_at < $2
             AND (expires_at < $2 OR uses >= max_uses)",
        )
        .bind(new.guild.0)
        .bind(new.created_at.plus_seconds(-rules::SPENT_INVITES_STAY_SECONDS).0)
        .execute(&mut *tx)
        .await?;
        let open: i64 = query_scalar(
            "SELECT COUNT(*) FROM invites WHERE guild = $1
             AND (expires_at IS NULL OR expires_at > $2) AND (max_uses IS NULL OR uses < max_uses)",
        )
        .bind(new.guild.0)
        .bind(new.created_at.0)
        .fetch_one(&mut *tx)
        .await?;
        if open >= rules::INVITES_PER_GUILD {
            return Ok(Err(Refusal::TooManyInvites));
        }
        query(
            "INSERT INTO invites (code, guild, creator, created_at, expires_at, max_uses, uses)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&new.code)
        .bind(new.guild.0)
        .bind(new.creator.0)
        .bind(new.created_at.0)
        .bind(new.expires_at.map(|at| at.0))
        .bind(new.max_uses)
        .bind(new.uses)
        .execute(&mut *tx)
        .await?;
        let events = record(&mut tx, events).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: new, events }))
    }

    async fn find(&self, code: &str) -> Result<Option<Invite>> {
        let row: Option<Columns> = query_as(
            "SELECT code, guild, creator, created_at, expires_at, max_uses, uses FROM invites WHERE code = $1",
        )
        .bind(code)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.map(invite))
    }

    async fn open(&self, guild: GuildId, creator: Option<UserId>, now: Timestamp) -> Result<Vec<Invite>> {
        let mut select = QueryBuilder::<Db>::new(
            "SELECT code, guild, creator, created_at, expires_at, max_uses, uses FROM invites
             WHERE (max_uses IS NULL OR uses < max_uses) AND guild = ",
        );
        select.push_bind(guild.0).push(" AND (expires_at IS NULL OR expires_at > ").push_bind(now.0).push(")");
        if let Some(creator) = creator {
            select.push(" AND creator = ").push_bind(creator.0);
        }
        select.push(" ORDER BY created_at, code");
        let rows: Vec<Columns> = select.build_query_as().fetch_all(&self.pools.read).await?;
        Ok(rows.into_iter().map(invite).collect())
    }

    async fn revoke(
        &self,
        guild: GuildId,
        code: &str,
        creator: Option<UserId>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<bool>> {
        let mut tx = self.pools.begin().await?;
        if lock(&mut tx, guild).await?.is_none() {
            return Ok(unchanged(false));
        }
        let mut delete = QueryBuilder::<Db>::new("DELETE FROM invites WHERE code = ");
        delete.push_bind(code).push(" AND guild = ").push_bind(guild.0);
        if let Some(creator) = creator {
            delete.push(" AND creator = ").push_bind(creator.0);
        }
        if delete.build().execute(&mut *tx).await?.rows_affected() == 0 {
            return Ok(unchanged(false));
        }
        let events = record(&mut tx, events).await?;
        tx.commit().await?;
        Ok(Committed { value: true, events })
    }

    async fn made_by(&self, user: UserId) -> Result<Vec<Invite>> {
        let rows: Vec<Columns> = query_as(
            "SELECT code, guild, creator, created_at, expires_at, max_uses, uses FROM invites
             WHERE creator = $1 ORDER BY created_at, code",
        )
        .bind(user.0)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(invite).collect())
    }

    async fn erase(&self, user: UserId) -> Result<u64> {
        Ok(query("DELETE FROM invites WHERE creator = $1")
            .bind(user.0)
            .execute(&self.pools.write)
            .await?
            .rows_affected())
    }
}
