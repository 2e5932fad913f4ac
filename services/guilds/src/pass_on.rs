use crate::{Service, tell::Pen};
use guilds_contract::{Guild, GuildEdited};
use kernel::{GuildId, Result, StreamName, UserId};

/// Gives a guild of `owner` to whoever has been its member for longest. Answers whether it is somebody else's now: one
/// without other members isn't, and stays as it is.
pub(crate) async fn pass_on(s: &Service, guild: GuildId, owner: UserId) -> Result<bool> {
    let mut pen = Pen::new(&s.ground, 2).await?;
    let tell = move |passed: &Guild| {
        let edited = GuildEdited { guild: passed.clone() };
        vec![
            pen.event(StreamName::guild(guild), "guild_edited", &edited),
            pen.access_changed(guild, Some(vec![owner, passed.owner])),
        ]
    };
    let passed = s.ground.announce(s.guilds.pass_on(guild, owner, Box::new(tell)).await?);
    Ok(passed.is_some_and(|passed| passed.owner != owner))
}
