//! What every engine of the store must do.

use super::*;
use engine_sql::Ground;
use kernel::GuildId;

fn image(place: Place, hash: u8, giver: i64) -> Image {
    Image { name: ImageName::new(place, [hash; 16]), place, giver: UserId(giver), put_at: Timestamp(i64::from(hash)) }
}

async fn filled(ground: &Ground, images: &[Image]) -> std::sync::Arc<dyn Store> {
    let store = open(&ground.database);
    for image in images {
        store.insert(image.clone()).await.expect("inserted");
    }
    store
}

async fn a_place_has_its_own_pictures(ground: Ground) {
    let (avatar, banner, icon) = (Place::Avatar(UserId(7)), Place::Banner(UserId(7)), Place::Icon(GuildId(7)));
    let images = [image(avatar, 1, 7), image(avatar, 2, 7), image(banner, 3, 7), image(icon, 4, 8)];
    let store = filled(&ground, &images).await;
    assert_eq!(store.at(avatar).await.expect("asked"), images[..2]);
    assert_eq!(store.at(icon).await.expect("asked"), images[3..]);
    assert_eq!(store.at(Place::Avatar(UserId(8))).await.expect("asked"), []);
    store.forget(&images[0].name).await.expect("forgotten");
    store.forget(&images[0].name).await.expect("again");
    assert_eq!(store.at(avatar).await.expect("asked"), images[1..2]);
}

async fn what_somebody_gave_and_all_there_is_comes_in_pages(ground: Ground) {
    let images: Vec<Image> = (1..=5).map(|n| image(Place::Icon(GuildId(3)), n, i64::from(n % 2))).collect();
    let store = filled(&ground, &images).await;
    let names = |page: &[Image]| page.iter().map(|image| image.put_at.0).collect::<Vec<_>>();
    let first = store.given_by(UserId(1), "", 2).await.expect("asked");
    let second = store.given_by(UserId(1), first[1].name.as_str(), 2).await.expect("asked");
    assert_eq!((names(&first), names(&second)), (vec![1, 3], vec![5]));
    let all = store.page(images[1].name.as_str(), 2).await.expect("asked");
    assert_eq!(names(&all), [3, 4]);
}

async fn erase_leaves_nothing_of_a_person_and_can_be_repeated(ground: Ground) {
    let icon = Place::Icon(GuildId(7));
    let images = [image(Place::Avatar(UserId(7)), 1, 7), image(icon, 2, 7), image(Place::Banner(UserId(8)), 3, 8)];
    let store = filled(&ground, &images).await;
    assert_eq!(store.erase(UserId(7)).await.expect("erased"), 2);
    assert_eq!(store.erase(UserId(7)).await.expect("again"), 0);
    let left = store.page("", 10).await.expect("asked");
    assert_eq!(left, [images[2].clone(), Image { giver: UserId(0), ..images[1].clone() }]);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    a_place_has_its_own_pictures,
    what_somebody_gave_and_all_there_is_comes_in_pages,
    erase_leaves_nothing_of_a_person_and_can_be_repeated,
);
