use crate::Service;
use contract::{OwnMessages, Receipt, Wishes};
use kernel::{ChannelId, EventId, NewEvent, Result, StreamName, UserId};
use messages_contract::MessageDeleted;

const GROUP: i64 = 200;

/// Forgets the person's nonces and markers, and all that the person said unless it may stay without a name.
pub(crate) async fn erase(s: &Service, user: UserId, wishes: Wishes) -> Result<Receipt> {
    let mut erased = s.store.forget(user).await?;
    erased += s.turns.erase(user).await?;
    if wishes.messages == OwnMessages::Erase {
        erased += bury(s, user).await?;
        // Once more, for what came while the messages were buried.
        erased += s.store.forget(user).await?;
    }
    Ok(Receipt { service: "messages".into(), user, at: s.ground.now(), erased })
}

/// Turns all that the person said into tombstones, in the messages and in the log.
async fn bury(s: &Service, user: UserId) -> Result<u64> {
    let mut erased = 0;
    let mut after = (ChannelId(0), 0);
    loop {
        let messages = s.store.written_by(user, after, GROUP).await?;
        let Some(last) = messages.last() else { break };
        after = (last.channel, last.number);
        let ids = s.ground.mint.ids(messages.len()).await?;
        let mut buried = Vec::with_capacity(messages.len());
        for (message, id) in messages.into_iter().zip(ids) {
            let deleted = MessageDeleted { message: message.id, number: message.number };
            let stream = StreamName::messages(message.channel);
            let event = NewEvent::new(stream, EventId(id), s.ground.now(), "message_deleted", &deleted);
            buried.push((message.id, event));
        }
        erased += buried.len() as u64;
        s.ground.announce(s.store.bury(buried).await?);
    }
    Ok(erased)
}
