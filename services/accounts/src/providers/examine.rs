use super::{Providers, http::Trouble};
use crate::config::{Config, ProviderKind};
use kernel::{Result, Timestamp};

/// What was found of a provider that is configured.
#[derive(Clone, Debug)]
pub struct Examined {
    pub name: String,
    /// The address that must be allowed at the provider.
    pub redirect: String,
    /// Where it was found; or why it can't be used.
    pub found: std::result::Result<String, String>,
}

/// Asks every provider whether it is there, and is who it should be.
pub async fn examine(config: &Config, public_url: &str, now: Timestamp) -> Result<Vec<Examined>> {
    config.check()?;
    let mut examined = Vec::new();
    for provider in Providers::new(config, public_url)?.0.into_values() {
        let (settings, http) = (&provider.settings, &provider.http);
        let found = match settings.kind {
            ProviderKind::Github => super::github::ask(http, settings).await.map(|()| settings.issuer().to_owned()),
            ProviderKind::Oidc => {
                provider.oidc.discover(http, settings, now).await.map(|found| found.host().to_owned())
            }
        };
        let found = found.map_err(why);
        examined.push(Examined { name: provider.name, redirect: provider.redirect, found });
    }
    Ok(examined)
}

fn why(trouble: Trouble) -> String {
    match trouble {
        Trouble::Away(why) => format!("it can't be reached: {why}"),
        Trouble::Unusable(why) => why,
        Trouble::Refused(status, error) => format!("it answers {status} {error}").trim_end().to_owned(),
    }
}
