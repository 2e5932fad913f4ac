use crate::{
    Deps,
    answer::{self, Answer},
    document::{Forbidden, Gone},
    extract::{Json, Path},
    session::Signed,
};
use axum::{extract::State, http::StatusCode};
use guilds_contract::{Guild, Invite, InviteDraft, InvitePreview};
use kernel::{GuildId, Page};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(invites, create_invite))
        .routes(routes!(revoke_invite))
        .routes(routes!(preview_invite))
        .routes(routes!(accept_invite))
}

/// A guild's invites: all of them for those who manage invites, otherwise my own.
#[utoipa::path(
    get, path = "/api/v1/guilds/{guild}/invites", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Whose.")),
    responses((status = 200, description = "The invites that still work.", body = Page<Invite>), Forbidden)
)]
async fn invites(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
) -> Answer<answer::Json<Page<Invite>>> {
    Ok(answer::Json(deps.guilds.invites(caller, guild).await?))
}

/// Create an invite.
#[utoipa::path(
    post, path = "/api/v1/guilds/{guild}/invites", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Into which.")), request_body = InviteDraft,
    responses((status = 201, description = "The invite.", body = Invite), Forbidden)
)]
async fn create_invite(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
    Json(draft): Json<InviteDraft>,
) -> Answer<(StatusCode, answer::Json<Invite>)> {
    Ok((StatusCode::CREATED, answer::Json(deps.guilds.create_invite(caller, guild, draft).await?)))
}

/// Revoke an invite.
#[utoipa::path(
    delete, path = "/api/v1/guilds/{guild}/invites/{code}", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Whose."), ("code" = String, Path, description = "Which.")),
    responses((status = 204, description = "It no longer works."), Forbidden)
)]
async fn revoke_invite(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((guild, code)): Path<(GuildId, String)>,
) -> Answer<StatusCode> {
    deps.guilds.revoke_invite(caller, guild, code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an invite leads to. Anyone who has the code may look.
#[utoipa::path(
    get, path = "/api/v1/invites/{code}", tag = "guilds",
    params(("code" = String, Path, description = "Which.")),
    responses((status = 200, description = "Where it leads.", body = InvitePreview), Gone)
)]
async fn preview_invite(State(deps): State<Deps>, Path(code): Path<String>) -> Answer<answer::Json<InvitePreview>> {
    Ok(answer::Json(deps.guilds.preview_invite(code).await?))
}

/// Join a guild by an invite.
#[utoipa::path(
    post, path = "/api/v1/invites/{code}/accept", tag = "guilds", security(("bearer" = [])),
    params(("code" = String, Path, description = "Which.")),
    responses((status = 200, description = "The guild, which the caller is in now.", body = Guild), Gone)
)]
async fn accept_invite(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(code): Path<String>,
) -> Answer<answer::Json<Guild>> {
    Ok(answer::Json(deps.guilds.accept_invite(caller, code).await?))
}
