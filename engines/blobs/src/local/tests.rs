use super::*;
use bytes::Bytes;
use ports::{OsRandom, Random, whole};
use std::time::Duration;

/// A folder that is gone when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let random: &dyn Random = &OsRandom;
        Self(std::env::temp_dir().join(format!("guildhall-blobs-{:x}", u128::from_le_bytes(random.bytes()))))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn key(key: &str) -> Key {
    Key::new(key).expect("a key")
}

fn png() -> ContentType {
    "image/png".parse().expect("a type")
}

fn unfinished(root: &Path) -> Vec<PathBuf> {
    fs::read_dir(root.join(unfinished::FOLDER)).expect("it is there").map(|file| file.expect("a file").path()).collect()
}

#[tokio::test]
async fn what_a_killed_process_left_goes_and_what_another_writes_stays() {
    let scratch = Scratch::new();
    let (writing, file) = Unfinished::begin(&scratch.0).expect("it begins");
    fs::write(scratch.0.join(unfinished::FOLDER).join("left"), "half").expect("a file");
    assert_eq!(unfinished(&scratch.0).len(), 2);
    let blobs = LocalBlobs::open(scratch.0.clone()).await.expect("it opens");
    assert_eq!(unfinished(&scratch.0), vec![writing.0.clone()]);
    assert_eq!(blobs.list(&Prefix::ALL, None).await.expect("a page"), []);
    drop(file);
}

#[tokio::test]
async fn nothing_stays_of_a_body_that_broke_off() {
    let scratch = Scratch::new();
    let blobs = LocalBlobs::open(scratch.0.clone()).await.expect("it opens");
    let half = stream::iter([Ok(Bytes::from_static(b"half")), Err(Problem::unavailable("gone"))]).boxed();
    assert_eq!(blobs.put(&key("a"), &png(), half).await.expect_err("it broke off").code, "unavailable");
    assert!(unfinished(&scratch.0).is_empty());
    let never = stream::once(async { Ok(Bytes::from_static(b"half")) }).chain(stream::pending()).boxed();
    let (png, key) = (png(), key("a"));
    let dropped = tokio::time::timeout(Duration::from_millis(50), blobs.put(&key, &png, never)).await;
    assert!(dropped.is_err() && unfinished(&scratch.0).is_empty());
}

#[tokio::test]
async fn folders_go_with_what_was_in_them() {
    let scratch = Scratch::new();
    let blobs = LocalBlobs::open(scratch.0.clone()).await.expect("it opens");
    for name in ["a/b/c", "a/b/d", "a/e"] {
        blobs.put(&key(name), &png(), whole("x")).await.expect("kept");
    }
    blobs.delete(&key("a/b/c")).await.expect("gone");
    assert!(scratch.0.join("a/b").is_dir());
    blobs.delete(&key("a/b/d")).await.expect("gone");
    assert!(!scratch.0.join("a/b").exists() && scratch.0.join("a").is_dir());
    blobs.delete(&key("a/e")).await.expect("gone");
    assert!(!scratch.0.join("a").exists());
}

#[tokio::test]
async fn damage_is_seen() {
    let scratch = Scratch::new();
    let blobs = LocalBlobs::open(scratch.0.clone()).await.expect("it opens");
    blobs.put(&key("a"), &png(), whole("a body")).await.expect("kept");
    let (path, sound) =
        (scratch.0.join("a"), || File::open(scratch.0.join("a")).and_then(|mut file| verify(&mut file)));
    assert!(sound().expect("readable"));
    let mut bytes = fs::read(&path).expect("a file");
    bytes[2] ^= 1;
    fs::write(&path, &bytes).expect("written");
    assert!(!sound().expect("readable"));
    let blob = blobs.get(&key("a"), None).await.expect("an answer").expect("it is there");
    assert_eq!(blob.collect().await.expect_err("damaged").code, "internal");
    for cut in [0, 3, bytes.len() - 1] {
        fs::write(&path, &bytes[..cut]).expect("written");
        assert_eq!(sound().expect_err("no trailer").kind(), ErrorKind::InvalidData);
        assert_eq!(blobs.get(&key("a"), None).await.err().expect("damaged").code, "internal");
    }
}

#[test]
fn a_full_disk_is_told_from_one_that_is_away() {
    for (kind, status) in
        [(ErrorKind::StorageFull, 507), (ErrorKind::QuotaExceeded, 507), (ErrorKind::PermissionDenied, 503)]
    {
        assert_eq!(unusable(kind.into()).status(), status);
    }
}
