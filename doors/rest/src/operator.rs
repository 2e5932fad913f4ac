use crate::{
    Deps,
    answer::{self, Answer, Refusal},
    document::{Conflict, Forbidden},
    extract::{self, Json, MaybeJson, Path, Query},
    session::Signed,
};
use accounts_contract::{
    AccountAct, AccountDetail, AccountQuery, AccountSeen, AccountState, Act, ActKind, ActQuery, Acted, Hand, Numbers,
    Removal, RoleChange, SuspensionDraft,
};
use axum::{
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
};
use kernel::{ActId, InstanceRole, Page, Result, UserId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(numbers))
        .routes(routes!(accounts))
        .routes(routes!(account, delete_account))
        .routes(routes!(set_role))
        .routes(routes!(suspend, lift_suspension))
        .routes(routes!(send_password_reset))
        .routes(routes!(verify_account_email))
        .routes(routes!(end_account_sessions))
        .routes(routes!(keep_account))
        .routes(routes!(end_totp_of))
        .routes(routes!(end_passkeys_of))
        .routes(routes!(acts))
}

/// Whoever calls, with where from: what is done here is noted.
pub(crate) struct Operating(pub(crate) Hand);

impl FromRequestParts<Deps> for Operating {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, deps: &Deps) -> Result<Self, Refusal> {
        let Signed(caller) = Signed::from_request_parts(parts, deps).await?;
        let address = deps.trusted_proxies.origin(parts).map(|address| address.to_string());
        Ok(Self(Hand::Person { caller, address }))
    }
}

/// The installation in numbers.
#[utoipa::path(
    get, path = "/api/v1/operator/overview", tag = "operator", security(("bearer" = [])),
    responses((status = 200, description = "How many there are.", body = Numbers), Forbidden)
)]
async fn numbers(State(deps): State<Deps>, Operating(by): Operating) -> Answer<answer::Json<Numbers>> {
    Ok(answer::Json(deps.accounts.numbers(by).await?))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Accounts {
    /// The beginning of an e-mail address, a part of a name, or an id.
    q: Option<String>,
    #[param(inline)]
    state: Option<AccountState>,
    #[param(inline)]
    role: Option<InstanceRole>,
    /// 1 to 100, 50 unless given.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<UserId>,
}

/// Accounts that fit, the newest first.
#[utoipa::path(
    get, path = "/api/v1/operator/accounts", tag = "operator", security(("bearer" = [])), params(Accounts),
    responses((status = 200, description = "A page of them.", body = Page<AccountSeen>), Forbidden)
)]
async fn accounts(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Query(Accounts { q, state, role, limit, after }): Query<Accounts>,
) -> Answer<answer::Json<Page<AccountSeen>>> {
    let query = AccountQuery { q, state, role };
    Ok(answer::Json(deps.accounts.list_accounts(by, query, after, extract::limit(limit)?).await?))
}

/// One account, with its living sessions.
#[utoipa::path(
    get, path = "/api/v1/operator/accounts/{user}", tag = "operator", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Whose.")),
    responses((status = 200, description = "The account.", body = AccountDetail), Forbidden)
)]
async fn account(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Path(user): Path<UserId>,
) -> Answer<answer::Json<AccountDetail>> {
    Ok(answer::Json(deps.accounts.show_account(by, user).await?))
}

async fn act(deps: &Deps, by: Hand, user: UserId, act: AccountAct) -> Answer<answer::Json<Acted>> {
    Ok(answer::Json(deps.accounts.act_on_account(by, user, act).await?))
}

/// Delete an account, with all that is kept of the person.
///
/// Its sessions end now; it is erased when the days of grace are over, or at once. The person can't cancel it.
#[utoipa::path(
    delete, path = "/api/v1/operator/accounts/{user}", tag = "operator", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Whose.")), request_body = Option<Removal>,
    responses((status = 202, description = "When it will be done.", body = Acted), Forbidden, Conflict)
)]
async fn delete_account(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Path(user): Path<UserId>,
    MaybeJson(removal): MaybeJson<Removal>,
) -> Answer<(StatusCode, answer::Json<Acted>)> {
    Ok((StatusCode::ACCEPTED, act(&deps, by, user, AccountAct::Delete(removal)).await?))
}

/// Keep an account that was to be deleted.
#[utoipa::path(
    delete, path = "/api/v1/operator/accounts/{user}/deletion", tag = "operator", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Whose.")),
    responses((status = 200, description = "It stays.", body = Acted), Forbidden, Conflict)
)]
async fn keep_account(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Path(user): Path<UserId>,
) -> Answer<answer::Json<Acted>> {
    act(&deps, by, user, AccountAct::CancelDeletion).await
}

/// Appoint an operator or a moderator, or dismiss one.
#[utoipa::path(
    put, path = "/api/v1/operator/accounts/{user}/role", tag = "operator", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Whom.")), request_body = RoleChange,
    responses((status = 200, description = "The account with its role.", body = Acted), Forbidden, Conflict)
)]
async fn set_role(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Path(user): Path<UserId>,
    Json(change): Json<RoleChange>,
) -> Answer<answer::Json<Acted>> {
    act(&deps, by, user, AccountAct::SetRole(change)).await
}

/// Suspend an account: its sessions end, and nobody can log in with it.
#[utoipa::path(
    post, path = "/api/v1/operator/accounts/{user}/suspension", tag = "operator", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Whom.")), request_body = SuspensionDraft,
    responses((status = 200, description = "The account is suspended.", body = Acted), Forbidden, Conflict)
)]
async fn suspend(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Path(user): Path<UserId>,
    Json(draft): Json<SuspensionDraft>,
) -> Answer<answer::Json<Acted>> {
    act(&deps, by, user, AccountAct::Suspend(draft)).await
}

/// Lift a suspension.
#[utoipa::path(
    delete, path = "/api/v1/operator/accounts/{user}/suspension", tag = "operator", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Whose.")),
    responses((status = 200, description = "The person can log in again.", body = Acted), Forbidden)
)]
async fn lift_suspension(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Path(user): Path<UserId>,
) -> Answer<answer::Json<Acted>> {
    act(&deps, by, user, AccountAct::LiftSuspension).await
}

/// Mail someone the link to set a new password.
///
/// Where no mail reaches people, the answer has the link for an operator to hand over.
#[utoipa::path(
    post, path = "/api/v1/operator/accounts/{user}/password-reset", tag = "operator", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "To whom.")),
    responses((status = 200, description = "The link is on its way.", body = Acted), Forbidden)
)]
async fn send_password_reset(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Path(user): Path<UserId>,
) -> Answer<answer::Json<Acted>> {
    act(&deps, by, user, AccountAct::ResetPassword).await
}

/// Take an account's e-mail address for proven.
#[utoipa::path(
    post, path = "/api/v1/operator/accounts/{user}/verify-email", tag = "operator", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Whose.")),
    responses((status = 200, description = "It is proven now.", body = Acted), Forbidden)
)]
async fn verify_account_email(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Path(user): Path<UserId>,
) -> Answer<answer::Json<Acted>> {
    act(&deps, by, user, AccountAct::VerifyEmail).await
}

/// End all sessions of an account.
#[utoipa::path(
    delete, path = "/api/v1/operator/accounts/{user}/sessions", tag = "operator", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Whose.")),
    responses((status = 200, description = "They have ended.", body = Acted), Forbidden)
)]
async fn end_account_sessions(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Path(user): Path<UserId>,
) -> Answer<answer::Json<Acted>> {
    act(&deps, by, user, AccountAct::EndSessions).await
}

/// Turn off the authenticator app of a person who lost it, with the recovery codes.
///
/// For operators. Make sure that it is that person who asks; a mail tells the person. The operator's session must be proven
/// (`POST /api/v1/me/proof`).
#[utoipa::path(
    delete, path = "/api/v1/operator/accounts/{user}/authenticator", tag = "operator", security(("bearer" = [])),
    params(("user" = UserId, Path)),
    responses((status = 204, description = "It is off."), Forbidden)
)]
async fn end_totp_of(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Path(user): Path<UserId>,
) -> Answer<StatusCode> {
    deps.accounts.end_totp_of(by, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove all passkeys of a person who lost them.
///
/// For operators. A person without a password sets one by mail. Otherwise as for the authenticator app.
#[utoipa::path(
    delete, path = "/api/v1/operator/accounts/{user}/passkeys", tag = "operator", security(("bearer" = [])),
    params(("user" = UserId, Path)),
    responses((status = 204, description = "There are none."), Forbidden)
)]
async fn end_passkeys_of(
    State(deps): State<Deps>,
    Operating(by): Operating,
    Path(user): Path<UserId>,
) -> Answer<StatusCode> {
    deps.accounts.end_passkeys_of(by, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Acts {
    /// What was done to whom.
    #[param(value_type = Option<String>)]
    user: Option<UserId>,
    /// What was done by whom.
    #[param(value_type = Option<String>)]
    by: Option<UserId>,
    #[param(inline)]
    kind: Option<ActKind>,
    /// 1 to 100, 50 unless given.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<ActId>,
}

/// What operators and moderators did, the newest first.
#[utoipa::path(
    get, path = "/api/v1/operator/audit", tag = "operator", security(("bearer" = [])), params(Acts),
    responses((status = 200, description = "A page of it.", body = Page<Act>), Forbidden)
)]
async fn acts(
    State(deps): State<Deps>,
    Operating(hand): Operating,
    Query(Acts { user, by, kind, limit, after }): Query<Acts>,
) -> Answer<answer::Json<Page<Act>>> {
    let query = ActQuery { user, by, kind };
    Ok(answer::Json(deps.accounts.acts(hand, query, after, extract::limit(limit)?).await?))
}
