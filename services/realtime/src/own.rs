//! A person's own streams: four for each, little happens on them, and few sockets hear them. So they have no lane: the
//! session has a cursor in each, and asks the owner for what doesn't come by itself.

use crate::{
    lock,
    session::{SESSION_ENDED, Session, State},
    watch,
};
use kernel::{Caller, Event, Kind, Problem, Reader, Result, SessionId, StreamName};
use ports::{Hint, Sink, Subscription};
use realtime_contract::{Frame, ServerOp};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};

/// Whose streams of a person are watched by themselves.
const OWNERS: [&str; 4] = ["accounts", "people", "guilds", "messages"];
const RETRY: Duration = Duration::from_secs(1);

pub(crate) struct Own {
    cursors: [Cursor; OWNERS.len()],
    /// Held, so that they are heard.
    _subscriptions: [Subscription; OWNERS.len()],
}

/// Where a session is in one of its person's streams.
#[derive(Default)]
struct Cursor {
    /// Up to here all was said.
    seq: i64,
    /// As far the stream is known to be.
    reached: i64,
    /// Grows with each watch and unwatch: a task of an earlier one finds that it is over.
    round: u32,
    is_watched: bool,
    /// What comes next may be said at once; otherwise what came before is being fetched.
    is_live: bool,
}

/// Hears one of the streams.
struct OwnSink {
    session: Weak<Session>,
    /// What the person signed in with: when it ends, so does the socket.
    signed_in: SessionId,
    place: u8,
}

/// Hears the person's streams from now on; nothing is said before it is watched.
pub(crate) fn hear(session: &Arc<Session>, caller: Caller) -> Box<Own> {
    let fanout = &session.service.fanout;
    let place_of = |owner| OWNERS.iter().position(|o| *o == owner).unwrap_or_default() as u8;
    let subscriptions = OWNERS.map(|owner| {
        let (session, signed_in, place) = (Arc::downgrade(session), caller.session, place_of(owner));
        let sink = Arc::new(OwnSink { session, signed_in, place });
        fanout.subscribe(StreamName::user(owner, caller.user).as_str(), sink)
    });
    Box::new(Own { cursors: Default::default(), _subscriptions: subscriptions })
}

/// The place of a stream among the person's own.
pub(crate) fn place(caller: Caller, stream: &StreamName) -> Option<usize> {
    let (owner, kind, id) = stream.parts();
    if kind != "user" || id != caller.user.0 {
        return None;
    }
    OWNERS.iter().position(|o| *o == owner)
}

/// Watches those that aren't watched yet, from where they are now.
pub(crate) async fn watch_all(session: &Arc<Session>, caller: Caller) {
    for (place, owner) in OWNERS.into_iter().enumerate() {
        let is_watched = session.with_own(|own| own.cursors[place].is_watched);
        if is_watched != Some(false) {
            continue;
        }
        let stream = StreamName::user(owner, caller.user);
        let owners = &session.service.lanes.owners;
        match owners.difference(Reader::Service, &stream, i64::MAX).await {
            Ok(difference) => {
                let Some(round) = begin(session, place, difference.head) else { return };
                session.say(ServerOp::Watched { stream, seq: difference.head });
                continue_from(session, caller, place, round, difference.head);
            }
            Err(problem) => session.say(ServerOp::Refused { stream, problem }),
        }
    }
}

/// Watches one of them: what came after `since`, then live.
pub(crate) async fn watch(
    session: &Arc<Session>,
    caller: Caller,
    reference: Option<String>,
    place: usize,
    since: i64,
) -> Result<()> {
    let stream = StreamName::user(OWNERS[place], caller.user);
    let Some(round) = begin(session, place, since) else { return Ok(()) };
    let Some(seq) = watch::fetch(session, caller, reference.clone(), &stream, since).await? else { return Ok(()) };
    session.answer(reference, ServerOp::Watched { stream, seq });
    continue_from(session, caller, place, round, seq);
    Ok(())
}

/// Answers whether it was watched.
pub(crate) fn unwatch(session: &Session, place: usize) -> bool {
    let ended = session.with_own(|own| {
        let cursor = &mut own.cursors[place];
        cursor.round += 1;
        cursor.is_live = false;
        std::mem::take(&mut cursor.is_watched)
    });
    ended == Some(true)
}

/// Answers the round that begins; none when the session is over.
fn begin(session: &Session, place: usize, since: i64) -> Option<u32> {
    session.with_own(|own| {
        let cursor = &mut own.cursors[place];
        cursor.round += 1;
        (cursor.seq, cursor.is_watched, cursor.is_live) = (since, true, false);
        cursor.round
    })
}

/// What was said reaches to `seq`: goes on live, or by fetching what came meanwhile.
fn continue_from(session: &Arc<Session>, caller: Caller, place: usize, round: u32, seq: i64) {
    if !go_live(session, place, round, seq) {
        session.service.lanes.workers.spawn(catch_up(session.clone(), caller, place, round));
    }
}

/// False: there is more to be fetched.
fn go_live(session: &Session, place: usize, round: u32, seq: i64) -> bool {
    let is_done = session.with_own(|own| {
        let cursor = &mut own.cursors[place];
        if cursor.round == round {
            cursor.seq = seq;
            cursor.is_live = cursor.reached <= seq;
        }
        cursor.round != round || cursor.is_live
    });
    is_done != Some(false)
}

async fn catch_up(session: Arc<Session>, caller: Caller, place: usize, round: u32) {
    let stream = StreamName::user(OWNERS[place], caller.user);
    loop {
        let since = session.with_own(|own| (own.cursors[place].round == round).then_some(own.cursors[place].seq));
        let Some(Some(since)) = since else { return };
        match watch::fetch(&session, caller, None, &stream, since).await {
            Ok(Some(seq)) if go_live(&session, place, round, seq) => return,
            Ok(Some(seq)) if seq > since => continue,
            Ok(Some(_)) => {}
            Ok(None) => return,
            Err(problem) if problem.kind == Kind::Unavailable => {}
            Err(problem) => return refuse(&session, place, stream, problem),
        }
        tokio::time::sleep(RETRY).await;
    }
}

fn refuse(session: &Session, place: usize, stream: StreamName, problem: Problem) {
    if unwatch(session, place) {
        session.say(ServerOp::Refused { stream, problem });
    }
}

impl Session {
    /// None: nobody has said hello, or the session is over.
    fn with_own<T>(&self, work: impl FnOnce(&mut Own) -> T) -> Option<T> {
        let mut state = lock(&self.state);
        if state.is_over() { None } else { state.own.as_deref_mut().map(work) }
    }

    /// The stream has come to `seq`, by this event where there is one.
    /// Answers whether something in between wasn't heard.
    fn own_stream_grew(self: &Arc<Self>, place: usize, seq: i64, event: Option<&Event>) -> bool {
        let mut state = lock(&self.state);
        let State { own, caller, .. } = &mut *state;
        let (Some(own), Some(caller)) = (own, *caller) else { return false };
        let cursor = &mut own.cursors[place];
        let is_missed = seq > cursor.reached.max(cursor.seq) + i64::from(event.is_some());
        cursor.reached = cursor.reached.max(seq);
        if !cursor.is_live || seq <= cursor.seq {
            return is_missed;
        }
        match event {
            Some(event) if seq == cursor.seq + 1 => {
                cursor.seq = seq;
                // Within the lock, so that the next event comes after it.
                self.say_frame_in(&mut state, Frame::text(&event.frame()));
            }
            _ => {
                cursor.is_live = false;
                let round = cursor.round;
                self.service.lanes.workers.spawn(catch_up(self.clone(), caller, place, round));
            }
        }
        is_missed
    }

    /// What wasn't heard may have changed how the person wants to be seen.
    fn missed(self: &Arc<Self>, place: u8) {
        if OWNERS[usize::from(place)] == "people" {
            self.learn_again();
        }
    }
}

impl Sink for OwnSink {
    fn event(&self, event: &Arc<Event>) {
        let Some(session) = self.session.upgrade() else { return };
        if session.own_stream_grew(usize::from(self.place), event.seq, Some(event)) {
            session.missed(self.place);
        }
        match event.kind.as_str() {
            "session_ended" => {
                let ended = event.parse::<accounts_contract::SessionEnded>();
                if ended.is_ok_and(|ended| ended.session == self.signed_in) {
                    session.end_with(SESSION_ENDED);
                }
            }
            "guild_joined" | "direct_opened" => {
                session.channel_created();
                session.acquaintances_gained();
            }
            "friend_changed" => {
                if let Ok(changed) = event.parse::<people_contract::FriendChanged>() {
                    session.acquaintance_changed(changed.user);
                }
            }
            "acquaintance_changed" => {
                if let Ok(changed) = event.parse::<guilds_contract::AcquaintanceChanged>() {
                    session.acquaintance_changed(changed.user);
                }
            }
            "settings_changed" => session.learn_again(),
            "guild_left" => {
                session.channel_created();
                session.acquaintances_lost();
            }
            _ => {}
        }
    }

    fn hint(&self, hint: &Hint) {
        if let (Hint::Reached { seq }, Some(session)) = (hint, self.session.upgrade())
            && session.own_stream_grew(usize::from(self.place), *seq, None)
        {
            session.missed(self.place);
        }
    }
}
