//! Accounts: who may sign in. Streams: `accounts/user/{id}`.

use kernel::{Caller, Difference, Reader, SessionId, StreamName, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

contract::contract! {
    /// Accounts, credentials, sessions and tokens.
    pub trait Accounts as "guildhall.v1.Accounts", client AccountsClient, server serve_accounts {
        /// Makes an account, with its profile, and signs it in. The first account is the operator. Where addresses must be
        /// verified, the others go on by the mail that they get, and a taken address is answered as a free one.
        async fn register(&self, registration: Registration, device: Device) -> Registered;

        /// Signs in with e-mail and password. A wrong e-mail and a wrong password look the same.
        async fn log_in(&self, credentials: Credentials, device: Device) -> SignedIn;

        /// Exchanges a refresh token for its successor. The same token answers the same successor for 30 s;
        /// after that, its reuse ends the session.
        async fn refresh(&self, refresh_token: String, device: Option<Device>) -> SignedIn, idempotent;

        /// Ends the caller's session: its tokens and sockets stop working.
        async fn log_out(&self, caller: Caller) -> (), idempotent;

        /// Confirms the address that a link was mailed to: the account's own, or the one that it changes to.
        async fn verify_email(&self, token: String, device: Device) -> Verified;

        /// Mails the link anew. The answer doesn't tell whether there is such an account.
        async fn resend_verification(&self, email: String, device: Device) -> ();

        /// Mails a link to set a new password. The answer doesn't tell whether there is such an account.
        async fn ask_password_reset(&self, email: String, device: Device) -> ();

        /// Sets the password by such a link, and ends all sessions.
        async fn reset_password(&self, reset: PasswordReset, device: Device) -> ();

        /// Sets the password, and ends all sessions but the caller's.
        async fn change_password(&self, caller: Caller, change: PasswordChange) -> ();

        /// Mails a link to the new address. It becomes the account's when the link is followed; the old one is told.
        async fn change_email(&self, caller: Caller, change: EmailChange) -> ();

        /// The caller's living sessions, those used last first.
        async fn sessions(&self, caller: Caller) -> Vec<Session>, idempotent;

        /// Ends one of the caller's sessions.
        async fn end_session(&self, caller: Caller, session: SessionId) -> (), idempotent;

        /// Ends all of the caller's sessions, or all but the one that calls.
        async fn end_sessions(&self, caller: Caller, keep_current: bool) -> (), idempotent;

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

/// What a person signs in from, as it describes itself, and from where.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Device {
    pub user_agent: Option<String>,
    /// The IP address, where it is known.
    #[serde(default)]
    pub address: Option<String>,
    /// The header `Accept-Language`.
    #[serde(default)]
    pub languages: Option<String>,
}

/// What became of a registration.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registered {
    SignedIn(Box<SignedIn>),
    /// The rest is in a mail to the address.
    CheckEmail,
}

/// An address that is proven to be the account's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Verified {
    pub email: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PasswordReset {
    /// What the mailed link holds after `#`.
    pub token: String,
    /// The new password, at least 10 characters.
    pub password: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PasswordChange {
    pub old_password: String,
    /// The new one, at least 10 characters.
    pub password: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EmailChange {
    pub email: String,
    pub password: String,
}

/// A place where the person is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    pub id: SessionId,
    /// Taken from what it said of itself.
    #[schema(example = "Firefox on Linux")]
    pub device: String,
    /// Where it was used last: the address, shortened; empty when it isn't known.
    #[schema(example = "203.0.113.*")]
    pub place: String,
    pub created_at: Timestamp,
    /// When it asked for a new access token last.
    pub last_used_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
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
    /// Whether the address is proven to be the person's.
    #[serde(default)]
    pub email_verified: bool,
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

/// Event `account_changed` on `accounts/user/{id}`: the address is another, or is proven now. Ask anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountChanged {
    pub user: UserId,
}
