//! What people keeps of settings.

use async_trait::async_trait;
use engine_sql::Result;
use kernel::{Committed, NewEvent, UserId};
use people_contract::{Settings, SettingsEdit};

/// Makes the event of a change that has this version.
pub(crate) type Tell = Box<dyn FnOnce(i64) -> NewEvent + Send>;

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// As usual, where a person has set nothing.
    async fn of(&self, user: UserId) -> Result<Settings>;

    /// Changes what is named and leaves the rest; None: there is no such person.
    async fn edit(&self, user: UserId, edit: SettingsEdit, tell: Tell) -> Result<Option<Committed<Settings>>>;
}

engine_sql::stamp!("settings/sql.rs");

#[cfg(test)]
mod suite;
