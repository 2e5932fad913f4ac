use crate::{Service, rules::ACQUAINTANCES_AT_ONCE};
use guilds_contract::Acquaintance;
use kernel::{Caller, Problem, Result, UserId};
use std::collections::BTreeMap;

/// Those of `users` who share a place with the caller.
pub(crate) async fn acquaintances(s: &Service, caller: Caller, users: Vec<UserId>) -> Result<Vec<Acquaintance>> {
    if users.len() > ACQUAINTANCES_AT_ONCE {
        return Err(Problem::field("users", "too_many_users", "Ask for 200 people at most at once."));
    }
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: BTreeMap<UserId, Acquaintance> = BTreeMap::new();
    for (user, guild) in s.guilds.fellows(caller.user, &users).await? {
        found.insert(user, Acquaintance { user, guild: Some(guild) });
    }
    // Who has blocked the caller isn't told apart from who isn't there.
    let blocking = s.blocks.blocking(caller.user, &users).await?;
    // What stays is said rather than what may end.
    let partners = s.directs.partners(caller.user, &users).await?;
    for user in partners.into_iter().chain(users.into_iter().filter(|user| *user == caller.user)) {
        found.insert(user, Acquaintance { user, guild: None });
    }
    found.retain(|user, _| !blocking.contains(user));
    Ok(found.into_values().collect())
}

pub(crate) async fn share_guild(s: &Service, one: UserId, other: UserId) -> Result<bool> {
    Ok(!s.guilds.fellows(one, &[other]).await?.is_empty())
}
