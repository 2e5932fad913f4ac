use crate::Service;
use kernel::{Name, Result, UserId};
use people_contract::Profile;

/// Makes the profile where there is none. Idempotent; an existing name stays.
pub(crate) async fn ensure(s: &Service, user: UserId, display_name: &str) -> Result<Profile> {
    if let Some(profile) = s.store.find(user).await? {
        return Ok(profile);
    }
    let display_name = Name::parse("display_name", display_name)?.into_string();
    Ok(s.store.ensure(Profile { id: user, display_name, created_at: s.ground.now() }).await?)
}
