use crate::{Service, rules, rules::Place, second_factor, session};
use accounts_contract::{Credentials, Device, LoggedIn};
use kernel::{Kind, Problem, Result};

/// Signs in, or asks for the second factor. A wrong address and a wrong password look the same and take as long.
pub(crate) async fn log_in(s: &Service, credentials: Credentials, device: Device) -> Result<LoggedIn> {
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
        return Err(Problem::new(
            Kind::Unauthenticated,
            "wrong_credentials",
            "The e-mail address or the password is wrong.",
        ));
    };
    attempt.clears();
    session::admit(s, &account).await?;
    Ok(match second_factor::of(s, account.id).await? {
        Some(_) => LoggedIn::SecondFactor(second_factor::ask(s, &account)),
        None => LoggedIn::SignedIn(Box::new(session::open(s, account, device).await?)),
    })
}
