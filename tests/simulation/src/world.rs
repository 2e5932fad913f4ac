//! One story: bad weather first, then calm; and what must be true in the end.

use crate::{Fault, Shared, client::Client, database::Database, judge::Judge, lock, node::Nodes, weather::Weather};
use kernel::{ChannelId, StreamName, UserId};
use ports::SeededRandom;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const NODES: usize = 3;
const CLIENTS: i64 = 5;
const CHANNELS: i64 = 3;
const STEPS: u64 = 60;
/// More than the server replays, and more than a lane keeps.
const FLOOD: i64 = 1_100;
/// Long enough for every retry, every stall and every look of the relay.
const CALM: Duration = Duration::from_secs(60);

/// What happened, in numbers: that there was something to judge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    pub events: usize,
    pub resets: u64,
    /// Clients that lacked a last event that was lost together with the node that knew of it.
    pub tails: usize,
}

struct World {
    shared: Arc<Shared>,
    nodes: Arc<Nodes>,
    clients: Vec<Arc<Client>>,
    channels: Vec<ChannelId>,
    people: Mutex<i64>,
    /// Whether this is one of the few stories with floods: they are much to go through.
    floods: bool,
}

/// Tells the story of `seed` to its end, with everything in `faults` wrong on purpose.
///
/// # Errors
/// Everything that was broken, a line each.
pub fn play(seed: u64, faults: &[Fault]) -> Result<Story, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.map_err(|e| e.to_string())?;
    let (story, broken) = runtime.block_on(async {
        let shared = Arc::new(Shared {
            chance: SeededRandom::new(seed),
            database: Database::default(),
            weather: Weather::new(seed ^ 0x5eed),
            judge: Judge::default(),
            faults: faults.to_vec(),
        });
        let nodes = Nodes::start(NODES, &shared);
        let channels: Vec<ChannelId> = (1..=CHANNELS).map(ChannelId).collect();
        let streams: Vec<StreamName> = channels.iter().copied().map(StreamName::messages).collect();
        let start = |me| Client::start(me, shared.clone(), nodes.clone(), &streams);
        let clients = (1..=CLIENTS).map(start).collect();
        let world = World { shared, nodes, clients, channels, people: Mutex::default(), floods: seed % 32 == 7 };
        world.storm().await;
        let story = world.calm().await;
        (story, world.shared.judge.close(&world.shared.database))
    });
    if broken.is_empty() { Ok(story) } else { Err(broken.join("\n")) }
}

impl World {
    fn below(&self, bound: u64) -> usize {
        self.shared.chance.below(bound) as usize
    }

    async fn storm(&self) {
        for _ in 0..STEPS {
            self.step();
            let pause = if self.below(20) == 0 { 3_000 } else { 60 };
            self.shared.dawdle(pause).await;
        }
    }

    fn step(&self) {
        let client = &self.clients[self.below(CLIENTS as u64)];
        let channel = self.channels[self.below(CHANNELS as u64)];
        match self.below(40) {
            0..=23 => client.say(channel),
            24..=26 => (0..20).for_each(|_| client.say(channel)),
            27..=29 => client.cut(),
            30..=31 => {
                client.stall(true);
                let (client, stalled_ms) = (client.clone(), self.shared.chance.below(12_000));
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(stalled_ms)).await;
                    client.stall(false);
                });
            }
            32..=34 => {
                self.nodes.crash(self.below(NODES as u64));
                // Some come back only when there is no other: what they left behind is for others to find.
                if self.below(4) == 0 && self.nodes.any(&self.shared).is_some() {
                    return;
                }
                let (nodes, shared) = (self.nodes.clone(), self.shared.clone());
                tokio::spawn(async move {
                    shared.dawdle(3_000).await;
                    nodes.start_missing(&shared);
                });
            }
            35 => self.happen(),
            36 => self.delete(channel),
            37..=38 => {
                let stream = StreamName::messages(channel);
                let head = self.shared.database.log(&stream).len() as u64;
                let up_to = if self.below(2) == 0 { head } else { self.shared.chance.below(head + 1) };
                self.shared.database.forget(&stream, up_to as i64);
            }
            _ => self.flood(channel),
        }
    }

    /// Somebody new comes: a stream of one event, whose bell nothing later would ring.
    fn happen(&self) {
        let mut people = lock(&self.people);
        *people += 1;
        if let Some(node) = self.nodes.any(&self.shared) {
            node.happen(StreamName::user("people", UserId(*people)));
        }
    }

    /// What was said last is deleted: lanes keep nothing of it, and nobody misses an event for that.
    fn delete(&self, channel: ChannelId) {
        if let Some(node) = self.nodes.any(&self.shared) {
            node.happen(StreamName::messages(channel));
        }
    }

    fn flood(&self, channel: ChannelId) {
        if !self.floods {
            return;
        }
        if let Some(node) = self.nodes.any(&self.shared) {
            node.flood(UserId(99), channel, FLOOD);
        }
    }

    /// In calm weather everyone becomes whole, whether somebody goes on talking or not: nodes say again how far a silent
    /// stream is. Only what a node told before it crashed may be lost with it; it is seen when the client comes back.
    async fn calm(&self) -> Story {
        if self.nodes.any(&self.shared).is_none() {
            self.nodes.start_missing(&self.shared);
        }
        self.shared.weather.calm_down();
        self.shared.dawdle(5_000).await;
        let talking: Vec<ChannelId> = self.channels.iter().copied().filter(|_| self.below(2) == 0).collect();
        for channel in &talking {
            self.clients[0].say(*channel);
        }
        tokio::time::sleep(CALM).await;
        let mut tails = 0;
        for channel in &self.channels {
            for client in &self.clients {
                let stream = StreamName::messages(*channel);
                let head = self.shared.database.log(&stream).len() as i64;
                let is_orphan = !talking.contains(channel) && !self.nodes.said(&stream, head);
                tails += usize::from(self.judge_view(client, *channel, is_orphan));
            }
        }
        self.clients.iter().for_each(|client| client.cut());
        tokio::time::sleep(CALM).await;
        for client in &self.clients {
            for channel in &self.channels {
                self.judge_view(client, *channel, false);
            }
            if client.waiting() > 0 {
                self.shared.judge.broken(format!("unanswered: {} waits for {} answers", client.me, client.waiting()));
            }
        }
        let streams = self.shared.database.streams();
        let events = streams.iter().map(|stream| self.shared.database.log(stream).len()).sum();
        Story { events, resets: self.clients.iter().map(|client| client.resets()).sum(), tails }
    }

    /// Whether a client may lack the end of a channel, and does. Whatever else it lacks or has too much of is broken.
    fn judge_view(&self, client: &Client, channel: ChannelId, may_lack_end: bool) -> bool {
        let stream = StreamName::messages(channel);
        let (shown, log) = (client.shown(&stream), self.shared.database.log(&stream));
        let is_beginning = log.starts_with(&shown);
        if shown != log && !(may_lack_end && is_beginning) {
            let first = shown.iter().zip(&log).take_while(|(a, b)| a == b).count();
            let judged = format!("{} shows {} of {} events of {stream}", client.me, shown.len(), log.len());
            self.shared.judge.broken(format!("shown: {judged}, right up to {first}"));
        }
        shown.len() < log.len()
    }
}
