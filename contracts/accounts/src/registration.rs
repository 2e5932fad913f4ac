//! Who may make an account.

use kernel::{RegistrationCodeId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationMode {
    /// Anyone.
    #[default]
    Open,
    /// Whoever has a registration code, or an invite into a guild.
    Invite,
    /// Nobody: operators make accounts.
    Closed,
}

/// What whoever wants an account must know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RegistrationTerms {
    pub mode: RegistrationMode,
    /// Whether a registration code or an invite into a guild must come along.
    pub invite_needed: bool,
    /// The domains of e-mail addresses that are taken; absent: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_email_domains: Vec<String>,
}

/// What holds for registering.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RegistrationRules {
    pub mode: RegistrationMode,
    /// The domains of e-mail addresses that are taken, at most 100; none: all.
    #[serde(default)]
    #[schema(example = json!(["example.org"]))]
    pub allowed_email_domains: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationSource {
    SettingsFile,
    /// An operator, at run time.
    Operator,
}

/// What holds for registering, and where that was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RegistrationSettings {
    pub rules: RegistrationRules,
    pub source: RegistrationSource,
    /// What the settings' file says, which holds while no operator said otherwise.
    pub settings_file: RegistrationRules,
    /// When an operator said so.
    pub changed_at: Option<Timestamp>,
}

/// What it takes to make a registration code.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct RegistrationCodeDraft {
    /// Whom it is for, at most 80 characters: operators see it.
    #[serde(default)]
    pub note: Option<String>,
    /// How many accounts may be made with it; absent: any number.
    #[serde(default)]
    pub max_uses: Option<u32>,
    /// How long it is good, in seconds; absent: until it is revoked.
    #[serde(default)]
    pub expires_in: Option<u32>,
}

/// A code that lets people register.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RegistrationCode {
    pub id: RegistrationCodeId,
    /// 128 random bits in base64url.
    pub code: String,
    /// The page that it opens.
    pub link: String,
    pub note: String,
    /// Absent: the command line, or an account that is gone.
    pub made_by: Option<UserId>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub max_uses: Option<u32>,
    pub uses: u32,
    /// Whether it still lets people in.
    pub works: bool,
    /// Who registered with it, the last 20.
    pub used_by: Vec<RegistrationCodeUse>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RegistrationCodeUse {
    pub user: UserId,
    pub at: Timestamp,
}
