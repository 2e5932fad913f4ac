use crate::{
    Service,
    operating::{Needs, list::names},
    store::operating::NewAct,
};
use accounts_contract::{Act, ActQuery, Hand};
use kernel::{ActId, At, Limit, Page, Result};

/// What operators and moderators did, the newest first.
pub(crate) async fn acts(
    s: &Service,
    by: Hand,
    query: ActQuery,
    before: Option<ActId>,
    limit: Limit,
) -> Result<Page<Act>> {
    by.needs_operator(s).await?;
    let found = s.operating.acts(&query, before, limit.get()).await?;
    let next = found.last().filter(|_| found.len() as i64 == limit.get()).map(|act| act.id.to_string());
    let people: Vec<_> = found.iter().flat_map(|act| [act.by, act.user]).flatten().collect();
    let names = names(s, people).await?;
    let told = found.into_iter().map(|act| {
        let NewAct { id, at, kind, by, place, user, reason, detail } = act;
        let (by_name, user_name) =
            (by.and_then(|by| names.get(&by).cloned()), user.and_then(|user| names.get(&user).cloned()));
        Act { id, at, kind, by, by_name, place, user, user_name, reason, detail }
    });
    Ok(Page { items: told.collect(), next, at: At::new() })
}

/// Forgets what is older than it is kept.
pub(crate) async fn forget(s: &Service) -> Result<()> {
    let kept_seconds = i64::from(s.config.audit_keep_days) * 24 * 3_600;
    Ok(s.operating.forget_acts(s.ground.now().plus_seconds(-kept_seconds)).await?)
}
