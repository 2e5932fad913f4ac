use crate::{Service, read};
use contract::{Part, Record};
use guilds_contract::Target;
use kernel::{ChannelId, GuildId, Result, RoleId, StreamName, UserId};
use std::{collections::BTreeSet, str::FromStr};

const PART: i64 = 500;

/// Guilds, then channels, roles, what channels say about roles and about persons, members and directs.
#[derive(Clone, Copy)]
enum Place {
    Guilds(GuildId),
    Channels(ChannelId),
    Roles(RoleId),
    /// About a kind of target: 0 roles, 1 persons.
    Overwrites(i32, ChannelId, i64),
    Members(GuildId, UserId),
    Directs(ChannelId),
}

impl Place {
    fn cursor(self) -> String {
        match self {
            Place::Guilds(guild) => format!("guilds.{}.0", guild.0),
            Place::Channels(channel) => format!("channels.{}.0", channel.0),
            Place::Roles(role) => format!("roles.{}.0", role.0),
            Place::Overwrites(0, channel, target) => format!("overwrites.{}.{target}", channel.0),
            Place::Overwrites(_, channel, target) => format!("exceptions.{}.{target}", channel.0),
            Place::Members(guild, user) => format!("members.{}.{}", guild.0, user.0),
            Place::Directs(channel) => format!("directs.{}.0", channel.0),
        }
    }

    /// Where to go on when this kind is done.
    fn following(self) -> Option<Place> {
        match self {
            Place::Guilds(_) => Some(Place::Channels(ChannelId(0))),
            Place::Channels(_) => Some(Place::Roles(RoleId(0))),
            Place::Roles(_) => Some(Place::Overwrites(0, ChannelId(0), 0)),
            Place::Overwrites(0, ..) => Some(Place::Overwrites(1, ChannelId(0), 0)),
            Place::Overwrites(..) => Some(Place::Members(GuildId(0), UserId(0))),
            Place::Members(..) => Some(Place::Directs(ChannelId(0))),
            Place::Directs(_) => None,
        }
    }
}

impl FromStr for Place {
    type Err = kernel::Problem;
    fn from_str(cursor: &str) -> Result<Self> {
        let number = |part: Option<&str>| part.and_then(|n| n.parse::<i64>().ok()).ok_or_else(read::bad_cursor);
        let mut parts = cursor.split('.');
        let kind = parts.next();
        let (one, two) = (number(parts.next())?, number(parts.next())?);
        match kind {
            Some("guilds") => Ok(Place::Guilds(GuildId(one))),
            Some("channels") => Ok(Place::Channels(ChannelId(one))),
            Some("roles") => Ok(Place::Roles(RoleId(one))),
            Some("overwrites") => Ok(Place::Overwrites(0, ChannelId(one), two)),
            Some("exceptions") => Ok(Place::Overwrites(1, ChannelId(one), two)),
            Some("members") => Ok(Place::Members(GuildId(one), UserId(two))),
            Some("directs") => Ok(Place::Directs(ChannelId(one))),
            _ => Err(read::bad_cursor()),
        }
    }
}

/// What one part holds, the streams that tell of it, and the place of its last record when it is full.
struct Leaf {
    records: Vec<Record>,
    streams: BTreeSet<StreamName>,
    last: Option<Place>,
}

pub(crate) async fn snapshot(s: &Service, after: Option<String>) -> Result<Part> {
    let place = after.map_or(Ok(Place::Guilds(GuildId(0))), |cursor| cursor.parse())?;
    let streams: Vec<StreamName> = leaf(s, place).await?.streams.into_iter().collect();
    let at = s.ground.journal.heads(&streams).await?;
    // Read again: what is answered must not be older than the heads.
    let leaf = leaf(s, place).await?;
    let next = leaf.last.or(place.following()).map(Place::cursor);
    Ok(Part { records: leaf.records, next, at })
}

async fn leaf(s: &Service, place: Place) -> Result<Leaf> {
    match place {
        Place::Guilds(after) => gather(
            "guild",
            &s.guilds.page(after, PART).await?,
            |guild| vec![StreamName::guild(guild.id)],
            |guild| Place::Guilds(guild.id),
        ),
        Place::Channels(after) => gather(
            "channel",
            &s.channels.page(after, PART).await?,
            |channel| {
                let own = channel.private.then(|| StreamName::channel(channel.id));
                channel.guild.map(StreamName::guild).into_iter().chain(own).collect()
            },
            |channel| Place::Channels(channel.id),
        ),
        Place::Roles(after) => gather(
            "role",
            &s.roles.page(after, PART).await?,
            |role| vec![StreamName::guild(role.guild)],
            |role| Place::Roles(role.id),
        ),
        Place::Overwrites(kind, channel, target) => gather(
            "overwrite",
            &s.overwrites.page(kind, (channel, target), PART).await?,
            |overwrite| vec![StreamName::guild(overwrite.guild), StreamName::channel(overwrite.channel)],
            |overwrite| match overwrite.target {
                Target::Role(role) => Place::Overwrites(0, overwrite.channel, role.0),
                Target::User(user) => Place::Overwrites(1, overwrite.channel, user.0),
            },
        ),
        Place::Members(guild, user) => gather(
            "member",
            &s.guilds.member_page((guild, user), PART).await?,
            |member| vec![StreamName::guild(member.guild)],
            |member| Place::Members(member.guild, member.user),
        ),
        Place::Directs(after) => gather(
            "channel",
            &s.directs.page(after, PART).await?,
            |direct| direct.recipients.iter().map(|&user| StreamName::user("guilds", user)).collect(),
            |direct| Place::Directs(direct.id),
        ),
    }
}

fn gather<T: serde::Serialize>(
    kind: &'static str,
    items: &[T],
    streams: impl Fn(&T) -> Vec<StreamName>,
    place: impl Fn(&T) -> Place,
) -> Result<Leaf> {
    Ok(Leaf {
        records: items.iter().map(|item| Record::new(kind, item)).collect::<Result<_>>()?,
        streams: items.iter().flat_map(streams).collect(),
        last: items.last().filter(|_| items.len() as i64 == PART).map(place),
    })
}
