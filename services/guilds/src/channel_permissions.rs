use crate::{Service, facts, store::Refusal};
use guilds_contract::{ChannelPermissions, Facts, Target};
use kernel::{
    Caller, ChannelId, GuildId, Problem, Result, RoleId,
    permissions::{Grants, Permission, Shift, Standing},
};

/// What somebody may do in a channel: the caller, or, for who manages roles there, a member or whoever has a role.
pub(crate) async fn channel_permissions(
    s: &Service,
    caller: Caller,
    channel: ChannelId,
    target: Option<Target>,
) -> Result<ChannelPermissions> {
    let needed = if target.is_some() { Permission::ManageRoles } else { Permission::View };
    let mine = facts::in_channel(s, caller, channel, needed).await?;
    let seen = match (target, mine.guild) {
        (None, _) => mine,
        (Some(_), None) => return Err(Problem::not_found("channel")),
        (Some(Target::User(user)), _) => facts::of_channel(s, channel, user)
            .await?
            .filter(|facts| facts.standing != Standing::Outsider)
            .ok_or(Refusal::MemberGone)?,
        (Some(Target::Role(role)), Some(guild)) => as_role(s, mine, guild, channel, role).await?,
    };
    Ok(ChannelPermissions { permissions: seen.permissions() })
}

/// How a member stands who has this role and no other.
async fn as_role(s: &Service, mine: Facts, guild: GuildId, channel: ChannelId, role: RoleId) -> Result<Facts> {
    let roles = s.roles.list(guild).await?;
    let set = |id: i64| roles.iter().find(|role| role.id.0 == id).map(|role| role.permissions);
    let base = set(role.0).ok_or(Refusal::RoleGone)?.and(set(guild.0).unwrap_or_default());
    let overwrites = s.overwrites.list(channel).await?;
    let word = |id: RoleId| {
        let found = overwrites.iter().find(|overwrite| overwrite.target == Target::Role(id));
        found.map(|found| Shift { allow: found.allow, deny: found.deny }).unwrap_or_default()
    };
    let of_role = if role.0 == guild.0 { Shift::default() } else { word(role) };
    let grants = Grants { base, everyone: word(RoleId(guild.0)), roles: of_role, person: Shift::default() };
    Ok(Facts { standing: Standing::Member, grants, ..mine })
}
