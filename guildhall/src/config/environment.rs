//! What the environment says: `GUILDHALL_*`, but for what tests say among themselves.

use figment::{
    Figment, Profile, Provider,
    providers::{Env, Serialized},
    value::{Dict, Map, Uncased, UncasedStr},
};

const PREFIX: &str = "GUILDHALL_";
/// Tables of the file. In the environment `GUILDHALL_LOG_LEVEL` is `level` in `[log]`.
const SECTIONS: [&str; 8] = ["log", "telemetry", "rpc", "accounts", "people", "messages", "files", "socket"];
/// `GUILDHALL_ACCOUNTS_PROVIDERS_GOOGLE_TITLE` is `title` in `[accounts.providers.google]`.
const PROVIDERS: &str = "accounts_providers_";
const OF_A_PROVIDER: [&str; 6] = ["kind", "title", "issuer", "client_id", "client_secret", "scopes"];

/// The settings with what the environment says on top.
pub(super) fn over(settings: Figment) -> Figment {
    let providers = Env::prefixed(PREFIX).filter(|key| of_provider(key).is_some());
    // Ids and secrets are texts, also those that look like numbers.
    providers.iter().fold(settings.merge(Environment), |settings, (key, text)| match of_provider(&key) {
        Some((name, setting)) => {
            settings.merge(Serialized::default(&format!("accounts.providers.{name}.{setting}"), text))
        }
        None => settings,
    })
}

struct Environment;

impl Provider for Environment {
    fn metadata(&self) -> figment::Metadata {
        figment::Metadata::named("the environment")
    }

    fn data(&self) -> figment::error::Result<Map<Profile, Dict>> {
        let others = |key: &UncasedStr| !key.starts_with("test_") && of_provider(key).is_none();
        Env::prefixed(PREFIX).filter(others).map(keyed).data()
    }
}

/// A provider's name, where `-` is `_` here, and its setting.
fn of_provider(key: &UncasedStr) -> Option<(String, &'static str)> {
    let key = key.as_str().to_ascii_lowercase();
    let rest = key.strip_prefix(PROVIDERS)?;
    let named = |setting: &&'static str| Some((rest.strip_suffix(*setting)?.strip_suffix('_')?, *setting));
    let (name, setting) = OF_A_PROVIDER.iter().find_map(named)?;
    Some((name.replace('_', "-"), setting))
}

/// `GUILDHALL_LOG_LEVEL` is `log.level`: the first word is a section where there is one of that name.
fn keyed(key: &UncasedStr) -> Uncased<'_> {
    let key = key.as_str().to_ascii_lowercase();
    let section = SECTIONS.iter().find(|s| key.strip_prefix(**s).is_some_and(|rest| rest.starts_with('_')));
    section.map_or_else(|| key.clone(), |s| key.replacen(&format!("{s}_"), &format!("{s}."), 1)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_s_setting_is_found_behind_its_name() {
        let found = |key: &str| of_provider(UncasedStr::new(key)).map(|(name, setting)| format!("{name}.{setting}"));
        assert_eq!(found("ACCOUNTS_PROVIDERS_GOOGLE_CLIENT_SECRET").as_deref(), Some("google.client_secret"));
        assert_eq!(found("accounts_providers_my_own_id_client_id").as_deref(), Some("my-own-id.client_id"));
        assert_eq!(found("accounts_providers_id_issuer").as_deref(), Some("id.issuer"));
        for other in ["accounts_providers", "accounts_providers_google", "accounts_providers_title", "log_level"] {
            assert_eq!(found(other), None, "{other}");
        }
    }

    #[test]
    fn the_first_word_is_a_section() {
        let key = |key: &str| keyed(UncasedStr::new(key)).into_string();
        assert_eq!(key("ACCOUNTS_ARGON2_PASSES"), "accounts.argon2_passes");
        assert_eq!(key("LOG_LEVEL"), "log.level");
        assert_eq!(key("MAIL_URL"), "mail_url");
    }
}
