//! Accounts: who may sign in. Streams: `accounts/user/{id}`.

use kernel::{Caller, Difference, Reader, SessionId, StreamName, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

contract::contract! {
    /// Accounts, credentials, sessions and tokens.
    pub trait Accounts as "guildhall.v1.Accounts", client AccountsClient, server serve_accounts {
        /// Makes an account, with its profile, and signs it in. The first account is the operator.
        async fn register(&self, registration: Registration, device: Device) -> SignedIn;

        /// Signs in with e-mail and password. A wrong e-mail and a wrong password look the same.
        async fn log_in(&self, credentials: Credentials, device: Device) -> SignedIn;

        /// Exchanges a refresh token for its successor. The same token answers the same successor for 30 s;
        /// after that, its reuse ends the session.
        async fn refresh(&self, refresh_token: String) -> SignedIn, idempotent;

        /// Ends the caller's session: its tokens and sockets stop working.
        async fn log_out(&self, caller: Caller) -> (), idempotent;

        /// Who an access token belongs to; refused when it is expired, foreign or its session has ended.
        async fn authenticate(&self, access_token: String) -> Authenticated, idempotent;

        async fn me(&self, caller: Caller) -> Me, idempotent;

        /// Whether this installation has its first account yet.
        async fn is_set_up(&self) -> bool, idempotent;

        async fn difference(&self, reader: Reader, stream: StreamName, since: i64) -> Difference, idempotent;
    }
}

/// What it takes to make an account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Registration {
    /// Where mail reaches the person; unique in this installation.
    #[schema(example = "ada@example.org")]
    pub email: String,
    /// At least 10 characters.
    pub password: String,
    /// What others see.
    #[schema(example = "Ada")]
    pub display_name: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Credentials {
    pub email: String,
    pub password: String,
}

/// What a person signs in from, as it describes itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Device {
    pub user_agent: Option<String>,
}

/// A session's tokens, with the person they are for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignedIn {
    pub user: Me,
    /// A JWT (EdDSA) for `Authorization: Bearer`.
    pub access_token: String,
    /// Seconds until the access token ends.
    pub expires_in: u32,
    /// Absent for browsers, which get it as a cookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

/// The caller, as an access token tells.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Authenticated {
    pub caller: Caller,
    pub expires_at: Timestamp,
}

/// A person, as that person sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    pub id: UserId,
    pub email: String,
    pub display_name: String,
    /// Runs this installation.
    pub operator: bool,
    pub created_at: Timestamp,
}

/// Event `account_registered` on `accounts/user/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountRegistered {
    pub user: UserId,
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
