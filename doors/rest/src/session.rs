//! Who calls, and the browser's refresh cookie.

use crate::{Deps, answer::Refusal};
use accounts_contract::{Device, SignedIn};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
};
use kernel::{Caller, Kind, Problem, Result};

const CLIENT: HeaderName = HeaderName::from_static("x-guildhall-client");
const COOKIE: &str = "guildhall_refresh";
/// What a browser keeps while it is at a provider.
const AUTH_COOKIE: &str = "guildhall_auth";
/// How long a browser keeps the cookie. The token in it may end sooner; every refresh renews both.
const COOKIE_SECONDS: u32 = 90 * 24 * 3_600;
const MAX_USER_AGENT_CHARS: usize = 200;
const MAX_LANGUAGES_CHARS: usize = 200;

/// The caller, by the access token.
pub(crate) struct Signed(pub(crate) Caller);

impl FromRequestParts<Deps> for Signed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, deps: &Deps) -> Result<Self, Refusal> {
        let given = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let token = given.and_then(|v| v.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, token)) = token else {
            return Err(Problem::new(
                Kind::Unauthenticated,
                "token_missing",
                "This call needs an access token: send the header `Authorization: Bearer …`.",
            )
            .into());
        };
        Ok(Self(deps.accounts.authenticate(token.trim().to_owned()).await?.caller))
    }
}

/// What the caller signs in from, and whether it is a browser, whose refresh token lives in a cookie.
pub(crate) struct Client {
    pub(crate) device: Device,
    /// Only set when the caller named itself a browser client from our own origin.
    browser: bool,
    secure: bool,
    cookie: Option<String>,
    /// What it keeps of a sign-in by a provider that is under way.
    pub(crate) auth: Option<String>,
}

impl FromRequestParts<Deps> for Client {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, deps: &Deps) -> Result<Self, Refusal> {
        let headers = &parts.headers;
        let browser = headers.get(&CLIENT).is_some_and(|v| v == "web");
        if browser && !same_origin(headers, deps.public_url.as_deref()) {
            return Err(Problem::forbidden(
                "wrong_origin",
                "A browser may only sign in from this server's own pages: open the address of this server.",
            )
            .into());
        }
        let text = |name, max| {
            let value = headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
            value.map(|v| v.chars().take(max).collect::<String>())
        };
        let device = Device {
            user_agent: text(header::USER_AGENT, MAX_USER_AGENT_CHARS),
            address: deps.trusted_proxies.origin(parts).map(|address| address.to_string()),
            languages: text(header::ACCEPT_LANGUAGE, MAX_LANGUAGES_CHARS),
        };
        Ok(Self {
            device,
            browser,
            secure: deps.public_url.as_deref().is_some_and(|url| url.starts_with("https://")),
            cookie: cookie(headers, COOKIE),
            auth: cookie(headers, AUTH_COOKIE),
        })
    }
}

impl Client {
    /// The refresh token: a browser's from its cookie, anyone else's from the body.
    pub(crate) fn refresh_token(&self, from_body: Option<String>) -> Result<String> {
        let token = if self.browser { self.cookie.clone() } else { from_body };
        token.ok_or_else(|| {
            Problem::new(Kind::Unauthenticated, "refresh_token_missing", "There is no session to refresh: log in.")
        })
    }

    /// Moves a browser's refresh token from the body into its cookie.
    pub(crate) fn hand_over(&self, mut signed_in: SignedIn) -> (HeaderMap, SignedIn) {
        let mut headers = HeaderMap::new();
        if self.browser
            && let Some(token) = signed_in.refresh_token.take()
        {
            self.set_cookie(&mut headers, &token, COOKIE_SECONDS);
        }
        (headers, signed_in)
    }

    /// Takes the cookie away.
    pub(crate) fn forget(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if self.browser {
            self.set_cookie(&mut headers, "", 0);
        }
        headers
    }

    /// Keeps what the browser must bring back from a provider. Lax: it comes back from there.
    pub(crate) fn auth_cookie(&self, value: &str, seconds: u32) -> HeaderMap {
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!("{AUTH_COOKIE}={value}; Path=/api/v1; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&cookie).map(|set| HeaderMap::from_iter([(header::SET_COOKIE, set)])).unwrap_or_default()
    }

    fn set_cookie(&self, headers: &mut HeaderMap, value: &str, seconds: u32) {
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie =
            format!("{COOKIE}={value}; Path=/api/v1/tokens; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            headers.insert(header::SET_COOKIE, cookie);
        }
    }
}

fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, value)| *name == wanted && !value.is_empty()).map(|(_, value)| value.to_owned())
}

/// A browser names the page's origin in every call that changes something; other clients don't.
fn same_origin(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok());
    host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
        || public_url.is_some_and(|url| url.trim_end_matches('/').eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_our_own_pages_use_the_cookie() {
        let host = (header::HOST, "127.0.0.1:8080");
        let from = |origin| headers(&[host.clone(), (header::ORIGIN, origin)]);
        assert!(same_origin(&headers(std::slice::from_ref(&host)), None));
        assert!(same_origin(&from("http://127.0.0.1:8080"), None));
        assert!(!same_origin(&from("http://127.0.0.1:9090"), None));
        assert!(!same_origin(&from("https://evil.example"), Some("https://chat.example")));
        assert!(!same_origin(&from("null"), None));
        assert!(same_origin(&from("https://chat.example"), Some("https://chat.example/")));
    }

    #[test]
    fn the_cookie_is_for_our_pages_and_on_https_for_https_alone() {
        for (secure, url) in [(true, "https"), (false, "http")] {
            let client = Client { device: Device::default(), browser: true, secure, cookie: None, auth: None };
            let mut headers = HeaderMap::new();
            client.set_cookie(&mut headers, "xyz", 60);
            let set = headers[header::SET_COOKIE].to_str().expect("text");
            assert!(
                set.starts_with("guildhall_refresh=xyz; Path=/api/v1/tokens; Max-Age=60; HttpOnly; SameSite=Strict")
            );
            assert_eq!(set.ends_with("; Secure"), secure, "{url}: {set}");
            let set = client.auth_cookie("abc", 600)[header::SET_COOKIE].to_str().expect("text").to_owned();
            assert!(set.starts_with("guildhall_auth=abc; Path=/api/v1; Max-Age=600; HttpOnly; SameSite=Lax"), "{set}");
            assert_eq!(set.ends_with("; Secure"), secure, "{url}: {set}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let found = |cookies| cookie(&headers(&[(header::COOKIE, cookies)]), COOKIE);
        assert_eq!(found("a=1; guildhall_refresh=xyz; b=2").as_deref(), Some("xyz"));
        assert_eq!(found("guildhall_refresh="), None);
        assert_eq!(found("other_guildhall_refresh=xyz"), None);
        assert_eq!(cookie(&headers(&[(header::COOKIE, "guildhall_auth=abc")]), AUTH_COOKIE).as_deref(), Some("abc"));
    }
}
