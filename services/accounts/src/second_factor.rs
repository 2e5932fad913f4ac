//! The second step of signing in with a password, where an authenticator app is on.

use crate::{
    Service,
    challenges::{self, Challenge, Purpose},
    rules::{Code, Place, totp},
    session,
    store::{Account, factors::Totp},
};
use accounts_contract::{Device, SecondFactor, SecondFactorNeeded, SignedIn};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Problem, Result, UserId};

/// The app that the account is asked for, if there is one.
pub(crate) async fn of(s: &Service, account: UserId) -> Result<Option<Totp>> {
    Ok(s.factors.totp(account).await?.filter(|totp| totp.confirmed_at.is_some()))
}

/// Asks for it, of who knows the password: another password makes the challenge useless.
pub(crate) fn ask(s: &Service, account: &Account) -> SecondFactorNeeded {
    let challenge = challenges::make(s, Purpose::SecondFactor, account.id, password(account));
    SecondFactorNeeded { challenge, expires_in: challenges::GOOD_SECONDS }
}

fn password(account: &Account) -> &[u8] {
    account.password_hash.as_deref().unwrap_or_default().as_bytes()
}

/// Signs in who gives a code that fits.
pub(crate) async fn second_factor(s: &Service, step: SecondFactor, device: Device) -> Result<SignedIn> {
    let guess = s.limits.guesses.begin_at(&Place::of(device.address.as_deref()), s.ground.now())?;
    let challenge = Challenge::parse(&step.challenge)?;
    let account = s.store.account(challenge.account()).await?;
    let bound_to = account.as_ref().map_or(&b""[..], password);
    challenge.check(s, Purpose::SecondFactor, bound_to)?;
    let account = account.ok_or_else(crate::read::gone)?;
    // An app that was ended since isn't asked for any more.
    if let Some(totp) = of(s, account.id).await?
        && let Err(problem) = check(s, account.id, &totp, &step.code).await
    {
        guess.counts(s.ground.now());
        return Err(problem);
    }
    challenge.take(s).await?;
    session::open(s, account, device).await
}

/// Takes a code of the app, or a recovery code. Wrong ones make the next ones wait.
///
/// # Errors
/// `code_wrong`, `code_used`
pub(crate) async fn check(s: &Service, account: UserId, totp: &Totp, typed: &str) -> Result<()> {
    let attempt = s.limits.codes.begin(&account.to_string(), s.ground.now())?;
    let taken = match Code::parse(typed) {
        Some(Code::App(code)) => match totp::step_of(&secret(s, account, totp).await?, code, s.ground.now()) {
            Some(step) if s.factors.use_step(account, step).await? => Ok(()),
            Some(_) => Err(("code_used", "This code was used already: wait for the next one.")),
            None => {
                Err(("code_wrong", "That isn't the code that your app shows now. Is the clock of its device right?"))
            }
        },
        Some(Code::Recovery(code)) => match s.factors.use_code(account, &mark(s, account, &code)).await? {
            true => Ok(()),
            false => Err(("code_wrong", "That isn't one of your recovery codes, or it was used already.")),
        },
        None => Err(("code_wrong", "Give the six digits that your app shows, or one of your recovery codes.")),
    };
    match taken {
        Ok(()) => attempt.clears(),
        Err(_) => attempt.counts(s.ground.now()),
    }
    taken.map_err(|(code, detail)| Problem::field("code", code, detail))
}

pub(crate) async fn secret(s: &Service, account: UserId, totp: &Totp) -> Result<Vec<u8>> {
    match s.vault.unseal(account, &totp.secret) {
        Ok(secret) => Ok(secret),
        // Another process may have rotated the keys a moment ago.
        Err(_) => {
            s.vault.look(&*s.kept_keys).await?;
            s.vault.unseal(account, &totp.secret)
        }
    }
}

/// How a recovery code is kept.
pub(crate) fn mark(s: &Service, account: UserId, code: &str) -> String {
    URL_SAFE_NO_PAD.encode(s.keys.mac(&[b"recovery", &account.0.to_be_bytes(), code.as_bytes()]))
}
