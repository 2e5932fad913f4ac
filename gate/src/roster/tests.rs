use super::*;
use engine_bus::MemoryFanout;
use kernel::{
    EventId, Timestamp,
    permissions::{Grants, Place as Seen, Standing},
};
use std::cell::Cell;

const ADA: UserId = UserId(1);
const GUILD: GuildId = GuildId(7);
const CHANNEL: Place = Place::Channel(ChannelId(8));

struct Scene {
    fanout: Arc<dyn Fanout>,
    roster: Roster,
    asked: Cell<u32>,
}

impl Scene {
    fn new() -> Self {
        let fanout: Arc<dyn Fanout> = Arc::new(MemoryFanout::default());
        Self { roster: Roster::new(fanout.clone()), fanout, asked: Cell::new(0) }
    }

    fn change(&self, guild: GuildId) {
        let data = serde_json::value::RawValue::from_string("{}".into()).expect("json");
        let stream = StreamName::guild(guild);
        let (id, at, kind) = (EventId(1), Timestamp(0), "access_changed".to_owned());
        self.fanout.publish(Arc::new(Event { stream, seq: 1, id, at, kind, data }));
    }

    async fn see(&self, user: UserId, place: Place, answer: Option<Facts>) -> Option<Facts> {
        let ask = async {
            self.asked.set(self.asked.get() + 1);
            Ok(answer)
        };
        self.roster.facts(user, place, ask).await.expect("answered")
    }

    /// Sees until it is remembered.
    async fn learn(&self, user: UserId, place: Place, facts: Facts) {
        for _ in 0..2 {
            self.see(user, place, Some(facts)).await;
        }
        self.asked.set(0);
    }
}

fn facts(standing: Standing) -> Facts {
    Facts::new(Some(GUILD), standing, Seen::OpenChannel, Grants::default())
}

#[tokio::test]
async fn facts_are_asked_for_once_and_again_after_a_change() {
    let scene = Scene::new();
    scene.learn(ADA, CHANNEL, facts(Standing::Member)).await;
    for _ in 0..5 {
        assert_eq!(scene.see(ADA, CHANNEL, None).await, Some(facts(Standing::Member)));
    }
    assert_eq!(scene.asked.get(), 0);

    scene.change(GuildId(99));
    assert_eq!(scene.see(ADA, CHANNEL, None).await, Some(facts(Standing::Member)), "another guild's change");

    scene.change(GUILD);
    assert_eq!(scene.see(ADA, CHANNEL, Some(facts(Standing::Outsider))).await, Some(facts(Standing::Outsider)));
    assert_eq!(scene.see(ADA, CHANNEL, None).await, Some(facts(Standing::Outsider)), "a no is remembered too");
    assert_eq!(scene.asked.get(), 1);
}

#[tokio::test]
async fn persons_guilds_and_channels_are_kept_apart() {
    let scene = Scene::new();
    scene.learn(ADA, CHANNEL, facts(Standing::Member)).await;
    assert_eq!(scene.see(UserId(2), CHANNEL, None).await, None);
    assert_eq!(scene.see(ADA, Place::Guild(GuildId(8)), None).await, None);
    assert_eq!(scene.asked.get(), 2);
}

#[tokio::test]
async fn facts_that_were_under_way_during_a_change_are_not_remembered() {
    let scene = Scene::new();
    scene.learn(UserId(2), CHANNEL, facts(Standing::Member)).await;
    let stale = scene.roster.facts(ADA, CHANNEL, async {
        scene.change(GUILD);
        Ok(Some(facts(Standing::Member)))
    });
    assert_eq!(stale.await.expect("answered"), Some(facts(Standing::Member)));
    let fresh = scene.see(ADA, CHANNEL, Some(facts(Standing::Outsider))).await;
    assert_eq!(fresh, Some(facts(Standing::Outsider)));
}

#[tokio::test]
async fn a_change_before_the_first_watch_is_not_missed() {
    let scene = Scene::new();
    let unheard = scene.roster.facts(ADA, CHANNEL, async {
        scene.change(GUILD);
        Ok(Some(facts(Standing::Member)))
    });
    unheard.await.expect("answered");
    assert_eq!(scene.see(ADA, CHANNEL, None).await, None);
}

#[tokio::test]
async fn what_is_not_there_is_asked_for_every_time() {
    let scene = Scene::new();
    for asked in 1..4 {
        assert_eq!(scene.see(ADA, CHANNEL, None).await, None);
        assert_eq!(scene.asked.get(), asked);
    }
}

#[tokio::test(start_paused = true)]
async fn directs_and_guilds_are_remembered_for_a_minute() {
    let scene = Scene::new();
    let direct = Facts::new(None, Standing::Member, Seen::Direct, Grants::default());
    for facts in [direct, facts(Standing::Member)] {
        scene.learn(ADA, CHANNEL, facts).await;
        tokio::time::advance(LIFETIME - Duration::from_millis(1)).await;
        assert_eq!(scene.see(ADA, CHANNEL, None).await, Some(facts));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(scene.see(ADA, CHANNEL, None).await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn what_ends_by_itself_is_not_remembered_for_longer() {
    let scene = Scene::new();
    let silent = Facts { silent_until: Some(Timestamp(5_000)), holds_ms: Some(5_000), ..facts(Standing::Member) };
    scene.learn(ADA, CHANNEL, silent).await;
    tokio::time::advance(Duration::from_millis(4_999)).await;
    assert_eq!(scene.see(ADA, CHANNEL, None).await, Some(silent));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(scene.see(ADA, CHANNEL, Some(facts(Standing::Member))).await, Some(facts(Standing::Member)));
    assert_eq!(scene.asked.get(), 1);
}

#[tokio::test]
async fn the_roster_is_bounded() {
    let scene = Scene::new();
    for user in 1..=200_000 {
        scene.see(UserId(user), CHANNEL, Some(facts(Standing::Outsider))).await;
    }
    let held: usize = scene.roster.shards.iter().map(|shard| shard.read().expect("sound").len()).sum();
    assert!((1..=100_000).contains(&held), "{held}");
}

/// Readers on several threads while a standing changes: after a change was published, nobody hears the old one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_hears_an_old_answer_after_a_change() {
    let fanout: Arc<dyn Fanout> = Arc::new(MemoryFanout::default());
    let roster = Arc::new(Roster::new(fanout.clone()));
    // The truth counts up: at even numbers Ada is in, at odd ones out.
    let truth = Arc::new(AtomicU64::new(0));
    let announced = Arc::new(AtomicU64::new(0));
    let standing = |truth: u64| if truth.is_multiple_of(2) { Standing::Member } else { Standing::Outsider };
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (roster, truth, announced) = (roster.clone(), truth.clone(), announced.clone());
            tokio::spawn(async move {
                while announced.load(SeqCst) < 2_000 {
                    let before = announced.load(SeqCst);
                    let ask = async {
                        let facts = facts(standing(truth.load(SeqCst)));
                        tokio::task::yield_now().await;
                        Ok(Some(facts))
                    };
                    let heard = roster.facts(ADA, CHANNEL, ask).await.expect("answered").expect("there");
                    if truth.load(SeqCst) == before {
                        assert_eq!(heard.standing, standing(before), "after change {before}");
                    }
                }
            })
        })
        .collect();
    let data = || serde_json::value::RawValue::from_string("{}".into()).expect("json");
    for change in 1..=2_000 {
        truth.store(change, SeqCst);
        let (stream, kind) = (StreamName::guild(GUILD), "member_left".to_owned());
        fanout.publish(Arc::new(Event { stream, seq: 1, id: EventId(1), at: Timestamp(0), kind, data: data() }));
        announced.store(change, SeqCst);
        tokio::task::yield_now().await;
    }
    for reader in readers {
        reader.await.expect("no old answer");
    }
}
