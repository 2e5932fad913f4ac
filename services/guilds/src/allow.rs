use crate::{Service, facts, store::Refusal, tell::Pen};
use kernel::{Caller, ChannelId, Problem, Result, UserId};

/// Puts a member on a channel's list. Idempotent.
pub(crate) async fn allow(s: &Service, caller: Caller, channel: ChannelId, user: UserId) -> Result<()> {
    let guild = facts::managed_guild(s, caller, channel).await?;
    let event = Pen::new(&s.ground, 1).await?.access_changed(guild, Some(vec![user]));
    let done = s.channels.allow(guild, channel, user, vec![event]).await?;
    // Here the caller named one person, not a list.
    let done = done.map_err(|refusal| match refusal {
        Refusal::NotMembers | Refusal::TooManyAllowed => {
            Problem { field: Some("user".into()), ..Problem::from(refusal) }
        }
        other => other.into(),
    })?;
    s.ground.announce(done);
    Ok(())
}

/// Takes a member off a channel's list. Idempotent.
pub(crate) async fn disallow(s: &Service, caller: Caller, channel: ChannelId, user: UserId) -> Result<()> {
    let guild = facts::managed_guild(s, caller, channel).await?;
    let event = Pen::new(&s.ground, 1).await?.access_changed(guild, Some(vec![user]));
    s.ground.announce(s.channels.disallow(guild, channel, user, vec![event]).await??);
    Ok(())
}
