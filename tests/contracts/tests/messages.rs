//! What every implementation of the contract `Messages` must do: run on the service itself and on its gRPC client,
//! which no caller can tell apart.

use contract::{
    OwnMessages, Wishes,
    grpc::{Remote, ServiceToken, serve},
};
use engine_bus::{MemoryBus, MemoryFanout};
use engine_sql::{Outside, testing::Scratch};
use gate::Gate;
use guilds_contract::{ChannelDraft, ChannelEdit, GuildDraft, Guilds};
use kernel::{
    Caller, ChannelId, Event, GuildId, Kind, Limit, MessageId, Reader, SessionId, StreamName, Timestamp, UserId,
};
use messages_contract::{Draft, Message, MessageSent, Messages, MessagesClient, Window, serve_messages};
use ports::{ManualClock, OsRandom, Sink, Subscription};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

const ADA: Caller = Caller { user: UserId(7), session: SessionId(1), role: kernel::InstanceRole::Operator };
const BOB: Caller = Caller { user: UserId(8), session: SessionId(2), role: kernel::InstanceRole::Member };

/// Ada's guild with an open and a private channel; Bob is a stranger.
struct Town {
    messages: Arc<dyn Messages>,
    guilds: Arc<dyn Guilds>,
    outside: Outside,
    clock: Arc<ManualClock>,
    guild: GuildId,
    hall: ChannelId,
    den: ChannelId,
    _scratch: Vec<Scratch>,
}

#[derive(Clone, Copy)]
enum Way {
    Local,
    Grpc,
}

async fn town(way: Way) -> Town {
    let clock = Arc::new(ManualClock::at(Timestamp(1_767_225_600_000)));
    let outside = Outside {
        clock: clock.clone(),
        random: Arc::new(OsRandom),
        fanout: Arc::new(MemoryFanout::default()),
        bus: Arc::new(MemoryBus::default()),
    };
    let scratch =
        [engine_sql::testing::sqlite().await, engine_sql::testing::sqlite().await, engine_sql::testing::sqlite().await];
    let people =
        people::build(scratch[0].database.clone(), &outside, people::Deps::new(Arc::new(files_contract::Nowhere)))
            .await
            .expect("people");
    for (caller, name) in [(ADA, "Ada"), (BOB, "Bob")] {
        people.ensure(caller.user, name.into()).await.expect("a profile");
    }
    let guilds = guilds::build(
        scratch[1].database.clone(),
        &outside,
        people,
        Arc::new(files_contract::Nowhere),
        guilds::Config::default(),
    )
    .await
    .expect("guilds");
    let gate = Gate::new(guilds.clone(), outside.fanout.clone());
    let config = messages::Config::default();
    let local =
        messages::build(scratch[2].database.clone(), &outside, gate, guilds.clone(), config).await.expect("messages");
    outside.bus.open();
    let messages: Arc<dyn Messages> = match way {
        Way::Local => local,
        Way::Grpc => {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let uri = format!("http://{}", listener.local_addr().expect("an address"));
            let token = ServiceToken::new(&"t".repeat(32)).expect("a token");
            tokio::spawn(serve(vec![serve_messages(local)], token.clone(), listener, std::future::pending()));
            Arc::new(MessagesClient(Remote::new(&uri, token).expect("an address")))
        }
    };
    let guild = guilds.create_guild(ADA, GuildDraft { name: "Town".into() }).await.expect("a guild").id;
    let hall = guilds.channels(ADA, guild).await.expect("channels").items[0].id;
    let draft = ChannelDraft { name: "den".into(), topic: None, private: true, allowed: Vec::new() };
    let den = guilds.create_channel(ADA, guild, draft).await.expect("a channel").id;
    Town { messages, guilds, outside, clock, guild, hall, den, _scratch: scratch.into() }
}

impl Town {
    async fn bob_joins(&self) {
        let invite = self.guilds.create_invite(ADA, self.guild, Default::default()).await.expect("an invite");
        self.guilds.accept_invite(BOB, invite.code).await.expect("joined");
    }

    async fn say(&self, caller: Caller, channel: ChannelId, text: &str) -> Message {
        self.messages.send(caller, channel, draft(text, text)).await.expect("sent").message
    }
}

fn draft(nonce: &str, text: &str) -> Draft {
    Draft { nonce: nonce.into(), text: text.into(), reply_to: None }
}

fn limit(n: u32) -> Limit {
    Limit::parse(Some(n)).expect("a limit")
}

fn numbers(messages: &[Message]) -> Vec<i64> {
    messages.iter().map(|m| m.number).collect()
}

/// Remembers what is published live.
#[derive(Default)]
struct Ear(Mutex<Vec<Arc<Event>>>);

impl Sink for Ear {
    fn event(&self, event: &Arc<Event>) {
        self.0.lock().expect("an ear").push(event.clone());
    }
}

impl Town {
    fn listen(&self, channel: ChannelId) -> (Arc<Ear>, Subscription) {
        let ear = Arc::new(Ear::default());
        let stream = StreamName::messages(channel);
        (ear.clone(), self.outside.fanout.subscribe(stream.as_str(), ear))
    }
}

async fn what_is_sent_is_read_logged_and_heard_alike(town: Town) {
    let (ear, _held) = town.listen(town.hall);
    let sent = town.messages.send(ADA, town.hall, draft("n-1", "hello **world**")).await.expect("sent");
    assert_eq!((sent.seq, sent.message.number, sent.message.author), (1, 1, ADA.user));
    assert_eq!(town.messages.message(ADA, town.hall, sent.message.id).await.expect("read"), sent.message);
    let page = town.messages.history(ADA, town.hall, limit(10), Window::default()).await.expect("a page");
    assert_eq!((page.items, page.next), (vec![sent.message.clone()], None));
    let stream = StreamName::messages(town.hall);
    assert_eq!(page.at.get(&stream), Some(&1));
    let log = town.messages.difference(Reader::Person(ADA), stream, 0).await.expect("the log");
    let heard = ear.0.lock().expect("an ear").clone();
    assert_eq!((log.events.len(), heard.len()), (1, 1));
    assert_eq!(log.events[0].frame(), heard[0].frame(), "live and replayed are the same bytes");
    let said: MessageSent = log.events[0].parse().expect("message_sent");
    assert_eq!(said, MessageSent { nonce: "n-1".into(), message: sent.message });
}

async fn a_retried_send_shows_once(town: Town) {
    let (ear, _held) = town.listen(town.hall);
    let first = town.messages.send(ADA, town.hall, draft("n", "hi")).await.expect("sent");
    let sends = (0..20).map(|_| {
        let messages = town.messages.clone();
        let hall = town.hall;
        tokio::spawn(async move { messages.send(ADA, hall, draft("n", "hi")).await })
    });
    for send in sends.collect::<Vec<_>>() {
        assert_eq!(send.await.expect("no panic").expect("answered"), first);
    }
    let heard: HashSet<String> = ear.0.lock().expect("an ear").iter().map(|e| e.frame()).collect();
    assert_eq!(heard.len(), 1, "what is told again is the same event");
    let log = town.messages.difference(Reader::Person(ADA), StreamName::messages(town.hall), 0).await;
    assert_eq!(log.expect("the log").head, 1);
    let problem = town.messages.send(ADA, town.hall, draft("n", "bye")).await.expect_err("refused");
    assert_eq!((problem.kind, &*problem.code), (Kind::Unprocessable, "nonce_reused"));
    assert_eq!(problem.field.as_deref(), Some("nonce"), "the field travels with the problem");
}

async fn many_senders_leave_no_hole(town: Town) {
    town.bob_joins().await;
    let sends = (0..120).map(|n: i64| {
        let (messages, hall) = (town.messages.clone(), town.hall);
        let caller = if n % 2 == 0 { ADA } else { BOB };
        tokio::spawn(async move { messages.send(caller, hall, draft(&n.to_string(), "x")).await.expect("sent").seq })
    });
    let mut seqs = Vec::new();
    for send in sends.collect::<Vec<_>>() {
        seqs.push(send.await.expect("no panic"));
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=120).collect::<Vec<_>>());
    let stream = StreamName::messages(town.hall);
    let first = town.messages.difference(Reader::Person(BOB), stream.clone(), 0).await.expect("the log");
    assert_eq!((first.events.len(), first.more, first.head), (100, true, 120));
    let rest = town.messages.difference(Reader::Person(BOB), stream, 100).await.expect("the log");
    assert_eq!((rest.events.len(), rest.more), (20, false));
}

async fn history_pages_meet(town: Town) {
    for n in 1..=25 {
        town.say(ADA, town.hall, &n.to_string()).await;
    }
    let page = |window| town.messages.history(ADA, town.hall, limit(10), window);
    let newest = page(Window::default()).await.expect("a page");
    assert_eq!((numbers(&newest.items), newest.next.as_deref()), ((16..=25).collect(), Some("16")));
    let older = page(Window { before: Some(6), ..Window::default() }).await.expect("a page");
    assert_eq!((numbers(&older.items), older.next), ((1..=5).collect(), None));
    let newer = page(Window { after: Some(20), ..Window::default() }).await.expect("a page");
    assert_eq!((numbers(&newer.items), newer.next), ((21..=25).collect(), None));
    let around = page(Window { around: Some(newest.items[0].id.0), ..Window::default() }).await.expect("a page");
    assert_eq!(numbers(&around.items), (12..=21).collect::<Vec<_>>());
    let bad = page(Window { before: Some(-1), ..Window::default() }).await.expect_err("refused");
    assert_eq!(bad.code, "bad_cursor");
}

async fn who_may_not_see_finds_nothing(town: Town) {
    let message = town.say(ADA, town.hall, "secret").await;
    let kind = |result: kernel::Result<()>| result.expect_err("refused").kind;
    let stream = StreamName::messages(town.hall);
    assert_eq!(kind(town.messages.send(BOB, town.hall, draft("a", "b")).await.map(drop)), Kind::NotFound);
    let page = town.messages.history(BOB, town.hall, limit(1), Window::default()).await;
    assert_eq!(kind(page.map(drop)), Kind::NotFound);
    assert_eq!(kind(town.messages.message(BOB, town.hall, message.id).await.map(drop)), Kind::NotFound);
    assert_eq!(kind(town.messages.mark_read(BOB, town.hall, 1).await.map(drop)), Kind::NotFound);
    assert_eq!(kind(town.messages.difference(Reader::Person(BOB), stream, 0).await.map(drop)), Kind::NotFound);
    let ada = StreamName::user("messages", ADA.user);
    assert_eq!(kind(town.messages.difference(Reader::Person(BOB), ada, 0).await.map(drop)), Kind::NotFound);
    town.bob_joins().await;
    assert!(town.messages.send(BOB, town.hall, draft("a", "b")).await.is_ok(), "what was cached is dropped");
    assert_eq!(kind(town.messages.send(BOB, town.den, draft("a", "b")).await.map(drop)), Kind::NotFound);
    town.guilds.allow(ADA, town.den, BOB.user).await.expect("allowed");
    assert!(town.messages.send(BOB, town.den, draft("a", "b")).await.is_ok());
    town.guilds.disallow(ADA, town.den, BOB.user).await.expect("disallowed");
    assert_eq!(kind(town.messages.send(BOB, town.den, draft("c", "d")).await.map(drop)), Kind::NotFound);
    town.guilds.leave(BOB, town.guild).await.expect("left");
    assert_eq!(kind(town.messages.send(BOB, town.hall, draft("c", "d")).await.map(drop)), Kind::NotFound);
    let elsewhere = town.messages.message(ADA, town.den, message.id).await;
    assert_eq!(kind(elsewhere.map(drop)), Kind::NotFound, "another channel's message isn't here");
}

async fn bad_texts_are_refused_by_the_field(town: Town) {
    let long = "é".repeat(4_001);
    for (text, code) in [("", "text_empty"), (" \n", "text_empty"), (&*long, "text_too_long"), ("a\0b", "text_has_nul")]
    {
        let problem = town.messages.send(ADA, town.hall, draft("n", text)).await.expect_err("refused");
        assert_eq!((problem.kind, &*problem.code, problem.field.as_deref()), (Kind::Unprocessable, code, Some("text")));
    }
    let problem = town.messages.send(ADA, town.hall, draft("", "x")).await.expect_err("refused");
    assert_eq!(problem.field.as_deref(), Some("nonce"));
    let reply = Draft { reply_to: Some(MessageId(5)), ..draft("n", "x") };
    let problem = town.messages.send(ADA, town.hall, reply).await.expect_err("refused");
    assert_eq!(problem.field.as_deref(), Some("reply_to"));
    assert_eq!(town.say(ADA, town.hall, "first").await.number, 1, "what was refused left nothing");
}

async fn markers_follow_reading_and_sending(town: Town) {
    town.bob_joins().await;
    for n in 1..=3 {
        town.say(ADA, town.hall, &n.to_string()).await;
    }
    let heads = |caller| town.messages.heads(caller, vec![town.hall, town.den]);
    let of = |heads: messages_contract::Heads| {
        let mut list: Vec<_> = heads.heads.iter().map(|h| (h.channel, h.number, h.marker)).collect();
        list.sort_unstable();
        list
    };
    assert_eq!(of(heads(ADA).await.expect("heads")), [(town.hall, 3, 3), (town.den, 0, 0)]);
    assert_eq!(of(heads(BOB).await.expect("heads")), [(town.hall, 3, 0)], "what can't be seen has no head");
    assert_eq!(town.messages.mark_read(BOB, town.hall, 2).await.expect("marked").number, 2);
    assert_eq!(town.messages.mark_read(BOB, town.hall, 1).await.expect("marked").number, 2, "never back");
    assert_eq!(town.messages.mark_read(BOB, town.hall, 99).await.expect("marked").number, 3, "never beyond");
    let own = StreamName::user("messages", BOB.user);
    let log = town.messages.difference(Reader::Person(BOB), own, 0).await.expect("the log");
    assert_eq!(log.events.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["marker_moved", "marker_moved"]);
}

async fn what_was_said_before_one_came_is_not_unread(town: Town) {
    for n in 1..=3 {
        town.say(ADA, town.hall, &n.to_string()).await;
    }
    town.clock.advance_seconds(1);
    town.bob_joins().await;
    town.say(ADA, town.hall, "news").await;
    let marker = async || town.messages.heads(BOB, vec![town.hall]).await.expect("heads").heads[0].marker;
    for _ in 0..2_000 {
        if marker().await > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(marker().await, 3, "what came after is");
    let own = StreamName::user("messages", BOB.user);
    let log = town.messages.difference(Reader::Person(BOB), own, 0).await.expect("the log");
    assert_eq!(log.events.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["marker_moved"]);
}

async fn a_person_is_exported_and_erased(town: Town) {
    town.bob_joins().await;
    let spoken = town.say(BOB, town.hall, "canary-4711").await;
    town.say(ADA, town.hall, "stays").await;
    let part = town.messages.export(BOB.user, None).await.expect("exported");
    assert_eq!(part.next, None);
    assert_eq!(part.records.iter().filter(|r| r.kind == "message").count(), 1);
    assert!(serde_json::to_string(&part).expect("json").contains("canary-4711"));
    let anonymous = Wishes { messages: OwnMessages::Anonymise, ..Wishes::default() };
    town.messages.erase(BOB.user, anonymous).await.expect("erased");
    let kept = town.messages.message(ADA, town.hall, spoken.id).await.expect("there");
    assert_eq!((kept.text.as_str(), kept.deleted), ("canary-4711", false));
    let (ear, _held) = town.listen(town.hall);
    let receipt = town.messages.erase(BOB.user, Wishes::default()).await.expect("erased");
    assert!(receipt.erased >= 1 && receipt.user == BOB.user);
    assert_eq!(town.messages.erase(BOB.user, Wishes::default()).await.expect("again").erased, 0);
    let tombstone = town.messages.message(ADA, town.hall, spoken.id).await.expect("there");
    assert!(tombstone.deleted && tombstone.text.is_empty() && tombstone.number == spoken.number);
    assert_eq!(ear.0.lock().expect("an ear")[0].kind, "message_deleted");
    let log = town.messages.difference(Reader::Service, StreamName::messages(town.hall), 0).await.expect("the log");
    let text: String = log.events.iter().map(Event::frame).collect();
    assert!(!text.contains("canary-4711") && text.contains("stays"));
    assert_eq!(town.messages.export(BOB.user, None).await.expect("exported").records, []);
}

async fn a_snapshot_names_every_head_and_where_it_stands(town: Town) {
    town.say(ADA, town.hall, "a").await;
    town.say(ADA, town.hall, "b").await;
    town.say(ADA, town.den, "c").await;
    let part = town.messages.snapshot(None).await.expect("a snapshot");
    let mut heads: Vec<_> = part.records.iter().map(|r| (r.kind.as_str(), r.value["number"].as_i64())).collect();
    heads.sort_unstable();
    assert_eq!(heads, [("head", Some(1)), ("head", Some(2))]);
    assert_eq!(part.at.get(&StreamName::messages(town.hall)), Some(&2));
}

async fn in_slow_mode_one_waits_between_two_messages(town: Town) {
    town.bob_joins().await;
    let edit = ChannelEdit { slow_mode_seconds: Some(30), ..Default::default() };
    assert_eq!(town.guilds.edit_channel(ADA, town.hall, edit).await.expect("edited").slow_mode_seconds, 30);
    let send = async |caller, nonce: &str| {
        let text = format!("Said as {nonce}");
        town.messages.send(caller, town.hall, draft(nonce, &text)).await.map(|sent| sent.message.number)
    };
    let first = send(BOB, "one").await.expect("his turn");
    town.clock.advance_seconds(29);
    let refused = send(BOB, "two").await.expect_err("not yet");
    assert_eq!((refused.status(), refused.code.as_ref(), refused.retry_after), (429, "slow_mode", Some(1)));
    assert_eq!(send(BOB, "one").await.expect("the same again"), first);
    for nonce in ["a", "b"] {
        send(ADA, nonce).await.expect("who manages the channel doesn't wait");
    }
    town.clock.advance_seconds(1);
    send(BOB, "two").await.expect("his turn again");
    send(BOB, "three").await.expect_err("and again not");
    let edit = ChannelEdit { slow_mode_seconds: Some(0), ..Default::default() };
    town.guilds.edit_channel(ADA, town.hall, edit).await.expect("edited");
    send(BOB, "three").await.expect("no waiting any more");
}

async fn a_deleted_channel_takes_its_messages_along(town: Town) {
    town.say(ADA, town.den, "gone soon").await;
    town.guilds.delete_channel(ADA, town.den).await.expect("deleted");
    for _ in 0..100 {
        if town.messages.snapshot(None).await.expect("a snapshot").records.is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the messages of a deleted channel stayed");
}

macro_rules! both_ways {
    ($($test:ident),+ $(,)?) => {
        mod local { $( #[tokio::test(flavor = "multi_thread")]
            async fn $test() { super::$test(super::town(super::Way::Local).await).await } )+ }
        mod grpc { $( #[tokio::test(flavor = "multi_thread")]
            async fn $test() { super::$test(super::town(super::Way::Grpc).await).await } )+ }
    };
}

both_ways!(
    what_is_sent_is_read_logged_and_heard_alike,
    a_retried_send_shows_once,
    many_senders_leave_no_hole,
    history_pages_meet,
    who_may_not_see_finds_nothing,
    bad_texts_are_refused_by_the_field,
    markers_follow_reading_and_sending,
    what_was_said_before_one_came_is_not_unread,
    a_person_is_exported_and_erased,
    a_snapshot_names_every_head_and_where_it_stands,
    in_slow_mode_one_waits_between_two_messages,
    a_deleted_channel_takes_its_messages_along,
);

#[path = "messages/changes.rs"]
mod changes;
