use crate::{
    Deps,
    answer::{self, Answer},
    document::Forbidden,
    extract::{Json, Path, Query, limit},
    session::Signed,
};
use axum::{extract::State, http::StatusCode};
use guilds_contract::{AuditEntry, AuditFilter, Ban, BanDraft, GuildAct, Member, MemberEdit, TimeOut};
use kernel::{GuildId, Page, UserId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(edit_member, kick))
        .routes(routes!(time_out, end_time_out))
        .routes(routes!(bans))
        .routes(routes!(ban, unban))
        .routes(routes!(audit_log))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
struct Why {
    /// For the audit log; at most 500 characters.
    reason: Option<String>,
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
struct BanPage {
    /// How many at most.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
struct AuditPage {
    /// Only what this person did.
    #[param(value_type = Option<UserId>)]
    by: Option<UserId>,
    /// Only acts of this kind.
    act: Option<GuildAct>,
    /// How many at most.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// Change what a member is called in a guild.
///
/// One's own name asks for the permission to change it, another's for the one to manage nicknames, of members below one's own
/// highest role.
#[utoipa::path(
    patch, path = "/api/v1/guilds/{guild}/members/{user}", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Where."), ("user" = UserId, Path, description = "Whom.")),
    request_body = MemberEdit,
    responses((status = 200, description = "The member, changed.", body = Member), Forbidden)
)]
async fn edit_member(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((guild, user)): Path<(GuildId, UserId)>,
    Json(edit): Json<MemberEdit>,
) -> Answer<answer::Json<Member>> {
    Ok(answer::Json(deps.guilds.edit_member(caller, guild, user, edit).await?))
}

/// Take a member out, who may come back.
#[utoipa::path(
    delete, path = "/api/v1/guilds/{guild}/members/{user}", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Where."), ("user" = UserId, Path, description = "Whom."), Why),
    responses((status = 204, description = "The member is out."), Forbidden)
)]
async fn kick(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((guild, user)): Path<(GuildId, UserId)>,
    Query(why): Query<Why>,
) -> Answer<StatusCode> {
    deps.guilds.kick(caller, guild, user, why.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Silence a member for a while. Who is timed out reads, and does nothing else; it ends by itself.
#[utoipa::path(
    put, path = "/api/v1/guilds/{guild}/members/{user}/time-out", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Where."), ("user" = UserId, Path, description = "Whom.")),
    request_body = TimeOut,
    responses((status = 200, description = "The member, timed out.", body = Member), Forbidden)
)]
async fn time_out(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((guild, user)): Path<(GuildId, UserId)>,
    Json(wish): Json<TimeOut>,
) -> Answer<answer::Json<Member>> {
    Ok(answer::Json(deps.guilds.time_out(caller, guild, user, wish).await?))
}

/// Let a member speak again.
#[utoipa::path(
    delete, path = "/api/v1/guilds/{guild}/members/{user}/time-out", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Where."), ("user" = UserId, Path, description = "Whom."), Why),
    responses((status = 200, description = "The member, who isn't timed out.", body = Member), Forbidden)
)]
async fn end_time_out(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((guild, user)): Path<(GuildId, UserId)>,
    Query(why): Query<Why>,
) -> Answer<answer::Json<Member>> {
    Ok(answer::Json(deps.guilds.end_time_out(caller, guild, user, why.reason).await?))
}

/// Who may not join a guild, the newest first.
#[utoipa::path(
    get, path = "/api/v1/guilds/{guild}/bans", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Whose."), BanPage),
    responses((status = 200, description = "A page of bans.", body = Page<Ban>), Forbidden)
)]
async fn bans(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
    Query(page): Query<BanPage>,
) -> Answer<answer::Json<Page<Ban>>> {
    Ok(answer::Json(deps.guilds.bans(caller, guild, limit(page.limit)?, page.after).await?))
}

/// Ban a person, whether a member or not: they can't join any more. Who is banned already stays so.
#[utoipa::path(
    put, path = "/api/v1/guilds/{guild}/bans/{user}", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Where."), ("user" = UserId, Path, description = "Whom.")),
    request_body = BanDraft,
    responses((status = 200, description = "The ban.", body = Ban), Forbidden)
)]
async fn ban(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((guild, user)): Path<(GuildId, UserId)>,
    Json(draft): Json<BanDraft>,
) -> Answer<answer::Json<Ban>> {
    Ok(answer::Json(deps.guilds.ban(caller, guild, user, draft).await?))
}

/// Let a person join again.
#[utoipa::path(
    delete, path = "/api/v1/guilds/{guild}/bans/{user}", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Where."), ("user" = UserId, Path, description = "Whom."), Why),
    responses((status = 204, description = "They can join again."), Forbidden)
)]
async fn unban(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((guild, user)): Path<(GuildId, UserId)>,
    Query(why): Query<Why>,
) -> Answer<StatusCode> {
    deps.guilds.unban(caller, guild, user, why.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was done in a guild, by whom, on whom and why, the newest first.
#[utoipa::path(
    get, path = "/api/v1/guilds/{guild}/audit-log", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Whose."), AuditPage),
    responses((status = 200, description = "A page of what was done.", body = Page<AuditEntry>), Forbidden)
)]
async fn audit_log(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
    Query(page): Query<AuditPage>,
) -> Answer<answer::Json<Page<AuditEntry>>> {
    let filter = AuditFilter { by: page.by, act: page.act };
    Ok(answer::Json(deps.guilds.audit_log(caller, guild, filter, limit(page.limit)?, page.after).await?))
}
