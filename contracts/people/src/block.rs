use kernel::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody whom a person has blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Block {
    pub user: UserId,
    pub since: Timestamp,
}

/// Event `block_changed` on `people/user/{id}` of who blocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockChanged {
    pub user: UserId,
    pub is_blocked: bool,
    pub since: Timestamp,
}
