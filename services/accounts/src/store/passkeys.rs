//! What accounts keeps of passkeys. Every engine passes `passkeys/suite.rs`.

use super::{letters::Letter, operating::NewAct};
use async_trait::async_trait;
use engine_sql::Result;
use kernel::{PasskeyId, Timestamp, UserId};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    pub(crate) id: PasskeyId,
    pub(crate) account: UserId,
    /// The credential's id, in base64url; unique in this installation.
    pub(crate) credential: String,
    /// A COSE key, in base64url.
    pub(crate) public_key: String,
    /// How often it signed, as it says; 0: it doesn't count.
    pub(crate) counter: i64,
    /// How browsers reach it, separated by spaces.
    pub(crate) transports: String,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
}

/// What became of removing one.
#[derive(Debug, PartialEq)]
pub(crate) enum Removed {
    Done,
    Missing,
    /// Nothing else opens the account.
    Last,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Keeps one, with the mail that tells of it. False: its credential is known.
    async fn add(&self, new: &Kept, letter: &Letter) -> Result<bool>;

    /// The person's, the oldest first.
    async fn of(&self, account: UserId) -> Result<Vec<Kept>>;

    async fn by_credential(&self, credential: &str) -> Result<Option<Kept>>;

    /// Notes that it signed. False: its counter doesn't go forward.
    async fn used(&self, passkey: PasskeyId, counter: i64, now: Timestamp) -> Result<bool>;

    async fn rename(&self, account: UserId, passkey: PasskeyId, name: &str) -> Result<Option<Kept>>;

    /// Removes one, with the mail that tells of it, unless nothing else opens the account.
    async fn remove(&self, account: UserId, passkey: PasskeyId, letter: &Letter) -> Result<Removed>;

    /// Removes all of them, with the mail and the note that tell of it. False: there was none.
    async fn remove_all(&self, account: UserId, letter: &Letter, act: &NewAct) -> Result<bool>;

    /// Erases the person's. Answers how many rows are gone.
    async fn erase(&self, account: UserId) -> Result<u64>;
}

engine_sql::stamp!("passkeys/sql.rs");

#[cfg(test)]
mod suite;
