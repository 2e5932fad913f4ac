// Settings on SQL, compiled once for each engine.

type Maybe = Option<String>;
type Columns = (Maybe, Maybe, Option<bool>, Option<bool>, Maybe, Maybe, i64);

/// What isn't known any more is as usual.
fn settings(
    (theme, density, enter_sends, notification_sound, friend_requests_from, presence, version): Columns,
) -> Settings {
    let edit = SettingsEdit {
        theme: theme.and_then(|word| read(&word)),
        density: density.and_then(|word| read(&word)),
        enter_sends,
        notification_sound,
        friend_requests_from: friend_requests_from.and_then(|word| read(&word)),
        presence: presence.and_then(|word| read(&word)),
    };
    Settings { version, ..Settings::default().with(&edit) }
}

/// The word that the API has for a choice.
fn word(choice: impl serde::Serialize) -> Option<String> {
    serde_json::to_value(choice).ok()?.as_str().map(ToOwned::to_owned)
}

fn read<T: serde::de::DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(word.into()).ok()
}

#[async_trait]
impl Store for SqlStore {
    async fn of(&self, user: UserId) -> Result<Settings> {
        let row: Option<Columns> = query_as(
            "SELECT theme, density, enter_sends, notification_sound, friend_requests_from, presence, version
                 FROM settings WHERE person = $1",
        )
        .bind(user.0)
        .fetch_optional(&self.pools.read)
        .await?;
        Ok(row.map(settings).unwrap_or_default())
    }

    async fn edit(&self, user: UserId, edit: SettingsEdit, tell: Tell) -> Result<Option<Committed<Settings>>> {
        let mut tx = self.pools.begin().await?;
        let row: Option<Columns> = query_as(
            "INSERT INTO settings (person, theme, density, enter_sends, notification_sound, friend_requests_from, presence, version)
             SELECT id, $2, $3, $4, $5, $6, $7, 1 FROM profiles WHERE id = $1
             ON CONFLICT (person) DO UPDATE SET
                 theme = COALESCE(excluded.theme, settings.theme),
                 density = COALESCE(excluded.density, settings.density),
                 enter_sends = COALESCE(excluded.enter_sends, settings.enter_sends),
                 notification_sound = COALESCE(excluded.notification_sound, settings.notification_sound),
                 friend_requests_from = COALESCE(excluded.friend_requests_from, settings.friend_requests_from),
                 presence = COALESCE(excluded.presence, settings.presence),
                 version = settings.version + 1
             RETURNING theme, density, enter_sends, notification_sound, friend_requests_from, presence, version",
        )
        .bind(user.0)
        .bind(edit.theme.and_then(word))
        .bind(edit.density.and_then(word))
        .bind(edit.enter_sends)
        .bind(edit.notification_sound)
        .bind(edit.friend_requests_from.and_then(word))
        .bind(edit.presence.and_then(word))
        .fetch_optional(&mut *tx)
        .await?;
        let Some(changed) = row.map(settings) else { return Ok(None) };
        let events = append(&mut tx, vec![tell(changed.version)]).await?;
        tx.commit().await?;
        Ok(Some(Committed { value: changed, events }))
    }
}
