use crate::{Service, delete_guild, leave, pass_on};
use contract::{OwnedGuilds, Receipt, Wishes};
use kernel::{Kind, Result, UserId};

/// Passes the person's guilds on or deletes them, takes the person out of all others and forgets their invites, and what they
/// were called and wrote as moderators. Directs stay
/// for the other person, and hold the id only.
pub(crate) async fn erase(s: &Service, user: UserId, wishes: Wishes) -> Result<Receipt> {
    let mut erased = 0;
    for guild in s.guilds.owned(user).await? {
        let has_an_owner = match wishes.guilds {
            OwnedGuilds::PassOn => pass_on::pass_on(s, guild.id, user).await?,
            OwnedGuilds::Delete => false,
        };
        if !has_an_owner {
            erased += counted(delete_guild::delete(s, guild.id).await)?;
        }
    }
    for member in s.guilds.memberships(user).await? {
        erased += counted(leave::take_out(s, member.guild, user).await)?;
    }
    erased += s.invites.erase(user).await?;
    erased += s.blocks.erase(user).await?;
    erased += s.moderation.erase(user).await?;
    erased += s.audit.erase(user).await?;
    erased += s.reports.erase(user).await?;
    Ok(Receipt { service: "guilds".into(), user, at: s.ground.now(), erased })
}

/// What is gone already needs no erasing.
fn counted(done: Result<()>) -> Result<u64> {
    match done {
        Err(problem) if problem.kind == Kind::NotFound => Ok(0),
        done => done.map(|()| 1),
    }
}
