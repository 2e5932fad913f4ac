use crate::{
    Deps,
    answer::{self, Answer},
    document::{Conflict, Forbidden},
    extract::{Json, Path, Query, cursor, limit},
    session::Signed,
};
use axum::{extract::State, http::StatusCode};
use kernel::{ChannelId, MessageId, Page};
use messages_contract::{Deleted, Draft, Edit, Marker, Message, Sent, Version, Window};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(history, send_message))
        .routes(routes!(delete_messages))
        .routes(routes!(message, edit_message, delete_message))
        .routes(routes!(versions))
        .routes(routes!(mark_read))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
struct HistoryPage {
    /// How many at most.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// Only messages below this number.
    #[param(value_type = Option<i64>, minimum = 0)]
    before: Option<String>,
    /// Only messages above this number.
    #[param(value_type = Option<i64>, minimum = 0)]
    after: Option<String>,
    /// Messages around this number, or around the message with this id.
    #[param(value_type = Option<i64>, minimum = 0)]
    around: Option<String>,
}

/// A page of a channel's messages.
///
/// The newest, unless one of `before`, `after` and `around` is given; always in rising order of `number`.
/// `at` holds the `seq` of the channel's stream that the page reflects: watch from there.
#[utoipa::path(
    get, path = "/api/v1/channels/{channel}/messages", tag = "messages", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Whose."), HistoryPage),
    responses((status = 200, description = "A page of messages.", body = Page<Message>))
)]
async fn history(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(channel): Path<ChannelId>,
    Query(page): Query<HistoryPage>,
) -> Answer<answer::Json<Page<Message>>> {
    let window = Window {
        before: cursor("before", page.before)?,
        after: cursor("after", page.after)?,
        around: cursor("around", page.around)?,
    };
    Ok(answer::Json(deps.messages.history(caller, channel, limit(page.limit)?, window).await?))
}

/// Send a message.
///
/// Answered when the message is on disk. The same `nonce` again answers the first message, so a send can be retried.
#[utoipa::path(
    post, path = "/api/v1/channels/{channel}/messages", tag = "messages", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Where.")), request_body = Draft,
    responses((status = 201, description = "The message, as it was saved.", body = Sent), Forbidden, Conflict)
)]
async fn send_message(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(channel): Path<ChannelId>,
    Json(draft): Json<Draft>,
) -> Answer<(StatusCode, answer::Json<Sent>)> {
    Ok((StatusCode::CREATED, answer::Json(deps.messages.send(caller, channel, draft).await?)))
}

/// A message.
#[utoipa::path(
    get, path = "/api/v1/channels/{channel}/messages/{message}", tag = "messages", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Where."), ("message" = MessageId, Path, description = "Which.")),
    responses((status = 200, description = "The message.", body = Message))
)]
async fn message(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((channel, message)): Path<(ChannelId, MessageId)>,
) -> Answer<answer::Json<Message>> {
    Ok(answer::Json(deps.messages.message(caller, channel, message).await?))
}

/// Change the text of a message of my own.
///
/// With the `version` that was changed, a text that was changed elsewhere meanwhile isn't overwritten: 409 `stale_edit`.
#[utoipa::path(
    patch, path = "/api/v1/channels/{channel}/messages/{message}", tag = "messages", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Where."), ("message" = MessageId, Path, description = "Which.")),
    request_body = Edit,
    responses((status = 200, description = "The message, changed.", body = Message), Forbidden, Conflict)
)]
async fn edit_message(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((channel, message)): Path<(ChannelId, MessageId)>,
    Json(edit): Json<Edit>,
) -> Answer<answer::Json<Message>> {
    Ok(answer::Json(deps.messages.edit(caller, channel, message, edit).await?))
}

/// Delete a message: one's own, or another's for who manages messages.
///
/// A tombstone without text stays in its place.
#[utoipa::path(
    delete, path = "/api/v1/channels/{channel}/messages/{message}", tag = "messages", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Where."), ("message" = MessageId, Path, description = "Which.")),
    responses((status = 204, description = "It is deleted."), Forbidden)
)]
async fn delete_message(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((channel, message)): Path<(ChannelId, MessageId)>,
) -> Answer<StatusCode> {
    deps.messages.delete(caller, channel, vec![message]).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
struct Deletions {
    #[schema(min_items = 1, max_items = 100)]
    messages: Vec<MessageId>,
}

/// Delete messages together.
///
/// One's own, or anybody's for who manages messages. Those that are gone already are passed over.
#[utoipa::path(
    post, path = "/api/v1/channels/{channel}/messages/bulk-delete", tag = "messages", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Where.")), request_body = Deletions,
    responses((status = 200, description = "How many were deleted.", body = Deleted), Forbidden)
)]
async fn delete_messages(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(channel): Path<ChannelId>,
    Json(deletions): Json<Deletions>,
) -> Answer<answer::Json<Deleted>> {
    Ok(answer::Json(deps.messages.delete(caller, channel, deletions.messages).await?))
}

/// What a message said before it was changed, the first text first.
///
/// For its author, and for who manages messages.
#[utoipa::path(
    get, path = "/api/v1/channels/{channel}/messages/{message}/versions", tag = "messages", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Where."), ("message" = MessageId, Path, description = "Which.")),
    responses((status = 200, description = "The texts that it had.", body = Page<Version>), Forbidden)
)]
async fn versions(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((channel, message)): Path<(ChannelId, MessageId)>,
) -> Answer<answer::Json<Page<Version>>> {
    let items = deps.messages.versions(caller, channel, message).await?;
    Ok(answer::Json(Page { items, next: None, at: Default::default() }))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
struct MarkerDraft {
    /// The number of the last message read.
    #[schema(minimum = 0)]
    number: i64,
}

/// Move my read marker forward; it never goes back.
#[utoipa::path(
    put, path = "/api/v1/channels/{channel}/read", tag = "messages", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Where.")), request_body = MarkerDraft,
    responses((status = 200, description = "Where the marker is.", body = Marker))
)]
async fn mark_read(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(channel): Path<ChannelId>,
    Json(draft): Json<MarkerDraft>,
) -> Answer<answer::Json<Marker>> {
    Ok(answer::Json(deps.messages.mark_read(caller, channel, draft.number).await?))
}
