use crate::{
    Deps,
    answer::{self, Answer},
    document::Forbidden,
    extract::{self, Json, MaybeJson, Path, Query},
    operator::Operating,
};
use accounts_contract::{
    RegistrationCode, RegistrationCodeDraft, RegistrationRules, RegistrationSettings, RegistrationTerms,
};
use axum::{extract::State, http::StatusCode};
use kernel::{Page, RegistrationCodeId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(registration))
        .routes(routes!(registration_settings, set_registration, reset_registration))
        .routes(routes!(registration_codes, make_registration_code))
        .routes(routes!(revoke_registration_code))
}

/// Who may make an account now.
#[utoipa::path(
    get, path = "/api/v1/registration", tag = "accounts",
    responses((status = 200, description = "What whoever wants an account must know.", body = RegistrationTerms))
)]
async fn registration(State(deps): State<Deps>) -> Answer<answer::Json<RegistrationTerms>> {
    Ok(answer::Json(deps.accounts.registration().await?))
}

/// What holds for registering, and where that was said.
#[utoipa::path(
    get, path = "/api/v1/operator/registration", tag = "operator", security(("bearer" = [])),
    responses((status = 200, description = "What holds.", body = RegistrationSettings), Forbidden)
)]
async fn registration_settings(
    State(deps): State<Deps>,
    Operating(by): Operating,
) -> Answer<answer::Json<RegistrationSettings>> {
    Ok(answer::Json(deps.accounts.registration_settings(by).await?))
}

/// Say who may register. It holds from now on, whatever the settings' file says.
#[utoipa::path(
    put, path = "/api/v1/operator/registration", tag = "operator", security(("bearer" = [])),
    request_body = RegistrationRules,
    responses((status = 200, description = "What holds now.", body = RegistrationSettings), Forbidden)
)]
async fn set_registration(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Json(rules): Json<RegistrationRules>,
) -> Answer<answer::Json<RegistrationSettings>> {
    Ok(answer::Json(deps.accounts.set_registration(by, Some(rules)).await?))
}

/// Let the settings' file say who may register.
#[utoipa::path(
    delete, path = "/api/v1/operator/registration", tag = "operator", security(("bearer" = [])),
    responses((status = 200, description = "What holds now.", body = RegistrationSettings), Forbidden)
)]
async fn reset_registration(
    State(deps): State<Deps>,
    Operating(by): Operating,
) -> Answer<answer::Json<RegistrationSettings>> {
    Ok(answer::Json(deps.accounts.set_registration(by, None).await?))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Codes {
    /// 1 to 100, 50 unless given.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<RegistrationCodeId>,
}

/// The codes that let people register, newest first.
#[utoipa::path(
    get, path = "/api/v1/operator/registration/codes", tag = "operator", security(("bearer" = [])), params(Codes),
    responses((status = 200, description = "A page of them.", body = Page<RegistrationCode>), Forbidden)
)]
async fn registration_codes(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Query(Codes { limit, after }): Query<Codes>,
) -> Answer<answer::Json<Page<RegistrationCode>>> {
    Ok(answer::Json(deps.accounts.registration_codes(by, after, extract::limit(limit)?).await?))
}

/// Make a code that lets people register.
#[utoipa::path(
    post, path = "/api/v1/operator/registration/codes", tag = "operator", security(("bearer" = [])),
    request_body = Option<RegistrationCodeDraft>,
    responses((status = 201, description = "The code, with its link.", body = RegistrationCode), Forbidden)
)]
async fn make_registration_code(
    State(deps): State<Deps>,
    Operating(by): Operating,
    MaybeJson(draft): MaybeJson<RegistrationCodeDraft>,
) -> Answer<(StatusCode, answer::Json<RegistrationCode>)> {
    Ok((StatusCode::CREATED, answer::Json(deps.accounts.make_registration_code(by, draft).await?)))
}

/// Make a code worthless.
#[utoipa::path(
    delete, path = "/api/v1/operator/registration/codes/{registration_code}", tag = "operator",
    security(("bearer" = [])), params(("registration_code" = RegistrationCodeId, Path, description = "Which.")),
    responses((status = 204, description = "It no longer works."), Forbidden)
)]
async fn revoke_registration_code(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Path(code): Path<RegistrationCodeId>,
) -> Answer<StatusCode> {
    deps.accounts.revoke_registration_code(by, code).await?;
    Ok(StatusCode::NO_CONTENT)
}
