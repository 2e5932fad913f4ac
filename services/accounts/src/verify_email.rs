use crate::{
    Service, links, outbox, rules,
    rules::Place,
    store::letters::{About, Followed, Link, Purpose},
};
use accounts_contract::{AccountChanged, Device, Verified};
use kernel::{Kind, Problem, Result, StreamName};

/// Confirms the address that the link was mailed to: the account's own, or the one that it changes to.
pub(crate) async fn verify_email(s: &Service, token: &str, device: &Device) -> Result<Verified> {
    let place = Place::of(device.address.as_deref());
    let link = links::find(s, token, &[Purpose::Verify, Purpose::ChangeEmail], &place).await?;
    let (user, now) = (link.account, s.ground.now());
    let changed = AccountChanged { user };
    let event = s.ground.event(StreamName::user("accounts", user), "account_changed", &changed).await?;
    let committed = match link.purpose {
        Purpose::ChangeEmail => {
            let account = s.store.account(user).await?.ok_or_else(links::expired)?;
            let told = outbox::letter(s, About::EmailChanged, user, &account.email).await?;
            s.letters.change_email(&link, &rules::email_key(&link.email), now, event, &told).await?
        }
        _ => s.letters.verify(&link, now, event).await?,
    };
    match s.ground.announce(committed) {
        Followed::Done => {
            s.outbox.ring();
            let Link { email, .. } = link;
            Ok(Verified { email })
        }
        Followed::Used => Err(links::used()),
        Followed::Outdated => Err(links::expired()),
        Followed::Taken => Err(Problem::new(
            Kind::Conflict,
            "email_taken",
            "There is another account with this e-mail address by now: use a different one.",
        )),
    }
}
