//! Realtime over a fan-out that loses, repeats and reorders: every session still gets every event once, in order.

use accounts_contract::{Accounts, Device, Registered, Registration};
use engine_bus::{MemoryBus, Reminding, UnreliableFanout};
use engine_sql::Outside;
use gate::Gate;
use guilds_contract::{GuildDraft, Guilds};
use kernel::{Caller, ChannelId, StreamName};
use messages_contract::{Draft, Messages};
use ports::{OsRandom, SystemClock};
use realtime_contract::{Frame, Realtime, Session, Wire};
use serde_json::{Value, json};
use std::{
    io::{Error, ErrorKind, IoSlice, Result},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// A socket's writing end that keeps what is written. It takes a few bytes at a time, or none.
#[derive(Default)]
struct Tape {
    bytes: Mutex<Vec<u8>>,
    stuck: AtomicBool,
    writes: AtomicUsize,
}

impl Wire for Tape {
    fn write(&self, frames: &[IoSlice<'_>]) -> Result<usize> {
        if self.stuck.load(Ordering::SeqCst) {
            return Err(Error::from(ErrorKind::WouldBlock));
        }
        let most = 1 + self.writes.fetch_add(1, Ordering::SeqCst) * 37 % 1_500;
        let mut bytes = self.bytes.lock().expect("a tape");
        let before = bytes.len();
        bytes.extend(frames.iter().flat_map(|f| f.iter().copied()).take(most));
        Ok(bytes.len() - before)
    }

    fn ping(&self) -> Frame {
        Frame::raw(&[0x89, 0])
    }

    fn closing(&self, code: u16, _: &'static str) -> Frame {
        let [high, low] = code.to_be_bytes();
        Frame::raw(&[0x88, 2, high, low])
    }
}

impl Tape {
    /// The text frames written so far.
    fn frames(&self) -> Vec<Value> {
        let bytes = self.bytes.lock().expect("a tape");
        let (mut rest, mut frames) = (&bytes[..], Vec::new());
        while rest.len() >= 2 {
            let (len, header) = match rest[1] {
                126 if rest.len() >= 4 => (usize::from(u16::from_be_bytes([rest[2], rest[3]])), 4),
                126 => break,
                short => (usize::from(short), 2),
            };
            if rest.len() < header + len {
                break;
            }
            if rest[0] == 0x81 {
                frames.push(serde_json::from_slice(&rest[header..header + len]).expect("JSON"));
            }
            rest = &rest[header + len..];
        }
        frames
    }

    fn seqs(&self, stream: &StreamName) -> Vec<i64> {
        let of_stream = |f: &Value| f["op"] == "event" && f["stream"] == stream.as_str();
        self.frames().iter().filter(|f| of_stream(f)).filter_map(|f| f["seq"].as_i64()).collect()
    }
}

struct Stage {
    accounts: Arc<dyn Accounts>,
    guilds: Arc<dyn Guilds>,
    messages: Arc<dyn Messages>,
    realtime: Arc<dyn Realtime>,
    caller: Caller,
    token: String,
    channel: ChannelId,
    fanout: Arc<UnreliableFanout>,
    _scratch: [engine_sql::testing::Scratch; 4],
}

async fn stage(seed: u64) -> Stage {
    let fanout = Arc::new(UnreliableFanout::new(seed));
    let outside = Outside {
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
        fanout: Arc::new(Reminding::start(fanout.clone())),
        bus: Arc::new(MemoryBus::default()),
    };
    let scratch = [
        engine_sql::testing::sqlite().await,
        engine_sql::testing::sqlite().await,
        engine_sql::testing::sqlite().await,
        engine_sql::testing::sqlite().await,
    ];
    let database = |n: usize| scratch[n].database.clone();
    let people = people::build(database(0), &outside, people::Deps::new(Arc::new(files_contract::Nowhere)))
        .await
        .expect("people");
    let config = accounts::Config { argon2_memory_kib: 64, argon2_passes: 1, ..Default::default() };
    let mail = accounts::Mailing { mailer: Arc::new(Nowhere), public_url: "https://chat.example.org".into() };
    let folder = std::env::temp_dir().join("guildhall-test-no-blobs");
    let blobs = Arc::new(engine_blobs::LocalBlobs::open(folder).await.expect("nothing there"));
    let guilds = guilds::build(
        database(2),
        &outside,
        people.clone(),
        Arc::new(files_contract::Nowhere),
        guilds::Config::default(),
    )
    .await
    .expect("guilds");
    let invites = Arc::new(guilds.clone());
    let deps = accounts::Deps {
        people: people.clone(),
        holders: Vec::new(),
        invites,
        mail,
        blobs,
        key_place: accounts::KeyPlace::Database,
    };
    let accounts = accounts::build(database(1), &outside, deps, config).await.expect("accounts");
    let gate = Gate::new(guilds.clone(), outside.fanout.clone());
    let config = messages::Config::default();
    let messages =
        messages::build(database(3), &outside, gate.clone(), guilds.clone(), config).await.expect("messages");
    let deps = realtime::Deps {
        accounts: accounts.clone(),
        people,
        guilds: guilds.clone(),
        messages: messages.clone(),
        gate,
        random: outside.random.clone(),
    };
    let realtime = realtime::build(outside.fanout.clone(), deps);
    let registration = Registration {
        email: "ada@example.org".into(),
        password: "correct horse battery".into(),
        display_name: "Ada".into(),
        invite: None,
    };
    let registered = accounts.register(registration, Device::default()).await.expect("registered");
    let Registered::SignedIn(signed_in) = registered else { panic!("not signed in") };
    let token = signed_in.access_token;
    let caller = accounts.authenticate(token.clone()).await.expect("good").caller;
    let guild = guilds.create_guild(caller, GuildDraft { name: "Stage".into() }).await.expect("a guild").id;
    let channel = guilds.channels(caller, guild).await.expect("channels").items[0].id;
    Stage { accounts, guilds, messages, realtime, caller, token, channel, fanout, _scratch: scratch }
}

/// Nobody here has mail.
struct Nowhere;

#[contract::reexport::async_trait]
impl ports::Mailer for Nowhere {
    async fn send(&self, _: &ports::Mail) -> std::result::Result<(), ports::Undelivered> {
        Ok(())
    }
    fn reaches_people(&self) -> bool {
        false
    }
}

impl Stage {
    async fn session(&self) -> (Arc<dyn Session>, Arc<Tape>) {
        let tape = Arc::new(Tape::default());
        let session = self.realtime.connect(tape.clone()).expect("connected");
        ask(&session, json!({ "op": "hello", "token": self.token })).await;
        (session, tape)
    }

    async fn say(&self, nonce: i64) {
        let draft = Draft { nonce: nonce.to_string(), text: format!("message {nonce}"), reply_to: None };
        self.messages.send(self.caller, self.channel, draft).await.expect("sent");
    }
}

async fn ask(session: &Arc<dyn Session>, op: Value) {
    session.receive(serde_json::from_value(op).expect("an op")).await;
}

/// Waits until `is_so`, for 20 seconds at most.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited for {what} in vain");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_session_gets_every_event_once_and_in_order() {
    for seed in 0..4 {
        let stage = stage(seed).await;
        let stream = StreamName::messages(stage.channel);
        let mut watchers = Vec::new();
        let mut said = 0;
        for join in 0..6 {
            let (session, tape) = stage.session().await;
            let since = said.min(join * 7);
            ask(&session, json!({ "op": "watch", "streams": { (stream.as_str()): since } })).await;
            watchers.push((session, tape, since));
            for _ in 0..40 {
                said += 1;
                stage.say(said).await;
            }
        }
        until("every event", || watchers.iter().all(|(_, t, _)| t.seqs(&stream).last() >= Some(&said))).await;
        for (session, tape, since) in &watchers {
            assert_eq!(tape.seqs(&stream), (since + 1..=said).collect::<Vec<_>>(), "seed {seed}");
            session.close();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_event_is_found_although_nothing_follows_it() {
    let stage = stage(5).await;
    let stream = StreamName::messages(stage.channel);
    let (session, tape) = stage.session().await;
    ask(&session, json!({ "op": "watch", "streams": { (stream.as_str()): 0 } })).await;
    stage.fanout.lose_all(true);
    stage.say(1).await;
    stage.say(2).await;
    until("what was lost", || tape.seqs(&stream) == [1, 2]).await;
    session.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_own_streams_lose_nothing_either() {
    for seed in 0..4 {
        let stage = stage(seed).await;
        let stream = StreamName::user("guilds", stage.caller.user);
        let (first, heard) = stage.session().await;
        let (second, again) = stage.session().await;
        let found = async || {
            stage.guilds.create_guild(stage.caller, GuildDraft { name: "Another".into() }).await.expect("a guild");
        };
        for _ in 2..=15 {
            found().await;
        }
        ask(&second, json!({ "op": "unwatch", "streams": [stream.as_str()] })).await;
        found().await;
        let before = again.seqs(&stream).len();
        ask(&second, json!({ "op": "watch", "streams": { (stream.as_str()): 5 } })).await;
        for _ in 17..=30 {
            found().await;
        }
        // Nothing follows the last one.
        stage.fanout.lose_all(seed % 2 == 0);
        found().await;
        until("the last one", || [&heard, &again].iter().all(|tape| tape.seqs(&stream).last() == Some(&31))).await;
        assert_eq!(heard.seqs(&stream), (2..=31).collect::<Vec<_>>(), "seed {seed}");
        let anew = &again.seqs(&stream)[before..];
        let shown = anew.iter().fold(5, |last, seq| if *seq == last + 1 { *seq } else { last });
        assert_eq!(shown, 31, "seed {seed}: {anew:?}");
        first.close();
        second.close();
    }
}

/// Runs a future to its end from a place that can't wait.
fn futures(future: impl Future<Output = ()>) {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_stands_still_gets_what_it_missed_or_is_closed() {
    let stage = stage(99).await;
    let stream = StreamName::messages(stage.channel);
    let (session, tape) = stage.session().await;
    ask(&session, json!({ "op": "watch", "streams": { (stream.as_str()): 0 } })).await;
    stage.say(1).await;
    tape.stuck.store(true, Ordering::SeqCst);
    for n in 2..=700 {
        stage.say(n).await;
    }
    // More than a lane keeps was said while nothing could be written.
    tape.stuck.store(false, Ordering::SeqCst);
    let mut nonce = 700;
    until("what was missed", || {
        session.flush();
        tape.seqs(&stream).last() >= Some(&700) || {
            nonce += 1;
            futures(stage.say(nonce));
            false
        }
    })
    .await;
    let seqs = tape.seqs(&stream);
    assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>());
    tape.stuck.store(true, Ordering::SeqCst);
    stage.say(nonce + 1).await;
    stage.say(nonce + 2).await;
    until("the end of the slow", || session.flow() == realtime_contract::Flow::Ended).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_takes_nothing_more() {
    let stage = stage(7).await;
    let (session, tape) = stage.session().await;
    session.end(4001, "session ended");
    ask(&session, json!({ "op": "ping", "ref": "late" })).await;
    until("its end", || session.flow() == realtime_contract::Flow::Ended).await;
    assert!(!tape.frames().iter().any(|f| f["op"] == "pong"));
    session.close();
    drop(stage.accounts);
}
