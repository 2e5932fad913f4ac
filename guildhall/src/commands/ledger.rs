//! The ledger of who was erased, for keeping it away from the machine and for giving it back: a file with a line for each.

use super::{io, refuse, say};
use crate::config::Config;
use engine_blobs::local::{Trailer, verify};
use kernel::{Problem, Result, UserId};
use ports::{Blobs, ERASED, Key, Prefix, whole};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{ErrorKind, Read, Write},
    path::Path,
};

/// What the ledger says of each person, as it says it: a newer version may say more than this one reads.
pub(super) struct Ledger(BTreeMap<UserId, Vec<u8>>);

/// Writes the ledger into a file, in the place of what was there. Also while the server runs.
///
/// # Errors
/// The files can't be reached, or the file can't be written: then it is what it was.
pub fn ledger(config: &Config, to: &Path) -> Result<()> {
    let Ledger(entries) = super::run(async { Ledger::of(&*config.blobs()?.open().await?).await })?;
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    let beside = to.with_file_name(name);
    let write = || {
        if beside.exists() {
            fs::remove_file(&beside)?;
        }
        super::backup::make(&beside)?;
        let mut file = File::options().write(true).open(&beside)?;
        for entry in entries.values() {
            file.write_all(entry)?;
            file.write_all(b"\n")?;
        }
        file.sync_all()?;
        fs::rename(&beside, to)
    };
    if let Err(e) = write() {
        drop(fs::remove_file(&beside));
        return Err(io("written", to, e));
    }
    say(&format!("{}: {}", to.display(), people(entries.len())));
    Ok(())
}

impl Ledger {
    /// That of an installation, from where its files are.
    async fn of(blobs: &dyn Blobs) -> Result<Self> {
        let (prefix, mut after, mut entries) = (Prefix::new(ERASED)?, None, BTreeMap::new());
        loop {
            let page = blobs.list(&prefix, after.as_ref()).await?;
            let Some(last) = page.last() else { return Ok(Self(entries)) };
            after = Some(last.key.clone());
            for listed in &page {
                let Some(blob) = blobs.get(&listed.key, None).await? else { continue };
                let entry = blob.collect().await?;
                let person = person(&entry).ok_or_else(|| Problem::internal(format!("{} is no entry", listed.key)))?;
                entries.insert(person, entry);
            }
        }
    }

    /// What a person names: the folder that an installation keeps it in, a copy of that, or a file that [`ledger`] wrote.
    ///
    /// # Errors
    /// It is something else, or damaged.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let texts = match path.is_dir() {
            true => entries_of_folder(path)?,
            false => {
                let text = fs::read(path).map_err(|e| io("read", path, e))?;
                text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
            }
        };
        let entries = texts.into_iter().map(|entry| Some((person(&entry)?, entry)));
        entries.collect::<Option<_>>().map(Self).ok_or_else(|| no_ledger(path))
    }

    /// Puts it where an installation looks for it at its start.
    pub(super) fn put(&self, config: &Config) -> Result<()> {
        super::run(async {
            let blobs = config.blobs()?.open().await?;
            for (person, entry) in &self.0 {
                let key = Key::new(format!("{ERASED}/{person}"))?;
                blobs.put(&key, &"application/json".parse()?, whole(entry.clone())).await?;
            }
            Ok(())
        })
    }

    pub(super) fn said(&self) -> String {
        people(self.0.len())
    }
}

fn people(count: usize) -> String {
    match count {
        0 => "nobody was erased".into(),
        1 => "one person was erased".into(),
        more => format!("{more} people were erased"),
    }
}

/// Whom an entry is of.
fn person(entry: &[u8]) -> Option<UserId> {
    #[derive(Deserialize)]
    struct Entry {
        user: UserId,
    }
    serde_json::from_slice(entry).ok().map(|Entry { user }| user)
}

/// A folder's files are named after whom they are of.
fn entries_of_folder(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    for file in fs::read_dir(folder).map_err(|e| io("read", folder, e))? {
        let file = file.map_err(|e| io("read", folder, e))?;
        let (path, named) = (file.path(), file.file_name().to_str().and_then(|name| name.parse().ok()));
        let text = match named.is_some() && path.is_file() {
            true => whole_text(&path).map_err(|e| io("read", &path, e))?,
            false => None,
        };
        entries.push(text.filter(|text| person(text) == named).ok_or_else(|| no_ledger(&path))?);
    }
    Ok(entries)
}

/// The body of a file that ends with what proves that it is whole.
fn whole_text(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    let mut file = File::open(path)?;
    match verify(&mut file) {
        Ok(true) => {}
        Err(e) if e.kind() != ErrorKind::InvalidData => return Err(e),
        _ => return Ok(None),
    }
    let (_, bytes) = Trailer::read(&mut file)?;
    let mut text = Vec::new();
    File::open(path)?.take(bytes).read_to_end(&mut text)?;
    Ok(Some(text))
}

fn no_ledger(path: &Path) -> Problem {
    refuse(
        "no_ledger",
        format!(
            "{} isn't of a ledger of who was erased, or is damaged: nothing was restored. The ledger is the folder \
             blobs/erased of a data folder, a copy of it, or a file that guildhall ledger --to wrote.",
            path.display()
        ),
    )
}
