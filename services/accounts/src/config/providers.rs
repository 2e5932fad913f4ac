//! Section `[accounts.providers.NAME]`: whom people may sign in by.

use kernel::{Problem, Result};
use serde::Deserialize;
use std::{collections::BTreeMap, fmt};
use url::Url;

const GITHUB: &str = "https://github.com";
const NAME_MAX_BYTES: usize = 32;

/// Which way a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// OpenID Connect, found by discovery.
    Oidc,
    /// GitHub, or a GitHub Enterprise Server of one's own.
    Github,
}

/// One provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    pub kind: Kind,
    /// What the button says after “Continue with”. Absent: the name.
    pub title: Option<String>,
    /// The address that the provider says it has, to the letter. Absent: GitHub's own.
    pub issuer: Option<String>,
    pub client_id: String,
    /// Absent: a public client, which the provider must allow.
    #[serde(default)]
    pub client_secret: Secret,
    /// What is asked for, with spaces between. Absent: who the person is, and their e-mail address.
    pub scopes: Option<String>,
}

/// Never shown.
#[derive(Clone, Default, Deserialize)]
pub struct Secret(String);

impl Secret {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self(secret.into())
    }
}

impl Provider {
    pub(crate) fn issuer(&self) -> &str {
        match (&self.issuer, self.kind) {
            (Some(issuer), Kind::Oidc) => issuer,
            (Some(issuer), Kind::Github) => issuer.trim_end_matches('/'),
            (None, _) => GITHUB,
        }
    }

    pub(crate) fn scopes(&self) -> &str {
        let usual = match self.kind {
            Kind::Oidc => "openid email profile",
            Kind::Github => "read:user user:email",
        };
        self.scopes.as_deref().unwrap_or(usual)
    }

    /// What can't work, if anything: the setting, and why.
    fn fault(&self) -> Option<(&'static str, &'static str)> {
        let is_oidc = self.kind == Kind::Oidc;
        if is_oidc && self.issuer.is_none() {
            return Some(("issuer", "An OpenID provider is found by its issuer, like https://accounts.google.com."));
        }
        if !Url::parse(self.issuer()).is_ok_and(|url| is_issuer(&url)) {
            return Some(("issuer", "An issuer is an address like https://id.example.org, without ? and #."));
        }
        if self.client_id.trim().is_empty() {
            return Some(("client_id", "It is what the provider gave you when you registered this server there."));
        }
        if is_oidc && !self.scopes().split(' ').any(|scope| scope == "openid") {
            return Some(("scopes", "OpenID Connect needs the scope openid among them."));
        }
        None
    }
}

fn is_issuer(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http")
        && url.has_host()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= NAME_MAX_BYTES
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Refuses providers that can't work, or that can't be told apart.
pub(super) fn check(providers: &BTreeMap<String, Provider>) -> Result<()> {
    let refuse = |setting: String, why: String| Err(Problem::field(setting, "bad_setting", why));
    let mut issuers = BTreeMap::new();
    for (name, provider) in providers {
        if !is_name(name) {
            let why = "A provider's name is up to 32 of a-z, 0-9 and -: it is a part of the redirect address.";
            return refuse(format!("accounts.providers.{name}"), why.into());
        }
        if let Some((setting, why)) = provider.fault() {
            return refuse(format!("accounts.providers.{name}.{setting}"), why.into());
        }
        if let Some(other) = issuers.insert(provider.issuer().to_owned(), name) {
            let why =
                format!("{other} has the same issuer: people of the two couldn't be told apart. Keep one of them.");
            return refuse(format!("accounts.providers.{name}.issuer"), why);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn google() -> Provider {
        Provider {
            kind: Kind::Oidc,
            title: None,
            issuer: Some("https://accounts.google.com".into()),
            client_id: "client".into(),
            client_secret: "canary".into(),
            scopes: None,
        }
    }

    fn field(name: &str, provider: Provider) -> Option<String> {
        let providers = BTreeMap::from([(name.to_owned(), provider)]);
        check(&providers).err().and_then(|refused| refused.field.map(String::from))
    }

    #[test]
    fn what_can_t_work_is_named() {
        assert_eq!(field("google", google()), None);
        assert_eq!(field("github", Provider { kind: Kind::Github, issuer: None, ..google() }), None);
        for name in ["", "Google", "a/b", "a.b", &"a".repeat(33)] {
            assert_eq!(field(name, google()), Some(format!("accounts.providers.{name}")), "{name}");
        }
        let issuers =
            ["ftp://x.org", "accounts.google.com", "https://x.org?a=b", "https://x.org#a", "https://u:p@x.org"];
        for issuer in issuers {
            let provider = Provider { issuer: Some(issuer.into()), ..google() };
            assert_eq!(field("google", provider).as_deref(), Some("accounts.providers.google.issuer"), "{issuer}");
        }
        let named = |provider| field("x", provider).unwrap_or_default();
        assert_eq!(named(Provider { issuer: None, ..google() }), "accounts.providers.x.issuer");
        assert_eq!(named(Provider { client_id: " ".into(), ..google() }), "accounts.providers.x.client_id");
        assert_eq!(named(Provider { scopes: Some("email".into()), ..google() }), "accounts.providers.x.scopes");
    }

    #[test]
    fn one_issuer_is_one_provider() {
        let providers = BTreeMap::from([("a".to_owned(), google()), ("b".to_owned(), google())]);
        assert_eq!(check(&providers).expect_err("refused").field.as_deref(), Some("accounts.providers.b.issuer"));
    }

    #[test]
    fn a_secret_is_never_shown() {
        assert!(!format!("{:?}", google()).contains("canary"));
    }
}
