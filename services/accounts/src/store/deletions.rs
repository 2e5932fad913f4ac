//! Accounts that are to be deleted, and those that were.

use accounts_contract::Deletion;
use async_trait::async_trait;
use contract::{Receipt, Wishes};
use engine_sql::Result;
use kernel::{Committed, NewEvent, Timestamp, UserId};

/// A deletion with how far it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Leaving {
    pub(crate) user: UserId,
    pub(crate) deletion: Deletion,
    pub(crate) receipts: Vec<Receipt>,
    /// Whether the erasing has begun.
    pub(crate) begun: bool,
    pub(crate) done_at: Option<Timestamp>,
    pub(crate) certificate: Option<String>,
    /// Then it isn't for the person to cancel.
    pub(crate) by_operator: bool,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Notes a deletion; where there is one already, that one stands, without an event. None, and nothing is written, when
    /// nobody could run the installation without this operator.
    async fn request(&self, user: UserId, deletion: Deletion, event: NewEvent) -> Result<Option<Committed<Deletion>>>;

    /// Notes deletions that are due by what the ledger says, except those that are known as done.
    async fn demand(&self, user: UserId, deletion: Deletion) -> Result<()>;

    async fn of(&self, user: UserId) -> Result<Option<Leaving>>;

    async fn by_code(&self, code: &str) -> Result<Option<Leaving>>;

    /// Forgets a deletion of the person's own whose erasing has not begun; answers whether there was one.
    async fn cancel(&self, user: UserId, event: NewEvent) -> Result<Committed<bool>>;

    /// Takes in hand, until `until`, the deletion that is due for longest and that nobody else has in hand.
    async fn take(&self, now: Timestamp, until: Timestamp) -> Result<Option<Leaving>>;

    /// Goes on holding one.
    async fn hold(&self, user: UserId, until: Timestamp) -> Result<()>;

    /// Notes what was erased.
    async fn note(&self, user: UserId, receipts: &[Receipt]) -> Result<()>;

    async fn finish(&self, user: UserId, done_at: Timestamp, certificate: &str) -> Result<()>;
}

engine_sql::stamp!("deletions/sql.rs");

#[cfg(test)]
mod suite;
