use crate::{
    Deps,
    answer::{self, Answer},
    document::{Conflict, Forbidden, TooMany},
    extract::Json,
    session::Signed,
};
use accounts_contract::{RecoveryCodes, TotpDraft};
use axum::{extract::State, http::StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(begin_totp, end_totp))
        .routes(routes!(confirm_totp))
        .routes(routes!(renew_recovery_codes))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
struct CodeDraft {
    /// The six digits that the app shows.
    #[schema(example = "287082")]
    code: String,
}

/// Begin to use an authenticator app (TOTP, RFC 6238).
///
/// It isn't asked for before it is confirmed. The session must be proven (`POST /api/v1/me/proof`).
#[utoipa::path(
    post, path = "/api/v1/me/credentials/totp", tag = "me", security(("bearer" = [])),
    responses((status = 201, description = "What the app must be told.", body = TotpDraft), Forbidden, Conflict)
)]
async fn begin_totp(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<(StatusCode, answer::Json<TotpDraft>)> {
    Ok((StatusCode::CREATED, answer::Json(deps.accounts.begin_totp(caller).await?)))
}

/// Confirm that the authenticator app works: from now on it is asked for after the password.
///
/// The answer has 10 recovery codes. They are shown once: keep them where the app isn't.
#[utoipa::path(
    post, path = "/api/v1/me/credentials/totp/confirm", tag = "me", security(("bearer" = [])), request_body = CodeDraft,
    responses((status = 200, description = "The recovery codes.", body = RecoveryCodes), Forbidden, Conflict, TooMany)
)]
async fn confirm_totp(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Json(body): Json<CodeDraft>,
) -> Answer<answer::Json<RecoveryCodes>> {
    Ok(answer::Json(deps.accounts.confirm_totp(caller, body.code).await?))
}

/// Turn off my authenticator app; its recovery codes go with it.
///
/// The session must be proven (`POST /api/v1/me/proof`).
#[utoipa::path(
    delete, path = "/api/v1/me/credentials/totp", tag = "me", security(("bearer" = [])),
    responses((status = 204, description = "It is off."), Forbidden)
)]
async fn end_totp(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<StatusCode> {
    deps.accounts.end_totp(caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// New recovery codes in the place of the old ones.
///
/// The session must be proven (`POST /api/v1/me/proof`).
#[utoipa::path(
    post, path = "/api/v1/me/credentials/recovery-codes", tag = "me", security(("bearer" = [])),
    responses((status = 201, description = "The new codes.", body = RecoveryCodes), Forbidden, Conflict)
)]
async fn renew_recovery_codes(
    State(deps): State<Deps>,
    Signed(caller): Signed,
) -> Answer<(StatusCode, answer::Json<RecoveryCodes>)> {
    Ok((StatusCode::CREATED, answer::Json(deps.accounts.renew_recovery_codes(caller).await?)))
}
