use crate::{Service, facts, rules::acts, store::roles::Deleted, tell::Pen};
use guilds_contract::{GuildAct, RoleDeleted, Subject};
use kernel::{Caller, GuildId, Result, RoleId, StreamName, permissions::Permission};

/// Deletes a role, and what channels say about it.
pub(crate) async fn delete_role(s: &Service, caller: Caller, guild: GuildId, role: RoleId) -> Result<()> {
    facts::in_guild(s, caller, guild, Permission::ManageRoles).await?;
    let mut pen = Pen::new(&s.ground, 3).await?;
    let tell = move |gone: &Deleted| {
        let deleted = RoleDeleted { guild, role };
        vec![
            pen.event(StreamName::guild(guild), "role_deleted", &deleted),
            pen.access_changed(guild, gone.holders.clone()),
            pen.noted(guild, caller.user, GuildAct::RoleDeleted, Subject::Role(role), acts::gone(&gone.role.name)),
        ]
    };
    s.ground.announce(s.roles.delete(caller.user, (guild, role), Box::new(tell)).await??);
    Ok(())
}
