//! The roster: facts that were asked for, remembered until the guild's stream says that something changed; those of a direct,
//! until the person's own does.
//!
//! Guarantee: facts are remembered only when that stream was being watched before they were asked for and its
//! stream was silent until they came. Every moment is counted by one number, the epoch; a stream remembers the
//! epoch of its last change, and facts hold only when they were asked for at that epoch or later.

use guilds_contract::Facts;
use kernel::{ChannelId, Event, GuildId, Result, StreamName, UserId};
use ports::{Fanout, Sink, Subscription};
use std::{
    collections::HashMap,
    future::Future,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::time::Instant;

/// Facts are asked for anew after this, whatever was heard.
const LIFETIME: Duration = Duration::from_secs(60);
/// The same where live delivery may lose an event: who was removed is removed everywhere within a second.
const LIFETIME_UNSURE: Duration = Duration::from_millis(900);
const SHARDS: usize = 16;
/// 100,000 facts in all: a shard that is full starts anew.
const SHARD_MAX: usize = 100_000 / SHARDS;
const WATCHES_MAX: usize = 100_000;

/// What facts are about.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Guild(GuildId),
    Channel(ChannelId),
}

type Key = (UserId, Place);

struct Known {
    facts: Facts,
    /// The epoch at which they were asked for.
    asked: u64,
    until: Instant,
    watch: Arc<Watch>,
}

impl Known {
    fn holds(&self) -> bool {
        self.watch.silent_since(self.asked) && Instant::now() < self.until
    }
}

/// One stream, being listened to for as long as any facts of it may be remembered.
struct Watch {
    /// The epoch from which on nothing is missed.
    born: u64,
    ear: Arc<Ear>,
    _subscription: Subscription,
}

impl Watch {
    /// Whether nothing can have changed that was asked for at `epoch` or later.
    fn silent_since(&self, epoch: u64) -> bool {
        self.born <= epoch && self.ear.changed.load(SeqCst) <= epoch
    }
}

/// Hears a stream. Any event may change what somebody may do.
struct Ear {
    epoch: Arc<AtomicU64>,
    changed: AtomicU64,
}

impl Sink for Ear {
    fn event(&self, _: &Arc<Event>) {
        self.changed.fetch_max(self.epoch.fetch_add(1, SeqCst) + 1, SeqCst);
    }
}

pub(crate) struct Roster {
    fanout: Arc<dyn Fanout>,
    lifetime: Duration,
    epoch: Arc<AtomicU64>,
    watches: Mutex<HashMap<StreamName, Arc<Watch>>>,
    shards: [RwLock<HashMap<Key, Known>>; SHARDS],
    hasher: RandomState,
}

impl Roster {
    pub(crate) fn new(fanout: Arc<dyn Fanout>) -> Self {
        Self {
            lifetime: if fanout.hears_all() { LIFETIME } else { LIFETIME_UNSURE },
            fanout,
            epoch: Arc::default(),
            watches: Mutex::default(),
            shards: Default::default(),
            hasher: RandomState::new(),
        }
    }

    /// The facts of `user` in `place`: remembered ones, or those that `ask` answers.
    pub(crate) async fn facts(
        &self,
        user: UserId,
        place: Place,
        ask: impl Future<Output = Result<Option<Facts>>>,
    ) -> Result<Option<Facts>> {
        let key = (user, place);
        if let Some(facts) = self.remembered(&key) {
            return Ok(Some(facts));
        }
        let (asked, begun) = (self.epoch.load(SeqCst), Instant::now());
        let answer = ask.await?;
        if let Some(facts) = answer {
            // What ends by itself is told to nobody: it isn't remembered for longer.
            let holds = facts.holds_ms.map(|ms| Duration::from_millis(ms.try_into().unwrap_or(0)));
            let until = begun + holds.map_or(self.lifetime, |holds| holds.min(self.lifetime));
            self.remember(key, facts, asked, until);
        }
        Ok(answer)
    }

    fn remembered(&self, key: &Key) -> Option<Facts> {
        let shard = self.shard(key).read().unwrap_or_else(PoisonError::into_inner);
        shard.get(key).filter(|known| known.holds()).map(|known| known.facts)
    }

    /// Of what nobody listened to yet, facts aren't remembered; but from now on it is listened to.
    fn remember(&self, key: Key, facts: Facts, asked: u64, until: Instant) {
        // Who blocks and is blocked is told to each.
        let stream = facts.guild.map_or_else(|| StreamName::user("guilds", key.0), StreamName::guild);
        let watch = self.watch(stream);
        let known = Known { facts, asked, until, watch };
        if !known.holds() {
            return;
        }
        let mut shard = self.shard(&key).write().unwrap_or_else(PoisonError::into_inner);
        let spent = (shard.len() >= SHARD_MAX).then(|| std::mem::take(&mut *shard));
        shard.insert(key, known);
        // Whatever ends with them ends outside the lock.
        drop(shard);
        drop(spent);
    }

    fn watch(&self, stream: StreamName) -> Arc<Watch> {
        let mut watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watch) = watches.get(&stream) {
            return watch.clone();
        }
        let ear = Arc::new(Ear { epoch: self.epoch.clone(), changed: AtomicU64::new(0) });
        let subscription = self.fanout.subscribe(stream.as_str(), ear.clone());
        let born = self.epoch.fetch_add(1, SeqCst) + 1;
        let watch = Arc::new(Watch { born, ear, _subscription: subscription });
        // Facts that are still remembered keep their own watch alive.
        let spent = (watches.len() >= WATCHES_MAX).then(|| std::mem::take(&mut *watches));
        watches.insert(stream, watch.clone());
        drop(watches);
        drop(spent);
        watch
    }

    fn shard(&self, key: &Key) -> &RwLock<HashMap<Key, Known>> {
        &self.shards[self.hasher.hash_one(key) as usize % SHARDS]
    }
}

#[cfg(test)]
mod tests;
