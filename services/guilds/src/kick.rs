use crate::{Service, facts, rules::acts, tell::Pen};
use guilds_contract::{GuildAct, Subject};
use kernel::{Caller, GuildId, Result, UserId, permissions::Permission};

/// Takes a member out who may come back.
pub(crate) async fn kick(
    s: &Service,
    caller: Caller,
    guild: GuildId,
    user: UserId,
    reason: Option<String>,
) -> Result<()> {
    facts::in_guild(s, caller, guild, Permission::Kick).await?;
    let reason = acts::reason(reason)?;
    let mut pen = Pen::new(&s.ground, 3).await?;
    let mut events = pen.left(guild, user);
    events.push(pen.noted(guild, caller.user, GuildAct::MemberKicked, Subject::User(user), reason));
    s.ground.announce(s.moderation.kick(caller.user, (guild, user), events).await??);
    Ok(())
}
