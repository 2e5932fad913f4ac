use crate::{lock, session::Session};
use kernel::UserId;
use ports::{Fanout, Hint, Sink, Subscription};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, Weak},
    time::Duration,
};

/// A page that is loaded anew doesn't make a person flicker.
const GRACE: Duration = Duration::from_secs(3);
const TOPIC: &str = "presence";

/// Who is here, and who wants to know.
pub(crate) struct Presence {
    fanout: Arc<dyn Fanout>,
    state: Mutex<State>,
    subscription: Mutex<Option<Subscription>>,
}

#[derive(Default)]
struct State {
    /// Living sessions on this node.
    sessions: HashMap<UserId, usize>,
    /// Whom everyone was told to be online.
    online: HashMap<UserId, ()>,
    watchers: HashMap<UserId, Vec<Weak<Session>>>,
}

impl Presence {
    pub(crate) fn start(fanout: Arc<dyn Fanout>) -> Arc<Self> {
        let presence =
            Arc::new(Self { fanout: fanout.clone(), state: Mutex::default(), subscription: Mutex::default() });
        let subscription = fanout.subscribe(TOPIC, Arc::new(PresenceSink(Arc::downgrade(&presence))));
        *lock(&presence.subscription) = Some(subscription);
        presence
    }

    pub(crate) fn came(&self, user: UserId) {
        let first = {
            let mut state = lock(&self.state);
            let sessions = state.sessions.entry(user).or_insert(0);
            *sessions += 1;
            *sessions == 1 && !state.online.contains_key(&user)
        };
        if first {
            self.fanout.hint(TOPIC, Hint::Presence { user, online: true });
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
                !state.sessions.contains_key(&user) && state.online.contains_key(&user)
            };
            if gone {
                presence.fanout.hint(TOPIC, Hint::Presence { user, online: false });
                // Whoever came between the look and the word is said to be here again.
                if lock(&presence.state).sessions.contains_key(&user) {
                    presence.fanout.hint(TOPIC, Hint::Presence { user, online: true });
                }
            }
        });
    }

    /// Tells `session` of these people from now on, and who of them is here now.
    pub(crate) fn watch(&self, session: &Arc<Session>, users: &[UserId]) -> BTreeMap<UserId, bool> {
        let mut state = lock(&self.state);
        for user in users {
            let watchers = state.watchers.entry(*user).or_default();
            watchers.retain(|w| w.strong_count() > 0);
            watchers.push(Arc::downgrade(session));
        }
        users.iter().map(|user| (*user, state.online.contains_key(user))).collect()
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

    fn changed(&self, user: UserId, online: bool) {
        let watchers = {
            let mut state = lock(&self.state);
            match online {
                true => state.online.insert(user, ()),
                false => state.online.remove(&user),
            };
            state.watchers.get(&user).cloned().unwrap_or_default()
        };
        for session in watchers.iter().filter_map(Weak::upgrade) {
            session.say(realtime_contract::ServerOp::Presence { users: BTreeMap::from([(user, online)]) });
        }
    }
}

struct PresenceSink(Weak<Presence>);

impl Sink for PresenceSink {
    fn event(&self, _: &Arc<kernel::Event>) {}

    fn hint(&self, hint: &Hint) {
        if let (Hint::Presence { user, online }, Some(presence)) = (hint, self.0.upgrade()) {
            presence.changed(*user, *online);
        }
    }
}
