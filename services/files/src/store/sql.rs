// Pictures on SQL, compiled once for each engine.

type Columns = (String, i64, i64);

/// The place is in the name.
fn image((name, giver, put_at): Columns) -> Option<Image> {
    let name: ImageName = name.parse().ok()?;
    Some(Image { place: name.place(), name, giver: UserId(giver), put_at: Timestamp(put_at) })
}

#[async_trait]
impl Store for SqlStore {
    async fn insert(&self, new: Image) -> Result<()> {
        query("INSERT INTO images (name, place, owner, giver, put_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(new.name.as_str())
            .bind(new.place.kind())
            .bind(new.place.owner())
            .bind(new.giver.0)
            .bind(new.put_at.0)
            .execute(&self.pools.write)
            .await?;
        Ok(())
    }

    async fn at(&self, place: Place) -> Result<Vec<Image>> {
        let rows: Vec<Columns> =
            query_as("SELECT name, giver, put_at FROM images WHERE owner = $1 AND place = $2 ORDER BY name")
                .bind(place.owner())
                .bind(place.kind())
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().filter_map(image).collect())
    }

    async fn given_by(&self, user: UserId, after: &str, limit: i64) -> Result<Vec<Image>> {
        let rows: Vec<Columns> =
            query_as("SELECT name, giver, put_at FROM images WHERE giver = $1 AND name > $2 ORDER BY name LIMIT $3")
                .bind(user.0)
                .bind(after)
                .bind(limit)
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().filter_map(image).collect())
    }

    async fn page(&self, after: &str, limit: i64) -> Result<Vec<Image>> {
        let rows: Vec<Columns> =
            query_as("SELECT name, giver, put_at FROM images WHERE name > $1 ORDER BY name LIMIT $2")
                .bind(after)
                .bind(limit)
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().filter_map(image).collect())
    }

    async fn forget(&self, name: &ImageName) -> Result<()> {
        query("DELETE FROM images WHERE name = $1").bind(name.as_str()).execute(&self.pools.write).await?;
        Ok(())
    }

    async fn erase(&self, user: UserId) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        let own = query("DELETE FROM images WHERE owner = $1 AND place IN ('avatar', 'banner')")
            .bind(user.0)
            .execute(&mut *tx)
            .await?;
        let given = query("UPDATE images SET giver = 0 WHERE giver = $1").bind(user.0).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(own.rows_affected() + given.rows_affected())
    }
}
