use crate::{Service, facts, rules::acts, tell::Pen};
use guilds_contract::{Guild, GuildAct, GuildEdit, GuildEdited, Subject};
use kernel::{Caller, GuildId, Name, Problem, Result, StreamName, permissions::Permission};

/// Changes a guild.
pub(crate) async fn edit_guild(s: &Service, caller: Caller, guild: GuildId, edit: GuildEdit) -> Result<Guild> {
    facts::in_guild(s, caller, guild, Permission::ManageGuild).await?;
    let name = edit.name.map(|name| Name::parse("name", &name)).transpose()?.map(Name::into_string);
    let before = s.guilds.find(guild).await?.ok_or_else(|| Problem::not_found("guild"))?;
    let Some(name) = name.filter(|name| *name != before.name) else { return Ok(before) };
    let mut pen = Pen::new(&s.ground, 2).await?;
    let tell = move |renamed: &Guild| {
        let edited = GuildEdited { guild: renamed.clone() };
        let differences = acts::changed("name", Some(before.name), Some(renamed.name.clone()));
        let differences: Vec<_> = differences.into_iter().collect();
        vec![
            pen.event(StreamName::guild(guild), "guild_edited", &edited),
            pen.noted(guild, caller.user, GuildAct::GuildEdited, Subject::Guild(guild), differences),
        ]
    };
    Ok(s.ground.announce(s.guilds.rename(guild, name, Box::new(tell)).await??))
}
