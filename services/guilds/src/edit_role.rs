use crate::{
    Service, facts,
    rules::{acts, roles::RoleChange},
    store::roles::Edited,
    tell::Pen,
};
use guilds_contract::{GuildAct, Role, RoleChanged, RoleEdit, Subject};
use kernel::{Caller, GuildId, Result, RoleId, StreamName, permissions::Permission};

/// Changes a role. When its permissions change, those who have it fetch anew what they may do.
pub(crate) async fn edit_role(
    s: &Service,
    caller: Caller,
    guild: GuildId,
    role: RoleId,
    edit: RoleEdit,
) -> Result<Role> {
    facts::in_guild(s, caller, guild, Permission::ManageRoles).await?;
    let change = RoleChange::parse(edit)?;
    let mut pen = Pen::new(&s.ground, 3).await?;
    let tell = move |edited: &Edited| {
        let changed = RoleChanged { role: edited.after.clone() };
        let mut events = vec![pen.event(StreamName::guild(guild), "role_edited", &changed)];
        if edited.before.permissions != edited.after.permissions {
            events.push(pen.access_changed(guild, edited.holders.clone()));
        }
        let differences = acts::of_roles(&edited.before, &edited.after);
        events.push(pen.noted(guild, caller.user, GuildAct::RoleEdited, Subject::Role(role), differences));
        events
    };
    Ok(s.ground.announce(s.roles.edit(caller.user, (guild, role), change, Box::new(tell)).await??))
}
