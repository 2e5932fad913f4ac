mod providers;

pub use providers::{Kind as ProviderKind, Provider, Secret};

use crate::registration::check_domains;
use accounts_contract::{RegistrationMode, RegistrationRules};
use kernel::{Problem, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Longer, and a lost token would be of use for too long.
const MAX_ACCESS_TOKEN_SECONDS: u32 = 24 * 3_600;

/// Shorter, and a mail may come too late; longer, and old mails are keys.
const LINK_SECONDS: std::ops::RangeInclusive<u32> = 300..=30 * 24 * 3_600;

/// A century is for ever.
const AUDIT_DAYS: std::ops::RangeInclusive<u32> = 1..=36_500;

/// Longer, and an open window is as good as its person.
const PROOF_SECONDS: std::ops::RangeInclusive<u32> = 1..=24 * 3_600;

/// Section `[accounts]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How long an access token is good, in seconds.
    pub access_token_seconds: u32,
    /// How long a session lasts without being used, in seconds.
    pub session_idle_seconds: u32,
    /// Whether people must prove their e-mail address before they get in. Absent: yes where mail reaches them, no for `log:`.
    pub require_verified_email: Option<bool>,
    /// How long the link that proves an address is good, in seconds.
    pub verify_link_seconds: u32,
    /// How long the link to set a new password is good, in seconds.
    pub reset_link_seconds: u32,
    /// Argon2id memory per hash, in KiB (OWASP Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane).
    pub argon2_memory_kib: u32,
    pub argon2_passes: u32,
    /// How many passwords are hashed at the same time.
    pub argon2_parallel: usize,
    /// How many may wait for their turn; one more is refused with 503 and a time to retry.
    pub argon2_queue: usize,
    /// For how long who signed in, or proved it anew, may change what the account is opened with, in seconds.
    pub proof_seconds: u32,
    /// How long after somebody asked for it an account is erased, in seconds; until then it can be kept.
    pub deletion_grace_seconds: u32,
    /// Who may register: `open`, `invite` (by a registration code or an invite into a guild) or `closed`. Holds until an
    /// operator says otherwise.
    pub registration: RegistrationMode,
    /// The domains of e-mail addresses that are taken; none: all. Holds as long.
    pub allowed_email_domains: Vec<String>,
    /// How long it is kept what operators and moderators did, in days.
    pub audit_keep_days: u32,
    /// The key that seals secrets in the database: 32 random bytes in base64url; the one before it behind it, with a space between.
    /// Absent: the installation makes one.
    pub encryption_key: Secret,
    /// Whom people may sign in by, beside their password.
    pub providers: BTreeMap<String, Provider>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            access_token_seconds: 600,
            session_idle_seconds: 30 * 24 * 3_600,
            require_verified_email: None,
            verify_link_seconds: 3 * 24 * 3_600,
            reset_link_seconds: 3_600,
            argon2_memory_kib: 19_456,
            argon2_passes: 2,
            argon2_parallel: 2,
            argon2_queue: 64,
            proof_seconds: 600,
            deletion_grace_seconds: 14 * 24 * 3_600,
            registration: RegistrationMode::Open,
            allowed_email_domains: Vec::new(),
            audit_keep_days: 365,
            encryption_key: Secret::default(),
            providers: BTreeMap::new(),
        }
    }
}

impl Config {
    /// What the settings say of registering.
    pub(crate) fn registration_rules(&self) -> RegistrationRules {
        let allowed_email_domains = check_domains(self.allowed_email_domains.clone()).unwrap_or_default();
        RegistrationRules { mode: self.registration, allowed_email_domains }
    }

    /// Refuses settings that can't work together. What Argon2 takes, it says itself.
    pub(crate) fn check(&self) -> Result<()> {
        let refuse = |setting: &'static str, why: &'static str| Err(Problem::field(setting, "bad_setting", why));
        if !(1..=MAX_ACCESS_TOKEN_SECONDS).contains(&self.access_token_seconds) {
            return refuse("accounts.access_token_seconds", "An access token is good for 1 to 86,400 seconds.");
        }
        if self.session_idle_seconds < self.access_token_seconds {
            return refuse(
                "accounts.session_idle_seconds",
                "A session lasts at least as long as an access token: raise session_idle_seconds.",
            );
        }
        if let Err(problem) = check_domains(self.allowed_email_domains.clone()) {
            return Err(Problem { field: Some("accounts.allowed_email_domains".into()), ..problem });
        }
        if !AUDIT_DAYS.contains(&self.audit_keep_days) {
            return refuse("accounts.audit_keep_days", "What operators did is kept for 1 to 36,500 days.");
        }
        if !PROOF_SECONDS.contains(&self.proof_seconds) {
            return refuse("accounts.proof_seconds", "A proof is good for 1 to 86,400 seconds.");
        }
        let links = [
            ("accounts.verify_link_seconds", self.verify_link_seconds),
            ("accounts.reset_link_seconds", self.reset_link_seconds),
        ];
        match links.into_iter().find(|(_, seconds)| !LINK_SECONDS.contains(seconds)) {
            Some((setting, _)) => {
                refuse(setting, "A link in a mail is good for 5 minutes to 30 days: 300 to 2,592,000 seconds.")
            }
            None if !self.encryption_key.is_empty() && !is_key(&self.encryption_key) => refuse(
                "accounts.encryption_key",
                "It is 32 random bytes in base64url: `openssl rand 32 | basenc --base64url | tr -d =` makes one.",
            ),
            None => providers::check(&self.providers),
        }
    }
}

fn is_key(secret: &Secret) -> bool {
    crate::vault::Sealing::parse_all(secret.expose()).is_some_and(|keys| !keys.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_work_and_nonsense_is_refused_by_its_name() {
        assert!(Config::default().check().is_ok());
        let refused = |config: Config| config.check().expect_err("refused").field.map(String::from);
        for access_token_seconds in [0, MAX_ACCESS_TOKEN_SECONDS + 1] {
            let config = Config { access_token_seconds, ..Config::default() };
            assert_eq!(refused(config).as_deref(), Some("accounts.access_token_seconds"));
        }
        let config = Config { session_idle_seconds: 599, ..Config::default() };
        assert_eq!(refused(config).as_deref(), Some("accounts.session_idle_seconds"));
        let config = Config { allowed_email_domains: vec!["not a domain".into()], ..Config::default() };
        assert_eq!(refused(config).as_deref(), Some("accounts.allowed_email_domains"));
        let config = Config { encryption_key: "too-short".into(), ..Config::default() };
        assert_eq!(refused(config).as_deref(), Some("accounts.encryption_key"));
        let config = Config { audit_keep_days: 0, ..Config::default() };
        assert_eq!(refused(config).as_deref(), Some("accounts.audit_keep_days"));
        let config = Config { proof_seconds: 0, ..Config::default() };
        assert_eq!(refused(config).as_deref(), Some("accounts.proof_seconds"));
        let config = Config { reset_link_seconds: 10, ..Config::default() };
        assert_eq!(refused(config).as_deref(), Some("accounts.reset_link_seconds"));
    }
}
