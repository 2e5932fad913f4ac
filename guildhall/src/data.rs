//! The data folder: made where it is missing, and held by one process at a time.

use kernel::{Kind, Problem, Result};
use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
};

/// The data folder, held until this is dropped.
#[derive(Debug)]
pub struct Data {
    pub folder: PathBuf,
    /// Whether the folder was made just now.
    pub made: bool,
    // The lock lasts as long as the open file, so that a killed process leaves none behind.
    _lock: File,
}

/// Stands in a folder that a restore began to fill, until it is whole.
pub const RESTORING: &str = "restoring";

/// The key that seals secrets of accounts, beside their database.
pub const ACCOUNTS_KEY: &str = "accounts.key";

impl Data {
    /// Makes the folder, for this user alone, where there is none; then takes it, or says who holds it. A folder that a
    /// restore left unfinished is refused.
    pub fn hold(folder: &Path) -> Result<Self> {
        let data = Self::hold_unfinished(folder)?;
        if data.folder.join(RESTORING).exists() {
            let detail = format!(
                "a restore into the data folder {} didn't finish: run guildhall restore again.",
                folder.display()
            );
            return Err(Problem::new(Kind::Conflict, "data_unfinished", detail));
        }
        Ok(data)
    }

    /// The same, for the restore.
    pub fn hold_unfinished(folder: &Path) -> Result<Self> {
        let made = !folder.exists();
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(folder).map_err(|e| unusable(folder, "made", e))?;
        let path = folder.join("lock");
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| unusable(folder, "written to", e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(folder, &mut lock)),
            Err(TryLockError::Error(e)) => return Err(unusable(folder, "locked", e)),
        }
        // Only to tell a second start who is there.
        let note = |lock: &mut File| {
            lock.set_len(0)?;
            lock.rewind()?;
            writeln!(lock, "{}", std::process::id())
        };
        note(&mut lock).map_err(|e| unusable(folder, "written to", e))?;
        Ok(Self { folder: folder.to_owned(), made, _lock: lock })
    }
}

fn held(folder: &Path, lock: &mut File) -> Problem {
    let mut process = String::new();
    let known = lock.read_to_string(&mut process).is_ok() && !process.trim().is_empty();
    let process = if known { format!(" (process {})", process.trim()) } else { String::new() };
    Problem::new(
        Kind::Conflict,
        "data_in_use",
        format!(
            "another Guildhall{process} uses the data folder {}: stop it, or name another folder with --data.",
            folder.display()
        ),
    )
}

fn unusable(folder: &Path, what: &str, error: std::io::Error) -> Problem {
    let detail = format!(
        "the data folder {} can't be {what}: {error}. Mend its permissions, or name another folder with --data.",
        folder.display()
    );
    Problem::new(Kind::Unavailable, "data_not_writable", detail).because(error)
}
