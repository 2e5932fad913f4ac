use crate::{
    Deps,
    answer::{self, Answer},
    document::{Conflict, Forbidden},
    extract::{Json, Path},
    session::Signed,
};
use axum::{extract::State, http::StatusCode};
use guilds_contract::{Role, RoleDraft, RoleEdit};
use kernel::{GuildId, Page, RoleId, UserId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(roles, create_role, order_roles))
        .routes(routes!(edit_role, delete_role))
        .routes(routes!(give_role, take_role))
}

/// A guild's roles, the highest first; the last is the one that every member has.
#[utoipa::path(
    get, path = "/api/v1/guilds/{guild}/roles", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Whose.")),
    responses((status = 200, description = "The roles.", body = Page<Role>))
)]
async fn roles(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
) -> Answer<answer::Json<Page<Role>>> {
    Ok(answer::Json(deps.guilds.roles(caller, guild).await?))
}

/// Make a role, below all others. It can hold only what the caller has.
#[utoipa::path(
    post, path = "/api/v1/guilds/{guild}/roles", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Where.")), request_body = RoleDraft,
    responses((status = 201, description = "The role, which nobody has yet.", body = Role), Forbidden, Conflict)
)]
async fn create_role(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
    Json(draft): Json<RoleDraft>,
) -> Answer<(StatusCode, answer::Json<Role>)> {
    Ok((StatusCode::CREATED, answer::Json(deps.guilds.create_role(caller, guild, draft).await?)))
}

/// An order of roles.
#[derive(serde::Deserialize, utoipa::ToSchema)]
struct RoleOrder {
    /// All roles but the one that every member has, the highest first.
    roles: Vec<RoleId>,
}

/// Put the roles in another order. Only those below the caller's highest move.
#[utoipa::path(
    put, path = "/api/v1/guilds/{guild}/roles", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Whose.")), request_body = RoleOrder,
    responses((status = 200, description = "The roles, in this order.", body = Page<Role>), Forbidden)
)]
async fn order_roles(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
    Json(order): Json<RoleOrder>,
) -> Answer<answer::Json<Page<Role>>> {
    Ok(answer::Json(deps.guilds.order_roles(caller, guild, order.roles).await?))
}

/// Change a role below the caller's highest. Of the role that every member has, only the permissions change.
#[utoipa::path(
    patch, path = "/api/v1/guilds/{guild}/roles/{role}", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Whose."), ("role" = RoleId, Path, description = "Which.")),
    request_body = RoleEdit,
    responses((status = 200, description = "The role, changed.", body = Role), Forbidden, Conflict)
)]
async fn edit_role(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((guild, role)): Path<(GuildId, RoleId)>,
    Json(edit): Json<RoleEdit>,
) -> Answer<answer::Json<Role>> {
    Ok(answer::Json(deps.guilds.edit_role(caller, guild, role, edit).await?))
}

/// Delete a role, with what channels say about it.
#[utoipa::path(
    delete, path = "/api/v1/guilds/{guild}/roles/{role}", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Whose."), ("role" = RoleId, Path, description = "Which.")),
    responses((status = 204, description = "It is gone."), Forbidden, Conflict)
)]
async fn delete_role(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((guild, role)): Path<(GuildId, RoleId)>,
) -> Answer<StatusCode> {
    deps.guilds.delete_role(caller, guild, role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a member a role that is below the caller's highest and holds only what the caller has.
#[utoipa::path(
    put, path = "/api/v1/guilds/{guild}/members/{user}/roles/{role}", tag = "guilds", security(("bearer" = [])),
    params(
        ("guild" = GuildId, Path, description = "Where."),
        ("user" = UserId, Path, description = "Whom."),
        ("role" = RoleId, Path, description = "Which."),
    ),
    responses((status = 204, description = "The member has it."), Forbidden, Conflict)
)]
async fn give_role(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((guild, user, role)): Path<(GuildId, UserId, RoleId)>,
) -> Answer<StatusCode> {
    deps.guilds.give_role(caller, guild, user, role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a role from a member.
#[utoipa::path(
    delete, path = "/api/v1/guilds/{guild}/members/{user}/roles/{role}", tag = "guilds", security(("bearer" = [])),
    params(
        ("guild" = GuildId, Path, description = "Where."),
        ("user" = UserId, Path, description = "From whom."),
        ("role" = RoleId, Path, description = "Which."),
    ),
    responses((status = 204, description = "The member doesn't have it."), Forbidden, Conflict)
)]
async fn take_role(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((guild, user, role)): Path<(GuildId, UserId, RoleId)>,
) -> Answer<StatusCode> {
    deps.guilds.take_role(caller, guild, user, role).await?;
    Ok(StatusCode::NO_CONTENT)
}
