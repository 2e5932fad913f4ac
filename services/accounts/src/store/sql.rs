// Accounts on SQL, compiled once for each engine.

include!("identities/sql/insert.rs");
include!("letters/sql/insert.rs");
include!("registration/sql/use.rs");
include!("operating/sql/note.rs");

type AccountColumns = (i64, String, String, bool, bool, i64, Option<i64>, String);
type SessionColumns = (i64, i64, String, String, String, i64, i64, Option<i64>, i64);

fn account(columns: AccountColumns) -> Account {
    let (id, email, password_hash, operator, moderator, created_at, verified_at, language) = columns;
    Account {
        id: UserId(id),
        email,
        password_hash: Some(password_hash).filter(|hash| !hash.is_empty()),
        role: role(operator, moderator),
        created_at: Timestamp(created_at),
        verified_at: verified_at.map(Timestamp),
        language: Language::of(&language).unwrap_or_default(),
    }
}

fn session(columns: SessionColumns) -> Session {
    let (id, account, user_agent, place, current_hash, created_at, last_used_at, ended_at, proven_at) = columns;
    Session {
        id: SessionId(id),
        account: UserId(account),
        user_agent,
        place,
        current_hash,
        created_at: Timestamp(created_at),
        last_used_at: Timestamp(last_used_at),
        ended_at: ended_at.map(Timestamp),
        proven_at: Timestamp(proven_at),
    }
}

async fn insert_session(tx: &mut Tx<'_>, new: &NewSession) -> Result<(), sqlx::Error> {
    query(
        "INSERT INTO sessions
           (id, account, user_agent, place, current_hash, created_at, last_used_at, proven_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $6)",
    )
    .bind(new.id.0)
    .bind(new.account.0)
    .bind(&new.user_agent)
    .bind(&new.place)
    .bind(&new.hash)
    .bind(new.at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[async_trait]
impl Store for SqlStore {
    async fn any_account(&self) -> Result<bool> {
        let first: Option<i64> =
            query_scalar("SELECT account FROM first_account").fetch_optional(&self.pools.read).await?;
        Ok(first.is_some())
    }

    async fn account(&self, user: UserId) -> Result<Option<Account>> {
        let row: Option<AccountColumns> = query_as(
            "SELECT id, email, password_hash, operator, moderator, created_at, email_verified_at, language
             FROM accounts WHERE id = $1",
        )
        .bind(user.0)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.map(account))
    }

    async fn by_email(&self, email_key: &str) -> Result<Option<Account>> {
        let row: Option<AccountColumns> = query_as(
            "SELECT id, email, password_hash, operator, moderator, created_at, email_verified_at, language
             FROM accounts WHERE email_key = $1",
        )
        .bind(email_key)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.map(account))
    }

    async fn create(
        &self,
        new: Account,
        email_key: &str,
        Beginning { session, identity }: Beginning,
        letter: &Letter,
        admission: Admission,
        events: Vec<NewEvent>,
    ) -> Result<Committed<Result<Account, NotCreated>>> {
        let refused = |why| Ok(Committed { value: Err(why), events: Vec::new() });
        let mut tx = self.pools.begin().await?;
        let made = query(
            "INSERT INTO accounts (id, email, email_key, password_hash, operator, created_at, language, email_verified_at)
             VALUES ($1, $2, $3, $4, FALSE, $5, $6, $7) ON CONFLICT (email_key) DO NOTHING",
        )
        .bind(new.id.0)
        .bind(&new.email)
        .bind(email_key)
        .bind(new.password_hash.as_deref().unwrap_or_default())
        .bind(new.created_at.0)
        .bind(new.language.code())
        .bind(new.verified_at.map(|at| at.0))
        .execute(&mut *tx)
        .await?;
        if made.rows_affected() == 0 {
            return refused(NotCreated::Taken);
        }
        let first = query("INSERT INTO first_account (seat, account) VALUES (1, $1) ON CONFLICT (seat) DO NOTHING")
            .bind(new.id.0)
            .execute(&mut *tx)
            .await?;
        let is_first = first.rows_affected() == 1;
        match admission {
            Admission::Operator(act) => insert_act(&mut tx, &act).await?,
            Admission::Open => {}
            _ if is_first => {}
            Admission::First => return refused(NotCreated::NotFirst),
            Admission::Code(code) => {
                if !use_code(&mut tx, code, new.created_at).await? {
                    return refused(NotCreated::CodeUsedUp);
                }
                query("INSERT INTO registration_code_uses (account, code, used_at) VALUES ($1, $2, $3)")
                    .bind(new.id.0)
                    .bind(code.0)
                    .bind(new.created_at.0)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        let role = if is_first { InstanceRole::Operator } else { InstanceRole::Member };
        if is_first {
            query("UPDATE accounts SET operator = TRUE WHERE id = $1").bind(new.id.0).execute(&mut *tx).await?;
        }
        if let Some(identity) = &identity
            && !insert_identity(&mut tx, identity).await?
        {
            return refused(NotCreated::Taken);
        }
        if let Some(session) = &session {
            insert_session(&mut tx, session).await?;
        }
        insert_letter(&mut tx, letter).await?;
        let events = append(&mut tx, events).await?;
        tx.commit().await?;
        Ok(Committed { value: Ok(Account { role, ..new }), events })
    }

    async fn set_language(&self, user: UserId, language: Language, event: NewEvent) -> Result<Option<Committed<()>>> {
        let mut tx = self.pools.begin().await?;
        let changed = query("UPDATE accounts SET language = $2 WHERE id = $1")
            .bind(user.0)
            .bind(language.code())
            .execute(&mut *tx)
            .await?;
        if changed.rows_affected() == 0 {
            return Ok(None);
        }
        let events = append(&mut tx, vec![event]).await?;
        tx.commit().await?;
        Ok(Some(Committed { value: (), events }))
    }

    async fn start_session(
        &self,
        new: NewSession,
        password_hash: Option<&str>,
        event: NewEvent,
    ) -> Result<Option<Committed<()>>> {
        let mut tx = self.pools.begin().await?;
        // Locks the account's row, so that it can't be erased, nor get another password, under the new session.
        let account = query("UPDATE accounts SET id = id WHERE id = $1 AND password_hash = $2")
            .bind(new.account.0)
            .bind(password_hash.unwrap_or_default())
            .execute(&mut *tx)
            .await?;
        if account.rows_affected() == 0 {
            return Ok(None);
        }
        // Asked after the row is locked: who suspends locks it, too.
        let suspended: Option<i64> =
            query_scalar("SELECT account FROM suspensions WHERE account = $1 AND (until IS NULL OR until > $2)")
                .bind(new.account.0)
                .bind(new.at.0)
                .fetch_optional(&mut *tx)
                .await?;
        if suspended.is_some() {
            return Ok(None);
        }
        insert_session(&mut tx, &new).await?;
        let events = append(&mut tx, vec![event]).await?;
        tx.commit().await?;
        Ok(Some(Committed { value: (), events }))
    }

    async fn session(&self, id: SessionId) -> Result<Option<Session>> {
        let row: Option<SessionColumns> = query_as(
            "SELECT id, account, user_agent, place, current_hash, created_at, last_used_at, ended_at, proven_at
             FROM sessions WHERE id = $1",
        )
        .bind(id.0)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.map(session))
    }

    async fn sessions(&self, user: UserId) -> Result<Vec<Session>> {
        let rows: Vec<SessionColumns> = query_as(
            "SELECT id, account, user_agent, place, current_hash, created_at, last_used_at, ended_at, proven_at
             FROM sessions WHERE account = $1 ORDER BY id",
        )
        .bind(user.0)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(session).collect())
    }

    async fn prove_session(&self, id: SessionId, now: Timestamp) -> Result<()> {
        query("UPDATE sessions SET proven_at = $2 WHERE id = $1 AND ended_at IS NULL")
            .bind(id.0)
            .bind(now.0)
            .execute(&self.pools.write)
            .await?;
        Ok(())
    }

    async fn exchange(&self, exchange: Exchange<'_>, forget_before: Timestamp) -> Result<bool> {
        let mut tx = self.pools.begin().await?;
        let changed = query(
            "UPDATE sessions SET current_hash = $3, last_used_at = $4, place = COALESCE($5, place)
             WHERE id = $1 AND current_hash = $2 AND ended_at IS NULL",
        )
        .bind(exchange.session.0)
        .bind(exchange.from)
        .bind(exchange.to)
        .bind(exchange.now.0)
        .bind(exchange.place)
        .execute(&mut *tx)
        .await?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        query("DELETE FROM used_refresh_tokens WHERE session = $1 AND used_at < $2")
            .bind(exchange.session.0)
            .bind(forget_before.0)
            .execute(&mut *tx)
            .await?;
        query("INSERT INTO used_refresh_tokens (session, hash, used_at) VALUES ($1, $2, $3)")
            .bind(exchange.session.0)
            .bind(exchange.from)
            .bind(exchange.now.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn used_at(&self, id: SessionId, hash: &str) -> Result<Option<Timestamp>> {
        let used: Option<i64> =
            query_scalar("SELECT used_at FROM used_refresh_tokens WHERE session = $1 AND hash = $2")
                .bind(id.0)
                .bind(hash)
                .fetch_optional(&self.pools.read)
                .await?;
        Ok(used.map(Timestamp))
    }

    async fn end_session(&self, id: SessionId, now: Timestamp, event: NewEvent) -> Result<Committed<()>> {
        let mut tx = self.pools.begin().await?;
        let ended = query("UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
            .bind(id.0)
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
        let mut events = Vec::new();
        if ended.rows_affected() == 1 {
            query("DELETE FROM used_refresh_tokens WHERE session = $1").bind(id.0).execute(&mut *tx).await?;
            events = append(&mut tx, vec![event]).await?;
        }
        tx.commit().await?;
        Ok(Committed { value: (), events })
    }

    async fn ended_since(&self, since: Timestamp) -> Result<Vec<(SessionId, Timestamp)>> {
        let rows: Vec<(i64, i64)> = query_as("SELECT id, ended_at FROM sessions WHERE ended_at >= $1")
            .bind(since.0)
            .fetch_all(&self.pools.read)
            .await?;
        Ok(rows.into_iter().map(|(id, at)| (SessionId(id), Timestamp(at))).collect())
    }

    async fn secret(&self, name: &str, fresh: &str) -> Result<String> {
        let stored: Option<String> = query_scalar("SELECT value FROM secrets WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.pools.read)
            .await?;
        if let Some(stored) = stored {
            return Ok(stored);
        }
        let value = query_scalar(
            "INSERT INTO secrets (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING value",
        )
        .bind(name)
        .bind(fresh)
        .fetch_one(&self.pools.write)
        .await?;
        Ok(value)
    }

    async fn idle_sessions(&self, before: Timestamp, limit: i64) -> Result<Vec<(SessionId, UserId)>> {
        let rows: Vec<(i64, i64)> = query_as(
            "SELECT id, account FROM sessions WHERE ended_at IS NULL AND last_used_at < $1 ORDER BY id LIMIT $2",
        )
        .bind(before.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(|(id, account)| (SessionId(id), UserId(account))).collect())
    }

    async fn forget_sessions(&self, before: Timestamp) -> Result<()> {
        query("DELETE FROM sessions WHERE ended_at < $1").bind(before.0).execute(&self.pools.write).await?;
        Ok(())
    }

    async fn erase_account(&self, user: UserId) -> Result<u64> {
        let gone = query("DELETE FROM accounts WHERE id = $1").bind(user.0).execute(&self.pools.write).await?;
        Ok(gone.rows_affected())
    }

    async fn erase_sessions(&self, user: UserId) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        query("DELETE FROM used_refresh_tokens WHERE session IN (SELECT id FROM sessions WHERE account = $1)")
            .bind(user.0)
            .execute(&mut *tx)
            .await?;
        // The ids of ended sessions stay, with nothing of the person, so that tokens still out there are refused.
        let sessions =
            query("UPDATE sessions SET account = 0, user_agent = '', place = '', current_hash = '' WHERE account = $1")
                .bind(user.0)
                .execute(&mut *tx)
                .await?;
        tx.commit().await?;
        Ok(sessions.rows_affected())
    }

    async fn page(&self, after: UserId, limit: i64) -> Result<Vec<(UserId, Timestamp)>> {
        let rows: Vec<(i64, i64)> = query_as("SELECT id, created_at FROM accounts WHERE id > $1 ORDER BY id LIMIT $2")
            .bind(after.0)
            .bind(limit)
            .fetch_all(&self.pools.read)
            .await?;
        Ok(rows.into_iter().map(|(id, at)| (UserId(id), Timestamp(at))).collect())
    }
}
