use crate::{Service, outbox, proof, registration, rules, store::letters::About};
use accounts_contract::EmailChange;
use kernel::{Caller, Result};

/// Mails a link to the new address, to who proves to be the account's person. Whether that address has an account already, its owner alone
/// is told.
pub(crate) async fn change_email(s: &Service, caller: Caller, change: EmailChange) -> Result<()> {
    let email = rules::email(&change.email)?;
    let account = proof::demand(s, caller, change.password, "password").await?;
    registration::allow_domain(s, &email).await?;
    let now = s.ground.now();
    let attempt = s.limits.letters_to.begin(&rules::email_key(&email), now)?;
    s.letters.post(&outbox::letter(s, About::ChangeEmail, account.id, &email).await?).await?;
    attempt.counts(now);
    s.outbox.ring();
    Ok(())
}
