use crate::{Service, facts, rules::roles::Rewrite, set_overwrite, store::Refusal};
use guilds_contract::Target;
use kernel::{Caller, ChannelId, Problem, Result, UserId};

/// Lets a member see a channel. Idempotent.
pub(crate) async fn allow(s: &Service, caller: Caller, channel: ChannelId, user: UserId) -> Result<()> {
    let guild = facts::managed_guild(s, caller, channel).await?;
    let done = set_overwrite::rewrite(s, caller, (guild, channel), Target::User(user), Rewrite::Show).await?;
    // Here the caller named one person, not a list.
    done.map(|_| ()).map_err(|refusal| match refusal {
        Refusal::NotMembers => Problem { field: Some("user".into()), ..Problem::from(refusal) },
        other => other.into(),
    })
}

/// Lets a member see a private channel no longer. Idempotent.
pub(crate) async fn disallow(s: &Service, caller: Caller, channel: ChannelId, user: UserId) -> Result<()> {
    let guild = facts::managed_guild(s, caller, channel).await?;
    match set_overwrite::rewrite(s, caller, (guild, channel), Target::User(user), Rewrite::Hide).await? {
        // Who isn't a member doesn't see it.
        Ok(_) | Err(Refusal::NotMembers) => Ok(()),
        Err(refusal) => Err(refusal.into()),
    }
}
