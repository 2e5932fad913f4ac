use crate::{
    Deps,
    answer::{self, Answer},
    document::{Conflict, Forbidden, TooMany},
    extract::{Json, Path},
    session::Signed,
};
use accounts_contract::{Deletion, DeletionRequest, Erasure, PublicKeys};
use axum::{extract::State, http::StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(delete_me))
        .routes(routes!(deletion, cancel_deletion))
        .routes(routes!(erasure))
        .routes(routes!(public_keys))
}

/// Leave for good: delete my account, with all that is kept of me.
///
/// Without `password` the session must be proven (`POST /api/v1/me/proof`). Nothing is erased before `due_at`. Keep the `code`: it tells what became of this when the account is gone.
#[utoipa::path(
    delete, path = "/api/v1/me", tag = "me", security(("bearer" = [])), request_body = DeletionRequest,
    responses((status = 202, description = "When it will be done.", body = Deletion), Forbidden, TooMany)
)]
async fn delete_me(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Json(request): Json<DeletionRequest>,
) -> Answer<(StatusCode, answer::Json<Deletion>)> {
    Ok((StatusCode::ACCEPTED, answer::Json(deps.accounts.delete_account(caller, request).await?)))
}

/// The deletion that I asked for; null when I didn't.
#[utoipa::path(
    get, path = "/api/v1/me/deletion", tag = "me", security(("bearer" = [])),
    responses((status = 200, description = "The deletion, if there is one.", body = Option<Deletion>))
)]
async fn deletion(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<answer::Json<Option<Deletion>>> {
    Ok(answer::Json(deps.accounts.deletion(caller).await?))
}

/// Stay after all.
#[utoipa::path(
    delete, path = "/api/v1/me/deletion", tag = "me", security(("bearer" = [])),
    responses((status = 204, description = "The account stays."), Conflict)
)]
async fn cancel_deletion(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<StatusCode> {
    deps.accounts.cancel_deletion(caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What became of a deletion, with the receipt of each service and, once it is done, all of them signed.
#[utoipa::path(
    get, path = "/api/v1/erasures/{erasure}", tag = "accounts",
    params(("erasure" = String, Path, description = "The deletion's code.")),
    responses((status = 200, description = "How far it is.", body = Erasure))
)]
async fn erasure(State(deps): State<Deps>, Path(code): Path<String>) -> Answer<answer::Json<Erasure>> {
    Ok(answer::Json(deps.accounts.erasure(code).await?))
}

/// What this installation's signatures verify with (a JWK set, RFC 7517).
#[utoipa::path(
    get, path = "/api/v1/keys", tag = "accounts",
    responses((status = 200, description = "The public keys.", body = PublicKeys))
)]
async fn public_keys(State(deps): State<Deps>) -> Answer<answer::Json<PublicKeys>> {
    Ok(answer::Json(deps.accounts.public_keys().await?))
}
