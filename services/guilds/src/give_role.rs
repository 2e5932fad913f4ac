use crate::{
    Service, facts,
    store::Tell,
    tell::{Detail, Pen},
};
use guilds_contract::{GuildAct, MemberRolesChanged, Subject};
use kernel::{Caller, GuildId, Result, RoleId, StreamName, UserId, permissions::Permission};

/// Gives a member a role. Idempotent.
pub(crate) async fn give_role(s: &Service, caller: Caller, id: (GuildId, RoleId), user: UserId) -> Result<()> {
    let tell = handed(s, caller, id, user, GuildAct::RoleGiven).await?;
    s.ground.announce(s.roles.give(caller.user, id, user, tell).await??);
    Ok(())
}

/// Takes a role from a member. Idempotent.
pub(crate) async fn take_role(s: &Service, caller: Caller, id: (GuildId, RoleId), user: UserId) -> Result<()> {
    let tell = handed(s, caller, id, user, GuildAct::RoleTaken).await?;
    s.ground.announce(s.roles.take(caller.user, id, user, tell).await??);
    Ok(())
}

async fn handed(
    s: &Service,
    caller: Caller,
    (guild, role): (GuildId, RoleId),
    user: UserId,
    act: GuildAct,
) -> Result<Tell<Vec<RoleId>>> {
    facts::in_guild(s, caller, guild, Permission::ManageRoles).await?;
    let mut pen = Pen::new(&s.ground, 3).await?;
    Ok(Box::new(move |roles: &Vec<RoleId>| {
        let changed = MemberRolesChanged { guild, user, roles: roles.clone() };
        vec![
            pen.event(StreamName::guild(guild), "member_roles_changed", &changed),
            pen.access_changed(guild, Some(vec![user])),
            pen.noted(guild, caller.user, act, Subject::User(user), Detail { role: Some(role), ..Detail::default() }),
        ]
    }))
}
