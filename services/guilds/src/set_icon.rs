use crate::{
    Service, facts,
    tell::{Detail, Pen},
};
use files_contract::{Place, Upload};
use guilds_contract::{Guild, GuildAct, GuildEdited, Subject};
use kernel::{Caller, GuildId, Result, StreamName, permissions::Permission};

/// Shows another icon of a guild, or none. Files keeps it first, and forgets the one before when the new one is shown.
pub(crate) async fn set_icon(s: &Service, caller: Caller, guild: GuildId, upload: Option<Upload>) -> Result<Guild> {
    facts::in_guild(s, caller, guild, Permission::ManageGuild).await?;
    let place = Place::Icon(guild);
    let new = match upload {
        Some(upload) => Some(s.files.put_image(place, caller.user, upload).await?),
        None => None,
    };
    let mut pen = Pen::new(&s.ground, 2).await?;
    let tell = move |changed: &Guild| {
        let edited = GuildEdited { guild: changed.clone() };
        vec![
            pen.event(StreamName::guild(guild), "guild_edited", &edited),
            pen.noted(guild, caller.user, GuildAct::IconChanged, Subject::Guild(guild), Detail::default()),
        ]
    };
    let done = match s.guilds.show_icon(guild, new.clone(), Box::new(tell)).await? {
        Ok(done) => done,
        Err(refusal) => {
            s.files.settle_images(place, None, new).await?;
            return Err(refusal.into());
        }
    };
    let shown = s.ground.announce(done);
    if let Err(problem) = s.files.settle_images(place, new, shown.until_now).await {
        tracing::warn!(?problem, "an icon that was replaced goes with the next one");
    }
    Ok(shown.guild)
}
