//! What was done in guilds. Entries are written by the writes that they are about: `record.rs`.

use async_trait::async_trait;
use engine_sql::Result;
use guilds_contract::{AuditEntry, AuditFilter, Subject};
use kernel::{ActId, GuildId, UserId};

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// At most `limit` entries before `before`, the newest first.
    async fn list(&self, guild: GuildId, filter: AuditFilter, before: ActId, limit: i64) -> Result<Vec<AuditEntry>>;

    /// At most `limit` of what a person did anywhere, with ids above `after`, rising.
    async fn by(&self, user: UserId, after: ActId, limit: i64) -> Result<Vec<AuditEntry>>;

    /// Takes what the person wrote, and what the person was called, out of the log; answers how many entries that were.
    async fn erase(&self, user: UserId) -> Result<u64>;
}

/// The entry without what `user` wrote or was called; nothing where it holds no such thing.
fn redacted(entry: &AuditEntry, user: UserId) -> Option<AuditEntry> {
    let mut after = entry.clone();
    if entry.by == user {
        after.reason = None;
    }
    if entry.subject == Subject::User(user) {
        after.differences.retain(|difference| difference.what != "nickname");
    }
    (after != *entry).then_some(after)
}

engine_sql::stamp!("audit/sql.rs");

#[cfg(test)]
mod suite;
