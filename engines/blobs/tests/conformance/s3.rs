//! What is of S3 alone.

use crate::{
    blobs::{got, key, keys, put},
    rig::{Bucket, OwnServer, Rig},
};
use bytes::Bytes;
use engine_blobs::Place;
use futures_util::{StreamExt, stream};
use kernel::{Problem, Result};
use ports::{Blobs, ContentType, Prefix, whole};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// Longer than any call may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub async fn what_breaks_off_leaves_no_unfinished_upload(bucket: Bucket) {
    let blobs = bucket.open().await;
    let chunks = || stream::repeat_with(|| Ok(Bytes::from(vec![7; 1 << 20]))).take(20);
    let broken = chunks().chain(stream::iter([Err(Problem::unavailable("gone"))])).boxed();
    blobs.put(&key("broken"), &ContentType::bytes(), broken).await.expect_err("it broke off");
    // Given up by who put it, while the body still comes.
    let (name, kind) = (key("given_up"), ContentType::bytes());
    let mut putting = blobs.put(&name, &kind, chunks().chain(stream::pending()).boxed());
    let start = Instant::now();
    while bucket.uploads() == 0 {
        assert!(start.elapsed() < PATIENCE, "it never began");
        drop(tokio::time::timeout(Duration::from_millis(20), &mut putting).await);
    }
    drop(putting);
    let start = Instant::now();
    while bucket.uploads() > 0 {
        assert!(start.elapsed() < PATIENCE, "it stays unfinished");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(keys(&*blobs, &Prefix::ALL).await.is_empty());
}

pub async fn a_bucket_that_is_missing_is_named(bucket: Bucket) {
    let url = bucket.url().replace(&bucket.name, "missing");
    let blobs = Place::parse(&url, Path::new("/")).expect("a place").open().await.expect("it opens");
    for problem in fail_all(&*blobs).await {
        assert_eq!(problem.status(), 503, "{problem:?}");
        assert_eq!(problem.cause.expect("a cause").to_string(), "the bucket isn't there");
    }
}

pub async fn a_folder_of_the_bucket_is_apart(bucket: Bucket) {
    let folder = bucket.url().replace(&bucket.name, &format!("{}/of-others", bucket.name));
    let apart = Place::parse(&folder, Path::new("/")).expect("a place").open().await.expect("it opens");
    let blobs = bucket.open().await;
    put(&*apart, "a/b", "theirs").await;
    put(&*blobs, "a/b", "ours").await;
    assert_eq!(got(&*apart, "a/b").await.expect("it is there"), b"theirs");
    assert_eq!(keys(&*apart, &Prefix::ALL).await, ["a/b"]);
    // What isn't named as blobs are isn't theirs.
    assert_eq!(keys(&*blobs, &Prefix::ALL).await, ["a/b"]);
    assert_eq!(apart.delete_prefix(&Prefix::ALL).await.expect("gone"), 1);
    assert_eq!(got(&*blobs, "a/b").await.expect("it is there"), b"ours");
}

pub async fn a_server_that_is_away_is_told_and_comes_back(mut own: OwnServer) {
    let blobs = own.open().await;
    put(&*blobs, "a", "x").await;
    own.0.kill();
    for problem in fail_all(&*blobs).await {
        assert_eq!((problem.status(), problem.code.as_ref()), (503, "unavailable"), "{problem:?}");
        let cause = problem.cause.expect("a cause").to_string();
        assert!(cause.to_lowercase().contains("refused"), "{cause}");
    }
    own.0.start_again();
    own.0.make_bucket(OwnServer::BUCKET);
    put(&*blobs, "a", "y").await;
    assert_eq!(got(&*blobs, "a").await.expect("it is there"), b"y");
}

pub async fn a_server_that_hangs_holds_nobody_up_for_long(own: OwnServer) {
    let blobs = own.open().await;
    put(&*blobs, "a", "x").await;
    own.0.hang();
    let (name, start) = (key("a"), Instant::now());
    let calls = tokio::join!(blobs.head(&name), blobs.get(&name, None), blobs.list(&Prefix::ALL, None));
    let problems = [calls.0.err(), calls.1.err(), calls.2.err()];
    assert!(problems.iter().flatten().all(|problem| problem.status() == 503), "{problems:?}");
    assert!(problems.iter().all(Option::is_some) && start.elapsed() < PATIENCE, "{problems:?}");
    own.0.go_on();
    assert_eq!(got(&*blobs, "a").await.expect("it is there"), b"x");
}

pub async fn a_server_that_goes_in_the_middle_breaks_the_body_off(mut own: OwnServer) {
    let blobs = own.open().await;
    // More than sockets hold on the way.
    put(&*blobs, "large", vec![7; 32 << 20]).await;
    let mut blob = blobs.get(&key("large"), None).await.expect("an answer").expect("it is there");
    blob.body.next().await.expect("some").expect("its bytes");
    own.0.kill();
    let mut last = Ok(Bytes::new());
    while let Some(next) = blob.body.next().await {
        last = next;
    }
    assert_eq!(last.expect_err("it broke off").status(), 503);
}

/// What every call answers when none can succeed.
async fn fail_all(blobs: &dyn Blobs) -> Vec<Problem> {
    fn failed<T>(done: Result<T>) -> Problem {
        done.err().expect("it can't")
    }
    let (name, kind, all) = (key("a/b"), ContentType::bytes(), Prefix::ALL);
    let large = stream::repeat_with(|| Ok(Bytes::from(vec![7; 1 << 20]))).take(20).boxed();
    vec![
        failed(blobs.put(&name, &kind, whole("x")).await),
        failed(blobs.put(&name, &kind, large).await),
        failed(blobs.get(&name, None).await),
        failed(blobs.get(&name, Some(0..1)).await),
        failed(blobs.head(&name).await),
        failed(blobs.delete(&name).await),
        failed(blobs.delete_prefix(&all).await),
        failed(blobs.list(&all, None).await),
    ]
}
