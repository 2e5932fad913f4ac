use crate::{Service, profile::profile, rules, session};
use accounts_contract::{Credentials, Device, SignedIn};
use kernel::{Kind, Problem, Result};

/// Signs in. A wrong address and a wrong password look the same and take as long.
pub(crate) async fn log_in(s: &Service, credentials: Credentials, device: Device) -> Result<SignedIn> {
    let email_key = rules::email_key(&credentials.email);
    let attempt = s.failures.begin(&email_key, s.ground.now())?;
    // What can't be an address isn't asked for: a database may not even take it (NUL).
    let account = match rules::email(&credentials.email) {
        Ok(_) => s.store.by_email(&email_key).await?,
        Err(_) => None,
    };
    let hash = account.as_ref().map(|a| a.password_hash.clone());
    let right = s.passwords.verify(credentials.password, hash).await?;
    let Some(account) = account.filter(|_| right) else {
        attempt.failed(s.ground.now());
        return Err(wrong());
    };
    attempt.succeeded();
    let profile = profile(s, &account).await?;
    let (new, token, started) = session::start(s, account.id, device).await?;
    // An account that is erased at this moment is gone for whoever knows its password, too.
    s.ground.announce(s.store.start_session(new, started).await?.ok_or_else(wrong)?);
    session::signed_in(s, account.me(profile), &token)
}

fn wrong() -> Problem {
    let detail = "The e-mail address or the password is wrong.";
    Problem::new(Kind::Unauthenticated, "wrong_credentials", detail)
}
