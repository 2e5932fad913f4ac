use crate::{
    Service,
    rules::{self, Reading},
};
use kernel::{At, Caller, ChannelId, Limit, MessageId, Page, Problem, Result, StreamName, permissions::Permission};
use messages_contract::{Message, Window};

/// A page of a channel's messages, in rising order of number.
pub(crate) async fn history(
    s: &Service,
    caller: Caller,
    channel: ChannelId,
    limit: Limit,
    window: Window,
) -> Result<Page<Message>> {
    let reading = rules::reading(window)?;
    s.gate.channel(caller.user, channel, Permission::View).await?;
    let limit = limit.get();
    let page = s.store.history(channel, reading, limit).await?;
    let (items, seq) = page.ok_or_else(|| Problem::not_found("message"))?;
    let rising = matches!(reading, Reading::After(_));
    let next = match rising {
        true => items.last().filter(|_| items.len() as i64 == limit).map(|m| m.number),
        false => items.first().filter(|m| m.number > 1).map(|m| m.number),
    };
    let at = At::from([(StreamName::messages(channel), seq)]);
    Ok(Page { items, next: next.map(|n| n.to_string()), at })
}

pub(crate) async fn message(s: &Service, caller: Caller, channel: ChannelId, message: MessageId) -> Result<Message> {
    s.gate.channel(caller.user, channel, Permission::View).await?;
    s.store.find(channel, message).await?.ok_or_else(|| Problem::not_found("message"))
}
