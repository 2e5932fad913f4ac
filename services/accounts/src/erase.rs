use crate::Service;
use contract::Receipt;
use kernel::{Result, UserId};

/// Ends the person's sessions and erases the account. The stream's events hold ids only, so they may stay.
pub(crate) async fn erase(s: &Service, user: UserId) -> Result<Receipt> {
    for session in s.store.sessions(user).await? {
        if session.ended_at.is_none() {
            crate::log_out::end(s, user, session.id).await?;
        }
    }
    let erased = s.store.erase(user).await?;
    Ok(Receipt { service: "accounts".into(), user, at: s.ground.now(), erased })
}
