use crate::{
    Deps,
    answer::{self, Answer},
    extract::Json,
    session::Signed,
};
use axum::extract::State;
use people_contract::{Settings, SettingsEdit};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(settings, edit_settings))
}

/// What I set for all my devices.
#[utoipa::path(
    get, path = "/api/v1/me/settings", tag = "me", security(("bearer" = [])),
    responses((status = 200, description = "All settings.", body = Settings))
)]
async fn settings(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<answer::Json<Settings>> {
    Ok(answer::Json(deps.people.settings(caller).await?))
}

/// Change some of my settings, for all my devices.
///
/// What isn't named stays. Of two devices that change the same one, the later wins; `settings_changed` tells the others.
#[utoipa::path(
    patch, path = "/api/v1/me/settings", tag = "me", security(("bearer" = [])), request_body = SettingsEdit,
    responses((status = 200, description = "All settings.", body = Settings))
)]
async fn edit_settings(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Json(edit): Json<SettingsEdit>,
) -> Answer<answer::Json<Settings>> {
    Ok(answer::Json(deps.people.edit_settings(caller, edit).await?))
}
