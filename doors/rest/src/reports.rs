use crate::{
    Deps,
    answer::{self, Answer},
    document::{Conflict, Forbidden},
    extract::{Json, Path, Query, limit},
    session::Signed,
};
use axum::{extract::State, http::StatusCode};
use guilds_contract::{Report, ReportDraft, ReportEdit, ReportState};
use kernel::{GuildId, Page, ReportId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(reports, file_report)).routes(routes!(edit_report))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
struct ReportPage {
    /// Only those in this state.
    state: Option<ReportState>,
    /// How many at most.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// Reports for the moderators, the newest first, without those about the caller.
#[utoipa::path(
    get, path = "/api/v1/guilds/{guild}/reports", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Whose."), ReportPage),
    responses((status = 200, description = "A page of reports.", body = Page<Report>), Forbidden)
)]
async fn reports(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
    Query(page): Query<ReportPage>,
) -> Answer<answer::Json<Page<Report>>> {
    Ok(answer::Json(deps.guilds.reports(caller, guild, page.state, limit(page.limit)?, page.after).await?))
}

/// Tell a guild's moderators of a person, or of what somebody said.
///
/// Who it is about isn't told, and doesn't see it. The same again answers the report that is open.
#[utoipa::path(
    post, path = "/api/v1/guilds/{guild}/reports", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Whose.")), request_body = ReportDraft,
    responses((status = 201, description = "The report.", body = Report), Conflict)
)]
async fn file_report(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
    Json(draft): Json<ReportDraft>,
) -> Answer<(StatusCode, answer::Json<Report>)> {
    Ok((StatusCode::CREATED, answer::Json(deps.guilds.file_report(caller, guild, draft).await?)))
}

/// Take a report in hand, close it with a note, or open it again.
#[utoipa::path(
    patch, path = "/api/v1/guilds/{guild}/reports/{report}", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Whose."), ("report" = ReportId, Path, description = "Which.")),
    request_body = ReportEdit,
    responses((status = 200, description = "The report, changed.", body = Report), Forbidden)
)]
async fn edit_report(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path((guild, report)): Path<(GuildId, ReportId)>,
    Json(edit): Json<ReportEdit>,
) -> Answer<answer::Json<Report>> {
    Ok(answer::Json(deps.guilds.edit_report(caller, guild, report, edit).await?))
}
