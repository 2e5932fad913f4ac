use crate::{
    access::Guard,
    assurance::{Assurance, Held},
    lock,
    session::Session,
};
use kernel::ChannelId;
use ports::{Fanout, Hint, Sink, Subscription};
use realtime_contract::{Answer, Frame, ServerOp};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, Weak, atomic::AtomicBool},
    time::Duration,
};

/// How often badges are told.
const EVERY: Duration = Duration::from_secs(1);

/// Newest message numbers for badges: gathered per topic (a guild, a direct), told once a second, one frame for
/// all sessions that see the same channels.
pub(crate) struct Heads {
    fanout: Arc<dyn Fanout>,
    assurance: Arc<Assurance>,
    desks: Mutex<HashMap<String, Weak<Desk>>>,
}

/// The news of one topic, and who hears them.
struct Desk {
    /// Of the guild, where it is one.
    guard: Option<Arc<Guard>>,
    waits: AtomicBool,
    news: Mutex<BTreeMap<ChannelId, i64>>,
    readers: Mutex<Vec<Weak<Session>>>,
    subscription: Mutex<Option<Subscription>>,
}

/// Hears a topic while it is held.
pub(crate) struct Reading(#[allow(dead_code, reason = "held, not read")] Arc<Desk>);

impl Heads {
    pub(crate) fn start(fanout: Arc<dyn Fanout>, assurance: Arc<Assurance>) -> Arc<Self> {
        let heads = Arc::new(Self { fanout, assurance, desks: Mutex::default() });
        let ticking = Arc::downgrade(&heads);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(EVERY).await;
                let Some(heads) = ticking.upgrade() else { return };
                // A task of its own: one that breaks takes one telling with it, not all to come.
                drop(tokio::spawn(async move { heads.tell() }).await);
            }
        });
        heads
    }

    /// Tells `session` the news of a topic while the answer is held.
    pub(crate) fn read(&self, topic: String, guard: Option<Arc<Guard>>, session: &Arc<Session>) -> Reading {
        let mut desks = lock(&self.desks);
        let there = desks.get(&topic).and_then(Weak::upgrade);
        let desk = there.unwrap_or_else(|| {
            let desk = Arc::new(Desk {
                guard,
                waits: AtomicBool::new(false),
                news: Mutex::default(),
                readers: Mutex::default(),
                subscription: Mutex::default(),
            });
            let subscription = self.fanout.subscribe(&topic, Arc::new(DeskSink(Arc::downgrade(&desk))));
            *lock(&desk.subscription) = Some(subscription);
            desks.insert(topic, Arc::downgrade(&desk));
            desk
        });
        let mut readers = lock(&desk.readers);
        readers.retain(|r| r.strong_count() > 0 && !std::ptr::eq(r.as_ptr(), Arc::as_ptr(session)));
        readers.push(Arc::downgrade(session));
        drop(readers);
        Reading(desk)
    }

    fn tell(&self) {
        let desks: Vec<Arc<Desk>> = {
            let mut desks = lock(&self.desks);
            desks.retain(|_, desk| desk.strong_count() > 0);
            desks.values().filter_map(Weak::upgrade).collect()
        };
        for desk in desks {
            let has_news = !lock(&desk.news).is_empty();
            if has_news && self.assurance.lets(&desk) {
                desk.tell();
            }
        }
    }
}

impl Desk {
    fn tell(&self) {
        let news = std::mem::take(&mut *lock(&self.news));
        let mut frames: HashMap<Vec<ChannelId>, Frame> = HashMap::new();
        let readers: Vec<Arc<Session>> = lock(&self.readers).iter().filter_map(Weak::upgrade).collect();
        for session in readers {
            let visible = session.visible();
            let seen: Vec<ChannelId> = news.keys().filter(|c| visible.binary_search(c).is_ok()).copied().collect();
            if seen.is_empty() {
                continue;
            }
            let frame = frames.entry(seen).or_insert_with_key(|seen| {
                let heads = seen.iter().filter_map(|c| Some((*c, *news.get(c)?))).collect();
                let answer = Answer { reference: None, op: ServerOp::Heads { heads } };
                Frame::text(&serde_json::to_string(&answer).expect("answers are plain data"))
            });
            session.say_frame(frame.clone());
        }
    }
}

impl Held for Desk {
    fn guard(&self) -> Option<&Arc<Guard>> {
        self.guard.as_ref()
    }

    fn waits(&self) -> &AtomicBool {
        &self.waits
    }

    fn go_on(self: Arc<Self>) {
        self.tell();
    }
}

struct DeskSink(Weak<Desk>);

impl Sink for DeskSink {
    fn event(&self, _: &Arc<kernel::Event>) {}

    fn hint(&self, hint: &Hint) {
        if let (Hint::Head { channel, number }, Some(desk)) = (hint, self.0.upgrade()) {
            let mut news = lock(&desk.news);
            let newest = news.entry(*channel).or_insert(0);
            *newest = (*number).max(*newest);
        }
    }
}
