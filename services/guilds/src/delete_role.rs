use crate::{Service, facts, tell::Pen};
use guilds_contract::RoleDeleted;
use kernel::{Caller, GuildId, Result, RoleId, StreamName, UserId, permissions::Permission};

/// Deletes a role, and what channels say about it.
pub(crate) async fn delete_role(s: &Service, caller: Caller, guild: GuildId, role: RoleId) -> Result<()> {
    facts::in_guild(s, caller, guild, Permission::ManageRoles).await?;
    let mut pen = Pen::new(&s.ground, 2).await?;
    let tell = move |holders: &Option<Vec<UserId>>| {
        let deleted = RoleDeleted { guild, role };
        vec![pen.event(StreamName::guild(guild), "role_deleted", &deleted), pen.access_changed(guild, holders.clone())]
    };
    s.ground.announce(s.roles.delete(caller.user, (guild, role), Box::new(tell)).await??);
    Ok(())
}
