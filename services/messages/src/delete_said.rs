use crate::{Service, delete::bury};
use kernel::{Caller, ChannelId, GuildId, Result, Timestamp, UserId, permissions::Permission};
use messages_contract::{Deleted, Message};
use std::collections::HashSet;

/// Deletes all that `author` said in a guild's channels since a time, also in those that the caller doesn't see: for who bans there.
pub(crate) async fn delete_said(
    s: &Service,
    caller: Caller,
    guild: GuildId,
    author: UserId,
    since: Timestamp,
) -> Result<Deleted> {
    s.gate.guild(caller.user, guild, Permission::Ban).await?;
    let said = s.store.said_since(author, since).await?;
    let mut channels: Vec<ChannelId> = said.iter().map(|message| message.channel).collect();
    channels.dedup();
    let mut here = HashSet::new();
    for channel in channels {
        let facts = s.guilds.channel_facts(channel, author).await?;
        here.extend(facts.filter(|facts| facts.guild == Some(guild)).map(|_| channel));
    }
    let here: Vec<Message> = said.into_iter().filter(|message| here.contains(&message.channel)).collect();
    let mut messages = 0;
    for group in here.chunks(Deleted::MAX) {
        messages += bury(s, group.to_vec()).await?;
    }
    Ok(Deleted { messages })
}
