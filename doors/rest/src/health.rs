use crate::{
    Deps,
    answer::{self, Answer},
};
use accounts_contract::Accounts;
use axum::{
    Router,
    extract::{FromRef, State},
    routing::get,
};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz))
}

/// The same two where there is nothing else of REST.
pub fn health(accounts: Arc<dyn Accounts>) -> Router {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz)).with_state(accounts)
}

impl FromRef<Deps> for Arc<dyn Accounts> {
    fn from_ref(deps: &Deps) -> Self {
        deps.accounts.clone()
    }
}

#[derive(serde::Serialize, utoipa::ToSchema)]
struct Health {
    /// `ok`: otherwise this is a problem document.
    status: &'static str,
}

const OK: answer::Json<Health> = answer::Json(Health { status: "ok" });

/// The process is alive.
#[utoipa::path(
    get, path = "/healthz", tag = "operating",
    responses((status = 200, description = "It is.", body = Health))
)]
async fn healthz() -> answer::Json<Health> {
    OK
}

/// The server can do its work: its database answers.
#[utoipa::path(
    get, path = "/readyz", tag = "operating",
    responses((status = 200, description = "It can.", body = Health))
)]
async fn readyz(State(accounts): State<Arc<dyn Accounts>>) -> Answer<answer::Json<Health>> {
    accounts.is_set_up().await?;
    Ok(OK)
}
