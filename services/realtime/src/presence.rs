use crate::{lock, session::Session};
use kernel::UserId;
use people_contract::PROFILES;
use ports::{Fanout, Hint, Random, Sink, Subscription};
use realtime_contract::ServerOp;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, Weak},
    time::Duration,
};
use tokio::time::Instant;

/// A page that is loaded anew doesn't make a person flicker.
const GRACE: Duration = Duration::from_secs(3);
const TOPIC: &str = "presence";
/// How often a node says who is on it, where a word may be lost and a node may die.
const SUMMARY: Duration = Duration::from_secs(5);
/// Who was not heard of for so long is gone, with the node.
const EXPIRY: Duration = Duration::from_secs(15);
/// People in one word of a summary.
const SUMMARY_USERS: usize = 1_000;

/// Who is here, on which node, and who wants to know; they are also told when a profile changes.
pub(crate) struct Presence {
    fanout: Arc<dyn Fanout>,
    /// Tells this node from the others.
    node: u64,
    state: Mutex<State>,
    subscriptions: Mutex<Vec<Subscription>>,
}

#[derive(Default)]
struct State {
    /// Living sessions on this node.
    sessions: HashMap<UserId, usize>,
    /// The nodes that somebody is on, and until when that is believed. Nobody has an empty list.
    online: HashMap<UserId, Vec<(u64, Instant)>>,
    watchers: HashMap<UserId, Vec<Weak<Session>>>,
}

impl State {
    /// Notes where somebody is. Answers whether that makes a person come.
    fn is_on(&mut self, user: UserId, node: u64) -> bool {
        let nodes = self.online.entry(user).or_default();
        let (came, until) = (nodes.is_empty(), Instant::now() + EXPIRY);
        match nodes.iter_mut().find(|(other, _)| *other == node) {
            Some(known) => known.1 = until,
            None => {
                // Most people are on one node.
                nodes.reserve_exact(1);
                nodes.push((node, until));
            }
        }
        came
    }

    /// Notes where somebody isn't any more. Answers whether that makes a person go.
    fn is_off(&mut self, user: UserId, is_gone: impl Fn(u64, Instant) -> bool) -> bool {
        let Some(nodes) = self.online.get_mut(&user) else { return false };
        nodes.retain(|(node, until)| !is_gone(*node, *until));
        nodes.is_empty() && self.online.remove(&user).is_some()
    }

    fn is_here(&self, user: UserId, node: u64) -> bool {
        self.online.get(&user).is_some_and(|nodes| nodes.iter().any(|(other, _)| *other == node))
    }
}

impl Presence {
    pub(crate) fn start(fanout: Arc<dyn Fanout>, random: &dyn Random) -> Arc<Self> {
        let node = u64::from_le_bytes(random.bytes());
        let presence =
            Arc::new(Self { fanout: fanout.clone(), node, state: Mutex::default(), subscriptions: Mutex::default() });
        let listen = |topic| fanout.subscribe(topic, Arc::new(PresenceSink(Arc::downgrade(&presence))));
        *lock(&presence.subscriptions) = [TOPIC, PROFILES].map(listen).into();
        // Where nothing is lost there is one node, and it knows.
        if !fanout.hears_all() {
            tokio::spawn(sum_up(Arc::downgrade(&presence)));
        }
        presence
    }

    pub(crate) fn came(&self, user: UserId) {
        let first = {
            let mut state = lock(&self.state);
            let sessions = state.sessions.entry(user).or_insert(0);
            *sessions += 1;
            *sessions == 1 && !state.is_here(user, self.node)
        };
        if first {
            self.say(user, true);
        }
    }

    pub(crate) fn went(self: &Arc<Self>, user: UserId) {
        {
            let mut state = lock(&self.state);
            let Some(sessions) = state.sessions.get_mut(&user) else { return };
            *sessions -= 1;
            if *sessions > 0 {
                return;
            }
            state.sessions.remove(&user);
        }
        let presence = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(GRACE).await;
            let gone = {
                let state = lock(&presence.state);
                !state.sessions.contains_key(&user) && state.is_here(user, presence.node)
            };
            if gone {
                presence.say(user, false);
                // Whoever came between the look and the word is said to be here again.
                if lock(&presence.state).sessions.contains_key(&user) {
                    presence.say(user, true);
                }
            }
        });
    }

    fn say(&self, user: UserId, online: bool) {
        self.fanout.hint(TOPIC, Hint::Presence { node: self.node, user, online });
    }

    /// Tells `session` of these people from now on.
    pub(crate) fn watch(&self, session: &Arc<Session>, users: &[UserId]) {
        let mut state = lock(&self.state);
        for user in users {
            let watchers = state.watchers.entry(*user).or_default();
            watchers.retain(|w| w.strong_count() > 0);
            watchers.push(Arc::downgrade(session));
        }
    }

    /// Who of these people is here now.
    pub(crate) fn here(&self, users: &[UserId]) -> HashSet<UserId> {
        let state = lock(&self.state);
        users.iter().copied().filter(|user| state.online.contains_key(user)).collect()
    }

    pub(crate) fn unwatch(&self, session: &Session, users: &[UserId]) {
        let mut state = lock(&self.state);
        for user in users {
            if let Some(watchers) = state.watchers.get_mut(user) {
                watchers.retain(|w| w.strong_count() > 0 && !std::ptr::eq(w.as_ptr(), session));
                if watchers.is_empty() {
                    state.watchers.remove(user);
                }
            }
        }
    }

    fn hear(&self, node: u64, users: &[UserId], online: bool) {
        for user in users {
            let changed = {
                let mut state = lock(&self.state);
                match online {
                    true => state.is_on(*user, node),
                    false => state.is_off(*user, |other, _| other == node),
                }
            };
            if changed {
                self.tell_presence(*user, online);
            }
        }
    }

    fn tell_presence(&self, user: UserId, online: bool) {
        self.tell(user, &ServerOp::Presence { users: BTreeMap::from([(user, online)]) });
    }

    /// Tells those who want to know of this person.
    fn tell(&self, user: UserId, op: &ServerOp) {
        let watchers = lock(&self.state).watchers.get(&user).cloned().unwrap_or_default();
        for session in watchers.iter().filter_map(Weak::upgrade) {
            session.say(op.clone());
        }
    }

    /// Forgets those whose node wasn't heard of for too long.
    fn expire(&self) {
        let now = Instant::now();
        let gone: Vec<UserId> = {
            let mut state = lock(&self.state);
            let late = state.online.iter().filter(|(_, nodes)| nodes.iter().any(|(_, until)| *until < now));
            let late: Vec<UserId> = late.map(|(user, _)| *user).collect();
            late.into_iter().filter(|user| state.is_off(*user, |_, until| until < now)).collect()
        };
        gone.into_iter().for_each(|user| self.tell_presence(user, false));
    }
}

async fn sum_up(presence: Weak<Presence>) {
    loop {
        tokio::time::sleep(SUMMARY).await;
        let Some(presence) = presence.upgrade() else { return };
        let here: Vec<UserId> = lock(&presence.state).sessions.keys().copied().collect();
        for users in here.chunks(SUMMARY_USERS) {
            presence.fanout.hint(TOPIC, Hint::Present { node: presence.node, users: users.to_vec() });
        }
        presence.expire();
    }
}

struct PresenceSink(Weak<Presence>);

impl Sink for PresenceSink {
    fn event(&self, _: &Arc<kernel::Event>) {}

    fn hint(&self, hint: &Hint) {
        let Some(presence) = self.0.upgrade() else { return };
        match hint {
            Hint::Presence { node, user, online } => presence.hear(*node, &[*user], *online),
            Hint::Present { node, users } => presence.hear(*node, users, true),
            Hint::Profile { user } => presence.tell(*user, &ServerOp::Profiles { users: vec![*user] }),
            Hint::Head { .. } | Hint::Reached { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ports::OsRandom;

    const ADA: UserId = UserId(1);

    /// Two nodes: what one says, the other hears, unless the wire is cut.
    struct Wire {
        sinks: Mutex<Vec<Arc<dyn Sink>>>,
        cut: std::sync::atomic::AtomicBool,
    }

    impl Fanout for Wire {
        fn publish(&self, _: Arc<kernel::Event>) {}
        fn hint(&self, _: &str, hint: Hint) {
            if !self.cut.load(std::sync::atomic::Ordering::SeqCst) {
                let sinks = lock(&self.sinks).clone();
                sinks.iter().for_each(|sink| sink.hint(&hint));
            }
        }
        fn subscribe(&self, _: &str, sink: Arc<dyn Sink>) -> Subscription {
            lock(&self.sinks).push(sink);
            Subscription::new(|| {})
        }
    }

    fn wire() -> Arc<Wire> {
        Arc::new(Wire { sinks: Mutex::default(), cut: false.into() })
    }

    impl Presence {
        fn sees(&self, user: UserId) -> bool {
            lock(&self.state).online.contains_key(&user)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_person_on_two_nodes_is_here_until_both_are_left() {
        let wire = wire();
        let [one, two] = [(); 2].map(|()| Presence::start(wire.clone(), &OsRandom));
        one.came(ADA);
        two.came(ADA);
        one.went(ADA);
        tokio::time::sleep(GRACE * 2).await;
        assert!(one.sees(ADA) && two.sees(ADA));
        two.went(ADA);
        tokio::time::sleep(GRACE * 2).await;
        assert!(!one.sees(ADA) && !two.sees(ADA));
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_on_a_node_that_died_is_gone_and_a_lost_word_is_made_up_for() {
        let wire = wire();
        let dying = Presence::start(wire.clone(), &OsRandom);
        let living = Presence::start(wire.clone(), &OsRandom);
        wire.cut.store(true, std::sync::atomic::Ordering::SeqCst);
        dying.came(ADA);
        assert!(!living.sees(ADA), "the word was lost");
        wire.cut.store(false, std::sync::atomic::Ordering::SeqCst);
        tokio::time::sleep(SUMMARY * 2).await;
        assert!(living.sees(ADA));
        drop(dying);
        tokio::time::sleep(EXPIRY / 2).await;
        assert!(living.sees(ADA), "not too early");
        tokio::time::sleep(EXPIRY + SUMMARY).await;
        assert!(!living.sees(ADA));
    }
}
