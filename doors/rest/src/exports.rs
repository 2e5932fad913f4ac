use crate::{
    Deps,
    answer::{self, Answer},
    document::Conflict,
    extract::Path,
    session::Signed,
};
use accounts_contract::Export;
use axum::{
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{ExportId, Kind, Page, Problem};
use ports::Key;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(exports, request_export)).routes(routes!(export)).routes(routes!(archive))
}

/// My archives, newest first.
#[utoipa::path(
    get, path = "/api/v1/me/export", tag = "me", security(("bearer" = [])),
    responses((status = 200, description = "Those that are made or being made.", body = Page<Export>))
)]
async fn exports(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<answer::Json<Page<Export>>> {
    Ok(answer::Json(deps.accounts.exports(caller).await?))
}

/// Make an archive of all that I gave.
///
/// It is made in the background and kept for a week. While one is made, and for a day, that one is answered.
#[utoipa::path(
    post, path = "/api/v1/me/export", tag = "me", security(("bearer" = [])),
    responses((status = 202, description = "It is being made.", body = Export))
)]
async fn request_export(
    State(deps): State<Deps>,
    Signed(caller): Signed,
) -> Answer<(StatusCode, answer::Json<Export>)> {
    Ok((StatusCode::ACCEPTED, answer::Json(deps.accounts.request_export(caller).await?)))
}

/// How far an archive is.
#[utoipa::path(
    get, path = "/api/v1/me/export/{export}", tag = "me", security(("bearer" = [])),
    params(("export" = ExportId, Path, description = "Which.")),
    responses((status = 200, description = "The archive, without what is in it.", body = Export))
)]
async fn export(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(id): Path<ExportId>,
) -> Answer<answer::Json<Export>> {
    Ok(answer::Json(deps.accounts.export_of(caller, id).await?))
}

/// Take an archive along: a zip file.
#[utoipa::path(
    get, path = "/api/v1/me/export/{export}/archive", tag = "me", security(("bearer" = [])),
    params(("export" = ExportId, Path, description = "Which.")),
    responses(
        (status = 200, description = "The archive.", content_type = "application/zip", body = Vec<u8>),
        Conflict
    )
)]
async fn archive(State(deps): State<Deps>, Signed(caller): Signed, Path(id): Path<ExportId>) -> Answer<Response> {
    let export = deps.accounts.export_of(caller, id).await?;
    if export.ready_at.is_none() {
        let detail = "The archive is still being made: ask again when `ready_at` is there.";
        return Err(Problem::new(Kind::Conflict, "export_not_ready", detail).into());
    }
    let blob = deps.blobs.get(&Key::new(Export::key(caller.user, id))?, None).await?;
    let blob = blob.ok_or_else(|| Problem::not_found("export"))?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_LENGTH, blob.meta.bytes.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"guildhall-{id}.zip\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, Body::from_stream(blob.body)).into_response())
}
