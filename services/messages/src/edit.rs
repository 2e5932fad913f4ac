use crate::{Service, rules, store::Edited};
use kernel::{Caller, ChannelId, EventId, MessageId, Problem, Result, Text, permissions::Permission};
use messages_contract::{Edit, Message};

/// Puts another text in place of that of the caller's own message; the one before is kept for who manages messages.
pub(crate) async fn edit(
    s: &Service,
    caller: Caller,
    channel: ChannelId,
    message: MessageId,
    edit: Edit,
) -> Result<Message> {
    s.gate.channel(caller.user, channel, Permission::View).await?;
    let old = s.store.find(channel, message).await?.ok_or_else(|| Problem::not_found("message"))?;
    rules::may_edit(&old, caller.user)?;
    s.gate.channel(caller.user, channel, Permission::Send).await?;
    let text = Text::parse(&edit.text)?.into_string();
    // Also what a repeated call finds.
    if old.text == text {
        return Ok(old);
    }
    rules::is_current(&old, edit.version)?;
    let edited = Edited { text, event: EventId(s.ground.mint.id().await?), at: s.ground.now() };
    let committed = s.store.edit(&old, edited).await?.ok_or_else(rules::stale_edit)?;
    Ok(s.ground.announce(committed))
}
