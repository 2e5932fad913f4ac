use crate::{
    Service,
    rules::{self, Reading},
};
use kernel::{Caller, ChannelId, Limit, MessageId, Page, Problem, Result, StreamName, permissions::Permission};
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
    // `at` is read before the messages: an event that lands in between is in both, and applying it twice is harmless.
    let at = s.ground.journal.heads(&[StreamName::messages(channel)]).await?;
    let limit = limit.get();
    let (items, rising) = match reading {
        Reading::Newest => (s.store.below(channel, i64::MAX, limit).await?, false),
        Reading::Before(number) => (s.store.below(channel, number, limit).await?, false),
        Reading::After(number) => (s.store.above(channel, number, limit).await?, true),
        Reading::AroundNumber(number) => (around(s, channel, number, limit).await?, false),
        Reading::AroundId(id) => {
            let found = s.store.find(channel, MessageId(id)).await?.ok_or_else(|| Problem::not_found("message"))?;
            (around(s, channel, found.number, limit).await?, false)
        }
    };
    let next = match rising {
        true => items.last().filter(|_| items.len() as i64 == limit).map(|m| m.number),
        false => items.first().filter(|m| m.number > 1).map(|m| m.number),
    };
    Ok(Page { items, next: next.map(|n| n.to_string()), at })
}

/// Half a page up to `number`, itself included, and half a page after it.
async fn around(s: &Service, channel: ChannelId, number: i64, limit: i64) -> Result<Vec<Message>> {
    let after = limit / 2;
    let mut items = s.store.below(channel, number.saturating_add(1), limit - after).await?;
    items.extend(s.store.above(channel, number, after).await?);
    Ok(items)
}

pub(crate) async fn message(s: &Service, caller: Caller, channel: ChannelId, message: MessageId) -> Result<Message> {
    s.gate.channel(caller.user, channel, Permission::View).await?;
    s.store.find(channel, message).await?.ok_or_else(|| Problem::not_found("message"))
}
