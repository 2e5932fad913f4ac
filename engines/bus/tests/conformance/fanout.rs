use crate::{
    rig::{Rig, Selective},
    wait::until,
};
use engine_bus::Engines;
use kernel::{ChannelId, Event, EventId, StreamName, Timestamp, UserId};
use ports::{Hint, Sink};
use std::sync::{Arc, Mutex};

/// Fewer than any engine's queue, so that none is lost on the way.
const MANY: i64 = 500;

#[derive(Default)]
struct Ear {
    events: Mutex<Vec<Arc<Event>>>,
    hints: Mutex<Vec<Hint>>,
}

impl Ear {
    fn seqs(&self) -> Vec<i64> {
        self.events.lock().expect("an ear").iter().map(|event| event.seq).collect()
    }

    fn hints(&self) -> Vec<Hint> {
        self.hints.lock().expect("an ear").clone()
    }
}

impl Sink for Ear {
    fn event(&self, event: &Arc<Event>) {
        self.events.lock().expect("an ear").push(event.clone());
    }

    fn hint(&self, hint: &Hint) {
        self.hints.lock().expect("an ear").push(hint.clone());
    }
}

fn stream(user: i64) -> StreamName {
    StreamName::user("people", UserId(user))
}

fn event(user: i64, seq: i64) -> Arc<Event> {
    let data = serde_json::value::RawValue::from_string(format!(r#"{{"text":"Grüße 🎲", "n":{seq}}}"#)).expect("json");
    Arc::new(Event { stream: stream(user), seq, id: EventId(seq), at: Timestamp(7), kind: "said".into(), data })
}

fn head(number: i64) -> Hint {
    Hint::Head { channel: ChannelId(1), number }
}

/// A node's own sinks hear at once, all of them, until they let go.
pub async fn who_subscribes_hears_until_the_end(rig: impl Rig) {
    let node = rig.node().await;
    let ear = Arc::new(Ear::default());
    let first = node.fanout.subscribe("people/user/1", ear.clone());
    let second = node.fanout.subscribe("people/user/1", ear.clone());
    let hints = node.fanout.subscribe("presence", ear.clone());
    node.fanout.publish(event(1, 1));
    node.fanout.hint("presence", head(1));
    assert_eq!((ear.seqs(), ear.hints()), (vec![1, 1], vec![head(1)]));
    drop(first);
    node.fanout.publish(event(1, 2));
    drop((second, hints));
    node.fanout.publish(event(1, 3));
    node.fanout.hint("presence", head(2));
    assert_eq!((ear.seqs(), ear.hints()), (vec![1, 1, 2], vec![head(1)]));
}

pub async fn topics_are_apart(rig: impl Rig) {
    let node = rig.node().await;
    let ears: Vec<_> = (0..1_000).map(|_| Arc::new(Ear::default())).collect();
    let subscribe = |(user, ear): (usize, &Arc<Ear>)| node.fanout.subscribe(stream(user as i64).as_str(), ear.clone());
    let subscriptions: Vec<_> = ears.iter().enumerate().map(subscribe).collect();
    for user in 0..1_000 {
        node.fanout.publish(event(user, user + 1));
    }
    for (user, ear) in ears.iter().enumerate() {
        assert_eq!(ear.seqs(), [user as i64 + 1]);
    }
    drop(subscriptions);
}

pub async fn nodes_hear_each_other_once_and_in_order(rig: impl Selective) {
    let (here, there) = (rig.node().await, rig.node().await);
    let (near, far) = (Arc::new(Ear::default()), Arc::new(Ear::default()));
    let _near = here.fanout.subscribe("people/user/1", near.clone());
    let _far = there.fanout.subscribe("people/user/1", far.clone());
    let _hints = there.fanout.subscribe("heads/guild/9", far.clone());
    until("both listen", async || rig.listeners("user/1").await == 2).await;
    until("one listens", async || rig.listeners("heads/guild/9").await == 1).await;
    for seq in 1..=MANY {
        here.fanout.publish(event(1, seq));
        here.fanout.hint("heads/guild/9", head(seq));
    }
    let all: Vec<i64> = (1..=MANY).collect();
    until("all is heard", async || far.seqs().len() >= all.len() && far.hints().len() >= all.len()).await;
    assert_eq!(far.seqs(), all);
    assert_eq!(far.hints(), all.iter().map(|seq| head(*seq)).collect::<Vec<_>>());
    let heard = far.events.lock().expect("an ear")[0].clone();
    assert_eq!(heard.frame(), event(1, 1).frame(), "what comes over the wire is what was published");

    // Whatever came back would have come before the answer.
    there.fanout.publish(event(1, MANY + 1));
    until("the answer is heard", async || near.seqs().last() == Some(&(MANY + 1))).await;
    let own_then_answer: Vec<i64> = (1..=MANY + 1).collect();
    assert_eq!((near.seqs(), far.seqs()), (own_then_answer.clone(), own_then_answer));
}

/// A node listens to a topic once, for as long as it has sinks.
pub async fn topics_without_sinks_cost_nothing(rig: impl Selective) {
    let (node, other) = (rig.node().await, rig.node().await);
    let ear = Arc::new(Ear::default());
    let kept = node.fanout.subscribe("people/user/2", ear.clone());
    let subscriptions: Vec<_> = (0..3).map(|_| node.fanout.subscribe("people/user/1", ear.clone())).collect();
    until("it listens", async || rig.listeners("user/1").await == 1).await;
    drop(subscriptions);
    until("it listens no more", async || rig.listeners("user/1").await == 0).await;
    for _ in 0..100 {
        drop(node.fanout.subscribe("people/user/1", ear.clone()));
    }
    let again = node.fanout.subscribe("people/user/1", ear.clone());
    until("it listens again", async || rig.listeners("user/1").await == 1).await;
    // What was counted may be one of the hundred that were given back: said once, it could meet nobody.
    let hears = async || {
        other.fanout.publish(event(1, 1));
        ear.seqs().contains(&1)
    };
    until("it hears", hears).await;
    drop(again);
    until("it listens no more", async || rig.listeners("user/1").await == 0).await;
    assert_eq!(rig.listeners("user/2").await, 1);
    drop(kept);
}

/// However many of a person's streams are heard, the broker keeps one line for them; each sink hears its own.
pub async fn a_persons_streams_share_a_line(rig: impl Selective) {
    let (node, other) = (rig.node().await, rig.node().await);
    let (people, guilds) = (Arc::new(Ear::default()), Arc::new(Ear::default()));
    let kept = node.fanout.subscribe("people/user/1", people.clone());
    let left = node.fanout.subscribe("guilds/user/1", guilds.clone());
    let _other = node.fanout.subscribe("guilds/user/12", guilds.clone());
    until("it listens", async || rig.listeners("user/1").await == 1).await;
    other.fanout.publish(event(1, 1));
    let theirs = Event { stream: StreamName::user("guilds", UserId(1)), ..Event::clone(&event(1, 2)) };
    other.fanout.publish(Arc::new(theirs));
    until("both hear", async || !people.seqs().is_empty() && !guilds.seqs().is_empty()).await;
    assert_eq!((people.seqs(), guilds.seqs()), (vec![1], vec![2]));
    drop(left);
    other.fanout.publish(event(1, 3));
    until("the other still hears", async || people.seqs() == [1, 3]).await;
    drop(kept);
    until("it listens no more", async || rig.listeners("user/1").await == 0).await;
}

pub async fn a_broker_that_is_away_blocks_nobody_and_comes_back(mut rig: impl Selective) {
    let nodes = [rig.node().await, rig.node().await];
    let (near, early, late) = (Arc::new(Ear::default()), Arc::new(Ear::default()), Arc::new(Ear::default()));
    let _near = nodes[0].fanout.subscribe("people/user/1", near.clone());
    let _early = nodes[1].fanout.subscribe("people/user/1", early.clone());
    until("both listen", async || rig.listeners("user/1").await == 2).await;
    rig.broker().kill();
    let _late = nodes[1].fanout.subscribe("people/user/2", late.clone());
    publish_too_much(&nodes[0], &near);
    rig.broker().start_again();
    hears_again(&nodes[0], [(1, &early), (2, &late)]).await;
}

pub async fn a_broker_that_hangs_blocks_nobody_and_comes_back(mut rig: impl Selective) {
    let nodes = [rig.node().await, rig.node().await];
    let (near, early, late) = (Arc::new(Ear::default()), Arc::new(Ear::default()), Arc::new(Ear::default()));
    let _near = nodes[0].fanout.subscribe("people/user/1", near.clone());
    let _early = nodes[1].fanout.subscribe("people/user/1", early.clone());
    until("both listen", async || rig.listeners("user/1").await == 2).await;
    rig.broker().hang();
    let _late = nodes[1].fanout.subscribe("people/user/2", late.clone());
    publish_too_much(&nodes[0], &near);
    rig.broker().go_on();
    hears_again(&nodes[0], [(1, &early), (2, &late)]).await;
}

/// More than any queue holds.
const TOO_MUCH: i64 = 50_000;

fn publish_too_much(node: &Engines, near: &Ear) {
    for seq in 1..=TOO_MUCH {
        node.fanout.publish(event(1, seq));
    }
    assert_eq!(near.seqs().len() as i64, TOO_MUCH, "the node itself hears everything");
}

async fn hears_again(node: &Engines, ears: [(i64, &Arc<Ear>); 2]) {
    let mut seq = TOO_MUCH;
    for (user, ear) in ears {
        until("it is heard again", async || {
            seq += 1;
            node.fanout.publish(event(user, seq));
            ear.seqs().iter().any(|heard| *heard > TOO_MUCH)
        })
        .await;
        let heard = ear.seqs();
        assert!(heard.is_sorted_by(|a, b| a < b), "once and in order: {heard:?}");
    }
}
