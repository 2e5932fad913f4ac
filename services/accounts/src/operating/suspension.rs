use crate::Service;
use accounts_contract::Suspension;
use kernel::{Problem, Result, UserId};

/// Refuses whoever is suspended, with the reason. Only for who has proven to be that person.
pub(crate) async fn refuse_suspended(s: &Service, user: UserId) -> Result<()> {
    let Some(Suspension { reason, until, .. }) = s.operating.suspension(user, s.ground.now()).await? else {
        return Ok(());
    };
    let until = until.map(|until| format!(" until {until}")).unwrap_or_default();
    let reason = if reason.is_empty() { String::new() } else { format!(" The reason: {reason}") };
    Err(Problem::forbidden("suspended", format!("This account is suspended{until}.{reason}")))
}
