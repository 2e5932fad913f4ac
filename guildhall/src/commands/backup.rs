//! Copies an embedded install into a folder of its own, also while the server runs and people write.

pub(super) mod blobs;
pub(super) mod manifest;

use super::{cannot, refuse, say, size, stores};
use crate::{config::Config, data::ACCOUNTS_KEY};
use blobs::Kept;
use engine_blobs::Place;
use engine_sql::sqlite::{Check, Snapshot};
use kernel::{Kind, Problem, Result};
use manifest::{Entry, MANIFEST, Manifest, sha256, sync};
use ports::{Clock, SystemClock};
use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

/// Makes the folder `to` and everything in it.
///
/// # Errors
/// There is nothing to copy, the folder is there already, or it can't be written: then nothing of it stays.
pub fn backup(config: &Config, to: &Path) -> Result<()> {
    if !config.keeps_files() {
        return Err(refuse(
            "not_embedded",
            "database_url names PostgreSQL, which has its own way: pg_dump --format=custom --file=guildhall.dump URL. \
             guildhall backup is for databases in the data folder."
                .into(),
        ));
    }
    let kept = stores::in_folder(config)?;
    let unfinished = Unfinished::begin(to)?;
    let made_at = SystemClock.now();
    // All moments first, within milliseconds of each other; copying takes as long as it takes.
    let snapshots = kept.iter().map(|store| {
        let file = store.file(&config.data);
        Snapshot::take(&file).map_err(|e| cannot("read", &file, e.into())).map(|snapshot| (*store, snapshot))
    });
    let mut files = Vec::new();
    for (store, snapshot) in snapshots.collect::<Result<Vec<_>>>()? {
        files.push(copy(&snapshot, &unfinished.folder.join(store.file_name()))?);
    }
    // Files after the databases that name them: what a database names was there before its moment.
    let place = config.blobs()?;
    let kept = match &place {
        Place::Folder { path, .. } if path.exists() => Some(blobs::copy_all(path, &unfinished.folder)?),
        _ => None,
    };
    // Keys after what they seal: a key that was rotated meanwhile has the one before beside it.
    let key = config.data.join(ACCOUNTS_KEY);
    let accounts_key = match key.exists() {
        true => Some(copy_file(&key, &unfinished.folder.join(ACCOUNTS_KEY))?),
        false => None,
    };
    let manifest = Manifest { blobs: kept, accounts_key, ..Manifest::new(made_at, files) };
    let file = unfinished.folder.join(MANIFEST);
    let text = serde_json::to_vec_pretty(&manifest).map_err(Problem::internal)?;
    let written = make(&file).and_then(|()| fs::write(&file, text)).and_then(|()| sync(&file));
    written.map_err(|e| super::io("written", &file, e))?;
    unfinished.finish()?;
    for Entry { name, bytes, rows, .. } in &manifest.files {
        say(&format!("{name}: {} in {} rows", size(*bytes), rows.values().sum::<i64>()));
    }
    match &manifest.blobs {
        Some(Kept { files, bytes, .. }) => say(&format!("blobs: {} in {files} files", size(*bytes))),
        None if matches!(place, Place::Folder { .. }) => {}
        None => {
            say(&format!("files are in {place}, which isn't copied: keep versions of its objects, or a replica of it"))
        }
    }
    say(&format!("backed up {} as of {} to {}", config.data.display(), manifest.made_at, to.display()));
    say(&format!("restore it: guildhall restore --from {} --data FOLDER --ledger LEDGER", to.display()));
    Ok(())
}

/// Copies a file, and answers its hash.
pub(super) fn copy_file(from: &Path, to: &Path) -> Result<String> {
    let copied = || {
        let text = fs::read(from)?;
        make(to)?;
        fs::write(to, text)?;
        sync(to)?;
        sha256(&mut File::open(to)?)
    };
    copied().map(|(hash, _)| hash).map_err(|e| super::io("copied", from, e))
}

/// Copies one database, and proves the copy.
fn copy(snapshot: &Snapshot, to: &Path) -> Result<Entry> {
    let contents = snapshot.contents().map_err(|e| cannot("read", to, e.into()))?;
    make(to).map_err(|e| super::io("made", to, e))?;
    snapshot.copy(to).map_err(|e| cannot("written", to, e.into()))?;
    sync(to).map_err(|e| super::io("written", to, e))?;
    let copied = Snapshot::of_copy(to).map_err(|e| cannot("read", to, e.into()))?;
    let faults = copied.faults(Check::Whole).map_err(|e| cannot("read", to, e.into()))?;
    let same = copied.contents().map_err(|e| cannot("read", to, e.into()))? == contents;
    let name = to.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if !same || !faults.is_empty() {
        let what = faults.first().map_or("the copy differs", String::as_str);
        return Err(refuse(
            "database_corrupt",
            format!(
                "{name} can't be backed up, because it is damaged ({what}): guildhall doctor says more. Keep older backups."
            ),
        ));
    }
    let (sha256, bytes) =
        File::open(to).and_then(|mut file| sha256(&mut file)).map_err(|e| super::io("read", to, e))?;
    Ok(Entry { name, bytes, sha256, schema: contents.steps, rows: contents.rows })
}

/// An empty file that only this user reads: the signing keys are among what is copied.
pub(super) fn make(file: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true).open(file).map(drop)
}

/// A backup that hasn't its name yet. Goes when it isn't finished.
struct Unfinished {
    to: PathBuf,
    folder: PathBuf,
    lock: Option<File>,
}

const LOCK: &str = "lock";

impl Unfinished {
    fn begin(to: &Path) -> Result<Self> {
        let shown = to.display();
        if to.symlink_metadata().is_ok() {
            return Err(refuse(
                "folder_exists",
                format!("{shown} is there already, and a backup never overwrites: name a folder that isn't there."),
            ));
        }
        let Some(name) = to.file_name() else {
            return Err(refuse("bad_folder", format!("{shown} can't be a new folder: name one that isn't there.")));
        };
        let mut beside = name.to_owned();
        beside.push(".unfinished");
        let folder = to.with_file_name(beside);
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&folder) {
            // One was killed, or one is running: the lock tells.
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => made.map_err(|e| super::io("made", to, e))?,
        }
        let path = folder.join(LOCK);
        let lock = File::create(&path).map_err(|e| super::io("made", to, e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let detail = format!("another guildhall backup is writing to {shown}.");
                return Err(Problem::new(Kind::Conflict, "backup_running", detail));
            }
            Err(TryLockError::Error(e)) => return Err(super::io("locked", &path, e)),
        }
        for file in fs::read_dir(&folder).map_err(|e| super::io("read", &folder, e))? {
            let file = file.map_err(|e| super::io("read", &folder, e))?;
            let path = file.path();
            let removed = match path.is_dir() {
                true => fs::remove_dir_all(&path),
                false if file.file_name() == LOCK => Ok(()),
                false => fs::remove_file(&path),
            };
            removed.map_err(|e| super::io("removed", &path, e))?;
        }
        Ok(Self { to: to.to_owned(), folder, lock: Some(lock) })
    }

    /// Gives it its name, when all of it is on the disk.
    fn finish(mut self) -> Result<()> {
        let parent = self.to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let named = fs::remove_file(self.folder.join(LOCK))
            .and_then(|()| sync(&self.folder))
            .and_then(|()| fs::rename(&self.folder, &self.to))
            .and_then(|()| sync(parent));
        named.map_err(|e| super::io("made", &self.to, e))?;
        self.lock = None;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.lock.is_some() {
            drop(fs::remove_dir_all(&self.folder));
        }
    }
}
