use crate::Service;
use engine_sql::patience;
use kernel::{
    Caller, ChannelId, Difference, Kind, Problem, Reader, Result, StreamName, UserId, permissions::Permission,
};
use messages_contract::{Head, Heads};

/// The heads of those of `channels` that the caller may see; `at` holds the caller's own stream.
pub(crate) async fn heads(s: &Service, caller: Caller, channels: Vec<ChannelId>) -> Result<Heads> {
    let at = s.ground.journal.heads(&[StreamName::user("messages", caller.user)]).await?;
    let mut visible = Vec::with_capacity(channels.len());
    for channel in channels {
        match s.gate.channel(caller.user, channel, Permission::View).await {
            Ok(_) => visible.push(channel),
            Err(problem) if matches!(problem.kind, Kind::NotFound | Kind::Forbidden) => {}
            Err(problem) => return Err(problem),
        }
    }
    let mut heads = s.store.heads(caller.user, &visible).await?;
    let silent = |channel: &ChannelId| !heads.iter().any(|h| h.channel == *channel);
    let silent: Vec<ChannelId> = visible.into_iter().filter(silent).collect();
    heads.extend(silent.into_iter().map(|channel| Head { channel, number: 0, marker: 0, last_message_at: None }));
    Ok(Heads { heads, at })
}

/// What came after `since`, for those who may read the stream: asked again on every call.
pub(crate) async fn difference(s: &Service, reader: Reader, stream: &StreamName, since: i64) -> Result<Difference> {
    if let Reader::Person(caller) = reader {
        may_read(s, caller.user, stream).await?;
    }
    Ok(match stream.parts() {
        (_, "channel", channel) => s.store.difference(ChannelId(channel), since, patience(reader)).await?,
        _ => s.ground.journal.read(reader, stream, since).await?,
    })
}

async fn may_read(s: &Service, user: UserId, stream: &StreamName) -> Result<()> {
    match stream.parts() {
        ("messages", "channel", channel) => s.gate.channel(user, ChannelId(channel), Permission::View).await.map(drop),
        ("messages", "user", owner) if owner == user.0 => Ok(()),
        _ => Err(Problem::not_found("stream")),
    }
}
