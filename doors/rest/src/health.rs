use crate::{
    Deps,
    answer::{self, Answer},
};
use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz))
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
async fn readyz(State(deps): State<Deps>) -> Answer<answer::Json<Health>> {
    deps.accounts.is_set_up().await?;
    Ok(OK)
}
