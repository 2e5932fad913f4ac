//! An OpenID provider, and a server shaped like GitHub, that say whatever a test wants.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

pub(crate) const CLIENT: &str = "guildhall:test";
pub(crate) const SECRET: &str = "a secret/with=signs";
pub(crate) const CODE: &str = "the code";

/// A key, with the name that the provider gives it.
pub(crate) struct Key {
    kid: &'static str,
    pair: EcdsaKeyPair,
}

impl Key {
    pub(crate) fn new(kid: &'static str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).expect("a key");
        Self { kid, pair }
    }

    fn shown(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": self.kid, "x": part(&point[1..33]), "y": part(&point[33..]) })
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).expect("signed");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    pub(crate) fn header(&self) -> Value {
        json!({ "alg": "ES256", "kid": self.kid, "typ": "JWT" })
    }
}

/// What the provider says.
pub(crate) struct Plan {
    pub(crate) discovery: Value,
    pub(crate) keys: Vec<Value>,
    pub(crate) token: (u16, Value),
    pub(crate) userinfo: Value,
    /// For all paths but discovery: what is said instead.
    pub(crate) instead: Option<(u16, &'static str, String)>,
    pub(crate) delay: Duration,
    /// Of PKCE, as the browser brought it.
    pub(crate) challenge: String,
    /// What was asked for, in order.
    pub(crate) asked: Vec<String>,
}

pub(crate) struct Provider {
    pub(crate) issuer: String,
    pub(crate) plan: Arc<Mutex<Plan>>,
}

type Shared = State<Arc<Mutex<Plan>>>;

impl Provider {
    pub(crate) async fn start(key: &Key) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let discovery = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/jwks"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
        });
        let plan = Plan {
            discovery,
            keys: vec![json!({ "kty": "unheard of" }), key.shown()],
            token: (200, json!({})),
            userinfo: json!({}),
            instead: None,
            delay: Duration::ZERO,
            challenge: String::new(),
            asked: Vec::new(),
        };
        let plan = Arc::new(Mutex::new(plan));
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery_document))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .route("/login/oauth/access_token", post(token))
            .route("/api/v3/{*call}", get(github));
        let routes = routes.with_state(plan.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { issuer, plan }
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut Plan)) {
        change(&mut self.plan.lock().expect("no panic"));
    }

    /// The provider shows these keys from now on.
    pub(crate) fn show(&self, keys: &[&Key]) {
        self.set(|plan| plan.keys = keys.iter().map(|key| key.shown()).collect());
    }

    pub(crate) fn asked(&self, what: &str) -> usize {
        self.plan.lock().expect("no panic").asked.iter().filter(|asked| *asked == what).count()
    }
}

async fn say(plan: &Mutex<Plan>, what: &str, said: impl FnOnce(&Plan) -> Response) -> Response {
    let delay = plan.lock().expect("no panic").delay;
    tokio::time::sleep(delay).await;
    let mut plan = plan.lock().expect("no panic");
    plan.asked.push(what.to_owned());
    match &plan.instead {
        Some((status, header, value)) if what != "discovery" => {
            let status = StatusCode::from_u16(*status).expect("a status");
            let body = if *header == "body" { value.clone() } else { String::new() };
            let mut response = (status, body).into_response();
            if *header != "body" {
                response.headers_mut().insert(*header, value.parse().expect("a header"));
            }
            response
        }
        _ => said(&plan),
    }
}

async fn discovery_document(State(plan): Shared) -> Response {
    say(&plan, "discovery", |plan| Json(plan.discovery.clone()).into_response()).await
}

async fn jwks(State(plan): Shared) -> Response {
    say(&plan, "jwks", |plan| Json(json!({ "keys": plan.keys })).into_response()).await
}

/// Gives what is planned for a code that is ours: with the right verifier, secret and redirect address.
async fn token(State(plan): Shared, headers: HeaderMap, body: String) -> Response {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    say(&plan, "token", |plan| {
        let is = |name: &str, wanted: &str| form.get(name).is_some_and(|value| value == wanted);
        // Encoded as in a form, as RFC 6749 §2.3.1 wants.
        let basic = base64::engine::general_purpose::STANDARD.encode("guildhall%3Atest:a+secret%2Fwith%3Dsigns");
        let by_header = headers.get(header::AUTHORIZATION).is_some_and(|v| *v == format!("Basic {basic}"));
        let by_form = is("client_id", CLIENT) && is("client_secret", SECRET);
        let verifier = form.get("code_verifier").map(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
        let redirect = "https://chat.example.org/api/v1/auth/own/callback";
        let ours = is("code", CODE) && verifier.as_ref() == Some(&plan.challenge) && is("redirect_uri", redirect);
        if !by_header && !by_form {
            return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "invalid_client" }))).into_response();
        }
        if !ours {
            return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
        }
        let (status, body) = &plan.token;
        (StatusCode::from_u16(*status).expect("a status"), Json(body.clone())).into_response()
    })
    .await
}

fn is_bearer(headers: &HeaderMap) -> bool {
    headers.get(header::AUTHORIZATION).is_some_and(|v| v == "Bearer the access token")
}

async fn userinfo(State(plan): Shared, headers: HeaderMap) -> Response {
    say(&plan, "userinfo", |plan| match is_bearer(&headers) {
        true => Json(plan.userinfo.clone()).into_response(),
        false => StatusCode::UNAUTHORIZED.into_response(),
    })
    .await
}

/// GitHub's API: what is planned as userinfo, by call.
async fn github(State(plan): Shared, Path(call): Path<String>, headers: HeaderMap) -> Response {
    say(&plan, &call, |plan| match is_bearer(&headers) && headers.contains_key(header::USER_AGENT) {
        true => Json(plan.userinfo[&call].clone()).into_response(),
        false => StatusCode::FORBIDDEN.into_response(),
    })
    .await
}
