use crate::{
    Service, facts,
    rules::{acts, roles},
    tell::Pen,
};
use guilds_contract::{GuildAct, Role, RoleChanged, RoleDraft, Subject};
use kernel::{
    Caller, GuildId, Result, RoleId, StreamName,
    permissions::{Permission, Permissions},
};

/// Makes a role below all others, which nobody has yet.
pub(crate) async fn create_role(s: &Service, caller: Caller, guild: GuildId, draft: RoleDraft) -> Result<Role> {
    facts::in_guild(s, caller, guild, Permission::ManageRoles).await?;
    let change = roles::draft(draft)?;
    let id = RoleId(s.ground.mint.id().await?);
    let (name, permissions) = (String::new(), Permissions::NONE);
    let role = change.apply(&Role { id, guild, name, color: None, hoisted: false, permissions, position: 1 });
    let mut pen = Pen::new(&s.ground, 2).await?;
    let tell = move |made: &Role| {
        let created = RoleChanged { role: made.clone() };
        let subject = Subject::Role(made.id);
        vec![
            pen.event(StreamName::guild(guild), "role_created", &created),
            pen.noted(guild, caller.user, GuildAct::RoleCreated, subject, acts::made(&made.name)),
        ]
    };
    Ok(s.ground.announce(s.roles.create(caller.user, role, s.config.roles_per_guild, Box::new(tell)).await??))
}
