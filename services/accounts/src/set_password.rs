//! Setting a password ends sessions in the same transaction, and tells the person by mail.

use crate::{
    Service, links, log_out, outbox, proof, rules,
    rules::Place,
    store::{
        Account,
        letters::{About, NewPassword, PasswordSet, Purpose},
    },
};
use accounts_contract::{Device, PasswordChange, PasswordReset};
use kernel::{Caller, Problem, Result, SessionId};

/// How often the account may change under us before we give up.
const ATTEMPTS: usize = 5;

/// Sets the password by a mailed link, and ends all sessions.
pub(crate) async fn reset(s: &Service, reset: PasswordReset, device: &Device) -> Result<()> {
    let place = Place::of(device.address.as_deref());
    let link = links::find(s, &reset.token, &[Purpose::Reset], &place).await?;
    let account = s.store.account(link.account).await?.ok_or_else(links::expired)?;
    let hash = hash(s, &account, reset.password).await?;
    set(s, account, &hash, Some(&link.hash), None).await?;
    Ok(())
}

/// Sets the password of who proves to be its person, and ends all other sessions.
pub(crate) async fn change(s: &Service, caller: Caller, change: PasswordChange) -> Result<()> {
    let account = proof::demand(s, caller, change.old_password, "old_password").await?;
    let hash = hash(s, &account, change.password).await?;
    set(s, account, &hash, None, Some(caller.session)).await
}

async fn hash(s: &Service, account: &Account, password: String) -> Result<String> {
    let name = s.people.find(account.id).await?.map(|profile| profile.display_name).unwrap_or_default();
    rules::password(&password, &account.email, &name)?;
    s.passwords.hash(password, s.ground.random.bytes()).await
}

async fn set(
    s: &Service,
    mut account: Account,
    password_hash: &str,
    link: Option<&str>,
    keep: Option<SessionId>,
) -> Result<()> {
    let letter = outbox::letter(s, About::PasswordChanged, account.id, &account.email).await?;
    for _ in 0..ATTEMPTS {
        let now = s.ground.now();
        let mut end = Vec::new();
        for session in s.store.sessions(account.id).await? {
            if session.ended_at.is_none() && Some(session.id) != keep {
                end.push((session.id, log_out::event(s, account.id, session.id).await?));
            }
        }
        let ending: Vec<SessionId> = end.iter().map(|(session, _)| *session).collect();
        let new = NewPassword { account: &account, password_hash, now, link, keep, end, letter: &letter };
        match s.letters.set_password(new).await? {
            PasswordSet::Done(committed) => {
                ending.into_iter().for_each(|session| log_out::remember(s, session, now));
                s.ground.announce(committed);
                s.outbox.ring();
                return Ok(());
            }
            PasswordSet::Used => return Err(links::used()),
            // By another change: then the old password that was proven is the old one no more.
            PasswordSet::Stale if link.is_none() && is_changed(s, &account).await? => {
                return Err(Problem::field("old_password", "wrong_password", "The password was changed a moment ago."));
            }
            PasswordSet::Stale => account = s.store.account(account.id).await?.ok_or_else(links::expired)?,
        }
    }
    Err(Problem::unavailable("The account is in use at this moment: try again."))
}

async fn is_changed(s: &Service, account: &Account) -> Result<bool> {
    Ok(s.store.account(account.id).await?.is_none_or(|now| now.password_hash != account.password_hash))
}
