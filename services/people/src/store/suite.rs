//! What every engine of the store must do.

use super::*;
use engine_sql::Ground;
use files_contract::Place;
use kernel::StreamName;

pub(crate) fn profile(id: i64, name: &str) -> Profile {
    Profile {
        id: UserId(id),
        handle: String::new(),
        display_name: name.into(),
        avatar: None,
        banner: None,
        accent_color: None,
        bio: String::new(),
        pronouns: String::new(),
        status: None,
        created_at: Timestamp(1_000),
    }
}

async fn event(ground: &Ground, user: i64) -> NewEvent {
    ground.event(StreamName::user("people", UserId(user)), "profile_edited", &()).await.expect("an event")
}

async fn make(ground: &Ground, id: i64, handle: &str) -> std::sync::Arc<dyn Store> {
    let store = open(&ground.database);
    store.ensure(profile(id, "P"), &[handle.into()]).await.expect("made");
    store
}

const HOUR: i64 = 3_600_000;

fn to(handle: &str, now: i64) -> Change {
    let now = 100 * 24 * HOUR + now;
    let rename = Rename {
        to: handle.into(),
        now: Timestamp(now),
        theirs_since: Timestamp(now - 14 * 24 * HOUR),
        once_since: Timestamp(now - HOUR),
    };
    Change { handle: Some(rename), ..Change::default() }
}

async fn ensure_makes_once_and_keeps_the_first_name(ground: Ground) {
    let store = open(&ground.database);
    assert_eq!(store.find(UserId(7)).await.expect("find"), None);
    let made = store.ensure(profile(7, "Ada"), &["ada".into()]).await.expect("made");
    assert_eq!(made, Profile { handle: "ada".into(), ..profile(7, "Ada") });
    assert_eq!(store.ensure(profile(7, "Eve"), &["eve".into()]).await.expect("kept"), made);
    assert_eq!(store.find(UserId(7)).await.expect("find"), Some(made.clone()));
    assert_eq!(store.by_handle("ada").await.expect("find"), Some(made));
    assert_eq!(store.by_handle("eve").await.expect("find"), None);
    let next = store.ensure(profile(8, "Ada"), &["ada".into(), "ada1".into()]).await.expect("made");
    assert_eq!(next.handle, "ada1");
}

async fn an_edit_changes_what_is_named_and_commits_with_its_event(ground: Ground) {
    let store = make(&ground, 7, "ada").await;
    let status = Status { emoji: "🎲".into(), text: "busy".into(), expires_at: Some(Timestamp(5_000)) };
    let mut wanted = store.find(UserId(7)).await.expect("find").expect("there");
    let all = Change {
        display_name: Some("Ada L.".into()),
        bio: Some("one\ntwo".into()),
        pronouns: Some("she/her".into()),
        accent_color: Some(Some("#5b6ee1".into())),
        status: Some(Some(status.clone())),
        handle: None,
    };
    wanted = Profile {
        display_name: "Ada L.".into(),
        bio: "one\ntwo".into(),
        pronouns: "she/her".into(),
        accent_color: Some("#5b6ee1".into()),
        status: Some(status),
        ..wanted
    };
    let done = store.edit(UserId(7), all, event(&ground, 7).await).await.expect("edited").expect("there");
    assert_eq!((done.value, done.events[0].seq), (wanted.clone(), 1));
    let less = Change { accent_color: Some(None), status: Some(None), ..Change::default() };
    wanted = Profile { accent_color: None, status: None, ..wanted };
    let done = store.edit(UserId(7), less, event(&ground, 7).await).await.expect("edited").expect("there");
    assert_eq!((done.value, done.events[0].seq), (wanted.clone(), 2));
    assert_eq!(store.find(UserId(7)).await.expect("find"), Some(wanted));
    let nobody = store.edit(UserId(8), Change::default(), event(&ground, 8).await).await.expect("asked");
    assert_eq!(nobody.expect_err("refused"), Refusal::Gone);
    let log = ground.journal.difference(&StreamName::user("people", UserId(8)), 0).await.expect("log");
    assert_eq!((log.events.len(), log.head), (0, 0), "what wasn't done isn't told");
}

async fn a_handle_has_one_owner_and_stays_with_it_for_a_while(ground: Ground) {
    let store = make(&ground, 7, "ada").await;
    make(&ground, 8, "bob").await;
    let rename = async |user, handle: &str, now| {
        let event = event(&ground, user).await;
        store.edit(UserId(user), to(handle, now), event).await.expect("asked").map(|done| done.value.handle)
    };
    assert_eq!(rename(7, "bob", 0).await, Err(Refusal::HandleTaken));
    assert_eq!(store.by_handle("ada").await.expect("find").expect("kept").id, UserId(7));
    assert_eq!(rename(7, "countess", 0).await, Ok("countess".into()));
    assert_eq!(rename(8, "ada", HOUR).await, Err(Refusal::HandleTaken), "it is still hers");
    assert_eq!(store.by_handle("ada").await.expect("find"), None);
    assert_eq!(rename(7, "ada", HOUR / 2).await, Ok("ada".into()), "she may have it back");
    assert_eq!(rename(7, "ada", HOUR / 2).await, Ok("ada".into()), "which is no change");
    let first = Timestamp(100 * 24 * HOUR);
    assert_eq!(rename(7, "third", HOUR / 2 + 1).await, Err(Refusal::HandleChanged(first)));
    assert_eq!(rename(7, "third", HOUR).await, Ok("third".into()));
    let kept = store.handles(UserId(7)).await.expect("asked");
    let names: Vec<_> = kept.iter().map(|(handle, until)| (handle.as_str(), until.is_none())).collect();
    assert_eq!(names, [("ada", false), ("countess", false), ("third", true)]);
    assert_eq!(rename(8, "ada", HOUR + 14 * 24 * HOUR).await, Ok("ada".into()));
    assert_eq!(store.by_handle("ada").await.expect("find").expect("there").id, UserId(8));
}

async fn of_two_who_want_a_handle_one_gets_it(ground: Ground) {
    let store = make(&ground, 7, "ada").await;
    make(&ground, 8, "bob").await;
    let [one, two] = [event(&ground, 7).await, event(&ground, 8).await];
    let (one, two) = tokio::join!(store.edit(UserId(7), to("same", 0), one), store.edit(UserId(8), to("same", 0), two));
    let outcomes = [one.expect("asked").is_ok(), two.expect("asked").is_ok()];
    assert!(outcomes[0] != outcomes[1], "{outcomes:?}");
    let owner = store.by_handle("same").await.expect("find").expect("there").id;
    assert_eq!(owner, UserId(if outcomes[0] { 7 } else { 8 }));
}

async fn whoever_shows_a_picture_learns_which_one_was_shown(ground: Ground) {
    let store = make(&ground, 7, "ada").await;
    let name = |hash| ImageName::new(Place::Avatar(UserId(7)), [hash; 16]);
    let show = async |picture, name| {
        let event = event(&ground, 7).await;
        store.show(UserId(7), picture, name, event).await.expect("shown").expect("there").value
    };
    let first = show(Picture::Avatar, Some(name(1))).await;
    assert_eq!((first.profile.avatar, first.until_now), (Some(name(1)), None));
    let second = show(Picture::Avatar, Some(name(2))).await;
    assert_eq!((second.profile.avatar, second.until_now), (Some(name(2)), Some(name(1))));
    let banner = show(Picture::Banner, Some(name(3))).await;
    assert_eq!((banner.profile.banner, banner.until_now), (Some(name(3)), None));
    let none = show(Picture::Avatar, None).await;
    assert_eq!((none.profile.avatar, none.until_now), (None, Some(name(2))));
    let nobody = store.show(UserId(8), Picture::Avatar, None, event(&ground, 8).await).await.expect("asked");
    assert!(nobody.is_none());
}

async fn who_came_before_there_were_handles_gets_one(ground: Ground) {
    let store = make(&ground, 1, "ada").await;
    // As an older program made them.
    for id in 2..=5 {
        store.ensure(profile(id, "Ada"), &[]).await.expect("made");
    }
    let left = store.without_handle(3).await.expect("asked");
    assert_eq!(left, [2, 3, 4].map(|id| (UserId(id), "Ada".to_owned())));
    let wanted: Vec<_> =
        (2..=5).map(|id| (UserId(id), ["ada".to_owned(), "ada0".to_owned(), format!("ada_{id}")])).collect();
    store.give_handles(&wanted).await.expect("given");
    store.give_handles(&wanted).await.expect("again changes nothing");
    assert_eq!(store.without_handle(3).await.expect("asked"), []);
    let handle = async |id| store.find(UserId(id)).await.expect("find").expect("there").handle;
    assert_eq!(handle(1).await, "ada");
    let mut given = [handle(2).await, handle(3).await, handle(4).await, handle(5).await];
    given.sort();
    assert_eq!(given.iter().filter(|handle| *handle == "ada0").count(), 1, "{given:?}");
    assert_eq!(given.iter().filter(|handle| handle.starts_with("ada_")).count(), 3, "{given:?}");
}

async fn lists_and_pages_hold_what_is_there(ground: Ground) {
    let store = open(&ground.database);
    for id in 1..=5 {
        store.ensure(profile(id, "P"), &[format!("p{id}")]).await.expect("made");
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
    let store = make(&ground, 7, "ada").await;
    let renamed = store.edit(UserId(7), to("countess", 0), event(&ground, 7).await).await.expect("asked");
    drop(renamed.expect("renamed"));
    assert_eq!(store.erase(UserId(7)).await.expect("erased"), 1 + 2, "the handle that she had, too");
    assert_eq!(store.erase(UserId(7)).await.expect("again"), 0);
    assert_eq!(store.find(UserId(7)).await.expect("find"), None);
    assert_eq!(store.handles(UserId(7)).await.expect("asked"), []);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    ensure_makes_once_and_keeps_the_first_name,
    an_edit_changes_what_is_named_and_commits_with_its_event,
    a_handle_has_one_owner_and_stays_with_it_for_a_while,
    of_two_who_want_a_handle_one_gets_it,
    whoever_shows_a_picture_learns_which_one_was_shown,
    who_came_before_there_were_handles_gets_one,
    lists_and_pages_hold_what_is_there,
    erase_leaves_nothing_and_can_be_repeated,
);
