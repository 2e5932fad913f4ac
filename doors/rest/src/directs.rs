use crate::{
    Deps,
    answer::{self, Answer},
    extract::Json,
    session::Signed,
};
use axum::extract::State;
use guilds_contract::Channel;
use kernel::{Page, UserId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(open_direct)).routes(routes!(my_channels))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
struct DirectDraft {
    /// With whom.
    user: UserId,
}

/// Open the direct with a person. There is one for each pair of people.
#[utoipa::path(
    post, path = "/api/v1/me/directs", tag = "channels", security(("bearer" = [])), request_body = DirectDraft,
    responses((status = 200, description = "The direct.", body = Channel), crate::document::NotFound)
)]
async fn open_direct(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Json(draft): Json<DirectDraft>,
) -> Answer<answer::Json<Channel>> {
    Ok(answer::Json(deps.guilds.open_direct(caller, draft.user).await?))
}

/// My directs.
#[utoipa::path(
    get, path = "/api/v1/me/channels", tag = "channels", security(("bearer" = [])),
    responses((status = 200, description = "The caller's directs.", body = Page<Channel>))
)]
async fn my_channels(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<answer::Json<Page<Channel>>> {
    Ok(answer::Json(deps.guilds.my_channels(caller).await?))
}
