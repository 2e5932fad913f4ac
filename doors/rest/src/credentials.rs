use crate::{
    Deps,
    answer::{self, Answer},
    document::{Conflict, Forbidden, Gone, NotFound, TooMany},
    extract::Json,
    session::{Client, Signed},
};
use accounts_contract::{EmailChange, OwnCredentials, PasswordChange, PasswordReset, Proof, Verified};
use axum::{extract::State, http::StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(verify_email))
        .routes(routes!(resend_verification))
        .routes(routes!(ask_password_reset))
        .routes(routes!(reset_password))
        .routes(routes!(change_password))
        .routes(routes!(change_email))
        .routes(routes!(prove))
        .routes(routes!(credentials))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
struct LinkDraft {
    /// What the mailed link holds after `#`.
    token: String,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
struct AddressDraft {
    #[schema(example = "ada@example.org")]
    email: String,
}

/// Confirm an e-mail address by the link that was mailed to it.
///
/// For a new account's address, and for the one that an account changes to. `link_used`, `link_expired` and
/// `link_unknown` tell what is wrong with a link.
#[utoipa::path(
    post, path = "/api/v1/accounts/verify", tag = "accounts", request_body = LinkDraft,
    responses((status = 200, description = "The address is proven.", body = Verified), NotFound, Conflict, Gone, TooMany)
)]
async fn verify_email(
    State(deps): State<Deps>,
    client: Client,
    Json(body): Json<LinkDraft>,
) -> Answer<answer::Json<Verified>> {
    Ok(answer::Json(deps.accounts.verify_email(body.token, client.device).await?))
}

/// Mail the link that confirms an address again.
///
/// The answer is the same whether there is such an account or not.
#[utoipa::path(
    post, path = "/api/v1/accounts/verify/resend", tag = "accounts", request_body = AddressDraft,
    responses((status = 202, description = "Where there is such an account, a mail is on its way."), TooMany)
)]
async fn resend_verification(
    State(deps): State<Deps>,
    client: Client,
    Json(body): Json<AddressDraft>,
) -> Answer<StatusCode> {
    deps.accounts.resend_verification(body.email, client.device).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Mail a link to set a new password.
///
/// The answer is the same, and as soon, whether there is such an account or not.
#[utoipa::path(
    post, path = "/api/v1/accounts/password-reset", tag = "accounts", request_body = AddressDraft,
    responses((status = 202, description = "Where there is such an account, a mail is on its way."), TooMany)
)]
async fn ask_password_reset(
    State(deps): State<Deps>,
    client: Client,
    Json(body): Json<AddressDraft>,
) -> Answer<StatusCode> {
    deps.accounts.ask_password_reset(body.email, client.device).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Set a new password by the link that was mailed. Ends all sessions.
#[utoipa::path(
    post, path = "/api/v1/accounts/password-reset/confirm", tag = "accounts", request_body = PasswordReset,
    responses((status = 204, description = "The password is set; log in with it."), NotFound, Gone, TooMany)
)]
async fn reset_password(
    State(deps): State<Deps>,
    client: Client,
    Json(body): Json<PasswordReset>,
) -> Answer<StatusCode> {
    deps.accounts.reset_password(body, client.device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change my password. Ends all my other sessions.
///
/// Without `old_password` the session must be proven (`POST /api/v1/me/proof`).
#[utoipa::path(
    put, path = "/api/v1/me/password", tag = "me", security(("bearer" = [])), request_body = PasswordChange,
    responses((status = 204, description = "The password is changed."), Forbidden, TooMany)
)]
async fn change_password(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Json(body): Json<PasswordChange>,
) -> Answer<StatusCode> {
    deps.accounts.change_password(caller, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change my e-mail address: a link is mailed to the new one.
///
/// It becomes the account's when that link is followed; then the old address is told. Without `password` the session must be
/// proven (`POST /api/v1/me/proof`).
#[utoipa::path(
    put, path = "/api/v1/me/email", tag = "me", security(("bearer" = [])), request_body = EmailChange,
    responses((status = 202, description = "A mail to the new address is on its way."), Forbidden, TooMany)
)]
async fn change_email(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Json(body): Json<EmailChange>,
) -> Answer<StatusCode> {
    deps.accounts.change_email(caller, body).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Prove that it's me: for 10 minutes this session may change what my account is opened with.
///
/// What needs it and isn't given the password answers 403 with the code `proof_needed`. Signing in proves it, too.
#[utoipa::path(
    post, path = "/api/v1/me/proof", tag = "me", security(("bearer" = [])), request_body = Proof,
    responses((status = 204, description = "The session is proven."), Conflict, Gone, TooMany)
)]
async fn prove(State(deps): State<Deps>, Signed(caller): Signed, Json(body): Json<Proof>) -> Answer<StatusCode> {
    deps.accounts.prove(caller, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is my account opened with?
#[utoipa::path(
    get, path = "/api/v1/me/credentials", tag = "me", security(("bearer" = [])),
    responses((status = 200, description = "The credentials, without what is secret.", body = OwnCredentials))
)]
async fn credentials(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<answer::Json<OwnCredentials>> {
    Ok(answer::Json(deps.accounts.credentials(caller).await?))
}
