use crate::{Service, read, rules};
use guilds_contract::{Guild, Home, HomeGuild, Role};
use kernel::{
    Caller, Result, RoleId,
    permissions::{Grants, Permission, Permissions, Place, permissions},
};
use std::collections::BTreeMap;

/// All that a client starts from, in seven queries whatever its size. `at` is read first, so that what changes
/// meanwhile is heard again.
pub(crate) async fn home(s: &Service, caller: Caller) -> Result<Home> {
    let at = s.guilds.heads(caller.user).await?;
    let guilds = s.guilds.of(caller.user).await?;
    let seen = s.channels.of(caller.user, None).await?;
    let at = read::within_sight(at, &seen);
    let roles = s.roles.of(caller.user).await?;
    let held = s.roles.held(caller.user, None).await?;
    let memberships = s.guilds.memberships(caller.user).await?;
    let mut whole = Vec::with_capacity(guilds.len());
    for guild in guilds {
        let my_roles: Vec<RoleId> = held.iter().filter(|(of, _)| *of == guild.id).map(|(_, role)| *role).collect();
        let roles: Vec<Role> = roles.iter().filter(|role| role.guild == guild.id).cloned().collect();
        let permissions = permissions_of(caller, &guild, &roles, &my_roles);
        let (mut channels, mut in_channels) = (Vec::new(), BTreeMap::new());
        for (channel, facts) in seen.iter().filter(|(channel, _)| channel.guild == Some(guild.id)) {
            let here = facts.granted();
            if here.has(Permission::View) {
                channels.push(channel.clone());
                if here != permissions {
                    in_channels.insert(channel.id, here);
                }
            }
        }
        let timed_out_until =
            memberships.iter().find(|mine| mine.guild == guild.id).and_then(|mine| mine.timed_out_until);
        whole.push(HomeGuild { guild, channels, roles, my_roles, permissions, in_channels, timed_out_until });
    }
    Ok(Home { guilds: whole, directs: read::directs(s, caller.user).await?, at })
}

fn permissions_of(caller: Caller, guild: &Guild, roles: &[Role], mine: &[RoleId]) -> Permissions {
    let counts = |role: &&Role| role.id.0 == guild.id.0 || mine.contains(&role.id);
    let base = roles.iter().filter(counts).fold(Permissions::NONE, |sum, role| sum.and(role.permissions));
    let standing = rules::standing(caller.user, guild.owner, true);
    permissions(standing, Place::Guild, &Grants { base, ..Grants::default() })
}
