use crate::{
    Deps,
    answer::{self, Answer},
    document::Forbidden,
    extract::{Path, Query},
    session::{Client, Signed},
};
use accounts_contract::Session;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use kernel::{At, Page, SessionId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(log_out)).routes(routes!(sessions, end_sessions)).routes(routes!(end_session))
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

/// Where am I signed in?
///
/// The calling session first, then those used last. They are few, so there is one page.
#[utoipa::path(
    get, path = "/api/v1/sessions", tag = "accounts", security(("bearer" = [])),
    responses((status = 200, description = "The caller's living sessions.", body = Page<Session>))
)]
async fn sessions(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<answer::Json<Page<Session>>> {
    let items = deps.accounts.sessions(caller).await?;
    Ok(answer::Json(Page { items, next: None, at: At::new() }))
}

/// End one of my sessions: its tokens and sockets stop working.
#[utoipa::path(
    delete, path = "/api/v1/sessions/{session}", tag = "accounts", security(("bearer" = [])),
    params(("session" = SessionId, Path)),
    responses((status = 204, description = "The session has ended."))
)]
async fn end_session(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(session): Path<SessionId>,
) -> Answer<StatusCode> {
    deps.accounts.end_session(caller, session).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Let the calling session live.
    #[serde(default)]
    keep_current: bool,
}

/// Log out everywhere, or everywhere else.
#[utoipa::path(
    delete, path = "/api/v1/sessions", tag = "accounts", security(("bearer" = [])), params(Which),
    responses((status = 204, description = "The sessions have ended."))
)]
async fn end_sessions(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Query(which): Query<Which>,
) -> Answer<StatusCode> {
    deps.accounts.end_sessions(caller, which.keep_current).await?;
    Ok(StatusCode::NO_CONTENT)
}
