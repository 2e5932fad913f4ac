use crate::Service;
use kernel::{Caller, Name, Problem, Result, StreamName};
use people_contract::{Profile, ProfileEdit, ProfileEdited};

/// Changes the caller's own profile.
pub(crate) async fn edit(s: &Service, caller: Caller, edit: ProfileEdit) -> Result<Profile> {
    let profile = s.store.find(caller.user).await?.ok_or_else(|| Problem::not_found("user"))?;
    let Some(name) = edit.display_name else { return Ok(profile) };
    let profile = Profile { display_name: Name::parse("display_name", &name)?.into_string(), ..profile };
    let edited = ProfileEdited { user: caller.user };
    let event = s.ground.event(StreamName::user("people", caller.user), "profile_edited", &edited).await?;
    Ok(s.ground.announce(s.store.edit(profile, event).await?))
}
