//! What people are to providers, and the browsers that are on their way there and back. Every engine passes
//! `identities/suite.rs`.

use super::letters::Letter;
use async_trait::async_trait;
use engine_sql::Result;
use kernel::{Committed, IdentityId, NewEvent, SessionId, Timestamp, UserId};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Identity {
    pub(crate) id: IdentityId,
    pub(crate) account: UserId,
    pub(crate) issuer: String,
    pub(crate) subject: String,
    /// Empty: the provider named none.
    pub(crate) email: String,
    pub(crate) linked_at: Timestamp,
    pub(crate) used_at: Timestamp,
}

/// What a browser went to a provider for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    SignIn,
    Link,
    Prove,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Link => "link",
            Self::Prove => "prove",
        }
    }
}

/// A browser that went to a provider.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AuthRequest {
    pub(crate) state_hash: String,
    pub(crate) browser_hash: String,
    pub(crate) provider: String,
    pub(crate) purpose: Purpose,
    /// Whose session began it; 0: nobody's.
    pub(crate) account: UserId,
    pub(crate) session: SessionId,
    pub(crate) next: String,
    /// Where an invitation is needed: its code, or nothing.
    pub(crate) invite: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
}

/// What became of linking.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Linked {
    Done,
    /// It is linked already, to whichever account.
    Taken,
    /// The account isn't there any more.
    Gone,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Unlinked {
    Done,
    /// The account has no such identity.
    Absent,
    /// The account is opened with nothing else.
    Last,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    async fn begin(&self, request: &AuthRequest) -> Result<()>;

    async fn request(&self, state_hash: &str) -> Result<Option<AuthRequest>>;

    /// False: it was used already.
    async fn use_request(&self, state_hash: &str, now: Timestamp) -> Result<bool>;

    /// Forgets requests that were good until `before` at the longest.
    async fn forget_requests(&self, before: Timestamp) -> Result<()>;

    async fn find(&self, issuer: &str, subject: &str) -> Result<Option<Identity>>;

    /// The account's, the oldest first.
    async fn of(&self, account: UserId) -> Result<Vec<Identity>>;

    /// One identity belongs to one account. `letter` tells the person.
    async fn link(&self, identity: &Identity, event: NewEvent, letter: &Letter) -> Result<Committed<Linked>>;

    /// Never takes the last thing that an account is opened with. `letter` tells the person.
    async fn unlink(
        &self,
        account: UserId,
        identity: IdentityId,
        event: NewEvent,
        letter: &Letter,
    ) -> Result<Committed<Unlinked>>;

    /// Notes that the person came by it.
    async fn used(&self, identity: IdentityId, email: &str, now: Timestamp) -> Result<()>;

    /// Erases the person's identities and requests. Answers how many rows are gone.
    async fn erase(&self, account: UserId) -> Result<u64>;
}

engine_sql::stamp!("identities/sql.rs");

#[cfg(test)]
mod suite;
