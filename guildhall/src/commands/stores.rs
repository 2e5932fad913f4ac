//! The services that keep something, as commands that work on their databases know them.

use crate::config::{Config, Role};
use engine_blobs::Place;
use engine_sql::{Migration, versions};
use kernel::Result;
use std::path::{Path, PathBuf};

/// Where pictures are among the files.
const PICTURES: &str = "images";

pub(super) struct Store {
    pub(super) role: Role,
    pub(super) migrations: &'static [Migration],
}

/// Followers before those whose streams they follow: what is copied in this order has no cursor that is ahead of its
/// stream, which would pass over events.
pub(super) const STORES: [Store; 5] = [
    Store { role: Role::Messages, migrations: messages::MIGRATIONS },
    Store { role: Role::Accounts, migrations: accounts::MIGRATIONS },
    Store { role: Role::Guilds, migrations: guilds::MIGRATIONS },
    Store { role: Role::People, migrations: people::MIGRATIONS },
    Store { role: Role::Files, migrations: files::MIGRATIONS },
];

impl Store {
    pub(super) fn name(&self) -> &'static str {
        self.role.name()
    }

    /// What its file is called.
    pub(super) fn file_name(&self) -> String {
        format!("{}.db", self.name())
    }

    pub(super) fn file(&self, folder: &Path) -> PathBuf {
        folder.join(self.file_name())
    }

    /// Whether it must be there where others are. Files came later: until there is a picture, its database may not have been made
    /// yet.
    pub(super) fn is_due(&self, config: &Config) -> bool {
        let has_pictures = || matches!(config.blobs(), Ok(Place::Folder { path, .. }) if path.join(PICTURES).exists());
        self.role != Role::Files || has_pictures()
    }

    /// The first of these steps that this program doesn't know: a newer one made it.
    pub(super) fn unknown_step(&self, steps: &[i64]) -> Option<i64> {
        let known = versions(self.migrations);
        steps.iter().copied().find(|step| !known.contains(step))
    }
}

/// Those whose files are in the data folder.
///
/// # Errors
/// `nothing_there`: there is none. `database_missing`: there are some, and one that belongs to them isn't there.
pub(super) fn in_folder(config: &Config) -> Result<Vec<&'static Store>> {
    let folder = config.data.display();
    let kept = STORES.iter().filter(|store| config.roles.has(store.role));
    let (there, missing): (Vec<_>, Vec<_>) = kept.partition(|store| store.file(&config.data).is_file());
    match missing.into_iter().find(|store| store.is_due(config)) {
        _ if there.is_empty() => Err(super::refuse(
            "nothing_there",
            format!("there are no databases in the data folder {folder}: name the right one with --data."),
        )),
        Some(store) => Err(super::refuse(
            "database_missing",
            format!(
                "{} isn't there, though other databases are: restore a backup.",
                store.file(&config.data).display()
            ),
        )),
        None => Ok(there),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn followers_come_before_whom_they_follow() {
        let place = |role| STORES.iter().position(|store| store.role == role).expect("kept");
        assert!(place(Role::Messages) < place(Role::Guilds));
        assert!(place(Role::Accounts) < place(Role::People), "an account without a profile");
    }
}
