use crate::{Service, read};
use contract::{Part, Record};
use guilds_contract::PlaceName;
use kernel::{ActId, ChannelId, GuildId, Result, Timestamp, UserId};

const PART: usize = 500;
/// A cursor that begins so stands among the places; a bare one among the directs.
const PLACES: &str = "places.";
/// One that begins so stands among what the person did as a moderator.
const ACTS: &str = "acts.";

/// First what the person owns, is in and made, and their bans; then what they did in guilds, the channels that they see and the
/// directs, part by part.
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
        for report in s.reports.by(user).await? {
            records.push(Record::new("report", &report)?);
        }
        for ban in s.moderation.bans_about(user).await? {
            // Who banned the person isn't theirs to take along.
            let (guild, reason, at) = (ban.guild, ban.reason.clone(), ban.at);
            records.push(if ban.by == user {
                Record::new("ban", &ban)?
            } else {
                Record::new("banned", &Banned { guild, reason, at })?
            });
        }
        return Ok(Part { records, next: Some(format!("{ACTS}0")), ..Part::default() });
    };
    if let Some(after) = after.strip_prefix(ACTS) {
        return acts(s, user, after.parse().map(ActId).map_err(|_| read::bad_cursor())?).await;
    }
    match after.strip_prefix(PLACES) {
        Some(after) => places(s, user, channel(after)?).await,
        None => directs(s, user, channel(&after)?).await,
    }
}

#[derive(serde::Serialize)]
struct Banned {
    guild: GuildId,
    reason: String,
    at: Timestamp,
}

/// What the person did in guilds.
async fn acts(s: &Service, user: UserId, after: ActId) -> Result<Part> {
    let acts = s.audit.by(user, after, PART as i64).await?;
    let full = acts.len() == PART;
    let next = acts.last().filter(|_| full).map_or_else(|| format!("{PLACES}0"), |last| format!("{ACTS}{}", last.id));
    let records = acts.iter().map(|act| Record::new("act", act)).collect::<Result<_>>()?;
    Ok(Part { records, next: Some(next), ..Part::default() })
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
