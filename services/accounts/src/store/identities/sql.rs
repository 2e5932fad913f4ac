// Identities on SQL, compiled once for each engine.

include!("sql/insert.rs");
include!("../letters/sql/insert.rs");
include!("../ways/sql.rs");

type IdentityColumns = (i64, i64, String, String, String, i64, i64);
type RequestColumns = (String, String, String, String, i64, i64, String, String, i64, Option<i64>);

fn identity((id, account, issuer, subject, email, linked_at, used_at): IdentityColumns) -> Identity {
    let (linked_at, used_at) = (Timestamp(linked_at), Timestamp(used_at));
    Identity { id: IdentityId(id), account: UserId(account), issuer, subject, email, linked_at, used_at }
}

/// None: made by a newer Guildhall.
fn request(columns: RequestColumns) -> Option<AuthRequest> {
    let (state_hash, browser_hash, provider, purpose, account, session, next, invite, expires_at, used_at) = columns;
    let purposes = [Purpose::SignIn, Purpose::Link, Purpose::Prove];
    Some(AuthRequest {
        state_hash,
        browser_hash,
        provider,
        purpose: purposes.into_iter().find(|known| known.name() == purpose)?,
        account: UserId(account),
        session: SessionId(session),
        next,
        invite,
        expires_at: Timestamp(expires_at),
        used_at: used_at.map(Timestamp),
    })
}

#[async_trait]
impl Store for SqlStore {
    async fn begin(&self, request: &AuthRequest) -> Result<()> {
        query(
            "INSERT INTO auth_requests
               (state_hash, browser_hash, provider, purpose, account, session, next, invite, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&request.state_hash)
        .bind(&request.browser_hash)
        .bind(&request.provider)
        .bind(request.purpose.name())
        .bind(request.account.0)
        .bind(request.session.0)
        .bind(&request.next)
        .bind(&request.invite)
        .bind(request.expires_at.0)
        .execute(&self.pools.write)
        .await?;
        Ok(())
    }

    async fn request(&self, state_hash: &str) -> Result<Option<AuthRequest>> {
        let row: Option<RequestColumns> = query_as(
            "SELECT state_hash, browser_hash, provider, purpose, account, session, next, invite, expires_at, used_at
             FROM auth_requests WHERE state_hash = $1",
        )
        .bind(state_hash)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.and_then(request))
    }

    async fn use_request(&self, state_hash: &str, now: Timestamp) -> Result<bool> {
        let used = query("UPDATE auth_requests SET used_at = $2 WHERE state_hash = $1 AND used_at IS NULL")
            .bind(state_hash)
            .bind(now.0)
            .execute(&self.pools.write)
            .await?;
        Ok(used.rows_affected() == 1)
    }

    async fn forget_requests(&self, before: Timestamp) -> Result<()> {
        query("DELETE FROM auth_requests WHERE expires_at < $1").bind(before.0).execute(&self.pools.write).await?;
        Ok(())
    }

    async fn find(&self, issuer: &str, subject: &str) -> Result<Option<Identity>> {
        let row: Option<IdentityColumns> = query_as(
            "SELECT id, account, issuer, subject, email, linked_at, used_at
             FROM identities WHERE issuer = $1 AND subject = $2",
        )
        .bind(issuer)
        .bind(subject)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.map(identity))
    }

    async fn of(&self, account: UserId) -> Result<Vec<Identity>> {
        let rows: Vec<IdentityColumns> = query_as(
            "SELECT id, account, issuer, subject, email, linked_at, used_at
             FROM identities WHERE account = $1 ORDER BY id",
        )
        .bind(account.0)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(identity).collect())
    }

    async fn link(&self, identity: &Identity, event: NewEvent, letter: &Letter) -> Result<Committed<Linked>> {
        let mut tx = self.pools.begin().await?;
        // Locks the account's row, so that it can't be erased under its new identity.
        let locked =
            query("UPDATE accounts SET id = id WHERE id = $1").bind(identity.account.0).execute(&mut *tx).await?;
        if locked.rows_affected() == 0 {
            return Ok(Committed { value: Linked::Gone, events: Vec::new() });
        }
        if !insert_identity(&mut tx, identity).await? {
            return Ok(Committed { value: Linked::Taken, events: Vec::new() });
        }
        insert_letter(&mut tx, letter).await?;
        let events = append(&mut tx, vec![event]).await?;
        tx.commit().await?;
        Ok(Committed { value: Linked::Done, events })
    }

    async fn unlink(
        &self,
        account: UserId,
        id: IdentityId,
        event: NewEvent,
        letter: &Letter,
    ) -> Result<Committed<Unlinked>> {
        let mut tx = self.pools.begin().await?;
        let before = ways_in(&mut tx, account).await?;
        let gone = query("DELETE FROM identities WHERE id = $1 AND account = $2")
            .bind(id.0)
            .bind(account.0)
            .execute(&mut *tx)
            .await?;
        if gone.rows_affected() == 0 {
            return Ok(Committed { value: Unlinked::Absent, events: Vec::new() });
        }
        if before <= 1 {
            return Ok(Committed { value: Unlinked::Last, events: Vec::new() });
        }
        insert_letter(&mut tx, letter).await?;
        let events = append(&mut tx, vec![event]).await?;
        tx.commit().await?;
        Ok(Committed { value: Unlinked::Done, events })
    }

    async fn used(&self, id: IdentityId, email: &str, now: Timestamp) -> Result<()> {
        query("UPDATE identities SET email = $2, used_at = $3 WHERE id = $1")
            .bind(id.0)
            .bind(email)
            .bind(now.0)
            .execute(&self.pools.write)
            .await?;
        Ok(())
    }

    async fn erase(&self, account: UserId) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        let identities = query("DELETE FROM identities WHERE account = $1").bind(account.0).execute(&mut *tx).await?;
        let requests = query("DELETE FROM auth_requests WHERE account = $1").bind(account.0).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(identities.rows_affected() + requests.rows_affected())
    }
}
