//! What every engine of the store must do.

use super::*;
use engine_sql::Ground;

fn profile(id: i64, name: &str) -> Profile {
    Profile { id: UserId(id), display_name: name.into(), created_at: Timestamp(1_000) }
}

async fn ensure_makes_once_and_keeps_the_first_name(ground: Ground) {
    let store = open(&ground.database);
    assert_eq!(store.find(UserId(7)).await.expect("find"), None);
    store.ensure(profile(7, "Ada")).await.expect("made");
    let again = store.ensure(profile(7, "Eve")).await.expect("kept");
    assert_eq!(again, profile(7, "Ada"));
    assert_eq!(store.find(UserId(7)).await.expect("find"), Some(profile(7, "Ada")));
}

async fn an_edit_commits_with_its_event(ground: Ground) {
    let store = open(&ground.database);
    store.ensure(profile(7, "Ada")).await.expect("made");
    let stream = kernel::StreamName::user("people", UserId(7));
    for (seq, name) in [(1, "Ada L."), (2, "Countess")] {
        let event = ground.event(stream.clone(), "profile_edited", &()).await.expect("event");
        let done = store.edit(profile(7, name), event).await.expect("edited");
        assert_eq!(done.events.iter().map(|e| e.seq).collect::<Vec<_>>(), [seq]);
        assert_eq!(store.find(UserId(7)).await.expect("find"), Some(profile(7, name)));
    }
    let log = ground.journal.difference(&stream, 0).await.expect("log");
    assert_eq!((log.events.len(), log.head, log.more), (2, 2, false));
}

async fn lists_and_pages_hold_what_is_there(ground: Ground) {
    let store = open(&ground.database);
    for id in 1..=5 {
        store.ensure(profile(id, "P")).await.expect("made");
    }
    let mut some: Vec<i64> =
        store.list(&[UserId(2), UserId(9), UserId(4)]).await.expect("list").iter().map(|p| p.id.0).collect();
    some.sort_unstable();
    assert_eq!(some, [2, 4]);
    assert_eq!(store.list(&[]).await.expect("list"), []);
    let page: Vec<i64> = store.page(UserId(2), 2).await.expect("page").iter().map(|p| p.id.0).collect();
    assert_eq!(page, [3, 4]);
}

async fn erase_leaves_nothing_and_can_be_repeated(ground: Ground) {
    let store = open(&ground.database);
    store.ensure(profile(7, "Ada")).await.expect("made");
    assert_eq!(store.erase(UserId(7)).await.expect("erased"), 1);
    assert_eq!(store.erase(UserId(7)).await.expect("again"), 0);
    assert_eq!(store.find(UserId(7)).await.expect("find"), None);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    ensure_makes_once_and_keeps_the_first_name,
    an_edit_commits_with_its_event,
    lists_and_pages_hold_what_is_there,
    erase_leaves_nothing_and_can_be_repeated,
);
