//! The REST door: it parses, calls a contract and renders. It decides nothing.
//!
//! One file for each resource, named as in the path: `/api/v1/guilds` is `guilds.rs`. To add a call, write a
//! handler with `#[utoipa::path]` there and add it to that file's `routes`; the OpenAPI document, its snapshot
//! test and the authorization matrix find it by themselves.

mod accounts;
mod answer;
mod auth;
mod authenticator;
mod blocks;
mod channels;
mod credentials;
mod directs;
mod docs;
mod document;
mod exports;
mod extract;
mod friends;
mod guilds;
mod health;
mod images;
mod invites;
mod layers;
mod leaving;
mod me;
mod messages;
mod moderation;
mod operator;
mod overview;
mod overwrites;
mod passkeys;
mod proxies;
mod registration;
mod reports;
mod roles;
mod session;
mod sessions;
mod settings;
mod setup;
mod streams;
mod users;

pub use health::health;
pub use proxies::TrustedProxies;

use accounts_contract::Accounts;
use axum::{Router, extract::DefaultBodyLimit, middleware, routing::any};
use guilds_contract::Guilds;
use messages_contract::Messages;
use overview_contract::Overview;
use people_contract::People;
use ports::{Blobs, Random};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// The largest body that a call may have, in bytes; pictures have a limit of their own.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// What the door calls.
#[derive(Clone)]
pub struct Deps {
    pub accounts: Arc<dyn Accounts>,
    pub people: Arc<dyn People>,
    pub guilds: Arc<dyn Guilds>,
    pub messages: Arc<dyn Messages>,
    pub overview: Arc<dyn Overview>,
    /// Archives that people take along, and pictures.
    pub blobs: Arc<dyn Blobs>,
    /// Makes request ids.
    pub random: Arc<dyn Random>,
    /// The address that people see, when the operator named one: `https://chat.example.org`.
    pub public_url: Option<Arc<str>>,
    /// Who is believed about where a call comes from.
    pub trusted_proxies: Arc<TrustedProxies>,
}

/// The door, for the paths `/api/**`, `/files/**`, `/healthz` and `/readyz`.
pub fn router(deps: Deps) -> Router {
    let random = deps.random.clone();
    // Each resource's part of the document is let go before the next is made: what is served was written down.
    let calls = RESOURCES.iter().fold(Router::new(), |calls, routes| calls.merge(routes().split_for_parts().0));
    Router::new()
        .merge(calls.with_state(deps))
        .merge(docs::router())
        .route("/api", any(answer::no_such_address))
        .route("/api/{*rest}", any(answer::no_such_address))
        .route("/files/{*rest}", any(answer::no_such_address))
        .method_not_allowed_fallback(answer::method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(random, layers::around))
}

/// The OpenAPI document of every call.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let all = OpenApiRouter::with_openapi(document::base());
    document::complete(RESOURCES.iter().fold(all, |all, routes| all.merge(routes())).into_openapi())
}

/// What each file answers.
const RESOURCES: &[fn() -> OpenApiRouter<Deps>] = &[
    accounts::routes,
    registration::routes,
    auth::routes,
    credentials::routes,
    authenticator::routes,
    passkeys::routes,
    sessions::routes,
    me::routes,
    settings::routes,
    images::routes,
    leaving::routes,
    exports::routes,
    users::routes,
    friends::routes,
    blocks::routes,
    overview::routes,
    guilds::routes,
    moderation::routes,
    reports::routes,
    channels::routes,
    overwrites::routes,
    roles::routes,
    invites::routes,
    directs::routes,
    messages::routes,
    streams::routes,
    setup::routes,
    operator::routes,
    health::routes,
];
