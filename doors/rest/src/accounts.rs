use crate::{
    Deps,
    answer::{self, Answer, Refusal},
    document::{Conflict, Forbidden, Gone, TooMany, Unauthenticated},
    extract::{Json, MaybeJson},
    session::Client,
};
use accounts_contract::{Credentials, LoggedIn, Registered, Registration, SecondFactor, SecondFactorNeeded, SignedIn};
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
        .routes(routes!(second_factor))
        .routes(routes!(refresh))
}

/// Register an account and sign in.
///
/// The first account runs the installation. With the header `X-Guildhall-Client: web` the refresh token comes as
/// an HttpOnly cookie instead of in the body. Where people must prove their address, the answer is 202, also when the
/// address is taken: the rest is in a mail.
#[utoipa::path(
    post, path = "/api/v1/accounts", tag = "accounts", request_body = Registration,
    params(("X-Guildhall-Client" = Option<String>, Header, description = "`web`: keep the refresh token in a cookie.")),
    responses(
        (status = 201, description = "The account is made, and signed in.", body = SignedIn),
        (status = 202, description = "The rest is in a mail to the address.", body = MailSent),
        Forbidden, Conflict, TooMany,
    )
)]
async fn register(State(deps): State<Deps>, client: Client, Json(body): Json<Registration>) -> Answer<Response> {
    let email = body.email.clone();
    Ok(match deps.accounts.register(body, client.device.clone()).await? {
        Registered::SignedIn(signed_in) => created(&client, *signed_in).into_response(),
        Registered::CheckEmail => (StatusCode::ACCEPTED, answer::Json(MailSent { email })).into_response(),
    })
}

#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct MailSent {
    /// The address that was given.
    pub(crate) email: String,
}

/// Log in.
///
/// Where the account has an authenticator app, the right password is answered with 202 and a challenge: give it with a code to
/// `/api/v1/sessions/second-factor`.
#[utoipa::path(
    post, path = "/api/v1/sessions", tag = "accounts", request_body = Credentials,
    params(("X-Guildhall-Client" = Option<String>, Header, description = "`web`: keep the refresh token in a cookie.")),
    responses(
        (status = 201, description = "A new session.", body = SignedIn),
        (status = 202, description = "The password is right; a second factor is asked for.", body = SecondFactorNeeded),
        Unauthenticated, Forbidden, TooMany,
    )
)]
async fn log_in(State(deps): State<Deps>, client: Client, Json(body): Json<Credentials>) -> Answer<Response> {
    Ok(match deps.accounts.log_in(body, client.device.clone()).await? {
        LoggedIn::SignedIn(signed_in) => created(&client, *signed_in).into_response(),
        LoggedIn::SecondFactor(needed) => (StatusCode::ACCEPTED, answer::Json(needed)).into_response(),
    })
}

/// Log in, second step: a code of the authenticator app, or a recovery code.
///
/// A code is good once. The challenge is, too, and for 5 minutes; wrong codes don't use it up, but make the next ones wait.
#[utoipa::path(
    post, path = "/api/v1/sessions/second-factor", tag = "accounts", request_body = SecondFactor,
    params(("X-Guildhall-Client" = Option<String>, Header, description = "`web`: keep the refresh token in a cookie.")),
    responses((status = 201, description = "A new session.", body = SignedIn), Unauthenticated, Forbidden, Gone, TooMany)
)]
async fn second_factor(State(deps): State<Deps>, client: Client, Json(body): Json<SecondFactor>) -> Answer<Created> {
    let signed_in = deps.accounts.second_factor(body, client.device.clone()).await?;
    Ok(created(&client, signed_in))
}

pub(crate) type Created = (StatusCode, HeaderMap, answer::Json<SignedIn>);

pub(crate) fn created(client: &Client, signed_in: SignedIn) -> Created {
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
        Ok(token) => deps.accounts.refresh(token, Some(client.device.clone())).await,
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
