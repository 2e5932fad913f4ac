use crate::{Service, store::Burial};
use kernel::{Caller, ChannelId, EventId, MessageId, Problem, Result, permissions::Permission};
use messages_contract::{Deleted, Message};

/// Deletes messages: own ones, and those of others for who manages messages.
pub(crate) async fn delete(
    s: &Service,
    caller: Caller,
    channel: ChannelId,
    mut messages: Vec<MessageId>,
) -> Result<Deleted> {
    s.gate.channel(caller.user, channel, Permission::View).await?;
    messages.sort_unstable();
    messages.dedup();
    if messages.is_empty() || messages.len() > Deleted::MAX {
        return Err(Problem::field("messages", "bad_messages", "Name 1 to 100 messages to delete."));
    }
    let mut found = Vec::with_capacity(messages.len());
    for message in messages {
        found.extend(s.store.find(channel, message).await?);
    }
    if found.is_empty() {
        return Err(Problem::not_found("message"));
    }
    if found.iter().any(|message| message.author != caller.user) {
        s.gate.channel(caller.user, channel, Permission::ManageMessages).await?;
    }
    found.retain(|message| !message.deleted);
    found.sort_unstable_by_key(|message| message.number);
    Ok(Deleted { messages: bury(s, found).await? })
}

/// Turns messages into tombstones, in the messages and in the log. They come by channel and number, the order in which rows are
/// locked. Answers how many weren't tombstones yet.
pub(crate) async fn bury(s: &Service, messages: Vec<Message>) -> Result<u64> {
    if messages.is_empty() {
        return Ok(0);
    }
    let (ids, at) = (s.ground.mint.ids(messages.len()).await?, s.ground.now());
    let burial = |(message, id): (Message, i64)| Burial { message: message.id, event: EventId(id), at };
    let committed = s.store.bury(messages.into_iter().zip(ids).map(burial).collect()).await?;
    let count = committed.events.len() as u64;
    s.ground.announce(committed);
    Ok(count)
}
