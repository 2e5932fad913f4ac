use crate::{here::Here, lock, session::Session};
use kernel::{Availability, UserId};
use people_contract::PROFILES;
use ports::{Fanout, Hint, Random, Sink, Subscription};
use realtime_contract::ServerOp;
use std::{
    collections::{BTreeMap, HashMap},
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
    /// Who has living sessions on this node.
    here: HashMap<UserId, Here>,
    /// The nodes that somebody is on, how, and until when that is believed. Nobody has an empty list.
    online: HashMap<UserId, Vec<(u64, Instant, Availability)>>,
    watchers: HashMap<UserId, Vec<Weak<Session>>>,
}

impl State {
    fn seen(&self, user: UserId) -> Option<Availability> {
        self.online.get(&user)?.iter().map(|(_, _, seen)| *seen).max()
    }

    fn is_on(&mut self, user: UserId, node: u64, seen: Availability) {
        let (nodes, until) = (self.online.entry(user).or_default(), Instant::now() + EXPIRY);
        match nodes.iter_mut().find(|(other, ..)| *other == node) {
            Some(known) => (known.1, known.2) = (until, seen),
            None => {
                // Most people are on one node.
                nodes.reserve_exact(1);
                nodes.push((node, until, seen));
            }
        }
    }

    fn is_off(&mut self, user: UserId, is_gone: impl Fn(u64, Instant) -> bool) {
        let Some(nodes) = self.online.get_mut(&user) else { return };
        nodes.retain(|(node, until, _)| !is_gone(*node, *until));
        if nodes.is_empty() {
            self.online.remove(&user);
        }
    }

    /// Changes where somebody is. Answers how the person is seen from now on, if that is another way than before.
    fn change(&mut self, user: UserId, how: impl FnOnce(&mut Self)) -> Option<Option<Availability>> {
        let before = self.seen(user);
        how(self);
        let now = self.seen(user);
        (now != before).then_some(now)
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

    /// A session began, at whose device somebody is. Answers whether it must learn how the person wants to be seen, because no other
    /// session hears of it.
    pub(crate) fn came(&self, user: UserId) -> bool {
        let must_learn = {
            let mut state = lock(&self.state);
            let here = state.here.entry(user).or_default();
            here.sessions += 1;
            here.active += 1;
            here.sessions == 1 || !here.is_known()
        };
        self.settle(user);
        must_learn
    }

    /// A session ended.
    pub(crate) fn went(self: &Arc<Self>, user: UserId, was_active: bool) {
        if let Some(here) = lock(&self.state).here.get_mut(&user) {
            here.sessions -= 1;
            here.active -= u32::from(was_active);
        }
        let presence = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(GRACE).await;
            presence.settle(user);
        });
    }

    /// At one of the person's devices somebody is, or isn't any more. Not told before [`Self::settle`].
    pub(crate) fn count(&self, user: UserId, is_active: bool) {
        if let Some(here) = lock(&self.state).here.get_mut(&user) {
            here.active = if is_active { here.active + 1 } else { here.active - 1 };
        }
    }

    /// The person wants to be seen so, since this version of the settings.
    pub(crate) fn choose(&self, user: UserId, version: i64, wish: people_contract::Presence) {
        if let Some(here) = lock(&self.state).here.get_mut(&user) {
            here.choose(version, wish);
        }
        self.settle(user);
    }

    /// Whether it is known how the person wants to be seen; or the person isn't here.
    pub(crate) fn is_known(&self, user: UserId) -> bool {
        lock(&self.state).here.get(&user).is_none_or(Here::is_known)
    }

    /// Tells all nodes how the person is seen on this one, where that is news.
    pub(crate) fn settle(&self, user: UserId) {
        let mut word = self.word(user, Here::begin);
        while let Some(seen) = word {
            let (online, seen) = (seen.is_some(), seen.unwrap_or_default());
            self.fanout.hint(TOPIC, Hint::Presence { node: self.node, user, online, seen });
            word = self.word(user, Here::next);
        }
    }

    fn word(&self, user: UserId, take: fn(&mut Here) -> Option<Option<Availability>>) -> Option<Option<Availability>> {
        let mut state = lock(&self.state);
        let here = state.here.get_mut(&user)?;
        let word = take(here);
        if here.is_over() {
            state.here.remove(&user);
        }
        word
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

    /// Who of these people is here now, and how.
    pub(crate) fn here(&self, users: &[UserId]) -> HashMap<UserId, Availability> {
        let state = lock(&self.state);
        users.iter().filter_map(|user| Some((*user, state.seen(*user)?))).collect()
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

    /// None: they are not on that node.
    fn hear(&self, node: u64, users: &[UserId], seen: Option<Availability>) {
        for user in users {
            let changed = lock(&self.state).change(*user, |state| match seen {
                Some(seen) => state.is_on(*user, node, seen),
                None => state.is_off(*user, |other, _| other == node),
            });
            if let Some(now) = changed {
                self.tell_presence(*user, now);
            }
        }
    }

    fn tell_presence(&self, user: UserId, seen: Option<Availability>) {
        self.tell(user, &ServerOp::presence([(user, seen)]));
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
        let changed: Vec<_> = {
            let mut state = lock(&self.state);
            let late = state.online.iter().filter(|(_, nodes)| nodes.iter().any(|(_, until, _)| *until < now));
            let late: Vec<UserId> = late.map(|(user, _)| *user).collect();
            let forget = |user| Some((user, state.change(user, |state| state.is_off(user, |_, until| until < now))?));
            late.into_iter().filter_map(forget).collect()
        };
        changed.into_iter().for_each(|(user, seen)| self.tell_presence(user, seen));
    }

    /// Says who is on this node, and how.
    fn sum_up(&self) {
        let mut here: BTreeMap<Availability, Vec<UserId>> = BTreeMap::new();
        for (user, person) in &lock(&self.state).here {
            if let Some(seen) = person.said() {
                here.entry(seen).or_default().push(*user);
            }
        }
        for (seen, users) in here {
            for users in users.chunks(SUMMARY_USERS) {
                self.fanout.hint(TOPIC, Hint::Present { node: self.node, users: users.to_vec(), seen });
            }
        }
    }
}

async fn sum_up(presence: Weak<Presence>) {
    loop {
        tokio::time::sleep(SUMMARY).await;
        let Some(presence) = presence.upgrade() else { return };
        presence.sum_up();
        presence.expire();
    }
}

struct PresenceSink(Weak<Presence>);

impl Sink for PresenceSink {
    fn event(&self, _: &Arc<kernel::Event>) {}

    fn hint(&self, hint: &Hint) {
        let Some(presence) = self.0.upgrade() else { return };
        match hint {
            Hint::Presence { node, user, online, seen } => presence.hear(*node, &[*user], online.then_some(*seen)),
            Hint::Present { node, users, seen } => presence.hear(*node, users, Some(*seen)),
            Hint::Profile { user } => presence.tell(*user, &ServerOp::Profiles { users: vec![*user] }),
            Hint::Head { .. } | Hint::Reached { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use people_contract::Presence as Wish;
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
        fn sees(&self, user: UserId) -> Option<Availability> {
            lock(&self.state).seen(user)
        }

        /// Somebody comes who wants to be seen so.
        fn comes(&self, user: UserId, wish: Wish) {
            self.came(user);
            self.choose(user, 1, wish);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_person_on_two_nodes_is_here_until_both_are_left() {
        let wire = wire();
        let [one, two] = [(); 2].map(|()| Presence::start(wire.clone(), &OsRandom));
        one.comes(ADA, Wish::Online);
        two.comes(ADA, Wish::Online);
        one.went(ADA, true);
        tokio::time::sleep(GRACE * 2).await;
        assert!(one.sees(ADA).is_some() && two.sees(ADA).is_some());
        two.went(ADA, true);
        tokio::time::sleep(GRACE * 2).await;
        assert!(one.sees(ADA).is_none() && two.sees(ADA).is_none());
        assert!(lock(&one.state).here.is_empty() && lock(&two.state).here.is_empty(), "nothing stays");
    }

    #[tokio::test(start_paused = true)]
    async fn the_best_living_device_on_any_node_stands_for_the_person() {
        let wire = wire();
        let [one, two] = [(); 2].map(|()| Presence::start(wire.clone(), &OsRandom));
        one.comes(ADA, Wish::Online);
        two.comes(ADA, Wish::Online);
        let turn = |node: &Presence, is_active| {
            node.count(ADA, is_active);
            node.settle(ADA);
        };
        turn(&one, false);
        assert_eq!(one.sees(ADA), Some(Availability::Online), "somebody is at the other one");
        turn(&two, false);
        assert_eq!(one.sees(ADA), Some(Availability::Idle));
        turn(&one, true);
        assert_eq!(two.sees(ADA), Some(Availability::Online));
        one.went(ADA, true);
        tokio::time::sleep(GRACE * 2).await;
        assert_eq!(two.sees(ADA), Some(Availability::Idle), "the used one is gone");
    }

    #[tokio::test(start_paused = true)]
    async fn who_wants_to_be_hidden_is_said_nowhere() {
        let wire = wire();
        let [one, two] = [(); 2].map(|()| Presence::start(wire.clone(), &OsRandom));
        one.came(ADA);
        tokio::time::sleep(SUMMARY * 2).await;
        assert_eq!(two.sees(ADA), None, "nothing is said before the wish is known");
        one.choose(ADA, 4, Wish::Invisible);
        tokio::time::sleep(SUMMARY * 2).await;
        assert_eq!((one.sees(ADA), two.sees(ADA)), (None, None));
        one.choose(ADA, 5, Wish::DoNotDisturb);
        one.choose(ADA, 4, Wish::Invisible);
        assert_eq!(two.sees(ADA), Some(Availability::DoNotDisturb), "the later wish counts");
        one.choose(ADA, 6, Wish::Invisible);
        assert_eq!((one.sees(ADA), two.sees(ADA)), (None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_on_a_node_that_died_is_gone_and_a_lost_word_is_made_up_for() {
        let wire = wire();
        let dying = Presence::start(wire.clone(), &OsRandom);
        let living = Presence::start(wire.clone(), &OsRandom);
        let cut = |is_cut| wire.cut.store(is_cut, std::sync::atomic::Ordering::SeqCst);
        cut(true);
        dying.comes(ADA, Wish::Online);
        assert!(living.sees(ADA).is_none(), "the word was lost");
        cut(false);
        tokio::time::sleep(SUMMARY * 2).await;
        assert_eq!(living.sees(ADA), Some(Availability::Online));
        cut(true);
        dying.choose(ADA, 2, Wish::Idle);
        cut(false);
        tokio::time::sleep(SUMMARY * 2).await;
        assert_eq!(living.sees(ADA), Some(Availability::Idle), "and so is a lost change");
        drop(dying);
        tokio::time::sleep(EXPIRY / 2).await;
        assert!(living.sees(ADA).is_some(), "not too early");
        tokio::time::sleep(EXPIRY + SUMMARY).await;
        assert!(living.sees(ADA).is_none());
    }
}
