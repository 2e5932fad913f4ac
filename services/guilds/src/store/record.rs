// Shared by the files of SQL whose writes are noted.

/// Appends what is announced. What is noted for the guild's staff is kept in the audit log, and its event only says so.
async fn record(tx: &mut Tx<'_>, mut events: Vec<kernel::NewEvent>) -> Result<Vec<kernel::Event>, sqlx::Error> {
    for event in &mut events {
        if event.kind == crate::tell::ACT_NOTED {
            note(tx, event).await?;
        }
    }
    append(tx, events).await
}

async fn note(tx: &mut Tx<'_>, event: &mut kernel::NewEvent) -> Result<(), sqlx::Error> {
    let wrong = |error: serde_json::Error| sqlx::Error::Decode(Box::new(error));
    let entry: guilds_contract::AuditEntry = serde_json::from_str(event.data.get()).map_err(wrong)?;
    let person = match entry.subject {
        guilds_contract::Subject::User(user) => Some(user.0),
        _ => None,
    };
    query("INSERT INTO audit_log (id, guild, actor, person, act, entry) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(entry.id.0)
        .bind(entry.guild.0)
        .bind(entry.by.0)
        .bind(person)
        .bind(entry.act.name())
        .bind(event.data.get())
        .execute(&mut **tx)
        .await?;
    let noted = guilds_contract::ActNoted { guild: entry.guild, id: entry.id };
    event.data = serde_json::value::to_raw_value(&noted).map_err(wrong)?;
    Ok(())
}
