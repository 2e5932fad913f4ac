//! Puts a backup into an empty data folder.

use super::{
    backup::{
        blobs::{self, Kept},
        copy_file, make,
        manifest::{Entry, MANIFEST, Manifest, sha256, sync},
    },
    cannot,
    ledger::Ledger,
    refuse, say, size,
    stores::STORES,
};
use crate::{
    config::Config,
    data::{ACCOUNTS_KEY, Data, RESTORING},
};
use engine_blobs::Place;
use engine_sql::sqlite::{Check, Snapshot};
use kernel::{Problem, Result};
use ports::Key;
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Fills the data folder, which must be empty or absent, from the backup `from`, and lays the ledger of who was erased beside
/// it: the first start erases them again.
///
/// # Errors
/// The backup or the ledger is damaged, the backup is newer than this program, the ledger isn't named, the folder has something
/// in it, or can't be written. Nothing is changed then.
pub fn restore(config: &Config, from: &Path, ledger: Option<&Path>, without_ledger: bool) -> Result<()> {
    if !config.keeps_files() {
        return Err(refuse(
            "not_embedded",
            "database_url names PostgreSQL, which has its own way: pg_restore. guildhall restore is for databases in the \
             data folder; guildhall migrate moves those to PostgreSQL afterwards."
                .into(),
        ));
    }
    let manifest = Manifest::read(from)?;
    let ledger = match ledger {
        Some(path) => Some(Ledger::read(path)?),
        None if without_ledger || has_ledger(config)? => None,
        None => return Err(ledger_missing(&manifest)),
    };
    for entry in &manifest.files {
        verify(entry, from)?;
    }
    if let Some(hash) = &manifest.accounts_key {
        let key = from.join(ACCOUNTS_KEY);
        let (found, _) =
            File::open(&key).and_then(|mut file| sha256(&mut file)).map_err(|e| super::io("read", &key, e))?;
        if found != *hash {
            return Err(damaged(&key, &format!("it isn't what {MANIFEST} says")));
        }
    }
    let blobs = match &manifest.blobs {
        Some(kept) => Some((blobs::verified(kept, from)?, folder_of_blobs(config)?)),
        None => None,
    };
    let data = Data::hold_unfinished(&config.data)?;
    clear(&data.folder, blobs.as_ref().map(|(_, folder)| folder.as_path()))?;
    let blobs_were = config.blobs().is_ok_and(|place| matches!(place, Place::Folder { path, .. } if path.exists()));
    let lay_ledger = || ledger.as_ref().map_or(Ok(()), |ledger| ledger.put(config));
    if let Err(problem) = fill(&manifest, blobs.as_ref(), from, &data.folder, lay_ledger) {
        if let (false, Ok(Place::Folder { path, .. })) = (blobs_were, config.blobs()) {
            drop(fs::remove_dir_all(path));
        }
        empty(&manifest, &data);
        return Err(problem);
    }
    for Entry { name, bytes, rows, .. } in &manifest.files {
        say(&format!("{name}: {} in {} rows", size(*bytes), rows.values().sum::<i64>()));
    }
    if let Some(Kept { files, bytes, .. }) = &manifest.blobs {
        say(&format!("blobs: {} in {files} files", size(*bytes)));
    }
    if let Some(ledger) = &ledger {
        say(&format!("ledger: {}; what the backup has of them goes at the first start", ledger.said()));
    }
    let (version, folder) = (&manifest.guildhall, data.folder.display());
    say(&format!(
        "restored {} into {folder}, as of {}, made by Guildhall {version}",
        size(manifest.bytes()),
        manifest.made_at
    ));
    say(&format!("start it: guildhall serve --data {folder}"));
    Ok(())
}

/// Whether the ledger is where the server will look for it anyway: in a bucket that no restore touches.
fn has_ledger(config: &Config) -> Result<bool> {
    Ok(!matches!(config.blobs()?, Place::Folder { .. }))
}

fn ledger_missing(manifest: &Manifest) -> Problem {
    refuse(
        "ledger_missing",
        format!(
            "a backup doesn't know who was erased after it was made ({}), and would bring them back: name the ledger with \
             --ledger. It is the folder blobs/erased of the data folder that was in use until now (below blobs_url, where \
             that names another folder), or the file that guildhall ledger --to wrote. If nobody was erased since, or none of \
             it is left, say --without-ledger.",
            manifest.made_at
        ),
    )
}

/// Where the backup's files go.
fn folder_of_blobs(config: &Config) -> Result<PathBuf> {
    match config.blobs()? {
        Place::Folder { path, .. } => Ok(path),
        #[allow(unreachable_patterns, reason = "a folder is all there is without the feature s3")]
        place => Err(refuse(
            "blobs_elsewhere",
            format!(
                "the backup has files, and blobs_url names {place}: restore with blobs_url file:, then guildhall migrate \
                 --blobs-to moves them there."
            ),
        )),
    }
}

/// Holds a file of the backup against what the manifest says of it.
fn verify(entry: &Entry, from: &Path) -> Result<()> {
    let file = from.join(&entry.name);
    let read = File::open(&file).and_then(|mut file| sha256(&mut file)).map_err(|e| super::io("read", &file, e))?;
    if read != (entry.sha256.clone(), entry.bytes) {
        return Err(damaged(&file, &format!("it isn't what {MANIFEST} says")));
    }
    let snapshot = Snapshot::of_copy(&file).map_err(|e| cannot("read", &file, e.into()))?;
    let faults = snapshot.faults(Check::Whole).map_err(|e| cannot("read", &file, e.into()))?;
    match faults.first() {
        Some(fault) => Err(damaged(&file, fault)),
        None => Ok(()),
    }
}

fn damaged(file: &Path, what: &str) -> Problem {
    let shown = file.display();
    refuse("backup_damaged", format!("{shown} is damaged ({what}): nothing was restored. Take another backup."))
}

/// Refuses folders that have something in them. What a restore that was killed left there is removed.
fn clear(folder: &Path, blobs: Option<&Path>) -> Result<()> {
    if folder.join(RESTORING).exists() {
        if let Some(blobs) = blobs.filter(|blobs| blobs.exists()) {
            fs::remove_dir_all(blobs).map_err(|e| super::io("removed", blobs, e))?;
        }
        let kept = STORES.iter().map(|store| store.file(folder)).chain([folder.join(ACCOUNTS_KEY)]);
        for file in kept.filter(|file| file.exists()) {
            fs::remove_file(&file).map_err(|e| super::io("removed", &file, e))?;
        }
        return Ok(());
    }
    let mut files = fs::read_dir(folder).map_err(|e| super::io("read", folder, e))?.filter_map(io::Result::ok);
    if let Some(file) = files.find(|file| file.file_name() != "lock") {
        return Err(refuse(
            "data_not_empty",
            format!(
                "the data folder {} isn't empty ({} is there), and a restore never overwrites: move it away, or name another with --data.",
                folder.display(),
                file.file_name().display()
            ),
        ));
    }
    match blobs.map(blobs::first_in).transpose()?.flatten() {
        None => Ok(()),
        Some(file) => Err(refuse(
            "blobs_not_empty",
            format!(
                "there are files already ({}), and a restore never overwrites: move them away, or name another folder with blobs_url.",
                file.display()
            ),
        )),
    }
}

/// While the mark is there, nobody starts on the folder; so it goes last.
fn fill(
    manifest: &Manifest,
    blobs: Option<&(Vec<(Key, String)>, PathBuf)>,
    from: &Path,
    folder: &Path,
    lay_ledger: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let mark = folder.join(RESTORING);
    let marked = fs::write(&mark, "").and_then(|()| sync(&mark)).and_then(|()| sync(folder));
    marked.map_err(|e| super::io("written", &mark, e))?;
    for entry in &manifest.files {
        let to = folder.join(&entry.name);
        let copied = copy(&from.join(&entry.name), &to).map_err(|e| super::io("written", &to, e))?;
        if copied != (entry.sha256.clone(), entry.bytes) {
            return Err(refuse(
                "backup_damaged",
                format!("{} changed while it was read.", from.join(&entry.name).display()),
            ));
        }
    }
    if manifest.accounts_key.is_some() {
        copy_file(&from.join(ACCOUNTS_KEY), &folder.join(ACCOUNTS_KEY))?;
    }
    if let Some((entries, to)) = blobs {
        blobs::fill(entries, from, to)?;
    }
    lay_ledger()?;
    let done = sync(folder).and_then(|()| fs::remove_file(&mark)).and_then(|()| sync(folder));
    done.map_err(|e| super::io("written", folder, e))
}

/// Answers the hash and the length of what stands on the disk now.
fn copy(from: &Path, to: &Path) -> io::Result<(String, u64)> {
    if to.exists() {
        fs::remove_file(to)?;
    }
    make(to)?;
    let mut file = File::options().write(true).open(to)?;
    io::copy(&mut File::open(from)?, &mut file)?;
    file.sync_all()?;
    sha256(&mut File::open(to)?)
}

/// Leaves the folder as it was found.
fn empty(manifest: &Manifest, data: &Data) {
    for entry in &manifest.files {
        drop(fs::remove_file(data.folder.join(&entry.name)));
    }
    drop(fs::remove_file(data.folder.join(ACCOUNTS_KEY)));
    drop(fs::remove_file(data.folder.join(RESTORING)));
    if data.made {
        drop(fs::remove_dir_all(&data.folder));
    }
}
