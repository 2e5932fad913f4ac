//! A client: says hello and watches from where it stands, shows by the client's rule, sends what isn't acknowledged
//! again, and comes back to any node after every loss.

use crate::{
    Fault, Shared,
    cable::{self, Cable},
    lock,
    node::{Node, Nodes},
    session::Session,
    views::{Next, View},
};
use kernel::{ChannelId, EventId, StreamName, UserId};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

const GAP_WAIT: Duration = Duration::from_millis(50);
const ACK_WITHIN: Duration = Duration::from_secs(5);

pub(crate) struct Client {
    pub(crate) me: UserId,
    shared: Arc<Shared>,
    nodes: Arc<Nodes>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    views: BTreeMap<StreamName, View>,
    /// Sends without an answer.
    waiting: BTreeMap<String, ChannelId>,
    repairing: BTreeSet<StreamName>,
    link: Option<Link>,
    links: u64,
    said: u64,
    /// Fetched anew.
    resets: u64,
}

#[derive(Clone)]
struct Link {
    number: u64,
    node: Arc<Node>,
    session: Arc<Session>,
    cable: Arc<Cable>,
    wire: Arc<Mutex<BTreeMap<StreamName, WireCheck>>>,
}

/// What one socket brings of a stream: all of it after where the watch began, once, in order.
#[derive(Default)]
struct WireCheck {
    last: Option<i64>,
    /// Watches that were not answered yet.
    asked: Vec<i64>,
}

impl WireCheck {
    /// Whether `seq` may come now. While several watches are on their way, what they bring is mixed.
    fn hears(&mut self, seq: i64) -> bool {
        let fits = self.last.is_some_and(|last| seq == last + 1) || self.asked.iter().any(|since| seq == since + 1);
        let fits = fits || self.asked.len() > 1;
        self.last = Some(seq);
        fits
    }

    fn watched(&mut self, seq: i64) {
        if !self.asked.is_empty() {
            self.asked.remove(0);
        }
        if self.asked.is_empty() {
            self.last = Some(seq);
        }
    }
}

impl Client {
    pub(crate) fn start(me: i64, shared: Arc<Shared>, nodes: Arc<Nodes>, watched: &[StreamName]) -> Arc<Self> {
        let views = watched.iter().map(|stream| (stream.clone(), View::default())).collect();
        let state = Mutex::new(State { views, ..State::default() });
        let client = Arc::new(Self { me: UserId(me), shared, nodes, state });
        tokio::spawn(client.clone().live());
        client
    }

    /// Loses its connection without a word.
    pub(crate) fn cut(&self) {
        if let Some(link) = &lock(&self.state).link {
            link.cable.cut();
        }
    }

    /// Stops reading, or reads again.
    pub(crate) fn stall(&self, stalled: bool) {
        if let Some(link) = &lock(&self.state).link {
            link.cable.stall(stalled);
        }
    }

    /// Says something: now, and again until it is acknowledged.
    pub(crate) fn say(self: &Arc<Self>, channel: ChannelId) {
        let nonce = {
            let mut state = lock(&self.state);
            state.said += 1;
            let nonce = format!("{}-{}", self.me, state.said);
            state.waiting.insert(nonce.clone(), channel);
            nonce
        };
        if self.shared.mishap(4) {
            // Twice, so close that both may be written together.
            self.transmit(nonce.clone());
        }
        self.transmit(nonce);
    }

    /// Sends without an answer.
    pub(crate) fn waiting(&self) -> usize {
        lock(&self.state).waiting.len()
    }

    pub(crate) fn resets(&self) -> u64 {
        lock(&self.state).resets
    }

    pub(crate) fn shown(&self, stream: &StreamName) -> Vec<EventId> {
        lock(&self.state).views.get(stream).map(|view| view.shown.clone()).unwrap_or_default()
    }

    async fn live(self: Arc<Self>) {
        loop {
            let Some(node) = self.nodes.any(&self.shared) else {
                self.shared.dawdle(300).await;
                continue;
            };
            let cable = Cable::new(self.shared.clone());
            let session = node.connect(cable.clone());
            let (link, streams) = {
                let mut state = lock(&self.state);
                state.links += 1;
                let link = Link { number: state.links, node, session, cable: cable.clone(), wire: Arc::default() };
                state.link = Some(link.clone());
                (link, state.views.keys().cloned().collect::<Vec<_>>())
            };
            streams.iter().for_each(|stream| self.watch(&link, stream));
            let waiting: Vec<String> = lock(&self.state).waiting.keys().cloned().collect();
            waiting.into_iter().for_each(|nonce| self.transmit(nonce));
            let mut bytes = Vec::new();
            while cable.read(&mut bytes).await {
                self.shared.dawdle(5).await;
                for frame in cable::frames(&mut bytes) {
                    self.hear(&link, &frame);
                }
            }
            link.session.close();
            lock(&self.state).link = None;
            self.shared.dawdle(800).await;
        }
    }

    fn watch(&self, link: &Link, stream: &StreamName) {
        let Some(since) = lock(&self.state).views.get(stream).map(|view| view.seq) else { return };
        lock(&link.wire).entry(stream.clone()).or_default().asked.push(since);
        let (session, stream, shared) = (link.session.clone(), stream.clone(), self.shared.clone());
        link.node.spawn(async move {
            shared.dawdle(5).await;
            session.watch(stream, since).await;
        });
    }

    /// Sends where there is a link; where there isn't, the next link does. An answer that doesn't come is not waited for.
    fn transmit(self: &Arc<Self>, nonce: String) {
        let (Some(channel), link) = ({
            let state = lock(&self.state);
            (state.waiting.get(&nonce).copied(), state.link.clone())
        }) else {
            return;
        };
        if let Some(link) = link {
            link.node.take(link.session.clone(), self.me, channel, nonce.clone());
            let client = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(ACK_WITHIN).await;
                let here = lock(&client.state).link.as_ref().map(|link| link.number);
                if here == Some(link.number) {
                    client.transmit(nonce);
                }
            });
        }
    }

    fn hear(self: &Arc<Self>, link: &Link, frame: &Value) {
        let stream = || frame["stream"].as_str().and_then(|name| name.parse::<StreamName>().ok());
        let number = |key: &str| frame[key].as_i64().unwrap_or_default();
        let id = || EventId(frame["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default());
        match (frame["op"].as_str().unwrap_or_default(), stream()) {
            ("event", Some(stream)) => self.take(link, &stream, number("seq"), id()),
            ("watched", Some(stream)) => {
                lock(&link.wire).entry(stream.clone()).or_default().watched(number("seq"));
                let behind = lock(&self.state).views.get(&stream).is_some_and(|view| view.seq < number("seq"));
                if behind {
                    self.repair_later(link, stream);
                }
            }
            ("reset", Some(stream)) => self.refetch(link, stream, number("seq")),
            ("ack", Some(stream)) => {
                let nonce = frame["nonce"].as_str().unwrap_or_default();
                self.shared.judge.answered(nonce, &stream, number("seq"), id());
                lock(&self.state).waiting.remove(nonce);
            }
            _ => {}
        }
    }

    fn take(self: &Arc<Self>, link: &Link, stream: &StreamName, seq: i64, id: EventId) {
        if !lock(&link.wire).entry(stream.clone()).or_default().hears(seq) {
            self.shared.judge.broken(format!("wire: {stream} {seq} came out of turn to {}", self.me));
        }
        if !self.shared.database.has(stream, seq, id) {
            self.shared.judge.broken(format!("phantom: {stream} {seq} was shown as {id}"));
        }
        let next = match lock(&self.state).views.get_mut(stream) {
            Some(view) => view.take(seq, id, self.shared.is(Fault::ClientShowsAll)),
            None => Next::Nothing,
        };
        if next == Next::Patience && !self.shared.is(Fault::ClientNeverAsks) {
            self.repair_later(link, stream.clone());
        }
    }

    /// What is missing may still come by itself; then it is asked for, once for all that is missing.
    fn repair_later(self: &Arc<Self>, link: &Link, stream: StreamName) {
        if !lock(&self.state).repairing.insert(stream.clone()) {
            return;
        }
        let (client, link, heard_up_to) = (self.clone(), link.clone(), self.heard(&stream));
        tokio::spawn(async move {
            tokio::time::sleep(GAP_WAIT).await;
            let asks = {
                let mut state = lock(&client.state);
                state.repairing.remove(&stream);
                let here = state.link.as_ref().is_some_and(|here| here.number == link.number);
                let view = state.views.get(&stream);
                here && view.is_some_and(|view| view.has_gap() || view.seq == heard_up_to)
            };
            if asks {
                client.watch(&link, &stream);
            }
        });
    }

    fn heard(&self, stream: &StreamName) -> i64 {
        lock(&self.state).views.get(stream).map_or(0, |view| view.seq)
    }

    /// Too far behind: what there is now is fetched, and events count from there.
    fn refetch(self: &Arc<Self>, link: &Link, stream: StreamName, seq: i64) {
        {
            let mut state = lock(&self.state);
            state.resets += 1;
            let Some(view) = state.views.get_mut(&stream) else { return };
            // On the wire it is live from here on.
            lock(&link.wire).entry(stream.clone()).or_default().last = Some(seq);
            let shown = std::mem::take(&mut view.shown);
            view.place(seq, shown);
            if self.shared.is(Fault::ClientIgnoresReset) {
                return;
            }
        }
        let (client, link) = (self.clone(), link.clone());
        tokio::spawn(async move {
            let shown = loop {
                client.shared.dawdle(30).await;
                let shown = client.shared.database.log(&stream);
                client.shared.dawdle(30).await;
                if !client.shared.mishap(10) {
                    break shown;
                }
            };
            let behind = match lock(&client.state).views.get_mut(&stream) {
                Some(view) => view.place(shown.len() as i64, shown),
                None => false,
            };
            if behind {
                client.watch(&link, &stream);
            }
        });
    }
}
