use crate::{Service, facts, tell::Pen};
use kernel::{
    Caller, GuildId, Kind, Problem, Result, UserId,
    permissions::{Permission, Standing},
};

/// Leaves a guild. Its owner can't.
pub(crate) async fn leave(s: &Service, caller: Caller, guild: GuildId) -> Result<()> {
    let facts = facts::in_guild(s, caller, guild, Permission::View).await?;
    if facts.standing == Standing::Owner {
        return Err(Problem::new(
            Kind::Conflict,
            "owner_cannot_leave",
            "You own this guild: hand it over or delete it before you go.",
        ));
    }
    take_out(s, guild, caller.user).await
}

/// Takes a member out of a guild and off its private channels' lists.
pub(crate) async fn take_out(s: &Service, guild: GuildId, user: UserId) -> Result<()> {
    let events = Pen::new(&s.ground, 2).await?.left(guild, user);
    s.ground.announce(s.guilds.leave(guild, user, events).await??);
    Ok(())
}
