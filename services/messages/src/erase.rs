use crate::{Service, delete};
use contract::{OwnMessages, Receipt, Wishes};
use kernel::{ChannelId, Result, UserId};

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
        erased += delete::bury(s, messages).await?;
    }
    Ok(erased)
}
