//! The suite: what [`ports::Blobs`] promises.

use crate::rig::Rig;
use bytes::Bytes;
use futures_util::{StreamExt, future::join_all, stream};
use kernel::Problem;
use ports::{Blobs, ByteStream, ContentType, Key, LIST_MAX, Meta, Prefix, whole};

pub fn key(key: impl Into<String>) -> Key {
    Key::new(key).expect("a key")
}

fn prefix(prefix: &str) -> Prefix {
    Prefix::new(prefix).expect("a prefix")
}

fn content_type(given: &str) -> ContentType {
    given.parse().expect("a type")
}

pub async fn put(blobs: &dyn Blobs, name: &str, body: impl Into<Bytes>) {
    let body: Bytes = body.into();
    let bytes = body.len() as u64;
    let put = blobs.put(&key(name), &content_type("application/octet-stream"), whole(body)).await;
    assert_eq!(put.expect("kept"), bytes);
}

pub async fn got(blobs: &dyn Blobs, name: &str) -> Option<Vec<u8>> {
    match blobs.get(&key(name), None).await.expect("an answer") {
        Some(blob) => Some(blob.collect().await.expect("its bytes")),
        None => None,
    }
}

pub async fn keys(blobs: &dyn Blobs, below: &Prefix) -> Vec<String> {
    let page = blobs.list(below, None).await.expect("a page");
    page.into_iter().map(|listed| listed.key.to_string()).collect()
}

pub async fn what_was_put_is_got(rig: impl Rig) {
    let blobs = rig.open().await;
    let text = content_type("text/plain; charset=utf-8");
    assert_eq!(blobs.put(&key("a/b_1/c"), &text, whole("hällo")).await.expect("kept"), 6);
    // Another process sees it, too.
    for blobs in [blobs.clone(), rig.open().await] {
        let blob = blobs.get(&key("a/b_1/c"), None).await.expect("an answer").expect("it is there");
        assert_eq!(blob.meta, Meta { content_type: text.clone(), bytes: 6 });
        assert_eq!(blob.range, 0..6);
        assert_eq!(blob.collect().await.expect("its bytes"), "hällo".as_bytes());
        let head = blobs.head(&key("a/b_1/c")).await.expect("an answer").expect("it is there");
        assert_eq!(head, Meta { content_type: text.clone(), bytes: 6 });
    }
    put(&*blobs, "empty", "").await;
    assert_eq!(got(&*blobs, "empty").await.expect("it is there"), b"");
    // What is nobody's business of the engine comes back as it was.
    let every_byte: Vec<u8> = (0..=255).collect();
    put(&*blobs, "bytes", every_byte.clone()).await;
    assert_eq!(got(&*blobs, "bytes").await.expect("it is there"), every_byte);
}

pub async fn a_range_is_a_part(rig: impl Rig) {
    let blobs = rig.open().await;
    put(&*blobs, "a", "0123456789").await;
    for (asked, part, text) in [
        (0..1, 0..1, "0"),
        (2..5, 2..5, "234"),
        (9..10, 9..10, "9"),
        (7..99, 7..10, "789"),
        (3..u64::MAX, 3..10, "3456789"),
    ] {
        let blob = blobs.get(&key("a"), Some(asked)).await.expect("an answer").expect("it is there");
        assert_eq!((blob.range.clone(), blob.meta.bytes), (part, 10));
        assert_eq!(blob.collect().await.expect("its bytes"), text.as_bytes());
    }
    for outside in [10..11, 4..4, 500..u64::MAX] {
        let problem = blobs.get(&key("a"), Some(outside)).await.err().expect("refused");
        assert_eq!((problem.code.as_ref(), problem.status()), ("range_outside", 422));
    }
    assert!(blobs.get(&key("b"), Some(0..1)).await.expect("an answer").is_none());
}

pub async fn what_is_absent_is_no_failure(rig: impl Rig) {
    let blobs = rig.open().await;
    assert!(blobs.get(&key("a/b"), None).await.expect("an answer").is_none());
    assert!(blobs.head(&key("a/b")).await.expect("an answer").is_none());
    blobs.delete(&key("a/b")).await.expect("nothing is there");
    assert_eq!(blobs.delete_prefix(&prefix("a")).await.expect("nothing is there"), 0);
    assert!(blobs.list(&Prefix::ALL, None).await.expect("a page").is_empty());
    put(&*blobs, "a/b", "x").await;
    blobs.delete(&key("a/b")).await.expect("gone");
    assert!(blobs.head(&key("a/b")).await.expect("an answer").is_none());
    assert!(got(&*blobs, "a/b").await.is_none());
    assert!(keys(&*blobs, &Prefix::ALL).await.is_empty());
}

pub async fn the_last_put_wins_whole(rig: impl Rig) {
    let blobs = rig.open().await;
    put(&*blobs, "a/b", "a longer body").await;
    blobs.put(&key("a/b"), &content_type("image/webp"), whole("short")).await.expect("kept");
    let blob = blobs.get(&key("a/b"), None).await.expect("an answer").expect("it is there");
    assert_eq!(blob.meta, Meta { content_type: content_type("image/webp"), bytes: 5 });
    assert_eq!(blob.collect().await.expect("its bytes"), b"short");
    assert_eq!(keys(&*blobs, &Prefix::ALL).await, ["a/b"]);
}

pub async fn a_body_that_breaks_off_changes_nothing(rig: impl Rig) {
    let blobs = rig.open().await;
    put(&*blobs, "a/b", "first").await;
    // Both shorter and longer than what an engine takes at once.
    for chunks in [1, 40] {
        for name in ["a/b", "a/c"] {
            let gone = Problem::new(kernel::Kind::Gone, "gone", "The sender went away.");
            let chunks = (0..chunks).map(|_| Ok(Bytes::from(vec![7; 512 << 10])));
            let body: ByteStream = stream::iter(chunks.chain([Err(gone)])).boxed();
            let problem = blobs.put(&key(name), &content_type("image/png"), body).await.expect_err("it broke off");
            assert_eq!(problem.code, "gone");
        }
    }
    assert_eq!(got(&*blobs, "a/b").await.expect("it is there"), b"first");
    assert_eq!(keys(&*blobs, &Prefix::ALL).await, ["a/b"]);
}

pub async fn a_large_body_streams_both_ways(rig: impl Rig) {
    const CHUNKS: u64 = 50;
    const CHUNK_BYTES: u64 = 700_001;
    let blobs = rig.open().await;
    let chunk = |n: u64| Bytes::from((0..CHUNK_BYTES).map(|at| (n * CHUNK_BYTES + at) as u8).collect::<Vec<_>>());
    let body = stream::iter(0..CHUNKS).map(move |n| Ok(chunk(n))).boxed();
    let kept = blobs.put(&key("large"), &content_type("video/mp4"), body).await.expect("kept");
    assert_eq!(kept, CHUNKS * CHUNK_BYTES);
    let head = blobs.head(&key("large")).await.expect("an answer").expect("it is there");
    assert_eq!(head, Meta { content_type: content_type("video/mp4"), bytes: kept });
    let check = async |range: Option<std::ops::Range<u64>>| {
        let mut blob = blobs.get(&key("large"), range).await.expect("an answer").expect("it is there");
        let (mut at, mut pieces) = (blob.range.start, 0);
        while let Some(bytes) = blob.body.next().await {
            let bytes = bytes.expect("its bytes");
            assert!(bytes.iter().enumerate().all(|(n, byte)| *byte == (at + n as u64) as u8), "other bytes from {at}");
            at += bytes.len() as u64;
            pieces += 1;
        }
        assert_eq!(at, blob.range.end);
        pieces
    };
    assert!(check(None).await > 10, "it came at once");
    check(Some(17_000_000..17_500_000)).await;
}

pub async fn keys_are_listed_in_order_and_in_pages(rig: impl Rig) {
    let blobs = rig.open().await;
    let mut names: Vec<String> = (0..LIST_MAX + 30).map(|n| format!("many/{n:x}/{}", n % 7)).collect();
    names.extend(["aside", "many_more/1", "man/1", "zz/a/b/c"].map(Into::into));
    for some in names.chunks(50) {
        join_all(some.iter().map(|name| put(&*blobs, name, name.clone()))).await;
    }
    names.sort();
    let read = async |below: Prefix| {
        let (mut all, mut pages, mut after) = (Vec::new(), 0, None);
        loop {
            let page = blobs.list(&below, after.as_ref()).await.expect("a page");
            assert!(page.len() <= LIST_MAX);
            let Some(last) = page.last() else { return (all, pages) };
            after = Some(last.key.clone());
            pages += 1;
            for listed in page {
                assert_eq!(listed.bytes, listed.key.as_str().len() as u64);
                assert!(listed.put_at.0 > 1_700_000_000_000, "{:?}", listed.put_at);
                all.push(listed.key.to_string());
            }
        }
    };
    assert_eq!(read(Prefix::ALL).await, (names.clone(), 2));
    let many: Vec<String> = names.iter().filter(|name| name.starts_with("many/")).cloned().collect();
    assert_eq!(read(prefix("many")).await, (many, 2));
    assert_eq!(keys(&*blobs, &prefix("zz/a")).await, ["zz/a/b/c"]);
    assert!(keys(&*blobs, &prefix("zz/a/b/c")).await.is_empty());
    let page = blobs.list(&prefix("many"), Some(&key("zz"))).await.expect("a page");
    assert!(page.is_empty());
}

pub async fn a_prefix_goes_and_nothing_beside_it(rig: impl Rig) {
    let blobs = rig.open().await;
    for name in ["people/1/a", "people/1/b/c", "people/10/a", "people/1_", "people/2/a"] {
        put(&*blobs, name, "x").await;
    }
    assert_eq!(blobs.delete_prefix(&prefix("people/1")).await.expect("gone"), 2);
    assert!(keys(&*blobs, &prefix("people/1")).await.is_empty());
    assert!(got(&*blobs, "people/1/b/c").await.is_none());
    assert_eq!(keys(&*blobs, &Prefix::ALL).await, ["people/10/a", "people/1_", "people/2/a"]);
    assert_eq!(blobs.delete_prefix(&Prefix::ALL).await.expect("gone"), 3);
    assert!(keys(&*blobs, &Prefix::ALL).await.is_empty());
}

pub async fn many_write_at_once(rig: impl Rig) {
    let (one, other) = (rig.open().await, rig.open().await);
    // The same folder comes and goes, and the same key is written by all.
    let work = (0..40).map(|n| {
        let blobs = if n % 2 == 0 { &one } else { &other };
        async move {
            let name = format!("a/b/{n}");
            put(&**blobs, &name, vec![n; 1_000]).await;
            blobs.delete(&key(name)).await.expect("gone");
            put(&**blobs, "a/same", vec![n; 1_000]).await;
        }
    });
    join_all(work).await;
    let same = got(&*one, "a/same").await.expect("it is there");
    assert!(same.len() == 1_000 && same.iter().all(|byte| *byte == same[0]), "mixed");
    assert_eq!(keys(&*other, &Prefix::ALL).await, ["a/same"]);
}

pub async fn who_reads_goes_on_while_it_is_replaced(rig: impl Rig) {
    let blobs = rig.open().await;
    put(&*blobs, "a", vec![1; 3 << 20]).await;
    let mut blob = blobs.get(&key("a"), None).await.expect("an answer").expect("it is there");
    let mut read = blob.body.next().await.expect("some").expect("its bytes").to_vec();
    put(&*blobs, "a", vec![2; 3 << 20]).await;
    while let Some(bytes) = blob.body.next().await {
        read.extend_from_slice(&bytes.expect("its bytes"));
    }
    assert!(read.len() == 3 << 20 && read.iter().all(|byte| *byte == 1), "mixed");
    assert!(got(&*blobs, "a").await.expect("it is there").iter().all(|byte| *byte == 2));
}
