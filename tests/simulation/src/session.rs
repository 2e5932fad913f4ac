//! One client on one node. What waits to be written is the project's `Out`; around it stands what
//! `services/realtime/src/{session,watch}.rs` do: a cursor into each lane, and the difference for who is behind.

use crate::{Fault, cable::Cable, lane::Lane, lock, node::Node};
use kernel::{Difference, StreamName};
use realtime::pure::{After, Out, Written};
use realtime_contract::{Frame, Wire};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, Weak},
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// Bytes that may wait for a slow client, and below which lanes are read and differences fetched.
const WAITING_BYTES: usize = 64 << 10;
const ROOM_BYTES: usize = 8 << 10;
const BLOCKED: Duration = Duration::from_secs(8);

pub(crate) type Ticket = u64;

pub(crate) struct Session {
    node: Weak<Node>,
    cable: Arc<Cable>,
    state: Mutex<State>,
    itself: Weak<Session>,
}

#[derive(Default)]
struct State {
    watching: BTreeMap<StreamName, Watching>,
    out: Out,
    blocked_since: Option<Instant>,
    ended: bool,
}

struct Watching {
    lane: Arc<Lane>,
    ticket: Ticket,
    cursor: i64,
    fetching: bool,
}

impl Session {
    pub(crate) fn new(node: &Arc<Node>, cable: Arc<Cable>) -> Arc<Self> {
        let node = Arc::downgrade(node);
        Arc::new_cyclic(|itself| Self { node, cable, state: Mutex::default(), itself: itself.clone() })
    }

    pub(crate) fn say(&self, frame: Frame) {
        let mut state = lock(&self.state);
        if state.out.bytes() + frame.bytes().len() > WAITING_BYTES {
            self.end(&mut state);
        } else if !state.ended {
            state.out.push(frame);
            self.write(&mut state);
        }
    }

    fn end(&self, state: &mut State) {
        state.ended = true;
        self.cable.cut();
    }

    pub(crate) fn close(&self) {
        let watching = {
            let mut state = lock(&self.state);
            self.end(&mut state);
            std::mem::take(&mut state.watching)
        };
        watching.values().for_each(|w| w.lane.leave(w.ticket));
    }

    fn write(&self, state: &mut State) {
        if !state.ended && !state.out.is_blocked() {
            let written = state.out.write(&*self.cable as &dyn Wire);
            self.wrote(state, written);
        }
    }

    fn wrote(&self, state: &mut State, written: std::io::Result<Written>) {
        match written {
            Ok(Written::All) => state.blocked_since = None,
            Ok(Written::Some) => {
                state.blocked_since = Some(Instant::now());
                self.flush_later();
            }
            Err(_) => self.end(state),
        }
    }

    /// Waits until the cable takes more; one that takes nothing for too long is given up.
    fn flush_later(&self) {
        let (Some(node), Some(session)) = (self.node.upgrade(), self.itself.upgrade()) else { return };
        let shared = node.shared.clone();
        node.spawn(async move {
            shared.dawdle(40).await;
            while !session.cable.has_room() {
                let left =
                    BLOCKED.saturating_sub(lock(&session.state).blocked_since.map_or(BLOCKED, |at| at.elapsed()));
                if timeout(left, session.cable.taken()).await.is_err() {
                    session.end(&mut lock(&session.state));
                    return;
                }
            }
            lock(&session.state).out.unblock();
            session.read_lanes();
        });
    }

    /// Writes what lies behind the cursors; fetches what the lanes keep no more.
    pub(crate) fn read_lanes(&self) {
        let mut behind = Vec::new();
        {
            let mut state = lock(&self.state);
            let state = &mut *state;
            self.write(state);
            let mut written = Ok(Written::All);
            for (stream, watching) in state.watching.iter_mut().filter(|(_, w)| !w.fetching) {
                if state.ended || state.out.is_blocked() || state.out.bytes() > ROOM_BYTES {
                    break;
                }
                match watching.lane.after(watching.cursor) {
                    After::Frames(frames, cursor) => {
                        watching.cursor = cursor;
                        written = state.out.write_through(&*self.cable as &dyn Wire, &frames);
                        if !matches!(written, Ok(Written::All)) {
                            break;
                        }
                    }
                    After::Behind => {
                        watching.fetching = true;
                        behind.push((stream.clone(), watching.ticket, watching.cursor));
                    }
                }
            }
            if !matches!(written, Ok(Written::All)) {
                self.wrote(state, written);
            }
        }
        let (Some(node), Some(session)) = (self.node.upgrade(), self.itself.upgrade()) else { return };
        for (stream, ticket, cursor) in behind {
            let session = session.clone();
            node.spawn(async move {
                if let Some(seq) = session.fetch(&stream, cursor).await {
                    session.go_live(&stream, ticket, seq);
                }
            });
        }
    }

    /// Brings what came after `since`, then what comes.
    pub(crate) async fn watch(self: &Arc<Self>, stream: StreamName, since: i64) {
        let Some(node) = self.node.upgrade() else { return };
        let Ok(lane) = node.lane(&stream).await else { return self.close() };
        let ticket = lane.ticket();
        {
            let mut state = lock(&self.state);
            if state.ended {
                return;
            }
            let live_at_once = node.shared.is(Fault::LiveBeforeFetched);
            let cursor = if live_at_once { lane.last() } else { since };
            let watching = Watching { lane: lane.clone(), ticket, cursor, fetching: !live_at_once };
            if let Some(before) = state.watching.insert(stream.clone(), watching) {
                before.lane.leave(before.ticket);
            }
        }
        lane.join(self, ticket);
        let Some(seq) = self.fetch(&stream, since).await else { return };
        let is_it = lock(&self.state).watching.get(&stream).is_some_and(|w| w.ticket == ticket);
        if is_it {
            self.say(Frame::text(&json!({ "op": "watched", "stream": stream.as_str(), "seq": seq }).to_string()));
            self.go_live(&stream, ticket, seq);
        }
    }

    fn go_live(&self, stream: &StreamName, ticket: Ticket, seq: i64) {
        {
            let mut state = lock(&self.state);
            let Some(watching) = state.watching.get_mut(stream).filter(|w| w.ticket == ticket && w.fetching) else {
                return;
            };
            watching.cursor = seq;
            watching.fetching = false;
        }
        self.read_lanes();
    }

    /// Queues what came after `since` and answers the `seq` reached; nothing when the client is gone.
    async fn fetch(&self, stream: &StreamName, since: i64) -> Option<i64> {
        let mut cursor = since;
        loop {
            let node = self.node.upgrade()?;
            let difference = match node.difference(stream, cursor, Some(Difference::MAX_BEHIND)).await {
                Ok(difference) => difference,
                Err(_) => {
                    // Refused: the client comes back.
                    self.close();
                    return None;
                }
            };
            if difference.reset {
                let reset = json!({ "op": "reset", "stream": stream.as_str(), "seq": difference.head });
                self.say(Frame::text(&reset.to_string()));
                return Some(difference.head);
            }
            for event in &difference.events {
                while lock(&self.state).out.bytes() >= ROOM_BYTES {
                    if lock(&self.state).ended {
                        return None;
                    }
                    // What was taken makes room soon.
                    self.cable.taken().await;
                    node.shared.dawdle(60).await;
                }
                self.say(Frame::text(&event.frame()));
                cursor = event.seq;
            }
            if !difference.more {
                return Some(cursor);
            }
        }
    }
}
