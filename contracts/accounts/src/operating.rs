//! What operators and moderators see and do.

use crate::{Deletion, Session};
use contract::Wishes;
use kernel::{ActId, Caller, InstanceRole, RegistrationCodeId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose hand does what only operators and moderators may.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hand {
    Person {
        caller: Caller,
        /// The IP address, where it is known.
        address: Option<String>,
    },
    /// Whoever may read the data folder or the database may do what an operator may.
    CommandLine,
}

/// Which accounts are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AccountQuery {
    /// The beginning of an e-mail address, a part of a name, or an id.
    #[serde(default)]
    pub q: Option<String>,
    #[serde(default)]
    pub state: Option<AccountState>,
    #[serde(default)]
    pub role: Option<InstanceRole>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// Neither suspended nor about to be deleted.
    Active,
    Suspended,
    /// To be deleted.
    Leaving,
    /// The address isn't proven.
    Unverified,
}

/// An account, as operators and moderators see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AccountSeen {
    pub id: UserId,
    pub email: String,
    pub email_verified: bool,
    pub display_name: String,
    pub role: InstanceRole,
    pub created_at: Timestamp,
    /// When one of its sessions was used last.
    pub last_seen_at: Option<Timestamp>,
    /// How many sessions live.
    pub sessions: u32,
    pub suspension: Option<Suspension>,
    /// When it will be erased.
    pub deletion_due_at: Option<Timestamp>,
}

/// One account, with its living sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AccountDetail {
    pub account: AccountSeen,
    pub sessions: Vec<Session>,
    /// The registration code that it was made with.
    pub registered_with: Option<RegistrationCodeId>,
    /// How many it is opened with.
    #[serde(default)]
    pub passkeys: u32,
    /// Whether an authenticator app is asked for after the password.
    #[serde(default)]
    pub has_authenticator: bool,
}

/// An account that nobody can sign in with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Suspension {
    /// Told to the person.
    pub reason: String,
    pub since: Timestamp,
    /// When it ends by itself; absent: it doesn't.
    pub until: Option<Timestamp>,
    /// Absent: the command line, or an account that is gone.
    pub by: Option<UserId>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SuspensionDraft {
    /// Told to the person when they log in: 1 to 500 characters.
    #[schema(example = "Spam in several guilds.")]
    pub reason: String,
    /// When it ends by itself; absent: when it is lifted.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RoleChange {
    pub role: InstanceRole,
    /// For the audit, at most 500 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The deletion of another's account.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Removal {
    /// For the audit, at most 500 characters.
    #[serde(default)]
    pub reason: Option<String>,
    /// Without days of grace.
    #[serde(default)]
    pub at_once: bool,
    #[serde(default)]
    pub wishes: Wishes,
}

/// What is done with an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountAct {
    Suspend(SuspensionDraft),
    LiftSuspension,
    SetRole(RoleChange),
    /// Mails the link to set a new password.
    ResetPassword,
    VerifyEmail,
    EndSessions,
    Delete(Removal),
    /// Keeps an account that was to be deleted.
    CancelDeletion,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Acted {
    pub account: AccountSeen,
    pub password_reset: Option<PasswordResetSent>,
    pub deletion: Option<Deletion>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PasswordResetSent {
    /// Where the link was mailed to.
    pub mailed_to: String,
    /// The link itself, to hand over: where no mail reaches people, and for operators only.
    pub link: Option<String>,
    /// How long it is good, in seconds.
    pub good_for: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    AccountCreated,
    AccountSuspended,
    SuspensionLifted,
    RoleChanged,
    PasswordResetSent,
    EmailVerified,
    SessionsEnded,
    DeletionRequested,
    DeletionCancelled,
    RegistrationChanged,
    RegistrationCodeMade,
    RegistrationCodeRevoked,
    SecondFactorRemoved,
    PasskeysRemoved,
    KeysRotated,
}

impl ActKind {
    pub const ALL: [Self; 15] = [
        Self::AccountCreated,
        Self::AccountSuspended,
        Self::SuspensionLifted,
        Self::RoleChanged,
        Self::PasswordResetSent,
        Self::EmailVerified,
        Self::SessionsEnded,
        Self::DeletionRequested,
        Self::DeletionCancelled,
        Self::RegistrationChanged,
        Self::RegistrationCodeMade,
        Self::RegistrationCodeRevoked,
        Self::SecondFactorRemoved,
        Self::PasskeysRemoved,
        Self::KeysRotated,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::AccountCreated => "account_created",
            Self::AccountSuspended => "account_suspended",
            Self::SuspensionLifted => "suspension_lifted",
            Self::RoleChanged => "role_changed",
            Self::PasswordResetSent => "password_reset_sent",
            Self::EmailVerified => "email_verified",
            Self::SessionsEnded => "sessions_ended",
            Self::DeletionRequested => "deletion_requested",
            Self::DeletionCancelled => "deletion_cancelled",
            Self::RegistrationChanged => "registration_changed",
            Self::RegistrationCodeMade => "registration_code_made",
            Self::RegistrationCodeRevoked => "registration_code_revoked",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::PasskeysRemoved => "passkeys_removed",
            Self::KeysRotated => "keys_rotated",
        }
    }
}

/// Which acts are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ActQuery {
    /// Done to whom.
    #[serde(default)]
    pub user: Option<UserId>,
    /// Done by whom.
    #[serde(default)]
    pub by: Option<UserId>,
    #[serde(default)]
    pub kind: Option<ActKind>,
}

/// One act of an operator or a moderator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Act {
    pub id: ActId,
    pub at: Timestamp,
    pub kind: ActKind,
    /// Absent: the command line.
    pub by: Option<UserId>,
    /// What that person is called now; absent when the account is gone.
    pub by_name: Option<String>,
    /// The address that it was done from, shortened; empty when it isn't known.
    pub place: String,
    /// To whom it was done.
    pub user: Option<UserId>,
    pub user_name: Option<String>,
    pub reason: String,
    /// What else there is to know, by kind: `{"from": "member", "to": "moderator"}`.
    pub detail: ActDetail,
}

/// What else there is to know of an act: what is absent doesn't belong to its kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ActDetail {
    /// What it was before: a role, or who might register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// When a suspension ends, or an account is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<RegistrationCodeId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_email_domains: Option<Vec<String>>,
    /// How many sessions ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<u32>,
}

/// The installation in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Numbers {
    #[schema(example = "0.1.0")]
    pub version: String,
    pub accounts: i64,
    pub operators: i64,
    pub moderators: i64,
    pub suspended: i64,
    pub unverified: i64,
    /// To be deleted.
    pub leaving: i64,
    pub registered_last_7_days: i64,
    /// Accounts with a session that was used.
    pub seen_last_7_days: i64,
    /// Whether mail reaches people, or is only kept on the server.
    pub mail_reaches_people: bool,
}
