// What operators see and do on SQL, compiled once for each engine.

include!("sql/note.rs");
include!("sql/last.rs");
include!("sql/change.rs");
include!("../letters/sql/end.rs");

type SeenColumns = (
    i64,
    String,
    bool,
    bool,
    i64,
    Option<i64>,
    Option<i64>,
    i64,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

fn seen(columns: SeenColumns) -> Seen {
    let (id, email, operator, moderator, created_at, verified_at, last_seen_at, sessions, ..) = columns;
    let (.., reason, since, until, by, due_at) = columns;
    let suspension = reason.zip(since).map(|(reason, since)| suspension((reason, since, until, by.unwrap_or(0))));
    Seen {
        id: UserId(id),
        email,
        role: super::super::role(operator, moderator),
        created_at: Timestamp(created_at),
        verified_at: verified_at.map(Timestamp),
        last_seen_at: last_seen_at.map(Timestamp),
        sessions: u32::try_from(sessions).unwrap_or(u32::MAX),
        suspension,
        deletion_due_at: due_at.map(Timestamp),
    }
}

fn suspension((reason, since, until, by): (String, i64, Option<i64>, i64)) -> Suspension {
    let by = Some(UserId(by)).filter(|user| user.0 != 0);
    Suspension { reason, since: Timestamp(since), until: until.map(Timestamp), by }
}

type ActColumns = (i64, i64, String, i64, String, i64, String, String);

/// None: made by a newer Guildhall.
fn act((id, at, kind, by, place, user, reason, detail): ActColumns) -> Option<NewAct> {
    let known = |user: i64| Some(UserId(user)).filter(|user| user.0 != 0);
    Some(NewAct {
        id: ActId(id),
        at: Timestamp(at),
        kind: ActKind::ALL.into_iter().find(|known| known.name() == kind)?,
        by: known(by),
        place,
        user: known(user),
        reason,
        detail: serde_json::from_str(&detail).ok()?,
    })
}

/// What is typed stands for itself.
fn beginning(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[async_trait]
impl Store for SqlStore {
    async fn staff(&self) -> Result<Vec<(UserId, InstanceRole)>> {
        let rows: Vec<(i64, bool, bool)> =
            query_as("SELECT id, operator, moderator FROM accounts WHERE operator OR moderator ORDER BY id")
                .fetch_all(&self.pools.read)
                .await?;
        let staff = |(id, operator, moderator)| (UserId(id), super::super::role(operator, moderator));
        Ok(rows.into_iter().map(staff).collect())
    }

    async fn suspension(&self, user: UserId, now: Timestamp) -> Result<Option<Suspension>> {
        let row: Option<(String, i64, Option<i64>, i64)> = query_as(
            "SELECT reason, since, until, by_account FROM suspensions
             WHERE account = $1 AND (until IS NULL OR until > $2)",
        )
        .bind(user.0)
        .bind(now.0)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.map(suspension))
    }

    async fn list(&self, wanted: Wanted<'_>, now: Timestamp) -> Result<Vec<Seen>> {
        let mut select = QueryBuilder::<Db>::new(
            "SELECT a.id, a.email, a.operator, a.moderator, a.created_at, a.email_verified_at,
               (SELECT MAX(l.last_used_at) FROM sessions l WHERE l.account = a.id),
               (SELECT COUNT(*) FROM sessions l WHERE l.account = a.id AND l.ended_at IS NULL),
               s.reason, s.since, s.until, s.by_account, d.due_at
             FROM accounts a
             LEFT JOIN suspensions s ON s.account = a.id AND (s.until IS NULL OR s.until > ",
        );
        select.push_bind(now.0).push(") LEFT JOIN deletions d ON d.account = a.id AND d.done_at IS NULL WHERE a.id < ");
        select.push_bind(wanted.before.map_or(i64::MAX, |user| user.0));
        if wanted.email.is_some() || !wanted.users.is_empty() {
            select.push(" AND (FALSE");
            if let Some(email) = wanted.email {
                select.push(" OR a.email_key LIKE ").push_bind(beginning(email)).push(" ESCAPE '\\'");
            }
            for user in wanted.users {
                select.push(" OR a.id = ").push_bind(user.0);
            }
            select.push(")");
        }
        select.push(match wanted.state {
            None => "",
            Some(AccountState::Active) => " AND s.account IS NULL AND d.account IS NULL",
            Some(AccountState::Suspended) => " AND s.account IS NOT NULL",
            Some(AccountState::Leaving) => " AND d.account IS NOT NULL",
            Some(AccountState::Unverified) => " AND a.email_verified_at IS NULL",
        });
        select.push(match wanted.role {
            None => "",
            Some(InstanceRole::Member) => " AND NOT a.operator AND NOT a.moderator",
            Some(InstanceRole::Moderator) => " AND a.moderator AND NOT a.operator",
            Some(InstanceRole::Operator) => " AND a.operator",
        });
        select.push(" ORDER BY a.id DESC LIMIT ").push_bind(wanted.limit);
        let rows: Vec<SeenColumns> = select.build_query_as().fetch_all(&self.pools.read).await?;
        Ok(rows.into_iter().map(seen).collect())
    }

    async fn change(&self, piece: Piece<'_>, now: Timestamp) -> Result<Outcome> {
        let Piece { user, change, act, members_only, end, events } = piece;
        let mut tx = self.pools.begin().await?;
        // Locks the account's row first: no session starts from here on.
        let row: Option<(bool, bool)> =
            query_as("UPDATE accounts SET id = id WHERE id = $1 RETURNING operator, moderator")
                .bind(user.0)
                .fetch_optional(&mut *tx)
                .await?;
        let Some((operator, moderator)) = row else { return Ok(Outcome::NotThere) };
        if members_only && (operator || moderator) {
            return Ok(Outcome::Staff);
        }
        let was = super::super::role(operator, moderator);
        if let Some(refused) = apply(&mut tx, user, &change, was, now).await? {
            return Ok(refused);
        }
        let takes_one = match change {
            Change::Suspend(_) | Change::Delete(_) => true,
            Change::Role(role) => role != InstanceRole::Operator,
            Change::Lift | Change::Verify | Change::Keep | Change::Note => false,
        };
        if operator && takes_one && !any_operator(&mut tx, now).await? {
            return Ok(Outcome::LastOperator);
        }
        let mut announced = events;
        if let Some(end) = end {
            let Some(ended) = end_sessions(&mut tx, user, None, now, end).await? else { return Ok(Outcome::Stale) };
            announced.extend(ended);
        }
        insert_act(&mut tx, act).await?;
        let events = append(&mut tx, announced).await?;
        tx.commit().await?;
        Ok(Outcome::Done(Committed { value: (), events }))
    }

    async fn acts(&self, wanted: &ActQuery, before: Option<ActId>, limit: i64) -> Result<Vec<NewAct>> {
        let mut select = QueryBuilder::<Db>::new(
            "SELECT id, at, kind, by_account, place, account, reason, detail FROM acts WHERE id < ",
        );
        select.push_bind(before.map_or(i64::MAX, |id| id.0));
        if let Some(user) = wanted.user {
            // The index is of acts that were done to somebody.
            select.push(" AND account <> 0 AND account = ").push_bind(user.0);
        }
        if let Some(by) = wanted.by {
            select.push(" AND by_account = ").push_bind(by.0);
        }
        if let Some(kind) = wanted.kind {
            select.push(" AND kind = ").push_bind(kind.name());
        }
        select.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        let rows: Vec<ActColumns> = select.build_query_as().fetch_all(&self.pools.read).await?;
        Ok(rows.into_iter().filter_map(self::act).collect())
    }

    async fn forget_acts(&self, before: Timestamp) -> Result<()> {
        query("DELETE FROM acts WHERE at < $1").bind(before.0).execute(&self.pools.write).await?;
        Ok(())
    }

    async fn numbers(&self, now: Timestamp, week: Timestamp) -> Result<Numbers> {
        let row: (i64, i64, i64, i64, i64, i64, i64, i64) = query_as(
            "SELECT (SELECT COUNT(*) FROM accounts),
               (SELECT COUNT(*) FROM accounts WHERE operator),
               (SELECT COUNT(*) FROM accounts WHERE moderator AND NOT operator),
               (SELECT COUNT(*) FROM suspensions WHERE until IS NULL OR until > $1),
               (SELECT COUNT(*) FROM accounts WHERE email_verified_at IS NULL),
               (SELECT COUNT(*) FROM deletions WHERE done_at IS NULL),
               (SELECT COUNT(*) FROM accounts WHERE created_at >= $2),
               (SELECT COUNT(DISTINCT account) FROM sessions WHERE last_used_at >= $2 AND account <> 0)",
        )
        .bind(now.0)
        .bind(week.0)
        .fetch_one(&self.pools.read)
        .await?;
        let (accounts, operators, moderators, suspended, unverified, leaving, registered, seen) = row;
        Ok(Numbers {
            version: String::new(),
            accounts,
            operators,
            moderators,
            suspended,
            unverified,
            leaving,
            registered_last_7_days: registered,
            seen_last_7_days: seen,
            mail_reaches_people: false,
        })
    }

    async fn erase(&self, user: UserId) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        let mut erased = 0;
        // Reasons are texts: of whom they are about, and of whoever wrote them.
        for statement in [
            "DELETE FROM suspensions WHERE account = $1",
            "UPDATE suspensions SET by_account = 0, reason = '' WHERE by_account = $1",
            "UPDATE acts SET reason = '' WHERE account = $1 AND account <> 0 AND reason <> ''",
            "UPDATE acts SET reason = '', place = '' WHERE by_account = $1 AND (reason <> '' OR place <> '')",
        ] {
            erased += query(statement).bind(user.0).execute(&mut *tx).await?.rows_affected();
        }
        tx.commit().await?;
        Ok(erased)
    }
}
