//! The keys of an installation, as others see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A set of public keys (a JWK set, RFC 7517).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PublicKeys {
    pub keys: Vec<PublicKey>,
}

/// What became of rotating the keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeysRotated {
    /// The key that signs from now on.
    pub kid: String,
    /// Whether a new key seals, too: where the settings name it, they must change.
    pub encryption_renewed: bool,
    /// How many secrets were sealed anew.
    pub sealed_anew: u32,
    /// How many can't be read, because the key that they were sealed with is gone.
    pub unreadable: u32,
}

/// An Ed25519 public key (RFC 8037).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PublicKey {
    #[schema(example = "OKP")]
    pub kty: String,
    #[schema(example = "Ed25519")]
    pub crv: String,
    #[schema(example = "EdDSA")]
    pub alg: String,
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    pub usage: String,
    pub kid: String,
    /// The key, in base64url.
    pub x: String,
}
