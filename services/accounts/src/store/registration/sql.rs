// Who may register on SQL, compiled once for each engine.

include!("sql/use.rs");
include!("../operating/sql/note.rs");

type Columns = (i64, String, String, i64, i64, Option<i64>, Option<i64>, Option<i64>, i64);

const SELECT: &str =
    "SELECT id, code, note, made_by, created_at, expires_at, revoked_at, max_uses, uses FROM registration_codes";

fn code(columns: Columns) -> Code {
    let (id, code, note, made_by, created_at, expires_at, revoked_at, max_uses, uses) = columns;
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Code {
        id: RegistrationCodeId(id),
        code,
        note,
        made_by: Some(UserId(made_by)).filter(|user| user.0 != 0),
        created_at: Timestamp(created_at),
        expires_at: expires_at.map(Timestamp),
        revoked_at: revoked_at.map(Timestamp),
        max_uses: max_uses.map(count),
        uses: count(uses),
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn rules(&self) -> Result<Option<(RegistrationRules, Timestamp)>> {
        let row: Option<(String, i64)> = query_as("SELECT rules, changed_at FROM registration_rules WHERE seat = 1")
            .fetch_optional(&self.pools.read)
            .await?;
        let read = |(rules, at): (String, i64)| serde_json::from_str(&rules).map(|rules| (rules, Timestamp(at)));
        Ok(row.map(read).transpose().map_err(|e| sqlx::Error::Decode(e.into()))?)
    }

    async fn set_rules(&self, rules: Option<&RegistrationRules>, act: &NewAct) -> Result<()> {
        let mut tx = self.pools.begin().await?;
        match rules {
            None => {
                query("DELETE FROM registration_rules WHERE seat = 1").execute(&mut *tx).await?;
            }
            Some(rules) => {
                query(
                    "INSERT INTO registration_rules (seat, rules, changed_at) VALUES (1, $1, $2)
                     ON CONFLICT (seat) DO UPDATE SET rules = excluded.rules, changed_at = excluded.changed_at",
                )
                .bind(serde_json::to_string(rules).map_err(|e| sqlx::Error::Encode(e.into()))?)
                .bind(act.at.0)
                .execute(&mut *tx)
                .await?;
            }
        }
        insert_act(&mut tx, act).await?;
        Ok(tx.commit().await?)
    }

    async fn add_code(&self, new: &Code, act: &NewAct) -> Result<()> {
        let mut tx = self.pools.begin().await?;
        query(
            "INSERT INTO registration_codes (id, code, note, made_by, created_at, expires_at, max_uses, uses)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
        )
        .bind(new.id.0)
        .bind(&new.code)
        .bind(&new.note)
        .bind(new.made_by.map_or(0, |user| user.0))
        .bind(new.created_at.0)
        .bind(new.expires_at.map(|at| at.0))
        .bind(new.max_uses.map(i64::from))
        .execute(&mut *tx)
        .await?;
        insert_act(&mut tx, act).await?;
        Ok(tx.commit().await?)
    }

    async fn by_code(&self, given: &str) -> Result<Option<Code>> {
        let row: Option<Columns> = query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE code = $1")))
            .bind(given)
            .fetch_optional(&self.pools.read)
            .await?;
        Ok(row.map(code))
    }

    async fn codes(&self, before: Option<RegistrationCodeId>, limit: i64) -> Result<Vec<Code>> {
        let rows: Vec<Columns> =
            query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE id < $1 ORDER BY id DESC LIMIT $2")))
                .bind(before.map_or(i64::MAX, |id| id.0))
                .bind(limit)
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().map(code).collect())
    }

    async fn uses(&self, id: RegistrationCodeId, limit: i64) -> Result<Vec<RegistrationCodeUse>> {
        let rows: Vec<(i64, i64)> = query_as(
            "SELECT account, used_at FROM registration_code_uses WHERE code = $1 ORDER BY account DESC LIMIT $2",
        )
        .bind(id.0)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(|(user, at)| RegistrationCodeUse { user: UserId(user), at: Timestamp(at) }).collect())
    }

    async fn used_by(&self, user: UserId) -> Result<Option<(RegistrationCodeId, Timestamp)>> {
        let row: Option<(i64, i64)> = query_as("SELECT code, used_at FROM registration_code_uses WHERE account = $1")
            .bind(user.0)
            .fetch_optional(&self.pools.read)
            .await?;
        Ok(row.map(|(code, at)| (RegistrationCodeId(code), Timestamp(at))))
    }

    async fn revoke(&self, id: RegistrationCodeId, act: &NewAct) -> Result<bool> {
        let mut tx = self.pools.begin().await?;
        let revoked = query("UPDATE registration_codes SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
            .bind(id.0)
            .bind(act.at.0)
            .execute(&mut *tx)
            .await?;
        if revoked.rows_affected() == 0 {
            let known: Option<i64> = query_scalar("SELECT id FROM registration_codes WHERE id = $1")
                .bind(id.0)
                .fetch_optional(&mut *tx)
                .await?;
            return Ok(known.is_some());
        }
        insert_act(&mut tx, act).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn spend(&self, id: RegistrationCodeId, now: Timestamp) -> Result<bool> {
        let mut tx = self.pools.begin().await?;
        let spent = use_code(&mut tx, id, now).await?;
        tx.commit().await?;
        Ok(spent)
    }

    async fn made_by(&self, user: UserId) -> Result<Vec<Code>> {
        let rows: Vec<Columns> = query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE made_by = $1 ORDER BY id")))
            .bind(user.0)
            .fetch_all(&self.pools.read)
            .await?;
        Ok(rows.into_iter().map(code).collect())
    }

    async fn erase(&self, user: UserId) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        let used =
            query("DELETE FROM registration_code_uses WHERE account = $1").bind(user.0).execute(&mut *tx).await?;
        // What the person made goes on working for whom it was given to.
        let made = query("UPDATE registration_codes SET made_by = 0, note = '' WHERE made_by = $1")
            .bind(user.0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(used.rows_affected() + made.rows_affected())
    }
}
