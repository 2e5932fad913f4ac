// Friends on SQL, compiled once for each engine.

type Columns = (i64, String, i64);

fn state(word: &str) -> Option<FriendState> {
    [FriendState::Friend, FriendState::Incoming, FriendState::Outgoing]
        .into_iter()
        .find(|state| self::word(*state) == word)
}

fn friend((user, word, since): Columns) -> Option<Friend> {
    Some(Friend { user: UserId(user), state: state(&word)?, since: Timestamp(since) })
}

async fn count(tx: &mut Tx<'_>, person: UserId, state: FriendState) -> Result<i64, sqlx::Error> {
    query_scalar("SELECT COUNT(*) FROM friends WHERE person = $1 AND state = $2")
        .bind(person.0)
        .bind(word(state))
        .fetch_one(&mut **tx)
        .await
}

/// Counts one more request of the person, unless it comes too fast.
async fn keep_pace(tx: &mut Tx<'_>, step: &Step) -> Result<Result<(), Refusal>, sqlx::Error> {
    let row: Option<(i32, i64)> = query_as("SELECT requests, last_at FROM friend_paces WHERE person = $1")
        .bind(step.person.0)
        .fetch_optional(&mut **tx)
        .await?;
    let before = row.map(|(requests, last_at)| Pace {
        requests: u32::try_from(requests).unwrap_or(u32::MAX),
        last_at: Timestamp(last_at),
    });
    let pace = match Pace::next(before, step.limits.at_once, step.now) {
        Ok(pace) => pace,
        Err(free_at) => return Ok(Err(Refusal::TooFast(free_at))),
    };
    query(
        "INSERT INTO friend_paces (person, requests, last_at) VALUES ($1, $2, $3)
         ON CONFLICT (person) DO UPDATE SET requests = excluded.requests, last_at = excluded.last_at",
    )
    .bind(step.person.0)
    .bind(i32::try_from(pace.requests).unwrap_or(i32::MAX))
    .bind(pace.last_at.0)
    .execute(&mut **tx)
    .await?;
    Ok(Ok(()))
}

/// Whether what is to be still fits. Both streams are locked already, so that what is counted here stays true.
async fn check(tx: &mut Tx<'_>, step: &Step, to: FriendState) -> Result<Result<(), Refusal>, sqlx::Error> {
    let there: i64 = query_scalar("SELECT COUNT(*) FROM profiles WHERE id IN ($1, $2)")
        .bind(step.person.0)
        .bind(step.other.0)
        .fetch_one(&mut **tx)
        .await?;
    if there < 2 {
        return Ok(Err(Refusal::Gone));
    }
    let blocker: Option<i64> = query_scalar(
        "SELECT person FROM blocks WHERE (person = $1 AND other = $2) OR (person = $2 AND other = $1) LIMIT 1",
    )
    .bind(step.person.0)
    .bind(step.other.0)
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(blocker) = blocker {
        return Ok(Err(Refusal::Blocked(UserId(blocker))));
    }
    if to == FriendState::Friend {
        for one in [step.person, step.other] {
            if count(tx, one, FriendState::Friend).await? >= step.limits.friends {
                return Ok(Err(Refusal::FriendsFull(one)));
            }
        }
        return Ok(Ok(()));
    }
    if count(tx, step.person, FriendState::Outgoing).await? >= step.limits.sent {
        return Ok(Err(Refusal::RequestsFull(step.person)));
    }
    if count(tx, step.other, FriendState::Incoming).await? >= step.limits.received {
        return Ok(Err(Refusal::RequestsFull(step.other)));
    }
    keep_pace(tx, step).await
}

#[async_trait]
impl Store for SqlStore {
    async fn between(&self, person: UserId, other: UserId) -> Result<Option<Friend>> {
        let row: Option<Columns> = query_as("SELECT other, state, since FROM friends WHERE person = $1 AND other = $2")
            .bind(person.0)
            .bind(other.0)
            .fetch_optional(&self.pools.read)
            .await?;
        Ok(row.and_then(friend))
    }

    async fn of(&self, person: UserId, after: UserId, limit: i64) -> Result<Vec<Friend>> {
        let rows: Vec<Columns> = query_as(
            "SELECT other, state, since FROM friends WHERE person = $1 AND other > $2 ORDER BY other LIMIT $3",
        )
        .bind(person.0)
        .bind(after.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().filter_map(friend).collect())
    }

    async fn among(&self, person: UserId, users: &[UserId]) -> Result<Vec<UserId>> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = QueryBuilder::<Db>::new("SELECT other FROM friends WHERE person = ");
        select.push_bind(person.0).push(" AND state = 'friend' AND other IN (");
        let mut others = select.separated(", ");
        for user in users {
            others.push_bind(user.0);
        }
        select.push(")");
        let found: Vec<i64> = select.build_query_scalar().fetch_all(&self.pools.read).await?;
        Ok(found.into_iter().map(UserId).collect())
    }

    async fn step(&self, step: Step, events: Vec<NewEvent>) -> Result<Result<Committed<()>, Refusal>> {
        let mut tx = self.pools.begin().await?;
        // Locks both streams: of two steps of the same people, the second finds what the first did.
        let events = append(&mut tx, events).await?;
        let now: Option<String> = query_scalar("SELECT state FROM friends WHERE person = $1 AND other = $2")
            .bind(step.person.0)
            .bind(step.other.0)
            .fetch_optional(&mut *tx)
            .await?;
        if now.as_deref() != step.from.map(word) {
            return Ok(Err(Refusal::Moved));
        }
        if let Some(to) = step.to {
            if let Err(refusal) = check(&mut tx, &step, to).await? {
                return Ok(Err(refusal));
            }
            query(
                "INSERT INTO friends (person, other, state, since) VALUES ($1, $2, $3, $5), ($2, $1, $4, $5)
                 ON CONFLICT (person, other) DO UPDATE SET state = excluded.state, since = excluded.since",
            )
            .bind(step.person.0)
            .bind(step.other.0)
            .bind(word(to))
            .bind(word(rules::mirrored(to)))
            .bind(step.now.0)
            .execute(&mut *tx)
            .await?;
        } else {
            query("DELETE FROM friends WHERE (person = $1 AND other = $2) OR (person = $2 AND other = $1)")
                .bind(step.person.0)
                .bind(step.other.0)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(Ok(Committed { value: (), events }))
    }

    async fn others(&self, person: UserId) -> Result<Vec<UserId>> {
        let others: Vec<i64> = query_scalar("SELECT other FROM friends WHERE person = $1 ORDER BY other")
            .bind(person.0)
            .fetch_all(&self.pools.read)
            .await?;
        Ok(others.into_iter().map(UserId).collect())
    }

    async fn erase(&self, person: UserId, events: Vec<NewEvent>) -> Result<Committed<u64>> {
        let mut tx = self.pools.begin().await?;
        let events = append(&mut tx, events).await?;
        let mut gone = 0;
        for delete in [
            // The rows of the others are found by those of the person.
            "DELETE FROM friends WHERE other = $1 AND person IN (SELECT f.other FROM friends f WHERE f.person = $1)",
            "DELETE FROM friends WHERE person = $1",
            "DELETE FROM friend_paces WHERE person = $1",
        ] {
            gone += query(delete).bind(person.0).execute(&mut *tx).await?.rows_affected();
        }
        tx.commit().await?;
        Ok(Committed { value: gone, events })
    }
}
