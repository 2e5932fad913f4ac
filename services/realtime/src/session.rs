use crate::{
    Service,
    access::Guard,
    heads,
    lane::Lane,
    lock, send,
    track::After,
    watch::{self, Watching},
};
use kernel::{Caller, ChannelId, GuildId, Kind, Problem, Result, StreamName, UserId};
use messages_contract::Head;
use ports::{Sink, Subscription};
use realtime_contract::{Answer, ClientOp, Later, Outgoing, Request, ServerOp};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, Weak},
};
use tokio::sync::Notify;

/// Answers that may wait for a slow client; one more, and it is closed so that it costs nobody else.
const WAITING_FRAMES: usize = 4_096;
/// Differences are fetched only while fewer than this wait to be written.
const ROOM_FRAMES: usize = 512;
const WATCHED_USERS: usize = 200;
/// Seconds of silence after which a client should ping.
const PING_EVERY: u32 = 30;
/// Close codes of our own (RFC 6455 leaves 4000 to 4999 to applications).
const SESSION_ENDED: Outgoing = Outgoing::Close(4001, "session ended");
const TOO_SLOW: Outgoing = Outgoing::Close(4008, "too slow");

/// Wakes a session's writer. Rings that come before it looks are one.
#[derive(Default)]
pub(crate) struct Bell(Notify);

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }
}

/// One client's live session.
pub(crate) struct Session {
    pub(crate) service: Arc<Service>,
    pub(crate) bell: Arc<Bell>,
    pub(crate) state: Mutex<State>,
    room: Notify,
    itself: Weak<Session>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) caller: Option<Caller>,
    queue: VecDeque<Arc<str>>,
    pub(crate) watching: HashMap<StreamName, Watching>,
    pub(crate) sends: send::Queue,
    end: Option<Outgoing>,
    ended: bool,
    shown_users: Vec<UserId>,
    visible: Arc<BTreeSet<ChannelId>>,
    readings: Vec<heads::Reading>,
    guards: HashMap<GuildId, Arc<Guard>>,
    own: Vec<Subscription>,
}

pub(crate) fn encode(answer: &Answer) -> Arc<str> {
    // Our own types with string keys: encoding them has no way to fail.
    serde_json::to_string(answer).expect("answers are plain data").into()
}

impl Session {
    pub(crate) fn new(service: Arc<Service>) -> Arc<Self> {
        Arc::new_cyclic(|itself| Self {
            service,
            bell: Arc::default(),
            state: Mutex::default(),
            room: Notify::new(),
            itself: itself.clone(),
        })
    }

    pub(crate) fn arc(&self) -> Option<Arc<Self>> {
        self.itself.upgrade()
    }

    pub(crate) fn say(&self, op: ServerOp) {
        self.say_frame(encode(&Answer { reference: None, op }));
    }

    pub(crate) fn answer(&self, reference: Option<String>, op: ServerOp) {
        self.say_frame(encode(&Answer { reference, op }));
    }

    pub(crate) fn say_frame(&self, frame: Arc<str>) {
        let mut state = lock(&self.state);
        if state.ended {
            return;
        }
        if state.queue.len() >= WAITING_FRAMES {
            state.queue.clear();
            state.end = Some(TOO_SLOW);
        } else {
            state.queue.push_back(frame);
        }
        drop(state);
        self.bell.ring();
    }

    pub(crate) fn end(&self, how: Outgoing) {
        lock(&self.state).end.get_or_insert(how);
        self.bell.ring();
    }

    /// Waits until the client has taken most of what was queued for it.
    pub(crate) async fn room(&self) {
        loop {
            let waiting = self.room.notified();
            {
                let state = lock(&self.state);
                if state.queue.len() < ROOM_FRAMES || state.ended {
                    return;
                }
            }
            waiting.await;
        }
    }

    pub(crate) fn visible(&self) -> Arc<BTreeSet<ChannelId>> {
        lock(&self.state).visible.clone()
    }

    /// Guards a guild that something is watched of.
    pub(crate) fn guard(self: &Arc<Self>, guild: GuildId) {
        if !lock(&self.state).guards.contains_key(&guild) {
            let guard = self.service.access.guard(guild, self);
            lock(&self.state).guards.insert(guild, guard);
        }
    }

    /// What is watched of the guild stands still until it was asked again.
    pub(crate) fn access_changed(self: &Arc<Self>, guild: GuildId) {
        let caller = {
            let mut state = lock(&self.state);
            for watching in state.watching.values_mut().filter(|w| w.guild == Some(guild)) {
                watching.rechecking = true;
            }
            state.caller
        };
        let Some(caller) = caller else { return };
        let session = self.clone();
        tokio::spawn(async move {
            watch::recheck(&session, caller, guild).await;
            session.go_home(caller).await;
        });
    }

    /// Learns which channels the person sees, and hears their heads. Answers them, or nothing when guilds can't.
    pub(crate) async fn go_home(self: &Arc<Self>, caller: Caller) -> Arc<BTreeSet<ChannelId>> {
        let home = match self.service.deps.guilds.home(caller).await {
            Ok(home) => home,
            Err(problem) => {
                tracing::warn!(user = %caller.user, ?problem, "badges stay as they are");
                return Arc::default();
            }
        };
        let guilds = home.guilds.iter().map(|g| format!("heads/guild/{}", g.guild.id));
        let directs = home.directs.iter().map(|d| format!("heads/channel/{}", d.id));
        let readings = guilds.chain(directs).map(|topic| self.service.heads.read(topic, self)).collect();
        let guild_channels = home.guilds.iter().flat_map(|g| &g.channels);
        let visible: BTreeSet<ChannelId> = guild_channels.chain(&home.directs).map(|c| c.id).collect();
        let visible = Arc::new(visible);
        let before = {
            let mut state = lock(&self.state);
            state.visible = visible.clone();
            std::mem::replace(&mut state.readings, readings)
        };
        drop(before);
        visible
    }

    async fn unread(&self, caller: Caller, visible: &BTreeSet<ChannelId>) -> Vec<Head> {
        match self.service.deps.messages.heads(caller, visible.iter().copied().collect()).await {
            Ok(heads) => heads.heads.into_iter().filter(|h| h.number > h.marker).collect(),
            Err(problem) => {
                tracing::warn!(user = %caller.user, ?problem, "unread counts are left to the overview");
                Vec::new()
            }
        }
    }

    /// A channel that anyone in the guild may see has come: its heads are heard from now on.
    pub(crate) fn channel_created(self: &Arc<Self>) {
        let Some(caller) = lock(&self.state).caller else { return };
        let session = self.clone();
        tokio::spawn(async move { session.go_home(caller).await });
    }

    async fn hello(self: &Arc<Self>, reference: Option<String>, token: String) -> Result<()> {
        let accounts = &self.service.deps.accounts;
        let caller = accounts.authenticate(token.clone()).await?.caller;
        match lock(&self.state).caller {
            None => {}
            Some(before) if before.session == caller.session => {}
            Some(_) => {
                return Err(Problem::new(
                    Kind::Conflict,
                    "another_session",
                    "This socket belongs to another session: open a new one.",
                ));
            }
        }
        if lock(&self.state).caller.is_none() {
            let sink: Arc<dyn Sink> = Arc::new(OwnSink(Arc::downgrade(self), caller));
            let streams = ["accounts", "guilds"].map(|service| StreamName::user(service, caller.user));
            let own = streams.map(|s| self.service.fanout.subscribe(s.as_str(), sink.clone()));
            // Asked again now that its end would be heard: a session that ended in between is refused here.
            accounts.authenticate(token).await?;
            {
                let mut state = lock(&self.state);
                state.caller = Some(caller);
                state.own.extend(own);
            }
            self.service.presence.came(caller.user);
        }
        let visible = self.go_home(caller).await;
        let unread = self.unread(caller, &visible).await;
        self.answer(reference, ServerOp::Ready { user: caller.user, unread, ping_every: PING_EVERY });
        watch::own_streams(self, caller).await;
        Ok(())
    }

    async fn take(self: &Arc<Self>, request: Request) {
        let Request { reference, op } = request;
        if let ClientOp::Hello { token } = op {
            if let Err(problem) = self.hello(reference.clone(), token).await {
                self.answer(reference, ServerOp::Error { nonce: None, problem });
            }
            return;
        }
        let Some(caller) = lock(&self.state).caller else {
            let problem = Problem::new(Kind::Unauthenticated, "hello_first", "Say hello with an access token first.");
            return self.answer(reference, ServerOp::Error { nonce: None, problem });
        };
        match op {
            ClientOp::Hello { .. } => {}
            ClientOp::Ping => self.answer(reference, ServerOp::Pong),
            ClientOp::Watch { streams } => watch::watch(self, caller, reference, streams).await,
            ClientOp::Unwatch { streams } => watch::unwatch(self, &streams),
            ClientOp::WatchPresence { users } => self.watch_presence(reference, users),
            ClientOp::Send { channel, draft } => send::send(self, caller, reference, channel, draft),
            ClientOp::Read { channel, number } => {
                if let Err(problem) = self.service.deps.messages.mark_read(caller, channel, number).await {
                    self.answer(reference, ServerOp::Error { nonce: None, problem });
                }
            }
        }
    }

    fn watch_presence(self: &Arc<Self>, reference: Option<String>, users: Vec<UserId>) {
        if users.len() > WATCHED_USERS {
            let problem = Problem::field("users", "too_many_users", "Watch the presence of 200 people at most.");
            return self.answer(reference, ServerOp::Error { nonce: None, problem });
        }
        let before = std::mem::replace(&mut lock(&self.state).shown_users, users.clone());
        self.service.presence.unwatch(self, &before);
        let users = self.service.presence.watch(self, &users);
        self.answer(reference, ServerOp::Presence { users });
    }

    /// Takes all that can be written now; names the streams that fell too far behind.
    fn collect(&self) -> (Option<Outgoing>, Vec<StreamName>) {
        let mut state = lock(&self.state);
        let state = &mut *state;
        let mut frames: Vec<Arc<str>> = state.queue.drain(..).collect();
        let mut behind = Vec::new();
        for (stream, watching) in state.watching.iter_mut().filter(|(_, w)| w.is_live()) {
            match watching.lane.after(watching.cursor) {
                After::Frames(more, cursor) => {
                    frames.extend(more);
                    watching.cursor = cursor;
                }
                After::Behind => {
                    watching.fetching = true;
                    behind.push(stream.clone());
                }
            }
        }
        if !frames.is_empty() {
            return (Some(Outgoing::Frames(frames)), behind);
        }
        let end = state.end.take();
        state.ended |= end.is_some();
        (end, behind)
    }
}

impl realtime_contract::Session for Session {
    fn receive<'a>(&'a self, request: Request) -> Later<'a, ()> {
        let session = self.arc();
        Box::pin(async move {
            // A task of its own: a socket that closes doesn't take a commit's announcement with it.
            if let Some(session) = session {
                let taken = tokio::spawn(async move { session.take(request).await });
                if let Err(panic) = taken.await {
                    tracing::error!(%panic, "an op broke");
                }
            }
        })
    }

    fn refuse(&self, reference: Option<String>, problem: Problem) {
        self.answer(reference, ServerOp::Error { nonce: None, problem });
    }

    fn frames<'a>(&'a self) -> Later<'a, Outgoing> {
        Box::pin(async move {
            loop {
                let (outgoing, behind) = self.collect();
                if let (Some(session), false) = (self.arc(), behind.is_empty()) {
                    watch::catch_up(session, behind);
                }
                if let Some(outgoing) = outgoing {
                    self.room.notify_waiters();
                    return outgoing;
                }
                self.bell.0.notified().await;
            }
        })
    }

    fn close(&self) {
        let mut state = lock(&self.state);
        let state = std::mem::replace(&mut *state, State { ended: true, ..State::default() });
        for watching in state.watching.values() {
            watching.lane.leave(watching.ticket);
        }
        self.service.presence.unwatch(self, &state.shown_users);
        if let Some(caller) = state.caller {
            self.service.presence.went(caller.user);
        }
        self.room.notify_waiters();
    }
}

/// Hears the person's own streams: ends with the session, learns of new guilds and directs.
struct OwnSink(Weak<Session>, Caller);

impl Sink for OwnSink {
    fn event(&self, event: &Arc<kernel::Event>) {
        let Some(session) = self.0.upgrade() else { return };
        match event.kind.as_str() {
            "session_ended" => {
                let ended = event.parse::<accounts_contract::SessionEnded>();
                if ended.is_ok_and(|e| e.session == self.1.session) {
                    session.end(SESSION_ENDED);
                }
            }
            "guild_joined" | "guild_left" | "direct_opened" => {
                let caller = self.1;
                tokio::spawn(async move { session.go_home(caller).await });
            }
            _ => {}
        }
    }
}

impl Watching {
    pub(crate) fn new(lane: Arc<Lane>, bell: Arc<Bell>, cursor: i64, guild: Option<GuildId>) -> Self {
        let ticket = lane.join(bell);
        Self { lane, ticket, cursor, guild, fetching: false, rechecking: false }
    }
}
