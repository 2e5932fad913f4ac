use crate::{Service, tell::Pen};
use guilds_contract::{Channel, ChannelChanged, ChannelKind, Guild, GuildDraft, Member};
use kernel::{Caller, ChannelId, GuildId, Name, Result, StreamName};

const FIRST_CHANNEL: &str = "general";

/// Makes a guild that the caller owns, with its first channel.
pub(crate) async fn create_guild(s: &Service, caller: Caller, draft: GuildDraft) -> Result<Guild> {
    let name = Name::parse("name", &draft.name)?.into_string();
    let created_at = s.ground.now();
    let (id, channel) = (GuildId(s.ground.mint.id().await?), ChannelId(s.ground.mint.id().await?));
    let guild = Guild { id, name, owner: caller.user, member_count: 1, created_at, icon: None };
    let channel = Channel {
        id: channel,
        kind: ChannelKind::Text,
        guild: Some(id),
        name: FIRST_CHANNEL.into(),
        topic: String::new(),
        private: false,
        position: 0,
        recipients: Vec::new(),
        created_at,
        slow_mode_seconds: 0,
    };
    let mut pen = Pen::new(&s.ground, 3).await?;
    let mut events = pen.joined(&Member::new(id, caller.user, created_at));
    events.push(pen.event(StreamName::guild(id), "channel_created", &ChannelChanged { channel: channel.clone() }));
    Ok(s.ground.announce(s.guilds.create(guild, channel, events).await??))
}
