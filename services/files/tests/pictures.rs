//! Pictures through the contract, with their bytes in a folder.

use contract::Wishes;
use engine_blobs::LocalBlobs;
use engine_sql::{Outside, testing};
use files_contract::{ExportedImage, Files, ImageName, Place, Upload};
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use kernel::{GuildId, Problem, Timestamp, UserId};
use ports::{Blobs, Key, ManualClock, Prefix};
use std::sync::Arc;

struct Stage {
    files: Arc<dyn Files>,
    blobs: Arc<LocalBlobs>,
    clock: Arc<ManualClock>,
    scratch: testing::Scratch,
    folder: std::path::PathBuf,
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

impl Stage {
    async fn new() -> Self {
        let scratch = testing::sqlite().await;
        let clock = Arc::new(ManualClock::at(Timestamp(1_767_225_600_000)));
        let outside = Outside { clock: clock.clone(), ..testing::outside() };
        let unique = u64::from_le_bytes(outside.random.bytes());
        let folder = std::env::temp_dir().join(format!("guildhall-pictures-{unique}"));
        let blobs = Arc::new(LocalBlobs::open(folder.clone()).await.expect("a folder"));
        let config = files::Config { image_pixels: 1_000_000, ..files::Config::default() };
        let files = files::build(scratch.database.clone(), &outside, blobs.clone(), config).await.expect("files");
        Self { files, blobs, clock, scratch, folder }
    }

    async fn put(&self, place: Place, shade: u8) -> ImageName {
        self.files.put_image(place, UserId(7), upload(shade)).await.expect("kept")
    }

    async fn keys(&self) -> Vec<String> {
        let listed = self.blobs.list(&Prefix::ALL, None).await.expect("listed");
        listed.into_iter().map(|listed| listed.key.to_string()).collect()
    }

    async fn refused(&self, upload: Upload) -> (u16, String) {
        let problem = self.files.put_image(Place::Avatar(UserId(7)), UserId(7), upload).await.expect_err("refused");
        (problem.status(), problem.code.into_owned())
    }
}

fn upload(shade: u8) -> Upload {
    let mut bytes = Vec::new();
    let pixels = vec![shade; 600 * 600 * 3];
    PngEncoder::new(&mut bytes).write_image(&pixels, 600, 600, ExtendedColorType::Rgb8).expect("written");
    Upload { content_type: "image/png".into(), bytes }
}

#[tokio::test]
async fn a_picture_is_kept_in_every_size_under_its_owner() {
    let stage = Stage::new().await;
    let name = stage.put(Place::Avatar(UserId(7)), 10).await;
    assert_eq!(stage.keys().await, [name.key(name.size(Some(128))), name.key(name.size(Some(512)))]);
    for size in name.place().sizes() {
        let blob =
            stage.blobs.get(&Key::new(name.key(*size)).expect("a key"), None).await.expect("read").expect("there");
        assert_eq!(blob.meta.content_type.as_str(), "image/webp");
        let picture = image::load_from_memory(&blob.collect().await.expect("bytes")).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (size.width, size.height));
    }
    let same = stage.put(Place::Avatar(UserId(7)), 10).await;
    assert_ne!(name, same, "who has the same picture can't tell its name");
}

#[tokio::test]
async fn what_cannot_be_a_picture_leaves_nothing() {
    let stage = Stage::new().await;
    let as_type =
        |content_type: &str, bytes: &[u8]| Upload { content_type: content_type.into(), bytes: bytes.to_vec() };
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
    assert_eq!(stage.refused(as_type("image/svg+xml", svg)).await, (415, "image_type".into()));
    assert_eq!(stage.refused(as_type("image/png", svg)).await, (415, "image_type".into()));
    assert_eq!(stage.refused(as_type("image/jpeg", &upload(1).bytes)).await, (415, "image_type_differs".into()));
    assert_eq!(stage.refused(as_type("text/html", &upload(1).bytes)).await, (415, "image_type_differs".into()));
    assert_eq!(stage.refused(as_type("image/png", b"")).await, (422, "body_empty".into()));
    let half = &upload(1).bytes[..100];
    assert_eq!(stage.refused(as_type("image/png", half)).await, (422, "image_broken".into()));
    let long = vec![0; Upload::MAX_BYTES + 1];
    assert_eq!(stage.refused(as_type("image/png", &long)).await, (413, "body_too_large".into()));
    let mut wide = Vec::new();
    PngEncoder::new(&mut wide).write_image(&[0; 1_001 * 1_000], 1_001, 1_000, ExtendedColorType::L8).expect("written");
    assert_eq!(stage.refused(as_type("image/png", &wide)).await, (413, "image_too_large".into()));
    assert_eq!(stage.keys().await, Vec::<String>::new());
    let named = as_type("IMAGE/PNG; charset=binary", &upload(1).bytes);
    stage
        .files
        .put_image(Place::Avatar(UserId(7)), UserId(7), named)
        .await
        .expect("types have parameters and any case");
}

#[tokio::test]
async fn what_is_replaced_goes_and_what_was_never_shown_goes_later() {
    let stage = Stage::new().await;
    let place = Place::Avatar(UserId(7));
    let (first, lost) = (stage.put(place, 1).await, stage.put(place, 2).await);
    let banner = stage.put(Place::Banner(UserId(7)), 3).await;
    let next = stage.put(place, 4).await;
    let is_there = async |name: &ImageName| {
        let found = stage.blobs.head(&Key::new(name.key(name.size(None))).expect("a key")).await;
        found.expect("asked").is_some()
    };
    stage.files.settle_images(place, Some(next.clone()), Some(first.clone())).await.expect("settled");
    assert!(!is_there(&first).await);
    assert!(is_there(&lost).await, "another call may be about to show it");
    stage.clock.advance_seconds(3_601);
    stage.files.settle_images(place, Some(next.clone()), Some(first)).await.expect("settled again");
    assert!(!is_there(&lost).await && is_there(&next).await && is_there(&banner).await);
    stage.files.settle_images(place, None, Some(next.clone())).await.expect("settled");
    assert!(!is_there(&next).await && is_there(&banner).await);
    let icon = stage.put(Place::Icon(GuildId(7)), 5).await;
    stage.files.clear_images(Place::Icon(GuildId(7))).await.expect("cleared");
    assert!(!is_there(&icon).await && is_there(&banner).await);
}

#[tokio::test]
async fn an_export_has_the_bytes_and_an_erasure_leaves_none() {
    let stage = Stage::new().await;
    let own = [stage.put(Place::Avatar(UserId(7)), 1).await, stage.put(Place::Banner(UserId(7)), 2).await];
    let mut icons = Vec::new();
    for guild in 1..=4 {
        icons.push(stage.put(Place::Icon(GuildId(guild)), 3).await);
    }
    stage.files.put_image(Place::Avatar(UserId(8)), UserId(8), upload(9)).await.expect("another's");
    let (mut exported, mut after) = (Vec::new(), None);
    loop {
        let part = stage.files.export(UserId(7), after).await.expect("exported");
        let read =
            |record: &contract::Record| serde_json::from_value::<ExportedImage>(record.value.clone()).expect("read");
        exported.extend(part.records.iter().map(read));
        after = part.next;
        if after.is_none() {
            break;
        }
    }
    let mut names: Vec<_> = exported.iter().map(|image| image.name.clone()).collect();
    let mut wanted = [&own[..], &icons].concat();
    names.sort();
    wanted.sort();
    assert_eq!(names, wanted);
    assert!(exported.iter().all(|image| image::load_from_memory(&image.bytes).is_ok()));

    let receipt = stage.files.erase(UserId(7), Wishes::default()).await.expect("erased");
    assert_eq!((receipt.service.as_str(), receipt.erased), ("files", 2 + 4));
    assert_eq!(stage.files.erase(UserId(7), Wishes::default()).await.expect("again").erased, 0);
    let left = stage.keys().await;
    assert!(left.iter().all(|key| key.starts_with("images/guild_") || key.starts_with("images/user_8/")), "{left:?}");
    assert_eq!(left.len(), (4 + 1) * 2);
    assert_eq!(stage.files.export(UserId(7), None).await.expect("asked").records, []);
}

#[tokio::test]
async fn a_database_that_is_away_leaves_no_bytes() {
    let stage = Stage::new().await;
    stage.scratch.database.close().await;
    let problem: Problem =
        stage.files.put_image(Place::Avatar(UserId(7)), UserId(7), upload(1)).await.expect_err("refused");
    assert!(problem.status() >= 500, "{problem:?}");
    assert_eq!(stage.keys().await, Vec::<String>::new());
}
