use crate::{Service, read};
use guilds_contract::{Home, HomeGuild};
use kernel::{Caller, GuildId, Result};
use std::collections::HashMap;

/// All that a client starts from, in four queries whatever its size. `at` is read first, so that what changes
/// meanwhile is heard again.
pub(crate) async fn home(s: &Service, caller: Caller) -> Result<Home> {
    let at = s.guilds.heads(caller.user).await?;
    let guilds = s.guilds.of(caller.user).await?;
    let mut channels: HashMap<GuildId, Vec<_>> = HashMap::new();
    for channel in read::visible(s.channels.of(caller.user, None).await?) {
        if let Some(guild) = channel.guild {
            channels.entry(guild).or_default().push(channel);
        }
    }
    let with_channels = |guild: guilds_contract::Guild| {
        let channels = channels.remove(&guild.id).unwrap_or_default();
        HomeGuild { guild, channels }
    };
    let guilds = guilds.into_iter().map(with_channels).collect();
    Ok(Home { guilds, directs: read::directs(s, caller.user).await?, at })
}
