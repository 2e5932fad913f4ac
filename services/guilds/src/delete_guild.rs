use crate::{
    Service, facts,
    store::{Refusal, guilds::Deleted},
    tell::Pen,
};
use files_contract::Place;
use guilds_contract::{GuildDeleted, Membership};
use kernel::{
    Caller, GuildId, Problem, Result, StreamName,
    permissions::{Permission, Standing},
};

/// How many more members than were counted may have come until the guild is locked.
const NEWCOMERS: usize = 64;
const ATTEMPTS: u32 = 5;

/// Deletes a guild with all that is in it. Only its owner may.
pub(crate) async fn delete_guild(s: &Service, caller: Caller, guild: GuildId) -> Result<()> {
    let facts = facts::in_guild(s, caller, guild, Permission::View).await?;
    if facts.standing != Standing::Owner {
        return Err(Problem::forbidden("missing_permission", "Only its owner can delete a guild."));
    }
    delete(s, guild).await
}

/// Deletes a guild and tells it to the guild, and to each member's own devices.
pub(crate) async fn delete(s: &Service, guild: GuildId) -> Result<()> {
    // First: afterwards nobody would know of it.
    s.files.clear_images(Place::Icon(guild)).await?;
    for _ in 0..ATTEMPTS {
        let found = s.guilds.find(guild).await?.ok_or_else(|| Problem::not_found("guild"))?;
        let most_members = usize::try_from(found.member_count).unwrap_or_default() + NEWCOMERS;
        let mut pen = Pen::new(&s.ground, 1 + most_members).await?;
        let at = s.ground.now();
        let tell = move |deleted: &Deleted| {
            let gone = GuildDeleted { guild, channels: deleted.channels.clone() };
            let mut events = vec![pen.event(StreamName::guild(guild), "guild_deleted", &gone)];
            events.extend(deleted.members.iter().map(|&user| {
                pen.event(StreamName::user("guilds", user), "guild_left", &Membership { guild, user, at })
            }));
            events
        };
        match s.guilds.delete(guild, most_members, Box::new(tell)).await? {
            Err(Refusal::Grown) => continue,
            done => {
                s.ground.announce(done?);
                return Ok(());
            }
        }
    }
    Err(Refusal::Grown.into())
}
