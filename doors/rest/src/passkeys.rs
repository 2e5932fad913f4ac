use crate::{
    Deps,
    accounts::{Created, created},
    answer::{self, Answer},
    document::{Conflict, Forbidden, Gone, TooMany, Unauthenticated},
    extract::{Json, Path},
    session::{Client, Signed},
};
use accounts_contract::{Asserted, CreationOptions, NewPasskey, Passkey, RequestOptions, SignedIn};
use axum::{extract::State, http::StatusCode};
use kernel::PasskeyId;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(passkey_creation))
        .routes(routes!(add_passkey))
        .routes(routes!(rename_passkey, remove_passkey))
        .routes(routes!(passkey_request))
        .routes(routes!(log_in_by_passkey))
        .routes(routes!(proof_request))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
struct PasskeyEdit {
    #[schema(example = "My phone")]
    name: String,
}

/// Begin to make a passkey: what the browser is to be asked.
///
/// The session must be proven (`POST /api/v1/me/proof`). `passkeys_unavailable`: this installation's address has no name, or no
/// TLS, so that browsers have no passkeys there.
#[utoipa::path(
    post, path = "/api/v1/me/credentials/passkeys/options", tag = "me", security(("bearer" = [])),
    responses(
        (status = 200, description = "For `navigator.credentials.create`.", body = CreationOptions),
        Forbidden, Conflict,
    )
)]
async fn passkey_creation(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<answer::Json<CreationOptions>> {
    Ok(answer::Json(deps.accounts.passkey_creation(caller).await?))
}

/// Keep a passkey that the browser made.
#[utoipa::path(
    post, path = "/api/v1/me/credentials/passkeys", tag = "me", security(("bearer" = [])), request_body = NewPasskey,
    responses((status = 201, description = "The passkey.", body = Passkey), Conflict, Gone)
)]
async fn add_passkey(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Json(body): Json<NewPasskey>,
) -> Answer<(StatusCode, answer::Json<Passkey>)> {
    Ok((StatusCode::CREATED, answer::Json(deps.accounts.add_passkey(caller, body).await?)))
}

/// Call a passkey something else.
#[utoipa::path(
    patch, path = "/api/v1/me/credentials/passkeys/{passkey}", tag = "me", security(("bearer" = [])),
    request_body = PasskeyEdit, params(("passkey" = PasskeyId, Path)),
    responses((status = 200, description = "The passkey, renamed.", body = Passkey))
)]
async fn rename_passkey(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(passkey): Path<PasskeyId>,
    Json(body): Json<PasskeyEdit>,
) -> Answer<answer::Json<Passkey>> {
    Ok(answer::Json(deps.accounts.rename_passkey(caller, passkey, body.name).await?))
}

/// Remove a passkey.
///
/// The session must be proven (`POST /api/v1/me/proof`). What opens the account last stays: `last_credential`.
#[utoipa::path(
    delete, path = "/api/v1/me/credentials/passkeys/{passkey}", tag = "me", security(("bearer" = [])),
    params(("passkey" = PasskeyId, Path)),
    responses((status = 204, description = "It is gone."), Forbidden, Conflict)
)]
async fn remove_passkey(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(passkey): Path<PasskeyId>,
) -> Answer<StatusCode> {
    deps.accounts.remove_passkey(caller, passkey).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begin to log in with a passkey: what the browser is to be asked. No e-mail address is needed.
#[utoipa::path(
    post, path = "/api/v1/sessions/passkey/options", tag = "accounts",
    responses((status = 200, description = "For `navigator.credentials.get`.", body = RequestOptions), Conflict)
)]
async fn passkey_request(State(deps): State<Deps>) -> Answer<answer::Json<RequestOptions>> {
    Ok(answer::Json(deps.accounts.passkey_request(None).await?))
}

/// Log in with a passkey.
///
/// No other factor is asked for: a passkey is used by who has it and unlocks it.
#[utoipa::path(
    post, path = "/api/v1/sessions/passkey", tag = "accounts", request_body = Asserted,
    params(("X-Guildhall-Client" = Option<String>, Header, description = "`web`: keep the refresh token in a cookie.")),
    responses(
        (status = 201, description = "A new session.", body = SignedIn),
        Unauthenticated, Forbidden, Conflict, Gone, TooMany,
    )
)]
async fn log_in_by_passkey(State(deps): State<Deps>, client: Client, Json(body): Json<Asserted>) -> Answer<Created> {
    let signed_in = deps.accounts.log_in_by_passkey(body, client.device.clone()).await?;
    Ok(created(&client, signed_in))
}

/// Begin to prove with one of my passkeys: what the browser is to be asked. Its answer goes to `/api/v1/me/proof`.
#[utoipa::path(
    post, path = "/api/v1/me/proof/passkey", tag = "me", security(("bearer" = [])),
    responses((status = 200, description = "For `navigator.credentials.get`.", body = RequestOptions), Conflict)
)]
async fn proof_request(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<answer::Json<RequestOptions>> {
    Ok(answer::Json(deps.accounts.passkey_request(Some(caller)).await?))
}
