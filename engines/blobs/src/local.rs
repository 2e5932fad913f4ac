//! Blobs in a folder: for one process, or for several that see the same folder.
//!
//! A key is a path below the folder. A body is written to a file of its own in `.unfinished`, synced, given its name, and
//! the folders above are synced: after a loss of power a key has all of its old body or all of its new one. What a killed
//! process left in `.unfinished` goes at the next start. The files end with what is known of them (`local/file.rs`), so that
//! body and content type can't be apart; whoever reads a whole body that isn't what was put any more is told at its end.
//!
//! Needs a disk that keeps what it says it wrote, and, where several processes share the folder, one whose locks and renames
//! hold for all of them.

mod file;
mod unfinished;
mod walk;

use async_trait::async_trait;
use bytes::BytesMut;
pub use file::{Trailer, verify};
use futures_util::stream::{self, StreamExt};
use kernel::{Kind, Problem, Result};
use ports::{Blob, Blobs, ByteStream, ContentType, Key, LIST_MAX, Listed, Meta, Prefix};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, ErrorKind, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use unfinished::Unfinished;

/// How much is read at once.
const CHUNK_BYTES: usize = 128 << 10;
/// How often a folder may be taken away by a delete while a file is about to be moved into it.
const ATTEMPTS: usize = 100;

pub struct LocalBlobs {
    folder: PathBuf,
}

impl LocalBlobs {
    /// Takes the folder, which the first `put` makes, and removes what killed processes didn't finish there.
    pub async fn open(folder: PathBuf) -> Result<Self> {
        let root = folder.clone();
        blocking(move || unfinished::clear(&root)).await?;
        Ok(Self { folder })
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(key.as_str())
    }
}

#[async_trait]
impl Blobs for LocalBlobs {
    async fn put(&self, key: &Key, content_type: &ContentType, mut body: ByteStream) -> Result<u64> {
        let root = self.folder.clone();
        let (unfinished, file) = blocking(move || Unfinished::begin(&root)).await?;
        let mut file = tokio::fs::File::from_std(file);
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        while let Some(chunk) = body.next().await {
            let chunk = chunk?;
            hash.update(&chunk);
            bytes += chunk.len() as u64;
            file.write_all(&chunk).await.map_err(unusable)?;
        }
        let trailer = Trailer { content_type: content_type.clone(), sha256: hash.finalize().into() };
        file.write_all(&trailer.encode()).await.map_err(unusable)?;
        file.flush().await.map_err(unusable)?;
        let file = file.into_std().await;
        let (root, path) = (self.folder.clone(), self.path(key));
        blocking(move || {
            file.sync_all()?;
            unfinished.name(&root, &path)
        })
        .await?;
        Ok(bytes)
    }

    async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Option<Blob>> {
        let Some((file, trailer, bytes)) = self.look(key).await? else { return Ok(None) };
        let meta = Meta { content_type: trailer.content_type, bytes };
        let range = meta.part(range)?;
        let mut file = tokio::fs::File::from_std(file);
        file.seek(SeekFrom::Start(range.start)).await.map_err(unusable)?;
        let left = range.end - range.start;
        let whole = (left == bytes).then(|| (Sha256::new(), trailer.sha256));
        Ok(Some(Blob { meta, range, body: read(Reading { file, left, whole }) }))
    }

    async fn head(&self, key: &Key) -> Result<Option<Meta>> {
        Ok(self.look(key).await?.map(|(_, trailer, bytes)| Meta { content_type: trailer.content_type, bytes }))
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        let (root, path) = (self.folder.clone(), self.path(key));
        blocking(move || remove(&root, &path)).await
    }

    async fn delete_prefix(&self, prefix: &Prefix) -> Result<u64> {
        let (mut gone, mut after) = (0, None);
        loop {
            let page = self.list(prefix, after.as_ref()).await?;
            let Some(last) = page.last() else { return Ok(gone) };
            after = Some(last.key.clone());
            gone += page.len() as u64;
            let (root, paths) = (self.folder.clone(), page.iter().map(|l| self.path(&l.key)).collect::<Vec<_>>());
            blocking(move || paths.iter().try_for_each(|path| remove(&root, path))).await?;
        }
    }

    async fn list(&self, prefix: &Prefix, after: Option<&Key>) -> Result<Vec<Listed>> {
        let (root, prefix, after) = (self.folder.clone(), prefix.clone(), after.cloned());
        blocking(move || walk::files(&root, &prefix, after.as_ref(), LIST_MAX)).await
    }
}

impl LocalBlobs {
    /// The file, what stands behind its body, and the body's length.
    async fn look(&self, key: &Key) -> Result<Option<(File, Trailer, u64)>> {
        let path = self.path(key);
        blocking(move || match File::open(&path) {
            Err(e) if is_absent(&e) => Ok(None),
            opened => {
                let mut file = opened?;
                let (trailer, bytes) = Trailer::read(&mut file)?;
                Ok(Some((file, trailer, bytes)))
            }
        })
        .await
    }
}

struct Reading {
    file: tokio::fs::File,
    left: u64,
    /// Where all of the body is read: its hash so far, and what that should become.
    whole: Option<(Sha256, [u8; 32])>,
}

fn read(reading: Reading) -> ByteStream {
    let next = |mut reading: Reading| async move {
        if reading.left == 0 {
            let differs = reading.whole.is_some_and(|(hash, sha256)| <[u8; 32]>::from(hash.finalize()) != sha256);
            return if differs { Err(unusable(file::damaged())) } else { Ok(None) };
        }
        let wanted = usize::try_from(reading.left).map_or(CHUNK_BYTES, |left| left.min(CHUNK_BYTES));
        let mut chunk = BytesMut::zeroed(wanted);
        reading.file.read_exact(&mut chunk).await.map_err(unusable)?;
        reading.left -= wanted as u64;
        if let Some((hash, _)) = &mut reading.whole {
            hash.update(&chunk);
        }
        Ok(Some((chunk.freeze(), reading)))
    };
    stream::try_unfold(reading, next).boxed()
}

/// Takes a file away, and the folders that it leaves empty.
fn remove(root: &Path, path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if is_absent(&e) => return Ok(()),
        removed => removed?,
    }
    for folder in path.ancestors().skip(1).take_while(|folder| *folder != root) {
        // It isn't empty, or another call was quicker.
        if fs::remove_dir(folder).is_err() {
            return sync(folder);
        }
    }
    sync(root)
}

/// Sees to it that names in a folder are on the disk; one that went in the meantime has none.
fn sync(folder: &Path) -> io::Result<()> {
    match File::open(folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        opened => opened?.sync_all(),
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?.map_err(unusable)
}

fn unusable(error: io::Error) -> Problem {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Problem::new(Kind::Full, "disk_full", "The server's disk is full: nothing was saved. Tell the operator.")
        }
        ErrorKind::InvalidData => return Problem::internal(error),
        _ => Problem::unavailable("The folder of the files can't be used: try again; it is safe to."),
    }
    .because(error)
}

#[cfg(test)]
mod tests;
