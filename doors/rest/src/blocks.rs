use crate::{
    Deps,
    answer::{self, Answer},
    extract::{Path, Query, limit},
    session::Signed,
};
use axum::{extract::State, http::StatusCode};
use kernel::{Page, UserId};
use people_contract::Block;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(blocks)).routes(routes!(block, unblock))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
struct BlockPage {
    /// How many at most.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// Whom I have blocked, by their ids.
#[utoipa::path(
    get, path = "/api/v1/me/blocks", tag = "people", security(("bearer" = [])), params(BlockPage),
    responses((status = 200, description = "A page of them.", body = Page<Block>))
)]
async fn blocks(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Query(page): Query<BlockPage>,
) -> Answer<answer::Json<Page<Block>>> {
    Ok(answer::Json(deps.people.blocks(caller, limit(page.limit)?, page.after).await?))
}

/// Block a person.
///
/// It ends a friendship and requests. Neither can ask the other to be friends, open a direct with the other or write in the one
/// that they have, and who is blocked doesn't see whether the caller is online. It holds when this is answered; asking again
/// changes nothing.
#[utoipa::path(
    put, path = "/api/v1/me/blocks/{user}", tag = "people", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Whom.")),
    responses(
        (status = 200, description = "They are blocked.", body = Block),
        crate::document::Conflict, crate::document::Unprocessable
    )
)]
async fn block(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(user): Path<UserId>,
) -> Answer<answer::Json<Block>> {
    Ok(answer::Json(deps.people.block(caller, user).await?))
}

/// Unblock a person.
#[utoipa::path(
    delete, path = "/api/v1/me/blocks/{user}", tag = "people", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Whom.")),
    responses((status = 204, description = "They aren't blocked."))
)]
async fn unblock(State(deps): State<Deps>, Signed(caller): Signed, Path(user): Path<UserId>) -> Answer<StatusCode> {
    deps.people.unblock(caller, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
