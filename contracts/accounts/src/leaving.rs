//! Leaving for good, and taking along what one gave.

use contract::{Receipt, Wishes};
use kernel::{ExportId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What it takes to leave for good.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeletionRequest {
    /// Once more, so that an open window is not enough. Absent: the session was proven lately.
    #[serde(default)]
    pub password: Option<String>,
    #[serde(default)]
    pub wishes: Wishes,
}

/// A deletion that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Deletion {
    /// 128 random bits in base64url: `/api/v1/erasures/{code}` tells what became of it, also when the account is gone.
    pub code: String,
    pub requested_at: Timestamp,
    /// When the erasing begins; until then it can be cancelled.
    pub due_at: Timestamp,
    pub wishes: Wishes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErasureState {
    /// The days of grace aren't over.
    Waiting,
    Erasing,
    Done,
}

/// What became of a deletion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Erasure {
    pub state: ErasureState,
    pub user: UserId,
    pub requested_at: Timestamp,
    pub due_at: Timestamp,
    pub wishes: Wishes,
    pub done_at: Option<Timestamp>,
    /// What each service erased so far.
    pub receipts: Vec<Receipt>,
    /// All of this once it is done, signed (a JWS, RFC 7515, EdDSA): `/api/v1/keys` has the key that it verifies with.
    pub certificate: Option<String>,
}

/// An archive of all that a person gave: documented JSON, and pages to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Export {
    pub id: ExportId,
    pub requested_at: Timestamp,
    /// How many records are in it so far.
    pub records: i64,
    /// Absent while it is made.
    pub ready_at: Option<Timestamp>,
    /// Its length; 0 while it is made.
    pub bytes: i64,
    /// When it is thrown away.
    pub expires_at: Option<Timestamp>,
}

impl Export {
    /// Where the archive of `user` lies among the blobs.
    pub fn key(user: UserId, export: ExportId) -> String {
        format!("exports/{user}/{export}")
    }
}
