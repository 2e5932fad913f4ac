//! What is decided about a group without asking the database. Every engine asks and writes in its own way.

use super::Ready;
use crate::{rules, send};
use kernel::{ChannelId, NewEvent, UserId};
use messages_contract::{Message, Sent};
use std::collections::{BTreeMap, HashMap};

/// What a nonce belongs to: author, channel and the nonce's fingerprint.
pub type Key = (i64, i64, i64);

pub fn key(ready: &Ready) -> Key {
    (ready.pending.author.0, ready.pending.channel.0, ready.pending.nonce_key)
}

/// A message that a nonce stands for already, with the fingerprint of its body while that is known.
#[derive(Clone)]
pub struct Known {
    pub body: Option<i64>,
    pub seq: i64,
    pub message: Message,
}

/// How much a channel grows by a group.
#[derive(Clone, Copy, Default)]
pub struct Growth {
    pub count: i64,
    pub last_at: i64,
}

/// Those of a group that are new: the first of each nonce that the database doesn't know, in the order of the group.
pub fn fresh<'g>(group: &'g [Ready], known: &HashMap<Key, Known>) -> Vec<&'g Ready> {
    let mut seen = HashMap::new();
    group.iter().filter(|ready| !known.contains_key(&key(ready)) && seen.insert(key(ready), ()).is_none()).collect()
}

/// By how much each channel grows, by rising id: the order in which rows are locked.
pub fn growth(fresh: &[&Ready]) -> BTreeMap<ChannelId, Growth> {
    let mut grown: BTreeMap<ChannelId, Growth> = BTreeMap::new();
    for ready in fresh {
        let growth = grown.entry(ready.pending.channel).or_default();
        *growth = Growth { count: growth.count + 1, last_at: ready.sent_at.0 };
    }
    grown
}

/// Gives the new messages their numbers, contiguous per channel: `heads` are the newest numbers with the group counted in.
pub fn number(
    fresh: &[&Ready],
    grown: &BTreeMap<ChannelId, Growth>,
    heads: &HashMap<ChannelId, i64>,
) -> Option<Vec<Message>> {
    let mut next: HashMap<ChannelId, i64> = HashMap::with_capacity(grown.len());
    for (channel, growth) in grown {
        next.insert(*channel, heads.get(channel)? - growth.count);
    }
    let numbered = fresh.iter().map(|ready| {
        let number = next.get_mut(&ready.pending.channel)?;
        *number += 1;
        let Ready { pending, id, sent_at } = ready;
        let place = (pending.channel, *number);
        Some(Message::new(*id, place, pending.author, pending.text.clone(), pending.reply_to, *sent_at))
    });
    numbered.collect()
}

pub fn announcements(fresh: &[&Ready], messages: &[Message]) -> Vec<NewEvent> {
    messages.iter().zip(fresh).map(|(message, ready)| send::message_sent(message, &ready.pending.nonce)).collect()
}

/// How far each author has read by sending.
pub fn markers(messages: &[Message]) -> BTreeMap<(UserId, ChannelId), i64> {
    messages.iter().map(|m| ((m.author, m.channel), m.number)).collect()
}

/// What each of the group is answered, in its place.
pub fn answers(group: Vec<Ready>, known: &HashMap<Key, Known>) -> Vec<kernel::Result<Sent>> {
    let answer = |ready: Ready| match known.get(&key(&ready)) {
        Some(Known { body, .. }) if body.is_some_and(|body| body != ready.pending.body) => Err(rules::nonce_reused()),
        Some(Known { seq, message, .. }) => {
            Ok(Sent { nonce: ready.pending.nonce, seq: *seq, message: message.clone() })
        }
        None => Err(rules::first_is_gone()),
    };
    group.into_iter().map(answer).collect()
}
