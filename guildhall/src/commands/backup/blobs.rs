//! The files that people gave, in a backup: `blobs/KEY` each, and `blobs.sha256` with a hash for each, as `sha256sum --check`
//! reads it.

use super::{
    make,
    manifest::{sha256, sync},
};
use crate::commands::{io, refuse};
use engine_blobs::{LocalBlobs, local};
use kernel::Result;
use ports::{Blobs, ERASED, Key, Prefix};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    fs::{self, DirBuilder, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

const FOLDER: &str = "blobs";
const LIST: &str = "blobs.sha256";

/// What a manifest says of them.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::commands) struct Kept {
    pub files: u64,
    pub bytes: u64,
    /// That of the list of their hashes.
    pub sha256: String,
}

/// Copies those of a folder into a backup, but for the ledger of who was erased, which must know what backups don't. What is deleted meanwhile isn't in it; what is put meanwhile may be.
///
/// # Errors
/// A file isn't what was put; then nothing tells which backup has the last good one.
pub(super) fn copy_all(from: &Path, backup: &Path) -> Result<Kept> {
    let list = backup.join(LIST);
    make(&list).map_err(|e| io("made", &list, e))?;
    let mut lines = File::options().write(true).open(&list).map_err(|e| io("written", &list, e))?;
    let mut kept = Kept { files: 0, bytes: 0, sha256: String::new() };
    let mut folders = BTreeSet::new();
    let ledger = Prefix::new(ERASED)?;
    for key in keys(from)?.into_iter().filter(|key| !ledger.holds(key)) {
        let (file, to) = (from.join(key.as_str()), backup.join(FOLDER).join(key.as_str()));
        folders.extend(to.ancestors().skip(1).take_while(|folder| *folder != backup).map(Path::to_owned));
        let Some((hash, bytes)) = copy(&file, &to)? else { continue };
        if !local::verify(&mut File::open(&to).map_err(|e| io("read", &to, e))?).unwrap_or(false) {
            return Err(refuse(
                "file_damaged",
                format!(
                    "{} isn't what was put there any more: bring it back from an older backup, or move it away.",
                    file.display()
                ),
            ));
        }
        writeln!(lines, "{hash}  {FOLDER}/{key}").map_err(|e| io("written", &list, e))?;
        kept.files += 1;
        kept.bytes += bytes;
    }
    for folder in &folders {
        sync(folder).map_err(|e| io("written", folder, e))?;
    }
    lines.sync_all().map_err(|e| io("written", &list, e))?;
    (kept.sha256, _) = File::open(&list).and_then(|mut list| sha256(&mut list)).map_err(|e| io("read", &list, e))?;
    Ok(kept)
}

/// The files of a backup with their hashes, when all of them are as they were when it was made.
pub(in crate::commands) fn verified(kept: &Kept, backup: &Path) -> Result<Vec<(Key, String)>> {
    let list = backup.join(LIST);
    let (hash, _) = File::open(&list).and_then(|mut list| sha256(&mut list)).map_err(|e| io("read", &list, e))?;
    let text = fs::read_to_string(&list).map_err(|e| io("read", &list, e))?;
    if hash != kept.sha256 {
        return Err(damaged(&list));
    }
    let entry = |line: &str| {
        let (hash, name) = line.split_once("  ")?;
        let key = Key::new(name.strip_prefix(FOLDER)?.strip_prefix('/')?).ok()?;
        Some((key, hash.to_owned()))
    };
    let entries: Option<Vec<_>> = text.lines().map(entry).collect();
    let entries = entries.filter(|entries| entries.len() as u64 == kept.files).ok_or_else(|| damaged(&list))?;
    for (key, hash) in &entries {
        let file = backup.join(FOLDER).join(key.as_str());
        let (found, _) = File::open(&file).and_then(|mut file| sha256(&mut file)).map_err(|e| io("read", &file, e))?;
        if found != *hash {
            return Err(damaged(&file));
        }
    }
    Ok(entries)
}

/// Copies the files of a backup into a folder, and reads them back.
pub(in crate::commands) fn fill(entries: &[(Key, String)], backup: &Path, folder: &Path) -> Result<()> {
    let mut folders = BTreeSet::from([folder.to_owned()]);
    for (key, hash) in entries {
        let (from, to) = (backup.join(FOLDER).join(key.as_str()), folder.join(key.as_str()));
        folders.extend(to.ancestors().skip(1).take_while(|above| *above != folder).map(Path::to_owned));
        if copy(&from, &to)?.is_none_or(|(found, _)| found != *hash) {
            return Err(refuse("backup_damaged", format!("{} changed while it was read.", from.display())));
        }
    }
    for folder in folders.iter().rev() {
        sync(folder).map_err(|e| io("written", folder, e))?;
    }
    Ok(())
}

/// The keys in a folder, rising.
fn keys(folder: &Path) -> Result<Vec<Key>> {
    crate::commands::run(async {
        let blobs = LocalBlobs::open(folder.to_owned()).await?;
        let mut keys: Vec<Key> = Vec::new();
        loop {
            let page = blobs.list(&Prefix::ALL, keys.last()).await?;
            if page.is_empty() {
                return Ok(keys);
            }
            keys.extend(page.into_iter().map(|listed| listed.key));
        }
    })
}

/// Answers the hash and the length of what stands on the disk now, or None where there is nothing to copy.
fn copy(from: &Path, to: &Path) -> Result<Option<(String, u64)>> {
    let mut source = match File::open(from) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|e| io("read", from, e))?,
    };
    let mut copied = || {
        make_folders(to.parent().unwrap_or(to))?;
        if to.exists() {
            fs::remove_file(to)?;
        }
        make(to)?;
        let mut file = File::options().write(true).open(to)?;
        std::io::copy(&mut source, &mut file)?;
        file.sync_all()?;
        sha256(&mut File::open(to)?)
    };
    copied().map(Some).map_err(|e| io("written", to, e))
}

fn make_folders(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn damaged(file: &Path) -> kernel::Problem {
    let shown = file.display();
    refuse(
        "backup_damaged",
        format!("{shown} is damaged (it isn't what was copied): nothing was restored. Take another backup."),
    )
}

/// What a folder has that isn't a temporary file.
pub(in crate::commands) fn first_in(folder: &Path) -> Result<Option<PathBuf>> {
    match keys(folder)?.first() {
        Some(key) => Ok(Some(folder.join(key.as_str()))),
        None => Ok(None),
    }
}
