use crate::{
    lock,
    owners::Owners,
    session::Session,
    track::{After, Pushed, Track},
    workers::Workers,
};
use kernel::{Event, Reader, Result, StreamName};
use ports::{Sink, Subscription};
use realtime_contract::Frame;
use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::OnceCell;

/// How long a missing event may still come by itself before the owner is asked.
const GAP_PATIENCE: Duration = Duration::from_millis(50);

/// One stream's frames on this node, shared by all sessions that watch it. Memory is bounded; nothing is copied
/// per session; a gap is repaired once for all.
pub(crate) struct Lane {
    pub(crate) stream: StreamName,
    track: Mutex<Track>,
    /// Those who watch, one part per worker.
    parts: Box<[Part]>,
    next_ticket: AtomicU64,
    workers: Arc<Workers>,
    owners: Owners,
    repairing: AtomicBool,
    opened: OnceCell<()>,
    subscription: Mutex<Option<Subscription>>,
}

/// The watchers that one worker writes to.
#[derive(Default)]
struct Part {
    /// The worker knows that there is something new.
    scheduled: AtomicBool,
    watchers: Mutex<Watchers>,
}

#[derive(Default)]
struct Watchers {
    list: Vec<Watcher>,
    /// Tickets given back, still in the list: cleared away when they are half of it.
    gone: HashSet<u64>,
    /// Up to where the last pass wrote.
    passed: i64,
}

#[derive(Clone)]
struct Watcher {
    /// A session that is over lets go of its socket, also while it stands in a list.
    session: Weak<Session>,
    ticket: u64,
}

impl Lane {
    pub(crate) fn new(stream: StreamName, owners: Owners, workers: Arc<Workers>) -> Arc<Self> {
        Arc::new(Self {
            stream,
            track: Mutex::default(),
            parts: (0..workers.count()).map(|_| Part::default()).collect(),
            next_ticket: AtomicU64::new(1),
            workers,
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
            self.schedule();
            Ok::<(), kernel::Problem>(())
        };
        self.opened.get_or_try_init(|| opening).await?;
        // A gap that opened while the head was asked for.
        if lock(&self.track).has_gap() {
            self.repair_later();
        }
        Ok(())
    }

    /// A ticket to watch with; [`Self::join`] makes it good.
    pub(crate) fn ticket(&self) -> u64 {
        self.next_ticket.fetch_add(1, Ordering::Relaxed)
    }

    /// Writes to `session` whenever the lane grows, until the ticket is given back to [`Self::leave`].
    pub(crate) fn join(&self, session: &Arc<Session>, ticket: u64) {
        let part = &self.parts[session.worker];
        lock(&part.watchers).list.push(Watcher { session: Arc::downgrade(session), ticket });
    }

    pub(crate) fn leave(&self, worker: usize, ticket: u64) {
        let mut watchers = lock(&self.parts[worker].watchers);
        watchers.gone.insert(ticket);
        if watchers.gone.len() * 2 >= watchers.list.len() {
            let gone = std::mem::take(&mut watchers.gone);
            watchers.list.retain(|w| !gone.contains(&w.ticket));
        }
    }

    pub(crate) fn after(&self, cursor: i64) -> After {
        lock(&self.track).after(cursor)
    }

    /// The `seq` of the newest frame.
    pub(crate) fn last(&self) -> i64 {
        lock(&self.track).last()
    }

    /// Writes what is new to all watchers of one worker.
    pub(crate) fn pass(self: &Arc<Self>, worker: usize) {
        let part = &self.parts[worker];
        // Cleared before looking, so that what comes from here on is another pass.
        part.scheduled.store(false, Ordering::Release);
        let (list, passed) = {
            let watchers = lock(&part.watchers);
            (watchers.list.clone(), watchers.passed)
        };
        let (frames, last) = lock(&self.track).tail(passed);
        let news = News { first: last - frames.len() as i64 + 1, frames };
        for watcher in &list {
            if let Some(session) = watcher.session.upgrade() {
                session.take_news(&self.stream, watcher.ticket, &news);
            }
        }
        let mut watchers = lock(&part.watchers);
        watchers.passed = watchers.passed.max(last);
    }

    fn schedule(self: &Arc<Self>) {
        for (worker, part) in self.parts.iter().enumerate() {
            if lock(&part.watchers).list.is_empty() || part.scheduled.swap(true, Ordering::AcqRel) {
                continue;
            }
            self.workers.give(worker, self.clone());
        }
    }

    fn push(self: &Arc<Self>, event: &Event) {
        let pushed = lock(&self.track).push(event.seq, || Frame::text(&event.frame()));
        match pushed {
            Pushed::Appended => self.schedule(),
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
        self.workers.spawn(async move {
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
                    Err(problem) => {
                        tracing::warn!(stream = %lane.stream, ?problem, "a gap stays until the owner answers")
                    }
                }
                patience = (patience * 2).clamp(GAP_PATIENCE, Duration::from_secs(2));
            }
        });
    }
}

/// Frames that one pass brings to every watcher.
pub(crate) struct News {
    /// The `seq` of the first.
    first: i64,
    frames: Vec<Frame>,
}

impl News {
    /// What of it lies after `cursor`, and the cursor after it; None when something before it is missing.
    pub(crate) fn after(&self, cursor: i64) -> Option<(&[Frame], i64)> {
        let last = self.first + self.frames.len() as i64 - 1;
        if cursor >= last {
            return Some((&[], cursor));
        }
        let skip = usize::try_from(cursor + 1 - self.first).ok()?;
        Some((&self.frames[skip..], last))
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
