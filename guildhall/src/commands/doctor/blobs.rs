//! Where files are kept: whether one can be written, read, found and deleted there.

use super::{Report, files::space};
use crate::config::Config;
use engine_blobs::Place;
use kernel::{Problem, Result};
use ports::{Blobs, ContentType, Key, OsRandom, Prefix, Random, whole};

const WHAT: &str = "files";
/// What the doctor writes lies below this, for a moment.
const FOLDER: &str = "doctor";

pub(super) async fn examine(report: &Report, config: &Config) -> Result<()> {
    let place = config.blobs()?;
    if let Place::Folder { path, .. } = &place {
        if !path.exists() {
            report.ok(WHAT, &format!("{place} isn't there yet: the first file makes it"));
            return Ok(());
        }
        if !path.starts_with(&config.data) {
            space(report, "disk of the files", path);
        }
    }
    let shown = place.to_string();
    let is_folder = matches!(place, Place::Folder { .. });
    let tried = match place.open().await {
        Ok(blobs) => probe(&*blobs).await,
        Err(problem) => Err(problem),
    };
    match tried {
        Ok(()) => report.ok(WHAT, &format!("{shown}: one was written, read, found and deleted")),
        Err(problem) => {
            let cause = problem.cause.as_ref().map_or_else(|| problem.detail.to_string(), ToString::to_string);
            let mend = match is_folder {
                true => format!("Let this user write to it: chown -R $(id -u):$(id -g) {shown}"),
                false => "Check blobs_url: bucket, endpoint, region and keys; and that the keys may list the bucket, and put, \
                          get and delete in it."
                    .into(),
            };
            report.fault(WHAT, &format!("{shown} can't be used: {cause}"), &mend);
        }
    }
    Ok(())
}

async fn probe(blobs: &dyn Blobs) -> Result<()> {
    let random: &dyn Random = &OsRandom;
    let name = format!("{:032x}", u128::from_le_bytes(random.bytes()));
    let (key, all) = (Key::new(format!("{FOLDER}/{name}"))?, Prefix::new(FOLDER)?);
    blobs.put(&key, &ContentType::bytes(), whole(name.clone())).await?;
    let read = match blobs.get(&key, None).await? {
        Some(blob) => blob.collect().await?,
        None => Vec::new(),
    };
    let found = blobs.list(&all, None).await?.iter().any(|listed| listed.key == key);
    blobs.delete(&key).await?;
    let gone = blobs.head(&key).await?.is_none();
    match read == name.as_bytes() && found && gone {
        true => Ok(()),
        false => Err(Problem::internal("what was written there isn't what is read")),
    }
}
