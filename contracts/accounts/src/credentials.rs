//! What an account is opened with, and how its person proves to be the one who signed in.

use crate::{Asserted, Identity, Passkey, SignedIn};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What proves that the caller is who signed in.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Proof {
    #[serde(default)]
    pub password: Option<String>,
    /// Where an authenticator app is on, with the password: a code of it, or a recovery code.
    #[serde(default)]
    #[schema(example = "287082")]
    pub code: Option<String>,
    /// Instead of both: a passkey of the person, for the challenge of `/api/v1/me/proof/passkey`.
    #[serde(default)]
    pub passkey: Option<Asserted>,
}

/// What a person's account is opened with, without what is secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OwnCredentials {
    /// Whether there is a password.
    pub password: bool,
    /// Whether an authenticator app is asked for after the password.
    #[serde(default)]
    pub totp: bool,
    #[serde(default)]
    pub recovery_codes_left: i64,
    #[serde(default)]
    pub passkeys: Vec<Passkey>,
    /// The origin that passkeys work at; absent: this installation has no address that they work at.
    #[serde(default)]
    #[schema(example = "https://chat.example.org")]
    pub passkeys_at: Option<String>,
    /// What the person is to providers, the oldest first.
    #[serde(default)]
    pub identities: Vec<Identity>,
}

/// What became of the right password.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LoggedIn {
    SignedIn(Box<SignedIn>),
    SecondFactor(SecondFactorNeeded),
}

impl LoggedIn {
    /// The session, where nothing more is asked for.
    pub fn signed_in(self) -> Option<SignedIn> {
        match self {
            Self::SignedIn(signed_in) => Some(*signed_in),
            Self::SecondFactor(_) => None,
        }
    }
}

/// The password is right; a code is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SecondFactorNeeded {
    /// To be given back with the code, once.
    pub challenge: String,
    /// Seconds until it is of no use any more.
    pub expires_in: u32,
}

/// The second step of logging in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SecondFactor {
    /// From the first step.
    pub challenge: String,
    /// The six digits that the authenticator app shows, or a recovery code.
    #[schema(example = "287082")]
    pub code: String,
}

/// What an authenticator app must be told.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TotpDraft {
    /// In base32, to be typed in.
    pub secret: String,
    /// The same as an address, to be shown as a QR code: `otpauth://totp/…`.
    pub url: String,
}

/// Codes to keep for when the authenticator app is lost. Each is good once, and they are shown once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    pub codes: Vec<String>,
}
