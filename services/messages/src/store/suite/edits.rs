//! Changed texts: kept, told, and gone with their message.

use super::*;
use messages_contract::{MessageDeleted, MessageEdited};

fn edited(text: &str, at: i64) -> Edited {
    Edited { text: text.into(), event: EventId(at + 500_000), at: Timestamp(at) }
}

async fn an_edit_is_kept_told_and_refused_when_stale(ground: Ground) {
    let store = open(&ground.database);
    commit(&store, vec![ready(1, ADA, HALL, "a", "first"), ready(2, BOB, HALL, "a", "x")]).await;
    let first = store.find(HALL, MessageId(1)).await.expect("read").expect("there");
    let done = store.edit(&first, edited("second", 500)).await.expect("edited").expect("current");
    let second = done.value;
    assert_eq!((second.version, second.edited_at, second.text.as_str()), (1, Some(Timestamp(500)), "second"));
    assert_eq!((done.events[0].seq, done.events[0].kind.as_str()), (3, "message_edited"));
    assert_eq!(store.find(HALL, MessageId(1)).await.expect("read"), Some(second.clone()));
    assert_eq!(read(&store, HALL, Reading::Newest, 10).await[0], second);
    assert!(store.edit(&first, edited("late", 600)).await.expect("answered").is_none(), "somebody was faster");
    let third = store.edit(&second, edited("third", 700)).await.expect("edited").expect("current").value;
    let versions = store.versions(HALL, MessageId(1)).await.expect("versions");
    let texts: Vec<_> = versions.iter().map(|v| (v.version, v.text.as_str(), v.at.0)).collect();
    assert_eq!(texts, [(0, "first", 10), (1, "second", 500)]);
    let log = store.difference(HALL, 0, None).await.expect("log").events;
    assert_eq!(log.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(log[0].parse::<MessageSent>().expect("said").message, third, "told as it is now");
    assert_eq!(log[2].parse::<MessageEdited>().expect("edited").message, second);
}

async fn a_retried_send_answers_the_message_as_it_is_now(ground: Ground) {
    let store = open(&ground.database);
    commit(&store, vec![ready(1, ADA, HALL, "a", "first")]).await;
    let first = store.find(HALL, MessageId(1)).await.expect("read").expect("there");
    let second = store.edit(&first, edited("second", 500)).await.expect("edited").expect("current").value;
    let (answers, events) = commit(&store, vec![ready(2, ADA, HALL, "a", "first")]).await;
    assert_eq!((&answers[0].as_ref().expect("answered").message, events.len()), (&second, 0));
}

async fn a_deleted_message_takes_its_texts_out_of_the_log(ground: Ground) {
    let store = open(&ground.database);
    commit(&store, vec![ready(1, ADA, HALL, "a", "canary-1"), ready(2, BOB, HALL, "a", "stays")]).await;
    let first = store.find(HALL, MessageId(1)).await.expect("read").expect("there");
    let second = store.edit(&first, edited("canary-2", 500)).await.expect("edited").expect("current").value;
    drop(store.edit(&second, edited("canary-3", 600)).await.expect("edited").expect("current"));
    let done = store.bury(vec![burial(1, 700)]).await.expect("buried");
    let deleted: MessageDeleted = done.events[0].parse().expect("deleted");
    assert_eq!(deleted, MessageDeleted { message: MessageId(1), number: 1, redacted: vec![1, 3, 4] });
    let tombstone = first.tombstone();
    assert_eq!(store.find(HALL, MessageId(1)).await.expect("read"), Some(tombstone.clone()));
    assert_eq!(store.versions(HALL, MessageId(1)).await.expect("versions"), []);
    assert!(store.edit(&tombstone, edited("again", 800)).await.expect("answered").is_none());
    let log = store.difference(HALL, 0, None).await.expect("log").events;
    assert_eq!(log.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5], "no seq is missing");
    let text: String = log.iter().map(Event::frame).collect();
    assert!(!text.contains("canary") && text.contains("stays"));
    assert!(log[3].parse::<MessageEdited>().expect("an edit").message.deleted);
}

async fn what_was_said_since_a_time_is_found(ground: Ground) {
    let store = open(&ground.database);
    commit(
        &store,
        (1..=4).map(|id| ready(id, ADA, if id % 2 == 0 { HALL } else { DEN }, &id.to_string(), "x")).collect(),
    )
    .await;
    commit(&store, vec![ready(5, BOB, HALL, "b", "x")]).await;
    let found = store.said_since(ADA, Timestamp(20)).await.expect("read");
    assert_eq!(found.iter().map(|m| m.id.0).collect::<Vec<_>>(), [2, 4, 3]);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    an_edit_is_kept_told_and_refused_when_stale,
    a_retried_send_answers_the_message_as_it_is_now,
    a_deleted_message_takes_its_texts_out_of_the_log,
    what_was_said_since_a_time_is_found,
);
