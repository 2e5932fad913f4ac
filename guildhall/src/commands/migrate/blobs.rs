//! Moves files from where they are kept to another place: copied, read back, and held against each other by SHA-256.

use crate::{
    commands::{refuse, say, size},
    config::Config,
};
use engine_blobs::Place;
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Problem, Result};
use ports::{Blob, Blobs, ByteStream, Key, Listed, Prefix};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};

/// How many files are on their way at once.
const TOGETHER: usize = 8;

type Hash = [u8; 32];

/// Answers how many files there are, all of which are in the new place now.
///
/// # Errors
/// A place can't be reached; the new one has files that aren't from here; one that was read back isn't what was copied.
pub(super) async fn move_all(config: &Config, to: &str) -> Result<u64> {
    let (from, to) = (config.blobs()?, place(config, to)?);
    if from == to {
        return Err(refuse(
            "same_place",
            format!("the files are in {to} already: --blobs-to names where they should go."),
        ));
    }
    let (source, target) = (from.open().await?, to.clone().open().await.map_err(|problem| unreachable(&to, problem))?);
    only_from(&*source, &*target, &to).await?;
    let (mut files, mut bytes, mut there, mut after) = (0, 0, 0, None);
    loop {
        let page = source.list(&Prefix::ALL, after.as_ref()).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.key.clone());
        let moving =
            stream::iter(page).map(|listed| move_one(&*source, &*target, listed.key)).buffer_unordered(TOGETHER);
        let moved: Vec<Moved> = moving.try_collect().await.map_err(|problem| unreachable(&to, problem))?;
        files += moved.len() as u64;
        bytes += moved.iter().map(|moved| moved.bytes).sum::<u64>();
        there += moved.iter().filter(|moved| moved.was_there).count();
        say(&format!("files: {files}, {} read back, and the same", size(bytes)));
    }
    if there > 0 {
        say(&format!("{there} of them were there already"));
    }
    Ok(files)
}

fn place(config: &Config, to: &str) -> Result<Place> {
    Place::parse(to, &config.data)
        .map_err(|problem| refuse("bad_address", problem.detail.replacen("blobs_url", "--blobs-to", 1)))
}

/// What the operator is told of a place that fails.
fn unreachable(to: &Place, problem: Problem) -> Problem {
    let Some(cause) = problem.cause.as_ref().filter(|_| problem.status() >= 500) else { return problem };
    let detail = format!("{to} can't be used: {cause}. Nothing is lost: mend it, and run this again.");
    Problem { detail: detail.into(), ..problem }
}

/// Refuses a place that has what isn't from here: it may be another community's.
async fn only_from(source: &dyn Blobs, target: &dyn Blobs, to: &Place) -> Result<()> {
    let mut after = None;
    loop {
        let page = target.list(&Prefix::ALL, after.as_ref()).await.map_err(|problem| unreachable(to, problem))?;
        let Some(last) = page.last() else { return Ok(()) };
        for Listed { key, .. } in &page {
            if source.head(key).await?.is_none() {
                let detail = format!("{to} has {key}, which isn't from here: name a place with nothing in it.");
                return Err(refuse("blobs_not_empty", detail));
            }
        }
        after = Some(last.key.clone());
    }
}

struct Moved {
    bytes: u64,
    was_there: bool,
}

async fn move_one(source: &dyn Blobs, target: &dyn Blobs, key: Key) -> Result<Moved> {
    let gone = || refuse("blob_gone", format!("{key} went while it was moved: stop every server, and run this again."));
    let Blob { meta, body, .. } = source.get(&key, None).await?.ok_or_else(gone)?;
    let bytes = meta.bytes;
    if target.head(&key).await? == Some(meta.clone()) && read(target, &key).await? == read(source, &key).await? {
        return Ok(Moved { bytes, was_there: true });
    }
    let (body, hash) = hashing(body);
    target.put(&key, &meta.content_type, body).await?;
    if read(target, &key).await? != Some(hash.take()) {
        let detail = format!("{key} isn't what was copied when it is read back: look after that storage.");
        return Err(refuse("blob_differs", detail));
    }
    Ok(Moved { bytes, was_there: false })
}

/// The hash of what is kept under the key.
async fn read(blobs: &dyn Blobs, key: &Key) -> Result<Option<Hash>> {
    let Some(blob) = blobs.get(key, None).await? else { return Ok(None) };
    let (mut body, hash) = hashing(blob.body);
    while body.try_next().await?.is_some() {}
    Ok(Some(hash.take()))
}

/// The hash of what has gone through a stream.
#[derive(Clone, Default)]
struct Running(Arc<Mutex<Sha256>>);

impl Running {
    fn take(&self) -> Hash {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone().finalize().into()
    }
}

fn hashing(body: ByteStream) -> (ByteStream, Running) {
    let running = Running::default();
    let hash = running.clone();
    let body = body.inspect_ok(move |bytes| hash.0.lock().unwrap_or_else(PoisonError::into_inner).update(bytes));
    (body.boxed(), running)
}
