use crate::{lock, session::Session};
use guilds_contract::{AccessChanged, Membership};
use kernel::{Event, GuildId, StreamName, UserId};
use ports::{Fanout, Sink, Subscription};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, Weak},
};

/// Takes access away from live sessions. A guild is guarded while a session watches anything of it: when the
/// guild's stream says that access may have changed, what is watched of it stands still until it was asked again.
pub(crate) struct Access {
    fanout: Arc<dyn Fanout>,
    guards: Mutex<HashMap<GuildId, Weak<Guard>>>,
}

pub(crate) struct Guard {
    pub(crate) guild: GuildId,
    sessions: Mutex<Vec<Weak<Session>>>,
    subscription: Mutex<Option<Subscription>>,
}

impl Access {
    pub(crate) fn new(fanout: Arc<dyn Fanout>) -> Arc<Self> {
        Arc::new(Self { fanout, guards: Mutex::default() })
    }

    /// Guards what `session` watches of `guild` while the answer is held.
    pub(crate) fn guard(&self, guild: GuildId, session: &Arc<Session>) -> Arc<Guard> {
        let mut guards = lock(&self.guards);
        if guards.len() == guards.capacity() {
            guards.retain(|_, guard| guard.strong_count() > 0);
        }
        let there = guards.get(&guild).and_then(Weak::upgrade);
        let guard = there.unwrap_or_else(|| {
            let guard = Arc::new(Guard { guild, sessions: Mutex::default(), subscription: Mutex::default() });
            let sink = Arc::new(GuardSink(Arc::downgrade(&guard)));
            *lock(&guard.subscription) = Some(self.fanout.subscribe(StreamName::guild(guild).as_str(), sink));
            guards.insert(guild, Arc::downgrade(&guard));
            guard
        });
        let mut sessions = lock(&guard.sessions);
        sessions.retain(|s| s.strong_count() > 0 && !std::ptr::eq(s.as_ptr(), Arc::as_ptr(session)));
        sessions.push(Arc::downgrade(session));
        drop(sessions);
        guard
    }
}

struct GuardSink(Weak<Guard>);

impl Sink for GuardSink {
    fn event(&self, event: &Arc<Event>) {
        let Some(guard) = self.0.upgrade() else { return };
        // An event that can't be read is taken to be about everyone.
        let whom: Option<Vec<UserId>> = match event.kind.as_str() {
            "member_left" => event.parse::<Membership>().ok().map(|m| vec![m.user]),
            "access_changed" => event.parse::<AccessChanged>().ok().and_then(|a| a.users),
            "channel_deleted" | "guild_deleted" | "channel_created" => None,
            _ => return,
        };
        let sessions: Vec<Arc<Session>> = lock(&guard.sessions).iter().filter_map(Weak::upgrade).collect();
        for session in sessions.iter().filter(|s| s.is_one_of(whom.as_deref())) {
            match event.kind.as_str() {
                "channel_created" => session.channel_created(),
                _ => session.access_changed(guard.guild),
            }
        }
    }
}
