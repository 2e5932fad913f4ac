//! What operators and moderators see and do. Every engine passes `operating/suite.rs`.

use accounts_contract::{AccountState, ActDetail, ActKind, ActQuery, Deletion, Numbers, Suspension};
use async_trait::async_trait;
use engine_sql::Result;
use kernel::{ActId, Committed, InstanceRole, NewEvent, SessionId, Timestamp, UserId};

/// An act, as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewAct {
    pub(crate) id: ActId,
    pub(crate) at: Timestamp,
    pub(crate) kind: ActKind,
    /// None: the command line.
    pub(crate) by: Option<UserId>,
    /// The address that it was done from, shortened.
    pub(crate) place: String,
    /// To whom it was done.
    pub(crate) user: Option<UserId>,
    pub(crate) reason: String,
    pub(crate) detail: ActDetail,
}

/// An account with what operators see of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) role: InstanceRole,
    pub(crate) created_at: Timestamp,
    pub(crate) verified_at: Option<Timestamp>,
    pub(crate) last_seen_at: Option<Timestamp>,
    pub(crate) sessions: u32,
    pub(crate) suspension: Option<Suspension>,
    pub(crate) deletion_due_at: Option<Timestamp>,
}

/// Which accounts are looked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// The beginning of an address, in lower case.
    pub(crate) email: Option<&'a str>,
    /// Or one of these.
    pub(crate) users: &'a [UserId],
    pub(crate) state: Option<AccountState>,
    pub(crate) role: Option<InstanceRole>,
    pub(crate) before: Option<UserId>,
    pub(crate) limit: i64,
}

/// What is changed of an account.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Suspend(Suspension),
    Lift,
    Role(InstanceRole),
    Verify,
    /// Brings a deletion that was asked for before forward, when it is due sooner.
    Delete(Deletion),
    Keep,
    /// It is only noted, and sessions may end.
    Note,
}

/// A change of an account, with its note and what follows from it in the same transaction.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) user: UserId,
    pub(crate) change: Change,
    pub(crate) act: &'a NewAct,
    /// Whether the account must stand below whose act it is.
    pub(crate) members_only: bool,
    /// All living sessions, with the announcements of their ends; None: they go on.
    pub(crate) end: Option<Vec<(SessionId, NewEvent)>>,
    pub(crate) events: Vec<NewEvent>,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    Done(Committed<()>),
    /// Sessions started in the meantime: look again.
    Stale,
    NotThere,
    /// The account is of an operator or a moderator.
    Staff,
    /// Nobody could run the installation afterwards.
    LastOperator,
    /// There was nothing to change.
    Same,
    /// The erasing has begun.
    Erasing,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Operators and moderators.
    async fn staff(&self) -> Result<Vec<(UserId, InstanceRole)>>;

    /// The suspension that holds at `now`.
    async fn suspension(&self, user: UserId, now: Timestamp) -> Result<Option<Suspension>>;

    /// Accounts that fit, the newest first.
    async fn list(&self, wanted: Wanted<'_>, now: Timestamp) -> Result<Vec<Seen>>;

    async fn change(&self, piece: Piece<'_>, now: Timestamp) -> Result<Outcome>;

    /// Acts that fit with ids below `before`, the newest first.
    async fn acts(&self, query: &ActQuery, before: Option<ActId>, limit: i64) -> Result<Vec<NewAct>>;

    /// Forgets acts from before `before`.
    async fn forget_acts(&self, before: Timestamp) -> Result<()>;

    /// All but what the store can't know; `week` is when the last seven days began.
    async fn numbers(&self, now: Timestamp, week: Timestamp) -> Result<Numbers>;

    /// Erases the person's suspension, and what notes may hold of the person. Answers how many rows were changed.
    async fn erase(&self, user: UserId) -> Result<u64>;
}

engine_sql::stamp!("operating/sql.rs");

#[cfg(test)]
mod suite;
