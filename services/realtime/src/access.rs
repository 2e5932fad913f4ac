use crate::{lock, session::Session, watch};
use guilds_contract::{AccessChanged, ChannelDeleted, Membership};
use kernel::{Event, GuildId, StreamName, UserId};
use ports::{Fanout, Hint, Sink, Subscription};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicI64, Ordering},
    },
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
    /// The newest `seq` heard; 0 before the first.
    heard: AtomicI64,
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
            let guard = Arc::new(Guard {
                guild,
                sessions: Mutex::default(),
                heard: AtomicI64::new(0),
                subscription: Mutex::default(),
            });
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

impl Guard {
    fn sessions(&self) -> Vec<Arc<Session>> {
        lock(&self.sessions).iter().filter_map(Weak::upgrade).collect()
    }

    /// Notes that the stream has come to `seq`. When what was said before may have been lost, it is taken to have been
    /// about everyone.
    fn hear(&self, seq: i64, lost_after: i64) {
        let before = self.heard.fetch_max(seq, Ordering::SeqCst);
        if before > 0 && before < lost_after {
            for session in self.sessions() {
                session.access_changed(self.guild);
                session.acquaintances_lost();
            }
        }
    }
}

struct GuardSink(Weak<Guard>);

impl Sink for GuardSink {
    fn event(&self, event: &Arc<Event>) {
        let Some(guard) = self.0.upgrade() else { return };
        guard.hear(event.seq, event.seq - 1);
        if matches!(event.kind.as_str(), "member_joined" | "member_left")
            && let Ok(Membership { user, .. }) = event.parse()
        {
            guard.sessions().iter().for_each(|session| session.acquaintance_changed(user));
        }
        // An event that can't be read is taken to be about everyone.
        let whom: Option<Vec<UserId>> = match event.kind.as_str() {
            "member_left" => event.parse::<Membership>().ok().map(|m| vec![m.user]),
            "access_changed" => event.parse::<AccessChanged>().ok().and_then(|a| a.users),
            "channel_deleted" | "guild_deleted" | "channel_created" => None,
            _ => return,
        };
        for session in guard.sessions().iter().filter(|s| s.is_one_of(whom.as_deref())) {
            match event.kind.as_str() {
                "channel_created" => session.channel_created(),
                "channel_deleted" => match event.parse::<ChannelDeleted>() {
                    Ok(deleted) => watch::channel_deleted(session, deleted.channel),
                    Err(_) => session.access_changed(guard.guild),
                },
                _ => session.access_changed(guard.guild),
            }
        }
    }

    fn hint(&self, hint: &Hint) {
        if let (Hint::Reached { seq }, Some(guard)) = (hint, self.0.upgrade()) {
            guard.hear(*seq, *seq);
        }
    }
}
