//! Every service's own database: a SQLite file in the data folder, or a schema in PostgreSQL.

use crate::config::{Config, Role};
use engine_sql::Database;
use kernel::{Problem, Result};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

const STORING: [Role; 5] = [Role::Accounts, Role::People, Role::Guilds, Role::Messages, Role::Files];

pub(super) struct Databases {
    opened: HashMap<&'static str, Database>,
    /// Where the files are, when they are files.
    folder: Option<PathBuf>,
}

impl Databases {
    /// Opens those of the roles that this process runs.
    pub(super) async fn open(folder: &Path, config: &Config) -> Result<Self> {
        let files = config.keeps_files();
        let roles = STORING.into_iter().filter(|role| config.roles.has(*role));
        let opening = roles.map(|role| async move {
            let database = match files {
                true => Database::sqlite(&folder.join(format!("{}.db", role.name()))).await?,
                false => Database::postgres(config.database_of(role), role.name()).await?,
            };
            Ok::<_, Problem>((role.name(), database))
        });
        let opened = futures_util::future::try_join_all(opening).await?.into_iter().collect();
        Ok(Self { opened, folder: files.then(|| folder.to_owned()) })
    }

    pub(super) fn of(&self, role: Role) -> Result<Database> {
        let database = self.opened.get(role.name()).cloned();
        database.ok_or_else(|| Problem::internal(format!("{} has no database", role.name())))
    }

    /// A schema that can't be brought up to date is known by its service; people know files.
    pub(super) fn name<T>(&self, role: Role, built: Result<T>) -> Result<T> {
        built.map_err(|problem| {
            let place = match &self.folder {
                Some(folder) => folder.join(format!("{}.db", role.name())).display().to_string(),
                None => format!("schema {}", role.name()),
            };
            let detail = format!("{place}: {}", problem.detail);
            Problem { detail: detail.into(), ..problem }
        })
    }

    pub(super) async fn close(&self) {
        for database in self.opened.values() {
            database.close().await;
        }
    }
}
