//! Passkeys (WebAuthn, W3C): what browsers are asked, and what they answer, in the JSON form of the specification.

use kernel::{PasskeyId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A passkey of a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Passkey {
    pub id: PasskeyId,
    #[schema(example = "My phone")]
    pub name: String,
    pub created_at: Timestamp,
    /// Absent: it wasn't used yet.
    pub last_used_at: Option<Timestamp>,
}

/// What `navigator.credentials.create` is to be given as `publicKey`, with base64url for bytes
/// (`PublicKeyCredentialCreationOptionsJSON`).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    /// Good once, for 5 minutes.
    pub challenge: String,
    pub rp: RelyingParty,
    pub user: PasskeyUser,
    pub pub_key_cred_params: Vec<KeyKind>,
    /// Milliseconds.
    pub timeout: u32,
    /// Those that there are.
    pub exclude_credentials: Vec<CredentialRef>,
    pub authenticator_selection: AuthenticatorSelection,
    #[schema(example = "none")]
    pub attestation: String,
}

/// This installation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RelyingParty {
    #[schema(example = "chat.example.org")]
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyUser {
    pub id: String,
    pub name: String,
    pub display_name: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyKind {
    #[serde(rename = "type")]
    #[schema(example = "public-key")]
    pub kind: String,
    /// A COSE algorithm (RFC 9053): -8 EdDSA, -7 ES256, -257 RS256.
    pub alg: i32,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CredentialRef {
    #[serde(rename = "type")]
    #[schema(example = "public-key")]
    pub kind: String,
    pub id: String,
    #[serde(default)]
    pub transports: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorSelection {
    pub resident_key: String,
    pub require_resident_key: bool,
    pub user_verification: String,
}

/// What `navigator.credentials.get` is to be given as `publicKey`, with base64url for bytes
/// (`PublicKeyCredentialRequestOptionsJSON`).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    /// Good once, for 5 minutes.
    pub challenge: String,
    #[schema(example = "chat.example.org")]
    pub rp_id: String,
    /// Milliseconds.
    pub timeout: u32,
    pub user_verification: String,
    /// Empty: any passkey of this installation.
    pub allow_credentials: Vec<CredentialRef>,
}

/// A new passkey, and what its person calls it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewPasskey {
    #[schema(example = "My phone")]
    pub name: String,
    pub credential: Attested,
}

/// What `navigator.credentials.create` answered (`RegistrationResponseJSON`).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Attested {
    pub id: String,
    pub response: Attestation,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Attestation {
    #[serde(rename = "clientDataJSON")]
    pub client_data: String,
    #[serde(rename = "attestationObject")]
    pub attestation_object: String,
    #[serde(default)]
    pub transports: Vec<String>,
}

/// What `navigator.credentials.get` answered (`AuthenticationResponseJSON`).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Asserted {
    pub id: String,
    pub response: Assertion,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Assertion {
    #[serde(rename = "clientDataJSON")]
    pub client_data: String,
    pub authenticator_data: String,
    pub signature: String,
    #[serde(default)]
    pub user_handle: Option<String>,
}
