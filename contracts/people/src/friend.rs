use kernel::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How somebody stands to a person. Both sides always say the same: friends are friends of each other, and what one sent, the
/// other has received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FriendState {
    Friend,
    /// They asked.
    Incoming,
    /// The person asked them.
    Outgoing,
}

/// A friend, or somebody who may become one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Friend {
    pub user: UserId,
    pub state: FriendState,
    /// Since when it is so.
    pub since: Timestamp,
}

/// Event `friend_changed` on both persons' `people/user/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FriendChanged {
    pub user: UserId,
    /// Absent: nothing any more.
    pub state: Option<FriendState>,
    pub since: Timestamp,
}
