//! What must hold, whatever happened. Broken promises are gathered; a story without any is a good one.

use crate::{database::Database, lock};
use kernel::{EventId, StreamName};
use ports::Bell;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Mutex,
};

#[derive(Default)]
pub(crate) struct Judge {
    broken: Mutex<Vec<String>>,
    rung: Mutex<BTreeMap<StreamName, i64>>,
    taken: Mutex<BTreeMap<StreamName, i64>>,
    answers: Mutex<HashMap<String, (StreamName, i64, EventId)>>,
}

impl Judge {
    pub(crate) fn broken(&self, what: String) {
        lock(&self.broken).push(what);
    }

    /// A bell was rung, and its follower has heard it.
    pub(crate) fn rung(&self, bell: &Bell) {
        let mut rung = lock(&self.rung);
        let newest = rung.entry(bell.stream.clone()).or_default();
        *newest = bell.seq.max(*newest);
    }

    /// A follower took an event in, or set it aside.
    pub(crate) fn taken_in(&self, stream: &StreamName, seq: i64) {
        let mut taken = lock(&self.taken);
        let newest = taken.entry(stream.clone()).or_default();
        if seq > *newest + 1 {
            self.broken(format!("follower: {stream} {seq} was taken in after {newest}"));
        }
        *newest = seq.max(*newest);
    }

    /// A send was answered.
    pub(crate) fn answered(&self, nonce: &str, stream: &StreamName, seq: i64, id: EventId) {
        let answer = (stream.clone(), seq, id);
        let before = lock(&self.answers).insert(nonce.to_owned(), answer.clone());
        if before.as_ref().is_some_and(|before| *before != answer) {
            self.broken(format!("changed: {nonce} was answered with {before:?} and with {answer:?}"));
        }
    }

    /// Judges what is there in the end, and answers everything that was broken on the way.
    pub(crate) fn close(&self, database: &Database) -> Vec<String> {
        let mut nonces: HashMap<String, i64> = HashMap::new();
        for stream in database.streams() {
            let events = database.events(&stream);
            let head = events.len() as i64;
            if !events.iter().map(|e| e.seq).eq(1..=head) {
                self.broken(format!("sequence: {stream} doesn't count 1 to {head}"));
            }
            for sent in events.iter().filter(|e| e.kind == "message_sent") {
                let sent: messages_contract::MessageSent = sent.parse().expect("a message");
                *nonces.entry(sent.nonce).or_default() += 1;
            }
            for (what, list) in [("bell", lock(&self.rung)), ("follower", lock(&self.taken))] {
                let reached = list.get(&stream).copied().unwrap_or(0);
                if reached != head {
                    self.broken(format!("{what}: {stream} reached {reached} of {head}"));
                }
            }
        }
        for (nonce, count) in nonces.iter().filter(|(_, count)| **count > 1) {
            self.broken(format!("twice: {nonce} is there {count} times"));
        }
        for (nonce, (stream, seq, id)) in lock(&self.answers).iter() {
            if !database.has(stream, *seq, *id) {
                self.broken(format!("lost: {nonce} was acknowledged as {seq} of {stream}"));
            }
        }
        std::mem::take(&mut *lock(&self.broken))
    }
}
