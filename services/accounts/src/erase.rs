use crate::{Service, rules};
use contract::Receipt;
use kernel::{Result, UserId};

/// Erases the account and ends the person's sessions. The stream's events hold ids only, so they may stay.
pub(crate) async fn erase(s: &Service, user: UserId) -> Result<Receipt> {
    // The account goes first: from then on no session starts, so that none is missed below.
    let email = s.store.account(user).await?.map(|account| rules::email_key(&account.email)).unwrap_or_default();
    s.mail.mailer.forget(user, &email).await?;
    let account = s.store.erase_account(user).await?;
    let letters = s.letters.erase(user, &email).await?;
    for session in s.store.sessions(user).await? {
        if session.ended_at.is_none() {
            crate::log_out::end(s, user, session.id).await?;
        }
    }
    let identities = s.identities.erase(user).await?;
    let sessions = s.store.erase_sessions(user).await?;
    let factors = s.factors.erase(user).await? + s.passkeys.erase(user).await?;
    let archives = crate::archive::erase(s, user).await?;
    let operating = s.operating.erase(user).await? + s.registration.erase(user).await?;
    crate::staff::look(s).await?;
    let erased = account + letters + identities + sessions + factors + archives + operating;
    Ok(Receipt { service: "accounts".into(), user, at: s.ground.now(), erased })
}
