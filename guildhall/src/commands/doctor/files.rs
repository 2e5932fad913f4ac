//! The data folder and what is in it.

use super::{
    super::{cannot, size, stores::Store},
    Report, schema,
};
use crate::{config::Config, data::RESTORING};
use engine_sql::sqlite::{Check, Snapshot};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Read,
    path::Path,
};

/// Below this, a checkpoint or a backup may not find room.
const SPACE_LOW: u64 = 1 << 30;
const SPACE_NONE: u64 = 64 << 20;

/// Answers the process that holds the folder, and up to which moment ids may have been made.
pub(super) fn examine(report: &Report, config: &Config, stores: &[&Store]) -> (Option<String>, Option<i64>) {
    let folder = &config.data;
    let shown = folder.display();
    if !folder.exists() {
        report.ok("data folder", &format!("{shown} isn't there yet: the first start makes it"));
        return (None, None);
    }
    if !folder.is_dir() {
        report.fault("data folder", &format!("{shown} isn't a folder"), "Name another with --data.");
        return (None, None);
    }
    rights(report, folder);
    space(report, "disk", folder);
    if folder.join(RESTORING).exists() {
        let said = format!("a restore into {shown} didn't finish");
        report.fault("data folder", &said, "Run guildhall restore again.");
    }
    (holder(folder), databases(report, config, stores))
}

fn rights(report: &Report, folder: &Path) {
    let (what, shown, probe) = ("data folder", folder.display(), folder.join(".doctor"));
    let written = OpenOptions::new().write(true).create(true).truncate(true).open(&probe);
    if let Err(error) = written.and_then(|_| fs::remove_file(&probe)) {
        let mend = format!("Let this user write to it: chown -R $(id -u):$(id -g) {shown}");
        return report.fault(what, &format!("{shown} can't be written to: {error}"), &mend);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder).map_or(0, |folder| folder.permissions().mode());
        if mode & 0o077 != 0 {
            let said = format!("other users of this machine can look into {shown}, which holds signing keys");
            return report.warning(what, &said, &format!("Close it: chmod 700 {shown}"));
        }
    }
    report.ok(what, &format!("{shown} can be written to"));
}

#[cfg(unix)]
#[allow(clippy::unnecessary_cast, reason = "some systems count in 32 bits")]
pub(super) fn space(report: &Report, what: &str, folder: &Path) {
    let free = match nix::sys::statvfs::statvfs(folder) {
        Ok(disk) => disk.blocks_available() as u64 * disk.fragment_size() as u64,
        Err(error) => return report.warning(what, &format!("its free space isn't known: {error}"), "Look at df."),
    };
    let said = format!("{} are free", size(free));
    match free {
        ..SPACE_NONE => report.fault(what, &said, "Make room: at the end of it nothing more is accepted."),
        SPACE_NONE..SPACE_LOW => report.warning(what, &said, "Make room, or move the data folder to a larger disk."),
        _ => report.ok(what, &said),
    }
}

#[cfg(not(unix))]
pub(super) fn space(_: &Report, _: &str, _: &Path) {}

/// The process that holds the lock, as it wrote there; empty when it is held by who doesn't say.
fn holder(folder: &Path) -> Option<String> {
    let mut lock = File::open(folder.join("lock")).ok()?;
    match lock.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {
            let mut process = String::new();
            drop(lock.read_to_string(&mut process));
            Some(process.trim().to_owned())
        }
        _ => None,
    }
}

fn databases(report: &Report, config: &Config, stores: &[&Store]) -> Option<i64> {
    let folder = &config.data;
    if !stores.iter().any(|store| store.file(folder).exists()) {
        report.ok("databases", "none yet: the first start makes them");
        return None;
    }
    let mut high_water = None;
    for store in stores {
        let (file, name) = (store.file(folder), store.file_name());
        if !file.exists() && !store.is_due(config) {
            report.ok(&name, "isn't there yet: the next start makes it");
            continue;
        }
        if !file.exists() {
            let said = "isn't there, though others are".to_string();
            report.fault(&name, &said, "Restore a backup: guildhall restore.");
            continue;
        }
        let looked = Snapshot::take(&file).and_then(|snapshot| {
            let faults = snapshot.faults(Check::Quick)?;
            let steps = snapshot.contents()?.steps;
            let until = if steps.is_empty() { None } else { snapshot.high_water_ms()? };
            Ok((faults, steps, until))
        });
        match looked {
            Err(fault) => {
                let problem = cannot("read", &file, fault.into());
                report.fault(&name, &problem.detail, "Mend its permissions; if it is damaged, restore a backup.");
            }
            Ok((faults, steps, until)) => {
                high_water = high_water.max(until);
                match faults.first() {
                    Some(fault) => {
                        report.fault(&name, &format!("damaged: {fault}"), "Restore a backup: guildhall restore.")
                    }
                    None => schema(report, &name, store, &steps),
                }
            }
        }
    }
    high_water
}
