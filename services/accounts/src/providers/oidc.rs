//! OpenID Connect: discovery, the authorization code flow with PKCE, and what the ID token says.

use super::{
    Coming, Going, Known,
    http::{Endpoint, Http, Trouble},
    id_token::{self, Distrust, Expected, Person},
};
use crate::config::Provider;
use jsonwebtoken::jwk::Jwk;
use kernel::Timestamp;
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::Mutex;
use url::Url;

/// How long what a provider says of itself holds.
const FRESH_SECONDS: i64 = 3_600;
/// How lately a person must have signed in there who proves to be the one, in seconds.
const PROOF_SECONDS: i64 = 300;

/// What a provider said of itself, for as long as it holds.
pub(super) struct Oidc {
    discovered: Mutex<Option<Arc<Discovered>>>,
    keys: Mutex<Option<Keys>>,
}

#[derive(Clone)]
struct Keys {
    at: Timestamp,
    keys: Arc<Vec<Jwk>>,
}

pub(super) struct Discovered {
    at: Timestamp,
    issuer: Url,
    authorize: Endpoint,
    token: Endpoint,
    keys: Endpoint,
    userinfo: Option<Endpoint>,
    /// How the provider wants to be told who asks.
    names_itself_in_form: bool,
    /// RFC 9207: whoever comes back says from where.
    says_issuer: bool,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: Option<String>,
    id_token: Option<String>,
}

#[derive(Deserialize)]
struct Shown {
    keys: Vec<serde_json::Value>,
}

impl Oidc {
    pub(super) fn new() -> Self {
        Self { discovered: Mutex::new(None), keys: Mutex::new(None) }
    }

    pub(super) async fn discover(
        &self,
        http: &Http,
        provider: &Provider,
        now: Timestamp,
    ) -> Result<Arc<Discovered>, Trouble> {
        // Held while it asks: whoever else signs in at this moment waits for the same answer.
        let mut discovered = self.discovered.lock().await;
        if let Some(found) = discovered.as_ref().filter(|found| now < found.at.plus_seconds(FRESH_SECONDS)) {
            return Ok(found.clone());
        }
        let found = Arc::new(Discovered::ask(http, provider.issuer(), now).await?);
        *discovered = Some(found.clone());
        Ok(found)
    }

    /// The keys that the provider shows; anew when `unknown` says that one is missing.
    async fn keys(
        &self,
        http: &Http,
        from: &Discovered,
        now: Timestamp,
        unknown: bool,
    ) -> Result<Arc<Vec<Jwk>>, Trouble> {
        let mut known = self.keys.lock().await;
        let fresh = known.as_ref().filter(|keys| now < keys.at.plus_seconds(FRESH_SECONDS) && !unknown);
        if let Some(keys) = fresh {
            return Ok(keys.keys.clone());
        }
        let shown: Shown = http.get(&from.keys, None).await?;
        // Those of kinds that aren't known here are for others.
        let keys = Arc::new(shown.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect());
        *known = Some(Keys { at: now, keys: Arc::clone(&keys) });
        Ok(keys)
    }

    pub(super) async fn come_back(
        &self,
        http: &Http,
        provider: &Provider,
        coming: Coming<'_>,
    ) -> Result<Known, super::Refusal> {
        let found = self.discover(http, provider, coming.now).await?;
        match coming.iss {
            Some(iss) if iss != provider.issuer() => return Err(Distrust::Issuer.into()),
            None if found.says_issuer => return Err(Distrust::Issuer.into()),
            _ => {}
        }
        let tokens = exchange(http, &found, provider, coming).await?;
        let id_token = tokens.id_token.ok_or_else(|| Trouble::Unusable("it sent no id_token".into()))?;
        let expected = Expected {
            issuer: provider.issuer(),
            client_id: &provider.client_id,
            nonce: coming.nonce,
            now: coming.now,
            within_seconds: coming.is_proof.then_some(PROOF_SECONDS),
        };
        let keys = self.keys(http, &found, coming.now, false).await?;
        let person = match id_token::verify(&id_token, &keys, expected) {
            // It may have been made since.
            Err(Distrust::UnknownKey) => {
                let keys = self.keys(http, &found, coming.now, true).await?;
                id_token::verify(&id_token, &keys, expected)?
            }
            verified => verified?,
        };
        complete(http, &found, person, tokens.access_token.as_deref()).await
    }
}

impl Discovered {
    async fn ask(http: &Http, issuer: &str, now: Timestamp) -> Result<Self, Trouble> {
        let unusable = |_| Trouble::Unusable(format!("its issuer {issuer:?} isn't an address"));
        let base = Url::parse(issuer).map_err(unusable)?;
        let place = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let document: Document = http.get(&Endpoint::named("issuer", &place, &base)?, None).await?;
        if document.issuer != issuer {
            let told = document.issuer;
            return Err(Trouble::Unusable(format!("its issuer is {told:?}, and not {issuer:?}: set it to the letter")));
        }
        let methods = document.token_endpoint_auth_methods_supported.unwrap_or_default();
        let takes = |method: &str| methods.iter().any(|taken| taken == method);
        let userinfo = document.userinfo_endpoint.as_deref();
        Ok(Self {
            at: now,
            authorize: Endpoint::named("authorization_endpoint", &document.authorization_endpoint, &base)?,
            token: Endpoint::named("token_endpoint", &document.token_endpoint, &base)?,
            keys: Endpoint::named("jwks_uri", &document.jwks_uri, &base)?,
            userinfo: userinfo.map(|address| Endpoint::named("userinfo_endpoint", address, &base)).transpose()?,
            issuer: base,
            names_itself_in_form: takes("client_secret_post") && !takes("client_secret_basic"),
            says_issuer: document.authorization_response_iss_parameter_supported,
        })
    }

    pub(super) fn authorize(&self, provider: &Provider, going: Going<'_>) -> Url {
        let mut url = self.authorize.url().clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &provider.client_id)
            .append_pair("redirect_uri", going.redirect)
            .append_pair("scope", provider.scopes())
            .append_pair("state", going.state)
            .append_pair("nonce", going.nonce)
            .append_pair("code_challenge", going.challenge)
            .append_pair("code_challenge_method", "S256");
        if going.is_proof {
            url.query_pairs_mut().append_pair("max_age", "0");
        }
        url
    }

    /// Where the provider is, for people.
    pub(super) fn host(&self) -> &str {
        self.issuer.host_str().unwrap_or_default()
    }
}

async fn exchange(http: &Http, found: &Discovered, provider: &Provider, coming: Coming<'_>) -> Result<Tokens, Trouble> {
    let (id, secret) = (provider.client_id.as_str(), provider.client_secret.expose());
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", coming.code),
        ("redirect_uri", coming.redirect),
        ("code_verifier", coming.verifier),
    ];
    if secret.is_empty() {
        form.push(("client_id", id));
        return http.post(&found.token, &form, None).await;
    }
    if found.names_itself_in_form {
        form.extend([("client_id", id), ("client_secret", secret)]);
        return http.post(&found.token, &form, None).await;
    }
    http.post(&found.token, &form, Some((id, secret))).await
}

/// Many providers keep what isn't needed to sign in out of the token, and tell it to who asks.
async fn complete(
    http: &Http,
    found: &Discovered,
    mut person: Person,
    access_token: Option<&str>,
) -> Result<Known, super::Refusal> {
    if person.email.is_none()
        && let (Some(userinfo), Some(token)) = (&found.userinfo, access_token)
    {
        let told: Person = http.get(userinfo, Some(token)).await?;
        // §5.3.2: otherwise it isn't about this person.
        if told.sub != person.sub {
            return Err(Distrust::Malformed.into());
        }
        person = told;
    }
    let name = person.names().into_iter().flatten().find(|name| !name.trim().is_empty()).map(Into::into);
    Ok(Known { is_verified: person.is_email_verified(), email: person.email, name, subject: person.sub })
}
