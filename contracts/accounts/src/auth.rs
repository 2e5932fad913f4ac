//! Signing in by a provider: OpenID Connect, or GitHub.

use crate::SignedIn;
use kernel::{IdentityId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whom people may sign in by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Provider {
    /// As in addresses.
    #[schema(example = "google")]
    pub name: String,
    /// For people.
    #[schema(example = "Google")]
    pub title: String,
    pub kind: ProviderKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    Oidc,
    Github,
}

/// What a person is to a provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Identity {
    pub id: IdentityId,
    /// The provider's name; absent when this server doesn't know it any more.
    pub provider: Option<String>,
    #[schema(example = "Google")]
    pub title: String,
    /// The address that the provider named when the person came from there last.
    pub email: Option<String>,
    pub linked_at: Timestamp,
    pub used_at: Timestamp,
}

/// What a signed-in person begins it for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthPurpose {
    /// To sign in by the provider from now on.
    #[default]
    Link,
    /// To prove to be who signed in: the provider is linked already.
    Prove,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct LinkRequest {
    /// The provider's name.
    #[schema(example = "google")]
    pub provider: String,
    #[serde(default)]
    pub purpose: AuthPurpose,
    /// To link, absent: the session was proven lately.
    #[serde(default)]
    pub password: Option<String>,
    /// The page of the client to go on to: a path.
    #[serde(default)]
    #[schema(example = "/")]
    pub next: Option<String>,
}

/// Where the browser goes, and what it keeps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuthBegun {
    pub location: String,
    /// A secret of this browser, for its cookie.
    pub browser: String,
    /// How long it is good, in seconds.
    pub good_for_seconds: u32,
}

/// What the provider sent along when the browser came back.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct AuthAnswer {
    pub provider: String,
    pub state: String,
    #[serde(default)]
    pub code: Option<String>,
    /// Why there is no code.
    #[serde(default)]
    pub error: Option<String>,
    /// RFC 9207: who answers.
    #[serde(default)]
    pub iss: Option<String>,
}

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthDone {
    SignedIn {
        signed_in: Box<SignedIn>,
        next: String,
    },
    /// There is an account now, or there was; the rest is in a mail.
    CheckEmail {
        email: String,
    },
    /// The session's person may sign in by it.
    Linked {
        identity: Identity,
        next: String,
    },
    /// The session's person has proven who they are by it.
    Proven {
        identity: Identity,
        next: String,
    },
}
