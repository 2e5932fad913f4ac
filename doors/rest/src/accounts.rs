use crate::{
    Deps,
    answer::{self, Answer, Refusal},
    document::{Conflict, Forbidden, TooMany, Unauthenticated},
    extract::{Json, MaybeJson},
    session::{Client, Signed},
};
use accounts_contract::{Credentials, Registration, SignedIn};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use kernel::Kind;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(log_in))
        .routes(routes!(refresh))
        .routes(routes!(log_out))
}

/// Register an account and sign in.
///
/// The first account runs the installation. With the header `X-Guildhall-Client: web` the refresh token comes as
/// an HttpOnly cookie instead of in the body.
#[utoipa::path(
    post, path = "/api/v1/accounts", tag = "accounts", request_body = Registration,
    params(("X-Guildhall-Client" = Option<String>, Header, description = "`web`: keep the refresh token in a cookie.")),
    responses((status = 201, description = "The account is made, and signed in.", body = SignedIn), Forbidden, Conflict)
)]
async fn register(State(deps): State<Deps>, client: Client, Json(body): Json<Registration>) -> Answer<Created> {
    let signed_in = deps.accounts.register(body, client.device.clone()).await?;
    Ok(created(&client, signed_in))
}

/// Log in.
#[utoipa::path(
    post, path = "/api/v1/sessions", tag = "accounts", request_body = Credentials,
    params(("X-Guildhall-Client" = Option<String>, Header, description = "`web`: keep the refresh token in a cookie.")),
    responses((status = 201, description = "A new session.", body = SignedIn), Unauthenticated, Forbidden, TooMany)
)]
async fn log_in(State(deps): State<Deps>, client: Client, Json(body): Json<Credentials>) -> Answer<Created> {
    let signed_in = deps.accounts.log_in(body, client.device.clone()).await?;
    Ok(created(&client, signed_in))
}

type Created = (StatusCode, HeaderMap, answer::Json<SignedIn>);

fn created(client: &Client, signed_in: SignedIn) -> Created {
    let (headers, signed_in) = client.hand_over(signed_in);
    (StatusCode::CREATED, headers, answer::Json(signed_in))
}

#[derive(Default, serde::Deserialize, utoipa::ToSchema)]
struct RefreshDraft {
    /// Absent for browsers, whose cookie holds it.
    #[serde(default)]
    refresh_token: Option<String>,
}

/// Exchange a refresh token for new tokens.
///
/// The same token answers the same successor for 30 seconds; used later again, it ends the session.
#[utoipa::path(
    post, path = "/api/v1/tokens/refresh", tag = "accounts", request_body = Option<RefreshDraft>,
    params(("X-Guildhall-Client" = Option<String>, Header, description = "`web`: the refresh token is in the cookie.")),
    responses((status = 200, description = "New tokens of the same session.", body = SignedIn), Unauthenticated, Forbidden, TooMany)
)]
async fn refresh(State(deps): State<Deps>, client: Client, MaybeJson(body): MaybeJson<RefreshDraft>) -> Response {
    let refreshed = match client.refresh_token(body.refresh_token) {
        Ok(token) => deps.accounts.refresh(token).await,
        Err(problem) => Err(problem),
    };
    match refreshed {
        Ok(signed_in) => {
            let (headers, signed_in) = client.hand_over(signed_in);
            (headers, answer::Json(signed_in)).into_response()
        }
        // A token that is of no use any more is taken out of the browser; one that couldn't be tried stays.
        Err(problem) if problem.kind == Kind::Unauthenticated => (client.forget(), Refusal(problem)).into_response(),
        Err(problem) => Refusal(problem).into_response(),
    }
}

/// Log out: this session's tokens and sockets stop working.
#[utoipa::path(
    delete, path = "/api/v1/sessions/current", tag = "accounts", security(("bearer" = [])),
    params(("X-Guildhall-Client" = Option<String>, Header, description = "`web`: take the cookie away, too.")),
    responses((status = 204, description = "The session has ended."), Forbidden)
)]
async fn log_out(State(deps): State<Deps>, client: Client, Signed(caller): Signed) -> Answer<(StatusCode, HeaderMap)> {
    deps.accounts.log_out(caller).await?;
    Ok((StatusCode::NO_CONTENT, client.forget()))
}
