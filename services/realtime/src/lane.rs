use crate::{
    access::Guard,
    assurance::Held,
    lanes::Lanes,
    lock,
    session::Session,
    track::{After, Pushed, Track},
    watchers::Watchers,
    workers::Round,
};
use kernel::{Event, Reader, Result, StreamName};
use ports::{Hint, Sink, Subscription};
use realtime_contract::Frame;
use std::{
    sync::{
        Arc, Mutex, OnceLock, Weak,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

/// How long a missing event may still come by itself before the owner is asked.
const GAP_PATIENCE: Duration = Duration::from_millis(50);

/// One stream's frames on this node, shared by all sessions that watch it. Memory is bounded; nothing is copied
/// per session; a gap is repaired once for all.
pub(crate) struct Lane {
    pub(crate) stream: StreamName,
    lanes: Arc<Lanes>,
    track: Mutex<Track>,
    watchers: Mutex<Watchers<Session>>,
    /// The first of the workers that write it: a small lane has one, a large one shares its watchers among all.
    first_worker: usize,
    first_part: Part,
    more_parts: OnceLock<Box<[Part]>>,
    repairing: AtomicBool,
    /// Of the guild's streams: what decides with it whether it may be delivered.
    guard: OnceLock<Arc<Guard>>,
    waits: AtomicBool,
    /// From before its first frame on. Held, so that it is heard.
    _subscription: Subscription,
}

/// The watchers that one worker writes to.
#[derive(Default)]
struct Part {
    /// The worker knows that there is something new.
    scheduled: AtomicBool,
    /// Up to where the last pass wrote.
    passed: AtomicI64,
}

impl Lane {
    /// A lane that hears its stream; [`Self::open`] makes it good.
    pub(crate) fn new(stream: StreamName, lanes: Arc<Lanes>) -> Arc<Self> {
        Arc::new_cyclic(|itself: &Weak<Self>| Self {
            _subscription: lanes.fanout.subscribe(stream.as_str(), Arc::new(LaneSink(itself.clone()))),
            first_worker: lanes.next_worker(),
            stream,
            lanes,
            track: Mutex::default(),
            watchers: Mutex::default(),
            first_part: Part::default(),
            more_parts: OnceLock::new(),
            repairing: AtomicBool::new(false),
            guard: OnceLock::new(),
            waits: AtomicBool::new(false),
        })
    }

    /// Asks for the stream's head, which was heard already: nothing falls between.
    pub(crate) async fn open(self: &Arc<Self>) -> Result<()> {
        if lock(&self.track).is_open() {
            return Ok(());
        }
        let head = self.lanes.owners.difference(Reader::Service, &self.stream, i64::MAX).await?.head;
        let has_gap = {
            let mut track = lock(&self.track);
            track.open(head);
            track.has_gap()
        };
        self.schedule();
        if has_gap {
            self.repair_later();
        }
        Ok(())
    }

    /// Writes to `session` whenever the lane grows, until the place is given back to [`Self::leave`].
    pub(crate) fn join(&self, session: &Arc<Session>) -> u32 {
        lock(&self.watchers).join(session)
    }

    /// From now on it is delivered only as long as the guild is known to let it.
    pub(crate) fn guarded_by(&self, guard: Arc<Guard>) {
        drop(self.guard.set(guard));
    }

    pub(crate) fn leave(&self, place: u32) {
        lock(&self.watchers).leave(place);
    }

    pub(crate) fn after(&self, cursor: i64) -> After {
        lock(&self.track).after(cursor)
    }

    /// The `seq` of the newest frame.
    pub(crate) fn last(&self) -> i64 {
        lock(&self.track).last()
    }

    /// Writes what is new to all watchers of one part. `sessions` is room to work in.
    pub(crate) fn pass(self: &Arc<Self>, part: usize, sessions: &mut Vec<Arc<Session>>) {
        let (workers, at) = (self.lanes.workers.count(), self.part(part));
        // Cleared before looking, so that what comes from here on is another pass.
        at.scheduled.store(false, Ordering::Release);
        if !self.lanes.assurance.lets(self) {
            return;
        }
        let (frames, last) = lock(&self.track).tail(at.passed.load(Ordering::Relaxed));
        let news = News { first: last - frames.len() as i64 + 1, frames };
        for chunk in (part..).step_by(workers) {
            {
                let watchers = lock(&self.watchers);
                if chunk >= watchers.chunks() {
                    break;
                }
                sessions.extend(watchers.chunk(chunk));
            }
            sessions.drain(..).for_each(|session| session.take_news(self, &news));
        }
        at.passed.fetch_max(last, Ordering::Relaxed);
    }

    fn schedule(self: &Arc<Self>) {
        let parts = {
            let watchers = lock(&self.watchers);
            if watchers.is_empty() { 0 } else { watchers.chunks().min(self.lanes.workers.count()) }
        };
        for part in (0..parts).filter(|part| !self.part(*part).scheduled.swap(true, Ordering::AcqRel)) {
            self.lanes.workers.give(self.first_worker + part, Round { lane: self.clone(), part });
        }
    }

    fn part(&self, part: usize) -> &Part {
        match part.checked_sub(1) {
            None => &self.first_part,
            Some(more) => {
                let make = || (1..self.lanes.workers.count()).map(|_| Part::default()).collect();
                &self.more_parts.get_or_init(make)[more]
            }
        }
    }

    fn push(self: &Arc<Self>, event: &Event) {
        let pushed = lock(&self.track).take(event);
        match pushed {
            Pushed::Appended => self.schedule(),
            Pushed::Known => {}
            Pushed::Gap => self.repair_later(),
            Pushed::Early => {}
        }
    }

    /// Asks the owner for what is missing, unless it comes by itself.
    fn repair_later(self: &Arc<Self>) {
        if self.repairing.swap(true, Ordering::AcqRel) {
            return;
        }
        let lane = Arc::downgrade(self);
        self.lanes.workers.spawn(async move {
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
                match lane.lanes.owners.difference(Reader::Service, &lane.stream, last).await {
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

impl Held for Lane {
    fn guard(&self) -> Option<&Arc<Guard>> {
        self.guard.get()
    }

    fn waits(&self) -> &AtomicBool {
        &self.waits
    }

    fn go_on(self: Arc<Self>) {
        self.schedule();
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

    fn hint(&self, hint: &Hint) {
        if let (Hint::Reached { seq }, Some(lane)) = (hint, self.0.upgrade()) {
            let has_gap = lock(&lane.track).reach(*seq);
            if has_gap {
                lane.repair_later();
            }
        }
    }
}
