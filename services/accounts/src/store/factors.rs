//! What accounts keeps of second factors, and which challenges were answered. Every engine passes `factors/suite.rs`.

use super::{letters::Letter, operating::NewAct};
use async_trait::async_trait;
use engine_sql::Result;
use kernel::{Timestamp, UserId};

/// The authenticator app of an account.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Totp {
    /// Sealed: `vault.rs` opens it.
    pub(crate) secret: String,
    /// None: it was begun, and isn't asked for yet.
    pub(crate) confirmed_at: Option<Timestamp>,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    async fn totp(&self, account: UserId) -> Result<Option<Totp>>;

    /// Keeps a secret until it is confirmed, in the place of one that wasn't. False: one is confirmed already.
    async fn begin_totp(&self, account: UserId, secret: &str) -> Result<bool>;

    /// Confirms that secret by the code of a step, with the hashes of recovery codes and the mail that tells of it. False:
    /// another one was begun or confirmed meanwhile.
    async fn confirm_totp(
        &self,
        account: UserId,
        secret: &str,
        step: i64,
        now: Timestamp,
        codes: &[String],
        letter: &Letter,
    ) -> Result<bool>;

    /// Takes the code of a step. False: it, or a later one, was taken.
    async fn use_step(&self, account: UserId, step: i64) -> Result<bool>;

    /// Ends it, with its recovery codes and the mail that tells of it. False: there was none that is confirmed.
    async fn end_totp(&self, account: UserId, letter: &Letter, act: Option<&NewAct>) -> Result<bool>;

    /// Puts new recovery codes in the place of the others. False: no app is confirmed.
    async fn renew_codes(&self, account: UserId, codes: &[String]) -> Result<bool>;

    /// Takes a recovery code. False: there is none with this hash, or it was taken.
    async fn use_code(&self, account: UserId, hash: &str) -> Result<bool>;

    async fn codes_left(&self, account: UserId) -> Result<i64>;

    /// Notes that a challenge was answered. False: it was before.
    async fn use_challenge(&self, hash: &str, expires_at: Timestamp) -> Result<bool>;

    /// Forgets answered challenges that expired before `before`.
    async fn forget_challenges(&self, before: Timestamp) -> Result<()>;

    /// Erases the person's second factors. Answers how many rows are gone.
    async fn erase(&self, account: UserId) -> Result<u64>;
}

engine_sql::stamp!("factors/sql.rs");

#[cfg(test)]
mod suite;
