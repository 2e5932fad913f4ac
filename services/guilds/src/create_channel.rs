use crate::{Service, facts, rules::acts, store::Refusal, tell::Pen};
use guilds_contract::{Channel, ChannelChanged, ChannelDraft, ChannelKind, GuildAct, Subject};
use kernel::{
    Caller, ChannelId, GuildId, Name, Problem, Result, StreamName, Topic, UserId,
    permissions::{Permission, Standing},
};
use std::collections::BTreeSet;

/// Makes a channel at the end of a guild's list.
pub(crate) async fn create_channel(
    s: &Service,
    caller: Caller,
    guild: GuildId,
    draft: ChannelDraft,
) -> Result<Channel> {
    let facts = facts::in_guild(s, caller, guild, Permission::ManageChannels).await?;
    let name = Name::parse("name", &draft.name)?.into_string();
    let topic = Topic::parse(&draft.topic.unwrap_or_default())?.into_string();
    let mut allowed: BTreeSet<UserId> = draft.allowed.into_iter().collect();
    if draft.private && facts.standing != Standing::Owner {
        allowed.insert(caller.user);
    }
    let most = s.config.overwrites_per_channel;
    if allowed.len() >= most as usize {
        return Err(Problem { field: Some("allowed".into()), ..Refusal::TooManyOverwrites(most).into() });
    }
    let allowed: Vec<UserId> = allowed.into_iter().collect();
    let channel = Channel {
        id: ChannelId(s.ground.mint.id().await?),
        kind: ChannelKind::Text,
        guild: Some(guild),
        name,
        topic,
        private: draft.private,
        position: 0,
        recipients: Vec::new(),
        created_at: s.ground.now(),
        slow_mode_seconds: 0,
    };
    let mut pen = Pen::new(&s.ground, 3).await?;
    let mut seen_by = allowed.clone();
    seen_by.push(caller.user);
    let tell = move |made: &Channel| {
        let created = ChannelChanged { channel: made.clone() };
        let subject = Subject::Channel(made.id);
        let noted = pen.noted(guild, caller.user, GuildAct::ChannelCreated, subject, acts::made(&made.name));
        if !made.private {
            return vec![pen.event(StreamName::guild(guild), "channel_created", &created), noted];
        }
        // Nobody can watch the new channel's stream yet: those who see it learn of it by their access.
        vec![
            pen.event(StreamName::channel(made.id), "channel_created", &created),
            pen.access_changed(guild, Some(seen_by)),
            noted,
        ]
    };
    Ok(s.ground.announce(s.channels.create(guild, channel, allowed, Box::new(tell)).await??))
}
