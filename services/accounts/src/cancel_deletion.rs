use crate::Service;
use accounts_contract::DeletionChanged;
use kernel::{Caller, Kind, Problem, Result, StreamName};

/// Keeps the account. There being nothing to cancel is as good.
pub(crate) async fn cancel_deletion(s: &Service, caller: Caller) -> Result<()> {
    let changed = DeletionChanged { due_at: None };
    let event = s.ground.event(StreamName::user("accounts", caller.user), "deletion_cancelled", &changed).await?;
    if s.ground.announce(s.deletions.cancel(caller.user, event).await?) {
        return Ok(());
    }
    match s.deletions.of(caller.user).await? {
        None => Ok(()),
        Some(leaving) if leaving.by_operator && !leaving.begun => Err(Problem::forbidden(
            "deletion_by_operator",
            "Who runs this server deletes the account: only they can keep it.",
        )),
        Some(_) => Err(Problem::new(
            Kind::Conflict,
            "erasing_has_begun",
            "The days of grace are over and the account is being erased: it can't be kept any more.",
        )),
    }
}
