use crate::{
    Deps,
    accounts::MailSent,
    answer::{self, Answer, Refusal},
    document::{Conflict, Forbidden, Gone, TooMany, Unauthenticated},
    extract::{Json, MaybeJson, Path, Query},
    session::{Client, Signed},
};
use accounts_contract::{AuthAnswer, AuthDone, AuthPurpose, Identity, LinkRequest, Proof, Provider, SignedIn};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{At, IdentityId, Page, Problem};
use url::form_urlencoded;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The page of the client that ends a sign-in.
const PAGE: &str = "/signing-in";

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(providers))
        .routes(routes!(begin_auth))
        .routes(routes!(auth_callback))
        .routes(routes!(finish_auth))
        .routes(routes!(begin_link))
        .routes(routes!(unlink))
}

/// Whom can I sign in by?
#[utoipa::path(
    get, path = "/api/v1/auth/providers", tag = "accounts",
    responses((status = 200, description = "The providers that this server knows.", body = Page<Provider>))
)]
async fn providers(State(deps): State<Deps>) -> Answer<answer::Json<Page<Provider>>> {
    let items = deps.accounts.providers().await?;
    Ok(answer::Json(Page { items, next: None, at: At::new() }))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Start {
    /// The page of the client to go on to: a path.
    #[serde(default)]
    next: Option<String>,
    /// Where an invitation is needed for a new account: its code.
    #[serde(default)]
    invite: Option<String>,
}

/// Sign in by a provider: for a browser, which is sent there.
///
/// What it must bring back is kept in a cookie for 10 minutes. A browser that can't be sent there is sent to the page of the
/// client that says why.
#[utoipa::path(
    get, path = "/api/v1/auth/{provider}/start", tag = "accounts",
    params(("provider" = String, Path, description = "The provider's name."), Start),
    responses((status = 303, description = "The provider's page."), TooMany)
)]
async fn begin_auth(
    State(deps): State<Deps>,
    client: Client,
    Path(provider): Path<String>,
    headers: HeaderMap,
    Query(Start { next, invite }): Query<Start>,
) -> Response {
    match deps.accounts.begin_auth(provider, next, invite, client.auth.clone(), client.device.clone()).await {
        Ok(begun) => {
            let cookie = client.auth_cookie(&begun.browser, begun.good_for_seconds);
            (StatusCode::SEE_OTHER, cookie, location(&begun.location)).into_response()
        }
        Err(problem) if takes_pages(&headers) => (StatusCode::SEE_OTHER, location(&told(&problem))).into_response(),
        Err(problem) => Refusal(problem).into_response(),
    }
}

fn takes_pages(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// The code alone: a page that showed any text of an address would say whatever somebody makes it say.
fn told(problem: &Problem) -> String {
    format!("{PAGE}#{}", form_urlencoded::Serializer::new(String::new()).append_pair("problem", &problem.code).finish())
}

fn location(to: &str) -> HeaderMap {
    HeaderValue::from_str(to).map(|to| HeaderMap::from_iter([(header::LOCATION, to)])).unwrap_or_default()
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Callback {
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    code: Option<String>,
    /// Why there is no code.
    #[serde(default)]
    error: Option<String>,
    /// RFC 9207: who answers.
    #[serde(default)]
    iss: Option<String>,
}

/// Where a provider sends the browser back to: on to the page of the client that ends the sign-in.
///
/// What the provider sent along goes behind `#`, which reaches no server and no log.
#[utoipa::path(
    get, path = "/api/v1/auth/{provider}/callback", tag = "accounts",
    params(("provider" = String, Path, description = "The provider's name."), Callback),
    responses((status = 303, description = "The client's page."))
)]
async fn auth_callback(Path(provider): Path<String>, Query(sent): Query<Callback>) -> Response {
    let mut page = form_urlencoded::Serializer::new(format!("{PAGE}#"));
    page.append_pair("provider", &provider);
    let sent = [("state", sent.state), ("code", sent.code), ("error", sent.error), ("iss", sent.iss)];
    for (name, value) in sent {
        if let Some(value) = value {
            page.append_pair(name, &value);
        }
    }
    (StatusCode::SEE_OTHER, location(&page.finish())).into_response()
}

/// A session, and where to go on to.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct SignedInBy {
    #[serde(flatten)]
    signed_in: SignedIn,
    /// The page of the client that the sign-in was begun for.
    next: String,
}

/// What a signed-in person's way to a provider and back came to.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Linked {
    purpose: AuthPurpose,
    identity: Identity,
    /// The page of the client that it was begun for.
    next: String,
}

/// End a sign-in by a provider, with what it sent along: log in, link, or prove who I am.
///
/// For the browser that began it, once: its cookie is the other half. Who is new gets an account, with the name and the
/// address that the provider names; an address that has an account is never linked by itself (`identity_email_taken`).
#[utoipa::path(
    post, path = "/api/v1/sessions/exchange", tag = "accounts", request_body = AuthAnswer,
    params(("X-Guildhall-Client" = Option<String>, Header, description = "`web`: keep the refresh token in a cookie.")),
    responses(
        (status = 200, description = "The identity is linked, or the session is proven.", body = Linked),
        (status = 201, description = "A new session.", body = SignedInBy),
        (status = 202, description = "The rest is in a mail to the address.", body = MailSent),
        Unauthenticated, Forbidden, Conflict, Gone, TooMany,
        (status = 404, description = "This server doesn't know of this sign-in."),
    )
)]
async fn finish_auth(State(deps): State<Deps>, client: Client, Json(body): Json<AuthAnswer>) -> Answer<Response> {
    let done = deps.accounts.finish_auth(body, client.auth.clone(), client.device.clone()).await?;
    let linked = |purpose, identity, next| answer::Json(Linked { purpose, identity, next }).into_response();
    Ok(match done {
        AuthDone::SignedIn { signed_in, next } => {
            let (headers, signed_in) = client.hand_over(*signed_in);
            (StatusCode::CREATED, headers, answer::Json(SignedInBy { signed_in, next })).into_response()
        }
        AuthDone::CheckEmail { email } => (StatusCode::ACCEPTED, answer::Json(MailSent { email })).into_response(),
        AuthDone::Linked { identity, next } => linked(AuthPurpose::Link, identity, next),
        AuthDone::Proven { identity, next } => linked(AuthPurpose::Prove, identity, next),
    })
}

/// Where to send the browser.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Begun {
    /// The provider's page.
    location: String,
}

/// Begin to link a provider to my account, or to prove who I am by one that is linked.
///
/// To link, the session must be proven, or the password given. What the browser must bring back is kept in a cookie for 10
/// minutes.
#[utoipa::path(
    post, path = "/api/v1/me/identities", tag = "me", security(("bearer" = [])), request_body = LinkRequest,
    responses((status = 200, description = "Where to go.", body = Begun), Forbidden, TooMany, crate::document::NotFound)
)]
async fn begin_link(
    State(deps): State<Deps>,
    client: Client,
    Signed(caller): Signed,
    Json(body): Json<LinkRequest>,
) -> Answer<(HeaderMap, answer::Json<Begun>)> {
    let begun = deps.accounts.begin_link(caller, body, client.auth.clone()).await?;
    let cookie = client.auth_cookie(&begun.browser, begun.good_for_seconds);
    Ok((cookie, answer::Json(Begun { location: begun.location })))
}

/// Unlink an identity: nobody signs in to my account by it any more.
///
/// The session must be proven, or the password given. The last thing that the account is opened with stays
/// (`last_credential`).
#[utoipa::path(
    delete, path = "/api/v1/me/identities/{identity}", tag = "me", security(("bearer" = [])), request_body = Option<Proof>,
    params(("identity" = IdentityId, Path)),
    responses((status = 204, description = "It is unlinked."), Forbidden, Conflict, TooMany)
)]
async fn unlink(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(identity): Path<IdentityId>,
    MaybeJson(proof): MaybeJson<Proof>,
) -> Answer<StatusCode> {
    deps.accounts.unlink(caller, identity, Some(proof)).await?;
    Ok(StatusCode::NO_CONTENT)
}
