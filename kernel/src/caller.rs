use crate::{SessionId, UserId};
use serde::{Deserialize, Serialize};

/// Who calls: a person, signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    pub user: UserId,
    pub session: SessionId,
    /// Runs this installation (the first account does).
    pub operator: bool,
}

/// Who reads a stream: a person, with what that person may read, or a service that follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    Person(Caller),
    Service,
}
