//! What every engine of the store must do.

mod edits;

use super::*;
use crate::rules;
use engine_sql::{Ground, sqlx::query};
use kernel::{Event, EventId, StreamName};
use messages_contract::MessageSent;
use std::sync::Arc;

const ADA: UserId = UserId(7);
const BOB: UserId = UserId(8);
const HALL: ChannelId = ChannelId(100);
const DEN: ChannelId = ChannelId(200);

fn ready(id: i64, author: UserId, channel: ChannelId, nonce: &str, text: &str) -> Ready {
    let pending = Pending {
        author,
        channel,
        guild: None,
        nonce: nonce.into(),
        nonce_key: rules::nonce_key(nonce),
        text: text.into(),
        reply_to: None,
        body: rules::fingerprint(text, None),
    };
    Ready { pending, id: MessageId(id), sent_at: Timestamp(id * 10) }
}

async fn commit(store: &Arc<dyn Store>, group: Vec<Ready>) -> (Vec<kernel::Result<Sent>>, Vec<Event>) {
    let committed = store.commit(group).await.expect("committed");
    (committed.value, committed.events)
}

/// Says something for each of these moments, and deletes it then.
pub(crate) async fn delete_at(ground: &Ground, channel: ChannelId, moments: &[i64]) {
    let (store, ids) = (open(&ground.database), ground.mint.ids(moments.len()).await.expect("ids"));
    let group = ids.iter().map(|id| ready(*id, ADA, channel, &id.to_string(), "x"));
    let (answers, _) = commit(&store, group.collect()).await;
    assert!(answers.iter().all(Result::is_ok));
    let buried = ids.iter().zip(moments).map(|(id, at)| burial(*id, *at));
    drop(store.bury(buried.collect()).await.expect("buried"));
}

fn burial(message: i64, at: i64) -> Burial {
    Burial { message: MessageId(message), event: EventId(message + 100_000), at: Timestamp(at) }
}

async fn read(store: &Arc<dyn Store>, channel: ChannelId, reading: Reading, limit: i64) -> Vec<Message> {
    store.history(channel, reading, limit).await.expect("read").expect("found").0
}

fn places(answers: &[kernel::Result<Sent>]) -> Vec<(i64, i64, i64)> {
    answers.iter().map(|a| a.as_ref().expect("sent")).map(|s| (s.message.id.0, s.seq, s.message.number)).collect()
}

async fn a_group_gets_contiguous_numbers_and_seqs(ground: Ground) {
    let store = open(&ground.database);
    let group = vec![
        ready(1, ADA, HALL, "a", "one"),
        ready(2, BOB, DEN, "a", "two"),
        ready(3, BOB, HALL, "a", "three"),
        ready(4, ADA, HALL, "b", "four"),
    ];
    let (answers, events) = commit(&store, group).await;
    assert_eq!(places(&answers), [(1, 1, 1), (2, 1, 1), (3, 2, 2), (4, 3, 3)]);
    assert_eq!(events.len(), 4);
    let hall: Vec<String> =
        events.iter().filter(|e| e.stream == StreamName::messages(HALL)).map(Event::frame).collect();
    let (answers, events) = commit(&store, vec![ready(5, BOB, HALL, "b", "five")]).await;
    assert_eq!(places(&answers), [(5, 4, 4)]);
    let log = store.difference(HALL, 0, None).await.expect("log");
    let again: Vec<String> = log.events.iter().map(Event::frame).collect();
    assert_eq!(again, [&hall[..], &[events[0].frame()]].concat(), "byte for byte what was announced");
    let logged: Vec<(i64, i64)> =
        log.events.iter().map(|e| (e.seq, e.parse::<MessageSent>().expect("a message").message.id.0)).collect();
    assert_eq!(logged, [(1, 1), (2, 3), (3, 4), (4, 5)]);
}

async fn a_repeat_answers_the_first_message_in_its_group_and_later(ground: Ground) {
    let store = open(&ground.database);
    let twice = vec![ready(1, ADA, HALL, "a", "hi"), ready(2, ADA, HALL, "a", "hi"), ready(3, BOB, HALL, "a", "yo")];
    let (answers, events) = commit(&store, twice).await;
    assert_eq!(places(&answers), [(1, 1, 1), (1, 1, 1), (3, 2, 2)]);
    assert_eq!(events.len(), 2);
    let later = vec![ready(4, ADA, HALL, "a", "hi"), ready(5, ADA, DEN, "a", "hi")];
    let (answers, events) = commit(&store, later).await;
    assert_eq!(places(&answers), [(1, 1, 1), (5, 1, 1)], "a nonce belongs to its channel");
    assert_eq!(events.len(), 1);
}

async fn a_nonce_with_another_body_fails_alone(ground: Ground) {
    let store = open(&ground.database);
    commit(&store, vec![ready(1, ADA, HALL, "a", "hi")]).await;
    let group = vec![ready(2, ADA, HALL, "a", "bye"), ready(3, ADA, HALL, "b", "ok")];
    let (answers, _) = commit(&store, group).await;
    assert_eq!(answers[0].as_ref().expect_err("refused").code, "nonce_reused");
    assert_eq!(answers[1].as_ref().expect("sent").message.number, 2);
}

async fn parallel_groups_leave_no_hole_and_no_double(ground: Ground) {
    let store = open(&ground.database);
    let mut tasks = Vec::new();
    for sender in 0..8i64 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            for n in 0..10i64 {
                let id = 1_000 + sender * 100 + n;
                let own = ready(id, UserId(50 + sender), HALL, &format!("n{n}"), "x");
                // Every sender also retries what the first one sends, in the other order of channels.
                let shared = ready(id + 50_000, UserId(50), DEN, &format!("s{n}"), "y");
                let group = if sender % 2 == 0 { vec![own, shared] } else { vec![shared, own] };
                let committed = store.commit(group).await.expect("committed");
                assert!(committed.value.iter().all(Result::is_ok));
            }
        }));
    }
    for task in tasks {
        task.await.expect("no panic");
    }
    for (channel, count) in [(HALL, 80), (DEN, 10)] {
        let messages = read(&store, channel, Reading::Newest, 1_000).await;
        assert_eq!(messages.iter().map(|m| m.number).collect::<Vec<_>>(), (1..=count).collect::<Vec<_>>());
        let log = store.difference(channel, 0, None).await.expect("log");
        assert_eq!((log.head, log.events[0].seq), (count, 1));
    }
}

async fn history_reads_both_ways(ground: Ground) {
    let store = open(&ground.database);
    let group = (1..=9).map(|id| ready(id, ADA, HALL, &id.to_string(), "x")).collect();
    commit(&store, group).await;
    let numbers = |messages: Vec<Message>| messages.iter().map(|m| m.number).collect::<Vec<_>>();
    assert_eq!(numbers(read(&store, HALL, Reading::Newest, 3).await), [7, 8, 9]);
    assert_eq!(numbers(read(&store, HALL, Reading::Before(3), 5).await), [1, 2]);
    assert_eq!(numbers(read(&store, HALL, Reading::After(3), 2).await), [4, 5]);
    assert_eq!(numbers(read(&store, HALL, Reading::AroundNumber(5), 4).await), [4, 5, 6, 7]);
    assert_eq!(numbers(read(&store, HALL, Reading::AroundId(8), 3).await), [7, 8, 9]);
    assert_eq!(store.history(DEN, Reading::AroundId(8), 3).await.expect("read"), None);
    assert_eq!(store.history(HALL, Reading::Newest, 1).await.expect("read").map(|page| page.1), Some(9));
    assert_eq!(store.find(HALL, MessageId(4)).await.expect("read").map(|m| m.number), Some(4));
    assert_eq!(store.find(DEN, MessageId(4)).await.expect("read"), None, "another channel's message isn't here");
}

async fn markers_only_move_forward_and_sending_moves_them(ground: Ground) {
    let store = open(&ground.database);
    commit(&store, (1..=5).map(|id| ready(id, ADA, HALL, &id.to_string(), "x")).collect()).await;
    let heads = |user| {
        let store = store.clone();
        async move { store.heads(user, &[HALL, DEN]).await.expect("heads") }
    };
    let head = |marker| Head { channel: HALL, number: 5, marker, last_message_at: Some(Timestamp(50)) };
    assert_eq!((heads(ADA).await, heads(BOB).await), (vec![head(5)], vec![head(0)]));
    for (to, is, events) in [(3, 3, 1), (2, 3, 0), (5, 5, 1)] {
        let event = ground.event(StreamName::user("messages", BOB), "marker_moved", &()).await.expect("event");
        let moved = store.move_marker(BOB, Marker { channel: HALL, number: to }, event).await.expect("moved");
        assert_eq!((moved.value.number, moved.events.len()), (is, events));
    }
    assert_eq!(store.markers(BOB).await.expect("markers"), [Marker { channel: HALL, number: 5 }]);
}

async fn markers_start_at_what_was_said_before(ground: Ground) {
    let store = open(&ground.database);
    commit(&store, (1..=5).map(|id| ready(id, ADA, HALL, &id.to_string(), "x")).collect()).await;
    commit(&store, (6..=7).map(|id| ready(id, ADA, DEN, &id.to_string(), "x")).collect()).await;
    // Message 3 was sent at 30.
    for (at, number) in [(0, 0), (10, 0), (11, 1), (30, 2), (31, 3), (1_000, 5)] {
        assert_eq!(store.number_before(HALL, Timestamp(at)).await.expect("read"), number, "at {at}");
    }
    let start = async |hall, den| {
        let mut moves = Vec::new();
        for (channel, number) in [(HALL, hall), (DEN, den)] {
            let event = ground.event(StreamName::user("messages", BOB), "marker_moved", &()).await.expect("event");
            moves.push((Marker { channel, number }, event));
        }
        store.start_markers(BOB, moves).await.expect("moved").events.len()
    };
    assert_eq!(start(4, 1).await, 2);
    assert_eq!(start(3, 2).await, 1, "one that is further stays");
    let mut markers = store.markers(BOB).await.expect("markers");
    markers.sort_unstable_by_key(|marker| marker.channel);
    let mut wanted = [Marker { channel: HALL, number: 4 }, Marker { channel: DEN, number: 2 }];
    wanted.sort_unstable_by_key(|marker| marker.channel);
    assert_eq!(markers, wanted);
}

async fn burying_leaves_a_tombstone_in_messages_and_log(ground: Ground) {
    let store = open(&ground.database);
    commit(&store, vec![ready(1, ADA, HALL, "secret-nonce", "canary text"), ready(2, BOB, HALL, "n", "stays")]).await;
    let speech = store.written_by(ADA, (ChannelId(0), 0), 10).await.expect("speech");
    assert_eq!(speech.len(), 1);
    let tombstone = Message { text: String::new(), deleted: true, ..speech[0].clone() };
    let done = store.bury(vec![burial(1, 0)]).await.expect("buried");
    assert_eq!(done.events[0].seq, 3);
    assert_eq!(store.bury(vec![burial(1, 0)]).await.expect("again").events.len(), 0, "once");
    store.forget(ADA).await.expect("forgotten");
    assert_eq!(store.find(HALL, MessageId(1)).await.expect("read"), Some(tombstone));
    assert_eq!(store.written_by(ADA, (ChannelId(0), 0), 10).await.expect("speech"), []);
    let log = store.difference(HALL, 0, None).await.expect("log");
    let text: String = log.events.iter().map(Event::frame).collect();
    assert!(!text.contains("canary") && !text.contains("secret-nonce") && text.contains("stays"));
}

async fn a_difference_is_whole_from_wherever_it_is_asked(ground: Ground) {
    let store = open(&ground.database);
    let mut id = 0;
    // Deletions between the messages: numbers and seqs run apart.
    for round in 0..60i64 {
        let said = (0..round % 7 + 1).map(|n| ready(id + n, ADA, HALL, &(id + n).to_string(), "x"));
        commit(&store, said.collect()).await;
        id += round % 7 + 1;
        let buried = (0..round % 3).map(|n| burial(id - 1 - n, 0));
        drop(store.bury(buried.collect()).await.expect("buried"));
    }
    let head = store.difference(HALL, i64::MAX, None).await.expect("log").head;
    assert!(head > 2 * Difference::MAX_EVENTS);
    for since in 0..=head {
        let found = store.difference(HALL, since, None).await.expect("log");
        let seqs: Vec<i64> = found.events.iter().map(|e| e.seq).collect();
        let last = head.min(since + Difference::MAX_EVENTS);
        assert_eq!(seqs, (since + 1..=last).collect::<Vec<_>>());
        assert_eq!((found.head, found.more, found.reset), (head, last < head, false));
    }
    for (since, bound) in [(-1, None), (head + 1, None), (head - 11, Some(10))] {
        assert!(store.difference(HALL, since, bound).await.expect("log").reset);
    }
    assert!(!store.difference(HALL, head - 10, Some(10)).await.expect("log").reset);
    assert!(!store.difference(DEN, 0, None).await.expect("log").reset, "nothing happened there");
}

async fn a_purged_channel_starts_anew_behind_its_head(ground: Ground) {
    let store = open(&ground.database);
    commit(&store, vec![ready(1, ADA, HALL, "a", "x"), ready(2, ADA, DEN, "a", "y")]).await;
    store.purge(HALL).await.expect("purged");
    store.purge(HALL).await.expect("again");
    assert_eq!(read(&store, HALL, Reading::Newest, 10).await, []);
    assert!(store.difference(HALL, 0, None).await.expect("log").reset);
    assert_eq!(store.page_of_heads(ChannelId(0), 10).await.expect("heads").len(), 1);
    assert_eq!(store.written_by(ADA, (ChannelId(0), 0), 10).await.expect("written").len(), 1);
}

async fn what_a_person_wrote_is_read_on_from_a_place(ground: Ground) {
    let store = open(&ground.database);
    let all = [(1, DEN), (2, HALL), (3, DEN), (4, HALL), (5, HALL)];
    commit(&store, all.map(|(id, channel)| ready(id, ADA, channel, &id.to_string(), "x")).into()).await;
    commit(&store, vec![ready(6, BOB, HALL, "b", "x")]).await;
    let (mut after, mut found) = ((ChannelId(0), 0), Vec::new());
    loop {
        let messages = store.written_by(ADA, after, 2).await.expect("written");
        let Some(last) = messages.last() else { break };
        after = (last.channel, last.number);
        found.extend(messages.iter().map(|m| m.id.0));
    }
    assert_eq!(found, [2, 4, 5, 1, 3]);
}

async fn a_tombstone_answers_its_nonce_until_the_person_is_forgotten(ground: Ground) {
    let store = open(&ground.database);
    commit(&store, vec![ready(1, ADA, HALL, "a", "x")]).await;
    let first = store.find(HALL, MessageId(1)).await.expect("read").expect("there");
    drop(store.bury(vec![burial(first.id.0, 0)]).await.expect("buried"));
    let (answers, events) = commit(&store, vec![ready(2, ADA, HALL, "a", "x")]).await;
    assert_eq!((places(&answers), events.len()), (vec![(1, 1, 1)], 0));
    assert_eq!(store.forget(ADA).await.expect("forgotten"), 2, "a nonce and a marker");
    let (answers, _) = commit(&store, vec![ready(3, ADA, HALL, "a", "x")]).await;
    assert_eq!(places(&answers), [(3, 3, 2)]);
}

/// What was written before messages stood alone is read as what is written now.
async fn what_was_said_before_goes_on(ground: Ground) {
    let before = [
        "INSERT INTO heads (channel, number, last_message_at) VALUES (100, 2, 20)",
        "INSERT INTO streams (name, seq, relayed) VALUES ('messages/channel/100', 3, 3)",
        "INSERT INTO messages (channel, number, id, author, text, reply_to, sent_at, deleted, seq, nonce, body)
         VALUES (100, 1, 5, 7, 'one', NULL, 10, FALSE, 1, 11, 12), (100, 2, 6, 8, '', NULL, 20, TRUE, 2, 13, NULL)",
        "INSERT INTO events (stream, seq, id, at, kind, data)
         VALUES ('messages/channel/100', 1, 5, 10, 'message_sent', '{}'), ('messages/channel/100', 2, 6, 20, 'message_sent', '{}'),
           ('messages/channel/100', 3, 9, 30, 'message_deleted', '{}')",
    ];
    for sql in before {
        match &ground.database {
            engine_sql::Database::Sqlite(pools) => drop(query(sql).execute(&pools.write).await.expect("written")),
            engine_sql::Database::Postgres(pools) => drop(query(sql).execute(&pools.write).await.expect("written")),
        }
    }
    ground.database.migrate(crate::MIGRATIONS).await.expect("brought up to date");
    let store = open(&ground.database);
    let page = read(&store, HALL, Reading::Newest, 10).await;
    assert_eq!(page.iter().map(|m| (m.number, m.id.0, m.author.0)).collect::<Vec<_>>(), [(1, 5, 7), (2, 6, 8)]);
    commit(&store, vec![ready(10, ADA, HALL, "a", "more")]).await;
    let log = store.difference(HALL, 0, None).await.expect("log").events;
    let kinds: Vec<(i64, &str)> = log.iter().map(|e| (e.seq, e.kind.as_str())).collect();
    assert_eq!(kinds, [(1, "message_sent"), (2, "message_sent"), (3, "message_deleted"), (4, "message_sent")]);
    let said = |event: &Event| event.parse::<MessageSent>().expect("a message").message;
    assert_eq!(log[..2].iter().map(said).collect::<Vec<_>>(), page);
}

mod before {
    engine_sql::suite!(&crate::MIGRATIONS[..2]; what_was_said_before_goes_on);
    use super::what_was_said_before_goes_on;
}

engine_sql::suite!(
    crate::MIGRATIONS;
    a_group_gets_contiguous_numbers_and_seqs,
    a_repeat_answers_the_first_message_in_its_group_and_later,
    a_nonce_with_another_body_fails_alone,
    parallel_groups_leave_no_hole_and_no_double,
    history_reads_both_ways,
    markers_only_move_forward_and_sending_moves_them,
    markers_start_at_what_was_said_before,
    burying_leaves_a_tombstone_in_messages_and_log,
    a_difference_is_whole_from_wherever_it_is_asked,
    a_purged_channel_starts_anew_behind_its_head,
    what_a_person_wrote_is_read_on_from_a_place,
    a_tombstone_answers_its_nonce_until_the_person_is_forgotten,
);
