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
    let (calls, document) = calls().split_for_parts();
    Router::new()
        .merge(calls.with_state(deps))
        .merge(docs::router(&document::complete(document)))
        .route("/api", any(answer::no_such_address))
        .route("/api/{*rest}", any(answer::no_such_address))
        .route("/files/{*rest}", any(answer::no_such_address))
        .method_not_allowed_fallback(answer::method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(random, layers::around))
}

/// The OpenAPI document of every call.
pub fn openapi() -> utoipa::openapi::OpenApi {
    document::complete(calls().into_openapi())
}

fn calls() -> OpenApiRouter<Deps> {
    OpenApiRouter::with_openapi(document::base())
        .merge(accounts::routes())
        .merge(registration::routes())
        .merge(auth::routes())
        .merge(credentials::routes())
        .merge(authenticator::routes())
        .merge(passkeys::routes())
        .merge(sessions::routes())
        .merge(me::routes())
        .merge(settings::routes())
        .merge(images::routes())
        .merge(leaving::routes())
        .merge(exports::routes())
        .merge(users::routes())
        .merge(friends::routes())
        .merge(blocks::routes())
        .merge(overview::routes())
        .merge(guilds::routes())
        .merge(moderation::routes())
        .merge(reports::routes())
        .merge(channels::routes())
        .merge(overwrites::routes())
        .merge(roles::routes())
        .merge(invites::routes())
        .merge(directs::routes())
        .merge(messages::routes())
        .merge(streams::routes())
        .merge(setup::routes())
        .merge(operator::routes())
        .merge(health::routes())
}
