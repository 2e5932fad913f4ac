//! Asking a provider. Answers are bounded in time and size, redirects aren't followed, and what a provider names beside its
//! own host must be on the internet.

use super::address::is_public;
use kernel::{Problem, Result};
use reqwest::{
    Client, Method, RequestBuilder, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header,
    redirect::Policy,
};
use serde::de::DeserializeOwned;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use url::{Host, Url, form_urlencoded};

const CONNECT: Duration = Duration::from_secs(3);
/// How long a provider may take for one answer.
const ANSWER: Duration = Duration::from_secs(5);
const MAX_BYTES: usize = 256 << 10;

/// What came of asking.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It isn't there, or too slow. For the log.
    Away(String),
    /// It said no: its status, and the code of its error (RFC 6749 §5.2).
    Refused(StatusCode, String),
    /// What it says can't be used. For the operator.
    Unusable(String),
}

/// Where to ask.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    url: Url,
    is_own: bool,
}

impl Endpoint {
    /// An address that the provider at `issuer` named. Plain http is for providers that are on it themselves, for
    /// development.
    pub(super) fn named(what: &str, address: &str, issuer: &Url) -> Result<Self, Trouble> {
        let bad = |why: &str| Trouble::Unusable(format!("its {what} is {address:?}, which {why}"));
        let url = Url::parse(address).map_err(|_| bad("isn't an address"))?;
        if url.scheme() != "https" && !(url.scheme() == "http" && issuer.scheme() == "http") {
            return Err(bad("isn't on https"));
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(bad("holds more than an address should"));
        }
        let is_own = url.host() == issuer.host();
        let is_outside = match url.host() {
            Some(Host::Ipv4(v4)) => is_public(v4.into()),
            Some(Host::Ipv6(v6)) => is_public(v6.into()),
            Some(Host::Domain(_)) => true,
            None => false,
        };
        match is_own || is_outside {
            true => Ok(Self { url, is_own }),
            false => Err(bad("is in a network that isn't the provider's")),
        }
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }
}

#[derive(Clone)]
pub(crate) struct Http {
    own: Client,
    outside: Client,
}

impl Http {
    pub(crate) fn new() -> Result<Self> {
        // Another part may have chosen it already.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = || {
            Client::builder()
                .user_agent("Guildhall")
                .redirect(Policy::none())
                .connect_timeout(CONNECT)
                .timeout(ANSWER)
                .pool_max_idle_per_host(1)
        };
        let outside = client().dns_resolver(Arc::new(Outside)).build().map_err(Problem::internal)?;
        Ok(Self { own: client().build().map_err(Problem::internal)?, outside })
    }

    /// A document there, as JSON.
    pub(super) async fn get<T: DeserializeOwned>(&self, from: &Endpoint, bearer: Option<&str>) -> Result<T, Trouble> {
        let mut request = self.request(Method::GET, from);
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        answer(request).await
    }

    /// What it says to a form. With `basic` the caller names itself in the header.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        to: &Endpoint,
        form: &[(&str, &str)],
        basic: Option<(&str, &str)>,
    ) -> Result<T, Trouble> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = self.request(Method::POST, to).body(body);
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some((id, secret)) = basic {
            // RFC 6749 §2.3.1: both are encoded as in a form before they are a user's name and password.
            let encoded = |raw: &str| form_urlencoded::byte_serialize(raw.as_bytes()).collect::<String>();
            request = request.basic_auth(encoded(id), Some(encoded(secret)));
        }
        answer(request).await
    }

    fn request(&self, method: Method, to: &Endpoint) -> RequestBuilder {
        let client = if to.is_own { &self.own } else { &self.outside };
        client.request(method, to.url.clone()).header(header::ACCEPT, "application/json")
    }
}

async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Trouble> {
    // Without the address, which may hold what is nobody's business.
    let away = |error: reqwest::Error| Trouble::Away(causes(&error.without_url()));
    let mut response = request.send().await.map_err(away)?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(away)? {
        if body.len() + piece.len() > MAX_BYTES {
            return Err(Trouble::Unusable(format!("its answer is longer than {} KiB", MAX_BYTES >> 10)));
        }
        body.extend_from_slice(&piece);
    }
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(Trouble::Away(format!("it answers {status}")));
    }
    // GitHub tells errors with a 200.
    if let Some(error) = serde_json::from_slice::<ErrorDocument>(&body).ok().and_then(|document| document.error) {
        return Err(Trouble::Refused(status, error));
    }
    if !status.is_success() {
        return Err(Trouble::Refused(status, String::new()));
    }
    serde_json::from_slice(&body).map_err(|error| Trouble::Unusable(format!("its answer can't be read: {error}")))
}

#[derive(serde::Deserialize)]
struct ErrorDocument {
    error: Option<String>,
}

fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Names of hosts on the internet only; asked once for each connection, so that a name can't mean something else later.
struct Outside;

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            match public.is_empty() {
                true => Err(format!("{} isn't on the internet", name.as_str()).into()),
                false => Ok(Box::new(public.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(address: &str, issuer: &str) -> Option<bool> {
        let issuer = Url::parse(issuer).expect("an address");
        Endpoint::named("token_endpoint", address, &issuer).ok().map(|endpoint| endpoint.is_own)
    }

    #[test]
    fn what_a_provider_names_is_its_own_or_on_the_internet() {
        let google = "https://accounts.google.com";
        assert_eq!(endpoint("https://accounts.google.com/o/oauth2/v2/auth", google), Some(true));
        assert_eq!(endpoint("https://oauth2.googleapis.com/token", google), Some(false));
        assert_eq!(endpoint("https://1.1.1.1/token", google), Some(false));
        for bad in [
            "http://accounts.google.com/token",
            "https://169.254.169.254/latest",
            "https://127.0.0.1/token",
            "https://[::1]/token",
            "https://2130706433/token",
            "https://user:password@accounts.google.com/token",
            "https://accounts.google.com/token#x",
            "file:///etc/passwd",
            "/token",
            "",
        ] {
            assert_eq!(endpoint(bad, google), None, "{bad}");
        }
        let own = "http://127.0.0.1:5556/dex";
        assert_eq!(endpoint("http://127.0.0.1:5556/dex/token", own), Some(true));
        assert_eq!(endpoint("http://127.0.0.2:5556/dex/token", own), None);
    }

    #[tokio::test]
    async fn a_name_that_stands_for_this_machine_is_not_on_the_internet() {
        let refused = Outside.resolve("localhost".parse().expect("a name")).await;
        assert!(refused.err().expect("refused").to_string().contains("isn't on the internet"));
    }
}
