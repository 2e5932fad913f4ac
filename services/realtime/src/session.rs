use crate::{
    Service,
    access::Guard,
    heads,
    lane::{Lane, News},
    lock, ops,
    out::{Out, Written},
    own, send, shown,
    track::After,
    watch,
    watches::{Watches, Watching},
};
use kernel::{Caller, ChannelId, Kind, Problem, SessionId, StreamName};
use realtime_contract::{Answer, Flow, Frame, Later, Request, ServerOp, Wire};
use std::{
    collections::HashSet,
    io::Result,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Waker},
};
use tokio::sync::Notify;
use tracing::Instrument;

/// Bytes that may wait for a slow client; more, and it is closed so that it costs nobody else.
const WAITING_BYTES: usize = 1 << 20;
/// Differences are fetched, and lanes read, only while less than this waits to be written.
const ROOM_BYTES: usize = 256 << 10;
/// Close codes of our own (RFC 6455 leaves 4000 to 4999 to applications).
const SILENT: (u16, &str) = (4000, "silent");
pub(crate) const SESSION_ENDED: (u16, &str) = (4001, "session ended");
const NO_HELLO: (u16, &str) = (4003, "say hello first");
const TOO_SLOW: (u16, &str) = (4008, "too slow");
/// How long a socket may stay without a hello, may be silent, and may take nothing, in seconds.
const HELLO_SECONDS: u32 = 10;
const SILENCE_SECONDS: u32 = 35;
const PING_SECONDS: u32 = 15;
const BLOCKED_SECONDS: u32 = 8;

/// One client's live session. Its state has one lock; nothing is awaited and nobody else's lock is taken for long
/// while it is held.
///
/// What a delivery looks at comes first and lies together: thousands of sessions don't fit into the processor's cache,
/// and each line of memory has to be waited for.
#[repr(C)]
pub(crate) struct Session {
    wire: Arc<dyn Wire>,
    pub(crate) state: Mutex<State>,
    pub(crate) service: Arc<Service>,
    /// Guilds is asked one thing at a time, so that an older answer never replaces a newer one.
    pub(crate) asking: tokio::sync::Mutex<()>,
    room: Notify,
    heard: AtomicU32,
    itself: Weak<Session>,
}

#[derive(Default)]
#[repr(C)]
pub(crate) struct State {
    out: Out,
    pub(crate) watching: Watches,
    end: Option<(u16, &'static str)>,
    /// Everything was said: the socket's task lets go.
    ended: bool,
    /// The socket's task has let go.
    closed: bool,
    pub(crate) caller: Option<Caller>,
    pub(crate) sends: send::Queue,
    /// The socket's task, which waits for the flow to change.
    task: Option<Waker>,
    opened_at: u32,
    blocked_at: u32,
    /// Nobody is at the device.
    pub(crate) is_idle: bool,
    pub(crate) shown: Option<Box<shown::Shown>>,
    /// The channels that the person sees, in order.
    pub(crate) visible: Arc<[ChannelId]>,
    pub(crate) readings: Vec<heads::Reading>,
    pub(crate) guards: Vec<Arc<Guard>>,
    pub(crate) own: Option<Box<own::Own>>,
}

impl State {
    /// Nothing more is taken from this client.
    pub(crate) fn is_over(&self) -> bool {
        self.end.is_some() || self.ended || self.closed
    }

    fn turn(&mut self) {
        if let Some(task) = self.task.take() {
            task.wake();
        }
    }

    fn flow(&self) -> Flow {
        match (self.ended, self.out.is_blocked()) {
            (true, _) => Flow::Ended,
            (_, true) => Flow::Blocked,
            _ => Flow::Open,
        }
    }
}

impl Session {
    pub(crate) fn new(service: Arc<Service>, wire: Arc<dyn Wire>) -> Arc<Self> {
        let now = service.seconds();
        Arc::new_cyclic(|itself| Self {
            service,
            state: Mutex::new(State { opened_at: now, ..State::default() }),
            asking: tokio::sync::Mutex::default(),
            wire,
            room: Notify::new(),
            heard: AtomicU32::new(now),
            itself: itself.clone(),
        })
    }

    pub(crate) fn say(&self, op: ServerOp) {
        self.answer(None, op);
    }

    pub(crate) fn answer(&self, reference: Option<String>, op: ServerOp) {
        if let ServerOp::Error { problem, .. } = &op
            && problem.kind == Kind::Internal
        {
            tracing::error!(reference, ?problem, "an op failed");
        }
        // Our own types with string keys: encoding them has no way to fail.
        let json = serde_json::to_string(&Answer { reference, op }).expect("answers are plain data");
        self.say_frame(Frame::text(&json));
    }

    /// Queues a frame and writes what the wire takes.
    pub(crate) fn say_frame(&self, frame: Frame) {
        self.say_frame_in(&mut lock(&self.state), frame);
    }

    pub(crate) fn say_frame_in(&self, state: &mut State, frame: Frame) {
        if state.is_over() {
            return;
        }
        if state.out.bytes() + frame.bytes().len() > WAITING_BYTES {
            self.end_in(state, TOO_SLOW);
            return;
        }
        state.out.push(frame);
        self.write_in(state);
    }

    /// The session ends: what is queued is still written, but for a client that is too slow to take it.
    pub(crate) fn end_with(&self, how: (u16, &'static str)) {
        let mut state = lock(&self.state);
        self.end_in(&mut state, how);
    }

    fn end_in(&self, state: &mut State, how: (u16, &'static str)) {
        if state.is_over() {
            return;
        }
        state.end = Some(how);
        if how == TOO_SLOW || how == SILENT {
            state.out.drop_whole_frames();
        }
        state.out.push(self.wire.closing(how.0, how.1));
        if how == TOO_SLOW {
            // Its buffers are full: it is told if there is room for that, and not waited for.
            drop(state.out.write(&*self.wire));
            state.ended = true;
        }
        self.write_in(state);
        state.turn();
        self.room.notify_waiters();
    }

    /// Writes what is queued, then what the lanes have, until the wire takes no more.
    fn write_in(&self, state: &mut State) {
        if state.out.is_blocked() || state.ended {
            return;
        }
        let written = state.out.write(&*self.wire);
        self.wrote(state, written);
        if state.out.bytes() < ROOM_BYTES || state.is_over() {
            self.room.notify_waiters();
        }
    }

    fn wrote(&self, state: &mut State, written: Result<Written>) {
        match written {
            Ok(Written::All) if state.end.is_none() => return,
            Ok(Written::Some) => state.blocked_at = self.service.seconds(),
            Ok(Written::All) | Err(_) => state.ended = true,
        }
        state.turn();
    }

    /// Queues and writes what the lanes have beyond the cursors; names the streams that fell too far behind.
    fn read_lanes(&self) -> Vec<(StreamName, u32)> {
        let mut behind = Vec::new();
        let mut state = lock(&self.state);
        self.write_in(&mut state);
        let state = &mut *state;
        let assurance = &self.service.assurance;
        let is_behind = |w: &Watching| w.is_live() && w.cursor < w.lane.last();
        for watching in state.watching.iter_mut().filter(|w| is_behind(w) && assurance.lets(&w.lane)) {
            if state.end.is_some() || state.out.is_blocked() || state.out.bytes() > ROOM_BYTES {
                break;
            }
            match watching.lane.after(watching.cursor) {
                After::Frames(frames, cursor) => {
                    frames.into_iter().for_each(|frame| state.out.push(frame));
                    watching.cursor = cursor;
                }
                After::Behind => {
                    watching.fetching = true;
                    behind.push((watching.lane.stream.clone(), watching.ticket));
                }
            }
        }
        self.write_in(state);
        behind
    }

    /// Brings the news of one lane: what of it the wire takes now is written without a copy.
    pub(crate) fn take_news(self: &Arc<Self>, lane: &Lane, news: &News) {
        let mut state = lock(&self.state);
        let state = &mut *state;
        if state.is_over() || !state.out.is_empty() {
            // What waits goes first; the lane is read again when it was written.
            return;
        }
        let Some(watching) = state.watching.of_lane(lane).filter(|w| w.is_live()) else { return };
        if let Some((frames, cursor)) = news.after(watching.cursor) {
            watching.cursor = cursor;
            let written = state.out.write_through(&*self.wire, frames);
            return self.wrote(state, written);
        }
        match lane.after(watching.cursor) {
            After::Frames(frames, cursor) => {
                watching.cursor = cursor;
                frames.into_iter().for_each(|frame| state.out.push(frame));
                self.write_in(state);
            }
            After::Behind => {
                watching.fetching = true;
                watch::catch_up(self.clone(), vec![(lane.stream.clone(), watching.ticket)]);
            }
        }
    }

    /// Reads the lanes after something stood still.
    pub(crate) fn continue_lanes(self: &Arc<Self>) {
        let behind = self.read_lanes();
        if !behind.is_empty() {
            watch::catch_up(self.clone(), behind);
        }
    }

    /// Waits until the client has taken most of what was queued for it. False: it is gone.
    pub(crate) async fn room(&self) -> bool {
        loop {
            let waiting = self.room.notified();
            {
                let state = lock(&self.state);
                if state.is_over() {
                    return false;
                }
                if state.out.bytes() < ROOM_BYTES {
                    return true;
                }
            }
            waiting.await;
        }
    }

    /// Looks after the session once a second: pings the quiet, ends the silent, the slow and the unknown.
    pub(crate) fn look_after(&self, now: u32) {
        let quiet = now.saturating_sub(self.heard.load(Ordering::Relaxed));
        let mut state = lock(&self.state);
        if state.closed {
            return;
        }
        if state.ended || (state.end.is_some() && now.saturating_sub(state.blocked_at) > BLOCKED_SECONDS) {
            state.ended = true;
            state.turn();
        } else if state.out.is_blocked() && now.saturating_sub(state.blocked_at) > BLOCKED_SECONDS {
            self.end_in(&mut state, TOO_SLOW);
        } else if state.caller.is_none() && now.saturating_sub(state.opened_at) > HELLO_SECONDS {
            self.end_in(&mut state, NO_HELLO);
        } else if quiet > SILENCE_SECONDS {
            self.end_in(&mut state, SILENT);
        } else if quiet > 0 && quiet.is_multiple_of(PING_SECONDS) && !state.is_over() {
            state.out.push(self.wire.ping());
            self.write_in(&mut state);
        }
    }

    /// Whether it is one of these sessions of accounts.
    pub(crate) fn is_of(&self, sessions: &HashSet<SessionId>) -> bool {
        lock(&self.state).caller.is_some_and(|caller| sessions.contains(&caller.session))
    }

    pub(crate) fn is_gone(&self) -> bool {
        lock(&self.state).closed
    }

    pub(crate) fn visible(&self) -> Arc<[ChannelId]> {
        lock(&self.state).visible.clone()
    }
}

impl realtime_contract::Session for Session {
    fn receive(&self, request: Request) -> Later<()> {
        let session = self.itself.upgrade();
        Box::pin(async move {
            let Some(session) = session else { return };
            if ops::waits(&request.op) {
                // A task of its own: a socket that closes doesn't take a commit's announcement with it.
                let taken = tokio::spawn(async move { ops::take(&session, request).await }.in_current_span());
                if let Err(panic) = taken.await {
                    tracing::error!(%panic, "an op broke");
                }
            } else {
                ops::take(&session, request).await;
            }
        })
    }

    fn refuse(&self, reference: Option<String>, problem: Problem) {
        self.answer(reference, ServerOp::Error { nonce: None, problem });
    }

    fn control(&self, frame: Frame) {
        self.say_frame(frame);
    }

    fn heard(&self) {
        self.heard.store(self.service.seconds(), Ordering::Relaxed);
    }

    fn end(&self, code: u16, reason: &'static str) {
        self.end_with((code, reason));
    }

    fn flow(&self) -> Flow {
        lock(&self.state).flow()
    }

    fn poll_flow(&self, cx: &mut Context<'_>) -> Flow {
        let mut state = lock(&self.state);
        match &mut state.task {
            Some(task) => task.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        state.flow()
    }

    fn flush(&self) {
        lock(&self.state).out.unblock();
        if let Some(session) = self.itself.upgrade() {
            session.continue_lanes();
        }
    }

    fn close(&self) {
        let state = {
            let mut state = lock(&self.state);
            if state.closed {
                return;
            }
            std::mem::replace(&mut *state, State { ended: true, closed: true, ..State::default() })
        };
        for watching in state.watching.iter() {
            watching.lane.leave(watching.place);
        }
        if let Some(shown) = &state.shown {
            self.service.presence.unwatch(self, &shown.told);
        }
        if let Some(caller) = state.caller {
            self.service.presence.went(caller.user, !state.is_idle);
        }
        self.room.notify_waiters();
    }
}
