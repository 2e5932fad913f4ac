//! A process of the server: lanes, sessions, a writer of groups and the project's own relay. It can lose its power at
//! any step; what it had not written is gone.

use crate::{
    Fault, Shared,
    bus::Belfry,
    cable::Cable,
    door::{Door, Power},
    lane::Lane,
    lock,
    session::Session,
};
use engine_bus::Reminding;
use engine_sql::{Journal, Relay};
use kernel::{ChannelId, Committed, Difference, Event, EventId, MessageId, StreamName, Timestamp, UserId};
use messages::pure::{Pending, Ready};
use messages_contract::Sent;
use ports::{Bell, Fanout};
use realtime_contract::Frame;
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, Weak},
};
use tokio::{sync::mpsc, task::JoinSet};

const GROUP: usize = 64;

pub(crate) struct Node {
    pub(crate) shared: Arc<Shared>,
    pub(crate) power: Arc<Power>,
    door: Arc<Door>,
    relay: Relay,
    lanes: Mutex<BTreeMap<StreamName, Arc<Lane>>>,
    cables: Mutex<Vec<Arc<Cable>>>,
    tasks: Mutex<JoinSet<()>>,
    /// The weather, with the project's own remedy against it; gone with the power.
    fanout: Mutex<Option<Arc<dyn Fanout>>>,
    /// The newest event of each stream that this node made known.
    said: Mutex<BTreeMap<StreamName, i64>>,
    queue: mpsc::UnboundedSender<Job>,
    itself: Weak<Node>,
}

struct Job {
    pending: Pending,
    session: Arc<Session>,
}

impl Node {
    pub(crate) fn start(shared: Arc<Shared>) -> Arc<Self> {
        let power = Arc::new(Power::default());
        let door = Arc::new(Door { shared: shared.clone(), power: power.clone() });
        let relay = Relay::start(door.clone(), Belfry::open(shared.clone(), power.clone()));
        let (queue, jobs) = mpsc::unbounded_channel();
        let weather: Arc<dyn Fanout> = shared.weather.clone();
        let reminds = !shared.is(Fault::NeverReminds);
        let fanout = if reminds { Arc::new(Reminding::start(weather)) } else { weather };
        let node = Arc::new_cyclic(|itself: &Weak<Node>| Self {
            fanout: Mutex::new(Some(fanout)),
            said: Mutex::default(),
            shared,
            power,
            door,
            relay,
            lanes: Mutex::default(),
            cables: Mutex::default(),
            tasks: Mutex::default(),
            queue,
            itself: itself.clone(),
        });
        node.spawn(write_groups(Arc::downgrade(&node), jobs));
        node
    }

    /// Runs something on this node, for as long as it has power.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if !self.power.is_cut() {
            lock(&self.tasks).spawn(task);
        }
    }

    pub(crate) fn crash(&self) {
        self.power.cut();
        lock(&self.tasks).abort_all();
        lock(&self.lanes).clear();
        drop(lock(&self.fanout).take());
        lock(&self.cables).drain(..).for_each(|cable| cable.cut());
    }

    pub(crate) fn connect(&self, cable: Arc<Cable>) -> Arc<Session> {
        lock(&self.cables).push(cable.clone());
        Session::new(&self.itself.upgrade().expect("a node that runs"), cable)
    }

    pub(crate) async fn lane(&self, stream: &StreamName) -> engine_sql::Result<Arc<Lane>> {
        let lane = lock(&self.lanes)
            .entry(stream.clone())
            .or_insert_with(|| Lane::new(stream.clone(), self.itself.clone()))
            .clone();
        lane.open(self).await?;
        Ok(lane)
    }

    pub(crate) async fn difference(
        &self,
        stream: &StreamName,
        since: i64,
        bound: Option<i64>,
    ) -> engine_sql::Result<Difference> {
        self.door.after(stream, since, bound).await
    }

    /// Takes a message to be sent.
    pub(crate) fn take(&self, session: Arc<Session>, author: UserId, channel: ChannelId, nonce: String) {
        let (node, shared) = (self.itself.clone(), self.shared.clone());
        self.spawn(async move {
            shared.dawdle(5).await;
            let Some(node) = node.upgrade() else { return };
            drop(node.queue.send(Job { pending: pending(author, channel, nonce), session }));
        });
    }

    /// Something happens that isn't a message.
    pub(crate) fn happen(&self, stream: StreamName) {
        let node = self.itself.clone();
        self.spawn(async move {
            let Some(node) = node.upgrade() else { return };
            if let Ok(events) = node.door.enter(|| node.write(|| node.shared.database.happen(stream))).await {
                node.announce(events);
            }
        });
    }

    /// Very much is said in one moment.
    pub(crate) fn flood(&self, author: UserId, channel: ChannelId, count: i64) {
        let group = (0..count).map(|n| self.ready(pending(author, channel, format!("flood-{channel}-{n}")))).collect();
        let node = self.itself.clone();
        self.spawn(async move {
            let Some(node) = node.upgrade() else { return };
            if let Ok(committed) = node.commit(group).await {
                node.announce(committed.events);
            }
        });
    }

    fn ready(&self, pending: Pending) -> Ready {
        Ready { pending, id: MessageId(self.shared.database.id()), sent_at: Timestamp(0) }
    }

    async fn commit(&self, group: Vec<Ready>) -> engine_sql::Result<Committed<Vec<kernel::Result<Sent>>>> {
        let forgets = self.shared.is(Fault::ForgetsNonces);
        let mut committed = None;
        let write = || {
            self.write(|| {
                let done = self.shared.database.commit(group, forgets);
                let events = done.events.clone();
                committed = Some(done);
                events
            })
        };
        self.door.enter(write).await?;
        committed.ok_or(engine_sql::Fault::Broken)
    }

    fn write(&self, work: impl FnOnce() -> Vec<Event>) -> Vec<Event> {
        let events = work();
        if self.shared.is(Fault::MarksBeforeItRings) {
            let bells: Vec<Bell> = events.iter().map(|e| Bell { stream: e.stream.clone(), seq: e.seq }).collect();
            self.shared.database.relayed(&bells);
        }
        events
    }

    fn announce(&self, events: Vec<Event>) {
        self.relay.grew(&events);
        events.into_iter().for_each(|event| self.publish(event));
    }

    fn publish(&self, event: Event) {
        if let Some(fanout) = &*lock(&self.fanout) {
            let mut said = lock(&self.said);
            let newest = said.entry(event.stream.clone()).or_default();
            *newest = event.seq.max(*newest);
            fanout.publish(Arc::new(event));
        }
    }

    async fn write_group(&self, jobs: Vec<Job>) {
        let (pending, sessions): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (job.pending, job.session)).unzip();
        let group: Vec<Ready> = pending.into_iter().map(|pending| self.ready(pending)).collect();
        if let Some(guess) = self.guess(&group) {
            if self.shared.is(Fault::AcksBeforeCommit) {
                acknowledge(&sessions[0], &guess);
            } else {
                self.publish(announcement(&guess));
            }
            self.shared.dawdle(50).await;
        }
        // Who gets no answer asks again.
        let Ok(committed) = self.commit(group).await else { return };
        let fresh: BTreeSet<EventId> = committed.events.iter().map(|event| event.id).collect();
        self.announce(committed.events);
        self.shared.dawdle(2).await;
        for (session, sent) in sessions.iter().zip(committed.value.iter().flatten()) {
            acknowledge(session, sent);
            if !fresh.contains(&EventId(sent.message.id.0)) {
                self.publish(announcement(sent));
            }
        }
    }

    /// What the first of a group will be, for who can't wait.
    fn guess(&self, group: &[Ready]) -> Option<Sent> {
        if !self.shared.is(Fault::AcksBeforeCommit) && !self.shared.is(Fault::PublishesBeforeCommit) {
            return None;
        }
        let ready = group.first()?.clone();
        let seq = self.shared.database.log(&StreamName::messages(ready.pending.channel)).len() as i64 + 1;
        let (place, author) = ((ready.pending.channel, seq), ready.pending.author);
        let message = messages_contract::Message::new(ready.id, place, author, ready.pending.text, None, ready.sent_at);
        Some(Sent { nonce: ready.pending.nonce, seq, message })
    }
}

async fn write_groups(node: Weak<Node>, mut jobs: mpsc::UnboundedReceiver<Job>) {
    let mut group = Vec::new();
    while jobs.recv_many(&mut group, GROUP).await > 0 {
        let Some(node) = node.upgrade() else { return };
        node.write_group(std::mem::take(&mut group)).await;
    }
}

fn pending(author: UserId, channel: ChannelId, nonce: String) -> Pending {
    let nonce_key = nonce.bytes().fold(7i64, |key, byte| key.wrapping_mul(257).wrapping_add(i64::from(byte)));
    Pending { author, channel, guild: None, text: nonce.clone(), nonce, reply_to: None, nonce_key, body: 0 }
}

fn announcement(sent: &Sent) -> Event {
    let data = json!({ "nonce": sent.nonce, "message": sent.message });
    let stream = StreamName::messages(sent.message.channel);
    kernel::NewEvent::new(stream, EventId(sent.message.id.0), Timestamp(0), "message_sent", &data).at_seq(sent.seq)
}

fn acknowledge(session: &Session, sent: &Sent) {
    let stream = StreamName::messages(sent.message.channel);
    let ack =
        json!({ "op": "ack", "nonce": sent.nonce, "stream": stream.as_str(), "seq": sent.seq, "id": sent.message.id });
    session.say(Frame::text(&ack.to_string()));
}

/// The nodes that there are now.
pub(crate) struct Nodes(Mutex<Vec<Option<Arc<Node>>>>);

impl Nodes {
    pub(crate) fn start(count: usize, shared: &Arc<Shared>) -> Arc<Self> {
        Arc::new(Self(Mutex::new((0..count).map(|_| Some(Node::start(shared.clone()))).collect())))
    }

    pub(crate) fn any(&self, shared: &Shared) -> Option<Arc<Node>> {
        let nodes = lock(&self.0);
        let there: Vec<&Arc<Node>> = nodes.iter().flatten().collect();
        there.get(shared.chance.below(there.len() as u64) as usize).map(|node| (*node).clone())
    }

    pub(crate) fn crash(&self, place: usize) {
        if let Some(node) = lock(&self.0)[place].take() {
            node.crash();
        }
    }

    /// Whether a node that runs has made this event known.
    pub(crate) fn said(&self, stream: &StreamName, seq: i64) -> bool {
        lock(&self.0).iter().flatten().any(|node| lock(&node.said).get(stream).is_some_and(|said| *said >= seq))
    }

    /// Every place has a node again.
    pub(crate) fn start_missing(&self, shared: &Arc<Shared>) {
        for place in lock(&self.0).iter_mut().filter(|place| place.is_none()) {
            *place = Some(Node::start(shared.clone()));
        }
    }
}
