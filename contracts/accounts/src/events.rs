//! What happens on `accounts/user/{id}`.

use kernel::{SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Event `account_registered` on `accounts/user/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountRegistered {
    pub user: UserId,
}

/// Events `deletion_requested` (with when it is due) and `deletion_cancelled` (without) on `accounts/user/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeletionChanged {
    pub due_at: Option<Timestamp>,
}

/// Event `session_started` on `accounts/user/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionStarted {
    pub session: SessionId,
}

/// Event `session_ended` on `accounts/user/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionEnded {
    pub session: SessionId,
}

/// Event `account_changed` on `accounts/user/{id}`: the address or the role is another, or the address is proven now. Ask
/// anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountChanged {
    pub user: UserId,
}
