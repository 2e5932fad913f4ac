//! What an account is opened with, and how its person proves to be the one who signed in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What proves that the caller is who signed in.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Proof {
    #[serde(default)]
    pub password: Option<String>,
}

/// What a person's account is opened with, without what is secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OwnCredentials {
    /// Whether there is a password.
    pub password: bool,
}
