use crate::{
    Deps,
    answer::{self, Answer},
    extract::{Path, Query, limit},
    session::Signed,
};
use axum::{extract::State, http::StatusCode};
use kernel::{Page, UserId};
use people_contract::Friend;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(friends)).routes(routes!(befriend, unfriend))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
struct FriendPage {
    /// How many at most.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// My friends, and requests that wait for an answer, by their ids.
#[utoipa::path(
    get, path = "/api/v1/me/friends", tag = "people", security(("bearer" = [])), params(FriendPage),
    responses((status = 200, description = "A page of them.", body = Page<Friend>))
)]
async fn friends(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Query(page): Query<FriendPage>,
) -> Answer<answer::Json<Page<Friend>>> {
    Ok(answer::Json(deps.people.friends(caller, limit(page.limit)?, page.after).await?))
}

/// Ask a person to be friends, or accept their request.
///
/// Requests that cross make friends at once. Asking again changes nothing. Who takes no requests from the caller is known by
/// `friend_request_not_taken`.
#[utoipa::path(
    put, path = "/api/v1/me/friends/{user}", tag = "people", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Whom.")),
    responses(
        (status = 200, description = "How they stand to the caller now.", body = Friend),
        crate::document::Forbidden, crate::document::Conflict, crate::document::Unprocessable, crate::document::TooMany
    )
)]
async fn befriend(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(user): Path<UserId>,
) -> Answer<answer::Json<Friend>> {
    Ok(answer::Json(deps.people.befriend(caller, user).await?))
}

/// End a friendship, refuse a request, or take one back.
#[utoipa::path(
    delete, path = "/api/v1/me/friends/{user}", tag = "people", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Whom.")),
    responses((status = 204, description = "There is nothing between them any more."))
)]
async fn unfriend(State(deps): State<Deps>, Signed(caller): Signed, Path(user): Path<UserId>) -> Answer<StatusCode> {
    deps.people.unfriend(caller, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
