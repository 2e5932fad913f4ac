//! What every engine of the store of archives must do.

use super::*;
use engine_sql::Ground;

const ADA: UserId = UserId(1);
const BOB: UserId = UserId(2);

async fn one_stands_while_it_is_made_and_while_it_is_fresh(ground: Ground) {
    let store = open(&ground.database);
    let ask = async |id, now, since| {
        store.request(ExportId(id), ADA, Timestamp(now), Timestamp(since)).await.expect("noted").id.0
    };
    assert_eq!(ask(1, 10, 0).await, 1);
    assert_eq!(ask(2, 5_000, 4_000).await, 1, "it isn't made yet");
    store.finish(ExportId(1), 7, 900, Timestamp(20)).await.expect("finished");
    assert_eq!(ask(3, 30, 10).await, 1, "it is fresh");
    assert_eq!(ask(4, 5_000, 4_000).await, 4);
    let all = store.of(ADA).await.expect("asked");
    assert_eq!(all.iter().map(|kept| kept.id.0).collect::<Vec<_>>(), [4, 1]);
    assert_eq!((all[1].records, all[1].bytes, all[1].ready_at), (7, 900, Some(Timestamp(20))));
    assert_eq!(store.find(ExportId(4)).await.expect("asked"), Some(all[0].clone()));
}

async fn each_is_made_by_one_until_that_one_is_gone(ground: Ground) {
    let store = open(&ground.database);
    for (id, user) in [(1, ADA), (2, BOB)] {
        store.request(ExportId(id), user, Timestamp(10), Timestamp(0)).await.expect("noted");
    }
    let take = async |now, until| store.take(Timestamp(now), Timestamp(until)).await.expect("taken").map(|k| k.id.0);
    assert_eq!((take(20, 50).await, take(20, 50).await, take(20, 50).await), (Some(1), Some(2), None));
    store.note(ExportId(1), 500, Timestamp(90)).await.expect("noted");
    assert_eq!((take(50, 99).await, take(50, 99).await), (Some(2), None));
    assert_eq!(store.find(ExportId(1)).await.expect("asked").expect("there").records, 500);
    store.finish(ExportId(1), 600, 1, Timestamp(60)).await.expect("finished");
    store.finish(ExportId(2), 600, 1, Timestamp(70)).await.expect("finished");
    assert_eq!(take(1_000, 1_001).await, None);
    let over = store.over(Timestamp(70)).await.expect("asked");
    assert_eq!(over.iter().map(|kept| kept.id.0).collect::<Vec<_>>(), [1]);
    store.forget(ExportId(1)).await.expect("forgotten");
    assert_eq!(store.find(ExportId(1)).await.expect("asked"), None);
    assert_eq!(store.erase(BOB).await.expect("erased"), 1);
    assert_eq!(store.erase(BOB).await.expect("again"), 0);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    one_stands_while_it_is_made_and_while_it_is_fresh,
    each_is_made_by_one_until_that_one_is_gone,
);
