use crate::{
    assurance::{Assurance, Moment},
    lock,
    session::Session,
    watch,
};
use guilds_contract::{AccessChanged, ChannelDeleted, Guilds, Membership};
use kernel::{Event, GuildId, Reader, Result, StreamName, UserId};
use ports::{Fanout, Hint, Sink, Subscription};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicI64, Ordering},
    },
};

/// Takes access away from live sessions. A guild is guarded while a session is at home in it or watches anything of
/// it: when the guild's stream says that access may have changed, what is watched of it stands still until it was asked
/// again.
pub(crate) struct Access {
    fanout: Arc<dyn Fanout>,
    assurance: Arc<Assurance>,
    guards: Mutex<HashMap<GuildId, Weak<Guard>>>,
}

pub(crate) struct Guard {
    pub(crate) guild: GuildId,
    sessions: Mutex<Vec<Weak<Session>>>,
    /// The newest `seq` heard; 0 before the first.
    heard: AtomicI64,
    /// When guilds was asked last how far the stream is.
    pub(crate) answered: Moment,
    /// When access changed last.
    changed: Moment,
    assurance: Arc<Assurance>,
    subscription: Mutex<Option<Subscription>>,
}

impl Access {
    pub(crate) fn new(fanout: Arc<dyn Fanout>, assurance: Arc<Assurance>) -> Arc<Self> {
        Arc::new(Self { fanout, assurance, guards: Mutex::default() })
    }

    /// Guards what `session` hears of `guild` while the answer is held. Asked for once by a session.
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
                answered: Moment::default(),
                changed: Moment::default(),
                assurance: self.assurance.clone(),
                subscription: Mutex::default(),
            });
            let sink = Arc::new(GuardSink(Arc::downgrade(&guard)));
            *lock(&guard.subscription) = Some(self.fanout.subscribe(StreamName::guild(guild).as_str(), sink));
            guards.insert(guild, Arc::downgrade(&guard));
            self.assurance.begin(&guard);
            guard
        });
        let mut sessions = lock(&guard.sessions);
        // Those that are gone are cleared away when the list would grow.
        if sessions.len() == sessions.capacity() {
            sessions.retain(|s| s.strong_count() > 0);
        }
        sessions.push(Arc::downgrade(session));
        drop(sessions);
        guard
    }
}

impl Guard {
    fn sessions(&self) -> Vec<Arc<Session>> {
        lock(&self.sessions).iter().filter_map(Weak::upgrade).collect()
    }

    /// Whether all is known that the stream has said up to `seq`, or what was lost was taken to be about everyone.
    pub(crate) fn has_heard(&self, seq: i64) -> bool {
        self.heard.load(Ordering::SeqCst) >= seq
    }

    /// Whether somebody may still have been let in by what was true before access changed.
    pub(crate) fn is_restless(&self) -> bool {
        self.assurance.is_restless(&self.changed)
    }

    /// The owner says that the stream has come to `head`: takes what wasn't heard.
    pub(crate) async fn follow(&self, guilds: &dyn Guilds, head: i64) -> Result<()> {
        let heard = self.heard.load(Ordering::SeqCst);
        if heard > 0 {
            let missed = guilds.difference(Reader::Service, StreamName::guild(self.guild), heard).await?;
            if !missed.reset && !missed.more {
                missed.events.iter().for_each(|event| self.take(event));
                return Ok(());
            }
        }
        self.heard.fetch_max(head, Ordering::SeqCst);
        self.everyone_may_have_changed();
        Ok(())
    }

    /// Notes that the stream has come to `seq`. When what was said before may have been lost, it is taken to have been
    /// about everyone.
    fn hear(&self, seq: i64, lost_after: i64) {
        let before = self.heard.fetch_max(seq, Ordering::SeqCst);
        if before > 0 && before < lost_after {
            self.everyone_may_have_changed();
        }
    }

    fn everyone_may_have_changed(&self) {
        self.assurance.note(&self.changed);
        for session in self.sessions() {
            session.access_changed(self.guild);
            session.acquaintances_lost();
        }
    }

    fn take(&self, event: &Event) {
        self.hear(event.seq, event.seq - 1);
        if matches!(event.kind.as_str(), "member_joined" | "member_left")
            && let Ok(Membership { user, .. }) = event.parse()
        {
            self.sessions().iter().for_each(|session| session.acquaintance_changed(user));
        }
        // An event that can't be read is taken to be about everyone.
        let whom: Option<Vec<UserId>> = match event.kind.as_str() {
            "member_left" => event.parse::<Membership>().ok().map(|m| vec![m.user]),
            "access_changed" => event.parse::<AccessChanged>().ok().and_then(|a| a.users),
            "channel_deleted" | "guild_deleted" | "channel_created" => None,
            _ => return,
        };
        self.assurance.note(&self.changed);
        for session in self.sessions().iter().filter(|s| s.is_one_of(whom.as_deref())) {
            match event.kind.as_str() {
                "channel_created" => session.channel_created(),
                "channel_deleted" => match event.parse::<ChannelDeleted>() {
                    Ok(deleted) => watch::channel_deleted(session, deleted.channel),
                    Err(_) => session.access_changed(self.guild),
                },
                _ => session.access_changed(self.guild),
            }
        }
    }
}

struct GuardSink(Weak<Guard>);

impl Sink for GuardSink {
    fn event(&self, event: &Arc<Event>) {
        if let Some(guard) = self.0.upgrade() {
            guard.take(event);
        }
    }

    fn hint(&self, hint: &Hint) {
        if let (Hint::Reached { seq }, Some(guard)) = (hint, self.0.upgrade()) {
            guard.hear(*seq, *seq);
        }
    }
}
