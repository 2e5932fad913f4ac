// Roles on SQL, compiled once for each engine.

include!("../lock.rs");
include!("../rank.rs");
include!("../holders.rs");
include!("../record.rs");

type Columns = (i64, i64, String, Option<String>, bool, i64, i32);

fn role((id, guild, name, color, hoisted, permissions, position): Columns) -> Role {
    let permissions = roles::set(permissions);
    Role { id: RoleId(id), guild: GuildId(guild), name, color, hoisted, permissions, position }
}

fn everyone((guild, permissions): (i64, i64)) -> Role {
    role((guild, guild, EVERYONE.into(), None, false, permissions, 0))
}

/// A role of a guild that is locked, and how high the actor stands.
async fn find_locked(
    tx: &mut Tx<'_>,
    actor: UserId,
    (guild, id): (GuildId, RoleId),
) -> Result<Result<(Role, Rank), Refusal>, sqlx::Error> {
    if lock(tx, guild).await?.is_none() {
        return Ok(Err(Refusal::GuildGone));
    }
    let Some(rank) = rank(tx, guild, actor).await? else { return Ok(Err(Refusal::GuildGone)) };
    let found = if id.0 == guild.0 {
        let row = query_as("SELECT id, everyone FROM guilds WHERE id = $1").bind(guild.0).fetch_one(&mut **tx).await?;
        Some(everyone(row))
    } else {
        let row: Option<Columns> = query_as(
            "SELECT id, guild, name, color, hoisted, permissions, position FROM roles WHERE id = $1 AND guild = $2",
        )
        .bind(id.0)
        .bind(guild.0)
        .fetch_optional(&mut **tx)
        .await?;
        row.map(role)
    };
    Ok(found.map(|found| (found, rank)).ok_or(Refusal::RoleGone))
}

/// All that a member has, by rising id.
async fn held_by(tx: &mut Tx<'_>, guild: GuildId, user: UserId) -> Result<Vec<RoleId>, sqlx::Error> {
    let rows: Vec<i64> = query_scalar("SELECT role FROM member_roles WHERE guild = $1 AND person = $2 ORDER BY role")
        .bind(guild.0)
        .bind(user.0)
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(RoleId).collect())
}

/// A role that `actor` is about to give to a member, or to take.
async fn find_handed(
    tx: &mut Tx<'_>,
    actor: UserId,
    id: (GuildId, RoleId),
    user: UserId,
) -> Result<Result<(Role, Rank), Refusal>, sqlx::Error> {
    let (found, acting) = match find_locked(tx, actor, id).await? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if found.position == 0 {
        return Ok(Err(Refusal::Everyones));
    }
    let Some(theirs) = rank(tx, id.0, user).await? else { return Ok(Err(Refusal::MemberGone)) };
    if !acting.above_role(found.position) || !(user == actor || acting.above(theirs)) {
        return Ok(Err(Refusal::AboveYou));
    }
    Ok(Ok((found, acting)))
}

#[async_trait]
impl Store for SqlStore {
    async fn list(&self, guild: GuildId) -> Result<Vec<Role>> {
        let rows: Vec<Columns> = query_as(
            "SELECT id, guild, name, color, hoisted, permissions, position FROM roles WHERE guild = $1
             UNION ALL SELECT id, id, $2, NULL, FALSE, everyone, 0 FROM guilds WHERE id = $1
             ORDER BY position DESC",
        )
        .bind(guild.0)
        .bind(EVERYONE)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(role).collect())
    }

    async fn of(&self, user: UserId) -> Result<Vec<Role>> {
        let rows: Vec<Columns> = query_as(
            "SELECT r.id, r.guild, r.name, r.color, r.hoisted, r.permissions, r.position
             FROM members m JOIN roles r ON r.guild = m.guild WHERE m.person = $1
             UNION ALL SELECT g.id, g.id, $2, NULL, FALSE, g.everyone, 0
             FROM members m JOIN guilds g ON g.id = m.guild WHERE m.person = $1
             ORDER BY position DESC",
        )
        .bind(user.0)
        .bind(EVERYONE)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(role).collect())
    }

    async fn held(&self, user: UserId, guild: Option<GuildId>) -> Result<Vec<(GuildId, RoleId)>> {
        let mut select = QueryBuilder::<Db>::new("SELECT guild, role FROM member_roles WHERE person = ");
        select.push_bind(user.0);
        if let Some(guild) = guild {
            select.push(" AND guild = ").push_bind(guild.0);
        }
        select.push(" ORDER BY guild, role");
        let rows: Vec<(i64, i64)> = select.build_query_as().fetch_all(&self.pools.read).await?;
        Ok(rows.into_iter().map(|(guild, role)| (GuildId(guild), RoleId(role))).collect())
    }

    async fn create(&self, actor: UserId, new: Role, most: u32, tell: Tell<Role>) -> Outcome<Committed<Role>> {
        let mut tx = self.pools.begin().await?;
        if lock(&mut tx, new.guild).await?.is_none() {
            return Ok(Err(Refusal::GuildGone));
        }
        let Some(acting) = rank(&mut tx, new.guild, actor).await? else { return Ok(Err(Refusal::GuildGone)) };
        if !acting.above_role(0) {
            return Ok(Err(Refusal::AboveYou));
        }
        if !acting.may_change(new.permissions) {
            return Ok(Err(Refusal::NotYours));
        }
        let count: i64 =
            query_scalar("SELECT COUNT(*) FROM roles WHERE guild = $1").bind(new.guild.0).fetch_one(&mut *tx).await?;
        if count >= i64::from(most) {
            return Ok(Err(Refusal::TooManyRoles(most)));
        }
        query("UPDATE roles SET position = position + 1 WHERE guild = $1").bind(new.guild.0).execute(&mut *tx).await?;
        let row: Columns = query_as(
            "INSERT INTO roles (id, guild, name, color, hoisted, permissions, position)
             VALUES ($1, $2, $3, $4, $5, $6, 1) RETURNING id, guild, name, color, hoisted, permissions, position",
        )
        .bind(new.id.0)
        .bind(new.guild.0)
        .bind(new.name)
        .bind(new.color)
        .bind(new.hoisted)
        .bind(roles::bits(new.permissions))
        .fetch_one(&mut *tx)
        .await?;
        let made = role(row);
        let events = record(&mut tx, tell(&made)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: made, events }))
    }

    async fn edit(
        &self,
        actor: UserId,
        id: (GuildId, RoleId),
        change: RoleChange,
        tell: Tell<Edited>,
    ) -> Outcome<Committed<Role>> {
        let mut tx = self.pools.begin().await?;
        let (before, acting) = match find_locked(&mut tx, actor, id).await? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if before.position == 0 && !change.fits_everyone() {
            return Ok(Err(Refusal::Everyones));
        }
        let after = change.apply(&before);
        if after == before {
            return Ok(Ok(unchanged(after)));
        }
        if !acting.above_role(before.position) {
            return Ok(Err(Refusal::AboveYou));
        }
        if !acting.may_change(before.permissions.changed(after.permissions)) {
            return Ok(Err(Refusal::NotYours));
        }
        if before.position == 0 {
            query("UPDATE guilds SET everyone = $2 WHERE id = $1")
                .bind(id.0.0)
                .bind(roles::bits(after.permissions))
                .execute(&mut *tx)
                .await?;
        } else {
            query("UPDATE roles SET name = $2, color = $3, hoisted = $4, permissions = $5 WHERE id = $1")
                .bind(after.id.0)
                .bind(&after.name)
                .bind(&after.color)
                .bind(after.hoisted)
                .bind(roles::bits(after.permissions))
                .execute(&mut *tx)
                .await?;
        }
        let holders = holders(&mut tx, id.0, id.1).await?;
        let edited = Edited { before, after, holders };
        let events = record(&mut tx, tell(&edited)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: edited.after, events }))
    }

    async fn delete(&self, actor: UserId, id: (GuildId, RoleId), tell: Tell<Deleted>) -> Outcome<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        let (found, acting) = match find_locked(&mut tx, actor, id).await? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if found.position == 0 {
            return Ok(Err(Refusal::Everyones));
        }
        if !acting.above_role(found.position) {
            return Ok(Err(Refusal::AboveYou));
        }
        let holders = holders(&mut tx, id.0, id.1).await?;
        query(
            "DELETE FROM overwrites WHERE kind = 0 AND target = $2
             AND channel IN (SELECT id FROM channels WHERE guild = $1)",
        )
        .bind(id.0.0)
        .bind(id.1.0)
        .execute(&mut *tx)
        .await?;
        query("DELETE FROM roles WHERE id = $1").bind(id.1.0).execute(&mut *tx).await?;
        query("UPDATE roles SET position = position - 1 WHERE guild = $1 AND position > $2")
            .bind(id.0.0)
            .bind(found.position)
            .execute(&mut *tx)
            .await?;
        let events = record(&mut tx, tell(&Deleted { role: found, holders })).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: (), events }))
    }

    async fn order(
        &self,
        actor: UserId,
        guild: GuildId,
        order: Vec<RoleId>,
        tell: Tell<Vec<RoleId>>,
    ) -> Outcome<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        if lock(&mut tx, guild).await?.is_none() {
            return Ok(Err(Refusal::GuildGone));
        }
        let Some(acting) = rank(&mut tx, guild, actor).await? else { return Ok(Err(Refusal::GuildGone)) };
        let now: Vec<(i64, i32)> = query_as("SELECT id, position FROM roles WHERE guild = $1 ORDER BY position DESC")
            .bind(guild.0)
            .fetch_all(&mut *tx)
            .await?;
        let sorted = |ids: &mut dyn Iterator<Item = i64>| ids.collect::<std::collections::BTreeSet<i64>>();
        let asked = sorted(&mut order.iter().map(|id| id.0));
        if order.len() != now.len() || asked != sorted(&mut now.iter().map(|(id, _)| *id)) {
            return Ok(Err(Refusal::OrderIncomplete));
        }
        let moved: Vec<(i64, i32)> =
            now.iter().zip(&order).filter(|((id, _), new)| *id != new.0).map(|((_, at), new)| (new.0, *at)).collect();
        if moved.is_empty() {
            return Ok(Ok(unchanged(())));
        }
        // Whatever moves, moves into a place that another one left: places above the actor's own are out of reach.
        if !moved.iter().all(|(_, position)| acting.above_role(*position)) {
            return Ok(Err(Refusal::AboveYou));
        }
        for (id, position) in moved {
            query("UPDATE roles SET position = $2 WHERE id = $1").bind(id).bind(position).execute(&mut *tx).await?;
        }
        let events = record(&mut tx, tell(&order)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: (), events }))
    }

    async fn give(
        &self,
        actor: UserId,
        id: (GuildId, RoleId),
        user: UserId,
        tell: Tell<Vec<RoleId>>,
    ) -> Outcome<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        let (found, acting) = match find_handed(&mut tx, actor, id, user).await? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !acting.may_give(found.position, found.permissions) {
            return Ok(Err(Refusal::NotYours));
        }
        let given = query("INSERT INTO member_roles (guild, person, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(id.0.0)
            .bind(user.0)
            .bind(id.1.0)
            .execute(&mut *tx)
            .await?;
        if given.rows_affected() == 0 {
            return Ok(Ok(unchanged(())));
        }
        let held = held_by(&mut tx, id.0, user).await?;
        let events = record(&mut tx, tell(&held)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: (), events }))
    }

    async fn take(
        &self,
        actor: UserId,
        id: (GuildId, RoleId),
        user: UserId,
        tell: Tell<Vec<RoleId>>,
    ) -> Outcome<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        if let Err(refusal) = find_handed(&mut tx, actor, id, user).await? {
            return Ok(Err(refusal));
        }
        let taken = query("DELETE FROM member_roles WHERE guild = $1 AND person = $2 AND role = $3")
            .bind(id.0.0)
            .bind(user.0)
            .bind(id.1.0)
            .execute(&mut *tx)
            .await?;
        if taken.rows_affected() == 0 {
            return Ok(Ok(unchanged(())));
        }
        let held = held_by(&mut tx, id.0, user).await?;
        let events = record(&mut tx, tell(&held)).await?;
        tx.commit().await?;
        Ok(Ok(Committed { value: (), events }))
    }

    async fn page(&self, after: RoleId, limit: i64) -> Result<Vec<Role>> {
        let rows: Vec<Columns> = query_as(
            "SELECT id, guild, name, color, hoisted, permissions, position FROM roles WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(role).collect())
    }
}
