//! Whom people may sign in by, as configured: the way there and back.

mod address;
mod examine;
mod github;
mod http;
mod id_token;
mod oidc;

pub use examine::{Examined, examine};
pub(crate) use http::Trouble;
pub(crate) use id_token::Distrust;

use crate::config::{Config, Provider as Settings, ProviderKind};
use accounts_contract::ProviderKind as Told;
use http::Http;
use kernel::{Kind, Problem, Result, Timestamp};
use std::{collections::BTreeMap, time::Duration};

/// How long a person waits for a provider, with all that is asked of it; less than a call between processes may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// What goes with a browser.
#[derive(Clone, Copy)]
pub(crate) struct Going<'a> {
    pub(crate) redirect: &'a str,
    pub(crate) state: &'a str,
    pub(crate) nonce: &'a str,
    /// Of PKCE (RFC 7636): the SHA-256 of the verifier.
    pub(crate) challenge: &'a str,
    /// Whether the person must sign in there anew.
    pub(crate) is_proof: bool,
}

/// What comes back with it. Has no `Debug`: it must not reach a log.
#[derive(Clone, Copy)]
pub(crate) struct Coming<'a> {
    pub(crate) code: &'a str,
    pub(crate) iss: Option<&'a str>,
    pub(crate) redirect: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) verifier: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) is_proof: bool,
}

/// Who a person is to a provider.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    pub(crate) subject: String,
    pub(crate) email: Option<String>,
    /// Whether the provider has proven that the address is the person's.
    pub(crate) is_verified: bool,
    pub(crate) name: Option<String>,
}

/// Why nobody is known.
#[derive(Debug)]
pub(crate) enum Refusal {
    Trouble(Trouble),
    Distrust(Distrust),
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<Distrust> for Refusal {
    fn from(distrust: Distrust) -> Self {
        Self::Distrust(distrust)
    }
}

pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) settings: Settings,
    /// Where it sends browsers back to.
    pub(crate) redirect: String,
    oidc: oidc::Oidc,
    http: Http,
}

#[derive(Default)]
pub(crate) struct Providers(BTreeMap<String, Provider>);

impl Providers {
    pub(crate) fn new(config: &Config, public_url: &str) -> Result<Self> {
        if config.providers.is_empty() {
            return Ok(Self::default());
        }
        let http = Http::new()?;
        let provider = |(name, settings): (&String, &Settings)| {
            let redirect = format!("{public_url}/api/v1/auth/{name}/callback");
            let (settings, oidc, http) = (settings.clone(), oidc::Oidc::new(), http.clone());
            (name.clone(), Provider { name: name.clone(), settings, redirect, oidc, http })
        };
        Ok(Self(config.providers.iter().map(provider).collect()))
    }

    pub(crate) fn list(&self) -> Vec<accounts_contract::Provider> {
        self.0.values().map(Provider::told).collect()
    }

    /// # Errors
    /// `provider_unknown`: there is none of that name.
    pub(crate) fn named(&self, name: &str) -> Result<&Provider> {
        self.0.get(name).ok_or_else(|| {
            let detail = "This server knows no such provider: choose one of those that the page to log in shows.";
            Problem::new(Kind::NotFound, "provider_unknown", detail)
        })
    }

    pub(crate) fn of_issuer(&self, issuer: &str) -> Option<&Provider> {
        self.0.values().find(|provider| provider.settings.issuer() == issuer)
    }
}

impl Provider {
    pub(crate) fn title(&self) -> &str {
        self.settings.title.as_deref().unwrap_or(&self.name)
    }

    pub(crate) fn issuer(&self) -> &str {
        self.settings.issuer()
    }

    fn told(&self) -> accounts_contract::Provider {
        let kind = match self.settings.kind {
            ProviderKind::Oidc => Told::Oidc,
            ProviderKind::Github => Told::Github,
        };
        accounts_contract::Provider { name: self.name.clone(), title: self.title().into(), kind }
    }

    /// Where a browser goes.
    pub(crate) async fn send(&self, going: Going<'_>, now: Timestamp) -> Result<String> {
        let sent = async {
            Ok(match self.settings.kind {
                ProviderKind::Github => github::authorize(&self.settings, going)?,
                ProviderKind::Oidc => {
                    self.oidc.discover(&self.http, &self.settings, now).await?.authorize(&self.settings, going)
                }
            })
        };
        Ok(self.in_time(sent).await?.into())
    }

    /// Who it is that came back.
    pub(crate) async fn receive(&self, coming: Coming<'_>) -> Result<Known> {
        let known = async {
            match self.settings.kind {
                ProviderKind::Github => Ok(github::come_back(&self.http, &self.settings, coming).await?),
                ProviderKind::Oidc => self.oidc.come_back(&self.http, &self.settings, coming).await,
            }
        };
        self.in_time(known).await
    }

    async fn in_time<T>(&self, asked: impl Future<Output = Result<T, Refusal>>) -> Result<T> {
        let answer = tokio::time::timeout(PATIENCE, asked).await;
        let answer = answer.unwrap_or_else(|_| Err(Trouble::Away("it takes too long".into()).into()));
        answer.map_err(|refusal| self.problem(refusal))
    }

    fn problem(&self, refusal: Refusal) -> Problem {
        let (provider, title) = (&self.name, self.title());
        match refusal {
            Refusal::Distrust(distrust) => {
                let (code, what) = distrust.told();
                tracing::warn!(provider, code, "what a provider said of a person isn't to be trusted");
                let detail = format!("What {title} said of you can't be trusted: {what}. Begin again.");
                Problem::forbidden(code, detail)
            }
            Refusal::Trouble(Trouble::Away(why)) => {
                tracing::warn!(provider, why, "a provider can't be reached");
                let detail = format!("{title} can't be reached at this moment: try again, or sign in another way.");
                Problem { retry_after: Some(5), ..Problem::new(Kind::Unavailable, "provider_unavailable", detail) }
            }
            Refusal::Trouble(Trouble::Refused(status, error))
                if error == "invalid_grant" || error == "bad_verification_code" =>
            {
                tracing::debug!(provider, %status, error, "a provider doesn't take a code");
                let detail =
                    format!("{title} doesn't take this sign-in: it was used already, or took too long. Begin again.");
                Problem::forbidden("provider_refused", detail)
            }
            Refusal::Trouble(Trouble::Refused(status, error)) => {
                tracing::error!(provider, %status, error, "a provider refuses this server: look at client_id, client_secret and the redirect address");
                self.unusable()
            }
            Refusal::Trouble(Trouble::Unusable(why)) => {
                tracing::error!(provider, why, "a provider can't be used");
                self.unusable()
            }
        }
    }

    fn unusable(&self) -> Problem {
        let title = self.title();
        let detail = format!("{title} isn't set up well on this server: tell its operator, and sign in another way.");
        Problem::new(Kind::Unavailable, "provider_unusable", detail)
    }
}
