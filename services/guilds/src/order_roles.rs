use crate::{
    Service, facts, read,
    tell::{Detail, Pen},
};
use guilds_contract::{GuildAct, Role, RolesOrdered, Subject};
use kernel::{Caller, GuildId, Page, Result, RoleId, StreamName, permissions::Permission};

/// Puts the roles of a guild in another order, the highest first.
pub(crate) async fn order_roles(s: &Service, caller: Caller, guild: GuildId, order: Vec<RoleId>) -> Result<Page<Role>> {
    facts::in_guild(s, caller, guild, Permission::ManageRoles).await?;
    let mut pen = Pen::new(&s.ground, 2).await?;
    let tell = move |roles: &Vec<RoleId>| {
        let ordered = RolesOrdered { guild, roles: roles.clone() };
        vec![
            pen.event(StreamName::guild(guild), "roles_ordered", &ordered),
            pen.noted(guild, caller.user, GuildAct::RolesOrdered, Subject::Guild(guild), Detail::default()),
        ]
    };
    s.ground.announce(s.roles.order(caller.user, guild, order, Box::new(tell)).await??);
    read::roles(s, caller, guild).await
}
