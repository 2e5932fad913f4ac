//! What accounts keeps of signing keys, and what is sealed. Every engine passes `keys/suite.rs`.

use super::operating::NewAct;
use async_trait::async_trait;
use engine_sql::Result;
use kernel::{Timestamp, UserId};

/// A key that this installation signs with, or did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    pub(crate) kid: String,
    /// In base64url.
    pub(crate) public_key: String,
    /// In base64url. None: another one took over.
    pub(crate) secret: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) retired_at: Option<Timestamp>,
}

/// The secret that the first key is, until another one takes over.
pub(crate) const FIRST: &str = "access_token_signing";

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// All of them, the newest first.
    async fn all(&self) -> Result<Vec<Kept>>;

    /// Keeps the first one, unless it is known.
    async fn add(&self, key: &Kept) -> Result<()>;

    /// Lets a key take over, with the note of who did it: nothing that signs stays of the others.
    async fn replace(&self, new: &Kept, act: &NewAct) -> Result<()>;

    /// Keeps the secret of that name, unless there is one.
    async fn add_secret(&self, name: &str, value: &str) -> Result<()>;

    /// Sets the secret of that name.
    async fn set_secret(&self, name: &str, value: &str) -> Result<()>;

    /// The secret of that name, if there is one.
    async fn secret(&self, name: &str) -> Result<Option<String>>;

    /// At most `limit` secrets of authenticator apps as they are kept, by rising account.
    async fn sealed(&self, after: UserId, limit: i64) -> Result<Vec<(UserId, String)>>;

    /// Puts one in the place of another. False: it was changed meanwhile.
    async fn reseal(&self, account: UserId, old: &str, new: &str) -> Result<bool>;
}

engine_sql::stamp!("keys/sql.rs");

#[cfg(test)]
mod suite;
