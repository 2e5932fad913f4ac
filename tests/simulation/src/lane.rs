//! One stream on one node. What it decides is the project's `Track`; around it stands what `services/realtime/src/lane.rs`
//! does: hear first and ask for the head then, repair a gap after a while, hand on what is new.

use crate::{
    Fault, lock,
    node::Node,
    session::{Session, Ticket},
};
use kernel::{Event, StreamName};
use ports::{Fanout, Hint, Sink, Subscription};
use realtime::pure::{After, Pushed, Track};
use realtime_contract::Frame;
use std::{
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::OnceCell;

const GAP_PATIENCE: Duration = Duration::from_millis(50);

pub(crate) struct Lane {
    pub(crate) stream: StreamName,
    node: Weak<Node>,
    track: Mutex<Track>,
    watchers: Mutex<Vec<(Weak<Session>, Ticket)>>,
    tickets: AtomicU64,
    opened: OnceCell<()>,
    repairing: AtomicBool,
    scheduled: AtomicBool,
    subscription: Mutex<Option<Subscription>>,
}

impl Lane {
    pub(crate) fn new(stream: StreamName, node: Weak<Node>) -> Arc<Self> {
        Arc::new(Self {
            stream,
            node,
            track: Mutex::default(),
            watchers: Mutex::default(),
            tickets: AtomicU64::new(1),
            opened: OnceCell::new(),
            repairing: AtomicBool::new(false),
            scheduled: AtomicBool::new(false),
            subscription: Mutex::default(),
        })
    }

    pub(crate) async fn open(self: &Arc<Self>, node: &Node) -> engine_sql::Result<()> {
        let opening = async {
            let sink = Arc::new(LaneSink(Arc::downgrade(self)));
            *lock(&self.subscription) = Some(node.shared.weather.subscribe(self.stream.as_str(), sink));
            let head = node.difference(&self.stream, i64::MAX, None).await?.head;
            lock(&self.track).open(head);
            self.schedule();
            Ok::<(), engine_sql::Fault>(())
        };
        self.opened.get_or_try_init(|| opening).await?;
        if lock(&self.track).has_gap() {
            self.repair_later();
        }
        Ok(())
    }

    pub(crate) fn ticket(&self) -> Ticket {
        self.tickets.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn join(&self, session: &Arc<Session>, ticket: Ticket) {
        lock(&self.watchers).push((Arc::downgrade(session), ticket));
    }

    pub(crate) fn leave(&self, ticket: Ticket) {
        lock(&self.watchers).retain(|(_, other)| *other != ticket);
    }

    pub(crate) fn after(&self, cursor: i64) -> After {
        lock(&self.track).after(cursor)
    }

    pub(crate) fn last(&self) -> i64 {
        lock(&self.track).last()
    }

    fn sessions(&self) -> Vec<Arc<Session>> {
        lock(&self.watchers).iter().filter_map(|(session, _)| session.upgrade()).collect()
    }

    /// Everyone who watches reads on; what comes meanwhile is another pass.
    fn schedule(self: &Arc<Self>) {
        let Some(node) = self.node.upgrade() else { return };
        if self.scheduled.swap(true, Ordering::Relaxed) {
            return;
        }
        let (lane, shared) = (self.clone(), node.shared.clone());
        node.spawn(async move {
            shared.dawdle(2).await;
            lane.scheduled.store(false, Ordering::Relaxed);
            lane.sessions().iter().for_each(|session| session.read_lanes());
        });
    }

    fn push(self: &Arc<Self>, event: &Event) {
        let Some(node) = self.node.upgrade() else { return };
        if node.shared.is(Fault::LaneForwards) {
            let frame = Frame::text(&event.frame());
            self.sessions().iter().for_each(|session| session.say(frame.clone()));
            return;
        }
        let pushed = lock(&self.track).take(event);
        match pushed {
            Pushed::Appended => self.schedule(),
            _ if self.opened.initialized() && lock(&self.track).has_gap() => self.repair_later(),
            _ => {}
        }
    }

    fn reached(self: &Arc<Self>, seq: i64) {
        let Some(node) = self.node.upgrade() else { return };
        if node.shared.is(Fault::LaneForwards) {
            // It keeps nothing that could be behind: the last event goes on, and whoever lacks more asks for it.
            let (lane, asking) = (self.clone(), node.clone());
            node.spawn(async move {
                if let Ok(difference) = asking.difference(&lane.stream, seq - 1, None).await {
                    difference.events.iter().for_each(|event| lane.push(event));
                }
            });
            return;
        }
        let has_gap = lock(&self.track).reach(seq);
        if has_gap {
            self.repair_later();
        }
    }

    fn repair_later(self: &Arc<Self>) {
        let Some(node) = self.node.upgrade() else { return };
        if self.repairing.swap(true, Ordering::Relaxed) {
            return;
        }
        let (lane, asking) = (Arc::downgrade(self), Arc::downgrade(&node));
        node.spawn(async move {
            let mut patience = GAP_PATIENCE;
            loop {
                tokio::time::sleep(patience).await;
                let (Some(lane), Some(node)) = (lane.upgrade(), asking.upgrade()) else { return };
                lane.repairing.store(false, Ordering::Relaxed);
                let last = lane.last();
                if !lock(&lane.track).has_gap() || lane.repairing.swap(true, Ordering::Relaxed) {
                    return;
                }
                match node.difference(&lane.stream, last, None).await {
                    Ok(difference) if difference.reset => {
                        lock(&lane.track).reset(difference.head);
                        lane.schedule();
                    }
                    Ok(difference) => {
                        difference.events.iter().for_each(|event| lane.push(event));
                        if difference.more {
                            patience = Duration::ZERO;
                            continue;
                        }
                    }
                    Err(_) => {}
                }
                patience = (patience * 2).clamp(GAP_PATIENCE, Duration::from_secs(2));
            }
        });
    }
}

/// The fan-out holds the sink, not the lane.
struct LaneSink(Weak<Lane>);

impl Sink for LaneSink {
    fn event(&self, event: &Arc<Event>) {
        if let Some(lane) = self.0.upgrade() {
            lane.push(event);
        }
    }

    fn hint(&self, hint: &Hint) {
        if let (Hint::Reached { seq }, Some(lane)) = (hint, self.0.upgrade()) {
            lane.reached(*seq);
        }
    }
}
