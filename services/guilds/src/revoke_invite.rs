use crate::{Service, facts, rules, store::Refusal};
use kernel::{Caller, GuildId, Result, permissions::Permission};

/// Takes an invite back. Members can take back their own.
pub(crate) async fn revoke_invite(s: &Service, caller: Caller, guild: GuildId, code: &str) -> Result<()> {
    let facts = facts::in_guild(s, caller, guild, Permission::View).await?;
    let creator = (!facts.permissions().has(Permission::ManageInvites)).then_some(caller.user);
    if rules::is_code(code) && s.invites.revoke(guild, code, creator).await? {
        return Ok(());
    }
    Err(Refusal::InviteUnknown.into())
}
