//! Fan-out among nodes, whatever carries it.
//!
//! A node's own sinks hear what the node publishes at once, in the publisher's thread, without the broker; the broker
//! carries it to the other nodes. At most once: `publish` never waits, so what doesn't fit into the queue, or finds no
//! broker, is lost, counted, and said in the log now and then. A node listens once to each topic that has sinks; the
//! streams of one person go over one line, because there are many people, and brokers keep some kB for each line.

use crate::{MemoryFanout, running::Running};
use async_trait::async_trait;
use kernel::Event;
use ports::{Fanout, Hint, Sink, Subscription};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    collections::{HashMap, HashSet},
    mem::take,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, mpsc},
    time::Instant,
};

/// What waits to be sent, at most. Text is limited, so this also bounds the bytes.
const QUEUE: usize = 4_096;
/// What is sent at once, at most.
const TOGETHER: usize = 64;
/// How often the log says that something was lost, at most.
const TELL: Duration = Duration::from_secs(10);

/// Carries what is said to the other nodes that listen to its line, and brings what they say to the [`Ears`].
#[async_trait]
pub(crate) trait Wire: Send + Sync + 'static {
    /// Whether there is a broker at the other end, as far as is known.
    fn is_up(&self) -> bool;

    /// Hands on what was said, in order, and gives how much of it is lost. It may wait for the network, not for a
    /// broker that is away.
    async fn send(&self, said: Vec<Letter>) -> usize;

    /// Listens to a line from now on, also on later connections.
    async fn listen(&self, line: &str);

    /// Stops listening.
    async fn leave(&self, line: &str);
}

/// What goes over the wire at once.
pub(crate) struct Letter {
    pub line: String,
    pub said: Vec<u8>,
}

/// What goes over the wire. Other kinds may come from newer nodes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Event(#[serde(serialize_with = "whole", deserialize_with = "shared")] Arc<Event>),
    Hint { topic: String, hint: Hint },
}

impl Said {
    fn letter(&self) -> Letter {
        let topic = match self {
            Self::Event(event) => event.stream.as_str(),
            Self::Hint { topic, .. } => topic,
        };
        // Our own types with string keys: encoding them has no way to fail.
        Letter { line: line(topic).into(), said: serde_json::to_vec(self).expect("events are plain data") }
    }
}

fn whole<S: Serializer>(event: &Arc<Event>, to: S) -> Result<S::Ok, S::Error> {
    Event::serialize(event, to)
}

fn shared<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<Event>, D::Error> {
    Event::deserialize(from).map(Arc::new)
}

/// A node's own sinks.
#[derive(Default)]
pub(crate) struct Ears {
    own: MemoryFanout,
    /// When the log last said that something was lost.
    told: Mutex<Option<Instant>>,
}

impl Ears {
    /// Another node said this.
    pub(crate) fn hear(&self, said: &[u8]) {
        match serde_json::from_slice(said) {
            Ok(Said::Event(event)) => self.own.publish(event),
            Ok(Said::Hint { topic, hint }) => self.own.hint(&topic, hint),
            Err(error) => tracing::debug!(%error, "a node said something that this version doesn't know"),
        }
    }

    /// Something was lost.
    pub(crate) fn lost(&self, how_many: usize, why: &str) {
        if how_many == 0 {
            return;
        }
        metrics::counter!("guildhall_fanout_lost_total").increment(how_many as u64);
        let mut told = lock(&self.told);
        if told.is_none_or(|told| told.elapsed() > TELL) {
            *told = Some(Instant::now());
            tracing::warn!(why, "live events don't reach all nodes; clients will catch up");
        }
    }
}

/// A fan-out among nodes. See the module.
pub struct NodeFanout {
    ears: Arc<Ears>,
    wanted: Arc<Wanted>,
    queue: mpsc::Sender<Said>,
    _tasks: [Running; 2],
}

impl NodeFanout {
    pub(crate) fn start(wire: impl Wire, ears: Arc<Ears>) -> Self {
        let (wire, wanted) = (Arc::new(wire), Arc::new(Wanted::default()));
        let (queue, waiting) = mpsc::channel(QUEUE);
        let sending = Running::start(send(wire.clone(), waiting, ears.clone()));
        let listening = Running::start(keep_listening(wire, wanted.clone()));
        Self { ears, wanted, queue, _tasks: [sending, listening] }
    }

    fn say(&self, said: Said) {
        if self.queue.try_send(said).is_err() {
            self.ears.lost(1, "the broker is slower than what is published");
        }
    }
}

impl Fanout for NodeFanout {
    fn publish(&self, event: Arc<Event>) {
        self.ears.own.publish(event.clone());
        self.say(Said::Event(event));
    }

    fn hint(&self, topic: &str, hint: Hint) {
        self.ears.own.hint(topic, hint.clone());
        self.say(Said::Hint { topic: topic.into(), hint });
    }

    fn subscribe(&self, topic: &str, sink: Arc<dyn Sink>) -> Subscription {
        let own = self.ears.own.subscribe(topic, sink);
        let (wanted, line) = (self.wanted.clone(), line(topic).to_owned());
        wanted.more(&line);
        Subscription::new(move || {
            drop(own);
            wanted.less(&line);
        })
    }
}

/// What a topic goes over: `user/1` for `people/user/1` and all other streams of that person, itself for any other.
fn line(topic: &str) -> &str {
    topic.split_once('/').map(|(_, line)| line).filter(|line| line.starts_with("user/")).unwrap_or(topic)
}

/// The lines that have sinks.
#[derive(Default)]
struct Wanted {
    lines: Mutex<Lines>,
    change: Notify,
}

#[derive(Default)]
struct Lines {
    sinks: HashMap<String, usize>,
    /// Got their first sink, or lost their last, since the wire was told.
    changed: HashSet<String>,
}

impl Wanted {
    fn more(&self, line: &str) {
        let mut lines = lock(&self.lines);
        match lines.sinks.get_mut(line) {
            Some(sinks) => *sinks += 1,
            None => {
                lines.sinks.insert(line.into(), 1);
                self.changed(lines, line);
            }
        }
    }

    fn less(&self, line: &str) {
        let mut lines = lock(&self.lines);
        match lines.sinks.get_mut(line) {
            Some(sinks) if *sinks > 1 => *sinks -= 1,
            _ => {
                lines.sinks.remove(line);
                self.changed(lines, line);
            }
        }
    }

    fn changed(&self, mut lines: MutexGuard<'_, Lines>, line: &str) {
        lines.changed.insert(line.into());
        drop(lines);
        self.change.notify_one();
    }
}

async fn send(wire: Arc<impl Wire>, mut waiting: mpsc::Receiver<Said>, ears: Arc<Ears>) {
    let mut said = Vec::new();
    while waiting.recv_many(&mut said, TOGETHER).await > 0 {
        if wire.is_up() {
            let letters = said.drain(..).map(|said| said.letter()).collect();
            ears.lost(wire.send(letters).await, "the broker doesn't take it");
        } else {
            ears.lost(said.len(), "the broker is away");
            said.clear();
        }
    }
}

/// Listens to what is wanted. What comes and goes in between costs nothing.
async fn keep_listening(wire: Arc<impl Wire>, wanted: Arc<Wanted>) {
    let mut heard = HashSet::new();
    loop {
        wanted.change.notified().await;
        let changed = take(&mut lock(&wanted.lines).changed);
        for line in changed {
            let has_sinks = lock(&wanted.lines).sinks.contains_key(&line);
            if has_sinks && !heard.contains(&line) {
                wire.listen(&line).await;
                heard.insert(line);
            } else if !has_sinks && heard.remove(&line) {
                wire.leave(&line).await;
            }
        }
    }
}

/// A lock whose holder panicked still holds good data here: every change under it is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
