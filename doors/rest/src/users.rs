use crate::{
    Deps,
    answer::{self, Answer},
    extract::{Path, Query},
    session::Signed,
};
use axum::extract::State;
use kernel::{Page, Problem, Result, UserId};
use people_contract::Profile;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(users)).routes(routes!(user)).routes(routes!(user_by_handle))
}

/// Look up a person.
#[utoipa::path(
    get, path = "/api/v1/users/{user}", tag = "people", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Whom.")),
    responses((status = 200, description = "The person.", body = Profile))
)]
async fn user(State(deps): State<Deps>, _caller: Signed, Path(user): Path<UserId>) -> Answer<answer::Json<Profile>> {
    let profile = deps.people.find(user).await?;
    Ok(answer::Json(profile.ok_or_else(|| Problem::not_found("user"))?))
}

/// Look up a person by the handle.
#[utoipa::path(
    get, path = "/api/v1/users/by-handle/{handle}", tag = "people", security(("bearer" = [])),
    params(("handle" = String, Path, description = "Whose, with or without `@`.", example = "ada.lovelace")),
    responses((status = 200, description = "The person.", body = Profile))
)]
async fn user_by_handle(
    State(deps): State<Deps>,
    _caller: Signed,
    Path(handle): Path<String>,
) -> Answer<answer::Json<Profile>> {
    let profile = deps.people.by_handle(handle).await?;
    Ok(answer::Json(profile.ok_or_else(|| Problem::not_found("user"))?))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
struct Ids {
    /// At most 100 ids, with commas between them. Those that there are not are left out.
    #[param(required = false, example = "7301234567890123,7301234567890124")]
    #[serde(default)]
    ids: String,
}

/// Look up several people.
#[utoipa::path(
    get, path = "/api/v1/users", tag = "people", security(("bearer" = [])), params(Ids),
    responses((status = 200, description = "Those whom there are, in no order.", body = Page<Profile>))
)]
async fn users(
    State(deps): State<Deps>,
    _caller: Signed,
    Query(query): Query<Ids>,
) -> Answer<answer::Json<Page<Profile>>> {
    let items = deps.people.profiles(ids(&query.ids)?).await?;
    Ok(answer::Json(Page { items, next: None, at: kernel::At::new() }))
}

fn ids(raw: &str) -> Result<Vec<UserId>> {
    let parsed = raw.split(',').filter(|id| !id.is_empty()).map(str::parse).collect::<Result<_>>();
    parsed.map_err(|problem| Problem { field: Some("ids".into()), ..problem })
}
