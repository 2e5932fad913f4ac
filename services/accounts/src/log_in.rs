use crate::{Service, profile::profile, rules, rules::Place, session};
use accounts_contract::{Credentials, Device, SignedIn};
use kernel::{Kind, Problem, Result};

/// Signs in. A wrong address and a wrong password look the same and take as long.
pub(crate) async fn log_in(s: &Service, credentials: Credentials, device: Device) -> Result<SignedIn> {
    let email_key = rules::email_key(&credentials.email);
    let guess = s.limits.guesses.begin_at(&Place::of(device.address.as_deref()), s.ground.now())?;
    let attempt = s.limits.log_in.begin(&email_key, s.ground.now())?;
    // What can't be an address isn't asked for: a database may not even take it (NUL).
    let account = match rules::email(&credentials.email) {
        Ok(_) => s.store.by_email(&email_key).await?,
        Err(_) => None,
    };
    let hash = account.as_ref().and_then(|a| a.password_hash.clone());
    let right = s.passwords.verify(credentials.password, hash).await?;
    let Some(account) = account.filter(|_| right) else {
        attempt.counts(s.ground.now());
        guess.counts(s.ground.now());
        return Err(wrong());
    };
    attempt.clears();
    if s.requires_verified_email() && account.verified_at.is_none() && !account.operator {
        return Err(unverified());
    }
    let profile = profile(s, &account).await?;
    let (new, token, started) = session::start(s, account.id, device).await?;
    // An account that is erased or gets another password at this moment doesn't take this one any more.
    let started = s.store.start_session(new, account.password_hash.as_deref(), started).await?;
    s.ground.announce(started.ok_or_else(wrong)?);
    session::signed_in(s, account.me(profile), &token)
}

fn wrong() -> Problem {
    let detail = "The e-mail address or the password is wrong.";
    Problem::new(Kind::Unauthenticated, "wrong_credentials", detail)
}

/// Told only to who knows the password.
fn unverified() -> Problem {
    let detail = "Confirm your e-mail address first: follow the link in the mail that you got, or ask for a new one.";
    Problem { field: Some("email".into()), ..Problem::forbidden("email_unverified", detail) }
}
