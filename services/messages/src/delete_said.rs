use crate::{Service, delete::bury};
use kernel::{Caller, ChannelId, GuildId, Result, Timestamp, UserId, permissions::Permission};
use messages_contract::{Deleted, Message};
use std::collections::HashMap;

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
    let mut is_here: HashMap<ChannelId, bool> = HashMap::new();
    for message in &said {
        if !is_here.contains_key(&message.channel) {
            let facts = s.guilds.channel_facts(message.channel, author).await?;
            is_here.insert(message.channel, facts.is_some_and(|facts| facts.guild == Some(guild)));
        }
    }
    let here: Vec<Message> = said.into_iter().filter(|message| is_here[&message.channel]).collect();
    let mut messages = 0;
    for group in here.chunks(Deleted::MAX) {
        messages += bury(s, group.to_vec()).await?;
    }
    Ok(Deleted { messages })
}
