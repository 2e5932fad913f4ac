//! The model of the database: what is committed is there, whatever crashes. Who decides about a group is
//! `messages::pure`; what is kept per stream and read back is as `engines/sql` does it.

use crate::lock;
use kernel::{ChannelId, Committed, Difference, Event, EventId, MessageId, NewEvent, StreamName, Timestamp};
use messages::pure::{self, Key, Known, Ready};
use messages_contract::{MessageDeleted, Sent};
use ports::Bell;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Mutex,
};

#[derive(Default)]
pub(crate) struct Database {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    streams: BTreeMap<StreamName, Stream>,
    known: HashMap<Key, Known>,
    numbers: HashMap<ChannelId, i64>,
    cursors: BTreeMap<(String, StreamName), i64>,
    last_id: i64,
}

#[derive(Default)]
struct Stream {
    /// All that ever happened, for the judge.
    events: Vec<Event>,
    /// Up to here nothing can be read any more.
    forgotten: i64,
    relayed: i64,
}

impl Stream {
    fn head(&self) -> i64 {
        self.events.len() as i64
    }
}

impl State {
    fn append(&mut self, new: Vec<NewEvent>) -> Vec<Event> {
        let mut events = Vec::with_capacity(new.len());
        for event in new {
            let stream = self.streams.entry(event.stream.clone()).or_default();
            let event = event.at_seq(stream.head() + 1);
            stream.events.push(event.clone());
            events.push(event);
        }
        events
    }
}

impl Database {
    pub(crate) fn id(&self) -> i64 {
        let mut state = lock(&self.state);
        state.last_id += 1;
        state.last_id
    }

    /// Writes a group in one transaction.
    pub(crate) fn commit(&self, group: Vec<Ready>, forgets_nonces: bool) -> Committed<Vec<kernel::Result<Sent>>> {
        let mut state = lock(&self.state);
        let find = |ready: &Ready| Some((pure::key(ready), state.known.get(&pure::key(ready))?.clone()));
        let mut known: HashMap<Key, Known> =
            if forgets_nonces { HashMap::new() } else { group.iter().filter_map(find).collect() };
        let fresh = pure::fresh(&group, &known);
        let grown = pure::growth(&fresh);
        for (channel, growth) in &grown {
            *state.numbers.entry(*channel).or_default() += growth.count;
        }
        let messages = pure::number(&fresh, &grown, &state.numbers).expect("every channel was counted");
        let events = state.append(pure::announcements(&fresh, &messages));
        for ((message, event), ready) in messages.into_iter().zip(&events).zip(&fresh) {
            let now_known = Known { body: Some(ready.pending.body), seq: event.seq, message };
            state.known.insert(pure::key(ready), now_known.clone());
            known.insert(pure::key(ready), now_known);
        }
        Committed { value: pure::answers(group, &known), events }
    }

    /// Something else than a message happens.
    pub(crate) fn happen(&self, stream: StreamName) -> Vec<Event> {
        let (id, mut state) = (EventId(self.id()), lock(&self.state));
        let head = state.streams.get(&stream).map_or(0, Stream::head);
        let deleted = MessageDeleted { message: MessageId(0), number: 0, redacted: vec![head] };
        let new = if stream.parts().1 == "channel" {
            NewEvent::new(stream, id, Timestamp(0), "message_deleted", &deleted)
        } else {
            NewEvent::new(stream, id, Timestamp(0), "profile_edited", &())
        };
        state.append(vec![new])
    }

    pub(crate) fn streams(&self) -> Vec<StreamName> {
        lock(&self.state).streams.keys().cloned().collect()
    }

    /// The ids of all events of a stream, in their order.
    pub(crate) fn log(&self, stream: &StreamName) -> Vec<EventId> {
        let state = lock(&self.state);
        state.streams.get(stream).map(|s| s.events.iter().map(|e| e.id).collect()).unwrap_or_default()
    }

    pub(crate) fn events(&self, stream: &StreamName) -> Vec<Event> {
        lock(&self.state).streams.get(stream).map(|s| s.events.clone()).unwrap_or_default()
    }

    pub(crate) fn has(&self, stream: &StreamName, seq: i64, id: EventId) -> bool {
        let state = lock(&self.state);
        let there = state.streams.get(stream).and_then(|s| s.events.get(usize::try_from(seq - 1).ok()?));
        there.is_some_and(|event| event.id == id)
    }

    pub(crate) fn after(&self, stream: &StreamName, since: i64, bound: Option<i64>) -> Difference {
        let state = lock(&self.state);
        let Some(there) = state.streams.get(stream) else {
            return Difference { events: Vec::new(), head: 0, more: false, reset: since > 0 };
        };
        let head = there.head();
        if since > head || bound.is_some_and(|bound| head - since > bound) || (since < there.forgotten && since < head)
        {
            return Difference { events: Vec::new(), head, more: false, reset: true };
        }
        let rest = there.events.iter().skip(since as usize);
        let events: Vec<Event> = rest.take(Difference::MAX_EVENTS as usize).cloned().collect();
        let more = since + (events.len() as i64) < head;
        Difference { events, head, more, reset: false }
    }

    /// Forgets what all followers have taken in, up to `seq`.
    pub(crate) fn forget(&self, stream: &StreamName, seq: i64) {
        let mut state = lock(&self.state);
        let of_stream = state.cursors.iter().filter(|((_, name), _)| name == stream).map(|(_, cursor)| *cursor);
        let taken = of_stream.min().unwrap_or(0);
        if let Some(there) = state.streams.get_mut(stream) {
            there.forgotten = there.forgotten.max(seq.min(taken));
        }
    }

    pub(crate) fn unrelayed(&self, after: &str, limit: i64) -> Vec<Bell> {
        let state = lock(&self.state);
        let grown = state.streams.iter().filter(|(name, s)| s.relayed < s.head() && name.as_str() > after);
        let bells = grown.map(|(name, s)| Bell { stream: name.clone(), seq: s.head() });
        bells.take(limit as usize).collect()
    }

    pub(crate) fn relayed(&self, bells: &[Bell]) {
        let mut state = lock(&self.state);
        for bell in bells {
            let stream = state.streams.entry(bell.stream.clone()).or_default();
            stream.relayed = stream.relayed.max(bell.seq);
        }
    }

    pub(crate) fn cursor(&self, follower: &str, stream: &StreamName) -> i64 {
        lock(&self.state).cursors.get(&(follower.to_owned(), stream.clone())).copied().unwrap_or(0)
    }

    pub(crate) fn cursors(&self) -> Vec<(String, StreamName, i64)> {
        let of = |((follower, stream), seq): (&(String, StreamName), &i64)| (follower.clone(), stream.clone(), *seq);
        lock(&self.state).cursors.iter().map(of).collect()
    }

    pub(crate) fn advance(&self, follower: &str, stream: &StreamName, seq: i64) {
        let mut state = lock(&self.state);
        let cursor = state.cursors.entry((follower.to_owned(), stream.clone())).or_default();
        *cursor = seq.max(*cursor);
    }
}
