use crate::{
    Deps,
    answer::{self, Answer},
    document::{Conflict, Forbidden},
    extract::{Json, Path, Query, limit},
    session::Signed,
};
use axum::{extract::State, http::StatusCode};
use guilds_contract::{Guild, GuildDraft, GuildEdit, Member};
use kernel::{GuildId, Page};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(my_guilds, create_guild))
        .routes(routes!(guild, edit_guild, delete_guild))
        .routes(routes!(members))
        .routes(routes!(leave_guild))
}

/// My guilds, oldest membership first.
#[utoipa::path(
    get, path = "/api/v1/guilds", tag = "guilds", security(("bearer" = [])),
    responses((status = 200, description = "The guilds that the caller is in.", body = Page<Guild>))
)]
async fn my_guilds(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<answer::Json<Page<Guild>>> {
    Ok(answer::Json(deps.guilds.my_guilds(caller).await?))
}

/// Create a guild, with its first channel.
#[utoipa::path(
    post, path = "/api/v1/guilds", tag = "guilds", security(("bearer" = [])), request_body = GuildDraft,
    responses((status = 201, description = "The guild; the caller owns it.", body = Guild))
)]
async fn create_guild(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Json(draft): Json<GuildDraft>,
) -> Answer<(StatusCode, answer::Json<Guild>)> {
    Ok((StatusCode::CREATED, answer::Json(deps.guilds.create_guild(caller, draft).await?)))
}

/// A guild.
#[utoipa::path(
    get, path = "/api/v1/guilds/{guild}", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Which.")),
    responses((status = 200, description = "The guild.", body = Guild))
)]
async fn guild(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
) -> Answer<answer::Json<Guild>> {
    Ok(answer::Json(deps.guilds.guild(caller, guild).await?))
}

/// Change a guild.
#[utoipa::path(
    patch, path = "/api/v1/guilds/{guild}", tag = "guilds", security(("bearer" = [])), request_body = GuildEdit,
    params(("guild" = GuildId, Path, description = "Which.")),
    responses((status = 200, description = "The guild, changed.", body = Guild), Forbidden)
)]
async fn edit_guild(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
    Json(edit): Json<GuildEdit>,
) -> Answer<answer::Json<Guild>> {
    Ok(answer::Json(deps.guilds.edit_guild(caller, guild, edit).await?))
}

/// Delete a guild, with its channels, members and invites.
#[utoipa::path(
    delete, path = "/api/v1/guilds/{guild}", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Which.")),
    responses((status = 204, description = "It is gone."), Forbidden)
)]
async fn delete_guild(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
) -> Answer<StatusCode> {
    deps.guilds.delete_guild(caller, guild).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
struct MemberPage {
    /// How many at most.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A guild's members, by the time of joining.
#[utoipa::path(
    get, path = "/api/v1/guilds/{guild}/members", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Whose."), MemberPage),
    responses((status = 200, description = "A page of members.", body = Page<Member>))
)]
async fn members(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
    Query(page): Query<MemberPage>,
) -> Answer<answer::Json<Page<Member>>> {
    Ok(answer::Json(deps.guilds.members(caller, guild, limit(page.limit)?, page.after).await?))
}

/// Leave a guild. Its owner can't.
#[utoipa::path(
    delete, path = "/api/v1/guilds/{guild}/members/me", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Which.")),
    responses((status = 204, description = "The caller has left."), Forbidden, Conflict)
)]
async fn leave_guild(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
) -> Answer<StatusCode> {
    deps.guilds.leave(caller, guild).await?;
    Ok(StatusCode::NO_CONTENT)
}
