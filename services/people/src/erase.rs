use crate::Service;
use contract::Receipt;
use kernel::{Result, UserId};

/// Erases the profile, all handles and the settings; files erases the pictures. The stream's events hold ids only, so they may stay.
pub(crate) async fn erase(s: &Service, user: UserId) -> Result<Receipt> {
    let erased = s.store.erase(user).await?;
    Ok(Receipt { service: "people".into(), user, at: s.ground.now(), erased })
}
