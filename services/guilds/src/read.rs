use crate::{Service, facts};
use guilds_contract::{Channel, Facts, Guild, Invite, Member, Overwrite, Role, Target};
use kernel::{
    At, Caller, ChannelId, Difference, GuildId, Kind, Limit, Page, Problem, Reader, Result, StreamName, Timestamp,
    UserId,
    permissions::{Permission, Place},
};
use std::collections::BTreeSet;

/// More directs than anyone keeps open.
const DIRECTS_MAX: i64 = 10_000;

pub(crate) async fn my_guilds(s: &Service, caller: Caller) -> Result<Page<Guild>> {
    let at = s.guilds.heads(caller.user).await?;
    let seen = s.channels.of(caller.user, None).await?;
    Ok(Page { items: s.guilds.of(caller.user).await?, next: None, at: within_sight(at, &seen) })
}

/// Without the streams of channels that aren't seen.
pub(crate) fn within_sight(mut at: At, channels: &[(Channel, Facts)]) -> At {
    let may_view = |facts: &Facts| facts.permissions().has(Permission::View);
    let seen: BTreeSet<i64> =
        channels.iter().filter(|(_, facts)| may_view(facts)).map(|(channel, _)| channel.id.0).collect();
    at.retain(|stream, _| matches!(stream.parts(), (_, kind, id) if kind != "channel" || seen.contains(&id)));
    at
}

pub(crate) async fn roles(s: &Service, caller: Caller, guild: GuildId) -> Result<Page<Role>> {
    facts::in_guild(s, caller, guild, Permission::View).await?;
    let at = s.ground.journal.heads(&[StreamName::guild(guild)]).await?;
    Ok(Page { items: s.roles.list(guild).await?, next: None, at })
}

pub(crate) async fn overwrites(s: &Service, caller: Caller, channel: ChannelId) -> Result<Page<Overwrite>> {
    let facts = facts::in_channel(s, caller, channel, Permission::View).await?;
    let mut streams: Vec<StreamName> = facts.guild.map(StreamName::guild).into_iter().collect();
    if facts.place == Place::PrivateChannel {
        streams.push(StreamName::channel(channel));
    }
    let at = s.ground.journal.heads(&streams).await?;
    Ok(Page { items: s.overwrites.list(channel).await?, next: None, at })
}

pub(crate) async fn guild(s: &Service, caller: Caller, guild: GuildId) -> Result<Guild> {
    facts::in_guild(s, caller, guild, Permission::View).await?;
    s.guilds.find(guild).await?.ok_or_else(|| Problem::not_found("guild"))
}

pub(crate) async fn members(
    s: &Service,
    caller: Caller,
    guild: GuildId,
    limit: Limit,
    after: Option<String>,
) -> Result<Page<Member>> {
    facts::in_guild(s, caller, guild, Permission::View).await?;
    let after = after.map_or(Ok((Timestamp(i64::MIN), UserId(0))), |cursor| {
        let (joined_at, user) = cursor.split_once('-').ok_or_else(bad_cursor)?;
        Ok::<_, Problem>((
            Timestamp(joined_at.parse().map_err(|_| bad_cursor())?),
            user.parse().map_err(|_| bad_cursor())?,
        ))
    })?;
    let at = s.ground.journal.heads(&[StreamName::guild(guild)]).await?;
    let items = s.guilds.members(guild, after, limit.get()).await?;
    let full = items.len() as i64 == limit.get();
    let next = items.last().filter(|_| full).map(|last| format!("{}-{}", last.joined_at.0, last.user));
    Ok(Page { items, next, at })
}

pub(crate) fn bad_cursor() -> Problem {
    Problem {
        field: Some("after".into()),
        ..Problem::new(
            Kind::BadRequest,
            "bad_cursor",
            "That is not a cursor of this list: pass the `next` of the page before.",
        )
    }
}

pub(crate) async fn channels(s: &Service, caller: Caller, guild: GuildId) -> Result<Page<Channel>> {
    facts::in_guild(s, caller, guild, Permission::View).await?;
    let streams: Vec<StreamName> = visible(s.channels.of(caller.user, Some(guild)).await?)
        .filter(|channel| channel.private)
        .map(|channel| StreamName::channel(channel.id))
        .chain([StreamName::guild(guild)])
        .collect();
    let at = s.ground.journal.heads(&streams).await?;
    // Read again: what is answered must not be older than the heads.
    let items = visible(s.channels.of(caller.user, Some(guild)).await?).collect();
    Ok(Page { items, next: None, at })
}

/// Those that may be seen.
pub(crate) fn visible(seen: Vec<(Channel, Facts)>) -> impl Iterator<Item = Channel> {
    let may_view = |facts: &Facts| facts.permissions().has(Permission::View);
    seen.into_iter().filter(move |(_, facts)| may_view(facts)).map(|(channel, _)| channel)
}

pub(crate) async fn channel(s: &Service, caller: Caller, channel: ChannelId) -> Result<Channel> {
    facts::in_channel(s, caller, channel, Permission::View).await?;
    if let Some(found) = s.channels.find(channel).await? {
        return Ok(found);
    }
    s.directs.find(channel).await?.ok_or_else(|| Problem::not_found("channel"))
}

pub(crate) async fn allowed(s: &Service, caller: Caller, channel: ChannelId) -> Result<Page<UserId>> {
    let said = overwrites(s, caller, channel).await?;
    let sees = |overwrite: &Overwrite| match overwrite.target {
        Target::User(user) if overwrite.allow.has(Permission::View) => Some(user),
        _ => None,
    };
    Ok(Page { items: said.items.iter().filter_map(sees).collect(), next: None, at: said.at })
}

/// All invites for those who manage them; else the caller's own.
pub(crate) async fn invites(s: &Service, caller: Caller, guild: GuildId) -> Result<Page<Invite>> {
    let facts = facts::in_guild(s, caller, guild, Permission::View).await?;
    let creator = (!facts.permissions().has(Permission::ManageInvites)).then_some(caller.user);
    let items = s.invites.open(guild, creator, s.ground.now()).await?;
    Ok(Page { items, next: None, at: Default::default() })
}

pub(crate) async fn my_channels(s: &Service, caller: Caller) -> Result<Page<Channel>> {
    let at = s.ground.journal.heads(&[StreamName::user("guilds", caller.user)]).await?;
    Ok(Page { items: directs(s, caller.user).await?, next: None, at })
}

pub(crate) async fn directs(s: &Service, user: UserId) -> Result<Vec<Channel>> {
    Ok(s.directs.of(user, ChannelId(0), DIRECTS_MAX).await?)
}

/// A stream is for those who may see what it is about.
pub(crate) async fn difference(s: &Service, reader: Reader, stream: &StreamName, since: i64) -> Result<Difference> {
    if let Reader::Person(caller) = reader
        && !may_read(s, caller.user, stream).await?
    {
        return Err(Problem::not_found("stream"));
    }
    Ok(s.ground.journal.read(reader, stream, since).await?)
}

pub(crate) async fn heads(s: &Service, guilds: &[GuildId]) -> Result<At> {
    let streams: Vec<StreamName> = guilds.iter().copied().map(StreamName::guild).collect();
    Ok(s.ground.journal.heads(&streams).await?)
}

async fn may_read(s: &Service, user: UserId, stream: &StreamName) -> Result<bool> {
    let facts = match stream.parts() {
        ("guilds", "user", id) => return Ok(id == user.0),
        ("guilds", "guild", id) => facts::of_guild(s, GuildId(id), user).await?,
        ("guilds", "staff", id) => facts::of_guild(s, GuildId(id), user).await?.filter(|facts| facts.is_staff()),
        // The stream of a channel that is open now tells of when it was private.
        ("guilds", "channel", id) => {
            facts::of_channel(s, ChannelId(id), user).await?.filter(|facts| facts.place == Place::PrivateChannel)
        }
        _ => None,
    };
    Ok(facts.is_some_and(|facts| facts.permissions().has(Permission::View)))
}
