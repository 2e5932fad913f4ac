//! Accounts: who may sign in. Streams: `accounts/user/{id}`.

mod auth;
mod credentials;
mod events;
mod keys;
mod leaving;
mod operating;
mod passkeys;
mod registration;

pub use auth::{AuthAnswer, AuthBegun, AuthDone, AuthPurpose, Identity, LinkRequest, Provider, ProviderKind};
pub use credentials::{LoggedIn, OwnCredentials, Proof, RecoveryCodes, SecondFactor, SecondFactorNeeded, TotpDraft};
pub use events::*;
pub use keys::*;
pub use leaving::*;
pub use operating::*;
pub use passkeys::*;
pub use registration::*;

use files_contract::ImageName;
use kernel::{
    ActId, Caller, Difference, ExportId, IdentityId, InstanceRole, Limit, Page, PasskeyId, Reader, RegistrationCodeId,
    SessionId, StreamName, Timestamp, UserId,
};
use people_contract::Status;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

contract::contract! {
    /// Accounts, credentials, sessions and tokens.
    pub trait Accounts as "guildhall.v1.Accounts", client AccountsClient, server serve_accounts {
        /// Makes an account, with its profile, and signs it in. The first account is the operator. Where addresses must be
        /// verified, the others go on by the mail that they get, and a taken address is answered as a free one.
        async fn register(&self, registration: Registration, device: Device) -> Registered;

        /// Signs in with e-mail and password, or asks for a second factor. A wrong e-mail and a wrong password look the same.
        async fn log_in(&self, credentials: Credentials, device: Device) -> LoggedIn;

        /// Signs in by the second factor that was asked for.
        async fn second_factor(&self, step: SecondFactor, device: Device) -> SignedIn;

        /// Whom people may sign in by, beside their password.
        async fn providers(&self) -> Vec<Provider>, idempotent;

        /// Begins to sign in by a provider: says where the browser goes, and what it keeps until it comes back to go on to `next`,
        /// a path of the client. `invite` is a newcomer's invitation, where one is needed; `browser` is what it keeps of another that is under way.
        async fn begin_auth(
            &self,
            provider: String,
            next: Option<String>,
            invite: Option<String>,
            browser: Option<String>,
            device: Device,
        ) -> AuthBegun;

        /// Begins to sign in by a provider so that the caller may do so from then on, or to prove who the caller is.
        async fn begin_link(&self, caller: Caller, request: LinkRequest, browser: Option<String>) -> AuthBegun;

        /// Ends what was begun, once, with what the provider sent along. Who isn't known yet gets an account; an address that
        /// has an account is never linked to it by itself.
        async fn finish_auth(&self, answer: AuthAnswer, browser: Option<String>, device: Device) -> AuthDone;

        /// Signs in by that identity no more. Needs proof; the last thing that an account is opened with stays.
        async fn unlink(&self, caller: Caller, identity: IdentityId, proof: Option<Proof>) -> (), idempotent;

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

        /// Sets the password, and ends all sessions but the caller's. This, `change_email` and `delete_account` need proof:
        /// the password, or a session that was proven within the last 10 minutes; otherwise `proof_needed`.
        async fn change_password(&self, caller: Caller, change: PasswordChange) -> ();

        /// Mails a link to the new address. It becomes the account's when the link is followed; the old one is told.
        async fn change_email(&self, caller: Caller, change: EmailChange) -> ();

        /// Proves that the caller is who signed in: for 10 minutes the session may change what the account is opened with.
        async fn prove(&self, caller: Caller, proof: Proof) -> ();

        /// What the caller's account is opened with.
        async fn credentials(&self, caller: Caller) -> OwnCredentials, idempotent;

        /// Begins to turn on an authenticator app. It is asked for from when `confirm_totp` was given its first code, which
        /// answers recovery codes. All that changes credentials needs proof.
        async fn begin_totp(&self, caller: Caller) -> TotpDraft;

        async fn confirm_totp(&self, caller: Caller, code: String) -> RecoveryCodes;

        async fn end_totp(&self, caller: Caller) -> (), idempotent;

        /// Puts new recovery codes in the place of the old ones.
        async fn renew_recovery_codes(&self, caller: Caller) -> RecoveryCodes;

        /// Turns off the authenticator app of a person who lost it, with its recovery codes. For operators whose session is proven.
        async fn end_totp_of(&self, by: Hand, user: UserId) -> (), idempotent;

        /// Removes all passkeys of a person who lost them, also the last thing that opens the account: a new password is set by
        /// mail. For operators whose session is proven.
        async fn end_passkeys_of(&self, by: Hand, user: UserId) -> (), idempotent;

        /// Writes mails in another language from now on.
        async fn set_language(&self, caller: Caller, language: String) -> (), idempotent;

        /// What a passkey is made with.
        async fn passkey_creation(&self, caller: Caller) -> CreationOptions;

        async fn add_passkey(&self, caller: Caller, new: NewPasskey) -> Passkey;

        async fn rename_passkey(&self, caller: Caller, passkey: PasskeyId, name: String) -> Passkey, idempotent;

        /// Removes one; what opens the account last stays.
        async fn remove_passkey(&self, caller: Caller, passkey: PasskeyId) -> ();

        /// What a passkey is asked for with: any of this installation to sign in, or one of the caller's to prove.
        async fn passkey_request(&self, caller: Option<Caller>) -> RequestOptions;

        /// Signs in by a passkey; no other factor is asked for.
        async fn log_in_by_passkey(&self, passkey: Asserted, device: Device) -> SignedIn;

        /// The caller's living sessions, those used last first.
        async fn sessions(&self, caller: Caller) -> Vec<Session>, idempotent;

        /// Ends one of the caller's sessions.
        async fn end_session(&self, caller: Caller, session: SessionId) -> (), idempotent;

        /// Ends all of the caller's sessions, or all but the one that calls.
        async fn end_sessions(&self, caller: Caller, keep_current: bool) -> (), idempotent;

        /// Who an access token belongs to; refused when it is expired, foreign or its session has ended.
        async fn authenticate(&self, access_token: String) -> Authenticated, idempotent;

        /// The sessions that ended within the last minute: for who can't be sure of having heard of it.
        async fn ended(&self) -> Vec<SessionId>, idempotent;

        async fn me(&self, caller: Caller) -> Me, idempotent;

        /// Whether this installation has its first account yet.
        async fn is_set_up(&self) -> bool, idempotent;

        /// Who may make an account now: for the page that asks for one.
        async fn registration(&self) -> RegistrationTerms, idempotent;

        /// What holds for registering, and where that was said.
        async fn registration_settings(&self, by: Hand) -> RegistrationSettings, idempotent;

        /// Says anew what holds for registering; without rules, the settings' file holds again.
        async fn set_registration(&self, by: Hand, rules: Option<RegistrationRules>) -> RegistrationSettings, idempotent;

        /// The codes that let people register, newest first.
        async fn registration_codes(&self, by: Hand, after: Option<RegistrationCodeId>, limit: Limit)
            -> Page<RegistrationCode>, idempotent;

        async fn make_registration_code(&self, by: Hand, draft: RegistrationCodeDraft) -> RegistrationCode;

        /// Makes a code worthless. Idempotent.
        async fn revoke_registration_code(&self, by: Hand, code: RegistrationCodeId) -> (), idempotent;

        /// Accounts that fit, the newest first.
        async fn list_accounts(&self, by: Hand, query: AccountQuery, after: Option<UserId>, limit: Limit)
            -> Page<AccountSeen>, idempotent;

        /// One account, with its living sessions.
        async fn show_account(&self, by: Hand, user: UserId) -> AccountDetail, idempotent;

        /// Makes an account whatever holds for registering; its address counts as proven.
        async fn create_account(&self, by: Hand, registration: Registration) -> AccountDetail;

        /// Does something with an account, and notes who did it.
        async fn act_on_account(&self, by: Hand, user: UserId, act: AccountAct) -> Acted;

        /// What operators and moderators did, the newest first.
        async fn acts(&self, by: Hand, query: ActQuery, after: Option<ActId>, limit: Limit) -> Page<Act>, idempotent;

        async fn numbers(&self, by: Hand) -> Numbers, idempotent;

        /// Deletes the caller's account, with all that every service holds of the person, when the days of grace are over.
        /// Asked again, the first one stands.
        async fn delete_account(&self, caller: Caller, request: DeletionRequest) -> Deletion, idempotent;

        /// The deletion that the caller asked for, if there is one.
        async fn deletion(&self, caller: Caller) -> Option<Deletion>, idempotent;

        /// Keeps the account after all. Refused once the erasing has begun.
        async fn cancel_deletion(&self, caller: Caller) -> (), idempotent;

        /// How far the deletion with this code is, and what was erased. Whoever has the code may ask: the account is gone.
        async fn erasure(&self, code: String) -> Erasure, idempotent;

        /// Makes an archive of all that the caller gave, in the background. While one is made, and for a day, that one stands.
        async fn request_export(&self, caller: Caller) -> Export, idempotent;

        /// The caller's archives, newest first.
        async fn exports(&self, caller: Caller) -> Page<Export>, idempotent;

        /// One of the caller's archives.
        async fn export_of(&self, caller: Caller, id: ExportId) -> Export, idempotent;

        /// Lets new keys sign and seal in the place of the old ones. What was signed stays good until it ends by itself.
        async fn rotate_keys(&self, by: Hand) -> KeysRotated;

        /// The public keys that this installation signs with, or did (RFC 7517): the one that signs now comes first.
        async fn public_keys(&self) -> PublicKeys, idempotent;

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
    /// Where an invitation is needed: a registration code, or the code of an invite into a guild.
    #[serde(default)]
    pub invite: Option<String>,
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
    /// Absent: the session was proven lately.
    #[serde(default)]
    pub old_password: Option<String>,
    /// The new one, at least 10 characters.
    pub password: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EmailChange {
    pub email: String,
    /// Absent: the session was proven lately.
    #[serde(default)]
    pub password: Option<String>,
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
    /// Unique in this installation.
    #[serde(default)]
    pub handle: String,
    pub display_name: String,
    #[serde(default)]
    pub avatar: Option<ImageName>,
    #[serde(default)]
    pub banner: Option<ImageName>,
    #[serde(default)]
    pub accent_color: Option<String>,
    #[serde(default)]
    pub bio: String,
    #[serde(default)]
    pub pronouns: String,
    #[serde(default)]
    pub status: Option<Status>,
    /// Of mails: `en` or `de`.
    #[serde(default)]
    #[schema(example = "en")]
    pub language: String,
    /// Runs this installation.
    pub operator: bool,
    /// What the person may do in the whole installation.
    #[serde(default)]
    pub role: InstanceRole,
    pub created_at: Timestamp,
}
