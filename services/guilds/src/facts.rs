use crate::Service;
use gate::policy;
use guilds_contract::Facts;
use kernel::{Caller, ChannelId, GuildId, Result, UserId, permissions::Permission};

pub(crate) async fn of_guild(s: &Service, guild: GuildId, user: UserId) -> Result<Option<Facts>> {
    Ok(s.guilds.facts(guild, user).await?.map(|facts| facts.at(s.ground.now())))
}

/// Of a guild's channel or of a direct.
pub(crate) async fn of_channel(s: &Service, channel: ChannelId, user: UserId) -> Result<Option<Facts>> {
    match s.channels.facts(channel, user).await? {
        Some(facts) => Ok(Some(facts.at(s.ground.now()))),
        None => Ok(s.directs.facts(channel, user).await?),
    }
}

/// The caller's facts in a guild, fresh, when they give `permission`.
pub(crate) async fn in_guild(s: &Service, caller: Caller, guild: GuildId, permission: Permission) -> Result<Facts> {
    policy::require(of_guild(s, guild, caller.user).await?, permission, "guild")
}

/// The caller's facts in a channel, fresh, when they give `permission`.
pub(crate) async fn in_channel(
    s: &Service,
    caller: Caller,
    channel: ChannelId,
    permission: Permission,
) -> Result<Facts> {
    policy::require(of_channel(s, channel, caller.user).await?, permission, "channel")
}

/// The guild of a channel that the caller may manage. A direct has none, and nobody manages it.
pub(crate) async fn managed_guild(s: &Service, caller: Caller, channel: ChannelId) -> Result<GuildId> {
    let facts = in_channel(s, caller, channel, Permission::ManageChannels).await?;
    facts.guild.ok_or_else(|| kernel::Problem::not_found("channel"))
}
