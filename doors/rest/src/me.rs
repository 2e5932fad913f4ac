use crate::{
    Deps,
    answer::{self, Answer},
    document::{Conflict, TooMany},
    extract::Json,
    session::Signed,
};
use accounts_contract::Me;
use axum::extract::State;
use people_contract::{ProfileEdit, Status};
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

/// A change of what I am to others, and of the language of my mails: what is absent stays.
#[derive(serde::Deserialize, utoipa::ToSchema)]
struct MeEdit {
    display_name: Option<String>,
    /// 2 to 32 of `a-z 0-9 _ .`; may be changed twice an hour. The old one stays one's own for 14 days.
    handle: Option<String>,
    /// Up to 500 characters.
    bio: Option<String>,
    /// Up to 40 characters.
    pronouns: Option<String>,
    /// `#rrggbb`; empty: none.
    accent_color: Option<String>,
    /// Without emoji and text: none.
    status: Option<Status>,
    /// `en` or `de`.
    language: Option<String>,
}

/// Change my profile, or the language of my mails.
#[utoipa::path(
    patch, path = "/api/v1/me", tag = "me", security(("bearer" = [])), request_body = MeEdit,
    responses((status = 200, description = "The caller, changed.", body = Me), Conflict, TooMany)
)]
async fn edit_me(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Json(edit): Json<MeEdit>,
) -> Answer<answer::Json<Me>> {
    let MeEdit { display_name, handle, bio, pronouns, accent_color, status, language } = edit;
    if let Some(language) = language {
        deps.accounts.set_language(caller, language).await?;
    }
    let profile = ProfileEdit { display_name, handle, bio, pronouns, accent_color, status };
    deps.people.edit(caller, profile).await?;
    Ok(answer::Json(deps.accounts.me(caller).await?))
}
