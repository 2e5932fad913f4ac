//! GitHub, and GitHub Enterprise Server: OAuth 2.0 and its own API, since it has no ID token.

use super::{
    Coming, Going, Known,
    http::{Endpoint, Http, Trouble},
};
use crate::config::Provider;
use serde::Deserialize;
use url::Url;

const GITHUB: &str = "https://github.com";
const GITHUB_API: &str = "https://api.github.com";

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct User {
    id: i64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Email {
    email: String,
    primary: bool,
    verified: bool,
}

/// An address at the provider, and one of its API.
fn places(provider: &Provider, path: &str, call: &str) -> Result<[Endpoint; 2], Trouble> {
    let site = provider.issuer();
    let unusable = |_| Trouble::Unusable(format!("its issuer {site:?} isn't an address"));
    let base = Url::parse(site).map_err(unusable)?;
    let api = if site == GITHUB { GITHUB_API.to_owned() } else { format!("{site}/api/v3") };
    let path = Endpoint::named("issuer", &format!("{site}/login/oauth/{path}"), &base)?;
    Ok([path, Endpoint::named("issuer", &format!("{api}/{call}"), &base)?])
}

pub(super) fn authorize(provider: &Provider, going: Going<'_>) -> Result<Url, Trouble> {
    let [place, _] = places(provider, "authorize", "user")?;
    let mut url = place.url().clone();
    url.query_pairs_mut()
        .append_pair("client_id", &provider.client_id)
        .append_pair("redirect_uri", going.redirect)
        .append_pair("scope", provider.scopes())
        .append_pair("state", going.state)
        .append_pair("code_challenge", going.challenge)
        .append_pair("code_challenge_method", "S256");
    Ok(url)
}

pub(super) async fn come_back(http: &Http, provider: &Provider, coming: Coming<'_>) -> Result<Known, Trouble> {
    let [token, user] = places(provider, "access_token", "user")?;
    let [_, emails] = places(provider, "access_token", "user/emails")?;
    let form = [
        ("client_id", provider.client_id.as_str()),
        ("client_secret", provider.client_secret.expose()),
        ("code", coming.code),
        ("redirect_uri", coming.redirect),
        ("code_verifier", coming.verifier),
    ];
    let Token { access_token } = http.post(&token, &form, None).await?;
    let user: User = http.get(&user, Some(&access_token)).await?;
    let emails: Vec<Email> = http.get(&emails, Some(&access_token)).await?;
    // The one that GitHub writes to, and only if it is proven to be theirs.
    let email = emails.into_iter().find(|email| email.primary && email.verified).map(|email| email.email);
    let name = user.name.filter(|name| !name.trim().is_empty()).unwrap_or(user.login);
    Ok(Known { subject: user.id.to_string(), is_verified: email.is_some(), email, name: Some(name) })
}

/// Whether it answers.
pub(super) async fn ask(http: &Http, provider: &Provider) -> Result<(), Trouble> {
    let [_, api] = places(provider, "authorize", "meta")?;
    http.get::<serde_json::Value>(&api, None).await.map(drop)
}
