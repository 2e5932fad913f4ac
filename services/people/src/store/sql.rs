// Profiles on SQL, compiled once for each engine.

macro_rules! profiles {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " id, handle, display_name, avatar, banner, accent_color, bio, pronouns, status_emoji, status_text,
             status_until, created_at ",
            $after
        )
    };
}

type Maybe = Option<String>;
type Columns = (i64, Maybe, String, Maybe, Maybe, Maybe, String, String, String, String, Option<i64>, i64);

fn profile(row: Columns) -> Profile {
    let (id, handle, display_name, avatar, banner, accent_color, bio, pronouns, emoji, text, until, created_at) = row;
    let image = |name: Option<String>| name.and_then(|name| name.parse().ok());
    let status = Status { emoji, text, expires_at: until.map(Timestamp) };
    Profile {
        id: UserId(id),
        // Of who came while an older program made profiles, too: given one at the next log-in.
        handle: handle.unwrap_or_default(),
        display_name,
        avatar: image(avatar),
        banner: image(banner),
        accent_color,
        bio,
        pronouns,
        status: Some(status).filter(|status| !(status.emoji.is_empty() && status.text.is_empty())),
        created_at: Timestamp(created_at),
    }
}

/// Lets a person have the handle, if it is free.
async fn claim(tx: &mut Tx<'_>, user: UserId, handle: &str) -> Result<bool, sqlx::Error> {
    let claimed = query("INSERT INTO handles (handle, owner) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(handle)
        .bind(user.0)
        .execute(&mut **tx)
        .await?;
    Ok(claimed.rows_affected() == 1)
}

/// Writes the handle that a person has into the profile.
async fn write_handle(tx: &mut Tx<'_>, user: UserId) -> Result<Columns, sqlx::Error> {
    query_as(profiles!(
        "UPDATE profiles SET handle = (SELECT handle FROM handles WHERE owner = $1 AND released_at IS NULL)
         WHERE id = $1 RETURNING",
        ""
    ))
    .bind(user.0)
    .fetch_one(&mut **tx)
    .await
}

/// The event's stream is locked already, so that what is read here stays true.
async fn rename(tx: &mut Tx<'_>, user: UserId, to: &Rename) -> Result<Result<(), Refusal>, sqlx::Error> {
    let row: Option<(Option<String>, Option<i64>, Option<i64>)> =
        query_as("SELECT handle, renamed_at, renamed_before FROM profiles WHERE id = $1")
            .bind(user.0)
            .fetch_optional(&mut **tx)
            .await?;
    let Some((handle, renamed_at, renamed_before)) = row else { return Ok(Err(Refusal::Gone)) };
    if handle.as_ref() == Some(&to.to) {
        return Ok(Ok(()));
    }
    if let Some(first) = renamed_before.filter(|first| *first > to.once_since.0) {
        return Ok(Err(Refusal::HandleChanged(Timestamp(first))));
    }
    query("UPDATE handles SET released_at = $2 WHERE owner = $1 AND released_at IS NULL")
        .bind(user.0)
        .bind(to.now.0)
        .execute(&mut **tx)
        .await?;
    let claimed = query(
        "INSERT INTO handles (handle, owner) VALUES ($1, $2)
         ON CONFLICT (handle) DO UPDATE SET owner = excluded.owner, released_at = NULL
         WHERE handles.owner = excluded.owner OR handles.released_at <= $3",
    )
    .bind(&to.to)
    .bind(user.0)
    .bind(to.theirs_since.0)
    .execute(&mut **tx)
    .await?;
    if claimed.rows_affected() == 0 {
        return Ok(Err(Refusal::HandleTaken));
    }
    query("UPDATE profiles SET handle = $2, renamed_at = $3, renamed_before = $4 WHERE id = $1")
        .bind(user.0)
        .bind(&to.to)
        .bind(to.now.0)
        .bind(renamed_at)
        .execute(&mut **tx)
        .await?;
    Ok(Ok(()))
}

#[async_trait]
impl Store for SqlStore {
    async fn find(&self, user: UserId) -> Result<Option<Profile>> {
        let row: Option<Columns> = query_as(profiles!("SELECT", "FROM profiles WHERE id = $1"))
            .bind(user.0)
            .fetch_optional(&self.pools.read)
            .await?;
        Ok(row.map(profile))
    }

    async fn by_handle(&self, handle: &str) -> Result<Option<Profile>> {
        let row: Option<Columns> = query_as(profiles!(
            "SELECT",
            "FROM profiles WHERE id = (SELECT owner FROM handles WHERE handle = $1 AND released_at IS NULL)"
        ))
        .bind(handle)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.map(profile))
    }

    async fn list(&self, users: &[UserId]) -> Result<Vec<Profile>> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = QueryBuilder::<Db>::new(profiles!("SELECT", "FROM profiles WHERE id IN ("));
        let mut ids = select.separated(", ");
        for user in users {
            ids.push_bind(user.0);
        }
        select.push(")");
        let rows: Vec<Columns> = select.build_query_as().fetch_all(&self.pools.read).await?;
        Ok(rows.into_iter().map(profile).collect())
    }

    async fn named(&self, part: &str, limit: i64) -> Result<Vec<UserId>> {
        let mut pattern = String::from("%");
        for c in part.to_lowercase().chars() {
            if matches!(c, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        pattern.push('%');
        let rows: Vec<i64> = query_scalar(
            "SELECT id FROM profiles WHERE LOWER(display_name) LIKE $1 ESCAPE '\\' OR handle LIKE $1 ESCAPE '\\'
             ORDER BY id DESC LIMIT $2",
        )
        .bind(pattern)
        .bind(limit)
        .fetch_all(&self.pools.read)
        .await?;
        Ok(rows.into_iter().map(UserId).collect())
    }

    async fn page(&self, after: UserId, limit: i64) -> Result<Vec<Profile>> {
        let rows: Vec<Columns> = query_as(profiles!("SELECT", "FROM profiles WHERE id > $1 ORDER BY id LIMIT $2"))
            .bind(after.0)
            .bind(limit)
            .fetch_all(&self.pools.read)
            .await?;
        Ok(rows.into_iter().map(profile).collect())
    }

    async fn ensure(&self, new: Profile, handles: &[String]) -> Result<Profile> {
        let mut tx = self.pools.begin().await?;
        let row: Columns = query_as(profiles!(
            "INSERT INTO profiles (id, display_name, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING",
            ""
        ))
        .bind(new.id.0)
        .bind(new.display_name)
        .bind(new.created_at.0)
        .fetch_one(&mut *tx)
        .await?;
        if row.1.is_some() {
            return Ok(profile(row));
        }
        for handle in handles {
            if claim(&mut tx, new.id, handle).await? {
                break;
            }
        }
        let row = write_handle(&mut tx, new.id).await?;
        tx.commit().await?;
        Ok(profile(row))
    }

    async fn edit(&self, user: UserId, change: Change, event: NewEvent) -> Result<Result<Committed<Profile>, Refusal>> {
        let mut tx = self.pools.begin().await?;
        let events = append(&mut tx, vec![event]).await?;
        if let Some(to) = &change.handle
            && let Err(refusal) = rename(&mut tx, user, to).await?
        {
            return Ok(Err(refusal));
        }
        let mut update = QueryBuilder::<Db>::new("UPDATE profiles SET id = ");
        update.push_bind(user.0);
        if let Some(name) = change.display_name {
            update.push(", display_name = ").push_bind(name);
        }
        if let Some(bio) = change.bio {
            update.push(", bio = ").push_bind(bio);
        }
        if let Some(pronouns) = change.pronouns {
            update.push(", pronouns = ").push_bind(pronouns);
        }
        if let Some(color) = change.accent_color {
            update.push(", accent_color = ").push_bind(color);
        }
        if let Some(status) = change.status {
            let Status { emoji, text, expires_at } = status.unwrap_or_default();
            update.push(", status_emoji = ").push_bind(emoji);
            update.push(", status_text = ").push_bind(text);
            update.push(", status_until = ").push_bind(expires_at.map(|at| at.0));
        }
        update.push(" WHERE id = ").push_bind(user.0).push(profiles!(" RETURNING", ""));
        let row: Option<Columns> = update.build_query_as().fetch_optional(&mut *tx).await?;
        let Some(row) = row else { return Ok(Err(Refusal::Gone)) };
        tx.commit().await?;
        Ok(Ok(Committed { value: profile(row), events }))
    }

    async fn show(
        &self,
        user: UserId,
        picture: Picture,
        name: Option<ImageName>,
        event: NewEvent,
    ) -> Result<Option<Committed<Shown>>> {
        let mut tx = self.pools.begin().await?;
        // Locks the stream: of two who show something, the second finds what the first showed.
        let events = append(&mut tx, vec![event]).await?;
        let before: Option<(Option<String>, Option<String>)> =
            query_as("SELECT avatar, banner FROM profiles WHERE id = $1").bind(user.0).fetch_optional(&mut *tx).await?;
        let Some((avatar, banner)) = before else { return Ok(None) };
        let (until_now, update) = match picture {
            Picture::Avatar => (avatar, profiles!("UPDATE profiles SET avatar = $2 WHERE id = $1 RETURNING", "")),
            Picture::Banner => (banner, profiles!("UPDATE profiles SET banner = $2 WHERE id = $1 RETURNING", "")),
        };
        let row: Columns =
            query_as(update).bind(user.0).bind(name.as_ref().map(ImageName::as_str)).fetch_one(&mut *tx).await?;
        tx.commit().await?;
        let shown = Shown { profile: profile(row), until_now: until_now.and_then(|name| name.parse().ok()) };
        Ok(Some(Committed { value: shown, events }))
    }

    async fn without_handle(&self, limit: i64) -> Result<Vec<(UserId, String)>> {
        let rows: Vec<(i64, String)> =
            query_as("SELECT id, display_name FROM profiles WHERE handle IS NULL ORDER BY id LIMIT $1")
                .bind(limit)
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().map(|(id, name)| (UserId(id), name)).collect())
    }

    async fn give_handles(&self, handles: &[(UserId, [String; 3])]) -> Result<()> {
        let mut tx = self.pools.begin().await?;
        let mut left: Vec<&(UserId, [String; 3])> = handles.iter().collect();
        for choice in 0..3 {
            if left.is_empty() {
                break;
            }
            let mut insert = QueryBuilder::<Db>::new("INSERT INTO handles (handle, owner) ");
            insert.push_values(&left, |mut row, (user, handles)| {
                row.push_bind(&handles[choice]).push_bind(user.0);
            });
            insert.push(" ON CONFLICT DO NOTHING RETURNING owner");
            let done: Vec<(i64,)> = insert.build_query_as().fetch_all(&mut *tx).await?;
            left.retain(|(user, _)| !done.contains(&(user.0,)));
        }
        let mut update = QueryBuilder::<Db>::new(
            "UPDATE profiles SET handle =
                 (SELECT h.handle FROM handles h WHERE h.owner = profiles.id AND h.released_at IS NULL)
             WHERE handle IS NULL AND id IN (",
        );
        let mut ids = update.separated(", ");
        for (user, _) in handles {
            ids.push_bind(user.0);
        }
        update.push(")");
        update.build().execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn handles(&self, user: UserId) -> Result<Vec<(String, Option<Timestamp>)>> {
        let rows: Vec<(String, Option<i64>)> =
            query_as("SELECT handle, released_at FROM handles WHERE owner = $1 ORDER BY handle")
                .bind(user.0)
                .fetch_all(&self.pools.read)
                .await?;
        Ok(rows.into_iter().map(|(handle, until)| (handle, until.map(Timestamp))).collect())
    }

    async fn erase(&self, user: UserId) -> Result<u64> {
        let mut tx = self.pools.begin().await?;
        let mut gone = 0;
        for delete in [
            "DELETE FROM profiles WHERE id = $1",
            "DELETE FROM handles WHERE owner = $1",
            "DELETE FROM settings WHERE person = $1",
        ] {
            gone += query(delete).bind(user.0).execute(&mut *tx).await?.rows_affected();
        }
        tx.commit().await?;
        Ok(gone)
    }
}
