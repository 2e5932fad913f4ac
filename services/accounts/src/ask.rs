//! Asking for a mail. Who asks is answered the same, as soon, whether there is such an account or not: that is looked up
//! when the mail is written.

use crate::{Service, outbox, rules, rules::Place, store::letters::About};
use accounts_contract::Device;
use kernel::{Result, UserId};

/// Mails `about` to whoever has the address.
pub(crate) async fn ask(s: &Service, about: About, email: &str, device: &Device) -> Result<()> {
    let email_key = rules::email_key(&rules::email(email)?);
    let now = s.ground.now();
    let from = s.limits.letters_from.begin_at(&Place::of(device.address.as_deref()), now)?;
    let to = s.limits.letters_to.begin(&email_key, now)?;
    s.letters.post(&outbox::letter(s, about, UserId(0), &email_key).await?).await?;
    from.counts(now);
    to.counts(now);
    s.outbox.ring();
    Ok(())
}
