use crate::{
    Deps,
    answer::{self, Answer},
    extract::Json,
    session::Signed,
};
use accounts_contract::Me;
use axum::extract::State;
use people_contract::ProfileEdit;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(me, edit_me))
}

/// Who am I?
#[utoipa::path(
    get, path = "/api/v1/me", tag = "me", security(("bearer" = [])),
    responses((status = 200, description = "The caller.", body = Me))
)]
async fn me(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<answer::Json<Me>> {
    Ok(answer::Json(deps.accounts.me(caller).await?))
}

/// Change my profile.
#[utoipa::path(
    patch, path = "/api/v1/me", tag = "me", security(("bearer" = [])), request_body = ProfileEdit,
    responses((status = 200, description = "The caller, changed.", body = Me))
)]
async fn edit_me(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Json(edit): Json<ProfileEdit>,
) -> Answer<answer::Json<Me>> {
    deps.people.edit(caller, edit).await?;
    Ok(answer::Json(deps.accounts.me(caller).await?))
}
