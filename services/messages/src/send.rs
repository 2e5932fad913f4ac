use crate::{Service, rules, store::Pending, take_turn};
use kernel::{Caller, ChannelId, EventId, NewEvent, Problem, Result, StreamName, Text, permissions::Permission};
use messages_contract::{Draft, Message, Sent};
use std::borrow::Cow;

/// Sends a message: asks the gate, waits for the disk, answers. The same nonce again answers the first message.
pub(crate) async fn send(s: &Service, caller: Caller, channel: ChannelId, draft: Draft) -> Result<Sent> {
    let text = Text::parse(&draft.text)?.into_string();
    let nonce = rules::nonce(draft.nonce)?;
    let facts = s.gate.channel(caller.user, channel, Permission::Send).await?;
    if let Some(answered) = draft.reply_to {
        s.store.find(channel, answered).await?.ok_or_else(|| {
            Problem::field("reply_to", "reply_to_unknown", "The message that this one answers isn't in this channel.")
        })?;
    }
    let body = rules::fingerprint(&text, draft.reply_to);
    let nonce_key = rules::nonce_key(&nonce);
    take_turn::take_turn(s, facts, caller.user, channel, nonce_key).await?;
    let (author, guild, reply_to) = (caller.user, facts.guild, draft.reply_to);
    let pending = Pending { author, channel, guild, nonce, nonce_key, text, reply_to, body };
    s.writer.commit(pending).await
}

/// The announcement of a message. Its id is the message's.
pub(crate) fn message_sent(message: &Message, nonce: &str) -> NewEvent {
    #[derive(serde::Serialize)]
    struct Borrowed<'a> {
        nonce: Cow<'a, str>,
        message: &'a Message,
    }
    let data = Borrowed { nonce: nonce.into(), message };
    let stream = StreamName::messages(message.channel);
    NewEvent::new(stream, EventId(message.id.0), message.sent_at, "message_sent", &data)
}
