use crate::{
    Service, facts, rules,
    store::Refusal,
    tell::{Detail, Pen},
};
use guilds_contract::{GuildAct, Subject};
use kernel::{Caller, GuildId, Result, permissions::Permission};

/// Takes an invite back. Members can take back their own.
pub(crate) async fn revoke_invite(s: &Service, caller: Caller, guild: GuildId, code: &str) -> Result<()> {
    let facts = facts::in_guild(s, caller, guild, Permission::View).await?;
    let creator = (!facts.permissions().has(Permission::ManageInvites)).then_some(caller.user);
    if !rules::is_code(code) {
        return Err(Refusal::InviteUnknown.into());
    }
    let mut pen = Pen::new(&s.ground, 1).await?;
    let events = vec![pen.noted(guild, caller.user, GuildAct::InviteRevoked, Subject::Guild(guild), Detail::default())];
    let was_there = s.ground.announce(s.invites.revoke(guild, code, creator, events).await?);
    if was_there { Ok(()) } else { Err(Refusal::InviteUnknown.into()) }
}
