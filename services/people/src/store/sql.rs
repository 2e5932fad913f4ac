// Profiles on SQL, compiled once for each engine.

type Columns = (i64, String, i64);

fn profile((id, display_name, created_at): Columns) -> Profile {
    Profile { id: UserId(id), display_name, created_at: Timestamp(created_at) }
}

#[async_trait]
impl Store for SqlStore {
    async fn find(&self, user: UserId) -> Result<Option<Profile>> {
        let row: Option<Columns> = query_as("SELECT id, display_name, created_at FROM profiles WHERE id = $1")
            .bind(user.0)
            .fetch_optional(&self.pools.read)
            .await?;
        Ok(row.map(profile))
    }

    async fn list(&self, users: &[UserId]) -> Result<Vec<Profile>> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = QueryBuilder::<Db>::new("SELECT id, display_name, created_at FROM profiles WHERE id IN (");
        let mut ids = select.separated(", ");
        for user in users {
            ids.push_bind(user.0);
        }
        select.push(")");
        let rows: Vec<Columns> = select.build_query_as().fetch_all(&self.pools.read).await?;
        Ok(rows.into_iter().map(profile).collect())
    }

    async fn page(&self, after: UserId, limit: i64) -> Result<Vec<Profile>> {
        let rows: Vec<Columns> =
            query_as("SELECT id, display_name, created_at FROM profiles WHERE id > $1 ORDER BY id LIMIT $2")
                .bind(after.0)
                .bind(limit)
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().map(profile).collect())
    }

    async fn ensure(&self, new: Profile) -> Result<Profile> {
        let row: Columns = query_as(
            "INSERT INTO profiles (id, display_name, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET id = excluded.id
             RETURNING id, display_name, created_at",
        )
        .bind(new.id.0)
        .bind(new.display_name)
        .bind(new.created_at.0)
        .fetch_one(&self.pools.write)
        .await?;
        Ok(profile(row))
    }

    async fn edit(&self, new: Profile, event: NewEvent) -> Result<Committed<Profile>> {
        let mut tx = self.pools.begin().await?;
        query("UPDATE profiles SET display_name = $2 WHERE id = $1")
            .bind(new.id.0)
            .bind(&new.display_name)
            .execute(&mut *tx)
            .await?;
        let events = append(&mut tx, vec![event]).await?;
        tx.commit().await?;
        Ok(Committed { value: new, events })
    }

    async fn erase(&self, user: UserId) -> Result<u64> {
        let gone = query("DELETE FROM profiles WHERE id = $1").bind(user.0).execute(&self.pools.write).await?;
        Ok(gone.rows_affected())
    }
}
