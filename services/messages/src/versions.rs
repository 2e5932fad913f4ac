use crate::Service;
use kernel::{Caller, ChannelId, MessageId, Problem, Result, permissions::Permission};
use messages_contract::Version;

/// The texts that a message had before, for its author and for who manages messages.
pub(crate) async fn versions(
    s: &Service,
    caller: Caller,
    channel: ChannelId,
    message: MessageId,
) -> Result<Vec<Version>> {
    s.gate.channel(caller.user, channel, Permission::View).await?;
    let found = s.store.find(channel, message).await?.ok_or_else(|| Problem::not_found("message"))?;
    if found.author != caller.user {
        s.gate.channel(caller.user, channel, Permission::ManageMessages).await?;
    }
    Ok(s.store.versions(channel, message).await?)
}
