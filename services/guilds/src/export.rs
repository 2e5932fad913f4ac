use crate::{Service, read};
use contract::{Part, Record};
use guilds_contract::PlaceName;
use kernel::{ChannelId, Result, UserId};

const PART: usize = 500;
/// A cursor that begins so stands among the places, any other among the directs.
const PLACES: &str = "places.";

/// First what the person owns, is in and made; then the channels that the person sees, then the directs, part by part.
pub(crate) async fn export(s: &Service, user: UserId, after: Option<String>) -> Result<Part> {
    let Some(after) = after else {
        let mut records = Vec::new();
        for guild in s.guilds.owned(user).await? {
            records.push(Record::new("guild", &guild)?);
        }
        for member in s.guilds.memberships(user).await? {
            records.push(Record::new("member", &member)?);
        }
        for overwrite in s.overwrites.about(user).await? {
            records.push(Record::new("overwrite", &overwrite)?);
        }
        for invite in s.invites.made_by(user).await? {
            records.push(Record::new("invite", &invite)?);
        }
        return Ok(Part { records, next: Some(format!("{PLACES}0")), ..Part::default() });
    };
    match after.strip_prefix(PLACES) {
        Some(after) => places(s, user, channel(after)?).await,
        None => directs(s, user, channel(&after)?).await,
    }
}

fn channel(cursor: &str) -> Result<ChannelId> {
    cursor.parse().map(ChannelId).map_err(|_| read::bad_cursor())
}

/// What the channels are called in which the person may have spoken.
async fn places(s: &Service, user: UserId, after: ChannelId) -> Result<Part> {
    let mut channels: Vec<_> = s.channels.of(user, None).await?.into_iter().map(|(channel, _)| channel).collect();
    channels.sort_by_key(|channel| channel.id);
    channels.retain(|channel| channel.id > after);
    let more = channels.len() > PART;
    channels.truncate(PART);
    let guilds = s.guilds.of(user).await?;
    let mut records = Vec::with_capacity(channels.len());
    for channel in &channels {
        let Some(guild) = guilds.iter().find(|guild| Some(guild.id) == channel.guild) else { continue };
        let (guild_name, channel_name) = (guild.name.clone(), channel.name.clone());
        records
            .push(Record::new("place", &PlaceName { guild: guild.id, guild_name, channel: channel.id, channel_name })?);
    }
    let next = channels.last().filter(|_| more).map_or_else(|| "0".into(), |last| format!("{PLACES}{}", last.id));
    Ok(Part { records, next: Some(next), ..Part::default() })
}

async fn directs(s: &Service, user: UserId, after: ChannelId) -> Result<Part> {
    let directs = s.directs.of(user, after, PART as i64).await?;
    let full = directs.len() == PART;
    let next = directs.last().filter(|_| full).map(|direct| direct.id.to_string());
    let records = directs.iter().map(|direct| Record::new("channel", direct)).collect::<Result<_>>()?;
    Ok(Part { records, next, ..Part::default() })
}
