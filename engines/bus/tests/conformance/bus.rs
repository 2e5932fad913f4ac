use crate::{
    rig::{Brokered, Rig},
    wait::until,
};
use async_trait::async_trait;
use engine_bus::Engines;
use kernel::{Kind, Problem, Result, StreamName, UserId};
use ports::{Bell, Bus, Follower};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// How long a ring may take that reaches nobody: more than every engine's deadline.
const QUICKLY: Duration = Duration::from_secs(20);

/// Remembers how far it was rung for, per stream, and how many times it was rung.
struct Listener {
    name: &'static str,
    follows: &'static str,
    reached: Mutex<BTreeMap<StreamName, i64>>,
    rung: Mutex<usize>,
    /// How many more times it fails.
    failing: Mutex<usize>,
    /// It doesn't return before this turns true; for the stream, or for all.
    gate: Option<(Option<StreamName>, watch::Receiver<bool>)>,
}

impl Listener {
    fn new(name: &'static str, follows: &'static str) -> Self {
        let (reached, rung, failing) = Default::default();
        Self { name, follows, reached, rung, failing, gate: None }
    }

    fn failing(self, times: usize) -> Self {
        Self { failing: Mutex::new(times), ..self }
    }

    fn gated(self, stream: Option<StreamName>, gate: watch::Receiver<bool>) -> Self {
        Self { gate: Some((stream, gate)), ..self }
    }

    fn reached(&self, stream: &StreamName) -> i64 {
        self.reached.lock().expect("a listener").get(stream).copied().unwrap_or(0)
    }

    fn streams(&self) -> usize {
        self.reached.lock().expect("a listener").len()
    }

    fn rung(&self) -> usize {
        *self.rung.lock().expect("a listener")
    }
}

#[async_trait]
impl Follower for Listener {
    fn name(&self) -> &'static str {
        self.name
    }

    fn follows(&self) -> &'static str {
        self.follows
    }

    async fn ring(&self, bell: &Bell) -> Result<()> {
        *self.rung.lock().expect("a listener") += 1;
        if let Some((stream, gate)) = &self.gate
            && stream.as_ref().is_none_or(|stream| *stream == bell.stream)
        {
            gate.clone().wait_for(|open| *open).await.expect("the gate stands");
        }
        {
            let mut failing = self.failing.lock().expect("a listener");
            if *failing > 0 {
                *failing -= 1;
                return Err(Problem::unavailable("Not now."));
            }
        }
        let mut reached = self.reached.lock().expect("a listener");
        let reached = reached.entry(bell.stream.clone()).or_default();
        *reached = bell.seq.max(*reached);
        Ok(())
    }
}

fn stream(service: &'static str, user: i64) -> StreamName {
    StreamName::user(service, UserId(user))
}

fn bell(stream: &StreamName, seq: i64) -> Bell {
    Bell { stream: stream.clone(), seq }
}

/// Rings as the relay does: until the bus says that it rang.
async fn ring(bus: &dyn Bus, bell: &Bell) {
    until("the bus takes a bell", async || bus.ring(bell.clone()).await.is_ok()).await;
}

pub async fn a_bell_reaches_every_follower(rig: impl Rig) {
    let node = rig.node().await;
    let people = [
        Arc::new(Listener::new("profiles", "people/user/")),
        Arc::new(Listener::new("names", "people/")),
        Arc::new(Listener::new("beginnings", "people/user/1")),
    ];
    let accounts = Arc::new(Listener::new("sessions", "accounts/user/"));
    let everything = Arc::new(Listener::new("everything", ""));
    for listener in people.iter().chain([&accounts, &everything]) {
        node.bus.follow(listener.clone());
    }
    node.bus.open();
    let (one, two, account) = (stream("people", 1), stream("people", 2), stream("accounts", 1));
    for bell in [bell(&one, 1), bell(&one, 2), bell(&two, 1), bell(&account, 9)] {
        ring(&*node.bus, &bell).await;
    }
    for listener in people.iter().chain([&everything]) {
        until("it is rung for", async || listener.reached(&one) == 2).await;
    }
    for listener in [&people[0], &people[1], &everything] {
        until("it is rung for", async || listener.reached(&two) == 1).await;
    }
    for listener in [&accounts, &everything] {
        until("it is rung for", async || listener.reached(&account) == 9).await;
    }
    let streams = [&people[0], &people[1], &people[2], &accounts, &everything].map(|listener| listener.streams());
    assert_eq!(streams, [2, 2, 1, 1, 3], "nobody hears what it doesn't follow");
}

pub async fn a_failing_follower_hears_it_again_and_stops_nobody(rig: impl Rig) {
    let node = rig.node().await;
    let failing = Arc::new(Listener::new("failing", "people/user/").failing(2));
    let sound = Arc::new(Listener::new("sound", "people/user/"));
    node.bus.follow(failing.clone());
    node.bus.follow(sound.clone());
    node.bus.open();
    // What the first ring answers is the engine's own: here the follower failed, or the bell is stored.
    drop(node.bus.ring(bell(&stream("people", 1), 5)).await);
    until("the other follower is rung for", async || sound.reached(&stream("people", 1)) == 5).await;
    ring(&*node.bus, &bell(&stream("people", 1), 5)).await;
    until("it is rung for again", async || failing.reached(&stream("people", 1)) == 5).await;
    assert!(failing.rung() >= 3);
}

/// Also when no node is there that has the follower, and when the broker starts anew.
pub async fn bells_wait_for_a_follower_that_is_away(mut rig: impl Brokered) {
    let other = rig.node().await;
    other.bus.open();
    let ring_for = async |node: &Engines, users: std::ops::RangeInclusive<i64>| {
        for user in users {
            ring(&*node.bus, &bell(&stream("people", user), 7)).await;
        }
    };
    let hears = async |listener: &Listener, users: std::ops::RangeInclusive<i64>| {
        for user in users {
            until("it is rung for", async || listener.reached(&stream("people", user)) == 7).await;
        }
    };
    let (node, listener) = with_profiles(rig.node().await);
    ring_for(&node, 1..=200).await;
    hears(&listener, 1..=200).await;
    drop(node);

    ring_for(&other, 201..=250).await;
    let (node, listener) = with_profiles(rig.node().await);
    hears(&listener, 201..=250).await;
    // The last answers may have been lost with the node.
    assert!(listener.streams() < 150, "it doesn't begin anew: {}", listener.streams());
    drop(node);

    ring_for(&other, 251..=300).await;
    rig.broker().kill();
    rig.broker().start_again();
    let (_node, listener) = with_profiles(rig.node().await);
    hears(&listener, 251..=300).await;
}

fn with_profiles(node: Engines) -> (Engines, Arc<Listener>) {
    let listener = Arc::new(Listener::new("profiles", "people/user/"));
    node.bus.follow(listener.clone());
    node.bus.open();
    (node, listener)
}

pub async fn nodes_share_a_follower(rig: impl Rig) {
    const STREAMS: i64 = 300;
    let nodes = [rig.node().await, rig.node().await];
    let (open, gate) = watch::channel(false);
    let listeners = [(); 2].map(|()| Arc::new(Listener::new("shared", "people/").gated(None, gate.clone())));
    for (node, listener) in nodes.iter().zip(&listeners) {
        node.bus.follow(listener.clone());
        node.bus.open();
    }
    for user in 1..=STREAMS {
        ring(&*nodes[0].bus, &bell(&stream("people", user), 1)).await;
    }
    // One node can't hold all of them.
    until("both nodes work", async || listeners.iter().all(|listener| listener.rung() > 0)).await;
    open.send_replace(true);
    let reached = |user| listeners.iter().any(|listener| listener.reached(&stream("people", user)) == 1);
    for user in 1..=STREAMS {
        until("it is rung for", async || reached(user)).await;
    }
    let rung: usize = listeners.iter().map(|listener| listener.rung()).sum();
    assert!(rung < 2 * STREAMS as usize, "each node heard everything: {rung}");
}

pub async fn a_stream_that_hangs_stops_no_other(rig: impl Rig) {
    let node = rig.node().await;
    let hanging = stream("people", 1);
    let (open, gate) = watch::channel(false);
    let listener = Arc::new(Listener::new("profiles", "people/user/").gated(Some(hanging.clone()), gate));
    node.bus.follow(listener.clone());
    node.bus.open();
    for seq in 1..=300 {
        ring(&*node.bus, &bell(&hanging, seq)).await;
    }
    for user in 2..=200 {
        ring(&*node.bus, &bell(&stream("people", user), 1)).await;
    }
    until("the others are rung for", async || listener.streams() == 199).await;
    assert_eq!(listener.reached(&hanging), 0);
    open.send_replace(true);
    until("it goes on", async || listener.reached(&hanging) == 300).await;
    assert!(listener.rung() < 199 + 300, "what came meanwhile is one bell: {}", listener.rung());
}

pub async fn bells_fail_without_a_broker_and_ring_again_with_it(mut rig: impl Brokered) {
    let (node, listener) = with_profiles(rig.node().await);
    ring(&*node.bus, &bell(&stream("people", 1), 1)).await;
    until("it is rung for", async || listener.reached(&stream("people", 1)) == 1).await;
    rig.broker().kill();
    for seq in 2..5 {
        fails_quickly(&node, bell(&stream("people", 1), seq)).await;
    }
    // A node that starts without its broker finds it later.
    let early = rig.node().await;
    let names = Arc::new(Listener::new("names", "people/user/"));
    early.bus.follow(names.clone());
    early.bus.open();
    rig.broker().start_again();
    for (bus, seq) in [(&node.bus, 5), (&early.bus, 6)] {
        ring(&**bus, &bell(&stream("people", 1), seq)).await;
    }
    for listener in [&listener, &names] {
        until("it is rung for again", async || listener.reached(&stream("people", 1)) == 6).await;
    }
}

pub async fn bells_fail_while_the_broker_hangs(mut rig: impl Brokered) {
    let (node, listener) = with_profiles(rig.node().await);
    ring(&*node.bus, &bell(&stream("people", 1), 1)).await;
    until("it is rung for", async || listener.reached(&stream("people", 1)) == 1).await;
    rig.broker().hang();
    fails_quickly(&node, bell(&stream("people", 1), 2)).await;
    rig.broker().go_on();
    ring(&*node.bus, &bell(&stream("people", 1), 3)).await;
    until("it is rung for again", async || listener.reached(&stream("people", 1)) == 3).await;
}

async fn fails_quickly(node: &Engines, bell: Bell) {
    let start = Instant::now();
    let problem = node.bus.ring(bell).await.expect_err("nobody is there");
    assert_eq!(problem.kind, Kind::Unavailable);
    assert!(start.elapsed() < QUICKLY, "{:?}", start.elapsed());
}
