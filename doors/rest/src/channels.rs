use crate::{
    Deps,
    answer::{self, Answer},
    document::{Conflict, Forbidden, Unprocessable},
    extract::{Json, Path},
    session::Signed,
};
use axum::{extract::State, http::StatusCode};
use guilds_contract::{Channel, ChannelDraft, ChannelEdit};
use kernel::{ChannelId, GuildId, Page, UserId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(guild_channels, create_channel))
        .routes(routes!(channel, edit_channel, delete_channel))
        .routes(routes!(allowed))
        .routes(routes!(allow, disallow))
}

/// A guild's channels that I may see, in order.
#[utoipa::path(
    get, path = "/api/v1/guilds/{guild}/channels", tag = "channels", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Whose.")),
    responses((status = 200, description = "The channels that the caller sees.", body = Page<Channel>))
)]
async fn guild_channels(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
) -> Answer<answer::Json<Page<Channel>>> {
    Ok(answer::Json(deps.guilds.channels(caller, guild).await?))
}

/// Create a channel.
#[utoipa::path(
    post, path = "/api/v1/guilds/{guild}/channels", tag = "channels", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Where.")), request_body = ChannelDraft,
    responses((status = 201, description = "The channel.", body = Channel), Forbidden, Conflict)
)]
async fn create_channel(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
    Json(draft): Json<ChannelDraft>,
) -> Answer<(StatusCode, answer::Json<Channel>)> {
    Ok((StatusCode::CREATED, answer::Json(deps.guilds.create_channel(caller, guild, draft).await?)))
}

/// A channel.
#[utoipa::path(
    get, path = "/api/v1/channels/{channel}", tag = "channels", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Which.")),
    responses((status = 200, description = "The channel.", body = Channel))
)]
async fn channel(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(channel): Path<ChannelId>,
) -> Answer<answer::Json<Channel>> {
    Ok(answer::Json(deps.guilds.channel(caller, channel).await?))
}

/// Change a channel.
#[utoipa::path(
    patch, path = "/api/v1/channels/{channel}", tag = "channels", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Which.")), request_body = ChannelEdit,
    responses((status = 200, description = "The channel, changed.", body = Channel), Forbidden, Conflict)
)]
async fn edit_channel(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(channel): Path<ChannelId>,
    Json(edit): Json<ChannelEdit>,
) -> Answer<answer::Json<Channel>> {
    Ok(answer::Json(deps.guilds.edit_channel(caller, channel, edit).await?))
}

/// Delete a channel.
#[utoipa::path(
    delete, path = "/api/v1/channels/{channel}", tag = "channels", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Which.")),
    responses((status = 204, description = "It is gone."), Forbidden, Conflict)
)]
async fn delete_channel(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(channel): Path<ChannelId>,
) -> Answer<StatusCode> {
    deps.guilds.delete_channel(caller, channel).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who may see a private channel, besides the guild's owner.
#[utoipa::path(
    get, path = "/api/v1/channels/{channel}/allowed", tag = "channels", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Whose.")),
    responses((status = 200, description = "The ids of those people.", body = Page<UserId>), Forbidden)
)]
async fn allowed(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(channel): Path<ChannelId>,
) -> Answer<answer::Json<Page<UserId>>> {
    Ok(answer::Json(deps.guilds.allowed(caller, channel).await?))
}

/// Let a member see a private channel.
#[utoipa::path(
    put, path = "/api/v1/channels/{channel}/allowed/{user}", tag = "channels", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "What."), ("user" = UserId, Path, description = "Whom.")),
    responses((status = 204, description = "The member sees it."), Forbidden, Conflict, Unprocessable)
)]
async fn allow(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((channel, user)): Path<(ChannelId, UserId)>,
) -> Answer<StatusCode> {
    deps.guilds.allow(caller, channel, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hide a private channel from a member again.
#[utoipa::path(
    delete, path = "/api/v1/channels/{channel}/allowed/{user}", tag = "channels", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "What."), ("user" = UserId, Path, description = "From whom.")),
    responses((status = 204, description = "The member doesn't see it."), Forbidden, Conflict)
)]
async fn disallow(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((channel, user)): Path<(ChannelId, UserId)>,
) -> Answer<StatusCode> {
    deps.guilds.disallow(caller, channel, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
