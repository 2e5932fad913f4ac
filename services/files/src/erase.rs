use crate::Service;
use contract::Receipt;
use files_contract::Place;
use kernel::{Result, UserId};
use ports::Prefix;

/// Erases a person's pictures. The icons that the person gave to guilds are the guilds', like their names, and stay without
/// whom they are from.
pub(crate) async fn erase(s: &Service, user: UserId) -> Result<Receipt> {
    let files = s.blobs.delete_prefix(&Prefix::new(Place::Avatar(user).folder())?).await?;
    let rows = s.store.erase(user).await?;
    Ok(Receipt { service: "files".into(), user, at: s.ground.now(), erased: rows.max(files) })
}
