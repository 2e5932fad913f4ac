use crate::{
    Deps,
    answer::{self, Answer},
    extract::{Path, Query, bad_cursor, cursor},
    session::Signed,
};
use axum::extract::State;
use kernel::{Difference, Problem, Reader, StreamName};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(difference))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
struct Since {
    /// The last `seq` that the caller has; 0 for all that is kept.
    #[param(value_type = i64, minimum = 0, required = true)]
    since: Option<String>,
}

/// What came after a `seq` in a stream.
///
/// At most 100 events; `more` says to ask again after the last one, `reset` that the caller is too far behind and
/// should fetch the state anew. A socket's `watch` gives the same events, and then the live ones.
#[utoipa::path(
    get, path = "/api/v1/streams/{service}/{kind}/{id}", tag = "streams", security(("bearer" = [])),
    params(
        ("service" = String, Path, description = "Whose stream: accounts, people, guilds or messages."),
        ("kind" = String, Path, description = "Of what: user, guild or channel."),
        ("id" = String, Path, description = "Of which."),
        Since
    ),
    responses((status = 200, description = "The events, in order.", body = Difference))
)]
async fn difference(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((service, kind, id)): Path<(String, String, String)>,
    Query(query): Query<Since>,
) -> Answer<answer::Json<Difference>> {
    let stream: StreamName = format!("{service}/{kind}/{id}").parse()?;
    let since = cursor("since", query.since)?.ok_or_else(|| bad_cursor("since"))?;
    let reader = Reader::Person(caller);
    let difference = match service.as_str() {
        "accounts" => deps.accounts.difference(reader, stream, since).await?,
        "people" => deps.people.difference(reader, stream, since).await?,
        "guilds" => deps.guilds.difference(reader, stream, since).await?,
        "messages" => deps.messages.difference(reader, stream, since).await?,
        _ => return Err(Problem::not_found("stream").into()),
    };
    Ok(answer::Json(difference))
}
