use crate::{
    Deps,
    answer::{self, Answer},
    document::{Conflict, Forbidden, Unprocessable},
    extract::{Json, Path, Query},
    session::Signed,
};
use axum::{extract::State, http::StatusCode};
use guilds_contract::{ChannelPermissions, Overwrite, OverwriteEdit, Target};
use kernel::{ChannelId, Page, Problem, RoleId, UserId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(overwrites))
        .routes(routes!(set_role_overwrite, clear_role_overwrite))
        .routes(routes!(set_user_overwrite, clear_user_overwrite))
        .routes(routes!(channel_permissions))
}

/// What a channel gives to roles and people, and takes from them.
#[utoipa::path(
    get, path = "/api/v1/channels/{channel}/overwrites", tag = "channels", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Whose.")),
    responses((status = 200, description = "Those about roles, then those about people.", body = Page<Overwrite>))
)]
async fn overwrites(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(channel): Path<ChannelId>,
) -> Answer<answer::Json<Page<Overwrite>>> {
    Ok(answer::Json(deps.guilds.overwrites(caller, channel).await?))
}

/// Say what a channel gives to a role, and takes from it. The guild's id is the role that every member has.
#[utoipa::path(
    put, path = "/api/v1/channels/{channel}/overwrites/roles/{role}", tag = "channels", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Where."), ("role" = RoleId, Path, description = "To which.")),
    request_body = OverwriteEdit,
    responses((status = 200, description = "As it is now.", body = Overwrite), Forbidden, Conflict)
)]
async fn set_role_overwrite(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((channel, role)): Path<(ChannelId, RoleId)>,
    Json(edit): Json<OverwriteEdit>,
) -> Answer<answer::Json<Overwrite>> {
    Ok(answer::Json(deps.guilds.set_overwrite(caller, channel, Target::Role(role), edit).await?))
}

/// Let a channel say nothing about a role.
#[utoipa::path(
    delete, path = "/api/v1/channels/{channel}/overwrites/roles/{role}", tag = "channels", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Where."), ("role" = RoleId, Path, description = "About which.")),
    responses((status = 204, description = "The guild's word counts."), Forbidden, Conflict)
)]
async fn clear_role_overwrite(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((channel, role)): Path<(ChannelId, RoleId)>,
) -> Answer<StatusCode> {
    deps.guilds.set_overwrite(caller, channel, Target::Role(role), OverwriteEdit::default()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say what a channel gives to a member, and takes from them.
#[utoipa::path(
    put, path = "/api/v1/channels/{channel}/overwrites/users/{user}", tag = "channels", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Where."), ("user" = UserId, Path, description = "To whom.")),
    request_body = OverwriteEdit,
    responses((status = 200, description = "As it is now.", body = Overwrite), Forbidden, Conflict)
)]
async fn set_user_overwrite(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((channel, user)): Path<(ChannelId, UserId)>,
    Json(edit): Json<OverwriteEdit>,
) -> Answer<answer::Json<Overwrite>> {
    Ok(answer::Json(deps.guilds.set_overwrite(caller, channel, Target::User(user), edit).await?))
}

/// Let a channel say nothing about a member.
#[utoipa::path(
    delete, path = "/api/v1/channels/{channel}/overwrites/users/{user}", tag = "channels", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Where."), ("user" = UserId, Path, description = "About whom.")),
    responses((status = 204, description = "The word for the member's roles counts."), Forbidden, Conflict)
)]
async fn clear_user_overwrite(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((channel, user)): Path<(ChannelId, UserId)>,
) -> Answer<StatusCode> {
    deps.guilds.set_overwrite(caller, channel, Target::User(user), OverwriteEdit::default()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
struct SeenAs {
    /// As somebody with this role sees it.
    #[param(value_type = Option<RoleId>)]
    role: Option<String>,
    /// As this member sees it.
    #[param(value_type = Option<UserId>)]
    user: Option<String>,
}

/// What I may do in a channel; for who manages roles there, what others may.
#[utoipa::path(
    get, path = "/api/v1/channels/{channel}/permissions", tag = "channels", security(("bearer" = [])),
    params(("channel" = ChannelId, Path, description = "Where."), SeenAs),
    responses((status = 200, description = "What they may do there.", body = ChannelPermissions), Forbidden, Unprocessable)
)]
async fn channel_permissions(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(channel): Path<ChannelId>,
    Query(seen_as): Query<SeenAs>,
) -> Answer<answer::Json<ChannelPermissions>> {
    let target = match (seen_as.role, seen_as.user) {
        (Some(_), Some(_)) => {
            return Err(Problem::field("user", "role_or_user", "Ask for a role or for a person, not for both.").into());
        }
        (Some(role), None) => Some(Target::Role(role.parse()?)),
        (None, Some(user)) => Some(Target::User(user.parse()?)),
        (None, None) => None,
    };
    Ok(answer::Json(deps.guilds.channel_permissions(caller, channel, target).await?))
}
