use crate::{Service, rules};
use kernel::{Name, Result, UserId};
use people_contract::Profile;

/// How many get their handle in one transaction.
const TOGETHER: i64 = 250;

/// Makes the profile where there is none. Idempotent; an existing name stays.
pub(crate) async fn ensure(s: &Service, user: UserId, display_name: &str) -> Result<Profile> {
    if let Some(profile) = s.store.find(user).await?.filter(|profile| !profile.handle.is_empty()) {
        return Ok(rules::current(profile, s.ground.now()));
    }
    let display_name = Name::parse("display_name", display_name)?.into_string();
    let handles = rules::candidates(&display_name, user);
    let new = Profile {
        id: user,
        handle: String::new(),
        display_name,
        avatar: None,
        banner: None,
        accent_color: None,
        bio: String::new(),
        pronouns: String::new(),
        status: None,
        created_at: s.ground.now(),
    };
    Ok(rules::current(s.store.ensure(new, &handles).await?, s.ground.now()))
}

/// Gives handles to those who came before there were any.
pub(crate) async fn give_handles(s: &Service) -> Result<()> {
    let mut given = 0;
    loop {
        let without = s.store.without_handle(TOGETHER).await?;
        if without.is_empty() {
            break;
        }
        let wanted: Vec<_> = without.iter().map(|(user, name)| (*user, rules::candidates(name, *user))).collect();
        s.store.give_handles(&wanted).await?;
        given += without.len();
    }
    if given > 0 {
        tracing::info!(given, "people of before got their handles");
    }
    Ok(())
}
