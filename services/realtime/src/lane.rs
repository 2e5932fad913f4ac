use crate::{lock, owners::Owners, session::Bell, track};
use kernel::{Event, Reader, Result, StreamName};
use ports::{Sink, Subscription};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::OnceCell;
use track::{After, Pushed, Track};

/// How long a missing event may still come by itself before the owner is asked.
const GAP_PATIENCE: Duration = Duration::from_millis(50);

/// One stream's frames on this node, shared by all sessions that watch it. Memory is bounded; nothing is copied
/// per session; a gap is repaired once for all.
pub(crate) struct Lane {
    pub(crate) stream: StreamName,
    track: Mutex<Track>,
    bells: Mutex<HashMap<u64, Arc<Bell>>>,
    next_bell: AtomicU64,
    owners: Owners,
    repairing: AtomicBool,
    opened: OnceCell<()>,
    subscription: Mutex<Option<Subscription>>,
}

impl Lane {
    pub(crate) fn new(stream: StreamName, owners: Owners) -> Arc<Self> {
        Arc::new(Self {
            stream,
            track: Mutex::default(),
            bells: Mutex::default(),
            next_bell: AtomicU64::new(0),
            owners,
            repairing: AtomicBool::new(false),
            opened: OnceCell::new(),
            subscription: Mutex::default(),
        })
    }

    /// Hears the stream first and asks for its head then: nothing falls between.
    pub(crate) async fn open(self: &Arc<Self>, fanout: &dyn ports::Fanout) -> Result<()> {
        let opening = async {
            let sink = Arc::new(LaneSink(Arc::downgrade(self)));
            let subscription = fanout.subscribe(self.stream.as_str(), sink);
            *lock(&self.subscription) = Some(subscription);
            let head = self.owners.difference(Reader::Service, &self.stream, i64::MAX).await?.head;
            lock(&self.track).open(head);
            self.ring();
            Ok(())
        };
        self.opened.get_or_try_init(|| opening).await.map(drop)
    }

    /// Rings `bell` whenever the lane grows, until the returned ticket is given back to [`Self::leave`].
    pub(crate) fn join(&self, bell: Arc<Bell>) -> u64 {
        let ticket = self.next_bell.fetch_add(1, Ordering::Relaxed);
        lock(&self.bells).insert(ticket, bell);
        ticket
    }

    pub(crate) fn leave(&self, ticket: u64) {
        lock(&self.bells).remove(&ticket);
    }

    pub(crate) fn after(&self, cursor: i64) -> After {
        lock(&self.track).after(cursor)
    }

    /// The `seq` of the newest frame.
    pub(crate) fn last(&self) -> i64 {
        lock(&self.track).last()
    }

    fn ring(&self) {
        for bell in lock(&self.bells).values() {
            bell.ring();
        }
    }

    fn push(self: &Arc<Self>, event: &Event) {
        let pushed = lock(&self.track).push(event.seq, || event.frame().into());
        match pushed {
            Pushed::Appended => self.ring(),
            Pushed::Known => {}
            Pushed::Gap if self.opened.initialized() => self.repair_later(),
            Pushed::Gap => {}
        }
    }

    /// Asks the owner for what is missing, unless it comes by itself.
    fn repair_later(self: &Arc<Self>) {
        if self.repairing.swap(true, Ordering::AcqRel) {
            return;
        }
        let lane = Arc::downgrade(self);
        tokio::spawn(async move {
            let mut patience = GAP_PATIENCE;
            loop {
                tokio::time::sleep(patience).await;
                let Some(lane) = lane.upgrade() else { return };
                // Cleared before looking, so that a gap that opens meanwhile starts a repair of its own.
                lane.repairing.store(false, Ordering::Release);
                let (gap, last) = {
                    let track = lock(&lane.track);
                    (track.has_gap(), track.last())
                };
                if !gap || lane.repairing.swap(true, Ordering::AcqRel) {
                    return;
                }
                match lane.owners.difference(Reader::Service, &lane.stream, last).await {
                    Ok(difference) => difference.events.iter().for_each(|event| lane.push(event)),
                    Err(problem) => {
                        tracing::warn!(stream = %lane.stream, ?problem, "a gap stays until the owner answers")
                    }
                }
                patience = (patience * 2).min(Duration::from_secs(2));
            }
        });
    }
}

/// The fan-out holds the sink, not the lane: a lane that nobody watches goes.
struct LaneSink(Weak<Lane>);

impl Sink for LaneSink {
    fn event(&self, event: &Arc<Event>) {
        if let Some(lane) = self.0.upgrade() {
            lane.push(event);
        }
    }
}
