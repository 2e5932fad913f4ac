//! What people keeps of friends.

use crate::rules::{self, Pace};
use async_trait::async_trait;
use engine_sql::Result;
use kernel::{Committed, NewEvent, Timestamp, UserId};
use people_contract::{Friend, FriendState};

/// One step of how two people stand to each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) person: UserId,
    pub(crate) other: UserId,
    /// What the person must have for the step to be done.
    pub(crate) from: Option<FriendState>,
    pub(crate) to: Option<FriendState>,
    pub(crate) now: Timestamp,
    pub(crate) limits: Limits,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) friends: i64,
    pub(crate) sent: i64,
    pub(crate) received: i64,
    pub(crate) at_once: u32,
}

/// Why a step was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// They don't stand as the step says: look anew.
    Moved,
    /// One of them is not there.
    Gone,
    FriendsFull(UserId),
    RequestsFull(UserId),
    TooFast(Timestamp),
    /// This one of the two has blocked the other.
    Blocked(UserId),
    BlocksFull,
}

/// How a state is kept.
pub(crate) fn word(state: FriendState) -> &'static str {
    match state {
        FriendState::Friend => "friend",
        FriendState::Incoming => "incoming",
        FriendState::Outgoing => "outgoing",
    }
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    async fn between(&self, person: UserId, other: UserId) -> Result<Option<Friend>>;

    /// At most `limit` with ids above `after`, rising.
    async fn of(&self, person: UserId, after: UserId, limit: i64) -> Result<Vec<Friend>>;

    /// Those of `users` who are friends of the person.
    async fn among(&self, person: UserId, users: &[UserId]) -> Result<Vec<UserId>>;

    /// Does the step for both sides, with its events on both persons' streams.
    async fn step(&self, step: Step, events: Vec<NewEvent>) -> Result<Result<Committed<()>, Refusal>>;

    /// Everybody who has the person as a friend or in a request.
    async fn others(&self, person: UserId) -> Result<Vec<UserId>>;

    /// Takes the person from everybody's friends, with the events of that; answers how many rows are gone.
    async fn erase(&self, person: UserId, events: Vec<NewEvent>) -> Result<Committed<u64>>;
}

engine_sql::stamp!("friends/sql.rs");

#[cfg(test)]
mod suite;
