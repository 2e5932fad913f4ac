//! What a backup says of itself, beside its files.

use super::blobs::Kept;
use crate::commands::{refuse, stores::STORES, stores::Store};
use kernel::{Problem, Result, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fs::File, io::Read, path::Path};

pub(in crate::commands) const MANIFEST: &str = "manifest.json";
/// The form of backups that this program makes and reads.
const FORMAT: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::commands) struct Manifest {
    pub format: u32,
    /// The version of Guildhall that made it.
    pub guildhall: String,
    /// The moment that it shows.
    pub made_at: Timestamp,
    pub files: Vec<Entry>,
    /// What people gave, where it is in a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blobs: Option<Kept>,
    /// The key that seals secrets of accounts: the SHA-256 of its file, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts_key: Option<String>,
}

/// One file of a backup.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::commands) struct Entry {
    pub name: String,
    pub bytes: u64,
    /// In hexadecimal digits.
    pub sha256: String,
    /// The versions of the steps that its schema has.
    pub schema: Vec<i64>,
    /// How many rows each table has.
    pub rows: BTreeMap<String, i64>,
}

impl Manifest {
    pub fn new(made_at: Timestamp, files: Vec<Entry>) -> Self {
        Self {
            format: FORMAT,
            guildhall: env!("CARGO_PKG_VERSION").into(),
            made_at,
            files,
            blobs: None,
            accounts_key: None,
        }
    }

    /// Reads that of a backup. What this program is too old for is refused.
    pub fn read(folder: &Path) -> Result<Self> {
        let (shown, file) = (folder.display(), folder.join(MANIFEST));
        let text = std::fs::read(&file).map_err(|e| {
            refuse("no_backup", format!("{shown} isn't a backup: {} can't be read: {e}.", file.display())).because(e)
        })?;
        let unreadable = |e: serde_json::Error| {
            refuse("backup_damaged", format!("{} is damaged: {e}. Take another backup.", file.display())).because(e)
        };
        #[derive(Deserialize)]
        struct Form {
            format: u32,
            guildhall: String,
        }
        let form: Form = serde_json::from_slice(&text).map_err(unreadable)?;
        if form.format != FORMAT {
            return Err(newer(folder, &form.guildhall));
        }
        let manifest: Self = serde_json::from_slice(&text).map_err(unreadable)?;
        for entry in &manifest.files {
            let store = entry.store().ok_or_else(|| newer(folder, &manifest.guildhall))?;
            if store.unknown_step(&entry.schema).is_some() {
                return Err(newer(folder, &manifest.guildhall));
            }
        }
        if manifest.files.is_empty() {
            return Err(refuse("backup_damaged", format!("{} names no files. Take another backup.", file.display())));
        }
        Ok(manifest)
    }

    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).chain(self.blobs.as_ref().map(|kept| kept.bytes)).sum()
    }
}

impl Entry {
    /// The service that the file is of.
    pub fn store(&self) -> Option<&'static Store> {
        STORES.iter().find(|store| store.file_name() == self.name)
    }
}

fn newer(folder: &Path, version: &str) -> Problem {
    let (shown, own) = (folder.display(), env!("CARGO_PKG_VERSION"));
    refuse(
        "backup_newer",
        format!(
            "the backup {shown} was made by Guildhall {version}, which is newer than this one ({own}): restore it with that."
        ),
    )
}

/// The SHA-256 of a file, in hexadecimal digits, and its length in bytes.
pub(in crate::commands) fn sha256(file: &mut impl Read) -> std::io::Result<(String, u64)> {
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
    Ok((hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), bytes))
}

/// Sees to it that a file or a folder is on the disk.
pub(in crate::commands) fn sync(path: &Path) -> std::io::Result<()> {
    File::open(path)?.sync_all()
}
