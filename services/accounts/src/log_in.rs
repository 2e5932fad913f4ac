use crate::{Service, profile::profile, rules, session};
use accounts_contract::{Credentials, Device, SignedIn};
use kernel::{Kind, Problem, Result};

/// Signs in. A wrong address and a wrong password look the same and take as long.
pub(crate) async fn log_in(s: &Service, credentials: Credentials, device: Device) -> Result<SignedIn> {
    let email_key = rules::email_key(&credentials.email);
    s.failures.check(&email_key, s.ground.now())?;
    let account = s.store.by_email(&email_key).await?;
    let hash = account.as_ref().map(|a| a.password_hash.clone());
    let right = s.passwords.verify(credentials.password, hash).await?;
    let Some(account) = account.filter(|_| right) else {
        s.failures.failed(&email_key, s.ground.now());
        let detail = "The e-mail address or the password is wrong.";
        return Err(Problem::new(Kind::Unauthenticated, "wrong_credentials", detail));
    };
    s.failures.succeeded(&email_key);
    let profile = profile(s, &account).await?;
    let (new, token, started) = session::start(s, account.id, device).await?;
    s.ground.announce(s.store.start_session(new, started).await?);
    session::signed_in(s, account.me(profile), &token)
}
