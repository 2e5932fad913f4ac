// Noting an act in the transaction of what was done; both stores do.

async fn insert_act(tx: &mut Tx<'_>, act: &NewAct) -> Result<(), sqlx::Error> {
    query(
        "INSERT INTO acts (id, at, kind, by_account, place, account, reason, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(act.id.0)
    .bind(act.at.0)
    .bind(act.kind.name())
    .bind(act.by.map_or(0, |user| user.0))
    .bind(&act.place)
    .bind(act.user.map_or(0, |user| user.0))
    .bind(&act.reason)
    .bind(serde_json::to_string(&act.detail).map_err(|e| sqlx::Error::Encode(e.into()))?)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
