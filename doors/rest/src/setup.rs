use crate::{
    Deps,
    answer::{self, Answer},
};
use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(setup))
}

#[derive(serde::Serialize, utoipa::ToSchema)]
struct Setup {
    /// Whether the first account, which runs this installation, is there.
    set_up: bool,
}

/// Whether this installation has its first account yet.
#[utoipa::path(
    get, path = "/api/v1/setup", tag = "operating",
    responses((status = 200, description = "How far the installation is.", body = Setup))
)]
async fn setup(State(deps): State<Deps>) -> Answer<answer::Json<Setup>> {
    Ok(answer::Json(Setup { set_up: deps.accounts.is_set_up().await? }))
}
