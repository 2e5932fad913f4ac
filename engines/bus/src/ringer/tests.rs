use super::*;
use kernel::UserId;
use std::collections::VecDeque;
use tokio::sync::{mpsc, oneshot};

type Heard = Arc<Mutex<Vec<(u64, &'static str)>>>;

/// A broker's message: its place there, the bell in it, and what the broker heard of it.
struct Paper {
    place: u64,
    bell: Bell,
    heard: Heard,
}

impl Paper {
    fn hear(&self, answer: &'static str) {
        self.heard.lock().expect("a list").push((self.place, answer));
    }
}

#[async_trait]
impl Held for Paper {
    fn bell(&self) -> &Bell {
        &self.bell
    }
    fn is(&self, other: &Self) -> bool {
        self.place == other.place
    }
    async fn done(self) {
        self.hear("done");
    }
    async fn again(self) {
        self.hear("again");
    }
    async fn still(&self) {
        self.hear("still");
    }
}

/// Rings when and as it is told.
struct Puppet {
    rings: mpsc::UnboundedSender<i64>,
    answers: Mutex<VecDeque<oneshot::Receiver<Result<()>>>>,
}

#[async_trait]
impl Follower for Puppet {
    fn name(&self) -> &'static str {
        "puppet"
    }
    fn follows(&self) -> &'static str {
        "people/"
    }
    async fn ring(&self, bell: &Bell) -> Result<()> {
        self.rings.send(bell.seq).expect("the test listens");
        let answer = self.answers.lock().expect("a list").pop_front().expect("it isn't rung more often");
        answer.await.expect("the test answers")
    }
}

/// Brings the first bell (place 1) to ring, `more` while it rings, then answers all rings in their order.
/// Gives what was rung and what the broker heard.
async fn play(first: i64, more: &[(u64, i64)], answers: Vec<Result<()>>) -> (Vec<i64>, Vec<(u64, &'static str)>) {
    let heard = Heard::default();
    let paper = |place, seq| {
        let bell = Bell { stream: StreamName::user("people", UserId(1)), seq };
        Paper { place, bell, heard: heard.clone() }
    };
    let (rings, mut rung) = mpsc::unbounded_channel();
    let (senders, receivers): (Vec<_>, VecDeque<_>) = answers.iter().map(|_| oneshot::channel()).unzip();
    let ringer = Ringer::new(Arc::new(Puppet { rings, answers: Mutex::new(receivers) }));
    let ring = tokio::spawn(ringer.take(paper(1, first)).await.expect("nothing rings yet"));
    let mut seqs = vec![rung.recv().await.expect("it rings")];
    for (place, seq) in more {
        assert!(ringer.take(paper(*place, *seq)).await.is_none(), "one stream rings once");
    }
    for (sender, answer) in senders.into_iter().zip(answers) {
        sender.send(answer).expect("it rings");
    }
    ring.await.expect("no panic");
    while let Ok(seq) = rung.try_recv() {
        seqs.push(seq);
    }
    assert!(ringer.ringing().is_empty(), "nothing is kept");
    let heard = heard.lock().expect("a list").clone();
    (seqs, heard)
}

fn fails() -> Result<()> {
    Err(Problem::unavailable("Not now."))
}

#[tokio::test]
async fn what_comes_meanwhile_is_one_bell() {
    let (rung, heard) = play(1, &[(2, 2), (3, 9), (4, 5)], vec![Ok(()), Ok(())]).await;
    assert_eq!(rung, [1, 9]);
    assert_eq!(heard, [(2, "done"), (4, "done"), (1, "done"), (3, "done")]);
}

#[tokio::test]
async fn what_was_rung_for_rings_no_more() {
    let (rung, heard) = play(5, &[(2, 4), (3, 5)], vec![Ok(())]).await;
    assert_eq!(rung, [5]);
    assert_eq!(heard, [(2, "done"), (1, "done"), (3, "done")]);
}

#[tokio::test]
async fn after_a_failure_the_latest_bell_rings_again_and_speaks_for_the_others() {
    let (rung, heard) = play(5, &[(2, 8), (3, 6)], vec![fails()]).await;
    assert_eq!(rung, [5]);
    assert_eq!(heard, [(3, "done"), (2, "again"), (1, "done")]);
    let (_, heard) = play(5, &[(2, 4)], vec![fails()]).await;
    assert_eq!(heard, [(1, "again"), (2, "done")]);
}

/// Answering a message that rings again as done would lose it.
#[tokio::test]
async fn a_message_that_is_handed_on_twice_is_one_bell() {
    let (_, heard) = play(5, &[(1, 5)], vec![fails()]).await;
    assert_eq!(heard, [(1, "again")]);
    let (rung, heard) = play(5, &[(2, 8), (2, 8)], vec![Ok(()), Ok(())]).await;
    assert_eq!((rung, heard), (vec![5, 8], vec![(1, "done"), (2, "done")]));
}

#[tokio::test(start_paused = true)]
async fn a_broker_hears_that_a_bell_is_still_handled() {
    let heard = Heard::default();
    let (rings, mut rung) = mpsc::unbounded_channel();
    let (answer, wait) = oneshot::channel();
    let ringer = Ringer::new(Arc::new(Puppet { rings, answers: Mutex::new(VecDeque::from([wait])) }));
    let bell = Bell { stream: StreamName::user("people", UserId(1)), seq: 1 };
    let ring = tokio::spawn(ringer.take(Paper { place: 1, bell, heard: heard.clone() }).await.expect("it rings"));
    rung.recv().await.expect("it rings");
    tokio::time::sleep(STILL * 2 + STILL / 2).await;
    answer.send(Ok(())).expect("it rings");
    ring.await.expect("no panic");
    assert_eq!(*heard.lock().expect("a list"), [(1, "still"), (1, "still"), (1, "done")]);
}

#[tokio::test]
async fn what_it_does_not_follow_is_done() {
    let heard = Heard::default();
    let (rings, _) = mpsc::unbounded_channel();
    let ringer = Ringer::new(Arc::new(Puppet { rings, answers: Mutex::default() }));
    let bell = Bell { stream: StreamName::user("guilds", UserId(1)), seq: 1 };
    assert!(ringer.take(Paper { place: 1, bell, heard: heard.clone() }).await.is_none());
    assert_eq!(*heard.lock().expect("a list"), [(1, "done")]);
}

#[test]
fn pauses_grow_and_stay_short() {
    let pauses: Vec<u64> = [0, 1, 2, 3, 4, 5, 6, u32::MAX].map(|times| pause(times).as_secs()).into();
    assert_eq!(pauses, [1, 1, 2, 4, 8, 10, 10, 10]);
}
