use crate::{
    Deps,
    answer::{self, Answer},
    session::Signed,
};
use axum::extract::State;
use overview_contract::View;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(overview))
}

/// All that a client starts from.
///
/// The caller's guilds and directs with their channels and unread counts. `at` says from which `seq` to watch.
#[utoipa::path(
    get, path = "/api/v1/overview", tag = "overview", security(("bearer" = [])),
    responses((status = 200, description = "The caller's places.", body = View))
)]
async fn overview(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<answer::Json<View>> {
    Ok(answer::Json(deps.overview.overview(caller).await?))
}
